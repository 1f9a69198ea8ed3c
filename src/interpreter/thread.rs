// SPDX-License-Identifier: GPL-2.0-or-later

//! Attaching to the interpreter.
//!
//! Making a thread's state costs fifty times what a call of a small Python function does, and
//! without further ado CPython makes it anew for each call that comes from outside. So a thread of
//! the host that runs Python keeps one state for its life.

use std::cell::RefCell;

use pyo3::{Python, ffi};
use syslog_ng_plugin::log::{self, Level};

use super::host_threads;
use super::signals::Handlers;
use crate::watchdog::WATCHDOG;

thread_local! {
    static KEPT: RefCell<Option<KeptState>> = const { RefCell::new(None) };
}

/// This thread's state, kept while this lives. Made and dropped on the same thread: it never leaves
/// the thread-local.
struct KeptState {
    ensured: ffi::PyGILState_STATE,
    state: *mut ffi::PyThreadState,
}

impl KeptState {
    fn keep() -> Self {
        // SAFETY: the interpreter runs until the process ends: the module starts it and nothing
        // finalizes it.
        let ensured = unsafe { ffi::PyGILState_Ensure() };
        // SAFETY: this thread is attached since the line above.
        let state = unsafe { ffi::PyEval_SaveThread() };
        host_threads::add(false);
        KeptState { ensured, state }
    }
}

impl Drop for KeptState {
    fn drop(&mut self) {
        // First: the next line may have to wait.
        host_threads::remove();
        // SAFETY: `state` is this thread's, saved in `keep`; every attach since has been undone.
        unsafe { ffi::PyEval_RestoreThread(self.state) };
        // SAFETY: undoes the Ensure of `keep`, on the same thread, which is attached again.
        unsafe { ffi::PyGILState_Release(self.ensured) };
    }
}

/// Keeps this thread's Python state until [`let_go_of_thread_state`], or until the thread ends.
pub(crate) fn keep_thread_state() {
    KEPT.with(|kept| {
        kept.borrow_mut().get_or_insert_with(KeptState::keep);
    });
}

/// Ends what [`keep_thread_state`] began. The thread must not be attached.
pub(crate) fn let_go_of_thread_state() {
    let kept = KEPT.with(|kept| kept.borrow_mut().take());
    drop(kept);
}

/// Runs `body` with Python, as [`attach`] does, on a thread that may come again: a state that has to be
/// made for it is kept until the thread ends. That is the host's business: the threads of its pools
/// come and go unasked.
pub(crate) fn attach_and_keep<T>(body: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    // While a thread ends it may have neither any more; it attaches all the same.
    let _ = KEPT.try_with(|kept| {
        if let Ok(mut kept) = kept.try_borrow_mut() {
            // The main thread, and those that Python code has started, have states of their own, which
            // go before the thread's values do.
            // SAFETY: may be called at any time once Python runs.
            if kept.is_none() && unsafe { ffi::PyGILState_GetThisThreadState() }.is_null() {
                *kept = Some(KeptState::keep());
            }
        }
    });
    attach(body)
}

/// Whether this thread holds the GIL.
pub(super) fn is_attached() -> bool {
    // SAFETY: may be called at any time once Python runs.
    unsafe { ffi::PyGILState_Check() != 0 }
}

/// Runs `body` with Python. Blocks until the GIL is free, so the caller holds no lock that a thread
/// with the GIL may wait for.
pub(crate) fn attach<T>(body: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    Python::attach(body)
}

/// The same for code that a config brings, on the main thread: it runs while the config is read, taken
/// up or let go. What it does to the daemon's signals is undone.
pub(crate) fn attach_for_config<T>(body: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    let handlers = Handlers::now();
    handlers.listen();
    let result = WATCHDOG.around_config_code(|| attach(body));
    for signal in handlers.put_back() {
        log::event(
            Level::Warning,
            "python: the configuration's code set a handler for a signal that is the daemon's, and \
             it was put back",
            &[("signal", signal)],
        );
    }
    result
}
