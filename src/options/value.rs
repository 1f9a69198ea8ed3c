// SPDX-License-Identifier: GPL-2.0-or-later

//! Values in options().

use std::ffi::CString;

use syslog_ng_plugin::host::TYPED_OPTIONS;
use syslog_ng_plugin::{Lexer, ParseError, Token, TokenKind};

/// A value in options(). Texts are bytes, because a config need not be UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(Vec<u8>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Vec<u8>>),
    /// The text of a template.
    Template(CString),
}

impl Value {
    /// What Python calls the value's type, if it is one that was a text before options had types.
    pub(crate) fn new_type(&self) -> Option<&'static str> {
        match self {
            Value::Integer(_) => Some("int"),
            Value::Float(_) => Some("float"),
            Value::Boolean(_) => Some("bool"),
            Value::Text(_) | Value::List(_) | Value::Template(_) => None,
        }
    }

    /// Reads the value of `key`, which may have an arrow in front.
    pub(super) fn read(key: &str, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        let token = lexer.next_token();
        let token = if token.kind == TokenKind::Arrow {
            lexer.next_token()
        } else {
            token
        };
        if TYPED_OPTIONS && token.kind == TokenKind::Punctuation(b'[') {
            return list(key, lexer);
        }
        if TYPED_OPTIONS && token.kind == TokenKind::Word(b"LogTemplate".to_vec()) {
            return template(lexer);
        }
        Self::from_token(key, token, TYPED_OPTIONS)
    }

    fn from_token(key: &str, token: Token, typed: bool) -> Result<Self, ParseError> {
        match token.kind {
            TokenKind::Quoted(text) => Ok(Value::Text(text)),
            TokenKind::Word(text) | TokenKind::Plugin(text) => {
                match (switch(&text, typed), typed) {
                    (Some(value), true) => Ok(Value::Boolean(value)),
                    (Some(_), false) => Err(ParseError::at(
                        token.location,
                        format!(
                            "the value {} of \"{key}\" has to be in quotes: syslog-ng {} has no yes and no in options()",
                            String::from_utf8_lossy(&text),
                            syslog_ng_plugin::host::VERSION,
                        ),
                    )),
                    (None, _) => Ok(Value::Text(text)),
                }
            }
            TokenKind::Integer(number, _) if typed => Ok(Value::Integer(number)),
            TokenKind::Float(number, _) if typed => Ok(Value::Float(number)),
            TokenKind::Integer(_, spelling) | TokenKind::Float(_, spelling) => {
                Ok(Value::Text(spelling.into_bytes()))
            }
            other => Err(ParseError::at(
                token.location,
                format!("\"{key}\" needs a value: expected a text or a number, found {other}"),
            )),
        }
    }
}

/// The words that the host's grammar keeps for yes and no: Python's own came with types, and `true`
/// is a text like others.
fn switch(word: &[u8], typed: bool) -> Option<bool> {
    match word {
        b"yes" | b"on" => Some(true),
        b"no" | b"off" => Some(false),
        b"True" if typed => Some(true),
        b"False" if typed => Some(false),
        _ => None,
    }
}

/// `LogTemplate("text")`, where the word has been read.
fn template(lexer: &mut Lexer<'_>) -> Result<Value, ParseError> {
    const NAME: &str = "LogTemplate()";
    lexer.open(NAME)?;
    let token = lexer.next_token();
    let place = token.location;
    let text = match token.kind {
        // Without a text it is an empty one.
        TokenKind::Punctuation(b')') => return Ok(Value::Template(CString::default())),
        TokenKind::Quoted(text) | TokenKind::Word(text) | TokenKind::Plugin(text) => text,
        other => {
            return Err(ParseError::at(
                place,
                format!("{NAME} takes a text, found {other}"),
            ));
        }
    };
    // The lexer's texts end at their first NUL.
    let text = CString::new(text).unwrap_or_default();
    lexer.close(NAME)?;
    lexer
        .check_template(&text)
        .map_err(|why| ParseError::at(place, format!("{NAME}: {why}")))?;
    Ok(Value::Template(text))
}

fn list(key: &str, lexer: &mut Lexer<'_>) -> Result<Value, ParseError> {
    let mut items = Vec::new();
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Word(text) | TokenKind::Quoted(text) => items.push(text),
            TokenKind::Punctuation(b']') => return Ok(Value::List(items)),
            other => {
                return Err(ParseError::at(
                    token.location,
                    format!(
                        "the list of \"{key}\" holds texts: expected one or ']', found {other}"
                    ),
                ));
            }
        }
    }
}
