// SPDX-License-Identifier: GPL-2.0-or-later

//! Entries in the host's persist file: bytes under names, which outlive the process.
//!
//! The host's own functions have no lock: it calls them on the main thread, mostly while no other
//! thread runs. Ours are called one at a time.
//!
//! An entry that is removed stays in the host's table, and looking it up brings it back; so it is
//! marked before it is removed. An entry that nobody looks up is left out the next time the host
//! starts.

use std::ffi::CString;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::ffi;

/// The longest entry: what fits into the host's block with its header (lib/persist-state.c).
pub const LONGEST_ENTRY: usize = 8440;
/// The longest name: what fits into a block of names (lib/persist-state.c), and some room.
pub const LONGEST_NAME: usize = 4000;

/// What stands in an entry that was removed.
const REMOVED: u8 = 0xff;

/// Why an entry cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PersistError {
    /// No configuration is being taken up, or running.
    #[error("the persist file is not yet available, or not any more")]
    Closed,
    /// The entry is longer than [`LONGEST_ENTRY`].
    #[error("the entry is too long for the persist file")]
    TooLong,
    /// The name is empty, holds a NUL byte, or is longer than [`LONGEST_NAME`].
    #[error("the name is empty, too long, or holds a NUL byte")]
    Name,
    /// The host cannot write to the file; it has said why.
    #[error("the host cannot write to the persist file")]
    Write,
}

/// The persist file of the configuration that is taken up.
struct State(NonNull<ffi::PersistState>);

// SAFETY: it is used under the lock of `STATE` only.
unsafe impl Send for State {}

static STATE: Mutex<Option<State>> = Mutex::new(None);

fn state() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A configuration is being taken up. The host hands its persist file from one to the next.
///
/// # Safety
/// `config` is live; main thread.
pub(crate) unsafe fn open(config: *const ffi::GlobalConfig) {
    // SAFETY: the caller's word.
    let file = NonNull::new(unsafe { (*config).state });
    *state() = file.map(State);
}

/// A configuration is being freed, and its persist file with it if it has that still.
///
/// # Safety
/// `config` is NULL or live; main thread.
pub(crate) unsafe fn close(config: *const ffi::GlobalConfig) {
    // SAFETY: the caller's word.
    let Some(config) = (unsafe { config.as_ref() }) else {
        return;
    };
    let mut current = state();
    if current
        .as_ref()
        .is_some_and(|current| current.0.as_ptr() == config.state)
    {
        *current = None;
    }
}

fn c_name(name: &[u8]) -> Result<CString, PersistError> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(PersistError::Name);
    }
    CString::new(name).map_err(|_| PersistError::Name)
}

impl State {
    /// Looks an entry up, which keeps it for the next start. Its handle, and how long it is.
    fn look_up(&self, name: &CString) -> Option<(ffi::PersistEntryHandle, usize)> {
        let (mut size, mut version) = (0, 0);
        // SAFETY: the file is open while the lock is held; the name is NUL-terminated.
        let handle = unsafe {
            ffi::persist_state_lookup_entry(self.0.as_ptr(), name.as_ptr(), &mut size, &mut version)
        };
        (handle != 0).then_some((handle, size))
    }

    /// Hands the bytes of an entry to `body`.
    fn with_entry<T>(
        &self,
        handle: ffi::PersistEntryHandle,
        size: usize,
        body: impl FnOnce(&mut [u8]) -> T,
    ) -> T {
        /// Ends the mapping also if `body` panics.
        struct Mapped<'s>(&'s State, ffi::PersistEntryHandle);
        impl Drop for Mapped<'_> {
            fn drop(&mut self) {
                // SAFETY: mapped below.
                unsafe { ffi::persist_state_unmap_entry(self.0.0.as_ptr(), self.1) };
            }
        }
        // SAFETY: the file is open, and the handle came out of it.
        let bytes = unsafe { ffi::persist_state_map_entry(self.0.as_ptr(), handle) };
        let _mapped = Mapped(self, handle);
        // SAFETY: the entry has that many bytes, which stay where they are while it is mapped; only
        // this module writes to its entries, under the lock.
        body(unsafe { std::slice::from_raw_parts_mut(bytes.cast(), size) })
    }
}

/// The bytes of an entry, `None` if there is none. It may be longer than what was written: a shorter
/// one takes the place of a longer one. Any thread; waits for nobody but its like.
///
/// # Errors
/// [`PersistError::Closed`], [`PersistError::Name`].
pub fn read(name: &[u8]) -> Result<Option<Vec<u8>>, PersistError> {
    let name = c_name(name)?;
    let state = state();
    let state = state.as_ref().ok_or(PersistError::Closed)?;
    let Some((handle, size)) = state.look_up(&name) else {
        return Ok(None);
    };
    let bytes = state.with_entry(handle, size, |bytes| bytes.to_vec());
    if bytes.first() == Some(&REMOVED) {
        remove_again(state, &name);
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// Looking an entry up has brought it back.
fn remove_again(state: &State, name: &CString) {
    // SAFETY: the file is open while the lock is held; the name is NUL-terminated.
    unsafe { ffi::persist_state_remove_entry(state.0.as_ptr(), name.as_ptr()) };
}

/// Writes an entry. Its first byte is not 255. Any thread; takes locks of the host, so no lock of the
/// caller's is held.
///
/// # Errors
/// All of them.
pub fn write(name: &[u8], entry: &[u8]) -> Result<(), PersistError> {
    crate::locks::assert_host_s_may_be_taken();
    let name = c_name(name)?;
    // The host ends the process for one that is too long.
    if entry.len() > LONGEST_ENTRY {
        return Err(PersistError::TooLong);
    }
    let state = state();
    let state = state.as_ref().ok_or(PersistError::Closed)?;
    let (handle, size) = match state.look_up(&name) {
        Some((handle, size)) if size >= entry.len() => (handle, size),
        _ => {
            // SAFETY: the file is open while the lock is held; the name is NUL-terminated; the length
            // was checked above.
            let handle = unsafe {
                ffi::persist_state_alloc_entry(state.0.as_ptr(), name.as_ptr(), entry.len())
            };
            if handle == 0 {
                return Err(PersistError::Write);
            }
            (handle, entry.len())
        }
    };
    state.with_entry(handle, size, |bytes| {
        bytes[..entry.len()].copy_from_slice(entry);
    });
    Ok(())
}

/// Removes an entry, and gives whether there was one. Any thread.
///
/// # Errors
/// [`PersistError::Closed`], [`PersistError::Name`].
pub fn remove(name: &[u8]) -> Result<bool, PersistError> {
    let name = c_name(name)?;
    let state = state();
    let state = state.as_ref().ok_or(PersistError::Closed)?;
    let Some((handle, size)) = state.look_up(&name) else {
        return Ok(false);
    };
    let was = state.with_entry(handle, size, |bytes| {
        bytes
            .first_mut()
            .is_some_and(|first| std::mem::replace(first, REMOVED) != REMOVED)
    });
    remove_again(state, &name);
    Ok(was)
}

/// The names of all entries that begin with `prefix`, sorted. Any thread.
///
/// # Errors
/// [`PersistError::Closed`].
pub fn names(prefix: &[u8]) -> Result<Vec<Vec<u8>>, PersistError> {
    struct Found<'p> {
        prefix: &'p [u8],
        names: Vec<Vec<u8>>,
    }
    /// # Safety
    /// The host calls this from the function below, with the pointer passed there.
    unsafe extern "C" fn visit(
        name: *mut libc::c_char,
        size: ffi::gint,
        entry: glib_sys::gpointer,
        data: glib_sys::gpointer,
    ) {
        crate::pipe::guard_on_any_thread("persist.visit", (), || {
            // SAFETY: see the function.
            let found = unsafe { &mut *data.cast::<Found<'_>>() };
            // SAFETY: names are NUL-terminated (lib/persist-state.c).
            let name = unsafe { std::ffi::CStr::from_ptr(name) }.to_bytes();
            // SAFETY: that many bytes, which are mapped for this call.
            let removed = size > 0 && unsafe { *entry.cast::<u8>() } == REMOVED;
            if name.starts_with(found.prefix) && !removed {
                found.names.push(name.to_vec());
            }
        });
    }
    let state = state();
    let state = state.as_ref().ok_or(PersistError::Closed)?;
    let mut found = Found {
        prefix,
        names: Vec::new(),
    };
    // SAFETY: the file is open while the lock is held; `visit` gets the pointer back during the call.
    unsafe {
        ffi::persist_state_foreach_entry(state.0.as_ptr(), Some(visit), (&raw mut found).cast());
    }
    found.names.sort_unstable();
    Ok(found.names)
}
