// SPDX-License-Identifier: GPL-2.0-or-later

//! Every option that the host's grammar gives Python's drivers: taken as it should be, and refused
//! with its name, the place and what was expected otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "every_option/grammar.rs"]
mod grammar;
mod harness;
#[path = "every_option/samples.rs"]
mod samples;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use grammar::Grammar;
use harness::Host;
use samples::Sample;

/// A Python driver, and the host's rules whose options it has.
struct Driver {
    name: &'static str,
    rules: &'static [&'static str],
    /// Samples that hold for it; of equal names the first one counts.
    samples: &'static [&'static [Sample]],
    /// Its part of a config, with `@` for its options.
    config: &'static str,
}

const DRIVERS: &[Driver] = &[
    Driver {
        name: "destination python()",
        rules: &[
            "threaded_dest_driver_general_option",
            "threaded_dest_driver_batch_option",
            "threaded_dest_driver_workers_option",
            "value_pair_option",
            "template_option",
        ],
        samples: &[
            samples::OWN,
            samples::DESTINATION,
            samples::SHARED,
            samples::ADDED,
        ],
        config: "destination d {\n    python(class(\"m.C\")\n@\n    );\n};",
    },
    Driver {
        name: "source python()",
        rules: &["threaded_source_driver_option"],
        samples: &[samples::OWN, samples::SOURCE, samples::SHARED],
        config: "source s {\n    python(class(\"m.C\")\n@\n    );\n};",
    },
    Driver {
        name: "source python-fetcher()",
        rules: &[
            "threaded_source_driver_option",
            "threaded_fetcher_driver_option",
        ],
        samples: &[samples::OWN, samples::SOURCE, samples::SHARED],
        config: "source s {\n    python-fetcher(class(\"m.C\")\n@\n    );\n};",
    },
    Driver {
        name: "parser python()",
        rules: &["parser_opt"],
        samples: &[samples::OWN, samples::SHARED],
        config: "parser p {\n    python(class(\"m.C\")\n@\n    );\n};",
    },
    Driver {
        name: "python-http-header()",
        rules: &[],
        samples: &[samples::OWN, samples::HTTP_HEADER],
        config: "destination d {\n    http(url(\"http://localhost/\") python-http-header(class(\"m.C\")\n@\n    ));\n};",
    },
];

impl Driver {
    /// The names of the options that it has on this host.
    fn options(&self, grammar: &Grammar) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for rule in self.rules {
            names.extend(grammar.options(rule));
        }
        // Not in the shared rules: those of the C module's own grammar, and ours.
        let own = [samples::OWN, samples::HTTP_HEADER, samples::ADDED];
        for samples in self.samples.iter().filter(|samples| own.contains(samples)) {
            names.extend(samples.iter().map(|sample| sample.name.to_owned()));
        }
        names
    }

    fn sample(&self, name: &str) -> &Sample {
        let mut samples = self.samples.iter().copied().flatten();
        let found = samples.find(|sample| sample.name == name);
        found.unwrap_or_else(|| panic!("{} has {name}(), and no sample of it", self.name))
    }

    /// A config in which `options` stand in a line of their own, and that line's number.
    fn config(&self, options: &str) -> (String, usize) {
        let before = self.config.split('@').next().unwrap();
        // The harness puts the version in front.
        let line = before.lines().count() + 2;
        (self.config.replace('@', options), line)
    }
}

fn host_grammar() -> Grammar {
    let answer = Command::new("pkg-config")
        .args(["--variable=toolsdir", "syslog-ng"])
        .output()
        .expect("pkg-config is there");
    let folder = String::from_utf8(answer.stdout).unwrap();
    let file = Path::new(folder.trim()).join("cfg-grammar.y");
    let text = std::fs::read_to_string(&file);
    Grammar::read(&text.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// Every driver with every option of it.
fn all(grammar: &Grammar) -> Vec<(&'static Driver, &'static Sample)> {
    let mut found = Vec::new();
    for driver in DRIVERS {
        for name in driver.options(grammar) {
            found.push((driver, driver.sample(&name)));
        }
    }
    found
}

/// Runs `body` for each on several threads, because each waits for a process.
fn for_each<T: Sync>(items: &[T], body: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for part in items.chunks(items.len().div_ceil(4).max(1)) {
            scope.spawn(|| part.iter().for_each(&body));
        }
    });
}

#[test]
fn the_grammar_is_read_as_it_is_meant() {
    let grammar = host_grammar();
    let options = grammar.options("threaded_dest_driver_general_option");
    for name in [
        "persist-name",
        "log-fifo-size",
        "throttle",
        "retries",
        "time-reopen",
    ] {
        assert!(options.contains(name), "{name} is not among {options:?}");
    }
    let options = grammar.options("value_pair_option");
    for name in [
        "value-pairs",
        "value-pairs/scope",
        "value-pairs/rekey/shift",
        "value-pairs/key/shift",
    ] {
        assert!(options.contains(name), "{name} is not among {options:?}");
    }
    let options = grammar.options("threaded_source_driver_option");
    for name in [
        "flags",
        "format",
        "tags",
        "use-dns",
        "default-severity",
        "persist-name",
    ] {
        assert!(options.contains(name), "{name} is not among {options:?}");
    }
}

#[test]
fn each_option_is_taken_as_it_should_be() {
    for_each(&all(&host_grammar()), |(driver, sample)| {
        let (config, _) = driver.config(sample.good);
        assert!(
            Host::new(&config).accepts_syntax(),
            "{}: {} is refused",
            driver.name,
            sample.good
        );
    });
}

#[test]
fn each_option_is_refused_as_it_should_not_be() {
    for_each(&all(&host_grammar()), |(driver, sample)| {
        let (config, line) = driver.config(sample.bad);
        let log = Host::new(&config).refused_by_syntax();
        let place = format!("syslog-ng.conf:{line}:");
        for part in [sample.told, place.as_str(), "^"] {
            assert!(
                log.contains(part),
                "{}: {}: {part:?} is not in:\n{log}",
                driver.name,
                sample.bad
            );
        }
    });
}

#[test]
fn each_option_without_its_bracket_is_named() {
    for_each(&all(&host_grammar()), |(driver, sample)| {
        if sample.name.contains('/') {
            return;
        }
        let (config, line) = driver.config(sample.name);
        let log = Host::new(&config).refused_by_syntax();
        let told = format!("{}() needs its value in brackets", sample.name);
        // What is found instead stands in the next line.
        for part in [&told, &format!("syslog-ng.conf:{}:", line + 1)] {
            assert!(
                log.contains(part),
                "{}: {part:?} is not in:\n{log}",
                driver.name
            );
        }
    });
}

#[test]
fn the_host_s_old_names_of_options_are_taken() {
    for (driver, options) in [
        (&DRIVERS[0], r#"value-pairs(rekey("a*" replace("a" "b")))"#),
        (&DRIVERS[1], "default-level(err)"),
        (&DRIVERS[1], "default-priority(err)"),
        (&DRIVERS[1], "long-hostnames(yes)"),
    ] {
        let (config, _) = driver.config(options);
        assert!(
            Host::new(&config).accepts_syntax(),
            "{}: {options}",
            driver.name
        );
    }
}

#[test]
fn an_option_that_only_newer_hosts_have_is_refused_with_their_version() {
    let grammar = host_grammar();
    for driver in DRIVERS {
        let here = driver.options(&grammar);
        for name in ["internal", "flags", "sdata-prefix", "template-escape"] {
            let known = driver.rules.iter().any(|rule| match name {
                "sdata-prefix" => *rule == "threaded_source_driver_option",
                "template-escape" => *rule == "template_option",
                "flags" => *rule == "threaded_dest_driver_general_option",
                _ => true,
            });
            if here.contains(name) || !known {
                continue;
            }
            let (config, _) = driver.config(driver.sample(name).good);
            let log = Host::new(&config).refused_by_syntax();
            let told = format!("{name}() needs syslog-ng 4.");
            assert!(
                log.contains(&told),
                "{}: {told:?} is not in:\n{log}",
                driver.name
            );
        }
    }
}
