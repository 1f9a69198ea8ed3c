// SPDX-License-Identifier: GPL-2.0-or-later

//! Starts Python inside the daemon and keeps its threads' states.
//!
//! - [`mod@start`]: the interpreter's configuration and start.
//! - [`search_path`]: where Python looks for modules, virtualenvs included.
//! - [`trust`]: who else can change what runs here.
//! - [`package`]: the embedded `syslogng` package.
//! - [`signals`]: keeps Python off the daemon's signals.
//! - [`constructor`]: calls of classes without a tuple of arguments.
//! - [`instance`]: instances of classes, made in two steps, and whether others have them.
//! - [`exit`]: the end of the process.
//! - [`thread`]: attaching to the interpreter.
//! - [`mod@host_threads`]: the threads on which the host calls Python code, and interrupting them.
//! - [`turns`]: threads that want it for a moment, and threads that want it for longer.
//!
//! The one folder that may say unsafe: for calls of CPython's C API that pyo3 has no safe form of.
//! No host pointer comes here.

#[expect(unsafe_code, reason = "pyo3 has no vectorcall for classes")]
mod constructor;
mod exit;
#[expect(
    unsafe_code,
    reason = "clocks of threads are libc's, exceptions in them CPython's"
)]
mod host_threads;
#[expect(unsafe_code, reason = "pyo3 has no safe form of a type's slots")]
mod instance;
mod package;
mod search_path;
#[expect(unsafe_code, reason = "handlers are compared by libc's calls")]
mod signals;
#[expect(unsafe_code, reason = "PyConfig has no safe form")]
mod start;
#[expect(unsafe_code, reason = "pyo3 cannot keep a thread's state")]
mod thread;
#[expect(unsafe_code, reason = "who the process is, libc says")]
mod trust;
mod turns;

pub(crate) use constructor::{Construct, Slots, shorten};
pub(crate) use host_threads::{HostThread, belongs_to, host_threads, was_interrupted};
pub(crate) use instance::{create, initialize, is_shared, refill};
pub(crate) use signals::was_stopped;
pub(crate) use start::start;
pub(crate) use thread::{
    attach, attach_and_keep, attach_for_config, keep_thread_state, let_go_of_thread_state,
};
pub(crate) use trust::look_at_modules;
pub(crate) use turns::{Seen, attach_for_many, behind_moments, between_moments};
