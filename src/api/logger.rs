// SPDX-License-Identifier: GPL-2.0-or-later

//! Events from Python.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::log::{self, Level};

/// Says events of syslog-ng itself: they come out of its ``internal()`` source.
///
/// debug() and trace() say nothing unless syslog-ng runs at that level. Any thread.
#[pyclass(name = "Logger", module = "_syslogng", subclass, frozen)]
pub(super) struct Logger;

fn say(level: Level, message: &Bound<'_, PyAny>) -> PyResult<()> {
    // What is not said may be anything, and costs nothing.
    if level.enabled() {
        let text: String = message.extract()?;
        // The host takes locks to pass an event on.
        message.py().detach(|| log::event(level, &text, &[]));
    }
    Ok(())
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
    fn error(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Error, message)
    }

    /// Say that something is not as it should be.
    fn warning(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Warning, message)
    }

    /// Say something ordinary.
    fn info(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Info, message)
    }

    /// Say something that helps to find a mistake.
    fn debug(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Debug, message)
    }

    /// Say something that helps to follow single messages.
    fn trace(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        say(Level::Trace, message)
    }
}
