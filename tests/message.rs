// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages as python() destinations read them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::destination::host;
use harness::host_version;

#[test]
fn a_message_gives_its_values_as_bytes() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace(type(msg).__name__, msg["MESSAGE"], msg[b"MESSAGE"], msg["nothing"], msg["a\0b"], msg["SEQNUM"], msg["LEVEL"])
        trace("MESSAGE" in msg, "DATE" in msg, "nothing" in msg, b"MESSAGE" in msg)
        keys = msg.keys()
        trace(all(type(key) is bytes for key in keys), b"MESSAGE" in keys, b"DATE" in keys, b"S_STAMP" in keys, len(keys) == len(set(keys)))
        values = {key: msg[key] for key in keys}
        trace(all(type(value) is bytes for value in values.values()), values[b"STAMP"] == msg["DATE"])
        trace("%(MESSAGE)s" % msg)
        for attempt in (lambda: msg[1], lambda: msg["\udc80"], lambda: msg.__setitem__("A", "b"), lambda: msg.__delitem__("A")):
            try:
                trace("no error", attempt())
            except Exception as error:
                trace(type(error).__name__)
        self.kept = msg
        return True
    def deinit(self):
        trace("kept", self.kept["MESSAGE"], self.kept["STAMP"] == self.kept["DATE"])
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "näe\n");
    host.wait_for_lines("trace", 9);
    host.stop();
    assert_eq!(
        host.lines("trace"),
        [
            r"LogMessage b'n\xc3\xa4e' b'n\xc3\xa4e' b'' b'' b'' b'notice'",
            "True True False True",
            "True True True True True",
            "True True",
            r"b'n\xc3\xa4e'",
            "TypeError",
            "UnicodeEncodeError",
            "TypeError",
            "TypeError",
            r"kept b'n\xc3\xa4e' True",
        ]
    );
    assert_eq!(host.events("python-dest"), Vec::<String>::new());
}

#[test]
fn bytes_of_a_message_arrive_as_they_are() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace(msg["MESSAGE"].hex())
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    std::fs::write(host.path("in.txt"), b"\xff\xfe\x01\n").unwrap();
    assert_eq!(host.wait_for_lines("trace", 1), ["fffe01"]);
    host.stop();
}

#[test]
fn messages_can_be_read_in_threads_of_the_user() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        thread = threading.Thread(target=lambda: trace([msg[key] for key in msg.keys()] != [], msg["MESSAGE"]))
        thread.start()
        thread.join()
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", &"line\n".repeat(50));
    let trace = host.wait_for_lines("trace", 50);
    assert!(trace.iter().all(|line| line == "True b'line'"), "{trace:?}");
    host.stop();
}

#[test]
fn messages_that_are_kept_stay_as_they_are_while_others_come() {
    let code = r#"
class D(LogDestination):
    def init(self, options):
        self.kept, self.raised, self.ids = [], [], set()
        return True
    def send(self, msg):
        text = msg["MESSAGE"]
        self.ids.add(id(msg))
        number = int(text)
        if number % 5 == 0:
            self.kept.append(msg)
        if number % 7 == 0:
            try:
                raise ValueError(msg)
            except ValueError as error:
                self.raised.append(error)
        msg.set_bookmark(text)
        if number == 99:
            trace([int(m["MESSAGE"]) for m in self.kept] == list(range(0, 100, 5)))
            trace([int(e.args[0]["MESSAGE"]) for e in self.raised] == list(range(0, 100, 7)))
            trace(len(self.ids) < 60)
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    let lines: String = (0..100).map(|number| format!("{number}\n")).collect();
    host.append("in.txt", &lines);
    assert_eq!(host.wait_for_lines("trace", 3), ["True", "True", "True"]);
    host.stop();
}

#[test]
fn what_is_refused_says_why() {
    let code = r#"
import datetime
def said(what):
    try:
        return what()
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)
class D(LogDestination):
    def send(self, msg):
        for what in (
            lambda: msg.__setitem__("key", "x"), lambda: msg.__delitem__("key"), lambda: msg.set_pri(1),
            lambda: msg.set_timestamp(datetime.datetime.now()), lambda: msg.set_source_ipaddress("192.0.2.1"),
            lambda: msg.set_recvd_rawmsg_size(1), lambda: msg.__init__("other"),
        ):
            trace(said(what))
        made = LogMessage("text")
        for what in (
            lambda: made.__setitem__("a\0b", "x"), lambda: made.__delitem__("DATE"), lambda: made.set_pri(70000), lambda: made.set_pri(-1),
            lambda: LogMessage.parse("x", 5), lambda: LogMessage.parse("x", None), lambda: LogMessage.parse(5, None), lambda: made.set_timestamp("now"),
        ):
            trace(said(what))
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    let trace = host.wait_for_lines("trace", 15);
    host.stop();
    let read_only = "cannot be changed: a message is read-only in destinations and template \
                     functions, and when a parser's parse() has returned, because others see it too";
    for (line, what) in trace.iter().zip([
        "the value key",
        "the value key",
        "the priority",
        "the timestamp",
        "the source's address",
        "the size of the raw message",
        "the text of this message",
    ]) {
        assert_eq!(*line, format!("TypeError: {what} {read_only}"));
    }
    for (line, expected) in trace[7..].iter().zip([
        "ValueError: the name of a value cannot hold a NUL byte",
        "TypeError: the macro DATE cannot be deleted: it follows from the rest of the message",
        "OverflowError: ",
        "OverflowError: ",
        "TypeError: parse_options are those of a source, self.parse_options there, not int",
        "TypeError: parse_options are those of a source, self.parse_options there, not NoneType",
        "TypeError: a raw message is a str or bytes, not int",
        "Error: a timestamp is a datetime, not str",
    ]) {
        assert!(line.contains(expected), "{line} and not {expected}");
    }
}

#[test]
fn values_of_other_types_are_told_by_key_and_type() {
    let code = r#"
import enum
class Big(enum.IntEnum):
    value_beyond = 2 ** 64
class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (2 ** 63, Big.value_beyond, object(), [1]):
            try:
                made["the.key"] = value
            except Exception as error:
                trace(type(error).__name__, error)
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    let trace = host.wait_for_lines("trace", 4);
    host.stop();
    if host_version().0 >= 4 {
        let beyond = |kind: &str| {
            format!(
                "OverflowError the value of the.key, of the type {kind}, does not fit in 64 bits \
                 with a sign"
            )
        };
        assert_eq!(trace[..2], [beyond("int"), beyond("Big")]);
        assert!(
            trace[2].starts_with("ValueError the value of the.key cannot be of the type object")
        );
        assert_eq!(
            trace[3],
            "ValueError the items of the list for the.key are to be str or bytes, not int"
        );
    } else {
        for (line, kind) in trace.iter().zip(["int", "Big", "object", "list"]) {
            let start =
                format!("ValueError the value of the.key is to be a str or bytes, not {kind}:");
            assert!(line.starts_with(&start), "{line}");
        }
    }
}

/// Many messages, values and templates, on the host's threads and on others, leave nothing behind.
#[test]
fn what_is_made_goes_again() {
    let code = r#"
from syslogng import LogTemplate, LogTemplateOptions
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4
class Derived(LogMessage):
    def __init__(self, text):
        super().__init__(text, bookmark=[text] * 10)
def work(rounds):
    options = LogTemplateOptions()
    for turn in range(rounds):
        made = Derived("x" * 1000)
        made["value"] = "y" * 1000
        template = LogTemplate("$(uppercase $MESSAGE) $DATE ${value}", options)
        for inner in range(10):
            template.format(made)
            made["DATE"], made["S_ISODATE"], made.keys(), made["value"]
            made["value"] = "z" * inner
        del made["value"]
class D(LogDestination):
    def send(self, msg):
        where = threading.Thread(target=lambda: self.measure("thread"))
        where.start()
        where.join()
        self.measure("send")
        return True
    def measure(self, name):
        work(300)
        before = resident()
        work(3000)
        trace(name, resident() - before)
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "one\n");
    for line in host.wait_for_lines("trace", 2) {
        let (name, grown) = line.split_once(' ').unwrap();
        // What leaked would be megabytes: thirty thousand texts of two kilobytes each.
        let grown: i64 = grown.parse().unwrap();
        assert!(grown < 4000, "{name}: {grown} kB");
    }
    host.stop();
}

/// Threads that go on over reloads, with a template that refers to the config, and with names that
/// nobody knew before.
#[test]
fn threads_of_the_user_go_on_over_reloads() {
    let code = r#"
import sys
from syslogng import LogTemplate, LogTemplateOptions
def work():
    options = LogTemplateOptions()
    template = LogTemplate("$(template ${name}) $(uppercase $MESSAGE)", options)
    made = LogMessage("text")
    made["name"] = "greeting"
    turn = 0
    while not sys.done:
        turn += 1
        made["new.%d.%d" % (threading.get_ident(), turn % 1000)] = "x"
        made.keys()
        made_of = (template.format(made), LogTemplate("$(echo $MESSAGE)", options).format(made))
        # AxoSyslog's give bytes.
        if made_of not in (("hello TEXT", "text"), (b"hello TEXT", b"text")):
            sys.failed.append(turn)
    sys.turns += turn
class D(LogDestination):
    def init(self, options):
        if not hasattr(sys, "threads"):
            sys.done, sys.failed, sys.turns = False, [], 0
            sys.threads = [threading.Thread(target=work) for number in range(3)]
            for thread in sys.threads:
                thread.start()
        return True
    def send(self, msg):
        if msg["MESSAGE"] == b"end":
            sys.done = True
            for thread in sys.threads:
                thread.join()
            trace(sys.failed, sys.turns > 100)
        return True
"#;
    // Beside the destination of the config.
    let driver = r#"python(class("m.D")); }; template greeting { template("hello");"#;
    let mut host = host(driver, code).start();
    for _ in 0..20 {
        host.reload();
    }
    host.append("in.txt", "end\n");
    assert_eq!(host.wait_for_lines("trace", 1), ["[] True"]);
    host.stop();
    assert_eq!(host.events("python"), Vec::<String>::new());
}
