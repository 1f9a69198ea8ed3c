// SPDX-License-Identifier: GPL-2.0-or-later

//! The smallest destination: it takes every message and keeps none.
//!
//! ```text
//! @module mod-discard
//! destination d_nowhere { discard(); };
//! ```
//!
//! `wait-for("file")` keeps it from connecting until that file is there: for measurements that begin
//! with a full queue. `report(yes)` makes it say how many it took when it is stopped. With `batches(yes)`
//! messages are settled when their batch is flushed, as batch-lines() says.

use std::ffi::CStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{
    Argument, Batch, Config, Destination, DestinationWorker, FlushMode, Insert, Location,
    MessageRef, Names, OptionRule, Prepared, ThreadedDestination,
};

#[derive(Default)]
struct Options {
    report: bool,
    batches: bool,
    wait_for: Option<String>,
}

struct Discard {
    options: Options,
    taken: Arc<AtomicU64>,
}

struct Worker {
    taken: Arc<AtomicU64>,
    batches: bool,
    wait_for: Option<String>,
}

impl ThreadedDestination for Discard {
    const STATS_TYPE: &'static CStr = c"discard";
    type Options = Options;
    // region: options
    const OPTIONS: &'static [OptionRule<Options>] = &[
        OptionRule {
            name: "report",
            argument: Argument::Text(|options, value| options.report = value == "yes"),
        },
        OptionRule {
            name: "batches",
            argument: Argument::Text(|options, value| options.batches = value == "yes"),
        },
        OptionRule {
            name: "wait-for",
            argument: Argument::Text(|options, value| options.wait_for = Some(value)),
        },
    ];
    // endregion
    type Worker = Worker;

    fn configured(options: Options, _config: Config<'_>, _end: Location) -> Result<Self, String> {
        Ok(Discard {
            options,
            taken: Arc::default(),
        })
    }

    fn prepare(&self, destination: &Destination<'_>) -> Option<Prepared<Worker>> {
        let name = destination
            .persist_name()
            .unwrap_or_else(|| destination.id())
            .into_owned();
        let names = Names {
            persist: format!("discard.{name}"),
            stats_instance: format!("discard,{name}"),
            stats_labels: vec![("driver", "discard".to_owned()), ("instance", name)],
        };
        let worker = || Worker {
            taken: Arc::clone(&self.taken),
            batches: self.options.batches,
            wait_for: self.options.wait_for.clone(),
        };
        Some(Prepared {
            names,
            workers: (0..destination.workers()).map(|_| worker()).collect(),
            batches: self.options.batches,
        })
    }

    fn stop(&self) {
        if self.options.report {
            let taken = self.taken.load(Ordering::Relaxed).to_string();
            log::event(Level::Notice, "discard: stopped", &[("messages", &taken)]);
        }
    }
}

// region: worker
impl DestinationWorker for Worker {
    fn connect(&self) -> bool {
        self.wait_for
            .as_ref()
            .is_none_or(|file| Path::new(file).exists())
    }

    fn insert(&self, _message: MessageRef<'_>, _number: i32) -> Insert {
        self.taken.fetch_add(1, Ordering::Relaxed);
        if self.batches {
            Insert::Queued
        } else {
            Insert::Success
        }
    }

    fn flush(&self, _mode: FlushMode, batch: &mut Batch<'_>) -> Insert {
        batch.deliver_first(batch.len());
        Insert::Success
    }
}
// endregion

// region: module
syslog_ng_plugin::module! {
    name: "discard",
    version: env!("CARGO_PKG_VERSION"),
    description: "A destination that takes every message and keeps none.",
    init: |_arguments| Ok(()),
    plugins: [
        destination "discard" => threaded_destination::<Discard>,
    ],
}
// endregion
