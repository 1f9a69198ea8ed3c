// SPDX-License-Identifier: GPL-2.0-or-later

//! The one way in which errors of Python code are told and counted.
//!
//! Each error is counted. Of equal ones (driver, method, type, line) the first five are told, then
//! one in ten seconds with the number of those left out; what is left out is not formatted either,
//! so an error on every message does not cost more than the messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;
use syslog_ng_plugin::Counter;
use syslog_ng_plugin::log::{self, Level};

use super::exception::{self, Exception};
use super::{Error, Method};
use crate::interpreter::was_interrupted;

const TOLD_AT_FIRST: u32 = 5;
const THEN_ONE_IN: Duration = Duration::from_secs(10);
/// How many different errors are kept apart; beyond it the oldest are forgotten, so they are told
/// again.
const KINDS: usize = 256;

/// What an error event says of where it belongs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The kind of driver, which begins the event: `python-dest`.
    pub(crate) kind: &'static str,
    /// The driver's name in the config.
    pub(crate) driver: String,
    /// The class, as the config names it.
    pub(crate) class: String,
    /// Where the driver stands in the config.
    pub(crate) config: String,
}

/// The kind of place of a template function, which is no driver: of its place only the class counts,
/// which is the function's name.
pub(crate) const FUNCTION: &str = "$(python)";

impl Place {
    /// A template function's.
    pub(crate) fn of_function(name: &str) -> Self {
        Place {
            kind: FUNCTION,
            driver: String::new(),
            class: name.to_owned(),
            config: String::new(),
        }
    }

    pub(crate) fn is_function(&self) -> bool {
        self.kind == FUNCTION
    }

    /// What did something wrong, in a sentence.
    pub(crate) fn subject(&self, method: &str) -> String {
        if self.is_function() {
            "the function".to_owned()
        } else {
            format!("{method}()")
        }
    }

    /// Named values that say where an event belongs, in front of others and behind them.
    pub(crate) fn tags<'t>(&'t self, details: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
        let mut tags = if self.is_function() {
            vec![("function", self.class.as_str())]
        } else {
            vec![("driver", self.driver.as_str()), ("class", &self.class)]
        };
        tags.extend_from_slice(details);
        if !self.is_function() {
            tags.push(("config", &self.config));
        }
        tags
    }
}

/// The other drivers of a config.
pub(crate) trait Others: Send + Sync {
    /// Looks at their classes, and tells what is wrong with them.
    fn check(&self, py: Python<'_>);
}

/// Tells and counts the errors of one driver.
pub(crate) struct Reporter {
    pub(crate) place: Place,
    others: Option<Arc<dyn Others>>,
    counter: Arc<Counter>,
    windows: Mutex<HashMap<Kind, Window>>,
}

/// What makes two errors equal: the method, the type of the exception, and the line that raised it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Kind {
    method: &'static str,
    exception: String,
    line: usize,
}

struct Window {
    told: u32,
    left_out: u64,
    last: Instant,
}

impl Window {
    /// Whether the next one is told, and how many were left out before it.
    fn next(&mut self, now: Instant) -> Option<u64> {
        if self.told < TOLD_AT_FIRST || now.duration_since(self.last) >= THEN_ONE_IN {
            self.told = self.told.saturating_add(1);
            self.last = now;
            return Some(std::mem::take(&mut self.left_out));
        }
        self.left_out += 1;
        None
    }
}

impl Reporter {
    pub(crate) fn new(place: Place, counter: Arc<Counter>) -> Self {
        Reporter {
            place,
            others: None,
            counter,
            windows: Mutex::default(),
        }
    }

    /// Names those that are looked at too where the class is wrong.
    pub(crate) fn beside(mut self, others: Arc<dyn Others>) -> Self {
        self.others = Some(others);
        self
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<Kind, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what a method did wrong. `method` is there where one was called.
    pub(crate) fn report(
        &self,
        py: Python<'_>,
        name: &'static str,
        method: Option<&Method>,
        error: &Error,
    ) {
        if is_interruption(py, error) {
            return;
        }
        self.counter.increment();
        let kind = match error {
            Error::Raised(error) => Kind {
                method: name,
                exception: exception::type_name(py, error),
                line: exception::line(py, error),
            },
            Error::Returned { .. } => Kind {
                method: name,
                exception: String::new(),
                line: 0,
            },
            Error::Misfit { name: value, .. } => Kind {
                method: name,
                exception: value.clone(),
                line: 0,
            },
        };
        let Some(left_out) = self.is_due(kind) else {
            return;
        };
        let defined = || method.and_then(|method| method.location(py));
        match error {
            Error::Raised(error) => {
                let exception = Exception::of(py, error);
                let location = exception.location.clone().or_else(defined);
                let subject = self.place.subject(name);
                let text = format!("{}: {subject} raised an exception", self.place.kind);
                self.tell(py, &text, name, location, left_out, &exception.tags());
            }
            Error::Returned { returned, expected } => {
                let text = format!(
                    "{}: {} returned a value that it must not return",
                    self.place.kind,
                    self.place.subject(name)
                );
                let details = [
                    ("returned", shown(returned.bind(py))),
                    ("expected", (*expected).to_owned()),
                ];
                let details = details
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                self.tell(py, &text, name, defined(), left_out, &details);
            }
            Error::Misfit {
                name: value_name,
                value,
                kind,
            } => {
                let text = format!(
                    "{}: value-pairs(): {value_name} is no {kind}: on-error() says what becomes of it",
                    self.place.kind
                );
                let details = [("value", value.as_str())];
                self.tell(py, &text, name, defined(), left_out, &details);
            }
        }
    }

    /// Tells that a template function cannot be found.
    pub(crate) fn not_found(&self, py: Python<'_>, error: &PyErr) {
        self.counter.increment();
        let kind = Kind {
            method: "import",
            exception: exception::type_name(py, error),
            line: exception::line(py, error),
        };
        let Some(left_out) = self.is_due(kind) else {
            return;
        };
        let exception = Exception::of(py, error);
        let text = format!("{}: the function cannot be found", self.place.kind);
        let details = [
            ("exception", exception.text.as_str()),
            ("traceback", &exception.traceback),
        ];
        let location = exception.location.clone();
        self.tell(py, &text, "import", location, left_out, &details);
    }

    /// Tells and counts what code does wrong that is no exception: `what` belongs to a call of the
    /// native method `name`.
    pub(crate) fn complain(&self, py: Python<'_>, name: &'static str, what: &str) {
        self.counter.increment();
        let kind = Kind {
            method: name,
            exception: what.to_owned(),
            line: 0,
        };
        if let Some(left_out) = self.is_due(kind) {
            let text = format!("{}: {what}", self.place.kind);
            self.tell(py, &text, name, None, left_out, &[]);
        }
    }

    /// `None` when the error is not to be told now, else how many equal ones were left out.
    fn is_due(&self, kind: Kind) -> Option<u64> {
        let now = Instant::now();
        let mut windows = self.windows();
        if windows.len() >= KINDS && !windows.contains_key(&kind) {
            if let Some(oldest) = windows
                .iter()
                .min_by_key(|(_, window)| window.last)
                .map(|(kind, _)| kind.clone())
            {
                windows.remove(&oldest);
            }
        }
        windows
            .entry(kind)
            .or_insert(Window {
                told: 0,
                left_out: 0,
                last: now,
            })
            .next(now)
    }

    fn tell(
        &self,
        py: Python<'_>,
        text: &str,
        method: &str,
        location: Option<String>,
        left_out: u64,
        details: &[(&str, &str)],
    ) {
        let location = location.unwrap_or_else(|| "<unknown>".to_owned());
        let left_out_text = left_out.to_string();
        let mut own = vec![("location", location.as_str())];
        if !self.place.is_function() {
            own.insert(0, ("method", method));
        }
        own.extend_from_slice(details);
        let mut tags = self.place.tags(&own);
        if left_out > 0 {
            tags.push(("equal_errors_not_shown", &left_out_text));
        }
        // The host takes locks to pass an event on.
        py.detach(|| log::event(Level::Error, text, &tags));
    }

    /// Tells why the config is refused. `details` come on top of driver, class and config.
    pub(crate) fn refuse(&self, py: Python<'_>, why: &str, details: &[(&str, &str)]) {
        let text = format!("{}: {why}, so the config is refused", self.place.kind);
        let tags = self.place.tags(details);
        // The host takes locks to pass an event on.
        py.detach(|| log::event(Level::Error, &text, &tags));
    }

    /// Tells why the config is refused because of the class, and looks at those of the config's other
    /// drivers.
    pub(crate) fn refuse_class(&self, py: Python<'_>, why: &str, details: &[(&str, &str)]) {
        self.refuse(py, why, details);
        if let Some(others) = &self.others {
            others.check(py);
        }
    }

    /// The same where it cannot be found.
    pub(crate) fn refuse_missing_class(&self, py: Python<'_>, error: &PyErr) {
        let exception = Exception::of(py, error);
        self.refuse_class(py, "the class cannot be found", &exception.tags());
    }

    /// Tells of something that works, but is not as it should be.
    pub(crate) fn warn(&self, py: Python<'_>, what: &str) {
        self.warn_of(py, what, &[]);
    }

    /// The same with details, which come on top of driver, class and config.
    pub(crate) fn warn_of(&self, py: Python<'_>, what: &str, details: &[(&str, &str)]) {
        let text = format!("{}: {what}", self.place.kind);
        let tags = self.place.tags(details);
        // The host takes locks to pass an event on.
        py.detach(|| log::event(Level::Warning, &text, &tags));
    }

    /// Tells how many errors were left out, when the driver ends. Needs no GIL.
    pub(crate) fn finish(&self) {
        let left_out: u64 = self
            .windows()
            .drain()
            .map(|(_, window)| window.left_out)
            .sum();
        if left_out > 0 {
            let left_out = left_out.to_string();
            log::event(
                Level::Warning,
                &format!("{}: more errors came than were shown", self.place.kind),
                &self.place.tags(&[("equal_errors_not_shown", &left_out)]),
            );
        }
    }
}

/// Whether it is what the watchdog raised, which has said so.
fn is_interruption(py: Python<'_>, error: &Error) -> bool {
    let Error::Raised(error) = error else {
        return false;
    };
    error.is_instance_of::<PySystemExit>(py) && was_interrupted()
}

/// A value as text, cut where it is long: `'x' (str)`.
pub(crate) fn shown(value: &Bound<'_, PyAny>) -> String {
    const LONGEST: usize = 200;
    let text = value.repr().map_or_else(
        |_| "<an object that cannot be shown as text>".to_owned(),
        |text| text.to_string_lossy().chars().take(LONGEST).collect(),
    );
    let kind = value.get_type().qualname();
    let kind = kind.map_or_else(
        |_| "<unknown>".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    format!("{text} ({kind})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_equal_errors_are_told_and_then_one_in_ten_seconds_with_the_count() {
        let start = Instant::now();
        let mut window = Window {
            told: 0,
            left_out: 0,
            last: start,
        };
        let told = (0..100).filter(|_| window.next(start).is_some()).count();
        assert_eq!(told, 5);
        assert_eq!(window.next(start + Duration::from_secs(9)), None);
        assert_eq!(window.next(start + Duration::from_secs(10)), Some(96));
        assert_eq!(window.next(start + Duration::from_secs(11)), None);
    }
}
