// SPDX-License-Identifier: GPL-2.0-or-later

//! Persist, in a real syslog-ng: what outlives the process, and what the C module makes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::path::Path;

use harness::{Host, c_module, module_under_test};

const CONFIG: &str = "python {\nimport os\n};\n\
                      source s { python(class(\"m.S\")); };\nlog { source(s); };\n";

/// A host whose source runs `code` in init(), with this file as its Python module.
fn host(module: &Path, code: &str) -> Host {
    let host = Host::with_python_module(module);
    host.set_config(CONFIG);
    set_code(&host, code);
    host
}

fn set_code(host: &Host, code: &str) {
    let mut text = String::from(
        "from syslogng import LogSource, LogMessage, Persist\n\
         import enum\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n\
         class S(LogSource):\n\
         \x20   def run(self): pass\n\
         \x20   def request_exit(self): pass\n\
         \x20   def init(self, options):\n",
    );
    for line in code.lines() {
        text.push_str(&format!("        {line}\n"));
    }
    text.push_str("        return True\n");
    host.write("m.py", text);
}

/// Runs `code` once more, and gives what it wrote.
fn run_again(host: &mut Host, code: &str) -> Vec<String> {
    set_code(host, code);
    host.write("trace", "");
    // Files of Python code change faster than the times of its cache tell.
    let _ = std::fs::remove_dir_all(host.path("__pycache__"));
    host.restart();
    host.stop();
    host.lines("trace")
}

#[test]
fn what_python_stores_comes_back_as_it_was() {
    let code = r#"
class Number(enum.IntEnum):
    ONE = 1
class Word(str): pass
self.values = {
    "float": 0.1, "tiny": 5e-324, "infinite": float("inf"), "none": None, "true": True, "false": False,
    "text": "a\0b", "bytes": b"\0", "both": "\0" * 10, "enum": Number.ONE, "word": Word("w"), "large": -10**300,
}
persist = Persist("p")
"#;
    let store = format!("{code}persist.update(self.values)");
    let mut host = host(&module_under_test(), &store).start();
    host.stop();
    let look = format!(
        "{code}for key, value in self.values.items():\n    trace(key, persist[key] == value and \
         (type(persist[key]) is type(value) or isinstance(value, (Number, Word))))\n"
    );
    for _ in 0..2 {
        let lines = run_again(&mut host, &look);
        assert_eq!(lines.len(), 12);
        assert!(
            lines.iter().all(|line| line.ends_with(" True")),
            "{lines:?}"
        );
    }
}

#[test]
fn it_is_a_dict_of_its_own_keys() {
    let code = r#"
persist = Persist("foo", defaults={"a": 1, "b": 2})
other = Persist("foobar", {"c": 3})
trace(len(persist), sorted(persist), sorted(persist.items()), persist.get("c", "no"), persist.pop("b"))
del persist["a"]
trace(len(persist), list(persist), "a" in persist, persist.setdefault("a", 5), persist["a"])
trace(len(other), persist == other, persist == persist, len({persist, other}))
for wrong in (lambda: persist["nothing"], lambda: persist.__delitem__("nothing"), lambda: persist.__setitem__("", 1),
              lambda: persist.__setitem__("a\0b", 1), lambda: persist.__setitem__("k" * 5000, 1), lambda: persist["\0"],
              lambda: persist.__setitem__("big", "x" * 9000), lambda: persist.__setitem__("key", [1]), lambda: Persist("a##b"),
              lambda: Persist(""), lambda: Persist.__new__(Persist)["key"]):
    try:
        trace(wrong())
    except Exception as error:
        trace(type(error).__name__, str(error).partition(":")[0])
trace(list(persist))
"#;
    let mut host = host(&module_under_test(), code).start();
    host.stop();
    assert_eq!(
        host.lines("trace"),
        [
            "2 ['a', 'b'] [('a', 1), ('b', 2)] no 2",
            "0 [] False 5 5",
            "1 False True 2",
            "KeyError 'nothing'",
            "KeyError 'nothing'",
            // An empty key has the name in front.
            "None",
            "ValueError a key is not empty, holds no NUL byte, and has 4000 bytes at most, with the name in front",
            "ValueError a key is not empty, holds no NUL byte, and has 4000 bytes at most, with the name in front",
            "ValueError a key is not empty, holds no NUL byte, and has 4000 bytes at most, with the name in front",
            "ValueError the value is too long",
            "TypeError Value must be either string, integer or bytes, or a bool, float or None, not list",
            "ValueError persist name cannot contain ##",
            "ValueError a key is not empty, holds no NUL byte, and has 4000 bytes at most, with the name in front",
            "RuntimeError a class derived from Persist has to call super().__init__(name)",
            "['', 'a']",
        ]
    );
}

#[test]
fn what_is_removed_stays_away_and_what_is_kept_outlives_starts() {
    let code = "persist = Persist('p', {'kept': 1, 'gone': 2})\ndel persist['gone']\n";
    let mut host = host(&module_under_test(), code).start();
    host.stop();
    // Nobody looks at the value, for as many starts as the host would take to forget it.
    for _ in 0..3 {
        let lines = run_again(
            &mut host,
            "trace(list(Persist('p')), 'gone' in Persist('p'))",
        );
        assert_eq!(lines, ["['kept'] False"]);
    }
}

#[test]
fn a_block_of_the_config_runs_before_there_is_a_file() {
    let mut host = host(&module_under_test(), "");
    host.set_config(&CONFIG.replace(
        "import os",
        "import os, syslogng\ntry:\n    syslogng.Persist('p')\n    word = 'made'\nexcept RuntimeError as error:\n    word = error\n\
         with open('trace', 'a') as f: print(word, file=f)",
    ));
    host.restart();
    assert!(host.reload());
    host.stop();
    let lines = host.lines("trace");
    assert!(
        lines[0].starts_with("persist_state is not yet available"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "made");
}

#[test]
fn each_module_reads_what_the_other_wrote() {
    let Some(c_module) = c_module() else {
        // Packages of other distributions, and a machine that has ours installed, do without.
        return;
    };
    let write = "persist = Persist('p')\nfor key, value in (('text', 'ä'), ('bytes', b'\\xff'), ('number', -5), ('empty', '')):\n    \
                 persist[key] = value\n";
    let read = "persist = Persist('p')\nfor key in ('text', 'bytes', 'number', 'empty'):\n    trace(repr(persist[key]))\n";
    for (writer, reader) in [
        (c_module.clone(), module_under_test()),
        (module_under_test(), c_module.clone()),
    ] {
        let mut host = host(&writer, write).start();
        host.stop();
        std::fs::remove_file(host.path("modules/libmod-python.so")).unwrap();
        std::os::unix::fs::symlink(reader, host.path("modules/libmod-python.so")).unwrap();
        let lines = run_again(&mut host, read);
        assert_eq!(lines, ["'ä'", r"b'\xff'", "-5", "''"]);
    }
}
