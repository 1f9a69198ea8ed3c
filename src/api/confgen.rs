// SPDX-License-Identifier: GPL-2.0-or-later

//! Parts of a config that Python code writes.

use std::ffi::CString;

use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use syslog_ng_plugin::GeneratorError;

use crate::driver;

/// Have ``config_generator`` write a part of the configuration that is being read.
///
/// Where ``name(...)`` stands in ``context`` ("source", "destination", "parser", "root", ...), what the
/// function returns is read in its place. It is called with a dict of the options in the brackets, texts
/// all, and gives a str. Called in a ``python`` block, or while a module is imported there; the function
/// belongs to that configuration and is gone with it.
///
/// Raises RuntimeError where no configuration is being read or the name's own generator is at work,
/// ValueError for an unknown context or a NUL, TypeError for what cannot be called.
#[pyfunction]
#[pyo3(signature = (context, name, config_generator))]
fn register_config_generator(
    context: &str,
    name: &str,
    config_generator: &Bound<'_, PyAny>,
) -> PyResult<()> {
    if !config_generator.is_callable() {
        return Err(PyTypeError::new_err(
            "config_generator has to be a function that takes a dict and gives a str",
        ));
    }
    let registered = driver::register_config_generator(
        without_nul(context)?,
        without_nul(name)?,
        config_generator,
    );
    registered.map_err(|error| match error {
        GeneratorError::UnknownContext => {
            PyValueError::new_err(format!("unknown context value {context}"))
        }
        GeneratorError::NothingIsRead => PyRuntimeError::new_err(
            "register_config_generator() works while a configuration is read, on the thread that does so: \
             call it in a python block, or in a module that one imports",
        ),
        GeneratorError::Busy => PyRuntimeError::new_err(format!(
            "{name} is writing its part of the configuration, and cannot be replaced meanwhile"
        )),
    })
}

fn without_nul(text: &str) -> PyResult<CString> {
    CString::new(text).map_err(|_| PyValueError::new_err("embedded null character"))
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(register_config_generator, module)?)
}
