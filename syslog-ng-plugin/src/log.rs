// SPDX-License-Identifier: GPL-2.0-or-later

//! Events that the daemon says: they go to internal(), or to stderr while it starts.

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ffi;
use crate::text::to_c;

/// How important an event is; the host's own levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "EVT_PRI_ERR")]
pub enum Level {
    /// Something failed. Always said.
    Error,
    /// Something is not as it should be. Always said.
    Warning,
    /// Something worth knowing. Always said.
    Notice,
    /// Something ordinary. Always said.
    Info,
    /// Said when the daemon is verbose.
    Verbose,
    /// Said when the daemon is debugging.
    Debug,
    /// Said when the daemon is tracing.
    Trace,
}

impl Level {
    /// Whether an event of this level is said now. May be called on any thread; costs one load.
    pub fn enabled(self) -> bool {
        let flag = match self {
            Level::Error | Level::Warning | Level::Notice | Level::Info => return true,
            Level::Verbose => &raw const ffi::verbose_flag,
            Level::Debug => &raw const ffi::debug_flag,
            Level::Trace => &raw const ffi::trace_flag,
        };
        // SAFETY: an int of libsyslog-ng that lives as long as the process (lib/messages.c).
        // syslog-ng-ctl may write it from the main thread meanwhile; the host reads it as loosely.
        unsafe { flag.read_volatile() != 0 }
    }

    fn priority(self) -> u32 {
        match self {
            Level::Error => ffi::EVT_PRI_ERR,
            Level::Warning => ffi::EVT_PRI_WARNING,
            Level::Notice => ffi::EVT_PRI_NOTICE,
            Level::Info | Level::Verbose => ffi::EVT_PRI_INFO,
            Level::Debug | Level::Trace => ffi::EVT_PRI_DEBUG,
        }
    }
}

/// Whether the host has gone, as far as events are concerned.
static ENDED: AtomicBool = AtomicBool::new(false);

/// The host is freeing what events need.
pub(crate) fn end() {
    ENDED.store(true, Ordering::Relaxed);
}

/// Says an event with named values, as `text; name='value', …`. Does nothing when the level is off.
///
/// Neither `text` nor the values are format strings. May be called on any thread; takes locks of
/// the host, so a caller that holds Python's GIL releases it first.
#[doc(alias = "msg_error")]
pub fn event(level: Level, text: &str, tags: &[(&str, &str)]) {
    if !level.enabled() || ENDED.load(Ordering::Relaxed) {
        return;
    }
    crate::locks::assert_host_s_may_be_taken();
    say(level, text, tags);
}

/// Says an event whatever locks are held: for panics, which come where they will.
pub(crate) fn say(level: Level, text: &str, tags: &[(&str, &str)]) {
    let record = record(level, text, tags);
    // SAFETY: the record is ours until here; this call sends and frees it (lib/messages.c).
    unsafe { ffi::msg_event_suppress_recursions_and_send(record) };
}

/// Writes an event to standard error, wherever events go. For where nobody takes them.
pub(crate) fn print(level: Level, text: &str, tags: &[(&str, &str)]) {
    if ENDED.load(Ordering::Relaxed) {
        return;
    }
    let record = record(level, text, tags);
    // SAFETY: the record is ours until here; this call writes and frees it (lib/messages.c).
    unsafe { ffi::msg_event_print_event_to_stderr(record) };
}

fn record(level: Level, text: &str, tags: &[(&str, &str)]) -> *mut ffi::EVTREC {
    let text = to_c(text);
    let tags: Vec<(CString, CString)> = tags
        .iter()
        .map(|(name, value)| (to_c(name), to_c(value)))
        .collect();
    // SAFETY: the text is NUL-terminated and copied by evt_rec_init() (lib/eventlog/src/evtrec.c).
    let record =
        unsafe { ffi::msg_event_create_from_desc(level.priority() as ffi::gint, text.as_ptr()) };
    for (name, value) in &tags {
        // SAFETY: both are NUL-terminated; evt_tag_str() copies them (lib/eventlog/src/evttags.c),
        // the record owns the tag.
        unsafe { ffi::evt_rec_add_tag(record, ffi::evt_tag_str(name.as_ptr(), value.as_ptr())) };
    }
    record
}
