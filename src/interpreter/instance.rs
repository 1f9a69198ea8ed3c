// SPDX-License-Identifier: GPL-2.0-or-later

//! Making an instance in the two steps that calling its class takes together, so that something can be
//! done in between.
//!
//! Python code has no such way: `__new__` of a class with several bases may refuse to be called by name.
//! And whether anybody else has an object.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyTuple, PyType};
use pyo3::{Bound, PyClass, ffi};

/// Makes an object of the class, as its `__new__` does without arguments.
///
/// # Errors
/// What `__new__` raises, or TypeError if the class cannot have instances.
pub(crate) fn create<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let arguments = PyTuple::empty(py);
    // SAFETY: a type; the GIL is held. Every type has slots since 3.10.
    let slot = unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new) };
    if slot.is_null() {
        return Err(PyTypeError::new_err(format!(
            "cannot create '{}' instances",
            class.name()?
        )));
    }
    // SAFETY: what is in that slot is a newfunc, or NULL (CPython: PyType_GetSlot).
    let new: ffi::newfunc = unsafe { std::mem::transmute(slot) };
    // SAFETY: called as type.__call__() does it, with no keywords.
    let made = unsafe {
        new(
            class.as_type_ptr(),
            arguments.as_ptr(),
            std::ptr::null_mut(),
        )
    };
    // SAFETY: a new reference, or NULL with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, made) }
}

/// Calls the object's `__init__` without arguments.
///
/// # Errors
/// What it raises, or TypeError if it returns something.
pub(crate) fn initialize(instance: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = instance.py();
    let arguments = PyTuple::empty(py);
    let class = instance.get_type();
    // SAFETY: a type; the GIL is held.
    let slot = unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_init) };
    if slot.is_null() {
        return Ok(());
    }
    // SAFETY: what is in that slot is an initproc, or NULL.
    let init: ffi::initproc = unsafe { std::mem::transmute(slot) };
    // SAFETY: called as type.__call__() does it, with no keywords.
    let failed = unsafe { init(instance.as_ptr(), arguments.as_ptr(), std::ptr::null_mut()) };
    if failed < 0 {
        return Err(PyErr::fetch(py));
    }
    Ok(())
}

/// Has the object hold another value, where nobody else has the object.
///
/// # Errors
/// Somebody else has the object.
pub(crate) fn refill<T: PyClass<Frozen = True> + Sync>(
    object: &mut Bound<'_, T>,
    value: T,
) -> Result<(), T> {
    if is_shared(object) {
        return Err(value);
    }
    let start = object.as_ptr().cast::<u8>();
    let offset = std::ptr::from_ref(object.get()).addr() - start.addr();
    // SAFETY: this is where the value is in the object, which is all ours: the only reference to it is
    // the caller's, and is borrowed for this call, so that nobody looks at the old value.
    let place = unsafe { &mut *start.add(offset).cast::<T>() };
    let old = std::mem::replace(place, value);
    drop(old);
    Ok(())
}

/// Whether anybody but the caller has a reference to the object.
pub(crate) fn is_shared<T>(object: &Bound<'_, T>) -> bool {
    // SAFETY: a live object; the GIL is held, or where there is none the count of an object that one
    // thread alone has does not change.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) > 1 }
}
