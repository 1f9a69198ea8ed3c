// SPDX-License-Identifier: GPL-2.0-or-later

//! What the host calls. In: a binding, or a block's text. Out: calls of Python, and results for the
//! host.
//!
//! - [`global_code`]: `python { … };` at the top level of a config.
//! - [`destination`]: `python()` in a destination.

mod destination;
mod global_code;

pub(crate) use destination::PythonDestination;
pub(crate) use global_code::PythonBlock;
