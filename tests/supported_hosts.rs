// SPDX-License-Identifier: GPL-2.0-or-later

//! The README's table of supported hosts, against the host that the tests run on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::process::Command;

use harness::destination::host;
use harness::{is_axosyslog, module_under_test};

/// The cells of the README's rows about syslog-ng, the title of the table left out.
fn rows() -> Vec<Vec<String>> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| syslog-ng ") || line.starts_with("| AxoSyslog "));
    rows.map(|row| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    })
    .collect()
}

/// What a command prints.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The host's version in full, as `3.38.1`.
fn host_version() -> String {
    let said = output("syslog-ng", &["--version"]);
    let version = said
        .lines()
        .find_map(|line| line.strip_prefix("Installer-Version: "));
    version.unwrap().trim().to_owned()
}

/// What the README calls this distribution: `Debian 12 (bookworm)`, or `Debian sid`.
fn distribution() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap();
    let field = |name: &str| {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.map(|value| value.trim_matches('"').to_owned())
    };
    let name = field("NAME").unwrap();
    let name = name.split_whitespace().next().unwrap();
    // The next release has no number until it is made, and is called after both.
    if field("PRETTY_NAME").is_some_and(|name| name.ends_with("/sid")) {
        return format!("{name} sid");
    }
    format!(
        "{name} {} ({})",
        field("VERSION_ID").unwrap(),
        field("VERSION_CODENAME").unwrap()
    )
}

#[test]
fn the_readme_has_a_row_for_this_host_that_is_true() {
    let version = host_version();
    let code = "
import sys
class D(LogDestination):
    def init(self, options):
        trace('%d.%d' % sys.version_info[:2])
        return True
    def send(self, msg): return True
";
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    let python = host.wait_for_lines("trace", 1).remove(0);
    host.stop();

    let host_name = if is_axosyslog() {
        "AxoSyslog"
    } else {
        "syslog-ng"
    };
    let rows = rows();
    let row = rows
        .iter()
        .find(|row| row[0] == format!("{host_name} {version}"));
    let row = row.unwrap_or_else(|| panic!("no row for {host_name} {version} in {rows:?}"));
    assert_eq!(row[1], python, "the host's Python");
    // AxoSyslog is no package of the distribution's.
    if !is_axosyslog() {
        let place = row[2].split(", by ").next().unwrap();
        assert_eq!(place, distribution(), "where it is tested");
    }

    // And the module is made for these two.
    let needed = output("readelf", &["-d", module_under_test().to_str().unwrap()]);
    let minor = version.rsplit_once('.').unwrap().0;
    for library in [
        format!("[libsyslog-ng-{minor}.so"),
        format!("[libpython{python}.so"),
    ] {
        assert!(needed.contains(&library), "{library} is not in {needed}");
    }
}

#[test]
fn no_host_has_two_rows() {
    let mut hosts: Vec<_> = rows().into_iter().map(|row| row[0].clone()).collect();
    let count = hosts.len();
    hosts.sort();
    hosts.dedup();
    assert_eq!(hosts.len(), count);
}
