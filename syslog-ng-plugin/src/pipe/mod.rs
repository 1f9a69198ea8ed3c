// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's classes as Rust traits, one file each. In: options. Out: a driver that the host
//! calls.
//!
//! - [`mod@guard`]: what stands between every callback and the host.
//! - [`threaded_destination`]: `LogThreadedDestDriver` and its workers.
//! - [`threaded_source`]: `LogThreadedSourceDriver` and its worker.
//! - [`threaded_fetcher`]: sources that are asked for one message after the other.
//! - [`reading`]: the frame in which a plugin's part of a config is read.
//! - [`mod@host_driver`]: what every driver has: an id, a place in the config, names.
//! - [`mod@parser`]: the host's `LogParser`.
//! - [`template_function`]: the host's `LogTemplateFunction`.
//! - [`inner_destination`]: `LogDriverPlugin`, what stands inside of a destination.
//! - [`http`]: a request of http(), for those plugins.
//! - [`block_generator`]: what writes a part of a config when that is read.
//! - [`source_flags`]: a source's flags().
//! - [`root_block`]: a block at the top level of a config.
//!
//! # Threads and order
//!
//! | slot | thread | when |
//! |---|---|---|
//! | parse | main | a config is read; the old config's threads run |
//! | init | main | the config is taken up; the threads of the old one have ended. May come again on the same driver, after deinit, when a newer config was refused |
//! | worker_init … worker_deinit, connect, insert, flush, disconnect | the worker's own | from the host's start hook (after every init) until the config is let go |
//! | a source's thread_started, run, thread_stopping | the source's own | as those of a destination's worker |
//! | a source's request_exit | main | while run runs, or before it begins |
//! | a source's wakeup | any, perhaps under an ack tracker's lock | its window opens again; at a stop; perhaps after deinit |
//! | a plugin's http_request, http_response | an http() worker's own | between attach and detach, which are main's as init and deinit are |
//! | deinit | main | the worker threads have ended |
//! | free_fn | main; a source's on any thread | after a reload: when the new config's threads run already; a source's when its last message is settled |
//! | a parser's process | any of the host's, several at once | messages come; none does while init or deinit runs |
//! | a template function's prepare | main; any thread for templates of user code | a template is compiled |
//! | a template function's call | any that formats a template, several at once | after its prepare |
//! | a template function's free_state | any | the template goes |
//! | format_stats, generate_persist_name | main and worker | any time after init, some of them under the host's stats lock |
//!
//! # Locks
//!
//! The host calls format_stats while it holds its stats lock (lib/stats/stats-registry.c:
//! stats_lock). So that slot only reads names which were made at init: it takes no lock that
//! another thread could hold while waiting for the stats lock.
//!
//! It gives bookmarks back, and wakes sources up, while it holds the lock of their ack tracker
//! (lib/ack-tracker/consecutive_ack_tracker.c). What takes a bookmark may wait for a lock of the
//! module's own there, so a post, which takes the tracker's lock too, is made without one.

mod block_generator;
pub(crate) mod guard;
mod host_driver;
mod http;
pub(crate) mod inner_destination;
pub(crate) mod parser;
mod reading;
pub(crate) mod root_block;
mod source_flags;
pub(crate) mod template_function;
pub(crate) mod threaded_destination;
pub(crate) mod threaded_fetcher;
pub(crate) mod threaded_source;

pub use block_generator::{BlockGenerator, GeneratorError, register_block_generator};
pub(crate) use guard::{guard, guard_on_any_thread};
pub use http::{HttpHeaders, HttpRequest};
pub use inner_destination::{Around, InnerDestination};
pub use parser::{MessageParser, ParserPlace};
pub use root_block::{BlockError, RootBlock};
pub use template_function::{FunctionResult, TemplateFunction};
pub use threaded_destination::{
    Batch, Destination, DestinationWorker, FlushMode, Insert, Names, Prepared, ThreadedDestination,
};
pub use threaded_fetcher::{Fetch, Fetched, ThreadedFetcher};
pub use threaded_source::{PostError, Poster, Source, ThreadedSource};
