// SPDX-License-Identifier: GPL-2.0-or-later

//! The way of a message into the host.
//!
//! The host expects one thread to post for a source, its own. What it really needs is that posts come
//! one after the other, each with the window open, on threads that have the host's thread state; a
//! thread without a number of the host's may push into any queue (lib/logqueue-fifo.c,
//! lib/logscheduler.c). So other threads post by themselves, in turn with the source's own, while its
//! run() runs: the host waits for that thread before it takes the log paths down, and that thread waits
//! for whoever is posting.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::gate::{Gate, Phase};
use crate::ack::{Acks, Bookmark};
use crate::ffi;
use crate::locks::{self, NoPosting};
use crate::message::{Message, Name, ensure_host_state, is_host_thread};

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
    /// The message has been posted before, or came from a source of the host.
    #[error("the message has been posted already")]
    NotNew,
    /// The message has a bookmark, and the source no tracker that could give it back.
    #[error("the source has no ack tracker for bookmarks")]
    NoTracker,
    /// This is called out of another post, or from where a bookmark is given back.
    #[error("messages are not posted out of a post")]
    Nested,
}

/// What the window looks like behind a message that was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The next one can be posted.
    Open,
    /// [`wakeup`](super::ThreadedSource::wakeup) is called as soon as it opens.
    Closed,
}

/// Posts messages of a source, from any thread but the host's main thread. May be kept and handed about.
#[derive(Clone)]
pub struct Poster(Arc<Shared>);

struct Shared {
    /// The host's main thread, as [`this_thread`] names it.
    main: usize,
    /// The thread that is in run(), likewise; 0 for none.
    thread: AtomicUsize,
    /// The worker of the source that is in run(). Set to NULL with the turn and under the gate's lock.
    worker: AtomicPtr<ffi::LogThreadedSourceWorker>,
    gate: Gate,
    /// Held while a message is posted, without the module's own lock. Nobody waits for the window with
    /// it: who is told to end may be waited for by who is not.
    turn: Mutex<()>,
    /// Whether other threads than the source's have posted.
    guests: AtomicBool,
    /// Whether a batch ends behind each message.
    auto_close_batches: AtomicBool,
    /// What is set as TRANSPORT on each message.
    transport: Mutex<Option<Vec<u8>>>,
    /// There where the source has an ack tracker. Held for moments on the main thread and where a
    /// message is posted.
    acks: Mutex<Option<Acks>>,
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

/// A number that no other living thread has, and that is not 0.
fn this_thread() -> usize {
    thread_local! {
        static PLACE: u8 = const { 0 };
    }
    // A thread-local without a destructor is there as long as its thread.
    PLACE.with(|place| ptr::from_ref(place).addr())
}

impl Poster {
    /// To be called on the main thread.
    pub(super) fn new() -> Self {
        Poster(Arc::new(Shared {
            main: this_thread(),
            thread: AtomicUsize::default(),
            worker: AtomicPtr::default(),
            gate: Gate::new(),
            turn: Mutex::default(),
            guests: AtomicBool::default(),
            auto_close_batches: AtomicBool::new(true),
            transport: Mutex::default(),
            acks: Mutex::default(),
        }))
    }

    /// The source is being prepared: who posts now waits until it runs.
    pub(super) fn prepare(&self) {
        self.0.guests.store(false, Ordering::Relaxed);
        self.0.auto_close_batches.store(true, Ordering::Relaxed);
        self.set_acks(None);
        self.0.gate.enter(Phase::Prepared, |_| true);
    }

    /// The source does not run any more, or will not run: who waits is told.
    pub(super) fn end(&self) {
        self.0.gate.enter(Phase::Idle, |_| true);
    }

    /// The same, and no bookmark is given back any more.
    pub(super) fn release(&self) {
        self.end();
        self.set_acks(None);
    }

    /// Tells the source to end by `tell`. Other threads that wait for its window are told before, so
    /// that `tell` may wait for them; the source's own when that is done.
    pub(super) fn stop(&self, tell: impl FnOnce()) {
        /// Ends it also when `tell` panics.
        struct Told<'g>(&'g Gate);
        impl Drop for Told<'_> {
            fn drop(&mut self) {
                self.0.enter(Phase::Stopping, |phase| phase != Phase::Idle);
            }
        }
        let gate = &self.0.gate;
        gate.enter(Phase::Ending, |phase| phase != Phase::Idle);
        let _told = Told(gate);
        tell();
    }

    /// The window has opened.
    pub(super) fn wake_up(&self) {
        self.0.gate.notify_one();
    }

    /// Lets messages be posted while `body` runs, and not after that.
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
                self.0.gate.enter(Phase::Idle, |_| true);
                self.0.thread.store(0, Ordering::Relaxed);
                // Behind the message that somebody is posting, and not while somebody looks at it.
                let _turn = self.0.lock_turn();
                let worker = &self.0.worker;
                self.0
                    .gate
                    .locked(|| worker.store(ptr::null_mut(), Ordering::Relaxed));
            }
        }
        self.0.worker.store(worker, Ordering::Relaxed);
        self.0.thread.store(this_thread(), Ordering::Relaxed);
        self.0
            .gate
            .enter(Phase::Running, |phase| phase == Phase::Prepared);
        let _within = Within(&self.0);
        body();
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

    pub(super) fn set_auto_close_batches(&self, close: bool) {
        self.0.auto_close_batches.store(close, Ordering::Relaxed);
    }

    /// Sets what messages posted from now on have as TRANSPORT; `None` leaves it alone. Any thread.
    #[doc(alias = "log_threaded_source_driver_set_transport_name")]
    pub fn set_transport_name(&self, name: Option<&str>) {
        *self.transport() = name.map(|name| name.as_bytes().to_vec());
    }

    /// Whether a message can be posted now. Only on the source's thread, in run().
    pub fn is_open(&self) -> bool {
        self.0.is_source_s_thread() && self.0.is_open()
    }

    /// Hands a message to the host. Waits for the source to run and its window to open first, and on
    /// the source's own thread once more behind the message, until the next one can be posted or the
    /// source is told to end. What is Ok is in the host, whatever comes then. Blocks, so no lock is
    /// held. Any thread but the main thread.
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
        self.hand_over(message, bookmark, Way::WAIT)?;
        self.wait_behind();
        Ok(())
    }

    /// The same for many, in order, each with its bookmark; what gathers messages may take them as one
    /// batch. Gives how many the host has. It does not wait behind the last one.
    ///
    /// # Errors
    /// The host does not have the next message, nor those behind it.
    pub fn post_all<'m>(
        &self,
        messages: impl IntoIterator<Item = (&'m Message, Option<Bookmark>)>,
    ) -> (usize, Result<Window, PostError>) {
        let mut posted = 0;
        let mut window = Ok(Window::Open);
        for (message, bookmark) in messages {
            window = self.hand_over(message, bookmark, Way::WITH_MORE);
            if window.is_err() {
                break;
            }
            posted += 1;
        }
        if posted > 0 {
            self.0.end_batch();
        }
        (posted, window)
    }

    /// On the source's own thread, waits until a message can be posted or the source is told to end.
    /// Elsewhere it does not wait. No lock is held.
    pub fn wait_behind(&self) {
        if self.0.is_source_s_thread() {
            let shared = &self.0;
            let go_on = || shared.is_open() || shared.gate.phase() == Phase::Stopping;
            if !go_on() {
                shared.gate.wait(|| go_on().then_some(()));
                shared.hand_on();
            }
        }
    }

    /// Hands a message to the host and does not wait behind it; and, on the source's own thread, not
    /// before it either, unless other threads post too: they may have closed the window unseen. Runs
    /// the log path, so no lock is held.
    ///
    /// # Errors
    /// The host does not have the message.
    #[doc(alias = "log_threaded_source_post")]
    pub fn try_post(&self, message: &Message) -> Result<Window, PostError> {
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
    ) -> Result<Window, PostError> {
        self.hand_over(message, bookmark, Way::WITHOUT_WAITING)
    }

    fn hand_over(
        &self,
        message: &Message,
        bookmark: Option<Bookmark>,
        way: Way,
    ) -> Result<Window, PostError> {
        // The host holds the tracker's lock where a bookmark is given back, and this thread has the
        // turn already in the course of a post.
        let _no_posting = NoPosting::begin().ok_or(PostError::Nested)?;
        locks::assert_host_s_may_be_taken();
        let turn = self.0.take_turn(way.wait)?;
        let worker = turn.worker;
        let mut acks = self.0.acks.lock().unwrap_or_else(PoisonError::into_inner);
        if acks.is_none() && bookmark.is_some() {
            return Err(PostError::NoTracker);
        }
        let message = message.claim().ok_or(PostError::NotNew)?;
        if let Some(acks) = &mut *acks {
            // SAFETY: live, used in turn, and it has the tracker that was set in init. No other lock
            // of the host is held.
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
        // SAFETY: the worker is live, the window is open, and only who has the turn makes it smaller;
        // the message is a reference of its own that was claimed for this post; the thread has the
        // host's state.
        unsafe { ffi::compat::source_post(worker, message.into_raw().as_ptr()) };
        let window = if self.0.is_open() {
            Window::Open
        } else {
            Window::Closed
        };
        if window == Window::Closed {
            // What waits in an open batch would never make room in the window.
            close_batch_of_this_thread();
        } else if !way.more {
            self.0.end_batch();
        }
        Ok(window)
    }

    /// Lets those that gather messages go on with what was posted so far. Runs the log path, so no
    /// lock is held. Any thread but the main thread; on another than the source's it ends batches for
    /// good: what the source's own thread has in an open one goes on with its next post.
    ///
    /// # Errors
    /// The source does not run, or is told to end.
    #[doc(alias = "log_threaded_source_worker_close_batch")]
    pub fn close_batch(&self) -> Result<(), PostError> {
        if self.0.is_source_s_thread() {
            locks::assert_host_s_may_be_taken();
            close_batch_of_this_thread();
            return Ok(());
        }
        if self.0.is_main_thread() {
            return Err(PostError::MainThread);
        }
        if self.0.gate.phase() != Phase::Running {
            return Err(PostError::Stopping);
        }
        self.set_auto_close_batches(true);
        Ok(())
    }
}

/// The right to post the next message: the window is open, and nobody else posts.
struct Turn<'s> {
    shared: &'s Shared,
    worker: *mut ffi::LogThreadedSourceWorker,
    _held: MutexGuard<'s, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.shared.is_open() {
            self.shared.hand_on();
        }
    }
}

impl Shared {
    fn lock_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next of those who wait look at the window: who opened it woke one of them up.
    fn hand_on(&self) {
        if self.gate.has_waiters() {
            self.gate.notify_one();
        }
    }

    /// Whether this is the thread that is in run().
    fn is_source_s_thread(&self) -> bool {
        // Written by the thread that it is about; another one reads that it is not it, whatever the
        // order.
        self.thread.load(Ordering::Relaxed) == this_thread()
    }

    fn is_main_thread(&self) -> bool {
        self.main == this_thread()
    }

    /// Whether the window is open. For who has the turn or the gate's lock, and the source's own thread
    /// in run().
    fn is_open(&self) -> bool {
        let worker = self.worker.load(Ordering::Relaxed);
        // SAFETY: if not NULL it is live until run() ends on the source's own thread, which takes the
        // turn and the gate's lock before it sets it to NULL.
        !worker.is_null() && unsafe { ffi::compat::source_is_open(worker) }
    }

    /// Ends the batch behind a message, where batches end by themselves. On a thread of the host's that
    /// is not the source's nobody else would do it.
    fn end_batch(&self) {
        if self.auto_close_batches.load(Ordering::Relaxed) || !self.is_source_s_thread() {
            close_batch_of_this_thread();
        }
    }

    /// Takes the turn when the window is open.
    fn take_turn(&self, wait: bool) -> Result<Turn<'_>, PostError> {
        let guest = !self.is_source_s_thread();
        if guest {
            if self.is_main_thread() {
                return Err(PostError::MainThread);
            }
            ensure_host_state();
            self.guests.store(true, Ordering::Relaxed);
        }
        loop {
            let held = self.lock_turn();
            match self.may_post(guest, wait) {
                Some(Ok(())) => {
                    let worker = self.worker.load(Ordering::Relaxed);
                    return Ok(Turn {
                        shared: self,
                        worker,
                        _held: held,
                    });
                }
                Some(Err(error)) => return Err(error),
                None => drop(held),
            }
            // Somebody else may be faster, and close it again.
            self.gate.wait(|| self.may_post(guest, wait)).ok();
        }
    }

    /// Whether a message can be posted now; `None` if that is worth waiting for. For who has the turn
    /// or the gate's lock.
    fn may_post(&self, guest: bool, wait: bool) -> Option<Result<(), PostError>> {
        match self.gate.phase() {
            Phase::Idle => Some(Err(PostError::Stopping)),
            Phase::Prepared => None,
            Phase::Ending | Phase::Stopping if guest => Some(Err(PostError::Stopping)),
            // The host ends the process when a message is posted into a closed window, also at a stop.
            _ if self.is_open() => Some(Ok(())),
            Phase::Stopping => Some(Err(PostError::Stopping)),
            _ if wait || guest || self.guests.load(Ordering::Relaxed) => None,
            _ => Some(Err(PostError::Closed)),
        }
    }
}

/// Has what this thread posted go on, if the host gathers what it posts.
fn close_batch_of_this_thread() {
    if is_host_thread() {
        // SAFETY: a thread of the host's; the list is this thread's own (lib/mainloop-worker.c).
        unsafe { ffi::main_loop_worker_invoke_batch_callbacks() };
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
