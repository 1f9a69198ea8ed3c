// SPDX-License-Identifier: GPL-2.0-or-later

//! For tests that run host code in their own process, without a daemon.

use std::ffi::{CStr, CString};
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::config::current;
use crate::ffi;
use crate::ffi::compat::{self, HttpRequestData};
use crate::message::{Message, ParseOptions};
use crate::module::table::{Parser, Plugin, PluginTable};
use crate::pipe::{
    HttpHeaders, InnerDestination, MessageParser, TemplateFunction, ThreadedDestination,
    ThreadedSource, inner_destination, parser,
};

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
    turn: &MutexGuard<'static, ()>,
    name: &'static CStr,
    text: impl AsRef<[u8]>,
) -> bool {
    // The host keeps pointers to what is registered, for as long as the configuration lives.
    let parser: &'static Parser = Box::leak(Box::new(Parser::threaded_destination::<D>(name)));
    parse(
        turn,
        "destination",
        Plugin::destination(name, parser),
        text.as_ref(),
    )
}

/// The same for what stands between the braces of a source.
pub fn parse_source<D: ThreadedSource>(
    turn: &MutexGuard<'static, ()>,
    name: &'static CStr,
    text: impl AsRef<[u8]>,
) -> bool {
    let parser: &'static Parser = Box::leak(Box::new(Parser::threaded_source::<D>(name)));
    parse(turn, "source", Plugin::source(name, parser), text.as_ref())
}

fn parse(_turn: &MutexGuard<'static, ()>, statement: &str, plugin: Plugin, text: &[u8]) -> bool {
    let plugins: &'static PluginTable<1> = Box::leak(Box::new(PluginTable::new([plugin])));
    // A snippet has the newest version and takes no @version line.
    let mut config = format!("{statement} x_test {{ ").into_bytes();
    config.extend_from_slice(text);
    config.extend_from_slice(b" };\n\0");
    // SAFETY: a configuration of its own, read and freed here; the host has been started and is
    // ours for the moment. The text ends with a NUL that does not count.
    unsafe {
        let made = ffi::cfg_new_snippet();
        plugins.register(&raw mut (*made).plugin_context);
        let length = config.len() - 1;
        let lexer = ffi::cfg_lexer_new_buffer(made, config.as_ptr().cast(), length);
        let mut nothing = std::ptr::null_mut();
        let accepted = ffi::cfg_run_parser(
            made,
            lexer,
            &raw mut ffi::main_parser,
            &mut nothing,
            std::ptr::null_mut(),
        );
        ffi::cfg_free(made);
        accepted != 0
    }
}

/// Bytes that are allocated in this process.
pub fn allocated() -> usize {
    // SAFETY: takes nothing, and gives numbers.
    unsafe { libc::mallinfo2() }.uordblks
}

/// Runs `body` with nothing that anybody says going to stderr.
pub fn quietly<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: plain calls of C on descriptors; the one that is made is closed below.
    let kept = unsafe { libc::dup(2) };
    // SAFETY: a constant text.
    let nowhere = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY) };
    // SAFETY: as above.
    unsafe { libc::dup2(nowhere, 2) };
    let result = body();
    // SAFETY: as above.
    unsafe {
        libc::dup2(kept, 2);
        libc::close(kept);
        libc::close(nowhere);
    }
    result
}

/// Runs `body` while a configuration without anything in it is in use. [`host`] is held meanwhile.
pub fn with_configuration<T>(turn: &MutexGuard<'static, ()>, body: impl FnOnce() -> T) -> T {
    with_plugin(turn, None, body)
}

/// The same with a function in templates that is known by `name`.
pub fn with_function<F: TemplateFunction, T>(
    turn: &MutexGuard<'static, ()>,
    name: &'static CStr,
    body: impl FnOnce() -> T,
) -> T {
    with_plugin(turn, Some(Plugin::function::<F>(name)), body)
}

/// Hands a message to a parser, and gives what comes out; `None` if it was dropped. [`host`] is held
/// meanwhile.
pub fn process<D: MessageParser>(
    _turn: &MutexGuard<'static, ()>,
    driver: D,
    message: Message,
) -> Option<Message> {
    // SAFETY: a configuration of its own, freed below; the host has been started. The reference to the
    // message is ours, and that to what comes out becomes ours.
    unsafe {
        let config = ffi::cfg_new_snippet();
        let passed =
            parser::process_one(NonNull::new_unchecked(config), driver, message.into_raw());
        ffi::cfg_free(config);
        passed.map(|raw| Message::adopt(raw))
    }
}

fn with_plugin<T>(
    _turn: &MutexGuard<'static, ()>,
    plugin: Option<Plugin>,
    body: impl FnOnce() -> T,
) -> T {
    // SAFETY: a configuration of its own, freed below; the host has been started.
    let config = unsafe { ffi::cfg_new_snippet() };
    if let Some(plugin) = plugin {
        // The host keeps pointers to what is registered, for as long as the configuration lives.
        let plugins: &'static PluginTable<1> = Box::leak(Box::new(PluginTable::new([plugin])));
        // SAFETY: as above.
        unsafe { plugins.register(&raw mut (*config).plugin_context) };
    }
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

/// Headers of a request, as http() keeps them.
#[repr(C)]
struct Headers {
    host: ffi::List,
    items: Vec<CString>,
}

/// # Safety
/// Called on the list of [`Headers`] with a text.
unsafe extern "C" fn append(list: *mut ffi::List, item: glib_sys::gconstpointer) {
    // SAFETY: see the function.
    let headers = unsafe { &mut *list.cast::<Headers>() };
    // SAFETY: as above.
    let item = unsafe { CStr::from_ptr(item.cast()) };
    headers.items.push(item.to_owned());
}

/// # Safety
/// Called on the list of [`Headers`] with a function that takes `data`.
unsafe extern "C" fn for_each(
    list: *mut ffi::List,
    function: ffi::list_foreach_fn,
    data: glib_sys::gpointer,
) {
    // SAFETY: see the function.
    let headers = unsafe { &*list.cast::<Headers>() };
    for item in &headers.items {
        if let Some(function) = function {
            // SAFETY: see the function.
            unsafe { function(item.as_ptr().cast(), data) }
        }
    }
}

/// Puts a plugin into a destination that asks it as http() does, twice: the destination is taken up, and
/// let go of, each time. Gives the headers of each request and what is to become of it; nothing where the
/// plugin refuses to be attached. [`host`] is held meanwhile.
pub fn http_requests<D: InnerDestination>(
    _turn: &MutexGuard<'static, ()>,
    plugin: D,
    headers: &[&CStr],
    body: &[u8],
    status: u16,
) -> Vec<(Vec<CString>, HttpHeaders)> {
    let mut seen = Vec::new();
    // SAFETY: configuration and destination of our own, both freed below; zeroed memory is what the host's
    // destinations begin as.
    unsafe {
        let config = ffi::cfg_new_snippet();
        let driver =
            glib_sys::g_malloc0(size_of::<ffi::LogDestDriver>()).cast::<ffi::LogDestDriver>();
        ffi::log_dest_driver_init_instance(driver, config);
        ffi::log_driver_add_plugin(driver.cast(), inner_destination::made_of(plugin).as_ptr());
        for _ in 0..2 {
            let pipe = driver.cast::<ffi::LogPipe>();
            // As the host begins to take a pipe up, and ends to let go of it (lib/logpipe.h).
            if (*pipe).pre_init.is_some_and(|pre_init| pre_init(pipe) == 0) {
                break;
            }
            seen.push(ask(driver.cast(), headers, body, status));
            if let Some(post_deinit) = (*pipe).post_deinit {
                post_deinit(pipe);
            }
        }
        ffi::log_pipe_unref(driver.cast());
        ffi::cfg_free(config);
    }
    seen
}

/// # Safety
/// `driver` is live.
unsafe fn ask(
    driver: *mut ffi::LogDriver,
    headers: &[&CStr],
    body: &[u8],
    status: u16,
) -> (Vec<CString>, HttpHeaders) {
    // SAFETY: all bytes zero is a list without functions.
    let mut host: ffi::List = unsafe { std::mem::zeroed() };
    host.append = Some(append);
    host.foreach = Some(for_each);
    let items = headers.iter().map(|header| (*header).to_owned()).collect();
    let mut headers = Headers { host, items };
    // SAFETY: as many bytes as are said; freed below.
    let text = unsafe { glib_sys::g_string_new_len(body.as_ptr().cast(), body.len() as isize) };
    // SAFETY: all bytes zero is such data: numbers and pointers, and success.
    let mut request: HttpRequestData = unsafe { std::mem::zeroed() };
    request.request_headers = (&raw mut headers).cast();
    request.request_body = text.cast();
    // SAFETY: as above.
    let mut response: compat::HttpResponseData = unsafe { std::mem::zeroed() };
    response.http_code = status.into();
    // SAFETY: the driver is live, and so is its connector; the data is that of the signals.
    unsafe {
        let connector = compat::signal_connector(driver);
        let (request, response) = ((&raw mut request).cast(), (&raw mut response).cast());
        ffi::signal_slot_emit(connector, compat::HTTP_REQUEST.as_ptr(), request);
        ffi::signal_slot_emit(connector, compat::HTTP_RESPONSE.as_ptr(), response);
        glib_sys::g_string_free(text, 1);
    }
    let result = match request.result {
        ffi::HTTP_SLOT_SUCCESS => HttpHeaders::Complete,
        ffi::HTTP_SLOT_PLUGIN_ERROR => HttpHeaders::Missing,
        _ => HttpHeaders::Refused,
    };
    (headers.items, result)
}
