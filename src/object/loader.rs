// SPDX-License-Identifier: GPL-2.0-or-later

//! Imports what loaders() names.

use pyo3::prelude::*;

use super::{Exception, Place};
use syslog_ng_plugin::log::{self, Level};

/// Imports the modules. One that cannot be imported is reported and passed over: the class may do
/// without it.
pub(crate) fn import_all(py: Python<'_>, modules: &[String], place: &Place) {
    for module in modules {
        if let Err(error) = py.import(module.as_str()) {
            let exception = Exception::of(py, &error);
            let mut tags = vec![
                ("driver", place.driver.as_str()),
                ("class", &place.class),
                ("module", module),
            ];
            tags.extend(exception.tags());
            tags.push(("config", &place.config));
            py.detach(|| {
                log::event(
                    Level::Error,
                    "python: a module named in loaders() cannot be imported, going on without it",
                    &tags,
                );
            });
        }
    }
}
