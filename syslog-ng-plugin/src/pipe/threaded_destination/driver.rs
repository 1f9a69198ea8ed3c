// SPDX-License-Identifier: GPL-2.0-or-later

//! The driver: the host's `LogThreadedDestDriver` and its slots.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{ThreadedDestination, queues, worker};
use crate::config::{Config, Context, Lexer, ParseError};
use crate::ffi;
use crate::ffi::compat::StatsNames;
use crate::message::{TemplateOptions, ValuePairs};
use crate::options::{
    self, DESTINATION, DRIVER, DestinationSettings, DriverSettings, OptionSet, TEMPLATE, Table,
    TemplateSettings, VALUE_PAIRS,
};
use crate::pipe::guard;
use crate::pipe::host_driver::{HostDriver, HostNames};
use crate::pipe::reading::{self, is_being_read};
use crate::stats::Counter;

const WHAT: &CStr = c"destination";
const INNER: Context = Context {
    number: ffi::LL_CONTEXT_INNER_DEST,
    description: c"within destination",
};

/// The block of memory that the host knows as `LogThreadedDestDriver *`. The host frees it after
/// free_fn.
#[repr(C)]
struct Instance<D: ThreadedDestination> {
    host: ffi::LogThreadedDestDriver,
    state: ManuallyDrop<State<D>>,
}

/// Our part of the driver. Slots share it, so what changes sits behind a lock; see `pipe/mod.rs`
/// for who calls when.
struct State<D: ThreadedDestination> {
    /// There once the options have been read.
    driver: OnceLock<D>,
    /// There with the driver.
    format: OnceLock<Format>,
    names: HostNames,
    /// Boxed, because the host's workers point at them.
    workers: Mutex<Vec<Box<D::Worker>>>,
    errors: Arc<Counter>,
    /// What the config says of batches; there once the options have been read.
    batches: OnceLock<Batches>,
}

/// What a config says of how values are printed and chosen.
#[derive(Default)]
struct Format {
    template: TemplateSettings,
    value_pairs: Option<Arc<ValuePairs>>,
}

/// When a batch is full. The first is the host's business, the second ours.
#[derive(Clone, Copy)]
struct Batches {
    lines: Option<i32>,
    bytes: Option<i32>,
    timeout: Option<i32>,
}

/// The first of them where the config has none, and batches are wanted.
const BATCH_LINES: i32 = 100;

/// A destination while it is being prepared, started or named.
pub struct Destination<'d> {
    raw: NonNull<ffi::LogThreadedDestDriver>,
    host: HostDriver,
    errors: &'d Arc<Counter>,
    format: Option<&'d Format>,
    batches: Option<&'d Batches>,
    lent: PhantomData<&'d ffi::LogThreadedDestDriver>,
}

impl Destination<'_> {
    /// The driver's name in events: the statement's name and a number, as in `d_python#0`.
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

    /// How many workers the config asks for.
    pub fn workers(&self) -> usize {
        // SAFETY: the driver is live.
        usize::try_from(unsafe { (*self.raw.as_ptr()).num_workers }).unwrap_or(1)
    }

    /// Whether the config says when a batch is full, by batch-lines() or one of its like.
    pub fn says_of_batches(&self) -> bool {
        self.batches.is_some_and(|batches| {
            batches.lines.is_some() || batches.bytes.is_some() || batches.timeout.is_some()
        })
    }

    /// Where the driver stands in the config, as `file:line:column`.
    pub fn location(&self) -> String {
        self.host.location()
    }

    /// How values are printed: what the driver's options say, and where they do not, the config's
    /// global ones. The defaults for a plugin that does not take
    /// [`FORMATS`](ThreadedDestination::FORMATS).
    pub fn template_options(&self) -> TemplateOptions {
        match self.format {
            Some(format) => TemplateOptions::of_a_driver(&format.template, self.config()),
            None => TemplateOptions::of_a_driver(&TemplateSettings::default(), self.config()),
        }
    }

    /// The config's value-pairs(), if it has them.
    pub fn value_pairs(&self) -> Option<Arc<ValuePairs>> {
        self.format?.value_pairs.clone()
    }

    /// The counter `errors` of this driver. Can be counted up before and after the driver runs.
    pub fn errors(&self) -> Arc<Counter> {
        Arc::clone(self.errors)
    }
}

impl<D: ThreadedDestination> Instance<D> {
    fn construct(config: NonNull<ffi::GlobalConfig>) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        let state = State {
            driver: OnceLock::new(),
            format: OnceLock::new(),
            names: HostNames::default(),
            workers: Mutex::default(),
            errors: Arc::default(),
            batches: OnceLock::new(),
        };
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).state).write(ManuallyDrop::new(state)) };
        // SAFETY: zeroed memory is what the host's own drivers begin as; the config is the one that
        // is being read.
        unsafe { ffi::log_threaded_dest_driver_init_instance(instance.cast(), config.as_ptr()) };
        // SAFETY: the block is ours until the parser hands it to the host.
        let host = unsafe { &mut (*instance).host };
        host.super_.super_.super_.init = Some(init::<D>);
        host.super_.super_.super_.deinit = Some(deinit::<D>);
        host.super_.super_.super_.free_fn = Some(free_fn::<D>);
        host.super_.super_.super_.generate_persist_name = Some(generate_persist_name::<D>);
        host.worker.construct = Some(construct_worker::<D>);
        ffi::compat::set_stats_slot::<Self>(host);
        ffi::compat::count_written_bytes(host);
        // SAFETY: the name is NUL-terminated and static.
        let source = unsafe { ffi::stats_register_type(D::STATS_TYPE.as_ptr()) };
        host.stats_source = source as ffi::gint;
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// # Safety
    /// `host` is an `Instance<D>` in one of its slots.
    unsafe fn state<'a>(host: *const ffi::LogThreadedDestDriver) -> &'a State<D> {
        // SAFETY: slots are called on the driver that they were installed in, before free_fn ends.
        unsafe { &(*host.cast::<Self>()).state }
    }
}

impl<D: ThreadedDestination> State<D> {
    fn workers(&self) -> MutexGuard<'_, Vec<Box<D::Worker>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self) {
        // Taken out first: dropping a worker may call code that comes back here.
        let workers = std::mem::take(&mut *self.workers());
        drop(workers);
        if let Some(driver) = self.driver.get() {
            driver.release();
        }
    }
}

/// Reads a driver. On success and on failure `instance` gets what was made: the host takes it into
/// the config, or unrefs it.
///
/// # Safety
/// The host calls this as `CfgParser.parse`: the lexer is live, and `instance` takes the result.
pub(crate) unsafe extern "C" fn parse<D: ThreadedDestination>(
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    _argument: glib_sys::gpointer,
) -> ffi::gint {
    // SAFETY: the caller's word.
    unsafe {
        reading::parse(
            "driver.parse",
            lexer,
            instance,
            WHAT,
            |config| is_being_read(Instance::<D>::construct(config)),
            read,
        )
    }
}

fn read<D: ThreadedDestination>(
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
    let mut settings = DestinationSettings::default();
    let mut format = Format::default();
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
            rules: DESTINATION,
            target: &mut settings,
        };
        let mut template = Table {
            rules: TEMPLATE,
            target: &mut format.template,
        };
        let mut value_pairs = Table {
            rules: VALUE_PAIRS,
            target: &mut format.value_pairs,
        };
        let mut sets: Vec<&mut dyn OptionSet> = vec![&mut own, &mut general, &mut shared];
        if D::FORMATS {
            sets.push(&mut template);
            sets.push(&mut value_pairs);
        }
        options::parse(&name, lexer, &mut sets, |lexer, plugin| {
            add_plugin(lexer, &INNER, plugin, made.as_ptr().cast())
        })
    })?;
    // SAFETY: made above and not yet handed to the host.
    unsafe { general.apply(made.as_ptr().cast()) };
    let batches = Batches {
        lines: settings.batch_lines,
        bytes: settings.batch_bytes,
        timeout: settings.batch_timeout.or(settings.batch_idle_timeout),
    };
    // SAFETY: as above.
    unsafe { apply::<D>(made.as_ptr().cast(), settings) }?;
    let end = lexer.here();
    let driver = D::configured(own, config, end).map_err(|message| ParseError::at(end, message))?;
    // SAFETY: as above.
    let state = unsafe { Instance::<D>::state(made.as_ptr().cast()) };
    // Unset until now: `made` is new.
    let _ = state.format.set(format);
    let _ = state.driver.set(driver);
    let _ = state.batches.set(batches);
    Ok(())
}

/// Reads an inner plugin of the host's called `name`, and puts it on the driver.
pub(crate) fn add_plugin(
    lexer: &mut Lexer<'_>,
    inner: &Context,
    name: &[u8],
    driver: *mut ffi::LogDriver,
) -> Result<(), ParseError> {
    let place = lexer.here();
    let plugin = lexer.inner_plugin(inner, name, driver)?;
    // SAFETY: both are live; the driver takes the plugin over.
    if unsafe { ffi::log_driver_add_plugin(driver, plugin.as_ptr()) } != 0 {
        return Ok(());
    }
    // SAFETY: the driver did not take it, so it is ours to free, as in the host's grammar
    // (lib/cfg-grammar.y: inner_dest).
    unsafe { ffi::log_driver_plugin_free(plugin.as_ptr()) };
    let name = String::from_utf8_lossy(name);
    Err(ParseError::at(
        place,
        format!("{name}() cannot be used here, or stands here twice"),
    ))
}

/// # Safety
/// `host` is a driver that is being read.
unsafe fn apply<D: ThreadedDestination>(
    host: *mut ffi::LogThreadedDestDriver,
    settings: DestinationSettings,
) -> Result<(), ParseError> {
    let driver = host.cast::<ffi::LogDriver>();
    if let Some(count) = settings.retries {
        // SAFETY: the driver is live.
        unsafe { ffi::log_threaded_dest_driver_set_max_retries_on_error(driver, count) };
    }
    if let Some(seconds) = settings.time_reopen.map(i64::from).or(D::TIME_REOPEN) {
        // SAFETY: the driver is live.
        unsafe { ffi::log_threaded_dest_driver_set_time_reopen(driver, seconds) };
    }
    if let Some(count) = settings.workers {
        // SAFETY: the driver is live.
        unsafe { ffi::log_threaded_dest_driver_set_num_workers(driver, count) };
    }
    if let Some(milliseconds) = settings.batch_timeout {
        // SAFETY: the driver is live.
        unsafe { ffi::log_threaded_dest_driver_set_batch_timeout(driver, milliseconds) };
    }
    if let (Some(milliseconds), Some(set)) = (
        settings.batch_idle_timeout,
        ffi::compat::SET_BATCH_IDLE_TIMEOUT,
    ) {
        // SAFETY: the driver is live.
        unsafe { set(driver, milliseconds) };
    }
    // SAFETY: the driver is live and nobody else uses it. The host has no setters for these two;
    // its grammar writes them likewise.
    let destination = unsafe { &mut (*host).super_ };
    if let Some(size) = settings.log_fifo_size {
        destination.log_fifo_size = size;
    }
    if let Some(rate) = settings.throttle {
        destination.throttle = rate;
    }
    if let (Some(key), Some(set)) = (
        settings.worker_partition_key,
        ffi::compat::SET_WORKER_PARTITION_KEY,
    ) {
        // SAFETY: the driver is live; it takes the reference over.
        unsafe { set(driver, key.into_raw()) };
    }
    if let (Some(buckets), Some(set)) = (
        settings.worker_partition_buckets,
        ffi::compat::SET_WORKER_PARTITION_BUCKETS,
    ) {
        // SAFETY: the driver is live; it takes the reference over.
        unsafe { set(driver, buckets.into_raw()) };
    }
    if let (Some(on), Some(set)) = (
        settings.worker_partition_autoscaling,
        ffi::compat::SET_WORKER_PARTITION_AUTOSCALING,
    ) {
        // SAFETY: the driver is live.
        unsafe { set(driver, on.into()) };
    }
    if let (Some(count), Some(set)) = (
        settings.worker_partition_autoscaling_wfo,
        ffi::compat::SET_WORKER_PARTITION_AUTOSCALING_WFO,
    ) {
        // SAFETY: the driver is live.
        unsafe { set(driver, count) };
    }
    options::apply_flags(&settings.flags, |name| {
        // The option is refused where the host has no such function.
        ffi::compat::SET_DESTINATION_FLAG.is_some_and(|set| {
            // SAFETY: the driver is live; the text is looked up.
            unsafe { set(driver, name.as_ptr()) != 0 }
        })
    })
}

/// # Safety
/// The host calls this on the main thread; no worker's thread is running.
unsafe extern "C" fn init<D: ThreadedDestination>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    let host = pipe.cast::<ffi::LogThreadedDestDriver>();
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(host) };
    let (Some(raw), Some(driver)) = (NonNull::new(host), state.driver.get()) else {
        return 0;
    };
    let destination = Destination {
        raw,
        // SAFETY: a driver begins with what every driver has; it outlives this call.
        host: unsafe { HostDriver::new(raw.cast()) },
        errors: &state.errors,
        format: state.format.get(),
        batches: state.batches.get(),
        lent: PhantomData,
    };

    // Each step of the driver's has a guard of its own: whatever becomes of it, what was done
    // before is undone.
    let prepared = guard("driver.init", None, || driver.prepare(&destination));
    let Some(prepared) = prepared else {
        guard("driver.release", (), || state.release());
        return 0;
    };
    state.names.set(&prepared.names);
    *state.workers() = prepared.workers.into_iter().map(Box::new).collect();
    // SAFETY: see the function.
    unsafe { set_batch_lines(host, state.batches.get(), prepared.batches) };
    guard("driver.queues", (), || {
        // SAFETY: the driver is live and being taken up.
        unsafe { queues::warn_of_stranded(host, &prepared.names.persist) };
    });

    // SAFETY: the host's own method on the host's object. It calls construct_worker and the names'
    // slots.
    if unsafe { ffi::log_threaded_dest_driver_init_method(pipe) } == 0 {
        // The host does not undo what such a failure leaves half done, nor do its own drivers.
        guard("driver.release", (), || state.release());
        return 0;
    }
    // SAFETY: the driver is live; a small number from stats_register_type().
    let component = unsafe { (*host).stats_source } as u32 | ffi::SCS_DESTINATION;
    let key = state
        .names
        .errors_key(component as u16, D::STATS_TYPE, &destination.id());
    state.errors.register(&key);
    // SAFETY: the host made the workers above, and no thread runs yet.
    let complete = unsafe { workers_are_attached::<D>(host) };
    if complete && guard("driver.start", false, || driver.start(&destination)) {
        return 1;
    }
    state.errors.unregister();
    // SAFETY: undoes the host's init, which succeeded; the host calls no deinit after a failed init
    // (lib/logpipe.h).
    unsafe { ffi::log_threaded_dest_driver_deinit_method(pipe) };
    guard("driver.release", (), || state.release());
    0
}

/// Sets batch-lines() as the config says, or as batches are wanted. Anew at each init(), because a class
/// may have changed its mind in between.
///
/// # Safety
/// `host` is live, and no worker's thread is running.
unsafe fn set_batch_lines(
    host: *mut ffi::LogThreadedDestDriver,
    configured: Option<&Batches>,
    wanted: bool,
) {
    let lines = configured.and_then(|batches| batches.lines);
    let wanted = wanted || configured.is_some_and(|batches| batches.bytes.is_some());
    // What the host begins with too (lib/logthrdest/logthrdestdrv.c:
    // log_threaded_dest_driver_init_instance).
    let lines = lines.unwrap_or(if wanted { BATCH_LINES } else { -1 });
    // SAFETY: the caller's word.
    unsafe { ffi::log_threaded_dest_driver_set_batch_lines(host.cast(), lines) };
}

/// # Safety
/// The host's init of `host` succeeded, and no thread runs yet.
unsafe fn workers_are_attached<D: ThreadedDestination>(
    host: *mut ffi::LogThreadedDestDriver,
) -> bool {
    // SAFETY: the caller's word.
    let (workers, count) = unsafe { ((*host).workers, (*host).created_workers) };
    (0..usize::try_from(count).unwrap_or(0)).all(|index| {
        // SAFETY: the array has `created_workers` elements that construct_worker made.
        unsafe { worker::is_attached::<D::Worker>(*workers.add(index)) }
    })
}

/// # Safety
/// The host calls this on the main thread when the worker threads have ended.
unsafe extern "C" fn deinit<D: ThreadedDestination>(pipe: *mut ffi::LogPipe) -> glib_sys::gboolean {
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(pipe.cast()) };
    guard("driver.deinit", (), || {
        if let Some(driver) = state.driver.get() {
            driver.stop();
        }
    });
    // Not under the guard: the host's side has to be taken down whatever ours did.
    state.errors.unregister();
    // SAFETY: the host's own method on the host's object.
    let result = unsafe { ffi::log_threaded_dest_driver_deinit_method(pipe) };
    guard("driver.release", (), || state.release());
    result
}

/// # Safety
/// The host calls this on the main thread, once, last of all slots; it frees the memory itself.
unsafe extern "C" fn free_fn<D: ThreadedDestination>(pipe: *mut ffi::LogPipe) {
    let instance = pipe.cast::<Instance<D>>();
    guard("driver.free_fn", (), || {
        // SAFETY: nobody uses the state after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*instance).state) };
    });
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_threaded_dest_driver_free(pipe) };
}

/// # Safety
/// The host calls this on the main thread, in its init method.
unsafe extern "C" fn construct_worker<D: ThreadedDestination>(
    host: *mut ffi::LogThreadedDestDriver,
    index: ffi::gint,
) -> *mut ffi::LogThreadedDestWorker {
    // Not under the guard: the host does not take NULL for an answer. A worker that gets no more
    // than this refuses the config.
    // SAFETY: see the function.
    let state = unsafe { Instance::<D>::state(host) };
    let bytes = state.batches.get().and_then(|batches| batches.bytes);
    let bytes = bytes.map_or(0, i32::unsigned_abs) as usize;
    // SAFETY: a driver outlives its workers (lib/logthrdest/logthrdestdrv.c:
    // log_threaded_dest_driver_deinit_method).
    let made = unsafe { worker::Instance::<D::Worker>::construct(host, index, bytes) };
    guard("driver.construct_worker", (), || {
        let workers = state.workers();
        if let Some(worker) = usize::try_from(index)
            .ok()
            .and_then(|index| workers.get(index))
        {
            // SAFETY: new; the boxes stay where they are until `State::release`, which is after the
            // host's deinit.
            unsafe { worker::Instance::attach(made, worker) };
        }
    });
    made.as_ptr().cast()
}

impl<D: ThreadedDestination> StatsNames for Instance<D> {
    unsafe fn stats_names(
        driver: *mut ffi::LogThreadedDestDriver,
        label: &mut dyn FnMut(&CStr, &CStr),
    ) -> *const c_char {
        // SAFETY: the caller's word.
        unsafe { Self::state(driver) }.names.stats(label)
    }
}

/// # Safety
/// The host calls this on any thread.
unsafe extern "C" fn generate_persist_name<D: ThreadedDestination>(
    pipe: *const ffi::LogPipe,
) -> *const c_char {
    guard("driver.generate_persist_name", c"".as_ptr(), || {
        // SAFETY: see the function.
        unsafe { Instance::<D>::state(pipe.cast()) }.names.persist()
    })
}
