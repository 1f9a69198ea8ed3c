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
    ("stats_key_builder", "pub struct _StatsClusterKeyBuilder"),
    // Since 4.x the hook that starts workers is post_config_init; before that on_config_inited.
    ("post_config_init", "pub post_config_init"),
    // Since 4.x the global is resolved_configurable_paths.
    (
        "snake_case_paths",
        "pub static mut resolved_configurable_paths",
    ),
    // Since 4.x there is one type for whole numbers; before that LM_VT_INT32 and LM_VT_INT64.
    ("one_integer_type", "LM_VT_INTEGER:"),
    // 4.2 brought values with types into options().
    ("typed_options", "pub const VERSION_VALUE_4_2:"),
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={HEADERS}");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let includes = words(&pkg_config(&["--cflags-only-I", "syslog-ng"]));
    let bindings = generate(&includes, &out);
    declare_capabilities(&bindings);
    compile_static_functions(&includes, &out);
    link();
}

/// What pkg-config answers, or the end of the build with a sentence.
fn pkg_config(arguments: &[&str]) -> String {
    let output = Command::new("pkg-config")
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!("pkg-config cannot be started ({error}); install the package pkg-config")
        });
    assert!(
        output.status.success(),
        "pkg-config does not know syslog-ng; install its development package (syslog-ng-dev), or set \
         PKG_CONFIG_PATH to the folder of its syslog-ng.pc:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("pkg-config prints UTF-8")
        .trim()
        .to_owned()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Writes bindings.rs and the C file with the host's static inline functions; gives the text of the
/// first.
fn generate(includes: &[String], out: &Path) -> String {
    let bindings = bindgen::Builder::default()
        .header(HEADERS)
        .clang_args(includes)
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
fn compile_static_functions(includes: &[String], out: &Path) {
    let object = out.join("static_functions.o");
    let archive = out.join("libsyslog_ng_static_functions.a");
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    run(Command::new(&compiler)
        .args([
            "-c",
            "-O2",
            "-fPIC",
            "-ffunction-sections",
            "-w",
            "-I",
            &here,
        ])
        .args(includes)
        .arg(out.join("static_functions.c"))
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
    let libdir = pkg_config(&["--variable=libdir", "syslog-ng"]);
    println!("cargo:rustc-link-search=native={libdir}");
    println!("cargo:rustc-link-lib=dylib=syslog-ng");
    println!("cargo:rustc-link-lib=dylib=evtlog");
    println!("cargo:libdir={libdir}");
    println!(
        "cargo:moduledir={}",
        pkg_config(&["--variable=moduledir", "syslog-ng"])
    );
    println!("cargo:sysconfdir={}", sysconfdir());
    // For the tests and the example of this crate; a module gets its own from its own build script.
    println!("cargo:rustc-link-arg=-Wl,-rpath,{libdir}");
    println!("cargo:rustc-link-arg-examples=-Wl,-z,nodelete");
}

/// The folder of syslog-ng.conf, which the host's configuration header knows and its pkg-config
/// file does not.
fn sysconfdir() -> String {
    let includedir = pkg_config(&["--variable=includedir", "syslog-ng"]);
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
