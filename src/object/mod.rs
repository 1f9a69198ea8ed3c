// SPDX-License-Identifier: GPL-2.0-or-later

//! A driver's Python object. In: the name of a class and what the config says for it. Out: calls of
//! its methods, and errors told.
//!
//! - [`mod@known`]: which driver an object belongs to.
//! - [`loader`]: imports what loaders() names.
//! - [`distribution`]: which package brings a module that is missing.
//! - [`class`]: looks the class up, and makes instances of it.
//! - [`options`]: what init() is given.
//! - [`call`]: the instance and its methods.
//! - [`exception`]: exceptions as text.
//! - [`forked`]: children of the daemon that user code made.
//! - [`report`]: the one way in which errors of Python code are told and counted.

mod call;
mod class;
mod distribution;
mod exception;
mod forked;
mod known;
mod loader;
mod options;
mod report;

use pyo3::{Py, PyAny};
use thiserror::Error;

pub(crate) use call::{Method, Object};
pub(crate) use class::{instantiate, resolve};
pub(crate) use exception::Exception;
pub(crate) use forked::watch as watch_forks;
pub(crate) use known::{Known, known};
pub(crate) use loader::import_all;
pub(crate) use options::{to_dict, to_str, warn_of_types};
pub(crate) use report::{Others, Place, Reporter, shown};

/// What can go wrong in a call of a user's method.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// It raised.
    #[error("{0}")]
    Raised(#[from] pyo3::PyErr),
    /// It returned something that has no meaning there. Made into text only if it is told.
    #[error("a value that it must not return")]
    Returned {
        /// What it returned.
        returned: Py<PyAny>,
        /// What it should return.
        expected: &'static str,
    },
    /// A value of value-pairs() is not what its type says.
    #[error("a value that does not fit its type")]
    Misfit {
        /// The value's name.
        name: String,
        /// What it is.
        value: String,
        /// What Python calls its type.
        kind: &'static str,
    },
}
