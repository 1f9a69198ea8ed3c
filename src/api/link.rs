// SPDX-License-Identifier: GPL-2.0-or-later

//! From the object of a source or a fetcher to the driver that made it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use syslog_ng_plugin::Poster;

/// From an object to the driver that made it; empty in objects that user code makes.
pub(super) struct Link<R>(Mutex<Option<Arc<Linked<R>>>>);

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
        Link(Mutex::default())
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
    fn linked(&self) -> MutexGuard<'_, Option<Arc<Linked<R>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, running: &Arc<R>, poster: Poster, persist_name: &str, suspends: bool) {
        *self.linked() = Some(Arc::new(Linked {
            poster,
            running: Arc::downgrade(running),
            persist_name: persist_name.to_owned(),
            suspends,
        }));
    }

    /// The driver's side, for a call of `method`. It may have let go of the object, which its poster
    /// then shows.
    ///
    /// # Errors
    /// RuntimeError where syslog-ng did not make the object.
    pub(super) fn get(&self, method: &str) -> PyResult<Arc<Linked<R>>> {
        self.linked().clone().ok_or_else(|| nobody_s(method))
    }

    pub(super) fn persist_name(&self) -> Option<String> {
        let linked = self.linked();
        linked.as_ref().map(|linked| linked.persist_name.clone())
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
