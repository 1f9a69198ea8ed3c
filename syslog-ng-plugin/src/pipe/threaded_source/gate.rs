// SPDX-License-Identifier: GPL-2.0-or-later

//! When messages may be posted: the phases of a source, and waiting for them to change.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Where a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nobody posts: it has not been prepared, or run() is over.
    Idle,
    /// It is going to run.
    Prepared,
    /// run() runs.
    Running,
    /// It is being told to end. Other threads post no more; the source's own, which may still learn of
    /// it in a better way, waits on.
    Ending,
    /// It has been told to end, and run() has not returned yet.
    Stopping,
}

impl Phase {
    fn from_number(number: u8) -> Self {
        let other = [
            Phase::Prepared,
            Phase::Running,
            Phase::Ending,
            Phase::Stopping,
        ];
        other
            .into_iter()
            .find(|phase| *phase as u8 == number)
            .unwrap_or(Phase::Idle)
    }
}

/// Where a source stands, and who waits for that to change or for its window to open.
pub(super) struct Gate {
    phase: AtomicU8,
    /// Held for moments only: the host has [`notify_one`](Self::notify_one) called under locks of its own.
    lock: Mutex<()>,
    changed: Condvar,
    waiters: AtomicUsize,
}

impl Gate {
    pub(super) fn new() -> Self {
        Gate {
            phase: AtomicU8::new(Phase::Idle as u8),
            lock: Mutex::default(),
            changed: Condvar::new(),
            waiters: AtomicUsize::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::from_number(self.phase.load(Ordering::Acquire))
    }

    /// Goes over to `next` where `may` says so of the phase that it is in, and wakes up who waits.
    pub(super) fn enter(&self, next: Phase, may: impl FnOnce(Phase) -> bool) {
        let _lock = self.lock();
        if may(self.phase()) {
            self.phase.store(next as u8, Ordering::Release);
        }
        self.changed.notify_all();
    }

    /// Has one of those who wait look again. That one hands on what it leaves.
    pub(super) fn notify_one(&self) {
        // With the lock, so that nobody is between having looked and waiting.
        let _lock = self.lock();
        self.changed.notify_one();
    }

    /// Whether anybody waits, as far as this thread can see.
    pub(super) fn has_waiters(&self) -> bool {
        self.waiters.load(Ordering::Relaxed) > 0
    }

    /// Runs `body` while nobody is between having looked and waiting.
    pub(super) fn locked<T>(&self, body: impl FnOnce() -> T) -> T {
        let _lock = self.lock();
        body()
    }

    /// Waits until `ready` gives something. It is called under the gate's lock, and takes no other.
    pub(super) fn wait<T>(&self, mut ready: impl FnMut() -> Option<T>) -> T {
        let mut lock = self.lock();
        loop {
            if let Some(result) = ready() {
                return result;
            }
            self.waiters.fetch_add(1, Ordering::Relaxed);
            lock = self
                .changed
                .wait(lock)
                .unwrap_or_else(PoisonError::into_inner);
            self.waiters.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
