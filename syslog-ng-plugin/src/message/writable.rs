// SPDX-License-Identifier: GPL-2.0-or-later

//! A message that nobody else has, and that can be changed.

use std::ffi::CStr;
use std::ptr::NonNull;

use thiserror::Error;

use super::{Message, Name, ParseOptions, Timestamp, ValueType, thread};
use crate::ffi;

/// Values longer than this are looked at after they were set.
const LARGE: usize = 64 << 10;

/// A message that was made here, or that a parser is handed.
///
/// It can be changed by whoever has it alone, which the borrow checker sees to. What is handed out
/// with [`share`](Self::share) stays as it was: a change behind that goes to a copy, which shares
/// with it what does not change.
pub struct WritableMessage {
    message: Message,
    /// Somebody waits for the acknowledgement of this message, so that of a copy is handed on to it.
    /// Never so for a message that was made here.
    acknowledged: bool,
}

impl Message {
    /// Another message with the same content, to be changed or handed on. The two share what does
    /// not change. Any thread.
    #[doc(alias = "log_msg_clone_cow")]
    pub fn copy(&self) -> WritableMessage {
        // SAFETY: we hold a reference; all bytes zero are valid options: numbers and pointers, and
        // nobody waits for an acknowledgement. The message that it is made of is protected by that,
        // so that changes to that go to a copy, too. The reference to the new one is ours.
        unsafe {
            let options: ffi::LogPathOptions = std::mem::zeroed();
            WritableMessage::adopt(ffi::log_msg_clone_cow(self.raw.as_ptr(), &options))
        }
    }
}

/// A message cannot hold a value, or all its values together, of this size.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a message cannot hold this much")]
pub struct TooLarge;

/// What the host sets in a message that is made, beside its values: the times, and its number.
#[derive(Clone)]
pub struct Moment {
    timestamps: [ffi::UnixTime; ffi::LM_TS_MAX as usize],
    receipt: u64,
}

impl WritableMessage {
    /// A message without values, of this moment. Any thread.
    #[doc(alias = "log_msg_new_empty")]
    #[expect(clippy::new_without_default, reason = "each call gives another one")]
    pub fn new() -> Self {
        thread::with_host_state(|| {
            ffi::compat::forget_the_time();
            // SAFETY: gives a message whose one reference is ours.
            unsafe { WritableMessage::adopt(ffi::log_msg_new_empty()) }
        })
    }

    /// A message with this text as its MESSAGE, of this moment. Any thread.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn with_text(text: &[u8]) -> Result<Self, TooLarge> {
        let mut message = WritableMessage::new();
        message.set_value(Name::MESSAGE, ValueType::String, text)?;
        Ok(message)
    }

    /// The message that a source with these options makes of `line`. What it cannot make sense of
    /// becomes a message that says so, or that holds the line, as the options want it. Any thread.
    #[doc(alias = "msg_format_parse")]
    pub fn parse(line: &[u8], options: &ParseOptions) -> Self {
        thread::with_scratch_buffers(|| {
            ffi::compat::forget_the_time();
            // SAFETY: the options are initialized; the host reads the line up to its length, and
            // gives a message whose one reference is ours.
            unsafe {
                WritableMessage::adopt(ffi::msg_format_parse(
                    options.as_ptr(),
                    line.as_ptr(),
                    line.len(),
                ))
            }
        })
    }

    /// # Safety
    /// `raw` is a message whose one reference becomes ours.
    unsafe fn adopt(raw: *mut ffi::LogMessage) -> Self {
        // SAFETY: the host's allocator ends the process rather than to give NULL.
        let raw = unsafe { NonNull::new_unchecked(raw) };
        WritableMessage {
            message: Message { raw },
            acknowledged: false,
        }
    }

    /// A further reference to a message on its way through a log path. Where it has to be copied, the
    /// copy can take its place on that path.
    ///
    /// # Safety
    /// The message is live, and nobody else changes it, nor reads it without a lock, while this lives.
    /// `acknowledged` is what its path options say of it.
    pub(crate) unsafe fn on_its_way(raw: NonNull<ffi::LogMessage>, acknowledged: bool) -> Self {
        WritableMessage {
            // SAFETY: the caller's word.
            message: unsafe { Message::retain(raw) },
            acknowledged,
        }
    }

    /// The message, to read it.
    pub fn read(&self) -> &Message {
        &self.message
    }

    /// The moment at which it was made.
    pub fn moment(&self) -> Moment {
        // SAFETY: we hold a reference, and nobody changes the message meanwhile.
        let message = unsafe { self.message.raw.as_ref() };
        Moment {
            timestamps: message.timestamps,
            receipt: message.rcptid,
        }
    }

    /// Has it made at another moment.
    pub fn set_moment(&mut self, moment: &Moment) {
        let raw = self.raw();
        // SAFETY: the message can be written to, and is ours alone.
        let message = unsafe { &mut *raw };
        message.timestamps = moment.timestamps;
        message.rcptid = moment.receipt;
    }

    /// The message, to be handed on.
    pub fn into_message(self) -> Message {
        self.message
    }

    /// The message for a source, or a copy of it where others have it too. `None` for one that a source
    /// has handed to the host before.
    pub(crate) fn into_new(mut self) -> Option<Self> {
        let raw = self.raw();
        // SAFETY: ours alone. The host sets the function when a source posts a message, and on a copy of
        // one that is acknowledged by it (lib/logsource.c: log_source_post; lib/logmsg/logmsg.c).
        unsafe { (*raw).ack_func.is_none() }.then_some(self)
    }

    /// The reference, which is the caller's now.
    pub(crate) fn into_raw(self) -> NonNull<ffi::LogMessage> {
        self.message.into_raw()
    }

    /// The message as it is now, for others to keep and read.
    pub fn share(&mut self) -> Message {
        // SAFETY: we hold a reference; from here on the host copies before it changes anything.
        unsafe { ffi::log_msg_write_protect(self.message.raw.as_ptr()) };
        // SAFETY: as above.
        unsafe { Message::retain(self.message.raw) }
    }

    /// The message to write to: this one, or a copy where others have it too.
    #[doc(alias = "log_msg_make_writable")]
    fn raw(&mut self) -> *mut ffi::LogMessage {
        let mut raw = self.message.raw.as_ptr();
        // SAFETY: all bytes zero are valid options: numbers and pointers.
        let mut options: ffi::LogPathOptions = unsafe { std::mem::zeroed() };
        options.ack_needed = self.acknowledged.into();
        // SAFETY: the reference is ours, and is given for that to the copy, if one is made.
        unsafe { ffi::log_msg_make_writable(&mut raw, &options) };
        // SAFETY: as in `adopt`.
        self.message.raw = unsafe { NonNull::new_unchecked(raw) };
        raw
    }

    /// Sets a value. One under a macro's name cannot be read back, and one under a name that the
    /// host refuses (it is empty, or longer than 255 bytes) is not kept. Any thread.
    ///
    /// # Errors
    /// [`TooLarge`]; the message may have lost the value that it had under this name.
    #[doc(alias = "log_msg_set_value_with_type")]
    pub fn set_value(&mut self, name: Name, kind: ValueType, bytes: &[u8]) -> Result<(), TooLarge> {
        if bytes.len() > ffi::NV_TABLE_MAX_BYTES as usize {
            return Err(TooLarge);
        }
        // The host prints up to 32 bytes of a value that does not fit, or up to a NUL byte.
        let mut short = [0; 33];
        let text = match short.get_mut(..bytes.len()) {
            Some(start) => {
                start.copy_from_slice(bytes);
                short.as_ptr()
            }
            None => bytes.as_ptr(),
        };
        let raw = self.raw();
        thread::with_host_state(|| {
            // SAFETY: the message can be written to, and is ours alone; the host copies this many
            // bytes.
            unsafe {
                ffi::log_msg_set_value_with_type(
                    raw,
                    name.handle(),
                    text.cast(),
                    bytes.len() as isize,
                    kind.to_host(),
                );
            }
        });
        // The host says an event if it does not fit, and goes on.
        if bytes.len() > LARGE && !name.is_macro() {
            let kept = self
                .message
                .value(name, |value| value.map(|value| value.bytes.len()));
            if kept != Some(bytes.len()) {
                return Err(TooLarge);
            }
        }
        Ok(())
    }

    /// Takes a value away. Any thread.
    #[doc(alias = "log_msg_unset_value")]
    pub fn unset_value(&mut self, name: Name) {
        let raw = self.raw();
        // SAFETY: the message can be written to, and is ours alone; the handle came from the host.
        thread::with_host_state(|| unsafe { ffi::log_msg_unset_value(raw, name.handle()) });
    }

    /// Sets the facility and the level, as one number.
    pub fn set_priority(&mut self, priority: u16) {
        // SAFETY: the message can be written to, and is ours alone.
        unsafe { (*self.raw()).pri = priority };
    }

    /// Sets the time that the message says of itself.
    pub fn set_timestamp(&mut self, time: Timestamp) {
        // SAFETY: as in `set_priority`.
        unsafe { (*self.raw()).timestamps[ffi::LM_TS_STAMP as usize] = time.to_host() };
    }

    /// Sets where the message came from: an IPv4 or IPv6 address in digits. False if it is none.
    #[doc(alias = "log_msg_set_saddr")]
    pub fn set_source_address(&mut self, address: &CStr, port: u16) -> bool {
        // SAFETY: the text is NUL-terminated; the address is read as digits, no name is looked up
        // (lib/gsockaddr.c).
        let address = unsafe { ffi::g_sockaddr_inet_or_inet6_new(address.as_ptr(), port) };
        if address.is_null() {
            return false;
        }
        // SAFETY: the message can be written to, and takes our reference to the address.
        unsafe { ffi::log_msg_set_saddr_ref(self.raw(), address) };
        true
    }

    /// Sets how many bytes came in for this message. Hosts that do not count them do nothing.
    #[doc(alias = "log_msg_set_recvd_rawmsg_size")]
    pub fn set_received_size(&mut self, size: u32) {
        // SAFETY: as in `set_priority`.
        unsafe { ffi::compat::set_received_size(self.raw(), size) };
    }
}
