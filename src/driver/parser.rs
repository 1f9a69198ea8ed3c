// SPDX-License-Identifier: GPL-2.0-or-later

//! `python()` as a parser.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, init() | main | the config is taken up, in this order |
//! | parse() | any of the host's, perhaps several at once | a message comes |
//! | deinit() | main | the config is let go |
//!
//! Each log path that leads through the parser has an instance of its own.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;
use syslog_ng_plugin::{
    Config, Location, MessageParser, Names, OptionRule, ParserPlace, WritableMessage,
};

use super::classes::Wanted;
use super::instance::{Instance, Setup};
use crate::interpreter::{attach_and_keep, attach_for_config, between_moments, was_interrupted};
use crate::message::{LogMessage, Spare, ValueMode};
use crate::object::{Error, Method, Object, Place, Reporter};
use crate::options::{Binding, PARSER};
use crate::{api, outcome};

/// What a parser's class has to have.
const WANTED: Wanted = Wanted {
    kind: "python-parser",
    base: api::parser::base,
    base_name: "LogParser, as a config of version 4.0 or newer needs it to",
    derives: true,
    methods: &[(&["parse"], "parse(self, msg)")],
};

/// `python()` as a parser.
pub(crate) struct PythonParser {
    setup: Arc<Setup>,
    /// There from the first start on: the host may still have messages after the last stop.
    running: Mutex<Option<Arc<Running>>>,
    /// parse() returned None in one of the log paths, and that has been said.
    warned_of_none: Arc<AtomicBool>,
}

/// A parser's object with its method, looked up once.
struct Running {
    instance: Instance,
    parse: Method,
    mode: ValueMode,
    spare: Spare,
}

impl Clone for PythonParser {
    /// Another one for another log path, with an object of its own.
    fn clone(&self) -> Self {
        PythonParser {
            setup: Arc::clone(&self.setup),
            running: Mutex::default(),
            warned_of_none: Arc::clone(&self.warned_of_none),
        }
    }
}

impl Drop for PythonParser {
    fn drop(&mut self) {
        self.replace(None);
    }
}

impl MessageParser for PythonParser {
    const STATS_TYPE: &'static CStr = c"python";
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = PARSER;

    fn configured(binding: Binding, config: Config<'_>, end: Location) -> Result<Self, String> {
        let derives = PYTHON_BASE_CLASSES && !config.version_is_older_than(4, 0);
        let wanted = Wanted { derives, ..WANTED };
        Ok(PythonParser {
            setup: Arc::new(Setup::new(binding, config, end, "python()", wanted)?),
            running: Mutex::default(),
            warned_of_none: Arc::default(),
        })
    }

    fn start(&self, place: &ParserPlace<'_>) -> Option<Names> {
        let reporter = Reporter::new(
            Place {
                kind: WANTED.kind,
                driver: place.name().into_owned(),
                class: self.setup.class.clone(),
                config: place.location(),
            },
            place.errors(),
        );
        let reporter = Arc::new(reporter.beside(self.setup.declared.clone()));
        let running = attach_for_config(|py| {
            let running = self.make(py, place.config(), &reporter)?;
            self.setup
                .init(py, &running.instance)
                .then(|| Arc::new(running))
        })?;
        self.replace(Some(running));
        let class = &self.setup.class;
        Some(Names {
            persist: String::new(),
            stats_instance: format!("python,{class}"),
            stats_labels: vec![("class", class.clone())],
        })
    }

    fn stop(&self) {
        if let Some(running) = self.running().clone() {
            running.instance.stop();
        }
    }

    fn process(&self, message: WritableMessage) -> Option<WritableMessage> {
        let running = self.running().clone()?;
        between_moments();
        attach_and_keep(|py| {
            let message = running.parse(py, message, &self.warned_of_none);
            drop(running);
            message
        })
    }
}

impl PythonParser {
    /// Never held while Python code runs.
    fn running(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object that was there before dies here, with the GIL held.
    fn replace(&self, running: Option<Arc<Running>>) {
        let before = std::mem::replace(&mut *self.running(), running);
        if let Some(before) = before {
            attach_for_config(|_| drop(before));
        }
    }

    /// Makes the object and looks its method up. `None` when that fails, which has been said.
    fn make(
        &self,
        py: Python<'_>,
        config: Config<'_>,
        reporter: &Arc<Reporter>,
    ) -> Option<Running> {
        let mode = ValueMode::of(config);
        let base = api::parser::base(py)
            .map_err(|error| reporter.report(py, "import syslogng", None, &error.into()))
            .ok()?;
        let instance = self.setup.instantiate(py, config, reporter)?;
        if PYTHON_BASE_CLASSES && !api::parser::is_parser(&instance) {
            if mode == ValueMode::Typed {
                reporter.refuse_class(
                    py,
                    "the class does not derive from syslogng.LogParser, as a config of version 4.0 or \
                     newer needs it to",
                    &[],
                );
                return None;
            }
            reporter.warn(
                py,
                "the class does not derive from syslogng.LogParser, which configs of version 4.0 and \
                 newer will need",
            );
        }
        let instance = Instance::new(Object::new(instance, Arc::clone(reporter)), &base);
        let parse = instance.required(py, "parse", "parse(self, msg)")?;
        Some(Running {
            instance,
            parse,
            mode,
            spare: Spare::default(),
        })
    }
}

impl Running {
    fn object(&self) -> &Object {
        &self.instance.object
    }

    /// Calls parse(), and gives the message back if it passes.
    fn parse(
        &self,
        py: Python<'_>,
        message: WritableMessage,
        warned_of_none: &AtomicBool,
    ) -> Option<WritableMessage> {
        let message = LogMessage::for_parser(message, self.mode);
        let message = self
            .spare
            .object(py, message)
            .map_err(|error| self.object().report(py, "parse", &Error::from(error)))
            .ok()?;
        let parsed = self
            .object()
            .call(py, &self.parse, (&message,), outcome::parse);
        // After the call's exception has gone, which has the message among its frames.
        let changed = LogMessage::take_back(&message);
        self.spare.give_back(message);
        match parsed {
            Some(Some(true)) => changed,
            // Dropping it would lose it: its source takes it for delivered then.
            None if was_interrupted() => changed,
            Some(Some(false)) | None => None,
            Some(None) => {
                if !warned_of_none.swap(true, Ordering::Relaxed) {
                    let location = self.parse.location(py).unwrap_or_default();
                    self.object().reporter().warn_of(
                        py,
                        "parse() returned None, which drops the message: return True to let it pass, or \
                         False to drop it. This is told once",
                        &[("method", "parse"), ("location", &location)],
                    );
                }
                None
            }
        }
    }
}
