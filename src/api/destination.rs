// SPDX-License-Identifier: GPL-2.0-or-later

//! The native base of destinations, and the results of their methods.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::Insert;

use super::kept;

/// The native base of syslogng.LogDestination.
#[pyclass(name = "LogDestination", module = "_syslogng", subclass, frozen)]
struct LogDestination {
    /// What stats_written_bytes_add() has added and the host does not know yet.
    written: Arc<AtomicUsize>,
}

#[pymethods]
impl LogDestination {
    /// Arguments are the business of the class's own `__init__`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        LogDestination {
            written: Arc::default(),
        }
    }

    /// Add to the host's count of bytes that this destination has written (``output_event_bytes_total``
    /// from syslog-ng 4 on; older ones have no such counter). Any thread.
    fn stats_written_bytes_add(&self, bytes: usize) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The host's LTR_EXPLICIT_ACK_MGMT, which is none of [`Insert::ALL`].
const EXPLICIT_ACK_MGMT: u32 = 2;

/// What send() and flush() may return, and MAX, by name.
pub(crate) fn result_constants() -> impl Iterator<Item = (&'static str, u32)> {
    Insert::ALL
        .into_iter()
        .map(|(name, result)| (name, result.number()))
        .chain([("MAX", Insert::MAX)])
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<LogDestination>()?;
    let members: Vec<_> = Insert::ALL
        .iter()
        .map(|(name, result)| (*name, result.number()))
        // The C module has it, but nothing in Python can make use of it: returned, it is an error.
        .chain([("EXPLICIT_ACK_MGMT", EXPLICIT_ACK_MGMT)])
        .collect();
    let keywords = PyDict::new(py);
    keywords.set_item("module", "_syslogng")?;
    let results = py
        .import("enum")?
        .getattr("IntEnum")?
        .call(("LogDestinationResult", members), Some(&keywords))?;
    module.add("LogDestinationResult", results)
}

/// Whether the object is made from the base class of destinations.
pub(crate) fn is_destination(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<LogDestination>()
}

/// The object's count of bytes written, if it is made from the base class of destinations.
pub(crate) fn written_bytes(object: &Bound<'_, PyAny>) -> Option<Arc<AtomicUsize>> {
    let destination = object.cast::<LogDestination>().ok()?;
    Some(Arc::clone(&destination.get().written))
}

/// The package's base class of destinations.
pub(crate) fn base(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static BASE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    kept(py, &BASE, "syslogng.dest", "LogDestination")
}
