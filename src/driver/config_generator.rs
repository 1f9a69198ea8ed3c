// SPDX-License-Identifier: GPL-2.0-or-later

//! What writes a part of a config when that is read. Everything here runs on the main thread.

use std::ffi::{CStr, CString};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{BlockGenerator, Config, GeneratorError, register_block_generator};

use super::global_code::GlobalCode;
use crate::interpreter::{attach, attach_for_config};
use crate::object::{self, Exception};
use crate::outcome;

const EXPECTED: &str = "the text of the block, a str without a NUL";

/// A function that gives the text of a block.
struct PythonGenerator {
    context: CString,
    name: CString,
    /// There until it is dropped.
    function: Option<Py<PyAny>>,
}

/// Makes a function known to the config that is being read, as `name` in `context`. It lives as long as
/// that config.
///
/// # Errors
/// Those of [`register_block_generator`].
pub(crate) fn register(
    context: CString,
    name: CString,
    function: &Bound<'_, PyAny>,
) -> Result<(), GeneratorError> {
    let generator = Box::new(PythonGenerator {
        context: context.clone(),
        name: name.clone(),
        function: Some(function.clone().unbind()),
    });
    // The host may say something, and drops the one that had the name.
    function
        .py()
        .detach(|| register_block_generator(&context, &name, generator))
}

impl BlockGenerator for PythonGenerator {
    fn generate(
        &self,
        config: Config<'_>,
        arguments: &[(Vec<u8>, Vec<u8>)],
        place: &str,
    ) -> Option<CString> {
        let code = config.state::<GlobalCode>();
        attach_for_config(|py| {
            let text = code
                .as_current(py, || self.call(py, arguments, place))
                .unwrap_or_else(|error| {
                    self.tell_of_exception(py, &error, place);
                    None
                });
            drop(code);
            text
        })
    }
}

impl PythonGenerator {
    fn call(
        &self,
        py: Python<'_>,
        arguments: &[(Vec<u8>, Vec<u8>)],
        place: &str,
    ) -> Option<CString> {
        let call = || {
            let dict = PyDict::new(py);
            for (name, value) in arguments {
                dict.set_item(object::to_str(py, name)?, object::to_str(py, value)?)?;
            }
            let function = self.function.as_ref().map(|function| function.bind(py));
            let returned = function.map(|function| function.call1((dict,)));
            let returned = returned.unwrap_or_else(|| Ok(py.None().into_bound(py)))?;
            Ok((outcome::text(&returned)?, returned))
        };
        match call() {
            Ok((Some(text), _)) => Some(text),
            Ok((None, returned)) => {
                let returned = object::shown(&returned);
                self.tell(
                    py,
                    "returned a value that it must not return",
                    &[("returned", &returned), ("expected", EXPECTED)],
                    place,
                );
                None
            }
            Err(error) => {
                self.tell_of_exception(py, &error, place);
                None
            }
        }
    }

    fn tell_of_exception(&self, py: Python<'_>, error: &PyErr, place: &str) {
        let exception = Exception::of(py, error);
        let location = exception.location.as_deref().unwrap_or("<unknown>");
        self.tell(
            py,
            "raised an exception",
            &[
                ("location", location),
                ("exception", &exception.text),
                ("traceback", &exception.traceback),
            ],
            place,
        );
    }

    fn tell(&self, py: Python<'_>, what: &str, details: &[(&str, &str)], place: &str) {
        let shown = |text: &CStr| text.to_string_lossy().into_owned();
        let (context, name) = (shown(&self.context), shown(&self.name));
        let mut tags = vec![("context", context.as_str()), ("name", &name)];
        tags.extend_from_slice(details);
        tags.push(("config", place));
        let text = format!("python-confgen: the generator {what}, so the config is refused");
        // The host takes locks to pass an event on.
        py.detach(|| log::event(Level::Error, &text, &tags));
    }
}

impl Drop for PythonGenerator {
    fn drop(&mut self) {
        // What it refers to dies here, with the GIL held.
        let function = self.function.take();
        attach(|_| drop(function));
    }
}
