// SPDX-License-Identifier: GPL-2.0-or-later

//! The signals that are the daemon's: Python code must not be able to take them.
//!
//! Python lets only the main thread set handlers, which runs user code only while a config is taken up
//! or let go. So it is enough to look at the handlers before and after.

use std::mem::MaybeUninit;
use std::ptr;

use pyo3::prelude::*;

/// What stops, reloads and interrupts the daemon.
const OURS: [(libc::c_int, &str); 3] = [
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGHUP, "SIGHUP"),
    (libc::SIGINT, "SIGINT"),
];

/// The handlers of these signals at some time.
pub(super) struct Handlers([Option<libc::sigaction>; OURS.len()]);

impl Handlers {
    /// What they are now.
    pub(super) fn now() -> Self {
        Handlers(OURS.map(|(signal, _)| handler(signal)))
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
                changed.push(name);
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
