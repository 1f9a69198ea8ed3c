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

/// Numbers that arrived, for each start of the host.
fn runs(host: &Host) -> Vec<Vec<u64>> {
    let delivered = host.lines("delivered");
    let runs = delivered.split(|line| line == "start").skip(1);
    runs.map(|run| run.iter().map(|line| line.parse().unwrap()).collect())
        .collect()
}

#[test]
fn at_least_once_in_order_whatever_ends_the_daemon() {
    let code = r#"
import random
class F(LogFetcher):
    def init(self, options):
        self.persist = Persist(self.persist_name, defaults={"position": 0})
        self.position = self.persist["position"]
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True
    def fetch(self):
        self.position += 1
        return (self.SUCCESS, LogMessage(str(self.position), self.position))
    def acked(self, bookmark):
        self.persist["position"] = bookmark
class D(LogDestination):
    def init(self, options):
        self.file = open("delivered", "ab", buffering=0)
        self.file.write(b"start\n")
        self.random = random.Random(os.getpid())
        return True
    def send(self, msg):
        if self.random.random() < 0.001:
            return self.random.choice((self.ERROR, self.NOT_CONNECTED, self.RETRY))
        self.file.write(msg["MESSAGE"] + b"\n")
        return True
"#;
    const STARTS: u32 = 50;
    let mut host = host(code);
    host.set_config(
        "source s { python-fetcher(class(\"m.F\") log-iw-size(100)); };\n\
         destination d { python(class(\"m.D\") time-reopen(1) retries(100)); };\n\
         log { source(s); destination(d); flags(flow-control); };\n",
    );
    let mut chance = std::process::id();
    for start in 1..=STARTS {
        host.restart();
        // Any number will do that nobody has thought about.
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let wanted = host.lines("delivered").len() + 1 + (chance >> 16) as usize % 500;
        host.wait_until("messages", |host| host.lines("delivered").len() > wanted);
        if start % 10 == 0 {
            host.stop();
        } else {
            host.signal(libc::SIGKILL);
            host.wait_for_end();
        }
    }
    let runs = runs(&host);
    assert_eq!(runs.len(), STARTS as usize);
    let mut newest = 0;
    for run in runs {
        for (at, &number) in run.iter().enumerate() {
            assert!(at == 0 || number == run[at - 1] + 1, "in order: {run:?}");
            assert!(number <= newest + 1, "{number} came after {newest}");
            newest = newest.max(number);
        }
    }
}
