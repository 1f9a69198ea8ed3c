// SPDX-License-Identifier: GPL-2.0-or-later

//! What a message has under a name.

use crate::ffi;

/// What a message has under a name: bytes, written the way its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'v> {
    /// The bytes; may hold NUL, need not be UTF-8.
    pub bytes: &'v [u8],
    /// How they are to be read.
    pub kind: ValueType,
}

/// How the bytes of a value are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "LogMessageValueType")]
pub enum ValueType {
    /// Text or any other bytes.
    String,
    /// A JSON document.
    Json,
    /// `true` or `false`, or another spelling that the host takes.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Double,
    /// Seconds since 1970 with a fraction, and perhaps an offset.
    DateTime,
    /// Texts with commas between them, quoted where needed.
    List,
    /// No value.
    Null,
    /// A type that this module does not know, or bytes that are no text.
    Other,
}

impl ValueType {
    /// `Other` is written as text.
    pub(crate) fn to_host(self) -> ffi::LogMessageValueType {
        let kind = match self {
            ValueType::String | ValueType::Other => ffi::LM_VT_STRING,
            ValueType::Json => ffi::LM_VT_JSON,
            ValueType::Boolean => ffi::LM_VT_BOOLEAN,
            ValueType::Integer => ffi::compat::integer_type(),
            ValueType::Double => ffi::LM_VT_DOUBLE,
            ValueType::DateTime => ffi::LM_VT_DATETIME,
            ValueType::List => ffi::LM_VT_LIST,
            ValueType::Null => ffi::LM_VT_NULL,
        };
        kind as ffi::LogMessageValueType
    }

    pub(super) fn from_host(kind: ffi::LogMessageValueType) -> Self {
        let kind = u32::from(kind);
        match kind {
            ffi::LM_VT_STRING => ValueType::String,
            ffi::LM_VT_JSON => ValueType::Json,
            ffi::LM_VT_BOOLEAN => ValueType::Boolean,
            _ if ffi::compat::is_integer(kind) => ValueType::Integer,
            ffi::LM_VT_DOUBLE => ValueType::Double,
            ffi::LM_VT_DATETIME => ValueType::DateTime,
            ffi::LM_VT_LIST => ValueType::List,
            ffi::LM_VT_NULL => ValueType::Null,
            _ => ValueType::Other,
        }
    }
}
