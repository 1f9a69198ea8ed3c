// SPDX-License-Identifier: GPL-2.0-or-later

//! Bookmarks of Python, on their way through the host and back.

use std::sync::Arc;

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use syslog_ng_plugin::{Acknowledge, Bookmark, Source, WritableMessage};

use super::instance::Instance;
use crate::api::AckTracker;
use crate::interpreter::attach;
use crate::message::LogMessage;
use crate::object::Reporter;

/// A bookmark in the host's hands: Python's object dies with the GIL held, wherever the host lets go
/// of it.
struct Kept(Option<Py<PyAny>>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            attach(|_| drop(object));
        }
    }
}

/// A message for a source to post, with its bookmark; `None` if it has been posted.
pub(crate) fn for_posting(
    py: Python<'_>,
    message: &LogMessage,
) -> Option<(WritableMessage, Option<Bookmark>)> {
    let (message, bookmark) = message.for_posting(py)?;
    let bookmark = bookmark.map(|object| Box::new(Kept(Some(object))) as Bookmark);
    Some((message, bookmark))
}

/// What takes a driver's bookmarks back. It lives as long as messages are on their way, so longer than
/// the driver sometimes.
struct Taker {
    callback: Kept,
    reporter: Arc<Reporter>,
}

impl Taker {
    fn call<'py>(&self, py: Python<'py>, argument: &Bound<'py, PyAny>) {
        let Some(callback) = &self.callback.0 else {
            return;
        };
        if let Err(error) = callback.bind(py).call1((argument,)) {
            let error = error.into();
            self.reporter.report(py, "ack_callback", None, &error);
        }
    }
}

/// Python's object in a bookmark of ours.
fn object(bookmark: Bookmark) -> Option<Py<PyAny>> {
    let mut kept = bookmark.downcast::<Kept>().ok()?;
    kept.0.take()
}

impl Acknowledge for Taker {
    fn acknowledge(&self, bookmark: Bookmark) {
        if let Some(object) = object(bookmark) {
            attach(|py| self.call(py, &object.into_bound(py)));
        }
    }

    fn acknowledge_batch(&self, bookmarks: Vec<Bookmark>) {
        attach(
            |py| match PyList::new(py, bookmarks.into_iter().filter_map(object)) {
                Ok(list) => self.call(py, list.as_any()),
                Err(error) => {
                    let error = error.into();
                    self.reporter.report(py, "ack_callback", None, &error);
                }
            },
        );
    }
}

impl Instance {
    /// Takes up the object's `ack_tracker`, if it has one. False refuses the config, which has been
    /// said.
    pub(super) fn take_up_ack_tracker(&self, py: Python<'_>, source: &Source<'_>) -> bool {
        let reporter = self.object.reporter();
        let tracker = match self.object.bind(py).getattr("ack_tracker") {
            Ok(tracker) => tracker,
            Err(error) if error.is_instance_of::<PyAttributeError>(py) => return true,
            Err(error) => {
                self.object.report(py, "ack_tracker", &error.into());
                return false;
            }
        };
        let Ok(tracker) = tracker.cast_into::<AckTracker>() else {
            let why = "self.ack_tracker is no InstantAckTracker, ConsecutiveAckTracker or \
                       BatchedAckTracker";
            reporter.refuse(py, why, &[]);
            return false;
        };
        let Some((kind, callback)) = tracker.get().get(py) else {
            let why = "the class of self.ack_tracker does not call its base's __init__()";
            reporter.refuse(py, why, &[]);
            return false;
        };
        let taker = Taker {
            callback: Kept(Some(callback)),
            reporter: Arc::clone(reporter),
        };
        source.set_ack_tracker(kind, Arc::new(taker));
        true
    }
}
