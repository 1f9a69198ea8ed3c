// SPDX-License-Identifier: GPL-2.0-or-later

//! python() parsers and template functions in a real syslog-ng: threads, reloads, events.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::BTreeMap;

use harness::{Host, config_version};

const FILE: &str = r#"source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };"#;

const MODULE: &str = r#"
from syslogng import LogDestination, LogMessage, LogParser, LogSource, LogTemplate, LogTemplateOptions, Persist
import collections, gc, os, threading, weakref
def trace(*words):
    with open('trace', 'a') as f: print(*words, file=f)
class S(LogSource):
    exit = threading.Event()
    def init(self, options):
        self.number, self.count = options["number"], int(options["count"])
        return True
    def run(self):
        for i in range(self.count):
            self.post_message(LogMessage(f"{self.number} {i}"))
        self.exit.wait()
    def request_exit(self): self.exit.set()
"#;

fn host(config: &str, code: &str) -> Host {
    Host::new(config)
        .with_file("m.py", format!("{MODULE}{code}"))
        .with_file("in.txt", "")
}

/// A host whose messages from `in.txt` go through a class `P` to `out.txt`.
fn parsing(behind: &str, code: &str) -> Host {
    let config = format!(
        r#"
{FILE}
parser p {{ python(class("m.P")); }};
{behind}
destination d {{ file("@DIR@/out.txt" template("$MESSAGE $x\n")); }};
log {{ source(s); parser(p); {} destination(d); flags(flow-control); }};
"#,
        if behind.is_empty() { "" } else { "rewrite(r);" }
    );
    host(&config, code)
}

/// Four sources in Python, each with a thread of its own.
fn sources(count: usize) -> String {
    let drivers: String = (0..4)
        .map(|number| {
            format!(
                "python(class(\"m.S\") persist-name(\"s{number}\") options(\"number\" \"{number}\" \"count\" \
                 \"{count}\"));\n"
            )
        })
        .collect();
    format!("source s {{ {drivers} }};")
}

#[test]
fn parse_is_called_on_several_threads_while_names_are_registered() {
    let config = format!(
        r#"
{}
parser p {{ python(class("m.P")); }};
destination d {{ file("@DIR@/out.txt" template("$MESSAGE $count $last\n")); }};
log {{ source(s); parser(p); destination(d); flags(flow-control); }};
"#,
        sources(200)
    );
    let code = r#"
local = threading.local()
class P(LogParser):
    def parse(self, msg):
        local.count = getattr(local, "count", 0) + 1
        number, i = msg["MESSAGE"].decode().split()
        for k in range(10):
            msg[f"made.{number}.{i}.{k}"] = str(k)
        for name in msg.keys():
            msg[name]
        msg["count"] = str(local.count)
        msg["last"] = msg[f"made.{number}.{i}.9"]
        return True
"#;
    let mut host = host(&config, code).start();
    let mut lines = host.wait_for_lines("out.txt", 800);
    lines.sort();
    // A thread's state is kept, so that what it counts for itself is what it was handed.
    let mut expected: Vec<_> = (0..4)
        .flat_map(|number| (0..200).map(move |i| format!("{number} {i} {} 9", i + 1)))
        .collect();
    expected.sort();
    assert_eq!(lines, expected);
    host.stop();
}

#[test]
fn a_thread_of_the_host_s_pool_keeps_its_state_and_may_end() {
    let code = r#"
local = threading.local()
class Last:
    def __del__(self): trace("ended", self.number)
class P(LogParser):
    def parse(self, msg):
        if not hasattr(local, "count"):
            local.count = 0
            local.last = Last()
            local.last.number = threading.get_native_id()
        local.count += 1
        trace("parse", threading.get_native_id(), local.count)
        return True
"#;
    let mut host = parsing("", code).start();
    for number in 1..=20 {
        host.append("in.txt", "line\n");
        host.wait_for_lines("out.txt", number);
    }
    let mut counts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in host.lines("trace") {
        let words: Vec<_> = line.split(' ').collect();
        let count = words[2].parse().unwrap();
        counts.entry(words[1].to_owned()).or_default().push(count);
    }
    for (thread, counts) in &counts {
        let all: Vec<_> = (1..=counts.len()).collect();
        assert_eq!(counts, &all, "{thread}");
    }
    // The host's threads end when they have had nothing to do for ten seconds.
    let threads = counts.len();
    host.wait_until("the threads to end", |host| {
        let ended = |line: &String| line.starts_with("ended ");
        host.lines("trace")
            .iter()
            .filter(|line| ended(line))
            .count()
            == threads
    });
    host.append("in.txt", "line\n");
    host.wait_for_lines("out.txt", 21);
    host.stop();
}

#[test]
fn what_is_kept_of_messages_stays_as_it_was_while_the_host_goes_on_with_them() {
    let code = r#"
class P(LogParser):
    kept = collections.deque(maxlen=50)
    def init(self, options):
        self.stop = False
        self.threads = [threading.Thread(target=self.read) for _ in range(2)]
        for thread in self.threads: thread.start()
        return True
    def read(self):
        while not self.stop:
            for msg in list(self.kept):
                try:
                    if msg["x"] != b"set": trace("wrong", msg["x"])
                    for name in msg.keys(): msg[name]
                    msg["x"] = "changed"
                    trace("written")
                except TypeError: pass
    def parse(self, msg):
        msg["x"] = "set"
        self.kept.append(msg)
        return True
    def deinit(self):
        self.stop = True
        for thread in self.threads: thread.join()
functions = collections.deque(maxlen=50)
def f(msg):
    functions.append((msg, msg["x"]))
    for old, x in list(functions):
        if old["x"] != x: trace("wrong", x, old["x"])
    return msg["x"] + b" behind"
"#;
    let behind = r#"rewrite r { set("$(python m.f)" value("x")); set("$(python m.f)" value("x"));
        set("long enough to be moved to elsewhere in the message" value("y")); };"#;
    let mut host = parsing(behind, code).start();
    host.append("in.txt", &"line\n".repeat(2000));
    let lines = host.wait_for_lines("out.txt", 2000);
    let different: Vec<_> = lines
        .iter()
        .filter(|line| *line != "line set behind behind")
        .collect();
    assert!(different.is_empty(), "{different:?}");
    host.stop();
    assert_eq!(host.read("trace"), "");
}

#[test]
fn a_reload_lets_go_of_objects_classes_and_functions() {
    let code = r#"
instances = weakref.WeakSet()
def count():
    gc.collect()
    return len(instances)
"#;
    let config = format!(
        r#"
{FILE}
python {{
from m import *
class P(LogParser):
    def __init__(self):
        instances.add(self)
        self.cycle = self
    def parse(self, msg):
        msg["x"] = str(count())
        return True
def f(msg, what): return what
instances.add(f)
instances.add(P)
}};
parser p {{ python(class("P")); }};
destination d {{ file("@DIR@/out.txt" template("$(python f $x)\n")); }};
destination d2 {{ file("@DIR@/out2.txt" template("$(python f $x)\n")); }};
log {{ source(s); parser(p); destination(d); }};
log {{ source(s); parser(p); destination(d2); }};
"#
    );
    let mut host = host(&config, code).start();
    for number in 1..=10 {
        host.append("in.txt", "line\n");
        host.wait_for_lines("out.txt", number);
        // Two objects, the class and the function.
        assert_eq!(host.wait_for_lines("out2.txt", number)[number - 1], "4");
        assert!(host.reload());
    }
    host.stop();
}

#[test]
fn a_refused_reload_gives_the_old_parser_a_fresh_object() {
    let code = r#"
class P(LogParser):
    count = 0
    def init(self, options):
        P.count += 1
        self.number = P.count
        trace("init", self.number)
        return not os.path.exists("refuse")
    def parse(self, msg):
        msg["x"] = str(self.number)
        return True
    def deinit(self): trace("deinit", self.number)
"#;
    let config = format!(
        r#"
{FILE}
parser p {{ python(class("m.P")); }};
destination d {{ file("@DIR@/out.txt" template("$x\n")); }};
log {{ source(s); parser(p); destination(d); }};
"#
    );
    let mut host = host(&config, code).start();
    host.append("in.txt", "line\n");
    host.wait_for_lines("out.txt", 1);
    let refused = format!(
        "{config}\nparser q {{ python(class(\"m.nowhere\")); }};\nlog {{ source(s); parser(q); }};"
    );
    host.set_config(&refused);
    for round in 2..=4 {
        assert!(!host.reload());
        host.append("in.txt", "line\n");
        host.wait_for_lines("out.txt", round);
    }
    host.stop();
    // Each refused config made one too, before the parser behind it was found missing.
    let numbers: Vec<u32> = host
        .lines("out.txt")
        .iter()
        .map(|line| line.parse().unwrap())
        .collect();
    assert!(numbers.is_sorted() && numbers[0] == 1, "{numbers:?}");
    assert_eq!(numbers.last(), Some(&P_OF_THE_LAST), "{numbers:?}");
    let inits = host
        .lines("trace")
        .iter()
        .filter(|line| line.starts_with("init"))
        .count();
    let deinits = host
        .lines("trace")
        .iter()
        .filter(|line| line.starts_with("deinit"))
        .count();
    assert_eq!(inits, deinits, "{}", host.read("trace"));
}

/// One object at the start; then for each refused config one of its own, and a fresh one of the old.
const P_OF_THE_LAST: u32 = 7;

#[test]
fn an_exception_is_told_with_its_place_and_counted() {
    let code = r#"
class P(LogParser):
    def parse(self, msg):
        if msg["MESSAGE"] == b"bad":
            raise ValueError("on purpose")
        return True
"#;
    let mut host = parsing("", code).start();
    host.append("in.txt", &"bad\n".repeat(20));
    host.append("in.txt", "good\n");
    assert_eq!(host.wait_for_lines("out.txt", 1), ["good "]);
    let events = host.events("python-parser: parse() raised an exception");
    assert_eq!(events.len(), 5, "{}", host.log());
    let line = MODULE.lines().count() + 5;
    for part in [
        "driver='p'",
        "class='m.P'",
        "method='parse'",
        &format!("m.py:{line}'"),
        "ValueError: on purpose",
        "Traceback (most recent call last)",
        "syslog-ng.conf:",
    ] {
        assert!(events[0].contains(part), "{part} is not in {}", events[0]);
    }
    assert_eq!(host.counter("p", "python,m.P", "errors"), Some(20));
    host.stop();
    assert!(host.events("more errors came than were shown")[0].contains("'15'"));
}

#[test]
fn a_function_that_fails_is_told_with_its_place() {
    let config = format!(
        r#"
{FILE}
destination d {{ file("@DIR@/out.txt" template("$(python m.f) $(python nowhere.f)\n")); }};
log {{ source(s); destination(d); }};
"#
    );
    let code = "def f(msg): raise ValueError('on purpose')\n";
    let mut host = host(&config, code).start();
    host.append("in.txt", &"line\n".repeat(20));
    let lines = host.wait_for_lines("out.txt", 20);
    assert_eq!(lines, ["<error> <error>"; 20]);
    let events = host.events("$(python): the function raised an exception");
    assert_eq!(events.len(), 5, "{}", host.log());
    let line = MODULE.lines().count() + 1;
    for part in [
        "function='m.f'",
        &format!("m.py:{line}'"),
        "ValueError: on purpose",
        "Traceback (most recent call last)",
    ] {
        assert!(events[0].contains(part), "{part} is not in {}", events[0]);
    }
    let events = host.events("$(python): the function cannot be found");
    assert!((1..=6).contains(&events.len()), "{}", host.log());
    assert!(events[0].contains("function='nowhere.f'"), "{}", events[0]);
    host.stop();
}

#[test]
fn a_template_with_a_function_is_formatted_on_any_thread() {
    let config = format!(
        r#"
{FILE}
destination d {{ python(class("m.D")); }};
log {{ source(s); destination(d); }};
"#
    );
    let code = r#"
def f(msg, *args):
    # Named anew each time, and formatted in a function of a template.
    inner = LogTemplate("$(python m.g)").format(msg, options())
    return raw(inner) + b" " + b" ".join(args)
# Of AxoSyslog's templates it is what they give.
def raw(text): return text if isinstance(text, bytes) else text.encode()
def g(msg): return msg["MESSAGE"]
def options(): return D.options
class D(LogDestination):
    def init(self, options_):
        D.options = self.template_options
        return True
    def send(self, msg):
        template = LogTemplate("$(python m.f a $(uppercase b))")
        results = []
        def work():
            results.append({raw(template.format(msg, self.template_options)) for _ in range(100)})
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        work()
        for thread in threads: thread.join()
        trace(results == [{msg["MESSAGE"] + b" a B"}] * 5)
        own = LogMessage("own")
        trace(raw(template.format(own, self.template_options)).decode())
        return True
"#;
    let mut host = host(&config, code).start();
    host.append("in.txt", "one\n");
    assert_eq!(host.wait_for_lines("trace", 2), ["True", "own a B"]);
    assert!(host.reload());
    host.append("in.txt", "two\n");
    assert_eq!(host.wait_for_lines("trace", 4)[2..], ["True", "own a B"]);
    host.stop();
}

#[test]
fn messages_that_are_copied_while_they_are_parsed_are_acknowledged() {
    let code = r#"
def g(msg): return msg["MESSAGE"]
class P(LogParser):
    def parse(self, msg):
        msg["x"] = "before"
        # What a function may keep stays as it is: what is set then goes to a copy.
        text = self.template.format(msg, self.options)
        # AxoSyslog's templates give bytes.
        text = text if isinstance(text, bytes) else text.encode()
        other = LogTemplate("$x").format(msg, self.options)
        msg["x"] = text + b" " + (other if isinstance(other, bytes) else other.encode())
        return msg["MESSAGE"] != b"drop"
    def init(self, options):
        self.options = LogTemplateOptions()
        self.template = LogTemplate("$(python m.g)")
        return True
"#;
    let config = r#"
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1) log-iw-size(10) log-fetch-limit(10)); };
parser p { python(class("m.P")); };
destination d { file("@DIR@/out.txt" template("$MESSAGE $x\n")); };
log { source(s); parser(p); destination(d); flags(flow-control); };
"#;
    let mut host = host(config, code).start();
    // Far more than the window, so that nothing comes any more where an acknowledgement is lost.
    host.append("in.txt", &"line\ndrop\n".repeat(500));
    let lines = host.wait_for_lines("out.txt", 500);
    assert_eq!(lines, ["line line before"; 500]);
    host.append("in.txt", "last\n");
    host.wait_for_lines("out.txt", 501);
    host.stop();
}

#[test]
fn a_source_posts_what_parsers_and_functions_get() {
    let code = r#"
class Q(S):
    def init(self, options):
        Q.it = self
        Q.posted = threading.Semaphore(0)
        Q.messages = collections.deque()
        return True
    def run(self):
        while not self.exit.is_set():
            if Q.posted.acquire(timeout=0.05):
                self.post_message(Q.messages.popleft())
def post(msg):
    # While the host goes on to write to it.
    Q.messages.append(msg)
    Q.posted.release()
def f(msg):
    post(msg)
    return "f"
class P(LogParser):
    def parse(self, msg):
        msg["x"] = "p"
        post(msg)
        msg["x"] = "parsed"
        return True
"#;
    let config = format!(
        r#"
{FILE}
source q {{ python(class("m.Q")); }};
parser p {{ python(class("m.P")); }};
rewrite r {{ set("$(python m.f)" value("x")); set("longer than it was before, by far" value("y")); }};
destination d {{ file("@DIR@/out.txt" template("$MESSAGE $x\n")); }};
destination dq {{ file("@DIR@/posted.txt" template("$MESSAGE $x\n")); }};
log {{ source(s); parser(p); rewrite(r); destination(d); flags(flow-control); }};
log {{ source(q); destination(dq); flags(flow-control); }};
"#
    );
    let mut host = host(&config, code).start();
    host.append("in.txt", &"line\n".repeat(200));
    assert_eq!(host.wait_for_lines("out.txt", 200), ["line f"; 200]);
    // What it is when it is posted: while parse() runs or after it.
    let posted = host.wait_for_lines("posted.txt", 400);
    for line in posted {
        assert!(["line p", "line parsed"].contains(&line.as_str()), "{line}");
    }
    host.stop();
}

#[test]
fn a_parser_keeps_state_in_a_persist() {
    let code = r#"
class P(LogParser):
    def init(self, options):
        self.persist = Persist("parser", defaults={"count": 0})
        return True
    def parse(self, msg):
        self.persist["count"] += 1
        msg["x"] = str(self.persist["count"])
        return True
"#;
    let mut host = parsing("", code).start();
    host.append("in.txt", "a\nb\n");
    host.wait_for_lines("out.txt", 2);
    assert!(host.reload());
    host.append("in.txt", "c\n");
    assert_eq!(host.wait_for_lines("out.txt", 3)[2], "c 3");
    host.stop();
}

#[test]
fn results_have_types_where_the_config_does() {
    if config_version() < (4, 0) {
        return;
    }
    let config = format!(
        r#"
{FILE}
destination d {{ file("@DIR@/out.txt" template("$(format-json x=$(python m.f))\n")); }};
log {{ source(s); destination(d); }};
"#
    );
    let code = "def f(msg): return [5, 0.1, True, None, ['a', 'b'], 'x'][int(msg['MESSAGE'])]\n";
    let host = host(&config, code);
    let text = host
        .read("syslog-ng.conf")
        .replace("@version: 3.38", "@version: 4.0");
    host.write("syslog-ng.conf", text);
    let mut host = host.start();
    host.append("in.txt", "0\n1\n2\n3\n4\n5\n");
    assert_eq!(
        host.wait_for_lines("out.txt", 6),
        [
            r#"{"x":5}"#,
            r#"{"x":0.10000000000000001}"#,
            r#"{"x":true}"#,
            r#"{"x":null}"#,
            r#"{"x":["a","b"]}"#,
            r#"{"x":"x"}"#,
        ]
    );
    host.stop();
}
