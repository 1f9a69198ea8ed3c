// SPDX-License-Identifier: GPL-2.0-or-later

//! The examples that post from threads of their libraries', with real clients and a real broker.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "examples_threads/asyncio.rs"]
mod asyncio;
#[path = "examples_threads/flask.rs"]
mod flask;
mod harness;
#[path = "examples_threads/mqtt.rs"]
mod mqtt;
#[path = "examples_threads/twisted.rs"]
mod twisted;

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
