// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages for send_batch(), and what becomes of them.
//!
//! Results are settled with the GIL released, in the order of the messages: the host counts, and it
//! alone decides how often and when something comes again.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use syslog_ng_plugin::{Batch, Insert, Message};

use crate::outcome::Results;

/// What a worker has been handed since its last batch.
#[derive(Default)]
pub(super) struct Pending {
    messages: Mutex<Vec<Message>>,
    /// How many messages come again; together they are due, however few they are.
    again: AtomicUsize,
    /// The last call of send_batch() failed as a whole, so nobody knows which message is to blame.
    failed_as_one: AtomicBool,
}

impl Pending {
    fn messages(&self) -> MutexGuard<'_, Vec<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message to the batch.
    pub(super) fn add(&self, message: Message) -> Insert {
        let mut messages = self.messages();
        messages.push(message);
        Message::fetch_ahead(messages.iter());
        Insert::Queued
    }

    /// Whether all that had to come again is there. It has waited for a batch to be full before.
    pub(super) fn is_full(&self) -> bool {
        let again = self.again.load(Ordering::Relaxed);
        again > 0 && self.messages().len() >= again
    }

    /// Takes the messages that make up the host's batch. Those before them were settled without being
    /// flushed, as after a panic, and the host hands them over again.
    fn take(&self, count: usize) -> Arc<[Message]> {
        let mut messages = std::mem::take(&mut *self.messages());
        let before = messages.len().saturating_sub(count);
        messages.drain(..before);
        messages.into()
    }

    /// Hands the batch to `send`, all at once, and settles it.
    ///
    /// Where all of it has failed so often that the host would drop it, messages are handed over one by
    /// one, so that the one that is to blame is dropped and not its neighbours.
    pub(super) fn flush(
        &self,
        batch: &mut Batch<'_>,
        send: impl Fn(&Arc<[Message]>, Range<usize>) -> Results,
    ) -> Insert {
        let count = batch.len();
        let messages = self.take(count);
        if count == 0 {
            return Insert::Success;
        }
        // The host has messages that nobody knows here: let it hand them over again.
        if messages.len() != count {
            return Insert::Error;
        }
        self.again.store(0, Ordering::Relaxed);
        let last = batch.error_is_last() && count > 1;
        if last && self.failed_as_one.load(Ordering::Relaxed) {
            return self.one_by_one(batch, &messages, send);
        }
        let result = match send(&messages, 0..count) {
            Results::Each(results) => {
                self.failed_as_one.store(false, Ordering::Relaxed);
                return self.settle(batch, &results);
            }
            Results::All(Insert::Error) if last => {
                return self.one_by_one(batch, &messages, send);
            }
            Results::All(result) => result,
        };
        let failed = result == Insert::Error;
        self.failed_as_one.store(failed, Ordering::Relaxed);
        self.leave(batch, result)
    }

    fn one_by_one(
        &self,
        batch: &mut Batch<'_>,
        messages: &Arc<[Message]>,
        send: impl Fn(&Arc<[Message]>, Range<usize>) -> Results,
    ) -> Insert {
        self.failed_as_one.store(false, Ordering::Relaxed);
        for at in 0..messages.len() {
            match send(messages, at..at + 1).first() {
                Insert::Success => batch.deliver_first(1),
                Insert::Drop => batch.drop_first(1),
                // The attempts that failed were its own.
                Insert::Error => return self.drop_and_rewind(batch),
                other => return self.leave(batch, other),
            }
        }
        Insert::Success
    }

    /// Settles what is delivered or dropped, up to the first message that has to come again, and gives
    /// what becomes of that one and of all behind it.
    fn settle(&self, batch: &mut Batch<'_>, results: &[Insert]) -> Insert {
        for run in results.chunk_by(|a, b| a == b) {
            match run[0] {
                Insert::Success => batch.deliver_first(run.len()),
                Insert::Drop => batch.drop_first(run.len()),
                // The host would drop those behind it too.
                Insert::Error if batch.error_is_last() => return self.drop_and_rewind(batch),
                other => return self.leave(batch, other),
            }
        }
        Insert::Success
    }

    /// Drops the first message and has the others come again.
    fn drop_and_rewind(&self, batch: &mut Batch<'_>) -> Insert {
        batch.drop_first(1);
        self.again.store(batch.len(), Ordering::Relaxed);
        batch.rewind();
        Insert::Success
    }

    /// Leaves all that is not settled to the host, with this result.
    fn leave(&self, batch: &Batch<'_>, result: Insert) -> Insert {
        let again = match result {
            Insert::Success | Insert::Drop => 0,
            Insert::Error if batch.error_is_last() => 0,
            _ => batch.len(),
        };
        self.again.store(again, Ordering::Relaxed);
        result
    }
}
