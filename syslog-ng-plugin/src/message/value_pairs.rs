// SPDX-License-Identifier: GPL-2.0-or-later

//! A choice of a message's values, under names of choice: `value-pairs()`.

use std::ffi::{CStr, c_char};
use std::ptr::{self, NonNull};

use super::{MessageRef, TemplateOptions, TimeZone, Value, ValueType, thread};
use crate::ffi;

/// A choice of a message's values, under names of choice.
pub struct ValuePairs {
    raw: NonNull<ffi::ValuePairs>,
}

// SAFETY: the reference count is atomic, and what a config chose is not changed once it was read
// (lib/value-pairs/value-pairs.c).
unsafe impl Send for ValuePairs {}
// SAFETY: as for Send.
unsafe impl Sync for ValuePairs {}

impl Drop for ValuePairs {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { ffi::value_pairs_unref(self.raw.as_ptr()) };
    }
}

impl ValuePairs {
    /// Chooses nothing yet, for the config that is being read.
    pub(crate) fn new() -> Option<ValuePairs> {
        // SAFETY: `configuration` is set while a config is read (lib/cfg.c: cfg_run_parser), which
        // is when options are.
        let raw = unsafe { ffi::value_pairs_new(ffi::configuration) };
        NonNull::new(raw).map(|raw| ValuePairs { raw })
    }

    /// For the host's functions that add to the choice. Good while `self` is.
    pub(crate) fn as_ptr(&self) -> *mut ffi::ValuePairs {
        self.raw.as_ptr()
    }

    /// Hands each chosen value to `each`, sorted by name. Any thread that the host knows.
    ///
    /// `sequence_number` is what the macro SEQNUM gives. When `each` gives false, the walk goes on
    /// and this gives false in the end.
    #[doc(alias = "value_pairs_foreach")]
    pub fn for_each(
        &self,
        message: MessageRef<'_>,
        options: &TemplateOptions,
        sequence_number: i32,
        mut each: impl FnMut(&CStr, Value<'_>) -> bool,
    ) -> bool {
        let mut each: &mut dyn FnMut(&CStr, Value<'_>) -> bool = &mut each;
        let mut evaluation = options.evaluation(TimeZone::Local, sequence_number);
        let complete = thread::with_scratch_buffers(|| {
            // SAFETY: value pairs, message and options are live for the call; `visit` gets back the
            // pointer that is passed here, during the call.
            unsafe {
                ffi::value_pairs_foreach(
                    self.raw.as_ptr(),
                    Some(visit),
                    message.as_ptr(),
                    &mut evaluation,
                    ptr::from_mut(&mut each).cast(),
                )
            }
        });
        complete != 0
    }
}

/// Gives TRUE where the message has to be dropped.
///
/// # Safety
/// The host calls this from `for_each`, with the pointer passed there.
unsafe extern "C" fn visit(
    name: *const c_char,
    kind: ffi::LogMessageValueType,
    value: *const c_char,
    length: usize,
    user_data: glib_sys::gpointer,
) -> glib_sys::gboolean {
    crate::pipe::guard_on_any_thread("value_pairs.visit", 1, || {
        if name.is_null() || value.is_null() {
            return 0;
        }
        // SAFETY: see `for_each`.
        let each = unsafe { &mut *user_data.cast::<&mut dyn FnMut(&CStr, Value<'_>) -> bool>() };
        // SAFETY: a key of the host's, NUL-terminated.
        let name = unsafe { CStr::from_ptr(name) };
        // SAFETY: the host gives this many bytes, which stay for the call.
        let bytes = unsafe { std::slice::from_raw_parts(value.cast::<u8>(), length) };
        let kind = ValueType::from_host(kind);
        (!each(name, Value { bytes, kind })).into()
    })
}
