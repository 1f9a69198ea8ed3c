// SPDX-License-Identifier: GPL-2.0-or-later

//! A worker: the host's `LogThreadedDestWorker` and its slots.

use std::ptr::NonNull;

use super::{DestinationWorker, FlushMode, Insert};
use crate::ffi;
use crate::message::MessageRef;
use crate::pipe::guard;

/// The block of memory that the host knows as `LogThreadedDestWorker *`. The host frees it when the
/// driver is deinited.
#[repr(C)]
pub(super) struct Instance<W> {
    host: ffi::LogThreadedDestWorker,
    /// The driver owns it and drops it after the host has freed this block; NULL if making the
    /// worker failed.
    worker: *const W,
}
const _: () = assert!(std::mem::offset_of!(Instance<u8>, host) == 0);

impl<W: DestinationWorker> Instance<W> {
    /// Makes a worker that the host owns and that has nothing to send messages with yet.
    ///
    /// # Safety
    /// `owner` is a driver that lives longer than the worker. Main thread.
    pub(super) unsafe fn construct(
        owner: *mut ffi::LogThreadedDestDriver,
        index: ffi::gint,
    ) -> NonNull<Self> {
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let instance = unsafe { glib_sys::g_malloc0(size_of::<Self>()) }.cast::<Self>();
        // SAFETY: zeroed memory is what the host's own workers begin as (g_new0 in its drivers);
        // `owner` is the caller's word.
        unsafe { ffi::log_threaded_dest_worker_init_instance(instance.cast(), owner, index) };
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

/// # Safety
/// The host calls this on the worker's thread with a message that it holds a reference to.
unsafe extern "C" fn insert<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
    message: *mut ffi::LogMessage,
) -> ffi::LogThreadedResult {
    guard("worker.insert", Insert::Error, || {
        // SAFETY: see the function.
        let worker = unsafe { worker::<W>(host) };
        let (Some(worker), Some(message)) = (worker, NonNull::new(message)) else {
            return Insert::Error;
        };
        // SAFETY: the host holds a reference to the message for this call
        // (lib/logthrdest/logthrdestdrv.c: _perform_inserts).
        worker.insert(unsafe { MessageRef::borrow(message) })
    })
    .number()
}

/// # Safety
/// The host calls this on the worker's thread.
unsafe extern "C" fn flush<W: DestinationWorker>(
    host: *mut ffi::LogThreadedDestWorker,
    mode: ffi::LogThreadedFlushMode,
) -> ffi::LogThreadedResult {
    guard("worker.flush", Insert::Error, || {
        let mode = if mode == ffi::LTF_FLUSH_EXPEDITE {
            FlushMode::Expedite
        } else {
            FlushMode::Normal
        };
        // SAFETY: see the function.
        unsafe { worker::<W>(host) }.map_or(Insert::Error, |worker| worker.flush(mode))
    })
    .number()
}

/// Whether the worker has something to send messages with.
///
/// # Safety
/// `host` is NULL or an `Instance<W>`; no thread uses it.
pub(super) unsafe fn is_attached<W>(host: *mut ffi::LogThreadedDestWorker) -> bool {
    // SAFETY: not NULL where it is followed; the caller vouches for the rest.
    !host.is_null() && !unsafe { (*host.cast::<Instance<W>>()).worker }.is_null()
}
