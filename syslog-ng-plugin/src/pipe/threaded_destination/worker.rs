// SPDX-License-Identifier: GPL-2.0-or-later

//! A worker: the host's `LogThreadedDestWorker` and its slots.

use std::ptr::NonNull;

use super::{Batch, DestinationWorker, FlushMode, Insert};
use crate::ffi;
use crate::message::{MessageRef, Name};
use crate::pipe::guard;

/// The block of memory that the host knows as `LogThreadedDestWorker *`. The host frees it when the
/// driver is deinited.
#[repr(C)]
pub(super) struct Instance<W> {
    host: ffi::LogThreadedDestWorker,
    /// The driver owns it and drops it after the host has freed this block; NULL if making the
    /// worker failed.
    worker: *const W,
    /// At how many bytes a batch is full; 0 for no limit. The bytes are those of MESSAGE.
    batch_bytes: usize,
    /// How many the batch has. Only the worker's thread looks at it.
    bytes: usize,
}
const _: () = assert!(std::mem::offset_of!(Instance<u8>, host) == 0);

impl<W: DestinationWorker> Instance<W> {
    /// Makes a worker that the host owns and that has nothing to send messages with yet. A batch is full
    /// at `batch_bytes`, if that is not 0.
    ///
    /// # Safety
    /// `owner` is a driver that lives longer than the worker. Main thread.
    pub(super) unsafe fn construct(
        owner: *mut ffi::LogThreadedDestDriver,
        index: ffi::gint,
        batch_bytes: usize,
    ) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        // SAFETY: zeroed memory is what the host's own workers begin as (g_new0 in its drivers);
        // `owner` is the caller's word.
        unsafe { ffi::log_threaded_dest_worker_init_instance(instance.cast(), owner, index) };
        // SAFETY: the memory is ours.
        unsafe { (*instance).batch_bytes = batch_bytes };
        // SAFETY: the block is ours until the caller hands it to the host.
        let host = unsafe { &mut (*instance).host };
        host.init = Some(worker_init::<W>);
        host.deinit = Some(worker_deinit::<W>);
        host.connect = Some(connect::<W>);
        host.disconnect = Some(disconnect::<W>);
        host.insert = Some(insert::<W>);
        host.flush = Some(flush::<W>);
        // SAFETY: g_malloc0() does not give NULL for a size over 0.
        unsafe { NonNull::new_unchecked(instance) }
    }

    /// Gives the worker what it sends messages with.
    ///
    /// # Safety
    /// `this` is live, no thread uses it yet, and `worker` lives until the host has freed it.
    pub(super) unsafe fn attach(this: NonNull<Self>, worker: &W) {
        // SAFETY: the caller's word.
        unsafe { (*this.as_ptr()).worker = worker };
    }
}

/// # Safety
/// `host` is an `Instance<W>` in one of its slots.
unsafe fn worker<'a, W>(host: *mut ffi::LogThreadedDestWorker) -> Option<&'a W> {
    // SAFETY: slots are called on the worker that they were installed in; what it points at
    // outlives it (see `attach`).
    unsafe { (*host.cast::<Instance<W>>()).worker.as_ref() }
}

/// # Safety
/// The host calls this on the worker's thread, first of all slots.
unsafe extern "C" fn worker_init<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
) -> glib_sys::gboolean {
    // Not under the guard: without it the worker has no counters and no time between attempts. C
    // code, it does not panic.
    // SAFETY: the host's own method on the host's object.
    let started = unsafe { ffi::log_threaded_dest_worker_init_method(host) };
    guard("worker.worker_init", (), || {
        // SAFETY: see the function.
        if let Some(worker) = unsafe { worker::<W>(host) } {
            worker.thread_started();
        }
    });
    // Never false because of ours: the host takes a worker that cannot start for the end of the
    // daemon (lib/cfg.c: cfg_init).
    started
}

/// # Safety
/// The host calls this on the worker's thread, last of all slots.
unsafe extern "C" fn worker_deinit<W: DestinationWorker>(host: *mut ffi::LogThreadedDestWorker) {
    guard("worker.worker_deinit", (), || {
        // SAFETY: see the function.
        if let Some(worker) = unsafe { worker::<W>(host) } {
            worker.thread_stopping();
        }
    });
    // SAFETY: the host's own method on the host's object; it belongs to worker_init, whatever ours
    // did.
    unsafe { ffi::log_threaded_dest_worker_deinit_method(host) };
}

/// # Safety
/// The host calls this on the worker's thread.
unsafe extern "C" fn connect<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
) -> glib_sys::gboolean {
    guard("worker.connect", 0, || {
        // SAFETY: see the function.
        unsafe { worker::<W>(host) }.is_some_and(W::connect).into()
    })
}

/// # Safety
/// The host calls this on the worker's thread.
unsafe extern "C" fn disconnect<W: DestinationWorker>(host: *mut ffi::LogThreadedDestWorker) {
    guard("worker.disconnect", (), || {
        // SAFETY: see the function.
        if let Some(worker) = unsafe { worker::<W>(host) } {
            worker.disconnect();
        }
    });
}

/// Runs what sends messages, with the batch as the host has it, and gives what the host is told.
///
/// # Safety
/// `host` is an `Instance<W>` in one of its slots, on the worker's thread.
unsafe fn send<W: DestinationWorker>(
    slot: &'static str,
    host: *mut ffi::LogThreadedDestWorker,
    body: impl FnOnce(&W, &mut Batch<'_>) -> Insert,
) -> ffi::LogThreadedResult {
    guard(slot, Insert::Error.number(), || {
        // SAFETY: the caller's word.
        let worker = unsafe { worker::<W>(host) };
        let (Some(worker), Some(raw)) = (worker, NonNull::new(host)) else {
            return Insert::Error.number();
        };
        // SAFETY: the caller's word, for the length of this call.
        let mut batch = unsafe { Batch::borrow(raw) };
        let result = body(worker, &mut batch);
        let written = worker.written_bytes();
        if written > 0 {
            // SAFETY: the caller's word.
            unsafe { ffi::compat::add_written_bytes(host, written) };
        }
        if batch.is_settled() {
            ffi::LTR_EXPLICIT_ACK_MGMT
        } else {
            result.number()
        }
    })
}

/// # Safety
/// The host calls this on the worker's thread with a message that it holds a reference to.
unsafe extern "C" fn insert<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
    message: *mut ffi::LogMessage,
) -> ffi::LogThreadedResult {
    let body = |worker: &W, batch: &mut Batch<'_>| {
        let Some(message) = NonNull::new(message) else {
            return Insert::Error;
        };
        // SAFETY: the host holds a reference to the message for this call
        // (lib/logthrdest/logthrdestdrv.c: _perform_inserts).
        let message = unsafe { MessageRef::borrow(message) };
        // SAFETY: the worker is live; the host sets the number before it calls this slot.
        let number = unsafe { (*host).seq_num };
        let result = worker.insert(message, number);
        if result != Insert::Queued {
            return result;
        }
        // SAFETY: see the function.
        let has_all_bytes = unsafe { fills_batch::<W>(host, message) };
        if has_all_bytes || worker.is_full() {
            // What this gives is for the whole batch, of which the host takes the message for a part
            // already.
            return worker.flush(FlushMode::Normal, batch);
        }
        Insert::Queued
    };
    // SAFETY: see the function.
    unsafe { send("worker.insert", host, body) }
}

/// Whether the batch has come to batch-bytes() with this message.
///
/// # Safety
/// `host` is an `Instance<W>` in its insert slot, on the worker's thread.
unsafe fn fills_batch<W>(host: *mut ffi::LogThreadedDestWorker, message: MessageRef<'_>) -> bool {
    let instance = host.cast::<Instance<W>>();
    // SAFETY: the caller's word; set before the worker's thread was started.
    let limit = unsafe { (*instance).batch_bytes };
    if limit == 0 {
        return false;
    }
    let length = message.retain().value(Name::MESSAGE, |value| {
        value.map_or(0, |value| value.bytes.len())
    });
    // SAFETY: the caller's word; nobody else looks at it. The host has counted the message already.
    let bytes = unsafe {
        if (*host).batch_size <= 1 {
            (*instance).bytes = 0;
        }
        (*instance).bytes += length;
        (*instance).bytes
    };
    bytes >= limit
}

/// # Safety
/// The host calls this on the worker's thread.
unsafe extern "C" fn flush<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
    mode: ffi::LogThreadedFlushMode,
) -> ffi::LogThreadedResult {
    let mode = if mode == ffi::LTF_FLUSH_EXPEDITE {
        FlushMode::Expedite
    } else {
        FlushMode::Normal
    };
    let body = |worker: &W, batch: &mut Batch<'_>| worker.flush(mode, batch);
    // SAFETY: see the function.
    unsafe { send("worker.flush", host, body) }
}

/// Whether the worker has something to send messages with.
///
/// # Safety
/// `host` is NULL or an `Instance<W>`; no thread uses it.
pub(super) unsafe fn is_attached<W>(host: *mut ffi::LogThreadedDestWorker) -> bool {
    // SAFETY: not NULL where it is followed; the caller vouches for the rest.
    !host.is_null() && !unsafe { (*host.cast::<Instance<W>>()).worker }.is_null()
}
