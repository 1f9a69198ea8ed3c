// SPDX-License-Identifier: GPL-2.0-or-later

//! python-fetcher() in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::Host;

/// A host whose fetcher is the class F of the module `m`, with `options` for the driver.
fn host(options: &str, code: &str) -> Host {
    let config = format!(
        "source s {{ python-fetcher(class(\"m.F\") {options}); }};\n\
         destination d {{ file(\"@DIR@/out.txt\" template(\"$MESSAGE\\n\")); }};\n\
         log {{ source(s); destination(d); flags(flow-control); }};\n"
    );
    let module = format!(
        "from syslogng import LogFetcher, LogMessage\n\
         import gc, threading, time, weakref\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n{code}"
    );
    Host::new(&config).with_file("m.py", module)
}

fn errors(host: &Host) -> Option<u64> {
    host.counter("s#0", "python-fetcher,m.F", "errors")
}

#[test]
fn one_message_fetched_twice_is_an_error() {
    let code = r#"
class F(LogFetcher):
    message = LogMessage("once")
    def fetch(self):
        return (self.SUCCESS, self.message)
    def close(self):
        trace("close")
"#;
    let mut host = host("", code).start();
    host.wait_for_lines("trace", 1);
    host.stop();
    assert_eq!(host.lines("out.txt"), ["once"]);
    let events = host.events("python-fetcher: fetch() returned a value that it must not return");
    assert_eq!(events.len(), 1, "{}", host.log());
    assert!(
        events[0].contains("this one has been posted already"),
        "{}",
        events[0]
    );
}

#[test]
fn what_fetch_must_not_return_is_told_with_what_it_may() {
    let code = r#"
class F(LogFetcher):
    def fetch(self):
        return (self.SUCCESS, "text")
"#;
    let mut host = host("", code).start();
    host.wait_until("an error", |host| errors(host) >= Some(1));
    host.stop();
    let event = &host.events("fetch() returned a value that it must not return")[0];
    assert!(
        event.contains("(self.SUCCESS, message) with a LogMessage") && event.contains("(tuple)"),
        "{event}"
    );
}

#[test]
fn it_stops_and_reloads_while_it_fetches_and_leaves_nothing_behind() {
    let code = r#"
made = []
class F(LogFetcher):
    def __init__(self):
        made.append(weakref.ref(self))
    def init(self, options):
        gc.collect()
        trace("alive", sum(ref() is not None for ref in made))
        self.number = 0
        return True
    def fetch(self):
        self.number += 1
        return (self.SUCCESS, LogMessage(str(self.number)))
    def deinit(self):
        trace("fetched", self.number)
"#;
    let mut host = host("", code).start();
    for _ in 0..5 {
        let before = host.lines("out.txt").len();
        host.wait_until("messages", |host| host.lines("out.txt").len() > before + 50);
        assert!(host.reload());
    }
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
    let trace = host.lines("trace");
    let fetched = trace
        .iter()
        .filter_map(|line| line.strip_prefix("fetched "));
    let fetched: usize = fetched.map(|number| number.parse::<usize>().unwrap()).sum();
    // What was fetched arrived.
    assert_eq!(host.lines("out.txt").len(), fetched);
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
fn a_stop_ends_every_wait() {
    for (result, options) in [
        ("NO_DATA", "fetch-no-data-delay(100)"),
        ("ERROR", "time-reopen(100)"),
        ("NOT_CONNECTED", "time-reopen(100)"),
        ("TRY_AGAIN", ""),
    ] {
        let code = format!(
            "class F(LogFetcher):\n    def fetch(self):\n        trace('fetch')\n        return (self.{result},)\n"
        );
        let mut host = host(options, &code).start();
        host.wait_for_lines("trace", 1);
        let start = Instant::now();
        host.stop();
        assert!(start.elapsed() < Duration::from_secs(5), "{result}");
    }
}

#[test]
fn its_options_are_read() {
    for (options, why) in [
        (
            "fetch-no-data-delay(-1)",
            "takes a number that is not negative",
        ),
        (
            "fetch-no-data-delay(x)",
            "takes a number that is not negative, found x",
        ),
        (
            "time-reopen(0)",
            "time-reopen() takes a positive whole number, found 0",
        ),
    ] {
        let log = host(options, "").refused();
        assert!(log.contains(why), "{why}:\n{log}");
    }
    let log = Host::new("source s { python-fetcher(); };\nlog { source(s); };\n").refused();
    assert!(log.contains("python-fetcher() needs class("), "{log}");
}
