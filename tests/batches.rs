// SPDX-License-Identifier: GPL-2.0-or-later

//! Batches of python() destinations in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

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
