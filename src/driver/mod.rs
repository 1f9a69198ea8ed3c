// SPDX-License-Identifier: GPL-2.0-or-later

//! What the host calls. In: a binding, or a block's text. Out: calls of Python, and results for the
//! host.
//!
//! - [`global_code`]: `python { … };` at the top level of a config.
//! - [`destination`]: `python()` in a destination.
//! - [`unfinished`]: what is read but not built yet.

mod destination;
mod global_code;
mod unfinished;

pub(crate) use destination::PythonDestination;
pub(crate) use global_code::PythonBlock;
pub(crate) use unfinished::{PythonHttpHeader, PythonParser};
