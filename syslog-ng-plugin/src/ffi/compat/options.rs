// SPDX-License-Identifier: GPL-2.0-or-later

//! Functions behind options that not every host has: `None` where the host at hand has none.

use super::*;

type SetSwitch<T> = unsafe extern "C" fn(*mut T, gboolean);
type SetNumber<T> = unsafe extern "C" fn(*mut T, gint);
type SetText<T> = unsafe extern "C" fn(*mut T, *const gchar) -> gboolean;
type SetTemplate<T> = unsafe extern "C" fn(*mut T, *mut LogTemplate);
type NewTransform = unsafe extern "C" fn() -> *mut ValuePairsTransform;

/// For internal().
#[cfg(host = "internal_pipes")]
pub(crate) const SET_INTERNAL: Option<SetSwitch<LogPipe>> = Some(log_pipe_set_internal);
#[cfg(not(host = "internal_pipes"))]
pub(crate) const SET_INTERNAL: Option<SetSwitch<LogPipe>> = None;

/// For a source's sdata-prefix(). Gives FALSE for a text that is too long.
#[cfg(host = "sdata_prefix")]
pub(crate) const SET_SDATA_PREFIX: Option<SetText<MsgFormatOptions>> =
    Some(msg_format_options_set_sdata_prefix);
#[cfg(not(host = "sdata_prefix"))]
pub(crate) const SET_SDATA_PREFIX: Option<SetText<MsgFormatOptions>> = None;

/// For a destination's flags(). Gives FALSE for one that the host does not know.
#[cfg(host = "destination_flags")]
pub(crate) const SET_DESTINATION_FLAG: Option<SetText<LogDriver>> =
    Some(log_threaded_dest_driver_process_flag);
#[cfg(not(host = "destination_flags"))]
pub(crate) const SET_DESTINATION_FLAG: Option<SetText<LogDriver>> = None;

/// For worker-partition-key(). Takes the reference over.
#[cfg(host = "worker_partition_key")]
pub(crate) const SET_WORKER_PARTITION_KEY: Option<SetTemplate<LogDriver>> =
    Some(log_threaded_dest_driver_set_worker_partition_key_ref);
#[cfg(not(host = "worker_partition_key"))]
pub(crate) const SET_WORKER_PARTITION_KEY: Option<SetTemplate<LogDriver>> = None;

/// For batch-idle-timeout().
#[cfg(host = "batch_idle_timeout")]
pub(crate) const SET_BATCH_IDLE_TIMEOUT: Option<SetNumber<LogDriver>> =
    Some(log_threaded_dest_driver_set_batch_idle_timeout);
#[cfg(not(host = "batch_idle_timeout"))]
pub(crate) const SET_BATCH_IDLE_TIMEOUT: Option<SetNumber<LogDriver>> = None;

/// For worker-partition-buckets(). Takes the reference over.
#[cfg(host = "worker_partition_scaling")]
pub(crate) const SET_WORKER_PARTITION_BUCKETS: Option<SetTemplate<LogDriver>> =
    Some(log_threaded_dest_driver_set_worker_partition_buckets_ref);
#[cfg(not(host = "worker_partition_scaling"))]
pub(crate) const SET_WORKER_PARTITION_BUCKETS: Option<SetTemplate<LogDriver>> = None;

/// For worker-partition-autoscaling().
#[cfg(host = "worker_partition_scaling")]
pub(crate) const SET_WORKER_PARTITION_AUTOSCALING: Option<SetSwitch<LogDriver>> =
    Some(log_threaded_dest_driver_set_worker_partition_autoscaling);
#[cfg(not(host = "worker_partition_scaling"))]
pub(crate) const SET_WORKER_PARTITION_AUTOSCALING: Option<SetSwitch<LogDriver>> = None;

/// For worker-partition-autoscaling-wfo().
#[cfg(host = "worker_partition_scaling")]
pub(crate) const SET_WORKER_PARTITION_AUTOSCALING_WFO: Option<SetNumber<LogDriver>> =
    Some(log_threaded_dest_driver_set_worker_partition_autoscaling_wfo);
#[cfg(not(host = "worker_partition_scaling"))]
pub(crate) const SET_WORKER_PARTITION_AUTOSCALING_WFO: Option<SetNumber<LogDriver>> = None;

/// For include-bytes() in value-pairs().
#[cfg(host = "include_bytes")]
pub(crate) const SET_INCLUDE_BYTES: Option<SetSwitch<ValuePairs>> =
    Some(value_pairs_set_include_bytes);
#[cfg(not(host = "include_bytes"))]
pub(crate) const SET_INCLUDE_BYTES: Option<SetSwitch<ValuePairs>> = None;

/// For upper() in value-pairs().
#[cfg(host = "case_transformations")]
pub(crate) const NEW_TRANSFORM_UPPER: Option<NewTransform> = Some(value_pairs_new_transform_upper);
#[cfg(not(host = "case_transformations"))]
pub(crate) const NEW_TRANSFORM_UPPER: Option<NewTransform> = None;

/// For lower() in value-pairs().
#[cfg(host = "case_transformations")]
pub(crate) const NEW_TRANSFORM_LOWER: Option<NewTransform> = Some(value_pairs_new_transform_lower);
#[cfg(not(host = "case_transformations"))]
pub(crate) const NEW_TRANSFORM_LOWER: Option<NewTransform> = None;

/// For template-escape().
pub(crate) const SET_TEMPLATE_ESCAPE: Option<fn(&mut LogTemplateOptions, bool)> =
    if cfg!(host = "template_escape") {
        Some(set_template_escape)
    } else {
        None
    };

fn set_template_escape(options: &mut LogTemplateOptions, escape: bool) {
    #[cfg(host = "template_escape")]
    {
        options.escape = escape.into();
    }
    #[cfg(not(host = "template_escape"))]
    let _ = (options, escape);
}

/// Copies what the host's own function for that leaves out (lib/template/templates.c:
/// log_template_options_clone).
pub(crate) fn copy_template_escape(from: &LogTemplateOptions, to: &mut LogTemplateOptions) {
    #[cfg(host = "template_escape")]
    {
        to.escape = from.escape;
    }
    #[cfg(not(host = "template_escape"))]
    let _ = (from, to);
}
