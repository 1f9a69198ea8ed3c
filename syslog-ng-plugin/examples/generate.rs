// SPDX-License-Identifier: GPL-2.0-or-later

//! The smallest source: it posts one text again and again.
//!
//! ```text
//! @module mod-generate
//! source s_texts { generate(message("text") count(1000)); };
//! ```
//!
//! Without `count()` it goes on until it is stopped. `wait-for("file")` keeps it from beginning until
//! that file is there: for measurements. `batch()` says how many messages go on together, 100 by default.

use std::error::Error;
use std::ffi::CStr;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{
    Argument, Config, Location, Names, OptionRule, PostError, Poster, Source, ThreadedSource,
    WritableMessage,
};

#[derive(Default)]
struct Options {
    message: Option<String>,
    count: Option<i32>,
    batch: Option<i32>,
    wait_for: Option<String>,
}

struct Generate {
    message: String,
    count: Option<i32>,
    batch: u64,
    wait_for: Option<String>,
    /// Whether the source has been told to end.
    ending: Mutex<bool>,
    end: Condvar,
}

impl ThreadedSource for Generate {
    const STATS_TYPE: &'static CStr = c"generate";
    type Options = Options;
    const OPTIONS: &'static [OptionRule<Options>] = &[
        OptionRule {
            name: "message",
            argument: Argument::Text(|options, value| options.message = Some(value)),
        },
        OptionRule {
            name: "count",
            argument: Argument::NonNegative(|options, value| options.count = Some(value)),
        },
        OptionRule {
            name: "batch",
            argument: Argument::Positive(|options, value| options.batch = Some(value)),
        },
        OptionRule {
            name: "wait-for",
            argument: Argument::Text(|options, value| options.wait_for = Some(value)),
        },
    ];

    fn configured(options: Options, _config: Config<'_>, _end: Location) -> Result<Self, String> {
        Ok(Generate {
            message: options.message.ok_or("generate() needs message()")?,
            count: options.count,
            batch: options.batch.map_or(100, |count| count as u64),
            wait_for: options.wait_for,
            ending: Mutex::default(),
            end: Condvar::new(),
        })
    }

    fn prepare(&self, source: &Source<'_>) -> Option<Names> {
        let name = source
            .persist_name()
            .unwrap_or_else(|| source.id())
            .into_owned();
        *self.ending() = false;
        // Closed by hand, below.
        source.set_auto_close_batches(false);
        Some(Names {
            persist: format!("generate.{name}"),
            stats_instance: format!("generate,{name}"),
            stats_labels: vec![("driver", "generate".to_owned()), ("instance", name)],
        })
    }

    fn run(&self, poster: &Poster) {
        if !self.wait() {
            return;
        }
        let posted = self.generate(poster);
        log::event(
            Level::Notice,
            "generate: done",
            &[("messages", &posted.to_string())],
        );
    }

    fn request_exit(&self) {
        *self.ending() = true;
        self.end.notify_all();
    }
}

impl Generate {
    fn ending(&self) -> MutexGuard<'_, bool> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the file, and gives whether there is something to do then.
    fn wait(&self) -> bool {
        let missing = || {
            self.wait_for
                .as_ref()
                .is_some_and(|file| !Path::new(file).exists())
        };
        let mut ending = self.ending();
        while !*ending && missing() {
            let waited = self.end.wait_timeout(ending, Duration::from_millis(5));
            ending = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        !*ending
    }

    /// Posts the messages, and gives how many the host has.
    fn generate(&self, poster: &Poster) -> u64 {
        let mut posted = 0;
        while self.count.is_none_or(|count| posted < count as u64) && !*self.ending() {
            let message = match WritableMessage::with_text(self.message.as_bytes()) {
                Ok(message) => message,
                Err(error) => {
                    say_why(&error);
                    break;
                }
            };
            match poster.post(message) {
                Ok(()) => posted += 1,
                Err(PostError::Stopping) => break,
                Err(error) => {
                    say_why(&error);
                    break;
                }
            }
            if posted % self.batch == 0 {
                let _ = poster.close_batch();
            }
        }
        posted
    }
}

fn say_why(error: &dyn Error) {
    log::event(
        Level::Error,
        "generate: not posted",
        &[("error", &error.to_string())],
    );
}

syslog_ng_plugin::module! {
    name: "generate",
    version: env!("CARGO_PKG_VERSION"),
    description: "A source that posts one text again and again.",
    init: |_arguments| Ok(()),
    plugins: [
        source "generate" => threaded_source::<Generate>,
    ],
}
