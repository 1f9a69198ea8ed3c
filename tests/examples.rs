// SPDX-License-Identifier: GPL-2.0-or-later

//! The examples, as users would run them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "examples/destinations.rs"]
mod destinations;
mod harness;
#[path = "examples/messages.rs"]
mod messages;
#[path = "examples/server.rs"]
mod server;
#[path = "examples/sources.rs"]
mod sources;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::Host;

/// What examples read, and what the tests have them read.
const LOCAL: &str = "system(); internal();";
const FILE: &str = r#"file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1));"#;

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A line that has a driver of `scl/`.
fn scl(name: &str) -> String {
    let file = source(&format!("scl/{name}/{name}.conf"));
    format!("@include \"{}\"", file.display())
}

/// Sets an example up as its users would, with its config as it stands but for `changes`; each is a
/// text that is there and what takes its place, in which `@DIR@` is the host's folder.
fn example(name: &str, changes: &[(&str, &str)]) -> Host {
    let folder = source("examples").join(name);
    let mut config = std::fs::read_to_string(folder.join("syslog-ng.conf")).unwrap();
    let host = Host::new("");
    for (from, to) in changes {
        assert!(config.contains(from), "{from} in {config}");
        config = config.replace(from, &to.replace("@DIR@", host.path("").to_str().unwrap()));
    }
    host.write("syslog-ng.conf", config);
    let path = format!("{}:{}", folder.display(), host.path("").display());
    host.with_environment("PYTHONPATH", &path)
        .with_environment("PYTHONDONTWRITEBYTECODE", "1")
        .with_environment("no_proxy", "127.0.0.1")
}

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

/// Runs an example of the manual as it stands, but for `from`, which becomes `to`.
fn of_the_manual(name: &str, from: &str, to: &str) -> Host {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/manual");
    let file = file.join(name).join("syslog-ng.conf");
    let config = std::fs::read_to_string(file).unwrap();
    assert!(config.contains(from), "{config}");
    let host = Host::new("");
    host.write("syslog-ng.conf", config.replace(from, to));
    host.start()
}

fn last_words(lines: &[String]) -> Vec<&str> {
    let words = lines.iter().filter_map(|line| line.split(' ').next_back());
    words.collect()
}

#[test]
fn the_manual_s_fetcher_asks_an_http_server() {
    // Answers each request with its number, until the fetcher goes.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut number = 0;
        for connection in server.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(connection.try_clone().unwrap());
            let mut connection = connection;
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
                if line.starts_with("GET /log ") {
                    number += 1;
                }
                if line == "\r\n" {
                    let body = format!("answer-{number}");
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = connection.write_all(format!("{head}{body}").as_bytes());
                }
                line.clear();
            }
        }
    });
    let mut host = of_the_manual("http-fetcher", "127.0.0.1", &address);
    let lines = host.wait_for_lines("stdout", 3);
    assert_eq!(
        last_words(&lines)[..3],
        ["answer-1", "answer-2", "answer-3"],
        "{}",
        host.log()
    );
    host.stop();
}

#[test]
fn the_manual_s_timers_post_until_they_are_told_to_end() {
    let mut host = of_the_manual("timer-source", r#""freq" "1""#, r#""freq" "1""#);
    let lines = host.wait_for_lines("stdout", 2);
    assert!(lines[1].ends_with("hello world"), "{lines:?}");
    assert!(host.reload());
    host.stop();
    let mut host = of_the_manual("asyncio-source", "FREQ1 = 1", "FREQ1 = 1");
    let lines = host.wait_for_lines("stdout", 3);
    let messages = last_words(&lines);
    assert!(
        messages.contains(&"msg1") && messages.contains(&"msg2"),
        "{lines:?}"
    );
    host.stop();
}
