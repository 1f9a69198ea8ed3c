// SPDX-License-Identifier: GPL-2.0-or-later

//! The signals that are the daemon's: Python code must not be able to take them.
//!
//! Python lets only the main thread set handlers, which runs user code only while a config is taken up
//! or let go. So it is enough to look at the handlers before and after.
//!
//! Meanwhile the main loop, which the daemon is stopped by, does not run. So what stops the daemon is noted as
//! soon as it comes, for the watchdog, and handed on to the daemon's own handler.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use pyo3::prelude::*;

/// What stops, reloads and interrupts the daemon.
const OURS: [(libc::c_int, &str); 3] = [
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGHUP, "SIGHUP"),
    (libc::SIGINT, "SIGINT"),
];

/// The daemon has been told to stop, while code of a configuration ran on the main thread.
static STOPPED: AtomicBool = AtomicBool::new(false);
/// The daemon's own handlers of what stops it.
static ON_TERM: AtomicUsize = AtomicUsize::new(0);
static ON_INT: AtomicUsize = AtomicUsize::new(0);

/// Whether the daemon has been told to stop while code of a configuration ran on the main thread.
pub(crate) fn was_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Where the daemon's own handler is kept, of what stops it.
fn own_handler(signal: libc::c_int) -> Option<&'static AtomicUsize> {
    match signal {
        libc::SIGTERM => Some(&ON_TERM),
        libc::SIGINT => Some(&ON_INT),
        _ => None,
    }
}

/// Notes the signal and hands it on. Does nothing that a signal handler must not do.
extern "C" fn note(signal: libc::c_int) {
    STOPPED.store(true, Ordering::Relaxed);
    let own = own_handler(signal).map_or(0, |own| own.load(Ordering::Acquire));
    if own != 0 {
        // SAFETY: a handler that takes a signal's number, as `Handlers::listen` has seen to; the daemon's
        // own live as long as it does.
        let own: extern "C" fn(libc::c_int) = unsafe { std::mem::transmute(own) };
        own(signal);
    }
}

fn note_address() -> usize {
    note as extern "C" fn(libc::c_int) as usize
}

/// The handlers of these signals at some time.
pub(super) struct Handlers([Option<libc::sigaction>; OURS.len()]);

impl Handlers {
    /// What they are now.
    pub(super) fn now() -> Self {
        Handlers(OURS.map(|(signal, _)| handler(signal)))
    }

    /// Has what stops the daemon noted, until they are put back.
    pub(super) fn listen(&self) {
        for ((signal, _), before) in OURS.into_iter().zip(&self.0) {
            let (Some(before), Some(own)) = (before, own_handler(signal)) else {
                continue;
            };
            let is_none = [libc::SIG_DFL, libc::SIG_IGN].contains(&before.sa_sigaction);
            let takes_more = before.sa_flags & libc::SA_SIGINFO != 0;
            // It may listen already: code of a configuration may have other code called.
            if is_none || takes_more || before.sa_sigaction == note_address() {
                continue;
            }
            own.store(before.sa_sigaction, Ordering::Release);
            let mut action = *before;
            action.sa_sigaction = note_address();
            // SAFETY: the action is as sigaction() gave it for this signal, with another handler that takes
            // the same.
            unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
        }
    }

    /// Puts back those that have changed since, and gives their names.
    pub(super) fn put_back(self) -> Vec<&'static str> {
        let mut changed = Vec::new();
        for ((signal, name), before) in OURS.into_iter().zip(self.0) {
            let (Some(before), Some(now)) = (before, handler(signal)) else {
                continue;
            };
            if now.sa_sigaction != before.sa_sigaction {
                // SAFETY: the action is as sigaction() gave it for this signal.
                unsafe { libc::sigaction(signal, &before, ptr::null_mut()) };
                if now.sa_sigaction != note_address() {
                    changed.push(name);
                }
            }
        }
        changed
    }
}

fn handler(signal: libc::c_int) -> Option<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: asks only, and fills the action when it gives 0.
    let result = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: filled, see above.
    (result == 0).then(|| unsafe { action.assume_init() })
}

/// Has Python import its signal module now and leave SIGINT alone. Otherwise the first import in user
/// code would make it raise KeyboardInterrupt when the daemon is interrupted.
pub(super) fn leave_interrupts_alone(py: Python<'_>) -> PyResult<()> {
    let signal = py.import("signal")?;
    let interrupt = signal.getattr("SIGINT")?;
    let handler = signal.call_method1("getsignal", (&interrupt,))?;
    if handler.is(&signal.getattr("default_int_handler")?) {
        signal.call_method1("signal", (&interrupt, signal.getattr("SIG_DFL")?))?;
    }
    Ok(())
}
