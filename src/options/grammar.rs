// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that Python drivers share, as data.

use syslog_ng_plugin::{Argument, Lexer, OptionRule, ParseError, TokenKind};

use super::{Binding, Value};

const CLASS: OptionRule<Binding> = OptionRule {
    name: "class",
    argument: Argument::Text(|binding, value| binding.class = Some(value)),
};
const LOADERS: OptionRule<Binding> = OptionRule {
    name: "loaders",
    argument: Argument::Texts(|binding, value| binding.loaders = value),
};
/// The old name of loaders().
const IMPORTS: OptionRule<Binding> = OptionRule {
    name: "imports",
    argument: Argument::Texts(|binding, value| binding.loaders = value),
};
const OPTIONS: OptionRule<Binding> = OptionRule {
    name: "options",
    argument: Argument::Custom(read_options),
};

/// A destination's.
pub(crate) const DESTINATION: &[OptionRule<Binding>] = &[CLASS, LOADERS, IMPORTS, OPTIONS];

/// A parser's.
pub(crate) const PARSER: &[OptionRule<Binding>] = DESTINATION;

/// What python-http-header() has.
pub(crate) const HTTP_HEADER: &[OptionRule<Binding>] = &[
    CLASS,
    LOADERS,
    IMPORTS,
    OPTIONS,
    OptionRule {
        name: "mark-errors-as-critical",
        argument: Argument::Switch(|binding, value| binding.mark_errors_as_critical = value),
    },
];
/// How long a source waits before it is run again.
const TIME_REOPEN: OptionRule<Binding> = OptionRule {
    name: "time-reopen",
    argument: Argument::Positive(|binding, value| binding.time_reopen = Some(value)),
};

/// A fetcher's; its time-reopen() is the host's.
pub(crate) const FETCHER: &[OptionRule<Binding>] = &[CLASS, LOADERS, IMPORTS, OPTIONS];

/// A source's.
pub(crate) const SOURCE: &[OptionRule<Binding>] = &[CLASS, LOADERS, IMPORTS, OPTIONS, TIME_REOPEN];

/// Reads `"k" "v"`, `k => v` and the like up to the closing bracket. Commas are the lexer's
/// business: it ignores them.
fn read_options(binding: &mut Binding, lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Punctuation(b')') => return Ok(()),
            TokenKind::Word(name) | TokenKind::Quoted(name) | TokenKind::Plugin(name) => {
                let name = String::from_utf8(name).map_err(|_| {
                    ParseError::at(token.location, "a name in options() is not UTF-8")
                })?;
                let value = Value::read(&name, lexer)?;
                binding.set(&name, value);
            }
            other => {
                return Err(ParseError::at(
                    token.location,
                    format!(
                        "options() holds names and values: expected a name or ')', found {other}"
                    ),
                ));
            }
        }
    }
}
