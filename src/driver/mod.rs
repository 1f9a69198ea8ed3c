// SPDX-License-Identifier: GPL-2.0-or-later

//! What the host calls. In: a binding, or a block's text. Out: calls of Python, and results for the
//! host.
//!
//! - [`global_code`]: `python { … };` at the top level of a config.
//! - [`destination`]: `python()` in a destination.
//! - [`worker`]: its workers: an object with its methods, and what hands messages to it.
//! - [`batch`]: its messages for send_batch(), and what becomes of them.
//! - [`singles`]: its messages for send().
//! - [`classes`]: the classes of all of a config's drivers, looked at when one of them is wrong.
//! - [`persist_names`]: which driver of a config has which persist name.
//! - [`source`]: `python()` in a source.
//! - [`fetcher`]: `python-fetcher()` in a source.
//! - [`parser`]: `python()` as a parser.
//! - [`template_function`]: `$(python f …)` in templates.
//! - [`acks`]: bookmarks of Python, on their way through the host and back.
//! - [`http_header`]: `python-http-header()` in `http()`.
//! - [`config_generator`]: what writes a part of a config when that is read.
//! - [`instance`]: what sources, fetchers and parsers have in common.

mod acks;
mod batch;
mod classes;
mod config_generator;
mod destination;
mod fetcher;
#[cfg(test)]
mod fuzz;
mod global_code;
mod http_header;
mod instance;
mod parser;
mod persist_names;
mod singles;
mod source;
mod template_function;
mod worker;

pub(crate) use acks::for_posting;
pub(crate) use config_generator::register as register_config_generator;
pub(crate) use destination::PythonDestination;
pub(crate) use fetcher::{PythonFetcher, Running as RunningFetcher};
pub(crate) use global_code::PythonBlock;
pub(crate) use http_header::PythonHttpHeader;
pub(crate) use parser::PythonParser;
pub(crate) use source::{PythonSource, Running as RunningSource};
pub(crate) use template_function::PythonFunction;
