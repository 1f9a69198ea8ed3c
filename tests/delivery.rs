// SPDX-License-Identifier: GPL-2.0-or-later

//! Many messages: each arrives once, in order, and memory stays flat; and each arrives or is counted as
//! dropped, whatever fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use harness::Host;

const MESSAGES: u64 = 1_000_000;

/// Checks that each message is the next number, and says how far it is.
const MODULE: &str = r#"
class Checker:
    def init(self, options):
        self.next = 0
        return True
    def send(self, msg):
        number = int(msg["MESSAGE"])
        if number != self.next:
            print("expected", self.next, "found", number, flush=True)
        self.next = number + 1
        if self.next % 100_000 == 0:
            print("at", self.next, flush=True)
        return True
"#;

#[test]
fn a_million_lines_arrive_exactly_once_in_order_and_memory_stays_flat() {
    let mut lines = String::new();
    for number in 0..MESSAGES {
        writeln!(lines, "{number}").unwrap();
    }
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { python(class("m.Checker")); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let mut host = Host::new(config)
        .with_file("m.py", MODULE)
        .with_file("in.txt", lines)
        .start();
    let deadline = Duration::from_secs(300);
    host.wait_until_within(deadline, "a tenth of the messages", |host| {
        !host.lines("stdout").is_empty()
    });
    let before = host.resident_memory();
    host.wait_until_within(deadline, "all messages", |host| {
        host.lines("stdout").len() >= 10
    });
    let after = host.resident_memory();
    host.wait_until("the counter", |host| {
        host.counter("d#0", "python,m.Checker", "written") == Some(MESSAGES)
    });
    assert_eq!(host.counter("d#0", "python,m.Checker", "dropped"), Some(0));
    host.stop();
    let expected: Vec<_> = (1..=10)
        .map(|count| format!("at {}", count * 100_000))
        .collect();
    assert_eq!(host.lines("stdout"), expected);
    // 900,000 messages kept would be hundreds of MiB, one leaked object for each of them 14 MiB and
    // more.
    assert!(
        after < before + 4096,
        "{before} KiB after a tenth, {after} KiB at the end"
    );
}

/// Batches that fail at random positions in every way that send_batch() has. What is delivered goes to
/// the file `out`, what is dropped to the file `gone`, before the host is told.
const FAILING: &str = r#"
import random
from syslogng import LogDestination

# Not the class's: it survives reloads. What makes the host wait is rare.
luck = random.Random(5)
waits = {"error": 3, "raise": 3, "connection": 3, "retry": 3, "none": 2}

def note(name, lines):
    with open(name, "a") as f: f.writelines(lines)

class D(LogDestination):
    def send_batch(self, batch):
        lines = [line.decode() + "\n" for line in batch.column("MESSAGE")]
        position = luck.randrange(len(lines))
        if len(lines) > 20 and luck.random() < 0.05:
            kind, left = luck.choice(list(waits.items()))
            if left:
                waits[kind] -= 1
                note("out", lines[:position])
                if kind == "raise": raise OSError("on purpose")
                if kind == "none": return None
                result = {"error": self.ERROR, "connection": self.NOT_CONNECTED, "retry": self.RETRY}[kind]
                return [self.SUCCESS] * position + [result] * (len(lines) - position)
        if luck.random() < 0.2:
            note("gone", [lines[position]])
            note("out", lines[:position] + lines[position + 1:])
            return [self.DROP if at == position else True for at in range(len(lines))]
        note("out", lines)
        return self.SUCCESS
"#;

fn numbers(host: &Host, file: &str) -> BTreeSet<u64> {
    let lines = host.lines(file).into_iter();
    lines.filter_map(|line| line.parse().ok()).collect()
}

/// Whether each message has been delivered or dropped. Where a daemon was killed while it wrote, two
/// lines may have become one.
fn complete(host: &Host, count: u64) -> bool {
    let (out, gone) = (numbers(host, "out"), numbers(host, "gone"));
    (0..count).all(|number| out.contains(&number) || gone.contains(&number))
}

#[test]
fn whatever_fails_each_of_a_million_messages_is_delivered_or_counted_as_dropped() {
    let mut lines = String::new();
    for number in 0..MESSAGES {
        writeln!(lines, "{number}").unwrap();
    }
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1) log-iw-size(10000)); };
destination d { python(class("m.D") batch-lines(500) workers(2) log-fifo-size(100000)); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let mut host = Host::new(config)
        .with_file("m.py", FAILING)
        .with_file("in.txt", lines)
        .start();
    let settled = |host: &Host| {
        let counter = |name| host.counter("d#0", "python,m.D", name).unwrap_or(0);
        counter("written") + counter("dropped")
    };
    for round in 1..=4 {
        host.wait_until_within(Duration::from_secs(300), "some of them", |host| {
            settled(host) > round * MESSAGES / 6
        });
        assert!(host.reload());
    }
    // Of what was on its way at a reload, hosts read some from the file again.
    let processed = |host: &Host| host.counter("d#0", "python,m.D", "processed").unwrap_or(0);
    host.wait_until_within(Duration::from_secs(300), "all of them", |host| {
        processed(host) >= MESSAGES && settled(host) == processed(host) && complete(host, MESSAGES)
    });
    let dropped = host.counter("d#0", "python,m.D", "dropped");
    host.stop();
    // One that is dropped may have been delivered before, in a batch that failed behind it.
    assert_eq!(dropped, Some(host.lines("gone").len() as u64));
}

#[test]
fn daemons_that_are_killed_deliver_what_is_in_their_disk_buffers() {
    const COUNT: u64 = 100_000;
    let mut lines = String::new();
    for number in 0..COUNT {
        writeln!(lines, "{number}").unwrap();
    }
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { python(class("m.D") batch-lines(100) workers(2)
    disk-buffer(disk-buf-size(104857600) mem-buf-size(1000000) reliable(yes) dir("@DIR@"))); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let mut host = Host::new(config)
        .with_file("m.py", FAILING)
        .with_file("in.txt", lines)
        .start();
    for round in 1..=3 {
        host.wait_until_within(Duration::from_secs(120), "some of them", |host| {
            host.lines("out").len() as u64 > round * COUNT / 8
        });
        host.signal(libc::SIGKILL);
        host.wait_for_end();
        host.restart();
    }
    host.wait_until_within(Duration::from_secs(120), "all of them", |host| {
        complete(host, COUNT)
    });
    host.stop();
}

/// A destination that takes a while for each message.
const SLOW: &str = r#"
import os, time
from syslogng import LogDestination

class Slow(LogDestination):
    def send(self, msg):
        time.sleep(0.01)
        with open("out", "ab") as f:
            f.write(msg["MESSAGE"] + b"\n")
        return True
"#;

/// Where the host begins to read again, after a stop, is behind what was settled.
const ROW: &str = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.05)); };
destination d { python(class("m.Slow")); };
log { source(s); destination(d); flags(flow-control); };
"#;

/// Waits for a few more messages.
fn some_more(host: &mut Host) {
    let count = host.lines("out").len();
    host.wait_until("more messages", |host| host.lines("out").len() >= count + 7);
}

#[test]
fn messages_in_a_row_arrive_once_over_stops_and_reloads() {
    let lines: String = (0..600).map(|number| format!("{number}\n")).collect();
    let mut host = Host::new(ROW)
        .with_file("m.py", SLOW)
        .with_file("in.txt", &lines)
        .start();
    for turn in 0..8 {
        some_more(&mut host);
        if turn % 2 == 0 {
            assert!(host.reload());
        } else {
            let before = host.lines("out").len();
            host.stop();
            // Those that wait, up to a hundred, are not sent first.
            let sent = host.lines("out").len() - before;
            assert!(sent < 50, "{sent} messages in turn {turn}");
            host = host.start();
        }
    }
    host.wait_for_lines("out", 600);
    host.stop();
    assert_eq!(host.read("out"), lines);
}

#[test]
fn messages_in_a_row_are_not_lost_when_the_daemon_is_killed() {
    let lines: String = (0..300).map(|number| format!("{number}\n")).collect();
    let mut host = Host::new(ROW)
        .with_file("m.py", SLOW)
        .with_file("in.txt", &lines)
        .start();
    for _ in 0..6 {
        some_more(&mut host);
        host.signal(libc::SIGKILL);
        host.wait_for_end();
        host = host.start();
    }
    host.wait_until("all messages", |host| {
        let arrived: BTreeSet<_> = host.lines("out").into_iter().collect();
        arrived.len() == 300
    });
    host.stop();
    // What was sent and not yet settled comes again: these are slow, so one each time.
    let again = host.lines("out").len() - 300;
    assert!(again <= 12, "{again}");
}
