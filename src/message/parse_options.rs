// SPDX-License-Identifier: GPL-2.0-or-later

//! The class of a source's `parse_options`.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use syslog_ng_plugin as sdk;

/// How a source makes messages of text; for LogMessage.parse(), once the source runs. May be kept
/// after a reload.
#[pyclass(name = "ParseOptions", module = "_syslogng", frozen)]
pub(crate) struct ParseOptions(Arc<OnceLock<sdk::ParseOptions>>);

impl ParseOptions {
    /// Those that `options` will hold when the source's side of the host is ready.
    pub(crate) fn new(options: Arc<OnceLock<sdk::ParseOptions>>) -> Self {
        ParseOptions(options)
    }

    /// # Errors
    /// RuntimeError before the host has made the options.
    pub(super) fn options(&self) -> PyResult<&sdk::ParseOptions> {
        self.0.get().ok_or_else(|| {
            PyRuntimeError::new_err("parse_options are of use once the source runs, not in init()")
        })
    }
}
