// SPDX-License-Identifier: GPL-2.0-or-later

//! The frame of a plugin's `CfgParser.parse`.

use std::ffi::CStr;
use std::ptr::NonNull;

use super::guard;
use crate::config::{Config, Lexer, ParseError};
use crate::ffi;

/// Makes the host's object by `construct` and reads its options by `read`. What is wrong with them
/// is told with its place.
///
/// On success and on failure `instance` gets what was made: the host takes it into the config, or
/// has it cleaned up.
///
/// # Safety
/// `lexer` and `instance` are what the host handed to a `CfgParser.parse`, and what `construct`
/// gives is what belongs to that parser.
pub(super) unsafe fn parse<T>(
    slot: &'static str,
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    what: &'static CStr,
    construct: impl FnOnce(NonNull<ffi::GlobalConfig>) -> NonNull<T>,
    read: impl FnOnce(NonNull<T>, Config<'_>, &mut Lexer<'_>) -> Result<(), ParseError>,
) -> ffi::gint {
    guard(slot, 1, || {
        // SAFETY: `configuration` is set while a config is read (lib/cfg.c: cfg_run_parser), which
        // is now.
        let config = unsafe { ffi::configuration };
        let (Some(raw), Some(config)) = (NonNull::new(lexer), NonNull::new(config)) else {
            return 1;
        };
        let made = construct(config);
        // SAFETY: `instance` is the host's variable for the result.
        unsafe { *instance = made.as_ptr().cast() };
        // SAFETY: the host's lexer, for the length of this call.
        let mut lexer = unsafe { Lexer::borrow(raw, what) };
        // SAFETY: it lives at least until its parse ends.
        let config = unsafe { Config::borrow(config) };
        match read(made, config, &mut lexer) {
            Ok(()) => 0,
            Err(error) => {
                lexer.report(&error);
                1
            }
        }
    })
}

/// Tells the host which driver is being read: its plugins that stand inside of a driver ask this
/// global for it (lib/cfg-grammar-internal.h).
pub(super) fn is_being_read<T>(driver: NonNull<T>) -> NonNull<T> {
    // SAFETY: configs are read on the main thread only.
    unsafe { ffi::last_driver = driver.as_ptr().cast() };
    driver
}
