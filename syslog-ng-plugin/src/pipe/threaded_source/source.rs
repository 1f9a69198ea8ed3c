// SPDX-License-Identifier: GPL-2.0-or-later

//! The driver: the host's `LogThreadedSourceDriver` and its slots.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use super::{Poster, ThreadedSource};
use crate::ack::{self, AckTracker, Acknowledge, Acks};
use crate::config::{Config, Context, Lexer, ParseError};
use crate::ffi;
use crate::ffi::compat::SourceSlots;
use crate::message::ParseOptions;
use crate::options::{
    self, DRIVER, DriverSettings, FETCHER, FetcherSettings, OptionSet, SOURCE, SourceSettings,
    Table,
};
use crate::pipe::guard;
use crate::pipe::host_driver::{HostDriver, HostNames};
use crate::pipe::reading::{self, is_being_read};
use crate::pipe::source_flags;
use crate::pipe::threaded_destination::add_plugin;
use crate::stats::Counter;

const WHAT: &CStr = c"source";
const INNER: Context = Context {
    number: ffi::LL_CONTEXT_INNER_SRC,
    description: c"within source",
};

/// The block of memory that the host knows as `LogThreadedSourceDriver *`. The host frees it after
/// free_fn.
#[repr(C)]
struct Instance<D: ThreadedSource> {
    host: ffi::LogThreadedSourceDriver,
    state: ManuallyDrop<State<D>>,
}
const _: () = assert!(std::mem::offset_of!(ffi::LogThreadedSourceDriver, super_) == 0);

/// Our part of the driver. Slots share it; see `pipe/mod.rs` for who calls when.
struct State<D> {
    /// There once the options have been read.
    driver: OnceLock<D>,
    names: HostNames,
    errors: Arc<Counter>,
    poster: Poster,
    /// There once the options have been read.
    fetcher: OnceLock<FetcherSettings>,
}

/// A source while it is being prepared or started.
pub struct Source<'s> {
    raw: NonNull<ffi::LogThreadedSourceDriver>,
    host: HostDriver,
    errors: &'s Arc<Counter>,
    poster: &'s Poster,
    fetcher: Option<&'s FetcherSettings>,
    lent: PhantomData<&'s ffi::LogThreadedSourceDriver>,
}

impl Source<'_> {
    /// The driver's name in events: the statement's name and a number, as in `s_python#0`.
    pub fn id(&self) -> Cow<'_, str> {
        self.host.id()
    }

    /// What the config says with persist-name().
    pub fn persist_name(&self) -> Option<Cow<'_, str>> {
        self.host.persist_name()
    }

    /// The configuration that the driver belongs to.
    pub fn config(&self) -> Config<'_> {
        self.host.config()
    }

    /// Where the driver stands in the config, as `file:line:column`.
    pub fn location(&self) -> String {
        self.host.location()
    }

    /// The counter `errors` of this driver. Can be counted up before and after the driver runs.
    pub fn errors(&self) -> Arc<Counter> {
        Arc::clone(self.errors)
    }

    /// What [`run`](ThreadedSource::run) will be given.
    pub fn poster(&self) -> Poster {
        self.poster.clone()
    }

    /// What the config says of how a fetcher waits.
    pub(in crate::pipe) fn fetcher_settings(&self) -> FetcherSettings {
        self.fetcher.copied().unwrap_or_default()
    }

    /// How the source's messages are parsed. When the source is started, not before.
    pub fn parse_options(&self) -> ParseOptions {
        // SAFETY: live; the host has filled them in when a source is started, and nobody changes them
        // then.
        let options = unsafe { &raw mut (*self.raw.as_ptr()).worker_options.parse_options };
        // SAFETY: part of the driver, so not NULL; the config is the driver's.
        unsafe {
            let config = NonNull::new_unchecked(self.config().as_ptr());
            ParseOptions::copy(NonNull::new_unchecked(options), config)
        }
    }

    /// The flags of the source, by the names that they have in flags().
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, bool)> {
        // SAFETY: live; nobody writes them but the config's parser.
        unsafe { source_flags::flags(&raw const (*self.raw.as_ptr()).worker_options.parse_options) }
    }

    /// Has bookmarks of messages given back to `taker`. To be called in
    /// [`prepare`](ThreadedSource::prepare), which begins without a tracker each time.
    pub fn set_ack_tracker(&self, tracker: AckTracker, taker: Arc<dyn Acknowledge>) {
        // SAFETY: live, and its thread does not run.
        unsafe { set_factory(self.raw, ack::factory(tracker)) };
        self.poster.set_acks(Some(Acks::new(tracker, taker)));
    }

    /// Whether a batch ends behind each message, which it does if nobody says otherwise. If not,
    /// [`Poster::close_batch`] is to be called now and then; when the window closes and when run()
    /// returns it is done here. To be called in [`prepare`](ThreadedSource::prepare), which begins with
    /// true each time.
    pub fn set_auto_close_batches(&self, close: bool) {
        self.poster.set_auto_close_batches(close);
    }
}

impl<D: ThreadedSource> Instance<D> {
    fn construct(config: NonNull<ffi::GlobalConfig>) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        let state = State {
            driver: OnceLock::new(),
            names: HostNames::default(),
            errors: Arc::default(),
            poster: Poster::new(),
            fetcher: OnceLock::new(),
        };
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).state).write(ManuallyDrop::new(state)) };
        // SAFETY: zeroed memory is what the host's own drivers begin as; the config is the one that
        // is being read.
        unsafe { ffi::log_threaded_source_driver_init_instance(instance.cast(), config.as_ptr()) };
        // SAFETY: the block is ours until the parser hands it to the host.
        let host = unsafe { &mut (*instance).host };
        // SAFETY: as above.
        unsafe { ffi::compat::leave_batches_open(host) };
        let pipe = &mut host.super_.super_.super_;
        pipe.init = Some(init::<D>);
        pipe.deinit = Some(deinit::<D>);
        pipe.free_fn = Some(free_fn::<D>);
        pipe.generate_persist_name = Some(generate_persist_name::<D>);
        ffi::compat::set_source_slots::<Self>(host);
        // SAFETY: the name is NUL-terminated and static.
        let source = unsafe { ffi::stats_register_type(D::STATS_TYPE.as_ptr()) };
        host.worker_options.super_.stats_source = source as ffi::gint;
        // Shown at every stats-level(), as those of the host's own drivers of this class.
        host.worker_options.super_.stats_level = 0;
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// # Safety
    /// `host` is an `Instance<D>` in one of its slots.
    unsafe fn state<'a>(host: *const ffi::LogThreadedSourceDriver) -> &'a State<D> {
        // SAFETY: slots are called on the driver that they were installed in, before free_fn ends.
        unsafe { &(*host.cast::<Self>()).state }
    }

    /// # Safety
    /// As [`state`](Self::state).
    unsafe fn driver<'a>(host: *const ffi::LogThreadedSourceDriver) -> Option<&'a D> {
        // SAFETY: the caller's word.
        unsafe { Self::state(host) }.driver.get()
    }
}

/// Reads a driver. On success and on failure `instance` gets what was made: the host takes it into
/// the config, or unrefs it.
///
/// # Safety
/// The host calls this as `CfgParser.parse`: the lexer is live, and `instance` takes the result.
pub(crate) unsafe extern "C" fn parse<D: ThreadedSource>(
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    _argument: glib_sys::gpointer,
) -> ffi::gint {
    // SAFETY: the caller's word.
    unsafe {
        reading::parse(
            "source.parse",
            lexer,
            instance,
            WHAT,
            |config| is_being_read(Instance::<D>::construct(config)),
            read,
        )
    }
}

fn read<D: ThreadedSource>(
    made: NonNull<Instance<D>>,
    config: Config<'_>,
    lexer: &mut Lexer<'_>,
) -> Result<(), ParseError> {
    // The host puts the kind of plugin and its name in front of the driver's options.
    lexer.next_token();
    let name = lexer.next_token();
    let name = format!("{}()", name.kind);
    lexer.open(&name)?;
    let mut own = D::Options::default();
    let mut general = DriverSettings::default();
    let mut settings = SourceSettings::default();
    let mut fetcher = FetcherSettings::default();
    lexer.within(&INNER, |lexer| {
        let mut own = Table {
            rules: D::OPTIONS,
            target: &mut own,
        };
        let mut general = Table {
            rules: DRIVER,
            target: &mut general,
        };
        let mut shared = Table {
            rules: SOURCE,
            target: &mut settings,
        };
        let mut fetching = Table {
            rules: FETCHER,
            target: &mut fetcher,
        };
        let mut sets: Vec<&mut dyn OptionSet> = vec![&mut own, &mut general, &mut shared];
        if D::FETCHES {
            sets.push(&mut fetching);
        }
        options::parse(&name, lexer, &mut sets, |lexer, plugin| {
            add_plugin(lexer, &INNER, plugin, made.as_ptr().cast())
        })
    })?;
    // SAFETY: made above and not yet handed to the host.
    unsafe { general.apply(made.as_ptr().cast()) };
    // SAFETY: as above; both are the driver's own.
    unsafe {
        let options = &raw mut (*made.as_ptr()).host.worker_options;
        settings.apply(
            &raw mut (*options).super_,
            &raw mut (*options).parse_options,
        )?;
    }
    let end = lexer.here();
    let driver = D::configured(own, config, end).map_err(|message| ParseError::at(end, message))?;
    // SAFETY: as above.
    let state = unsafe { Instance::<D>::state(made.as_ptr().cast()) };
    // Unset until now: `made` is new.
    let _ = state.fetcher.set(fetcher);
    let _ = state.driver.set(driver);
    Ok(())
}

/// Replaces the factory of the source's tracker; `factory` is a reference that the driver takes over.
///
/// # Safety
/// `host` is live, and its thread does not run.
unsafe fn set_factory(
    host: NonNull<ffi::LogThreadedSourceDriver>,
    factory: *mut ffi::AckTrackerFactory,
) {
    // SAFETY: the caller's word.
    let slot = unsafe { &mut (*host.as_ptr()).worker_options.ack_tracker_factory };
    let old = std::mem::replace(slot, factory);
    if !old.is_null() {
        // SAFETY: the reference that the driver held; a worker holds one of its own.
        unsafe { ffi::ack_tracker_factory_unref(old) };
    }
}

/// The tracker of the source's worker.
///
/// # Safety
/// `host` is live and initialised, so that its worker is there.
unsafe fn tracker(host: *mut ffi::LogThreadedSourceDriver) -> Option<NonNull<ffi::AckTracker>> {
    // SAFETY: the caller's word.
    let worker = unsafe { ffi::compat::source_worker(host).as_ref() }?;
    NonNull::new(worker.super_.ack_tracker)
}

/// # Safety
/// The host calls this on the main thread; the source's thread does not run.
unsafe extern "C" fn init<D: ThreadedSource>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    let host = pipe.cast::<ffi::LogThreadedSourceDriver>();
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(host) };
    let (Some(raw), Some(driver)) = (NonNull::new(host), state.driver.get()) else {
        return 0;
    };
    let source = Source {
        raw,
        // SAFETY: a driver begins with what every driver has; it outlives this call.
        host: unsafe { HostDriver::new(raw.cast()) },
        errors: &state.errors,
        poster: &state.poster,
        fetcher: state.fetcher.get(),
        lent: PhantomData,
    };
    // That of an earlier init().
    // SAFETY: live, and its thread does not run.
    unsafe { set_factory(raw, std::ptr::null_mut()) };
    state.poster.prepare();
    // Each step of the driver's has a guard of its own: whatever becomes of it, what was done
    // before is undone.
    let release = || {
        guard("source.release", (), || {
            state.poster.release();
            driver.release();
        });
    };
    let Some(names) = guard("source.init", None, || driver.prepare(&source)) else {
        release();
        return 0;
    };
    state.names.set(&names);
    // SAFETY: the host's own method on the host's object. It asks for the names.
    if unsafe { ffi::log_threaded_source_driver_init_method(pipe) } == 0 {
        // The host does not undo what such a failure leaves half done, nor do its own drivers.
        release();
        return 0;
    }
    // SAFETY: the driver is live and initialised.
    if let Some(tracker) = unsafe { tracker(host) } {
        // SAFETY: the one that was set while the source was prepared; nothing has been posted.
        unsafe { state.poster.stop_at_given_up(tracker) };
    }
    // SAFETY: the driver is live; a small number from stats_register_type().
    let component = unsafe { (*host).worker_options.super_.stats_source } as u32 | ffi::SCS_SOURCE;
    let key = state
        .names
        .errors_key(component as u16, D::STATS_TYPE, &source.id());
    state.errors.register(&key);
    if guard("source.start", false, || driver.start(&source)) {
        return 1;
    }
    state.errors.unregister();
    // SAFETY: undoes the host's init, which succeeded; the host calls no deinit after a failed init
    // (lib/logpipe.h).
    unsafe { ffi::log_threaded_source_driver_deinit_method(pipe) };
    release();
    0
}

/// # Safety
/// The host calls this on the main thread when the source's thread has ended.
unsafe extern "C" fn deinit<D: ThreadedSource>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(pipe.cast()) };
    let driver = state.driver.get();
    // What is delivered and not told yet is told before the driver is stopped.
    // SAFETY: the driver is live and initialised.
    if let Some(tracker) = unsafe { tracker(pipe.cast()) } {
        // SAFETY: the worker's, which is live.
        unsafe { ffi::ack_tracker_deinit(tracker.as_ptr()) };
    }
    guard("source.deinit", (), || {
        // Where it did not come to run: the driver may wait for who waits for that.
        state.poster.turns().end();
        if let Some(driver) = driver {
            driver.stop();
        }
    });
    // Not under the guard: the host's side has to be taken down whatever ours did.
    state.errors.unregister();
    // SAFETY: the host's own method on the host's object.
    let result = unsafe { ffi::log_threaded_source_driver_deinit_method(pipe) };
    guard("source.release", (), || {
        state.poster.release();
        if let Some(driver) = driver {
            driver.release();
        }
    });
    result
}

/// # Safety
/// The host calls this once, last of all slots, and frees the memory itself; on any of its threads,
/// because messages on their way keep their source.
unsafe extern "C" fn free_fn<D: ThreadedSource>(pipe: *mut ffi::LogPipe) {
    let instance = pipe.cast::<Instance<D>>();
    guard("source.free_fn", (), || {
        // SAFETY: nobody uses the state after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*instance).state) };
    });
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_threaded_source_driver_free_method(pipe) };
}

/// # Safety
/// The host calls this on any thread.
unsafe extern "C" fn generate_persist_name<D: ThreadedSource>(
    pipe: *const ffi::LogPipe,
) -> *const c_char {
    guard("source.generate_persist_name", c"".as_ptr(), || {
        // SAFETY: see the function.
        unsafe { Instance::<D>::state(pipe.cast()) }.names.persist()
    })
}

impl<D: ThreadedSource> SourceSlots for Instance<D> {
    unsafe fn thread_started(driver: *mut ffi::LogThreadedSourceDriver) {
        // SAFETY: the caller's word.
        if let Some(driver) = unsafe { Self::driver(driver) } {
            driver.thread_started();
        }
    }

    unsafe fn thread_stopping(driver: *mut ffi::LogThreadedSourceDriver) {
        // SAFETY: the caller's word.
        if let Some(driver) = unsafe { Self::driver(driver) } {
            driver.thread_stopping();
        }
    }

    unsafe fn run(
        driver: *mut ffi::LogThreadedSourceDriver,
        worker: *mut ffi::LogThreadedSourceWorker,
    ) {
        // SAFETY: the caller's word.
        let state = unsafe { Self::state(driver) };
        if let Some(driver) = state.driver.get() {
            // SAFETY: the caller's word.
            unsafe {
                state
                    .poster
                    .turns()
                    .within(worker, || driver.run(&state.poster))
            };
        }
    }

    unsafe fn request_exit(driver: *mut ffi::LogThreadedSourceDriver) {
        // SAFETY: the caller's word.
        let state = unsafe { Self::state(driver) };
        crate::transition::begin();
        if let Some(driver) = state.driver.get() {
            state.poster.turns().stop(|| driver.request_exit());
        }
    }

    unsafe fn wakeup(driver: *mut ffi::LogThreadedSourceDriver) {
        // SAFETY: the caller's word.
        let state = unsafe { Self::state(driver) };
        state.poster.turns().wake_up();
        if let Some(driver) = state.driver.get() {
            driver.wakeup();
        }
    }

    unsafe fn stats_names(
        driver: *mut ffi::LogThreadedSourceDriver,
        label: &mut dyn FnMut(&CStr, &CStr),
    ) -> *const c_char {
        // SAFETY: the caller's word.
        unsafe { Self::state(driver) }.names.stats(label)
    }
}
