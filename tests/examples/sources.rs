// SPDX-License-Identifier: GPL-2.0-or-later

//! Sources among the examples.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::harness::{DEADLINE, Host, free_port};
use super::server::{Request, Server};
use super::{example, scl};

#[test]
fn a_timer_posts_and_stops_at_once() {
    let changes = [
        (r#""every" "60""#, r#""every" "0.1""#),
        ("/var/log/load.log", "@DIR@/out.txt"),
    ];
    let mut host = example("timer-source", &changes).start();
    let lines = host.wait_for_lines("out.txt", 2);
    let words: Vec<_> = lines[0].split(' ').collect();
    assert_eq!(words.len(), 4, "{lines:?}");
    assert!(
        words[1..].iter().all(|word| word.parse::<f64>().is_ok()),
        "{lines:?}"
    );
    assert!(host.reload());
    host.stop();
    // One that waits for long is woken.
    let changes = [("/var/log/load.log", "@DIR@/out.txt")];
    let mut host = example("timer-source", &changes).start();
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_event_loop_serves_clients_and_ends_with_its_source() {
    let port = free_port().to_string();
    let changes = [
        ("5515", port.as_str()),
        ("/var/log/lines.log", "@DIR@/out.txt"),
    ];
    let mut host = example("asyncio-source", &changes).start();
    for number in 1..=2 {
        let mut client = connect(&port);
        client
            .write_all(format!("line {number}\n").as_bytes())
            .unwrap();
        let lines = host.wait_for_lines("out.txt", number);
        assert_eq!(lines[number - 1], format!("line {number}"));
        // The client stays connected.
        let start = Instant::now();
        assert!(host.reload());
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    host.stop();
    for sign in ["Traceback", "raised", "never"] {
        assert!(!host.log().contains(sign), "{}", host.log());
    }
}

fn connect(port: &str) -> TcpStream {
    let start = Instant::now();
    loop {
        match TcpStream::connect(format!("127.0.0.1:{port}")) {
            Ok(client) => return client,
            Err(error) => assert!(start.elapsed() < DEADLINE, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Has ten messages, and gives up to three at a time.
fn numbered(request: &Request) -> (u16, String) {
    let (_, after) = request.line.split_once("?after=").unwrap();
    let after: u32 = after.split(' ').next().unwrap().parse().unwrap();
    let records: Vec<_> = (after + 1..=10)
        .take(3)
        .map(|id| format!(r#"{{"id": {id}, "message": "number {id}"}}"#))
        .collect();
    (200, format!("[{}]", records.join(", ")))
}

#[test]
fn a_fetcher_goes_on_where_it_was() {
    let server = Server::start(numbered);
    let url = format!("http://{}/messages", server.address);
    let changes = [
        ("http://queue.example.com/messages", url.as_str()),
        ("/var/log/numbered.log", "@DIR@/out.txt"),
        ("fetch-no-data-delay(5)", "fetch-no-data-delay(0.1)"),
    ];
    let mut host: Host = example("fetcher", &changes).start();
    let lines = host.wait_for_lines("out.txt", 10);
    let wanted: Vec<_> = (1..=10).map(|id| format!("number {id}")).collect();
    assert_eq!(lines, wanted);
    host.stop();
    let before = server.requests().len();
    host.restart();
    host.wait_until("another request", |_| server.requests().len() > before);
    let line = server.requests()[before].line.clone();
    assert!(line.contains("?after=10 "), "{line}");
    host.stop();
    assert_eq!(host.lines("out.txt"), wanted);
}

#[test]
fn a_fetcher_asks_again_when_the_server_is_back() {
    let number = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |request| {
        if number.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            return (500, String::new());
        }
        numbered(request)
    });
    let url = format!("http://{}/messages", server.address);
    let changes = [
        ("http://queue.example.com/messages", url.as_str()),
        ("/var/log/numbered.log", "@DIR@/out.txt"),
        ("time-reopen(30)", "time-reopen(1)"),
    ];
    let mut host = example("fetcher", &changes).start();
    host.wait_for_lines("out.txt", 10);
    assert!(host.log().contains("HTTPError 500"), "{}", host.log());
    host.stop();
}

#[test]
fn events_of_a_server_are_polled() {
    let server = Server::start(|_| (200, "one\ntwo\n".to_owned()));
    let url = format!("http://{}/events.jsonl", server.address);
    let changes = [
        ("@include \"scl.conf\"", &*scl("http-poll")),
        ("https://status.example.com/events.jsonl", &url),
        ("/var/log/events.log", "@DIR@/out.txt"),
    ];
    let mut host = example("http-poll", &changes).start();
    assert_eq!(host.wait_for_lines("out.txt", 2), ["one", "two"]);
    let request = server.requests().remove(0);
    let authorization = "Authorization: Bearer 0123456789".to_owned();
    assert!(request.headers.contains(&authorization), "{request:?}");
    host.stop();
}

#[test]
fn a_generator_writes_a_source() {
    let changes = [
        ("/var/log/%s/", "@DIR@/%s-"),
        ("/var/log/all.log", "@DIR@/out.txt"),
    ];
    let mut host = example("config-generator", &changes)
        .with_file("nginx-access.log", "get\n")
        .with_file("nginx-error.log", "oops\n")
        .start();
    let mut lines = host.wait_for_lines("out.txt", 2);
    lines.sort();
    assert_eq!(lines, ["get", "oops"]);
    host.stop();
}
