// SPDX-License-Identifier: GPL-2.0-or-later

//! `$(python f …)` in templates.
//!
//! The function is called with the message and the arguments, as bytes, on whichever thread formats the
//! template; what it returns is the value, with its type.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use syslog_ng_plugin::{Config, FunctionResult, Message, MessageRef, TemplateFunction, ValueType};

use super::global_code::GlobalCode;
use crate::interpreter::{attach, attach_and_keep, between_moments};
use crate::message::{LogMessage, Spare, ValueMode};
use crate::object::{Error, Known, Method, Place, Reporter, resolve};
use crate::outcome;

/// How soon a function that was not found is looked for again.
const LOOKED_FOR_AGAIN: Duration = Duration::from_secs(1);

/// A function of a config's templates, which is looked up when it is called first.
pub(super) struct Function {
    reporter: Reporter,
    found: Mutex<Found>,
}

/// What is called.
struct Callable {
    method: Method,
    spare: Spare,
    _known: Option<Known>,
}

enum Found {
    NotYet,
    Yes(Arc<Callable>),
    /// When it was last looked for, and why it is not there.
    No(Instant, Arc<PyErr>),
    /// The config is gone.
    Gone,
}

impl Function {
    pub(super) fn new(name: &str) -> Self {
        Function {
            reporter: Reporter::new(Place::of_function(name), Arc::default()),
            found: Mutex::new(Found::NotYet),
        }
    }

    /// Never held while Python code runs.
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be called. `None` if it is not there, which has been said.
    fn callable(&self, py: Python<'_>, code: &GlobalCode) -> Option<Arc<Callable>> {
        let known = match &*self.found() {
            Found::Yes(callable) => return Some(Arc::clone(callable)),
            Found::No(when, why) if when.elapsed() < LOOKED_FOR_AGAIN => Some(Arc::clone(why)),
            _ => None,
        };
        if let Some(why) = known {
            self.reporter.not_found(py, &why);
            return None;
        }
        let name = &self.reporter.place.class;
        let (found, result) = match resolve(py, name, code.main(py).as_ref()) {
            Ok(callable) => {
                let callable = Arc::new(Callable {
                    _known: Known::of_function(&callable, &self.reporter.place),
                    method: Method::new("call", callable),
                    spare: Spare::default(),
                });
                (Found::Yes(Arc::clone(&callable)), Some(callable))
            }
            Err(error) => {
                let why = Arc::new(error);
                self.reporter.not_found(py, &why);
                (Found::No(Instant::now(), why), None)
            }
        };
        let mut slot = self.found();
        let before = if matches!(*slot, Found::Gone) {
            found
        } else {
            std::mem::replace(&mut *slot, found)
        };
        drop(slot);
        // Outside of the lock: it may be anything.
        drop(before);
        result
    }

    /// The config is gone, but templates that user code keeps may still have the function.
    pub(super) fn release(&self, py: Python<'_>) {
        let found = std::mem::replace(&mut *self.found(), Found::Gone);
        drop(found);
        // The host takes locks to pass an event on.
        py.detach(|| self.reporter.finish());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let found = std::mem::replace(&mut *self.found(), Found::Gone);
        if matches!(found, Found::Yes(_) | Found::No(..)) {
            attach(|_| drop(found));
        }
    }
}

/// `$(python f …)` in a template.
pub(crate) struct PythonFunction {
    /// The config's, which holds what it has found of functions.
    code: Arc<GlobalCode>,
    /// Where the function's name is a text; else it is what a template makes of each message.
    function: Option<Arc<Function>>,
    mode: ValueMode,
}

impl TemplateFunction for PythonFunction {
    fn prepare(config: Config<'_>, arguments: &[&[u8]]) -> Result<Self, String> {
        let Some(name) = arguments.first() else {
            return Err(
                "$(python) needs the name of a function, as in $(python module.function)"
                    .to_owned(),
            );
        };
        let code = config.state_on_any_thread::<GlobalCode>();
        let code = code.ok_or("the configuration has nothing of Python")?;
        let fixed = !name.contains(&b'$');
        let function = fixed.then(|| code.function(&String::from_utf8_lossy(name)));
        Ok(PythonFunction {
            code,
            function,
            mode: ValueMode::of(config),
        })
    }

    fn call(&self, message: MessageRef<'_>, arguments: &[&[u8]], result: FunctionResult<'_>) {
        let Some((name, arguments)) = arguments.split_first() else {
            return;
        };
        let function = match &self.function {
            Some(function) => Arc::clone(function),
            None => self.code.function(&String::from_utf8_lossy(name)),
        };
        let message = message.retain();
        between_moments();
        attach_and_keep(|py| {
            let set = |kind: ValueType, bytes: &[u8]| result.set(kind, bytes);
            self.run(py, &function, message, arguments, set);
            drop(function);
        });
    }
}

impl PythonFunction {
    /// Calls the function, and hands its value to `set`. What goes wrong is told.
    fn run(
        &self,
        py: Python<'_>,
        function: &Function,
        message: Message,
        arguments: &[&[u8]],
        set: impl FnOnce(ValueType, &[u8]),
    ) {
        let Some(callable) = function.callable(py, &self.code) else {
            return;
        };
        let Callable { method, spare, .. } = &*callable;
        let message = spare.object(py, LogMessage::for_function(message, self.mode));
        let called = message.map_err(Error::from).and_then(|message| {
            let returned = if arguments.is_empty() {
                method.call(py, (&message,), |returned| {
                    self.read(returned, function, set)
                })
            } else {
                let mut all = Vec::with_capacity(1 + arguments.len());
                all.push(message.clone().into_any());
                all.extend(
                    arguments
                        .iter()
                        .map(|bytes| PyBytes::new(py, bytes).into_any()),
                );
                // Gone after the call.
                let all = PyTuple::new(py, all)?;
                method.call(py, all, |returned| self.read(returned, function, set))
            };
            if let Err(error) = returned {
                function.reporter.report(py, "call", Some(method), &error);
            }
            // After the call's exception has gone, which has the message among its frames.
            LogMessage::seal(&message);
            spare.give_back(message);
            Ok(())
        });
        if let Err(error) = called {
            function.reporter.report(py, "call", Some(method), &error);
        }
    }

    fn read(
        &self,
        returned: &Bound<'_, PyAny>,
        function: &Function,
        set: impl FnOnce(ValueType, &[u8]),
    ) -> Result<(), Error> {
        let name = &function.reporter.place.class;
        outcome::template_function(returned, name, self.mode, set)
    }
}
