// SPDX-License-Identifier: GPL-2.0-or-later

//! What send() gets where the config has value-pairs(): a dict from names to values.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use syslog_ng_plugin::host::MISFITS_ARE_BYTES;
use syslog_ng_plugin::{MessageRef, TemplateOptions, Value, ValuePairs, ValueType};

use super::value;
use crate::object::Error;

/// How many names are remembered as Python strings; a config whose names come from messages does
/// not fill the memory.
const REMEMBERED: usize = 4096;

/// A choice of values with what makes a dict of them.
pub(crate) struct Pairs {
    pairs: Arc<ValuePairs>,
    options: TemplateOptions,
    /// Names as Python strings. Out of its place while a dict is made, so that no lock is held
    /// while Python runs.
    names: Mutex<Names>,
}

type Names = HashMap<Box<[u8]>, Py<PyString>>;

/// What a message's values became.
pub(crate) struct Converted<'py> {
    /// `None` where on-error() says that the message goes with a value that does not fit its type,
    /// and where Python cannot make the dict.
    pub(crate) dict: Option<Bound<'py, PyDict>>,
    /// To be told.
    pub(crate) errors: Vec<Error>,
}

impl Pairs {
    pub(crate) fn new(pairs: Arc<ValuePairs>, options: TemplateOptions) -> Self {
        Pairs {
            pairs,
            options,
            names: Mutex::default(),
        }
    }

    /// The values of `message`, typed whatever the config's version. With the GIL, on the worker's
    /// thread.
    pub(crate) fn convert<'py>(
        &self,
        py: Python<'py>,
        message: MessageRef<'_>,
        sequence_number: i32,
    ) -> Converted<'py> {
        let mut names = std::mem::take(&mut *self.names());
        let dict = PyDict::new(py);
        let mut errors = Vec::new();
        let mut add = |name: &CStr, value: Value<'_>| -> PyResult<bool> {
            let (object, goes_on) = self.object(py, name, value, &mut errors)?;
            if let Some(object) = object {
                dict.set_item(python_name(py, &mut names, name)?, object)?;
            }
            Ok(goes_on)
        };
        let mut failure = None;
        let complete =
            self.pairs
                .for_each(message, &self.options, sequence_number, |name, value| {
                    add(name, value).unwrap_or_else(|error| {
                        failure = Some(error);
                        false
                    })
                });
        errors.extend(failure.map(Error::from));
        *self.names() = names;
        Converted {
            dict: complete.then_some(dict),
            errors,
        }
    }

    /// A value as a Python object, if it has one, and whether the message goes on.
    fn object<'py>(
        &self,
        py: Python<'py>,
        name: &CStr,
        value: Value<'_>,
        errors: &mut Vec<Error>,
    ) -> PyResult<(Option<Bound<'py, PyAny>>, bool)> {
        if let Some(object) = value::typed(py, value)? {
            return Ok((Some(object), true));
        }
        let bytes = PyBytes::new(py, value.bytes).into_any();
        if MISFITS_ARE_BYTES {
            return Ok((Some(bytes), true));
        }
        let on_error = self.options.on_error();
        if !on_error.silently {
            errors.push(misfit(name, value));
        }
        Ok(if on_error.fall_back_to_string {
            (Some(bytes), true)
        } else {
            (None, !on_error.drop_message)
        })
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that are not UTF-8 come as Python's lone surrogates.
fn python_name<'py>(
    py: Python<'py>,
    names: &mut Names,
    name: &CStr,
) -> PyResult<Bound<'py, PyString>> {
    let bytes = name.to_bytes();
    if let Some(known) = names.get(bytes) {
        return Ok(known.bind(py).clone());
    }
    let made = match name.to_str() {
        Ok(text) => PyString::new(py, text),
        Err(_) => PyBytes::new(py, bytes)
            .call_method1("decode", ("utf-8", "surrogateescape"))?
            .cast_into()?,
    };
    if names.len() < REMEMBERED {
        names.insert(bytes.into(), made.clone().unbind());
    }
    Ok(made)
}

fn misfit(name: &CStr, value: Value<'_>) -> Error {
    Error::Misfit {
        name: name.to_string_lossy().into_owned(),
        value: String::from_utf8_lossy(value.bytes).into_owned(),
        kind: match value.kind {
            ValueType::Integer => "int",
            ValueType::Double => "float",
            ValueType::Boolean => "bool",
            ValueType::DateTime => "datetime",
            _ => "value",
        },
    }
}
