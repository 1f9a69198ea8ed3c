// SPDX-License-Identifier: GPL-2.0-or-later

//! Sources that post from many threads, and many messages at a time, under reloads and stops.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::{DEADLINE, Host};

const CODE: &str = include_str!("python/posting.py");
/// How long nothing may arrive: the destination stalls for two seconds, and a reload waits for that.
const WATCHDOG: Duration = DEADLINE;

/// A window that lets a batch fill up before it is flushed for its age.
const WINDOW: &str = "log-iw-size(1000)";
const BATCH: &str = "batch-lines(200) batch-timeout(100)";

/// A host with a source and a destination of `posting.py`.
fn host(source: &str, destination: &str, threads: usize, messages: usize, stall: f32) -> Host {
    let config = format!(
        "source s {{ {source} }};\n\
         destination d {{ python(class(\"posting.D\") {destination}); }};\n\
         log {{ source(s); destination(d); flags(flow-control); }};\n"
    );
    let host = Host::with_python_module(&harness::shipped_module())
        .with_file("posting.py", CODE)
        .with_environment("THREADS", &threads.to_string())
        .with_environment("MESSAGES", &messages.to_string())
        .with_environment("STALL", &stall.to_string());
    host.set_config(&config);
    host
}

/// Waits until `count` lines have arrived, and calls `meanwhile` every now and then before that.
fn wait_for_all(host: &mut Host, count: usize, meanwhile: impl FnMut(&mut Host)) {
    wait_until_arrived(host, |lines| lines.len() >= count, meanwhile);
}

/// The same, until what has arrived is all there is as far as `is_all` can tell.
fn wait_until_arrived(
    host: &mut Host,
    is_all: impl Fn(&[String]) -> bool,
    mut meanwhile: impl FnMut(&mut Host),
) {
    let mut seen = 0;
    let mut last = Instant::now();
    loop {
        let lines = host.lines("arrived");
        if is_all(&lines) {
            return;
        }
        let arrived = lines.len();
        if arrived > seen {
            seen = arrived;
            last = Instant::now();
        }
        assert!(
            last.elapsed() < WATCHDOG,
            "nothing moves, with {arrived} messages there:\n{}{}",
            host.read("trace"),
            host.log()
        );
        meanwhile(host);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Checks that each message of each thread is there once, in order.
fn assert_exactly_once(host: &Host, threads: usize, messages: usize) {
    assert_eq!(host.read("trace"), "");
    let mut next = vec![0; threads];
    for line in host.lines("arrived") {
        let (thread, number) = line.split_once(' ').unwrap();
        let thread: usize = thread.parse().unwrap();
        assert_eq!(number.parse(), Ok(next[thread]), "thread {thread}");
        next[thread] += 1;
    }
    assert_eq!(next, vec![messages; threads]);
}

#[test]
fn sixteen_threads_lose_nothing_over_reloads() {
    let (threads, messages) = (16, 100_000);
    let source = format!("python(class(\"posting.S\") {WINDOW});");
    let mut host = host(&source, BATCH, threads, messages, 0.1).start();
    let mut reloads = 0;
    let mut last = Instant::now();
    wait_for_all(&mut host, threads * messages, |host| {
        if last.elapsed() > Duration::from_secs(1) {
            assert!(host.reload());
            reloads += 1;
            last = Instant::now();
        }
    });
    assert!(reloads >= 2, "{reloads} reloads only");
    host.stop();
    assert_exactly_once(&host, threads, messages);
}

#[test]
fn sixteen_threads_lose_nothing_over_stops_and_reloads() {
    let (threads, messages) = (16, 100_000);
    // What is on its way at a stop is kept on disk.
    let buffer = "disk-buffer(disk-buf-size(1000000000) mem-buf-size(10000000) reliable(yes) dir(\"@DIR@\"))";
    let source = format!("python(class(\"posting.S\") {WINDOW});");
    let destination = format!("{BATCH} {buffer}");
    let mut host = host(&source, &destination, threads, messages, 0.1).start();
    let mut times = 0;
    let mut last = Instant::now();
    wait_for_all(&mut host, threads * messages, |host| {
        if last.elapsed() > Duration::from_secs(1) {
            if times % 2 == 0 {
                host.stop();
                host.restart();
            } else {
                assert!(host.reload());
            }
            times += 1;
            last = Instant::now();
        }
    });
    assert!(times >= 2, "{times} stops and reloads only");
    host.stop();
    assert_exactly_once(&host, threads, messages);
}

#[test]
fn fetched_lists_go_through_a_tiny_window() {
    let messages = 50_000;
    let source = "python-fetcher(class(\"posting.Lists\") log-iw-size(3));";
    let mut host = host(source, "batch-lines(3)", 1, messages, 0.01).start();
    wait_for_all(&mut host, messages, |_| ());
    host.stop();
    assert_exactly_once(&host, 1, messages);
}

#[test]
fn fetched_lists_lose_nothing_over_reloads() {
    let messages = 100_000;
    let source = "python-fetcher(class(\"posting.AckedLists\") log-iw-size(3));";
    let mut host = host(source, "batch-lines(3)", 1, messages, 0.01).start();
    let mut last = Instant::now();
    let mut reloads = 0;
    // What was on its way at a reload comes twice, so more lines than messages come.
    let end = format!("0 {}", messages - 1);
    let is_all = |lines: &[String]| lines.last() == Some(&end);
    wait_until_arrived(&mut host, is_all, |host| {
        if last.elapsed() > Duration::from_millis(200) {
            assert!(host.reload());
            reloads += 1;
            last = Instant::now();
        }
    });
    host.stop();
    assert!(reloads >= 2, "{reloads} reloads only");
    let (mut next, mut again) = (0, 0);
    for line in host.lines("arrived") {
        let number: usize = line.strip_prefix("0 ").unwrap().parse().unwrap();
        assert!(number <= next, "{next} is missing before {number}");
        again += usize::from(number < next);
        next = next.max(number + 1);
    }
    assert_eq!(next, messages);
    assert!(
        again <= 3 * reloads,
        "{again} came again at {reloads} reloads"
    );
}
