// SPDX-License-Identifier: GPL-2.0-or-later

//! Many messages: each arrives once, in order, and memory stays flat.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

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
