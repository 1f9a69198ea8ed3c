// SPDX-License-Identifier: GPL-2.0-or-later

//! What writes a part of a config when that is read: the host's `CfgBlockGenerator`.

use std::ffi::{CStr, CString};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::config::{Config, current};
use crate::ffi;
use crate::pipe::{guard, guard_on_any_thread};
use crate::text::from_c;

/// Writes a part of a config where its name stands in it.
#[doc(alias = "CfgBlockGenerator")]
pub trait BlockGenerator: Send + Sync + 'static {
    /// Gives the text that is read in place of `name(…)`. Called on the main thread while the config is
    /// read. `arguments` are the options in the brackets, by name; `place` is where they stand.
    ///
    /// `None` refuses the config; the reason has been said.
    fn generate(
        &self,
        config: Config<'_>,
        arguments: &[(Vec<u8>, Vec<u8>)],
        place: &str,
    ) -> Option<CString>;
}

/// Why a generator is not registered.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum GeneratorError {
    /// There is no config that it could belong to.
    #[error("no configuration is being read on this thread")]
    NothingIsRead,
    /// The host knows no such place in a config.
    #[error("there is no such context")]
    UnknownContext,
    /// The one that has the name is at work.
    #[error("the generator of this name is at work")]
    Busy,
}

/// The block of memory that the host knows as `CfgBlockGenerator *`. The host frees it after free_fn.
#[repr(C)]
struct Instance {
    host: ffi::CfgBlockGenerator,
    generator: ManuallyDrop<Box<dyn BlockGenerator>>,
}
const _: () = assert!(std::mem::offset_of!(Instance, host) == 0);

/// The generators that are at work: the host uses what it knows of one after it has written its part.
static AT_WORK: Mutex<Vec<(ffi::gint, String)>> = Mutex::new(Vec::new());

fn at_work() -> MutexGuard<'static, Vec<(ffi::gint, String)>> {
    AT_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A generator's name as the host compares it.
fn same(name: &CStr) -> String {
    name.to_string_lossy().replace('-', "_")
}

/// Makes a generator known to the config that is being read, as `name` in `context`, which is what the
/// host calls it: `source`, `destination`, `root`, …. It is dropped with that config, or when another
/// one takes its name. Main thread, while a config is read.
///
/// # Errors
/// [`GeneratorError`]; `generator` is dropped then.
#[doc(alias = "cfg_lexer_register_generator_plugin")]
pub fn register_block_generator(
    context: &CStr,
    name: &CStr,
    generator: Box<dyn BlockGenerator>,
) -> Result<(), GeneratorError> {
    let config = current::being_read().ok_or(GeneratorError::NothingIsRead)?;
    // SAFETY: NUL-terminated.
    let number = unsafe { ffi::cfg_lexer_lookup_context_type_by_name(context.as_ptr()) };
    if number == 0 {
        return Err(GeneratorError::UnknownContext);
    }
    if at_work().contains(&(number, same(name))) {
        return Err(GeneratorError::Busy);
    }
    // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends the
    // process.
    let instance = unsafe { glib_sys::g_malloc0(size_of::<Instance>()) }.cast::<Instance>();
    // SAFETY: the memory is ours.
    unsafe { (&raw mut (*instance).generator).write(ManuallyDrop::new(generator)) };
    // SAFETY: zeroed memory is what the host's own generators begin as; the name is copied.
    unsafe { ffi::cfg_block_generator_init_instance(instance.cast(), number, name.as_ptr()) };
    // SAFETY: the block is ours until it is handed to the host.
    let host = unsafe { &mut (*instance).host };
    host.generate = Some(generate);
    host.free_fn = Some(free_fn);
    // SAFETY: the config is being read, so it is live; the host takes the one reference.
    unsafe {
        ffi::cfg_lexer_register_generator_plugin(
            &raw mut (*config.raw.as_ptr()).plugin_context,
            instance.cast(),
        );
    }
    Ok(())
}

/// # Safety
/// The host calls this on the main thread while it reads `config`: `generator` is one of ours, and
/// holds a reference, `arguments` are the options, `result` is the host's string for the text, and
/// `reference` a text.
unsafe extern "C" fn generate(
    generator: *mut ffi::CfgBlockGenerator,
    config: *mut ffi::GlobalConfig,
    arguments: glib_sys::gpointer,
    result: *mut glib_sys::GString,
    reference: *const libc::c_char,
) -> glib_sys::gboolean {
    guard("block_generator.generate", 0, || {
        let Some(config) = NonNull::new(config) else {
            return 0;
        };
        // SAFETY: see the function.
        let instance = unsafe { &*generator.cast::<Instance>() };
        // SAFETY: the name is the generator's own.
        let name = same(unsafe { CStr::from_ptr(instance.host.name) });
        let _at_work = AtWork::new(instance.host.context, name);
        let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        // SAFETY: the host's arguments; `argument` gets back the pointer that is passed here, during
        // the call.
        unsafe {
            ffi::cfg_args_foreach(arguments.cast(), Some(argument), (&raw mut found).cast());
        }
        // SAFETY: it lives at least until its parse ends.
        let config = unsafe { Config::borrow(config) };
        // SAFETY: see the function.
        let place = unsafe { from_c(reference) };
        let Some(text) = instance.generator.generate(config, &found, &place) else {
            return 0;
        };
        // What the host has put in front is a comment; without it, lines are counted as they stand in
        // the text.
        // SAFETY: the host's string; the text is NUL-terminated.
        unsafe { glib_sys::g_string_assign(result, text.as_ptr()) };
        1
    })
}

/// While this lives, the generator cannot be replaced.
struct AtWork;

impl AtWork {
    fn new(context: ffi::gint, name: String) -> Self {
        at_work().push((context, name));
        AtWork
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        // The newest one ends first.
        at_work().pop();
    }
}

/// # Safety
/// The host calls this from [`generate`], with the pointer passed there and two texts; some hosts may
/// have no value.
unsafe extern "C" fn argument(
    name: glib_sys::gpointer,
    value: glib_sys::gpointer,
    found: glib_sys::gpointer,
) {
    guard_on_any_thread("block_generator.argument", (), || {
        let text = |text: glib_sys::gpointer| {
            if text.is_null() {
                return Vec::new();
            }
            // SAFETY: see the function.
            unsafe { CStr::from_ptr(text.cast()) }.to_bytes().to_vec()
        };
        // SAFETY: see the function.
        let found = unsafe { &mut *found.cast::<Vec<(Vec<u8>, Vec<u8>)>>() };
        found.push((text(name), text(value)));
    });
}

/// # Safety
/// The host calls this once, last of all slots, on the main thread; it frees the memory itself.
unsafe extern "C" fn free_fn(generator: *mut ffi::CfgBlockGenerator) {
    guard("block_generator.free_fn", (), || {
        // SAFETY: nobody uses it after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*generator.cast::<Instance>()).generator) };
    });
    // SAFETY: the host is freeing it.
    unsafe { ffi::compat::free_block_generator(generator) };
}
