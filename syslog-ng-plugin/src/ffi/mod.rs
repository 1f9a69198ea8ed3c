// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's headers as bindgen reads them. Nothing outside this crate sees these names.
//!
//! - [`compat`]: what differs between hosts, in one shape for the rest of the crate.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    dead_code,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unknown_lints,
    unnecessary_transmutes,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    unused_imports,
    unused_qualifications
)]

pub(crate) mod compat;

use glib_sys::*;

// glib-sys has no names for GLib's scalars; these are the ones that the bindings use.
type gchar = libc::c_char;
type guchar = libc::c_uchar;
pub(crate) type gint = libc::c_int;
type guint = libc::c_uint;
type glong = libc::c_long;
type gulong = libc::c_ulong;
type gint16 = i16;
type gint32 = i32;
type gint64 = i64;
type guint8 = u8;
type guint16 = u16;
type guint32 = u32;
type guint64 = u64;
type gsize = usize;
type gssize = isize;
type gdouble = f64;
type gunichar = u32;

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
