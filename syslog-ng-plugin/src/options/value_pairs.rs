// SPDX-License-Identifier: GPL-2.0-or-later

//! Reads `value-pairs(…)`, as in the host's rule value_pair_option (lib/cfg-grammar.y).

use std::ffi::CString;

use super::table::{bytes, next_of_list, one, positive, switch};
use super::template::content;
use crate::config::{Lexer, ParseError, Token, TokenKind, same_name};
use crate::ffi;
use crate::log::{self, Level};
use crate::message::ValuePairs;

const NAMES: &[&str] = &[
    "cast",
    "exclude",
    "include-bytes",
    "key",
    "pair",
    "rekey",
    "scope",
];
const TRANSFORMATIONS: &[&str] = &[
    "add-prefix",
    "lower",
    // The old name of the next one.
    "replace",
    "replace-prefix",
    "shift",
    "shift-levels",
    "upper",
];

/// Reads what stands between the brackets, up to and with the closing one.
pub(super) fn read(lexer: &mut Lexer<'_>) -> Result<ValuePairs, ParseError> {
    let pairs = ValuePairs::new()
        .ok_or_else(|| ParseError::at(lexer.here(), "there is no memory for value-pairs()"))?;
    while let Some(token) = next_of_list(lexer) {
        match known(&token, NAMES) {
            Some("pair") => pair(&pairs, lexer)?,
            Some("key") => key(&pairs, lexer)?,
            Some("rekey") => {
                lexer.open("rekey()")?;
                let glob = bytes("rekey()", lexer.next_token())?;
                transformations(&pairs, &glob, lexer)?;
            }
            Some("exclude") => {
                lexer.open("exclude()")?;
                while let Some(token) = next_of_list(lexer) {
                    add_glob(&pairs, &bytes("exclude()", token)?, false);
                }
            }
            Some("scope") => {
                lexer.open("scope()")?;
                while let Some(token) = next_of_list(lexer) {
                    scope(&pairs, lexer, token)?;
                }
            }
            Some("cast") => {
                lexer.open("cast()")?;
                let cast = one("cast()", lexer, switch)?;
                // SAFETY: the value pairs are ours and being read.
                unsafe { ffi::value_pairs_set_cast_to_strings(pairs.as_ptr(), cast.into()) };
            }
            Some("include-bytes") => include_bytes(&pairs, lexer, &token)?,
            _ => return Err(unknown(&token, "value-pairs()", NAMES)),
        }
    }
    Ok(pairs)
}

/// The one of `names` that `token` is.
fn known(token: &Token, names: &[&'static str]) -> Option<&'static str> {
    // Names of the host's plugins may be options here too.
    let (TokenKind::Word(word) | TokenKind::Plugin(word)) = &token.kind else {
        return None;
    };
    let word = std::str::from_utf8(word).ok()?;
    names.iter().find(|name| same_name(name, word)).copied()
}

fn unknown(token: &Token, place: &str, names: &[&'static str]) -> ParseError {
    let near = match &token.kind {
        TokenKind::Word(word) => super::suggestion::nearest(&String::from_utf8_lossy(word), names),
        _ => None,
    };
    let hint = match near {
        Some(near) => format!("did you mean {near}()?"),
        None => format!("it takes {}()", names.join("(), ")),
    };
    ParseError::at(
        token.location,
        format!("{place} does not take {}: {hint}", token.kind),
    )
}

/// `pair("name" "template")`, also with a colon between them.
fn pair(pairs: &ValuePairs, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    lexer.open("pair()")?;
    let name = bytes("pair()", lexer.next_token())?;
    let mut first = lexer.next_token();
    if first.kind == TokenKind::Punctuation(b':') {
        first = lexer.next_token();
    }
    let template = content("pair()", first, lexer)?;
    // SAFETY: the value pairs are ours and being read; they copy the name and take a reference to
    // the template (lib/value-pairs/value-pairs.c).
    unsafe { ffi::value_pairs_add_pair(pairs.as_ptr(), name.as_ptr(), template.as_ptr()) };
    Ok(())
}

/// `key("glob" …)`, or `key("glob" rekey(…))`.
fn key(pairs: &ValuePairs, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    lexer.open("key()")?;
    let mut newest: Option<CString> = None;
    let mut globs = 0;
    while let Some(token) = next_of_list(lexer) {
        match (&newest, known(&token, &["rekey"])) {
            (Some(glob), Some(_)) if globs == 1 => {
                lexer.open("rekey()")?;
                transformations(pairs, glob, lexer)?;
                return lexer.close("key()");
            }
            _ => {
                let glob = bytes("key()", token)?;
                add_glob(pairs, &glob, true);
                globs += 1;
                newest = Some(glob);
            }
        }
    }
    Ok(())
}

fn add_glob(pairs: &ValuePairs, glob: &CString, include: bool) {
    // SAFETY: the value pairs are ours and being read; the text is compiled at once.
    unsafe {
        ffi::value_pairs_add_glob_pattern(pairs.as_ptr(), glob.as_ptr(), include.into());
    }
}

fn scope(pairs: &ValuePairs, lexer: &Lexer<'_>, token: Token) -> Result<(), ParseError> {
    let place = token.location;
    let name = bytes("scope()", token)?;
    // SAFETY: the value pairs are ours and being read; the text is looked up.
    if unsafe { ffi::value_pairs_add_scope(pairs.as_ptr(), name.as_ptr()) } == 0 {
        // The host's grammar takes such a scope without a word, so a config may have one.
        log::event(
            Level::Warning,
            &format!(
                "value-pairs(): there is no scope {}, it chooses nothing",
                name.to_string_lossy()
            ),
            &[(
                "location",
                &format!("{}:{place:?}", lexer.source_name(&place)),
            )],
        );
    }
    Ok(())
}

fn include_bytes(
    pairs: &ValuePairs,
    lexer: &mut Lexer<'_>,
    token: &Token,
) -> Result<(), ParseError> {
    let Some(set) = ffi::compat::SET_INCLUDE_BYTES else {
        return Err(ParseError::at(
            token.location,
            format!(
                "include-bytes() needs syslog-ng 4.3 or newer; this is syslog-ng {}",
                crate::host::VERSION
            ),
        ));
    };
    lexer.open("include-bytes()")?;
    let include = one("include-bytes()", lexer, switch)?;
    // SAFETY: the value pairs are ours and being read.
    unsafe { set(pairs.as_ptr(), include.into()) };
    Ok(())
}

/// Reads how names that match `glob` are changed, up to and with the closing bracket of rekey().
fn transformations(
    pairs: &ValuePairs,
    glob: &CString,
    lexer: &mut Lexer<'_>,
) -> Result<(), ParseError> {
    // SAFETY: the text is compiled at once.
    let set = unsafe { ffi::value_pairs_transform_set_new(glob.as_ptr()) };
    let result = transformations_into(set, lexer);
    // Also what is not complete: so it is freed with the rest.
    // SAFETY: the value pairs are ours and being read; they take the set over.
    unsafe { ffi::value_pairs_add_transforms(pairs.as_ptr(), set) };
    result
}

fn transformations_into(
    set: *mut ffi::ValuePairsTransformSet,
    lexer: &mut Lexer<'_>,
) -> Result<(), ParseError> {
    while let Some(token) = next_of_list(lexer) {
        let Some(name) = known(&token, TRANSFORMATIONS) else {
            return Err(unknown(&token, "rekey()", TRANSFORMATIONS));
        };
        let shown = format!("{name}()");
        lexer.open(&shown)?;
        let made = match name {
            "shift" => {
                let amount = one(&shown, lexer, positive)?;
                // SAFETY: takes a number.
                unsafe { ffi::value_pairs_new_transform_shift(amount) }
            }
            "shift-levels" => {
                let amount = one(&shown, lexer, positive)?;
                // SAFETY: takes a number.
                unsafe { ffi::value_pairs_new_transform_shift_levels(amount) }
            }
            "add-prefix" => {
                let prefix = one(&shown, lexer, bytes)?;
                // SAFETY: the text is copied.
                unsafe { ffi::value_pairs_new_transform_add_prefix(prefix.as_ptr()) }
            }
            "replace" | "replace-prefix" => {
                let old = bytes(&shown, lexer.next_token())?;
                let new = one(&shown, lexer, bytes)?;
                // SAFETY: the texts are copied.
                unsafe { ffi::value_pairs_new_transform_replace_prefix(old.as_ptr(), new.as_ptr()) }
            }
            _ => {
                lexer.close(&shown)?;
                let new = match name {
                    "upper" => ffi::compat::NEW_TRANSFORM_UPPER,
                    _ => ffi::compat::NEW_TRANSFORM_LOWER,
                };
                let Some(new) = new else {
                    return Err(ParseError::at(
                        token.location,
                        format!(
                            "{shown} needs syslog-ng 4.2 or newer; this is syslog-ng {}",
                            crate::host::VERSION
                        ),
                    ));
                };
                // SAFETY: takes nothing.
                unsafe { new() }
            }
        };
        // SAFETY: the set is ours until it is added; it takes the transformation over.
        unsafe { ffi::value_pairs_transform_set_add_func(set, made) };
    }
    Ok(())
}
