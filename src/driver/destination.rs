// SPDX-License-Identifier: GPL-2.0-or-later

//! `python()` in a destination.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, generate_persist_name(), init() | main | the config is taken up, in this order |
//! | open(), is_opened(), send(), flush(), send_batch(), close() | the worker's | as the host asks for them |
//! | deinit() | main | the config is let go, after the workers' threads have ended |
//!
//! Each worker has an instance of its own. All of them are made before the first init(); of the first
//! one comes the persist name, which is the driver's.

use std::ffi::CStr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::host::{PYTHON_BASE_CLASSES, TYPED_OPTIONS};
use syslog_ng_plugin::{
    Batch, Config, Destination, DestinationWorker, FlushMode, Insert, Location, Message,
    MessageRef, Names, OptionRule, Prepared, ThreadedDestination,
};

use super::batch::Pending;
use super::global_code::GlobalCode;
use super::persist_names::{Owner, PersistNames};
use crate::api;
use crate::interpreter::{attach, attach_for_config, keep_thread_state, let_go_of_thread_state};
use crate::message::{LogBatch, LogMessage, Pairs, ValueMode};
use crate::object::{self, Error, Method, Object, Place, Reporter};
use crate::options::{Binding, DESTINATION};
use crate::outcome::{self, Results};

/// `python()` in a destination.
pub(crate) struct PythonDestination {
    class: String,
    binding: Binding,
    code: Arc<GlobalCode>,
    persist_names: Arc<PersistNames>,
    /// There between prepare() and release().
    prepared: Mutex<Option<Workers>>,
}

/// What prepare() makes.
struct Workers {
    /// In the order of their indexes.
    running: Vec<Arc<Running>>,
    persist_name: String,
    owner: Owner,
}

/// A worker's object with the methods that are called for each message, looked up once.
struct Running {
    object: Object,
    /// What sends messages: one of the two is there.
    send: Option<Method>,
    send_batch: Option<Method>,
    open: Option<Method>,
    is_opened: Option<Method>,
    flush: Option<Method>,
    /// The package's base class: what is inherited from it counts as not defined.
    base: Py<PyAny>,
    mode: ValueMode,
    /// What send() gets instead of the message.
    pairs: Option<Pairs>,
    /// What `self.seqnum` shows.
    sequence_number: Arc<AtomicI32>,
    /// What the object has written, where it counts that.
    written_bytes: Option<Arc<AtomicUsize>>,
    /// open() of one of the workers returned None, and that has been said.
    warned_of_none: Arc<AtomicBool>,
}

/// What sends messages.
pub(crate) struct Worker {
    running: Arc<Running>,
    pending: Pending,
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
            persist_names: config.state(),
            prepared: Mutex::default(),
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
            let running = self.make(py, &reporter, mode, destination)?;
            let names = self.names(py, running.first()?, persist_name.as_deref());
            self.take_name(py, &reporter, &names.persist)?;
            for worker in &running {
                // An object that takes no attributes goes without, as with the C module.
                let _ = worker.object.set(py, "persist_name", &names.persist);
            }
            Some((running, names))
        })?;
        let batches = running.iter().any(|worker| worker.send_batch.is_some());
        let workers = running.iter().map(|running| Worker {
            running: Arc::clone(running),
            pending: Pending::default(),
        });
        let workers = workers.collect();
        *self.prepared() = Some(Workers {
            running,
            persist_name: names.persist.clone(),
            owner: Owner::of(&reporter.place),
        });
        Some(Prepared {
            names,
            workers,
            batches,
        })
    }

    fn start(&self, _destination: &Destination<'_>) -> bool {
        let running = self.running();
        attach_for_config(|py| {
            let refused = running
                .iter()
                .position(|worker| !worker.init(py, &self.binding));
            if let Some(index) = refused {
                running[..index].iter().for_each(|worker| worker.deinit(py));
            }
            refused.is_none()
        })
    }

    fn stop(&self) {
        let running = self.running();
        attach_for_config(|py| running.iter().for_each(|worker| worker.deinit(py)));
        if let Some(worker) = running.first() {
            worker.object.reporter().finish();
        }
    }

    fn release(&self) {
        let Some(workers) = self.prepared().take() else {
            return;
        };
        self.persist_names
            .give_back(&workers.persist_name, &workers.owner);
        // The objects die here, with the GIL held: the workers are gone.
        attach(|_| drop(workers));
    }
}

impl PythonDestination {
    /// Never held while Python code runs.
    fn prepared(&self) -> MutexGuard<'_, Option<Workers>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> Vec<Arc<Running>> {
        let prepared = self.prepared();
        let workers = prepared.as_ref().map(|workers| workers.running.clone());
        workers.unwrap_or_default()
    }

    /// Takes the persist name for this driver. `None` where another one has it, which has been said.
    fn take_name(&self, py: Python<'_>, reporter: &Reporter, name: &str) -> Option<()> {
        let owner = Owner::of(&reporter.place);
        let other = self.persist_names.take(name, owner).err();
        let Some(other) = other else { return Some(()) };
        let (this, that) = (&reporter.place.driver, &other.driver);
        let why = format!(
            "{that} and {this} have the same persist name, {name}, and one of them needs another by \
             persist-name() or generate_persist_name()"
        );
        reporter.refuse(py, &why, &[("other", &other.config)]);
        None
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

    /// Makes an object for each worker. `None` when that fails, which has been said.
    fn make(
        &self,
        py: Python<'_>,
        reporter: &Arc<Reporter>,
        mode: ValueMode,
        destination: &Destination<'_>,
    ) -> Option<Vec<Arc<Running>>> {
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
            .map_err(|error| reporter.report(py, "import syslogng", None, &error.into()))
            .ok()?;
        set_constants(&class);
        let warned_of_none = Arc::new(AtomicBool::new(false));
        let options = api::template_options(py, destination.template_options())
            .map_err(|error| reporter.report(py, "__init__", None, &error.into()))
            .ok()?;
        (0..destination.workers())
            .map(|index| {
                let made = Running::make(&class, index, &options, base.clone(), reporter, mode)?;
                let pairs = destination
                    .value_pairs()
                    .map(|pairs| Pairs::new(pairs, destination.template_options()));
                if pairs.is_some() && made.send_batch.is_some() {
                    reporter.refuse(
                        py,
                        "value-pairs() is for send(), and the class defines send_batch(), which gets the \
                         messages themselves: one of them has to go",
                        &[],
                    );
                    return None;
                }
                Some(Arc::new(Running {
                    warned_of_none: Arc::clone(&warned_of_none),
                    pairs,
                    ..made
                }))
            })
            .collect()
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

/// An instance, which knows its worker's index, sequence number and template options when its `__init__` is called.
fn instance<'py>(
    class: &Bound<'py, PyAny>,
    index: usize,
    template_options: &Py<PyAny>,
    sequence_number: &Arc<AtomicI32>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let number = api::SequenceNumber::new(Arc::clone(sequence_number));
    let attributes = [
        ("worker_index", index.into_pyobject(py)?.into_any()),
        ("seqnum", Bound::new(py, number)?.into_any()),
        ("template_options", template_options.bind(py).clone()),
    ];
    object::instantiate(class, &attributes)
}

/// Puts the results of send() and flush() on a class, so that code written without the base class
/// finds `self.SUCCESS` and the like. A class that takes no attributes goes without.
fn set_constants(class: &Bound<'_, PyAny>) {
    for (name, number) in api::result_constants() {
        let _ = class.setattr(name, number);
    }
}

impl Running {
    /// Makes the object of one worker. `None` when that fails, which has been said.
    fn make<'py>(
        class: &Bound<'py, PyAny>,
        index: usize,
        template_options: &Py<PyAny>,
        base: Bound<'py, PyAny>,
        reporter: &Arc<Reporter>,
        mode: ValueMode,
    ) -> Option<Running> {
        let py = class.py();
        let sequence_number = Arc::<AtomicI32>::default();
        let instance = instance(class, index, template_options, &sequence_number)
            .map_err(|error| reporter.report(py, "__init__", None, &error.into()))
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
            if index == 0 {
                reporter.warn(
                    py,
                    "the class does not derive from syslogng.LogDestination, which configs of \
                     version 4.0 and newer will need",
                );
            }
        }
        let written_bytes = api::written_bytes(&instance);
        let object = Object::new(instance, Arc::clone(reporter));
        let method = |name| object.method(py, name, &base);
        let send_batch = method("send_batch");
        let send = method("send").filter(|_| send_batch.is_none());
        if send.is_none() && send_batch.is_none() {
            reporter.refuse(
                py,
                "the class does not define send(self, msg), nor send_batch(self, batch)",
                &[],
            );
            return None;
        }
        let (open, is_opened, flush) = (method("open"), method("is_opened"), method("flush"));
        Some(Running {
            object,
            send,
            send_batch,
            open,
            is_opened,
            flush,
            base: base.unbind(),
            mode,
            sequence_number,
            // The caller adds them where the config has them.
            pairs: None,
            written_bytes,
            warned_of_none: Arc::default(),
        })
    }

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

    fn deinit(&self, py: Python<'_>) {
        if let Some(deinit) = self.method(py, "deinit") {
            self.object.call(py, &deinit, (), outcome::nothing);
        }
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

    /// Whether messages can be sent: what is not open is opened.
    fn is_ready(&self, py: Python<'_>) -> bool {
        match &self.is_opened {
            Some(is_opened) => self.is_opened(py, is_opened) || self.open(py),
            None => true,
        }
    }

    fn send(&self, py: Python<'_>, send: &Method, message: MessageRef<'_>) -> Insert {
        if !self.is_ready(py) {
            return Insert::NotConnected;
        }
        let Some(argument) = self.argument(py, message) else {
            return Insert::Error;
        };
        self.object
            .call(py, send, (argument,), outcome::send)
            .unwrap_or(Insert::Error)
    }

    /// What send() gets. `None` when that cannot be made, which has been said where it has to be.
    fn argument<'py>(&self, py: Python<'py>, message: MessageRef<'_>) -> Option<Bound<'py, PyAny>> {
        if let Some(pairs) = &self.pairs {
            let number = self.sequence_number.load(Ordering::Relaxed);
            let converted = pairs.convert(py, message, number);
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

    fn send_batch(
        &self,
        py: Python<'_>,
        method: &Method,
        messages: &Arc<[Message]>,
        range: Range<usize>,
    ) -> Results {
        if !self.is_ready(py) {
            return Results::All(Insert::NotConnected);
        }
        let count = range.len();
        let results = match Py::new(py, LogBatch::new(messages, range, self.mode)) {
            Ok(batch) => self.object.call(py, method, (batch,), |returned| {
                outcome::send_batch(returned, count)
            }),
            Err(error) => {
                self.object.report(py, "send_batch", &Error::from(error));
                None
            }
        };
        let Some((results, error)) = results else {
            return Results::All(Insert::Error);
        };
        if let Some(error) = error {
            self.object.report_of(py, method, &error);
        }
        results
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

    fn insert(&self, message: MessageRef<'_>, sequence_number: i32) -> Insert {
        let running = &self.running;
        running
            .sequence_number
            .store(sequence_number, Ordering::Relaxed);
        match &running.send {
            Some(send) => attach(|py| running.send(py, send, message)),
            None => self.pending.add(message.retain()),
        }
    }

    fn written_bytes(&self) -> usize {
        let Some(bytes) = &self.running.written_bytes else {
            return 0;
        };
        // Most destinations do not count, and a load is cheaper.
        match bytes.load(Ordering::Relaxed) {
            0 => 0,
            _ => bytes.swap(0, Ordering::Relaxed),
        }
    }

    fn is_full(&self) -> bool {
        self.pending.is_full()
    }

    fn flush(&self, _mode: FlushMode, batch: &mut Batch<'_>) -> Insert {
        if let Some(method) = &self.running.send_batch {
            return self.pending.flush(batch, |messages, range| {
                attach(|py| self.running.send_batch(py, method, messages, range))
            });
        }
        let Some(flush) = &self.running.flush else {
            return Insert::Success;
        };
        attach(|py| self.running.object.call(py, flush, (), outcome::flush))
            .unwrap_or(Insert::Error)
    }
}
