// SPDX-License-Identifier: GPL-2.0-or-later

//! Names of values.

use std::ffi::CStr;
use std::sync::OnceLock;

use crate::ffi;

/// The name of a value, looked up. Stays good as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "NVHandle")]
pub struct Name {
    handle: ffi::NVHandle,
    /// The number of the macro, if the name is one that the host cannot expand without being told
    /// the time's format.
    stamp: Option<ffi::gint>,
}

impl Name {
    /// Looks a name up; the host gives a new name a number. Any thread.
    #[doc(alias = "log_msg_get_value_handle")]
    pub fn look_up(name: &CStr) -> Name {
        // SAFETY: NUL-terminated; the host's registry has a lock of its own (lib/logmsg/nvtable.c:
        // nv_registry_alloc_handle).
        let handle = unsafe { ffi::log_msg_get_value_handle(name.as_ptr()) };
        let bytes = name.to_bytes();
        let is_stamp = bytes == b"STAMP" || bytes.ends_with(b"_STAMP");
        Name {
            handle,
            stamp: if is_stamp { macro_number(handle) } else { None },
        }
    }

    pub(super) fn handle(self) -> ffi::NVHandle {
        self.handle
    }

    pub(super) fn stamp(self) -> Option<ffi::gint> {
        self.stamp
    }
}

/// The number of a macro; `None` for other values.
fn macro_number(handle: ffi::NVHandle) -> Option<ffi::gint> {
    // SAFETY: the handle came from the registry.
    if unsafe { ffi::log_msg_is_handle_macro(handle) } == 0 {
        return None;
    }
    // SAFETY: the registry lives as long as the process, and has a lock of its own.
    let flags = unsafe { ffi::nv_registry_get_handle_flags(ffi::logmsg_registry, handle) };
    // The host keeps the number above the flags (lib/logmsg/logmsg.h:
    // log_msg_get_value_if_set_with_type).
    Some(ffi::gint::from(flags >> 8))
}

/// The names of all macros, such as `DATE`.
///
/// They are collected once, by the first call, which must come while the module is loaded: the
/// host's registry of names can be walked only while no other thread adds to it (walking it later
/// crashes a busy daemon sooner or later).
pub fn macro_names() -> &'static [Box<[u8]>] {
    static NAMES: OnceLock<Vec<Box<[u8]>>> = OnceLock::new();
    NAMES.get_or_init(collect)
}

fn collect() -> Vec<Box<[u8]>> {
    let mut names: Vec<Box<[u8]>> = Vec::new();
    // SAFETY: `visit` gets back the pointer to `names` during the call; the rest is the documented
    // condition.
    unsafe { ffi::log_msg_registry_foreach(Some(visit), std::ptr::from_mut(&mut names).cast()) };
    names.sort_unstable();
    names
}

/// # Safety
/// The host calls this from `collect`: with a NUL-terminated name, its number, and the pointer
/// passed there.
unsafe extern "C" fn visit(
    key: glib_sys::gpointer,
    value: glib_sys::gpointer,
    user_data: glib_sys::gpointer,
) {
    crate::pipe::guard("name.visit", (), || {
        // GLib keeps the number in the pointer itself (GUINT_TO_POINTER).
        let handle = value.addr() as ffi::NVHandle;
        // SAFETY: the handle came from the registry.
        if key.is_null() || unsafe { ffi::log_msg_is_handle_macro(handle) } == 0 {
            return;
        }
        // SAFETY: see `collect`.
        let names = unsafe { &mut *user_data.cast::<Vec<Box<[u8]>>>() };
        // SAFETY: keys of the registry are NUL-terminated texts that it owns
        // (lib/logmsg/nvtable.c).
        names.push(unsafe { CStr::from_ptr(key.cast()) }.to_bytes().into());
    });
}
