// SPDX-License-Identifier: GPL-2.0-or-later

//! Binds the headers of the syslog-ng that is installed here and finds out what that host can do.

#![expect(clippy::expect_used, reason = "a build script ends with a sentence")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADERS: &str = "../include/host.h";

/// What a host may or may not have: the cfg's name, and the text in the generated bindings that
/// shows it.
///
/// Versions do not compare across forks of syslog-ng, so it is the headers that decide.
const CAPABILITIES: &[(&str, &str)] = &[
    // Since 4.x statistics are keyed by labels; before that by one text per instance.
    ("stats_labels", "pub type StatsClusterKeyBuilder "),
    // Since 4.x there is one type for whole numbers; before that LM_VT_INT32 and LM_VT_INT64.
    ("one_integer_type", "pub const LM_VT_INTEGER:"),
    // Until 4.x a macro was told whether to escape; since then the evaluation's options say it.
    (
        "macro_escape_argument",
        "id: gint,\n        escape: gboolean",
    ),
    // Until 4.x a place in a config pointed at the lexer's include level; since then at its name.
    ("location_has_level", "pub level: *mut CfgIncludeLevel"),
    // 4.0 made the base classes of Python's drivers a must and gave whole numbers one type; only the
    // latter shows in the headers.
    ("python_base_classes", "pub const LM_VT_INTEGER:"),
    // 4.2 brought values with types into options().
    ("typed_options", "pub const VERSION_VALUE_4_2:"),
    // Options that came one by one.
    ("internal_pipes", "pub fn log_pipe_set_internal("),
    (
        "sdata_prefix",
        "pub fn msg_format_options_set_sdata_prefix(",
    ),
    (
        "destination_flags",
        "pub fn log_threaded_dest_driver_process_flag(",
    ),
    (
        "worker_partition_key",
        "pub fn log_threaded_dest_driver_set_worker_partition_key_ref(",
    ),
    ("include_bytes", "pub fn value_pairs_set_include_bytes("),
    (
        "case_transformations",
        "pub fn value_pairs_new_transform_upper(",
    ),
    (
        "template_escape",
        "pub use_fqdn: gboolean,\n    pub escape: gboolean",
    ),
];

/// The host's static inline functions that this crate calls. Functions that are exported on one
/// host and inline on another stand here too. A name that is missing is an error of the linker.
const STATIC_FUNCTIONS: &[&str] = &[
    "__cfg_is_config_version_older",
    "log_driver_plugin_free",
    "log_msg_is_handle_macro",
    "log_msg_get_value_if_set_with_type",
    "log_msg_is_write_protected",
    "log_msg_ref",
    "log_msg_unref",
    "nv_registry_get_handle_flags",
    "stats_cluster_label",
    "stats_counter_add",
    "stats_counter_inc",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={HEADERS}");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut flags = words(&pkg_config(&["--cflags-only-I", "syslog-ng"]).unwrap_or_else(|error| {
        panic!(
            "pkg-config does not know syslog-ng; install its development package (syslog-ng-dev), \
             or set PKG_CONFIG_PATH to the folder of its syslog-ng.pc:\n{error}"
        )
    }));
    // As the host itself is compiled: its headers call what the C library has beyond the standard.
    flags.push("-D_GNU_SOURCE".to_owned());
    // Some hosts' headers include json.h without their pkg-config file saying where it is.
    flags.extend(words(
        &pkg_config(&["--cflags-only-I", "json-c"]).unwrap_or_default(),
    ));
    let bindings = generate(&flags, &out);
    declare_capabilities(&bindings);
    compile_static_functions(&flags, &out);
    link();
}

/// What pkg-config answers, or what it says is wrong.
fn pkg_config(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("pkg-config")
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!("pkg-config cannot be started ({error}); install the package pkg-config")
        });
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

/// A variable of the host's pkg-config file.
fn host_variable(name: &str) -> String {
    pkg_config(&[&format!("--variable={name}"), "syslog-ng"])
        .unwrap_or_else(|error| panic!("the host's pkg-config file does not say {name}: {error}"))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Writes bindings.rs and the C file with the host's static inline functions; gives the text of the
/// first.
fn generate(flags: &[String], out: &Path) -> String {
    let bindings = bindgen::Builder::default()
        .header(HEADERS)
        .clang_args(flags)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .rust_target(bindgen::RustTarget::stable(85, 0).expect("bindgen knows Rust 1.85"))
        .parse_callbacks(Box::new(GlibTypes))
        .allowlist_file(".*/syslog-ng/.*")
        // Every token is there twice, as an enumerator and as a macro.
        .blocklist_type("main_token(type|_kind_t)")
        // GLib's own types are glib-sys's.
        .blocklist_file(".*/glib-2.0/.*")
        .blocklist_file(".*/glibconfig.h")
        // Comments written for C turn into documentation tests that fail.
        .generate_comments(false)
        .prepend_enum_name(false)
        .wrap_unsafe_ops(true)
        .wrap_static_fns(true)
        .wrap_static_fns_path(out.join("static_functions"))
        .generate()
        .unwrap_or_else(|error| panic!("the host's headers cannot be bound: {error}"));
    let text = bindings.to_string();
    fs::write(out.join("bindings.rs"), &text).expect("bindings.rs is written to OUT_DIR");
    text
}

/// Says of GLib's types, which bindgen does not look into, that they can be copied: unions of them
/// are then real unions.
#[derive(Debug)]
struct GlibTypes;

impl bindgen::callbacks::ParseCallbacks for GlibTypes {
    fn blocklisted_type_implements_trait(
        &self,
        name: &str,
        derive: bindgen::callbacks::DeriveTrait,
    ) -> Option<bindgen::callbacks::ImplementsTrait> {
        let scalar = name.starts_with('g') && derive == bindgen::callbacks::DeriveTrait::Copy;
        scalar.then_some(bindgen::callbacks::ImplementsTrait::Yes)
    }
}

fn declare_capabilities(bindings: &str) {
    let names: Vec<_> = CAPABILITIES
        .iter()
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    println!(
        "cargo:rustc-check-cfg=cfg(host, values({}))",
        names.join(", ")
    );
    for (name, evidence) in CAPABILITIES {
        if bindings.contains(evidence) {
            println!("cargo:rustc-cfg=host={name:?}");
        }
    }
}

/// Compiles the host's static inline functions with the system's C compiler: their insides depend
/// on the version.
fn compile_static_functions(flags: &[String], out: &Path) {
    let source = out.join("static_functions.c");
    let text = fs::read_to_string(&source).expect("bindgen wrote the static functions");
    // The others may need libraries of the host that we are not linked with.
    let wanted = |line: &&str| {
        line.split_once("__extern(").is_none_or(|(head, _)| {
            let name = head.rsplit([' ', '*']).next().unwrap_or_default();
            STATIC_FUNCTIONS.contains(&name)
        })
    };
    let text: Vec<_> = text.lines().filter(wanted).collect();
    fs::write(&source, text.join("\n") + "\n").expect("OUT_DIR can be written to");
    let object = out.join("static_functions.o");
    let archive = out.join("libsyslog_ng_static_functions.a");
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    run(Command::new(&compiler)
        .args(["-c", "-O2", "-fPIC", "-w", "-I", &here])
        .args(flags)
        .arg(&source)
        .arg("-o")
        .arg(&object));
    let _ = fs::remove_file(&archive);
    run(Command::new("ar").arg("crs").arg(&archive).arg(&object));
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static=syslog_ng_static_functions");
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started ({error}); install the package build-essential")
    });
    assert!(status.success(), "{command:?} failed: {status}");
}

fn link() {
    let libdir = host_variable("libdir");
    println!("cargo:rustc-link-search=native={libdir}");
    println!("cargo:rustc-link-lib=dylib=syslog-ng");
    println!("cargo:rustc-link-lib=dylib=evtlog");
    println!("cargo:libdir={libdir}");
    println!("cargo:moduledir={}", host_variable("moduledir"));
    println!("cargo:sysconfdir={}", sysconfdir());
    // For the tests and the example of this crate; a module gets its own from its own build script.
    println!("cargo:rustc-link-arg=-Wl,-rpath,{libdir}");
    println!("cargo:rustc-link-arg-examples=-Wl,-z,nodelete,-z,defs");
}

/// The folder of syslog-ng.conf, which the host's configuration header knows and its pkg-config
/// file does not.
fn sysconfdir() -> String {
    let includedir = host_variable("includedir");
    let header = Path::new(&includedir).join("syslog-ng/syslog-ng-config.h");
    let text = fs::read_to_string(&header)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", header.display()));
    text.lines()
        .find_map(|line| line.strip_prefix("#define SYSLOG_NG_PATH_SYSCONFDIR "))
        .map(|value| value.trim().trim_matches('"').to_owned())
        .unwrap_or_else(|| {
            panic!(
                "{} does not define SYSLOG_NG_PATH_SYSCONFDIR",
                header.display()
            )
        })
}
