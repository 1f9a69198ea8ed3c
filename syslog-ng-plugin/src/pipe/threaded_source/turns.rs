// SPDX-License-Identifier: GPL-2.0-or-later

//! Who may post, and when: one thread at a time, with the window open, while run() runs.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::PostError;
use super::gate::{Gate, Phase};
use crate::ffi;
use crate::message::{ensure_host_state, is_host_thread};

/// A number that no other living thread has, and that is not 0.
fn this_thread() -> usize {
    thread_local! {
        static PLACE: u8 = const { 0 };
    }
    // A thread-local without a destructor is there as long as its thread.
    PLACE.with(|place| ptr::from_ref(place).addr())
}

/// Has what this thread posted go on, if the host gathers what it posts.
pub(super) fn close_batch_of_this_thread() {
    if is_host_thread() {
        // SAFETY: a thread of the host's; the list is this thread's own (lib/mainloop-worker.c).
        unsafe { ffi::main_loop_worker_invoke_batch_callbacks() };
    }
}

/// The turns that threads take in posting for a source.
pub(super) struct Turns {
    /// The host's main thread, as [`this_thread`] names it.
    main: usize,
    /// The thread that is in run(), likewise; 0 for none.
    thread: AtomicUsize,
    /// The worker of the source that is in run(). Set to NULL with the turn and under the gate's lock.
    worker: AtomicPtr<ffi::LogThreadedSourceWorker>,
    gate: Gate,
    /// Held while a message is posted, without the module's own lock. Nobody waits for the window with
    /// it: who is told to end may be waited for by who is not.
    turn: Mutex<()>,
    /// Whether other threads than the source's have posted.
    guests: AtomicBool,
}

/// The right to post the next message: the window is open, and nobody else posts.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    /// Live as long as this.
    pub(super) worker: *mut ffi::LogThreadedSourceWorker,
    _held: MutexGuard<'t, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.turns.gate.has_waiters() && self.is_open() {
            self.turns.gate.notify_one();
        }
    }
}

impl Turn<'_> {
    /// Whether the window is still open, for the next message.
    pub(super) fn is_open(&self) -> bool {
        self.turns.is_open()
    }
}

impl Turns {
    /// To be called on the main thread.
    pub(super) fn new() -> Self {
        Turns {
            main: this_thread(),
            thread: AtomicUsize::default(),
            worker: AtomicPtr::default(),
            gate: Gate::new(),
            turn: Mutex::default(),
            guests: AtomicBool::default(),
        }
    }

    /// The source is being prepared: who posts now waits until it runs.
    pub(super) fn prepare(&self) {
        self.guests.store(false, Ordering::Relaxed);
        self.gate.enter(Phase::Prepared, |_| true);
    }

    /// The source does not run any more, or will not run: who waits is told.
    pub(super) fn end(&self) {
        self.gate.enter(Phase::Idle, |_| true);
    }

    /// Tells the source to end by `tell`. Other threads that wait for its window are told before, so
    /// that `tell` may wait for them; the source's own when that is done.
    pub(super) fn stop(&self, tell: impl FnOnce()) {
        /// Ends it also when `tell` panics.
        struct Told<'g>(&'g Gate);
        impl Drop for Told<'_> {
            fn drop(&mut self) {
                self.0.enter(Phase::Stopping, |phase| phase != Phase::Idle);
            }
        }
        self.gate.enter(Phase::Ending, |phase| phase != Phase::Idle);
        let _told = Told(&self.gate);
        tell();
    }

    /// The window has opened.
    pub(super) fn wake_up(&self) {
        self.gate.notify_one();
    }

    /// Lets messages be posted while `body` runs, and not after that.
    ///
    /// # Safety
    /// This is the source's thread, and `worker` lives until this returns.
    pub(super) unsafe fn within(
        &self,
        worker: *mut ffi::LogThreadedSourceWorker,
        body: impl FnOnce(),
    ) {
        /// Ends it also when `body` panics.
        struct Within<'t>(&'t Turns);
        impl Drop for Within<'_> {
            fn drop(&mut self) {
                let turns = self.0;
                turns.end();
                turns.thread.store(0, Ordering::Relaxed);
                // Behind the message that somebody is posting, and not while somebody looks at it.
                let _turn = turns.lock_turn();
                let forget = || turns.worker.store(ptr::null_mut(), Ordering::Relaxed);
                turns.gate.locked(forget);
            }
        }
        self.worker.store(worker, Ordering::Relaxed);
        self.thread.store(this_thread(), Ordering::Relaxed);
        self.gate
            .enter(Phase::Running, |phase| phase == Phase::Prepared);
        let _within = Within(self);
        body();
    }

    fn lock_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the thread that is in run().
    pub(super) fn are_this_thread_s(&self) -> bool {
        // Written by the thread that it is about; another one reads that it is not it, whatever the
        // order.
        self.thread.load(Ordering::Relaxed) == this_thread()
    }

    /// Whether this is the host's main thread.
    pub(super) fn is_main_thread(&self) -> bool {
        self.main == this_thread()
    }

    /// Whether run() runs, and has not been told to end.
    pub(super) fn is_running(&self) -> bool {
        self.gate.phase() == Phase::Running
    }

    /// Whether the window is open; `None` where run() does not run or is told to end. Any thread.
    pub(super) fn is_window_open(&self) -> Option<bool> {
        let look = || self.is_running().then(|| self.is_open());
        if self.are_this_thread_s() {
            look()
        } else {
            self.gate.locked(look)
        }
    }

    /// Whether the window is open. For who has the turn or the gate's lock, and the source's own thread
    /// in run().
    fn is_open(&self) -> bool {
        let worker = self.worker.load(Ordering::Relaxed);
        // SAFETY: if not NULL it is live until run() ends on the source's own thread, which takes the
        // turn and the gate's lock before it sets it to NULL.
        !worker.is_null() && unsafe { ffi::compat::source_is_open(worker) }
    }

    /// On the source's own thread, waits until a message can be posted or the source has been told to
    /// end. Elsewhere it does not wait.
    pub(super) fn wait_behind(&self, before: impl FnOnce()) {
        if !self.are_this_thread_s() {
            return;
        }
        let go_on = || self.is_open() || self.gate.phase() == Phase::Stopping;
        if !go_on() {
            close_batch_of_this_thread();
            before();
            self.gate.wait(|| go_on().then_some(()));
            // Who opened the window woke one of those who wait.
            self.gate.notify_one();
        }
    }

    /// Takes the turn when the window is open. The source's own thread does not wait for that without
    /// `wait`, unless other threads post too: they may have closed it unseen.
    ///
    /// # Errors
    /// Nobody may post, or not this thread.
    pub(super) fn take(&self, wait: bool) -> Result<Turn<'_>, PostError> {
        let guest = !self.are_this_thread_s();
        if guest {
            if self.is_main_thread() {
                return Err(PostError::MainThread);
            }
            ensure_host_state();
            self.guests.store(true, Ordering::Relaxed);
        }
        loop {
            let held = self.lock_turn();
            match self.may_post(guest, wait) {
                Some(Ok(())) => {
                    return Ok(Turn {
                        turns: self,
                        worker: self.worker.load(Ordering::Relaxed),
                        _held: held,
                    });
                }
                Some(Err(error)) => return Err(error),
                None => drop(held),
            }
            // Others may have closed the window behind what this thread gathers. What waits in an open
            // batch would never make room in it.
            close_batch_of_this_thread();
            // Somebody else may be faster, and close it again.
            self.gate.wait(|| self.may_post(guest, wait)).ok();
        }
    }

    /// Whether a message can be posted now; `None` if that is worth waiting for. For who has the turn
    /// or the gate's lock.
    fn may_post(&self, guest: bool, wait: bool) -> Option<Result<(), PostError>> {
        match self.gate.phase() {
            Phase::Idle => Some(Err(PostError::Stopping)),
            Phase::Prepared => None,
            Phase::Ending | Phase::Stopping if guest => Some(Err(PostError::Stopping)),
            // The host ends the process when a message is posted into a closed window, also at a stop.
            _ if self.is_open() => Some(Ok(())),
            Phase::Stopping => Some(Err(PostError::Stopping)),
            _ if wait || guest || self.guests.load(Ordering::Relaxed) => None,
            _ => Some(Err(PostError::Closed)),
        }
    }
}
