// SPDX-License-Identifier: GPL-2.0-or-later

//! How a source parses what it reads.

use std::ptr::NonNull;
use std::sync::{Arc, PoisonError, RwLock};

use crate::ffi;
use crate::message::Message;

/// What a config says of how the messages of a source are parsed: format(), flags(), time-zone() and
/// the like. May be kept and handed about; it parses as long as the source is part of the running
/// config.
#[derive(Clone, Default)]
#[doc(alias = "MsgFormatOptions")]
pub struct ParseOptions(Arc<RwLock<Option<Options>>>);

struct Options(NonNull<ffi::MsgFormatOptions>);

// SAFETY: parsing only reads them (lib/msg-format.c), and they are let go of under the lock.
unsafe impl Send for Options {}
// SAFETY: as for Send.
unsafe impl Sync for Options {}

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

impl ParseOptions {
    fn set(&self, options: Option<Options>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = options;
    }

    /// The source's options are ready.
    ///
    /// # Safety
    /// They stay as they are until [`end`](Self::end).
    pub(super) unsafe fn begin(&self, options: NonNull<ffi::MsgFormatOptions>) {
        self.set(Some(Options(options)));
    }

    /// The source is let go of; waits for those who are parsing.
    pub(super) fn end(&self) {
        self.set(None);
    }

    /// Parses a message as the source's config says; what cannot be parsed becomes the host's message
    /// of the error. `None` when the source is not part of the running config. Any thread; takes no
    /// lock that waits for others.
    #[doc(alias = "msg_format_parse")]
    pub fn parse(&self, raw: &[u8]) -> Option<Message> {
        let options = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let options = options.as_ref()?.0;
        // SAFETY: live until `end`, which waits for the lock.
        Some(unsafe { Message::parse(options, raw) })
    }
}
