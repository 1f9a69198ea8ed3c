// SPDX-License-Identifier: GPL-2.0-or-later

//! The instance and its methods.

use std::sync::Arc;

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;

use super::{Error, Known, Reporter, forked};

/// A user's instance with the place that its errors belong to. The only thing that calls its
/// methods.
///
/// Dropped with the GIL held: see `driver/`.
pub(crate) struct Object {
    instance: Py<PyAny>,
    reporter: Arc<Reporter>,
    _known: Known,
}

/// A method that was looked up once; the object keeps it.
pub(crate) struct Method {
    name: &'static str,
    callable: Py<PyAny>,
}

impl Object {
    pub(crate) fn new(instance: Bound<'_, PyAny>, reporter: Arc<Reporter>) -> Self {
        Object {
            _known: Known::new(&instance, &reporter.place),
            instance: instance.unbind(),
            reporter,
        }
    }

    /// The instance itself.
    pub(crate) fn bind<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.instance.bind(py)
    }

    pub(crate) fn reporter(&self) -> &Arc<Reporter> {
        &self.reporter
    }

    /// The method, if the class defines it; what it only inherits from the package's base class
    /// `base` does not count.
    pub(crate) fn method(
        &self,
        py: Python<'_>,
        name: &'static str,
        base: &Bound<'_, PyAny>,
    ) -> Option<Method> {
        let callable = match self.instance.bind(py).getattr(name) {
            Ok(callable) => callable,
            Err(error) if error.is_instance_of::<PyAttributeError>(py) => return None,
            // A property, say, that fails: what it would give stays unknown.
            Err(error) => {
                self.report(py, name, &error.into());
                return None;
            }
        };
        let function = function(&callable);
        let inherited = base
            .getattr(name)
            .is_ok_and(|default| default.is(&function));
        (!inherited).then(|| Method {
            name,
            callable: callable.unbind(),
        })
    }

    /// Calls a method. An error is reported, and `None` given.
    pub(crate) fn call<'py, A, T>(
        &self,
        py: Python<'py>,
        method: &Method,
        arguments: A,
        read: impl FnOnce(&Bound<'py, PyAny>) -> Result<T, Error>,
    ) -> Option<T>
    where
        A: PyCallArgs<'py>,
    {
        match self.try_call(py, method, arguments, read) {
            Ok(value) => Some(value),
            Err(error) => {
                self.report_call(py, method, &error);
                None
            }
        }
    }

    /// Calls a method, and leaves it to the caller what becomes of an error.
    pub(crate) fn try_call<'py, A, T>(
        &self,
        py: Python<'py>,
        method: &Method,
        arguments: A,
        read: impl FnOnce(&Bound<'py, PyAny>) -> Result<T, Error>,
    ) -> Result<T, Error>
    where
        A: PyCallArgs<'py>,
    {
        method.call(py, arguments, read)
    }

    /// Tells of an error that a call of a method ended with.
    pub(crate) fn report_call(&self, py: Python<'_>, method: &Method, error: &Error) {
        self.reporter.report(py, method.name, Some(method), error);
    }

    /// Tells of an error in what a method returned, where the rest of it will do.
    pub(crate) fn report_of(&self, py: Python<'_>, method: &Method, error: &Error) {
        self.reporter.report(py, method.name, Some(method), error);
    }

    /// Tells of an error that is the object's, but not of a method that was called.
    pub(crate) fn report(&self, py: Python<'_>, method: &'static str, error: &Error) {
        self.reporter.report(py, method, None, error);
    }

    /// Sets an attribute on the instance; on its class if the instance takes none.
    pub(crate) fn set(
        &self,
        py: Python<'_>,
        name: &str,
        value: impl for<'py> IntoPyObject<'py> + Clone,
    ) -> PyResult<()> {
        let instance = self.instance.bind(py);
        instance
            .setattr(name, value.clone())
            .or_else(|_| instance.get_type().setattr(name, value))
    }
}

impl Method {
    /// A callable that is called `name` in events, and belongs to no object.
    pub(crate) fn new(name: &'static str, callable: Bound<'_, PyAny>) -> Self {
        Method {
            name,
            callable: callable.unbind(),
        }
    }

    /// Calls it, and leaves it to the caller what becomes of an error.
    pub(crate) fn call<'py, A, T>(
        &self,
        py: Python<'py>,
        arguments: A,
        read: impl FnOnce(&Bound<'py, PyAny>) -> Result<T, Error>,
    ) -> Result<T, Error>
    where
        A: PyCallArgs<'py>,
    {
        let result = self.callable.bind(py).call1(arguments);
        let result = result.map_err(Error::from);
        let result = result.and_then(|returned| read(&returned));
        // What follows is the parent's to do: the host's loop, its queues and its files.
        if forked::is_child() {
            forked::leave(py, result.as_ref().err());
        }
        result
    }

    /// `file:line` where the method is defined, if it is written in Python.
    pub(crate) fn location(&self, py: Python<'_>) -> Option<String> {
        let code = function(self.callable.bind(py)).getattr("__code__").ok()?;
        let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
        let line: usize = code.getattr("co_firstlineno").ok()?.extract().ok()?;
        Some(format!("{file}:{line}"))
    }
}

/// What a bound method binds; anything else is given back.
fn function<'py>(callable: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
    callable
        .getattr("__func__")
        .unwrap_or_else(|_| callable.clone())
}
