// SPDX-License-Identifier: GPL-2.0-or-later

//! `flags(…)`: names that the host knows.

use std::ffi::{CStr, CString};

use super::table::{bytes, next_of_list};
use crate::config::{Lexer, Location, ParseError};

/// The name of a flag and where it stands.
pub(crate) struct Flag {
    name: CString,
    place: Location,
}

/// Reads names up to and with the closing bracket.
pub(super) fn read(flags: &mut Vec<Flag>, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    while let Some(token) = next_of_list(lexer) {
        let place = token.location;
        let name = bytes("flags()", token)?;
        flags.push(Flag { name, place });
    }
    Ok(())
}

/// Hands each to `set`, which says whether the host knows it.
pub(crate) fn apply(flags: &[Flag], mut set: impl FnMut(&CStr) -> bool) -> Result<(), ParseError> {
    for flag in flags {
        if !set(&flag.name) {
            let name = flag.name.to_string_lossy();
            return Err(ParseError::at(
                flag.place,
                format!("flags() does not know {name}"),
            ));
        }
    }
    Ok(())
}
