// SPDX-License-Identifier: GPL-2.0-or-later

//! The module as a file: what the host finds in it, and what it needs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use harness::{Host, build_folder, is_axosyslog, is_user_modules, module_under_test};

/// What a command prints.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The module as it is shipped.
fn release_build() -> std::path::PathBuf {
    let path = build_folder()
        .parent()
        .unwrap()
        .join("release/libmod_python.so");
    assert!(
        path.exists(),
        "{} is missing: use `make check`, or `make build` first",
        path.display()
    );
    path
}

#[test]
fn it_exports_the_two_symbols_that_the_host_looks_for_and_no_other() {
    for module in [module_under_test(), release_build()] {
        let symbols = output(
            "nm",
            &[
                "-D",
                "--defined-only",
                "--format=just-symbols",
                text(&module),
            ],
        );
        let symbols: BTreeSet<_> = symbols.lines().collect();
        let info = if is_axosyslog() {
            "mod_python_module_info"
        } else {
            "module_info"
        };
        assert_eq!(
            symbols,
            BTreeSet::from([info, "python_module_init"]),
            "{}",
            module.display()
        );
    }
}

/// The libraries that a file is loaded with: their names and where they are.
fn libraries(file: &Path) -> BTreeMap<String, String> {
    let output = Command::new("ldd")
        .arg(file)
        .env("LD_LIBRARY_PATH", env!("SYSLOG_NG_LIBDIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            let (name, place) = line
                .trim()
                .split_once(" => ")
                .unwrap_or((line.trim(), line.trim()));
            (
                name.split(' ').next().unwrap().to_owned(),
                place.split(' ').next().unwrap().to_owned(),
            )
        })
        .collect()
}

/// What the host's C module is linked with: the host's library, Python's, and all that these bring.
#[test]
fn it_needs_nothing_but_what_the_host_and_its_python_need() {
    let ours = libraries(&release_build());
    let find = |prefix: &str| {
        let found: Vec<_> = ours
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .collect();
        assert_eq!(found.len(), 1, "one {prefix} in {ours:?}");
        found[0]
    };
    let mut known: BTreeSet<String> = BTreeSet::from(["libgcc_s.so.1".to_owned()]);
    for (name, place) in [find("libsyslog-ng-"), find("libpython3.")] {
        known.insert(name.clone());
        known.extend(libraries(Path::new(place)).into_keys());
    }
    let more: Vec<_> = ours.keys().filter(|name| !known.contains(*name)).collect();
    assert!(more.is_empty(), "{more:?}");

    // The distribution's Python, not another one that happens to be first in PATH.
    let (_, python) = find("libpython3.");
    assert!(
        python.starts_with("/lib/") || python.starts_with("/usr/lib/"),
        "{python}"
    );
    // It is loaded into a daemon that has the host's library already, and must not bring another.
    assert!(!output("objdump", &["-p", text(&release_build())]).contains("RUNPATH"));
}

/// So a daemon that has this module in memory does not load the C module beside it, and crash, after
/// this one was removed: the loader takes the name for the file that is loaded.
#[test]
fn its_soname_is_the_file_of_the_c_module() {
    let said = output("objdump", &["-p", text(&release_build())]);
    let soname = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("SONAME"))
        .unwrap()
        .trim();
    let folder = Path::new(env!("SYSLOG_NG_MODULE_DIR"));
    let c_modules: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| text(path).contains("/libmod-python.cpython-"))
        .collect();
    for c_module in c_modules {
        assert_eq!(soname, text(&c_module).trim_end_matches(".distrib"));
    }
}

#[test]
fn the_release_build_has_no_hook_for_panics() {
    let bytes = std::fs::read(release_build()).unwrap();
    let hook = b"SYSLOG_NG_PLUGIN_PANIC_IN";
    assert!(!bytes.windows(hook.len()).any(|window| window == hook));
}

#[test]
fn the_host_lists_it_with_its_plugins() {
    let host = Host::new("");
    let folder = host.path("modules");
    let listing = output(
        "syslog-ng",
        &["--module-path", text(&folder), "--module-registry"],
    );
    let ours = listing
        .split("\n\n")
        .find(|module| module.starts_with("Module: mod-python"))
        .expect("mod-python is listed");
    assert!(ours.contains("Status: ok"), "{ours}");
    assert!(
        ours.contains(concat!("Version: ", env!("CARGO_PKG_VERSION"))),
        "{ours}"
    );
    let built_for = concat!(
        "built for syslog-ng ",
        env!("SYSLOG_NG_VERSION"),
        " and Python ",
        env!("PYTHON_VERSION"),
        "."
    );
    assert!(ours.contains(built_for), "{ours}");
    let plugins: Vec<_> = ours
        .lines()
        .skip_while(|line| *line != "Plugins:")
        .skip(1)
        .collect();
    let plugins: Vec<Vec<_>> = plugins
        .iter()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        plugins,
        [
            ["destination", "python"],
            ["parser", "python"],
            ["inner-dest", "python_http_header"],
            ["source", "python"],
            ["source", "python_fetcher"],
            ["root", "python"],
            ["template-func", "python"]
        ]
    );
}

const WHOSE: &str = r#"
python {
import _syslogng
class D:
    def init(self, options):
        with open("whose", "w") as f: print(_syslogng.__doc__, file=f)
        return True
    def send(self, msg): return True
};
destination d { python(class("D")); };
log { destination(d); };
"#;

#[test]
fn an_at_module_line_and_autoload_both_give_ours() {
    for line in [
        "",
        "@module mod-python\n",
        "@module mod-python use-virtualenv(no)\n",
    ] {
        let mut host = Host::new(&format!("{line}{WHOSE}")).start();
        assert_eq!(
            host.wait_for_lines("whose", 1),
            ["The native part of the syslogng package."]
        );
        host.stop();
    }
}

/// A folder that looks like a virtualenv to Python, with the module `only_there`.
fn make_virtualenv(host: &Host) -> String {
    let folder = host.path("venv");
    output(
        "/usr/bin/python3",
        &["-m", "venv", "--without-pip", text(&folder)],
    );
    let library = std::fs::read_dir(folder.join("lib"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(library.join("site-packages/only_there.py"), "").unwrap();
    text(&folder).to_owned()
}

const VIRTUALENV: &str = r#"
python {
import importlib.util, sys
class D:
    def init(self, options):
        with open("found", "w") as f: print(importlib.util.find_spec("only_there") is not None, file=f)
        return True
    def send(self, msg): return True
};
destination d { python(class("D")); };
log { destination(d); };
"#;

#[test]
fn a_virtualenv_is_used_unless_the_config_says_no() {
    for (line, expected) in [
        ("", "True"),
        ("@module mod-python use-virtualenv(no)\n", "False"),
    ] {
        let host = Host::new(&format!("{line}{VIRTUALENV}"));
        let folder = make_virtualenv(&host);
        let mut host = host.with_environment("VIRTUAL_ENV", &folder).start();
        assert_eq!(host.wait_for_lines("found", 1), [expected]);
        host.stop();
    }
}

#[test]
fn a_virtualenv_that_is_broken_is_told_of() {
    type Break = fn(&Path);
    let breaks: [(&str, Break); 3] = [
        (
            "it was made for another Python (python3.1) than",
            |folder| {
                let library = folder.join("lib");
                let own = std::fs::read_dir(&library).unwrap().next().unwrap();
                std::fs::rename(own.unwrap().path(), library.join("python3.1")).unwrap();
            },
        ),
        ("it has no pyvenv.cfg", |folder| {
            std::fs::remove_file(folder.join("pyvenv.cfg")).unwrap();
        }),
        ("VIRTUAL_ENV does not name a virtualenv", |folder| {
            std::fs::remove_file(folder.join("bin/python")).unwrap();
        }),
    ];
    for (said, break_it) in breaks {
        let host = Host::new(VIRTUALENV);
        let folder = make_virtualenv(&host);
        break_it(Path::new(&folder));
        let mut host = host.with_environment("VIRTUAL_ENV", &folder).start();
        assert_eq!(host.wait_for_lines("found", 1), ["False"]);
        assert_eq!(host.events(said).len(), 1, "{}", host.log());
        host.stop();
    }
}

#[test]
fn a_virtualenv_that_is_none_is_said_and_passed_over() {
    let mut host = Host::new(VIRTUALENV)
        .with_environment("VIRTUAL_ENV", "/nonexistent")
        .start();
    assert_eq!(host.wait_for_lines("found", 1), ["False"]);
    assert_eq!(
        host.events("VIRTUAL_ENV does not name a virtualenv").len(),
        1,
        "{}",
        host.log()
    );
    host.stop();
}

#[test]
fn modules_are_looked_for_in_the_same_places_as_with_the_c_module() {
    let config = r#"
python {
import sys, signal
class D:
    def init(self, options):
        with open("path", "w") as f: print(*sys.path[:3], sys.argv, signal.getsignal(signal.SIGTERM), sys.executable, sys.prefix, sep="\n", file=f)
        return True
    def send(self, msg): return True
};
destination d { python(class("D")); };
log { destination(d); };
"#;
    let mut host = Host::new(config).start();
    let lines = host.wait_for_lines("path", 7);
    assert!(is_user_modules(&lines[0]), "{lines:?}");
    assert_eq!(lines[1], concat!(env!("SYSLOG_NG_MODULE_DIR"), "/python"));
    assert_eq!(lines[2], text(&host.path("")).trim_end_matches('/'));
    assert_eq!(lines[3], "['syslog-ng']");
    // Python does not know the handler, because it is the daemon's.
    assert_eq!(lines[4], "None");
    // Code that starts another Python by this name does not start another daemon.
    assert!(lines[5].starts_with("/usr/bin/python3."), "{}", lines[5]);
    assert_eq!(lines[6], "/usr");
    host.stop();
}

#[test]
fn a_file_on_disk_does_not_shadow_the_embedded_package() {
    let config = WHOSE.replace(
        "import _syslogng",
        "import _syslogng, syslogng, syslogng.dest\nprint('from', syslogng.dest.__spec__.origin)",
    );
    let host = Host::new(&config);
    std::fs::create_dir(host.path("syslogng")).unwrap();
    let mut host = host
        .with_file("syslogng/__init__.py", "raise RuntimeError()")
        .with_file("syslogng/dest.py", "raise RuntimeError()")
        .start();
    host.wait_for_lines("whose", 1);
    assert_eq!(host.read("stdout"), "from libmod-python.so\n");
    host.stop();
}
