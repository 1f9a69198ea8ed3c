// SPDX-License-Identifier: GPL-2.0-or-later

//! Link settings of the module; what is known about the host comes from the SDK's build script.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The host opens every module to see what is in it and closes it again; Rust and Python state
    // must survive that.
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,nodelete");
    // Every symbol has to be found when the host opens the module, not when a message first needs
    // it.
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,now");
    // And before that when it is linked.
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,defs");

    // Test binaries load the host's private library. The module itself must not carry a path to it:
    // it is loaded into a daemon that has it already.
    if env::var("PROFILE").as_deref() == Ok("debug") {
        if let Ok(libdir) = env::var("DEP_SYSLOG_NG_LIBDIR") {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{libdir}");
        }
    }
    let (python, suffix) = python_version();
    println!("cargo:rustc-env=PYTHON_VERSION={python}");
    take_the_place_of_the_c_module(&suffix);
    for (variable, key) in [
        ("SYSLOG_NG_VERSION", "DEP_SYSLOG_NG_VERSION"),
        ("SYSLOG_NG_LIBDIR", "DEP_SYSLOG_NG_LIBDIR"),
        ("SYSLOG_NG_MODULE_DIR", "DEP_SYSLOG_NG_MODULEDIR"),
        ("SYSLOG_NG_SYSCONF_DIR", "DEP_SYSLOG_NG_SYSCONFDIR"),
    ] {
        let value = env::var(key)
            .unwrap_or_else(|_| panic!("{key} is unset; the SDK's build script sets it"));
        println!("cargo:rustc-env={variable}={value}");
    }
}

/// Gives the module the name of the C module's file, where that is another one, as its soname: Debian
/// has `libmod-python.cpython-311-x86_64-linux-gnu.so`. A daemon with this module in memory that is told
/// to open that file then gets what it has, because the loader looks among the names of what is loaded first
/// (glibc: elf/dl-load.c, _dl_map_object). With both modules in memory it would crash. That would be at
/// the first reload after this module was removed, with the C module there.
fn take_the_place_of_the_c_module(suffix: &str) {
    let Ok(folder) = env::var("DEP_SYSLOG_NG_MODULEDIR") else {
        return;
    };
    println!("cargo:rustc-link-arg-cdylib=-Wl,-soname,{folder}/libmod-python{suffix}");
}

/// The version of the Python that pyo3 links, such as `3.11`, and how the names of its extension modules
/// end: pyo3 takes the same interpreter.
fn python_version() -> (String, String) {
    println!("cargo:rerun-if-env-changed=PYO3_PYTHON");
    let python = env::var("PYO3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = "import sys, sysconfig
print('%d.%d' % sys.version_info[:2], sysconfig.get_config_var('EXT_SUFFIX'), end='')";
    let output = Command::new(&python)
        .args(["-c", script])
        .output()
        .unwrap_or_else(|error| panic!("{python} cannot be started: {error}"));
    assert!(
        output.status.success(),
        "{python} failed: {}",
        output.status
    );
    let said = String::from_utf8_lossy(&output.stdout);
    let (version, suffix) = said.split_once(' ').unwrap_or((&said, ".so"));
    (version.to_owned(), suffix.to_owned())
}
