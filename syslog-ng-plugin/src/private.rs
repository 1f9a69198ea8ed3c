// SPDX-License-Identifier: GPL-2.0-or-later

//! What the code that [`module!`](macro@crate::module) writes needs. Not for anybody else.

use std::ffi::CStr;

pub use crate::ffi::{CfgArgs, PluginContext};
pub use crate::module::table::{ModuleInfo, Parser, Plugin, PluginTable};
use crate::module::{ModuleArguments, StartError};
pub use glib_sys::gboolean;

/// The text as C wants it; `text` ends with its only NUL.
pub const fn c_text(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a name or a text of a module holds a NUL byte"),
    }
}

/// What `<name>_module_init` does.
///
/// # Safety
/// `context` and `arguments` are what the host handed to it.
pub unsafe fn start<const N: usize>(
    context: *mut PluginContext,
    arguments: *mut CfgArgs,
    plugins: &'static PluginTable<N>,
    module: &str,
    init: impl FnOnce(&ModuleArguments<'_>) -> Result<(), StartError>,
) -> gboolean {
    // SAFETY: the caller's word.
    unsafe { crate::module::start(context, arguments, plugins, module, init) }
}
