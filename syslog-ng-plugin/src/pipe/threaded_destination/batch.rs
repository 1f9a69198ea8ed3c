// SPDX-License-Identifier: GPL-2.0-or-later

//! The messages that a worker has been handed and that nobody has settled yet.
//!
//! The host keeps them in its backlog, in order: what is acked or dropped goes from the head, and
//! rewinding puts back what is left, from the tail, so that the order stays
//! (lib/logthrdest/logthrdestdrv.c, lib/logqueue-fifo.c).

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::ffi;
use crate::log::{self, Level};
use crate::text::from_c;

/// A worker's batch while it is being flushed.
///
/// What is not settled here when flush() returns is settled by what it returns. All methods take locks
/// of the host.
pub struct Batch<'b> {
    raw: NonNull<ffi::LogThreadedDestWorker>,
    settled: bool,
    lent: PhantomData<&'b mut ffi::LogThreadedDestWorker>,
}

impl Batch<'_> {
    /// # Safety
    /// `raw` is a worker in its insert or flush slot, for `'b`.
    pub(super) unsafe fn borrow<'b>(raw: NonNull<ffi::LogThreadedDestWorker>) -> Batch<'b> {
        Batch {
            raw,
            settled: false,
            lent: PhantomData,
        }
    }

    /// How many messages are not settled.
    pub fn len(&self) -> usize {
        // SAFETY: the worker is live and this is its thread (see `borrow`).
        usize::try_from(unsafe { (*self.raw.as_ptr()).batch_size }).unwrap_or(0)
    }

    /// Whether no message is left to settle.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the host would take one more [`Insert::Error`](super::Insert::Error) for the last one of
    /// retries(), and drop all that is left of the batch.
    pub fn error_is_last(&self) -> bool {
        // SAFETY: the worker is live and this is its thread; its owner outlives it.
        unsafe {
            let worker = self.raw.as_ptr();
            (*worker).retries_on_error_counter + 1 >= (*(*worker).owner).retries_on_error_max
        }
    }

    /// Settles the first `count` messages as delivered.
    #[doc(alias = "log_threaded_dest_worker_ack_messages")]
    pub fn deliver_first(&mut self, count: usize) {
        if let Some(count) = self.some_of(count) {
            // SAFETY: the worker is live and this is its thread; it has that many messages.
            unsafe { ffi::log_threaded_dest_worker_ack_messages(self.raw.as_ptr(), count) };
        }
    }

    /// Drops the first `count` messages, which is counted and said.
    #[doc(alias = "log_threaded_dest_worker_drop_messages")]
    pub fn drop_first(&mut self, count: usize) {
        let Some(count) = self.some_of(count) else {
            return;
        };
        // SAFETY: the worker is live, and so is its owner, whose id is NUL-terminated.
        let driver = unsafe { from_c((*(*self.raw.as_ptr()).owner).super_.super_.id) };
        // SAFETY: the worker is live.
        let index = unsafe { (*self.raw.as_ptr()).worker_index };
        log::event(
            Level::Error,
            "Message(s) dropped while sending message to destination",
            &[
                ("driver", &driver),
                ("worker_index", &index.to_string()),
                ("batch_size", &count.to_string()),
            ],
        );
        // SAFETY: as in `deliver_first`.
        unsafe { ffi::log_threaded_dest_worker_drop_messages(self.raw.as_ptr(), count) };
    }

    /// Has all that is left come again, at once, and counts no attempt.
    #[doc(alias = "log_threaded_dest_worker_rewind_messages")]
    pub fn rewind(&mut self) {
        if let Some(count) = self.some_of(self.len()) {
            // SAFETY: as in `deliver_first`.
            unsafe { ffi::log_threaded_dest_worker_rewind_messages(self.raw.as_ptr(), count) };
        }
    }

    /// Has all but the first that is left come again, so that what flush() returns is for that one alone.
    pub fn rewind_others(&mut self) {
        if let Some(count) = self.some_of(self.len().saturating_sub(1)) {
            // SAFETY: as in `deliver_first`; what is rewound is taken from the tail.
            unsafe { ffi::log_threaded_dest_worker_rewind_messages(self.raw.as_ptr(), count) };
        }
    }

    /// Has the host number messages from `number` on again: those that had it and the following ones come
    /// again without having been sent. Several workers share the numbers, and leave gaps.
    pub fn number_again_from(&mut self, number: i32) {
        // SAFETY: the worker is live; its owner outlives it.
        let owner = unsafe { &mut *(*self.raw.as_ptr()).owner };
        if owner.num_workers == 1 {
            // Only this thread counts, before it calls insert() (lib/logthrdest/logthrdestdrv.h).
            owner.shared_seq_num = number;
        }
    }

    /// Whether the driver is being stopped. Takes no lock.
    pub fn is_stopping(&self) -> bool {
        // SAFETY: the worker is live; its owner outlives it. The main thread writes the field, and a
        // value that is a moment old will do, as for the host's own loop.
        unsafe { (&raw const (*(*self.raw.as_ptr()).owner).under_termination).read_volatile() != 0 }
    }

    /// The number for the host, which does nothing but forget its attempts when it is told to settle
    /// none; `None` for that.
    fn some_of(&mut self, count: usize) -> Option<ffi::gint> {
        crate::locks::assert_host_s_may_be_taken();
        let count = ffi::gint::try_from(count.min(self.len())).ok()?;
        self.settled |= count > 0;
        (count > 0).then_some(count)
    }

    /// Whether everything has been settled here, so that nothing is left for the host to do.
    pub(super) fn is_settled(&self) -> bool {
        self.settled && self.is_empty()
    }
}
