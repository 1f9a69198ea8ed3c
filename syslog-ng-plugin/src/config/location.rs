// SPDX-License-Identifier: GPL-2.0-or-later

//! Where a piece of config text stands.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ffi;
use crate::text::from_c;

/// Where a piece of config text stands. Made by the lexer; of use during that parse.
#[derive(Clone, Copy)]
#[doc(alias = "CFG_LTYPE")]
pub struct Location {
    pub(super) raw: ffi::CFG_LTYPE,
    /// The number of the [`Lexer`](super::Lexer) that made it: only with that one the pointer in
    /// `raw` may be followed.
    pub(super) lexer: u64,
}

/// Where the things that are being read begin, by the number of their [`Lexer`](super::Lexer).
static BEGINNINGS: Mutex<BTreeMap<u64, String>> = Mutex::new(BTreeMap::new());

fn beginnings() -> MutexGuard<'static, BTreeMap<u64, String>> {
    BEGINNINGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the lexer of `location` reads begins there, in `source`.
pub(super) fn begins(location: &Location, source: &str) {
    let place = format!(
        "{source}:{}:{}",
        location.raw.first_line, location.raw.first_column
    );
    beginnings().insert(location.lexer, place);
}

/// That lexer has read what it was for.
pub(super) fn ends(lexer: u64) {
    beginnings().remove(&lexer);
}

impl Location {
    /// Where the driver that is being read begins, as `file:line:column`: what its events name. Empty
    /// when it has been read.
    pub fn driver(&self) -> String {
        beginnings().get(&self.lexer).cloned().unwrap_or_default()
    }

    /// The line it begins on, from 1.
    pub fn line(&self) -> usize {
        usize::try_from(self.raw.first_line).unwrap_or(1).max(1)
    }

    /// A place that nothing stands at yet.
    pub(super) fn nowhere(lexer: u64) -> Location {
        // SAFETY: all bytes zero is a valid place: numbers and a pointer.
        let raw = unsafe { std::mem::zeroed() };
        Location { raw, lexer }
    }

    /// The whole of another line of the same source.
    pub(crate) fn on_line(&self, line: usize) -> Location {
        let line = libc::c_int::try_from(line).unwrap_or(self.raw.first_line);
        let raw = ffi::CFG_LTYPE {
            first_line: line,
            first_column: 1,
            last_line: line,
            last_column: 1,
            ..self.raw
        };
        Location {
            raw,
            lexer: self.lexer,
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.raw.first_line, self.raw.first_column)
    }
}

/// The name of the file, or of the block, that `location` is in.
///
/// # Safety
/// `location` came out of the lexer of the parse that is running, so its include level is still
/// there.
pub(super) unsafe fn source_name(location: &Location) -> String {
    // SAFETY: the caller's word.
    let name = unsafe { ffi::compat::source_name(&location.raw) };
    // SAFETY: NULL, or a NUL-terminated text that lives as long as the lexer's include level.
    unsafe { from_c(name) }.into_owned()
}
