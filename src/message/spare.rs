// SPDX-License-Identifier: GPL-2.0-or-later

//! Objects that are used again: code that is called for each message seldom keeps it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use super::LogMessage;
use crate::interpreter::refill;

/// An object for the next message, if there is one. Dropped with the GIL held.
#[derive(Default)]
pub(crate) struct Spare(Mutex<Option<Py<LogMessage>>>);

impl Spare {
    /// Never held while Python code runs.
    fn slot(&self) -> MutexGuard<'_, Option<Py<LogMessage>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An object with this message.
    ///
    /// # Errors
    /// Python has no memory for one.
    pub(crate) fn object<'py>(
        &self,
        py: Python<'py>,
        mut message: LogMessage,
    ) -> PyResult<Bound<'py, LogMessage>> {
        let spare = self.slot().take();
        if let Some(spare) = spare {
            let mut object = spare.into_bound(py);
            match refill(&mut object, message) {
                Ok(()) => return Ok(object),
                Err(back) => message = back,
            }
        }
        Bound::new(py, message)
    }

    /// Takes an object of [`object`](Self::object) back, after the call that it was made for. The message
    /// goes, unless somebody has kept the object.
    pub(crate) fn give_back(&self, mut object: Bound<'_, LogMessage>) {
        if refill(&mut object, LogMessage::nothing()).is_ok() {
            let other = self.slot().replace(object.unbind());
            drop(other);
        }
    }
}
