// SPDX-License-Identifier: GPL-2.0-or-later

//! Keys to the host's names. A look-up of a known key is one of a Python dict, whose strings know
//! their hash.

use std::ffi::CString;
use std::sync::OnceLock;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};
use syslog_ng_plugin::Name;

/// How many keys are remembered; code that makes up keys as it goes does not fill the memory.
const REMEMBERED: usize = 4096;

#[pyclass(frozen, module = "_syslogng")]
struct KnownName(Name);

/// MESSAGE, which every message that is made gets.
pub(super) fn message() -> Name {
    static MESSAGE: OnceLock<Name> = OnceLock::new();
    *MESSAGE.get_or_init(|| Name::look_up(c"MESSAGE"))
}

/// The host's name for `key`, a str or bytes; `None` for a key that no value can have, because it
/// holds a NUL byte.
///
/// # Errors
/// TypeError for other keys, UnicodeEncodeError for a str that has no UTF-8 form.
pub(super) fn look_up(key: &Bound<'_, PyAny>) -> PyResult<Option<Name>> {
    static KNOWN: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let py = key.py();
    let known = KNOWN.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    // A subclass may have an equality of its own.
    let plain = key.is_exact_instance_of::<PyString>() || key.is_exact_instance_of::<PyBytes>();
    if plain {
        if let Some(found) = known.get_item(key)? {
            return Ok(Some(found.cast::<KnownName>()?.get().0));
        }
    }
    let bytes = if let Ok(text) = key.cast::<PyString>() {
        text.to_str()?.as_bytes().to_vec()
    } else if let Ok(bytes) = key.cast::<PyBytes>() {
        bytes.as_bytes().to_vec()
    } else {
        let kind = key.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!(
            "the name of a value is a str or bytes, not {kind}"
        )));
    };
    let Ok(text) = CString::new(bytes) else {
        return Ok(None);
    };
    let name = Name::look_up(&text);
    if plain && known.len() < REMEMBERED {
        known.set_item(key, Py::new(py, KnownName(name))?)?;
    }
    Ok(Some(name))
}
