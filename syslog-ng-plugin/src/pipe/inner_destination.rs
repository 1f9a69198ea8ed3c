// SPDX-License-Identifier: GPL-2.0-or-later

//! Plugins that stand inside of a destination: the host's `LogDriverPlugin`.

use std::borrow::Cow;
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::host_driver::{HostDriver, HostNames};
use super::http::{HttpHeaders, HttpRequest};
use super::{Names, reading};
use crate::config::{Config, Lexer, Location, ParseError};
use crate::ffi;
use crate::ffi::compat::{self, HttpRequestData, HttpResponseData};
use crate::options::{self, OptionRule, Table};
use crate::pipe::guard;
use crate::stats::Counter;

/// What stands inside of another destination and works for it.
///
/// Methods run on the main thread, but for those that http() calls.
#[doc(alias = "LogDriverPlugin")]
pub trait InnerDestination: Send + Sync + 'static {
    /// The plugin's name. A destination takes one plugin of each name.
    const NAME: &'static CStr;
    /// The kind of plugin that its counter belongs to, such as the module's name.
    const STATS_TYPE: &'static CStr;
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

    /// The destination around it is taken up. Gives what the plugin's counter goes under; the persist
    /// name in it is not used. `None` refuses the config; the reason has been said.
    fn attach(&self, around: &Around<'_>) -> Option<Names>;

    /// The destination around it is let go of; its threads have ended. May be attached again.
    fn detach(&self) {}

    /// http() around it is about to send a request. Called on a thread of http()'s worker, on which the
    /// host waits for nothing but the answer.
    #[doc(alias = "signal_http_header_request")]
    fn http_request(&self, request: &mut HttpRequest<'_>) -> HttpHeaders {
        let _ = request;
        HttpHeaders::Complete
    }

    /// http() around it has got a response with this status. Called on the thread that sent the request.
    #[doc(alias = "signal_http_response_received")]
    fn http_response(&self, status: i64) {
        let _ = status;
    }
}

/// The destination around a plugin, while that is attached.
pub struct Around<'d> {
    host: HostDriver,
    errors: &'d Arc<Counter>,
}

impl Around<'_> {
    /// The statement's name and a number, as in `d_http#0`.
    pub fn id(&self) -> Cow<'_, str> {
        self.host.id()
    }

    /// The configuration that the destination belongs to.
    pub fn config(&self) -> Config<'_> {
        self.host.config()
    }

    /// Where the destination stands in the config, as `file:line:column`.
    pub fn location(&self) -> String {
        self.host.location()
    }

    /// The counter `errors` of the plugin. Can be counted up before and after it is attached.
    pub fn errors(&self) -> Arc<Counter> {
        Arc::clone(self.errors)
    }
}

/// The block of memory that the host knows as `LogDriverPlugin *`. The host frees it after free_fn.
#[repr(C)]
struct Instance<D> {
    host: ffi::LogDriverPlugin,
    state: ManuallyDrop<State<D>>,
}

/// Our part of the plugin.
struct State<D> {
    /// There once the options have been read.
    driver: OnceLock<D>,
    names: HostNames,
    errors: Arc<Counter>,
    /// What is connected with the destination around it.
    connected: Mutex<Option<[(&'static CStr, ffi::Slot); 2]>>,
}

impl<D: InnerDestination> Instance<D> {
    fn construct() -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        let state = State {
            driver: OnceLock::new(),
            names: HostNames::default(),
            errors: Arc::default(),
            connected: Mutex::default(),
        };
        // SAFETY: the memory is ours.
        unsafe { (&raw mut (*instance).state).write(ManuallyDrop::new(state)) };
        // SAFETY: the memory is ours; the host keeps the pointer to the name, which is static
        // (lib/driver.c).
        unsafe { ffi::log_driver_plugin_init_instance(instance.cast(), D::NAME.as_ptr()) };
        // SAFETY: the block is ours until it is handed to the host.
        let host = unsafe { &mut (*instance).host };
        host.attach = Some(attach::<D>);
        host.detach = Some(detach::<D>);
        host.free_fn = Some(free_fn::<D>);
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// # Safety
    /// `host` is an `Instance<D>` in one of its slots.
    unsafe fn state<'a>(host: *const ffi::LogDriverPlugin) -> &'a State<D> {
        // SAFETY: slots are called on the plugin that they were installed in, before free_fn ends.
        unsafe { &(*host.cast::<Self>()).state }
    }
}

/// The plugin as the host takes it, for a test without a config.
pub(crate) fn made_of<D: InnerDestination>(driver: D) -> NonNull<ffi::LogDriverPlugin> {
    let made = Instance::<D>::construct();
    // SAFETY: made here.
    let state = unsafe { Instance::<D>::state(made.as_ptr().cast()) };
    let _ = state.driver.set(driver);
    made.cast()
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
    let state = unsafe { Instance::<D>::state(made.as_ptr().cast()) };
    let _ = state.driver.set(driver);
    Ok(())
}

/// # Safety
/// The host calls this on the main thread, with the destination that the plugin was added to.
unsafe extern "C" fn attach<D: InnerDestination>(
    plugin: *mut ffi::LogDriverPlugin,
    driver: *mut ffi::LogDriver,
) -> glib_sys::gboolean {
    guard("inner_destination.attach", 0, || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(plugin) };
        let (Some(own), Some(raw)) = (state.driver.get(), NonNull::new(driver)) else {
            return 0;
        };
        let around = Around {
            // SAFETY: the destination outlives its plugins (lib/driver.c: log_driver_free).
            host: unsafe { HostDriver::new(raw) },
            errors: &state.errors,
        };
        let Some(names) = own.attach(&around) else {
            return 0;
        };
        state.names.set(&names);
        // SAFETY: a static text; gives a small number.
        let source = unsafe { ffi::stats_register_type(D::STATS_TYPE.as_ptr()) } as u32;
        let component = (source | ffi::SCS_DESTINATION) as u16;
        let key = state
            .names
            .errors_key(component, D::STATS_TYPE, &around.id());
        // Where the host has attached it before and then failed, it has not detached it.
        state.errors.unregister();
        state.errors.register(&key);
        // SAFETY: the driver is live.
        unsafe { connect::<D>(state, plugin, driver) };
        1
    })
}

/// Connects the plugin with the signals of the destination around it. Those of drivers that have none
/// never come.
///
/// # Safety
/// `plugin` is a live `Instance<D>` with this state, and `driver` the destination around it.
unsafe fn connect<D: InnerDestination>(
    state: &State<D>,
    plugin: *mut ffi::LogDriverPlugin,
    driver: *mut ffi::LogDriver,
) {
    let mut connected = state
        .connected
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    // The host ends the process when the same is connected twice.
    if connected.is_some() {
        return;
    }
    // Kept, because the address of a function need not be the same each time that it is asked for.
    let slots: [(&'static CStr, ffi::Slot); 2] = [
        (compat::HTTP_REQUEST, Some(http_request::<D>)),
        (compat::HTTP_RESPONSE, Some(http_response::<D>)),
    ];
    // SAFETY: the driver is live.
    let connector = unsafe { compat::signal_connector(driver) };
    for (signal, slot) in &slots {
        // SAFETY: the connector belongs to the driver; the text is static; the plugin outlives the
        // connection, which `detach` undoes, or which the driver takes down after its plugins
        // without using it any more (lib/driver.c: log_driver_free).
        unsafe { ffi::signal_slot_connect(connector, signal.as_ptr(), *slot, plugin.cast()) };
    }
    *connected = Some(slots);
}

/// # Safety
/// The host calls this on the main thread, with the destination that the plugin was attached to, when
/// that one's threads have ended.
unsafe extern "C" fn detach<D: InnerDestination>(
    plugin: *mut ffi::LogDriverPlugin,
    driver: *mut ffi::LogDriver,
) {
    guard("inner_destination.detach", (), || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(plugin) };
        let connected = state
            .connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // SAFETY: the driver is live.
        let connector = unsafe { compat::signal_connector(driver) };
        for (signal, slot) in connected.iter().flatten() {
            // SAFETY: as it was connected.
            unsafe {
                ffi::signal_slot_disconnect(connector, signal.as_ptr(), *slot, plugin.cast())
            };
        }
        state.errors.unregister();
        if let Some(own) = state.driver.get() {
            own.detach();
        }
    });
}

/// # Safety
/// The host calls this with the plugin that was connected and what the signal says that it brings, on a
/// thread of http()'s worker; both live for the call.
unsafe extern "C" fn http_request<D: InnerDestination>(
    plugin: glib_sys::gpointer,
    data: glib_sys::gpointer,
) {
    let data = data.cast::<HttpRequestData>();
    let headers = guard(
        "inner_destination.http_request",
        HttpHeaders::Refused,
        || {
            // SAFETY: see the function.
            let state = unsafe { Instance::<D>::state(plugin.cast()) };
            // SAFETY: as above.
            let request = unsafe { HttpRequest::borrow(data) };
            match (state.driver.get(), request) {
                (Some(driver), Some(mut request)) => driver.http_request(&mut request),
                _ => HttpHeaders::Refused,
            }
        },
    );
    // Another plugin's failure stays one.
    if headers != HttpHeaders::Complete {
        // SAFETY: see the function.
        unsafe { (*data).result = headers.to_host() };
    }
}

/// # Safety
/// As for [`http_request`].
unsafe extern "C" fn http_response<D: InnerDestination>(
    plugin: glib_sys::gpointer,
    data: glib_sys::gpointer,
) {
    guard("inner_destination.http_response", (), || {
        // SAFETY: see the function.
        let state = unsafe { Instance::<D>::state(plugin.cast()) };
        // SAFETY: as above. Its type depends on the host.
        #[allow(clippy::unnecessary_cast, reason = "not on every host")]
        let status = unsafe { (*data.cast::<HttpResponseData>()).http_code as i64 };
        if let Some(driver) = state.driver.get() {
            driver.http_response(status);
        }
    });
}

/// # Safety
/// The host calls this once, last of all slots; it frees the memory itself.
unsafe extern "C" fn free_fn<D: InnerDestination>(plugin: *mut ffi::LogDriverPlugin) {
    let instance = plugin.cast::<Instance<D>>();
    guard("inner_destination.free_fn", (), || {
        // SAFETY: slots are called on the plugin that they were installed in.
        let state = unsafe { Instance::<D>::state(plugin) };
        state.errors.unregister();
        // SAFETY: nobody uses it after this slot, and nothing before drops it.
        unsafe { ManuallyDrop::drop(&mut (*instance).state) };
    });
    // SAFETY: the host's own method on the host's object.
    unsafe { ffi::log_driver_plugin_free_method(plugin) };
}
