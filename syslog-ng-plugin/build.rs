// SPDX-License-Identifier: GPL-2.0-or-later

//! Binds the headers of the syslog-ng that is installed here and finds out what that host can do.

#![expect(clippy::expect_used, reason = "a build script ends with a sentence")]

#[path = "build/capabilities.rs"]
mod capabilities;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADERS: &str = "../include/host.h";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build/capabilities.rs");
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

/// Ends the build with a sentence if the host lacks something, and says what it has.
fn declare_capabilities(bindings: &str) {
    if let Some(sentence) = capabilities::missing(bindings) {
        panic!("{sentence}");
    }
    let names: Vec<_> = capabilities::CAPABILITIES
        .iter()
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    println!(
        "cargo:rustc-check-cfg=cfg(host, values({}))",
        names.join(", ")
    );
    let file = Path::new(&host_variable("libdir")).join("libsyslog-ng.so");
    let library = fs::read(&file)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()));
    println!("cargo:rerun-if-changed={}", file.display());
    for name in capabilities::detected(bindings, &library) {
        println!("cargo:rustc-cfg=host={name:?}");
    }
}

/// Compiles the host's static inline functions with the system's C compiler: their insides depend
/// on the version.
fn compile_static_functions(flags: &[String], out: &Path) {
    let source = out.join("static_functions.c");
    let text = fs::read_to_string(&source).expect("bindgen wrote the static functions");
    fs::write(&source, capabilities::wanted_functions(&text)).expect("OUT_DIR can be written to");
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
    // AxoSyslog has it within libsyslog-ng.
    if Path::new(&libdir).join("libevtlog.so").exists() {
        println!("cargo:rustc-link-lib=dylib=evtlog");
    }
    println!("cargo:libdir={libdir}");
    println!(
        "cargo:version={}",
        pkg_config(&["--modversion", "syslog-ng"]).unwrap_or_default()
    );
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
