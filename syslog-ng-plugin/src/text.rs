// SPDX-License-Identifier: GPL-2.0-or-later

//! Text on its way to and from C.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};
use std::ptr;

/// Gives `text` the terminating NUL that C wants. Cannot fail: a NUL inside becomes U+FFFD.
pub(crate) fn to_c(text: &str) -> CString {
    match CString::new(text) {
        Ok(text) => text,
        Err(_) => CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default(),
    }
}

/// Reads a text that C lends; bytes that are not UTF-8 become U+FFFD. NULL gives an empty text.
///
/// # Safety
/// `text` is NULL, or NUL-terminated and live for `'a`.
pub(crate) unsafe fn from_c<'a>(text: *const c_char) -> Cow<'a, str> {
    if text.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: not NULL (checked above); the caller vouches for the rest.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// Calls a function of the host that reports by a `GError`; it gives FALSE where it failed.
///
/// # Errors
/// What the host says.
pub(crate) fn checked(
    body: impl FnOnce(*mut *mut glib_sys::GError) -> glib_sys::gboolean,
) -> Result<(), String> {
    let mut error: *mut glib_sys::GError = ptr::null_mut();
    if body(&mut error) != 0 {
        return Ok(());
    }
    if error.is_null() {
        return Err("the host does not say why".to_owned());
    }
    // SAFETY: the host filled it; its text is NUL-terminated.
    let message = unsafe { from_c((*error).message) }.into_owned();
    // SAFETY: an error that is handed out is the caller's to free.
    unsafe { glib_sys::g_error_free(error) };
    Err(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_byte_becomes_a_replacement_character() {
        assert_eq!(to_c("a\0b").to_bytes(), "a\u{fffd}b".as_bytes());
    }

    #[test]
    fn text_without_nul_is_kept() {
        assert_eq!(to_c("plain").to_bytes(), b"plain");
    }
}
