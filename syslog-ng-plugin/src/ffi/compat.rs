// SPDX-License-Identifier: GPL-2.0-or-later

//! The one place that knows how hosts differ.

use super::*;

/// Reports a syntax error the way the host's own grammars do: file, line, caret and the files that
/// include it.
///
/// # Safety
/// `lexer` is the lexer that is parsing, and `location` came out of it during this parse.
pub(crate) unsafe fn report_syntax_error(
    lexer: *mut CfgLexer,
    location: *const CFG_LTYPE,
    what: *const gchar,
    message: *const gchar,
) {
    // SAFETY: the caller vouches for lexer and location; the texts are NUL-terminated.
    unsafe { super::report_syntax_error(lexer, location, what, message, 0) }
}

/// Sets the slot by which the host asks for the name that a destination's counters go under.
#[cfg(not(host = "stats_key_builder"))]
pub(crate) fn set_destination_stats_slot(
    driver: &mut LogThreadedDestDriver,
    slot: unsafe extern "C" fn(*mut LogThreadedDestDriver) -> *const gchar,
) {
    driver.format_stats_instance = Some(slot);
}

/// The type of whole numbers.
#[cfg(not(host = "one_integer_type"))]
pub(crate) const LM_VT_INTEGER: u32 = LM_VT_INT64;
/// The type of whole numbers that older hosts kept apart.
#[cfg(not(host = "one_integer_type"))]
pub(crate) const LM_VT_INTEGER_32: u32 = LM_VT_INT32;

/// Expands a macro that prints a time, in the traditional format.
///
/// # Safety
/// `number` is a macro's, `message` is live, `result` is a string of the caller's.
pub(crate) unsafe fn expand_stamp(number: gint, message: *const LogMessage, result: *mut GString) {
    // SAFETY: all bytes zero are valid options: numbers and pointers. Zero is the traditional
    // format (TS_FMT_BSD), no fraction of seconds, and no time zone but the message's.
    let options: LogTemplateOptions = unsafe { std::mem::zeroed() };
    // SAFETY: as above; LTZ_LOCAL and LM_VT_STRING are zero too.
    let mut evaluation: LogTemplateEvalOptions = unsafe { std::mem::zeroed() };
    evaluation.opts = &options;
    let mut kind = LM_VT_STRING as LogMessageValueType;
    // SAFETY: the caller's word; the options live for the call.
    unsafe { log_macro_expand(number, 0, &mut evaluation, message, result, &mut kind) };
}
