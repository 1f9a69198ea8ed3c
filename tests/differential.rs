// SPDX-License-Identifier: GPL-2.0-or-later

//! The same config and the same Python code under the host's own C module and under ours.
//!
//! A case is a folder in `tests/differential`; its README says how to write one. Each is run for
//! each config version that the host knows, and what can be seen from outside is compared. Names
//! given on the command line choose the cases that contain one of them.
//!
//! The host has races of its own, under either module. So what differs is compared again,
//! `DIFFERENTIAL_TRIES` times in all, and what did not differ each time is told apart.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "differential/case.rs"]
mod case;
#[path = "differential/compare.rs"]
mod compare;
mod harness;
#[path = "differential/run.rs"]
mod run;

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use case::{Case, Circumstances, Module};

/// A case at one config version.
struct Unit<'c> {
    case: &'c Case,
    version: &'static str,
}

impl Unit<'_> {
    fn name(&self) -> String {
        format!("{}@{}", self.case.name, self.version)
    }

    /// Tries until the runs differ in what they should and in nothing else, at most `tries` times.
    /// Gives what was wrong with each try before.
    ///
    /// # Errors
    /// What was wrong with each try.
    fn run(
        &self,
        host: (u32, u32),
        modules: &[(Module, &Path)],
        tries: usize,
    ) -> Result<Vec<String>, Vec<String>> {
        let mut wrong = Vec::new();
        while wrong.len() < tries {
            match self.run_once(host, modules) {
                Ok(()) => return Ok(wrong),
                Err(why) => wrong.push(why),
            }
        }
        Err(wrong)
    }

    /// # Errors
    /// What differs though it should not, or what kept the case from being run.
    fn run_once(&self, host: (u32, u32), modules: &[(Module, &Path)]) -> Result<(), String> {
        let mut seen = Vec::new();
        for (module, file) in modules {
            let circumstances = Circumstances {
                host,
                version: self.version,
                module: *module,
            };
            let run = || run::run(self.case, circumstances, file);
            let lines = panic::catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied());
                format!("under {module:?}: {}", text.unwrap_or("a panic"))
            })?;
            seen.push(lines);
        }
        let found = compare::difference(&seen[0], &seen[1]);
        let expected = self.case.expected(host, self.version);
        if found == expected {
            return Ok(());
        }
        Err(format!(
            "what differs (- the C module, + ours):\n{}\nwhat should differ:\n{}\nthe C module:\n{}",
            found.join("\n"),
            expected.join("\n"),
            seen[0].join("\n")
        ))
    }
}

fn number_from(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

fn main() -> ExitCode {
    let Some(c_module) = harness::c_module() else {
        // Packages of other distributions, and a machine that has ours installed, do without.
        println!("differential: the host's own Python module is not installed, nothing to compare");
        return ExitCode::SUCCESS;
    };
    let ours = harness::module_under_test();
    let modules = [
        (Module::C, c_module.as_path()),
        (Module::Ours, ours.as_path()),
    ];
    let host = harness::host_version();
    let cases = case::all();
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let mut units = Vec::new();
    for case in &cases {
        units.extend(case.versions(host).map(|version| Unit { case, version }));
    }
    units.retain(|unit| {
        let name = unit.name();
        chosen.is_empty() || chosen.iter().any(|part| name.contains(part))
    });
    // The slow ones first, so that none is left alone at the end.
    units.sort_by_key(|unit| !unit.case.slow);

    // A failure is told once, below.
    panic::set_hook(Box::new(|_| ()));
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let failures = AtomicUsize::new(0);
    let varied = AtomicUsize::new(0);
    let threads = number_from("RUST_TEST_THREADS").unwrap_or(8);
    let tries = number_from("DIFFERENTIAL_TRIES").unwrap_or(1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let result = unit.run(host, &modules, tries);
                    let (word, found) = match result {
                        Ok(found) if found.is_empty() => ("ok", found),
                        Ok(found) => {
                            varied.fetch_add(1, Ordering::Relaxed);
                            ("ok in the end", found)
                        }
                        Err(found) => {
                            failures.fetch_add(1, Ordering::Relaxed);
                            ("FAILED", found)
                        }
                    };
                    let seconds = start.elapsed().as_secs_f32();
                    println!("test {} ... {word} ({seconds:.1} s)", unit.name());
                    for why in found {
                        wrong.lock().unwrap().push((unit.name(), why));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner();
    for (name, why) in wrong.into_inner().unwrap() {
        println!("\n---- {name} ----\n{why}");
    }
    println!(
        "\ndifferential: {} cases, {} runs under both modules, {failures} failed, {} varied, {:.1} s",
        cases.len(),
        units.len(),
        varied.into_inner(),
        start.elapsed().as_secs_f32()
    );
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
