// SPDX-License-Identifier: GPL-2.0-or-later

//! The options that every threaded destination has, as data. What was not written stays unset: the
//! host's defaults hold.

use std::sync::Arc;

use super::flags::{self, Flag};
use super::template::{self, ConfigTemplate};
use super::value_pairs;
use super::{Argument, OptionRule};
use crate::ffi::compat;
use crate::message::ValuePairs;

/// What a config says about the host's side of a threaded destination.
#[derive(Default)]
pub(crate) struct DestinationSettings {
    pub(crate) retries: Option<i32>,
    pub(crate) time_reopen: Option<i32>,
    pub(crate) log_fifo_size: Option<i32>,
    pub(crate) throttle: Option<i32>,
    pub(crate) batch_lines: Option<i32>,
    pub(crate) batch_timeout: Option<i32>,
    pub(crate) batch_idle_timeout: Option<i32>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) worker_partition_key: Option<ConfigTemplate>,
    pub(crate) worker_partition_buckets: Option<ConfigTemplate>,
    pub(crate) worker_partition_autoscaling: Option<bool>,
    pub(crate) worker_partition_autoscaling_wfo: Option<i32>,
    pub(crate) batch_bytes: Option<i32>,
    pub(crate) workers: Option<i32>,
}

/// As in the host's rules dest_driver_option, threaded_dest_driver_general_option
/// and threaded_dest_driver_batch_option (lib/cfg-grammar.y).
pub(crate) const DESTINATION: &[OptionRule<DestinationSettings>] = &[
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
        argument: match compat::SET_BATCH_IDLE_TIMEOUT {
            Some(_) => {
                Argument::NonNegative(|settings, value| settings.batch_timeout = Some(value))
            }
            None => Argument::Positive(|settings, value| settings.batch_timeout = Some(value)),
        },
    },
    OptionRule {
        name: "batch-idle-timeout",
        argument: match compat::SET_BATCH_IDLE_TIMEOUT {
            Some(_) => {
                Argument::NonNegative(|settings, value| settings.batch_idle_timeout = Some(value))
            }
            None => Argument::NeedsHost("AxoSyslog"),
        },
    },
    OptionRule {
        name: "flags",
        argument: match compat::SET_DESTINATION_FLAG {
            Some(_) => Argument::Custom(|settings, lexer| flags::read(&mut settings.flags, lexer)),
            None => Argument::NeedsHost("syslog-ng 4.6 or newer"),
        },
    },
    // The host has it for some drivers of its own only.
    OptionRule {
        name: "batch-bytes",
        argument: Argument::Positive(|settings, value| settings.batch_bytes = Some(value)),
    },
    // As in threaded_dest_driver_workers_option.
    OptionRule {
        name: "workers",
        argument: Argument::Positive(|settings, value| settings.workers = Some(value)),
    },
    OptionRule {
        name: "worker-partition-key",
        argument: match compat::SET_WORKER_PARTITION_KEY {
            Some(_) => Argument::Custom(|settings, lexer| {
                let first = lexer.next_token();
                let key = template::content("worker-partition-key()", first, lexer)?;
                settings.worker_partition_key = Some(key);
                Ok(())
            }),
            None => Argument::NeedsHost("syslog-ng 4.4 or newer"),
        },
    },
    OptionRule {
        name: "worker-partition-buckets",
        argument: match compat::SET_WORKER_PARTITION_BUCKETS {
            Some(_) => Argument::Custom(|settings, lexer| {
                let first = lexer.next_token();
                let buckets = template::content("worker-partition-buckets()", first, lexer)?;
                settings.worker_partition_buckets = Some(buckets);
                Ok(())
            }),
            None => Argument::NeedsHost("AxoSyslog"),
        },
    },
    OptionRule {
        name: "worker-partition-autoscaling",
        argument: match compat::SET_WORKER_PARTITION_AUTOSCALING {
            Some(_) => Argument::Switch(|settings, value| {
                settings.worker_partition_autoscaling = Some(value);
            }),
            None => Argument::NeedsHost("AxoSyslog"),
        },
    },
    OptionRule {
        name: "worker-partition-autoscaling-wfo",
        argument: match compat::SET_WORKER_PARTITION_AUTOSCALING_WFO {
            Some(_) => Argument::Positive(|settings, value| {
                settings.worker_partition_autoscaling_wfo = Some(value);
            }),
            None => Argument::NeedsHost("AxoSyslog"),
        },
    },
];

/// `value-pairs(…)`.
pub(crate) const VALUE_PAIRS: &[OptionRule<Option<Arc<ValuePairs>>>] = &[OptionRule {
    name: "value-pairs",
    argument: Argument::Custom(|pairs, lexer| {
        *pairs = Some(Arc::new(value_pairs::read(lexer)?));
        Ok(())
    }),
}];
