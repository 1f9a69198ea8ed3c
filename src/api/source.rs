// SPDX-License-Identifier: GPL-2.0-or-later

//! The native base of sources, which posts their messages.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::{PostError, Poster};

use super::kept;
use super::link::{Link, Linked};
use crate::driver::{RunningSource, bookmark_of};
use crate::message::LogMessage;
use crate::object::Error;

const STOPPING: &str = "source is stopping";

/// The native base of syslogng.LogSource.
#[pyclass(name = "LogSource", module = "_syslogng", subclass, frozen)]
struct LogSource(Link<RunningSource>);

/// Why `method` does not work here.
fn elsewhere(linked: &Linked<RunningSource>, method: &str) -> PyErr {
    match linked.running(method) {
        Err(gone) => gone,
        Ok(_) => PyRuntimeError::new_err(format!(
            "{method}() must be called on the thread that run() is called on, while it runs"
        )),
    }
}

fn posted_before() -> PyErr {
    PyValueError::new_err(
        "the message has been posted already: make a new LogMessage for each post",
    )
}

#[pymethods]
impl LogSource {
    /// Arguments are the business of the class's own `__init__`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        LogSource(Link::default())
    }

    /// The name under which syslog-ng knows this source across restarts.
    #[getter]
    fn persist_name(&self) -> Option<String> {
        self.0.persist_name()
    }

    /// Post a message. When it returns, syslog-ng has the message.
    fn post_message(&self, py: Python<'_>, msg: &Bound<'_, LogMessage>) -> PyResult<()> {
        const POST: &str = "post_message";
        let linked = self.0.get(POST)?;
        let poster = &linked.poster;
        let msg = msg.get();
        let bookmark = bookmark_of(py, msg);
        let message = msg.for_posting(py).ok_or_else(posted_before)?;
        // The host runs the log path, takes locks, and waits while the window is closed.
        let posted = py.detach(|| {
            if linked.suspends {
                poster.try_post_with(&message, bookmark)
            } else {
                poster.post_with(&message, bookmark)
            }
        });
        if posted.is_err() {
            msg.was_not_posted();
        }
        match posted {
            Ok(()) => {
                // wakeup() needs the GIL too, so it comes after suspend() has begun.
                if linked.suspends && !poster.is_open() {
                    linked.running(POST)?.suspend(py);
                }
                Ok(())
            }
            Err(PostError::Closed) => {
                let what = "Incorrectly suspended source, dropping message";
                let running = linked.running(POST)?;
                running.reporter().complain(py, POST, what);
                Ok(())
            }
            Err(PostError::Stopping) => Err(PyRuntimeError::new_err(STOPPING)),
            Err(PostError::NotRunning) => Err(elsewhere(&linked, POST)),
            Err(PostError::NoTracker) => Err(PyRuntimeError::new_err(
                "Bookmarks can not be used without creating an AckTracker instance (self.ack_tracker)",
            )),
            Err(PostError::Nested) => Err(PyRuntimeError::new_err(
                "post_message() cannot be called from an ack tracker's callback",
            )),
            Err(PostError::NotNew) => Err(posted_before()),
        }
    }

    /// Let syslog-ng go on with what was posted since the last call. For sources that set
    /// ``self.auto_close_batches = False`` in init().
    fn close_batch(&self, py: Python<'_>) -> PyResult<()> {
        let linked = self.0.get("close_batch")?;
        // The host takes locks to pass messages on.
        py.detach(|| linked.poster.close_batch())
            .map_err(|_| elsewhere(&linked, "close_batch"))
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
