// SPDX-License-Identifier: GPL-2.0-or-later

//! The example with Flask, and HTTP clients.

use super::*;

const DESTINATION: &str = r#"destination { file("/dev/stdout" template("${MESSAGE}\n")); };"#;

/// Starts clients that write what became of their messages to the file `answers`.
fn clients(host: &Host, port: u16, clients: u32, requests: u32) -> Process {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/http_clients.py");
    let answers = fs::File::create(host.path("answers")).unwrap();
    Process::start(
        Command::new("/usr/bin/python3")
            .arg(program)
            .arg(format!("http://127.0.0.1:{port}/log"))
            .arg(clients.to_string())
            .arg(requests.to_string())
            .env("no_proxy", "127.0.0.1")
            .stdout(answers),
    )
}

/// What became of messages in one way.
fn texts<'a>(answers: &'a [String], outcome: &str) -> Vec<&'a str> {
    let found = answers
        .iter()
        .filter_map(|line| line.strip_prefix(outcome)?.strip_prefix(' '));
    found.collect()
}

/// Checks that each message that was taken arrived once, each that was not did not, and each that
/// nobody knows of once at most. Gives how many were taken.
fn assert_answers_are_true(host: &mut Host) -> usize {
    let answers = host.lines("answers");
    assert_eq!(texts(&answers, "error"), [""; 0], "{}", host.log());
    let taken = texts(&answers, "200");
    host.wait_until("all messages that were taken", |host| {
        let lines = host.lines("stdout");
        let arrived = counts(&lines);
        taken.iter().all(|text| arrived.contains_key(text))
    });
    let lines = host.lines("stdout");
    let arrived = counts(&lines);
    for text in texts(&answers, "503") {
        assert!(!arrived.contains_key(text), "{text} was refused");
    }
    let lost = texts(&answers, "lost");
    for (text, count) in arrived {
        assert_eq!(count, 1, "{text}");
        assert!(taken.contains(&text) || lost.contains(&text), "{text}");
    }
    taken.len()
}

#[test]
fn an_answer_says_that_the_message_has_arrived() {
    let port = free_port();
    let mut host = example("flask-source", &[("8080", &port.to_string())]).start();
    clients(&host, port, 8, 30).wait_within(DEADLINE);
    assert_eq!(
        assert_answers_are_true(&mut host),
        8 * (10 + 10 + 50),
        "{}",
        host.read("answers")
    );
    host.stop();
    assert_no_errors(&host);
}

#[test]
fn objects_become_messages() {
    let port = free_port();
    let values = DESTINATION.replace("${MESSAGE}", "${HOST} ${PROGRAM} ${MESSAGE}");
    let changes = [("8080", port.to_string()), (DESTINATION, values)];
    let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
    let mut host = example("flask-source", &changes).start();
    let head = "POST /log HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    for (body, status) in [
        (r#"[{"message": "ä", "host": "h", "program": "p"}]"#, 200),
        (r#"{"program": "p"}"#, 400),
        (r#"["text"]"#, 400),
        ("{", 400),
    ] {
        let mut stream = connect(port);
        let length = body.len();
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
        let answer = answer(&stream);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
    assert_eq!(host.wait_for_lines("stdout", 1), ["h p ä"]);
    host.stop();
    assert_no_errors(&host);
}

#[test]
fn reloads_between_requests_lose_nothing_and_double_nothing() {
    let port = free_port();
    let mut host = example("flask-source", &[("8080", &port.to_string())]).start();
    let mut clients = clients(&host, port, 8, 150);
    let mut reloads = 0;
    let start = Instant::now();
    while clients.is_running() {
        assert!(start.elapsed() < 2 * DEADLINE, "{}", host.log());
        let before = host.lines("answers").len();
        assert!(promptly(&mut host, "the reload", Host::reload));
        reloads += 1;
        // Until something has come through again, or the clients have ended.
        while host.lines("answers").len() < before + 50 && clients.is_running() {
            assert!(start.elapsed() < 2 * DEADLINE, "{}", host.log());
            sleep(Duration::from_millis(5));
        }
    }
    assert!(reloads > 3, "{reloads} reloads only");
    let taken = assert_answers_are_true(&mut host);
    // A reload takes one message of each client at most with it.
    assert!(taken > 8 * 350 / 2, "{taken}: {}", host.read("answers"));
    host.stop();
    assert_no_errors(&host);
}

#[test]
fn a_port_that_is_taken_refuses_the_config() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let host = example("flask-source", &[("8080", &port.to_string())]);
    let said = host.refused();
    assert!(said.contains("Address already in use"), "{said}");
    assert_eq!(said.matches("raised an exception").count(), 1, "{said}");
}

#[test]
fn a_reload_that_is_refused_leaves_the_server_as_it_was() {
    let port = free_port();
    let mut host = example("flask-source", &[("8080", &port.to_string())]).with_file(
        "refusing.py",
        "from syslogng import LogDestination\n\
         class Refusing(LogDestination):\n\
         \x20   def init(self, options): return False\n\
         \x20   def send(self, msg): return True\n",
    );
    host.restart();
    let config = host.read("syslog-ng.conf");
    let refusing = r#"destination { python(class("refusing.Refusing")); };"#;
    host.write("syslog-ng.conf", config.replace(DESTINATION, refusing));
    assert!(!promptly(&mut host, "the reload", Host::reload));
    let answer = answer(&post(port, "here"));
    assert!(
        answer.starts_with("HTTP/1.1 200 "),
        "{answer}{}",
        host.log()
    );
    assert_eq!(host.wait_for_lines("stdout", 1), ["here"]);
    host.stop();
}

/// Sends a request and gives the connection, on which no answer has come yet.
fn post(port: u16, text: &str) -> TcpStream {
    let mut stream = connect(port);
    let length = text.len();
    let head = format!("POST /log HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n");
    stream
        .write_all(format!("{head}{text}").as_bytes())
        .unwrap();
    stream
}

fn answer(mut stream: &TcpStream) -> String {
    let mut answer = String::new();
    // A connection that is cut has no answer.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn a_stop_answers_those_who_wait() {
    let port = free_port();
    let window = "log-iw-size(1000)";
    let changes = [
        ("8080", port.to_string()),
        (window, "log-iw-size(3)".to_owned()),
        (DESTINATION, STALLED.to_owned()),
    ];
    let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
    let mut host = stall(example("flask-source", &changes)).start();
    for end in [Host::stop as fn(&mut Host), |host| assert!(host.reload())] {
        if !host.is_running() {
            host.restart();
        }
        // These fill the window, and are answered.
        let taken: Vec<_> = (0..3).map(|_| post(port, "taken")).collect();
        for stream in &taken {
            assert!(
                answer(stream).starts_with("HTTP/1.1 200 "),
                "{}",
                host.log()
            );
        }
        let waiting: Vec<_> = (0..5).map(|_| post(port, "waiting")).collect();
        // One that says nothing, and one that does not say all.
        let silent = connect(port);
        let mut slow = connect(port);
        slow.write_all(b"POST /log HTTP/1.1\r\nContent-Length: 100\r\n\r\nx")
            .unwrap();
        for stream in &waiting {
            stream
                .set_read_timeout(Some(Duration::from_millis(50)))
                .unwrap();
            assert_eq!(answer(stream), "", "the window is open:\n{}", host.log());
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
        }
        promptly(&mut host, "the end", end);
        for stream in &waiting {
            let answer = answer(stream);
            assert!(
                answer.starts_with("HTTP/1.1 503 "),
                "{answer}{}",
                host.log()
            );
            assert!(answer.contains(r#""accepted":0"#), "{answer}");
        }
        assert_eq!(answer(&silent), "");
        assert!(!answer(&slow).contains(" 200 "));
        assert_no_errors(&host);
    }
    host.stop();
}
