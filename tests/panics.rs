// SPDX-License-Identifier: GPL-2.0-or-later

//! A panic in any function that the host calls: the daemon runs on, or refuses the config. Needs
//! the feature `panic-injection`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]
#![cfg(feature = "panic-injection")]

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{Host, build_folder};

/// What happens when a function of the SDK panics each time it is called.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// The host refuses the config, and says why.
    Refused,
    /// The host runs, says what happened, and stops well.
    Runs,
    /// The same, and messages are delivered all the same.
    Delivers,
}

const CASES: &[(&str, Outcome)] = &[
    ("ack.batch", Outcome::Delivers),
    ("ack.destroy", Outcome::Delivers),
    ("ack.save", Outcome::Delivers),
    ("block_generator.argument", Outcome::Delivers),
    ("block_generator.free_fn", Outcome::Delivers),
    ("block_generator.generate", Outcome::Refused),
    ("current.changed", Outcome::Delivers),
    ("driver.construct_worker", Outcome::Refused),
    ("driver.deinit", Outcome::Delivers),
    ("compat.format_stats", Outcome::Delivers),
    ("driver.free_fn", Outcome::Delivers),
    ("driver.generate_persist_name", Outcome::Delivers),
    ("driver.init", Outcome::Refused),
    ("driver.parse", Outcome::Refused),
    ("export.module_init", Outcome::Refused),
    ("global.free_fn", Outcome::Delivers),
    ("global.init", Outcome::Refused),
    ("host.shut_down", Outcome::Delivers),
    ("http.visit", Outcome::Delivers),
    ("owned.visit", Outcome::Delivers),
    ("inner_destination.attach", Outcome::Refused),
    ("inner_destination.detach", Outcome::Delivers),
    ("inner_destination.free_fn", Outcome::Refused),
    ("inner_destination.http_request", Outcome::Delivers),
    ("inner_destination.http_response", Outcome::Delivers),
    ("inner_destination.parse", Outcome::Refused),
    ("parser.clone", Outcome::Refused),
    ("parser.deinit", Outcome::Delivers),
    ("parser.free_fn", Outcome::Delivers),
    ("parser.init", Outcome::Refused),
    ("parser.parse", Outcome::Refused),
    ("parser.process", Outcome::Delivers),
    ("persist.visit", Outcome::Delivers),
    ("root_block.parse", Outcome::Refused),
    ("source.deinit", Outcome::Delivers),
    ("source.free_fn", Outcome::Delivers),
    ("source.generate_persist_name", Outcome::Delivers),
    ("source.init", Outcome::Refused),
    ("source.parse", Outcome::Refused),
    ("source_slots.format_stats", Outcome::Delivers),
    ("source_slots.request_exit", Outcome::Delivers),
    ("source_slots.run", Outcome::Runs),
    ("source_slots.thread_deinit", Outcome::Delivers),
    ("source_slots.thread_init", Outcome::Delivers),
    ("source_slots.wakeup", Outcome::Delivers),
    ("table.cleanup_inner_plugin", Outcome::Refused),
    ("table.cleanup_pipe", Outcome::Refused),
    ("template_function.call", Outcome::Delivers),
    ("template_function.free_state", Outcome::Delivers),
    ("template_function.prepare", Outcome::Refused),
    ("transition.changed", Outcome::Delivers),
    ("transition.threads_end", Outcome::Delivers),
    ("value_pairs.visit", Outcome::Runs),
    ("worker.connect", Outcome::Runs),
    ("worker.disconnect", Outcome::Delivers),
    ("worker.flush", Outcome::Runs),
    ("worker.insert", Outcome::Runs),
    ("worker.worker_deinit", Outcome::Delivers),
    ("worker.worker_init", Outcome::Delivers),
];

/// Functions in which nothing can panic, because the host takes no failure from them.
const WITHOUT_GUARD: &[&str] = &[
    "ack.settle_unless_given_up",
    "source_slots.worker_construct",
    "template_function.construct",
];

/// Functions that belong to `--interactive`.
const INTERACTIVE: &[&str] = &["debugger.fetch_command"];

/// Functions that are compiled for other hosts than those of the tests, as AxoSyslog's walk over macros,
/// or for tests in process.
const ELSEWHERE: &[&str] = &["compat.visit", "testing.append", "testing.for_each"];

/// The SDK's functions that the host can call: `<file>.<function>` for each `extern "C" fn` in its
/// source.
fn functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("syslog-ng-plugin/src"),
        &mut found,
    );
    found
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let Some((_, after)) = line.split_once("extern \"C\" fn ") else {
                continue;
            };
            let name: String = after
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            found.insert(format!("{file}.{name}"));
        }
    }
}

#[test]
fn every_function_that_the_host_calls_has_a_case() {
    let cases = CASES.iter().map(|(name, _)| *name);
    let cases: BTreeSet<_> = cases
        .chain(WITHOUT_GUARD.iter().chain(INTERACTIVE).copied())
        .chain(ELSEWHERE.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(functions(), cases);
}

const FILE: &str = r#"file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1));"#;
/// Each message fills the window, so that the source is woken up after it.
const GENERATE: &str = r#"generate(message("one") count(2) log-iw-size(1));"#;

/// Posts a message with a bookmark.
const BOOKMARKS: &str =
    r#"python(class("S") persist-name("instant")); python(class("B") persist-name("batched"));"#;

fn config(source: &str, extra: &str) -> String {
    format!(
        r#"
@module mod-generate
python {{
class D:
    def send(self, msg):
        msg.keys()
        print(msg["MESSAGE"].decode(), flush=True)
        return True
class P:
    def parse(self, msg): return True
def f(msg): return "f"
from syslogng import BatchedAckTracker, InstantAckTracker, LogMessage, LogSource, Persist
class S(LogSource):
    def init(self, options):
        len(Persist("p"))
        self.ack_tracker = InstantAckTracker(lambda bookmark: None)
        return True
    def run(self):
        self.post_message(LogMessage("one", 1))
    def request_exit(self): pass
class B(S):
    def init(self, options):
        self.ack_tracker = BatchedAckTracker(0, 1, lambda bookmarks: None)
        return True
}};
source s {{ {source} }};
destination d {{ python(class("D") {extra}); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    )
}

/// Two log paths through one parser, so that it is cloned; `@` stands for another option of it.
const PARSER: &str = r#"
parser p { python(class("P") @); };
log { source(s); parser(p); destination(d); };
log { source(s); parser(p); destination(d); };
"#;

/// A rewrite rule with a template function.
const FUNCTION: &str = r#"
rewrite r { set("$(python f)" value("f")); };
log { source(s); rewrite(r); destination(d); };
"#;

/// A plugin inside of a destination, whose requests are answered; `@` stands for another option of it.
const INNER: &str = r#"
python {
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
class H:
    def __init__(self, options): pass
    def get_headers(self, body, headers): return ["X-Name: value"]
    def on_http_response_received(self, code): pass
try:
    server = HTTPServer(("@ADDRESS@", 8080), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
except OSError:
    # Once for the process.
    pass
};
destination h { http(url("http://@ADDRESS@:8080/") python-http-header(class("H") @)); };
log { source(s); destination(h); flags(flow-control); };
"#;

/// A part of the config that Python writes.
const GENERATOR: &str = r#"
python {
from syslogng import register_config_generator
register_config_generator("destination", "written", lambda args: 'file("/dev/null");')
};
destination w { written(name("value")); };
log { source(s); destination(w); };
"#;

fn run(slot: &str, outcome: Outcome) {
    let extra = match slot {
        // To be cleaned up, a driver has to fail to parse.
        "table.cleanup_pipe" => "nonsense(1)",
        "value_pairs.visit" => r#"retries(2) time-reopen(1) value-pairs(key("MESSAGE"))"#,
        _ => "retries(2) time-reopen(1)",
    };
    let source = match slot.split_once(['.', '_']) {
        Some(("ack" | "persist", _)) => BOOKMARKS,
        Some(("source", _)) => GENERATE,
        _ => FILE,
    };
    let generate = build_folder().join("examples/libgenerate.so");
    let mut text = config(source, extra);
    // What is refused before it was read to its end is freed at once.
    let wrong = slot == "inner_destination.free_fn" || slot.starts_with("table");
    let option = if wrong { "nonsense(1)" } else { "" };
    if slot.starts_with("parser") {
        text.push_str(&PARSER.replace('@', option));
    } else if slot.starts_with("template_function") {
        text.push_str(FUNCTION);
    } else if slot.contains("inner") || slot.starts_with("http") {
        text.push_str(&INNER.replace(" @)", &format!(" {option})")));
    } else if slot.starts_with("block_generator") {
        text.push_str(GENERATOR);
    }
    let host = Host::new(&text)
        .with_module("mod-generate", &generate)
        .with_file("in.txt", "one\n")
        .with_environment("SYSLOG_NG_PLUGIN_PANIC_IN", slot);
    let event = "A callback of this module panicked";
    let named = format!("callback='{slot}'");
    if outcome == Outcome::Refused {
        let log = host.refused();
        assert!(
            log.contains(event) && log.contains(&named),
            "{slot}:\n{log}"
        );
        return;
    }
    let mut host = host.start();
    if outcome == Outcome::Delivers {
        host.wait_for_lines("stdout", 1);
    }
    if outcome == Outcome::Runs || slot.contains("http") {
        host.wait_for_log(&named);
    }
    // Not every function is called before a reload or the end.
    host.append("in.txt", "two\n");
    host.reload();
    assert!(host.is_running());
    host.stop();
    let log = host.log();
    assert!(
        log.contains(event) && log.contains(&named) && log.contains("injected into"),
        "{slot}:\n{log}"
    );
}

#[test]
fn a_panic_never_ends_the_daemon() {
    let failed: BTreeMap<_, _> = CASES
        .iter()
        .filter_map(|&(slot, outcome)| {
            std::panic::catch_unwind(|| run(slot, outcome))
                .err()
                .map(|_| (slot, outcome))
        })
        .map(|(slot, outcome)| (slot, format!("{outcome:?}")))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn a_panic_leaves_the_interactive_debugger_to_the_host() {
    let slot = "debugger.fetch_command";
    // The host's debugger of 4.12 does not come to life beside threaded drivers, under any module.
    let config = format!(
        "python {{ }};\nsource s {{ {FILE} }};\nlog {{ source(s); destination {{ file(\"/dev/null\"); }}; }};"
    );
    let mut host = Host::new(&config)
        .with_file("in.txt", "one\n")
        .with_file("stdin", "quit\nquit\nquit\n")
        .with_environment("SYSLOG_NG_PLUGIN_PANIC_IN", slot);
    host.spawn(&["--interactive"]);
    let status = host.wait_for_end();
    let log = host.log();
    assert!(status.success(), "{status}:\n{log}");
    assert!(log.contains(&format!("callback='{slot}'")), "{log}");
}
