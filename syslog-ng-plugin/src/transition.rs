// SPDX-License-Identifier: GPL-2.0-or-later

//! Stops and reloads: when they begin and end.
//!
//! Both go the same way (lib/mainloop.c, lib/mainloop-worker.c). The host's threads are told to end, and
//! the main loop runs on until they have; then drivers are let go of, and after a reload those of the new
//! configuration are taken up and their threads started.
//!
//! | what | is seen by |
//! |---|---|
//! | a stop begins | the hook AH_PRE_SHUTDOWN |
//! | a reload begins | a callback for when threads are to end, which is behind those of the drivers' threads; so also by the first source that is told to end, and where there are no threads by the first parser that is let go of |
//! | what was there has been let go of | the hook AH_CONFIG_STOPPED, at a reload |
//! | a reload is over, refused or not | the hook AH_CONFIG_CHANGED |
//! | a stop is over | the hook AH_SHUTDOWN: see [`host::at_shutdown`](crate::host::at_shutdown) |
//!
//! A reload that is refused while the new configuration is read is none: nothing is told to end.

use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use crate::ffi;
use crate::log::{self, Level};
use crate::message::ensure_host_state;

/// What the daemon is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It ends.
    Stop,
    /// It takes up another configuration.
    Reload,
}

/// Who is told of stops and reloads. All of it on the main thread.
pub trait Watch: Sync + 'static {
    /// Threads are about to be told to end. A stop may begin while a reload waits for that.
    fn begun(&self, what: Transition);

    /// Threads have ended and drivers have been let go of. What comes now is the new configuration's.
    fn let_go(&self);

    /// The reload is over.
    fn over(&self);
}

static WATCH: OnceLock<&'static dyn Watch> = OnceLock::new();
/// Whether a configuration is in use: what ends before one is does so because it was refused.
static IN_USE: AtomicBool = AtomicBool::new(false);
/// Whether the callback for when threads are to end is where the host will call it.
static CALLBACK: AtomicBool = AtomicBool::new(false);
static INTERNAL: Mutex<Internal> = Mutex::new(Internal {
    away: None,
    said: Vec::new(),
});

/// How many events are said again.
const AGAIN: usize = 100;

/// What is known of the host's internal().
struct Internal {
    /// Why it may be away.
    away: Option<Transition>,
    /// What has been said on standard error alone.
    said: Vec<Said>,
}

struct Said {
    when: Instant,
    level: Level,
    text: String,
    tags: Vec<(String, String)>,
}

/// Held for moments only.
fn internal() -> MutexGuard<'static, Internal> {
    INTERNAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has `watch` told of stops and reloads from now on. Main thread; the first call counts.
pub fn watch_by(watch: &'static dyn Watch) {
    if WATCH.set(watch).is_err() {
        return;
    }
    for kind in [
        ffi::AH_PRE_SHUTDOWN,
        ffi::AH_CONFIG_STOPPED,
        ffi::AH_CONFIG_CHANGED,
    ] {
        let repeat = ffi::AHM_RUN_REPEAT;
        // SAFETY: the hook is static and takes no data.
        unsafe {
            ffi::register_application_hook(kind as _, Some(changed), ptr::null_mut(), repeat);
        }
    }
}

/// # Safety
/// The host calls this on the main thread (lib/apphook.c).
unsafe extern "C" fn changed(kind: ffi::gint, _data: glib_sys::gpointer) {
    crate::pipe::guard("transition.changed", (), || {
        let Some(watch) = WATCH.get() else { return };
        if kind == ffi::AH_PRE_SHUTDOWN as ffi::gint {
            internal().away = Some(Transition::Stop);
            watch.begun(Transition::Stop);
        } else if kind == ffi::AH_CONFIG_STOPPED as ffi::gint {
            watch.let_go();
        } else {
            IN_USE.store(true, Ordering::Relaxed);
            watch.over();
            internal().away = None;
            say_again();
            wait_for_the_next();
        }
    });
}

/// The host forgets its callbacks when it has called them, which it does not do where it has no threads.
fn wait_for_the_next() {
    if !CALLBACK.swap(true, Ordering::Relaxed) {
        // SAFETY: main thread, which owns the host's list of them (lib/mainloop-worker.c); takes no data.
        unsafe {
            ffi::main_loop_worker_register_exit_notification_callback(
                Some(threads_end),
                ptr::null_mut(),
            );
        }
    }
}

/// # Safety
/// The host calls this on the main thread when threads are to end (lib/mainloop-worker.c).
unsafe extern "C" fn threads_end(_data: glib_sys::gpointer) {
    crate::pipe::guard("transition.threads_end", (), || {
        CALLBACK.store(false, Ordering::Relaxed);
        begin();
    });
}

/// A driver is told to end, or let go of. Main thread. Tells that a reload has begun; what is watched
/// already, a stop too, stays what it is.
pub(crate) fn begin() {
    if let Some(watch) = WATCH.get() {
        let what = if IN_USE.load(Ordering::Relaxed) {
            Transition::Reload
        } else {
            Transition::Stop
        };
        internal().away.get_or_insert(what);
        watch.begun(what);
    }
}

/// Says an event of a stop or a reload. The host's internal() may be away: its source is one of the
/// threads that end, and what comes behind it is lost (afinter.c: afinter_message_posted). So it goes to
/// standard error then, and is said to internal() when that is back. May be called on any thread, with no lock of
/// the host's held.
pub fn event(level: Level, text: &str, tags: &[(&str, &str)]) {
    ensure_host_state();
    // SAFETY: an int of libsyslog-ng that lives as long as the process and is set when it starts
    // (lib/messages.c).
    let to_stderr = unsafe { (&raw const ffi::log_stderr).read_volatile() } != 0;
    let away = internal().away;
    if to_stderr || away.is_none() {
        return log::event(level, text, tags);
    }
    log::print(level, text, tags);
    if away == Some(Transition::Stop) {
        // Nothing comes behind it, and perhaps it is still there.
        return log::event(level, text, tags);
    }
    let mut internal = internal();
    if internal.said.len() < AGAIN {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        internal.said.push(Said {
            when: Instant::now(),
            level,
            text: text.to_owned(),
            tags: tags.iter().map(owned).collect(),
        });
    }
    drop(internal);
    if self::internal().away.is_none() {
        // It has come back meanwhile.
        say_again();
    }
}

/// Says to internal(), which is back, what it has missed.
fn say_again() {
    let all = std::mem::take(&mut internal().said);
    for said in all {
        let ago = format!("{} s ago on standard error", said.when.elapsed().as_secs());
        let tags = said
            .tags
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut tags: Vec<_> = tags.collect();
        tags.push(("said_first", &ago));
        log::event(said.level, &said.text, &tags);
    }
}
