// SPDX-License-Identifier: GPL-2.0-or-later

//! A block at the top level of a config, such as `python { … };`.

use std::ffi::CStr;
use std::ptr::NonNull;

use super::guard;
use crate::config::{Config, Lexer, ParseError};
use crate::ffi;

/// A block at the top level of a config.
pub trait RootBlock: 'static {
    /// What the block is, for the host's error messages: "Error parsing (this), …".
    const WHAT: &'static CStr;

    /// Takes a block's text: bytes without the braces. Called on the main thread while the config
    /// is read, so the config may still be refused; the old one runs on meanwhile.
    ///
    /// `source` is the file (or the host's name for the block) that the text is in, `line` the line
    /// that it begins on.
    ///
    /// # Errors
    /// Refuses the config; the host shows the sentence with the place.
    fn evaluate(
        config: Config<'_>,
        source: &str,
        line: usize,
        text: &[u8],
    ) -> Result<(), BlockError>;
}

/// Why a block is refused.
#[derive(Debug)]
pub struct BlockError {
    /// A sentence.
    pub message: String,
    /// The line of the source that is to blame, if it is known; else the block as a whole is.
    pub line: Option<usize>,
}

/// # Safety
/// The host calls this as `CfgParser.parse`: the lexer is live, and `instance` takes the result.
pub(crate) unsafe extern "C" fn parse<B: RootBlock>(
    lexer: *mut ffi::CfgLexer,
    instance: *mut glib_sys::gpointer,
    _argument: glib_sys::gpointer,
) -> ffi::gint {
    guard("root_block.parse", 1, || {
        let Some(raw) = NonNull::new(lexer) else {
            return 1;
        };
        // SAFETY: the host's lexer, for the length of this call.
        let mut lexer = unsafe { Lexer::borrow(raw, B::WHAT) };
        match read::<B>(&mut lexer) {
            Ok(()) => {
                // The host wants something that is not NULL and does nothing with it
                // (lib/cfg-grammar.y: LL_CONTEXT_ROOT).
                // SAFETY: `instance` is the host's variable for the result.
                unsafe { *instance = std::ptr::without_provenance_mut(1) };
                0
            }
            Err(error) => {
                lexer.report(&error);
                1
            }
        }
    })
}

fn read<B: RootBlock>(lexer: &mut Lexer<'_>) -> Result<(), ParseError> {
    // The host puts the kind of plugin and its name in front of the block.
    lexer.next_token();
    let name = lexer.next_token();
    let (text, end) = lexer.block()?;
    // The token's place is that of its last piece; what it says of the first line is where the
    // block began.
    let line = end.line();
    // SAFETY: `configuration` is set while a config is read (lib/cfg.c: cfg_run_parser), which is
    // now.
    let config = unsafe { ffi::configuration };
    let Some(config) = NonNull::new(config) else {
        return Err(ParseError::at(
            name.location,
            "the host is not reading a configuration",
        ));
    };
    // SAFETY: it lives at least until its parse ends.
    let config = unsafe { Config::borrow(config) };
    let source = lexer.source_name(&end);
    B::evaluate(config, &source, line, &text).map_err(|error| {
        let place = error.line.map_or(end, |line| end.on_line(line));
        ParseError::at(place, error.message)
    })
}
