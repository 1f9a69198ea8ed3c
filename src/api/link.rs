// SPDX-License-Identifier: GPL-2.0-or-later

//! From the object of a source or a fetcher to the driver that made it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use syslog_ng_plugin::Poster;

/// From an object to the driver that made it; empty in objects that user code makes.
pub(super) struct Link<R>(Mutex<Option<Linked<R>>>);

struct Linked<R> {
    poster: Poster,
    /// Weak, because the driver holds the object.
    running: Weak<R>,
    persist_name: String,
}

impl<R> Default for Link<R> {
    fn default() -> Self {
        Link(Mutex::default())
    }
}

impl<R> Link<R> {
    /// Never held while Python code runs.
    fn linked(&self) -> MutexGuard<'_, Option<Linked<R>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, running: &Arc<R>, poster: Poster, persist_name: &str) {
        *self.linked() = Some(Linked {
            poster,
            running: Arc::downgrade(running),
            persist_name: persist_name.to_owned(),
        });
    }

    /// The driver's side, for a call of `method`.
    ///
    /// # Errors
    /// RuntimeError where syslog-ng did not make the object, or has let go of it.
    pub(super) fn get(&self, method: &str) -> PyResult<(Poster, Arc<R>)> {
        let found = self
            .linked()
            .as_ref()
            .and_then(|linked| Some((linked.poster.clone(), linked.running.upgrade()?)));
        found.ok_or_else(|| {
            PyRuntimeError::new_err(format!(
                "{method}() works on the object that syslog-ng made for a source in its config, from \
                 init() to deinit()"
            ))
        })
    }

    pub(super) fn persist_name(&self) -> Option<String> {
        let linked = self.linked();
        linked.as_ref().map(|linked| linked.persist_name.clone())
    }
}
