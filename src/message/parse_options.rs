// SPDX-License-Identifier: GPL-2.0-or-later

//! The class of a source's `parse_options`.

use std::sync::Arc;

use pyo3::prelude::*;
use syslog_ng_plugin as sdk;

/// How a source makes messages of text; for LogMessage.parse(). May be kept after a reload.
#[pyclass(name = "ParseOptions", module = "_syslogng", frozen)]
pub(crate) struct ParseOptions(Arc<sdk::ParseOptions>);

impl ParseOptions {
    #[allow(dead_code, reason = "for the sources, which come later")]
    pub(crate) fn new(options: Arc<sdk::ParseOptions>) -> Self {
        ParseOptions(options)
    }

    pub(super) fn options(&self) -> &sdk::ParseOptions {
        &self.0
    }
}
