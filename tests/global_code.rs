// SPDX-License-Identifier: GPL-2.0-or-later

//! `python { … };` blocks in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

const USE: &str = r#"
destination d { python(class("D")); };
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
log { source(s); destination(d); };
"#;

#[test]
fn a_traceback_shows_the_config_file_its_line_and_the_source() {
    let config = format!(
        r#"
# a comment
python {{
class D:
    def send(self, msg):
        raise ValueError("in " "the config")
}};
{USE}"#
    );
    let mut host = Host::new(&config).with_file("in.txt", "one\n").start();
    host.wait_for_log("python-dest: send() raised an exception");
    let event = host.events("send() raised an exception").remove(0);
    let place = format!("{}:7'", host.path("syslog-ng.conf").display());
    assert!(event.contains(&format!("location='{place}")), "{event}");
    assert!(
        event.contains(&format!(
            "File \"{}\", line 7, in send",
            host.path("syslog-ng.conf").display()
        )),
        "{event}"
    );
    assert!(
        event.contains(r#"raise ValueError("in " "the config")"#),
        "{event}"
    );
    // The running code is shown, not what the file holds by now.
    host.set_config("nothing of it");
    host.append("in.txt", "two\n");
    host.wait_until("another event", |host| {
        host.events("send() raised an exception").len() > 1
    });
    assert!(
        host.events("send() raised an exception")[1]
            .contains(r#"raise ValueError("in " "the config")"#)
    );
    host.stop();
}

#[test]
fn blocks_of_a_config_share_a_module_and_keep_their_lines() {
    let config = format!(
        r#"
python {{
import sys
def one(): raise ValueError("one")
}};
python {{
class D:
    def init(self, options):
        print(__name__, __file__, sys.modules["_syslogng_main"].D is D)
        return True
    def send(self, msg): one()
}};
{USE}"#
    );
    let mut host = Host::new(&config).with_file("in.txt", "one\n").start();
    host.wait_for_log("send() raised an exception");
    let event = host.events("send() raised an exception").remove(0);
    for part in [
        "line 12, in send",
        "def send(self, msg): one()",
        "line 5, in one",
        r#"def one(): raise ValueError("one")"#,
    ] {
        assert!(event.contains(part), "{part} is not in {event}");
    }
    let file = host.path("syslog-ng.conf");
    assert_eq!(
        host.read("stdout"),
        format!("_syslogng_main {} True\n", file.display())
    );
    host.stop();
}

#[test]
fn a_block_in_an_included_file_is_placed_there() {
    let host = Host::new("@include \"@DIR@/part.conf\"\n");
    let config = USE.replace(
        "@DIR@",
        host.path("").to_str().unwrap().trim_end_matches('/'),
    );
    let part = format!(
        "\n\npython {{\nclass D:\n    def send(self, msg): raise ValueError()\n}};\n{config}"
    );
    let mut host = host
        .with_file("part.conf", part)
        .with_file("in.txt", "one\n")
        .start();
    host.wait_for_log("send() raised an exception");
    let event = host.events("send() raised an exception").remove(0);
    assert!(
        event.contains(&format!(
            "location='{}:5'",
            host.path("part.conf").display()
        )),
        "{event}"
    );
    assert!(
        event.contains("def send(self, msg): raise ValueError()"),
        "{event}"
    );
    host.stop();
}

#[test]
fn a_syntax_error_is_refused_with_the_line_in_the_config() {
    let log = Host::new("\npython {\nx = 1\ndef f(:\n    pass\n};\n").refused();
    assert!(
        log.contains("python: a python block of the config failed"),
        "{log}"
    );
    assert!(log.contains("SyntaxError"), "{log}");
    assert!(log.contains("the Python code failed: "), "{log}");
    assert!(log.contains("syslog-ng.conf:5:1-5:1:"), "{log}");
    // The host's marked line.
    assert!(log.contains("5-----> def f(:"), "{log}");
}

#[test]
fn an_exception_is_refused_with_the_line_in_the_config() {
    let log = Host::new("\npython {\nimport json\n\njson.loads('{')\n};\n").refused();
    assert!(log.contains("exception='JSONDecodeError: "), "{log}");
    assert!(log.contains("6-----> json.loads('{')"), "{log}");
    assert!(log.contains("json/decoder.py"), "{log}");
}

#[test]
fn a_block_that_is_none_is_refused() {
    let log = Host::new("python (x);\n").refused();
    assert!(log.contains("expected a block in braces"), "{log}");
}

#[test]
fn a_block_may_hold_braces_strings_and_bytes_of_any_kind() {
    let config = format!(
        r#"
python {{
class D:
    "}}"
    value = {{"a": {{"b": "}}"}}, 'c': '{{'}}
    def init(self, options):
        print(self.value, "näe")
        return True
    def send(self, msg): return True
}};
{USE}"#
    );
    let mut host = Host::new(&config).with_file("in.txt", "").start();
    assert_eq!(
        host.wait_for_lines("stdout", 1),
        ["{'a': {'b': '}'}, 'c': '{'} näe"]
    );
    host.stop();
}

#[test]
fn each_config_has_a_main_module_of_its_own() {
    let config = |word: &str| {
        format!(
            r#"
python {{
import kept
kept.count += 1
class D:
    def init(self, options):
        import _syslogng_main
        print("init", "{word}", kept.count, "left" in globals(), _syslogng_main.D is D)
        global left
        left = True
        return True
    def send(self, msg): return True
}};
{USE}"#
        )
    };
    let mut host = Host::new(&config("first"))
        .with_file("kept.py", "count = 0\n")
        .with_file("in.txt", "")
        .start();
    host.set_config(&config("second"));
    assert!(host.reload());
    // Modules that were imported stay, and what stands in them; the config's own is new.
    assert_eq!(
        host.wait_for_lines("stdout", 2),
        ["init first 1 False True", "init second 2 False True"]
    );
    // A config without a block does not see the classes of the one before.
    host.set_config(USE);
    assert!(!host.reload());
    host.wait_for_log("the config has no python block that could define D");
    // The host is back at the config before, and so is the module.
    assert_eq!(
        host.wait_for_lines("stdout", 3)[2],
        "init second 2 True True"
    );
    host.stop();
}

#[test]
fn a_block_that_fails_at_a_reload_leaves_the_running_one_alone() {
    let good = format!(
        r#"
python {{
class D:
    def send(self, msg):
        import _syslogng_main
        print(_syslogng_main.D is D, msg["MESSAGE"])
        if msg["MESSAGE"] == b"bad": raise ValueError("shown")
        return True
}};
{USE}"#
    );
    let mut host = Host::new(&good).with_file("in.txt", "one\n").start();
    host.wait_for_lines("stdout", 1);
    host.set_config("python {\nclass D: pass\n# many\n# more\n# lines\n# here\nraise RuntimeError('broken')\n};\n");
    for _ in 0..3 {
        assert!(!host.reload());
    }
    host.append("in.txt", "two\nbad\n");
    assert_eq!(
        host.wait_for_lines("stdout", 3),
        ["True b'one'", "True b'two'", "True b'bad'"]
    );
    host.wait_for_log("ValueError: shown");
    let event = host.events("send() raised an exception").remove(0);
    assert!(event.contains(r#"raise ValueError("shown")"#), "{event}");
    host.stop();
}

#[test]
fn a_block_that_fails_at_a_reload_is_shown_with_its_own_source() {
    let block = |line: &str| {
        format!("\npython {{\n{line}\nclass D:\n    def send(self, msg): return True\n}};\n{USE}")
    };
    let mut host = Host::new(&block("x = 'the old line'"))
        .with_file("in.txt", "")
        .start();
    host.set_config(&block("raise ValueError('the new line')"));
    assert!(!host.reload());
    let event = host.events("a python block of the config failed").remove(0);
    assert!(
        event.contains("raise ValueError('the new line')")
            || event.contains(r"raise ValueError(\'the new line\')"),
        "{event}"
    );
    assert!(!event.contains("the old line"), "{event}");
    host.stop();
}

#[test]
fn a_block_may_say_its_encoding() {
    let config = format!(
        "\npython {{\n# -*- coding: latin-1 -*-\nprint('\u{e4}'.encode().hex())\nclass D:\n    def send(self, msg): return True\n}};\n{USE}"
    );
    let mut host = Host::new(&config).with_file("in.txt", "").start();
    // The two bytes that UTF-8 has for it, each read as a character.
    assert_eq!(host.lines("stdout"), ["c383c2a4"]);
    host.stop();
}
