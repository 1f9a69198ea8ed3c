// SPDX-License-Identifier: GPL-2.0-or-later

//! Parsers and template functions among the examples.

use super::example;

#[test]
fn a_parser_takes_messages_apart() {
    let changes = [
        ("/var/log/web.log", "@DIR@/in.txt"),
        ("/var/log/web.tsv", "@DIR@/out.txt"),
    ];
    let mut host = example("parser", &changes)
        .with_file(
            "in.txt",
            "level=info path=\"/a b\" status=200 other=x\nnothing\nlevel=debug status=\n",
        )
        .start();
    let lines = host.wait_for_lines("out.txt", 2);
    assert_eq!(lines, ["200\tinfo\t/a b", "\tdebug\t"]);
    assert!(host.reload());
    host.append("in.txt", "status=404\n");
    assert_eq!(host.wait_for_lines("out.txt", 3)[2], "404\t\t");
    host.stop();
}

#[test]
fn a_template_function_hides_names() {
    let changes = [
        ("/var/log/logins.log", "@DIR@/in.txt"),
        ("/var/log/anonymous.log", "@DIR@/out.txt"),
    ];
    let set_up = || {
        example("template-function", &changes)
            .with_file("in.txt", "anna logged in\nben logged in\nanna went\n")
    };
    let mut host = set_up().with_environment("PSEUDONYM_KEY", "k").start();
    let lines = host.wait_for_lines("out.txt", 3);
    let names: Vec<_> = lines.iter().map(|line| &line[..12]).collect();
    assert_eq!(&lines[0][12..], " logged in");
    assert!(
        names[0] == names[2] && names[0] != names[1],
        "{names:?}, {}",
        host.log()
    );
    assert!(host.reload());
    host.stop();
    let mut host = set_up().start();
    assert_eq!(host.wait_for_lines("out.txt", 1)[0], "<error> logged in");
    host.wait_for_log("the environment has no PSEUDONYM_KEY");
    host.stop();
}

#[test]
fn a_parser_makes_messages_of_records() {
    let changes = [
        ("/var/log/app.jsonl", "@DIR@/in.txt"),
        ("/var/log/app.log", "@DIR@/out.txt"),
    ];
    let record =
        r#"{"time": "2026-11-21T09:16:10+01:00", "level": "error", "user": "anna", "text": "no"}"#;
    let mut host = example("message", &changes)
        .with_file("in.txt", format!("{record}\nnothing\n[]\n{{}}\n{record}\n"))
        .start();
    let lines = host.wait_for_lines("out.txt", 2);
    assert!(
        lines[0].starts_with("2026-11-21T09:16:10+01:00 local0.err app@"),
        "{lines:?}"
    );
    assert!(lines[1].ends_with(" anna: no"), "{lines:?}");
    host.stop();
    assert_eq!(host.lines("out.txt").len(), 2);
    assert!(!host.log().contains("Traceback"), "{}", host.log());
}
