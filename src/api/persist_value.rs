// SPDX-License-Identifier: GPL-2.0-or-later

//! Values in the persist file: a byte for the type, and then the value.
//!
//! The first three types are those of the C module, which reads what is written here and the other way
//! round: text that a NUL byte ends. The others hold what that cannot.

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};

const TEXT: u8 = 0;
/// Decimal digits. `True` and `False` stand as words, as the C module writes them and does not read
/// them.
const INTEGER: u8 = 1;
const BYTES: u8 = 2;
/// As Python writes it, which loses nothing; a NUL byte ends it.
const FLOAT: u8 = 3;
const NONE: u8 = 4;
/// With its length in front, in four bytes, the lowest first: a text with NUL bytes.
const TEXT_WITH_LENGTH: u8 = 5;
/// Likewise.
const BYTES_WITH_LENGTH: u8 = 6;

/// A value as it stands in the file.
///
/// # Errors
/// TypeError for a type that cannot be stored.
pub(super) fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(text(BYTES, BYTES_WITH_LENGTH, bytes.as_bytes()));
    }
    if let Ok(string) = value.cast::<PyString>() {
        return Ok(text(TEXT, TEXT_WITH_LENGTH, string.to_str()?.as_bytes()));
    }
    if value.is_none() {
        return Ok(vec![NONE]);
    }
    let py = value.py();
    let (kind, plain) = if value.is_instance_of::<PyBool>() {
        (INTEGER, value.str()?)
    } else if value.is_instance_of::<PyInt>() {
        // A derived class may have words of its own.
        (
            INTEGER,
            py.get_type::<PyInt>()
                .call_method1("__repr__", (value,))?
                .str()?,
        )
    } else if value.is_instance_of::<PyFloat>() {
        (
            FLOAT,
            py.get_type::<PyFloat>()
                .call_method1("__repr__", (value,))?
                .str()?,
        )
    } else {
        return Err(PyTypeError::new_err(format!(
            "Value must be either string, integer or bytes, or a bool, float or None, not {}",
            value.get_type().qualname()?
        )));
    };
    Ok(text(kind, kind, plain.to_str()?.as_bytes()))
}

fn text(kind: u8, with_length: u8, bytes: &[u8]) -> Vec<u8> {
    let mut entry = Vec::with_capacity(bytes.len() + 5);
    if bytes.contains(&0) {
        entry.push(with_length);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        entry.extend(length.to_le_bytes());
        entry.extend(bytes);
    } else {
        entry.push(kind);
        entry.extend(bytes);
        entry.push(0);
    }
    entry
}

/// A value from the file. Behind its end may stand what was there before.
///
/// # Errors
/// RuntimeError for what this module does not know.
pub(super) fn to_python<'py>(py: Python<'py>, entry: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let (&kind, rest) = entry.split_first().unwrap_or((&u8::MAX, &[]));
    let text = || {
        let end = rest.iter().position(|&byte| byte == 0);
        &rest[..end.unwrap_or(rest.len())]
    };
    let decoded =
        |bytes| PyBytes::new(py, bytes).call_method1("decode", ("utf-8", "surrogateescape"));
    match kind {
        TEXT => decoded(text()),
        BYTES => Ok(PyBytes::new(py, text()).into_any()),
        INTEGER => match text() {
            b"True" => Ok(PyBool::new(py, true).to_owned().into_any()),
            b"False" => Ok(PyBool::new(py, false).to_owned().into_any()),
            digits => py.get_type::<PyInt>().call1((decoded(digits)?,)),
        },
        FLOAT => py.get_type::<PyFloat>().call1((decoded(text())?,)),
        NONE => Ok(py.None().into_bound(py)),
        TEXT_WITH_LENGTH => decoded(measured(rest)),
        BYTES_WITH_LENGTH => Ok(PyBytes::new(py, measured(rest)).into_any()),
        _ => Err(PyRuntimeError::new_err(format!(
            "Unknown data type: {kind}"
        ))),
    }
}

/// The bytes behind their length; fewer if there are fewer.
fn measured(rest: &[u8]) -> &[u8] {
    let Some((length, bytes)) = rest.split_first_chunk() else {
        return &[];
    };
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    &bytes[..length.min(bytes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_a_nul_byte_has_its_length_in_front() {
        assert_eq!(text(TEXT, TEXT_WITH_LENGTH, b"ab"), b"\x00ab\x00");
        let entry = text(TEXT, TEXT_WITH_LENGTH, b"a\0b");
        assert_eq!(entry, b"\x05\x03\x00\x00\x00a\x00b");
        assert_eq!(measured(&entry[1..]), b"a\0b");
        assert_eq!(measured(b"\xff\xff\xff\xffab"), b"ab");
        assert_eq!(measured(b"ab"), b"");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use pyo3::prelude::*;
    use pyo3::types::PyString;

    use super::{from_python, to_python};
    use crate::properties::{Kind, any_value, evaluate, with_python};

    fn can_be_kept(kind: &Kind) -> bool {
        match kind {
            Kind::Text(text) => text.is_some(),
            Kind::None | Kind::Bool(_) | Kind::Float(_) | Kind::Bytes(_) => true,
            Kind::Int(_) => true,
            _ => false,
        }
    }

    fn repr(value: &Bound<'_, PyAny>) -> String {
        // Derived classes come back as what they derive from.
        value.repr().unwrap().to_string()
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back_as_it_was(shape in any_value()) {
            with_python(|py| {
                let value = evaluate(py, &shape.expression);
                let entry = from_python(&value);
                let is_index = shape.expression.starts_with("Index(");
                prop_assert_eq!(entry.is_ok(), can_be_kept(&shape.kind) && !is_index, "{}", shape.expression);
                let Ok(mut entry) = entry else { return Ok(()) };
                // What was there before, in an entry that was longer.
                entry.extend(b"\0rest");
                let back = to_python(py, &entry).unwrap();
                let plain = match &shape.kind {
                    Kind::Int(number) => number.to_string(),
                    Kind::Text(Some(text)) => repr(PyString::new(py, text).as_any()),
                    _ => repr(&value),
                };
                prop_assert_eq!(repr(&back), plain);
                Ok(())
            })?;
        }

        #[test]
        fn whatever_is_in_the_file_is_a_value_or_an_exception(
            kind in 0..9_u8, rest in prop::collection::vec(any::<u8>(), 0..20)
        ) {
            with_python(|py| {
                let entry = [&[kind], rest.as_slice()].concat();
                let _ = to_python(py, &entry);
                let _ = to_python(py, &rest);
                prop_assert!(PyErr::take(py).is_none());
                Ok(())
            })?;
        }
    }
}
