// SPDX-License-Identifier: GPL-2.0-or-later

//! Destinations among the examples.

use std::process::Command;

use super::harness::{Host, build_folder, host_version};
use super::server::Server;
use super::{FILE, LOCAL, example, scl};

#[test]
fn the_quick_start_prints_what_comes_in_and_ends() {
    let mut host = example("quick-start", &[]);
    // As from a pipe: files are something else for stdin().
    let input = host.path("stdin");
    let made = Command::new("mkfifo").arg(&input).status().unwrap();
    assert!(made.success());
    std::thread::spawn(move || std::fs::write(input, "hello\nwörld\n"));
    host.spawn(&[]);
    assert!(host.wait_for_end().success(), "{}", host.log());
    assert_eq!(host.lines("stdout"), ["HELLO", "WÖRLD"], "{}", host.log());
}

#[test]
fn messages_are_added_to_a_file_over_a_reload() {
    let changes = [(LOCAL, FILE), ("/var/log/append.log", "@DIR@/out.txt")];
    let mut host = example("destination", &changes)
        .with_file("in.txt", "one\n")
        .start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["one"]);
    assert!(host.reload());
    host.append("in.txt", "two\n");
    assert_eq!(host.wait_for_lines("out.txt", 2), ["one", "two"]);
    host.stop();
    assert!(!host.log().contains("Traceback"), "{}", host.log());
}

#[test]
fn what_cannot_be_written_to_a_file_comes_again() {
    let changes = [(LOCAL, FILE), ("/var/log/append.log", "@DIR@/out.txt")];
    let mut host = example("destination", &changes).with_file("in.txt", "one\n");
    std::os::unix::fs::symlink("/dev/full", host.path("out.txt")).unwrap();
    host.restart();
    // More often than retries() says.
    host.wait_until("attempts", |host| {
        host.log().matches("No space left").count() > 4
    });
    std::fs::remove_file(host.path("out.txt")).unwrap();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["one"]);
    host.stop();
}

/// The event that README.md and docs/debugging.md show.
#[test]
fn a_mistake_in_a_class_is_told_with_its_traceback() {
    let changes = [
        ("system();", r#"file("@DIR@/in.txt" flags(no-parse));"#),
        ("/var/log/append.log", "@DIR@/out.txt"),
        ("/var/log/syslog-ng-errors.log", "@DIR@/errors.txt"),
    ];
    let mut host = example("debugging", &changes)
        .with_file("in.txt", "one\n")
        .start();
    // The tests' hosts say their events on stderr, as with -e, and so not in internal().
    host.wait_for_log("message(s) dropped");
    let errors = host.log();
    for text in [
        "python-dest: send() raised an exception; driver='d_append#0', class='Append', method='send', location='",
        "syslog-ng.conf:17', exception='TypeError: can\\'t concat str to bytes'",
        "line 17, in send",
        "self.file.write(msg[\"MESSAGE\"] + \"\\n\")",
        "syslog-ng.conf:23:24'",
    ] {
        assert!(errors.contains(text), "{text} in {errors}");
    }
    host.stop();
}

#[test]
fn a_batch_is_posted_by_one_request() {
    let server = Server::start(|_| (200, String::new()));
    let mut host = bulk(&server, "one\ntwo\nnä\n");
    host.wait_until("a request", |_| !server.requests().is_empty());
    let request = server.requests().remove(0);
    assert_eq!(request.line, "POST /bulk HTTP/1.1");
    let body = String::from_utf8(request.body).unwrap();
    let lines: Vec<_> = body.lines().collect();
    assert_eq!(lines.len(), 3, "{body}");
    assert!(
        lines[2].ends_with("\"MESSAGE\": \"n\\u00e4\"}"),
        "{}",
        lines[2]
    );
    host.stop();
}

fn bulk(server: &Server, input: &str) -> Host {
    let url = format!("http://{}/bulk", server.address);
    let changes = [
        (LOCAL, FILE),
        ("http://logs.example.com/bulk", url.as_str()),
        ("batch-timeout(2000)", "batch-timeout(200)"),
        ("time-reopen(10)", "time-reopen(1)"),
    ];
    example("batch-destination", &changes)
        .with_file("in.txt", input)
        .start()
}

#[test]
fn of_a_batch_that_is_refused_only_the_message_that_is_to_blame_is_dropped() {
    let server = Server::start(|request| {
        let bad = String::from_utf8_lossy(&request.body).contains("bad");
        (if bad { 400 } else { 200 }, String::new())
    });
    let mut host = bulk(&server, "one\nbad\ntwo\n");
    host.wait_until("the others", |host| {
        host.counter("d_bulk#0", "python,bulk.Bulk", "written") == Some(2)
            && host.counter("d_bulk#0", "python,bulk.Bulk", "dropped") == Some(1)
    });
    host.stop();
}

#[test]
fn a_batch_that_a_server_cannot_take_now_comes_again() {
    let served = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |_| {
        let number = served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (if number < 4 { 503 } else { 200 }, String::new())
    });
    let mut host = bulk(&server, "one\ntwo\n");
    host.wait_until("both", |host| {
        host.counter("d_bulk#0", "python,bulk.Bulk", "written") == Some(2)
    });
    assert_eq!(server.requests().len(), 5);
    host.stop();
}

fn spool(input: &str) -> Host {
    let changes = [
        (LOCAL, FILE),
        ("/var/log/spool.log", "@DIR@/out.txt"),
        ("batch-lines(100)", "batch-lines(3)"),
        ("batch-timeout(2000)", "batch-timeout(200)"),
        ("time-reopen(10)", "time-reopen(1)"),
    ];
    example("flush-destination", &changes).with_file("in.txt", input)
}

#[test]
fn what_send_has_queued_is_written_by_flush() {
    let mut host = spool("one\ntwo\nthree\nfour\n").start();
    // The fourth one, which does not fill its batch, when the time of that is over.
    assert_eq!(
        host.wait_for_lines("out.txt", 4),
        ["one", "two", "three", "four"]
    );
    host.append("in.txt", "five\n");
    assert_eq!(host.wait_for_lines("out.txt", 5)[4], "five");
    host.stop();
    assert!(!host.log().contains("Traceback"), "{}", host.log());
}

#[test]
fn what_flush_cannot_write_comes_again_by_send() {
    let mut host = spool("one\ntwo\nthree\n");
    std::os::unix::fs::symlink("/dev/full", host.path("out.txt")).unwrap();
    host.restart();
    // More often than retries() says, and each time as many as before.
    host.wait_until("attempts", |host| {
        host.log()
            .matches("No space left on device, 3 messages come again")
            .count()
            > 4
    });
    std::fs::remove_file(host.path("out.txt")).unwrap();
    assert_eq!(host.wait_for_lines("out.txt", 3), ["one", "two", "three"]);
    host.stop();
    assert_eq!(host.lines("out.txt").len(), 3);
}

#[test]
fn each_worker_has_a_file_of_its_own() {
    let changes = [
        (
            r#"network(ip("0.0.0.0") port(601) transport("tcp") flags(no-parse));"#,
            FILE,
        ),
        ("/var/log/archive", "@DIR@"),
        ("batch-timeout(1000)", "batch-timeout(100)"),
    ];
    let text: String = (0..1000).map(|number| format!("{number}\n")).collect();
    let mut host = example("workers", &changes)
        .with_file("in.txt", &text)
        .start();
    host.wait_until("all messages", |host| {
        host.counter("d_archive#0", "python,archive.Archive", "written") == Some(1000)
    });
    assert!(host.reload());
    host.append("in.txt", "1000\n");
    host.wait_until("one more", |host| {
        host.counter("d_archive#0", "python,archive.Archive", "written") == Some(1001)
    });
    host.stop();
    let mut numbers = Vec::new();
    for index in 0..4 {
        let output = Command::new("zcat")
            .arg(host.path(&format!("logs-{index}.gz")))
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.is_empty(), "worker {index} has nothing");
        numbers.extend(text.lines().map(|line| line.parse::<u32>().unwrap()));
    }
    numbers.sort();
    assert_eq!(numbers, (0..=1000).collect::<Vec<_>>());
}

#[test]
fn requests_of_http_are_signed() {
    let server = Server::start(|_| (403, String::new()));
    let url = format!("http://{}/", server.address);
    let changes = [
        (LOCAL, FILE),
        ("https://logs.example.com/", url.as_str()),
        ("/etc/syslog-ng/signing.key", "@DIR@/key"),
    ];
    let mut host = example("http-header", &changes)
        .with_file("key", "secret\n")
        .with_file("in.txt", "one\n")
        .start();
    host.wait_for_log("the server answered 403: is the key the right one?");
    let request = server.requests().remove(0);
    // printf one | openssl dgst -sha256 -hmac secret
    let signature =
        "X-Signature: sha256=620baacaa5e01c8061c0b52e8c4bf9de98edcdb129793fd210c8191edc0b3a63";
    assert_eq!(request.body, b"one");
    assert!(
        request.headers.iter().any(|header| header == signature),
        "{:?}",
        request.headers
    );
    host.stop();
}

#[test]
fn messages_are_written_to_a_table() {
    let changes = [
        ("@include \"scl.conf\"", &*scl("sqlite")),
        (LOCAL, FILE),
        ("/var/lib/syslog-ng/logs.db", "@DIR@/logs.db"),
    ];
    let mut host = example("sqlite", &changes)
        .with_file("in.txt", "one\n")
        .start();
    let query = "import sqlite3; print(*sqlite3.connect('logs.db').execute('SELECT message, typeof(pid) FROM logs'))";
    host.wait_until("a row", |host| {
        let output = Command::new("/usr/bin/python3")
            .args(["-c", query])
            .current_dir(host.path(""))
            .output()
            .unwrap();
        output.stdout == b"('one', 'null')\n"
    });
    host.stop();
}

#[test]
fn plugins_in_rust_need_no_python() {
    let plugin = |name| build_folder().join(format!("examples/lib{name}.so"));
    let mut host = example("sdk-plugin", &[])
        .with_module("mod-generate", &plugin("generate"))
        .with_module("mod-discard", &plugin("discard"))
        .start();
    host.wait_until("the messages", |host| {
        let stats = host.stats();
        let written = stats
            .lines()
            .find(|line| line.contains(";discard,") && line.contains(";written;"));
        written.is_some_and(|line| line.ends_with(";1000"))
    });
    host.stop();
    assert!(host.log().contains("messages='1000'"), "{}", host.log());
    // What the pages say of versions is what the tests are run with.
    assert!(host_version() >= (3, 38));
}

#[test]
fn options_are_handed_to_init() {
    let mut host = example("options", &[]).start();
    let printed = host.wait_for_lines("stdout", 1);
    let wanted = "{'file': '/var/log/x.log', 'keep_lines': '100', 'mode': 'fast', 'extra': 'more'}";
    assert_eq!(printed[0], wanted);
    host.stop();
}

#[test]
fn value_pairs_are_a_dict() {
    let mut host = example("value-pairs", &[(LOCAL, FILE)])
        .with_file("in.txt", "hello\n")
        .start();
    let printed = host.wait_for_lines("stdout", 1).remove(0);
    assert!(printed.contains(r#""MESSAGE": "hello""#), "{printed}");
    assert!(printed.contains(r#""length": 5"#), "{printed}");
    assert!(!printed.contains("SOURCE"), "{printed}");
    host.stop();
}
