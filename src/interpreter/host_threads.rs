// SPDX-License-Identifier: GPL-2.0-or-later

//! The threads on which the host calls Python code: whose they are, whether they do anything, and
//! interrupting them.
//!
//! A thread is noted once, when its Python state is made, and the main thread when Python is started. So
//! messages cost nothing of it.

use std::ffi::c_long;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use crate::object::Place;

/// A thread of the host.
pub(crate) struct HostThread {
    /// What Python knows it by.
    id: libc::pthread_t,
    clock: Option<libc::clockid_t>,
    is_main: bool,
    /// Whose it is, where it belongs to one driver.
    driver: OnceLock<Place>,
    /// SystemExit was raised in it.
    interrupted: AtomicBool,
}

/// Whether that has been done to one of them: nearly always it has not, and one load tells.
static ANY_INTERRUPTED: AtomicBool = AtomicBool::new(false);
static THREADS: Mutex<Vec<Arc<HostThread>>> = Mutex::new(Vec::new());

/// Held for moments only, with the GIL and without.
fn threads() -> MutexGuard<'static, Vec<Arc<HostThread>>> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own_id() -> libc::pthread_t {
    // SAFETY: may be called on any thread.
    unsafe { libc::pthread_self() }
}

/// The clock that shows how long this thread has run.
fn own_clock() -> Option<libc::clockid_t> {
    let mut clock = MaybeUninit::uninit();
    // SAFETY: this thread lives, and the clock is written when 0 is given.
    let result = unsafe { libc::pthread_getcpuclockid(own_id(), clock.as_mut_ptr()) };
    // SAFETY: as above.
    (result == 0).then(|| unsafe { clock.assume_init() })
}

/// Notes this thread. It calls [`remove`] before it ends, but for the main thread, which outlives all of
/// this.
pub(super) fn add(is_main: bool) {
    let thread = HostThread {
        id: own_id(),
        clock: own_clock(),
        is_main,
        driver: OnceLock::new(),
        interrupted: AtomicBool::new(false),
    };
    threads().push(Arc::new(thread));
}

/// This thread runs no more Python code.
pub(super) fn remove() {
    let id = own_id();
    threads().retain(|thread| thread.id != id);
}

fn own() -> Option<Arc<HostThread>> {
    let id = own_id();
    let threads = threads();
    threads.iter().find(|thread| thread.id == id).cloned()
}

/// Says which driver this thread is of, for its life.
pub(crate) fn belongs_to(place: &Place) {
    if let Some(thread) = own() {
        let _ = thread.driver.set(place.clone());
    }
}

/// Whether SystemExit was raised in this thread because a stop or a reload waits for it. What was called
/// then has not done its work, through no fault of its own.
pub(crate) fn was_interrupted() -> bool {
    ANY_INTERRUPTED.load(Ordering::Relaxed) && is_own_interrupted()
}

fn is_own_interrupted() -> bool {
    own().is_some_and(|thread| thread.interrupted.load(Ordering::Relaxed))
}

/// All of them.
pub(crate) fn host_threads() -> Vec<Arc<HostThread>> {
    threads().clone()
}

impl HostThread {
    /// As in `sys._current_frames()`.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn is_main(&self) -> bool {
        self.is_main
    }

    pub(crate) fn driver(&self) -> Option<&Place> {
        self.driver.get()
    }

    /// How long it has run on a processor. `None` if it has ended, or that cannot be told.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: the clock is a number, which of an ended thread is none; the time is written when 0 is
        // given.
        let result = unsafe { libc::clock_gettime(self.clock?, time.as_mut_ptr()) };
        // SAFETY: as above.
        let time = (result == 0).then(|| unsafe { time.assume_init() })?;
        let seconds = u64::try_from(time.tv_sec).ok()?;
        Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
    }

    /// Raises SystemExit in the Python code that it runs.
    pub(crate) fn interrupt(&self, py: Python<'_>) {
        self.interrupted.store(true, Ordering::Relaxed);
        ANY_INTERRUPTED.store(true, Ordering::Relaxed);
        let exception = PySystemExit::type_object(py);
        self.set_exception(py, exception.as_ptr());
    }

    /// Takes that back where it has not come to it, and forgets of it.
    pub(crate) fn take_back(&self, py: Python<'_>) {
        if self.interrupted.swap(false, Ordering::Relaxed) {
            self.set_exception(py, std::ptr::null_mut());
        }
    }

    fn set_exception(&self, _py: Python<'_>, exception: *mut ffi::PyObject) {
        // SAFETY: the GIL is held; the exception is a class, of which CPython takes a reference, or NULL.
        // Of a thread that has ended, or whose state has gone, it finds nothing (CPython:
        // PyThreadState_SetAsyncExc).
        unsafe { ffi::PyThreadState_SetAsyncExc(self.id as c_long, exception) };
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
