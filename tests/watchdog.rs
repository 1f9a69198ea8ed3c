// SPDX-License-Identifier: GPL-2.0-or-later

//! What a stop or a reload says when Python code does not return, and what becomes of that code.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::{DEADLINE, Host, host_version};

/// The event of code that does not return.
const BLOCKED: &str = " waits for it;";
const INTERRUPTED: &str = "what_is_done='SystemExit is raised in it'";
const LEFT_ALONE: &str = "what_is_done='it is blocked outside of Python, in C, and is left alone: ";

/// A host with the module `m`. The watchdog looks after 1 s and then every 2 s, where the module was built
/// for tests.
fn host(config: &str, code: &str) -> Host {
    let module = format!(
        r#"
import ctypes, os, threading, time
from syslogng import *
def trace(*words):
    with open("trace", "a") as f: print(*words, file=f)
def work():
    n = 0
    while True: n += 1
{code}"#
    );
    Host::new(config)
        .with_file("m.py", module)
        .with_environment("SYSLOG_NG_PYTHON_WATCHDOG", "1000,2000")
}

/// The same that reads `in.txt` and writes to a destination of Python.
fn host_with_destination(driver: &str, code: &str) -> Host {
    let config = format!(
        r#"
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination d {{ {driver} }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    );
    host(&config, code)
}

/// The same with a source of Python.
fn host_with_source(driver: &str, code: &str) -> Host {
    let config = format!(
        r#"
source s {{ {driver} }};
destination d {{ file("@DIR@/out.txt" template("$MESSAGE\n")); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    );
    host(&config, code)
}

/// The one event of code that does not return.
fn the_event(host: &Host) -> String {
    let mut events = host.events(BLOCKED);
    assert_eq!(events.len(), 1, "{}", host.log());
    events.remove(0)
}

fn assert_holds(event: &str, parts: &[&str]) {
    for part in parts {
        assert!(event.contains(part), "{part} is not in {event}");
    }
}

#[test]
fn run_that_never_returns_is_told_and_interrupted() {
    let code = r#"
class S(LogSource):
    def run(self):
        self.post_message(LogMessage("one"))
        work()
    def request_exit(self): trace("request_exit")
    def deinit(self): trace("deinit")
"#;
    let mut host = host_with_source(r#"python(class("m.S"));"#, code).start();
    host.wait_for_lines("out.txt", 1);
    host.stop();
    let event = the_event(&host);
    assert_holds(
        &event,
        &[
            "python-source: run() does not return, and the stop waits for it; driver='s#0', class='m.S', \
             method='run', waited='1 s', stack='",
            "/m.py:13 S.run, ",
            "/m.py:8 work', ",
            INTERRUPTED,
            "syslog-ng.conf:3:12'",
        ],
    );
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
    assert_eq!(host.lines("trace"), ["request_exit", "deinit"]);
}

#[test]
fn a_message_whose_send_is_interrupted_is_sent_when_the_daemon_runs_again() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        text = msg["MESSAGE"].decode()
        trace(text)
        if text == "two" and not os.path.exists("again"): work()
        return True
"#;
    for driver in [
        r#"python(class("m.D") retries(1));"#,
        r#"python(class("m.D") retries(1) disk-buffer(reliable(no) disk-buf-size(2000000) dir("@DIR@")));"#,
    ] {
        let mut host = host_with_destination(driver, code).start();
        host.append("in.txt", "one\ntwo\nthree\n");
        host.wait_for_lines("trace", 2);
        host.stop();
        assert_holds(
            &the_event(&host),
            &["send()", "driver='d#0'", "D.send", INTERRUPTED],
        );
        assert_eq!(host.events("raised an exception"), Vec::<String>::new());
        assert_eq!(host.events("dropped"), Vec::<String>::new());
        assert_eq!(host.lines("trace"), ["one", "two"]);
        host.write("again", "");
        host.restart();
        host.wait_for_lines("trace", 4);
        host.stop();
        assert_eq!(host.lines("trace"), ["one", "two", "two", "three"]);
    }
}

#[test]
fn a_batch_whose_send_batch_or_flush_is_interrupted_comes_again() {
    for method in [
        "def send_batch(self, batch):",
        "def send(self, msg): return self.QUEUED\n    def flush(self):",
    ] {
        let code = format!(
            r#"
class D(LogDestination):
    def open(self):
        self.slow = not os.path.exists("again")
        return True
    {method}
        trace("called")
        if self.slow: work()
        return True
"#
        );
        let driver = r#"python(class("m.D") retries(1) batch-lines(3));"#;
        let mut host = host_with_destination(driver, &code).start();
        host.append("in.txt", "one\ntwo\nthree\n");
        host.wait_for_lines("trace", 1);
        host.stop();
        assert_holds(&the_event(&host), &["driver='d#0'", INTERRUPTED]);
        assert_eq!(host.events("raised an exception"), Vec::<String>::new());
        assert_eq!(host.events("dropped"), Vec::<String>::new());
        host.write("again", "");
        host.restart();
        host.wait_until("the batch to be delivered", |host| {
            host.counter("d#0", "python,m.D", "written") == Some(3)
        });
        host.stop();
    }
}

#[test]
fn fetch_and_open_that_never_return_are_told_and_interrupted() {
    for method in ["fetch", "open"] {
        let code = format!(
            r#"
class F(LogFetcher):
    def open(self): return True
    def fetch(self): return (self.FETCH_NO_DATA,)
    def {method}(self):
        trace("called")
        work()
    def close(self): trace("close")
"#
        );
        let mut host = host_with_source(r#"python-fetcher(class("m.F"));"#, &code).start();
        host.wait_for_lines("trace", 1);
        host.stop();
        let subject = format!("python-fetcher: {method}() does not return");
        assert_holds(&the_event(&host), &[&subject, "driver='s#0'", INTERRUPTED]);
        assert_eq!(host.events("raised an exception"), Vec::<String>::new());
        assert_eq!(host.events("Error during fetching"), Vec::<String>::new());
        assert_eq!(host.lines("trace"), ["called", "close"]);
    }
}

/// A host with messages on their way to `out.txt`, through `parser` and with `$(python m.f)`.
fn host_with_parser(parser: &str, template: &str, code: &str) -> Host {
    let config = format!(
        r#"
source s {{ network(ip("@ADDRESS@") port(5140) transport("tcp") flags(no-parse)); }};
parser p {{ {parser} }};
destination d {{ file("@DIR@/out.txt" template("{template}\n")); }};
log {{ source(s); parser(p); destination(d); flags(flow-control); }};
"#
    );
    host(&config, code)
}

fn send(host: &Host, text: &str) {
    use std::io::Write as _;
    let start = Instant::now();
    let mut stream = loop {
        match std::net::TcpStream::connect((host.address(), 5140)) {
            Ok(stream) => break stream,
            Err(error) => assert!(start.elapsed() < DEADLINE, "{error}"),
        }
    };
    stream.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_message_whose_parse_is_interrupted_passes() {
    let code = r#"
class P(LogParser):
    def parse(self, msg):
        trace("called")
        work()
"#;
    let mut host = host_with_parser(r#"python(class("m.P"));"#, "$MESSAGE", code).start();
    send(&host, "one\n");
    host.wait_for_lines("trace", 1);
    host.stop();
    assert_holds(
        &the_event(&host),
        &[
            "python-parser: parse() does not return",
            "driver='p'",
            "class='m.P'",
            INTERRUPTED,
        ],
    );
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
    // From 4.12 on the host itself gives up what is in a log path when it stops, with any module.
    if host_version() < (4, 12) {
        assert_eq!(host.lines("out.txt"), ["one"]);
    }
}

#[test]
fn a_template_function_that_never_returns_is_told_and_interrupted() {
    let code = r#"
def f(msg):
    trace("called")
    work()
class P(LogParser):
    def parse(self, msg): return True
"#;
    let template = "$MESSAGE $(python m.f)";
    let mut host = host_with_parser(r#"python(class("m.P"));"#, template, code).start();
    send(&host, "one\n");
    host.wait_for_lines("trace", 1);
    host.stop();
    assert_holds(
        &host.events(BLOCKED)[0],
        &[
            "$(python): the function does not return, and the stop waits for it; function='m.f'",
            "m.py:12 f, ",
            INTERRUPTED,
        ],
    );
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
    assert_eq!(host.lines("out.txt"), ["one <error>"]);
}

#[test]
fn request_exit_and_deinit_that_never_return_are_told_and_interrupted() {
    for method in ["request_exit", "deinit"] {
        let code = format!(
            r#"
class S(LogSource):
    exit = threading.Event()
    def run(self): self.exit.wait()
    def request_exit(self): self.exit.set()
    def deinit(self): pass
class Odd(S):
    def {method}(self):
        self.exit.set()
        trace("called")
        work()
class Other(S):
    exit = threading.Event()
    def run(self):
        while not self.exit.is_set(): pass
        trace("ended by itself")
"#
        );
        let drivers = r#"python(class("m.Odd")); python(class("m.Other"));"#;
        let mut host = host_with_source(drivers, &code).start();
        host.stop();
        let subject = format!("python-source: {method}() does not return");
        assert_holds(
            &the_event(&host),
            &[&subject, "driver='s#0'", "class='m.Odd'", INTERRUPTED],
        );
        assert_eq!(host.events("raised an exception"), Vec::<String>::new());
        let mut trace = host.lines("trace");
        trace.sort();
        assert_eq!(trace, ["called", "ended by itself"]);
    }
}

#[test]
fn code_that_is_blocked_elsewhere_is_told_again_and_again_and_left_alone() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace("called")
        try: time.sleep(600)
        except BaseException as error: trace(repr(error))
        return True
"#;
    let mut host = host_with_destination(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    host.signal(libc::SIGTERM);
    host.wait_until("three events", |host| host.events(BLOCKED).len() >= 3);
    let events = host.events(BLOCKED);
    assert_holds(&events[0], &["D.send'", "waited='1 s'", LEFT_ALONE]);
    assert_holds(&events[1], &["D.send'", "waited='3 s'", LEFT_ALONE]);
    assert!(host.is_running());
    assert_eq!(host.lines("trace"), ["called"]);
    // Whose end the harness sees to, as a supervisor does.
}

#[test]
fn code_that_takes_the_exception_for_its_own_is_interrupted_again() {
    let code = r#"
class S(LogSource):
    def run(self):
        for n in range(2):
            try: work()
            except BaseException as error: trace(repr(error))
    def request_exit(self): pass
"#;
    let mut host = host_with_source(r#"python(class("m.S"));"#, code).start();
    host.stop();
    assert_eq!(host.events(BLOCKED).len(), 2, "{}", host.log());
    assert_eq!(host.lines("trace"), ["SystemExit()", "SystemExit()"]);
}

#[test]
fn code_that_holds_the_gil_is_told_without_a_stack() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace("called")
        ctypes.PyDLL(None).sleep(600)
        return True
"#;
    let mut host = host_with_destination(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    let start = Instant::now();
    host.signal(libc::SIGTERM);
    host.wait_for_log("cannot be told");
    let time = start.elapsed();
    assert!(
        time > Duration::from_millis(1900) && time < Duration::from_secs(20),
        "{time:?}"
    );
    assert_holds(
        &host.events("cannot be told")[0],
        &[
            "the stop waits for Python code",
            "not_ended='d#0 (m.D)'",
            "why='the GIL of Python was not free within a second",
        ],
    );
    assert!(host.is_running());
}

const ENDLESS: &str = r#"
class S(LogSource):
    def init(self, options):
        self.calm = os.path.exists("calm")
        self.exit = threading.Event()
        return True
    def run(self):
        trace("run", self.calm)
        if self.calm: self.exit.wait()
        else: work()
    def request_exit(self): self.exit.set()
"#;

#[test]
fn a_reload_whose_old_source_does_not_end_goes_on() {
    let mut host = host_with_source(r#"python(class("m.S"));"#, ENDLESS).start();
    host.wait_for_lines("trace", 1);
    host.write("calm", "");
    assert!(host.reload());
    host.wait_for_lines("trace", 2);
    assert_holds(
        &the_event(&host),
        &[
            "run() does not return, and the reload waits for it",
            INTERRUPTED,
        ],
    );
    // It sleeps again: the new run() is not its business.
    std::thread::sleep(Duration::from_secs(2));
    assert!(host.reload());
    host.stop();
    assert_eq!(host.events(BLOCKED).len(), 1, "{}", host.log());
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
    assert_eq!(host.lines("trace"), ["run False", "run True", "run True"]);
}

#[test]
fn what_a_reload_waited_for_is_said_to_internal_when_that_is_back() {
    let config = r#"
source s { python(class("m.S")); };
source i { internal(); };
destination d { file("@DIR@/out.txt" template("$MESSAGE\n")); };
log { source(s); destination(d); };
log { source(i); destination { file("@DIR@/internal.txt"); }; };
"#;
    // The harness has the daemon write its events to standard error, which internal() gets none of then.
    // It takes the first exception for its own, so that the reload goes on waiting.
    let code = ENDLESS.replace(
        "else: work()",
        "else:\n            try: work()\n            except SystemExit: work()",
    );
    let mut host = host(config, &code);
    host.spawn_with_internal_events();
    host.wait_for_lines("trace", 1);
    host.write("calm", "");
    host.signal(libc::SIGHUP);
    host.wait_for_lines("trace", 2);
    host.wait_until("the events in internal()", |host| {
        host.read("internal.txt").matches(BLOCKED).count() >= 2
    });
    host.stop();
    let said = host.lines("internal.txt");
    let said: Vec<_> = said.iter().filter(|line| line.contains(BLOCKED)).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    let parts = [
        "run()",
        "the reload waits for it",
        "waited='1 s'",
        " s ago on standard error'",
    ];
    assert_holds(said[0], &parts);
    assert_holds(&host.log(), &["run() does not return, and the reload"]);
}

#[test]
fn init_that_takes_long_is_told_and_left_alone() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        end = time.monotonic() + (2.5 if os.path.exists("slow") else 0)
        while time.monotonic() < end: pass
        trace("init")
        return True
    def send(self, msg): return True
"#;
    let mut host = host_with_destination(r#"python(class("m.D"));"#, code).start();
    host.write("slow", "");
    assert!(host.reload());
    host.stop();
    let event = the_event(&host);
    assert_holds(
        &event,
        &[
            "python-dest: init() does not return, and the reload waits for it",
            "driver='d#0'",
            "what begins is not interrupted",
        ],
    );
    assert_eq!(host.lines("trace"), ["init", "init"]);
}

#[test]
fn a_stop_that_takes_less_than_five_seconds_says_nothing() {
    let code = r#"
class S(LogSource):
    def run(self):
        self.end = None
        while self.end is None or time.monotonic() < self.end: pass
        trace("ended")
    def request_exit(self): self.end = time.monotonic() + 3.5
"#;
    // With the times that it has elsewhere.
    let mut host = host_with_source(r#"python(class("m.S"));"#, code)
        .with_environment("SYSLOG_NG_PYTHON_WATCHDOG", "")
        .start();
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() > Duration::from_secs(3));
    assert_eq!(host.lines("trace"), ["ended"]);
    for text in [BLOCKED, "cannot be told", "raised an exception"] {
        assert_eq!(host.events(text), Vec::<String>::new());
    }
}

#[test]
fn what_a_stop_waits_for_is_said_on_standard_error_when_internal_has_gone() {
    let config = r#"
source s { python(class("m.S")); };
source i { internal(); };
destination d { file("@DIR@/out.txt" template("$MESSAGE\n")); };
log { source(s); destination(d); };
log { source(i); destination { file("@DIR@/internal.txt"); }; };
"#;
    let mut host = host(config, ENDLESS);
    host.spawn_with_internal_events();
    host.wait_for_lines("trace", 1);
    host.stop();
    assert_holds(
        &host.log(),
        &["python-source: run() does not return, and the stop"],
    );
}

#[test]
fn a_stop_that_comes_while_init_does_not_return_is_told_and_interrupts_it() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        if os.path.exists("slow"):
            trace("init")
            work()
        return True
    def send(self, msg): return True
"#;
    // When the daemon starts.
    let mut host = host_with_destination(r#"python(class("m.D"));"#, code).with_file("slow", "");
    host.spawn(&[]);
    host.wait_for_lines("trace", 1);
    host.signal(libc::SIGTERM);
    assert!(!host.wait_for_end().success());
    let subject = "python-dest: init() does not return, and the stop waits for it";
    assert_holds(&the_event(&host), &[subject, "D.init, ", INTERRUPTED]);
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());

    // When it reloads: the new configuration is refused, and the old one let go of.
    std::fs::remove_file(host.path("slow")).unwrap();
    host.restart();
    host.write("slow", "");
    host.signal(libc::SIGHUP);
    host.wait_for_lines("trace", 2);
    host.signal(libc::SIGTERM);
    std::fs::remove_file(host.path("slow")).unwrap();
    assert!(host.wait_for_end().success(), "{}", host.log());
    let events = host.events(BLOCKED);
    assert_holds(events.last().unwrap(), &[subject, INTERRUPTED]);
}

#[test]
fn a_stop_that_comes_while_a_block_of_code_does_not_return_is_told() {
    let config = "python {\nfrom m import *\ntrace('called')\nwork()\n};\n";
    let mut host = host(config, "");
    host.spawn(&[]);
    host.wait_for_lines("trace", 1);
    host.signal(libc::SIGTERM);
    host.wait_for_end();
    assert_holds(
        &the_event(&host),
        &["and the stop waits for it", "m.py:8 work'", INTERRUPTED],
    );
}

#[test]
fn headers_that_never_come_are_told_and_interrupted_and_the_message_comes_again() {
    let code = r#"
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        trace(self.rfile.read(int(self.headers["Content-Length"])).decode(), self.headers["X-Test"])
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
class H:
    def __init__(self, options): pass
    def get_headers(self, body, headers):
        if body == "two" and not os.path.exists("again"):
            trace("get_headers")
            work()
        return ["X-Test: " + body]
"#;
    let config = r#"
python {
import m, threading
server = m.HTTPServer(("@ADDRESS@", 8080), m.Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
};
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { http(url("http://@ADDRESS@:8080/") body("$MESSAGE") time-reopen(1) python-http-header(class("m.H"))); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let mut host = host(config, code).start();
    host.append("in.txt", "one\ntwo\nthree\n");
    host.wait_for_lines("trace", 2);
    host.stop();
    assert_holds(
        &the_event(&host),
        &[
            "get_headers()",
            "driver='d#0'",
            "H.get_headers",
            INTERRUPTED,
        ],
    );
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
    assert_eq!(host.lines("trace"), ["one one", "get_headers"]);
    host.write("again", "");
    host.restart();
    host.wait_for_lines("trace", 4);
    host.stop();
    assert_eq!(
        host.lines("trace"),
        ["one one", "get_headers", "two two", "three three"]
    );
}
