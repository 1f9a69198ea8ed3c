// SPDX-License-Identifier: GPL-2.0-or-later

//! The end of the process.
//!
//! Python is not finalized: threads of user code may run until the very end. But the host frees its
//! registries before that, and a thread that reads a message then would crash the process. So the GIL
//! is taken for good when the host begins to.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pyo3::Python;

/// How long code that holds the GIL may keep the process from ending.
const PATIENCE: Duration = Duration::from_secs(1);

/// Stops all Python code. Called on the main thread when the configuration is gone.
pub(super) fn freeze() {
    let (sender, receiver) = mpsc::channel();
    // A thread of its own, so that this one need not wait longer than it wants to.
    let holder = thread::Builder::new()
        .name("python-exit".to_owned())
        .spawn(move || {
            Python::attach(|_| {
                let _ = sender.send(());
                loop {
                    thread::park();
                }
            })
        });
    if holder.is_ok() {
        // Without an answer in time the process ends all the same.
        let _ = receiver.recv_timeout(PATIENCE);
    }
}
