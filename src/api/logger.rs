// SPDX-License-Identifier: GPL-2.0-or-later

//! Events from Python.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;
use syslog_ng_plugin::log::{self, Level};

/// Says events of syslog-ng itself: they come out of its ``internal()`` source.
///
/// debug() and trace() say nothing unless syslog-ng runs at that level, which may change at any time
/// (``syslog-ng-ctl debug --set=on``). Any thread.
#[pyclass(name = "Logger", module = "_syslogng", subclass, frozen)]
struct Logger;

fn say(level: Level, message: &Bound<'_, PyAny>) -> PyResult<()> {
    let text: String = message.extract()?;
    // The host takes locks to pass an event on.
    message.py().detach(|| log::event(level, &text, &[]));
    Ok(())
}

/// What is not said may be called in any way, as with the C module, and costs nothing.
fn say_if_enabled(
    level: Level,
    message: Option<&Bound<'_, PyAny>>,
    rest: &Bound<'_, PyTuple>,
) -> PyResult<()> {
    if !level.enabled() {
        return Ok(());
    }
    match message {
        Some(message) if rest.is_empty() => say(level, message),
        message => Err(PyTypeError::new_err(format!(
            "function takes exactly 1 argument ({} given)",
            rest.len() + usize::from(message.is_some())
        ))),
    }
}

#[pymethods]
impl Logger {
    /// Arguments are the business of the `__init__` of a class derived from it.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Logger
    }

    /// Say that something failed.
    #[pyo3(signature = (message, /))]
    fn error(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Error, message)
    }

    /// Say that something is not as it should be.
    #[pyo3(signature = (message, /))]
    fn warning(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Warning, message)
    }

    /// Say something ordinary.
    #[pyo3(signature = (message, /))]
    fn info(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Info, message)
    }

    /// Say something that helps to find a mistake.
    #[pyo3(signature = (message=None, /, *rest))]
    fn debug(&self, message: Option<&Bound<'_, PyAny>>, rest: &Bound<'_, PyTuple>) -> PyResult<()> {
        say_if_enabled(Level::Debug, message, rest)
    }

    /// Say something that helps to follow single messages.
    #[pyo3(signature = (message=None, /, *rest))]
    fn trace(&self, message: Option<&Bound<'_, PyAny>>, rest: &Bound<'_, PyTuple>) -> PyResult<()> {
        say_if_enabled(Level::Trace, message, rest)
    }
}

/// Whether syslog-ng says events of a level of Python's logging at the moment.
#[pyfunction]
fn _said(level: i64) -> bool {
    match level {
        20.. => true,
        10..20 => Level::Debug.enabled(),
        _ => Level::Trace.enabled(),
    }
}

/// Where the package puts its handler of Python's logging: where the hosts' own packages do, and on
/// hosts that have none in the place of the handler that writes to stderr where there is no other.
const HANDLER: &str = if PYTHON_BASE_CLASSES {
    "root"
} else {
    "last resort"
};

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Logger>()?;
    module.add_function(wrap_pyfunction!(_said, module)?)?;
    module.add("_LOGGING", HANDLER)
}
