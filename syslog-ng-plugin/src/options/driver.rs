// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that every driver has.

use std::ffi::CString;

use super::{Argument, OptionRule};
use crate::ffi;
use crate::ffi::compat;

/// What a config says about any driver.
#[derive(Default)]
pub(crate) struct DriverSettings {
    persist_name: Option<CString>,
    internal: Option<bool>,
}

/// As in the host's rule driver_option (lib/cfg-grammar.y).
pub(crate) const DRIVER: &[OptionRule<DriverSettings>] = &[
    OptionRule {
        name: "persist-name",
        argument: Argument::Bytes(|settings, value| settings.persist_name = Some(value)),
    },
    OptionRule {
        name: "internal",
        argument: match compat::SET_INTERNAL {
            Some(_) => Argument::Switch(|settings, value| settings.internal = Some(value)),
            None => Argument::NeedsHost("syslog-ng 4.2 or newer"),
        },
    },
];

impl DriverSettings {
    /// # Safety
    /// `pipe` is a driver, or a parser, that is being read.
    pub(crate) unsafe fn apply(&self, pipe: *mut ffi::LogPipe) {
        if let Some(name) = &self.persist_name {
            // SAFETY: the caller's word; the text is copied (lib/logpipe.c).
            unsafe { ffi::log_pipe_set_persist_name(pipe, name.as_ptr()) };
        }
        if let (Some(internal), Some(set)) = (self.internal, compat::SET_INTERNAL) {
            // SAFETY: the caller's word.
            unsafe { set(pipe, internal.into()) };
        }
    }
}
