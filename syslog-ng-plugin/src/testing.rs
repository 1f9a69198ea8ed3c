// SPDX-License-Identifier: GPL-2.0-or-later

//! For tests that run host code in their own process, without a daemon.

use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::config::current;
use crate::ffi;
use crate::message::ParseOptions;
use crate::module::table::{Parser, Plugin, PluginTable};
use crate::pipe::ThreadedDestination;
use crate::text::to_c;

/// Starts the host's library once, and lends it to one test at a time: the host's globals are one
/// for the process.
pub fn host() -> MutexGuard<'static, ()> {
    static STARTED: OnceLock<()> = OnceLock::new();
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    STARTED.get_or_init(|| {
        // SAFETY: as the host's own unit tests begin; once per process.
        unsafe {
            ffi::msg_init(1);
            ffi::app_startup();
        }
        // Which made the state of this thread.
        crate::message::note_host_thread();
    });
    turn
}

/// Reads `text` as what stands between the braces of a destination, where `D` is known by `name`;
/// gives whether the host accepts it. What it says of mistakes goes to stderr. [`host`] is held
/// meanwhile.
pub fn parse_destination<D: ThreadedDestination>(
    _turn: &MutexGuard<'static, ()>,
    name: &'static CStr,
    text: &str,
) -> bool {
    // The host keeps pointers to what is registered, for as long as the configuration lives.
    let parser: &'static Parser = Box::leak(Box::new(Parser::threaded_destination::<D>(name)));
    let plugins: &'static PluginTable<1> =
        Box::leak(Box::new(PluginTable::new([Plugin::destination(
            name, parser,
        )])));
    // A snippet has the newest version and takes no @version line.
    let text = to_c(&format!("destination d_test {{ {text} }};\n"));
    // SAFETY: a configuration of its own, read and freed here; the host has been started and is
    // ours for the moment.
    unsafe {
        let config = ffi::cfg_new_snippet();
        plugins.register(&raw mut (*config).plugin_context);
        let lexer = ffi::cfg_lexer_new_buffer(config, text.as_ptr(), text.as_bytes().len());
        let mut nothing = std::ptr::null_mut();
        let accepted = ffi::cfg_run_parser(
            config,
            lexer,
            &raw mut ffi::main_parser,
            &mut nothing,
            std::ptr::null_mut(),
        );
        ffi::cfg_free(config);
        accepted != 0
    }
}

/// Runs `body` while a configuration without anything in it is in use. [`host`] is held meanwhile.
pub fn with_configuration<T>(_turn: &MutexGuard<'static, ()>, body: impl FnOnce() -> T) -> T {
    // SAFETY: a configuration of its own, freed below; the host has been started.
    let config = unsafe { ffi::cfg_new_snippet() };
    current::take_up(config);
    let result = body();
    current::forget(config);
    // SAFETY: nobody can find it any more.
    unsafe { ffi::cfg_free(config) };
    result
}

/// The options for parsing of a source, in a configuration with bad-hostname() that is gone. The
/// module that parses is not loaded. [`host`] is held meanwhile.
pub fn parse_options(_turn: &MutexGuard<'static, ()>) -> ParseOptions {
    // SAFETY: options and configuration of our own, which live until they are freed below; all bytes
    // zero are options for the host to fill.
    unsafe {
        let config = ffi::cfg_new_snippet();
        (*config).bad_hostname_re = glib_sys::g_strdup(c"^bad$".as_ptr());
        let mut options: ffi::MsgFormatOptions = std::mem::zeroed();
        ffi::msg_format_options_defaults(&mut options);
        ffi::msg_format_options_init(&mut options, config);
        options.bad_hostname = &raw mut (*config).bad_hostname;
        let (source, config) = (NonNull::from(&mut options), NonNull::new_unchecked(config));
        let copy = ParseOptions::copy(source, config);
        ffi::msg_format_options_destroy(&mut options);
        ffi::cfg_free(config.as_ptr());
        copy
    }
}
