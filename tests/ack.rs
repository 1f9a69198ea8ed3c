// SPDX-License-Identifier: GPL-2.0-or-later

//! Acknowledgement of what sources in Python post, in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

/// A host whose source is the class S of the module `m`, in front of the destination D.
fn host(code: &str) -> Host {
    let config = "source s { python(class(\"m.S\") log-iw-size(100)); };\n\
                  destination d { python(class(\"m.D\") time-reopen(1)); };\n\
                  log { source(s); destination(d); flags(flow-control); };\n";
    let module = format!(
        "from syslogng import *\n\
         import gc, os, threading, time, weakref\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n\
         class D(LogDestination):\n\
         \x20   def open(self): return not os.path.exists('stop')\n\
         \x20   def send(self, msg): return True\n{code}"
    );
    Host::new(config).with_file("m.py", module)
}

fn errors(host: &Host) -> Option<u64> {
    host.counter("s#0", "python,m.S", "errors")
}

#[test]
fn what_a_reload_leaves_on_its_way_keeps_its_source_and_no_longer() {
    let code = r#"
made = []
class S(LogSource):
    def __init__(self):
        made.append(weakref.ref(self))
        self.exit = threading.Event()
    def init(self, options):
        gc.collect()
        trace("alive", sum(ref() is not None for ref in made))
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True
    def run(self):
        for n in range(50):
            self.post_message(LogMessage("m", (self, n)))
        self.exit.wait()
    def request_exit(self):
        self.exit.set()
    def acked(self, bookmark):
        if bookmark[1] == 49: trace("acked", bookmark[0] is self)
"#;
    let mut host = host(code).start();
    for round in 0..5 {
        host.wait_until("all of them", |host| {
            host.read("trace").matches("acked True").count() == round + 1
        });
        assert!(host.reload());
    }
    host.stop();
    let trace = host.lines("trace");
    let alive: Vec<_> = trace
        .iter()
        .filter(|line| line.starts_with("alive"))
        .collect();
    assert_eq!(alive.len(), 6);
    assert!(
        alive
            .iter()
            .all(|line| *line == "alive 1" || *line == "alive 2"),
        "{alive:?}"
    );
}

#[test]
fn a_callback_cannot_post_and_its_errors_are_told_and_counted() {
    // Without a destination the callback is called in the course of the post.
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True
    def run(self):
        self.post_message(LogMessage("m", "first"))
        trace("posted")
        self.post_message(LogMessage("m", "second"))
        trace("posted")
    def request_exit(self): pass
    def acked(self, bookmark):
        trace("acked", bookmark)
        self.post_message(LogMessage("another"))
"#;
    let mut host = host(code);
    host.set_config("source s { python(class(\"m.S\")); };\nlog { source(s); };\n");
    host.restart();
    let lines = host.wait_for_lines("trace", 4);
    assert_eq!(lines, ["acked first", "posted", "acked second", "posted"]);
    assert_eq!(errors(&host), Some(2));
    host.stop();
    let event = &host.events("ack_callback() raised an exception")[0];
    assert!(
        event.contains("post_message() cannot be called from an ack tracker\\'s callback"),
        "{event}"
    );
}

#[test]
fn a_bookmark_is_given_back_once_and_then_let_go_of() {
    let code = r#"
class Bookmark:
    def __init__(self, n): self.n = n
    def __del__(self): trace("gone", self.n)
class S(LogSource):
    def init(self, options):
        self.ack_tracker = InstantAckTracker(lambda bookmark: trace("acked", bookmark.n))
        return True
    def run(self):
        for n in range(3):
            self.post_message(LogMessage("m", Bookmark(n)))
    def request_exit(self): pass
"#;
    let mut host = host(code).start();
    let lines = host.wait_for_lines("trace", 6);
    host.stop();
    for n in 0..3 {
        for what in ["acked", "gone"] {
            let line = format!("{what} {n}");
            assert_eq!(
                lines.iter().filter(|found| **found == line).count(),
                1,
                "{lines:?}"
            );
        }
    }
}

#[test]
fn at_least_once_in_order_whatever_ends_the_daemon() {
    // The position is kept in a file, as Persist would.
    let code = r#"
class S(LogSource):
    exit = False
    def init(self, options):
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        self.position = int(open("position").read()) if os.path.exists("position") else 0
        return True
    def run(self):
        while not self.exit:
            self.position += 1
            self.post_message(LogMessage(str(self.position), self.position))
    def request_exit(self):
        self.exit = True
    def acked(self, bookmark):
        with open("position.new", "w") as f: f.write(str(bookmark))
        os.replace("position.new", "position")
class D(LogDestination):
    def init(self, options):
        self.file = open("delivered", "a", buffering=1)
        print("start", file=self.file)
        self.count = 0
        return True
    def send(self, msg):
        self.count += 1
        if self.count % 7 == 0: return self.ERROR
        print(msg["MESSAGE"].decode(), file=self.file)
        return True
"#;
    let mut host = host(code).start();
    for round in 1..=5 {
        let before = host.lines("delivered").len();
        host.wait_until("messages", |host| {
            host.lines("delivered").len() > before + 3
        });
        if round % 2 == 0 {
            host.signal(libc::SIGKILL);
            host.wait_for_end();
        } else {
            host.stop();
        }
        host.restart();
    }
    host.stop();
    let delivered = host.lines("delivered");
    let runs: Vec<Vec<u64>> = delivered
        .split(|line| line == "start")
        .skip(1)
        .map(|run| run.iter().map(|line| line.parse().unwrap()).collect())
        .collect();
    assert_eq!(runs.len(), 6);
    let mut newest = 0;
    for run in runs {
        for (at, number) in run.iter().enumerate() {
            assert!(at == 0 || *number == run[at - 1] + 1, "in order: {run:?}");
            assert!(*number <= newest + 1, "{number} after {newest}");
            newest = newest.max(*number);
        }
    }
}
