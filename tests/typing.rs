// SPDX-License-Identifier: GPL-2.0-or-later

//! What type checkers are told: that the stubs say what the module has, and that code can be strict.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Host, config_version, virtualenv};

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// mypy's stubtest looks at modules by importing them, so it is run where ours can be imported. The
/// package needs no stubs: it is typed itself.
#[test]
fn the_stubs_fit_the_module() {
    let (major, minor) = config_version();
    let folder = source("python");
    // Of methods that take their arguments in __new__() and in __init__() newer ones see the former.
    let seen_elsewhere = "_syslogng.LogMessage.__init__\n_syslogng.LogTemplate.__init__\n";
    let mut host = Host::new("")
        .with_environment("MYPYPATH", folder.to_str().unwrap())
        .with_file("allowed", seen_elsewhere);
    // "Disjoint bases" can be marked as such for newest type checkers alone.
    let config = format!(
        "@version: {major}.{minor}\npython {{\n\
         import sys\n\
         from mypy.version import __version__ as version\n\
         sys.argv = ['stubtest', '_syslogng', '--concise']\n\
         if tuple(map(int, version.split('.')[:2])) >= (1, 18):\n\
         \x20   sys.argv += ['--ignore-disjoint-bases', '--allowlist', 'allowed']\n\
         from mypy.stubtest import main\n\
         with open('status', 'w') as file: print(main(), file=file)\n}};\n"
    );
    host.write("syslog-ng.conf", config);
    host.spawn(&["--syntax-only"]);
    host.wait_for_end();
    assert_eq!(
        host.lines("status"),
        ["0"],
        "{}{}",
        host.log(),
        host.read("stdout")
    );
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(python_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "py") {
            files.push(path);
        }
    }
    files
}

/// Runs mypy as users do who want to know everything.
fn check(arguments: &[&str]) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mypy");
    let output = Command::new("/usr/bin/mypy")
        .args(["--strict", "--cache-dir", cache.to_str().unwrap()])
        .args(arguments)
        .env("MYPYPATH", source("python"))
        .output()
        .expect("mypy is installed, by .ci/setup");
    assert!(
        output.status.success(),
        "mypy --strict {arguments:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_package_and_the_examples_pass_mypy_strict() {
    let files = python_files(&source("examples"));
    assert!(!files.is_empty());
    check(&["-p", "syslogng"]);
    let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
    // What some examples import is there.
    let python = format!("{}/bin/python", virtualenv());
    check(&[&["--python-executable", &python], &files[..]].concat());
}
