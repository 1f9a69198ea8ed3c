// SPDX-License-Identifier: GPL-2.0-or-later

//! The host's state of a thread, for threads that the host did not start.

use std::cell::Cell;

use crate::ffi;

thread_local! {
    static KIND: Cell<Kind> = const { Cell::new(Kind::Unknown) };
    /// What a thread of somebody else's has to take down when it ends.
    static STATE: Guest = Guest::start();
}

/// Whose thread it is. What is found out first counts: the host calls us on other threads too, in the
/// course of what they call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    /// The host calls us on it, so it made the thread's state itself.
    Host,
    Guest,
}

/// The host's state of a thread that the host did not start.
struct Guest;

impl Guest {
    fn start() -> Self {
        // SAFETY: once per thread (it is a thread-local's value), on a thread that has none: the
        // host's own never get here.
        unsafe { ffi::app_thread_start() };
        Guest
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // SAFETY: started in `start` on this thread, which is ending.
        unsafe { ffi::app_thread_stop() };
    }
}

/// Notes that the host is calling us on this thread.
pub(crate) fn note_host_thread() {
    // While the thread's values are being dropped there is nothing left to note.
    let _ = KIND.try_with(|kind| {
        if kind.get() == Kind::Unknown {
            kind.set(Kind::Host);
        }
    });
}

/// Whether the host started this thread, as far as it has been seen.
pub(crate) fn is_host_thread() -> bool {
    KIND.try_with(Cell::get) == Ok(Kind::Host)
}

/// Sees to it that this thread has the host's state.
pub(crate) fn ensure_host_state() {
    if !is_host_thread() {
        let _ = KIND.try_with(|kind| kind.set(Kind::Guest));
        let _ = STATE.try_with(|_| ());
    }
}

/// Runs `body`, which reads or writes values that a message carries, on any thread.
pub(super) fn with_host_state<T>(body: impl FnOnce() -> T) -> T {
    ensure_host_state();
    body()
}

/// Runs `body`, which expands macros or parses, on any thread. What the host allocates for it there
/// is given back: on its own threads too, because a source's may run for as long as the daemon does
/// before the host looks after it.
pub(super) fn with_scratch_buffers<T>(body: impl FnOnce() -> T) -> T {
    ensure_host_state();
    let mut marker = ffi::ScratchBuffersMarker::default();
    // SAFETY: the thread has the host's state by now.
    unsafe { ffi::scratch_buffers_mark(&mut marker) };
    let result = body();
    // SAFETY: marked above on this thread; `body` gave its borrow of them back.
    unsafe { ffi::scratch_buffers_reclaim_marked(marker) };
    result
}
