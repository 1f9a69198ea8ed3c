// SPDX-License-Identifier: GPL-2.0-or-later

//! `syslog-ng --interactive`, with commands in a file.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::{Host, is_axosyslog};

/// `@COMMANDS@` stands for what fetches commands.
const CONFIG: &str = r#"
python {
import sys, types
import _syslogngdbg
names = _syslogngdbg.get_nv_registry()
print("names", all(type(name) is str for name in names), {"HOST", "MESSAGE", "DATE"} <= set(names), flush=True)
cli = types.ModuleType("syslogng.debuggercli")
@COMMANDS@
sys.modules["syslogng.debuggercli"] = cli
};
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.05)); };
destination d { file("@DIR@/out.txt"); };
log { source(s); destination(d); };
"#;

/// Runs until the debugger is told to quit, and gives what was printed and said.
fn run(commands: &str, input: &str) -> (String, String) {
    // AxoSyslog asks for a command before there is a message, too.
    let first = if is_axosyslog() { "step\n" } else { "" };
    let mut host = Host::new(&CONFIG.replace("@COMMANDS@", commands))
        .with_file("in.txt", "one\n")
        .with_file("stdin", format!("{first}{input}"));
    host.spawn(&["--interactive"]);
    let status = host.wait_for_end();
    assert!(status.success(), "{status}: {}", host.log());
    (host.read("stdout"), host.log())
}

#[test]
fn commands_come_from_the_python_function() {
    let commands = format!(
        "commands = ['step'] * {} + ['print $MESSAGE', b'nonsense', 'quit']\n\
         cli.fetch_command = lambda: commands.pop(0)",
        usize::from(is_axosyslog())
    );
    let (printed, _) = run(&commands, "");
    assert!(printed.contains("names True True\n"), "{printed}");
    assert!(printed.contains("\none\n"), "{printed}");
    assert!(printed.contains("Undefined command nonsense"), "{printed}");
}

#[test]
fn the_end_of_the_input_ends_the_host() {
    let (printed, log) = run("cli.fetch_command = input", "print $MESSAGE\n");
    assert!(printed.contains("one\n"), "{printed}");
    assert!(!log.contains("raised an exception"), "{log}");
}

#[test]
fn an_error_is_told_once_and_the_host_reads_the_command_itself() {
    for (commands, event) in [
        (
            "def fetch_command(): raise ValueError('no commands')\ncli.fetch_command = fetch_command",
            "fetch_command() raised an exception",
        ),
        (
            "cli.fetch_command = lambda: None",
            "did not return a command",
        ),
    ] {
        let (printed, log) = run(commands, "print $MESSAGE\nquit\nquit\n");
        assert!(printed.contains("(syslog-ng) one\n"), "{printed}");
        assert_eq!(log.matches(event).count(), 1, "{log}");
    }
}
