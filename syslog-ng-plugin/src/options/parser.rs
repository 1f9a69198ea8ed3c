// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that every parser has.

use super::template::ConfigTemplate;
use super::{Argument, OptionRule};
use crate::ffi;
use crate::ffi::compat;

/// What a config says about the host's side of a parser.
#[derive(Default)]
pub(crate) struct ParserSettings {
    template: Option<ConfigTemplate>,
    internal: Option<bool>,
}

/// As in the host's rule parser_opt (lib/cfg-grammar.y).
pub(crate) const PARSER: &[OptionRule<ParserSettings>] = &[
    OptionRule {
        name: "template",
        argument: Argument::Checked(|settings, text| {
            let template = ConfigTemplate::named_or_inline(&text);
            settings.template = Some(template.map_err(|why| format!("template(): {why}"))?);
            Ok(())
        }),
    },
    OptionRule {
        name: "internal",
        argument: match compat::SET_INTERNAL {
            Some(_) => Argument::Switch(|settings, value| settings.internal = Some(value)),
            None => Argument::NeedsHost("syslog-ng 4.2 or newer"),
        },
    },
];

impl ParserSettings {
    /// # Safety
    /// `parser` is a parser that is being read or cloned.
    pub(crate) unsafe fn apply(&self, parser: *mut ffi::LogParser) {
        if let Some(template) = self.template.clone() {
            // SAFETY: the caller's word; the parser takes the reference over
            // (lib/parser/parser-expr.c).
            unsafe { ffi::log_parser_set_template(parser, template.into_raw()) };
        }
        if let (Some(internal), Some(set)) = (self.internal, compat::SET_INTERNAL) {
            // SAFETY: the caller's word; a parser is a pipe.
            unsafe { set(parser.cast(), internal.into()) };
        }
    }
}
