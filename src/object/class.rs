// SPDX-License-Identifier: GPL-2.0-or-later

//! Looks a class up.

use pyo3::exceptions::PyNameError;
use pyo3::prelude::*;

/// Looks up `Name` in `main`, the module of the config's python block, or `module.Name` in a module
/// that is imported.
///
/// Whatever can be called and gives an instance will do.
pub(crate) fn resolve<'py>(
    py: Python<'py>,
    name: &str,
    main: Option<&Bound<'py, PyModule>>,
) -> PyResult<Bound<'py, PyAny>> {
    match name.rsplit_once('.') {
        Some((module, attribute)) if !module.is_empty() => py.import(module)?.getattr(attribute),
        _ => match main {
            Some(main) if main.hasattr(name)? => main.getattr(name),
            Some(_) => Err(PyNameError::new_err(format!(
                "the config's python block does not define {name}; a class of a module is named \
                 \"module.{name}\""
            ))),
            None => Err(PyNameError::new_err(format!(
                "the config has no python block that could define {name}; a class of a module is \
                 named \"module.{name}\""
            ))),
        },
    }
}
