// SPDX-License-Identifier: GPL-2.0-or-later

//! Parsers: the host's `LogParser`.

use std::borrow::Cow;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use super::Names;
use super::host_driver::{self, HostNames};
use super::reading;
use crate::config::{Config, Lexer, Location, ParseError};
use crate::ffi;
use crate::message::WritableMessage;
use crate::options::{self, OptionRule, PARSER, ParserSettings, Table};
use crate::pipe::guard;
use crate::stats::Counter;
use crate::text::from_c;

/// What reads a message and adds to it.
///
/// The host makes one for each place in a config that names the plugin, and another one like it for
/// each further log path that leads there. All methods but [`process`](Self::process) run on the main
/// thread, and while it does not run.
#[doc(alias = "LogParser")]
pub trait MessageParser: Clone + Send + Sync + 'static {
    /// The plugin's name in counters.
    const STATS_TYPE: &'static CStr;
    /// What the plugin's own options are read into.
    type Options: Default + 'static;
    /// The plugin's own options; the host's come on top.
    const OPTIONS: &'static [OptionRule<Self::Options>];

    /// Makes the driver when its options have been read. `end` is the place of the closing bracket.
    ///
    /// # Errors
    /// A sentence refuses the config, with the place.
    fn configured(
        options: Self::Options,
        config: Config<'_>,
        end: Location,
    ) -> Result<Self, String>;

    /// The config is taken up; may be called again after [`stop`](Self::stop), when the host comes back
    /// to this config. Gives what its counters go under; a parser keeps no state, so its persist name
    /// is of no use. `None` refuses the config; the reason has been said.
    fn start(&self, place: &ParserPlace<'_>) -> Option<Names>;

    /// The config is let go. Only called after a [`start`](Self::start) that gave names.
    fn stop(&self) {}

    /// Changes a message on its way, and gives it back; `None` drops it. Runs on whichever thread runs
    /// the log path, on several at the same time.
    ///
    /// What is shared of the message stays as it was, whoever changes it behind the parser.
    fn process(&self, message: WritableMessage) -> Option<WritableMessage>;
}

/// A parser in a log path, for the length of a call.
pub struct ParserPlace<'p> {
    raw: NonNull<ffi::LogParser>,
    errors: &'p Arc<Counter>,
    lent: PhantomData<&'p ffi::LogParser>,
}

impl ParserPlace<'_> {
    /// The name of the statement that the parser stands in, as in `p_python`; one of the host's making
    /// where it has none.
    pub fn name(&self) -> Cow<'_, str> {
        // SAFETY: the parser is live; its name is NULL or NUL-terminated (lib/parser/parser-expr.c:
        // log_parser_init_method).
        unsafe { from_c((*self.raw.as_ptr()).name) }
    }

    /// Where the parser stands in the config, as `file:line:column`.
    pub fn location(&self) -> String {
        // SAFETY: the parser is live, and this is the main thread.
        unsafe { host_driver::location(self.raw.as_ptr().cast()) }
    }

    /// The configuration that the parser belongs to.
    pub fn config(&self) -> Config<'_> {
        // SAFETY: a parser belongs to a configuration from its making to its end, and that
        // configuration outlives it.
        unsafe {
            let config = (*self.raw.as_ptr()).super_.cfg;
            Config::borrow(NonNull::new_unchecked(config))
        }
    }

    /// A counter `errors` beside the host's own of this parser. The parsers that are made like this one
    /// count in the same.
    pub fn errors(&self) -> Arc<Counter> {
        Arc::clone(self.errors)
    }
}

/// The block of memory that the host knows as `LogParser *`. The host frees it after free_fn.
#[repr(C)]
struct Instance<D> {
    host: ffi::LogParser,
    state: ManuallyDrop<State<D>>,
}

/// Our part of the parser.
struct State<D> {
    /// There once the options have been read.
    driver: OnceLock<D>,
    /// For the parsers that are made like this one.
    settings: OnceLock<Arc<ParserSettings>>,
    names: HostNames,
    errors: Arc<Counter>,
}

impl<D: MessageParser> Instance<D> {
    fn construct(config: NonNull<ffi::GlobalConfig>) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        let state = State {
            driver: OnceLock::new(),
            settings: OnceLock::new(),
            names: HostNames::default(),
            errors: Arc::default(),
        };
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).state).write(ManuallyDrop::new(state)) };
        // SAFETY: zeroed memory is what the host's own parsers begin as; the config is live.
        unsafe { ffi::log_parser_init_instance(instance.cast(), config.as_ptr()) };
        // SAFETY: the block is ours until it is handed to the host.
        let host = unsafe { &mut (*instance).host };
        host.super_.init = Some(init::<D>);
        host.super_.deinit = Some(deinit::<D>);
        host.super_.clone = Some(clone::<D>);
        host.super_.free_fn = Some(free_fn::<D>);
        host.process = Some(process::<D>);
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// # Safety
    /// `host` is an `Instance<D>` in one of its slots.
    unsafe fn state<'a>(host: *const ffi::LogPipe) -> &'a State<D> {
        // SAFETY: slots are called on the parser that they were installed in, before free_fn ends.
        unsafe { &(*host.cast::<Self>()).state }
    }
}

/// Reads a parser. On success and on failure `instance` gets what was made: the host takes it into
/// the config, or unrefs it.
///
/// # Safety
/// The host calls this as `CfgParser.parse`: the lexer is live, and `instance` takes the result.
pub(crate) unsafe extern "C" fn parse<D: MessageParser>(
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    _argument: glib_sys::gpointer,
) -> ffi::gint {
    // SAFETY: the caller's word.
    unsafe {
        reading::parse(
            "parser.parse",
            lexer,
            instance,
            c"parser",
            Instance::<D>::construct,
            read,
        )
    }
}

fn read<D: MessageParser>(
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
    let mut settings = ParserSettings::default();
    let mut own_table = Table {
        rules: D::OPTIONS,
        target: &mut own,
    };
    let mut shared = Table {
        rules: PARSER,
        target: &mut settings,
    };
    options::parse(
        &name,
        lexer,
        &mut [&mut own_table, &mut shared],
        |lexer, plugin| {
            Err(ParseError::at(
                lexer.here(),
                format!(
                    "{} cannot stand in a parser",
                    String::from_utf8_lossy(plugin)
                ),
            ))
        },
    )?;
    let end = lexer.here();
    let driver = D::configured(own, config, end).map_err(|message| ParseError::at(end, message))?;
    // SAFETY: made for this and not yet handed to the host.
    unsafe { complete(made, driver, Arc::new(settings)) };
    Ok(())
}

/// # Safety
/// `made` is new, and nobody else has it.
unsafe fn complete<D: MessageParser>(
    made: NonNull<Instance<D>>,
    driver: D,
    settings: Arc<ParserSettings>,
) {
    // SAFETY: the caller's word.
    unsafe { settings.apply(made.as_ptr().cast()) };
    // SAFETY: the caller's word.
    let state = unsafe { Instance::<D>::state(made.as_ptr().cast()) };
    let _ = state.settings.set(settings);
    let _ = state.driver.set(driver);
}

/// Hands a message to a parser as the host does, without a log path; for [`crate::testing`].
///
/// # Safety
/// The configuration is live, and the reference to the message is given to this function.
pub(crate) unsafe fn process_one<D: MessageParser>(
    config: NonNull<ffi::GlobalConfig>,
    driver: D,
    message: NonNull<ffi::LogMessage>,
) -> Option<NonNull<ffi::LogMessage>> {
    let made = Instance::<D>::construct(config);
    // SAFETY: made here.
    unsafe { complete(made, driver, Arc::default()) };
    let mut message = message.as_ptr();
    // SAFETY: all bytes zero are valid options: numbers and pointers.
    let path: ffi::LogPathOptions = unsafe { std::mem::zeroed() };
    let parser = made.as_ptr().cast();
    // SAFETY: made here; the message is the caller's.
    let passed = unsafe { ffi::log_parser_process_message(parser, &mut message, &path) } != 0;
    // SAFETY: the one reference that there is.
    unsafe { ffi::log_pipe_unref(parser.cast()) };
    if !passed {
        // SAFETY: the reference that was given to this function, or that of the copy in its place.
        unsafe { ffi::log_msg_unref(message) };
    }
    passed.then(|| NonNull::new(message)).flatten()
}

/// # Safety
/// The host calls this on the main thread.
unsafe extern "C" fn init<D: MessageParser>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    // First, because it finds out the parser's name.
    // SAFETY: the host's own method on the host's object.
    if unsafe { ffi::log_parser_init_method(pipe) } == 0 {
        return 0;
    }
    let started = guard("parser.init", false, || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(pipe) };
        let Some(driver) = state.driver.get() else {
            return false;
        };
        let place = ParserPlace {
            // SAFETY: see the function; a parser begins with the pipe that it is.
            raw: unsafe { NonNull::new_unchecked(pipe.cast()) },
            errors: &state.errors,
            lent: PhantomData,
        };
        let Some(names) = driver.start(&place) else {
            return false;
        };
        state.names.set(&names);
        let component = ffi::SCS_PARSER as u16;
        let key = state
            .names
            .errors_key(component, D::STATS_TYPE, &place.name());
        state.errors.register(&key);
        true
    });
    if !started {
        // SAFETY: undoes the host's init; the host calls no deinit after a failed init
        // (lib/logpipe.h).
        unsafe { ffi::log_parser_deinit_method(pipe) };
    }
    started.into()
}

/// # Safety
/// The host calls this on the main thread, when no message is on its way.
unsafe extern "C" fn deinit<D: MessageParser>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(pipe) };
    guard("parser.deinit", (), || {
        crate::transition::begin();
        if let Some(driver) = state.driver.get() {
            driver.stop();
        }
    });
    // Not under the guard: the host's side has to be taken down whatever ours did.
    state.errors.unregister();
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_parser_deinit_method(pipe) }
}

/// Gives another parser like this one, for another log path; NULL where that cannot be made.
///
/// # Safety
/// The host calls this on the main thread.
unsafe extern "C" fn clone<D: MessageParser>(pipe: *mut ffi::LogPipe) -> *mut ffi::LogPipe {
    guard("parser.clone", std::ptr::null_mut(), || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(pipe) };
        // SAFETY: a parser belongs to a configuration from its making to its end.
        let config = NonNull::new(unsafe { (*pipe).cfg });
        let (Some(driver), Some(settings), Some(config)) =
            (state.driver.get(), state.settings.get(), config)
        else {
            return std::ptr::null_mut();
        };
        let driver = driver.clone();
        let made = Instance::<D>::construct(config);
        // SAFETY: made here.
        unsafe { complete(made, driver, Arc::clone(settings)) };
        made.as_ptr().cast()
    })
}

/// Hands a message to the driver. What becomes of the input, which is MESSAGE or what template() makes
/// of the message, is the driver's business; it has the message.
///
/// # Safety
/// The host calls this on any of its threads; the message at `message` is the caller's, and so is what
/// is put in its place (lib/parser/parser-expr.c: log_parser_process_message).
unsafe extern "C" fn process<D: MessageParser>(
    parser: *mut ffi::LogParser,
    message: *mut *mut ffi::LogMessage,
    path: *const ffi::LogPathOptions,
    _input: *const libc::c_char,
    _length: usize,
) -> glib_sys::gboolean {
    guard("parser.process", 0, || {
        // SAFETY: see the function; a parser begins with the pipe that it is.
        let state = unsafe { Instance::<D>::state(parser.cast()) };
        let Some(driver) = state.driver.get() else {
            return 0;
        };
        // SAFETY: see the function. Where others have the message too, this puts a copy in its place.
        unsafe { ffi::log_msg_make_writable(message, path) };
        // SAFETY: a message is never NULL.
        let raw = unsafe { NonNull::new_unchecked(*message) };
        // SAFETY: the path's options live for the call.
        let acknowledged = unsafe { (*path).ack_needed } != 0;
        // SAFETY: the message is this path's alone since the line above, and nobody looks at it before
        // this slot returns.
        let writable = unsafe { WritableMessage::on_its_way(raw, acknowledged) };
        let Some(changed) = driver.process(writable) else {
            return 0;
        };
        let changed = changed.into_message().into_raw();
        // SAFETY: the caller's variable, which takes our reference.
        let before = unsafe { mem::replace(&mut *message, changed.as_ptr()) };
        // SAFETY: the reference that the variable had.
        unsafe { ffi::log_msg_unref(before) };
        1
    })
}

/// # Safety
/// The host calls this once, last of all slots; it frees the memory itself.
unsafe extern "C" fn free_fn<D: MessageParser>(pipe: *mut ffi::LogPipe) {
    let instance = pipe.cast::<Instance<D>>();
    guard("parser.free_fn", (), || {
        // SAFETY: nobody uses the state after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*instance).state) };
    });
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_parser_free_method(pipe) };
}
