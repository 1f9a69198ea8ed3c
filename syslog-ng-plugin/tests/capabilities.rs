// SPDX-License-Identifier: GPL-2.0-or-later

//! How the build script finds out what a host can do, over excerpts in the shapes that bindgen writes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../build/capabilities.rs"]
mod capabilities;

use capabilities::{CAPABILITIES, NEEDED, STATIC_FUNCTIONS, detected, missing, wanted_functions};

/// What a host that has the capability shows of it, and what one that has not shows instead: in its
/// headers' bindings and in its library.
struct Excerpts {
    name: &'static str,
    with: (&'static str, &'static [u8]),
    without: (&'static str, &'static [u8]),
}

const fn headers(name: &'static str, with: &'static str, without: &'static str) -> Excerpts {
    Excerpts {
        name,
        with: (with, b""),
        without: (without, b""),
    }
}

const EXCERPTS: &[Excerpts] = &[
    headers(
        "stats_labels",
        "pub type StatsClusterKeyBuilder = _StatsClusterKeyBuilder;",
        "pub type StatsClusterKey = _StatsClusterKey;",
    ),
    headers(
        "one_integer_type",
        "pub const LM_VT_INTEGER: _LogMessageValueType = 3;",
        "pub const LM_VT_INT32: _LogMessageValueType = 3;\npub const LM_VT_INT64: _LogMessageValueType = 4;",
    ),
    headers(
        "macro_escape_argument",
        "    pub fn log_macro_expand(\n        id: gint,\n        escape: gboolean,\n        options: *mut LogTemplateEvalOptions,",
        "    pub fn log_macro_expand(\n        id: gint,\n        options: *mut LogTemplateEvalOptions,",
    ),
    headers(
        "location_has_level",
        "pub struct CFG_LTYPE {\n    pub last_column: gint,\n    pub level: *mut CfgIncludeLevel,\n}",
        "pub struct CFG_LTYPE {\n    pub last_column: gint,\n    pub name: *const gchar,\n}",
    ),
    headers(
        "python_base_classes",
        "pub const LM_VT_INTEGER: _LogMessageValueType = 3;",
        "pub const LM_VT_INT32: _LogMessageValueType = 3;",
    ),
    headers(
        "cached_realtime",
        "    pub fn invalidate_cached_realtime();",
        "    pub fn invalidate_cached_time();",
    ),
    headers(
        "source_workers",
        "    pub fn log_threaded_source_worker_blocking_post(self_: *mut LogThreadedSourceWorker);",
        "    pub fn log_threaded_source_blocking_post(self_: *mut LogThreadedSourceDriver);",
    ),
    headers(
        "source_batches",
        "    pub workers: *mut *mut LogThreadedSourceWorker,\n    pub auto_close_batches: gboolean,",
        "    pub workers: *mut *mut LogThreadedSourceWorker,\n    pub transport_name: *mut gchar,",
    ),
    headers(
        "received_size",
        "    pub rcptid: guint64,\n    pub recvd_rawmsg_size: guint32,",
        "    pub rcptid: guint64,\n    pub host_id: guint32,",
    ),
    headers(
        "typed_options",
        "pub const VERSION_VALUE_4_2: u32 = 1026;",
        "pub const VERSION_VALUE_4_0: u32 = 1024;",
    ),
    headers(
        "internal_pipes",
        "    pub fn log_pipe_set_internal(self_: *mut LogPipe, internal: gboolean);",
        "    pub fn log_pipe_set_persist_name(self_: *mut LogPipe, persist_name: *const gchar);",
    ),
    headers(
        "sdata_prefix",
        "    pub fn msg_format_options_set_sdata_prefix(\n        options: *mut MsgFormatOptions,",
        "    pub fn msg_format_options_process_flag(\n        options: *mut MsgFormatOptions,",
    ),
    headers(
        "destination_flags",
        "    pub fn log_threaded_dest_driver_process_flag(driver: *mut LogDriver, flag: *const gchar)",
        "    pub fn log_threaded_dest_driver_set_batch_lines(driver: *mut LogDriver, lines: gint);",
    ),
    headers(
        "worker_partition_key",
        "    pub fn log_threaded_dest_driver_set_worker_partition_key_ref(\n        s: *mut LogDriver,",
        "    pub fn log_threaded_dest_driver_set_num_workers(s: *mut LogDriver, num_workers: gint);",
    ),
    headers(
        "batch_idle_timeout",
        "    pub fn log_threaded_dest_driver_set_batch_idle_timeout(\n        s: *mut LogDriver,",
        "    pub fn log_threaded_dest_driver_set_batch_timeout(\n        s: *mut LogDriver,",
    ),
    headers(
        "worker_partition_scaling",
        "    pub worker_partition_autoscaling: gboolean,\n    pub worker_partition_autoscaling_wfo: gint,\n}",
        "    pub worker_partition_key: *mut LogTemplate,\n}",
    ),
    headers(
        "include_bytes",
        "    pub fn value_pairs_set_include_bytes(vp: *mut ValuePairs, enable: gboolean);",
        "    pub fn value_pairs_set_cast_to_strings(vp: *mut ValuePairs, enable: gboolean);",
    ),
    headers(
        "case_transformations",
        "    pub fn value_pairs_new_transform_upper() -> *mut ValuePairsTransform;",
        "    pub fn value_pairs_new_transform_shift(amount: gint) -> *mut ValuePairsTransform;",
    ),
    headers(
        "template_escape",
        "pub struct _LogTemplateOptions {\n    pub use_fqdn: gboolean,\n    pub escape: gboolean,",
        "pub struct _LogTemplateOptions {\n    pub use_fqdn: gboolean,\n    pub time_zone: [*mut gchar; 2usize],",
    ),
    headers(
        "written_bytes",
        "    pub fn log_threaded_dest_worker_written_bytes_add(self_: *mut LogThreadedDestWorker, b: gsize);",
        "    pub fn log_threaded_dest_worker_ack_messages(self_: *mut LogThreadedDestWorker, n: gint);",
    ),
    headers(
        "written_bytes_on_request",
        "    pub output_events_sc_key: *mut StatsClusterKey,\n    pub raw_bytes_enabled: gboolean,\n}",
        "    pub output_events_sc_key: *mut StatsClusterKey,\n}",
    ),
    headers(
        "plugin_failure_info",
        "pub struct _Plugin {\n    pub name: *const gchar,\n    pub failure_info: PluginFailureInfo,\n    pub parser: *mut CfgParser,",
        "pub struct _Plugin {\n    pub name: *const gchar,\n    pub parser: *mut CfgParser,",
    ),
    headers(
        "syntax_error_in_main_grammar",
        "        msg: *const ::std::os::raw::c_char,\n        in_main_grammar: gboolean,\n    );",
        "        msg: *const ::std::os::raw::c_char,\n    );",
    ),
    headers(
        "macros_foreach",
        "    pub fn log_msg_macros_foreach(\n        func: LogMessageMacrosForeachFunc,\n        user_data: gpointer,\n    );",
        "    pub static mut macros: [LogMacroDef; 0usize];",
    ),
    headers(
        "time_zone_source",
        "    pub ut_usec: guint32,\n}\nimpl _UnixTime {\n    pub fn ut_gmtoff(&self) -> gint32 {",
        "    pub ut_usec: guint32,\n    pub ut_gmtoff: gint32,",
    ),
    headers(
        "deserialize_makes_message",
        "    pub fn log_msg_deserialize(sa: *mut SerializeArchive) -> *mut LogMessage;",
        "    pub fn log_msg_deserialize(self_: *mut LogMessage, sa: *mut SerializeArchive) -> gboolean;",
    ),
    headers(
        "driver_signals",
        "    pub id: *mut gchar,\n    pub signal_slot_connector: *mut SignalSlotConnector,\n    pub plugins: *mut GList,",
        "    pub plugin_name: *mut gchar,\n    pub signal_slot_connector: *mut SignalSlotConnector,\n    pub init: ",
    ),
    headers(
        "http_header_signals",
        "pub struct _HttpHeaderRequestSignalData {\n    pub result: HttpSlotResultType,",
        "pub struct _HttpRequestSignalData {\n    pub result: HttpSlotResultType,\n    pub batch_size: guint,",
    ),
    headers(
        "block_generator_free_instance",
        "    pub fn cfg_block_generator_free_instance(self_: *mut CfgBlockGenerator);",
        "    pub fn cfg_block_generator_free_method(self_: *mut CfgBlockGenerator);",
    ),
    Excerpts {
        name: "pkgdatadir",
        with: ("", b"\0${datadir}\0${pkgdatadir}\0${moduledir}\0"),
        without: ("", b"\0${datadir}\0${moduledir}\0"),
    },
    Excerpts {
        name: "templates_give_bytes",
        with: (
            "",
            b"\0See https://github.com/axoflow/axosyslog/blob/main/COPYING\0",
        ),
        without: (
            "",
            b"\0See https://github.com/syslog-ng/syslog-ng/blob/master/COPYING\0",
        ),
    },
    Excerpts {
        name: "module_info_has_name",
        with: ("", b"\0%s_%s\0module_init\0module_info\0"),
        without: ("", b"\0%s_module_init\0module_info\0"),
    },
];

#[test]
fn each_capability_is_seen_where_it_is_and_only_there() {
    for Excerpts {
        name,
        with,
        without,
    } in EXCERPTS
    {
        assert!(detected(with.0, with.1).contains(name), "{name}");
        assert!(!detected(without.0, without.1).contains(name), "{name}");
    }
}

#[test]
fn each_capability_has_excerpts() {
    let shown: Vec<_> = EXCERPTS.iter().map(|excerpts| excerpts.name).collect();
    let known: Vec<_> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(shown, known);
}

/// Bindings in which every text that may stand for something needed stands.
fn everything() -> String {
    let texts = NEEDED.iter().flat_map(|(texts, _)| texts.iter());
    texts.copied().collect::<Vec<_>>().join("\n")
}

#[test]
fn a_host_that_has_all_that_is_needed_is_taken() {
    assert_eq!(missing(&everything()), None);
    for (texts, _) in NEEDED {
        // One of several ways will do.
        for other in &texts[1..] {
            assert_eq!(missing(&everything().replace(other, "")), None, "{other}");
        }
    }
}

#[test]
fn a_host_that_lacks_something_is_refused_with_a_sentence_that_names_it() {
    for (texts, what) in NEEDED {
        let mut bindings = everything();
        for text in *texts {
            bindings = bindings.replace(text, "");
        }
        let sentence = missing(&bindings).unwrap();
        assert!(sentence.contains(what), "{sentence}");
        let others = NEEDED.iter().filter(|(_, other)| other != what);
        for (_, other) in others {
            assert!(!sentence.contains(other), "{sentence}");
        }
    }
}

#[test]
fn of_the_inline_functions_those_are_compiled_that_are_called() {
    let head = "#include \"../include/host.h\"\n";
    // Inline on this host, and exported on others.
    let called =
        "LogMessage * log_msg_ref__extern(LogMessage *self) { return log_msg_ref(self); }\n";
    let other = "gint g_atomic_counter_get__extern(GAtomicCounter *c) { return g_atomic_counter_get(c); }\n";
    assert_eq!(
        wanted_functions(&format!("{head}{other}{called}")),
        format!("{head}{called}")
    );
    for name in ["log_msg_ref", "log_msg_unref", "log_msg_make_writable"] {
        assert!(STATIC_FUNCTIONS.contains(&name), "{name}");
    }
}
