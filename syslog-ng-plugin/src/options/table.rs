// SPDX-License-Identifier: GPL-2.0-or-later

//! What an option is, and the loop that reads them.

use std::ffi::CString;

use super::suggestion;
use crate::config::{Lexer, Location, ParseError, Token, TokenKind, same_name};
use crate::log::{self, Level};

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
    /// A text that need not be UTF-8.
    Bytes(fn(&mut T, CString)),
    /// A text of a kind that the function knows; what it says of others refuses the config.
    Checked(fn(&mut T, CString) -> Result<(), String>),
    /// Any number of those, also in several places: they add up.
    EachChecked(fn(&mut T, CString) -> Result<(), String>),
    /// A whole number from 1 to 2147483647.
    Positive(fn(&mut T, i32)),
    /// A whole number from 0 to 2147483647.
    NonNegative(fn(&mut T, i32)),
    /// A number that is not negative, with or without a decimal point.
    NonNegativeFloat(fn(&mut T, f64)),
    /// `yes` or `no`.
    Switch(fn(&mut T, bool)),
    /// One token, which the function judges.
    One(fn(&mut T, Token) -> Result<(), ParseError>),
    /// Whatever the function reads, up to and with the closing bracket. It may stand in several
    /// places: they add up.
    Custom(fn(&mut T, &mut Lexer<'_>) -> Result<(), ParseError>),
    /// Nothing: the host at hand does not have the option. The text says which one does.
    NeedsHost(&'static str),
}

impl<T> Argument<T> {
    /// Whether a second one takes the place of the first.
    fn replaces(&self) -> bool {
        !matches!(self, Argument::EachChecked(_) | Argument::Custom(_))
    }
}

/// Options with the thing that they set.
pub(crate) struct Table<'t, T: 'static> {
    pub(crate) rules: &'static [OptionRule<T>],
    pub(crate) target: &'t mut T,
}

/// An option that was read.
pub(crate) struct Taken {
    name: &'static str,
    /// Whether it took the place of what stood before.
    replaces: bool,
}

/// A set of options, whatever they set.
pub(crate) trait OptionSet {
    /// Reads the value of `name` if it is one of ours.
    fn take(&mut self, name: &str, lexer: &mut Lexer<'_>) -> Option<Result<Taken, ParseError>>;
    /// The names that it has on this host.
    fn names(&self) -> Vec<&'static str>;
}

impl<T> OptionSet for Table<'_, T> {
    fn take(&mut self, name: &str, lexer: &mut Lexer<'_>) -> Option<Result<Taken, ParseError>> {
        let rule = self.rules.iter().find(|rule| same_name(rule.name, name))?;
        let taken = Taken {
            name: rule.name,
            replaces: rule.argument.replaces(),
        };
        Some(value(rule, self.target, lexer).map(|()| taken))
    }

    fn names(&self) -> Vec<&'static str> {
        self.rules
            .iter()
            .filter(|rule| !matches!(rule.argument, Argument::NeedsHost(_)))
            .map(|rule| rule.name)
            .collect()
    }
}

fn value<T>(rule: &OptionRule<T>, target: &mut T, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    let shown = format!("{}()", rule.name);
    if let Argument::NeedsHost(which) = rule.argument {
        return Err(ParseError::at(
            lexer.here(),
            format!(
                "{shown} needs {which}; this is syslog-ng {}",
                crate::host::VERSION
            ),
        ));
    }
    lexer.open(&shown)?;
    match rule.argument {
        Argument::Text(set) => set(target, one(&shown, lexer, text)?),
        Argument::Bytes(set) => set(target, one(&shown, lexer, bytes)?),
        Argument::Checked(set) => {
            let token = lexer.next_token();
            let place = token.location;
            let value = bytes(&shown, token)?;
            set(target, value).map_err(|why| ParseError::at(place, why))?;
            lexer.close(&shown)?;
        }
        Argument::Positive(set) => {
            let number = |option: &str, token| whole_number(option, token, 1);
            set(target, one(&shown, lexer, number)?);
        }
        Argument::NonNegative(set) => {
            let number = |option: &str, token| whole_number(option, token, 0);
            set(target, one(&shown, lexer, number)?);
        }
        Argument::NonNegativeFloat(set) => set(target, one(&shown, lexer, float)?),
        Argument::Switch(set) => set(target, one(&shown, lexer, switch)?),
        Argument::Texts(set) => {
            let mut texts = Vec::new();
            while let Some(token) = next_of_list(lexer) {
                texts.push(text(&shown, token)?);
            }
            set(target, texts);
        }
        Argument::EachChecked(set) => {
            while let Some(token) = next_of_list(lexer) {
                let place = token.location;
                let value = bytes(&shown, token)?;
                set(target, value).map_err(|why| ParseError::at(place, why))?;
            }
        }
        Argument::One(set) => {
            set(target, lexer.next_token())?;
            lexer.close(&shown)?;
        }
        Argument::Custom(read) => read(target, lexer)?,
        // Refused above.
        Argument::NeedsHost(_) => {}
    }
    Ok(())
}

/// The one value of an option, up to and with the closing bracket.
pub(super) fn one<V>(
    option: &str,
    lexer: &mut Lexer<'_>,
    read: impl Fn(&str, Token) -> Result<V, ParseError>,
) -> Result<V, ParseError> {
    let value = read(option, lexer.next_token())?;
    lexer.close(option)?;
    Ok(value)
}

/// The next token of a list that the option's bracket ends.
pub(super) fn next_of_list(lexer: &mut Lexer<'_>) -> Option<Token> {
    let token = lexer.next_token();
    (token.kind != TokenKind::Punctuation(b')')).then_some(token)
}

/// A text as the host takes it.
pub(super) fn bytes(option: &str, token: Token) -> Result<CString, ParseError> {
    match token.kind {
        TokenKind::Word(text) | TokenKind::Plugin(text) | TokenKind::Quoted(text) => {
            // The lexer's texts end at their first NUL.
            Ok(CString::new(text).unwrap_or_default())
        }
        other => Err(ParseError::at(
            token.location,
            format!("{option} takes a text, found {other}"),
        )),
    }
}

fn text(option: &str, token: Token) -> Result<String, ParseError> {
    let place = token.location;
    bytes(option, token)?
        .into_string()
        .map_err(|_| ParseError::at(place, format!("the value of {option} is not UTF-8")))
}

fn whole_number(option: &str, token: Token, least: i32) -> Result<i32, ParseError> {
    let expected = if least > 0 {
        "a positive whole number"
    } else {
        "a whole number that is not negative"
    };
    let limit = match token.kind {
        TokenKind::Integer(value, _) => match i32::try_from(value) {
            Ok(number) if number >= least => return Ok(number),
            Err(_) if value > 0 => " below 2147483648",
            _ => "",
        },
        _ => "",
    };
    Err(ParseError::at(
        token.location,
        format!("{option} takes {expected}{limit}, found {}", token.kind),
    ))
}

/// As [`Argument::Positive`].
pub(super) fn positive(option: &str, token: Token) -> Result<i32, ParseError> {
    whole_number(option, token, 1)
}

fn float(option: &str, token: Token) -> Result<f64, ParseError> {
    match token.kind {
        TokenKind::Integer(value, _) if (0..=i64::from(i32::MAX)).contains(&value) => {
            Ok(value as f64)
        }
        TokenKind::Float(value, _) if value >= 0.0 => Ok(value),
        other => Err(ParseError::at(
            token.location,
            format!("{option} takes a number that is not negative, found {other}"),
        )),
    }
}

/// The host's own words for yes and no, and any number, as its grammar has it.
pub(super) fn switch(option: &str, token: Token) -> Result<bool, ParseError> {
    match &token.kind {
        TokenKind::Word(word) => match word.as_slice() {
            b"yes" | b"on" => return Ok(true),
            b"no" | b"off" => return Ok(false),
            _ => {}
        },
        TokenKind::Integer(number, _) => return Ok(*number != 0),
        _ => {}
    }
    Err(ParseError::at(
        token.location,
        format!("{option} takes yes or no, found {}", token.kind),
    ))
}

/// Reads options until the driver's closing bracket. `plugin` takes the names of the host's inner
/// plugins.
pub(crate) fn parse(
    driver: &str,
    lexer: &mut Lexer<'_>,
    sets: &mut [&mut dyn OptionSet],
    mut plugin: impl FnMut(&mut Lexer<'_>, &[u8]) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    let mut seen: Vec<(&'static str, Location)> = Vec::new();
    loop {
        let token = lexer.next_token();
        let (name, is_plugin) = match token.kind {
            TokenKind::Punctuation(b')') => return Ok(()),
            TokenKind::Word(name) => (name, false),
            TokenKind::Plugin(name) => (name, true),
            other => {
                return Err(ParseError::at(
                    token.location,
                    format!("expected an option of {driver} or ')', found {other}"),
                ));
            }
        };
        let text = String::from_utf8_lossy(&name);
        // A word that names both an option of ours and a plugin of the host is the option, as in
        // the host's grammars.
        match sets.iter_mut().find_map(|set| set.take(&text, lexer)) {
            Some(taken) => {
                let taken = taken?;
                if taken.replaces {
                    warn_of_a_second(driver, lexer, &mut seen, &taken, token.location);
                }
            }
            None if is_plugin => plugin(lexer, &name)?,
            None => return Err(ParseError::at(token.location, unknown(driver, &text, sets))),
        }
    }
}

/// Says that an option stands twice, which the host's grammars take without a word. Not where the
/// two come from different files: then one is a block's and the other its user's.
fn warn_of_a_second(
    driver: &str,
    lexer: &Lexer<'_>,
    seen: &mut Vec<(&'static str, Location)>,
    taken: &Taken,
    place: Location,
) {
    let file = lexer.source_name(&place);
    if let Some((_, first)) = seen.iter().find(|(name, _)| *name == taken.name) {
        if lexer.source_name(first) == file {
            log::event(
                Level::Warning,
                &format!(
                    "{driver}: {}() stands twice, the last one counts",
                    taken.name
                ),
                &[
                    ("first", &format!("{file}:{first:?}")),
                    ("last", &format!("{file}:{place:?}")),
                ],
            );
        }
    }
    seen.push((taken.name, place));
}

fn unknown(driver: &str, name: &str, sets: &[&mut dyn OptionSet]) -> String {
    let mut names: Vec<_> = sets.iter().flat_map(|set| set.names()).collect();
    names.sort_unstable();
    names.dedup();
    if let Some(near) = suggestion::nearest(name, &names) {
        return format!("{driver} has no option {name}(): did you mean {near}()?");
    }
    let known: Vec<_> = names.iter().map(|name| format!("{name}()")).collect();
    format!(
        "{driver} has no option {name}(); it has {} and the host's plugins for it",
        known.join(", ")
    )
}
