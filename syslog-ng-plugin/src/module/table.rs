// SPDX-License-Identifier: GPL-2.0-or-later

//! The tables that the host reads, and writes to.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::ptr;

use crate::config::DRIVER_KEYWORDS;
use crate::ffi;
use crate::pipe::threaded_fetcher::Fetching;
use crate::pipe::{
    InnerDestination, MessageParser, RootBlock, TemplateFunction, ThreadedDestination,
    ThreadedFetcher, ThreadedSource, inner_destination, parser, root_block, template_function,
    threaded_destination, threaded_source,
};

/// What the host calls to read a plugin's part of a config.
pub struct Parser(UnsafeCell<ffi::CfgParser>);

// SAFETY: only the host uses it, on the main thread while it reads a config.
unsafe impl Sync for Parser {}

/// Reads a plugin's part of a config.
type Parse = unsafe extern "C" fn(
    *mut ffi::CfgLexer,
    *mut glib_sys::gpointer,
    glib_sys::gpointer,
) -> ffi::gint;
/// Frees what a parse made that failed.
type Cleanup = unsafe extern "C" fn(glib_sys::gpointer);

impl Parser {
    const fn new(name: &'static CStr, parse: Parse, cleanup: Option<Cleanup>) -> Self {
        Parser(UnsafeCell::new(ffi::CfgParser {
            debug_flag: ptr::null_mut(),
            context: 0,
            name: name.as_ptr(),
            keywords: DRIVER_KEYWORDS.as_ptr(),
            parse: Some(parse),
            cleanup,
        }))
    }

    /// Reads threaded destinations.
    pub const fn threaded_destination<D: ThreadedDestination>(name: &'static CStr) -> Self {
        Self::new(name, threaded_destination::parse::<D>, Some(cleanup_pipe))
    }

    /// Reads threaded sources.
    pub const fn threaded_source<D: ThreadedSource>(name: &'static CStr) -> Self {
        Self::new(name, threaded_source::parse::<D>, Some(cleanup_pipe))
    }

    /// Reads fetchers.
    pub const fn threaded_fetcher<D: ThreadedFetcher>(name: &'static CStr) -> Self {
        Self::threaded_source::<Fetching<D>>(name)
    }

    /// Reads parsers of messages.
    pub const fn message_parser<D: MessageParser>(name: &'static CStr) -> Self {
        Self::new(name, parser::parse::<D>, Some(cleanup_pipe))
    }

    /// Reads plugins that stand inside of a destination.
    pub const fn inner_destination<D: InnerDestination>(name: &'static CStr) -> Self {
        Self::new(
            name,
            inner_destination::parse::<D>,
            Some(cleanup_inner_plugin),
        )
    }

    /// Reads blocks at the top level.
    pub const fn root_block<B: RootBlock>(name: &'static CStr) -> Self {
        Self::new(name, root_block::parse::<B>, None)
    }
}

/// # Safety
/// The host calls this with what a driver's parse made, when that parse failed.
unsafe extern "C" fn cleanup_pipe(instance: glib_sys::gpointer) {
    crate::pipe::guard("table.cleanup_pipe", (), || {
        // SAFETY: the one reference that construct() made; nobody else has the driver yet.
        unsafe { ffi::log_pipe_unref(instance.cast()) };
    });
}

/// # Safety
/// The host calls this with what an inner plugin's parse made, when that parse failed.
unsafe extern "C" fn cleanup_inner_plugin(instance: glib_sys::gpointer) {
    crate::pipe::guard("table.cleanup_inner_plugin", (), || {
        // SAFETY: nobody else has the plugin yet.
        unsafe { ffi::log_driver_plugin_free(instance.cast()) };
    });
}

/// A plugin's row in the module's table.
#[repr(transparent)]
pub struct Plugin(ffi::Plugin);

impl Plugin {
    /// A destination called `name`; a `-` in it is written `_` here.
    pub const fn destination(name: &'static CStr, parser: &'static Parser) -> Self {
        Self::new(ffi::LL_CONTEXT_DESTINATION, name, parser)
    }

    /// A source called `name`; a `-` in it is written `_` here.
    pub const fn source(name: &'static CStr, parser: &'static Parser) -> Self {
        Self::new(ffi::LL_CONTEXT_SOURCE, name, parser)
    }

    /// A parser called `name`; a `-` in it is written `_` here.
    pub const fn parser(name: &'static CStr, parser: &'static Parser) -> Self {
        Self::new(ffi::LL_CONTEXT_PARSER, name, parser)
    }

    /// A plugin called `name` that stands inside of a destination; a `-` in it is written `_` here.
    pub const fn inner(name: &'static CStr, parser: &'static Parser) -> Self {
        Self::new(ffi::LL_CONTEXT_INNER_DEST, name, parser)
    }

    /// A block at the top level called `name`.
    pub const fn root(name: &'static CStr, parser: &'static Parser) -> Self {
        Self::new(ffi::LL_CONTEXT_ROOT, name, parser)
    }

    /// A function in templates called `name`; a `-` in it is written `_` here. It has no part of a
    /// config to read.
    pub const fn function<F: TemplateFunction>(name: &'static CStr) -> Self {
        let context = ffi::LL_CONTEXT_TEMPLATE_FUNC;
        let mut row = ffi::compat::plugin(context, name, ptr::null_mut());
        row.construct = Some(template_function::construct::<F>);
        Plugin(row)
    }

    const fn new(context: u32, name: &'static CStr, parser: &'static Parser) -> Self {
        Plugin(ffi::compat::plugin(context, name, parser.0.get()))
    }
}

/// A module's plugins, in memory that the host may write to: some keep notes in the rows
/// (`failure_info`).
pub struct PluginTable<const N: usize>(UnsafeCell<[Plugin; N]>);

// SAFETY: only the host uses it, on the main thread.
unsafe impl<const N: usize> Sync for PluginTable<N> {}

impl<const N: usize> PluginTable<N> {
    /// The table of these plugins.
    pub const fn new(plugins: [Plugin; N]) -> Self {
        PluginTable(UnsafeCell::new(plugins))
    }

    const fn as_ptr(&self) -> *mut ffi::Plugin {
        self.0.get().cast()
    }

    /// Makes the plugins known to the configuration that is being read.
    ///
    /// # Safety
    /// `context` is what the host handed to the module's init function.
    pub(crate) unsafe fn register(&'static self, context: *mut ffi::PluginContext) {
        // SAFETY: the caller's word; the table lives as long as the process.
        unsafe { ffi::plugin_register(context, self.as_ptr(), N as ffi::gint) };
    }
}

/// What the host reads first of a module.
#[repr(transparent)]
pub struct ModuleInfo(ffi::ModuleInfo);

// SAFETY: only the host uses it; it reads.
unsafe impl Sync for ModuleInfo {}

impl ModuleInfo {
    /// The module's card. `version` and `description` are for people: `syslog-ng --module-registry`
    /// prints them.
    pub const fn new<const N: usize>(
        name: &'static CStr,
        version: &'static CStr,
        description: &'static CStr,
        plugins: &'static PluginTable<N>,
    ) -> Self {
        ModuleInfo(ffi::ModuleInfo {
            canonical_name: name.as_ptr(),
            version: version.as_ptr(),
            description: description.as_ptr(),
            core_revision: ffi::SYSLOG_NG_SOURCE_REVISION.as_ptr().cast(),
            plugins: plugins.as_ptr(),
            plugins_len: N as ffi::gint,
        })
    }
}
