// SPDX-License-Identifier: GPL-2.0-or-later

//! Events from Python.

use pyo3::prelude::*;
use syslog_ng_plugin::log::{self, Level};

/// Says events of syslog-ng itself: they come out of its ``internal()`` source.
///
/// debug() and trace() say nothing unless syslog-ng runs at that level. Any thread.
#[pyclass(name = "Logger", module = "_syslogng", subclass, frozen)]
pub(super) struct Logger;

fn say(py: Python<'_>, level: Level, message: &str) {
    if level.enabled() {
        // The host takes locks to pass an event on.
        py.detach(|| log::event(level, message, &[]));
    }
}

#[pymethods]
impl Logger {
    #[new]
    fn new() -> Self {
        Logger
    }

    /// Say that something failed.
    fn error(&self, py: Python<'_>, message: &str) {
        say(py, Level::Error, message);
    }

    /// Say that something is not as it should be.
    fn warning(&self, py: Python<'_>, message: &str) {
        say(py, Level::Warning, message);
    }

    /// Say something ordinary.
    fn info(&self, py: Python<'_>, message: &str) {
        say(py, Level::Info, message);
    }

    /// Say something that helps to find a mistake.
    fn debug(&self, py: Python<'_>, message: &str) {
        say(py, Level::Debug, message);
    }

    /// Say something that helps to follow single messages.
    fn trace(&self, py: Python<'_>, message: &str) {
        say(py, Level::Trace, message);
    }
}
