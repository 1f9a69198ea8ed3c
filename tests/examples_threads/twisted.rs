// SPDX-License-Identifier: GPL-2.0-or-later

//! The example with Twisted, and clients of its TCP server.

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
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
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
