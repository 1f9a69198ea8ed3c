// SPDX-License-Identifier: GPL-2.0-or-later

//! Children of the daemon that user code made with os.fork().
//!
//! Such a child is a copy of the daemon with one thread. Code that means it to end raises SystemExit,
//! or returns; it must not get back into the host's loop, where it would send the daemon's messages.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;

use super::Error;

static CHILD: AtomicBool = AtomicBool::new(false);

#[pyfunction]
fn note_child() {
    CHILD.store(true, Ordering::Relaxed);
}

/// Has children noted as such. Called once, when Python is started.
pub(crate) fn watch(py: Python<'_>) -> PyResult<()> {
    let keywords = pyo3::types::PyDict::new(py);
    keywords.set_item("after_in_child", wrap_pyfunction!(note_child, py)?)?;
    py.import("os")?
        .getattr("register_at_fork")?
        .call((), Some(&keywords))
        .map(drop)
}

/// Whether this process is such a child.
pub(super) fn is_child() -> bool {
    CHILD.load(Ordering::Relaxed)
}

/// Ends the child as Python ends a program: by the code of SystemExit, or by 1 after the traceback of
/// another exception. Nothing of the daemon is taken down.
pub(super) fn leave(py: Python<'_>, error: Option<&Error>) -> ! {
    let code = match error {
        None => 0,
        Some(Error::Raised(error)) if error.is_instance_of::<PySystemExit>(py) => {
            let code = error.value(py).getattr("code");
            code.map_or(1, |code| {
                if code.is_none() {
                    0
                } else {
                    code.extract().unwrap_or(1)
                }
            })
        }
        Some(Error::Raised(error)) => {
            error.display(py);
            1
        }
        Some(Error::Returned { .. } | Error::Misfit { .. }) => 1,
    };
    for stream in ["stdout", "stderr"] {
        let _ = py
            .import("sys")
            .and_then(|sys| sys.getattr(stream)?.call_method0("flush"));
    }
    let _ = py
        .import("os")
        .and_then(|os| os.call_method1("_exit", (code,)));
    // Only if somebody took os._exit() away.
    std::process::abort()
}
