// SPDX-License-Identifier: GPL-2.0-or-later

//! Options of a source for making messages of text.

use std::ptr::{self, NonNull};

use crate::ffi;

/// How a source makes messages of text: its format, flags and time zone.
///
/// A copy that stands on its own: it may be kept, and used on any thread, after the source and its
/// configuration are gone.
#[doc(alias = "MsgFormatOptions")]
pub struct ParseOptions {
    /// Boxed, because it points at `bad_hostname`.
    raw: Box<ffi::MsgFormatOptions>,
    bad_hostname: Option<Box<libc::regex_t>>,
}

// SAFETY: what it points at is its own, but for the format's functions, which live as long as the
// process: modules are not unloaded.
unsafe impl Send for ParseOptions {}
// SAFETY: the host shares options between its threads too; parsing only reads them.
unsafe impl Sync for ParseOptions {}

impl ParseOptions {
    /// Copies the options of a source.
    ///
    /// # Safety
    /// `source` are initialized options of a live driver that belongs to the live configuration
    /// `config`.
    pub(crate) unsafe fn copy(
        source: NonNull<ffi::MsgFormatOptions>,
        config: NonNull<ffi::GlobalConfig>,
    ) -> Self {
        // SAFETY: the caller's word. What it points at is replaced below.
        let mut raw: Box<ffi::MsgFormatOptions> = Box::new(unsafe { ptr::read(source.as_ptr()) });
        // SAFETY: NULL or NUL-terminated.
        raw.format = unsafe { glib_sys::g_strdup(raw.format) };
        // SAFETY: as above.
        raw.recv_time_zone = unsafe { glib_sys::g_strdup(raw.recv_time_zone) };
        // SAFETY: NULL or the name of a time zone; an unknown one gives the local time
        // (lib/timeutils/zoneinfo.c).
        raw.recv_time_zone_info = unsafe { ffi::time_zone_info_new(raw.recv_time_zone) };
        // SAFETY: a copy of live options.
        unsafe { ffi::compat::own_sdata_prefix(&mut raw) };
        let mut bad_hostname = None;
        if !raw.bad_hostname.is_null() {
            // SAFETY: the configuration is live, and keeps the text of its expression.
            bad_hostname = unsafe { compile((*config.as_ptr()).bad_hostname_re) };
            raw.bad_hostname = match &mut bad_hostname {
                Some(expression) => ptr::from_mut(&mut **expression).cast(),
                None => ptr::null_mut(),
            };
        }
        ParseOptions { raw, bad_hostname }
    }

    /// The host's functions want a pointer that they could write to, and do not.
    pub(super) fn as_ptr(&self) -> *mut ffi::MsgFormatOptions {
        ptr::from_ref(&*self.raw).cast_mut()
    }
}

/// # Safety
/// `expression` is NULL or NUL-terminated.
unsafe fn compile(expression: *const libc::c_char) -> Option<Box<libc::regex_t>> {
    if expression.is_null() {
        return None;
    }
    // SAFETY: all bytes zero are a value of it, for regcomp() to fill.
    let mut compiled: Box<libc::regex_t> = Box::new(unsafe { std::mem::zeroed() });
    let flags = libc::REG_NOSUB | libc::REG_EXTENDED;
    // SAFETY: the expression is NUL-terminated. Flags are those of the host (lib/cfg.c: cfg_init).
    let failed = unsafe { libc::regcomp(&mut *compiled, expression, flags) };
    (failed == 0).then_some(compiled)
}

impl Drop for ParseOptions {
    fn drop(&mut self) {
        // SAFETY: all that it frees was made in `copy`.
        unsafe { ffi::msg_format_options_destroy(&mut *self.raw) };
        if let Some(expression) = &mut self.bad_hostname {
            // SAFETY: compiled in `compile`.
            unsafe { libc::regfree(&mut **expression) };
        }
    }
}
