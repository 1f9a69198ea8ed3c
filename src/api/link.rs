// SPDX-License-Identifier: GPL-2.0-or-later

//! From the object of a source or a fetcher to the driver that made it.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use syslog_ng_plugin::Poster;

/// From an object to the driver that made it; empty in objects that user code makes.
pub(super) struct Link<R> {
    first: OnceLock<Linked<R>>,
    /// Where a class() that is a function gives the same object again, to another driver.
    latest: Mutex<Option<Arc<Linked<R>>>>,
    /// Whether there is one in `latest`.
    again: AtomicBool,
}

/// The driver's side, as a call has it.
pub(super) enum Found<'l, R> {
    First(&'l Linked<R>),
    Latest(Arc<Linked<R>>),
}

impl<R> Deref for Found<'_, R> {
    type Target = Linked<R>;

    fn deref(&self) -> &Linked<R> {
        match self {
            Found::First(linked) => linked,
            Found::Latest(linked) => linked,
        }
    }
}

/// The driver's side.
pub(super) struct Linked<R> {
    pub(super) poster: Poster,
    /// Weak, because the driver holds the object.
    running: Weak<R>,
    persist_name: String,
    /// Whether the class has suspend() and wakeup().
    pub(super) suspends: bool,
}

impl<R> Default for Link<R> {
    fn default() -> Self {
        Link {
            first: OnceLock::new(),
            latest: Mutex::default(),
            again: AtomicBool::default(),
        }
    }
}

/// What a method of an object says that syslog-ng did not make, or has let go of.
fn nobody_s(method: &str) -> PyErr {
    PyRuntimeError::new_err(format!(
        "{method}() works on the object that syslog-ng made for a source in its config, from init() to \
         deinit()"
    ))
}

impl<R> Link<R> {
    /// Never held while Python code runs.
    fn latest(&self) -> MutexGuard<'_, Option<Arc<Linked<R>>>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Main thread.
    pub(super) fn set(&self, running: &Arc<R>, poster: Poster, persist_name: &str, suspends: bool) {
        let linked = Linked {
            poster,
            running: Arc::downgrade(running),
            persist_name: persist_name.to_owned(),
            suspends,
        };
        if let Err(linked) = self.first.set(linked) {
            *self.latest() = Some(Arc::new(linked));
            self.again.store(true, Ordering::Release);
        }
    }

    fn find(&self) -> Option<Found<'_, R>> {
        if self.again.load(Ordering::Acquire) {
            return self.latest().clone().map(Found::Latest);
        }
        self.first.get().map(Found::First)
    }

    /// The driver's side, for a call of `method`. It may have let go of the object, which its poster
    /// then shows.
    ///
    /// # Errors
    /// RuntimeError where syslog-ng did not make the object.
    pub(super) fn get(&self, method: &str) -> PyResult<Found<'_, R>> {
        self.find().ok_or_else(|| nobody_s(method))
    }

    pub(super) fn persist_name(&self) -> Option<String> {
        self.find().map(|linked| linked.persist_name.clone())
    }
}

impl<R> Linked<R> {
    /// Whether the driver has let go of the object.
    pub(super) fn is_let_go(&self) -> bool {
        self.running.strong_count() == 0
    }

    /// The driver, for a call of `method`.
    ///
    /// # Errors
    /// RuntimeError where it has let go of the object.
    pub(super) fn running(&self, method: &str) -> PyResult<Arc<R>> {
        self.running.upgrade().ok_or_else(|| nobody_s(method))
    }
}
