// SPDX-License-Identifier: GPL-2.0-or-later

//! The slots of a threaded source, which some hosts have on the driver and others on its worker.

use std::ffi::CStr;

use crate::ffi::*;
use crate::pipe::guard;

/// What the host calls on a threaded source, in one shape. All of it is called under the guard.
pub(crate) trait SourceSlots {
    /// # Safety
    /// `driver` is a live driver of the implementing type; this is the source's thread.
    unsafe fn thread_started(driver: *mut LogThreadedSourceDriver);
    /// # Safety
    /// As [`thread_started`](Self::thread_started).
    unsafe fn thread_stopping(driver: *mut LogThreadedSourceDriver);
    /// # Safety
    /// As [`thread_started`](Self::thread_started); `worker` lives for the length of this call.
    unsafe fn run(driver: *mut LogThreadedSourceDriver, worker: *mut LogThreadedSourceWorker);
    /// # Safety
    /// `driver` is a live driver of the implementing type; this is the main thread.
    unsafe fn request_exit(driver: *mut LogThreadedSourceDriver);
    /// # Safety
    /// `driver` is a live driver of the implementing type.
    unsafe fn wakeup(driver: *mut LogThreadedSourceDriver);
    /// Hands the labels to `label`, and gives the name that the host uses where it has no labels.
    ///
    /// # Safety
    /// `driver` is a live driver of the implementing type.
    unsafe fn stats_names(
        driver: *mut LogThreadedSourceDriver,
        label: &mut dyn FnMut(&CStr, &CStr),
    ) -> *const gchar;
}

/// # Safety
/// `driver` and `worker` belong together and are live; this is the source's thread.
unsafe fn run_guarded<S: SourceSlots>(
    driver: *mut LogThreadedSourceDriver,
    worker: *mut LogThreadedSourceWorker,
) {
    guard("source_slots.run", (), || {
        // SAFETY: the caller's word.
        unsafe { S::run(driver, worker) };
    });
    // Not under the guard: the host ends the process if a thread leaves a batch open.
    // SAFETY: a thread of the host's (lib/mainloop-worker.c); a list of this thread's own.
    unsafe { main_loop_worker_invoke_batch_callbacks() };
}

#[cfg(not(host = "source_workers"))]
mod slots {
    use super::*;

    /// Installs the slots.
    pub(crate) fn set_source_slots<S: SourceSlots>(driver: &mut LogThreadedSourceDriver) {
        driver.thread_init = Some(thread_init::<S>);
        driver.thread_deinit = Some(thread_deinit::<S>);
        driver.run = Some(run::<S>);
        driver.request_exit = Some(request_exit::<S>);
        driver.wakeup = Some(wakeup::<S>);
        driver.format_stats_instance = Some(format_stats::<S>);
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn thread_init<S: SourceSlots>(
        driver: *mut LogThreadedSourceDriver,
    ) -> gboolean {
        guard("source_slots.thread_init", (), || {
            // SAFETY: see the function.
            unsafe { S::thread_started(driver) };
        });
        // Never false: newer hosts take a thread that does not start for a bug and end the process.
        1
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn thread_deinit<S: SourceSlots>(driver: *mut LogThreadedSourceDriver) {
        guard("source_slots.thread_deinit", (), || {
            // SAFETY: see the function.
            unsafe { S::thread_stopping(driver) };
        });
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn run<S: SourceSlots>(driver: *mut LogThreadedSourceDriver) {
        // SAFETY: the worker is made in the host's init, and freed when its thread has ended
        // (lib/logthrsource/logthrsourcedrv.c).
        unsafe { run_guarded::<S>(driver, (*driver).worker) };
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn request_exit<S: SourceSlots>(driver: *mut LogThreadedSourceDriver) {
        guard("source_slots.request_exit", (), || {
            // SAFETY: see the function.
            unsafe { S::request_exit(driver) };
        });
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn wakeup<S: SourceSlots>(driver: *mut LogThreadedSourceDriver) {
        guard("source_slots.wakeup", (), || {
            // SAFETY: see the function.
            unsafe { S::wakeup(driver) };
        });
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in.
    unsafe extern "C" fn format_stats<S: SourceSlots>(
        driver: *mut LogThreadedSourceDriver,
    ) -> *const gchar {
        guard("source_slots.format_stats", c"".as_ptr(), || {
            // SAFETY: see the function.
            unsafe { S::stats_names(driver, &mut |_, _| ()) }
        })
    }
}

#[cfg(host = "source_workers")]
mod slots {
    use super::*;

    /// Installs the slots.
    pub(crate) fn set_source_slots<S: SourceSlots>(driver: &mut LogThreadedSourceDriver) {
        driver.worker_construct = Some(worker_construct::<S>);
        driver.format_stats_key = Some(format_stats::<S>);
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in, on the main thread.
    unsafe extern "C" fn worker_construct<S: SourceSlots>(
        driver: *mut LogThreadedSourceDriver,
        index: gint,
    ) -> *mut LogThreadedSourceWorker {
        // Not under the guard: the host does not take NULL for an answer, and nothing here panics.
        // SAFETY: g_malloc0() gives zeroed memory of that size, aligned for any type of C, or ends
        // the process.
        let worker = unsafe { glib_sys::g_malloc0(size_of::<LogThreadedSourceWorker>()) }
            .cast::<LogThreadedSourceWorker>();
        // SAFETY: zeroed memory is what the host's own workers begin as.
        unsafe { log_threaded_source_worker_init_instance(worker, driver, index) };
        // SAFETY: ours until the host gets it.
        let slots = unsafe { &mut *worker };
        slots.thread_init = Some(thread_init::<S>);
        slots.thread_deinit = Some(thread_deinit::<S>);
        slots.run = Some(run::<S>);
        // Some hosts call it without looking whether it is there.
        slots.request_exit = Some(request_exit::<S>);
        slots.wakeup = Some(wakeup::<S>);
        worker
    }

    /// # Safety
    /// The host calls this on the worker that it was installed in.
    unsafe extern "C" fn thread_init<S: SourceSlots>(
        worker: *mut LogThreadedSourceWorker,
    ) -> gboolean {
        guard("source_slots.thread_init", (), || {
            // SAFETY: a worker keeps its driver alive (lib/logthrsource/logthrsourcedrv.c).
            unsafe { S::thread_started((*worker).control) };
        });
        // Never false: the host takes a thread that does not start for a bug and ends the process.
        1
    }

    /// # Safety
    /// The host calls this on the worker that it was installed in.
    unsafe extern "C" fn thread_deinit<S: SourceSlots>(worker: *mut LogThreadedSourceWorker) {
        guard("source_slots.thread_deinit", (), || {
            // SAFETY: as in `thread_init`.
            unsafe { S::thread_stopping((*worker).control) };
        });
    }

    /// # Safety
    /// The host calls this on the worker that it was installed in.
    unsafe extern "C" fn run<S: SourceSlots>(worker: *mut LogThreadedSourceWorker) {
        // SAFETY: as in `thread_init`.
        unsafe { run_guarded::<S>((*worker).control, worker) };
    }

    /// # Safety
    /// The host calls this on the worker that it was installed in.
    unsafe extern "C" fn request_exit<S: SourceSlots>(worker: *mut LogThreadedSourceWorker) {
        guard("source_slots.request_exit", (), || {
            // SAFETY: as in `thread_init`.
            unsafe { S::request_exit((*worker).control) };
        });
    }

    /// # Safety
    /// The host calls this on the worker that it was installed in, after it has woken it up itself.
    unsafe extern "C" fn wakeup<S: SourceSlots>(worker: *mut LogThreadedSourceWorker) {
        guard("source_slots.wakeup", (), || {
            // SAFETY: as in `thread_init`.
            unsafe { S::wakeup((*worker).control) };
        });
    }

    /// # Safety
    /// The host calls this on the driver that it was installed in, with a builder of its own.
    unsafe extern "C" fn format_stats<S: SourceSlots>(
        driver: *mut LogThreadedSourceDriver,
        builder: *mut StatsClusterKeyBuilder,
    ) {
        guard("source_slots.format_stats", (), || {
            let mut label = |name: &CStr, value: &CStr| {
                // SAFETY: the texts are NUL-terminated.
                let label = unsafe { stats_cluster_label(name.as_ptr(), value.as_ptr()) };
                // SAFETY: the host's builder; it copies the label
                // (lib/stats/stats-cluster-key-builder.c).
                unsafe { stats_cluster_key_builder_add_legacy_label(builder, label) };
            };
            // SAFETY: see the function.
            unsafe { S::stats_names(driver, &mut label) };
        });
    }
}

pub(crate) use slots::set_source_slots;

/// Hands a message over, and does not wait for the window.
///
/// # Safety
/// `worker` is live, nobody else posts for it meanwhile, its window is open, this thread has the host's
/// state, and `message` is a reference that the host takes over, to a message that no source has posted.
pub(crate) unsafe fn source_post(worker: *mut LogThreadedSourceWorker, message: *mut LogMessage) {
    #[cfg(not(host = "source_workers"))]
    // SAFETY: the caller's word; a worker keeps its driver alive.
    unsafe {
        log_threaded_source_post((*worker).control, message)
    };
    #[cfg(host = "source_workers")]
    // SAFETY: the caller's word.
    unsafe {
        log_threaded_source_worker_post(worker, message)
    };
}

/// Whether the window is open.
///
/// # Safety
/// `worker` is live.
pub(crate) unsafe fn source_is_open(worker: *mut LogThreadedSourceWorker) -> bool {
    #[cfg(not(host = "source_workers"))]
    // SAFETY: the caller's word; a worker keeps its driver alive.
    let open = unsafe { log_threaded_source_free_to_send((*worker).control) };
    #[cfg(host = "source_workers")]
    // SAFETY: the caller's word.
    let open = unsafe { log_threaded_source_worker_free_to_send(worker) };
    open != 0
}

/// The source's worker; NULL before init and after deinit.
///
/// # Safety
/// `driver` is live; main thread.
pub(crate) unsafe fn source_worker(
    driver: *mut LogThreadedSourceDriver,
) -> *mut LogThreadedSourceWorker {
    #[cfg(not(host = "source_workers"))]
    // SAFETY: the caller's word.
    let worker = unsafe { (*driver).worker };
    #[cfg(host = "source_workers")]
    // SAFETY: the caller's word; a source has one worker between init and deinit.
    let worker = unsafe { (*driver).workers.as_ref() }.map_or(std::ptr::null_mut(), |&first| first);
    worker
}

/// Has the host leave batches open behind a message, so that it does nothing to the thread that posted
/// it. Hosts without batches need nothing.
///
/// # Safety
/// `driver` is live, and its thread does not run.
pub(crate) unsafe fn leave_batches_open(driver: *mut LogThreadedSourceDriver) {
    #[cfg(host = "source_batches")]
    // SAFETY: the caller's word.
    unsafe {
        (*driver).auto_close_batches = false.into();
    }
    #[cfg(not(host = "source_batches"))]
    let _ = driver;
}
