// SPDX-License-Identifier: GPL-2.0-or-later

//! Reloads of a real syslog-ng with python() destinations running.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

const MODULE: &str = r#"
import weakref
instances = weakref.WeakSet()
count = 0
class D:
    def __init__(self):
        instances.add(self)
        self.cycle = self
    def init(self, options):
        print("init", flush=True)
        return options.get("ready", "yes") == "yes"
    def send(self, msg):
        global count
        count += 1
        print("send", msg["MESSAGE"].decode(), count, len(instances), flush=True)
        return True
    def deinit(self):
        print("deinit", flush=True)
"#;

fn config(options: &str) -> String {
    format!(
        r#"
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination d {{ python(class("m.D") options({options})); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    )
}

fn sent(host: &Host) -> Vec<String> {
    host.lines("stdout")
        .into_iter()
        .filter(|line| line.starts_with("send"))
        .collect()
}

#[test]
fn a_reload_makes_a_new_object_lets_go_of_the_old_one_and_keeps_imported_modules() {
    let mut host = Host::new(&config(""))
        .with_file("m.py", MODULE)
        .with_file("in.txt", "0\n")
        .start();
    host.wait_until("the first message", |host| sent(host).len() == 1);
    for number in 1..=20 {
        assert!(host.reload());
        host.append("in.txt", &format!("{number}\n"));
        host.wait_until("the message", |host| sent(host).len() == number + 1);
    }
    // One instance lives, and the module's count went on.
    let expected: Vec<_> = (0..=20)
        .map(|number| format!("send {number} {} 1", number + 1))
        .collect();
    assert_eq!(sent(&host), expected);
    host.stop();
    let lines = host.lines("stdout");
    assert_eq!(lines.iter().filter(|line| *line == "init").count(), 21);
    assert_eq!(lines.iter().filter(|line| *line == "deinit").count(), 21);
}

#[test]
fn a_reload_that_init_refuses_ten_times_leaves_the_destination_delivering() {
    let mut host = Host::new(&config(""))
        .with_file("m.py", MODULE)
        .with_file("in.txt", "0\n")
        .start();
    host.wait_until("the first message", |host| sent(host).len() == 1);
    for number in 1..=10 {
        host.set_config(&config(r#""ready" "no""#));
        assert!(!host.reload());
        host.append("in.txt", &format!("{number}\n"));
        host.wait_until("the message", |host| sent(host).len() == number + 1);
    }
    let numbers: Vec<_> = sent(&host)
        .iter()
        .map(|line| line.split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(
        numbers,
        (0..=10)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(
        host.events("python-dest: init() returned False, so the config is refused")
            .len(),
        10
    );
    assert_eq!(host.counter("d#0", "python,m.D", "written"), Some(11));
    assert_eq!(host.counter("d#0", "python,m.D", "dropped"), Some(0));
    host.stop();
}

#[test]
fn messages_in_the_queue_survive_a_refused_reload_and_a_good_one() {
    let module = r#"
import os
class D:
    def open(self): return os.path.exists("go")
    def init(self, options): return options.get("ready", "yes") == "yes"
    def send(self, msg):
        print(msg["MESSAGE"].decode(), flush=True)
        return True
"#;
    // With flow-control the file source itself would read again what is not delivered, on top of
    // what the queue keeps.
    let config = |options: &str| config(options).replace(" flags(flow-control);", "");
    let lines: String = (0..500).map(|number| number.to_string() + "\n").collect();
    let mut host = Host::new(&config(""))
        .with_file("m.py", module)
        .with_file("in.txt", lines)
        .start();
    host.wait_until("a full queue", |host| {
        host.counter("d#0", "python,m.D", "queued") == Some(500)
    });
    host.set_config(&config(r#""ready" "no""#));
    assert!(!host.reload());
    host.set_config(&config(""));
    assert!(host.reload());
    host.write("go", "");
    let lines = host.wait_for_lines("stdout", 500);
    assert_eq!(
        lines,
        (0..500)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    host.stop();
}

#[test]
fn a_config_that_cannot_be_read_does_not_touch_the_running_one() {
    let mut host = Host::new(&config(""))
        .with_file("m.py", MODULE)
        .with_file("in.txt", "0\n")
        .start();
    host.wait_until("the first message", |host| sent(host).len() == 1);
    for broken in [
        r#"destination d { python(class("m.D") retries(x)); };"#,
        "python {\nthis is no Python\n};",
        "nonsense",
    ] {
        host.set_config(broken);
        assert!(!host.reload());
    }
    host.append("in.txt", "1\n");
    host.wait_until("the second message", |host| sent(host).len() == 2);
    assert!(!host.lines("stdout").contains(&"deinit".to_owned()));
    host.stop();
}

#[test]
fn a_changed_class_in_the_config_is_taken_up() {
    let block = |word: &str| {
        format!(
            "python {{\nclass D:\n    def send(self, msg):\n        print('send', '{word}', flush=True)\n        return True\n}};\n{}",
            config("").replace("m.D", "D")
        )
    };
    let mut host = Host::new(&block("old")).with_file("in.txt", "0\n").start();
    host.wait_until("the first message", |host| sent(host).len() == 1);
    host.set_config(&block("new"));
    assert!(host.reload());
    host.append("in.txt", "1\n");
    host.wait_until("the second message", |host| sent(host).len() == 2);
    assert_eq!(sent(&host), ["send old", "send new"]);
    host.stop();
}

#[test]
fn what_a_config_made_is_gone_when_the_config_is() {
    let config = |code: &str| {
        format!(
            r#"
{code}
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination other {{ python(class("m.D") persist-name("other")); }};
log {{ source(s); destination(other); }};
"#
        )
    };
    let block = r#"
python {
import m
class Local:
    def send(self, msg): return True
m.classes.add(Local)
};
destination d { python(class("Local")); };
log { destination(d); };
"#;
    let module = r#"
import sys, weakref
classes = weakref.WeakSet()
class D:
    def send(self, msg):
        print(len(classes), "_syslogng_main" in sys.modules, flush=True)
        return True
"#;
    let mut host = Host::new(&config(block))
        .with_file("m.py", module)
        .with_file("in.txt", "0\n")
        .start();
    host.wait_for_lines("stdout", 1);
    for number in 2..=10 {
        assert!(host.reload());
        host.append("in.txt", "0\n");
        host.wait_for_lines("stdout", number);
    }
    // One config's class at a time.
    assert_eq!(host.lines("stdout"), ["1 True"; 10]);
    host.set_config(&config(""));
    assert!(host.reload());
    host.append("in.txt", "0\n");
    assert_eq!(host.wait_for_lines("stdout", 11)[10], "0 False");
    host.stop();
}
