// SPDX-License-Identifier: GPL-2.0-or-later

//! python() as a source, in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::Host;

/// Writes what arrives to `out.txt`.
const FILE: &str = "file(\"@DIR@/out.txt\" template(\"$MESSAGE\\n\"))";
/// A destination that takes nothing until the file `go` is there.
const SLOW: &str = "python(class(\"m.Slow\"))";

/// A host whose source is the class S of the module `m`, with `options` for the driver.
fn host(options: &str, destination: &str, code: &str) -> Host {
    let config = format!(
        "source s {{ python(class(\"m.S\") {options}); }};\n\
         destination d {{ {destination}; }};\n\
         log {{ source(s); destination(d); flags(flow-control); }};\n"
    );
    let module = format!(
        "from syslogng import LogDestination, LogMessage, LogSource\n\
         import os, threading, time\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n\
         class Slow(LogDestination):\n\
         \x20   def open(self): return os.path.exists('go')\n\
         \x20   def send(self, msg):\n\
         \x20       trace(msg['MESSAGE'].decode())\n\
         \x20       return True\n{code}"
    );
    Host::new(&config).with_file("m.py", module)
}

fn processed(host: &Host) -> Option<u64> {
    host.counter("s#0", "python,m.S", "processed")
}

fn errors(host: &Host) -> Option<u64> {
    host.counter("s#0", "python,m.S", "errors")
}

/// Posts numbers until it is told to end.
const NUMBERS: &str = r#"
class S(LogSource):
    exit = False
    def run(self):
        n = 0
        while not self.exit:
            self.post_message(LogMessage(str(n)))
            n += 1
        trace("end", n)
    def request_exit(self):
        self.exit = True
"#;

#[test]
fn a_full_window_blocks_post_message_and_nothing_is_lost() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.other = 0
        threading.Thread(target=self.count, daemon=True).start()
        return True
    def count(self):
        while True:
            self.other += 1
            time.sleep(0.001)
    def run(self):
        for n in range(1000):
            if n == 99:
                trace("full")
                threading.Thread(target=self.watch).start()
            self.post_message(LogMessage(str(n)))
        trace("end")
    def watch(self):
        # Runs while run() waits in post_message().
        before = self.other
        while self.other < before + 20: time.sleep(0.001)
        trace("others run")
        open("go", "w").close()
    def request_exit(self): pass
"#;
    let mut host = host(
        "log-iw-size(100)",
        "python(class(\"m.Slow\") time-reopen(1))",
        code,
    )
    .start();
    let lines = host.wait_for_lines("trace", 1003);
    assert_eq!(&lines[..2], ["full", "others run"]);
    let numbers: Vec<_> = (0..1000).map(|n| n.to_string()).collect();
    let arrived: Vec<_> = lines[2..].iter().filter(|line| *line != "end").collect();
    assert_eq!(arrived, numbers.iter().collect::<Vec<_>>());
    assert_eq!(errors(&host), Some(0));
    host.stop();
}

#[test]
fn it_stops_while_post_message_waits() {
    let mut host = host("log-iw-size(10)", SLOW, NUMBERS).start();
    host.wait_until("the window to be full", |host| processed(host) == Some(10));
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(host.lines("trace"), ["end 10"]);
}

#[test]
fn a_source_that_is_never_told_is_told_by_post_message() {
    // It looks at nothing: RuntimeError is what ends it, and nobody has to hear of that.
    let code = NUMBERS.replace("while not self.exit", "while True");
    let mut host = host("log-iw-size(10)", SLOW, &code).start();
    host.wait_until("the window to be full", |host| processed(host) == Some(10));
    assert!(host.reload());
    host.wait_until("the window to be full", |host| processed(host) >= Some(10));
    host.stop();
    assert!(!host.log().contains("RuntimeError"), "{}", host.log());
}

#[test]
fn it_reloads_while_it_posts_and_leaves_nothing_behind() {
    let code = format!("import gc, weakref\nmade = []\n{NUMBERS}").replace(
        "    exit = False\n",
        "    exit = False\n\
         \x20   def __init__(self):\n\
         \x20       made.append(weakref.ref(self))\n\
         \x20   def init(self, options):\n\
         \x20       gc.collect()\n\
         \x20       trace('alive', sum(ref() is not None for ref in made))\n\
         \x20       return True\n",
    );
    let mut host = host(
        "",
        "python(class(\"m.D\"))",
        &format!("{code}class D:\n    def send(self, msg): return True\n"),
    )
    .start();
    for _ in 0..10 {
        let before = processed(&host).unwrap_or(0);
        host.wait_until("messages", |host| processed(host) > Some(before + 50));
        assert!(host.reload());
    }
    host.stop();
    let trace = host.lines("trace");
    let alive: Vec<_> = trace
        .iter()
        .filter(|line| line.starts_with("alive"))
        .collect();
    assert_eq!(alive.len(), 11);
    // The one that is being made, and the one before, which the host frees after that.
    assert!(
        alive
            .iter()
            .all(|line| *line == "alive 1" || *line == "alive 2"),
        "{alive:?}"
    );
}

#[test]
fn an_exception_ends_run_for_time_reopen() {
    let code = r#"
class S(LogSource):
    def run(self):
        trace("run", time.monotonic())
        self.post_message(LogMessage("a message"))
        raise OSError("gone")
    def request_exit(self): pass
"#;
    let mut host = host("time-reopen(2)", FILE, code).start();
    let lines = host.wait_for_lines("trace", 3);
    host.wait_until("both errors", |host| errors(host) >= Some(2));
    let times: Vec<f64> = lines
        .iter()
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(times[1] - times[0] > 1.9, "{times:?}");
    host.stop();
    let event = &host.events("run() raised an exception")[0];
    assert!(
        event.contains("method='run'")
            && event.contains("OSError: gone")
            && event.contains("m.py:"),
        "{event}"
    );
}

#[test]
fn posting_where_nobody_may_is_a_python_exception() {
    let code = r#"
def attempt(where, what):
    try:
        what()
        trace(where, "nothing raised")
    except Exception as error:
        trace(where, type(error).__name__, error)

kept = []
class S(LogSource):
    def __init__(self):
        attempt("__init__", self.post)
        attempt("__init__", lambda: self.set_transport_name("t"))
        attempt("__init__", self.close_batch)
    def post(self, msg="text"):
        self.post_message(LogMessage(msg) if isinstance(msg, str) else msg)
    def init(self, options):
        attempt("init", self.post)
        attempt("init", self.close_batch)
        attempt("made", LogSource().close_batch)
        attempt("made", lambda: LogSource().post_message(LogMessage()))
        attempt("old", kept[0].post) if kept else None
        attempt("old", lambda: kept[0].set_transport_name("t")) if kept else None
        attempt("old", lambda: LogMessage.parse("x", kept[0].parse_options)) if kept else None
        kept.append(self)
        return True
    def run(self):
        attempt("type", lambda: self.post_message("text"))
        attempt("type", lambda: self.post_message(None))
        msg = LogMessage("twice")
        attempt("first", lambda: self.post(msg))
        attempt("second", lambda: self.post(msg))
        thread = threading.Thread(target=attempt, args=("thread", self.post))
        thread.start()
        thread.join()
        thread = threading.Thread(target=attempt, args=("thread", self.close_batch))
        thread.start()
        thread.join()
        trace("ran")
    def request_exit(self): pass
    def deinit(self):
        attempt("deinit", self.post)
"#;
    let mut host = host("", FILE, code).start();
    host.wait_until("run() to end", |host| {
        host.read("trace").contains("\nran\n")
    });
    assert!(host.reload());
    host.wait_until("the second run", |host| {
        host.read("trace").matches("\nran\n").count() == 2
    });
    host.stop();
    let trace = host.lines("trace");
    let here = "works on the object that syslog-ng made for a source in its config, from init() to deinit()";
    let thread = "cannot be called on the thread that init(), deinit() and request_exit() are called on: \
                  call it in run(), or on a thread of your own";
    let first = [
        format!("__init__ RuntimeError post_message() {here}"),
        format!("__init__ RuntimeError set_transport_name() {here}"),
        format!("__init__ RuntimeError close_batch() {here}"),
        format!("init RuntimeError post_message() {thread}"),
        format!("init RuntimeError close_batch() {thread}"),
        format!("made RuntimeError close_batch() {here}"),
        format!("made RuntimeError post_message() {here}"),
    ];
    assert_eq!(trace[..7], first);
    assert!(trace[7].starts_with("type TypeError"), "{}", trace[7]);
    assert!(trace[8].starts_with("type TypeError"), "{}", trace[8]);
    let second = [
        "first nothing raised".to_owned(),
        "second ValueError the message has been posted already: make a new LogMessage for each post"
            .to_owned(),
        "thread nothing raised".to_owned(),
        "thread nothing raised".to_owned(),
        "ran".to_owned(),
        format!("deinit RuntimeError post_message() {thread}"),
    ];
    assert_eq!(trace[9..15], second);
    let old: Vec<_> = trace
        .iter()
        .filter(|line| line.starts_with("old"))
        .collect();
    assert_eq!(old.len(), 3);
    assert_eq!(*old[0], "old RuntimeError source is stopping");
    assert_eq!(*old[2], "old nothing raised");
    assert_eq!(host.lines("out.txt"), ["twice", "text", "twice", "text"]);
}

#[test]
fn what_a_class_lacks_is_named_at_start() {
    for (code, why) in [
        (
            "class S(LogSource):\n    def request_exit(self): pass\n",
            "the class does not define run(self), so the config is refused",
        ),
        (
            "class S(LogSource):\n    def run(self): pass\n",
            "the class does not define request_exit(self)",
        ),
        (
            "class S(LogSource):\n    def run(self): pass\n    def request_exit(self): pass\n    \
             def suspend(self): pass\n",
            "the class does not define wakeup(self), which belongs to suspend(self)",
        ),
        (
            "class S:\n    def run(self): pass\n    def request_exit(self): pass\n",
            "the class does not derive from syslogng.LogSource",
        ),
        (
            "S = dict\n",
            "the class does not derive from syslogng.LogSource",
        ),
        ("", "the class cannot be found"),
        (
            "class S(LogSource):\n    def run(self): pass\n    def request_exit(self): pass\n    \
             def init(self, options): return False\n",
            "init() returned False",
        ),
    ] {
        let log = host("", FILE, code).refused();
        assert!(
            log.contains(why) && log.contains("driver='s#0'"),
            "{why}:\n{log}"
        );
    }
    let log = Host::new("source s { python(); };\nlog { source(s); };\n").refused();
    assert!(log.contains("python() needs class("), "{log}");
}

#[test]
fn suspend_and_wakeup_take_the_place_of_waiting() {
    let code = r#"
class S(LogSource):
    exit = False
    def init(self, options):
        self.open = threading.Event()
        self.open.set()
        self.suspended = 0
        # A batch that is open when the window closes is closed.
        self.auto_close_batches = False
        return True
    def run(self):
        for n in range(200):
            self.open.wait()
            if self.exit: break
            self.post_message(LogMessage(str(n)))
        trace("suspended", self.suspended)
    def suspend(self):
        self.suspended += 1
        self.open.clear()
        open("go", "w").close()
    def wakeup(self):
        self.open.set()
    def request_exit(self):
        self.exit = True
        self.open.set()
"#;
    let mut host = host(
        "log-iw-size(10)",
        "python(class(\"m.Slow\") time-reopen(1))",
        code,
    )
    .start();
    let lines = host.wait_for_lines("trace", 201);
    let suspended = lines
        .iter()
        .find_map(|line| line.strip_prefix("suspended "));
    assert!(suspended.unwrap().parse::<u32>().unwrap() > 0);
    host.stop();
    assert_eq!(host.events("Incorrectly suspended").len(), 0);
}

#[test]
fn posting_while_suspended_drops_and_is_told_and_counted() {
    let code = r#"
class S(LogSource):
    def run(self):
        for n in range(30):
            self.post_message(LogMessage(str(n)))
        trace("posted")
    def suspend(self): pass
    def wakeup(self): pass
    def request_exit(self): pass
"#;
    let mut host = host("log-iw-size(10)", SLOW, code).start();
    host.wait_for_lines("trace", 1);
    assert_eq!(processed(&host), Some(10));
    assert_eq!(errors(&host), Some(20));
    host.stop();
    let events = host.events("python-source: Incorrectly suspended source, dropping message");
    assert_eq!(events.len(), 5);
}

#[test]
fn base_classes_come_in_any_order() {
    let code = r#"
class Pure:
    def __init__(self, word="default"):
        self.word = word
class First(Pure, LogSource):
    def __init__(self):
        super().__init__("first")
class S(LogSource, Pure):
    def __init__(self):
        LogSource.__init__(self)
        Pure.__init__(self, "second")
        trace(First().word, self.word)
    def run(self): self.post_message(LogMessage(self.word))
    def request_exit(self): pass
"#;
    let mut host = host("", FILE, code).start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["second"]);
    assert_eq!(host.lines("trace"), ["first second"]);
    host.stop();
}

#[test]
fn batches_and_the_transport_are_the_class_s_to_set() {
    let code = r#"
class S(LogSource):
    def init(self, options):
        self.auto_close_batches = False
        self.set_transport_name("init")
        return True
    def run(self):
        self.post_message(LogMessage("one"))
        self.set_transport_name("run")
        self.post_message(LogMessage("two"))
        self.close_batch()
        # Left open: run() closes it.
        self.post_message(LogMessage("three"))
    def request_exit(self): pass
"#;
    let file = "file(\"@DIR@/out.txt\" template(\"$MESSAGE $TRANSPORT\\n\"))";
    let mut host = host("", file, code).start();
    assert_eq!(
        host.wait_for_lines("out.txt", 3),
        ["one init", "two run", "three run"]
    );
    // What was set is forgotten.
    assert!(host.reload());
    assert_eq!(host.wait_for_lines("out.txt", 4)[3], "one init");
    host.stop();
}
