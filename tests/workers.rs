// SPDX-License-Identifier: GPL-2.0-or-later

//! python() destinations with several workers in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::{BTreeMap, BTreeSet};

use harness::Host;
use harness::destination::host;

/// The lines of the trace that begin with a word, without it.
fn traced(host: &Host, word: &str) -> Vec<String> {
    let lines = host.lines("trace").into_iter();
    let lines = lines.filter_map(|line| {
        line.strip_prefix(word)?
            .strip_prefix(' ')
            .map(str::to_owned)
    });
    lines.collect()
}

fn set(lines: Vec<String>) -> BTreeSet<String> {
    lines.into_iter().collect()
}

#[test]
fn four_workers_send_at_the_same_time_each_with_an_instance_of_its_own() {
    // Each send() waits until all four are in theirs.
    let code = r#"
barrier = threading.Barrier(4, timeout=20)
class D(LogDestination):
    def send(self, msg):
        if len(getattr(self, "sent", [])) < 25:
            barrier.wait()
        self.sent = getattr(self, "sent", []) + [msg["MESSAGE"].decode()]
        return self.SUCCESS
    def deinit(self):
        trace("sent", self.worker_index, len(self.sent))
"#;
    let mut host = host(r#"python(class("m.D") workers(4));"#, code).start();
    let lines: String = (0..100).map(|number| format!("{number}\n")).collect();
    host.append("in.txt", &lines);
    host.wait_until("all messages", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(100)
    });
    // A barrier whose time was over would have raised.
    assert_eq!(host.counter("d#0", "python,m.D", "errors"), Some(0));
    host.stop();
    assert_eq!(traced(&host, "sent"), ["0 25", "1 25", "2 25", "3 25"]);
}

#[test]
fn workers_are_made_and_initialized_in_order_and_run_on_threads_of_their_own() {
    let code = r#"
main = threading.get_ident()
class D(LogDestination):
    def __init__(self):
        trace("main", "__init__", self.worker_index, threading.get_ident() == main, int(self.seqnum))
    def generate_persist_name(self, options):
        trace("main", "generate", self.worker_index)
        return "n"
    def init(self, options):
        trace("main", "init", self.worker_index, threading.get_ident() == main, self.persist_name)
        return True
    def open(self):
        self.thread = threading.get_ident()
        trace("open", self.worker_index, self.thread == main)
        return True
    def send(self, msg):
        trace("send", self.worker_index, self.thread == threading.get_ident())
        return True
    def close(self):
        trace("close", self.worker_index, self.thread == threading.get_ident())
    def deinit(self):
        trace("main", "deinit", self.worker_index, threading.get_ident() == main)
"#;
    let mut host = host(r#"python(class("m.D") workers(3));"#, code).start();
    host.append("in.txt", "1\n2\n3\n4\n5\n6\n");
    host.wait_until("all messages", |host| {
        host.counter("d#0", "python,n", "written") == Some(6)
    });
    host.stop();
    assert_eq!(
        traced(&host, "main"),
        [
            "__init__ 0 True 0",
            "__init__ 1 True 0",
            "__init__ 2 True 0",
            "generate 0",
            "init 0 True python.n",
            "init 1 True python.n",
            "init 2 True python.n",
            "deinit 0 True",
            "deinit 1 True",
            "deinit 2 True",
        ]
    );
    let each = |word: &str| (0..3).map(|index| format!("{index} {word}")).collect();
    assert_eq!(set(traced(&host, "open")), each("False"));
    assert_eq!(set(traced(&host, "send")), each("True"));
    assert_eq!(set(traced(&host, "close")), each("True"));
}

#[test]
fn one_init_that_gives_false_refuses_the_config_after_the_deinit_of_those_before() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        trace("init", self.worker_index)
        return self.worker_index != 2
    def deinit(self): trace("deinit", self.worker_index)
    def send(self, msg): return True
"#;
    let mut host = host(r#"python(class("m.D") workers(4));"#, code);
    host.spawn(&[]);
    assert!(!host.wait_for_end().success());
    assert!(
        host.log().contains("init() returned False"),
        "{}",
        host.log()
    );
    assert_eq!(
        host.lines("trace"),
        ["init 0", "init 1", "init 2", "deinit 0", "deinit 1"]
    );
}

#[test]
fn a_reload_that_one_worker_refuses_brings_all_workers_of_the_old_config_back() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.options = options
        return not (options and self.worker_index == 1)
    def send(self, msg):
        trace("sent", msg["MESSAGE"].decode(), self.worker_index, self.persist_name)
        return True
"#;
    let mut host = host(r#"python(class("m.D") workers(2));"#, code).start();
    host.append("in.txt", "1\n2\n");
    host.wait_for_lines("trace", 2);
    let config = host.read("syslog-ng.conf");
    let refused = config.replace("workers(2)", r#"workers(3) options("x" "y")"#);
    std::fs::write(host.path("syslog-ng.conf"), refused).unwrap();
    for round in 1..=3 {
        assert!(!host.reload());
        host.append("in.txt", "3\n4\n");
        host.wait_for_lines("trace", 2 + round * 2);
    }
    let workers: BTreeSet<_> = traced(&host, "sent")
        .into_iter()
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect();
    let expected = ["0 python(m.D)", "1 python(m.D)"].map(str::to_owned);
    assert_eq!(workers, BTreeSet::from(expected));
    host.stop();
}

#[test]
fn the_persist_name_and_the_sequence_number_are_each_instance_s() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace("number", self.worker_index, self.persist_name, int(self.seqnum), str(self.seqnum))
        return True
"#;
    let driver =
        r#"python(class("m.D") persist-name("a")); python(class("m.D") persist-name("b"));"#;
    let mut host = host(driver, code).start();
    host.append("in.txt", "go\ngo\ngo\n");
    host.wait_for_lines("trace", 6);
    host.stop();
    let mut numbers: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in traced(&host, "number") {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(words[2], words[3]);
        let number: u32 = words[2].parse().unwrap();
        numbers.entry(words[1].clone()).or_default().push(number);
    }
    // The host counts messages that were not sent from elsewhere, from 1.
    assert_eq!(numbers["python.a"], [1, 2, 3], "{numbers:?}");
    assert_eq!(numbers["python.b"], [1, 2, 3], "{numbers:?}");
}

#[test]
fn instances_that_take_no_attributes_and_functions_that_make_them_will_do() {
    let code = r#"
class Slots:
    __slots__ = ()
    def send(self, msg):
        trace("slots")
        return True
class Plain:
    def send(self, msg):
        trace("plain", self.worker_index)
        return True
def make():
    return Plain()
class Meta(type):
    def __call__(cls):
        return super().__call__("from the metaclass")
class WithMeta(metaclass=Meta):
    def __init__(self, word): self.word = word
    def send(self, msg):
        trace("meta", self.worker_index, self.word)
        return True
"#;
    for (class, expected) in [("Slots", "slots"), ("make", "plain"), ("WithMeta", "meta")] {
        let driver = format!(r#"python(class("m.{class}") workers(2));"#);
        let mut host = host(&driver, code).start();
        host.append("in.txt", "1\n2\n");
        host.wait_for_lines("trace", 2);
        host.stop();
        let lines = set(host.lines("trace"));
        let expected: BTreeSet<_> = match expected {
            "slots" => ["slots".to_owned()].into(),
            "meta" => (0..2)
                .map(|index| format!("meta {index} from the metaclass"))
                .collect(),
            word => (0..2).map(|index| format!("{word} {index}")).collect(),
        };
        assert_eq!(lines, expected);
    }
}

#[test]
fn an_error_of_one_worker_is_its_own() {
    let code = r#"
class D(LogDestination):
    failed = False
    def send(self, msg):
        if self.worker_index == 1 and not self.failed:
            self.failed = True
            raise OSError("on purpose")
        trace("sent", msg["MESSAGE"].decode())
        return True
    def close(self): trace("close", self.worker_index)
"#;
    let mut host = host(r#"python(class("m.D") workers(2));"#, code).start();
    host.append("in.txt", "1\n2\n3\n4\n");
    host.wait_until("all messages", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(4)
    });
    assert_eq!(traced(&host, "close"), ["1"]);
    assert_eq!(host.counter("d#0", "python,m.D", "errors"), Some(1));
    assert_eq!(host.counter("d#0", "python,m.D", "dropped"), Some(0));
    host.stop();
}

#[test]
fn workers_with_batches_reloads_and_a_stop_lose_nothing_and_leave_no_instance() {
    let code = r#"
import gc, weakref
instances = weakref.WeakSet()
class D(LogDestination):
    def __init__(self): instances.add(self)
    def init(self, options):
        if self.worker_index == 3:
            gc.collect()
            trace("instances", len(instances))
        return True
    def send_batch(self, batch):
        with open(f"out{self.worker_index}", "a") as f:
            for line in batch.column("MESSAGE"): print(line.decode(), file=f)
        return True
"#;
    let mut host = host(r#"python(class("m.D") workers(4));"#, code).start();
    let all = |host: &Host| -> Vec<String> {
        (0..4)
            .flat_map(|index| host.lines(&format!("out{index}")))
            .collect()
    };
    for round in 0..5 {
        let lines: String = (0..200)
            .map(|number| format!("{round}-{number}\n"))
            .collect();
        host.append("in.txt", &lines);
        assert!(host.reload());
    }
    host.wait_until("all messages", |host| set(all(host)).len() == 1000);
    host.stop();
    let instances = traced(&host, "instances");
    assert_eq!(instances, ["4"; 6]);
}

#[test]
fn fewer_workers_than_queues_on_disk_are_told_of_with_their_files() {
    let code = r#"
class D(LogDestination):
    def open(self): return os.path.exists("go")
    def send(self, msg):
        trace("sent", msg["MESSAGE"].decode())
        return True
"#;
    let driver = r#"python(class("m.D") workers(4)
        disk-buffer(disk-buf-size(10485760) mem-buf-size(1000000) reliable(yes) dir("@DIR@")));"#;
    let mut host = host(driver, code).start();
    let lines: String = (0..8).map(|number| format!("line{number}\n")).collect();
    host.append("in.txt", &lines);
    host.wait_until("all to be queued", |host| {
        host.counter("d#0", "python,m.D", "queued") == Some(8)
    });
    host.stop();
    let config = host.read("syslog-ng.conf");
    let fewer = config.replace("workers(4)", "workers(2)");
    std::fs::write(host.path("syslog-ng.conf"), fewer).unwrap();
    host.write("go", "");
    host.restart();
    let warnings = host.events("Queues on disk have no worker any more");
    assert_eq!(warnings.len(), 1, "{}", host.log());
    assert!(
        warnings[0].contains("workers='2'") && warnings[0].contains("workers_needed='4'"),
        "{}",
        warnings[0]
    );
    assert_eq!(warnings[0].matches(".rqf").count(), 2, "{}", warnings[0]);
    host.wait_until("the queues that have workers", |host| {
        traced(host, "sent").len() >= 4
    });
    host.stop();
    // With as many as before nothing is lost.
    std::fs::write(host.path("syslog-ng.conf"), config).unwrap();
    host.restart();
    assert!(host.events("Queues on disk").is_empty(), "{}", host.log());
    host.wait_until("the others", |host| set(traced(host, "sent")).len() == 8);
    host.stop();
}

#[test]
fn killed_workers_with_disk_buffers_deliver_everything_after_they_have_come_back() {
    let code = r#"
class D(LogDestination):
    def open(self): return os.path.exists("go")
    def send(self, msg):
        trace("sent", msg["MESSAGE"].decode())
        return True
"#;
    let driver = r#"python(class("m.D") workers(3)
        disk-buffer(disk-buf-size(10485760) mem-buf-size(1000000) reliable(yes) dir("@DIR@")));"#;
    let mut host = host(driver, code).start();
    let lines: String = (0..60).map(|number| format!("line{number}\n")).collect();
    host.append("in.txt", &lines);
    host.wait_until("all to be queued", |host| {
        host.counter("d#0", "python,m.D", "queued") == Some(60)
    });
    host.signal(libc::SIGKILL);
    host.wait_for_end();
    host.write("in.txt", "");
    host.write("go", "");
    host.restart();
    host.wait_until("all of them", |host| set(traced(host, "sent")).len() == 60);
    host.stop();
}

#[test]
fn more_workers_than_the_host_has_numbers_for_threads_still_deliver() {
    let code = r#"
class D(LogDestination):
    def send(self, msg): return True
"#;
    let mut host = host(r#"python(class("m.D") workers(100));"#, code).start();
    let lines: String = (0..300).map(|number| format!("{number}\n")).collect();
    host.append("in.txt", &lines);
    host.wait_until("all messages", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(300)
    });
    assert!(host.reload());
    host.stop();
}

#[test]
fn wrong_numbers_of_workers_and_bytes_are_syntax_errors() {
    let code = "class D(LogDestination):\n    def send(self, msg): return True\n";
    for option in ["workers(0)", "workers(-1)", "workers(x)", "batch-bytes(0)"] {
        let log = host(&format!(r#"python(class("m.D") {option});"#), code).refused();
        assert!(
            log.contains("takes a positive whole number"),
            "{option}: {log}"
        );
    }
}

#[test]
fn messages_of_one_key_go_to_one_worker_in_their_order() {
    if harness::host_version() < (4, 4) {
        // The option is refused there, see tests/every_option.rs.
        return;
    }
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        key, number = msg["MESSAGE"].decode().split()
        trace("sent", key, self.worker_index, number)
        return True
"#;
    let driver =
        r#"python(class("m.D") workers(3) worker-partition-key("$(substr $MESSAGE 0 1)"));"#;
    let mut host = host(driver, code).start();
    let keys = ["a", "b", "c", "d", "e", "f"];
    let lines: String = (0..120)
        .map(|number| format!("{} {number}\n", keys[number % keys.len()]))
        .collect();
    host.append("in.txt", &lines);
    host.wait_until("all messages", |host| traced(host, "sent").len() == 120);
    let sent = traced(&host, "sent");
    let mut workers = BTreeSet::new();
    for key in keys {
        let of_key: Vec<Vec<&str>> = sent
            .iter()
            .map(|line| line.split(' ').collect())
            .filter(|words: &Vec<&str>| words[0] == key)
            .collect();
        let on: BTreeSet<_> = of_key.iter().map(|words| words[1].to_owned()).collect();
        assert_eq!(on.len(), 1, "{key}: {on:?}");
        workers.extend(on);
        let numbers: Vec<usize> = of_key
            .iter()
            .map(|words| words[2].parse().unwrap())
            .collect();
        assert!(numbers.is_sorted(), "{key}: {numbers:?}");
        assert_eq!(numbers.len(), 20);
    }
    assert!(workers.len() > 1, "all went to {workers:?}");
    host.stop();
}
