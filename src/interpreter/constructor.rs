// SPDX-License-Identifier: GPL-2.0-or-later

//! Calls of a class without the tuple of arguments that `__new__` and `__init__` are handed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyClass, ffi};

/// A class with a short way for some calls of it.
pub(crate) trait Construct: PyClass + Into<PyClassInitializer<Self>> {
    /// Makes one of these arguments, which stand without names. `None` leaves it to `__new__` and
    /// `__init__`, with the same outcome but slower.
    ///
    /// # Errors
    /// Those of the constructor.
    fn construct(arguments: &[Bound<'_, PyAny>]) -> PyResult<Option<Self>>;

    /// Where the slots of the class are kept.
    fn slots() -> &'static OnceLock<Slots>;
}

/// As many arguments as the short way takes.
const MOST: usize = 2;

/// What the class calls when it is called without ado. Others may put something else there: Python code
/// that sets `__init__`.
#[derive(PartialEq, Eq)]
pub(crate) struct Slots {
    new: Option<usize>,
    init: Option<usize>,
}

impl Slots {
    fn of(class: &ffi::PyTypeObject) -> Self {
        Slots {
            new: class.tp_new.map(|slot| slot as usize),
            init: class.tp_init.map(|slot| slot as usize),
        }
    }
}

/// Has calls of the class go the short way; classes that derive from it do not. Once for each class,
/// before Python code sees it.
pub(crate) fn shorten<T: Construct>(py: Python<'_>) {
    let class = py.get_type::<T>().as_type_ptr();
    // SAFETY: a live type, made by pyo3 and not immutable, that no other thread uses yet.
    let class = unsafe { &mut *class };
    T::slots().get_or_init(|| Slots::of(class));
    // Nobody inherits the field (CPython: PyTypeObject.tp_vectorcall), and type() looks for it in every
    // class.
    class.tp_vectorcall = Some(call::<T>);
}

/// # Safety
/// CPython calls this as `class(…)`, with the GIL held: see vectorcallfunc.
unsafe extern "C" fn call<T: Construct>(
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let body = |py: Python<'_>| -> PyResult<Py<PyAny>> {
        // SAFETY: the caller's word.
        let count = unsafe { ffi::PyVectorcall_NARGS(count) } as usize;
        // SAFETY: the class that is called, which the caller holds.
        let slots = || Slots::of(unsafe { &*class.cast::<ffi::PyTypeObject>() });
        let is_as_made = || T::slots().get() == Some(&slots());
        if names.is_null() && (1..=MOST).contains(&count) && is_as_made() {
            // SAFETY: as many arguments, which the caller holds.
            let argument = |at: usize| unsafe { Bound::from_borrowed_ptr(py, *arguments.add(at)) };
            let made = if count == 1 {
                T::construct(&[argument(0)])?
            } else {
                T::construct(&[argument(0), argument(1)])?
            };
            if let Some(made) = made {
                return Ok(Bound::new(py, made)?.into_any().unbind());
            }
        }
        // SAFETY: the caller's word.
        unsafe { call_at_length(py, class, arguments, count, names) }
    };
    // The GIL is held, so that this costs next to nothing.
    let called = catch_unwind(AssertUnwindSafe(|| {
        Python::attach(|py| match body(py) {
            Ok(made) => made.into_ptr(),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        })
    }));
    called.unwrap_or_else(|_| {
        Python::attach(|py| {
            PyRuntimeError::new_err("the class cannot be called: its constructor panicked")
                .restore(py);
        });
        std::ptr::null_mut()
    })
}

/// Calls the class as `type.__call__()` does it.
///
/// # Safety
/// As for [`call`].
unsafe fn call_at_length(
    py: Python<'_>,
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> PyResult<Py<PyAny>> {
    // SAFETY: the caller's word: the values of names stand behind the other arguments.
    let argument = |at: usize| unsafe { Bound::from_borrowed_ptr(py, *arguments.add(at)) };
    let plain = PyTuple::new(py, (0..count).map(argument))?;
    let named = PyDict::new(py);
    // SAFETY: a tuple of str, or NULL.
    let names = unsafe { Bound::from_borrowed_ptr_or_opt(py, names) };
    if let Some(names) = names {
        for (at, name) in names.cast::<PyTuple>()?.iter().enumerate() {
            named.set_item(name, argument(count + at))?;
        }
    }
    // SAFETY: a slot of `type` itself, which is always filled.
    let call = unsafe { ffi::PyType_Type.tp_call };
    let call = call.ok_or_else(|| PyRuntimeError::new_err("type cannot be called"))?;
    // SAFETY: called with a class, a tuple and a dict.
    let made = unsafe { call(class, plain.as_ptr(), named.as_ptr()) };
    // SAFETY: a new reference, or NULL with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, made) }.map(Bound::unbind)
}
