// SPDX-License-Identifier: GPL-2.0-or-later

//! `python-http-header()` in `http()`, with a server that runs in the host itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

/// A server that prints what it gets; `@CLASS@` stands for a class H, `@OPTIONS@` for more options.
const CONFIG: &str = r#"
python {
import gc, threading, time, weakref
from http.server import BaseHTTPRequestHandler, HTTPServer
from syslogng import LogMessage, LogSource
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        print("request", body, self.headers.get("X-Test"), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
try:
    server = HTTPServer(("@ADDRESS@", 8080), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
except OSError:
    pass  # That of the config before serves on.
class S(LogSource):
    def run(self):
        self.post_message(LogMessage(b"one\0two \xff"))
    def request_exit(self): pass
class H:
    def __init__(self, options): pass
@CLASS@
};
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.05)); };
source p { python(class("S")); };
destination d { http(url("http://@ADDRESS@:8080/") body("$MESSAGE") time-reopen(1) python-http-header(class("H") @OPTIONS@)); };
log { source(@SOURCE@); destination(d); flags(flow-control); };
"#;

fn host(class: &str, options: &str, source: &str) -> Host {
    let config = CONFIG.replace("@CLASS@", class);
    let config = config.replace("@OPTIONS@", options);
    Host::new(&config.replace("@SOURCE@", source))
}

#[test]
fn the_body_comes_whole_whatever_bytes_it_has() {
    let class = r#"
    def get_headers(self, body, headers):
        print("body", ascii(body), all(type(header) is str for header in headers), flush=True)
        return ["X-Test: " + str(len(body))]
"#;
    let mut host = host(class, "", "p").start();
    assert_eq!(
        host.wait_for_lines("stdout", 2),
        [
            r"body 'one\x00two \udcff' True",
            // http() itself sends what is in front of the NUL.
            "request b'one' 9"
        ]
    );
    host.stop();
}

#[test]
fn errors_are_told_with_their_traceback_and_counted() {
    let class = r#"
    def get_headers(self, body, headers):
        if body == "one": raise ValueError("no headers")
        return {"two": None, "three": ["X-Test: a", 1], "four": ["X-Test: a\0b"]}.get(body, ["X-Test: good"])
    def on_http_response_received(self, code):
        if code == 200: raise LookupError("no such answer")
"#;
    let mut host = host(class, "mark-errors-as-critical(no)", "s")
        .with_file("in.txt", "one\ntwo\nthree\nfour\nfive\n")
        .start();
    assert_eq!(
        host.wait_for_lines("stdout", 5),
        [
            "request b'one' None",
            "request b'two' None",
            "request b'three' a",
            "request b'four' None",
            "request b'five' good"
        ]
    );
    host.wait_until("the errors to be counted", |host| {
        host.counter("d#0", "python-http-header,H", "errors") == Some(9)
    });
    let events = host.events("python-http-header: ");
    let find = |what: &str| {
        let found = events.iter().find(|event| event.contains(what));
        found
            .unwrap_or_else(|| panic!("{what}: {events:#?}"))
            .clone()
    };
    let raised = find("get_headers() raised an exception");
    for part in [
        "driver='d#0'",
        "class='H'",
        "method='get_headers'",
        "exception='ValueError: no headers'",
        "traceback='Traceback",
        "if body == \"one\": raise ValueError",
        "config='",
    ] {
        assert!(raised.contains(part), "{part}: {raised}");
    }
    find("returned='None (NoneType)', expected='a list with a str for each header");
    find("returned='1 (int)'");
    find("x00b");
    find("on_http_response_received() raised an exception");
    host.stop();
}

#[test]
fn a_critical_error_keeps_the_request_until_it_can_be_sent() {
    let class = r#"
    failed = False
    def get_headers(self, body, headers):
        if not H.failed:
            H.failed = True
            raise ValueError("not yet")
        return ["X-Test: now"]
"#;
    let mut host = host(class, "", "s").with_file("in.txt", "one\n").start();
    let line = host.wait_for_lines("stdout", 1).remove(0);
    // http() puts what comes again behind what it has.
    assert!(line.ends_with(" now"), "{line}");
    host.stop();
}

#[test]
fn no_object_stays_after_reloads_also_after_refused_ones() {
    let class = r#"
    import builtins
    made = builtins.__dict__.setdefault("made", [])
    def __init__(self, options):
        H.made.append(weakref.ref(self))
    def get_headers(self, body, headers):
        gc.collect()
        print("living", sum(ref() is not None for ref in H.made), "of", len(H.made), flush=True)
        return []
"#;
    let mut host = host(class, "", "s").with_file("in.txt", "").start();
    let good = host.read("syslog-ng.conf");
    for _ in 0..5 {
        assert!(host.reload());
    }
    // One that does so after the plugin was attached.
    host.write(
        "syslog-ng.conf",
        format!("{good}destination e {{ http(url(\"http://@ADDRESS@/\") persist-name(\"e\") python-http-header(class(\"Missing\"))); }}; log {{ source(s); destination(e); }};"),
    );
    for _ in 0..3 {
        assert!(!host.reload());
    }
    host.append("in.txt", "one\n");
    let line = host.wait_for_lines("stdout", 1).remove(0);
    assert!(line.starts_with("living 1 of "), "{line}");
    host.stop();
}

#[test]
fn a_class_without_get_headers_is_refused() {
    let log = host("", "", "s").with_file("in.txt", "").refused();
    let why = "python-http-header: the class does not define get_headers(self, body, headers)";
    assert!(log.contains(why), "{log}");
}
