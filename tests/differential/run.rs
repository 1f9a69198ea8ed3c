// SPDX-License-Identifier: GPL-2.0-or-later

//! Runs a case under one module and writes down what can be seen of it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::case::{Case, Circumstances, common_files};
use crate::harness::{DEADLINE, Host};

/// Counters that depend on time, or on how much memory a message takes.
const LEFT_OUT: [&str; 6] = [
    "eps_",
    "msg_size_",
    "batch_size_",
    "memory_usage",
    "truncated_",
    "stamp",
];
/// How often counters are looked at.
const PAUSE: Duration = Duration::from_millis(20);

struct Run<'c> {
    case: &'c Case,
    host: Host,
    seen: Vec<String>,
}

/// Runs a case with `module` as the host's Python module, and gives what was seen, line by line.
pub(crate) fn run(case: &Case, circumstances: Circumstances, module: &Path) -> Vec<String> {
    // Files of Python code change faster than the times of its cache tell.
    let mut host =
        Host::with_python_module(module).with_environment("PYTHONDONTWRITEBYTECODE", "1");
    let folder = host.path("");
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    for (name, value) in &case.environment {
        host = host.with_environment(name, &value.replace("@DIR@", folder));
    }
    for folder in [common_files().as_path(), &case.folder] {
        install(folder, &host, circumstances.version);
    }
    let seen = Vec::new();
    let mut run = Run { case, host, seen };
    let mut steps: Vec<String> = case
        .steps
        .iter()
        .filter(|step| step.applies(circumstances))
        .map(|step| step.text.clone())
        .collect();
    if steps.is_empty() {
        let count = run.host.lines("in.txt").len();
        steps = vec!["start".to_owned(), format!("wait written {count}")];
    }
    for step in steps {
        run.step(&step);
    }
    run.stop();
    run.look_at_files();
    run.look_at_events();
    run.count_events();
    run.look_at_persist_file();
    run.seen
}

/// How long a step may take; less where runs are expected to get stuck, as with mutants.
fn deadline() -> Duration {
    let seconds = std::env::var("DIFFERENTIAL_DEADLINE").ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds.map_or(DEADLINE, Duration::from_secs)
}

/// Copies a case's files, with the placeholders of its configs filled in.
fn install(folder: &Path, host: &Host, version: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "case.txt" || name == "__pycache__" {
            continue;
        }
        let mut content = fs::read(&path).unwrap();
        if name.ends_with(".conf") {
            let text = String::from_utf8(content).unwrap();
            let text = text.replace(
                "@DIR@",
                host.path("").to_str().unwrap().trim_end_matches('/'),
            );
            let text = text.replace("@ADDRESS@", &host.address());
            content = text.replace("@VERSION@", version).into_bytes();
        }
        host.write(name, content);
    }
}

/// `\n` and `\xff` as the bytes that they stand for.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&kind, behind) = rest.split_first().expect("something follows a backslash");
        rest = behind;
        match kind {
            b'n' => bytes.push(b'\n'),
            b'\\' => bytes.push(b'\\'),
            b'x' => {
                let digits = std::str::from_utf8(&rest[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &rest[2..];
            }
            _ => panic!("\\{} is no escape sequence", kind as char),
        }
    }
    bytes
}

fn describe(status: ExitStatus) -> String {
    match status.signal() {
        Some(signal) => format!("killed by signal {signal}"),
        None => format!("exit status {}", status.code().unwrap_or(-1)),
    }
}

impl Run<'_> {
    fn see(&mut self, what: &str, text: impl AsRef<str>) {
        let folder = self.host.path("");
        let text = text
            .as_ref()
            .replace(folder.to_str().unwrap().trim_end_matches('/'), "@DIR@")
            .replace(&self.host.address(), "@ADDRESS@");
        self.seen.push(format!("{what}: {text}"));
    }

    fn step(&mut self, step: &str) {
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        match word {
            "start" => self.start(),
            "syntax-only" => {
                self.host.spawn(&["--syntax-only"]);
                let status = self.host.wait_for_end();
                self.see("syntax-only", describe(status));
            }
            "interactive" => {
                self.host.spawn(&["--interactive"]);
                let status = self.host.wait_for_end();
                self.see("interactive", describe(status));
            }
            "append" => {
                let (file, text) = rest.split_once(' ').expect("append FILE TEXT");
                use std::io::Write as _;
                let path = self.host.path(file);
                let mut file = fs::File::options()
                    .append(true)
                    .create(true)
                    .open(path)
                    .unwrap();
                file.write_all(&unescape(text)).unwrap();
            }
            "copy" => {
                let (from, to) = rest.split_once(' ').expect("copy FROM TO");
                fs::copy(self.host.path(from), self.host.path(to)).unwrap();
            }
            "ctl" => {
                let said = self.host.control(rest.split(' '));
                self.see("ctl", said.trim_end());
            }
            "wait" => self.wait(rest),
            "reload" => self.reload(),
            "stop" => self.stop(),
            "end" => {
                let status = self.host.wait_for_end();
                self.see("end", describe(status));
            }
            _ => panic!("nobody knows what the step {step:?} means"),
        }
    }

    fn start(&mut self) {
        self.host.spawn(&[]);
        loop {
            let up = self.host.log().contains("syslog-ng starting up");
            if !self.host.is_running() {
                let status = self.host.wait_for_end();
                return self.see("start", describe(status));
            }
            if up {
                return self.see("start", "running");
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// `wait trace LINE`, `wait FILE N lines`, `wait event TEXT`, or for a sum: `wait COUNTER N` of
    /// the destinations, `wait posted N` of what the sources posted.
    fn wait(&mut self, what: &str) {
        let (word, rest) = what.split_once(' ').expect("wait FOR WHAT");
        if let Some(count) = rest.strip_suffix(" lines") {
            let count: usize = count.parse().unwrap();
            self.host
                .wait_until_within(deadline(), what, |host| host.lines(word).len() >= count);
        } else if word == "trace" {
            self.host.wait_until_within(deadline(), what, |host| {
                host.lines("trace").iter().any(|line| line == rest)
            });
        } else if word == "event" {
            self.host
                .wait_until_within(deadline(), what, |host| host.log().contains(rest));
        } else {
            let wanted: u64 = rest.parse().unwrap();
            let (kind, counter) = match word {
                "posted" => ("src.", ";processed;".to_owned()),
                _ => ("dst.", format!(";{word};")),
            };
            self.host.wait_until_within(deadline(), what, |host| {
                sleep(PAUSE);
                let values = counters(host).into_iter();
                let values = values.filter_map(|line| {
                    let value = line.strip_prefix(kind)?.rsplit_once(&counter)?.1;
                    value.parse::<u64>().ok()
                });
                values.sum::<u64>() >= wanted
            });
        }
    }

    fn reload(&mut self) {
        let before = self.host.log().len();
        self.host.signal(libc::SIGHUP);
        let start = Instant::now();
        loop {
            let running = self.host.is_running();
            let log = self.host.log()[before..].to_owned();
            if !running {
                let status = self.host.wait_for_end();
                return self.see("reload", describe(status));
            }
            let ended = log.contains("Configuration reload finished")
                || log.contains("Error reloading configuration");
            if ended {
                let refused = log.contains("Error initializing new configuration")
                    || log.contains("Error reloading configuration");
                return self.see("reload", if refused { "refused" } else { "taken up" });
            }
            assert!(
                start.elapsed() < deadline(),
                "the reload does not end:\n{log}"
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Looks at the counters and stops the host, if it runs.
    fn stop(&mut self) {
        if !self.host.is_running() {
            return;
        }
        self.look_at_counters();
        self.host.signal(libc::SIGTERM);
        let status = self.host.wait_for_end();
        self.see("stop", describe(status));
    }

    fn look_at_counters(&mut self) {
        let mut lines = counters(&self.host);
        let start = Instant::now();
        let mut equal = 0;
        while start.elapsed() < deadline() {
            sleep(PAUSE);
            let again = counters(&self.host);
            equal = if again == lines { equal + 1 } else { 0 };
            lines = again;
            // On a busy machine what is queued may be counted down late.
            let empty = lines
                .iter()
                .all(|line| !line.contains(";queued;") || line.ends_with(";0"));
            if equal > if empty { 0 } else { 10 } {
                break;
            }
        }
        // A source may post while the host registers the counters of a destination's worker: such a
        // message stays in `queued` for good (lib/logqueue.c).
        let posted = lines.iter().any(|line| line.starts_with("src."));
        for line in lines {
            // What ours counts on top.
            let ours = line.contains(";errors;");
            if !(ours || posted && line.contains(";queued;")) {
                self.see("counter", line);
            }
        }
    }

    /// The trace, what Python printed, and the files whose names begin with `out`.
    fn look_at_files(&mut self) {
        let mut names: Vec<String> = fs::read_dir(self.host.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name == "trace" || name == "stdout" || name.starts_with("out"))
            .collect();
        names.sort();
        for name in names {
            let mut lines: Vec<String> = self.host.read(&name).lines().map(str::to_owned).collect();
            if self.case.sorted {
                lines.sort();
            }
            // How the host says that it aborts.
            lines.retain(|line| !line.starts_with("Bail out!"));
            for line in lines {
                self.see(&name, line);
            }
        }
    }

    fn look_at_events(&mut self) {
        for text in &self.case.events {
            for event in self.host.events(text) {
                // In front stands the time.
                let event = event
                    .split_once("] ")
                    .map_or(event.as_str(), |(_, event)| event);
                self.see("event", event);
            }
        }
    }

    fn count_events(&mut self) {
        for text in &self.case.counted {
            let count = self.host.events(text).len();
            self.see("count", format!("{text}: {count}"));
        }
    }

    fn look_at_persist_file(&mut self) {
        let file = self.host.path("syslog-ng.persist");
        if !file.exists() {
            return;
        }
        let output = Command::new("persist-tool")
            .arg("dump")
            .arg(file)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let mut names: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.split_once(" = ")?.0))
            // The file source's, named after the folder.
            .filter(|name| !name.starts_with("affile_sd"))
            .collect();
        names.sort_unstable();
        for name in names {
            self.see("persist", name);
        }
    }
}

/// The counters of Python drivers and of parsers, in the form that all hosts know.
fn counters(host: &Host) -> Vec<String> {
    let stats = host.stats();
    let mut lines: Vec<_> = stats
        .lines()
        .filter(|line| {
            let kinds = ["dst.python;", "src.python;", "parser;"];
            kinds.iter().any(|kind| line.starts_with(kind))
        })
        .filter(|line| {
            let name = line.rsplit(';').nth(1).unwrap_or_default();
            !LEFT_OUT.iter().any(|left_out| name.starts_with(left_out))
        })
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines
}
