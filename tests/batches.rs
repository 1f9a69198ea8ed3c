// SPDX-License-Identifier: GPL-2.0-or-later

//! Batches of python() destinations in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;
use harness::destination::host;

#[test]
fn batches_are_flushed_when_they_are_full_and_at_the_end() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.batch = []
        return True
    def send(self, msg):
        self.batch.append(msg["MESSAGE"].decode())
        return self.QUEUED
    def flush(self):
        if self.batch: trace("flush", ",".join(self.batch))
        self.batch = []
        return self.SUCCESS
"#;
    let mut host = host(
        r#"python(class("m.D") batch-lines(3) batch-timeout(600000));"#,
        code,
    )
    .start();
    host.append("in.txt", "1\n2\n3\n4\n5\n6\n7\n");
    host.wait_until("two batches", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(6)
    });
    assert_eq!(host.lines("trace"), ["flush 1,2,3", "flush 4,5,6"]);
    host.stop();
    assert_eq!(
        host.lines("trace"),
        ["flush 1,2,3", "flush 4,5,6", "flush 7"]
    );
}

#[test]
fn a_batch_that_cannot_be_sent_comes_again() {
    let code = r#"
class D(LogDestination):
    def __init__(self):
        self.batch, self.results = [], [self.ERROR, False, self.NOT_CONNECTED, "raise", self.SUCCESS]
    def send(self, msg):
        self.batch.append(msg["MESSAGE"].decode())
        return self.QUEUED
    def flush(self):
        if not self.batch: return self.SUCCESS
        batch, self.batch = self.batch, []
        result = self.results.pop(0)
        trace("flush", ",".join(batch), result)
        if result == "raise": raise OSError("gone")
        return result
"#;
    let mut host = host(r#"python(class("m.D") batch-lines(2) retries(10));"#, code).start();
    host.append("in.txt", "1\n2\n");
    host.wait_until("the batch", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(2)
    });
    assert_eq!(
        host.lines("trace"),
        [
            "flush 1,2 1",
            "flush 1,2 False",
            "flush 1,2 5",
            "flush 1,2 raise",
            "flush 1,2 3"
        ]
    );
    assert_eq!(host.counter("d#0", "python,m.D", "dropped"), Some(0));
    host.stop();
}

#[test]
fn a_batch_cannot_be_queued_again_by_flush() {
    let code = r#"
class D(LogDestination):
    def send(self, msg): return self.QUEUED
    def flush(self): return self.QUEUED
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_until("the message", |host| {
        host.counter("d#0", "python,m.D", "dropped") == Some(1)
    });
    let event = host
        .events("flush() returned a value that it must not return")
        .remove(0);
    assert!(event.contains("returned='4 (int)'"), "{event}");
    host.stop();
}

/// A destination that notes its batches, answers the n-th one with the n-th of its answers, and then
/// delivers.
const BATCHES: &str = r#"
import time
class D(LogDestination):
    def init(self, options):
        self.answers = options.get("answers", "").split(";")
        return True
    def send_batch(self, batch):
        answer = self.answers.pop(0) if self.answers else ""
        trace("batch", ",".join(m["MESSAGE"].decode() for m in batch), answer)
        if answer == "raise": raise ValueError("on purpose")
        return eval(answer) if answer else True
    def send(self, msg): trace("send is not called")
    def flush(self): trace("flush is not called")
    def close(self): trace("close")
"#;

/// What became of three messages in one batch, up to their end: the trace, and the counters dropped and
/// errors.
fn batches(answers: &str, rest: &str) -> (Vec<String>, [u64; 2]) {
    let driver = format!(
        r#"python(class("m.D") options("answers" "{answers}") batch-lines(3) batch-timeout(600000) {rest});"#
    );
    let mut host = host(&driver, BATCHES).start();
    host.append("in.txt", "1\n2\n3\n");
    let counter = |host: &Host, name| host.counter("d#0", "python,m.D", name).unwrap();
    host.wait_until("all messages to be settled", |host| {
        counter(host, "written") + counter(host, "dropped") == 3
    });
    let trace = host.lines("trace");
    let counters = ["dropped", "errors"].map(|name| counter(&host, name));
    host.stop();
    (trace, counters)
}

#[test]
fn one_result_is_that_of_all_messages_of_a_batch() {
    assert_eq!(
        batches("self.SUCCESS", ""),
        (vec!["batch 1,2,3 self.SUCCESS".to_owned()], [0, 0])
    );
    let (trace, counters) = batches("False;self.NOT_CONNECTED", "");
    assert_eq!(
        trace,
        [
            "batch 1,2,3 False",
            "close",
            "batch 1,2,3 self.NOT_CONNECTED",
            "close",
            "batch 1,2,3 "
        ]
    );
    assert_eq!(counters, [0, 0]);
    let (trace, counters) = batches("self.DROP", "");
    assert_eq!(trace[0], "batch 1,2,3 self.DROP");
    assert_eq!(counters, [3, 0]);
}

#[test]
fn each_message_may_have_a_result_of_its_own() {
    let (trace, counters) = batches("[True, self.DROP, self.SUCCESS]", "");
    assert_eq!(trace, ["batch 1,2,3 [True, self.DROP, self.SUCCESS]"]);
    assert_eq!(counters, [1, 0]);
    // The first one that is not done with comes again, and all behind it.
    // The first one that is not done with comes again, and all behind it.
    let (trace, counters) = batches("(self.SUCCESS, self.ERROR, self.SUCCESS)", "");
    assert_eq!(
        trace,
        [
            "batch 1,2,3 (self.SUCCESS, self.ERROR, self.SUCCESS)",
            "close",
            "batch 2,3 "
        ]
    );
    assert_eq!(counters, [0, 0]);
    let (trace, counters) = batches("(self.SUCCESS, self.RETRY, self.SUCCESS)", "retries(1)");
    assert_eq!(
        trace[0],
        "batch 1,2,3 (self.SUCCESS, self.RETRY, self.SUCCESS)"
    );
    assert_eq!(trace[1], "batch 2,3 ");
    assert_eq!(counters, [0, 0]);
}

#[test]
fn a_message_that_always_fails_is_dropped_and_its_neighbours_are_not() {
    let code = r#"
import time
class D(LogDestination):
    def init(self, options):
        self.attempts = []
        return True
    def send_batch(self, batch):
        lines = [m["MESSAGE"].decode() for m in batch]
        if "bad" in lines: self.attempts.append(time.monotonic())
        trace(*lines)
        return ANSWER
    def deinit(self):
        trace("waits", *[b - a > 0.99 for a, b in zip(self.attempts, self.attempts[1:])])
"#;
    let each = "[self.ERROR if line == 'bad' else self.SUCCESS for line in lines]";
    let whole = "'bad' not in lines";
    let raises = "True if 'bad' not in lines else 1/0";
    for answer in [each, whole, raises] {
        let driver = r#"python(class("m.D") batch-lines(4) batch-timeout(600000) retries(3) time-reopen(1));"#;
        let mut host = host(driver, &code.replace("ANSWER", answer)).start();
        host.append("in.txt", "a\nb\nbad\nc\n");
        host.wait_until("the bad one to be dropped", |host| {
            host.counter("d#0", "python,m.D", "dropped") == Some(1)
        });
        host.append("in.txt", "d\ne\nf\n");
        host.wait_until("its neighbours", |host| {
            host.counter("d#0", "python,m.D", "written") == Some(3)
        });
        host.wait_until("the others to be there", |host| {
            host.counter("d#0", "python,m.D", "processed") == Some(7)
        });
        host.stop();
        let trace = host.lines("trace");
        let tried = trace.iter().filter(|line| line.contains("bad")).count();
        assert_eq!(tried, 3, "{trace:?}");
        assert_eq!(trace.last().unwrap(), "waits True True", "{trace:?}");
        for line in ["a", "b", "c", "d", "e", "f"] {
            let sent = |words: &String| words.split(' ').any(|word| word == line);
            assert!(trace.iter().any(sent), "{line}: {trace:?}");
        }
        assert!(host.read("trace").contains('f'));
    }
}

#[test]
fn what_send_batch_must_not_return_is_an_error_that_says_what_to_return() {
    for (answer, shown) in [
        ("None", "None (NoneType)"),
        ("self.QUEUED", "4"),
        ("2", "2 (int)"),
        ("'x'", "'x' (str)"),
        ("b'xyz'", "b'xyz' (bytes)"),
        ("[True]", "[True] (list)"),
        ("[]", "[] (list)"),
        ("{}", "{} (dict)"),
        ("[True,None,True]", "None (NoneType)"),
        ("[True,2,True]", "2 (int)"),
    ] {
        let driver = format!(
            r#"python(class("m.D") options("answers" "{answer}") batch-lines(3) batch-timeout(600000));"#
        );
        let mut host = host(&driver, BATCHES).start();
        host.append("in.txt", "1\n2\n3\n");
        host.wait_until("the messages", |host| {
            host.counter("d#0", "python,m.D", "written") == Some(3)
        });
        host.stop();
        let events = host.events("send_batch() returned a value that it must not return");
        assert_eq!(events.len(), 1, "{answer}: {}", host.log());
        let event = events[0].replace('\\', "");
        assert!(event.contains(shown), "{answer}: {event}");
        assert!(event.contains("expected='for all messages True"), "{event}");
        assert!(event.contains("m.py:"), "{event}");
        // Nothing is lost: what was delivered in front of it is done with, the rest comes again.
        let again = if answer.starts_with("[True,") {
            "batch 2,3 "
        } else {
            "batch 1,2,3 "
        };
        assert_eq!(host.lines("trace")[2], again, "{answer}");
    }
}

#[test]
fn values_and_columns_are_read_without_objects_for_messages() {
    let code = r#"
class D(LogDestination):
    def send_batch(self, batch):
        trace(batch.values("MESSAGE", b"PROGRAM"), batch.column("MESSAGE"), batch.values())
        trace(len(batch), bool(batch), [m["MESSAGE"] for m in batch], batch[-1]["MESSAGE"])
        trace(batch[1:].column("MESSAGE"), batch[::-2].column("MESSAGE"), len(batch[5:]))
        trace([m["MESSAGE"] for m in reversed(batch)], batch.column("no.such"), repr(batch))
        def attempt(call):
            try: trace("no error", call())
            except Exception as e: trace(type(e).__name__, e)
        attempt(lambda: batch[3])
        attempt(lambda: batch[-4])
        attempt(lambda: batch["x"])
        attempt(lambda: batch.column(5))
        attempt(lambda: batch.__setitem__(0, None))
        attempt(lambda: batch.append(None))
        self.kept = batch
        trace("done")
        return True
    def deinit(self):
        trace("kept", self.kept.column("MESSAGE"))
"#;
    let driver = r#"python(class("m.D") batch-lines(3) batch-timeout(600000));"#;
    let mut host = host(driver, code).start();
    host.append("in.txt", "1\n2\n3\n");
    host.wait_for_log("syslog-ng starting up");
    host.wait_until("the batch", |host| host.read("trace").contains("done\n"));
    host.stop();
    let lines = host.lines("trace");
    assert_eq!(
        lines[..4],
        [
            "[(b'1', b''), (b'2', b''), (b'3', b'')] [b'1', b'2', b'3'] [(), (), ()]",
            "3 True [b'1', b'2', b'3'] b'3'",
            "[b'2', b'3'] [b'3', b'1'] 0",
            "[b'3', b'2', b'1'] [b'', b'', b''] <LogBatch of 3 messages>",
        ]
    );
    let kinds: Vec<_> = lines[4..10]
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "IndexError",
            "IndexError",
            "TypeError",
            "TypeError",
            "TypeError",
            "AttributeError"
        ],
        "{lines:?}"
    );
    assert_eq!(lines[11], "kept [b'1', b'2', b'3']");
}

#[test]
fn without_batch_lines_a_batch_holds_up_to_a_hundred_messages() {
    let code = r#"
from syslogng import LogDestination
import os
class D(LogDestination):
    def open(self): return os.path.exists("go")
    def send_batch(self, batch):
        with open("trace", "a") as f: print(len(batch), file=f)
        return self.SUCCESS
"#;
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { python(class("m.D")); };
log { source(s); destination(d); };
"#;
    let mut host = Host::new(config)
        .with_file("m.py", code)
        .with_file("in.txt", "x\n".repeat(250))
        .start();
    host.wait_until("all to be queued", |host| {
        host.counter("d#0", "python,m.D", "queued") == Some(250)
    });
    host.write("go", "");
    host.wait_until("all", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(250)
    });
    assert_eq!(host.lines("trace"), ["100", "100", "50"]);
    host.stop();
}

#[test]
fn a_batch_is_full_when_its_messages_have_batch_bytes() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.batch = []
        return True
    def open(self): return os.path.exists("go")
"#;
    let queued = r#"
    def send(self, msg):
        self.batch.append(msg["MESSAGE"].decode())
        return self.QUEUED
    def flush(self):
        if self.batch: trace(",".join(self.batch))
        self.batch = []
        return self.SUCCESS
"#;
    let whole = r#"
    def send_batch(self, batch):
        trace(",".join(m["MESSAGE"].decode() for m in batch))
        return self.SUCCESS
"#;
    for methods in [queued, whole] {
        let driver = r#"python(class("m.D") batch-bytes(10));"#;
        let mut host = host(driver, &format!("{code}{methods}")).start();
        host.append(
            "in.txt",
            "four\nfour\nxx\nfour\nlonger than ten\nfive5\nfive5\nlast\n",
        );
        host.wait_until("all to be queued", |host| {
            host.counter("d#0", "python,m.D", "queued") == Some(8)
        });
        host.write("go", "");
        host.wait_until("all", |host| {
            host.counter("d#0", "python,m.D", "written") == Some(8)
        });
        assert_eq!(
            host.lines("trace"),
            [
                "four,four,xx",
                "four,longer than ten",
                "five5,five5",
                "last"
            ]
        );
        host.stop();
    }
}

#[test]
fn batch_timeout_sends_what_there_is() {
    let driver = r#"python(class("m.D") batch-lines(1000) batch-timeout(200));"#;
    let mut host = host(driver, BATCHES).start();
    host.append("in.txt", "1\n");
    assert_eq!(host.wait_for_lines("trace", 1), ["batch 1 "]);
    host.stop();
}

#[test]
fn a_lost_connection_is_opened_again_before_a_batch() {
    let code = r#"
class D(LogDestination):
    up = False
    def open(self):
        trace("open")
        self.up = True
        return True
    def is_opened(self): return self.up
    def send_batch(self, batch):
        trace("batch", *batch.column("MESSAGE"))
        self.up = False
        return self.SUCCESS
"#;
    let mut host = host(r#"python(class("m.D") batch-lines(1));"#, code).start();
    host.append("in.txt", "1\n2\n");
    host.wait_until("both", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(2)
    });
    assert_eq!(
        host.lines("trace"),
        ["open", "batch b'1'", "open", "batch b'2'"]
    );
    host.stop();
}

#[test]
fn a_panic_between_messages_of_a_batch_loses_none() {
    // Each insert fails before the batch sees the message, and the host gives up on it.
    let driver = r#"python(class("m.D") batch-lines(2) retries(1));"#;
    let mut host = host(driver, BATCHES)
        .with_environment("SYSLOG_NG_PLUGIN_PANIC_IN", "worker.flush")
        .start();
    host.append("in.txt", "1\n2\n3\n4\n");
    host.wait_until("all to be dropped and counted", |host| {
        host.counter("d#0", "python,m.D", "dropped") == Some(4)
    });
    host.wait_for_log("callback='worker.flush'");
    host.stop();
}

#[test]
fn a_reload_and_a_stop_in_the_middle_of_batches_lose_nothing() {
    let code = r#"
class D(LogDestination):
    calls = 0
    def send_batch(self, batch):
        self.calls += 1
        lines = [line.decode() for line in batch.column("MESSAGE")]
        # At times the last one has to come again.
        again = self.calls % 50 == 0
        with open("out", "a") as f:
            for line in lines[:-1] if again else lines: print(line, file=f)
        return [True] * (len(lines) - 1) + [not again]
"#;
    let mut host = host(
        r#"python(class("m.D") batch-lines(10) log-fifo-size(100000));"#,
        code,
    )
    .start();
    let lines: Vec<_> = (0..5000).map(|number| format!("line{number}")).collect();
    host.append("in.txt", &(lines.join("\n") + "\n"));
    for _ in 0..5 {
        let before = host.lines("out").len();
        host.wait_until("some more", |host| host.lines("out").len() > before + 100);
        assert!(host.reload());
    }
    host.stop();
    host.restart();
    host.wait_until("the last one", |host| {
        host.lines("out").iter().any(|line| line == "line4999")
    });
    host.stop();
    let seen: std::collections::HashSet<_> = host.lines("out").into_iter().collect();
    let missing: Vec<_> = lines.iter().filter(|line| !seen.contains(*line)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_killed_daemon_with_a_disk_buffer_delivers_every_batch_after_it_has_come_back() {
    let code = r#"
class D(LogDestination):
    def open(self): return os.path.exists("go")
    def send_batch(self, batch):
        if os.path.exists("stay"):
            trace("attempt")
            return self.NOT_CONNECTED
        with open("out", "a") as f:
            for line in batch.column("MESSAGE"): print(line.decode(), file=f)
        return self.SUCCESS
"#;
    let driver = r#"python(class("m.D") batch-lines(10)
        disk-buffer(disk-buf-size(10485760) mem-buf-size(1000000) reliable(yes) dir("@DIR@")));"#;
    let mut host = host(driver, code)
        .with_file("go", "")
        .with_file("stay", "")
        .start();
    let lines: Vec<_> = (0..100).map(|number| format!("line{number}")).collect();
    host.append("in.txt", &(lines.join("\n") + "\n"));
    host.wait_until("all to be queued", |host| {
        host.counter("d#0", "python,m.D", "queued") == Some(100)
    });
    host.wait_for_lines("trace", 1);
    host.signal(libc::SIGKILL);
    host.wait_for_end();
    std::fs::remove_file(host.path("stay")).unwrap();
    // Nothing comes from the file again.
    host.write("in.txt", "");
    host.restart();
    host.wait_until("all of them", |host| host.lines("out").len() >= 100);
    host.stop();
    let seen: std::collections::HashSet<_> = host.lines("out").into_iter().collect();
    assert!(lines.iter().all(|line| seen.contains(line)), "{seen:?}");
}

#[test]
fn results_that_misbehave_are_errors_and_the_daemon_lives() {
    let code = r#"
import sys
class BadLength(list):
    def __len__(self): raise OSError("no length")
class BadItem(list):
    def __getitem__(self, at): raise OSError("no item")
class BadIndex:
    def __index__(self): raise OSError("no index")
def exit(): sys.exit(3)
def interrupt(): raise KeyboardInterrupt
def generator(): yield True
ways = [
    lambda: BadLength([True] * 3), lambda: BadItem([True] * 3), lambda: BadIndex(), lambda: [BadIndex()] * 3,
    lambda: generator(), lambda: exit(), lambda: interrupt(), lambda: float("nan"), lambda: object(), lambda: 2**70,
]
class D(LogDestination):
    def send_batch(self, batch):
        trace("batch", len(batch))
        return ways.pop(0)() if ways else True
"#;
    let driver =
        r#"python(class("m.D") batch-lines(3) batch-timeout(600000) retries(100) time-reopen(1));"#;
    let mut host = host(driver, code).start();
    host.append("in.txt", "1\n2\n3\n");
    host.wait_until("all messages", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(3)
    });
    assert_eq!(host.counter("d#0", "python,m.D", "errors"), Some(10));
    assert_eq!(host.counter("d#0", "python,m.D", "dropped"), Some(0));
    assert_eq!(host.lines("trace"), ["batch 3"; 11]);
    host.stop();
}
