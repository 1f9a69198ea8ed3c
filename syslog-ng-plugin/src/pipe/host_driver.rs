// SPDX-License-Identifier: GPL-2.0-or-later

//! What every driver of the host has: an id, a place in the config, names.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Names;
use crate::config::Config;
use crate::ffi;
use crate::stats::CounterKey;
use crate::text::{from_c, to_c};

/// A driver of the host's, for the length of a call.
#[derive(Clone, Copy)]
pub(super) struct HostDriver(NonNull<ffi::LogDriver>);

impl HostDriver {
    /// # Safety
    /// The driver outlives what is made here, and this is the main thread.
    pub(super) unsafe fn new(raw: NonNull<ffi::LogDriver>) -> Self {
        HostDriver(raw)
    }

    /// The statement's name and a number, as in `s_python#0`.
    pub(super) fn id(&self) -> Cow<'_, str> {
        // SAFETY: the driver is live; its id is set when the config was read (lib/cfg-tree.c) and
        // NUL-terminated.
        unsafe { from_c((*self.0.as_ptr()).id) }
    }

    /// What the config says with persist-name().
    pub(super) fn persist_name(&self) -> Option<Cow<'_, str>> {
        // SAFETY: the driver is live.
        let name = unsafe { (*self.0.as_ptr()).super_.persist_name };
        // SAFETY: NUL-terminated and the driver's own (lib/logpipe.c: log_pipe_set_persist_name).
        (!name.is_null()).then(|| unsafe { from_c(name) })
    }

    /// The configuration that the driver belongs to.
    pub(super) fn config(&self) -> Config<'_> {
        // SAFETY: the driver is live.
        let config = unsafe { (*self.0.as_ptr()).super_.cfg };
        // SAFETY: a driver belongs to a configuration from its making to its end, and that
        // configuration outlives it.
        unsafe { Config::borrow(NonNull::new_unchecked(config)) }
    }

    /// Where the driver stands in the config, as `file:line:column`.
    pub(super) fn location(&self) -> String {
        // SAFETY: the driver is live; a driver begins with the pipe that it is.
        unsafe { location(self.0.as_ptr().cast()) }
    }
}

/// Where a pipe stands in the config, as `file:line:column`.
///
/// # Safety
/// `pipe` is live; main thread.
pub(super) unsafe fn location(pipe: *const ffi::LogPipe) -> String {
    let mut buffer: [c_char; 1024] = [0; 1024];
    // SAFETY: the caller's word; the function takes a NULL node too and writes at most the buffer's
    // length.
    unsafe {
        let node = (*pipe).expr_node;
        ffi::log_expr_node_format_location(node, buffer.as_mut_ptr(), buffer.len());
    }
    // SAFETY: the function above terminates the text.
    unsafe { from_c(buffer.as_ptr()) }.into_owned()
}

/// A driver's names as the host takes them. There from the first init() on; replaced at init() only,
/// when the driver's threads do not run and the host has let go of the texts: it copies them at once
/// (lib/stats/stats-cluster.c, lib/persist-state.c).
#[derive(Default)]
pub(super) struct HostNames(Mutex<Option<Texts>>);

struct Texts {
    persist: CString,
    stats_instance: CString,
    stats_labels: Vec<(CString, CString)>,
}

impl HostNames {
    fn texts(&self) -> MutexGuard<'_, Option<Texts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, names: &Names) {
        let label = |(name, value): &(&str, String)| (to_c(name), to_c(value));
        *self.texts() = Some(Texts {
            persist: to_c(&names.persist),
            stats_instance: to_c(&names.stats_instance),
            stats_labels: names.stats_labels.iter().map(label).collect(),
        });
    }

    /// The persist name; stays where it is until the next init().
    pub(super) fn persist(&self) -> *const c_char {
        self.texts()
            .as_ref()
            .map_or(c"".as_ptr(), |texts| texts.persist.as_ptr())
    }

    /// Hands the labels to `label` and gives the name that counters go under where the host has no
    /// labels; it stays where it is until the next init().
    pub(super) fn stats(&self, label: &mut dyn FnMut(&CStr, &CStr)) -> *const c_char {
        let texts = self.texts();
        let Some(texts) = &*texts else {
            return c"".as_ptr();
        };
        for (name, value) in &texts.stats_labels {
            label(name, value);
        }
        texts.stats_instance.as_ptr()
    }

    /// The key of a driver's counter `errors`. `component` is the host's number for where its
    /// counters belong.
    pub(super) fn errors_key(&self, component: u16, kind: &CStr, id: &str) -> CounterKey {
        let id = to_c(id);
        let (instance, mut labels) = match &*self.texts() {
            Some(texts) => (texts.stats_instance.clone(), texts.stats_labels.clone()),
            None => Default::default(),
        };
        // For the host's counters that label is the kind of driver, which here is the metric's name.
        labels.retain(|(name, _)| name.as_c_str() != c"driver");
        labels.push((c"driver".to_owned(), id.clone()));
        labels.sort();
        CounterKey {
            component,
            id,
            instance,
            name: c"errors",
            metric: to_c(&format!("{}_errors_total", kind.to_string_lossy())),
            labels,
        }
    }
}
