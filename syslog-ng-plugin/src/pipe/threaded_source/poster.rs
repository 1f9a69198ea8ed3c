// SPDX-License-Identifier: GPL-2.0-or-later

//! The way of a message into the host.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::ack::{Acks, Bookmark};
use crate::ffi;
use crate::locks;
use crate::message::{Message, Name};

/// Why a message was not posted. The host does not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// This is not the source's thread, or not the time between the beginning and the end of run().
    #[error("messages are posted on the source's own thread, while run() runs")]
    NotRunning,
    /// The source's window is closed: as many messages are on their way as log-iw-size() allows.
    #[error("the source's window is closed")]
    Closed,
    /// The window is closed, and will not open any more: the source has been told to end.
    #[error("the source is stopping")]
    Stopping,
    /// The message has been posted before, or came from a source of the host.
    #[error("the message has been posted already")]
    NotNew,
    /// The message has a bookmark, and the source no tracker that could give it back.
    #[error("the source has no ack tracker for bookmarks")]
    NoTracker,
    /// This is called out of another post: from where a bookmark is given back, say.
    #[error("a message is being posted already")]
    Nested,
}

/// Posts messages of a source. May be kept and handed about; it posts on the source's own thread
/// while `run()` runs, and says so anywhere else.
#[derive(Clone)]
pub struct Poster(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The thread that is in run(), as [`this_thread`] names it; 0 for none.
    thread: AtomicUsize,
    /// There while `thread` is.
    worker: AtomicPtr<ffi::LogThreadedSourceWorker>,
    /// What is set as TRANSPORT on each message.
    transport: Mutex<Option<Vec<u8>>>,
    /// There where the source has an ack tracker. Held for moments on the main thread and the
    /// source's.
    acks: Mutex<Option<Acks>>,
    /// Whether a post is being made; only of interest on the thread that makes it.
    posting: AtomicBool,
}

/// A number that no other living thread has, and that is not 0.
fn this_thread() -> usize {
    thread_local! {
        static PLACE: u8 = const { 0 };
    }
    // A thread-local without a destructor is there as long as its thread.
    PLACE.with(|place| ptr::from_ref(place).addr())
}

impl Poster {
    pub(super) fn new() -> Self {
        Poster(Arc::default())
    }

    /// Lets this thread post while `body` runs, and nobody after that.
    ///
    /// # Safety
    /// This is the source's thread, and `worker` lives until this returns.
    pub(super) unsafe fn within(
        &self,
        worker: *mut ffi::LogThreadedSourceWorker,
        body: impl FnOnce(),
    ) {
        /// Ends it also when `body` panics.
        struct Within<'p>(&'p Shared);
        impl Drop for Within<'_> {
            fn drop(&mut self) {
                self.0.thread.store(0, Ordering::Relaxed);
                self.0.worker.store(ptr::null_mut(), Ordering::Relaxed);
            }
        }
        self.0.worker.store(worker, Ordering::Relaxed);
        self.0.thread.store(this_thread(), Ordering::Relaxed);
        let _within = Within(&self.0);
        body();
    }

    /// The worker, if it is this thread's.
    fn worker(&self) -> Result<*mut ffi::LogThreadedSourceWorker, PostError> {
        // Both are written by the thread that they are about; another one reads that it is not it,
        // whatever the order.
        if self.0.thread.load(Ordering::Relaxed) == this_thread() {
            Ok(self.0.worker.load(Ordering::Relaxed))
        } else {
            Err(PostError::NotRunning)
        }
    }

    /// The worker, if it is this thread's and its window is open.
    fn open_worker(&self) -> Result<*mut ffi::LogThreadedSourceWorker, PostError> {
        let worker = self.worker()?;
        // SAFETY: live while this thread is in `within`.
        if unsafe { ffi::compat::source_is_open(worker) } {
            return Ok(worker);
        }
        // SAFETY: as above. The host writes it on the main thread, and reads it as loosely
        // (lib/logthrsource/logthrsourcedrv.c).
        let stopping = unsafe { (&raw const (*worker).under_termination).read_volatile() } != 0;
        Err(if stopping {
            PostError::Stopping
        } else {
            PostError::Closed
        })
    }

    fn transport(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        self.0
            .transport
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets who gets bookmarks back from now on.
    pub(super) fn set_acks(&self, acks: Option<Acks>) {
        let mut slot = self.0.acks.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *slot, acks);
        drop(slot);
        // Outside of the lock: what it holds may be anything.
        drop(old);
    }

    /// Sets what messages posted from now on have as TRANSPORT; `None` leaves it alone. Any thread.
    #[doc(alias = "log_threaded_source_driver_set_transport_name")]
    pub fn set_transport_name(&self, name: Option<&str>) {
        *self.transport() = name.map(|name| name.as_bytes().to_vec());
    }

    /// Whether [`try_post`](Self::try_post) would post now. Only on the source's thread, in run().
    pub fn is_open(&self) -> bool {
        self.open_worker().is_ok()
    }

    /// Whether this thread may post: it is the source's, in run().
    pub fn is_running(&self) -> bool {
        self.worker().is_ok()
    }

    /// Hands a message to the host, and waits until the next one can be posted or the source is told
    /// to end. What is Ok is in the host, whatever comes then. Blocks, so no lock is held.
    ///
    /// # Errors
    /// The host does not have the message.
    #[doc(alias = "log_threaded_source_blocking_post")]
    pub fn post(&self, message: &Message) -> Result<(), PostError> {
        self.post_with(message, None)
    }

    /// The same with a bookmark, which comes back when the message is delivered.
    ///
    /// # Errors
    /// The host does not have the message; the bookmark is dropped.
    pub fn post_with(
        &self,
        message: &Message,
        bookmark: Option<Bookmark>,
    ) -> Result<(), PostError> {
        self.hand_over(message, bookmark, ffi::compat::source_blocking_post)
    }

    /// Hands a message to the host and does not wait. When the window is closed after that,
    /// [`wakeup`](super::ThreadedSource::wakeup) is called as soon as it opens. Runs the log path, so
    /// no lock is held.
    ///
    /// # Errors
    /// The host does not have the message.
    #[doc(alias = "log_threaded_source_post")]
    pub fn try_post(&self, message: &Message) -> Result<(), PostError> {
        self.try_post_with(message, None)
    }

    /// The same with a bookmark, which comes back when the message is delivered.
    ///
    /// # Errors
    /// The host does not have the message; the bookmark is dropped.
    pub fn try_post_with(
        &self,
        message: &Message,
        bookmark: Option<Bookmark>,
    ) -> Result<(), PostError> {
        self.hand_over(message, bookmark, ffi::compat::source_post)?;
        // What waits in an open batch would never make room in the window.
        if !self.is_open() {
            self.close_batch()?;
        }
        Ok(())
    }

    fn hand_over(
        &self,
        message: &Message,
        bookmark: Option<Bookmark>,
        post: unsafe fn(*mut ffi::LogThreadedSourceWorker, *mut ffi::LogMessage),
    ) -> Result<(), PostError> {
        /// Ends the post also if it panics.
        struct Posting<'p>(&'p AtomicBool);
        impl Drop for Posting<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Relaxed);
            }
        }
        self.worker()?;
        // The host holds the tracker's lock where a bookmark is given back in the course of a post.
        if self.0.posting.swap(true, Ordering::Relaxed) {
            return Err(PostError::Nested);
        }
        let _posting = Posting(&self.0.posting);
        // The host ends the process when a message is posted into a closed window, also at a stop.
        let worker = self.open_worker()?;
        locks::assert_host_s_may_be_taken();
        let mut acks = self.0.acks.lock().unwrap_or_else(PoisonError::into_inner);
        if acks.is_none() && bookmark.is_some() {
            return Err(PostError::NoTracker);
        }
        let message = message.claim().ok_or(PostError::NotNew)?;
        if let Some(acks) = &mut *acks {
            // SAFETY: live, this is its thread, and it has the tracker that was set in init. No other
            // lock of the host is held.
            let record = unsafe { ffi::ack_tracker_request_bookmark((*worker).super_.ack_tracker) };
            // A tracker has room for as many as the window.
            let record = NonNull::new(record).ok_or(PostError::Closed)?;
            // SAFETY: given for the post below.
            unsafe { acks.fill(record, bookmark) };
        }
        drop(acks);
        if let Some(name) = &*self.transport() {
            // SAFETY: claimed, and not yet handed over: nobody else changes it.
            unsafe { message.set(Name::look_up(c"TRANSPORT"), name) };
        }
        // SAFETY: the worker is live and this thread's, the window is open, and only this thread
        // makes it smaller; the message is a reference of its own that was claimed for this post.
        unsafe { post(worker, message.into_raw().as_ptr()) };
        Ok(())
    }

    /// Lets those that gather messages go on with what was posted so far. Runs the log path, so no
    /// lock is held. Where the host keeps no batch, it does nothing.
    ///
    /// # Errors
    /// This is not the source's thread in run().
    #[doc(alias = "log_threaded_source_worker_close_batch")]
    pub fn close_batch(&self) -> Result<(), PostError> {
        self.worker()?;
        locks::assert_host_s_may_be_taken();
        // SAFETY: a thread of the host's; the list is this thread's own (lib/mainloop-worker.c).
        unsafe { ffi::main_loop_worker_invoke_batch_callbacks() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_posts_outside_of_run() {
        let poster = Poster::new();
        assert_eq!(poster.close_batch(), Err(PostError::NotRunning));
        assert!(!poster.is_open());
    }
}
