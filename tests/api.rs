// SPDX-License-Identifier: GPL-2.0-or-later

//! The names of the Python API: those of the host's C module are all there, and each has a test.
//!
//! `docs/api-checklist.md` lists them. `make api-checklist` writes down what this host's C module has;
//! which test covers a name is for people to fill in.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Host, c_module, config_version, host_version, module_under_test};

/// Modules that the hosts ship: which of them can be imported depends on what else is installed.
const OPTIONAL: [&str; 2] = ["syslogng.debuggercli.", "syslogng.modules"];

fn is_optional(name: &str) -> bool {
    OPTIONAL.iter().any(|prefix| name.starts_with(prefix))
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names that Python code finds under a module, with their kinds.
fn names(module: &Path) -> BTreeMap<String, String> {
    let (major, minor) = config_version();
    let mut host = Host::with_python_module(module)
        .with_environment("PYTHONDONTWRITEBYTECODE", "1")
        .with_file("names.py", fs::read(source("tests/api/names.py")).unwrap());
    let config =
        format!("@version: {major}.{minor}\npython {{\nimport names\nnames.write('names')\n}};\n");
    host.write("syslog-ng.conf", config);
    host.spawn(&["--syntax-only"]);
    assert!(host.wait_for_end().success(), "{}", host.log());
    let lines = host.lines("names");
    let pairs = lines.iter().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

/// A row of the checklist.
#[derive(Default)]
struct Row {
    kind: String,
    /// The hosts whose C module has it, such as `4.8`.
    hosts: BTreeSet<(u32, u32)>,
    test: String,
}

/// The checklist: the text in front of its table, the hosts that it is for, and the rows by name.
struct Checklist {
    text: String,
    hosts: BTreeSet<(u32, u32)>,
    rows: BTreeMap<String, Row>,
}

impl Checklist {
    fn path() -> PathBuf {
        source("docs/api-checklist.md")
    }

    fn read() -> Self {
        let file = fs::read_to_string(Self::path()).unwrap();
        let start = file.find("| name |").expect("the checklist has a table");
        let mut lines = file[start..].lines().map(|line| {
            let cells = line.trim_matches('|').split('|').map(str::trim);
            cells.map(str::to_owned).collect::<Vec<_>>()
        });
        let head = lines.next().unwrap();
        let hosts: Vec<_> = head[2..head.len() - 1]
            .iter()
            .map(|host| harness::parse_version(host))
            .collect();
        let row = |cells: Vec<String>| {
            let marks = &cells[2..cells.len() - 1];
            let has = hosts.iter().zip(marks).filter(|(_, mark)| !mark.is_empty());
            let row = Row {
                kind: cells[1].clone(),
                hosts: has.map(|(host, _)| *host).collect(),
                test: cells.last().unwrap().clone(),
            };
            (cells[0].trim_matches('`').to_owned(), row)
        };
        Checklist {
            text: file[..start].to_owned(),
            rows: lines.skip(1).map(row).collect(),
            hosts: hosts.iter().copied().collect(),
        }
    }

    /// Notes what the C module of this host has.
    fn update(&mut self, host: (u32, u32), names: &BTreeMap<String, String>) {
        self.hosts.insert(host);
        for row in self.rows.values_mut() {
            row.hosts.remove(&host);
        }
        for (name, kind) in names {
            let row = self.rows.entry(name.clone()).or_default();
            row.kind.clone_from(kind);
            row.hosts.insert(host);
        }
        self.rows.retain(|_, row| !row.hosts.is_empty());
    }

    fn write(&self) {
        let mut file = self.text.clone();
        let heads: Vec<_> = self
            .hosts
            .iter()
            .map(|(major, minor)| format!("{major}.{minor}"))
            .collect();
        writeln!(file, "| name | kind | {} | test |", heads.join(" | ")).unwrap();
        writeln!(file, "|---|---|{}---|", "---|".repeat(heads.len())).unwrap();
        for (name, row) in &self.rows {
            let marks: String = self
                .hosts
                .iter()
                .map(|host| {
                    if row.hosts.contains(host) {
                        "✓ | "
                    } else {
                        "| "
                    }
                })
                .collect();
            writeln!(file, "| `{name}` | {} | {marks}{} |", row.kind, row.test).unwrap();
        }
        fs::write(Self::path(), file).unwrap();
    }
}

/// Whether what a row names as its test is there: `differential CASE`, or `FILE FUNCTION` of `tests/`.
fn is_there(test: &str) -> bool {
    match test.split_once(' ') {
        Some(("differential", case)) => {
            source(&format!("tests/differential/{case}/case.txt")).exists()
        }
        Some((file, function)) => fs::read_to_string(source(&format!("tests/{file}")))
            .is_ok_and(|text| text.contains(&format!("fn {function}("))),
        None => false,
    }
}

#[test]
fn each_name_of_the_c_module_is_there_and_has_a_test() {
    let Some(c_module) = c_module() else {
        println!("the host's own Python module is not installed, nothing to compare");
        return;
    };
    let theirs = names(&c_module);
    let host = host_version();
    let mut checklist = Checklist::read();
    if std::env::var_os("UPDATE_API_CHECKLIST").is_some() {
        checklist.update(host, &theirs);
        checklist.write();
    }
    let ours = names(&module_under_test());
    let mut wrong = Vec::new();
    for (name, kind) in &theirs {
        if !checklist.rows.contains_key(name) && !is_optional(name) {
            wrong.push(format!("{name} ({kind}) is not in the checklist"));
        }
        if !ours.contains_key(name) {
            wrong.push(format!("{name} ({kind}) is not there under our module"));
        }
    }
    for (name, row) in &checklist.rows {
        if row.hosts.contains(&host) && !theirs.contains_key(name) && !is_optional(name) {
            wrong.push(format!("the C module of this host has no {name}"));
        }
        if !is_there(&row.test) {
            wrong.push(format!("the test of {name} is not there: {:?}", row.test));
        }
    }
    assert!(
        wrong.is_empty(),
        "docs/api-checklist.md (`make api-checklist` writes down the names, tests are to be filled in):\n{}",
        wrong.join("\n")
    );
}

/// Runs Python code with the package that is on disk, outside of syslog-ng.
fn outside(code: &str) -> String {
    let output = Command::new("/usr/bin/python3")
        .args(["-B", "-c", code])
        .env("PYTHONPATH", source("python"))
        .env("PYTHONWARNINGS", "default")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    assert!(
        error.contains("imported outside of syslog-ng"),
        "no warning: {error}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn outside_of_syslog_ng_drivers_can_be_derived_and_tested() {
    let printed = outside(
        "from syslogng import *\n\
         class D(LogDestination):\n\
         \x20   def send(self, msg): return self.SUCCESS if msg['k'] == b'v' else self.DROP\n\
         class S(LogSource):\n\
         \x20   def __init__(self):\n\
         \x20       self.ack_tracker = BatchedAckTracker(100, 10, print)\n\
         m = LogMessage('text')\n\
         m['k'] = 'v'\n\
         p = Persist('name', {'a': 1})\n\
         print(D().send(m) is LogDestination.SUCCESS, m['MESSAGE'], m.keys(), p['a'], S().ack_tracker.timeout)",
    );
    assert_eq!(printed, "True b'text' [b'MESSAGE', b'k'] 1 100\n");
}

#[test]
fn outside_of_syslog_ng_what_needs_it_says_so() {
    let printed = outside(
        "import syslogng\n\
         def attempt(what):\n\
         \x20   try: what()\n\
         \x20   except RuntimeError as error: print(str(error).partition(':')[0])\n\
         message = syslogng.LogMessage('text')\n\
         attempt(lambda: syslogng.LogSource().post_message(message))\n\
         attempt(lambda: syslogng.LogTemplate('$MESSAGE').format(message))\n\
         attempt(lambda: message.get_pri())\n\
         attempt(lambda: syslogng.LogMessage.parse('text', None))\n\
         try: import _syslogng\n\
         except ImportError: print('no _syslogng')",
    );
    let said = " works inside of syslog-ng only\n";
    assert_eq!(
        printed,
        format!(
            "post_message(){said}LogTemplate.format(){said}LogMessage.get_pri(){said}LogMessage.parse(){said}no _syslogng\n"
        )
    );
}
