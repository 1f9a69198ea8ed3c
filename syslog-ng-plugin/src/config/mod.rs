// SPDX-License-Identifier: GPL-2.0-or-later

//! Config text to tokens. In: the host's lexer while it parses a driver. Out: [`Token`]s with their
//! [`Location`].
//!
//! - [`token`]: the pieces.
//! - [`location`]: where they stand.
//! - [`lexer`]: takes them from the host, and the host's inner plugins with them.
//! - [`error`]: why text is refused.
//! - [`global`]: the configuration that the text belongs to.
//! - [`current`]: the one that is in use, for code that no driver of it calls.

pub(crate) mod current;
mod error;
mod global;
mod lexer;
mod location;
mod token;

pub use error::ParseError;
pub(crate) use global::DRIVER_KEYWORDS;
pub use global::{Config, ConfigState};
pub(crate) use lexer::Context;
pub use lexer::Lexer;
pub use location::Location;
pub use token::{Token, TokenKind, same_name};
