// SPDX-License-Identifier: GPL-2.0-or-later

//! Code of users that goes wrong, or does what a daemon does not expect: it lives, and says what happened.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;
use harness::destination::host;

#[test]
fn equal_errors_are_counted_but_not_all_told() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        if msg["MESSAGE"] == b"end":
            trace("end")
            return True
        raise RuntimeError("always")
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append("in.txt", &"line\n".repeat(1000));
    host.append("in.txt", "end\n");
    host.wait_for_lines("trace", 1);
    assert_eq!(host.events("python-dest: send() raised").len(), 5);
    host.wait_until("the counter", |host| {
        host.counter("d#0", "python,m.D", "errors") == Some(1000)
    });
    host.stop();
    let events = host.events("more errors came than were shown");
    assert_eq!(events.len(), 1, "{}", host.log());
    assert!(
        events[0].contains("equal_errors_not_shown='995'"),
        "{}",
        events[0]
    );
}

#[test]
fn exceptions_that_end_a_program_do_not_end_the_daemon() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        what = msg["MESSAGE"].decode()
        trace(what)
        if what == "exit": raise SystemExit(3)
        if what == "interrupt": raise KeyboardInterrupt()
        if what == "import": raise ImportError("text")
        if what == "recursion": return self.send(msg) + self.send(msg)
        if what == "str":
            class Odd(Exception):
                def __str__(self): raise ValueError("no text")
            raise Odd()
        if what == "bool":
            class NoTruth:
                def __bool__(self): raise ValueError("no truth")
                def __repr__(self): raise ValueError("no repr")
            return NoTruth()
        return True
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append(
        "in.txt",
        "exit\ninterrupt\nimport\nstr\nbool\nrecursion\nend\n",
    );
    host.wait_until("the end", |host| host.read("trace").contains("end\n"));
    host.wait_until("the counter", |host| {
        host.counter("d#0", "python,m.D", "errors") == Some(6)
    });
    for part in [
        "SystemExit: 3",
        "KeyboardInterrupt",
        "ImportError: text",
        "Odd: <the exception cannot be shown",
        "RecursionError",
    ] {
        assert!(host.log().contains(part), "{part} is not in {}", host.log());
    }
    host.stop();
}

#[test]
fn an_object_that_takes_no_attributes_goes_without_them() {
    let code = r#"
def generator():
    while True:
        message = yield True
        if message is not None: trace(message["MESSAGE"].decode())
def make():
    made = generator()
    next(made)
    return made
"#;
    let mut host = host(r#"python(class("m.make"));"#, code).start();
    host.append("in.txt", "one\ntwo\n");
    assert_eq!(host.wait_for_lines("trace", 2), ["one", "two"]);
    host.stop();
}

#[test]
fn errors_in_the_package_are_shown_with_their_source() {
    let driver = r#"python(class("syslogng.scl.print_values.PrintValues"));"#;
    let log = host(driver, "").refused();
    assert!(
        log.contains("libmod-python.so/syslogng/scl/print_values.py:"),
        "{log}"
    );
    assert!(
        log.contains(r#"self.names = options["values"].split()"#),
        "{log}"
    );
}

#[test]
fn a_value_that_is_not_told_is_not_made_into_text() {
    let code = r#"
class Shown:
    shown = 0
    def __repr__(self):
        Shown.shown += 1
        return "shown"
class D(LogDestination):
    def send(self, msg):
        if msg["MESSAGE"] == b"end":
            trace(Shown.shown)
            return True
        return Shown()
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append("in.txt", &"line\n".repeat(100));
    host.append("in.txt", "end\n");
    assert_eq!(host.wait_for_lines("trace", 1), ["5"]);
    host.stop();
}

#[test]
fn a_property_that_fails_is_told() {
    let code = r#"
class D(LogDestination):
    @property
    def open(self): raise ValueError("no open today")
    def send(self, msg): return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.wait_for_log("ValueError: no open today");
    host.stop();
}

#[test]
fn a_child_that_user_code_forks_ends_and_delivers_nothing() {
    // The host reaps all children, so it is by a pipe that the end of one is seen.
    let code = r#"
import sys
parent = os.getpid()
class D(LogDestination):
    def send(self, msg):
        trace("send", msg["MESSAGE"].decode(), os.getpid() == parent)
        for end in (lambda: sys.exit(3), lambda: True, lambda: 1 / 0):
            read, write = os.pipe()
            if os.fork() == 0:
                os.close(read)
                return end()
            os.close(write)
            trace("ended", os.read(read, 1))
            os.close(read)
        return True
    def deinit(self):
        trace("deinit", os.getpid() == parent)
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\ntwo\n");
    host.wait_for_lines("trace", 8);
    host.stop();
    let ended = ["ended b''"; 3];
    let expected = ["send one True"]
        .iter()
        .chain(&ended)
        .chain(&["send two True"])
        .chain(&ended);
    let expected: Vec<_> = expected.chain(&["deinit True"]).copied().collect();
    assert_eq!(host.lines("trace"), expected);
}

#[test]
fn a_package_that_was_taken_out_of_sys_modules_is_still_there() {
    let code = r#"
import sys
class D(LogDestination):
    def send(self, msg):
        for name in list(sys.modules):
            if name.startswith(("syslogng", "_syslogng")): del sys.modules[name]
        sys.modules["linecache"].cache = None
        import _syslogng, syslogng
        trace(_syslogng.LogMessage is type(msg), issubclass(D, LogDestination))
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    assert!(host.reload());
    host.append("in.txt", "two\n");
    assert_eq!(host.wait_for_lines("trace", 2), ["True True", "True True"]);
    host.stop();
}

#[test]
fn a_very_long_exception_is_cut_in_its_middle() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        if msg["MESSAGE"] == b"end":
            trace("end")
            return True
        raise ValueError("begin" + "x" * 20_000_000 + "end of it")
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append("in.txt", "one\nend\n");
    host.wait_for_lines("trace", 1);
    let event = host.events("send() raised an exception").remove(0);
    assert!(event.len() < 100_000, "{}", event.len());
    assert!(
        event.contains("ValueError: begin") && event.contains("end of it'"),
        "{}",
        &event[..500]
    );
    host.stop();
}

#[test]
fn code_of_the_config_cannot_take_the_daemon_s_signals() {
    let code = r#"
import signal
class D(LogDestination):
    def init(self, options):
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            signal.signal(getattr(signal, name), lambda *_: trace("taken", name))
        trace("init")
        return True
    def send(self, msg): return True
    def deinit(self):
        trace("deinit")
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    assert!(host.reload());
    assert_eq!(
        host.events("set a handler for a signal that is the daemon's")
            .len(),
        6,
        "{}",
        host.log()
    );
    host.stop();
    assert_eq!(host.lines("trace"), ["init", "deinit", "init", "deinit"]);
}

#[test]
fn threads_that_read_messages_at_the_end_do_not_crash_the_daemon() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.kept = None
        for _ in range(3): threading.Thread(target=self.work, daemon=True).start()
        return True
    def send(self, msg):
        self.kept = msg
        return True
    def work(self):
        while True:
            if self.kept is not None:
                self.kept["MESSAGE"], self.kept["DATE"], self.kept.keys()
                Logger().debug("not said")
"#;
    for _ in 0..5 {
        let mut host = host(r#"python(class("m.D"));"#, code).start();
        host.append("in.txt", "one\n");
        host.wait_until("the message", |host| {
            host.counter("d#0", "python,m.D", "written") == Some(1)
        });
        // Checks that it ends well.
        host.stop();
    }
}

#[test]
fn a_daemon_whose_standard_descriptors_user_code_closed_delivers_on_and_stops() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace(msg["MESSAGE"].decode())
        if msg["MESSAGE"] == b"one":
            os.closerange(0, 3)
        if msg["MESSAGE"] == b"error":
            print("to nobody", flush=True)
            raise RuntimeError("counted all the same")
        return True
"#;
    let mut host = host(r#"python(class("m.D") retries(1));"#, code).start();
    host.append("in.txt", "one\nerror\ntwo\n");
    assert_eq!(host.wait_for_lines("trace", 3), ["one", "error", "two"]);
    // What it says goes to its standard error here, which is gone.
    host.wait_until("the error", |host| {
        host.counter("d#0", "python,m.D", "errors") == Some(1)
    });
    host.stop();
}

/// A host with `config`, and with `code` in the module `m` behind the faults that it may use.
fn faulty(config: &str, code: &str) -> Host {
    let module = format!(
        r#"
import os, signal, sys, threading, time
from syslogng import LogFetcher, LogMessage, LogParser, LogSource
class NoTruth:
    def __bool__(self): raise ValueError("no truth")
    def __int__(self): raise ValueError("no number")
    def __repr__(self): raise ValueError("no repr")
class Odd(Exception):
    def __str__(self): raise ValueError("no text")
def recursion(): return recursion() + 1
def leave(): sys.exit(3)
def fork():
    child = os.fork()
    if child == 0: raise RuntimeError("in the child")
    # Both write to one standard error: the child's traceback is not to end up within the parent's event.
    try: os.waitpid(child, 0)
    except ChildProcessError: pass  # the host was first to ask
    raise RuntimeError("in the parent")
def fail(kind):
    if callable(kind) and not isinstance(kind, type): kind()
    raise kind
KINDS = [leave, KeyboardInterrupt, ImportError("text"), GeneratorExit, Odd(), recursion, MemoryError(), fork]
{code}"#
    );
    Host::new(config).with_file("m.py", module)
}

/// The same with a source that is `driver`.
fn faulty_source(driver: &str, code: &str) -> Host {
    let config = format!(
        r#"
source s {{ {driver} }};
destination d {{ file("@DIR@/out.txt" template("$MESSAGE\n")); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    );
    faulty(&config, code)
}

#[test]
fn whatever_ends_run_the_source_comes_back_and_the_daemon_stops() {
    let code = r#"
class S(LogSource):
    kinds = iter(KINDS)
    exit = threading.Event()
    def init(self, options):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return True
    def run(self):
        kind = next(self.kinds, None)
        if kind is not None:
            fail(kind)
        threading.Thread(target=self.exit.wait, daemon=True).start()
        os.closerange(0, 3)
        self.post_message(LogMessage("alive"))
        self.exit.wait()
        return NoTruth()
    def request_exit(self):
        self.exit.set()
        return NoTruth()
    def deinit(self):
        raise SystemExit
"#;
    let mut host = faulty_source(r#"python(class("m.S") time-reopen(1));"#, code).start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["alive"]);
    // The child of the fork ends too, and says nothing.
    assert_eq!(
        host.events("run() raised an exception").len(),
        8,
        "{}",
        host.log()
    );
    assert_eq!(host.counter("s#0", "python,m.S", "errors"), Some(8));
    host.stop();
}

#[test]
fn whatever_fetch_does_the_fetcher_comes_back_and_the_daemon_stops() {
    let code = r#"
class F(LogFetcher):
    kinds = iter(KINDS)
    values = iter([NoTruth(), (NoTruth(),), (2, NoTruth()), (2, None), None, (), 2, "text", (2, "text"), [2], (99,)])
    def open(self):
        return True
    def fetch(self):
        kind = next(self.kinds, None)
        if kind is not None:
            fail(kind)
        for value in self.values:
            return value
        if hasattr(F, "done"):
            return (self.FETCH_NO_DATA,)
        F.done = True
        os.closerange(0, 3)
        return (self.FETCH_SUCCESS, LogMessage("alive"))
    def close(self):
        raise SystemExit
    def deinit(self):
        raise KeyboardInterrupt
"#;
    let mut host = faulty_source(r#"python-fetcher(class("m.F") time-reopen(1));"#, code).start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["alive"]);
    assert_eq!(
        host.events("fetch() raised an exception").len(),
        8,
        "{}",
        host.log()
    );
    host.stop();
}

#[test]
fn whatever_parse_does_messages_behind_it_pass_and_the_daemon_stops() {
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
parser p { python(class("m.P")); };
destination d { file("@DIR@/out.txt" template("$MESSAGE\n")); };
log { source(s); parser(p); destination(d); flags(flow-control); };
"#;
    let code = r#"
kept = []
class P(LogParser):
    kinds = iter(KINDS)
    values = iter([NoTruth(), None, 0])
    def init(self, options):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return True
    def parse(self, msg):
        kept.append(msg)
        msg["MESSAGE"] = msg["MESSAGE"] + b" changed"
        kind = next(self.kinds, None)
        if kind is not None:
            fail(kind)
        for value in self.values:
            return value
        # The host writes events on another thread, and cannot once this is closed.
        end = time.monotonic() + 20
        while open("stderr").read().count("parse() raised") < 9 and time.monotonic() < end:
            time.sleep(0.01)
        os.closerange(0, 3)
        return "anything"
    def deinit(self):
        raise SystemExit
"#;
    let mut host = faulty(config, code)
        .with_file("in.txt", "line\n".repeat(11) + "alive\n")
        .start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["alive changed"]);
    // The child of the fork ends too, and says nothing. One more value has no truth.
    assert_eq!(
        host.events("parse() raised an exception").len(),
        9,
        "{}",
        host.log()
    );
    assert_eq!(host.counter("p", "python,m.P", "errors"), Some(9));
    host.stop();
}

#[test]
fn whatever_a_template_function_does_there_is_a_text_and_the_daemon_stops() {
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { file("@DIR@/out.txt" template("$MESSAGE $(python m.f)\n")); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let code = r#"
kept = []
kinds = iter(KINDS)
values = iter([NoTruth(), object(), lambda: 1, [1], "\udc80"])
def f(msg):
    kept.append(msg)
    kind = next(kinds, None)
    if kind is not None:
        fail(kind)
    for value in values:
        return value
    os.closerange(0, 3)
    return "well"
"#;
    let mut host = faulty(config, code)
        .with_file("in.txt", "line\n".repeat(13) + "alive\n")
        .start();
    let lines = host.wait_for_lines("out.txt", 14);
    assert_eq!(lines[..13], ["line <error>"; 13]);
    assert_eq!(lines[13], "alive well");
    assert_eq!(
        host.events("$(python): the function raised an exception")
            .len(),
        8,
        "{}",
        host.log()
    );
    assert_eq!(
        host.events("$(python): the function returned a value that it must not return")
            .len(),
        5,
        "{}",
        host.log()
    );
    host.stop();
}
