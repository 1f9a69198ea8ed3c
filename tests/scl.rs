// SPDX-License-Identifier: GPL-2.0-or-later

//! What configurations get with the module: the drivers in `scl/`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::Host;

/// A line that has the driver of that name.
fn include(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scl/{name}/{name}.conf"));
    format!("@include \"{}\"\n", file.display())
}

#[test]
fn print_values_prints_values() {
    let config = format!(
        r#"
{}
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination d {{ print-values(values("MESSAGE nothing FACILITY") persist-name("p")); }};
destination e {{ print-values(); }};
log {{ source(s); destination(d); }};
log {{ source(s); destination(e); }};
"#,
        include("print-values")
    );
    let mut host = Host::new(&config).with_file("in.txt", "näe\n").start();
    let mut lines = host.wait_for_lines("stdout", 2);
    lines.sort();
    assert!(
        lines[0].starts_with("DATE=") && lines[0].ends_with("\tMESSAGE=näe"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "MESSAGE=näe\tnothing=\tFACILITY=user");
    host.stop();
}

/// Lines of a file to a table.
fn sqlite(options: &str) -> Host {
    let config = format!(
        r#"
{}
options {{ use-uniqid(yes); }};
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1) log-iw-size(1000)); }};
destination d {{ sqlite(database("@DIR@/logs.db") time-reopen(1) {options}); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#,
        include("sqlite")
    );
    Host::new(&config).with_file("in.txt", "")
}

/// What a query gives, a line a row, with `|` between values.
fn query(host: &Host, database: &str, sql: &str) -> Vec<String> {
    let code = "import sqlite3, sys\n\
                connection = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', timeout=20, uri=True)\n\
                for row in connection.execute(sys.argv[2]): print(*row, sep='|')";
    let output = Command::new("/usr/bin/python3")
        .args(["-c", code])
        .arg(host.path(database))
        .arg(sql)
        .output()
        .unwrap();
    // Until there is a table there are no rows.
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn wait_for_rows(host: &mut Host, count: usize) {
    host.wait_until(&format!("{count} rows"), |host| {
        query(host, "logs.db", "SELECT count(*) FROM logs") == [count.to_string()]
    });
}

#[test]
fn sqlite_makes_its_table_and_writes_rows_to_it() {
    let mut host = sqlite(
        r#"columns("message" "$MESSAGE" "length INTEGER" "$(length $MESSAGE)" 'x"y REAL' "1.5" "a-b" "b" "none" "$nothing")"#,
    )
    .start();
    host.append("in.txt", "one\nit's \"two\"\nnä\n");
    wait_for_rows(&mut host, 3);
    let sql = "SELECT message, typeof(message), length, typeof(length), none IS NULL, length(id) > 10 FROM logs";
    assert_eq!(
        query(&host, "logs.db", sql),
        [
            "one|text|3|integer|1|1",
            "it's \"two\"|text|10|integer|1|1",
            "nä|text|3|integer|1|1"
        ]
    );
    let sql = "SELECT name, type FROM pragma_table_info('logs')";
    assert_eq!(
        query(&host, "logs.db", sql),
        [
            "id|TEXT",
            "message|TEXT",
            "length|INTEGER",
            "x\"y|REAL",
            "a_b|TEXT",
            "none|TEXT"
        ]
    );
    assert!(host.reload());
    host.append("in.txt", "three\n");
    wait_for_rows(&mut host, 4);
    host.stop();
}

#[test]
fn sqlite_keeps_bytes_that_are_no_text() {
    let mut host = sqlite(r#"columns("message" "$MESSAGE")"#)
        .with_file("in.txt", b"\xff\xfe\n\xf0\x9f\x90\x8d\n")
        .start();
    wait_for_rows(&mut host, 2);
    let sql = "SELECT typeof(message), hex(message) FROM logs ORDER BY rowid";
    assert_eq!(query(&host, "logs.db", sql), ["blob|FFFE", "text|F09F908D"]);
    host.stop();
}

#[test]
fn sqlite_has_each_message_once_whenever_the_daemon_is_killed() {
    const LINES: usize = 30_000;
    let mut host =
        sqlite(r#"id("$MESSAGE") columns("message" "$MESSAGE") batch-lines(50)"#).start();
    let lines: String = (0..LINES).map(|number| format!("{number}\n")).collect();
    host.append("in.txt", &lines);
    let mut before = 0;
    for _ in 0..5 {
        host.wait_until("some more rows", |host| {
            let rows = query(host, "logs.db", "SELECT count(*) FROM logs");
            rows.first()
                .is_some_and(|rows| rows.parse::<usize>().unwrap() > before)
        });
        host.signal(libc::SIGKILL);
        host.wait_for_end();
        let rows = query(&host, "logs.db", "SELECT count(*) FROM logs");
        before = rows[0].parse().unwrap();
        host.restart();
    }
    assert!(before < LINES, "it was over before it was killed");
    wait_for_rows(&mut host, LINES);
    let sql = "SELECT count(DISTINCT message), min(CAST(message AS INTEGER)), max(CAST(message AS INTEGER)) FROM logs";
    assert_eq!(
        query(&host, "logs.db", sql),
        [format!("{LINES}|0|{}", LINES - 1)]
    );
    host.stop();
}

#[test]
fn sqlite_waits_for_who_has_the_database_and_loses_nothing() {
    let mut host = sqlite(r#"columns("message" "$MESSAGE") lock-timeout(0.1) retries(1)"#).start();
    host.append("in.txt", "one\n");
    wait_for_rows(&mut host, 1);
    let code = "import sqlite3, sys\n\
                connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
                connection.execute('BEGIN IMMEDIATE')\n\
                open(sys.argv[2], 'w').close()\n\
                sys.stdin.read()";
    let mut other = Command::new("/usr/bin/python3")
        .args(["-c", code])
        .args([host.path("logs.db"), host.path("locked")])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    host.wait_until("the lock", |host| host.path("locked").exists());
    host.append("in.txt", "two\nthree\n");
    // More often than there are retries.
    host.wait_until("three attempts", |host| {
        host.events("comes again").len() >= 3
    });
    assert!(
        host.log().contains("OperationalError: database is locked"),
        "{}",
        host.log()
    );
    drop(other.stdin.take());
    other.wait().unwrap();
    wait_for_rows(&mut host, 3);
    assert_eq!(
        query(&host, "logs.db", "SELECT message FROM logs"),
        ["one", "two", "three"]
    );
    host.stop();
}

#[test]
fn sqlite_drops_what_the_database_refuses_and_nothing_else() {
    let columns = r#"columns("number INTEGER CHECK (number < 3)" "$MESSAGE")"#;
    let mut host = sqlite(columns)
        .with_file("in.txt", "1\n3\n2\n4\n0\n")
        .start();
    wait_for_rows(&mut host, 3);
    assert_eq!(
        query(&host, "logs.db", "SELECT number FROM logs"),
        ["1", "2", "0"]
    );
    let events = host.events("sqlite(): a message was dropped");
    assert_eq!(events.len(), 2, "{}", host.log());
    assert!(
        events[0].contains("'number': '3'") && events[0].contains("CHECK constraint failed"),
        "{events:?}"
    );
    host.wait_until("the counter", |host| {
        let dropped = host
            .stats()
            .lines()
            .filter(|line| line.contains("d#0"))
            .any(|line| line.ends_with(";dropped;a;2"));
        dropped || host.stats().contains("dropped;2")
    });
    host.stop();
}

#[test]
fn sqlite_goes_on_in_a_new_file_when_the_old_one_has_been_taken_away() {
    let mut host = sqlite(r#"columns("message" "$MESSAGE") journal-mode("delete")"#).start();
    host.append("in.txt", "one\n");
    wait_for_rows(&mut host, 1);
    std::fs::rename(host.path("logs.db"), host.path("old.db")).unwrap();
    host.append("in.txt", "two\n");
    wait_for_rows(&mut host, 1);
    assert_eq!(query(&host, "logs.db", "SELECT message FROM logs"), ["two"]);
    assert_eq!(query(&host, "old.db", "SELECT message FROM logs"), ["one"]);
    host.stop();
}

#[test]
fn sqlite_says_what_is_wrong_with_its_options_and_its_table() {
    for (options, said) in [
        ("", "sqlite() needs columns()"),
        (
            r#"columns("a" "$MESSAGE") journal-mode("none")"#,
            "journal-mode(none) of sqlite() is none",
        ),
        (
            r#"columns("a" "$MESSAGE") lock-timeout("soon")"#,
            "lock-timeout(soon) of sqlite()",
        ),
        (
            r#"columns("a" "$MESSAGE" "id" "1")"#,
            "two columns that are called id",
        ),
        (r#"columns("a" "${MESSAGE")"#, "LogTemplateException"),
    ] {
        let log = sqlite(options).refused();
        assert!(log.contains(said), "{options}: {log}");
    }
    let mut host = sqlite(r#"columns("message" "$MESSAGE")"#);
    let code = "import sqlite3, sys\nsqlite3.connect(sys.argv[1]).execute('CREATE TABLE logs (message TEXT)')";
    let made = Command::new("/usr/bin/python3")
        .args(["-c", code])
        .arg(host.path("logs.db"))
        .status();
    assert!(made.unwrap().success());
    host.restart();
    host.wait_for_log("the database cannot be used");
    assert!(
        host.log().contains("table logs has no column named id"),
        "{}",
        host.log()
    );
    host.stop();
}

/// What a server has been asked, and what it answers.
#[derive(Default)]
struct Web {
    /// The heads of the requests, with names in small letters.
    asked: Vec<String>,
    status: String,
    headers: String,
    body: Vec<u8>,
    /// It does not answer at all.
    hangs: bool,
}

/// A web server, until the test ends.
struct Server {
    web: Arc<Mutex<Web>>,
    port: u16,
}

impl Server {
    fn start(headers: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Arc::new(Mutex::new(Web::default()));
        let server = Server { web, port };
        server.answers("200 OK", headers, body);
        let web = Arc::clone(&server.web);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let web = Arc::clone(&web);
                std::thread::spawn(move || answer(&web, &connection));
            }
        });
        server
    }

    fn answers(&self, status: &str, headers: &str, body: &[u8]) {
        let mut web = self.web.lock().unwrap();
        status.clone_into(&mut web.status);
        headers.clone_into(&mut web.headers);
        body.clone_into(&mut web.body);
    }

    fn asked(&self) -> Vec<String> {
        self.web.lock().unwrap().asked.clone()
    }

    /// Lines or bodies of this server to a file.
    fn host(&self, options: &str) -> Host {
        let config = format!(
            r#"
{}
source s {{ http-poll(url("http://127.0.0.1:{}/events") interval(0.05) {options}); }};
destination d {{ file("@DIR@/out.txt" template("$MESSAGE\n")); }};
log {{ source(s); destination(d); flags(flow-control); }};
"#,
            include("http-poll"),
            self.port
        );
        Host::new(&config)
    }
}

fn answer(web: &Mutex<Web>, mut connection: &TcpStream) {
    let mut head = String::new();
    let mut lines = BufReader::new(connection.try_clone().unwrap());
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let mut web = web.lock().unwrap();
    let head = head.to_ascii_lowercase();
    web.asked.push(head.clone());
    if web.hangs {
        drop(web);
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    // As servers do: the one whose ETag is asked for is not sent.
    let tag = web.headers.to_ascii_lowercase();
    let tag = tag.lines().find_map(|line| line.strip_prefix("etag: "));
    let known = tag.is_some_and(|tag| head.contains(&format!("if-none-match: {tag}\r\n")));
    let (status, body) = match known {
        true => ("304 Not Modified", &[][..]),
        false => (&*web.status, &*web.body),
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{}\r\n",
        web.headers
    );
    let _ = connection
        .write_all(answer.as_bytes())
        .and_then(|()| connection.write_all(body));
}

#[test]
fn http_poll_makes_a_message_of_each_line_once() {
    let server = Server::start("ETag: \"one\"\r\n", b"{\"a\": 1}\r\n\n{\"a\": 2}");
    let mut host = server
        .host(r#"headers("Accept" "application/json" 'X-Api-Key' "it's me")"#)
        .start();
    assert_eq!(
        host.wait_for_lines("out.txt", 2),
        ["{\"a\": 1}", "{\"a\": 2}"]
    );
    let asked = server.asked().len();
    host.wait_until("more questions", |_| server.asked().len() > asked + 3);
    assert_eq!(host.lines("out.txt").len(), 2);
    let first = &server.asked()[0];
    for header in [
        "get /events http/1.1",
        "accept: application/json",
        "x-api-key: it's me",
        "user-agent: syslog-ng http-poll()",
    ] {
        assert!(
            first.contains(&format!("{header}\r\n")),
            "{header}: {first}"
        );
    }
    assert!(server.asked()[asked].contains("if-none-match: \"one\""));
    server.answers("200 OK", "ETag: \"two\"\r\n", b"new\n");
    assert_eq!(host.wait_for_lines("out.txt", 3)[2], "new");
    // Over a reload and a restart nothing comes again.
    assert!(host.reload());
    let asked = server.asked().len();
    host.wait_until("more questions", |_| server.asked().len() > asked + 1);
    host.stop();
    host.restart();
    let asked = server.asked().len();
    host.wait_until("more questions", |_| server.asked().len() > asked + 1);
    server.answers("200 OK", "ETag: \"three\"\r\n", b"last\n");
    assert_eq!(host.wait_for_lines("out.txt", 4)[3], "last");
    host.stop();
}

#[test]
fn http_poll_takes_a_body_whole_and_asks_by_its_time() {
    let time = "Last-Modified: Thu, 26 Nov 2026 10:00:00 GMT\r\n";
    let server = Server::start(time, b"one\ntwo");
    let mut host = server.host(r#"messages("body")"#);
    let config = host.read("syslog-ng.conf").replace(
        "$MESSAGE\\n",
        "$(format-json text=$MESSAGE url=${http_poll.url})\\n",
    );
    host.write("syslog-ng.conf", config);
    host.restart();
    let line = format!(
        r#"{{"url":"http://127.0.0.1:{}/events","text":"one\ntwo"}}"#,
        server.port
    );
    assert_eq!(host.wait_for_lines("out.txt", 1)[0], line);
    host.wait_until("the next question", |_| server.asked().len() > 1);
    let second = &server.asked()[1];
    assert!(
        second.contains("if-modified-since: thu, 26 nov 2026 10:00:00 gmt"),
        "{second}"
    );
    host.stop();
}

#[test]
fn http_poll_goes_on_where_it_was_when_the_daemon_is_killed() {
    const LINES: usize = 40_000;
    let body: String = (0..LINES).map(|number| format!("{number}\n")).collect();
    let server = Server::start("ETag: \"much\"\r\n", body.as_bytes());
    let mut host = server.host("log-iw-size(100)").start();
    let mut before = 0;
    for _ in 0..3 {
        host.wait_until("some more lines", |host| {
            host.lines("out.txt").len() > before + 1000
        });
        host.signal(libc::SIGKILL);
        host.wait_for_end();
        before = host.lines("out.txt").len();
        host.restart();
    }
    assert!(before < LINES, "it was over before it was killed");
    host.wait_until("all lines", |host| {
        host.lines("out.txt")
            .iter()
            .any(|line| *line == (LINES - 1).to_string())
    });
    let lines = host.lines("out.txt");
    let mut numbers: Vec<usize> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..LINES).collect::<Vec<_>>());
    // What was on its way comes again, and no more.
    assert!(lines.len() <= LINES + 3 * 200, "{}", lines.len());
    host.stop();
}

#[test]
fn http_poll_says_what_went_wrong_and_asks_again() {
    let server = Server::start("", b"");
    server.answers("503 Service Unavailable", "", b"not now");
    let mut host = server.host("max-size(100)").start();
    host.wait_for_log("HTTPError: HTTP Error 503: Service Unavailable");
    server.answers("200 OK", "", &[b'x'; 101]);
    host.wait_for_log("the answer has more than max-size(100) bytes");
    server.answers("200 OK", "", b"at last\n");
    assert_eq!(host.wait_for_lines("out.txt", 1)[0], "at last");
    host.stop();
}

#[test]
fn http_poll_does_not_wait_for_a_server_that_hangs_when_it_is_told_to_end() {
    let server = Server::start("", b"");
    server.web.lock().unwrap().hangs = true;
    let mut host = server.host("").start();
    host.wait_until("the question", |_| !server.asked().is_empty());
    let start = Instant::now();
    assert!(host.reload());
    host.stop();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn http_poll_takes_no_secrets_to_another_server() {
    let other = Server::start("", b"from the other one\n");
    let server = Server::start("", b"");
    let place = format!("Location: http://127.0.0.1:{}/elsewhere\r\n", other.port);
    server.answers("302 Found", &place, b"");
    let mut host = server
        .host(r#"headers("Authorization" "Bearer secret" "Accept" "text/plain")"#)
        .start();
    host.wait_for_lines("out.txt", 1);
    assert!(server.asked()[0].contains("authorization: bearer secret"));
    let asked = &other.asked()[0];
    assert!(
        asked.contains("accept: text/plain") && !asked.contains("secret"),
        "{asked}"
    );
    host.stop();
}

#[test]
fn http_poll_says_what_is_wrong_with_its_options() {
    let server = Server::start("", b"");
    for (options, said) in [
        (
            r#"messages("words")"#,
            "messages(words) of http-poll() is neither lines nor body",
        ),
        (
            "timeout(0)",
            "timeout(0) of http-poll() is no number above 0",
        ),
        (r#"headers("Accept")"#, "\"Accept\" needs a value"),
    ] {
        let log = server.host(options).refused();
        assert!(log.contains(said), "{options}: {log}");
    }
    let host = server.host("");
    let config = host.read("syslog-ng.conf").replace("http://", "file://");
    host.write("syslog-ng.conf", config);
    assert!(
        host.refused()
            .contains("http-poll() needs a url() of http or https")
    );
}
