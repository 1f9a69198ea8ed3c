// SPDX-License-Identifier: GPL-2.0-or-later

//! What holds for all values, tried with generated ones in a real syslog-ng: messages, options, Persist and
//! what methods return. Each daemon gets all values at once, so none is made smaller when it fails: it is
//! named. `PROPTEST_CASES` says how many, as for the properties in `src/properties`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the module's tests use the rest of it"
)]
#[path = "../src/properties/value.rs"]
mod value;

use std::fmt::Write as _;

use harness::{Host, config_version, has_typed_options};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use value::{Kind, Shape, any_value};

/// As many as are asked for, the same each time.
fn generated<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let cases = Config::default().cases;
    let mut runner = TestRunner::deterministic();
    (0..cases)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// An expression of bytes.
fn literal(bytes: &[u8]) -> String {
    let mut text = "b'".to_owned();
    for byte in bytes {
        write!(text, "\\x{byte:02x}").unwrap();
    }
    text + "'"
}

/// A host with a config of the newest version that it knows, and with `code` in the module `m`, behind what
/// generated values are made of.
fn host(config: &str, code: &str) -> Host {
    let host = Host::new("");
    let (major, minor) = config_version();
    let config = config.replace("@DIR@", host.path("").to_str().unwrap());
    host.write(
        "syslog-ng.conf",
        format!("@version: {major}.{minor}\n{config}"),
    );
    let module = format!(
        r#"
import threading
from syslogng import *
{}
def trace(*words):
    with open("trace", "a") as f: print(*words, file=f)
{code}"#,
        value::NAMES
    );
    host.with_file("m.py", module)
}

/// A name of a value: printable, or of any characters, or long.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["x[a-zA-Z0-9._-]{0,20}", "x\\PC{0,12}", "x[a-z]{200,254}",]
}

#[test]
fn what_is_set_on_a_message_reads_back_everywhere() {
    let config = r#"
source s { python(class("m.S") log-iw-size(10)); };
destination d { python(class("m.D")); python(class("m.V") value-pairs(key("x*") pair("number" "$MESSAGE"))); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let code = r#"
from cases import CASES
def as_bytes(value):
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
def read(value):
    if isinstance(value, (str, bytes)): return as_bytes(value)
    if isinstance(value, list): return [as_bytes(item) for item in value]
    if isinstance(value, (bool, float, datetime.datetime)) or value is None: return value
    return value.__index__()
def same(a, b):
    return type(a) is type(read(b)) and (a == read(b) or a != a)
expected = {}
class S(LogSource):
    def run(self):
        refused = 0
        for number, (name, make) in enumerate(CASES):
            value = make()
            message = LogMessage(str(number))
            try: message[name] = value
            except (ValueError, OverflowError, UnicodeEncodeError):
                refused += 1
                assert name not in message
                continue
            assert same(message[name], value), (number, name, message[name])
            assert name in message and name.encode() in message.keys(), (number, name)
            expected[number] = (name, value)
            self.post_message(message)
        trace("posted", len(expected), refused)
    def request_exit(self): pass
class D(LogDestination):
    seen = 0
    def send(self, msg):
        number = int(msg["MESSAGE"])
        name, value = expected[number]
        if not same(msg[name], value): trace("differs", number, ascii(name), ascii(msg[name]))
        self.seen += 1
        return True
    def deinit(self): trace("seen", self.seen)
class V(LogDestination):
    seen = 0
    def send(self, pairs):
        number = int(pairs.pop("number"))
        name, value = expected[number]
        got = pairs.pop(name, "<nothing>")
        if pairs or not same(as_bytes(got) if not isinstance(got, list) else [as_bytes(i) for i in got], value):
            trace("pairs differ", number, ascii(name), ascii(got), ascii(pairs))
        self.seen += 1
        return True
    def deinit(self): trace("seen", self.seen)
"#;
    let mut cases = format!("{}\nCASES = [\n", value::NAMES);
    for (name, Shape { expression, .. }) in generated((name(), any_value())) {
        let name = literal(name.as_bytes());
        writeln!(cases, "    ({name}.decode(), lambda: {expression}),").unwrap();
    }
    cases.push_str("]\n");
    let mut host = host(config, code).with_file("cases.py", cases).start();
    host.wait_until("run() to end", |host| {
        host.read("trace").contains("posted ") || host.log().contains("run() raised")
    });
    let trace = host.lines("trace");
    let posted = trace.iter().find_map(|line| line.strip_prefix("posted "));
    let posted = posted.unwrap_or_else(|| panic!("{}", host.log()));
    let posted: u64 = posted.split(' ').next().unwrap().parse().unwrap();
    assert!(posted > u64::from(Config::default().cases) / 8, "{posted}");
    for (id, instance) in [("d#0", "python,m.D"), ("d#1", "python,m.V")] {
        host.wait_until("all to be delivered", |host| {
            host.counter(id, instance, "written") == Some(posted)
        });
    }
    host.stop();
    let seen = format!("seen {posted}");
    let trace = host.lines("trace");
    assert_eq!(trace[1..], [seen.as_str(), &seen], "{trace:#?}");
    assert_eq!(host.events("raised an exception"), Vec::<String>::new());
}

/// A text of a config in quotes.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut text = vec![b'"'];
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', byte]),
            b'\n' => text.extend(b"\\n"),
            // The host's lexer loses one that stands in front of a line's end or of a backslash.
            b'\r' => text.extend(b"\\r"),
            // One of them is the name of a parameter.
            b'`' => text.extend(b"``"),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
    text
}

#[test]
fn options_reach_init_as_they_are_written() {
    let key = "[a-z][a-z0-9_-]{0,12}";
    let bytes = prop::collection::vec(1..=255_u8, 0..20);
    let text = "[ -~\\n\\t]{0,30}".prop_map(String::into_bytes);
    let words = "[a-z][a-z0-9_]{0,8}".prop_map(String::into_bytes);
    let values = generated((
        key,
        prop_oneof![bytes, text, words],
        any::<bool>(),
        any::<i64>(),
    ));
    let mut options = Vec::new();
    let mut expected = "EXPECTED = {\n".to_owned();
    for (number, (key, text, with_arrow, integer)) in values.iter().enumerate() {
        // Each has another name.
        let key = format!("{key}_{number}");
        options.extend(quoted(key.as_bytes()));
        options.extend(if *with_arrow {
            b" => ".as_slice()
        } else {
            b" ".as_slice()
        });
        let is_number = number % 5 == 0;
        if is_number {
            options.extend(integer.to_string().bytes());
        } else {
            options.extend(quoted(text));
        }
        options.push(b'\n');
        let key = key.replace('-', "_");
        let value = match (is_number, has_typed_options()) {
            (true, true) => integer.to_string(),
            (true, false) => format!("'{integer}'"),
            _ => format!("{}.decode('utf-8', 'surrogateescape')", literal(text)),
        };
        writeln!(expected, "    '{key}': {value},").unwrap();
    }
    expected.push_str("}\n");
    let code = r#"
from expected import EXPECTED
class D(LogDestination):
    def init(self, options):
        for key in EXPECTED.keys() | options.keys():
            a, b = options.get(key, "<nothing>"), EXPECTED.get(key, "<nothing>")
            if type(a) is not type(b) or a != b: trace("differs", key, ascii(a), ascii(b))
        trace("compared", len(options))
        return True
    def send(self, msg): return True
"#;
    let host = host("", code).with_file("expected.py", expected);
    let (major, minor) = config_version();
    let begin =
        format!("@version: {major}.{minor}\ndestination d {{ python(class(\"m.D\") options(");
    let end = b")); };\nlog { destination(d); };\n".as_slice();
    host.write("syslog-ng.conf", [begin.as_bytes(), &options, end].concat());
    let mut host = host.start();
    host.stop();
    assert_eq!(host.lines("trace"), [format!("compared {}", values.len())]);
}

#[derive(Clone, Debug)]
enum Step {
    Set(String, Shape),
    Delete(String),
}

#[test]
fn persist_is_a_dict_that_outlives_the_process() {
    // Few names, so that they come again.
    let key = prop_oneof!["k[0-9]", "[ -~]{1,20}", "\\PC{1,8}"];
    let step = prop_oneof![
        4 => (key, any_value()).prop_map(|(key, shape)| Step::Set(key, shape)),
        1 => "k[0-9]".prop_map(Step::Delete),
    ];
    let config = "source s { python(class(\"m.S\")); };\nlog { source(s); };\n";
    let code = r#"
from steps import STEPS
def same(a, b): return type(a) is type(b) and (a == b or a != a)
def compare(when, persist, model):
    keys = sorted(persist)
    if keys != sorted(model): trace(when, "other keys", ascii(set(keys) ^ set(model)))
    for key, value in model.items():
        if not same(persist[key], value): trace(when, "differs", ascii(key), ascii(persist[key]), ascii(value))
class S(LogSource):
    def run(self): pass
    def request_exit(self): pass
    def init(self, options):
        persist = Persist("generated")
        try: model = eval(open("model").read())
        except FileNotFoundError: model = {}
        compare("before", persist, model)
        half = len(STEPS) // 2
        for key, make in STEPS[:half] if not model else STEPS[half:]:
            if make is None:
                try: del persist[key]
                except KeyError: assert key not in model
                else: del model[key]
                continue
            value = make()
            try: persist[key] = value
            except (TypeError, UnicodeEncodeError): continue
            if isinstance(value, str): value = str.__str__(value)
            elif isinstance(value, int) and not isinstance(value, bool): value = int(value)
            model[key] = value
        compare("behind", persist, model)
        open("model", "w").write(ascii_of(model))
        trace("done", len(model))
        return True
def ascii_of(model):
    def one(value):
        return "float(%r)" % repr(value) if isinstance(value, float) else ascii(value)
    return "{" + ", ".join("%s: %s" % (ascii(key), one(value)) for key, value in model.items()) + "}"
"#;
    let mut steps = format!("{}\nSTEPS = [\n", value::NAMES);
    for step in generated(step) {
        let (key, make) = match step {
            Step::Set(key, shape) => (key, format!("lambda: {}", shape.expression)),
            Step::Delete(key) => (key, "None".to_owned()),
        };
        writeln!(steps, "    ({}.decode(), {make}),", literal(key.as_bytes())).unwrap();
    }
    steps.push_str("]\n");
    let mut host = host(config, code).with_file("steps.py", steps);
    // Half of the steps, the other half, and a look at what has come of them.
    for _ in 0..3 {
        host.restart();
        host.stop();
    }
    let trace = host.lines("trace");
    let ended = trace.iter().all(|line| line.starts_with("done "));
    assert!(trace.len() == 3 && ended, "{trace:#?}\n{}", host.log());
}

#[test]
fn whatever_parse_and_send_return_each_message_is_accounted_for() {
    let config = r#"
source s { python(class("m.S")); };
parser p { python(class("m.P")); };
destination d { python(class("m.D") retries(1)); };
log { source(s); parser(p); destination(d); flags(flow-control); };
"#;
    let code = r#"
from results import RESULTS
class S(LogSource):
    def run(self):
        for number in range(len(RESULTS)): self.post_message(LogMessage(str(number)))
    def request_exit(self): pass
class P(LogParser):
    def parse(self, msg): return RESULTS[int(msg["MESSAGE"])]()
class D(LogDestination):
    def send(self, msg): return RESULTS[int(msg["MESSAGE"])]()
"#;
    // Numbers may be results that have the daemon wait.
    let shapes = generated(any_value());
    let is_number = |shape: &&Shape| matches!(shape.kind, Kind::Int(_));
    let shapes: Vec<_> = shapes.iter().filter(|shape| !is_number(shape)).collect();
    let mut results = format!("{}\nRESULTS = [\n", value::NAMES);
    for shape in &shapes {
        writeln!(results, "    lambda: {},", shape.expression).unwrap();
    }
    results.push_str("]\n");
    let passes = |kind: &Kind| match kind {
        Kind::None | Kind::Raising | Kind::Bool(false) => false,
        Kind::Float(number) => *number != 0.0,
        Kind::Text(text) => text.as_ref().is_none_or(|text| !text.is_empty()),
        Kind::Bytes(bytes) => !bytes.is_empty(),
        Kind::List(all) | Kind::Tuple(all) => !all.is_empty(),
        _ => true,
    };
    let passed = shapes.iter().filter(|shape| passes(&shape.kind));
    let passed: Vec<_> = passed.collect();
    let written = passed.iter().filter(|shape| shape.kind == Kind::Bool(true));
    let written = u64::try_from(written.count()).unwrap();
    let dropped = u64::try_from(passed.len()).unwrap() - written;
    let mut host = host(config, code).with_file("results.py", results).start();
    host.wait_until("all messages to be accounted for", |host| {
        let counter = |name| host.counter("d#0", "python,m.D", name);
        counter("written") == Some(written) && counter("dropped") == Some(dropped)
    });
    assert_eq!(host.counter("d#0", "python,m.D", "errors"), Some(dropped));
    let raised = shapes.iter().filter(|shape| shape.kind == Kind::Raising);
    assert_eq!(
        host.counter("p", "python,m.P", "errors"),
        Some(u64::try_from(raised.count()).unwrap())
    );
    host.stop();
}
