// SPDX-License-Identifier: GPL-2.0-or-later

//! The class `LogMessage`.

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use syslog_ng_plugin::{Message, Value, macro_names};

use super::name;
use super::value::{self, ValueMode};

/// A log message: its values by name, as in ``msg["HOST"]``.
///
/// Names are str or bytes; macros such as DATE or FACILITY are names too. Values are bytes where
/// the config's version is below 4.0, and there a name without a value reads ``b""``; from 4.0 on
/// values have types (bytes for texts), and a name without a value raises KeyError. May be kept,
/// and read on any thread.
#[pyclass(name = "LogMessage", module = "syslogng", frozen, subclass, mapping)]
pub(crate) struct LogMessage {
    message: Message,
    mode: ValueMode,
}

impl LogMessage {
    pub(crate) fn new(message: Message, mode: ValueMode) -> Self {
        LogMessage { message, mode }
    }
}

#[pymethods]
impl LogMessage {
    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let found = match name::look_up(key)? {
            Some(name) => self.message.value(name, |value| {
                value
                    .filter(|value| value::is_visible(value.kind))
                    .map(|value| value::to_python(py, value, self.mode))
                    .transpose()
            })?,
            None => None,
        };
        match (found, self.mode) {
            (Some(value), _) => Ok(value),
            (None, ValueMode::Bytes) => Ok(PyBytes::new(py, b"").into_any()),
            (None, ValueMode::Typed) => Err(PyKeyError::new_err(format!(
                "the message has no value called {}",
                key.str()?
            ))),
        }
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.read_only(key))
    }

    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.read_only(key))
    }

    /// Whether the message has a value, or a macro, of this name.
    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(name::look_up(key)?.is_some_and(|name| {
            let visible = |value: Value<'_>| value::is_visible(value.kind);
            self.message.value(name, |value| value.is_some_and(visible))
        }))
    }

    /// Give the names of the message's values, and of all macros, as a list of bytes.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let keys = PyList::empty(py);
        let mut result = Ok(());
        self.message.for_each_name(|name, kind| {
            if result.is_ok() && value::is_visible(kind) {
                result = keys.append(PyBytes::new(py, name));
            }
        });
        result?;
        for name in macro_names() {
            keys.append(PyBytes::new(py, name))?;
        }
        Ok(keys)
    }
}

impl LogMessage {
    fn read_only(&self, key: &Bound<'_, PyAny>) -> PyErr {
        PyTypeError::new_err(format!(
            "the value {key} cannot be changed: a message is read-only in a destination, because \
             other destinations see it too"
        ))
    }
}
