// SPDX-License-Identifier: GPL-2.0-or-later

//! What comes with the module, as its users would run it: examples and snippets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::path::Path;
use std::process::{Command, Output};

use harness::Host;

/// Runs `make demo`'s program on a log.
fn log_table(log: &[u8]) -> Output {
    // Not started: the folder with the module is what is wanted of it.
    let host = Host::new("");
    host.write("a.log", log);
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/log-table/run"))
        .arg(host.path("modules"))
        .arg(host.path("a.log"))
        .env("TMPDIR", host.path(""))
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_demo_prints_a_table_of_a_real_log_and_stops_by_itself() {
    let log = "\
2026-11-21 09:16:10 startup archives unpack
2026-11-21 09:16:10 install libfoo:amd64 <none> 1.2-3
2026-11-21 09:16:10 status half-installed libfoo:amd64 1.2-3
2026-11-21 09:16:11 status unpacked libfoo:amd64 1.2-3
2026-11-21 09:17:12 configure libfoo:amd64 1.2-3 <none>
2026-11-21 09:17:12 status installed libfoo:amd64 1.2-3
";
    let output = log_table(log.as_bytes());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let row = |name: &str, count: u32| {
        let found = table
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default();
        assert!(
            found
                .split_whitespace()
                .any(|word| word == count.to_string()),
            "{name} in:\n{table}"
        );
    };
    assert!(table.contains("Lines read: 6\n"), "{table}");
    row("install", 1);
    row("libfoo:amd64", 2);
    row("2026-11-21 09:16", 4);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn the_demo_takes_any_log_an_empty_one_too() {
    for (log, count) in [
        (&b""[..], 0),
        (b"\xff\xfe\n\n\x1b[31m\nNov 21 09:16:10 h p[1]: t\n", 4),
    ] {
        let output = log_table(log);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(
            text(&output.stdout).contains(&format!("Lines read: {count}\n")),
            "{}",
            text(&output.stdout)
        );
    }
}

#[test]
fn the_snippet_print_values_prints_values() {
    let snippet = Path::new(env!("CARGO_MANIFEST_DIR")).join("scl/print-values/print-values.conf");
    let config = format!(
        r#"
@include "{}"
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination d {{ print-values(values("MESSAGE nothing FACILITY") persist-name("p")); }};
destination e {{ print-values(); }};
log {{ source(s); destination(d); }};
log {{ source(s); destination(e); }};
"#,
        snippet.display()
    );
    let mut host = Host::new(&config).with_file("in.txt", "näe\n").start();
    let mut lines = host.wait_for_lines("stdout", 2);
    lines.sort();
    assert!(
        lines[0].starts_with("DATE=") && lines[0].ends_with("\tMESSAGE=näe"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "MESSAGE=näe\tnothing=\tFACILITY=user");
    host.stop();
}
