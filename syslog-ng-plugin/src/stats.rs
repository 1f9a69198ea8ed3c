// SPDX-License-Identifier: GPL-2.0-or-later

//! Counters of a driver, as `syslog-ng-ctl stats` shows them.

use std::ffi::{CStr, CString};
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ffi;

/// A counter. It counts from the start; the host shows it while it is registered.
#[derive(Default)]
#[doc(alias = "StatsCounterItem")]
pub struct Counter(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// What was counted while the host did not know the counter.
    pending: usize,
    registered: Option<Registered>,
}

struct Registered {
    item: *mut ffi::StatsCounterItem,
    key: CounterKey,
}

// SAFETY: the item is counted up atomically, and only under the counter's lock, which unregister()
// takes too.
unsafe impl Send for Registered {}

/// Under what a counter is shown: everywhere as `name` of a driver's instance, and with its labels
/// where the host has them.
#[derive(Clone)]
pub(crate) struct CounterKey {
    pub(crate) component: u16,
    pub(crate) id: CString,
    pub(crate) instance: CString,
    pub(crate) name: &'static CStr,
    pub(crate) metric: CString,
    /// Sorted by name.
    pub(crate) labels: Vec<(CString, CString)>,
}

impl Counter {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one up. Any thread; takes no lock of the host.
    pub fn increment(&self) {
        let mut inner = self.inner();
        match &inner.registered {
            // SAFETY: the item is there while it is registered (lib/stats/stats-registry.c).
            Some(registered) => unsafe { ffi::stats_counter_inc(registered.item) },
            None => inner.pending += 1,
        }
    }

    /// Lets the host show the counter. Takes the host's stats lock, so no lock of ours and no GIL
    /// is held.
    pub(crate) fn register(&self, key: &CounterKey) {
        let mut item = ptr::null_mut();
        with_key(key, |raw| {
            // SAFETY: the stats lock is held by `with_key`; the key is live and copied.
            unsafe {
                ffi::stats_register_counter(
                    0,
                    raw,
                    ffi::SC_TYPE_SINGLE_VALUE as ffi::gint,
                    &mut item,
                )
            };
        });
        // NULL where the config's stats-level() leaves the counter out.
        if item.is_null() {
            return;
        }
        let mut inner = self.inner();
        // SAFETY: registered above.
        unsafe { ffi::stats_counter_add(item, std::mem::take(&mut inner.pending) as isize) };
        inner.registered = Some(Registered {
            item,
            key: key.clone(),
        });
    }

    /// Takes the counter from the host again. Takes the host's stats lock, so no lock of ours and
    /// no GIL is held.
    pub(crate) fn unregister(&self) {
        let Some(mut registered) = self.inner().registered.take() else {
            return;
        };
        with_key(&registered.key, |raw| {
            // SAFETY: the stats lock is held by `with_key`; key and item are as they were
            // registered.
            unsafe {
                ffi::stats_unregister_counter(
                    raw,
                    ffi::SC_TYPE_SINGLE_VALUE as ffi::gint,
                    &mut registered.item,
                );
            }
        });
    }
}

/// Runs `body` with the key as the host writes it, under the host's stats lock.
fn with_key(key: &CounterKey, body: impl FnOnce(*mut ffi::StatsClusterKey)) {
    crate::locks::assert_host_s_may_be_taken();
    ffi::compat::with_counter_key(key, |raw| {
        // SAFETY: unlocked below; `body` neither panics nor takes the lock.
        unsafe { ffi::stats_lock() };
        body(raw);
        // SAFETY: locked above.
        unsafe { ffi::stats_unlock() };
    });
}
