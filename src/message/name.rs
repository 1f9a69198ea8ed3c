// SPDX-License-Identifier: GPL-2.0-or-later

//! Keys to the host's names. A key that stands in the code is the same object each time, and is known by
//! that; a look-up of another known key is one of a Python dict, whose strings know their hash.

use std::ffi::CString;
use std::sync::OnceLock;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};
use syslog_ng_plugin::Name;

/// How many keys are remembered; code that makes up keys as it goes does not fill the memory.
const REMEMBERED: usize = 4096;

/// A name, and the key that it was first asked for by.
#[pyclass(frozen, module = "_syslogng")]
struct KnownName {
    name: Name,
    key: Py<PyAny>,
}

/// Places for keys that are known by their address; each is kept by the first that comes to it.
const PLACES: usize = 256;

type Place = OnceLock<(Py<PyAny>, Name)>;

/// Where a key of this address is kept.
fn place(key: &Bound<'_, PyAny>) -> &'static Place {
    static KEYS: [Place; PLACES] = [const { OnceLock::new() }; PLACES];
    // Objects stand 16 bytes apart at least, and many 48 or 64.
    let address = key.as_ptr().addr() >> 4;
    &KEYS[(address ^ (address >> 8)) % PLACES]
}

/// The host's name for `key`, a str or bytes; `None` for a key that no value can have, because it
/// holds a NUL byte.
///
/// # Errors
/// TypeError for other keys, UnicodeEncodeError for a str that has no UTF-8 form.
pub(super) fn look_up(key: &Bound<'_, PyAny>) -> PyResult<Option<Name>> {
    static KNOWN: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let py = key.py();
    let place = place(key);
    if let Some((known, name)) = place.get() {
        if known.is(key) {
            return Ok(Some(*name));
        }
    }
    let known = KNOWN.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    // A subclass may have an equality of its own.
    let plain = key.is_exact_instance_of::<PyString>() || key.is_exact_instance_of::<PyBytes>();
    if plain {
        if let Some(found) = known.get_item(key)? {
            let KnownName { name, key: first } = found.cast::<KnownName>()?.get();
            // Not one that code makes as it goes.
            if first.is(key) {
                // It lives as long as the process then, so nobody else ever has its address.
                let _ = place.set((key.clone().unbind(), *name));
            }
            return Ok(Some(*name));
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
        let first = key.clone().unbind();
        known.set_item(key, Py::new(py, KnownName { name, key: first })?)?;
    }
    Ok(Some(name))
}
