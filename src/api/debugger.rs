// SPDX-License-Identifier: GPL-2.0-or-later

//! The commands of `syslog-ng --interactive`: typed into Python's line editor, with what the host's
//! `syslogng.debuggercli` knows of them.

use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyEOFError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::value_names;

use crate::interpreter::attach;
use crate::object::{self, Exception};
use crate::outcome;

const MODULE: &str = "syslogng.debuggercli";
const FUNCTION: &str = "fetch_command";

/// Give the names of all values that syslog-ng knows by now, for completion.
#[pyfunction]
fn get_nv_registry(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let names = py.detach(value_names);
    let names = names
        .iter()
        .map(|name| PyString::new(py, &String::from_utf8_lossy(name)));
    PyList::new(py, names.collect::<Vec<_>>())
}

/// Makes `import _syslogngdbg` work.
pub(super) fn install(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "_syslogngdbg")?;
    module.setattr(
        "__doc__",
        "What the interactive debugger of syslog-ng asks for.",
    )?;
    module.add_function(wrap_pyfunction!(get_nv_registry, &module)?)?;
    py.import("sys")?
        .getattr("modules")?
        .set_item("_syslogngdbg", module)
}

/// Asks for a command of the interactive debugger, on its thread. `None` where that fails, which has been
/// said: the host then reads a line by itself.
pub(crate) fn fetch_command() -> Option<CString> {
    attach(|py| {
        let function = py
            .import(MODULE)
            .and_then(|module| module.getattr(FUNCTION));
        let function = match function {
            Ok(function) => function,
            // Not every host brings it.
            Err(error) => {
                tell(py, Level::Debug, "cannot be used", &error);
                return None;
            }
        };
        let returned = match function.call0() {
            Ok(returned) => returned,
            // The host would read nothing again and again.
            Err(error) if error.is_instance_of::<PyEOFError>(py) => {
                return Some(CString::from(c"quit"));
            }
            Err(error) => {
                tell(py, Level::Error, "raised an exception", &error);
                return None;
            }
        };
        match outcome::text(&returned) {
            Ok(Some(command)) => Some(command),
            Ok(None) => {
                let returned = object::shown(&returned);
                say(
                    py,
                    Level::Error,
                    "did not return a command",
                    &[("returned", &returned)],
                );
                None
            }
            Err(error) => {
                tell(py, Level::Error, "returned no text", &error);
                None
            }
        }
    })
}

fn tell(py: Python<'_>, level: Level, what: &str, error: &PyErr) {
    let exception = Exception::of(py, error);
    let tags = [
        ("exception", exception.text.as_str()),
        ("traceback", &exception.traceback),
    ];
    say(py, level, what, &tags);
}

/// Says what is wrong with the function, once as long as it is the same: it may come with each command.
fn say(py: Python<'_>, level: Level, what: &str, tags: &[(&str, &str)]) {
    static NEWEST: Mutex<String> = Mutex::new(String::new());
    let now = format!("{what} {}", tags.first().map_or("", |(_, value)| *value));
    let before = {
        let mut newest = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *newest, now.clone())
    };
    if before != now {
        let text = format!("python: {MODULE}.{FUNCTION}() {what}");
        // The host takes locks to pass an event on.
        py.detach(|| log::event(level, &text, tags));
    }
}
