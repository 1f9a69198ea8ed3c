// SPDX-License-Identifier: GPL-2.0-or-later

//! Tokens to options. In: a lexer behind the opening bracket of a driver. Out: setters called,
//! or a parse error.
//!
//! Options are data: a name, the kind of value, and what to do with it.
//!
//! - [`table`]: what an option is, and the loop that reads them.
//! - [`suggestion`]: the name that somebody may have meant.
//! - [`driver`], [`destination`], [`source`], [`parser`]: the options that the host's drivers share.
//! - [`template`]: templates, and how they print values; [`value_pairs`]: `value-pairs()`;
//!   [`flags`]: `flags()`.

mod destination;
mod driver;
mod flags;
mod parser;
mod source;
mod suggestion;
mod table;
mod template;
mod value_pairs;

pub(crate) use destination::{DESTINATION, DestinationSettings, VALUE_PAIRS};
pub(crate) use driver::{DRIVER, DriverSettings};
pub(crate) use flags::apply as apply_flags;
pub(crate) use parser::{PARSER, ParserSettings};
pub(crate) use source::{FETCHER, FetcherSettings, SOURCE, SourceSettings};
pub use table::{Argument, OptionRule};
pub(crate) use table::{OptionSet, Table, parse};
pub(crate) use template::{ConfigTemplate, TEMPLATE, TemplateSettings};
