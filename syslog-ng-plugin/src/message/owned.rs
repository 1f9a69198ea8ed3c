// SPDX-License-Identifier: GPL-2.0-or-later

//! A message that is kept.

use std::ptr::{self, NonNull};

use super::name::{Kind, is_macro};
use super::{MessageRef, Name, Timestamp, Value, ValueType, thread};
use crate::ffi;

/// A reference to a message. Others may hold references too, so it can only be read.
#[doc(alias = "LogMessage")]
pub struct Message {
    pub(super) raw: NonNull<ffi::LogMessage>,
}

// SAFETY: the reference count is atomic (lib/logmsg/logmsg.c: log_msg_ref), and nobody changes a
// message that has come to a destination: the paths that may change it end before the queue. One
// that is inside of a `WritableMessage` changes only while nobody reads it.
unsafe impl Send for Message {}
// SAFETY: as for Send.
unsafe impl Sync for Message {}

impl Message {
    /// # Safety
    /// The message is live.
    pub(super) unsafe fn retain(raw: NonNull<ffi::LogMessage>) -> Self {
        // SAFETY: the caller's word.
        unsafe { ffi::log_msg_ref(raw.as_ptr()) };
        Message { raw }
    }

    /// # Safety
    /// The message is live, and a reference to it becomes ours.
    pub(crate) unsafe fn adopt(raw: NonNull<ffi::LogMessage>) -> Self {
        Message { raw }
    }

    /// A message with the same content that stays as it is whatever the host does to this one; the same
    /// message where the host changes it no more. Any thread.
    ///
    /// `None` where the host cannot copy it.
    #[doc(alias = "log_msg_serialize")]
    pub fn detached(&self) -> Option<Message> {
        // SAFETY: we hold a reference.
        if unsafe { ffi::log_msg_is_write_protected(self.raw.as_ptr()) } != 0 {
            return Some(self.clone());
        }
        // The host's own way to copy a message protects the first one from being written to, and ends
        // the process where somebody does.
        thread::with_host_state(|| {
            // SAFETY: gives an empty string of ours.
            let buffer = unsafe { glib_sys::g_string_new(ptr::null()) };
            // SAFETY: the string is ours until it is freed below, after the archive.
            let archive = unsafe { ffi::serialize_string_archive_new(buffer) };
            // SAFETY: we hold a reference; the host only reads the message
            // (lib/logmsg/logmsg-serialize.c).
            let written = unsafe { ffi::log_msg_serialize(self.raw.as_ptr(), archive, 0) } != 0;
            // SAFETY: the archive reads from its beginning what was written to it.
            let read = || unsafe { ffi::compat::deserialize(archive) };
            let copy = written.then(read).flatten();
            // SAFETY: made above.
            unsafe { ffi::serialize_archive_free(archive) };
            // SAFETY: made above.
            unsafe { glib_sys::g_string_free(buffer, 1) };
            // The reference to it is ours.
            copy.map(|raw| Message { raw })
        })
    }

    /// Runs `body`, which processes the message, as the host runs what it hands a message to: where the
    /// message is an event of the host's own, events on it do not make others for ever. On a thread of the
    /// host's.
    #[doc(alias = "msg_set_context")]
    pub fn process<T>(self, body: impl FnOnce(Message) -> T) -> T {
        /// Ends it also when `body` panics.
        struct Context;
        impl Drop for Context {
            fn drop(&mut self) {
                // SAFETY: none is as the host begins.
                unsafe { ffi::msg_set_context(ptr::null_mut()) };
            }
        }
        // SAFETY: we hold a reference, and nobody changes the message meanwhile.
        if unsafe { self.raw.as_ref() }.flags & ffi::LF_INTERNAL == 0 {
            return body(self);
        }
        let message = self.clone();
        // SAFETY: we hold a reference; the host looks at the message now, and keeps no pointer to it
        // (lib/messages.c).
        unsafe { ffi::msg_set_context(message.raw.as_ptr()) };
        let _context = Context;
        body(self)
    }

    /// The message, lent for as long as this reference lives.
    pub fn lend(&self) -> MessageRef<'_> {
        // SAFETY: we hold a reference.
        unsafe { MessageRef::borrow(self.raw) }
    }

    /// Has the processor fetch values of messages that are gathered, to be called behind each that is added:
    /// messages of long queues are in no cache, and whoever reads their values one after the other waits for the
    /// memory several times for each.
    #[inline]
    pub fn fetch_ahead<'m>(gathered: impl DoubleEndedIterator<Item = &'m Message>) {
        let mut newest = gathered.rev();
        if let Some(message) = newest.next() {
            message.fetch_table();
        }
        if let Some(message) = newest.nth(ANSWERED - 1) {
            message.fetch_values();
        }
    }

    /// Has the processor fetch the beginning of what holds the values.
    #[inline]
    fn fetch_table(&self) {
        // SAFETY: we hold a reference, and nobody changes the message meanwhile.
        fetch(unsafe { (*self.raw.as_ptr()).payload }.cast());
    }

    /// Has the processor fetch the values, as many as are short. What `fetch_table` fetched is read.
    #[inline]
    fn fetch_values(&self) {
        // SAFETY: as in `fetch_table`.
        let payload = unsafe { (*self.raw.as_ptr()).payload };
        // SAFETY: the message's own, or NULL.
        let Some(table) = (unsafe { payload.as_ref() }) else {
            return;
        };
        // Values are at the end of the table, those that came first last of all (lib/logmsg/nvtable.h).
        let (size, used) = (table.size as usize, table.used as usize);
        let end = payload.cast::<u8>().wrapping_add(size);
        for line in 1..=used.min(MOST_FETCHED).div_ceil(LINE) {
            fetch(end.wrapping_sub(line * LINE));
        }
    }

    /// Gives the reference to the host.
    pub(crate) fn into_raw(self) -> NonNull<ffi::LogMessage> {
        let raw = self.raw;
        std::mem::forget(self);
        raw
    }

    /// Hands the value called `name` to `read`, `None` if the message has none. Macros are
    /// expanded. Any thread.
    pub fn value<T>(&self, name: Name, read: impl FnOnce(Option<Value<'_>>) -> T) -> T {
        match name.kind() {
            // Nothing of the thread is needed (lib/logmsg/nvtable.h: nv_table_get_value).
            Kind::Value => read(self.look(name)),
            Kind::Stamp(number) => thread::with_scratch_buffers(|| self.stamp(number, read)),
            Kind::Macro => {
                let expanded = thread::with_scratch_buffers(|| {
                    // `read` may expand the next one, and reclaims what it allocates.
                    let copy = |value: Value<'_>| (Vec::from(value.bytes), value.kind);
                    self.look(name).map(copy)
                });
                read(
                    expanded
                        .as_ref()
                        .map(|(bytes, kind)| Value { bytes, kind: *kind }),
                )
            }
        }
    }

    /// What the host has under a name. The bytes of a macro stay until this thread expands the next
    /// one, and for a macro this thread has the host's state.
    fn look(&self, name: Name) -> Option<Value<'_>> {
        let mut length: isize = 0;
        let mut kind = ffi::LM_VT_STRING as ffi::LogMessageValueType;
        // SAFETY: we hold a reference; the handle came from the host; this thread has the host's
        // state where that is needed.
        let text = unsafe {
            ffi::log_msg_get_value_if_set_with_type(
                self.raw.as_ptr(),
                name.handle(),
                &mut length,
                &mut kind,
            )
        };
        if text.is_null() {
            return None;
        }
        let length = usize::try_from(length).unwrap_or(0);
        // SAFETY: the host gave this many bytes. Those of a value stay while nobody changes the
        // message, for which one would need it alone.
        let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
        let kind = ValueType::from_host(kind);
        Some(Value { bytes, kind })
    }

    /// The facility and the level, as one number. Any thread.
    pub fn priority(&self) -> u16 {
        // SAFETY: we hold a reference, and nobody changes the message meanwhile.
        unsafe { (*self.raw.as_ptr()).pri }
    }

    /// The time that the message says of itself. Any thread.
    pub fn timestamp(&self) -> Timestamp {
        // SAFETY: as in `priority`.
        let time = unsafe { (*self.raw.as_ptr()).timestamps[ffi::LM_TS_STAMP as usize] };
        Timestamp::from_host(&time)
    }

    /// The value of a macro that prints a time in a format of choice. Asked without one, the host
    /// ends the process (lib/template/macros.c: log_macro_expand_simple has no format); here it is
    /// the traditional `Mmm dd hh:mm:ss`.
    fn stamp<T>(&self, number: ffi::gint, read: impl FnOnce(Option<Value<'_>>) -> T) -> T {
        // SAFETY: gives an empty string of ours.
        let text = unsafe { glib_sys::g_string_new(ptr::null()) };
        // SAFETY: we hold a reference; the number is a macro's; the string is ours.
        unsafe { ffi::compat::expand_stamp(number, self.raw.as_ptr(), text) };
        // SAFETY: a GString's text has its length.
        let bytes = unsafe { std::slice::from_raw_parts((*text).str.cast::<u8>(), (*text).len) };
        let result = read(Some(Value {
            bytes,
            kind: ValueType::String,
        }));
        // SAFETY: ours, and `read` gave its borrow back.
        unsafe { glib_sys::g_string_free(text, 1) };
        result
    }

    /// Hands the names of the values that the message carries to `each`, with their types; macros
    /// are not among them. Any thread.
    pub fn for_each_name(&self, mut each: impl FnMut(&[u8], ValueType)) {
        let mut each: &mut dyn FnMut(&[u8], ValueType) = &mut each;
        // SAFETY: we hold a reference; `visit` gets back the pointer that is passed here, during
        // the call.
        unsafe {
            ffi::log_msg_values_foreach(
                self.raw.as_ptr(),
                Some(visit),
                ptr::from_mut(&mut each).cast(),
            );
        }
    }
}

/// How many bytes processors fetch at once.
const LINE: usize = 64;
/// As many bytes of values are fetched ahead.
const MOST_FETCHED: usize = 256;
/// As many messages later the memory has answered.
const ANSWERED: usize = 2;

/// A hint: the address may be any, and nothing is read.
#[inline]
fn fetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86_64 has this instruction, and it does not fault.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// # Safety
/// The host calls this from `for_each_name`, with the pointer passed there.
unsafe extern "C" fn visit(
    handle: ffi::NVHandle,
    name: *const libc::c_char,
    _value: *const libc::c_char,
    _length: isize,
    kind: ffi::NVType,
    user_data: glib_sys::gpointer,
) -> glib_sys::gboolean {
    // A panic ends the walk; the names so far stand.
    crate::pipe::guard_on_any_thread("owned.visit", 1, || {
        // What somebody has set under a macro's name cannot be read.
        if !name.is_null() && !is_macro(handle) {
            // SAFETY: see `for_each_name`.
            let each = unsafe { &mut *user_data.cast::<&mut dyn FnMut(&[u8], ValueType)>() };
            // SAFETY: names of values are NUL-terminated (lib/logmsg/nvtable.c).
            let name = unsafe { std::ffi::CStr::from_ptr(name) };
            each(name.to_bytes(), ValueType::from_host(kind));
        }
        0
    })
}

impl Clone for Message {
    /// A further reference to the same message.
    fn clone(&self) -> Self {
        // SAFETY: we hold a reference.
        unsafe { Message::retain(self.raw) }
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: ours, taken in `retain` or made by `WritableMessage`.
        unsafe { ffi::log_msg_unref(self.raw.as_ptr()) };
    }
}
