// SPDX-License-Identifier: GPL-2.0-or-later

//! The examples that post from threads of their libraries', with real clients and a real broker.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use harness::{DEADLINE, Host, free_port, virtualenv};

/// How long a stop or a reload may take with threads and connections at work: far less than it takes
/// when something has to run into a timeout.
const PROMPT: Duration = Duration::from_secs(10);

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/threads")
}

/// Sets an example up as its users would, with its config as it stands but for `changes`; each is a
/// text that is there and what takes its place.
fn example(name: &str, changes: &[(&str, &str)]) -> Host {
    let folder = examples().join(name);
    let mut config = fs::read_to_string(folder.join("syslog-ng.conf")).unwrap();
    for (from, to) in changes {
        assert!(config.contains(from), "{from} in {config}");
        config = config.replace(from, to);
    }
    let host = Host::new("");
    host.write("syslog-ng.conf", config);
    let path = format!("{}:{}", folder.display(), host.path("").display());
    host.with_environment("VIRTUAL_ENV", virtualenv())
        .with_environment("PYTHONPATH", &path)
        .with_environment("PYTHONDONTWRITEBYTECODE", "1")
}

/// In place of an example's destination: one that never delivers, so that the window stays closed.
const STALLED: &str = r#"destination { python(class("stalled.Stalled") time-reopen(600)); };"#;

fn stall(host: Host) -> Host {
    host.with_file(
        "stalled.py",
        "from syslogng import LogDestination\n\
         class Stalled(LogDestination):\n\
         \x20   def send(self, msg):\n\
         \x20       with open('stalled', 'a') as file: file.write('here\\n')\n\
         \x20       return self.NOT_CONNECTED\n",
    )
}

/// Fails when it took too long.
fn promptly<T>(host: &mut Host, what: &str, action: impl FnOnce(&mut Host) -> T) -> T {
    let start = Instant::now();
    let result = action(host);
    let took = start.elapsed();
    assert!(took < PROMPT, "{what} took {took:?}:\n{}", host.log());
    result
}

/// Nothing of an example's may fail unseen.
fn assert_no_errors(host: &Host) {
    let log = host.log();
    for sign in ["Traceback", "Exception", "raised", "error"] {
        assert!(!log.contains(sign), "{log}");
    }
}

/// How often each line is there.
fn counts(lines: &[String]) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line.as_str()).or_default() += 1;
    }
    counts
}

/// A process of the test's own, which goes with it.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Process(command.spawn().unwrap())
    }

    fn wait_within(&mut self, deadline: Duration) {
        let start = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < deadline, "{:?} does not end", self.0);
            sleep(Duration::from_millis(5));
        }
    }

    fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn connect(port: u16) -> TcpStream {
    let start = Instant::now();
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                stream.set_write_timeout(Some(DEADLINE)).unwrap();
                return stream;
            }
            Err(error) => assert!(start.elapsed() < DEADLINE, "port {port}: {error}"),
        }
        sleep(Duration::from_millis(10));
    }
}

mod flask {
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
}

mod mqtt {
    use super::*;

    /// A broker of the test's own, in the host's folder.
    struct Broker {
        port: u16,
        config: PathBuf,
        process: Option<Process>,
    }

    impl Broker {
        fn start(host: &Host, port: u16) -> Self {
            let folder = host.path("broker");
            fs::create_dir(&folder).unwrap();
            let config = folder.join("mosquitto.conf");
            // Started by root it would become another user, who may not write there.
            let text = format!(
                "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n\
                 persistence true\npersistence_location {}/\nlog_dest stderr\nlog_type all\n\
                 max_queued_messages 0\n",
                folder.display()
            );
            fs::write(&config, text).unwrap();
            let mut broker = Broker {
                port,
                config,
                process: None,
            };
            broker.restart();
            broker
        }

        fn restart(&mut self) {
            assert!(self.process.is_none());
            let log = fs::File::options()
                .create(true)
                .append(true)
                .open(self.config.with_extension("log"));
            let mut command = Command::new("mosquitto");
            // Where daemons are, and not in everybody's PATH.
            let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
            command
                .env("PATH", path)
                .arg("-c")
                .arg(&self.config)
                .stderr(log.unwrap());
            self.process = Some(Process::start(&mut command));
            connect(self.port);
        }

        /// Ends it as a service manager does; it keeps its sessions in a file.
        fn stop(&mut self) {
            let mut process = self.process.take().unwrap();
            let pid = libc::pid_t::try_from(process.0.id()).unwrap();
            // SAFETY: the child has not been waited for, so the pid is still its own.
            assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
            process.wait_within(DEADLINE);
        }

        /// Publishes messages, and returns when the broker has them.
        fn publish(&self, texts: impl IntoIterator<Item = String>) {
            let mut command = Command::new(format!("{}/bin/python", virtualenv()));
            let program =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/mqtt_publish.py");
            command
                .arg(program)
                .args([&self.port.to_string(), "logs/test"])
                .stdin(Stdio::piped());
            let mut process = Process::start(&mut command);
            let mut input = process.0.stdin.take().unwrap();
            for text in texts {
                writeln!(input, "{text}").unwrap();
            }
            drop(input);
            process.wait_within(2 * DEADLINE);
            assert!(process.0.wait().unwrap().success());
        }

        fn log(&self) -> String {
            fs::read_to_string(self.config.with_extension("log")).unwrap_or_default()
        }
    }

    /// A host that is connected to a broker.
    fn connected() -> (Host, Broker) {
        let port = free_port();
        let mut host = example("mqtt-source", &[("1883", &port.to_string())]);
        let broker = Broker::start(&host, port);
        host.restart();
        wait_for_subscriptions(&host, &broker, 1);
        (host, broker)
    }

    fn wait_for_broker(host: &Host, broker: &Broker, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            let late = start.elapsed() > DEADLINE;
            assert!(!late, "waited in vain: {}{}", broker.log(), host.log());
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the source has subscribed so often.
    fn wait_for_subscriptions(host: &Host, broker: &Broker, count: usize) {
        wait_for_broker(host, broker, || subscriptions(broker) >= count);
    }

    fn subscriptions(broker: &Broker) -> usize {
        broker.log().matches("Sending SUBACK to syslog-ng").count()
    }

    /// Waits until all of these have arrived, and gives how many came more than once.
    fn wait_for(host: &mut Host, broker: &Broker, texts: impl Iterator<Item = String>) -> usize {
        let wanted: Vec<_> = texts.map(|text| format!("logs/test {text}")).collect();
        let start = Instant::now();
        loop {
            let lines = host.lines("stdout");
            let arrived = counts(&lines);
            let missing = wanted
                .iter()
                .find(|text| !arrived.contains_key(text.as_str()));
            let Some(missing) = missing else {
                return arrived.values().filter(|count| **count > 1).count();
            };
            assert!(
                start.elapsed() < DEADLINE,
                "{missing} is missing: {}{}",
                broker.log(),
                host.log()
            );
            sleep(Duration::from_millis(10));
        }
    }

    fn numbers(name: &str, count: u32) -> impl Iterator<Item = String> {
        (0..count).map(move |number| format!("{name} {number}"))
    }

    #[test]
    fn all_that_is_published_arrives() {
        let (mut host, broker) = connected();
        thread::scope(|scope| {
            for name in ["a", "b", "c"] {
                scope.spawn(|| broker.publish(numbers(name, 500)));
            }
        });
        for name in ["a", "b", "c"] {
            let twice = wait_for(&mut host, &broker, numbers(name, 500));
            assert_eq!(twice, 0, "{}", broker.log());
        }
        promptly(&mut host, "the stop", Host::stop);
        assert_no_errors(&host);
    }

    #[test]
    fn a_broker_that_comes_again_is_found() {
        let (mut host, mut broker) = connected();
        broker.publish(numbers("before", 100));
        wait_for(&mut host, &broker, numbers("before", 100));
        broker.stop();
        host.wait_for_log("The MQTT broker is gone");
        let subscribed = subscriptions(&broker);
        broker.restart();
        // Not yet connected: the broker keeps these for the session that it has in its file.
        broker.publish(numbers("between", 100));
        wait_for(&mut host, &broker, numbers("between", 100));
        wait_for_subscriptions(&host, &broker, subscribed + 1);
        broker.publish(numbers("after", 100));
        wait_for(&mut host, &broker, numbers("after", 100));
        // While there is no broker the source can be stopped too.
        broker.stop();
        promptly(&mut host, "the stop", Host::stop);
    }

    #[test]
    fn what_is_published_during_reloads_and_stops_arrives() {
        let (mut host, broker) = connected();
        let count = 3000;
        thread::scope(|scope| {
            let publishing = scope.spawn(|| broker.publish(numbers("n", count)));
            let mut reloads = 0;
            while !publishing.is_finished() || reloads < 3 {
                let subscribed = subscriptions(&broker);
                assert!(promptly(&mut host, "the reload", Host::reload));
                wait_for_subscriptions(&host, &broker, subscribed + 1);
                reloads += 1;
            }
        });
        wait_for(&mut host, &broker, numbers("n", count));
        promptly(&mut host, "the stop", Host::stop);
        assert_no_errors(&host);
        // What is published to nobody waits for the next start.
        broker.publish(numbers("meanwhile", 100));
        host.restart();
        wait_for(&mut host, &broker, numbers("meanwhile", 100));
        host.stop();
    }

    /// How many messages the source has said that it has.
    fn acknowledged(broker: &Broker) -> usize {
        broker
            .log()
            .matches("Received PUBACK from syslog-ng")
            .count()
    }

    #[test]
    fn what_waits_for_the_window_at_a_stop_is_not_acknowledged() {
        let port = free_port();
        let destination =
            r#"destination { file("/dev/stdout" template("${.mqtt.topic} ${MESSAGE}\n")); };"#;
        let stalled = [
            ("1883", port.to_string()),
            (r#"python("#, r#"python( log-iw-size(3)"#.to_owned()),
            (destination, STALLED.to_owned()),
        ];
        let stalled = stalled.each_ref().map(|(from, to)| (*from, to.as_str()));
        let mut host = stall(example("mqtt-source", &stalled));
        let broker = Broker::start(&host, port);
        host.restart();
        wait_for_subscriptions(&host, &broker, 1);
        broker.publish(numbers("n", 50));
        // Three fill the window, the fourth waits for it. The client may tell of the third one later.
        wait_for_broker(&host, &broker, || acknowledged(&broker) >= 2);
        promptly(&mut host, "the stop", Host::stop);
        let gone = "Client syslog-ng";
        wait_for_broker(&host, &broker, || broker.log().contains(gone));
        let acknowledged = acknowledged(&broker);
        assert!(acknowledged <= 3, "{}", broker.log());
        assert_no_errors(&host);
        let working = example("mqtt-source", &[("1883", &port.to_string())]);
        host.write("syslog-ng.conf", working.read("syslog-ng.conf"));
        host.restart();
        wait_for(&mut host, &broker, numbers("n", 50).skip(acknowledged));
        host.stop();
    }
}

mod twisted {
    use super::*;

    /// A connection of lines, and the numbers that come back.
    struct Client(BufReader<TcpStream>);

    impl Client {
        fn new(port: u16) -> Self {
            Client(BufReader::new(connect(port)))
        }

        fn send(&mut self, text: &str) {
            self.0.get_mut().write_all(text.as_bytes()).unwrap();
        }

        /// The next number; none if the connection is closed.
        fn number(&mut self) -> Option<usize> {
            let mut line = String::new();
            match self.0.read_line(&mut line) {
                Ok(length) if length > 0 => Some(line.trim().parse().unwrap()),
                _ => None,
            }
        }

        fn wait_for_number(&mut self, number: usize) {
            let mut last = 0;
            while last != number {
                let next = self.number();
                assert!(next.is_some(), "closed after {last} of {number}");
                last = next.unwrap_or_default();
            }
        }
    }

    fn host(port: u16) -> Host {
        example("twisted-source", &[("5514", &port.to_string())]).start()
    }

    fn thread_names(host: &Host) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", host.pid())).unwrap();
        let names =
            tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.collect()
    }

    #[test]
    fn lines_of_many_connections_arrive_once_and_in_order() {
        let port = free_port();
        let mut host = host(port);
        let (clients, lines) = (12, 1000);
        thread::scope(|scope| {
            for client in 0..clients {
                scope.spawn(move || {
                    let mut connection = Client::new(port);
                    for line in 0..lines {
                        connection.send(&format!("{client} {line}\n"));
                    }
                    connection.wait_for_number(lines);
                });
            }
        });
        let arrived = host.wait_for_lines("stdout", clients * lines);
        let mut next = vec![0; clients];
        for line in &arrived {
            let (client, number) = line.split_once(' ').unwrap();
            let client: usize = client.parse().unwrap();
            assert_eq!(number.parse(), Ok(next[client]), "client {client}");
            next[client] += 1;
        }
        assert_eq!(next, vec![lines; clients]);
        promptly(&mut host, "the stop", Host::stop);
        assert_no_errors(&host);
    }

    #[test]
    fn the_reactor_survives_reloads() {
        let port = free_port();
        let mut host = host(port);
        // Counted when it has all that it ever gets.
        let mut threads = 0;
        let rounds = 12;
        for round in 0..rounds {
            let mut client = Client::new(port);
            client.send(&format!("{round}\n"));
            client.wait_for_number(1);
            assert!(promptly(&mut host, "the reload", Host::reload));
            assert_eq!(client.number(), None, "the connection is closed");
            if round == 2 {
                threads = thread_names(&host).len();
            }
        }
        let arrived = host.wait_for_lines("stdout", rounds);
        let wanted: Vec<_> = (0..rounds).map(|round| round.to_string()).collect();
        assert_eq!(arrived, wanted);
        // The host's own come and go.
        let names = thread_names(&host);
        assert!(
            names.len() < threads + 5,
            "{threads} threads, then {names:?}"
        );
        host.stop();
        assert_no_errors(&host);
    }

    #[test]
    fn a_client_knows_what_a_stop_left_to_be_sent_again() {
        let port = free_port();
        let destination = r#"destination { file("/dev/stdout" template("${MESSAGE}\n")); };"#;
        let changes = [
            ("5514", port.to_string()),
            ("log-iw-size(1000)", "log-iw-size(3)".to_owned()),
            (destination, STALLED.to_owned()),
        ];
        let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
        let mut host = stall(example("twisted-source", &changes)).start();
        for end in [Host::stop as fn(&mut Host), |host| assert!(host.reload())] {
            if !host.is_running() {
                host.restart();
            }
            let mut client = Client::new(port);
            client.send("1\n2\n3\n4\n5\n");
            let idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
            idle.set_read_timeout(Some(DEADLINE)).unwrap();
            let stalled = host.lines("stalled").len();
            host.wait_until("messages to wait", |host| {
                host.lines("stalled").len() > stalled || stalled > 0
            });
            promptly(&mut host, "the end", end);
            let mut last = 0;
            while let Some(number) = client.number() {
                last = number;
            }
            assert!(last <= 3, "{last} of 3 in the window");
            assert_eq!((&idle).read(&mut [0]).unwrap_or(0), 0);
            idle.shutdown(Shutdown::Both).ok();
            assert_no_errors(&host);
        }
        host.stop();
    }

    #[test]
    fn a_port_that_is_taken_is_tried_again() {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = other.local_addr().unwrap().port();
        let mut host = host(port);
        host.wait_for_log("CannotListenError");
        drop(other);
        let mut client = Client::new(port);
        client.send("here\n");
        client.wait_for_number(1);
        host.stop();
    }
}

mod asyncio {
    use super::*;

    /// Puts a file into the spool as others would: complete, by renaming it.
    fn spool(host: &Host, name: &str, lines: impl Iterator<Item = String>) {
        let text: String = lines.map(|line| line + "\n").collect();
        host.write(name, text);
        let packed = Command::new("gzip").arg(host.path(name)).status().unwrap();
        assert!(packed.success());
        let name = format!("{name}.gz");
        fs::rename(host.path(&name), host.path("spool").join(&name)).unwrap();
    }

    fn numbers(name: &str, count: u32) -> impl Iterator<Item = String> {
        (0..count).map(move |number| format!("{name} {number}"))
    }

    fn host(changes: &[(&str, &str)]) -> Host {
        let host = example("asyncio-source", changes);
        let config = host.read("syslog-ng.conf");
        let folder = host.path("spool");
        fs::create_dir(&folder).unwrap();
        let spool = "/var/spool/logs";
        assert!(config.contains(spool));
        let config = config.replace(spool, folder.to_str().unwrap());
        host.write("syslog-ng.conf", config);
        host
    }

    fn files(host: &Host) -> usize {
        fs::read_dir(host.path("spool")).unwrap().count()
    }

    /// Waits until each line of each file is there once, in order.
    fn assert_exactly_once(host: &mut Host, names: &[&str], count: u32) {
        let all = names.len() * count as usize;
        let lines = host.wait_for_lines("stdout", all);
        host.wait_until("the files to go", |host| files(host) == 0);
        for name in names {
            let own = lines.iter().filter(|line| line.starts_with(name));
            assert!(own.eq(&numbers(name, count).collect::<Vec<_>>()), "{name}");
        }
        assert_eq!(host.lines("stdout").len(), all);
    }

    #[test]
    fn files_are_read_side_by_side() {
        let mut host = host(&[]);
        let names = ["a", "b", "c", "d", "e", "f"];
        for name in names {
            spool(&host, name, numbers(name, 2000));
        }
        host.restart();
        assert_exactly_once(&mut host, &names, 2000);
        promptly(&mut host, "the stop", Host::stop);
        assert_no_errors(&host);
    }

    #[test]
    fn a_file_goes_on_after_a_reload_where_it_was() {
        let mut host = host(&[]);
        let names = ["a", "b", "c"];
        let count = 60_000;
        for name in names {
            spool(&host, name, numbers(name, count));
        }
        host.restart();
        let mut reloads = 0;
        while files(&host) > 0 {
            let arrived = host.lines("stdout").len();
            assert!(promptly(&mut host, "the reload", Host::reload));
            reloads += 1;
            host.wait_until("lines to come", |host| {
                host.lines("stdout").len() > arrived || files(host) == 0
            });
        }
        assert!(reloads > 2, "{reloads} reloads only");
        assert_exactly_once(&mut host, &names, count);
        host.stop();
        assert_no_errors(&host);
    }

    #[test]
    fn a_file_that_is_broken_keeps_no_other_from_being_read() {
        let mut host = host(&[]);
        host.write("spool/a.gz", "no gzip");
        spool(&host, "b", numbers("b", 10));
        host.restart();
        assert_eq!(
            host.wait_for_lines("stdout", 10),
            numbers("b", 10).collect::<Vec<_>>()
        );
        host.wait_for_log("a.gz: BadGzipFile");
        host.wait_until("the other one to go", |host| files(host) == 1);
        host.stop();
    }

    #[test]
    fn a_stop_ends_threads_that_wait() {
        let destination = r#"destination { file("/dev/stdout" template("${MESSAGE}\n")); };"#;
        let changes = [
            ("python(", "python( log-iw-size(3)"),
            (destination, STALLED),
        ];
        let mut host = stall(host(&changes));
        for name in ["a", "b", "c", "d", "e"] {
            spool(&host, name, numbers(name, 100));
        }
        host.restart();
        host.wait_for_lines("stalled", 1);
        assert!(promptly(&mut host, "the reload", Host::reload));
        promptly(&mut host, "the stop", Host::stop);
        assert_eq!(files(&host), 5);
        assert_no_errors(&host);
    }
}
