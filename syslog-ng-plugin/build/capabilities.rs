// SPDX-License-Identifier: GPL-2.0-or-later

//! What a host can do, read from what it is made of. In: the bindings of its headers, and its library.
//! Out: names for `cfg(host = …)`, and what is missing.
//!
//! Versions do not compare across forks of syslog-ng, so no number is looked at. Shared by the build
//! script and `tests/capabilities.rs`.

/// Where a host shows what it can do.
pub(crate) enum Evidence {
    /// A text in the bindings of its headers.
    Headers(&'static str),
    /// Bytes in its library, for what the headers do not say.
    Library(&'static [u8]),
}

use Evidence::{Headers, Library};

/// What a host may or may not have: the cfg's name, and what shows it.
pub(crate) const CAPABILITIES: &[(&str, Evidence)] = &[
    // Since 4.x statistics are keyed by labels; before that by one text per instance.
    ("stats_labels", Headers("pub type StatsClusterKeyBuilder ")),
    // Since 4.x there is one type for whole numbers; before that LM_VT_INT32 and LM_VT_INT64.
    ("one_integer_type", Headers("pub const LM_VT_INTEGER:")),
    // Until 4.x a macro was told whether to escape; since then the evaluation's options say it.
    (
        "macro_escape_argument",
        Headers("id: gint,\n        escape: gboolean"),
    ),
    // Until 4.x a place in a config pointed at the lexer's include level; since then at its name.
    (
        "location_has_level",
        Headers("pub level: *mut CfgIncludeLevel"),
    ),
    // 4.0 made the base classes of Python's drivers a must and gave whole numbers one type; only the
    // latter shows in the headers.
    ("python_base_classes", Headers("pub const LM_VT_INTEGER:")),
    // Since 4.x there is a second clock, and the first one has another name.
    (
        "cached_realtime",
        Headers("pub fn invalidate_cached_realtime("),
    ),
    // Since 4.x a source's slots are those of its worker; before that of the driver.
    (
        "source_workers",
        Headers("pub fn log_threaded_source_worker_blocking_post("),
    ),
    // Since 4.x sources open batches, which have to be closed.
    ("source_batches", Headers("pub auto_close_batches: ")),
    // Since 4.x a message knows how many bytes came in for it.
    ("received_size", Headers("pub recvd_rawmsg_size: guint32")),
    // 4.2 brought values with types into options().
    ("typed_options", Headers("pub const VERSION_VALUE_4_2:")),
    // Options that came one by one.
    ("internal_pipes", Headers("pub fn log_pipe_set_internal(")),
    (
        "sdata_prefix",
        Headers("pub fn msg_format_options_set_sdata_prefix("),
    ),
    (
        "destination_flags",
        Headers("pub fn log_threaded_dest_driver_process_flag("),
    ),
    (
        "worker_partition_key",
        Headers("pub fn log_threaded_dest_driver_set_worker_partition_key_ref("),
    ),
    // AxoSyslog's, where batch-timeout(0) is taken too.
    (
        "batch_idle_timeout",
        Headers("pub fn log_threaded_dest_driver_set_batch_idle_timeout("),
    ),
    // AxoSyslog deals messages out to workers in more ways than by a key.
    (
        "worker_partition_scaling",
        Headers("pub worker_partition_autoscaling_wfo: gint"),
    ),
    (
        "include_bytes",
        Headers("pub fn value_pairs_set_include_bytes("),
    ),
    (
        "case_transformations",
        Headers("pub fn value_pairs_new_transform_upper("),
    ),
    (
        "template_escape",
        Headers("pub use_fqdn: gboolean,\n    pub escape: gboolean"),
    ),
    // Since 4.x a destination counts the bytes that it has written.
    (
        "written_bytes",
        Headers("pub fn log_threaded_dest_worker_written_bytes_add("),
    ),
    // Some count them only for drivers that ask for it.
    (
        "written_bytes_on_request",
        Headers("pub raw_bytes_enabled: gboolean"),
    ),
    // AxoSyslog took the note about failures out of a plugin's row.
    (
        "plugin_failure_info",
        Headers("pub failure_info: PluginFailureInfo"),
    ),
    // AxoSyslog does not ask whether a syntax error is one of the main grammar.
    (
        "syntax_error_in_main_grammar",
        Headers("in_main_grammar: gboolean"),
    ),
    // AxoSyslog walks its macros itself, and may hide their table one day.
    ("macros_foreach", Headers("pub fn log_msg_macros_foreach(")),
    // AxoSyslog's times say where their offset comes from, in bits of it.
    ("time_zone_source", Headers("fn ut_gmtoff(&self)")),
    // AxoSyslog makes the message that it reads from an archive.
    (
        "deserialize_makes_message",
        Headers("pub fn log_msg_deserialize(sa: *mut SerializeArchive) -> *mut LogMessage"),
    ),
    // Since 4.12 what connects a driver with the plugins inside of it is the driver's; before that
    // every pipe had one.
    (
        "driver_signals",
        Headers(
            "pub signal_slot_connector: *mut SignalSlotConnector,\n    pub plugins: *mut GList",
        ),
    ),
    // AxoSyslog has other names for what http() tells its plugins, and tells them more.
    (
        "http_header_signals",
        Headers("pub struct _HttpHeaderRequestSignalData "),
    ),
    // AxoSyslog calls it a method.
    (
        "block_generator_free_instance",
        Headers("pub fn cfg_block_generator_free_instance("),
    ),
    // Since 4.x a path may hold one variable more.
    ("pkgdatadir", Library(b"\0${pkgdatadir}\0")),
    // LogTemplate.format() gives bytes in AxoSyslog's C module. Nothing else shows it but what it calls
    // itself.
    ("templates_give_bytes", Library(b"axoflow/axosyslog")),
    // AxoSyslog puts the module's name in front of both symbols that it looks for in a module, and
    // makes the names the same way; elsewhere `%s_module_init` stands in the library instead.
    ("module_info_has_name", Library(b"\0module_init\0")),
];

/// What every host has to have: one of these texts in the bindings, and what is wrong where none is.
pub(crate) const NEEDED: &[(&[&str], &str)] = &[
    (
        &["pub fn log_threaded_dest_worker_init_instance("],
        "its destinations have no workers (log_threaded_dest_worker_init_instance)",
    ),
    (
        &["pub format_stats_key:", "pub format_stats_instance:"],
        "its destinations do not ask for the names of their counters (format_stats_key, or \
         format_stats_instance)",
    ),
    (
        &[
            "pub fn stats_cluster_single_key_add_legacy_alias_with_name(",
            "pub fn stats_cluster_single_key_set_with_name(",
        ],
        "a module cannot add counters of its own \
         (stats_cluster_single_key_add_legacy_alias_with_name, or \
         stats_cluster_single_key_set_with_name)",
    ),
    (
        &["pub type LogMessageValueType "],
        "values of its messages have no types (LogMessageValueType)",
    ),
    (
        &["fn log_msg_get_value_if_set_with_type("],
        "a value that is empty looks like one that is not there (log_msg_get_value_if_set_with_type)",
    ),
    (
        &[
            "pub fn log_msg_macros_foreach(",
            "pub static mut macros: [LogMacroDef;",
        ],
        "it does not tell the names of its macros (log_msg_macros_foreach, or the table macros)",
    ),
    (
        &["pub const LL_BLOCK:"],
        "its lexer cannot read a block as it stands (LL_BLOCK)",
    ),
    (
        &["pub fn msg_event_suppress_recursions_and_send("],
        "a module cannot say events (msg_event_suppress_recursions_and_send)",
    ),
    (
        &["pub fn tf_simple_func_prepare("],
        "a module cannot add functions to templates (tf_simple_func_prepare)",
    ),
    (
        &["pub module_config: *mut GHashTable"],
        "a configuration keeps nothing for a module (GlobalConfig.module_config)",
    ),
];

/// The host's static inline functions that the SDK calls. Functions that are exported on one host and
/// inline on another stand here too: the bindings of a host declare each in the way that it has it. A
/// name that is missing here is an error of the linker.
pub(crate) const STATIC_FUNCTIONS: &[&str] = &[
    "__cfg_is_config_version_older",
    "ack_tracker_deinit",
    "ack_tracker_request_bookmark",
    "list_append",
    "list_foreach",
    "log_driver_plugin_free",
    "log_msg_is_handle_macro",
    "log_msg_get_value_if_set_with_type",
    "log_msg_get_value_name",
    "log_msg_is_write_protected",
    "log_msg_make_writable",
    "log_msg_write_protect",
    "log_msg_ref",
    "log_msg_unref",
    "log_parser_deinit_method",
    "log_threaded_dest_driver_set_worker_partition_autoscaling",
    "log_threaded_dest_driver_set_worker_partition_autoscaling_wfo",
    "main_loop_is_main_thread",
    "nv_registry_get_handle_flags",
    "stats_cluster_label",
    "stats_counter_add",
    "stats_counter_inc",
    "syslog_name_lookup_facility_by_name",
    "syslog_name_lookup_severity_by_name",
];

/// The names of what the host has.
pub(crate) fn detected(bindings: &str, library: &[u8]) -> Vec<&'static str> {
    let has = |evidence: &Evidence| match evidence {
        Headers(text) => bindings.contains(text),
        Library(bytes) => library.windows(bytes.len()).any(|window| window == *bytes),
    };
    CAPABILITIES
        .iter()
        .filter(|(_, evidence)| has(evidence))
        .map(|(name, _)| *name)
        .collect()
}

/// A sentence on what the host lacks, if it lacks something.
pub(crate) fn missing(bindings: &str) -> Option<String> {
    let lacks: Vec<_> = NEEDED
        .iter()
        .filter(|(texts, _)| !texts.iter().any(|text| bindings.contains(text)))
        .map(|(_, what)| *what)
        .collect();
    (!lacks.is_empty()).then(|| {
        format!(
            "the module cannot be built for this syslog-ng, because {}. It needs syslog-ng 3.38 or \
             newer, and one of the same make",
            lacks.join("; and ")
        )
    })
}

/// The C file with the host's static inline functions, as bindgen writes it, with those that the SDK
/// calls: the others may need libraries of the host that it is not linked with.
pub(crate) fn wanted_functions(source: &str) -> String {
    let wanted = |line: &&str| {
        line.split_once("__extern(").is_none_or(|(head, _)| {
            let name = head.rsplit([' ', '*']).next().unwrap_or_default();
            STATIC_FUNCTIONS.contains(&name)
        })
    };
    let lines: Vec<_> = source.lines().filter(wanted).collect();
    lines.join("\n") + "\n"
}
