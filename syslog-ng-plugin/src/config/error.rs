// SPDX-License-Identifier: GPL-2.0-or-later

//! Why config text is refused.

use thiserror::Error;

use super::Location;

/// Why config text is refused.
#[derive(Debug, Error)]
pub enum ParseError {
    /// A mistake at a place; the host prints it with file, line and caret.
    #[error("{message}")]
    Syntax {
        /// What was expected and what was found.
        message: String,
        /// Where.
        location: Location,
    },
    /// A mistake that the host has reported already.
    #[error("already reported")]
    Reported,
}

impl ParseError {
    /// A mistake at `location`.
    pub fn at(location: Location, message: impl Into<String>) -> Self {
        ParseError::Syntax {
            message: message.into(),
            location,
        }
    }
}
