// SPDX-License-Identifier: GPL-2.0-or-later

//! python() destinations in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::process::Command;

use harness::Host;
use harness::destination::host;

/// Every method with the body that syslog-ng's manual gives it, flush() ending in pass.
const SKELETON: &str = r#"
class Skeleton(object):
    def open(self):
        trace("open")
        return True
    def close(self):
        trace("close")
        pass
    def is_opened(self):
        trace("is_opened")
        return True
    def init(self, options):
        trace("init", options)
        return True
    def deinit(self):
        trace("deinit")
        pass
    def send(self, msg):
        trace("send", msg["MESSAGE"])
        return True
    def flush(self):
        trace("flush")
        pass
"#;

#[test]
fn the_skeleton_of_the_manual_runs_without_an_error_event() {
    let mut host = host(r#"python(class("m.Skeleton"));"#, SKELETON).start();
    host.append("in.txt", "one\ntwo\n");
    host.wait_until("both messages", |host| {
        host.read("trace").contains("send b'two'")
    });
    host.stop();
    let trace = host.lines("trace");
    let without_checks: Vec<_> = trace
        .iter()
        .filter(|line| *line != "is_opened" && *line != "flush")
        .collect();
    assert_eq!(
        without_checks,
        [
            "init {}",
            "open",
            "send b'one'",
            "send b'two'",
            "close",
            "deinit"
        ]
    );
    assert!(trace.contains(&"is_opened".to_owned()), "{trace:?}");
    assert!(trace.contains(&"flush".to_owned()), "{trace:?}");
    // Hosts of version 4 say that such a class will not do for configs of version 4.
    let events = host.events("python-dest").into_iter();
    let events: Vec<_> = events
        .filter(|event| !event.contains("does not derive from"))
        .collect();
    assert_eq!(events, Vec::<String>::new());
}

#[test]
fn methods_are_called_in_order_and_on_their_threads() {
    let code = r#"
main = threading.get_ident()
class D(LogDestination):
    def __init__(self):
        trace("__init__", threading.get_ident() == main, self.SUCCESS, hasattr(self, "persist_name"))
    def generate_persist_name(self, options):
        trace("generate_persist_name", threading.get_ident() == main, options)
        return options["name"]
    def init(self, options):
        trace("init", threading.get_ident() == main, options, self.persist_name)
        return True
    def open(self):
        self.worker = threading.get_ident()
        trace("open", threading.get_ident() == main)
        return True
    def send(self, msg):
        trace("send", threading.get_ident() == self.worker)
        return self.SUCCESS
    def flush(self):
        if threading.get_ident() != self.worker: trace("flush elsewhere")
        return self.SUCCESS
    def close(self):
        trace("close", threading.get_ident() == self.worker)
    def deinit(self):
        trace("deinit", threading.get_ident() == main)
"#;
    let mut host = host(r#"python(class("m.D") options("name" "n"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_until("the message", |host| host.read("trace").contains("send"));
    host.stop();
    assert_eq!(
        host.lines("trace"),
        [
            "__init__ True 3 False",
            "generate_persist_name True {'name': 'n'}",
            "init True {'name': 'n'} python.n",
            "open False",
            "send True",
            "close True",
            "deinit True",
        ]
    );
}

#[test]
fn options_can_be_written_in_every_way() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        trace(*[f"{k}={v!r}" for k, v in options.items()])
        return True
    def send(self, msg): return True
"#;
    let driver = r#"python(
    class(m.D)
    options("a" "1", "b-c" "2"
            d => three
            "e" => "four" f 5)
    options("a" "again" "g" 0x10 h "é\x41" i "yes" j disk-buffer k 1.50)
);"#;
    let mut host = host(driver, code).start();
    // Numbers are texts where options have no types.
    let (f, g, k) = if harness::has_typed_options() {
        ("5", "16", "1.5")
    } else {
        ("'5'", "'0x10'", "'1.50'")
    };
    let texts = "a='again' b_c='2' d='three' e='four'";
    assert_eq!(
        host.wait_for_lines("trace", 1),
        [format!(
            "{texts} f={f} g={g} h='éA' i='yes' j='disk-buffer' k={k}"
        )]
    );
    host.stop();
}

#[test]
fn options_that_are_not_utf_8_are_kept() {
    let code = "
class D(LogDestination):
    def init(self, options):
        trace(ascii(options))
        return True
    def send(self, msg): return True
";
    let mut host = host(r#"python(class("m.D") options("a" "x\xff"));"#, code).start();
    assert_eq!(host.wait_for_lines("trace", 1), [r"{'a': 'x\udcff'}"]);
    host.stop();
}

/// A destination that answers the n-th send() with the n-th of its results.
const ANSWERS: &str = r#"
class Answers(LogDestination):
    def init(self, options):
        self.answers = options["answers"].split()
        return True
    def open(self):
        trace("open")
        return True
    def close(self):
        trace("close")
    def send(self, msg):
        answer = self.answers.pop(0) if self.answers else "True"
        trace("send", msg["MESSAGE"].decode(), answer)
        if answer == "raise": raise ValueError("on purpose")
        return eval(answer)
"#;

/// What the destination did with the lines `one` and `two`, up to the end of `two`.
fn answers(answers: &str, rest: &str) -> (Host, Vec<String>) {
    let driver = format!(r#"python(class("m.Answers") options("answers" "{answers}") {rest});"#);
    let mut host = host(&driver, ANSWERS).start();
    host.append("in.txt", "one\ntwo\n");
    host.wait_until("the last message", |host| {
        host.read("trace").contains("send two True")
    });
    let trace = host.lines("trace");
    (host, trace)
}

#[test]
fn an_error_is_tried_again_until_retries_is_reached() {
    let (mut host, trace) = answers("False self.ERROR", "retries(2)");
    assert_eq!(
        trace,
        [
            "open",
            "send one False",
            "close",
            "open",
            "send one self.ERROR",
            "send two True"
        ]
    );
    host.wait_until("the counters", |host| {
        host.counter("d#0", "python,m.Answers", "dropped") == Some(1)
    });
    host.wait_until("the counters", |host| {
        host.counter("d#0", "python,m.Answers", "written") == Some(1)
    });
    assert_eq!(
        host.counter("d#0", "python,m.Answers", "processed"),
        Some(2)
    );
    // An answer that the class chose is no error of the class.
    assert_eq!(host.counter("d#0", "python,m.Answers", "errors"), Some(0));
    host.stop();
}

#[test]
fn a_dropped_message_does_not_come_again() {
    let (mut host, trace) = answers("self.DROP", "");
    assert_eq!(
        trace,
        [
            "open",
            "send one self.DROP",
            "close",
            "open",
            "send two True"
        ]
    );
    host.wait_until("the counters", |host| {
        host.counter("d#0", "python,m.Answers", "dropped") == Some(1)
    });
    host.stop();
}

#[test]
fn not_connected_reconnects_and_loses_nothing() {
    let (mut host, trace) = answers("self.NOT_CONNECTED", "retries(1)");
    assert_eq!(
        trace,
        [
            "open",
            "send one self.NOT_CONNECTED",
            "close",
            "open",
            "send one True",
            "send two True"
        ]
    );
    host.stop();
}

#[test]
fn retry_gives_up_after_three_attempts_and_reconnects() {
    let (mut host, trace) = answers("self.RETRY self.RETRY self.RETRY", "retries(1)");
    assert_eq!(
        trace,
        [
            "open",
            "send one self.RETRY",
            "send one self.RETRY",
            "send one self.RETRY",
            "close",
            "open",
            "send one True",
            "send two True"
        ]
    );
    host.stop();
}

#[test]
fn an_exception_is_an_error_event_that_says_what_and_where() {
    let (mut host, _) = answers("raise", "");
    let events = host.events("python-dest: send() raised an exception");
    assert_eq!(events.len(), 1, "{}", host.log());
    let location = format!("location='{}:", host.path("m.py").display());
    for part in [
        "driver='d#0'",
        "class='m.Answers'",
        "method='send'",
        &location,
        "exception='ValueError: on purpose'",
        "Traceback (most recent call last):",
        r#"if answer == "raise": raise ValueError("on purpose")"#,
        "syslog-ng.conf:4:17'",
    ] {
        assert!(events[0].contains(part), "{part} is not in {}", events[0]);
    }
    // Nothing of it goes past internal().
    assert!(!host.read("stdout").contains("Traceback"));
    host.wait_until("the counter", |host| {
        host.counter("d#0", "python,m.Answers", "errors") == Some(1)
    });
    host.stop();
}

#[test]
fn values_that_send_must_not_return_are_errors_that_say_what_to_return() {
    for (answer, shown) in [
        ("None", "None (NoneType)"),
        ("'x'", "'x' (str)"),
        ("7", "7 (int)"),
        ("2", "2 (int)"),
        ("2**70", "(int)"),
        ("-1", "-1 (int)"),
    ] {
        let (mut host, trace) = answers(answer, "");
        assert_eq!(
            trace[1..],
            [
                format!("send one {answer}"),
                "close".into(),
                "open".into(),
                "send one True".into(),
                "send two True".into()
            ]
        );
        let events = host.events("python-dest: send() returned a value that it must not return");
        assert_eq!(events.len(), 1, "{}", host.log());
        assert!(
            events[0].contains("expected='True or self.SUCCESS"),
            "{}",
            events[0]
        );
        // The host puts a backslash before quotes.
        assert!(events[0].replace('\\', "").contains(shown), "{}", events[0]);
        assert!(events[0].contains("m.py:"), "{}", events[0]);
        host.wait_until("the counter", |host| {
            host.counter("d#0", "python,m.Answers", "errors") == Some(1)
        });
        host.stop();
    }
}

#[test]
fn none_means_what_each_method_s_users_expect() {
    let code = r#"
class D(LogDestination):
    def open(self):
        trace("open")
    def send(self, msg):
        trace("send")
        return self.QUEUED
    def flush(self):
        trace("flush")
    def close(self):
        trace("close")
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\ntwo\n");
    host.wait_until("the counter", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(2)
    });
    let warnings = host.events("open() returned None, which counts as True");
    assert_eq!(warnings.len(), 1, "{}", host.log());
    assert_eq!(host.counter("d#0", "python,m.D", "errors"), Some(0));
    host.stop();
}

#[test]
fn is_opened_returning_none_counts_as_false_and_is_told() {
    let code = r#"
class D(LogDestination):
    def is_opened(self):
        trace("is_opened")
    def send(self, msg): return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    host.wait_for_log("python-dest: is_opened() returned a value that it must not return");
    host.stop();
}

#[test]
fn open_is_called_again_after_time_reopen_seconds_until_it_succeeds() {
    let code = r#"
import time
class D(LogDestination):
    calls = []
    def open(self):
        self.calls.append(time.monotonic())
        if len(self.calls) == 1: return False
        if len(self.calls) == 2: raise OSError("refused")
        return True
    def send(self, msg):
        waits = [b - a for a, b in zip(self.calls, self.calls[1:])]
        trace("send", *["long enough" if wait > 1.9 else wait for wait in waits])
        return True
"#;
    let mut host = host(r#"python(class("m.D") time-reopen(2));"#, code).start();
    host.append("in.txt", "one\n");
    assert_eq!(
        host.wait_for_lines("trace", 1),
        ["send long enough long enough"]
    );
    assert_eq!(host.events("open() raised an exception").len(), 1);
    host.stop();
}

#[test]
fn a_connection_that_is_lost_between_messages_is_opened_again() {
    let code = r#"
class D(LogDestination):
    up = False
    def open(self):
        trace("open")
        self.up = True
        return True
    def is_opened(self): return self.up
    def send(self, msg):
        trace("send", msg["MESSAGE"].decode())
        self.up = False
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\ntwo\n");
    host.wait_until("both", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(2)
    });
    assert_eq!(
        host.lines("trace"),
        ["open", "send one", "open", "send two"]
    );
    host.stop();
}

#[test]
fn persist_names_come_from_the_config_the_class_or_its_name() {
    let code = r#"
class Plain(LogDestination):
    def init(self, options):
        trace("plain", self.persist_name)
        return True
    def send(self, msg): return True
class Static(LogDestination):
    @staticmethod
    def generate_persist_name(options):
        return "from-" + options["o"]
    def init(self, options):
        trace("static", self.persist_name)
        return True
    def send(self, msg): return True
class Bytes(Static):
    @staticmethod
    def generate_persist_name(options):
        return b"bytes"
class Broken(Static):
    @staticmethod
    def generate_persist_name(options):
        return None
    def init(self, options):
        trace("broken", self.persist_name)
        return True
"#;
    let driver = r#"
    python(class("m.Plain"));
    python(class("m.Plain") persist-name("given"));
    python(class("m.Static") options("o" "a"));
    python(class("m.Static") options("o" "b") persist-name("wins"));
    python(class("m.Broken"));
    python(class("m.Bytes") options("o" "c"));
"#;
    let mut host = host(driver, code).start();
    let mut trace = host.wait_for_lines("trace", 6);
    trace.sort();
    assert_eq!(
        trace,
        [
            "broken python(m.Broken)",
            "plain python(m.Plain)",
            "plain python.given",
            "static python.bytes",
            "static python.from-a",
            "static python.wins"
        ]
    );
    assert_eq!(host.counter("d#0", "python,m.Plain", "processed"), Some(0));
    assert_eq!(host.counter("d#1", "python,given", "processed"), Some(0));
    assert_eq!(host.counter("d#2", "python,from-a", "processed"), Some(0));
    assert_eq!(
        host.events("generate_persist_name() returned a value that it must not return")
            .len(),
        1
    );
    host.stop();
}

#[test]
fn two_drivers_of_one_class_need_two_persist_names() {
    let code = "class D(LogDestination):\n    def send(self, msg): return True\n";
    let log = host(r#"python(class("m.D")); python(class("m.D"));"#, code).refused();
    let sentence =
        "d#0 and d#1 have the same persist name, python(m.D), and one of them needs another";
    assert!(log.contains(sentence), "{log}");
    assert!(log.contains("syslog-ng.conf:4:17"), "{log}");
    assert!(log.contains("syslog-ng.conf:4:39"), "{log}");
}

#[test]
fn loaders_are_imported_and_a_missing_one_is_not_fatal() {
    let code = r#"
import sys
class D(LogDestination):
    def init(self, options):
        trace("extra" in sys.modules)
        return True
    def send(self, msg): return True
"#;
    for option in ["loaders", "imports"] {
        let driver = format!(r#"python(class("m.D") {option}("nowhere" "extra"));"#);
        let mut host = host(&driver, code).with_file("extra.py", "").start();
        assert_eq!(host.wait_for_lines("trace", 1), ["True"]);
        let events = host.events("a module named in loaders() cannot be imported");
        assert_eq!(events.len(), 1, "{}", host.log());
        assert!(
            events[0].contains("module='nowhere'") && events[0].contains("ModuleNotFoundError"),
            "{}",
            events[0]
        );
        host.stop();
    }
}

#[test]
fn any_callable_that_gives_an_instance_will_do_and_has_the_constants() {
    let code = r#"
class D:
    def send(self, msg):
        trace(self.DROP, self.ERROR, self.SUCCESS, self.QUEUED, self.NOT_CONNECTED, self.RETRY, self.MAX)
        return self.SUCCESS
def make(): return D()
"#;
    for class in ["m.D", "m.make"] {
        let mut host = host(&format!(r#"python(class("{class}"));"#), code).start();
        host.append("in.txt", "one\n");
        assert_eq!(host.wait_for_lines("trace", 1), ["0 1 3 4 5 6 7"]);
        host.stop();
    }
}

#[test]
fn base_classes_mix_in_either_order_with_their_own_init() {
    let code = r#"
class Pure:
    def __init__(self, word="pure"):
        super().__init__()
        self.word = word
class A(Pure, LogDestination):
    def send(self, msg):
        trace("A", self.word, self.open(), isinstance(self, LogDestination))
        return self.SUCCESS
class B(LogDestination, Pure):
    def __init__(self):
        Pure.__init__(self, "mixed")
    def send(self, msg):
        trace("B", self.word)
        return self.SUCCESS
"#;
    let mut host = host(r#"python(class("m.A")); python(class("m.B"));"#, code).start();
    host.append("in.txt", "one\n");
    let mut trace = host.wait_for_lines("trace", 2);
    trace.sort();
    assert_eq!(trace, ["A pure True True", "B mixed"]);
    host.stop();
}

#[test]
fn the_logger_says_events_at_the_host_s_level() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        logger = Logger()
        for level in "error warning info debug trace".split():
            getattr(logger, level)(f"100%s said at {level} é\0.")
        class Prefixed(Logger):
            def __init__(self, prefix): self.prefix = prefix
            def error(self, text): super().error(self.prefix + text)
        Prefixed("derived ").error("logger")
        logger.debug(5)
        logger.trace(None)
        trace("done")
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    let log = host.log();
    assert!(log.contains("derived logger"), "{log}");
    for level in ["error", "warning", "info"] {
        assert!(
            log.contains(&format!("100%s said at {level} é\u{fffd}.")),
            "{log}"
        );
    }
    assert!(
        !log.contains("said at debug") && !log.contains("said at trace"),
        "{log}"
    );
    host.stop();
}

#[test]
fn methods_are_looked_up_once_and_close_and_deinit_at_each_call() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.send = lambda msg: trace("new send") or True
        self.deinit = lambda: trace("new deinit")
        self.close = lambda: trace("new close")
        return True
    def send(self, msg):
        trace("old send")
        return True
    def close(self): trace("old close")
    def deinit(self): trace("old deinit")
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    host.wait_for_lines("trace", 1);
    host.stop();
    assert_eq!(host.lines("trace"), ["old send", "new close", "new deinit"]);
}

#[test]
fn bytes_that_are_written_are_counted_where_the_host_has_a_counter_for_them() {
    let code = r#"
class D(LogDestination):
    def __init__(self):
        super().__init__()
        self.stats_written_bytes_add(4096)
    def send(self, msg):
        trace(self.stats_written_bytes_add(2048))
        try: self.stats_written_bytes_add(-1)
        except OverflowError: trace("overflow")
        return True
"#;
    // At the level before that no worker's counters are kept.
    let driver = r#"python(class("m.D")); };
options { stats-level(1);"#;
    let mut host = host(driver, code).start();
    host.append("in.txt", "1\n2\n");
    assert_eq!(
        host.wait_for_lines("trace", 4),
        ["None", "overflow", "None", "overflow"]
    );
    if harness::host_version() >= (4, 0) {
        host.wait_until("the counter", |host| {
            let metrics = Command::new("syslog-ng-ctl")
                .args(["stats", "prometheus", "--control"])
                .arg(host.path("ctl"))
                .output()
                .unwrap();
            let metrics = String::from_utf8(metrics.stdout).unwrap();
            let counter = metrics
                .lines()
                .find(|line| line.contains("output_event_bytes_total") && line.contains("m.D"));
            counter.is_some_and(|line| line.ends_with(" 8192"))
        });
    }
    host.stop();
}
