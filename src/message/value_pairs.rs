// SPDX-License-Identifier: GPL-2.0-or-later

//! What send() gets where the config has value-pairs(): a dict from names to values.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
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

/// As many pairs as make a shape that is remembered.
const LARGEST_SHAPE: usize = 256;

/// A choice of values with what makes a dict of them.
pub(crate) struct Pairs {
    pairs: Arc<ValuePairs>,
    options: TemplateOptions,
    /// Out of its place while a dict is made, so that no lock is held while Python runs.
    known: Mutex<Known>,
}

/// What was learnt from messages before.
#[derive(Default)]
struct Known {
    /// Names as Python strings.
    names: Names,
    /// What the last message gave: mostly the next one gives the same.
    shape: Shape,
}

type Names = HashMap<Box<[u8]>, Py<PyString>>;

/// The names of a dict, in the order in which they come.
#[derive(Default)]
struct Shape {
    names: Vec<(CString, Py<PyString>)>,
    /// With these names. A copy of it is filled faster than an empty one.
    dict: Option<Py<PyDict>>,
}

impl Shape {
    fn has(&self, at: usize, name: &CStr) -> bool {
        self.names
            .get(at)
            .is_some_and(|(known, _)| known.as_bytes() == name.to_bytes())
    }
}

/// The pairs of a message, as they come.
struct Gathered<'py> {
    values: Vec<Bound<'py, PyAny>>,
    /// The names, where they are not those of the shape.
    others: Option<Vec<(CString, Py<PyString>)>>,
}

impl<'py> Gathered<'py> {
    fn add(
        &mut self,
        py: Python<'py>,
        known: &mut Known,
        name: &CStr,
        value: Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let at = self.values.len();
        if self.others.is_some() || !known.shape.has(at, name) {
            let key = python_name(py, &mut known.names, name)?.unbind();
            self.others(py, &known.shape).push((name.to_owned(), key));
        }
        self.values.push(value);
        Ok(())
    }

    /// The names so far, from here on apart from the shape.
    fn others(&mut self, py: Python<'py>, shape: &Shape) -> &mut Vec<(CString, Py<PyString>)> {
        let count = self.values.len();
        let copy = |(name, key): &(CString, Py<PyString>)| (name.clone(), key.clone_ref(py));
        self.others
            .get_or_insert_with(|| shape.names.iter().take(count).map(copy).collect())
    }

    /// The dict. Its shape is remembered.
    fn into_dict(mut self, py: Python<'py>, shape: &mut Shape) -> PyResult<Bound<'py, PyDict>> {
        let is_same = self.others.is_none() && self.values.len() == shape.names.len();
        if let (true, Some(dict)) = (is_same, &shape.dict) {
            let dict = dict.bind(py).copy()?;
            for ((_, key), value) in shape.names.iter().zip(self.values) {
                dict.set_item(key, value)?;
            }
            return Ok(dict);
        }
        self.others(py, shape);
        let names = self.others.unwrap_or_default();
        let dict = PyDict::new(py);
        for ((_, key), value) in names.iter().zip(self.values) {
            dict.set_item(key, value)?;
        }
        *shape = Shape::default();
        if names.len() <= LARGEST_SHAPE {
            let empty = PyDict::new(py);
            for (_, key) in &names {
                empty.set_item(key, py.None())?;
            }
            let dict = Some(empty.unbind());
            *shape = Shape { names, dict };
        }
        Ok(dict)
    }
}

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
            known: Mutex::default(),
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
        let mut known = std::mem::take(&mut *self.known());
        let mut gathered = Gathered {
            values: Vec::with_capacity(known.shape.names.len()),
            others: None,
        };
        let mut errors = Vec::new();
        let mut add = |name: &CStr, value: Value<'_>| -> PyResult<bool> {
            let (object, goes_on) = self.object(py, name, value, &mut errors)?;
            if let Some(object) = object {
                gathered.add(py, &mut known, name, object)?;
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
        let dict = if complete {
            let made = gathered.into_dict(py, &mut known.shape);
            made.map_err(|error| failure = Some(error)).ok()
        } else {
            None
        };
        errors.extend(failure.map(Error::from));
        *self.known() = known;
        Converted { dict, errors }
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

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
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
