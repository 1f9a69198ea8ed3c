// SPDX-License-Identifier: GPL-2.0-or-later

//! Where syslog-ng's files are.

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use syslog_ng_plugin::host::{self, PathError};

/// Give a path with its variables replaced, such as ``${localstatedir}/file``: where syslog-ng is
/// installed.
///
/// Variables are prefix, exec_prefix, libexecdir, datarootdir, datadir, localstatedir, moduledir, and on
/// hosts of version 4 pkgdatadir. Raises KeyError for another one, and ValueError where one has no end or
/// the text holds a NUL.
#[pyfunction]
#[pyo3(signature = (template))]
fn get_installation_path_for(template: &str) -> PyResult<String> {
    if template.contains('\0') {
        return Err(PyValueError::new_err("embedded null character"));
    }
    host::installation_path(template).map_err(|error| match &error {
        PathError::UnknownVariable(_) => {
            let known: Vec<_> = host::path_variables().collect();
            PyKeyError::new_err(format!("{error}; there are {}", known.join(", ")))
        }
        PathError::Unfinished => PyValueError::new_err(error.to_string()),
    })
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(get_installation_path_for, module)?)
}
