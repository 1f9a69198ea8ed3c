// SPDX-License-Identifier: GPL-2.0-or-later

//! The pieces that the host's lexer cuts a config into.

use std::fmt;

use super::Location;

/// One piece of config text and where it stands.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub location: Location,
}

/// What a piece of config text is.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// A bracket, a semicolon or another single character.
    Punctuation(u8),
    /// A word without quotes, such as an option's name.
    Word(Vec<u8>),
    /// A text in quotes, without them. Bytes, because a config need not be UTF-8.
    Quoted(Vec<u8>),
    /// A whole number with its spelling.
    Integer(i64, String),
    /// A number with a decimal point and its spelling.
    Float(f64, String),
    /// `=>`
    Arrow,
    /// A word that names a plugin which may stand here, such as `disk-buffer`.
    Plugin(Vec<u8>),
    /// What stands between the braces of a block.
    Block(Vec<u8>),
    /// The config ended.
    End,
    /// A piece that cannot be part of a driver's options.
    Other(i32),
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenKind::Punctuation(b) => write!(f, "'{}'", char::from(*b)),
            TokenKind::Word(text) | TokenKind::Plugin(text) => {
                write!(f, "{}", String::from_utf8_lossy(text))
            }
            TokenKind::Quoted(text) => write!(f, "\"{}\"", String::from_utf8_lossy(text)),
            TokenKind::Integer(_, text) | TokenKind::Float(_, text) => f.write_str(text),
            TokenKind::Arrow => f.write_str("'=>'"),
            TokenKind::Block(_) => f.write_str("a block"),
            TokenKind::End => f.write_str("the end of the configuration"),
            TokenKind::Other(_) => f.write_str("something that cannot be read here"),
        }
    }
}

/// Whether two names of options are the same: the host takes `-` and `_` for one letter.
pub fn same_name(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left
            .bytes()
            .zip(right.bytes())
            .all(|(l, r)| l == r || (l == b'-' || l == b'_') && (r == b'-' || r == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dash_and_underscore_are_the_same_letter_in_names() {
        assert!(same_name("batch-lines", "batch_lines"));
        assert!(!same_name("batch-lines", "batchlines"));
        assert!(!same_name("batch-lines", "batch+lines"));
    }
}
