// SPDX-License-Identifier: GPL-2.0-or-later

//! Acknowledgement: a source learns which of its messages have been delivered. In: a message with a
//! bookmark. Out: the bookmark, when the message, or a run of messages, is settled.
//!
//! The host's trackers keep a record for each message on its way, with room for a bookmark. Trackers
//! end the process when they are given a message for which no record was asked for, so one is asked
//! for each, also where the source has no bookmark.
//!
//! A destination that is taken down with messages in its queue gives these up, and the host's
//! consecutive tracker counts them as settled: one behind them that is delivered later would take the
//! bookmark past what was never delivered. [`Acks::stop_at_given_up`] has it stop there.

use std::any::Any;
use std::num::NonZeroU32;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::ffi;
use crate::locks::NoPosting;
use crate::pipe::guard_on_any_thread;

/// What a source wants to have back when a message is delivered. Dropped on any thread, perhaps under
/// locks of the host.
pub type Bookmark = Box<dyn Any + Send + Sync>;

/// How a source learns what was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckTracker {
    /// Of each message, when it is delivered.
    #[doc(alias = "instant_ack_tracker_factory_new")]
    Instant,
    /// Of the newest message such that it and all before it are delivered.
    #[doc(alias = "consecutive_ack_tracker_factory_new")]
    Consecutive,
    /// Of many at once, in any order: when `size` have been delivered, or after `timeout`
    /// milliseconds (0: never).
    #[doc(alias = "batched_ack_tracker_factory_new")]
    Batched {
        /// Milliseconds.
        timeout: u32,
        /// Messages.
        size: NonZeroU32,
    },
}

/// Takes bookmarks back. Any thread of the host, perhaps under the tracker's lock: nothing of the host
/// that could wait is called, and nothing is posted.
pub trait Acknowledge: Send + Sync + 'static {
    /// A message is delivered; with [`AckTracker::Consecutive`] all before it are, too.
    fn acknowledge(&self, bookmark: Bookmark);
    /// Messages are delivered, with [`AckTracker::Batched`].
    fn acknowledge_batch(&self, bookmarks: Vec<Bookmark>);
}

/// A bookmark that may belong to several messages, and is given back once.
struct Shared(Mutex<Option<Bookmark>>);

impl Shared {
    fn take(&self) -> Option<Bookmark> {
        let mut bookmark = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bookmark.take()
    }
}

/// What stands in the host's record of a message.
struct Record {
    bookmark: Option<Arc<Shared>>,
    taker: Arc<dyn Acknowledge>,
}

/// A source's side of its tracker.
pub(crate) struct Acks {
    taker: Arc<dyn Acknowledge>,
    tracker: AckTracker,
    /// The newest bookmark: a message without one ends where that began.
    newest: Option<Arc<Shared>>,
}

impl Acks {
    pub(crate) fn new(tracker: AckTracker, taker: Arc<dyn Acknowledge>) -> Self {
        Acks {
            taker,
            tracker,
            newest: None,
        }
    }

    /// Has the tracker save no bookmark any more once one of its messages has been given up.
    ///
    /// # Safety
    /// `tracker` is live and the one that [`factory`] is for; no message is on its way.
    pub(crate) unsafe fn stop_at_given_up(&self, tracker: NonNull<ffi::AckTracker>) {
        // With the others, what becomes of one message says nothing of another.
        if self.tracker != AckTracker::Consecutive {
            return;
        }
        // SAFETY: the caller's word.
        let slot = unsafe { &mut (*tracker.as_ptr()).manage_msg_ack };
        if let Some(settle) = *slot {
            // All trackers of this kind have the same one; the first that comes here has it still.
            let _ = SETTLE.set(settle);
            *slot = Some(settle_unless_given_up);
        }
    }

    /// Fills the record of the message that is posted next.
    ///
    /// # Safety
    /// The tracker gave `record` for the next post of this source, which follows at once.
    pub(crate) unsafe fn fill(
        &mut self,
        record: NonNull<ffi::Bookmark>,
        bookmark: Option<Bookmark>,
    ) {
        let bookmark = match bookmark {
            Some(bookmark) => Some(Arc::new(Shared(Mutex::new(Some(bookmark))))),
            // The host gives back the newest of a run only, and that may be one without.
            None if self.tracker == AckTracker::Consecutive => self.newest.clone(),
            None => None,
        };
        self.newest.clone_from(&bookmark);
        let made = Box::into_raw(Box::new(Record {
            bookmark,
            taker: Arc::clone(&self.taker),
        }));
        // SAFETY: the caller's word.
        let record = unsafe { &mut *record.as_ptr() };
        record.save = Some(save);
        record.destroy = Some(destroy);
        // SAFETY: the container has room for a pointer, and is aligned for one (lib/ack-tracker/
        // bookmark.h).
        unsafe {
            (&raw mut record.container)
                .cast::<*mut Record>()
                .write(made);
        }
    }
}

/// A factory of the host's for such a tracker: a reference that is the caller's.
pub(crate) fn factory(tracker: AckTracker) -> *mut ffi::AckTrackerFactory {
    match tracker {
        // SAFETY: takes nothing.
        AckTracker::Instant => unsafe { ffi::instant_ack_tracker_factory_new() },
        // SAFETY: takes nothing.
        AckTracker::Consecutive => unsafe { ffi::consecutive_ack_tracker_factory_new() },
        // SAFETY: what is handed to `batch` is in the records themselves.
        AckTracker::Batched { timeout, size } => unsafe {
            ffi::batched_ack_tracker_factory_new(timeout, size.get(), Some(batch), ptr::null_mut())
        },
    }
}

/// The host's own way to settle a message of a consecutive tracker.
static SETTLE: OnceLock<Settle> = OnceLock::new();
type Settle = unsafe extern "C" fn(*mut ffi::AckTracker, *mut ffi::LogMessage, ffi::AckType);

/// # Safety
/// The host calls this on a tracker that it was installed in, with a message of its source that is
/// settled now.
unsafe extern "C" fn settle_unless_given_up(
    tracker: *mut ffi::AckTracker,
    message: *mut ffi::LogMessage,
    how: ffi::AckType,
) {
    if how == ffi::AT_ABORTED {
        // Before it counts as settled. The lock that this takes is free: the host takes it next.
        // SAFETY: see the function; each tracker of this kind has this method.
        if let Some(disable) = unsafe { (*tracker).disable_bookmark_saving } {
            // SAFETY: as above.
            unsafe { disable(tracker) };
        }
    }
    // It was set before this was installed.
    if let Some(settle) = SETTLE.get() {
        // SAFETY: the host's own arguments for its own function.
        unsafe { settle(tracker, message, how) };
    }
}

/// What `fill` put into a record.
///
/// # Safety
/// `bookmark` is part of a record that `fill` filled, and has not been destroyed.
unsafe fn record<'a>(bookmark: *mut ffi::Bookmark) -> &'a Record {
    // SAFETY: the caller's word.
    unsafe { &**(&raw const (*bookmark).container).cast::<*const Record>() }
}

/// # Safety
/// The host calls this on a bookmark that it was installed in, before `destroy`.
unsafe extern "C" fn save(bookmark: *mut ffi::Bookmark) {
    guard_on_any_thread("ack.save", (), || {
        // A post would take the lock that the tracker holds.
        let _no_posting = NoPosting::enter();
        // SAFETY: see the function.
        let record = unsafe { record(bookmark) };
        if let Some(bookmark) = record.bookmark.as_ref().and_then(|shared| shared.take()) {
            record.taker.acknowledge(bookmark);
        }
    });
}

/// # Safety
/// The host calls this on a bookmark that it was installed in, once, last of all.
unsafe extern "C" fn destroy(bookmark: *mut ffi::Bookmark) {
    guard_on_any_thread("ack.destroy", (), || {
        // SAFETY: see the function; made by Box::into_raw() in `fill`.
        unsafe {
            drop(Box::from_raw(
                (&raw const (*bookmark).container)
                    .cast::<*mut Record>()
                    .read(),
            ));
        }
    });
}

/// # Safety
/// The host calls this with a list of records, or NULL for an empty one.
unsafe extern "C" fn batch(records: *mut glib_sys::GList, _data: glib_sys::gpointer) {
    guard_on_any_thread("ack.batch", (), || {
        // As in `save`.
        let _no_posting = NoPosting::enter();
        let mut bookmarks = Vec::new();
        let mut taker = None;
        let mut next = records;
        while !next.is_null() {
            // SAFETY: an element of the list that the host lends.
            let element = unsafe { &*next };
            // SAFETY: the list's elements are records (lib/ack-tracker/batched_ack_tracker.c), which
            // `fill` filled: it is called for each message of a source with such a tracker.
            let record =
                unsafe { record(&raw mut (*element.data.cast::<ffi::AckRecord>()).bookmark) };
            bookmarks.extend(record.bookmark.as_ref().and_then(|shared| shared.take()));
            taker = Some(Arc::clone(&record.taker));
            next = element.next;
        }
        if let (Some(taker), false) = (taker, bookmarks.is_empty()) {
            taker.acknowledge_batch(bookmarks);
        }
    });
}
