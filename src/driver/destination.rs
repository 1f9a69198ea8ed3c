// SPDX-License-Identifier: GPL-2.0-or-later

//! `python()` in a destination.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, generate_persist_name(), init() | main | the config is taken up, in this order |
//! | open(), is_opened(), send(), flush(), close() | the worker's | as the host asks for them |
//! | deinit() | main | the config is let go, after the worker's thread has ended |

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::host::{PYTHON_BASE_CLASSES, TYPED_OPTIONS};
use syslog_ng_plugin::{
    Config, Destination, DestinationWorker, FlushMode, Insert, Location, MessageRef, Names,
    OptionRule, Prepared, ThreadedDestination,
};

use super::global_code::GlobalCode;
use crate::interpreter::{attach, attach_for_config, keep_thread_state, let_go_of_thread_state};
use crate::message::{LogMessage, Pairs, ValueMode};
use crate::object::{self, Error, Method, Object, Place, Reporter};
use crate::options::{Binding, DESTINATION};
use crate::{api, outcome};

/// `python()` in a destination.
pub(crate) struct PythonDestination {
    class: String,
    binding: Binding,
    code: Arc<GlobalCode>,
    /// There between prepare() and release().
    running: Mutex<Option<Arc<Running>>>,
}

/// A destination's object with the methods that are called for each message, looked up once.
struct Running {
    object: Object,
    send: Method,
    open: Option<Method>,
    is_opened: Option<Method>,
    flush: Option<Method>,
    /// The package's base class: what is inherited from it counts as not defined.
    base: Py<PyAny>,
    mode: ValueMode,
    /// What send() gets instead of the message.
    pairs: Option<Pairs>,
    /// open() returned None, and that has been said.
    warned_of_none: AtomicBool,
}

/// What sends messages.
pub(crate) struct Worker {
    running: Arc<Running>,
}

impl ThreadedDestination for PythonDestination {
    const STATS_TYPE: &'static CStr = c"python";
    const TIME_REOPEN: Option<i64> = Some(1);
    const FORMATS: bool = true;
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = DESTINATION;
    type Worker = Worker;

    fn configured(binding: Binding, config: Config<'_>, _end: Location) -> Result<Self, String> {
        let class = binding.required_class("python()")?;
        Ok(PythonDestination {
            class,
            binding,
            code: config.state(),
            running: Mutex::default(),
        })
    }

    fn prepare(&self, destination: &Destination<'_>) -> Option<Prepared<Worker>> {
        let place = Place {
            kind: "python-dest",
            driver: destination.id().into_owned(),
            class: self.class.clone(),
            config: destination.location(),
        };
        let mode = if destination.config().version_is_older_than(4, 0) {
            ValueMode::Bytes
        } else {
            ValueMode::Typed
        };
        let reporter = Arc::new(Reporter::new(place, destination.errors()));
        let options_were_texts = TYPED_OPTIONS && destination.config().version_is_older_than(4, 2);
        let persist_name = destination.persist_name();
        let (running, names) = attach_for_config(|py| {
            if options_were_texts {
                self.warn_of_types(py, &reporter);
            }
            object::import_all(py, &self.binding.loaders, &reporter.place);
            let pairs = destination
                .value_pairs()
                .map(|pairs| Pairs::new(pairs, destination.template_options()));
            let running = self.make(py, &reporter, mode, pairs)?;
            let names = self.names(py, &running, persist_name.as_deref());
            // An object that takes no attributes goes without, as with the C module.
            let _ = running.object.set(py, "persist_name", &names.persist);
            Some((Arc::new(running), names))
        })?;
        *self.running() = Some(Arc::clone(&running));
        Some(Prepared {
            names,
            workers: vec![Worker { running }],
        })
    }

    fn start(&self, _destination: &Destination<'_>) -> bool {
        let Some(running) = self.running().clone() else {
            return false;
        };
        attach_for_config(|py| running.init(py, &self.binding))
    }

    fn stop(&self) {
        let Some(running) = self.running().clone() else {
            return;
        };
        attach_for_config(|py| {
            if let Some(deinit) = running.method(py, "deinit") {
                running.object.call(py, &deinit, (), outcome::nothing);
            }
        });
        running.object.reporter().finish();
    }

    fn release(&self) {
        let running = self.running().take();
        // The objects die here, with the GIL held: the workers are gone.
        attach(|_| drop(running));
    }
}

impl PythonDestination {
    /// Never held while Python code runs.
    fn running(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which options are no texts any more since the config was written.
    fn warn_of_types(&self, py: Python<'_>, reporter: &Reporter) {
        for (name, value) in &self.binding.options {
            if let Some(kind) = value.new_type() {
                reporter.warn(
                    py,
                    &format!(
                        "the option {name} comes as {kind}, and was a str before syslog-ng 4.2: see to \
                         the class, or put the value in quotes"
                    ),
                );
            }
        }
    }

    /// Makes the object. `None` when that fails, which has been said.
    fn make(
        &self,
        py: Python<'_>,
        reporter: &Arc<Reporter>,
        mode: ValueMode,
        pairs: Option<Pairs>,
    ) -> Option<Running> {
        let report = |method, error: PyErr| reporter.report(py, method, None, &error.into());
        let class = self
            .resolve(py)
            .map_err(|error| {
                let exception = object::Exception::of(py, &error);
                reporter.refuse(
                    py,
                    "the class cannot be found",
                    &[
                        ("exception", &exception.text),
                        ("traceback", &exception.traceback),
                    ],
                );
            })
            .ok()?;
        let base = api::base(py)
            .map_err(|error| report("import syslogng", error))
            .ok()?;
        set_constants(&class);
        let instance = class
            .call0()
            .map_err(|error| report("__init__", error))
            .ok()?;
        // Where class() names a function, the constants are on it and not on what it gave.
        if !instance.hasattr("SUCCESS").unwrap_or(false) {
            set_constants(instance.get_type().as_any());
        }
        if PYTHON_BASE_CLASSES && !api::is_destination(&instance) {
            if mode == ValueMode::Typed {
                reporter.refuse(
                    py,
                    "the class does not derive from syslogng.LogDestination, as a config of version \
                     4.0 or newer needs it to",
                    &[],
                );
                return None;
            }
            reporter.warn(
                py,
                "the class does not derive from syslogng.LogDestination, which configs of version \
                 4.0 and newer will need",
            );
        }
        let object = Object::new(instance, Arc::clone(reporter));
        let method = |name| object.method(py, name, &base);
        let Some(send) = method("send") else {
            reporter.refuse(py, "the class does not define send(self, msg)", &[]);
            return None;
        };
        let (open, is_opened, flush) = (method("open"), method("is_opened"), method("flush"));
        let warned_of_none = AtomicBool::new(false);
        Some(Running {
            object,
            send,
            open,
            is_opened,
            flush,
            base: base.unbind(),
            mode,
            pairs,
            warned_of_none,
        })
    }

    fn resolve<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object::resolve(py, &self.class, self.code.main(py).as_ref())
    }

    /// What the host knows the destination by: persist-name(), or what generate_persist_name()
    /// gives, or the class.
    fn names(&self, py: Python<'_>, running: &Running, persist_name: Option<&str>) -> Names {
        let generated = || {
            let method = running.method(py, "generate_persist_name")?;
            let options = running.options(py, "generate_persist_name", &self.binding)?;
            running
                .object
                .call(py, &method, (options,), outcome::persist_name)
        };
        let class = &self.class;
        let mut stats_labels = vec![("driver", "python".to_owned()), ("class", class.clone())];
        let name = persist_name.map(str::to_owned).or_else(|| {
            let name = generated()?;
            stats_labels.push(("instance", name.clone()));
            Some(name)
        });
        let (persist, stats_instance) = match name {
            Some(name) => (format!("python.{name}"), format!("python,{name}")),
            None => (format!("python({class})"), format!("python,{class}")),
        };
        Names {
            persist,
            stats_instance,
            stats_labels,
        }
    }
}

/// Puts the results of send() and flush() on a class, so that code written without the base class
/// finds `self.SUCCESS` and the like. A class that takes no attributes goes without.
fn set_constants(class: &Bound<'_, PyAny>) {
    for (name, number) in api::result_constants() {
        let _ = class.setattr(name, number);
    }
}

impl Running {
    fn method(&self, py: Python<'_>, name: &'static str) -> Option<Method> {
        self.object.method(py, name, self.base.bind(py))
    }

    /// options() for a method. `None` when they cannot be made, which has been said.
    fn options<'py>(
        &self,
        py: Python<'py>,
        method: &'static str,
        binding: &Binding,
    ) -> Option<Bound<'py, PyDict>> {
        object::to_dict(py, &binding.options)
            .map_err(|error| self.object.report(py, method, &error.into()))
            .ok()
    }

    fn init(&self, py: Python<'_>, binding: &Binding) -> bool {
        let Some(init) = self.method(py, "init") else {
            return true;
        };
        let Some(options) = self.options(py, "init", binding) else {
            return false;
        };
        let Some(ready) = self.object.call(py, &init, (options,), outcome::init) else {
            return false;
        };
        if !ready {
            let location = init.location(py).unwrap_or_default();
            self.object.reporter().refuse(
                py,
                "init() returned False",
                &[("method", "init"), ("location", &location)],
            );
        }
        ready
    }

    fn is_opened(&self, py: Python<'_>, method: &Method) -> bool {
        self.object
            .call(py, method, (), outcome::is_opened)
            .unwrap_or(false)
    }

    fn open(&self, py: Python<'_>) -> bool {
        let Some(open) = &self.open else { return true };
        let opened = match self.object.call(py, open, (), outcome::open) {
            Some(Some(opened)) => opened,
            Some(None) => {
                self.warn_of_none(py);
                true
            }
            None => false,
        };
        match &self.is_opened {
            Some(is_opened) if opened => self.is_opened(py, is_opened),
            _ => opened,
        }
    }

    /// Says once that open() should return something.
    fn warn_of_none(&self, py: Python<'_>) {
        if self.warned_of_none.swap(true, Ordering::Relaxed) {
            return;
        }
        self.object.reporter().warn(
            py,
            "open() returned None, which counts as True: return True or False",
        );
    }

    fn close(&self, py: Python<'_>) {
        if let Some(is_opened) = &self.is_opened {
            if !self.is_opened(py, is_opened) {
                return;
            }
        }
        if let Some(close) = self.method(py, "close") {
            self.object.call(py, &close, (), outcome::nothing);
        }
    }

    fn send(&self, py: Python<'_>, message: MessageRef<'_>) -> Insert {
        if let Some(is_opened) = &self.is_opened {
            if !self.is_opened(py, is_opened) && !self.open(py) {
                return Insert::NotConnected;
            }
        }
        let Some(argument) = self.argument(py, message) else {
            return Insert::Error;
        };
        self.object
            .call(py, &self.send, (argument,), outcome::send)
            .unwrap_or(Insert::Error)
    }

    /// What send() gets. `None` when that cannot be made, which has been said where it has to be.
    fn argument<'py>(&self, py: Python<'py>, message: MessageRef<'_>) -> Option<Bound<'py, PyAny>> {
        if let Some(pairs) = &self.pairs {
            let converted = pairs.convert(py, message, 0);
            for error in &converted.errors {
                self.object.report(py, "send", error);
            }
            return converted.dict.map(Bound::into_any);
        }
        Bound::new(py, LogMessage::new(message.retain(), self.mode))
            .map(Bound::into_any)
            .map_err(|error| self.object.report(py, "send", &Error::from(error)))
            .ok()
    }
}

impl DestinationWorker for Worker {
    fn thread_started(&self) {
        keep_thread_state();
    }

    fn thread_stopping(&self) {
        let_go_of_thread_state();
    }

    fn connect(&self) -> bool {
        attach(|py| self.running.open(py))
    }

    fn disconnect(&self) {
        attach(|py| self.running.close(py));
    }

    fn insert(&self, message: MessageRef<'_>) -> Insert {
        attach(|py| self.running.send(py, message))
    }

    fn flush(&self, _mode: FlushMode) -> Insert {
        let Some(flush) = &self.running.flush else {
            return Insert::Success;
        };
        attach(|py| self.running.object.call(py, flush, (), outcome::flush))
            .unwrap_or(Insert::Error)
    }
}
