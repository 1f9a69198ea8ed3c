// SPDX-License-Identifier: GPL-2.0-or-later

//! The native base of parsers.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use super::kept;

/// The native base of syslogng.LogParser.
#[pyclass(name = "LogParser", module = "_syslogng", subclass, frozen)]
struct LogParser;

#[pymethods]
impl LogParser {
    /// Arguments are the business of the class's own `__init__`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        LogParser
    }
}

/// Whether the object is made from the base class of parsers.
pub(crate) fn is_parser(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<LogParser>()
}

/// The package's base class of parsers.
pub(crate) fn base(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static BASE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    kept(py, &BASE, "syslogng.parser", "LogParser")
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LogParser>()
}
