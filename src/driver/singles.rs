// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages for send(), which are sent one by one and settled many at a time.
//!
//! To attach to Python and to settle a message with the host take longer than a short send() does. So
//! the host's messages are gathered, and then sent in turn. Each is settled as if the host had handed it over by
//! itself: results, their order, attempts and events are the same. Slow ones are settled one by one, and
//! a stop is seen behind each.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::vec::Drain;

use pyo3::prelude::*;
use syslog_ng_plugin::{Batch, Insert, Message, clock};

use crate::interpreter::{Seen, attach_for_many};

/// After how long what has been sent is settled.
const SETTLED_AFTER: Duration = Duration::from_millis(2);

/// What a worker has been handed and has not sent yet, with sequence numbers.
#[derive(Default)]
pub(super) struct Singles {
    messages: Mutex<Vec<(Message, i32)>>,
    seen: Seen,
}

impl Singles {
    fn waiting(&self) -> MutexGuard<'_, Vec<(Message, i32)>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message.
    pub(super) fn add(&self, message: Message, sequence_number: i32) -> Insert {
        let mut waiting = self.waiting();
        waiting.push((message, sequence_number));
        Message::fetch_ahead(waiting.iter().map(|(message, _)| message));
        Insert::Queued
    }

    /// Hands messages to `send`, one after the other, until one of them is not delivered. What this gives
    /// is for that one alone.
    pub(super) fn flush(
        &self,
        batch: &mut Batch<'_>,
        send: impl Fn(Python<'_>, Message, i32) -> Insert,
    ) -> Insert {
        let mut messages = std::mem::take(&mut *self.waiting());
        let result = self.send_all(messages.drain(..), batch, send);
        // The memory is used again.
        *self.waiting() = messages;
        result
    }

    fn send_all(
        &self,
        mut messages: Drain<'_, (Message, i32)>,
        batch: &mut Batch<'_>,
        send: impl Fn(Python<'_>, Message, i32) -> Insert,
    ) -> Insert {
        // Others before them have been settled without being sent, as after a panic.
        let before = messages.len().saturating_sub(batch.len());
        messages.by_ref().take(before).for_each(drop);
        if messages.len() != batch.len() {
            // The host has messages that nobody knows here: let it hand them over again.
            batch.rewind();
            return Insert::Success;
        }
        while messages.len() > 0 {
            if batch.is_stopping() {
                batch.rewind();
                number_again(batch, messages.as_slice());
                break;
            }
            let (sent, failed) = attach_for_many(&self.seen, |py| {
                let end = clock::coarse() + SETTLED_AFTER;
                let mut sent = 0;
                for (message, number) in messages.by_ref() {
                    match message.process(|message| send(py, message, number)) {
                        // Without a flush() it is not in a batch of the class's.
                        Insert::Success | Insert::Queued => sent += 1,
                        failed => return (sent, Some(failed)),
                    }
                    if batch.is_stopping() || clock::coarse() >= end {
                        break;
                    }
                }
                (sent, None)
            });
            if let Some(failed) = failed {
                batch.deliver_first(sent);
                batch.rewind_others();
                number_again(batch, messages.as_slice());
                return failed;
            }
            // The last ones are the host's to settle.
            if messages.len() > 0 {
                batch.deliver_first(sent);
            }
        }
        Insert::Success
    }
}

/// Messages come again without having been sent, and get the numbers that they had.
fn number_again(batch: &mut Batch<'_>, messages: &[(Message, i32)]) {
    // Messages of other machines have none, which is 0.
    let mut numbers = messages.iter().map(|(_, number)| *number);
    if let Some(first) = numbers.find(|number| *number != 0) {
        batch.number_again_from(first);
    }
}
