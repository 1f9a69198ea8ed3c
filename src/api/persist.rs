// SPDX-License-Identifier: GPL-2.0-or-later

//! State that outlives the process.

use std::sync::OnceLock;

use pyo3::exceptions::{PyKeyError, PyOSError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple};
use syslog_ng_plugin::persist::{self, PersistError};

use super::persist_value;

/// What stands between the name and a key; neither the host nor its C module lets it be in the name.
const DELIMITER: &str = "##";
/// What stands in the entry of the name itself: the version of the format, and a byte of flags.
const MASTER: [u8; 2] = [1, 0];

/// Keys and values that outlive the process, in syslog-ng's persist file.
#[pyclass(name = "Persist", module = "_syslogng", subclass, frozen)]
struct Persist(OnceLock<String>);

fn error(error: PersistError) -> PyErr {
    match error {
        PersistError::Closed => PyRuntimeError::new_err(
            "persist_state is not yet available: use Persist() in or after init(), and not after \
             syslog-ng has stopped",
        ),
        PersistError::TooLong => PyValueError::new_err(format!(
            "the value is too long: syslog-ng's persist file takes {} bytes for each",
            persist::LONGEST_ENTRY
        )),
        PersistError::Name => PyValueError::new_err(format!(
            "a key is not empty, holds no NUL byte, and has {} bytes at most, with the name in front",
            persist::LONGEST_NAME
        )),
        PersistError::Write => PyOSError::new_err("value could not be stored"),
    }
}

/// The bytes of a key, a str or bytes.
fn key_bytes(key: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = key.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    match key.cast::<PyString>() {
        Ok(text) => {
            // Also such keys as come out of the file without being UTF-8.
            let bytes = text.call_method1("encode", ("utf-8", "surrogateescape"))?;
            Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
        }
        Err(_) => Err(PyTypeError::new_err("key is not a string object")),
    }
}

impl Persist {
    fn name(&self) -> PyResult<&str> {
        self.0.get().map(String::as_str).ok_or_else(|| {
            PyRuntimeError::new_err(
                "a class derived from Persist has to call super().__init__(name)",
            )
        })
    }

    /// The name of the entry of a key.
    fn entry(&self, key: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let mut entry = format!("{}{DELIMITER}", self.name()?).into_bytes();
        entry.extend(key_bytes(key)?);
        Ok(entry)
    }

    /// The names of the entries of all keys.
    fn entries(&self, py: Python<'_>) -> PyResult<Vec<Vec<u8>>> {
        let prefix = format!("{}{DELIMITER}", self.name()?);
        // The host has locks of its own.
        py.detach(|| persist::names(prefix.as_bytes()))
            .map_err(error)
    }
}

#[pymethods]
impl Persist {
    /// Arguments are the business of `__init__`, a derived class's own perhaps.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Persist(OnceLock::new())
    }

    fn __init__(&self, py: Python<'_>, persist_name: String) -> PyResult<()> {
        if persist_name.contains(DELIMITER) {
            return Err(PyValueError::new_err("persist name cannot contain ##"));
        }
        let name = persist_name.as_bytes();
        let master = py.detach(|| -> Result<_, PersistError> {
            let found = persist::read(name)?;
            if found.is_none() {
                persist::write(name, &MASTER)?;
            }
            Ok(found)
        });
        if let Some(&version) = master
            .map_err(error)?
            .as_ref()
            .and_then(|bytes| bytes.first())
        {
            if version != MASTER[0] {
                return Err(PyRuntimeError::new_err(format!(
                    "Invalid persist version: {version}\nPossible persist file corruption"
                )));
            }
        }
        // The name stays that of the first call.
        let _ = self.0.set(persist_name);
        // What is not looked up is left out the next time the host starts.
        for entry in self.entries(py)? {
            py.detach(|| persist::read(&entry)).map_err(error)?;
        }
        Ok(())
    }

    /// The name that it was made with.
    #[getter]
    fn persist_name(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let entry = self.entry(key)?;
        match py.detach(|| persist::read(&entry)).map_err(error)? {
            Some(bytes) => persist_value::to_python(py, &bytes),
            None => Err(PyKeyError::new_err(key.clone().unbind())),
        }
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let entry = self.entry(key)?;
        let bytes = persist_value::from_python(value)?;
        let py = key.py();
        py.detach(|| persist::write(&entry, &bytes)).map_err(error)
    }

    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let entry = self.entry(key)?;
        match key.py().detach(|| persist::remove(&entry)).map_err(error)? {
            true => Ok(()),
            false => Err(PyKeyError::new_err(key.clone().unbind())),
        }
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        let entry = self.entry(key)?;
        let found = key.py().detach(|| persist::read(&entry)).map_err(error)?;
        Ok(found.is_some())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.entries(py)?.len())
    }

    /// The keys, as str.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let skip = self.name()?.len() + DELIMITER.len();
        let keys = PyList::empty(py);
        for entry in self.entries(py)? {
            let key = PyBytes::new(py, &entry[skip..]);
            keys.append(key.call_method1("decode", ("utf-8", "surrogateescape"))?)?;
        }
        keys.try_iter()
    }
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Persist>()
}
