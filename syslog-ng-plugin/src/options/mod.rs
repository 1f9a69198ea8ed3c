// SPDX-License-Identifier: GPL-2.0-or-later

//! Tokens to options. In: a lexer behind the opening bracket of a driver. Out: setters called,
//! or a parse error.
//!
//! Options are data: a name, the kind of value, and what to do with it.
//!
//! - [`table`]: what an option is, and the loop that reads them.
//! - [`threaded`]: the options that every threaded destination has.

mod table;
mod threaded;

pub use table::{Argument, OptionRule};
pub(crate) use table::{Table, parse};
pub(crate) use threaded::{DestinationSettings, THREADED_DESTINATION};
