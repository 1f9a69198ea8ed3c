// SPDX-License-Identifier: GPL-2.0-or-later

//! Configs that are refused, and what the user is told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::Host;

/// What the host says of a config whose destination is `driver`; the driver stands in line 4.
fn refused(driver: &str) -> String {
    Host::new(&config(driver))
        .with_file("m.py", MODULE)
        .refused()
}

fn config(driver: &str) -> String {
    format!("\ndestination d {{\n    {driver}\n}};\nlog {{ destination(d); }};\n")
}

const MODULE: &str = r#"
class D:
    def send(self, msg): return True
class Options(D):
    def init(self, options):
        print(options, flush=True)
        return True
class WithoutSend:
    pass
class InitFalse(D):
    def init(self, options): return False
class InitNone(D):
    def init(self, options): pass
class InitRaises(D):
    def init(self, options): raise RuntimeError("not today")
class ConstructorRaises(D):
    def __init__(self): raise RuntimeError("never")
class SendIsNone:
    send = None
"#;

/// Checks that the host shows the place, the caret under it, and a sentence with these parts.
fn assert_placed(log: &str, line: usize, columns: &str, parts: &[&str]) {
    let place = format!("syslog-ng.conf:{line}:{columns}");
    assert!(log.contains(&place), "{place} is not in:\n{log}");
    assert!(
        log.contains(&format!("{line}-----> ")) && log.contains('^'),
        "no caret in:\n{log}"
    );
    for part in parts {
        assert!(log.contains(part), "{part:?} is not in:\n{log}");
    }
}

#[test]
fn an_unknown_option_is_named_with_those_that_there_are() {
    let log = refused(r#"python(class("m.D") clazz("x"));"#);
    assert_placed(
        &log,
        4,
        "25-4:30",
        &[
            "python() has no option clazz()",
            "batch-lines()",
            "class()",
            "loaders()",
            "options()",
        ],
    );
}

#[test]
fn a_wrong_value_is_named_with_what_was_expected() {
    for (option, columns, expected) in [
        (
            r#"retries("x")"#,
            "33-4:36",
            r#"retries() takes a positive whole number, found "x""#,
        ),
        (
            "retries(0)",
            "33-4:34",
            "retries() takes a positive whole number, found 0",
        ),
        (
            "retries(-1)",
            "33-4:35",
            "retries() takes a positive whole number, found -1",
        ),
        (
            "retries(1.5)",
            "33-4:36",
            "retries() takes a positive whole number, found 1.5",
        ),
        (
            "retries(4294967296)",
            "33-4:43",
            "below 2147483648, found 4294967296",
        ),
        (
            "retries(yes)",
            "33-4:36",
            "retries() takes a positive whole number, found yes",
        ),
        (
            "throttle(-1)",
            "34-4:36",
            "throttle() takes a whole number that is not negative, found -1",
        ),
        (
            "batch-lines(-1)",
            "37-4:39",
            "batch-lines() takes a whole number that is not negative",
        ),
        ("batch-timeout(x)", "39-4:40", "batch-timeout() takes a "),
        (
            "time-reopen(0)",
            "37-4:38",
            "time-reopen() takes a positive whole number",
        ),
        (
            "log-fifo-size(0)",
            "39-4:40",
            "log-fifo-size() takes a positive whole number",
        ),
        (
            "persist-name(12)",
            "38-4:40",
            "persist-name() takes a text, found 12",
        ),
        ("loaders(12)", "33-4:35", "loaders() takes a text, found 12"),
    ] {
        let log = refused(&format!(r#"python(class("m.D") {option});"#));
        assert_placed(&log, 4, columns, &[expected]);
    }
}

#[test]
fn a_missing_bracket_is_named_with_what_was_expected() {
    for (driver, expected) in [
        (
            r#"python(class "m.D");"#,
            r#"class() needs its value in brackets: expected '(', found "m.D""#,
        ),
        (
            r#"python(class("m.D" "x"));"#,
            r#"expected ')' after the value of class(), found "x""#,
        ),
        (
            r#"python class("m.D");"#,
            "python() needs its value in brackets: expected '(', found class",
        ),
        (
            r#"python(class("m.D") options("a"));"#,
            r#""a" needs a value: expected a text or a number, found ')'"#,
        ),
        (
            r#"python(class("m.D") options("a" "b" { ));"#,
            "options() holds names and values: expected a name or ')', found '{'",
        ),
        (
            r#"python("x");"#,
            r#"expected an option of python() or ')', found "x""#,
        ),
    ] {
        let log = refused(driver);
        assert_placed(&log, 4, "", &[expected]);
    }
}

#[test]
fn brackets_that_never_close_are_refused() {
    let log = refused(r#"python(class("m.D") options("a" "b""#);
    assert!(log.contains("Error parsing destination"), "{log}");
}

#[test]
fn a_destination_needs_a_class() {
    let log = refused("python(retries(3));");
    assert_placed(
        &log,
        4,
        "",
        &[r#"python() needs class("Name") or class("module.Name")"#],
    );
}

#[test]
fn yes_and_no_have_to_be_quoted_where_options_have_no_types() {
    if harness::has_typed_options() {
        return;
    }
    let log = refused(r#"python(class("m.D") options("a" yes));"#);
    assert_placed(
        &log,
        4,
        "37-4:40",
        &[r#"the value yes of "a" has to be in quotes"#],
    );
}

#[test]
fn values_in_options_have_types_where_the_host_knows_them() {
    let driver = r#"python(class("m.Options") options("a" yes b no c True d 1 e 1.5 f [x "y"] g "yes" h true));"#;
    let config = config(driver);
    let typed = "{'a': True, 'b': False, 'c': True, 'd': 1, 'e': 1.5, 'f': ['x', 'y'], \
                 'g': 'yes', 'h': 'true'}";
    if harness::has_typed_options() {
        let mut host = Host::new(&config).with_file("m.py", MODULE).start();
        assert_eq!(host.wait_for_lines("stdout", 1), [typed]);
        host.stop();
    } else {
        let log = Host::new(&config).with_file("m.py", MODULE).refused();
        assert!(log.contains("has to be in quotes"), "{log}");
    }
}

#[test]
fn an_unknown_argument_of_an_inner_plugin_is_reported_by_the_host() {
    let log = refused(
        r#"python(class("m.D") disk-buffer(mem-buf-length(1000) disk-buf-sise(1048576) reliable(no)));"#,
    );
    assert_placed(&log, 4, "58-4:71", &["Error parsing disk_buffer"]);
}

#[test]
fn inner_plugins_are_read_and_used() {
    let config = config(
        r#"python(class("m.D") disk-buffer(mem-buf-length(1000) disk-buf-size(1048576) reliable(no) dir("@DIR@")) retries(3));"#,
    );
    let mut host = Host::new(&config).with_file("m.py", MODULE).start();
    let files = std::fs::read_dir(host.path("")).unwrap();
    assert!(
        files
            .map(|file| file.unwrap().path())
            .any(|path| path.extension().is_some_and(|end| end == "qf"))
    );
    host.stop();
}

#[test]
fn a_missing_class_is_named_with_where_it_was_looked_for() {
    for (class, expected) in [
        (
            "m.Nowhere",
            "AttributeError: module \\'m\\' has no attribute \\'Nowhere\\'",
        ),
        (
            "nowhere.D",
            "ModuleNotFoundError: No module named \\'nowhere\\'",
        ),
        (
            "nowhere.D",
            "hint='the module nowhere is in none of these folders: /",
        ),
        (
            "m.D.deeper",
            "No module named \\'m.D\\'; \\'m\\' is not a package",
        ),
        (
            "Nowhere",
            "NameError: the config has no python block that could define Nowhere",
        ),
    ] {
        let log = refused(&format!(r#"python(class("{class}"));"#));
        for part in [
            "python-dest: the class cannot be found, so the config is refused",
            "driver='d#0'",
            &format!("class='{class}'"),
            expected,
            "syslog-ng.conf:4:5'",
        ] {
            assert!(log.contains(part), "{part:?} is not in:\n{log}");
        }
    }
}

#[test]
fn a_missing_class_is_no_syntax_error() {
    assert!(
        Host::new(&config(r#"python(class("m.Nowhere"));"#))
            .with_file("m.py", "")
            .accepts_syntax()
    );
    assert!(
        !Host::new(&config(r#"python(clas("m.D"));"#))
            .with_file("m.py", MODULE)
            .accepts_syntax()
    );
}

#[test]
fn a_module_that_cannot_be_imported_is_shown_with_its_traceback() {
    let log = Host::new(&config(r#"python(class("broken.D"));"#))
        .with_file("broken.py", "\n\nimport nowhere_at_all\n")
        .refused();
    for part in [
        "No module named \\'nowhere_at_all\\'",
        "broken.py\", line 3",
        "import nowhere_at_all",
    ] {
        assert!(log.contains(part), "{part:?} is not in:\n{log}");
    }
}

#[test]
fn a_class_without_send_is_refused() {
    let log = refused(r#"python(class("m.WithoutSend"));"#);
    assert!(log.contains("python-dest: the class does not define send(self, msg), nor send_batch(self, batch), so the config is refused; driver='d#0', class='m.WithoutSend'"), "{log}");
}

#[test]
fn a_class_that_only_inherits_the_base_s_send_is_refused() {
    let module = "from syslogng import LogDestination\nclass D(LogDestination): pass\n";
    let log = Host::new(&config(r#"python(class("m.D"));"#))
        .with_file("m.py", module)
        .refused();
    assert!(
        log.contains("the class does not define send(self, msg)"),
        "{log}"
    );
}

#[test]
fn init_that_returns_false_none_or_raises_refuses_the_config() {
    for (class, expected) in [
        (
            "InitFalse",
            "python-dest: init() returned False, so the config is refused; driver='d#0', class='m.InitFalse', method='init', location='",
        ),
        (
            "InitNone",
            "python-dest: init() returned a value that it must not return; driver='d#0', class='m.InitNone', method='init', location='",
        ),
        (
            "InitRaises",
            "python-dest: init() raised an exception; driver='d#0', class='m.InitRaises', method='init', location='",
        ),
        (
            "ConstructorRaises",
            "python-dest: __init__() raised an exception; driver='d#0', class='m.ConstructorRaises', method='__init__', location='",
        ),
    ] {
        let log = refused(&format!(r#"python(class("m.{class}"));"#));
        assert!(log.contains(expected), "{expected:?} is not in:\n{log}");
        assert!(log.contains("m.py:"), "{log}");
        assert!(log.contains("Error initializing message pipeline"), "{log}");
    }
}

#[test]
fn a_class_that_gives_no_destination_is_refused() {
    for class in [
        "builtins.dict",
        "builtins.None",
        "m",
        "m.",
        ".m",
        "builtins.len",
        "",
    ] {
        let log = refused(&format!(r#"python(class("{class}"));"#));
        assert!(log.contains("python"), "{class}: {log}");
    }
}

#[test]
fn mistakes_inside_a_block_reference_are_placed_in_the_block_and_where_it_is_used() {
    let config = "\nblock destination twice() {\n    python(class(\"m.D\") retris(3));\n};\ndestination d {\n    twice();\n};\nlog { destination(d); };\n";
    let log = Host::new(config).with_file("m.py", MODULE).refused();
    for part in [
        "python() has no option retris()",
        "Included from",
        "syslog-ng.conf:7:",
    ] {
        assert!(log.contains(part), "{part:?} is not in:\n{log}");
    }
}

#[test]
fn a_template_in_options_is_checked_when_the_config_is_read() {
    if !harness::has_typed_options() {
        return;
    }
    for (value, columns, expected) in [
        (r#"LogTemplate("${")"#, "49-4:53", "LogTemplate(): "),
        (
            "LogTemplate(1)",
            "49-4:50",
            "LogTemplate() takes a text, found 1",
        ),
        (
            r#"LogTemplate "x""#,
            "49-4:52",
            r#"LogTemplate() needs its value in brackets: expected '(', found "x""#,
        ),
    ] {
        let log = refused(&format!(r#"python(class("m.D") options("a" {value}));"#));
        assert_placed(&log, 4, columns, &[expected]);
    }
}
