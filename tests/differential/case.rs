// SPDX-License-Identifier: GPL-2.0-or-later

//! Reads the cases.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{config_version, is_axosyslog, parse_version};

/// The config versions that cases are run for: those that change what Python code sees.
const VERSIONS: [&str; 3] = ["3.38", "4.0", "4.2"];

/// Which of the two modules runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    C,
    Ours,
}

/// Under what a case is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The host's version.
    pub(crate) host: (u32, u32),
    /// The config's version.
    pub(crate) version: &'static str,
    pub(crate) module: Module,
}

/// A case: its files, and what its `case.txt` says.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Majors of the hosts that it is for; empty for all.
    hosts: Vec<u32>,
    /// Config versions; empty for all that the host knows.
    versions: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    /// The order of the trace's lines is left to chance.
    pub(crate) sorted: bool,
    /// It takes seconds: it is begun first, and run for the newest config version only.
    pub(crate) slow: bool,
    /// Texts; events of the host that contain one are compared.
    pub(crate) events: Vec<String>,
    /// Texts; the number of events that contain one is compared.
    pub(crate) counted: Vec<String>,
    pub(crate) steps: Vec<Line>,
    differences: Vec<Line>,
}

/// A line of `case.txt`, with what it is bound to.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    conditions: Vec<String>,
}

/// The cases, by name.
pub(crate) fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.txt").is_file())
        .map(|path| Case::read(&path))
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// The files that all cases have.
pub(crate) fn common_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/_common")
}

impl Case {
    fn read(folder: &Path) -> Self {
        let mut case = Case {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            folder: folder.to_owned(),
            ..Case::default()
        };
        let text = fs::read_to_string(folder.join("case.txt")).unwrap();
        for line in text.lines() {
            case.read_line(line);
        }
        let announced = text.lines().any(|line| line.starts_with("differs: "));
        assert!(
            announced || case.differences.is_empty(),
            "{}: a case with differences says `differs: why`",
            case.name
        );
        case
    }

    fn read_line(&mut self, line: &str) {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') || line.starts_with("differs: ") {
            return;
        }
        if line.starts_with(['-', '+']) {
            let (sign, rest) = line.split_at(1);
            let mut line = Line::read(rest.strip_prefix(' ').unwrap_or(rest));
            line.text = format!("{sign} {}", line.text);
            self.differences.push(line);
            return;
        }
        let (word, rest) = line.split_once(": ").unwrap_or((line, ""));
        let words = || rest.split_whitespace();
        match word {
            "hosts" => self.hosts = words().map(|word| word.parse().unwrap()).collect(),
            "versions" => self.versions = words().map(str::to_owned).collect(),
            "environment" => {
                let (name, value) = rest.split_once('=').unwrap();
                self.environment.push((name.to_owned(), value.to_owned()));
            }
            "sorted" => self.sorted = true,
            "slow" => self.slow = true,
            "events" => self.events.push(rest.to_owned()),
            "count" => self.counted.push(rest.to_owned()),
            "step" => self.steps.push(Line::read(rest)),
            _ => panic!("{}: nobody knows what {line:?} means", self.name),
        }
    }

    /// The config versions to run it for on a host.
    pub(crate) fn versions(&self, host: (u32, u32)) -> impl Iterator<Item = &'static str> {
        let known = config_version();
        let newest = VERSIONS
            .into_iter()
            .rfind(|version| self.is_for(host, known, version));
        VERSIONS.into_iter().filter(move |version| {
            self.is_for(host, known, version) && (!self.slow || newest == Some(*version))
        })
    }

    fn is_for(&self, host: (u32, u32), newest: (u32, u32), version: &str) -> bool {
        let here = self.hosts.is_empty() || self.hosts.contains(&host.0);
        // Versions below 4.0 are taken by all hosts, also where they are newer than the host's.
        let known = parse_version(version) <= newest.max((3, u32::MAX));
        let chosen = |wanted: &String| wanted == version;
        here && known && (self.versions.is_empty() || self.versions.iter().any(chosen))
    }

    /// What should differ.
    pub(crate) fn expected(&self, host: (u32, u32), version: &'static str) -> Vec<String> {
        let module = Module::Ours;
        let circumstances = Circumstances {
            host,
            version,
            module,
        };
        self.differences
            .iter()
            .filter(|line| line.applies(circumstances))
            .map(|line| line.text.clone())
            .collect()
    }
}

impl Line {
    /// `[host<4.0 c] text`
    fn read(text: &str) -> Self {
        let (conditions, text) = match text
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("] "))
        {
            Some((conditions, text)) => (conditions, text),
            None => ("", text),
        };
        Line {
            text: text.to_owned(),
            conditions: conditions.split_whitespace().map(str::to_owned).collect(),
        }
    }

    pub(crate) fn applies(&self, circumstances: Circumstances) -> bool {
        self.conditions.iter().all(|condition| {
            let compared = |name: &str| {
                let rest = condition.strip_prefix(name)?;
                let (operator, version) = rest.split_at(rest.find(|c: char| c.is_ascii_digit())?);
                Some((operator, parse_version(version)))
            };
            let holds = |(operator, bound), actual| match operator {
                "<" => actual < bound,
                ">=" => actual >= bound,
                _ => panic!("{condition:?}: < or >= is what there is"),
            };
            match condition.as_str() {
                "c" => circumstances.module == Module::C,
                "ours" => circumstances.module == Module::Ours,
                "axosyslog" => is_axosyslog(),
                "syslog-ng" => !is_axosyslog(),
                _ => {
                    if let Some(bound) = compared("host") {
                        holds(bound, circumstances.host)
                    } else if let Some(bound) = compared("version") {
                        holds(bound, parse_version(circumstances.version))
                    } else {
                        panic!("nobody knows what [{condition}] means")
                    }
                }
            }
        })
    }
}
