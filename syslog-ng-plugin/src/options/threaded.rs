// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that every threaded destination has, as data. What was not written stays unset: the
//! host's defaults hold.

use super::{Argument, OptionRule};

/// What a config says about the host's side of a threaded destination.
#[derive(Debug, Default)]
pub(crate) struct DestinationSettings {
    pub(crate) persist_name: Option<String>,
    pub(crate) retries: Option<i32>,
    pub(crate) time_reopen: Option<i32>,
    pub(crate) log_fifo_size: Option<i32>,
    pub(crate) throttle: Option<i32>,
    pub(crate) batch_lines: Option<i32>,
    pub(crate) batch_timeout: Option<i32>,
}

/// As in the host's rules driver_option, dest_driver_option, threaded_dest_driver_general_option
/// and threaded_dest_driver_batch_option (lib/cfg-grammar.y).
pub(crate) const THREADED_DESTINATION: &[OptionRule<DestinationSettings>] = &[
    OptionRule {
        name: "persist-name",
        argument: Argument::Text(|settings, value| settings.persist_name = Some(value)),
    },
    OptionRule {
        name: "retries",
        argument: Argument::Positive(|settings, value| settings.retries = Some(value)),
    },
    OptionRule {
        name: "time-reopen",
        argument: Argument::Positive(|settings, value| settings.time_reopen = Some(value)),
    },
    OptionRule {
        name: "log-fifo-size",
        argument: Argument::Positive(|settings, value| settings.log_fifo_size = Some(value)),
    },
    OptionRule {
        name: "throttle",
        argument: Argument::NonNegative(|settings, value| settings.throttle = Some(value)),
    },
    OptionRule {
        name: "batch-lines",
        argument: Argument::NonNegative(|settings, value| settings.batch_lines = Some(value)),
    },
    OptionRule {
        name: "batch-timeout",
        argument: Argument::Positive(|settings, value| settings.batch_timeout = Some(value)),
    },
];
