// SPDX-License-Identifier: GPL-2.0-or-later

//! What sources can do that those of the C module cannot: post from other threads and many messages at
//! a time, and give lists from fetch().

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

/// A destination that takes nothing until the file `go` is there.
const SLOW: &str = "python(class(\"m.Slow\") time-reopen(1))";
/// Writes what arrives to `out.txt`.
const FILE: &str = "file(\"@DIR@/out.txt\" template(\"$MESSAGE\\n\"))";

/// A host with a source of the module `m`.
fn host(source: &str, destination: &str, code: &str) -> Host {
    let config = format!(
        "source s {{ {source}; }};\n\
         destination d {{ {destination}; }};\n\
         log {{ source(s); destination(d); flags(flow-control); }};\n"
    );
    let module = format!(
        "from syslogng import *\n\
         import os, threading, time\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n\
         def attempt(what):\n\
         \x20   try: return what()\n\
         \x20   except Exception as error: return '%s %s posted=%s' % (type(error).__name__, error, getattr(error, 'posted', None))\n\
         def on_a_thread(what):\n\
         \x20   result = []\n\
         \x20   thread = threading.Thread(target=lambda: result.append(attempt(what)))\n\
         \x20   thread.start()\n\
         \x20   thread.join()\n\
         \x20   return result[0]\n\
         class Slow(LogDestination):\n\
         \x20   def open(self): return os.path.exists('go')\n\
         \x20   def send(self, msg):\n\
         \x20       trace(msg['MESSAGE'].decode())\n\
         \x20       return True\n{code}"
    );
    Host::new(&config).with_file("m.py", module)
}

const SOURCE: &str = "python(class(\"m.S\"))";
const FETCHER: &str = "python-fetcher(class(\"m.F\") fetch-no-data-delay(0.1) log-iw-size(3))";

#[test]
fn many_messages_are_posted_from_any_iterable() {
    let code = r#"
def numbers(prefix, count):
    for n in range(count): yield LogMessage("%s %d" % (prefix, n))
def raising():
    yield from numbers("raising", 2)
    raise KeyError("the generator's own")
class S(LogSource):
    def run(self):
        post = self.post_messages
        trace(attempt(lambda: post([])))
        trace(attempt(lambda: post([LogMessage("list %d" % n) for n in range(3)])))
        trace(attempt(lambda: post((LogMessage("tuple"),))))
        trace(attempt(lambda: post(numbers("generator", 2500))))
        trace(attempt(lambda: post(raising())))
        trace(attempt(lambda: post([LogMessage("good"), "text", LogMessage("never")])))
        twice = LogMessage("twice")
        trace(attempt(lambda: post([twice, twice])))
        trace(attempt(lambda: post(LogMessage("no iterable"))))
        trace(attempt(lambda: post(None)))
        trace(attempt(lambda: post([LogMessage("b", bookmark=1)])))
        trace(on_a_thread(lambda: post(numbers("thread", 2))))
        trace("ran")
    def request_exit(self): pass
"#;
    let mut host = host(SOURCE, FILE, code).start();
    host.wait_until("run() to end", |host| host.read("trace").ends_with("ran\n"));
    let arrived = host.wait_for_lines("out.txt", 2510);
    host.stop();
    let trace = host.lines("trace");
    let expected = [
        "0",
        "3",
        "1",
        "2500",
        "KeyError \"the generator's own\" posted=2",
        "TypeError a LogMessage is posted, not str posted=1",
        "ValueError the message has been posted already: make a new LogMessage for each post posted=1",
    ];
    assert_eq!(trace[..7], expected);
    assert!(trace[7].starts_with("TypeError"), "{}", trace[7]);
    assert!(trace[8].starts_with("TypeError"), "{}", trace[8]);
    assert_eq!(
        trace[9],
        "RuntimeError Bookmarks can not be used without creating an AckTracker instance \
         (self.ack_tracker) posted=0"
    );
    assert_eq!(trace[10], "2");
    let mut wanted: Vec<String> = (0..3).map(|n| format!("list {n}")).collect();
    wanted.push("tuple".to_owned());
    wanted.extend((0..2500).map(|n| format!("generator {n}")));
    let rest = [
        "raising 0",
        "raising 1",
        "good",
        "twice",
        "thread 0",
        "thread 1",
    ];
    wanted.extend(rest.map(str::to_owned));
    assert_eq!(arrived, wanted);
}

#[test]
fn threads_wait_for_run_and_are_told_when_it_has_ended() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        def early():
            trace("early", attempt(lambda: self.post_message(LogMessage("early"))))
            self.posted.set()
        self.posted = threading.Event()
        threading.Thread(target=early).start()
        return True
    def run(self):
        self.posted.wait()
        threading.Thread(target=self.late).start()
    def late(self):
        # run() returns meanwhile.
        while True:
            result = attempt(lambda: self.post_message(LogMessage("late")))
            if result is not None: break
        trace("late", result)
        trace("late", attempt(lambda: self.post_messages([LogMessage("never")])))
        trace("late", attempt(self.close_batch))
        trace("end")
    def request_exit(self): pass
"#;
    let mut host = host(SOURCE, FILE, code).start();
    host.wait_until("the threads to end", |host| {
        host.read("trace").ends_with("end\n")
    });
    assert!(host.is_running());
    host.stop();
    assert_eq!(
        host.lines("trace"),
        [
            "early None",
            "late RuntimeError source is stopping posted=None",
            "late RuntimeError source is stopping posted=0",
            "late RuntimeError source is stopping posted=None",
            "end"
        ]
    );
    let arrived = host.lines("out.txt");
    assert_eq!(arrived[0], "early");
    assert!(!arrived.contains(&"never".to_owned()));
    assert!(!host.log().contains("rror"), "{}", host.log());
}

#[test]
fn a_thread_that_waits_for_the_window_is_told_of_a_stop() {
    let code = r#"
class S(LogSource):
    def run(self):
        self.exit = threading.Event()
        self.thread = threading.Thread(target=self.post)
        self.thread.start()
        self.exit.wait()
    def post(self):
        n = 0
        try:
            while True:
                self.post_message(LogMessage(str(n)))
                n += 1
        except RuntimeError as error:
            trace(n, error)
    def request_exit(self):
        # It has been told before: this does not wait for ever.
        self.thread.join()
        self.exit.set()
"#;
    let source = "python(class(\"m.S\") log-iw-size(10))";
    let mut host = host(source, SLOW, code).start();
    host.wait_until("the window to be full", |host| {
        host.counter("s#0", "python,m.S", "processed") == Some(10)
    });
    host.stop();
    assert_eq!(host.lines("trace"), ["10 source is stopping"]);
}

#[test]
fn run_starts_again_while_threads_post() {
    let code = r#"
runs = 0
class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.thread = threading.Thread(target=self.post)
        self.thread.start()
        return True
    def post(self):
        n = 0
        while runs < 3:
            self.post_message(LogMessage(str(n)))
            n += 1
        trace("posted", n)
    def run(self):
        global runs
        runs += 1
        if runs < 3: raise ValueError("run %d" % runs)
        self.exit.wait()
    def request_exit(self): self.exit.set()
"#;
    let source = "python(class(\"m.S\") time-reopen(1))";
    let mut host = host(source, FILE, code).start();
    host.wait_until("the third run()", |host| !host.read("trace").is_empty());
    host.wait_until("what was posted", |host| {
        let posted = host.read("trace");
        let posted = posted.trim().strip_prefix("posted ").unwrap();
        host.lines("out.txt").len().to_string() == posted
    });
    assert_eq!(host.events("run(").len(), 2, "{}", host.log());
    host.stop();
}

#[test]
fn ack_callbacks_post_nowhere() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.ack_tracker = ConsecutiveAckTracker(ack_callback=self.acked)
        return True
    def run(self):
        self.exit = threading.Event()
        self.post_message(LogMessage("one", bookmark=1))
        self.exit.wait()
    def acked(self, bookmark):
        trace(threading.current_thread() is threading.main_thread(), attempt(lambda: self.post_message(LogMessage("two"))))
        self.exit.set()
    def request_exit(self): pass
class D(LogDestination):
    def send(self, msg): return True
"#;
    let mut host = host(SOURCE, "python(class(\"m.D\"))", code).start();
    let trace = host.wait_for_lines("trace", 1);
    assert_eq!(
        trace,
        [
            "False RuntimeError post_message() cannot be called from an ack tracker's callback, nor by what \
          processes a message that is being posted posted=None"
        ]
    );
    host.stop();
}

#[test]
fn a_source_that_suspends_loses_nothing_to_threads() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.open = threading.Event()
        self.open.set()
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.post, args=(n,)) for n in range(4)]
        return True
    def run(self):
        for thread in self.threads: thread.start()
        for n in range(500):
            self.open.wait(0.01)
            self.post_message(LogMessage("run %d" % n))
        for thread in self.threads: thread.join()
        trace("posted")
        self.done.wait()
    def post(self, thread):
        for n in range(0, 500, 5):
            self.post_messages([LogMessage("%d %d" % (thread, n + k)) for k in range(5)])
    def suspend(self): self.open.clear()
    def wakeup(self): self.open.set()
    def request_exit(self): self.done.set()
class D(LogDestination):
    def send(self, msg): return True
"#;
    let source = "python(class(\"m.S\") log-iw-size(7))";
    let mut host = host(source, "python(class(\"m.D\"))", code).start();
    host.wait_until("all to be posted", |host| host.read("trace") == "posted\n");
    host.wait_until("all to arrive", |host| {
        host.counter("d#0", "python,m.D", "written") == Some(2500)
    });
    host.stop();
    assert!(!host.log().contains("rror"), "{}", host.log());
}

#[test]
fn fetch_gives_lists() {
    let code = r#"
twice = LogMessage("twice")
class F(LogFetcher):
    def __init__(self): self.steps = iter([
        [LogMessage("a %d" % n) for n in range(10)],
        [],
        [LogMessage("b"), "text", LogMessage("c"), None],
        [twice, LogMessage("d"), twice],
        LogMessage("e"),
    ])
    def init(self, options):
        self.ack_tracker = ConsecutiveAckTracker(ack_callback=trace)
        return True
    def open(self):
        trace("open")
        return True
    def close(self): trace("close")
    def fetch(self):
        for step in self.steps: return (self.SUCCESS, step)
        trace("nothing")
        return (self.NO_DATA,)
"#;
    let source =
        "python-fetcher(class(\"m.F\") time-reopen(1) fetch-no-data-delay(60) log-iw-size(3))";
    let mut host = host(source, FILE, code).start();
    let arrived = host.wait_for_lines("out.txt", 15);
    let wanted = (0..10).map(|n| format!("a {n}"));
    let rest = ["b", "c", "twice", "d", "e"].map(str::to_owned);
    assert_eq!(arrived, wanted.chain(rest).collect::<Vec<_>>());
    host.wait_until("the last fetch()", |host| {
        host.read("trace").ends_with("nothing\n")
    });
    // An item that is no message counts as an error of fetch(), behind the others.
    let trace = host.lines("trace");
    let trace: Vec<_> = trace.iter().filter(|line| *line != "None").collect();
    assert_eq!(
        trace,
        ["open", "close", "open", "close", "open", "nothing"],
        "{}",
        host.log()
    );
    let wrong = host.events("fetch()");
    assert!(wrong[0].contains("LogMessages in the list"), "{wrong:?}");
    assert!(wrong[0].contains("text"), "{wrong:?}");
    assert!(wrong[1].contains("has been posted already"), "{wrong:?}");
    host.stop();
}

#[test]
fn what_is_left_of_a_list_at_a_reload_is_fetched_again() {
    let code = r#"
# Kept over a reload: those that syslog-ng has not got can be given again.
messages = [LogMessage(str(n)) for n in range(1, 11)]
lists = iter([messages, messages[3:]])
class F(LogFetcher):
    def init(self, options):
        self.list = next(lists)
        return True
    def fetch(self):
        if not self.list: return (self.NO_DATA,)
        given, self.list = self.list, None
        trace("fetch")
        return (self.SUCCESS, given)
"#;
    let mut host = host(FETCHER, SLOW, code).start();
    host.wait_until("the window to be full", |host| {
        host.counter("s#0", "python-fetcher,m.F", "processed") == Some(3)
    });
    assert!(host.reload());
    host.wait_until("the second fetch()", |host| host.lines("trace").len() == 2);
    host.write("go", "");
    let trace = host.wait_for_lines("trace", 12);
    host.stop();
    let numbers: Vec<_> = (1..=10).map(|n| n.to_string()).collect();
    assert_eq!(trace[2..], numbers, "{}", host.log());
}

#[test]
fn user_threads_format_and_parse_without_growing() {
    let calls = 250_000;
    let code = format!(
        r#"
class S(LogSource):
    def run(self):
        self.exit = threading.Event()
        self.template = LogTemplate("$(format-json --scope nv-pairs) $ISODATE $(echo $HOST)\n")
        for round in range(2):
            threads = [threading.Thread(target=self.work) for _ in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            trace("round", round)
        self.exit.wait()
    def work(self):
        for n in range({calls} // 10 if not os.path.exists("warm") else {calls}):
            msg = LogMessage.parse("<broken", self.parse_options)
            self.template.format(msg)
        open("warm", "w").close()
    def request_exit(self): self.exit.set()
"#
    );
    let host = Host::with_python_module(&harness::shipped_module());
    let mut host = {
        let other = self::host(SOURCE, FILE, &code);
        host.set_config(
            &other
                .read("syslog-ng.conf")
                .split_once('\n')
                .unwrap()
                .1
                .replace(
                    other.path("").to_str().unwrap().trim_end_matches('/'),
                    "@DIR@",
                ),
        );
        host.with_file("m.py", other.read("m.py"))
    }
    .start();
    host.wait_until("the first calls", |host| !host.lines("trace").is_empty());
    let before = host.resident_memory();
    host.wait_until("a million calls", |host| host.lines("trace").len() == 2);
    let grown = host.resident_memory().saturating_sub(before);
    assert!(grown < 4096, "{grown} KiB more");
    host.stop();
}

#[test]
fn a_config_that_is_refused_leaves_no_thread_waiting_for_run() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.thread = threading.Thread(target=lambda: trace(attempt(lambda: self.post_message(LogMessage("m")))))
        self.thread.start()
        return True
    def deinit(self): self.thread.join()
    def run(self): self.thread.join()
    def request_exit(self): pass
class Refuses(S):
    def init(self, options): return False
"#;
    let mut host = host(SOURCE, FILE, code).start();
    host.wait_for_lines("trace", 1);
    let two = "python(class(\"m.S\") persist-name(\"new\")); python(class(\"m.Refuses\"))";
    let other = self::host(two, FILE, code).read("syslog-ng.conf");
    host.write("syslog-ng.conf", other);
    assert!(!host.reload());
    // Those of the source before, of the one that did not come to run, and of the one that runs again.
    let mut trace = host.wait_for_lines("trace", 3);
    trace.sort();
    let stopping = "RuntimeError source is stopping posted=None";
    assert_eq!(trace, ["None", "None", stopping]);
    host.stop();
}

#[test]
fn a_posted_message_reads_as_python_made_it() {
    let code = r#"
import functools
class Text(str): pass
class Message(LogMessage):
    def __init__(self, text):
        super().__init__(text)
class S(LogSource):
    def run(self):
        post = self.post_message
        held = (LogMessage("in a tuple"),)
        post(*held)
        trace(held[0].get_as_str("MESSAGE"), attempt(lambda: post(*held)))
        twice = functools.partial(post, LogMessage(b"bound"))
        twice()
        trace(twice.args[0].get_as_str("MESSAGE"), attempt(twice))
        local = LogMessage("local")
        stamp, pri = local["S_ISODATE"], local.get_pri()
        post(local)
        time.sleep(0.01)
        trace(local.get_as_str("MESSAGE"), local["S_ISODATE"] == stamp, local.get_pri() == pri, local.get_as_str("HOST", "-"), b"SOURCE" in local.keys())
        local["user"] = "later"
        trace(local.get_as_str("MESSAGE"), local.get_as_str("user"), attempt(lambda: post(local)))
        changed = LogMessage("changed")
        changed["user"] = "before"
        post(changed)
        trace(changed.get_as_str("MESSAGE"), changed.get_as_str("user"))
        read = LogMessage("read")
        kept = read["MESSAGE"]
        post(read)
        trace(kept, read["MESSAGE"])
        for message in (LogMessage(Text("a str's subclass")), Message("a subclass"), LogMessage(message="named"), LogMessage()):
            post(message)
            trace(message.get_as_str("MESSAGE", "-"))
        again = LogMessage("first")
        again.__init__("second")
        post(again)
        trace(again.get_as_str("MESSAGE"))
        trace("ran")
    def request_exit(self): pass
"#;
    let file = "file(\"@DIR@/out.txt\" template(\"$MESSAGE ${user}.\\n\"))";
    let mut host = host(SOURCE, file, code).start();
    host.wait_until("run() to end", |host| host.read("trace").ends_with("ran\n"));
    let arrived = host.wait_for_lines("out.txt", 10);
    host.stop();
    let before = "ValueError the message has been posted already: make a new LogMessage for each post \
                  posted=None";
    assert_eq!(
        host.lines("trace"),
        [
            format!("in a tuple {before}"),
            format!("bound {before}"),
            "local True True - False".to_owned(),
            format!("local later {before}"),
            "changed before".to_owned(),
            "b'read' b'read'".to_owned(),
            "a str's subclass".to_owned(),
            "a subclass".to_owned(),
            "named".to_owned(),
            "-".to_owned(),
            "second".to_owned(),
            "ran".to_owned(),
        ]
    );
    assert_eq!(
        arrived,
        [
            "in a tuple .",
            "bound .",
            "local .",
            "changed before.",
            "read .",
            "a str's subclass .",
            "a subclass .",
            "named .",
            " .",
            "second ."
        ]
    );
}

#[test]
fn a_message_is_made_as_its_class_says() {
    let code = r#"
made = []
class Other(LogMessage):
    def __new__(cls, *args): return super().__new__(cls)
    def __init__(self, *args):
        super().__init__("other: " + args[0])
class S(LogSource):
    def run(self):
        for arguments in ((), ("a",), (b"b", "mark"), ("c", None), (None, "mark"), (1,), ("a", "b", "c"), ("\udc80",), ("x" * (1 << 28),)):
            message = attempt(lambda: LogMessage(*arguments))
            trace(message if isinstance(message, str) else message.get_as_str("MESSAGE", ""))
        trace(attempt(lambda: LogMessage("a", mark=1)))
        trace(Other("text").get_as_str("MESSAGE"))
        plain = LogMessage.__init__
        LogMessage.__init__ = lambda self, text: plain(self, "patched " + text)
        trace(LogMessage("text").get_as_str("MESSAGE"))
        LogMessage.__init__ = plain
        trace(LogMessage("text").get_as_str("MESSAGE"))
        trace("ran")
    def request_exit(self): pass
"#;
    let mut host = host(SOURCE, FILE, code).start();
    host.wait_until("run() to end", |host| host.read("trace").ends_with("ran\n"));
    host.stop();
    let trace = host.lines("trace");
    assert_eq!(trace[..5], ["", "a", "b", "c", ""]);
    assert!(trace[5].starts_with("TypeError the text of a message is a str or bytes, not int"));
    assert!(trace[6].starts_with("TypeError"), "{}", trace[6]);
    assert!(trace[7].starts_with("UnicodeEncodeError"), "{}", trace[7]);
    assert!(trace[8].starts_with("ValueError a message cannot hold this much"));
    assert!(trace[9].starts_with("TypeError"), "{}", trace[9]);
    assert_eq!(trace[10..], ["other: text", "patched text", "text", "ran"]);
}

#[test]
fn what_run_gathers_goes_on_when_others_have_closed_the_window() {
    // None of the others' is acknowledged before the first, which is in the open batch of run()'s thread:
    // syslog-ng 4 gathers there, 3.38 does not.
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.auto_close_batches = False
        self.ack_tracker = ConsecutiveAckTracker(lambda bookmark: None)
        return True
    def run(self):
        self.post_message(LogMessage("first", 0))
        on_a_thread(lambda: [self.post_message(LogMessage("other", n)) for n in range(1, 10)])
        self.post_message(LogMessage("last", 10))
        self.close_batch()
    def request_exit(self): pass
"#;
    let source = "python(class(\"m.S\") log-iw-size(10))";
    let mut host = host(source, SLOW, code).with_file("go", "").start();
    let lines = host.wait_for_lines("trace", 11);
    assert_eq!(lines.iter().filter(|line| *line == "other").count(), 9);
    assert_eq!(lines[10], "last");
    host.stop();
}
