// SPDX-License-Identifier: GPL-2.0-or-later

//! A worker of `python()` in a destination: an object with its methods, and what hands messages to it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;
use syslog_ng_plugin::{
    Batch, Destination, DestinationWorker, FlushMode, Insert, Message, MessageRef,
};

use super::batch::Pending;
use super::singles::Singles;
use crate::api;
use crate::interpreter::{
    Seen, attach, attach_for_many, belongs_to, keep_thread_state, let_go_of_thread_state,
    was_interrupted,
};
use crate::message::{LogBatch, LogMessage, Pairs, Spare, ValueMode};
use crate::object::{self, Error, Method, Object, Reporter};
use crate::options::Binding;
use crate::outcome::{self, Results};

/// A worker's object with the methods that are called for each message, looked up once.
pub(super) struct Running {
    object: Object,
    /// What sends messages: one of the two is there.
    send: Option<Method>,
    send_batch: Option<Method>,
    open: Option<Method>,
    is_opened: Option<Method>,
    flush: Option<Method>,
    /// Whether messages for send() are gathered: neither class nor config has a say in batches.
    gathers: bool,
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
    spare: Spare,
}

/// What sends messages.
pub(crate) struct Worker {
    running: Arc<Running>,
    /// For send_batch().
    pending: Pending,
    /// For send(), where they are gathered.
    singles: Singles,
    seen: Seen,
}

impl Worker {
    pub(super) fn new(running: &Arc<Running>) -> Self {
        Worker {
            running: Arc::clone(running),
            pending: Pending::default(),
            singles: Singles::default(),
            seen: Seen::default(),
        }
    }
}

/// An instance, which knows its worker's index, sequence number and template options when its
/// `__init__` is called.
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

/// What the host is told when a call raised. What was interrupted comes again, and does not count as an
/// attempt.
fn failed() -> Insert {
    if was_interrupted() {
        Insert::NotConnected
    } else {
        Insert::Error
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
    /// Makes the objects of all workers, in order. `None` when that fails, which has been said.
    pub(super) fn make_all(
        py: Python<'_>,
        class: &Bound<'_, PyAny>,
        base: &Bound<'_, PyAny>,
        reporter: &Arc<Reporter>,
        mode: ValueMode,
        destination: &Destination<'_>,
    ) -> Option<Vec<Arc<Running>>> {
        set_constants(class);
        let warned_of_none = Arc::default();
        let options = api::template_options(py, destination.template_options())
            .map_err(|error| reporter.report(py, "__init__", None, &error.into()))
            .ok()?;
        let make = |index| {
            let made = Running::make(class, index, &options, base, reporter, mode)?;
            let pairs = destination
                .value_pairs()
                .map(|pairs| Pairs::new(pairs, destination.template_options()));
            if pairs.is_some() && made.sends_batches() {
                reporter.refuse(
                    py,
                    "value-pairs() is for send(), and the class defines send_batch(), which gets the \
                     messages themselves: one of them has to go",
                    &[],
                );
                return None;
            }
            let gathers =
                made.send.is_some() && made.flush.is_none() && !destination.says_of_batches();
            Some(Arc::new(Running {
                warned_of_none: Arc::clone(&warned_of_none),
                pairs,
                gathers,
                ..made
            }))
        };
        (0..destination.workers()).map(make).collect()
    }

    fn make(
        class: &Bound<'_, PyAny>,
        index: usize,
        template_options: &Py<PyAny>,
        base: &Bound<'_, PyAny>,
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
                reporter.refuse_class(
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
        let method = |name| object.method(py, name, base);
        let send_batch = method("send_batch");
        let send = method("send").filter(|_| send_batch.is_none());
        if send.is_none() && send_batch.is_none() {
            reporter.refuse_class(
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
            base: base.clone().unbind(),
            mode,
            // The caller adds what depends on the config.
            gathers: false,
            pairs: None,
            sequence_number,
            written_bytes,
            warned_of_none: Arc::default(),
            spare: Spare::default(),
        })
    }

    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    pub(super) fn sends_batches(&self) -> bool {
        self.send_batch.is_some()
    }

    /// Whether the host is to hand over many messages before it flushes.
    pub(super) fn wants_batches(&self) -> bool {
        self.sends_batches() || self.gathers
    }

    pub(super) fn method(&self, py: Python<'_>, name: &'static str) -> Option<Method> {
        self.object.method(py, name, self.base.bind(py))
    }

    /// options() for a method. `None` when they cannot be made, which has been said.
    pub(super) fn options<'py>(
        &self,
        py: Python<'py>,
        method: &'static str,
        binding: &Binding,
    ) -> Option<Bound<'py, PyDict>> {
        object::to_dict(py, &binding.options)
            .map_err(|error| self.object.report(py, method, &error.into()))
            .ok()
    }

    pub(super) fn init(&self, py: Python<'_>, binding: &Binding) -> bool {
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

    pub(super) fn deinit(&self, py: Python<'_>) {
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

    fn show_sequence_number(&self, sequence_number: i32) {
        self.sequence_number
            .store(sequence_number, Ordering::Relaxed);
    }

    fn send(
        &self,
        py: Python<'_>,
        send: &Method,
        message: Message,
        sequence_number: i32,
    ) -> Insert {
        self.show_sequence_number(sequence_number);
        if !self.is_ready(py) {
            return Insert::NotConnected;
        }
        let sent = if let Some(pairs) = &self.pairs {
            self.convert(py, pairs, message.lend())
                .and_then(|dict| self.object.call(py, send, (dict,), outcome::send))
        } else {
            self.object_of(py, message).and_then(|object| {
                let sent = self.object.call(py, send, (&object,), outcome::send);
                self.spare.give_back(object);
                sent
            })
        };
        sent.unwrap_or_else(failed)
    }

    /// What send() gets where the config has value-pairs(). `None` when that cannot be made, which has
    /// been said where it has to be.
    fn convert<'py>(
        &self,
        py: Python<'py>,
        pairs: &Pairs,
        message: MessageRef<'_>,
    ) -> Option<Bound<'py, PyDict>> {
        let number = self.sequence_number.load(Ordering::Relaxed);
        let converted = pairs.convert(py, message, number);
        for error in &converted.errors {
            self.object.report(py, "send", error);
        }
        converted.dict
    }

    /// What send() gets elsewhere, on the same terms.
    fn object_of<'py>(&self, py: Python<'py>, message: Message) -> Option<Bound<'py, LogMessage>> {
        self.spare
            .object(py, LogMessage::new(message, self.mode))
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
            return Results::All(failed());
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
        belongs_to(&self.running.object.reporter().place);
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
        if running.gathers {
            return self.singles.add(message.retain(), sequence_number);
        }
        match &running.send {
            Some(send) => {
                let message = message.retain();
                attach(|py| running.send(py, send, message, sequence_number))
            }
            None => {
                running.show_sequence_number(sequence_number);
                self.pending.add(message.retain())
            }
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
                attach_for_many(&self.seen, |py| {
                    self.running.send_batch(py, method, messages, range)
                })
            });
        }
        if let (Some(send), true) = (&self.running.send, self.running.gathers) {
            return self.singles.flush(batch, |py, message, number| {
                self.running.send(py, send, message, number)
            });
        }
        let Some(flush) = &self.running.flush else {
            return Insert::Success;
        };
        // It would not return again, perhaps.
        if batch.is_empty() && was_interrupted() {
            return Insert::Success;
        }
        attach(|py| self.running.object.call(py, flush, (), outcome::flush)).unwrap_or_else(failed)
    }
}
