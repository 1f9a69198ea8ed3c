// SPDX-License-Identifier: GPL-2.0-or-later

//! Templates in options, and the options that say how templates print times and what happens to
//! values that do not fit their type.

use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};

use super::table::{bytes, one};
use super::{Argument, OptionRule};
use crate::config::{Lexer, ParseError, Token, TokenKind};
use crate::ffi;
use crate::text::{checked, to_c};

/// A template that stands in a config, compiled.
#[doc(alias = "LogTemplate")]
pub(crate) struct ConfigTemplate {
    raw: NonNull<ffi::LogTemplate>,
}

// SAFETY: the reference count is atomic, and a compiled template is not changed any more
// (lib/template/templates.c).
unsafe impl Send for ConfigTemplate {}
// SAFETY: as for Send.
unsafe impl Sync for ConfigTemplate {}

impl Drop for ConfigTemplate {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { ffi::log_template_unref(self.raw.as_ptr()) };
    }
}

impl Clone for ConfigTemplate {
    fn clone(&self) -> Self {
        // SAFETY: ours; gives another reference.
        unsafe { ffi::log_template_ref(self.raw.as_ptr()) };
        ConfigTemplate { raw: self.raw }
    }
}

impl ConfigTemplate {
    /// For a function of the host that takes a reference of its own. Good while `self` is.
    pub(crate) fn as_ptr(&self) -> *mut ffi::LogTemplate {
        self.raw.as_ptr()
    }

    /// A reference for a function of the host that takes ours over.
    pub(crate) fn into_raw(self) -> *mut ffi::LogTemplate {
        let raw = self.raw.as_ptr();
        std::mem::forget(self);
        raw
    }

    /// An empty template of the config that is being read.
    fn new() -> Option<ConfigTemplate> {
        // SAFETY: `configuration` is set while a config is read (lib/cfg.c: cfg_run_parser), which
        // is when options are; a template needs no name.
        let raw = unsafe { ffi::log_template_new(ffi::configuration, ptr::null()) };
        NonNull::new(raw).map(|raw| ConfigTemplate { raw })
    }

    /// # Errors
    /// What is wrong with the text.
    pub(crate) fn compile(text: &CStr) -> Result<ConfigTemplate, String> {
        let template = ConfigTemplate::new().ok_or("there is no memory for a template")?;
        checked(|error| {
            // SAFETY: the template is ours and new, the text is NUL-terminated.
            unsafe { ffi::log_template_compile(template.as_ptr(), text.as_ptr(), error) }
        })?;
        Ok(template)
    }

    /// A text that is no template, with a type.
    fn literal(text: &CStr, kind: &CStr) -> Result<ConfigTemplate, String> {
        let template = ConfigTemplate::new().ok_or("there is no memory for a template")?;
        // SAFETY: as in `compile`.
        unsafe { ffi::log_template_compile_literal_string(template.as_ptr(), text.as_ptr()) };
        template.with_type(kind)
    }

    /// # Errors
    /// The type is none.
    fn with_type(self, kind: &CStr) -> Result<ConfigTemplate, String> {
        checked(|error| {
            // SAFETY: the template is ours, the text is NUL-terminated.
            unsafe { ffi::log_template_set_type_hint(self.as_ptr(), kind.as_ptr(), error) }
        })?;
        Ok(self)
    }

    /// The template of that name which the config defines, or else the text as a template.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(crate) fn named_or_inline(text: &CStr) -> Result<ConfigTemplate, String> {
        let mut raw = ptr::null_mut();
        checked(|error| {
            // SAFETY: `configuration` is set while a config is read; the text is NUL-terminated.
            // Gives a reference of ours.
            raw = unsafe {
                let tree = &raw mut (*ffi::configuration).tree;
                ffi::cfg_tree_check_inline_template(tree, text.as_ptr(), error)
            };
            (!raw.is_null()).into()
        })?;
        NonNull::new(raw)
            .map(|raw| ConfigTemplate { raw })
            .ok_or_else(String::new)
    }
}

/// Reads a template, up to and with the closing bracket of `option`: a text, a type around one, or
/// a number. `token` is its first token.
pub(super) fn content(
    option: &str,
    token: Token,
    lexer: &mut Lexer<'_>,
) -> Result<ConfigTemplate, ParseError> {
    let place = token.location;
    let refuse = |why: String| ParseError::at(place, format!("{option}: {why}"));
    let template = match token.kind {
        TokenKind::Integer(number, _) => {
            ConfigTemplate::literal(&to_c(&number.to_string()), c"int64").map_err(refuse)?
        }
        TokenKind::Float(_, spelling) => {
            ConfigTemplate::literal(&to_c(&spelling), c"float").map_err(refuse)?
        }
        TokenKind::Word(word) => {
            let word = CString::new(word).unwrap_or_default();
            let next = lexer.next_token();
            match next.kind {
                TokenKind::Punctuation(b')') => {
                    return ConfigTemplate::compile(&word).map_err(refuse);
                }
                TokenKind::Punctuation(b'(') => {
                    let text = typed_text(option, lexer)?;
                    ConfigTemplate::compile(&text)
                        .and_then(|template| template.with_type(&word))
                        .map_err(refuse)?
                }
                other => {
                    return Err(ParseError::at(
                        next.location,
                        format!("expected ')' after the value of {option}, found {other}"),
                    ));
                }
            }
        }
        _ => ConfigTemplate::compile(&bytes(option, token)?).map_err(refuse)?,
    };
    lexer.close(option)?;
    Ok(template)
}

/// What stands in the brackets of a type, up to and with the closing one.
fn typed_text(option: &str, lexer: &mut Lexer<'_>) -> Result<CString, ParseError> {
    one(option, lexer, |option, token| match token.kind {
        TokenKind::Integer(_, spelling) | TokenKind::Float(_, spelling) => Ok(to_c(&spelling)),
        _ => bytes(option, token),
    })
}

/// How templates print times, and what happens to values that do not fit their type: what a config
/// says of it.
#[doc(alias = "LogTemplateOptions")]
pub(crate) struct TemplateSettings {
    pub(crate) raw: ffi::LogTemplateOptions,
}

// SAFETY: numbers and texts of its own; changed through &mut only.
unsafe impl Send for TemplateSettings {}
// SAFETY: as for Send; the host takes them as const wherever it evaluates a template, and evaluates
// those of a driver on all its threads.
unsafe impl Sync for TemplateSettings {}

impl Default for TemplateSettings {
    fn default() -> Self {
        // SAFETY: all bytes zero are valid options: numbers and pointers.
        let mut raw: ffi::LogTemplateOptions = unsafe { std::mem::zeroed() };
        // SAFETY: sets every field that has another default than zero; it copies none.
        unsafe { ffi::log_template_options_defaults(&mut raw) };
        TemplateSettings { raw }
    }
}

impl Drop for TemplateSettings {
    fn drop(&mut self) {
        // SAFETY: frees the texts, which are ours.
        unsafe { ffi::log_template_options_destroy(&mut self.raw) };
    }
}

impl TemplateSettings {
    fn set_time_zone(&mut self, index: u32, zone: &CStr) {
        let slot = &mut self.raw.time_zone[index as usize];
        // SAFETY: NULL or a text of ours that g_strdup() made.
        unsafe { glib_sys::g_free((*slot).cast()) };
        // SAFETY: NUL-terminated.
        *slot = unsafe { glib_sys::g_strdup(zone.as_ptr()) };
    }
}

/// As in the host's rule template_option (lib/cfg-grammar.y).
pub(crate) const TEMPLATE: &[OptionRule<TemplateSettings>] = &[
    OptionRule {
        name: "ts-format",
        argument: Argument::Bytes(|options, format| {
            // SAFETY: NUL-terminated; the function compares it (lib/cfg.c), though it does not take
            // a const text.
            options.raw.ts_format = unsafe { ffi::cfg_ts_format_value(format.as_ptr().cast_mut()) };
        }),
    },
    OptionRule {
        name: "frac-digits",
        argument: Argument::NonNegative(|options, digits| options.raw.frac_digits = digits),
    },
    OptionRule {
        name: "time-zone",
        argument: Argument::Bytes(|options, zone| options.set_time_zone(ffi::LTZ_SEND, &zone)),
    },
    OptionRule {
        name: "send-time-zone",
        argument: Argument::Bytes(|options, zone| options.set_time_zone(ffi::LTZ_SEND, &zone)),
    },
    OptionRule {
        name: "local-time-zone",
        argument: Argument::Bytes(|options, zone| options.set_time_zone(ffi::LTZ_LOCAL, &zone)),
    },
    OptionRule {
        name: "template-escape",
        argument: match ffi::compat::SET_TEMPLATE_ESCAPE {
            Some(_) => Argument::Switch(|options, escape| {
                if let Some(set) = ffi::compat::SET_TEMPLATE_ESCAPE {
                    set(&mut options.raw, escape);
                }
            }),
            None => Argument::NeedsHost("syslog-ng 4.5 or newer"),
        },
    },
    OptionRule {
        name: "on-error",
        argument: Argument::Checked(|options, name| {
            let mut on_error = 0;
            // SAFETY: NUL-terminated; the result is ours.
            if unsafe { ffi::log_template_on_error_parse(name.as_ptr(), &mut on_error) } == 0 {
                return Err(format!(
                    "on-error() knows drop-message, drop-property, fallback-to-string and the same \
                     with silently- in front, not {:?}",
                    name.to_string_lossy()
                ));
            }
            // SAFETY: the options are ours.
            unsafe { ffi::log_template_options_set_on_error(&mut options.raw, on_error) };
            Ok(())
        }),
    },
];
