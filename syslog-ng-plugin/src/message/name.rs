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
    kind: Kind,
}

/// How the host finds what stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The message carries it.
    Value,
    /// It is expanded when it is asked for.
    Macro,
    /// It is a macro, of this number, that the host cannot expand without being told the time's
    /// format.
    Stamp(ffi::gint),
}

impl Name {
    /// Looks a name up; the host gives a new name a number. Any thread.
    #[doc(alias = "log_msg_get_value_handle")]
    pub fn look_up(name: &CStr) -> Name {
        // SAFETY: NUL-terminated; the host's registry has a lock of its own (lib/logmsg/nvtable.c:
        // nv_registry_alloc_handle).
        let handle = unsafe { ffi::log_msg_get_value_handle(name.as_ptr()) };
        let bytes = name.to_bytes();
        let kind = match macro_number(handle) {
            None => Kind::Value,
            Some(number) if bytes == b"STAMP" || bytes.ends_with(b"_STAMP") => Kind::Stamp(number),
            Some(_) => Kind::Macro,
        };
        Name { handle, kind }
    }

    /// MESSAGE, the text of a message.
    pub const MESSAGE: Name = Name {
        handle: ffi::LM_V_MESSAGE as ffi::NVHandle,
        kind: Kind::Value,
    };

    /// Whether it is a macro, whose value follows from the rest of a message and is not carried by
    /// it.
    pub fn is_macro(self) -> bool {
        self.kind != Kind::Value
    }

    pub(super) fn handle(self) -> ffi::NVHandle {
        self.handle
    }

    pub(super) fn kind(self) -> Kind {
        self.kind
    }
}

/// `handle` came from the host's registry.
pub(super) fn is_macro(handle: ffi::NVHandle) -> bool {
    // SAFETY: the handle came from the registry, where its flags are looked up.
    unsafe { ffi::log_msg_is_handle_macro(handle) != 0 }
}

/// The number of a macro; `None` for other values.
fn macro_number(handle: ffi::NVHandle) -> Option<ffi::gint> {
    if !is_macro(handle) {
        return None;
    }
    // SAFETY: the registry lives as long as the process, and has a lock of its own.
    let flags = unsafe { ffi::nv_registry_get_handle_flags(ffi::logmsg_registry, handle) };
    // The host keeps the number above the flags (lib/logmsg/logmsg.h:
    // log_msg_get_value_if_set_with_type).
    Some(ffi::gint::from(flags >> 8))
}

/// The names of all values and macros that the host knows by now, in the order in which it came to know
/// them. Any thread.
#[doc(alias = "log_msg_registry_foreach")]
pub fn value_names() -> Vec<Box<[u8]>> {
    // By their numbers, as the host itself looks names up: its table by name, which the alias walks, may
    // be added to meanwhile.
    (1..)
        .map_while(|handle| {
            // SAFETY: the registry takes any number, and gives NULL beyond the last one
            // (lib/logmsg/nvtable.h: nv_registry_get_handle_name).
            let name = unsafe { ffi::log_msg_get_value_name(handle, std::ptr::null_mut()) };
            // SAFETY: NUL-terminated; names stay as long as the process lives.
            (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_bytes().into())
        })
        .collect()
}

/// The names of all macros, such as `DATE`, sorted. Any thread.
pub fn macro_names() -> &'static [Box<[u8]>] {
    static NAMES: OnceLock<Vec<Box<[u8]>>> = OnceLock::new();
    NAMES.get_or_init(collect)
}

fn collect() -> Vec<Box<[u8]>> {
    let mut names: Vec<Box<[u8]>> = Vec::new();
    ffi::compat::for_each_macro(&mut |name| {
        // Some are names of values too, and there the value is what a message gives.
        if Name::look_up(name).kind != Kind::Value {
            names.push(name.to_bytes().into());
        }
    });
    names.sort_unstable();
    names.dedup();
    names
}
