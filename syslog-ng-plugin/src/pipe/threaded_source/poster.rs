// SPDX-License-Identifier: GPL-2.0-or-later

//! The way of a message into the host.
//!
//! The host expects one thread to post for a source, its own. What it really needs is that posts come
//! one after the other, each with the window open, on threads that have the host's thread state; a
//! thread without a number of the host's may push into any queue (lib/logqueue-fifo.c,
//! lib/logscheduler.c). So other threads post by themselves, in turn with the source's own, while its
//! run() runs: the host waits for that thread before it takes the log paths down, and that thread waits
//! for whoever is posting.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::turns::{Turn, Turns, close_batch_of_this_thread};
use crate::ack::{Acks, Bookmark};
use crate::ffi;
use crate::locks::{self, NoPosting};
use crate::message::{Name, ValueType, WritableMessage};

/// Why a message was not posted. The host does not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// This is the host's main thread, which must not wait for a source.
    #[error("messages are not posted on the host's main thread")]
    MainThread,
    /// The source's window is closed: as many messages are on their way as log-iw-size() allows.
    #[error("the source's window is closed")]
    Closed,
    /// The source has been told to end, or its run() has ended.
    #[error("the source is stopping")]
    Stopping,
    /// The message has been posted before, or came from a source of the host: a parser's.
    #[error("the message has been posted already")]
    NotNew,
    /// The message has a bookmark, and the source no tracker that could give it back.
    #[error("the source has no ack tracker for bookmarks")]
    NoTracker,
    /// This is called out of another post, or from where a bookmark is given back.
    #[error("messages are not posted out of a post")]
    Nested,
}

/// Posts messages of a source, from any thread but the host's main thread. May be kept and handed about.
#[derive(Clone)]
pub struct Poster(Arc<Shared>);

struct Shared {
    turns: Turns,
    /// Whether a batch ends behind each message.
    auto_close_batches: AtomicBool,
    /// Held for moments on the main thread and where a message is posted.
    extras: Mutex<Extras>,
    /// Whether there is anything in `extras`: most sources have none, and pass by the lock.
    has_extras: AtomicBool,
}

/// What some sources do with each message on top.
#[derive(Default)]
struct Extras {
    /// What is set as TRANSPORT.
    transport: Option<Vec<u8>>,
    /// There where the source has an ack tracker.
    acks: Option<Acks>,
}

/// How a message is posted.
#[derive(Clone, Copy)]
struct Way {
    /// Whether to wait for the window, on the source's own thread; others always do.
    wait: bool,
    /// Whether another one follows at once.
    more: bool,
}

impl Way {
    const WAIT: Way = Way {
        wait: true,
        more: false,
    };
    const WITH_MORE: Way = Way {
        wait: true,
        more: true,
    };
    const WITHOUT_WAITING: Way = Way {
        wait: false,
        more: false,
    };
}

impl Poster {
    /// To be called on the main thread.
    pub(super) fn new() -> Self {
        Poster(Arc::new(Shared {
            turns: Turns::new(),
            auto_close_batches: AtomicBool::new(true),
            extras: Mutex::default(),
            has_extras: AtomicBool::default(),
        }))
    }

    /// Who may post, and when.
    pub(super) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    /// The source is being prepared: who posts now waits until it runs.
    pub(super) fn prepare(&self) {
        self.set_auto_close_batches(true);
        self.set_acks(None);
        self.turns().prepare();
    }

    /// The source does not run any more, or will not run: who waits is told, and no bookmark is given
    /// back any more.
    pub(super) fn release(&self) {
        self.turns().end();
        self.set_acks(None);
    }

    /// Sets who gets bookmarks back from now on.
    pub(super) fn set_acks(&self, acks: Option<Acks>) {
        let old = self
            .0
            .change_extras(|extras| std::mem::replace(&mut extras.acks, acks));
        // Outside of the lock: what it holds may be anything.
        drop(old);
    }

    /// See [`Acks::stop_at_given_up`].
    ///
    /// # Safety
    /// `tracker` is the source's, live, and made for what [`Poster::set_acks`] set, if it did; the
    /// source has posted nothing.
    pub(super) unsafe fn stop_at_given_up(&self, tracker: NonNull<ffi::AckTracker>) {
        if let Some(acks) = &self.0.extras().acks {
            // SAFETY: the caller's word.
            unsafe { acks.stop_at_given_up(tracker) };
        }
    }

    pub(super) fn set_auto_close_batches(&self, close: bool) {
        self.0.auto_close_batches.store(close, Ordering::Relaxed);
    }

    /// Sets what messages posted from now on have as TRANSPORT; `None` leaves it alone. Any thread.
    #[doc(alias = "log_threaded_source_driver_set_transport_name")]
    pub fn set_transport_name(&self, name: Option<&str>) {
        let name = name.map(|name| name.as_bytes().to_vec());
        self.0.change_extras(|extras| extras.transport = name);
    }

    /// Whether run() runs, is not told to end, and its window is open: on the source's thread a message can be posted now,
    /// unless others are faster. Takes a lock for a moment, on any thread.
    pub fn is_open(&self) -> bool {
        self.turns().is_window_open() == Some(true)
    }

    /// Whether run() runs, is not told to end, and its window is closed:
    /// [`wakeup`](super::ThreadedSource::wakeup) is called as soon as it opens. As
    /// [`is_open`](Self::is_open).
    pub fn is_closed(&self) -> bool {
        self.turns().is_window_open() == Some(false)
    }

    /// Hands a message to the host. Waits for the source to run and its window to open first, and on
    /// the source's own thread once more behind the message, until the next one can be posted or the
    /// source is told to end. What is Ok is in the host, whatever comes then. Blocks, so no lock is
    /// held. Any thread but the main thread.
    ///
    /// # Errors
    /// The host does not have the message, and it is gone: who may want to post it again keeps a
    /// [`copy`](crate::Message::copy).
    #[doc(alias = "log_threaded_source_blocking_post")]
    pub fn post(&self, message: WritableMessage) -> Result<(), PostError> {
        self.post_with(message, None)
    }

    /// The same with a bookmark, which comes back when the message is delivered.
    ///
    /// # Errors
    /// The host does not have the message; the bookmark is dropped.
    pub fn post_with(
        &self,
        message: WritableMessage,
        bookmark: Option<Bookmark>,
    ) -> Result<(), PostError> {
        self.post_then(message, bookmark, || ())
    }

    /// The same; calls `wait` before it waits for the window behind the message.
    ///
    /// # Errors
    /// As [`post_with`](Self::post_with).
    pub fn post_then(
        &self,
        message: WritableMessage,
        bookmark: Option<Bookmark>,
        wait: impl FnOnce(),
    ) -> Result<(), PostError> {
        self.hand_over(message, bookmark, Way::WAIT)?;
        self.turns().wait_behind(wait);
        Ok(())
    }

    /// The same for one of several: where `more` follow at once, what gathers messages may take them as one
    /// batch.
    ///
    /// # Errors
    /// As [`post_with`](Self::post_with); what gathers messages has those before.
    pub(crate) fn post_one_of_many(
        &self,
        message: WritableMessage,
        bookmark: Option<Bookmark>,
        more: bool,
    ) -> Result<(), PostError> {
        let posted = self.hand_over(message, bookmark, Way { wait: true, more });
        if posted.is_err() {
            self.0.end_batch();
        }
        posted?;
        self.wait_behind();
        Ok(())
    }

    /// The same for many, in order, each with its bookmark; what gathers messages may take them as one
    /// batch. Gives how many the host has. It does not wait behind the last one.
    ///
    /// # Errors
    /// The host does not have the next message, nor those behind it.
    pub fn post_all(
        &self,
        messages: impl IntoIterator<Item = (WritableMessage, Option<Bookmark>)>,
    ) -> (usize, Result<(), PostError>) {
        let mut posted = 0;
        let mut result = Ok(());
        for (message, bookmark) in messages {
            result = self.hand_over(message, bookmark, Way::WITH_MORE);
            if result.is_err() {
                break;
            }
            posted += 1;
        }
        if posted > 0 {
            self.0.end_batch();
        }
        (posted, result)
    }

    /// On the source's own thread, waits until a message can be posted or the source is told to end.
    /// Elsewhere it does not wait. No lock is held.
    pub fn wait_behind(&self) {
        self.turns().wait_behind(|| ());
    }

    /// Hands a message to the host and does not wait behind it; and, on the source's own thread, not
    /// before it either, unless other threads post too: they may have closed the window unseen. Runs
    /// the log path, so no lock is held.
    ///
    /// # Errors
    /// The host does not have the message.
    #[doc(alias = "log_threaded_source_post")]
    pub fn try_post(&self, message: WritableMessage) -> Result<(), PostError> {
        self.try_post_with(message, None)
    }

    /// The same with a bookmark, which comes back when the message is delivered.
    ///
    /// # Errors
    /// The host does not have the message; the bookmark is dropped.
    pub fn try_post_with(
        &self,
        message: WritableMessage,
        bookmark: Option<Bookmark>,
    ) -> Result<(), PostError> {
        self.hand_over(message, bookmark, Way::WITHOUT_WAITING)
    }

    fn hand_over(
        &self,
        message: WritableMessage,
        bookmark: Option<Bookmark>,
        way: Way,
    ) -> Result<(), PostError> {
        // The host holds the tracker's lock where a bookmark is given back, and this thread has the
        // turn already in the course of a post.
        let _no_posting = NoPosting::begin().ok_or(PostError::Nested)?;
        locks::assert_host_s_may_be_taken();
        let turn = self.turns().take(way.wait)?;
        let mut message = message.into_new().ok_or(PostError::NotNew)?;
        if bookmark.is_some() || self.0.has_extras.load(Ordering::Relaxed) {
            self.0.add_extras(&turn, &mut message, bookmark)?;
        }
        let worker = turn.worker;
        // SAFETY: the worker is live, the window is open, and only who has the turn makes it smaller;
        // nobody else has the message; the thread has the host's state.
        unsafe { ffi::compat::source_post(worker, message.into_raw().as_ptr()) };
        if !turn.is_open() {
            // What waits in an open batch would never make room in the window.
            close_batch_of_this_thread();
        } else if !way.more {
            self.0.end_batch();
        }
        Ok(())
    }

    /// Lets those that gather messages go on with what was posted so far. Runs the log path, so no
    /// lock is held. Any thread but the main thread; on another than the source's it ends batches for
    /// good: what the source's own thread has in an open one goes on with its next post.
    ///
    /// # Errors
    /// The source does not run, or is told to end.
    #[doc(alias = "log_threaded_source_worker_close_batch")]
    pub fn close_batch(&self) -> Result<(), PostError> {
        if self.turns().are_this_thread_s() {
            locks::assert_host_s_may_be_taken();
            close_batch_of_this_thread();
            return Ok(());
        }
        if self.turns().is_main_thread() {
            return Err(PostError::MainThread);
        }
        if !self.turns().is_running() {
            return Err(PostError::Stopping);
        }
        self.set_auto_close_batches(true);
        Ok(())
    }
}

impl Shared {
    fn extras(&self) -> MutexGuard<'_, Extras> {
        self.extras.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the extras to `change`, and gives what that gives.
    fn change_extras<T>(&self, change: impl FnOnce(&mut Extras) -> T) -> T {
        let mut extras = self.extras();
        let result = change(&mut extras);
        let has_extras = extras.transport.is_some() || extras.acks.is_some();
        self.has_extras.store(has_extras, Ordering::Relaxed);
        result
    }

    /// Prepares the source's tracker for the message that is posted next, and the message.
    fn add_extras(
        &self,
        turn: &Turn<'_>,
        message: &mut WritableMessage,
        bookmark: Option<Bookmark>,
    ) -> Result<(), PostError> {
        let mut extras = self.extras();
        match &mut extras.acks {
            Some(acks) => {
                // SAFETY: live, used in turn, and it has the tracker that was set in init. No other
                // lock of the host is held.
                let record =
                    unsafe { ffi::ack_tracker_request_bookmark((*turn.worker).super_.ack_tracker) };
                // A tracker has room for as many as the window.
                let record = NonNull::new(record).ok_or(PostError::Closed)?;
                // SAFETY: given for the post that follows.
                unsafe { acks.fill(record, bookmark) };
            }
            None if bookmark.is_some() => return Err(PostError::NoTracker),
            None => {}
        }
        if let Some(name) = &extras.transport {
            // One that is too large is left out, as with the host's own sources.
            let _ = message.set_value(Name::look_up(c"TRANSPORT"), ValueType::String, name);
        }
        Ok(())
    }

    /// Ends the batch behind a message, where batches end by themselves. On a thread of the host's that
    /// is not the source's nobody else would do it.
    fn end_batch(&self) {
        if self.auto_close_batches.load(Ordering::Relaxed) || !self.turns.are_this_thread_s() {
            close_batch_of_this_thread();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_thread_does_not_post() {
        let poster = Poster::new();
        assert_eq!(poster.close_batch(), Err(PostError::MainThread));
        assert!(!poster.is_open());
    }

    #[test]
    fn nobody_closes_batches_of_a_source_that_does_not_run() {
        let poster = Poster::new();
        let close = || std::thread::scope(|scope| scope.spawn(|| poster.close_batch()).join());
        assert_eq!(close().ok(), Some(Err(PostError::Stopping)));
        poster.prepare();
        assert_eq!(close().ok(), Some(Err(PostError::Stopping)));
    }
}
