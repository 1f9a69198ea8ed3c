// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages for send(), which are sent one by one and settled many at a time.
//!
//! To attach to Python and to settle a message with the host take longer than a short send() does. So
//! the host's messages are gathered, and then sent in turn. Each is settled as if the host had handed it over by
//! itself: results, their order, attempts and events are the same. Slow ones are settled one by one, and
//! a stop is seen behind each.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use syslog_ng_plugin::{Batch, Insert, Message, clock};

use crate::interpreter::attach;

/// After how long what has been sent is settled.
const SETTLED_AFTER: Duration = Duration::from_millis(2);

/// What a worker has been handed and has not sent yet, with sequence numbers.
#[derive(Default)]
pub(super) struct Singles(Mutex<Vec<(Message, i32)>>);

impl Singles {
    fn waiting(&self) -> MutexGuard<'_, Vec<(Message, i32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message.
    pub(super) fn add(&self, message: Message, sequence_number: i32) -> Insert {
        self.waiting().push((message, sequence_number));
        Insert::Queued
    }

    /// Hands messages to `send`, one after the other, until one of them is not delivered. What this gives
    /// is for that one alone.
    pub(super) fn flush(
        &self,
        batch: &mut Batch<'_>,
        send: impl Fn(Python<'_>, &Message, i32) -> Insert,
    ) -> Insert {
        let mut messages = std::mem::take(&mut *self.waiting());
        let result = Self::send_all(&messages, batch, send);
        // The memory is used again.
        messages.clear();
        *self.waiting() = messages;
        result
    }

    fn send_all(
        messages: &[(Message, i32)],
        batch: &mut Batch<'_>,
        send: impl Fn(Python<'_>, &Message, i32) -> Insert,
    ) -> Insert {
        // Others before them have been settled without being sent, as after a panic.
        let before = messages.len().saturating_sub(batch.len());
        let mut messages = &messages[before..];
        if messages.len() != batch.len() {
            // The host has messages that nobody knows here: let it hand them over again.
            batch.rewind();
            return Insert::Success;
        }
        while !messages.is_empty() {
            if batch.is_stopping() {
                batch.rewind();
                number_again(batch, messages);
                break;
            }
            let (sent, failed) = attach(|py| {
                let end = clock::coarse() + SETTLED_AFTER;
                for (at, (message, number)) in messages.iter().enumerate() {
                    match message.process(|| send(py, message, *number)) {
                        // Without a flush() it is not in a batch of the class's.
                        Insert::Success | Insert::Queued => {}
                        failed => return (at, Some(failed)),
                    }
                    if batch.is_stopping() || clock::coarse() >= end {
                        return (at + 1, None);
                    }
                }
                (messages.len(), None)
            });
            if let Some(failed) = failed {
                batch.deliver_first(sent);
                batch.rewind_others();
                number_again(batch, &messages[sent + 1..]);
                return failed;
            }
            messages = &messages[sent..];
            // The last ones are the host's to settle.
            if !messages.is_empty() {
                batch.deliver_first(sent);
            }
        }
        Insert::Success
    }
}

/// Messages come again without having been sent, and get the numbers that they had.
fn number_again(batch: &mut Batch<'_>, messages: &[(Message, i32)]) {
    // Messages of other machines have none, which is 0.
    let numbers = messages.iter().map(|(_, number)| *number);
    if let Some(first) = numbers.into_iter().find(|number| *number != 0) {
        batch.number_again_from(first);
    }
}
