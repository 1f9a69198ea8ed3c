// SPDX-License-Identifier: GPL-2.0-or-later

//! Configs with several Python drivers whose classes are wrong: all are told of at once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::BTreeSet;

use harness::{Host, config_version};

const MODULE: &str = r#"
from syslogng import LogDestination, LogFetcher, LogParser, LogSource
made = open("made", "a")
class Good(LogDestination):
    def __init__(self): print("made", file=made, flush=True)
    def send(self, msg): return True
class Batches(LogDestination):
    def send_batch(self, batch): return True
class Assigned(LogDestination):
    def __init__(self): self.send = lambda msg: True
class WithoutSend(LogDestination):
    def __init__(self): print("made", file=made, flush=True)
class WithoutRun(LogSource):
    def request_exit(self): pass
class WithoutFetch(LogFetcher):
    pass
class WithoutParse(LogParser):
    pass
class WithoutHeaders:
    def __init__(self, options): pass
class NoSource:
    def run(self): pass
    def request_exit(self): pass
def function(): return Good()
"#;

/// What is wrong in it, as events say it: the end of the event's text, and the line.
const CONFIG: &str = r#"
source s_run { python(class("m.WithoutRun")); };
source s_fetch { python-fetcher(class("m.WithoutFetch")
    options("a" "b")); };
source s_none { python(class("m.NoSource")); };
destination d_good { python(class("m.Good")); };
destination d_function { python(class("m.function") persist-name("f")); };
destination d_assigned { python(class("m.Assigned")); };
destination d_batches { python(class("m.Batches")); };
destination d_missing { python(class("m.Nowhere")); };
destination d_module { python(class("yaml_is_not_there.D")); };
destination d_send { python(class("m.WithoutSend")); };
parser p_parse { python(class("m.WithoutParse")); };
destination d_http { http(url("http://localhost/") python-http-header(class("m.WithoutHeaders"))); };
log { source(s_run); source(s_fetch); source(s_none); parser(p_parse); destination(d_http); destination(d_good); destination(d_function); destination(d_assigned);
    destination(d_batches); destination(d_missing); destination(d_module); destination(d_send); };
"#;

/// Line, column and text of each mistake in [`CONFIG`].
const MISTAKES: [(&str, &str); 8] = [
    (
        "3:16",
        "python-source: ~the class does not define run(self)",
    ),
    (
        "4:18",
        "python-fetcher: ~the class does not define fetch(self)",
    ),
    (
        "6:17",
        "python-source: ~the class does not derive from syslogng.LogSource",
    ),
    ("11:25", "python-dest: ~the class cannot be found"),
    ("12:24", "python-dest: ~the class cannot be found"),
    (
        "13:22",
        "python-dest: ~the class does not define send(self, msg), nor send_batch(self, batch)",
    ),
    (
        "14:18",
        "python-parser: ~the class does not define parse(self, msg)",
    ),
    (
        "15:52",
        "python-http-header: ~the class does not define get_headers(self, body, headers)",
    ),
];

fn host(config: &str) -> Host {
    Host::new(config).with_file("m.py", MODULE)
}

/// Checks that each mistake is told once: the first one as what it is, the others as such.
fn assert_told(host: &Host, log: &str) {
    let events = harness::events(log);
    let config = host.path("syslog-ng.conf");
    let mut first = 0;
    for (place, text) in MISTAKES {
        let end = format!("config='{}:{place}'", config.display());
        let found: Vec<_> = events
            .iter()
            .filter(|event| event.contains(&end) && event.contains("python-"))
            .collect();
        assert_eq!(found.len(), 1, "{end} in:\n{log}");
        let refused = text.replace('~', "") + ", so the config is refused; ";
        let too = text.replace('~', "this driver would be refused too: ") + "; ";
        assert!(
            found[0].contains(&refused) || found[0].contains(&too),
            "{}",
            found[0]
        );
        first += usize::from(found[0].contains(&refused));
    }
    assert_eq!(first, 1, "{log}");
    let others = BTreeSet::from(["Good", "function", "Batches", "Assigned"]);
    for class in others {
        assert!(!log.contains(&format!("class='m.{class}'")), "{log}");
    }
}

#[test]
fn at_the_start_all_are_told() {
    let mut host = host(CONFIG);
    host.spawn(&[]);
    assert!(!host.wait_for_end().success());
    assert_told(&host, &host.log());
    // The host may have taken up the good one before; the bad ones are not made to look at them.
    assert!(host.lines("made").len() <= 3, "{}", host.log());
}

#[test]
fn at_a_reload_all_are_told_and_the_old_config_goes_on() {
    let good = r#"
        source s { file("@DIR@/in.txt" follow-freq(0.1)); };
        destination d { python(class("m.Good")); };
        log { source(s); destination(d); };"#;
    let mut host = host(good).with_file("in.txt", "").start();
    for _ in 0..2 {
        let before = host.log().len();
        host.set_config(CONFIG);
        assert!(!host.reload());
        assert_told(&host, &host.log()[before..]);
    }
    host.set_config(good);
    let before = host.log().len();
    assert!(host.reload());
    assert!(!host.log()[before..].contains("refused"), "{}", host.log());
    host.stop();
}

#[test]
fn a_check_of_the_startup_tells_all_and_one_of_the_syntax_none() {
    let mut host = host(CONFIG);
    host.spawn(&["--syntax-only"]);
    assert!(host.wait_for_end().success(), "{}", host.log());
    assert!(!host.log().contains("python-"), "{}", host.log());
    assert!(!host.path("made").exists());
    if config_version() >= (4, 0) {
        host.spawn(&["--check-startup"]);
        assert!(!host.wait_for_end().success());
        assert_told(&host, &host.log());
    }
}

#[test]
fn a_block_s_drivers_are_placed_where_they_stand() {
    let mut host = host(
        r#"
block destination missing() { python(class("m.Nowhere")); };
block destination incomplete() {
    python(class("m.WithoutSend")); };
destination d { missing(); incomplete(); };
log { destination(d); };"#,
    );
    host.spawn(&[]);
    assert!(!host.wait_for_end().success());
    let events = host.events("the class");
    assert_eq!(events.len(), 2, "{}", host.log());
    // By the file's line or by the block's name, as the host itself says it.
    let place = events[1].rsplit_once("config='").unwrap().1;
    assert!(
        place.contains("incomplete()") || place.contains("syslog-ng.conf:5:5"),
        "{}",
        events[1]
    );
}

#[test]
fn a_missing_module_of_a_known_package_comes_with_what_brings_it() {
    for (name, hint) in [
        (
            "pyarrow_not",
            "a file pyarrow_not.py of your own belongs into the first of them",
        ),
        ("clickhouse_connect", "clickhouse-connect from PyPI"),
    ] {
        let log =
            host("destination d { python(class(\"imports.D\")); };\nlog { destination(d); };")
                .with_file("imports.py", format!("import {name}\n"))
                .refused();
        assert!(
            log.contains(&format!("No module named \\'{name}\\'")),
            "{log}"
        );
        assert!(log.contains("hint='the module"), "{log}");
        assert!(log.contains(hint), "{log}");
    }
}
