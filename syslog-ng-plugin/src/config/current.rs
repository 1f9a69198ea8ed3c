// SPDX-License-Identifier: GPL-2.0-or-later

//! The configuration that is in use, for code that no driver of it calls.
//!
//! Threads that a user's code started go on while the host takes one configuration down and another
//! up. What they compile from a configuration, and run with what it refers to, is done inside of
//! [`with`]: the host does not get to free a configuration before.

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use crate::ffi;

/// How long a thread waits for the next configuration to be taken up, and the main thread for the
/// others to be done with the one that ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// A configuration, and which one in a row it is.
#[derive(Clone, Copy)]
pub(crate) struct Current {
    pub(crate) raw: NonNull<ffi::GlobalConfig>,
    pub(crate) age: Age,
}

/// Tells whether what was made for a configuration may be used with the one at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// It is being read; nobody knows whether it will be taken up.
    BeingRead,
    /// It is in use, after so many others.
    InUse(u64),
}

struct State {
    /// NULL between two of them.
    raw: *mut ffi::GlobalConfig,
    count: u64,
    users: usize,
    /// The host is ending, there will be no other.
    ended: bool,
}

// SAFETY: the pointer is used inside of `with` only, while the configuration is live.
unsafe impl Send for State {}

static STATE: Mutex<State> = Mutex::new(State {
    raw: ptr::null_mut(),
    count: 0,
    users: 0,
    ended: false,
});
static CHANGED: Condvar = Condvar::new();

thread_local! {
    /// How many [`with`] this thread is in, so that one inside of another does not wait.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The configuration is about to be used. Main thread.
pub(crate) fn take_up(raw: *mut ffi::GlobalConfig) {
    static HOOKS: Once = Once::new();
    HOOKS.call_once(|| {
        for kind in [
            ffi::AH_CONFIG_STOPPED,
            ffi::AH_CONFIG_CHANGED,
            ffi::AH_PRE_SHUTDOWN,
        ] {
            let repeat = ffi::AHM_RUN_REPEAT;
            // SAFETY: the hook is static and takes no data.
            unsafe {
                ffi::register_application_hook(kind as _, Some(changed), ptr::null_mut(), repeat);
            }
        }
    });
    state().raw = raw;
    CHANGED.notify_all();
}

/// # Safety
/// The host calls this on the main thread: when it has taken a configuration down, before it frees
/// it or takes up another; when the next one runs; and before it ends (lib/mainloop.c).
unsafe extern "C" fn changed(kind: ffi::gint, _data: glib_sys::gpointer) {
    crate::pipe::guard("current.changed", (), || {
        if kind != ffi::AH_CONFIG_CHANGED as ffi::gint {
            return put_down(kind == ffi::AH_PRE_SHUTDOWN as ffi::gint);
        }
        // SAFETY: the host's own, from its start on.
        let host = unsafe { ffi::main_loop_get_instance() };
        // SAFETY: as above. One without any driver of ours has not been taken up yet.
        state().raw = unsafe { ffi::main_loop_get_current_config(host) };
        CHANGED.notify_all();
    });
}

/// The configuration ends: waits for those who use it.
fn put_down(ended: bool) {
    let mut state = state();
    state.raw = ptr::null_mut();
    state.count += 1;
    state.ended |= ended;
    // Who waits for another one may stop waiting.
    CHANGED.notify_all();
    // A user's function that never comes back does not keep the daemon from ending.
    let _ = CHANGED.wait_timeout_while(state, PATIENCE, |state| state.users > 0);
}

/// The configuration is being freed. Main thread.
pub(crate) fn forget(raw: *mut ffi::GlobalConfig) {
    if state().raw == raw {
        put_down(false);
    }
}

fn is_main_thread() -> bool {
    // SAFETY: compares thread ids.
    unsafe { ffi::main_loop_is_main_thread() != 0 }
}

/// The configuration that the main thread is reading, seen from there.
pub(crate) fn being_read() -> Option<Current> {
    if !is_main_thread() {
        return None;
    }
    // SAFETY: only the main thread writes it, which this is (lib/cfg.c: cfg_run_parser).
    let raw = NonNull::new(unsafe { ffi::configuration })?;
    let age = Age::BeingRead;
    Some(Current { raw, age })
}

/// Hands the configuration in use to `body`; it is live meanwhile. `None` if there is none, nor
/// comes one soon. May wait for one, and for nothing but that: the module's own lock is not held.
pub(crate) fn with<T>(body: impl FnOnce(Option<Current>) -> T) -> T {
    crate::locks::assert_host_s_may_be_taken();
    if let Some(current) = being_read() {
        return body(Some(current));
    }
    let nested = DEPTH.try_with(Cell::get).unwrap_or(0) > 0;
    let mut state = state();
    if state.raw.is_null() && !nested && !is_main_thread() {
        let wait = |state: &mut State| state.raw.is_null() && !state.ended;
        state = CHANGED
            .wait_timeout_while(state, PATIENCE, wait)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
    let age = Age::InUse(state.count);
    let current = NonNull::new(state.raw).map(|raw| Current { raw, age });
    state.users += 1;
    drop(state);
    let _user = User::enter();
    body(current)
}

/// One use, counted by the caller.
struct User;

impl User {
    fn enter() -> Self {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get() + 1));
        User
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get() - 1));
        state().users -= 1;
        CHANGED.notify_all();
    }
}
