// SPDX-License-Identifier: GPL-2.0-or-later

//! The SDK's example source, which has no Python in it, in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::{Host, build_folder};

/// A host with the SDK's examples, whose source and destination these are.
fn host(source: &str, destination: &str, flags: &str) -> Host {
    let config = format!(
        "@module mod-generate\n@module mod-discard\n\
         source s {{ generate({source} persist-name(\"g\")); }};\n\
         destination d {{ {destination} }};\n\
         log {{ source(s); destination(d); {flags} }};\n"
    );
    let mut host = Host::new(&config);
    for name in ["generate", "discard"] {
        let file = build_folder().join(format!("examples/lib{name}.so"));
        assert!(
            file.exists(),
            "{} is missing: use `make check`",
            file.display()
        );
        host = host.with_module(&format!("mod-{name}"), &file);
    }
    host
}

const DISCARD: &str = "discard(persist-name(\"p\") time-reopen(1) wait-for(\"go\"));";
const FLOW_CONTROL: &str = "flags(flow-control);";

fn posted(host: &Host) -> Option<u64> {
    host.counter("s#0", "generate,g", "processed")
}

fn written(host: &Host) -> Option<u64> {
    host.counter("d#0", "discard,p", "written")
}

#[test]
fn it_posts_as_many_messages_as_it_was_told_to() {
    let file = "file(\"@DIR@/out.txt\" template(\"$MESSAGE $SOURCE\\n\"));";
    let mut host = host("message(\"a text\") count(3)", file, FLOW_CONTROL).start();
    assert_eq!(host.wait_for_lines("out.txt", 3), ["a text s"; 3]);
    assert_eq!(posted(&host), Some(3));
    host.wait_for_log("generate: done; messages='3'");
    // A reload starts it again.
    assert!(host.reload());
    host.wait_for_lines("out.txt", 6);
    host.stop();
}

#[test]
fn flow_control_holds_it_back_and_nothing_is_lost() {
    let source = "message(\"m\") count(5000) log-iw-size(100)";
    let mut host = host(source, DISCARD, FLOW_CONTROL).start();
    host.wait_until("the window to be full", |host| posted(host) == Some(100));
    host.write("go", "");
    host.wait_until("all messages", |host| written(host) == Some(5000));
    assert_eq!(posted(&host), Some(5000));
    assert_eq!(host.counter("d#0", "discard,p", "dropped"), Some(0));
    host.stop();
}

#[test]
fn it_stops_while_it_waits_for_its_window() {
    let mut host = host("message(\"m\") log-iw-size(100)", DISCARD, FLOW_CONTROL).start();
    host.wait_until("the window to be full", |host| posted(host) == Some(100));
    let start = Instant::now();
    host.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
    // What waited for the window was in the host already.
    assert!(
        host.log().contains("generate: done; messages='100'"),
        "{}",
        host.log()
    );
}

#[test]
fn it_stops_and_reloads_while_it_posts() {
    let mut host = host("message(\"m\")", DISCARD, FLOW_CONTROL)
        .with_file("go", "")
        .start();
    for _ in 0..5 {
        let before = written(&host).unwrap_or(0);
        host.wait_until("messages", |host| {
            written(host).is_some_and(|now| now > before + 1000)
        });
        assert!(host.reload());
    }
    host.stop();
    assert_eq!(host.events("generate: done").len(), 6);
    assert!(!host.log().contains("not posted"), "{}", host.log());
}

#[test]
fn it_stops_before_it_has_begun() {
    let mut host = host("message(\"m\") wait-for(\"never\")", DISCARD, FLOW_CONTROL).start();
    assert!(host.reload());
    host.stop();
    assert_eq!(host.events("generate: done").len(), 0);
}

#[test]
fn a_refused_reload_brings_it_back() {
    let mut host = host("message(\"m\") count(10)", DISCARD, FLOW_CONTROL)
        .with_file("go", "")
        .start();
    host.wait_until("the messages", |host| written(host) == Some(10));
    let config = host.read("syslog-ng.conf");
    // Two drivers of one persist name: refused when the host has taken the old config down.
    let twice = "discard(persist-name(\"p\")); discard(persist-name(\"p\"));";
    host.write("syslog-ng.conf", config.replace(DISCARD, twice));
    assert!(!host.reload());
    host.wait_until("the messages again", |host| {
        host.events("generate: done").len() == 2
    });
    host.stop();
}

#[test]
fn its_options_are_read_with_the_host_s() {
    let log = host("count(3)", DISCARD, "").refused();
    assert!(log.contains("generate() needs message()"), "{log}");
    let log = host("message(\"m\") log-iw-size(0)", DISCARD, "").refused();
    assert!(
        log.contains("log-iw-size() takes a positive whole number, found 0"),
        "{log}"
    );
}
