// SPDX-License-Identifier: GPL-2.0-or-later

//! Takes tokens from the host's lexer. Main thread only, while a config is read.

use std::ffi::CStr;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Location, ParseError, Token, TokenKind, location};
use crate::ffi;
use crate::options::ConfigTemplate;
use crate::text::to_c;

/// The host's lexer for the length of one driver's options.
#[doc(alias = "CfgLexer")]
pub struct Lexer<'c> {
    raw: NonNull<ffi::CfgLexer>,
    /// Tells this lexer's places from those of others.
    number: u64,
    /// What the host calls the thing being read, for its error messages.
    what: &'static CStr,
    /// The newest token's place, for errors that have no better one.
    here: Location,
    /// How many tokens have been taken.
    taken: usize,
    lent: std::marker::PhantomData<&'c mut ffi::CfgLexer>,
}

/// A lexer context that the host looks plugin names up in, such as that of inner destination
/// plugins.
pub(crate) struct Context {
    pub(crate) number: u32,
    pub(crate) description: &'static CStr,
}

/// Which words the host's lexer turns into keywords in a context, before it looks into the contexts
/// around it.
enum Keywords {
    /// None of its own.
    None,
    /// Those of the host's main grammar: `yes`, `no`, the shared options.
    Main,
}

impl Drop for Lexer<'_> {
    fn drop(&mut self) {
        location::ends(self.number);
    }
}

impl Lexer<'_> {
    /// # Safety
    /// `raw` is the lexer that the host handed to a `CfgParser.parse`, and the borrow ends before
    /// that returns.
    pub(crate) unsafe fn borrow<'c>(raw: NonNull<ffi::CfgLexer>, what: &'static CStr) -> Lexer<'c> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let here = Location::nowhere(number);
        Lexer {
            raw,
            number,
            what,
            here,
            taken: 0,
            lent: std::marker::PhantomData,
        }
    }

    /// The next token. A mistake of the lexer itself (an unfinished string, say) comes as
    /// [`TokenKind::Other`].
    pub fn next_token(&mut self) -> Token {
        // SAFETY: all bytes zero is a valid CFG_STYPE: numbers, and a union of numbers and
        // pointers.
        let mut value: ffi::CFG_STYPE = unsafe { std::mem::zeroed() };
        let mut place = self.here.raw;
        // SAFETY: the lexer is live (see `borrow`); both results are ours.
        let code = unsafe { ffi::cfg_lexer_lex(self.raw.as_ptr(), &mut value, &mut place) };
        let location = Location {
            raw: place,
            lexer: self.number,
        };
        self.here = location;
        self.taken += 1;
        // The first one says what kind of thing is read, the second one is its name.
        if self.taken == 2 {
            // SAFETY: the lexer made the place just now.
            let source = unsafe { location::source_name(&location) };
            location::begins(&location, &source);
        }
        Token {
            kind: self.kind(code, &value),
            location,
        }
    }

    fn kind(&self, code: ffi::gint, value: &ffi::CFG_STYPE) -> TokenKind {
        match u32::try_from(code) {
            Ok(0) => TokenKind::End,
            Ok(code @ 1..=255) => TokenKind::Punctuation(code as u8),
            Ok(ffi::LL_IDENTIFIER) => TokenKind::Word(take_text(value)),
            Ok(ffi::LL_PLUGIN) => TokenKind::Plugin(take_text(value)),
            Ok(ffi::LL_STRING) => TokenKind::Quoted(take_text(value)),
            Ok(ffi::LL_BLOCK) => TokenKind::Block(take_text(value)),
            Ok(ffi::LL_ARROW) => TokenKind::Arrow,
            Ok(ffi::LL_NUMBER) => {
                // SAFETY: the lexer set `num` for this kind of token (lib/cfg-lex.l).
                let number = unsafe { value.__bindgen_anon_1.num };
                TokenKind::Integer(number, self.spelling())
            }
            Ok(ffi::LL_FLOAT) => {
                // SAFETY: the lexer set `fnum` for this kind of token (lib/cfg-lex.l).
                let number = unsafe { value.__bindgen_anon_1.fnum };
                TokenKind::Float(number, self.spelling())
            }
            _ => TokenKind::Other(code),
        }
    }

    /// How the newest token is spelt in the config.
    fn spelling(&self) -> String {
        // SAFETY: the lexer is live; `token_text` is a GString that it owns from cfg_lexer_new() on
        // (lib/cfg-lexer.c).
        let text = unsafe { (*(*self.raw.as_ptr()).token_text).str };
        // SAFETY: a GString is NUL-terminated.
        unsafe { crate::text::from_c(text) }.into_owned()
    }

    /// Where the newest token is.
    pub fn here(&self) -> Location {
        self.here
    }

    /// Takes the opening bracket that must follow `name`.
    pub fn open(&mut self, name: &str) -> Result<(), ParseError> {
        let token = self.next_token();
        match token.kind {
            TokenKind::Punctuation(b'(') => Ok(()),
            other => Err(ParseError::at(
                token.location,
                format!("{name} needs its value in brackets: expected '(', found {other}"),
            )),
        }
    }

    /// Takes the bracket that closes `name`.
    pub fn close(&mut self, name: &str) -> Result<(), ParseError> {
        let token = self.next_token();
        match token.kind {
            TokenKind::Punctuation(b')') => Ok(()),
            other => Err(ParseError::at(
                token.location,
                format!("expected ')' after the value of {name}, found {other}"),
            )),
        }
    }

    /// Whether `text` is a template, for a value that will be compiled later.
    ///
    /// # Errors
    /// What the host says is wrong with it.
    pub fn check_template(&self, text: &CStr) -> Result<(), String> {
        // A lexer says that a config is being read.
        ConfigTemplate::compile(text).map(drop)
    }

    /// The file, or the block, that `location` is in; an empty text for a place of another lexer.
    pub fn source_name(&self, location: &Location) -> String {
        if location.lexer != self.number {
            return String::new();
        }
        // SAFETY: this lexer made the place (checked above), and `self` says that the parse is
        // running.
        unsafe { location::source_name(location) }
    }

    /// Runs `body` with the host looking plugin names up in `context` too.
    ///
    /// To be called before the first token that may be such a name is taken.
    pub(crate) fn within<T>(&mut self, context: &Context, body: impl FnOnce(&mut Self) -> T) -> T {
        self.within_keywords(context, Keywords::None, body)
    }

    fn within_keywords<T>(
        &mut self,
        context: &Context,
        keywords: Keywords,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let number = context.number as ffi::gint;
        let keywords = match keywords {
            Keywords::None => ptr::null_mut(),
            // SAFETY: a static of the host; its table stays (lib/cfg-parser.c).
            Keywords::Main => unsafe { ffi::main_parser.keywords },
        };
        // SAFETY: the lexer is live; the description is NUL-terminated, and copied
        // (lib/cfg-lexer.c: cfg_lexer_push_context).
        unsafe {
            ffi::cfg_lexer_push_context(
                self.raw.as_ptr(),
                number,
                keywords,
                context.description.as_ptr(),
            );
        }
        let result = body(self);
        // SAFETY: the lexer is live and the context pushed above is the newest.
        unsafe { ffi::cfg_lexer_pop_context(self.raw.as_ptr()) };
        result
    }

    /// The text of the block that comes next: all between its braces. No token may have been looked
    /// at since.
    pub(crate) fn block(&mut self) -> Result<(Vec<u8>, Location), ParseError> {
        let context = Context {
            number: ffi::LL_CONTEXT_BLOCK_CONTENT,
            description: c"block content",
        };
        let token = self.within(&context, Self::next_token);
        match token.kind {
            TokenKind::Block(text) => Ok((text, token.location)),
            other => Err(ParseError::at(
                token.location,
                format!("expected a block in braces, found {other}"),
            )),
        }
    }

    /// Lets the host read the inner plugin `name`, whose name was the newest token, and gives what
    /// it made.
    pub(crate) fn inner_plugin(
        &mut self,
        context: &Context,
        name: &[u8],
        driver: *mut ffi::LogDriver,
    ) -> Result<NonNull<ffi::LogDriverPlugin>, ParseError> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let c_name = to_c(&shown);
        let here = self.here;
        // SAFETY: `configuration` is set while a config is read (lib/cfg.c: cfg_run_parser), and a
        // lexer says that it is.
        let config = unsafe { ffi::configuration };
        // SAFETY: config and name are live for the call.
        let plugin =
            unsafe { ffi::cfg_find_plugin(config, context.number as ffi::gint, c_name.as_ptr()) };
        if plugin.is_null() {
            return Err(ParseError::at(
                here,
                format!("there is no plugin {shown} that can stand here"),
            ));
        }
        let mut place = here.raw;
        // The driver's own keyword table ends the look-up of keywords; the plugin's grammar wants
        // the host's above it.
        let around = Context {
            number: 0,
            description: context.description,
        };
        let made = self.within_keywords(&around, Keywords::Main, |_| {
            // SAFETY: the plugin was found in this config; the place is ours; the driver is the one
            // being read.
            unsafe { ffi::cfg_parse_plugin(config, plugin, &mut place, driver.cast()) }
        });
        NonNull::new(made.cast()).ok_or(ParseError::Reported)
    }

    /// Tells the user why the text is refused.
    pub(crate) fn report(&self, error: &ParseError) {
        let ParseError::Syntax { message, location } = error else {
            return;
        };
        let message = to_c(message);
        // The host would follow the pointer of a place that is none, as that of a parse that failed
        // before its first token, or that of another lexer.
        if self.source_name(location).is_empty() {
            crate::log::event(crate::log::Level::Error, &message.to_string_lossy(), &[]);
            return;
        }
        // SAFETY: the lexer is live, the location came out of it, the texts are NUL-terminated.
        unsafe {
            ffi::compat::report_syntax_error(
                self.raw.as_ptr(),
                &location.raw,
                self.what.as_ptr(),
                message.as_ptr(),
            );
        }
    }
}

/// Takes the text that the lexer allocated for a token.
fn take_text(value: &ffi::CFG_STYPE) -> Vec<u8> {
    // SAFETY: the lexer set `cptr` for the kinds of tokens that this is called for (lib/cfg-lex.l).
    let text = unsafe { value.__bindgen_anon_1.cptr };
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: not NULL, and NUL-terminated: the lexer made it with strdup().
    let bytes = unsafe { std::ffi::CStr::from_ptr(text) }
        .to_bytes()
        .to_vec();
    // SAFETY: token texts come from malloc() and are the parser's to free (lib/cfg-lexer.c:
    // cfg_lexer_lex).
    unsafe { libc::free(text.cast()) };
    bytes
}
