// SPDX-License-Identifier: GPL-2.0-or-later

//! What is told of code that does not return.

use std::sync::Arc;
use std::time::Duration;

use syslog_ng_plugin::log::Level;
use syslog_ng_plugin::transition::{self, Transition};

use crate::interpreter::HostThread;
use crate::object::Place;

/// How many threads are told of at a time.
const MOST: usize = 20;

/// A thread that runs Python code, or is to end and has not.
pub(super) struct Blocked {
    pub(super) thread: Arc<HostThread>,
    pub(super) place: Option<Place>,
    /// What the host called.
    pub(super) method: Option<String>,
    /// The calls, the innermost last.
    pub(super) stack: String,
    pub(super) done: Done,
}

impl Blocked {
    pub(super) fn has_stack(&self) -> bool {
        !self.stack.is_empty()
    }
}

/// What is done about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Interrupted,
    IsNotPython,
    IsBeginning,
}

impl Done {
    fn text(self) -> &'static str {
        match self {
            Done::Interrupted => "SystemExit is raised in it",
            Done::IsNotPython => {
                "it is blocked outside of Python, in C, and is left alone: whether to wait on is for the \
                 supervisor of syslog-ng to decide"
            }
            Done::IsBeginning => "it is left alone: what begins is not interrupted",
        }
    }
}

pub(super) fn name(transition: Transition) -> &'static str {
    match transition {
        Transition::Stop => "stop",
        Transition::Reload => "reload",
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

/// Tells of each of them.
pub(super) fn tell(what: &str, waited: Duration, found: &[Blocked]) {
    let waited = seconds(waited);
    for one in found.iter().take(MOST) {
        let method = one.method.as_deref().unwrap_or("<unknown>");
        let stack = if one.has_stack() {
            one.stack.as_str()
        } else {
            "<none: the thread is in no Python function>"
        };
        let mut details = vec![("waited", waited.as_str()), ("stack", stack)];
        details.push(("what_is_done", one.done.text()));
        let Some(place) = &one.place else {
            let text = format!("python: {method}() does not return, and the {what} waits for it");
            details.insert(0, ("method", method));
            transition::event(Level::Warning, &text, &details);
            continue;
        };
        let subject = match &one.method {
            None => "its thread has not ended".to_owned(),
            Some(method) => format!("{} does not return", place.subject(method)),
        };
        let text = format!("{}: {subject}, and the {what} waits for it", place.kind);
        if !place.is_function() && one.method.is_some() {
            details.insert(0, ("method", method));
        }
        transition::event(Level::Warning, &text, &place.tags(&details));
    }
    if found.len() > MOST {
        let text = format!("python: the {what} waits for more threads than are told of");
        let more = (found.len() - MOST).to_string();
        transition::event(Level::Warning, &text, &[("more", &more)]);
    }
}

/// Tells that nothing can be told of it, and which drivers have threads that have not ended.
pub(super) fn tell_without(what: &str, waited: Duration, drivers: &[&Place], why: &str) {
    let waited = seconds(waited);
    let shown = drivers
        .iter()
        .take(MOST)
        .map(|place| format!("{} ({})", place.driver, place.class));
    let shown: Vec<_> = shown.collect();
    let text = format!(
        "python: the {what} waits for Python code, and what that is cannot be told: whether to wait on is \
         for the supervisor of syslog-ng to decide"
    );
    transition::event(
        Level::Warning,
        &text,
        &[
            ("not_ended", &shown.join(", ")),
            ("waited", &waited),
            ("why", why),
        ],
    );
}
