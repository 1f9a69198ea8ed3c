// SPDX-License-Identifier: GPL-2.0-or-later

//! Functions in templates, as in `$(name one two)`: the host's `LogTemplateFunction`.

use std::ffi::c_char;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::config::Config;
use crate::ffi;
use crate::message::{MessageRef, ValueType};
use crate::pipe::guard;
use crate::text::to_c;

/// What stands in the place of a function that failed.
const FAILED: &[u8] = b"<error>";

/// A function in templates.
///
/// The host makes one for each place in a template that calls it.
#[doc(alias = "LogTemplateFunction")]
pub trait TemplateFunction: Sized + Send + Sync + 'static {
    /// Makes it when a template is compiled. `arguments` are the texts behind the function's name,
    /// templates each. Main thread while a config is read, later any thread.
    ///
    /// # Errors
    /// A sentence says that the template is none.
    fn prepare(config: Config<'_>, arguments: &[&[u8]]) -> Result<Self, String>;

    /// Computes the function's value. `arguments` are what templates make of the message. Runs on
    /// whichever thread formats the template, on several at the same time. The message may be changed
    /// by the host once this has returned, even if it is kept.
    fn call(&self, message: MessageRef<'_>, arguments: &[&[u8]], result: FunctionResult<'_>);
}

/// Where a function's value goes. Without one it is `<error>`.
pub struct FunctionResult<'r> {
    text: NonNull<glib_sys::GString>,
    kind: NonNull<ffi::LogMessageValueType>,
    written: &'r mut bool,
    lent: PhantomData<&'r mut glib_sys::GString>,
}

impl FunctionResult<'_> {
    /// Gives the value.
    pub fn set(self, kind: ValueType, bytes: &[u8]) {
        // SAFETY: the caller's string (see `call`), which takes as many bytes as it is told.
        unsafe { append(self.text, bytes) };
        // SAFETY: the caller's variable.
        unsafe { *self.kind.as_ptr() = kind.to_host() };
        *self.written = true;
    }
}

/// # Safety
/// `text` is live, and the caller's alone.
unsafe fn append(text: NonNull<glib_sys::GString>, bytes: &[u8]) {
    // A slice of Rust's is never longer than that.
    let length = isize::try_from(bytes.len()).unwrap_or(isize::MAX);
    // SAFETY: the caller's word; the bytes are copied up to their length.
    unsafe {
        glib_sys::g_string_append_len(text.as_ptr(), bytes.as_ptr().cast::<c_char>(), length)
    };
}

/// The memory that the host gives to each place that calls the function; all zero before `prepare`.
#[repr(C)]
struct State<F> {
    /// The arguments' templates.
    host: ffi::TFSimpleFuncState,
    /// NULL, or from a box.
    function: *mut F,
}
const _: () = assert!(std::mem::offset_of!(State<u8>, host) == 0);

/// As many arguments as need no memory of their own.
const FEW: usize = 4;

/// The host's description of a function; it only reads it.
struct Description<F>(PhantomData<F>);

impl<F: TemplateFunction> Description<F> {
    const RAW: &'static ffi::LogTemplateFunction = &ffi::LogTemplateFunction {
        size_of_state: size_of::<State<F>>() as ffi::gint,
        prepare: Some(prepare::<F>),
        eval: Some(ffi::tf_simple_func_eval),
        call: Some(call::<F>),
        free_state: Some(free_state::<F>),
        free_fn: None,
        arg: ptr::null_mut(),
    };
}

/// # Safety
/// The host calls this as `Plugin.construct`.
pub(crate) unsafe extern "C" fn construct<F: TemplateFunction>(
    _plugin: *mut ffi::Plugin,
) -> glib_sys::gpointer {
    ptr::from_ref(Description::<F>::RAW).cast_mut().cast()
}

/// # Safety
/// The host calls this with a live template and `count` arguments, of which the first is the function's
/// name; `state` is zeroed memory of the size that it was told.
unsafe extern "C" fn prepare<F: TemplateFunction>(
    function: *mut ffi::LogTemplateFunction,
    state: glib_sys::gpointer,
    template: *mut ffi::LogTemplate,
    count: ffi::gint,
    arguments: *mut *mut c_char,
    error: *mut *mut glib_sys::GError,
) -> glib_sys::gboolean {
    let panicked = || Err("the function is not to be had".to_owned());
    let prepared = guard("template_function.prepare", panicked(), || {
        // SAFETY: see the function; a template belongs to a configuration that outlives it.
        let config = NonNull::new(unsafe { (*template).cfg })
            .ok_or("the template belongs to no configuration")?;
        // SAFETY: as above.
        let config = unsafe { Config::borrow(config) };
        let texts: Vec<&[u8]> = (1..usize::try_from(count).unwrap_or(0))
            // SAFETY: see the function; the texts are NUL-terminated.
            .map(|index| unsafe { std::ffi::CStr::from_ptr(*arguments.add(index)) }.to_bytes())
            .collect();
        let made = F::prepare(config, &texts)?;
        // SAFETY: see the function.
        unsafe { (*state.cast::<State<F>>()).function = Box::into_raw(Box::new(made)) };
        Ok(())
    });
    if let Err(why) = prepared {
        let why = to_c(&why);
        let code = ffi::LOG_TEMPLATE_ERROR_COMPILE as ffi::gint;
        // SAFETY: the host's variable, or NULL; the text is copied.
        unsafe {
            let domain = ffi::log_template_error_quark();
            glib_sys::g_set_error_literal(error, domain, code, why.as_ptr());
        }
        return 0;
    }
    // SAFETY: the host's own method, for a state that begins with its own; compiles the arguments.
    unsafe { ffi::tf_simple_func_prepare(function, state, template, count, arguments, error) }
}

/// # Safety
/// The host calls this on any thread that formats a template, after `prepare` and with arguments that
/// were evaluated for that state.
unsafe extern "C" fn call<F: TemplateFunction>(
    _function: *mut ffi::LogTemplateFunction,
    state: glib_sys::gpointer,
    arguments: *const ffi::LogTemplateInvokeArgs,
    result: *mut glib_sys::GString,
    kind: *mut ffi::LogMessageValueType,
) {
    // SAFETY: see the function; the host has variables for both.
    let (text, kind) = unsafe { (NonNull::new_unchecked(result), NonNull::new_unchecked(kind)) };
    // SAFETY: as above. The host ends the process where no type is set.
    unsafe { *kind.as_ptr() = ValueType::String.to_host() };
    // SAFETY: as above.
    let before = unsafe { (*result).len };
    let mut written = false;
    guard("template_function.call", (), || {
        // SAFETY: see the function.
        let (state, arguments) = unsafe { (&*state.cast::<State<F>>(), &*arguments) };
        // SAFETY: made in `prepare`, and live until `free_state`.
        let Some(function) = (unsafe { state.function.as_ref() }) else {
            return;
        };
        let last = usize::try_from(arguments.num_messages - 1).unwrap_or(0);
        // SAFETY: there is at least one message; the one that the function is for is the last.
        let Some(message) = NonNull::new(unsafe { *arguments.messages.add(last) }) else {
            return;
        };
        // SAFETY: the caller holds the message for the length of this call.
        let message = unsafe { MessageRef::borrow(message) };
        let count = usize::try_from(state.host.argc).unwrap_or(0);
        let texts = arguments.argv[..count].iter().map(|argument| {
            // SAFETY: as many strings as the state has templates were filled (lib/template/
            // simple-function.c: tf_simple_func_eval), and nobody changes them during this call.
            let argument = unsafe { &**argument };
            // SAFETY: as above; a GString has its bytes and how many there are.
            unsafe { std::slice::from_raw_parts(argument.str.cast::<u8>(), argument.len) }
        });
        let result = FunctionResult {
            text,
            kind,
            written: &mut written,
            lent: PhantomData,
        };
        // On the stack, where they are as few as they mostly are.
        let mut few: [&[u8]; FEW] = [b""; FEW];
        if count <= FEW {
            few.iter_mut()
                .zip(texts)
                .for_each(|(few, text)| *few = text);
            function.call(message, &few[..count], result);
        } else {
            function.call(message, &texts.collect::<Vec<_>>(), result);
        }
    });
    if !written {
        // SAFETY: the caller's string; whatever a panic left behind what was there goes.
        unsafe {
            glib_sys::g_string_truncate(result, before);
            append(text, FAILED);
        }
    }
}

/// # Safety
/// The host calls this once for each state that `prepare` was called for, whatever that gave; it frees
/// the memory itself.
unsafe extern "C" fn free_state<F: TemplateFunction>(state: glib_sys::gpointer) {
    guard("template_function.free_state", (), || {
        // SAFETY: see the function.
        let function = unsafe { (*state.cast::<State<F>>()).function };
        if !function.is_null() {
            // SAFETY: from a box, and not used again.
            drop(unsafe { Box::from_raw(function) });
        }
    });
    // SAFETY: the host's own method, for a state that begins with its own, or that is zero.
    unsafe { ffi::tf_simple_func_free_state(state) };
}
