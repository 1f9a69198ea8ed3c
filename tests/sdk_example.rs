// SPDX-License-Identifier: GPL-2.0-or-later

//! The SDK's example destination, which has no Python in it, in a real syslog-ng.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::{Host, build_folder};

#[test]
fn the_sdk_s_example_takes_every_message() {
    let config = r#"
@module mod-discard
source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { discard(report(yes) persist-name("p")); };
log { source(s); destination(d); flags(flow-control); };
"#;
    let example = build_folder().join("examples/libdiscard.so");
    assert!(
        example.exists(),
        "{} is missing: use `make check`",
        example.display()
    );
    let mut host = Host::new(config)
        .with_module("mod-discard", &example)
        .with_file("in.txt", "1\n2\n3\n")
        .start();
    host.wait_until("the messages", |host| {
        host.counter("d#0", "discard,p", "written") == Some(3)
    });
    assert!(host.reload());
    host.append("in.txt", "4\n");
    host.wait_until("one more", |host| {
        host.counter("d#0", "discard,p", "written") == Some(4)
    });
    host.stop();
    assert!(
        host.log().contains("discard: stopped; messages='3'"),
        "{}",
        host.log()
    );
    assert!(
        host.log().contains("discard: stopped; messages='1'"),
        "{}",
        host.log()
    );
    assert!(!host.log().contains("ython"), "{}", host.log());
}
