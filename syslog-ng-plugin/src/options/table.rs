// SPDX-License-Identifier: GPL-2.0-or-later

//! What an option is, and the loop that reads them.

use crate::config::{Lexer, ParseError, Token, TokenKind, same_name};

/// An option: `name(value)`.
pub struct OptionRule<T: 'static> {
    /// As written in configs, with dashes.
    pub name: &'static str,
    /// The kind of value, and what to do with it.
    pub argument: Argument<T>,
}

/// What may stand between an option's brackets, with the function that takes it.
pub enum Argument<T> {
    /// A text, in quotes or as a bare word.
    Text(fn(&mut T, String)),
    /// Any number of texts.
    Texts(fn(&mut T, Vec<String>)),
    /// A whole number from 1 to 2147483647.
    Positive(fn(&mut T, i32)),
    /// A whole number from 0 to 2147483647.
    NonNegative(fn(&mut T, i32)),
    /// Whatever the function reads, up to and without the closing bracket.
    Custom(fn(&mut T, &mut Lexer<'_>) -> Result<(), ParseError>),
}

/// Options with the thing that they set.
pub(crate) struct Table<'t, T: 'static> {
    pub(crate) rules: &'static [OptionRule<T>],
    pub(crate) target: &'t mut T,
}

/// A set of options, whatever they set.
pub(crate) trait OptionSet {
    /// Reads the value of `name` if it is one of ours.
    fn take(&mut self, name: &str, lexer: &mut Lexer<'_>) -> Option<Result<(), ParseError>>;
    /// The names that it has.
    fn names(&self) -> Vec<&'static str>;
}

impl<T> OptionSet for Table<'_, T> {
    fn take(&mut self, name: &str, lexer: &mut Lexer<'_>) -> Option<Result<(), ParseError>> {
        let rule = self.rules.iter().find(|rule| same_name(rule.name, name))?;
        Some(value(rule, self.target, lexer))
    }

    fn names(&self) -> Vec<&'static str> {
        self.rules.iter().map(|rule| rule.name).collect()
    }
}

fn value<T>(rule: &OptionRule<T>, target: &mut T, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    let shown = format!("{}()", rule.name);
    lexer.open(&shown)?;
    match rule.argument {
        Argument::Text(set) => {
            let text = text(&shown, lexer.next_token())?;
            lexer.close(&shown)?;
            set(target, text);
        }
        Argument::Texts(set) => {
            let mut texts = Vec::new();
            loop {
                let token = lexer.next_token();
                if token.kind == TokenKind::Punctuation(b')') {
                    break;
                }
                texts.push(text(&shown, token)?);
            }
            set(target, texts);
        }
        Argument::Positive(set) => {
            let number = number(&shown, lexer.next_token(), 1)?;
            lexer.close(&shown)?;
            set(target, number);
        }
        Argument::NonNegative(set) => {
            let number = number(&shown, lexer.next_token(), 0)?;
            lexer.close(&shown)?;
            set(target, number);
        }
        Argument::Custom(read) => {
            read(target, lexer)?;
        }
    }
    Ok(())
}

fn text(option: &str, token: Token) -> Result<String, ParseError> {
    match token.kind {
        TokenKind::Word(text) | TokenKind::Quoted(text) => String::from_utf8(text).map_err(|_| {
            ParseError::at(
                token.location,
                format!("the value of {option} is not UTF-8"),
            )
        }),
        other => Err(ParseError::at(
            token.location,
            format!("{option} takes a text, found {other}"),
        )),
    }
}

fn number(option: &str, token: Token, least: i32) -> Result<i32, ParseError> {
    let expected = if least > 0 {
        "a positive whole number"
    } else {
        "a whole number that is not negative"
    };
    match token.kind {
        TokenKind::Integer(value, spelling) => match i32::try_from(value) {
            Ok(number) if number >= least => Ok(number),
            Ok(_) => Err(ParseError::at(
                token.location,
                format!("{option} takes {expected}, found {spelling}"),
            )),
            Err(_) => Err(ParseError::at(
                token.location,
                format!("{option} takes {expected} below 2147483648, found {spelling}"),
            )),
        },
        other => Err(ParseError::at(
            token.location,
            format!("{option} takes {expected}, found {other}"),
        )),
    }
}

/// Reads options until the driver's closing bracket. `plugin` takes the names of the host's inner
/// plugins.
pub(crate) fn parse(
    driver: &str,
    lexer: &mut Lexer<'_>,
    sets: &mut [&mut dyn OptionSet],
    mut plugin: impl FnMut(&mut Lexer<'_>, &[u8]) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Punctuation(b')') => return Ok(()),
            TokenKind::Word(name) => {
                let name = String::from_utf8_lossy(&name).into_owned();
                match sets.iter_mut().find_map(|set| set.take(&name, lexer)) {
                    Some(taken) => taken?,
                    None => {
                        return Err(ParseError::at(token.location, unknown(driver, &name, sets)));
                    }
                }
            }
            // A word that names both an option of ours and a plugin of the host is the option, as
            // in the host's grammars.
            TokenKind::Plugin(name) => {
                let text = String::from_utf8_lossy(&name).into_owned();
                match sets.iter_mut().find_map(|set| set.take(&text, lexer)) {
                    Some(taken) => taken?,
                    None => plugin(lexer, &name)?,
                }
            }
            other => {
                return Err(ParseError::at(
                    token.location,
                    format!("expected an option of {driver} or ')', found {other}"),
                ));
            }
        }
    }
}

fn unknown(driver: &str, name: &str, sets: &[&mut dyn OptionSet]) -> String {
    let mut names: Vec<_> = sets.iter().flat_map(|set| set.names()).collect();
    names.sort_unstable();
    names.dedup();
    let known: Vec<_> = names.iter().map(|name| format!("{name}()")).collect();
    format!(
        "{driver} has no option {name}(); it has {} and the host's plugins for it",
        known.join(", ")
    )
}
