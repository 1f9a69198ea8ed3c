// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's values to Python's.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyDelta, PyDict, PyInt, PyList, PyTzInfo};
use syslog_ng_plugin::{Value, ValueType, for_each_item};

/// How values are read, which the config's version decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueMode {
    /// Below 4.0: everything is bytes, and a value that is not there is empty.
    Bytes,
    /// From 4.0: by type; a value that is not there raises KeyError.
    Typed,
}

/// Whether Python sees values of this type. Those that it has no type for, as the host's bytes and
/// protobuf, are as if they were not there.
pub(super) fn is_visible(kind: ValueType) -> bool {
    kind != ValueType::Other
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

fn text(bytes: &[u8]) -> Option<&str> {
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

/// A point in time as the host writes it: `1700000000.123456+01:00`, fraction and offset optional.
#[derive(Debug, PartialEq, Eq)]
struct Time {
    seconds: i64,
    microseconds: u32,
    /// East of Greenwich, in seconds.
    offset: Option<i32>,
}

impl Time {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = text(bytes)?;
        let sign = usize::from(text.starts_with(['+', '-']));
        let end = |text: &str| {
            text.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len())
        };
        let (seconds, mut rest) = text.split_at(sign + end(&text[sign..]));
        let mut microseconds = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let (digits, behind) = fraction.split_at(end(fraction));
            if digits.is_empty() || digits.len() > 9 {
                return None;
            }
            let nanoseconds: u32 = format!("{digits:0<9}").parse().ok()?;
            microseconds = nanoseconds / 1000;
            rest = behind;
        }
        Some(Time {
            seconds: seconds.parse().ok()?,
            microseconds,
            offset: match rest {
                "" => None,
                zone => Some(offset(zone)?),
            },
        })
    }

    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let zone = match self.offset {
            Some(offset) => {
                let offset = PyDelta::new(py, 0, offset, 0, true)?;
                Some(PyTzInfo::fixed_offset(py, offset)?)
            }
            None => None,
        };
        // Whole seconds, because a float would lose microseconds.
        let time = py
            .get_type::<PyDateTime>()
            .call_method1("fromtimestamp", (self.seconds, zone))?;
        let microseconds = PyDict::new(py);
        microseconds.set_item("microsecond", self.microseconds)?;
        time.call_method("replace", (), Some(&microseconds))
    }
}

/// `+hh:mm` or `-hh:mm`.
fn offset(zone: &str) -> Option<i32> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let number = |digits: &str| {
        (digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit()))
            .then(|| digits.parse::<i32>().ok())
            .flatten()
    };
    Some(sign * (number(hours)? * 60 + number(minutes)?) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: i64, microseconds: u32, offset: Option<i32>) -> Option<Time> {
        Some(Time {
            seconds,
            microseconds,
            offset,
        })
    }

    #[test]
    fn a_time_has_a_fraction_and_an_offset_where_they_are_written() {
        assert_eq!(Time::parse(b"1700000000"), time(1_700_000_000, 0, None));
        assert_eq!(Time::parse(b"12.5"), time(12, 500_000, None));
        assert_eq!(
            Time::parse(b"12.123456789-02:30"),
            time(12, 123_456, Some(-9000))
        );
        for wrong in [
            "",
            "x",
            "12.",
            "12.1234567890",
            "12+1:00",
            "12+01:000",
            "12Z",
        ] {
            assert_eq!(Time::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

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
