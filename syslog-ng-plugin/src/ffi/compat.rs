// SPDX-License-Identifier: GPL-2.0-or-later

//! The one place that knows how hosts differ.
//!
//! - [`options`]: functions behind options that not every host has.
//! - [`signals`]: how http() talks to the plugins inside of it.
//! - [`source_slots`]: the slots of a threaded source.

mod options;
mod signals;
mod source_slots;

use std::ffi::CStr;
#[cfg(host = "location_has_level")]
use std::ptr;
use std::ptr::NonNull;

use super::*;
use crate::pipe::guard;
#[cfg(host = "macros_foreach")]
use crate::pipe::guard_on_any_thread;
use crate::stats::CounterKey;

pub(crate) use options::{
    NEW_TRANSFORM_LOWER, NEW_TRANSFORM_UPPER, SET_BATCH_IDLE_TIMEOUT, SET_DESTINATION_FLAG,
    SET_INCLUDE_BYTES, SET_INTERNAL, SET_SDATA_PREFIX, SET_TEMPLATE_ESCAPE,
    SET_WORKER_PARTITION_AUTOSCALING, SET_WORKER_PARTITION_AUTOSCALING_WFO,
    SET_WORKER_PARTITION_BUCKETS, SET_WORKER_PARTITION_KEY, copy_template_escape,
};
pub(crate) use signals::{
    HTTP_REQUEST, HTTP_RESPONSE, HttpRequestData, HttpResponseData, signal_connector,
};
pub(crate) use source_slots::{
    SourceSlots, leave_batches_open, set_source_slots, source_is_open, source_post, source_worker,
};

/// The symbol that the host looks for first in the file of the module `$name`, `libmod-$name.so`.
#[cfg(not(host = "module_info_has_name"))]
#[doc(hidden)]
#[macro_export]
macro_rules! module_info_symbol {
    ($name:literal) => {
        "module_info"
    };
}

/// The symbol that the host looks for first in the file of the module `$name`, `libmod-$name.so`.
#[cfg(host = "module_info_has_name")]
#[doc(hidden)]
#[macro_export]
macro_rules! module_info_symbol {
    ($name:literal) => {
        concat!("mod_", $name, "_module_info")
    };
}

/// See [`crate::host::TYPED_OPTIONS`].
pub(crate) const TYPED_OPTIONS: bool = cfg!(host = "typed_options");

/// See [`crate::host::PYTHON_BASE_CLASSES`].
pub(crate) const PYTHON_BASE_CLASSES: bool = cfg!(host = "python_base_classes");

/// A plugin's row in the module's table.
pub(crate) const fn plugin(context: u32, name: &'static CStr, parser: *mut CfgParser) -> Plugin {
    Plugin {
        type_: context as gint,
        // Not all hosts say that they only read it.
        name: name.as_ptr().cast_mut(),
        #[cfg(host = "plugin_failure_info")]
        failure_info: PluginFailureInfo {
            aux_data: std::ptr::null(),
        },
        parser,
        construct: None,
        free_fn: None,
    }
}

/// The offset of a time, in seconds.
pub(crate) fn gmt_offset(time: &UnixTime) -> gint32 {
    // The 30 bits that it has, with their sign.
    #[cfg(host = "time_zone_source")]
    return time.ut_gmtoff() << 2 >> 2;
    #[cfg(not(host = "time_zone_source"))]
    return time.ut_gmtoff;
}

/// A time with an offset.
pub(crate) fn unix_time(seconds: gint64, microseconds: guint32, gmt_offset: gint32) -> UnixTime {
    UnixTime {
        ut_sec: seconds,
        ut_usec: microseconds,
        #[cfg(host = "time_zone_source")]
        _bitfield_1: UnixTime::new_bitfield_1(gmt_offset, UNIX_TIME_TZ_ASSUMED),
        #[cfg(not(host = "time_zone_source"))]
        ut_gmtoff: gmt_offset,
    }
}

/// The message that an archive holds, with one reference; `None` if it holds none.
///
/// # Safety
/// The archive is live, and can be read.
pub(crate) unsafe fn deserialize(archive: *mut SerializeArchive) -> Option<NonNull<LogMessage>> {
    #[cfg(host = "deserialize_makes_message")]
    // SAFETY: the caller's word.
    return NonNull::new(unsafe { log_msg_deserialize(archive) });
    #[cfg(not(host = "deserialize_makes_message"))]
    {
        // SAFETY: gives a new message with one reference, which is ours, or ends the process.
        let message = unsafe { log_msg_new_empty() };
        // SAFETY: the caller's word; nobody else has the message.
        if unsafe { log_msg_deserialize(message, archive) } == 0 {
            // SAFETY: the reference is ours.
            unsafe { log_msg_unref(message) };
            return None;
        }
        NonNull::new(message)
    }
}

/// Reports a syntax error the way the host's own grammars do: file, line, caret and the files that
/// include it.
///
/// # Safety
/// `lexer` is the lexer that is parsing, and `location` came out of it during this parse.
pub(crate) unsafe fn report_syntax_error(
    lexer: *mut CfgLexer,
    location: *const CFG_LTYPE,
    what: *const gchar,
    message: *const gchar,
) {
    #[cfg(host = "syntax_error_in_main_grammar")]
    // SAFETY: the caller vouches for lexer and location; the texts are NUL-terminated.
    unsafe {
        super::report_syntax_error(lexer, location, what, message, 0)
    };
    #[cfg(not(host = "syntax_error_in_main_grammar"))]
    // SAFETY: as above.
    unsafe {
        super::report_syntax_error(lexer, location, what, message)
    };
}

/// The name of the file, or of the block, that a place is in; NULL for a place that no lexer made.
///
/// # Safety
/// `location` came out of the lexer of the parse that is running, or is all zero.
pub(crate) unsafe fn source_name(location: &CFG_LTYPE) -> *const gchar {
    #[cfg(host = "location_has_level")]
    if location.level.is_null() {
        ptr::null()
    } else {
        // SAFETY: an element of the lexer's include stack (lib/cfg-lexer.h), live by the caller's
        // word.
        unsafe { (*location.level).name }
    }
    #[cfg(not(host = "location_has_level"))]
    location.name
}

/// Asks for counts of bytes written, where the host wants to be asked.
pub(crate) fn count_written_bytes(driver: &mut LogThreadedDestDriver) {
    #[cfg(host = "written_bytes_on_request")]
    {
        driver.metrics.raw_bytes_enabled = 1;
    }
    let _ = driver;
}

/// Adds to a worker's count of bytes written, where the host has it.
///
/// # Safety
/// `worker` is live, and this is its thread.
pub(crate) unsafe fn add_written_bytes(worker: *mut LogThreadedDestWorker, bytes: usize) {
    #[cfg(host = "written_bytes")]
    // SAFETY: the caller's word.
    unsafe {
        log_threaded_dest_worker_written_bytes_add(worker, bytes)
    };
    #[cfg(not(host = "written_bytes"))]
    let _ = (worker, bytes);
}

/// What a destination's counters go under. The host may ask under its stats lock, on any thread.
pub(crate) trait StatsNames {
    /// Hands the labels to `label`, and gives the name that the host uses where it has no labels.
    ///
    /// # Safety
    /// `driver` is a live driver of the implementing type.
    unsafe fn stats_names(
        driver: *mut LogThreadedDestDriver,
        label: &mut dyn FnMut(&CStr, &CStr),
    ) -> *const gchar;
}

/// Sets the slot by which the host asks for what a destination's counters go under.
#[cfg(not(host = "stats_labels"))]
pub(crate) fn set_stats_slot<N: StatsNames>(driver: &mut LogThreadedDestDriver) {
    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn format_stats<N: StatsNames>(
        driver: *mut LogThreadedDestDriver,
    ) -> *const gchar {
        guard("compat.format_stats", c"".as_ptr(), || {
            // SAFETY: see the function.
            unsafe { N::stats_names(driver, &mut |_, _| ()) }
        })
    }
    driver.format_stats_instance = Some(format_stats::<N>);
}

/// Sets the slot by which the host asks for what a destination's counters go under.
#[cfg(host = "stats_labels")]
pub(crate) fn set_stats_slot<N: StatsNames>(driver: &mut LogThreadedDestDriver) {
    /// # Safety
    /// The host calls this on the driver that it was installed in, with a builder of its own.
    unsafe extern "C" fn format_stats<N: StatsNames>(
        driver: *mut LogThreadedDestDriver,
        builder: *mut StatsClusterKeyBuilder,
    ) -> *const gchar {
        guard("compat.format_stats", c"".as_ptr(), || {
            let mut label = |name: &CStr, value: &CStr| {
                // SAFETY: the texts are NUL-terminated.
                let label = unsafe { stats_cluster_label(name.as_ptr(), value.as_ptr()) };
                // SAFETY: the host's builder; it copies the label
                // (lib/stats/stats-cluster-key-builder.c).
                unsafe { stats_cluster_key_builder_add_legacy_label(builder, label) };
            };
            // SAFETY: see the function.
            unsafe { N::stats_names(driver, &mut label) }
        })
    }
    driver.format_stats_key = Some(format_stats::<N>);
}

/// Hands `body` the key of a single counter, which borrows from `key`.
#[cfg(not(host = "stats_labels"))]
pub(crate) fn with_counter_key(key: &CounterKey, body: impl FnOnce(*mut StatsClusterKey)) {
    // The host has no labels.
    let _ = (&key.metric, &key.labels);
    // SAFETY: all bytes zero is a valid key to fill: numbers and pointers.
    let mut raw: StatsClusterKey = unsafe { std::mem::zeroed() };
    // SAFETY: the texts are NUL-terminated and outlive `raw`, which borrows them.
    unsafe {
        stats_cluster_single_key_set_with_name(
            &mut raw,
            key.component,
            key.id.as_ptr(),
            key.instance.as_ptr(),
            key.name.as_ptr(),
        );
    }
    body(&mut raw);
}

/// Hands `body` the key of a single counter, which borrows from `key`.
#[cfg(host = "stats_labels")]
pub(crate) fn with_counter_key(key: &CounterKey, body: impl FnOnce(*mut StatsClusterKey)) {
    // SAFETY: the texts are NUL-terminated and outlive the label, which borrows them.
    let label =
        |name: &CStr, value: &CStr| unsafe { stats_cluster_label(name.as_ptr(), value.as_ptr()) };
    let mut labels: Vec<_> = key
        .labels
        .iter()
        .map(|(name, value)| label(name, value))
        .collect();
    // SAFETY: all bytes zero is a valid key to fill: numbers and pointers.
    let mut raw: StatsClusterKey = unsafe { std::mem::zeroed() };
    // SAFETY: name and labels outlive `raw`, which borrows them.
    unsafe {
        stats_cluster_single_key_set(
            &mut raw,
            key.metric.as_ptr(),
            labels.as_mut_ptr(),
            labels.len(),
        );
    }
    // SAFETY: the texts are NUL-terminated and outlive `raw`, which borrows them.
    unsafe {
        stats_cluster_single_key_add_legacy_alias_with_name(
            &mut raw,
            key.component,
            key.id.as_ptr(),
            key.instance.as_ptr(),
            key.name.as_ptr(),
        );
    }
    body(&mut raw);
}

/// Whether a value of this type is a whole number.
pub(crate) fn is_integer(kind: u32) -> bool {
    #[cfg(host = "one_integer_type")]
    let kinds = [LM_VT_INTEGER];
    #[cfg(not(host = "one_integer_type"))]
    let kinds = [LM_VT_INT32, LM_VT_INT64];
    kinds.contains(&kind)
}

/// Hands the name of each macro to `each`; of some that are names of values too. Walking the host's
/// registry of names instead, which has them too, would not be safe: other threads add to it.
#[cfg(not(host = "macros_foreach"))]
pub(crate) fn for_each_macro(each: &mut dyn FnMut(&'static CStr)) {
    let mut row: *const LogMacroDef = (&raw const macros).cast();
    loop {
        // SAFETY: the table is static and ends with a row without a name (lib/template/macros.c),
        // which ends the loop.
        let name = unsafe { (*row).name };
        if name.is_null() {
            break;
        }
        // SAFETY: names in the table are static and NUL-terminated.
        each(unsafe { CStr::from_ptr(name) });
        // SAFETY: not beyond the last row, see above.
        row = unsafe { row.add(1) };
    }
}

/// Hands the name of each macro to `each`.
#[cfg(host = "macros_foreach")]
pub(crate) fn for_each_macro(mut each: &mut dyn FnMut(&'static CStr)) {
    /// # Safety
    /// The host calls this from `for_each_macro`, with the pointer passed there.
    unsafe extern "C" fn visit(
        _handle: NVHandle,
        name: *const gchar,
        user_data: gpointer,
    ) -> gboolean {
        // A panic ends the walk; the names so far stand.
        guard_on_any_thread("compat.visit", 0, || {
            // SAFETY: see the function.
            let each = unsafe { &mut *user_data.cast::<&mut dyn FnMut(&'static CStr)>() };
            // SAFETY: names of macros are static and NUL-terminated (lib/template/macros.c).
            each(unsafe { CStr::from_ptr(name) });
            1
        })
    }
    // SAFETY: `visit` gets back the pointer that is passed here, during the call.
    unsafe { log_msg_macros_foreach(Some(visit), std::ptr::from_mut(&mut each).cast()) };
}

/// Expands a macro that prints a time, in the traditional format.
///
/// # Safety
/// `number` is a macro's, `message` is live, `result` is a string of the caller's.
pub(crate) unsafe fn expand_stamp(number: gint, message: *const LogMessage, result: *mut GString) {
    // SAFETY: all bytes zero are valid options: numbers and pointers. Zero is the traditional
    // format (TS_FMT_BSD), no fraction of seconds, and no time zone but the message's.
    let options: LogTemplateOptions = unsafe { std::mem::zeroed() };
    // SAFETY: as above; LTZ_LOCAL and LM_VT_STRING are zero too, and no escape function is needed.
    let mut evaluation: LogTemplateEvalOptions = unsafe { std::mem::zeroed() };
    evaluation.opts = &options;
    let mut kind = LM_VT_STRING as LogMessageValueType;
    #[cfg(host = "macro_escape_argument")]
    // SAFETY: the caller's word; the options live for the call.
    unsafe {
        log_macro_expand(number, 0, &mut evaluation, message, result, &mut kind)
    };
    #[cfg(not(host = "macro_escape_argument"))]
    // SAFETY: the caller's word; the options live for the call.
    unsafe {
        log_macro_expand(number, &mut evaluation, message, result, &mut kind)
    };
}

/// The host's number for whole numbers of any size that it knows.
pub(crate) const fn integer_type() -> u32 {
    #[cfg(host = "one_integer_type")]
    return LM_VT_INTEGER;
    #[cfg(not(host = "one_integer_type"))]
    LM_VT_INT64
}

/// Has this thread look at the clock again when it makes the next message. The host does so on its
/// own only on threads that run its event loop.
pub(crate) fn forget_the_time() {
    #[cfg(host = "cached_realtime")]
    // SAFETY: the thread has the host's state, which the time is part of (see `with_host_state`).
    unsafe {
        invalidate_cached_realtime()
    };
    #[cfg(not(host = "cached_realtime"))]
    // SAFETY: as above.
    unsafe {
        invalidate_cached_time()
    };
}

/// Gives options for parsing, copied bit by bit, a prefix for structured data of their own.
///
/// # Safety
/// `options` is a copy of live ones.
pub(crate) unsafe fn own_sdata_prefix(options: &mut MsgFormatOptions) {
    #[cfg(host = "sdata_prefix")]
    {
        // SAFETY: the caller's word; the text is NUL-terminated or NULL.
        options.sdata_prefix = unsafe { glib_sys::g_strdup(options.sdata_prefix) };
    }
    #[cfg(not(host = "sdata_prefix"))]
    let _ = options;
}

/// Sets how many bytes came in for a message, where the host wants to know.
///
/// # Safety
/// `message` is live, and the caller's alone.
pub(crate) unsafe fn set_received_size(message: *mut LogMessage, size: u32) {
    #[cfg(host = "received_size")]
    {
        // SAFETY: the caller's word.
        unsafe { (*message).recvd_rawmsg_size = size };
    }
    #[cfg(not(host = "received_size"))]
    let _ = (message, size);
}

/// Frees what a block generator of the host's holds, but for its own memory.
///
/// # Safety
/// The host is freeing the generator, and calls nothing of it any more.
pub(crate) unsafe fn free_block_generator(generator: *mut CfgBlockGenerator) {
    #[cfg(host = "block_generator_free_instance")]
    // SAFETY: the caller's word.
    unsafe {
        cfg_block_generator_free_instance(generator)
    };
    #[cfg(not(host = "block_generator_free_instance"))]
    // SAFETY: the caller's word.
    unsafe {
        cfg_block_generator_free_method(generator)
    };
}

/// The variables that the host knows in paths of its installation, all but one.
const PATH_VARIABLES: &[&str] = &[
    "prefix",
    "exec_prefix",
    "libexecdir",
    "datarootdir",
    "datadir",
    "localstatedir",
    "moduledir",
];

/// The variables that the host knows in paths of its installation (lib/reloc.c).
pub(crate) fn path_variables() -> impl Iterator<Item = &'static str> {
    let newer = cfg!(host = "pkgdatadir").then_some("pkgdatadir");
    PATH_VARIABLES.iter().copied().chain(newer)
}
