// SPDX-License-Identifier: GPL-2.0-or-later

//! What the host calls. In: a binding, or a block's text. Out: calls of Python, and results for the
//! host.
//!
//! - [`global_code`]: `python { … };` at the top level of a config.
//! - [`destination`]: `python()` in a destination.
//! - [`source`]: `python()` in a source.
//! - [`fetcher`]: `python-fetcher()` in a source.
//! - [`instance`]: what sources and fetchers have in common.
//! - [`unfinished`]: what is read but not built yet.

mod destination;
mod fetcher;
mod global_code;
mod instance;
mod source;
mod unfinished;

pub(crate) use destination::PythonDestination;
pub(crate) use fetcher::{PythonFetcher, Running as RunningFetcher};
pub(crate) use global_code::PythonBlock;
pub(crate) use source::{PythonSource, Running as RunningSource};
pub(crate) use unfinished::{PythonHttpHeader, PythonParser};
