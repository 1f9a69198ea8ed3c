// SPDX-License-Identifier: GPL-2.0-or-later

//! Parsers: the host's `LogParser`.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use super::{host_driver, reading};
use crate::config::{Config, Lexer, Location, ParseError};
use crate::ffi;
use crate::options::{self, OptionRule, PARSER, ParserSettings, Table};
use crate::pipe::guard;

/// What reads a message and adds to it.
///
/// The host makes one for each place in a config that names the plugin, and another one like it for
/// each log path that leads there. Methods run on the main thread.
#[doc(alias = "LogParser")]
pub trait MessageParser: Clone + Send + Sync + 'static {
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

    /// The config is taken up; `place` is where the parser stands in it. False refuses the config; the
    /// reason has been said.
    fn start(&self, place: &str) -> bool;
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
}

impl<D: MessageParser> Instance<D> {
    fn construct(config: NonNull<ffi::GlobalConfig>) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        let state = State {
            driver: OnceLock::new(),
            settings: OnceLock::new(),
        };
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).state).write(ManuallyDrop::new(state)) };
        // SAFETY: zeroed memory is what the host's own parsers begin as; the config is live.
        unsafe { ffi::log_parser_init_instance(instance.cast(), config.as_ptr()) };
        // SAFETY: the block is ours until it is handed to the host.
        let host = unsafe { &mut (*instance).host };
        host.super_.init = Some(init::<D>);
        host.super_.clone = Some(clone::<D>);
        host.super_.free_fn = Some(free_fn::<D>);
        host.process = Some(process);
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

/// # Safety
/// The host calls this on the main thread.
unsafe extern "C" fn init<D: MessageParser>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    let started = guard("parser.init", false, || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(pipe) };
        // SAFETY: as above.
        let place = unsafe { host_driver::location(pipe) };
        state
            .driver
            .get()
            .is_some_and(|driver| driver.start(&place))
    });
    if !started {
        return 0;
    }
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_parser_init_method(pipe) }
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

/// Lets no message through: no parser is started yet, so none comes.
///
/// # Safety
/// The host calls this on any of its threads.
unsafe extern "C" fn process(
    _parser: *mut ffi::LogParser,
    _message: *mut *mut ffi::LogMessage,
    _path: *const ffi::LogPathOptions,
    _input: *const libc::c_char,
    _length: usize,
) -> glib_sys::gboolean {
    0
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
