// SPDX-License-Identifier: GPL-2.0-or-later

//! A message for the length of a call.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::Message;
use crate::ffi;

/// A message that the host lends for the length of a call.
///
/// It cannot outlive that call:
///
/// ```compile_fail
/// fn keep<'m>(message: syslog_ng_plugin::MessageRef<'m>) -> syslog_ng_plugin::MessageRef<'static> {
///     message
/// }
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "LogMessage")]
pub struct MessageRef<'m> {
    raw: NonNull<ffi::LogMessage>,
    lent: PhantomData<&'m ffi::LogMessage>,
}

impl MessageRef<'_> {
    /// # Safety
    /// The message is live for `'m`.
    pub(crate) unsafe fn borrow<'m>(raw: NonNull<ffi::LogMessage>) -> MessageRef<'m> {
        MessageRef {
            raw,
            lent: PhantomData,
        }
    }

    /// For the host's functions that read it. Good while `self` is.
    pub(crate) fn as_ptr(&self) -> *mut ffi::LogMessage {
        self.raw.as_ptr()
    }

    /// A reference of one's own, to keep the message beyond this call.
    pub fn retain(&self) -> Message {
        // SAFETY: the message is live (see `borrow`).
        unsafe { Message::retain(self.raw) }
    }
}
