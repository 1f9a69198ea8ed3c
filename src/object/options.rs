// SPDX-License-Identifier: GPL-2.0-or-later

//! What init() is given.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::Reporter;
use crate::api;
use crate::options::Value;

/// options() as a dict, with `str` for texts: UTF-8, and bytes that are not are kept as lone
/// surrogates.
pub(crate) fn to_dict<'py>(
    py: Python<'py>,
    options: &[(String, Value)],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in options {
        dict.set_item(name, to_python(py, value)?)?;
    }
    Ok(dict)
}

fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Text(text) => to_str(py, text)?,
        Value::Integer(number) => number.into_pyobject(py)?.into_any(),
        Value::Float(number) => number.into_pyobject(py)?.into_any(),
        Value::Boolean(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::List(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_str(py, item)?)?;
            }
            list.into_any()
        }
        Value::Template(text) => api::log_template(&to_str(py, text.to_bytes())?)?,
    })
}

/// A text of a config, or of the host, as `str`: UTF-8, and bytes that are not are kept as lone
/// surrogates.
pub(crate) fn to_str<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    match std::str::from_utf8(text) {
        Ok(text) => Ok(text.into_pyobject(py)?.into_any()),
        Err(_) => PyBytes::new(py, text).call_method1("decode", ("utf-8", "surrogateescape")),
    }
}

/// Says which options are no texts any more since the config was written.
pub(crate) fn warn_of_types(py: Python<'_>, reporter: &Reporter, options: &[(String, Value)]) {
    for (name, value) in options {
        if let Some(kind) = value.new_type() {
            reporter.warn(
                py,
                &format!(
                    "the option {name} comes as {kind}, and was a str before syslog-ng 4.2: see to the \
                     class, or put the value in quotes"
                ),
            );
        }
    }
}
