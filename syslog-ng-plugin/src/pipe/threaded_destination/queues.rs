// SPDX-License-Identifier: GPL-2.0-or-later

//! Queues on disk whose workers are no more.

use std::path::Path;

use crate::ffi;
use crate::log::{self, Level};
use crate::text::{from_c, to_c};

/// Warns of queues on disk that no worker will read, because the config has fewer workers than before.
/// The host keeps each queue's file under the driver's persist name and the worker's index, which has
/// no bound, but no gaps either (lib/logthrdest/logthrdestdrv.c: _format_queue_persist_name).
///
/// # Safety
/// `host` is live and has a configuration. Main thread.
pub(super) unsafe fn warn_of_stranded(host: *mut ffi::LogThreadedDestDriver, persist_name: &str) {
    // SAFETY: the caller's word.
    let (config, workers) = unsafe { ((*host).super_.super_.super_.cfg, (*host).num_workers) };
    // SAFETY: a driver's configuration outlives it.
    let state = unsafe { (*config).state };
    if state.is_null() {
        return;
    }
    let mut files = Vec::new();
    let mut index = workers.max(1);
    // SAFETY: the state is open while configs are taken up (lib/cfg.c: cfg_read_state).
    while let Some(file) = unsafe { queue_file(state, &format!("{persist_name}.{index}.queue")) } {
        if Path::new(&file).exists() {
            files.push(file);
        }
        index += 1;
    }
    if files.is_empty() {
        return;
    }
    // SAFETY: the driver is live, its id is NUL-terminated.
    let id = unsafe { from_c((*host).super_.super_.id) };
    log::event(
        Level::Warning,
        "Queues on disk have no worker any more, and what is in them waits until they have: set \
         workers() as high as it was, or empty them with dqtool",
        &[
            ("driver", &id),
            ("workers", &workers.to_string()),
            ("workers_needed", &index.to_string()),
            ("files", &files.join(", ")),
        ],
    );
}

/// The file of a queue that the host remembers.
///
/// # Safety
/// `state` is open. Main thread.
unsafe fn queue_file(state: *mut ffi::PersistState, name: &str) -> Option<String> {
    let name = to_c(name);
    // SAFETY: the caller's word; the name is NUL-terminated, and the rest may be NULL
    // (lib/persist-state.c: persist_state_lookup_string).
    let file = unsafe {
        ffi::persist_state_lookup_string(
            state,
            name.as_ptr(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    if file.is_null() {
        return None;
    }
    // SAFETY: not NULL, NUL-terminated, and ours to free.
    let text = unsafe { from_c(file) }.into_owned();
    // SAFETY: as above; not used again.
    unsafe { glib_sys::g_free(file.cast()) };
    Some(text)
}
