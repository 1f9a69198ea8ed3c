// SPDX-License-Identifier: GPL-2.0-or-later

//! Parts of a config that Python code writes, and where syslog-ng's files are: on each host, also those
//! whose C module has neither.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

/// `@BODY@` stands for the body of the generator.
const CONFIG: &str = r#"
python {
import gc, sys, threading, weakref
from syslogng import get_installation_path_for, register_config_generator
from syslogng import LogMessage, LogSource
def attempt(call):
    try: return call()
    except Exception as error: return f"{type(error).__name__}: {error}"
def generate(args):
@BODY@
register_config_generator("destination", "my-file", generate)
};
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.05)); };
destination d { my_file(name("out") b-c(1)); };
log { source(s); destination(d); flags(flow-control); };
"#;

const FILE: &str = r#"    return 'file("@DIR@/out.txt" template("$MESSAGE\\n"));'"#;

fn host(body: &str) -> Host {
    Host::new(&CONFIG.replace("@BODY@", body)).with_file("in.txt", "one\n")
}

#[test]
fn what_a_function_gives_is_read_in_place_of_its_name() {
    let body = format!("    print(sorted(args.items()), flush=True)\n{FILE}");
    let mut host = host(&body).start();
    assert_eq!(host.wait_for_lines("out.txt", 1), ["one"]);
    let line = host.wait_for_lines("stdout", 1).remove(0);
    assert!(
        line.contains("'b_c', '1'") && line.contains("'name', '"),
        "{line}"
    );
    host.stop();
}

#[test]
fn errors_of_a_generator_refuse_the_config_and_say_why() {
    for (body, what) in [
        (
            "    raise ValueError('no config today')",
            &[
                "the generator raised an exception",
                "ValueError: no config today",
                "traceback='Traceback",
                "raise ValueError(",
            ][..],
        ),
        (
            "    return None",
            &[
                "returned='None (NoneType)'",
                "expected='the text of the block",
            ],
        ),
        ("    return 'a\\0b'", &["the generator returned a value"]),
        ("    return 'nonsense('", &["nonsense"]),
        ("    raise SystemExit", &["SystemExit"]),
    ] {
        for log in [host(body).refused(), host(body).refused_by_syntax()] {
            for part in what {
                assert!(log.contains(part), "{body}: {part}: {log}");
            }
        }
    }
}

#[test]
fn a_generator_dies_with_its_config_and_a_refused_one_changes_nothing() {
    let body = format!("    print('generate', flush=True)\n{FILE}");
    let more = r#"
python {
import builtins
made = builtins.__dict__.setdefault("made", [])
class Generator:
    def __call__(self, args): return ""
made.append(weakref.ref(Generator))
register_config_generator("root", "other", Generator())
gc.collect()
print("living", sum(ref() is not None for ref in made), flush=True)
};
other();
"#;
    let config = CONFIG.replace("@BODY@", &body) + more;
    let mut host = Host::new(&config).with_file("in.txt", "one\n").start();
    let good = host.read("syslog-ng.conf");
    for _ in 0..5 {
        assert!(host.reload());
    }
    host.write("syslog-ng.conf", format!("{good}my_nothing();"));
    for _ in 0..3 {
        assert!(!host.reload());
    }
    host.write("syslog-ng.conf", &good);
    assert!(host.reload());
    host.append("in.txt", "two\n");
    host.wait_for_lines("out.txt", 2);
    let lines = host.lines("stdout");
    let living: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("living"))
        .collect();
    assert_eq!(living.len(), 10);
    // The config that runs and the one that is read.
    assert!(
        living[1..].iter().all(|line| *line == "living 2"),
        "{living:?}"
    );
    host.stop();
}

#[test]
fn after_the_config_was_read_or_on_another_thread_registering_is_an_error() {
    let more = r#"
python {
from syslogng import LogDestination
late = lambda: attempt(lambda: register_config_generator("root", "x", print))
thread = threading.Thread(target=lambda: print("thread", late(), flush=True))
thread.start()
thread.join()
print(attempt(lambda: register_config_generator("nonsense", "x", print)))
print(attempt(lambda: register_config_generator("root", "a\0b", print)))
print(attempt(lambda: register_config_generator("root", "x", 1)), flush=True)
class D(LogDestination):
    def send(self, msg):
        print("send", late(), flush=True)
        return True
};
destination p { python(class("D")); };
log { source(s); destination(p); };
"#;
    let again =
        "    print(attempt(lambda: register_config_generator('destination', 'my_file', print)))\n";
    let config = CONFIG.replace("@BODY@", &format!("{again}{FILE}")) + more;
    let mut host = Host::new(&config).with_file("in.txt", "one\n").start();
    let lines = host.wait_for_lines("stdout", 6);
    for (line, start) in lines.iter().zip([
        "RuntimeError: my_file is writing",
        "thread RuntimeError: register_config_generator() works while",
        "ValueError: unknown context value nonsense",
        "ValueError: embedded null character",
        "TypeError: config_generator has to be a function",
        "send RuntimeError: register_config_generator() works while",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
    host.stop();
}

#[test]
fn paths_of_the_installation_are_told_on_any_thread() {
    let body = format!(
        r#"    def show():
        print(get_installation_path_for("${{moduledir}}/x"), get_installation_path_for("plain"), flush=True)
        for path in ("${{nonsense}}", "${{prefix", "a\0b", 1):
            print(attempt(lambda: get_installation_path_for(path)), flush=True)
    threads = [threading.Thread(target=show)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
{FILE}"#
    );
    let mut host = host(&body).start();
    let lines = host.wait_for_lines("stdout", 5);
    assert!(
        lines[0].starts_with('/') && lines[0].ends_with("/x plain"),
        "{lines:?}"
    );
    for (line, start) in lines[1..].iter().zip([
        "KeyError: \"${nonsense} is no variable of syslog-ng",
        "ValueError: a variable of syslog-ng's paths ends with a }",
        "ValueError: embedded null character",
        "TypeError: ",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
    host.stop();
}
