// SPDX-License-Identifier: GPL-2.0-or-later

//! The drivers in Python that hosts of version 4 ship, `syslogng.modules`, by their own snippets.
//!
//! Each is tested where the host has it and what it needs is installed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use harness::{Host, config_version, free_port};

const MODULES: &str = concat!(env!("SYSLOG_NG_MODULE_DIR"), "/python/syslogng/modules");

/// Whether the host ships the module, and Python has the packages that it needs.
fn is_there(module: &str, packages: &[&str]) -> bool {
    let shipped = Path::new(MODULES).join(module).exists();
    let installed = packages.iter().all(|package| {
        let import = Command::new("/usr/bin/python3")
            .args(["-c", &format!("import {package}")])
            .output();
        import.unwrap().status.success()
    });
    if !(shipped && installed) {
        println!("syslogng.modules.{module} or what it needs is not installed, nothing to test");
    }
    shipped && installed
}

/// A host whose config uses the snippets of a module.
fn host(module: &str, config: &str) -> Host {
    let (major, minor) = config_version();
    let host = Host::new("").with_environment("PYTHONDONTWRITEBYTECODE", "1");
    let folder = host.path("");
    let config = config.replace("@DIR@", folder.to_str().unwrap().trim_end_matches('/'));
    host.write(
        "syslog-ng.conf",
        format!("@version: {major}.{minor}\n@include \"{MODULES}/{module}/scl/*.conf\"\n{config}"),
    );
    host
}

/// Answers each request with a JSON text for its path, as long as the test runs; gives its port.
fn serve(answer: impl Fn(&str) -> &'static str + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut request = String::new();
            while reader
                .read_line(&mut request)
                .is_ok_and(|read| read > "\r\n".len())
            {}
            let path = request.split(' ').nth(1).unwrap_or_default();
            let body = answer(path);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n"
            );
            let _ = reader.get_mut().write_all((head + body).as_bytes());
        }
    });
    port
}

#[test]
fn the_example_logs_what_it_gets() {
    if !is_there("example", &[]) {
        return;
    }
    let mut host = host(
        "example",
        r#"source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
           destination d { python_example(options("greeting" "hello")); };
           log { source(s); destination(d); flags(flow-control); };"#,
    )
    .with_file("in.txt", "one\n")
    .start();
    host.wait_for_log("ExampleDestination: b'MESSAGE' = b'one'");
    let said = "python-syslogng.modules.example: ExampleDestination: ";
    for what in ["initialized with {'greeting': 'hello'}", "opened"] {
        assert_eq!(
            host.events(&format!("{said}{what}")).len(),
            1,
            "{}",
            host.log()
        );
    }
    host.stop();
    assert_eq!(host.events(&format!("{said}deinit")).len(), 1);
}

#[test]
fn the_webhook_makes_messages_of_requests() {
    if !is_there("webhook", &["tornado"]) {
        return;
    }
    let port = free_port();
    let mut host = host(
        "webhook",
        &format!(
            r#"source s {{ webhook(port({port}) auth-token("secret") paths(["/events", "/(?P<where>[a-z]+)/log"])); }};
               destination d {{ file("@DIR@/out.txt" template("$MESSAGE ${{webhook.query.q}} $where $SOURCEIP $TRANSPORT\n")); }};
               log {{ source(s); destination(d); flags(flow-control); }};"#
        ),
    )
    .start();
    host.wait_for_log("server started on port");
    let post = |path: &str, token: &str, body: &str| {
        let mut stream = loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                break stream;
            }
            thread::yield_now();
        };
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(post("/events?q=1", "secret", "first"), "200");
    assert_eq!(post("/events", "wrong", "nobody's"), "403");
    assert_eq!(post("/here/log", "secret", "second"), "200");
    assert_eq!(
        host.wait_for_lines("out.txt", 2),
        ["first 1  127.0.0.1 http", "second  here 127.0.0.1 http"]
    );
    assert!(host.reload());
    host.stop();
}

#[test]
fn hypr_fetches_what_its_server_has() {
    if !is_there("hypr", &["requests"]) {
        return;
    }
    let port = serve(|path| {
        if path == "/cc/api/application" {
            return r#"[{"appID": "app"}]"#;
        }
        r#"{"metadata": {"totalRecords": 1, "totalPages": 1, "currentPage": 1},
            "data": [{"message": "signed in", "eventTimeInUTC": 1700000000000, "rpAppId": "app", "count": 3}]}"#
    });
    // What generates its sources asks the server for which.
    let mut host = host(
        "hypr",
        &format!(
            r#"source s {{
                 hypr-audit-trail(url("http://127.0.0.1:{port}") bearer-token("c2VjcmV0") ignore-persistence(yes));
               }};
               destination d {{ file("@DIR@/out.txt" template("$MESSAGE $PROGRAM ${{.hypr.count}} $S_UNIXTIME $TRANSPORT\n")); }};
               log {{ source(s); destination(d); flags(flow-control); }};"#
        ),
    )
    .start();
    assert_eq!(
        host.wait_for_lines("out.txt", 1)[0],
        "signed in app 3 1700000000 hypr-api"
    );
    host.stop();
}

#[test]
fn s3_starts_and_keeps_messages_for_a_server_that_is_not_there() {
    if !is_there("s3", &["boto3"]) {
        return;
    }
    let port = free_port();
    let mut host = host(
        "s3",
        &format!(
            r#"source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
               destination d {{ s3(url("http://127.0.0.1:{port}") bucket("b") access-key("a") secret-key("s")
                 object-key("$HOST") object-key-timestamp("") persist-name("@DIR@")); }};
               log {{ source(s); destination(d); flags(flow-control); }};"#
        ),
    )
    .with_file("in.txt", "one\n")
    .start();
    host.stop();
    assert!(!host.log().contains("could not be found"), "{}", host.log());
}

#[test]
fn kubernetes_starts() {
    if !is_there("kubernetes", &["kubernetes"]) {
        return;
    }
    let mut host = host(
        "kubernetes",
        r#"source s { file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); };
           parser p { kubernetes-metadata-parser(prefix(".k8s.") template("$MESSAGE") key-delimiter(".")); };
           destination d { file("@DIR@/out.txt"); };
           log { source(s); parser(p); destination(d); flags(flow-control); };"#,
    )
    .with_file("in.txt", "")
    .with_file(
        "kube.yaml",
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}]\n\
         contexts: [{name: c, context: {cluster: k, user: u}}]\nusers: [{name: u, user: {}}]\n",
    );
    let config = host.path("kube.yaml");
    host = host.with_environment("KUBECONFIG", config.to_str().unwrap());
    let mut host = host.start();
    host.stop();
}
