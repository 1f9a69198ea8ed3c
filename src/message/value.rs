// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's values to Python's.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList};
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;
use syslog_ng_plugin::{Config, Value, ValueType, for_each_item};

use super::time::Time;

/// How values are read, which the config's version decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueMode {
    /// Below 4.0: everything is bytes, and a value that is not there is empty.
    Bytes,
    /// From 4.0: by type; a value that is not there raises KeyError.
    Typed,
}

impl ValueMode {
    /// The mode that a config's version asks for.
    pub(crate) fn of(config: Config<'_>) -> Self {
        if config.version_is_older_than(4, 0) {
            ValueMode::Bytes
        } else {
            ValueMode::Typed
        }
    }

    /// How messages that Python code makes are read, whatever the config's version: hosts that know
    /// base classes for drivers know typed values too.
    pub(super) const OF_MADE_MESSAGES: ValueMode = if PYTHON_BASE_CLASSES {
        ValueMode::Typed
    } else {
        ValueMode::Bytes
    };
}

/// Whether Python sees values of this type. Those that it has no type for, as the host's bytes and
/// protobuf, are as if they were not there.
pub(super) fn is_visible(kind: ValueType) -> bool {
    kind != ValueType::Other
}

/// Whether a value becomes bytes as it stands.
pub(super) fn is_plain(kind: ValueType, mode: ValueMode) -> bool {
    mode == ValueMode::Bytes || matches!(kind, ValueType::String | ValueType::Json)
}

/// A value as a Python object. One whose bytes are not what their type says is given as bytes, so
/// that nothing is lost.
///
/// A time is aware where an offset is written to it; the host writes none to macros that are times.
///
/// # Errors
/// Those of Python: no memory, or a time that datetime cannot hold.
pub(super) fn to_python<'py>(
    py: Python<'py>,
    value: Value<'_>,
    mode: ValueMode,
) -> PyResult<Bound<'py, PyAny>> {
    let object = match mode {
        ValueMode::Bytes => None,
        ValueMode::Typed => typed(py, value)?,
    };
    Ok(object.unwrap_or_else(|| PyBytes::new(py, value.bytes).into_any()))
}

/// A value by its type; `None` for one whose bytes are not what its type says.
///
/// # Errors
/// As those of [`to_python`].
pub(super) fn typed<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let object = match value.kind {
        ValueType::Integer => integer(py, value.bytes)?,
        ValueType::Double => match double(value.bytes) {
            Some(number) => Some(number.into_pyobject(py)?.into_any()),
            None => None,
        },
        ValueType::Boolean => match boolean(value.bytes) {
            Some(value) => Some(value.into_pyobject(py)?.to_owned().into_any()),
            None => None,
        },
        ValueType::DateTime => match Time::parse(value.bytes) {
            Some(time) => Some(time.into_python(py)?),
            None => None,
        },
        ValueType::List => Some(list(py, value.bytes)?),
        ValueType::Null => Some(py.None().into_bound(py)),
        ValueType::String | ValueType::Json | ValueType::Other => {
            Some(PyBytes::new(py, value.bytes).into_any())
        }
    };
    Ok(object)
}

/// Without spaces in front of it, if it is UTF-8.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    // As C does, which reads numbers with strtoll() and the like.
    let spaces = |c: &char| matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r');
    std::str::from_utf8(bytes)
        .ok()
        .map(|text| text.trim_start_matches(|c| spaces(&c)))
}

/// Decimal digits, or hexadecimal ones behind `0x`; of any length.
fn integer<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(text) = text(bytes) else {
        return Ok(None);
    };
    if let Ok(number) = text.parse::<i64>() {
        return Ok(Some(number.into_pyobject(py)?.into_any()));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, base) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Ok(None);
    }
    py.get_type::<PyInt>().call1((text, base)).map(Some)
}

fn double(bytes: &[u8]) -> Option<f64> {
    let text = text(bytes)?;
    let number: f64 = text.parse().ok()?;
    // What is too large is not what its type says, unless it says so itself.
    let overflow = number.is_infinite() && text.contains(|c: char| c.is_ascii_digit());
    (!overflow).then_some(number)
}

/// The host looks at the first letter only.
fn boolean(bytes: &[u8]) -> Option<bool> {
    match bytes.first()? {
        b'T' | b't' | b'1' => Some(true),
        b'F' | b'f' | b'0' => Some(false),
        _ => None,
    }
}

fn list<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let list = PyList::empty(py);
    let mut result = Ok(());
    for_each_item(bytes, |item| {
        if result.is_ok() {
            result = list.append(PyBytes::new(py, item));
        }
    });
    result.map(|()| list.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_large_is_none_but_infinity_is_one() {
        assert_eq!(double(b"1e999"), None);
        assert_eq!(double(b" inf"), Some(f64::INFINITY));
        assert_eq!(double(b"1.5e3"), Some(1500.0));
        assert_eq!(double(b"1.5x"), None);
    }

    #[test]
    fn the_first_letter_decides_what_is_true() {
        assert_eq!(boolean(b"true"), Some(true));
        assert_eq!(boolean(b"0"), Some(false));
        assert_eq!(boolean(b"yes"), None);
        assert_eq!(boolean(b""), None);
    }
}
