// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's values to Python's.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime};
use syslog_ng_plugin::{Value, ValueType};

/// How values are read, which the config's version decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueMode {
    /// Below 4.0: everything is bytes, and a value that is not there is empty.
    Bytes,
    /// From 4.0: by type; a value that is not there raises KeyError.
    Typed,
}

/// A value as a Python object.
///
/// # Errors
/// TypeError if the bytes are not what their type says.
pub(super) fn to_python<'py>(
    py: Python<'py>,
    key: &Bound<'py, PyAny>,
    value: Value<'_>,
    mode: ValueMode,
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = || Ok(PyBytes::new(py, value.bytes).into_any());
    if mode == ValueMode::Bytes {
        return bytes();
    }
    let text = || std::str::from_utf8(value.bytes).ok();
    let converted = match value.kind {
        ValueType::Integer => text()
            .and_then(|text| text.parse::<i64>().ok())
            .map(|n| n.into_pyobject(py).map(Bound::into_any)),
        ValueType::Double => text()
            .and_then(|text| text.parse::<f64>().ok())
            .map(|n| n.into_pyobject(py).map(Bound::into_any)),
        ValueType::Boolean => match value.bytes.first() {
            Some(b't' | b'T' | b'1' | b'y' | b'Y') => {
                return Ok(true.into_pyobject(py)?.to_owned().into_any());
            }
            Some(b'f' | b'F' | b'0' | b'n' | b'N') => {
                return Ok(false.into_pyobject(py)?.to_owned().into_any());
            }
            _ => None,
        },
        ValueType::DateTime => {
            return match text().and_then(|text| text.parse::<f64>().ok()) {
                Some(seconds) => Ok(PyDateTime::from_timestamp(py, seconds, None)?.into_any()),
                None => Err(not_convertible(key, value)),
            };
        }
        ValueType::Null => return Ok(py.None().into_bound(py)),
        ValueType::String | ValueType::Json | ValueType::List | ValueType::Other => return bytes(),
    };
    match converted {
        Some(Ok(object)) => Ok(object),
        Some(Err(never)) => match never {},
        None => Err(not_convertible(key, value)),
    }
}

fn not_convertible(key: &Bound<'_, PyAny>, value: Value<'_>) -> PyErr {
    PyTypeError::new_err(format!(
        "the value of {key} is {:?}, which is not what its type ({:?}) says",
        String::from_utf8_lossy(value.bytes),
        value.kind,
    ))
}
