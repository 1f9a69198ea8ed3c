// SPDX-License-Identifier: GPL-2.0-or-later

//! `syslog-ng --interactive`: where its commands come from.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use crate::ffi;
use crate::pipe::guard;

/// What [`fetch_commands_by`] was given.
static FETCH: OnceLock<fn() -> Option<CString>> = OnceLock::new();

/// Has the debugger ask `fetch` for each of its commands. Called on the debugger's thread, which the host
/// has made. `None` leaves it to the host to read one from its standard input. Main thread; the first
/// call counts.
#[doc(alias = "debugger_register_command_fetcher")]
pub fn fetch_commands_by(fetch: fn() -> Option<CString>) {
    if FETCH.set(fetch).is_ok() {
        // SAFETY: the function is static.
        unsafe { ffi::debugger_register_command_fetcher(Some(fetch_command)) };
    }
}

/// Gives a command, which is the host's to free.
///
/// # Safety
/// The host calls this on the debugger's thread.
unsafe extern "C" fn fetch_command() -> *mut c_char {
    let command = guard("debugger.fetch_command", None, || {
        FETCH.get().and_then(|fetch| fetch())
    });
    match command {
        // SAFETY: NUL-terminated, and copied.
        Some(command) => unsafe { glib_sys::g_strdup(command.as_ptr()) },
        // SAFETY: any thread; reads a line of standard input (lib/debugger/debugger.c).
        None => unsafe { ffi::debugger_builtin_fetch_command() },
    }
}
