// SPDX-License-Identifier: GPL-2.0-or-later

//! Plugins that stand inside of a destination: the host's `LogDriverPlugin`.

use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::OnceLock;

use super::reading;
use crate::config::{Config, Lexer, Location, ParseError};
use crate::ffi;
use crate::options::{self, OptionRule, Table};
use crate::pipe::guard;

/// What stands inside of another destination and works for it.
///
/// Methods run on the main thread.
#[doc(alias = "LogDriverPlugin")]
pub trait InnerDestination: Send + Sync + 'static {
    /// The plugin's name. A destination takes one plugin of each name.
    const NAME: &'static CStr;
    /// What the plugin's own options are read into.
    type Options: Default + 'static;
    /// The plugin's own options.
    const OPTIONS: &'static [OptionRule<Self::Options>];

    /// Makes the plugin when its options have been read. `end` is the place of the closing bracket.
    ///
    /// # Errors
    /// A sentence refuses the config, with the place.
    fn configured(
        options: Self::Options,
        config: Config<'_>,
        end: Location,
    ) -> Result<Self, String>
    where
        Self: Sized;

    /// The destination around it is taken up. False refuses the config; the reason has been said.
    fn attach(&self) -> bool;
}

/// The block of memory that the host knows as `LogDriverPlugin *`. The host frees it after free_fn.
#[repr(C)]
struct Instance<D> {
    host: ffi::LogDriverPlugin,
    /// There once the options have been read.
    driver: ManuallyDrop<OnceLock<D>>,
}

impl<D: InnerDestination> Instance<D> {
    fn construct() -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).driver).write(ManuallyDrop::new(OnceLock::new())) };
        // SAFETY: the memory is ours; the host keeps the pointer to the name, which is static
        // (lib/driver.c).
        unsafe { ffi::log_driver_plugin_init_instance(instance.cast(), D::NAME.as_ptr()) };
        // SAFETY: the block is ours until it is handed to the host.
        let host = unsafe { &mut (*instance).host };
        host.attach = Some(attach::<D>);
        host.free_fn = Some(free_fn::<D>);
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// # Safety
    /// `host` is an `Instance<D>` in one of its slots.
    unsafe fn driver<'a>(host: *const ffi::LogDriverPlugin) -> &'a OnceLock<D> {
        // SAFETY: slots are called on the plugin that they were installed in, before free_fn ends.
        unsafe { &(*host.cast::<Self>()).driver }
    }
}

/// Reads a plugin. On success and on failure `instance` gets what was made: the host takes it into
/// the destination, or has it cleaned up.
///
/// # Safety
/// The host calls this as `CfgParser.parse`: the lexer is live, and `instance` takes the result.
pub(crate) unsafe extern "C" fn parse<D: InnerDestination>(
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    _argument: glib_sys::gpointer,
) -> ffi::gint {
    // SAFETY: the caller's word.
    unsafe {
        reading::parse(
            "inner_destination.parse",
            lexer,
            instance,
            c"within destination",
            |_| Instance::<D>::construct(),
            read,
        )
    }
}

fn read<D: InnerDestination>(
    made: NonNull<Instance<D>>,
    config: Config<'_>,
    lexer: &mut Lexer<'_>,
) -> Result<(), ParseError> {
    // The host puts the kind of plugin and its name in front of the options.
    lexer.next_token();
    let name = lexer.next_token();
    let name = format!("{}()", name.kind);
    lexer.open(&name)?;
    let mut own = D::Options::default();
    let mut table = Table {
        rules: D::OPTIONS,
        target: &mut own,
    };
    options::parse(&name, lexer, &mut [&mut table], |lexer, plugin| {
        Err(ParseError::at(
            lexer.here(),
            format!("{} cannot stand in {name}", String::from_utf8_lossy(plugin)),
        ))
    })?;
    let end = lexer.here();
    let driver = D::configured(own, config, end).map_err(|message| ParseError::at(end, message))?;
    // SAFETY: made for this and not yet handed to the host.
    let _ = unsafe { Instance::<D>::driver(made.as_ptr().cast()) }.set(driver);
    Ok(())
}

/// # Safety
/// The host calls this on the main thread.
unsafe extern "C" fn attach<D: InnerDestination>(
    plugin: *mut ffi::LogDriverPlugin,
    _driver: *mut ffi::LogDriver,
) -> glib_sys::gboolean {
    guard("inner_destination.attach", 0, || {
        // SAFETY: see the function.
        let driver = unsafe { Instance::<D>::driver(plugin) };
        driver.get().is_some_and(D::attach).into()
    })
}

/// # Safety
/// The host calls this once, last of all slots; it frees the memory itself.
unsafe extern "C" fn free_fn<D: InnerDestination>(plugin: *mut ffi::LogDriverPlugin) {
    let instance = plugin.cast::<Instance<D>>();
    guard("inner_destination.free_fn", (), || {
        // SAFETY: nobody uses it after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*instance).driver) };
    });
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_driver_plugin_free_method(plugin) };
}
