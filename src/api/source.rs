// SPDX-License-Identifier: GPL-2.0-or-later

//! The native base of sources, which posts their messages.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyIterator, PyTuple};
use syslog_ng_plugin::{Bookmark, PostError, Poster, WritableMessage};

use super::kept;
use super::link::{Found, Link, Linked};
use crate::driver::{RunningSource, for_posting};
use crate::interpreter::{behind_moments, between_moments};
use crate::message::LogMessage;
use crate::object::Error;

const STOPPING: &str = "source is stopping";

/// The native base of syslogng.LogSource.
#[pyclass(name = "LogSource", module = "_syslogng", subclass, frozen)]
struct LogSource(Link<RunningSource>);

/// How many messages of an iterable are posted at a time.
const AT_A_TIME: usize = 1000;

fn posted_before() -> PyErr {
    PyValueError::new_err(
        "the message has been posted already: make a new LogMessage for each post",
    )
}

fn stopping() -> PyErr {
    PyRuntimeError::new_err(STOPPING)
}

/// What `method` raises.
fn why(error: PostError, method: &str) -> PyErr {
    match error {
        PostError::MainThread => PyRuntimeError::new_err(format!(
            "{method}() cannot be called on the thread that init(), deinit() and request_exit() are called \
             on: call it in run(), or on a thread of your own"
        )),
        PostError::Closed => PyRuntimeError::new_err("the source's window is closed"),
        PostError::Stopping => stopping(),
        PostError::NoTracker => PyRuntimeError::new_err(
            "Bookmarks can not be used without creating an AckTracker instance (self.ack_tracker)",
        ),
        PostError::Nested => PyRuntimeError::new_err(format!(
            "{method}() cannot be called from an ack tracker's callback, nor by what processes a message \
             that is being posted"
        )),
        PostError::NotNew => posted_before(),
    }
}

/// Messages on their way to the host, with the objects that they are of.
#[derive(Default)]
struct Taken<'py> {
    objects: Vec<Bound<'py, LogMessage>>,
    messages: Vec<(WritableMessage, Option<Bookmark>)>,
}

impl<'py> Taken<'py> {
    /// # Errors
    /// TypeError where it is no LogMessage, ValueError where it has been posted.
    fn add(&mut self, item: Bound<'py, PyAny>) -> PyResult<()> {
        let py = item.py();
        let object = item.cast_into::<LogMessage>().map_err(|error| {
            let kind = error.into_inner().get_type();
            let kind = kind
                .qualname()
                .map_or_else(|_| "?".into(), |name| name.to_string());
            PyTypeError::new_err(format!("a LogMessage is posted, not {kind}"))
        })?;
        let message = for_posting(py, object.get()).ok_or_else(posted_before)?;
        self.objects.push(object);
        self.messages.push(message);
        Ok(())
    }

    /// Takes up to [`AT_A_TIME`], and gives whether there may be more.
    ///
    /// # Errors
    /// The exception of the iterable, or of an item; what came before has been taken.
    fn fill(&mut self, items: &mut Bound<'py, PyIterator>) -> PyResult<bool> {
        while self.objects.len() < AT_A_TIME {
            match items.next() {
                Some(item) => self.add(item?)?,
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Calls suspend() where the class has it and the window is closed. That is looked at with the GIL held:
/// wakeup() needs it too, so it comes after suspend() has begun.
fn suspend_if_closed(py: Python<'_>, linked: &Linked<RunningSource>) {
    if linked.suspends && linked.poster.is_closed() {
        if let Ok(running) = linked.running("suspend") {
            running.suspend(py);
        }
    }
}

impl LogSource {
    /// The driver's side, for a call of `method`.
    ///
    /// # Errors
    /// RuntimeError where there is none, or where it has let go of the object.
    fn linked(&self, method: &str) -> PyResult<Found<'_, RunningSource>> {
        let linked = self.0.get(method)?;
        if linked.is_let_go() {
            return Err(stopping());
        }
        Ok(linked)
    }
}

#[pymethods]
impl LogSource {
    /// Arguments are the business of the class's own `__init__`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        LogSource(Link::default())
    }

    /// Whether syslog-ng goes on with each message as it is posted, and not at `close_batch()`.
    #[classattr]
    #[pyo3(name = "auto_close_batches")]
    const AUTO_CLOSE_BATCHES: bool = true;

    /// The name under which syslog-ng knows this source across restarts.
    #[getter]
    fn persist_name(&self) -> Option<String> {
        self.0.persist_name()
    }

    /// Post a message, on any thread but those of init(), deinit() and request_exit(). When it returns,
    /// syslog-ng has the message; it waits while as many are on their way as log-iw-size() allows, and
    /// on other threads than run()'s until run() begins. RuntimeError("source is stopping") says that
    /// syslog-ng does not have it.
    fn post_message(&self, py: Python<'_>, msg: &Bound<'_, LogMessage>) -> PyResult<()> {
        const POST: &str = "post_message";
        let linked = self.linked(POST)?;
        let poster = &linked.poster;
        let msg = msg.get();
        let (message, bookmark) = for_posting(py, msg).ok_or_else(posted_before)?;
        // The host runs the log path, takes locks, and waits while the window is closed.
        let posted = py.detach(|| {
            between_moments();
            if linked.suspends {
                poster.try_post_with(message, bookmark)
            } else {
                poster.post_then(message, bookmark, behind_moments)
            }
        });
        if posted.is_err() {
            msg.was_not_posted();
        }
        match posted {
            Ok(()) => {
                suspend_if_closed(py, &linked);
                Ok(())
            }
            Err(PostError::Closed) => {
                let what = "Incorrectly suspended source, dropping message";
                let running = linked.running(POST)?;
                running.reporter().complain(py, POST, what);
                Ok(())
            }
            Err(error) => Err(why(error, POST)),
        }
    }

    /// Post the messages of an iterable, in order, and return how many there were. As
    /// post_message(), with less work for each. They are taken and posted up to 1000 at a time. Where
    /// the iterable raises, what came before is posted, then the exception goes on. The attribute
    /// ``posted`` of an exception says how many messages syslog-ng has.
    fn post_messages(&self, py: Python<'_>, messages: &Bound<'_, PyAny>) -> PyResult<usize> {
        const POST: &str = "post_messages";
        let linked = self.linked(POST)?;
        let (poster, wait) = (&linked.poster, !linked.suspends);
        let mut items = messages.try_iter()?;
        let mut posted = 0;
        loop {
            let mut taken = Taken::default();
            let more = taken.fill(&mut items);
            let Taken { objects, messages } = taken;
            // As in post_message().
            let (count, result) = py.detach(move || {
                let result = poster.post_all(messages);
                if wait {
                    poster.wait_behind();
                }
                result
            });
            posted += count;
            for object in &objects[count..] {
                object.get().was_not_posted();
            }
            if count > 0 {
                suspend_if_closed(py, &linked);
            }
            match result.map_err(|error| why(error, POST)).and(more) {
                Ok(true) => {}
                Ok(false) => return Ok(posted),
                Err(error) => {
                    // An exception that takes no attributes goes on without.
                    let _ = error.value(py).setattr("posted", posted);
                    return Err(error);
                }
            }
        }
    }

    /// Let syslog-ng go on with what was posted since the last call. For sources that set
    /// ``self.auto_close_batches = False`` in init(). On another thread than run()'s it has run()'s next
    /// messages go on at once, each by itself.
    fn close_batch(&self, py: Python<'_>) -> PyResult<()> {
        const CLOSE: &str = "close_batch";
        let linked = self.linked(CLOSE)?;
        // The host takes locks to pass messages on.
        let closed = py.detach(|| linked.poster.close_batch());
        closed.map_err(|error| why(error, CLOSE))
    }

    /// Set the value TRANSPORT of the messages that are posted from now on.
    fn set_transport_name(&self, name: &str) -> PyResult<()> {
        let linked = self.0.get("set_transport_name")?;
        linked.running("set_transport_name")?;
        linked.poster.set_transport_name(Some(name));
        Ok(())
    }
}

/// Connects an object to the driver that made it.
pub(crate) fn link(
    object: &Bound<'_, PyAny>,
    running: &Arc<RunningSource>,
    poster: Poster,
    persist_name: &str,
) {
    if let Ok(source) = object.cast::<LogSource>() {
        let suspends = running.suspends();
        source.get().0.set(running, poster, persist_name, suspends);
    }
}

/// Whether an exception is what post_message() raises when the source has been told to end.
pub(crate) fn is_stopping(py: Python<'_>, error: &Error) -> bool {
    let Error::Raised(error) = error else {
        return false;
    };
    error.is_instance_of::<PyRuntimeError>(py)
        && error.value(py).str().is_ok_and(|text| text == STOPPING)
}

/// Whether the object is made from the base class of sources.
pub(crate) fn is_source(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<LogSource>()
}

/// The package's base class of sources.
pub(crate) fn base(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static BASE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    kept(py, &BASE, "syslogng.source", "LogSource")
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LogSource>()
}
