// SPDX-License-Identifier: GPL-2.0-or-later

//! Texts with values and macros in them.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::{Message, thread};
use crate::config::Config;
use crate::config::current::{self, Age, Current};
use crate::ffi;
use crate::options::TemplateSettings;
use crate::text::checked;

/// A text such as `$HOST: $(uppercase $MESSAGE)`, compiled.
///
/// May be kept, and used on any thread, beyond the configuration that it was compiled for: what
/// depends on that is compiled again for the one in use.
#[doc(alias = "LogTemplate")]
pub struct Template {
    text: CString,
    /// Template functions may refer to the configuration, run code of anybody's, and block.
    has_functions: bool,
    compiled: Mutex<(Compiled, Age)>,
}

/// Why a template does not work.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// The text is none; the host says why.
    #[error("{0}")]
    Text(String),
    /// No configuration is in use.
    #[error("there is no configuration to compile the template for")]
    NoConfiguration,
}

/// Which of the options' time zones counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeZone {
    /// `local-time-zone()`
    #[doc(alias = "LTZ_LOCAL")]
    Local,
    /// `send-time-zone()` and `time-zone()`
    #[default]
    #[doc(alias = "LTZ_SEND")]
    Send,
}

/// One reference to the host's template.
struct Compiled(NonNull<ffi::LogTemplate>);

// SAFETY: the reference count is atomic, and the host formats one template on many threads
// (lib/template/templates.c).
unsafe impl Send for Compiled {}

thread_local! {
    static COMPILES: Cell<bool> = const { Cell::new(false) };
}

/// A thread's turn to compile. That may load a module, which the host takes for a matter of its
/// main thread alone. A thread that compiles while it does, in what a function brings, needs no other.
struct Turn(Option<MutexGuard<'static, ()>>);

impl Turn {
    fn take() -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let compiles = COMPILES.try_with(|compiles| compiles.replace(true));
        Turn(
            (!compiles.unwrap_or(true))
                .then(|| ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)),
        )
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.0.is_some() {
            let _ = COMPILES.try_with(|compiles| compiles.set(false));
        }
    }
}

impl Compiled {
    fn new(text: &CStr, current: Current) -> Result<Self, TemplateError> {
        let _turn = Turn::take();
        // SAFETY: the configuration is live; a template needs no name.
        let raw = unsafe { ffi::log_template_new(current.raw.as_ptr(), ptr::null()) };
        // SAFETY: the host's allocator ends the process rather than to give NULL.
        let compiled = Compiled(unsafe { NonNull::new_unchecked(raw) });
        checked(|error| {
            // SAFETY: the template is ours; the text is NUL-terminated, and copied.
            unsafe { ffi::log_template_compile(raw, text.as_ptr(), error) }
        })
        .map_err(TemplateError::Text)?;
        Ok(compiled)
    }

    /// Another reference.
    fn retain(&self) -> Self {
        // SAFETY: ours is one.
        unsafe { ffi::log_template_ref(self.0.as_ptr()) };
        Compiled(self.0)
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { ffi::log_template_unref(self.0.as_ptr()) };
    }
}

impl Template {
    /// Compiles a template. Any thread; the module's own lock is not held.
    ///
    /// # Errors
    /// See [`TemplateError`].
    #[doc(alias = "log_template_compile")]
    pub fn new(text: CString) -> Result<Self, TemplateError> {
        let compiled = thread::with_scratch_buffers(|| compile(&text))?;
        Ok(Template {
            has_functions: text.to_bytes().windows(2).any(|pair| pair == b"$("),
            compiled: Mutex::new(compiled),
            text,
        })
    }

    /// What it was compiled from.
    pub fn text(&self) -> &CStr {
        &self.text
    }

    /// Whether formatting may block or run any code, so that it wants to be called without locks.
    pub fn may_block(&self) -> bool {
        self.has_functions
    }

    /// Hands the text that it makes of a message to `read`. `number` is what `$SEQNUM` gives,
    /// unless it is 0. Any thread; the module's own lock is not held if [`Self::may_block`].
    ///
    /// # Errors
    /// Only where it has functions: when it cannot be compiled for the configuration in use.
    #[doc(alias = "log_template_format")]
    pub fn format<T>(
        &self,
        message: &Message,
        options: &TemplateOptions,
        zone: TimeZone,
        number: i32,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, TemplateError> {
        thread::with_scratch_buffers(|| {
            if self.has_functions {
                return current::with(|current| {
                    let compiled = self.compiled_for(current)?;
                    Ok(compiled.format(message, options, zone, number, read))
                });
            }
            let compiled = self.compiled().0.retain();
            Ok(compiled.format(message, options, zone, number, read))
        })
    }

    /// Held for a moment only.
    fn compiled(&self) -> MutexGuard<'_, (Compiled, Age)> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compiled_for(&self, current: Option<Current>) -> Result<Compiled, TemplateError> {
        let current = current.ok_or(TemplateError::NoConfiguration)?;
        {
            let compiled = self.compiled();
            if compiled.1 == current.age && current.age != Age::BeingRead {
                return Ok(compiled.0.retain());
            }
        }
        let fresh = Compiled::new(&self.text, current)?;
        let result = fresh.retain();
        // The old one goes outside of the lock: a function's state may be anything.
        let old = std::mem::replace(&mut *self.compiled(), (fresh, current.age));
        drop(old);
        Ok(result)
    }
}

fn compile(text: &CStr) -> Result<(Compiled, Age), TemplateError> {
    current::with(|current| {
        let current = current.ok_or(TemplateError::NoConfiguration)?;
        Ok((Compiled::new(text, current)?, current.age))
    })
}

impl Compiled {
    fn format<T>(
        &self,
        message: &Message,
        options: &TemplateOptions,
        zone: TimeZone,
        number: i32,
        read: impl FnOnce(&[u8]) -> T,
    ) -> T {
        let mut evaluation = options.evaluation(zone, number);
        // SAFETY: this thread has the host's state; the caller reclaims the buffer.
        let text = unsafe { ffi::scratch_buffers_alloc() };
        // SAFETY: template, message and options are live; the message is only read
        // (lib/template/eval.c).
        unsafe {
            ffi::log_template_format(self.0.as_ptr(), message.raw.as_ptr(), &mut evaluation, text);
        }
        // SAFETY: a GString's text has its length.
        read(unsafe { std::slice::from_raw_parts((*text).str.cast(), (*text).len) })
    }
}

impl TimeZone {
    fn to_host(self) -> ffi::gint {
        match self {
            TimeZone::Local => ffi::LTZ_LOCAL as ffi::gint,
            TimeZone::Send => ffi::LTZ_SEND as ffi::gint,
        }
    }
}

/// How templates print times, and what becomes of errors in them.
#[doc(alias = "LogTemplateOptions")]
pub struct TemplateOptions(Box<ffi::LogTemplateOptions>);

// SAFETY: what it points at is its own.
unsafe impl Send for TemplateOptions {}
// SAFETY: the host shares options between its threads too; formatting reads them.
unsafe impl Sync for TemplateOptions {}

impl TemplateOptions {
    /// Those of the configuration in use; `None` if there is none. Any thread; the module's own
    /// lock is not held.
    #[doc(alias = "log_template_options_defaults")]
    pub fn of_the_configuration() -> Option<Self> {
        current::with(|current| {
            // SAFETY: all bytes zero are valid options, which the next call fills.
            let mut raw: Box<ffi::LogTemplateOptions> = Box::new(unsafe { std::mem::zeroed() });
            // SAFETY: the options are ours.
            unsafe { ffi::log_template_options_defaults(&mut *raw) };
            // SAFETY: as above; what is not set is copied from the configuration, which is live.
            unsafe { ffi::log_template_options_init(&mut *raw, current?.raw.as_ptr()) };
            Some(TemplateOptions(raw))
        })
    }

    /// Those of a driver; where `settings` say nothing, those of its configuration. Main thread;
    /// `config` has been read.
    pub(crate) fn of_a_driver(settings: &TemplateSettings, config: Config<'_>) -> Self {
        // SAFETY: all bytes zero are valid options, which the next calls fill.
        let mut raw: Box<ffi::LogTemplateOptions> = Box::new(unsafe { std::mem::zeroed() });
        ffi::compat::copy_template_escape(&settings.raw, &mut raw);
        // SAFETY: both are live; the texts are copied. The host's function does not take const
        // options, and does not change them (lib/template/templates.c).
        unsafe {
            ffi::log_template_options_clone((&raw const settings.raw).cast_mut(), &mut *raw);
        }
        // SAFETY: the options are ours, the configuration is live.
        unsafe { ffi::log_template_options_init(&mut *raw, config.as_ptr()) };
        TemplateOptions(raw)
    }

    /// For the host's functions that evaluate templates. Borrows from `self`.
    pub(crate) fn evaluation(&self, zone: TimeZone, number: i32) -> ffi::LogTemplateEvalOptions {
        // SAFETY: all bytes zero are valid options for an evaluation: numbers and pointers. Zero is
        // LM_VT_STRING too.
        let mut evaluation: ffi::LogTemplateEvalOptions = unsafe { std::mem::zeroed() };
        evaluation.opts = &*self.0;
        evaluation.tz = zone.to_host();
        evaluation.seq_num = number;
        evaluation
    }

    /// What becomes of a value that does not fit its type.
    pub fn on_error(&self) -> OnError {
        let flags = self.0.on_error as u32;
        OnError {
            drop_message: flags & ffi::ON_ERROR_DROP_MESSAGE != 0,
            fall_back_to_string: flags & ffi::ON_ERROR_FALLBACK_TO_STRING != 0,
            silently: flags & ffi::ON_ERROR_SILENT != 0,
        }
    }
}

/// What becomes of a value that does not fit its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "ON_ERROR_DROP_MESSAGE")]
pub struct OnError {
    /// The whole message goes; else the value only.
    pub drop_message: bool,
    /// The value comes as a text.
    pub fall_back_to_string: bool,
    /// Nothing is said of it.
    pub silently: bool,
}

impl Drop for TemplateOptions {
    fn drop(&mut self) {
        // SAFETY: what the functions above filled.
        unsafe { ffi::log_template_options_destroy(&mut *self.0) };
    }
}
