// SPDX-License-Identifier: GPL-2.0-or-later

//! A source's flags().

use crate::ffi;

/// The flags that can be switched in a config, the bit of each, and whether the bit switches it off.
const FLAGS: &[(&str, u32, bool)] = &[
    ("parse", ffi::LP_NOPARSE, true),
    ("check-hostname", ffi::LP_CHECK_HOSTNAME, false),
    ("syslog-protocol", ffi::LP_SYSLOG_PROTOCOL, false),
    ("assume-utf8", ffi::LP_ASSUME_UTF8, false),
    ("validate-utf8", ffi::LP_VALIDATE_UTF8, false),
    ("sanitize-utf8", ffi::LP_SANITIZE_UTF8, false),
    ("multi-line", ffi::LP_NO_MULTI_LINE, true),
    ("store-legacy-msghdr", ffi::LP_STORE_LEGACY_MSGHDR, false),
    ("store-raw-message", ffi::LP_STORE_RAW_MESSAGE, false),
    ("expect-hostname", ffi::LP_EXPECT_HOSTNAME, false),
    ("guess-timezone", ffi::LP_GUESS_TIMEZONE, false),
    ("header", ffi::LP_NO_HEADER, true),
    ("rfc3164-fallback", ffi::LP_NO_RFC3164_FALLBACK, true),
];

/// The flags of a source by the names that they have in a config.
///
/// # Safety
/// `options` is live; main thread.
pub(super) unsafe fn flags(
    options: *const ffi::MsgFormatOptions,
) -> impl Iterator<Item = (&'static str, bool)> {
    // SAFETY: the caller's word.
    let set = unsafe { (*options).flags };
    FLAGS
        .iter()
        .map(move |&(name, bit, off)| (name, (set & bit != 0) != off))
}
