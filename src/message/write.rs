// SPDX-License-Identifier: GPL-2.0-or-later

//! Python's values to the host's. What is written reads back as it was.

use std::borrow::Cow;

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDateTime, PyFloat, PyInt, PyList, PyString};
use syslog_ng_plugin::{ValueType, write_list};

use super::time::Time;
use super::value::ValueMode;

/// The bytes of a str, as UTF-8, or of bytes; `None` for anything else.
///
/// # Errors
/// UnicodeEncodeError for a str that has no UTF-8 form.
pub(crate) fn bytes_of<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Option<&'a [u8]>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Some(text.to_str()?.as_bytes()));
    }
    Ok(value.cast::<PyBytes>().ok().map(PyBytesMethods::as_bytes))
}

/// A Python object as the host writes values of its type.
///
/// # Errors
/// ValueError for objects of other types, OverflowError for whole numbers beyond 64 bits; both name
/// the key and the type. Those of the object's own methods.
pub(crate) fn from_python<'a>(
    key: &Bound<'_, PyAny>,
    value: &'a Bound<'_, PyAny>,
    mode: ValueMode,
) -> PyResult<(ValueType, Cow<'a, [u8]>)> {
    if let Some(bytes) = bytes_of(value)? {
        return Ok((ValueType::String, bytes.into()));
    }
    if mode == ValueMode::Bytes {
        return Err(PyValueError::new_err(format!(
            "the value of {key} is to be a str or bytes, not {}: other types can be set in configs of \
             version 4.0 and newer; convert it with str() here",
            type_of(value)
        )));
    }
    let written = |kind, text: String| Ok((kind, Cow::Owned(text.into_bytes())));
    if value.is_none() {
        return Ok((ValueType::Null, Cow::Borrowed(b"")));
    }
    // A bool is an int too.
    if let Ok(value) = value.cast::<PyBool>() {
        let text = if value.is_true() { "true" } else { "false" };
        return written(ValueType::Boolean, text.to_owned());
    }
    if value.is_instance_of::<PyInt>() {
        return written(ValueType::Integer, integer(key, value, value)?.to_string());
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return written(ValueType::Double, double(number.value()));
    }
    if let Ok(list) = value.cast::<PyList>() {
        return Ok((ValueType::List, Cow::Owned(items(key, list)?)));
    }
    if let Ok(time) = value.cast::<PyDateTime>() {
        return written(ValueType::DateTime, Time::from_python(time)?.to_text());
    }
    // Whole numbers of other kinds, such as numpy's.
    if value.get_type().hasattr("__index__")? {
        let number = value.call_method0("__index__")?;
        return written(
            ValueType::Integer,
            integer(key, value, &number)?.to_string(),
        );
    }
    Err(PyValueError::new_err(format!(
        "the value of {key} cannot be of the type {}: str, bytes, int, float, bool, None, datetime and \
         lists of str or bytes can be set",
        type_of(value)
    )))
}

fn type_of(value: &Bound<'_, PyAny>) -> String {
    value
        .get_type()
        .qualname()
        .map_or_else(|_| "<unknown>".to_owned(), |name| name.to_string())
}

fn integer(
    key: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    number: &Bound<'_, PyAny>,
) -> PyResult<i64> {
    number.extract().map_err(|error: PyErr| {
        if !error.is_instance_of::<PyOverflowError>(number.py()) {
            return error;
        }
        PyOverflowError::new_err(format!(
            "the value of {key}, of the type {}, does not fit in 64 bits with a sign",
            type_of(value)
        ))
    })
}

/// With six decimals, as the C module writes floats, where that is exact; else the shortest text
/// that is.
fn double(number: f64) -> String {
    let plain = format!("{number:.6}");
    if number.abs() < 1e16 && plain.parse() == Ok(number) || !number.is_finite() {
        return plain.to_ascii_lowercase();
    }
    format!("{number:?}")
}

fn items(key: &Bound<'_, PyAny>, list: &Bound<'_, PyList>) -> PyResult<Vec<u8>> {
    // Kept while their bytes are borrowed: another thread may change the list.
    let items: Vec<_> = list.iter().collect();
    let mut texts = Vec::with_capacity(items.len());
    for item in &items {
        texts.push(bytes_of(item)?.ok_or_else(|| {
            PyValueError::new_err(format!(
                "the items of the list for {key} are to be str or bytes, not {}",
                type_of(item)
            ))
        })?);
    }
    Ok(write_list(texts))
}

#[cfg(test)]
mod tests {
    use super::double;

    #[test]
    fn floats_are_exact_and_look_as_they_always_did_where_they_can() {
        for (number, text) in [
            (1.5, "1.500000"),
            (0.1, "0.100000"),
            (-2.0, "-2.000000"),
            (-0.0, "-0.000000"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-7, "1e-7"),
            (1e300, "1e300"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(double(number), text);
            let back: f64 = text.parse().unwrap();
            assert!(
                back.to_bits() == number.to_bits() || number.is_nan(),
                "{text}"
            );
        }
    }
}
