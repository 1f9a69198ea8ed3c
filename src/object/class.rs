// SPDX-License-Identifier: GPL-2.0-or-later

//! Looks a class up, and makes an instance of it.

use pyo3::exceptions::PyNameError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::interpreter::{create, initialize, look_at_modules};

/// Looks up `Name` in `main`, the module of the config's python block, or `module.Name` in a module
/// that is imported.
///
/// Whatever can be called and gives an instance will do.
pub(crate) fn resolve<'py>(
    py: Python<'py>,
    name: &str,
    main: Option<&Bound<'py, PyModule>>,
) -> PyResult<Bound<'py, PyAny>> {
    let found = find(py, name, main);
    look_at_modules(py);
    found
}

fn find<'py>(
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

/// Makes an instance, which has these attributes when its `__init__` is called; where `class` is not
/// made in the usual way, such as a function that gives an instance, when it has been made. An instance
/// that takes no attributes goes without.
pub(crate) fn instantiate<'py>(
    class: &Bound<'py, PyAny>,
    attributes: &[(&str, Bound<'py, PyAny>)],
) -> PyResult<Bound<'py, PyAny>> {
    let set = |instance: &Bound<'py, PyAny>| {
        for (name, value) in attributes {
            let _ = instance.setattr(*name, value);
        }
    };
    let Some(usual) = made_as_usual(class) else {
        let instance = class.call0()?;
        set(&instance);
        return Ok(instance);
    };
    let instance = create(usual)?;
    set(&instance);
    // As type.__call__() does.
    if instance.is_instance(class)? {
        initialize(&instance)?;
    }
    Ok(instance)
}

/// The class, if calling it is calling its `__new__` and then `__init__`, with nothing of a metaclass
/// around.
fn made_as_usual<'a, 'py>(class: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyType>> {
    let usual = class.py().get_type::<PyType>().getattr("__call__").ok()?;
    let own = class.get_type().getattr("__call__").ok()?;
    class.cast::<PyType>().ok().filter(|_| usual.is(&own))
}
