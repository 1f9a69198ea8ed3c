// SPDX-License-Identifier: GPL-2.0-or-later

//! What a source sets as `self.ack_tracker`.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::PyTraverseError;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::AckTracker as Kind;

/// The base of ack trackers.
#[pyclass(name = "AckTracker", module = "_syslogng", subclass, frozen)]
pub(crate) struct AckTracker(Mutex<Option<Setting>>);

/// What `__init__` was given.
struct Setting {
    kind: Kind,
    callback: Py<PyAny>,
}

impl AckTracker {
    fn new() -> Self {
        AckTracker(Mutex::default())
    }

    /// Never held while Python code runs.
    fn setting(&self) -> MutexGuard<'_, Option<Setting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, kind: Kind, name: &str, callback: &Bound<'_, PyAny>) -> PyResult<()> {
        if !callback.is_callable() {
            return Err(PyTypeError::new_err(format!(
                "A callable object is expected ({name})"
            )));
        }
        let setting = Setting {
            kind,
            callback: callback.clone().unbind(),
        };
        let old = self.setting().replace(setting);
        drop(old);
        Ok(())
    }

    /// The kind of tracker and what it calls; `None` where a derived class left `__init__` out.
    pub(crate) fn get(&self, py: Python<'_>) -> Option<(Kind, Py<PyAny>)> {
        let setting = self.setting();
        setting
            .as_ref()
            .map(|setting| (setting.kind, setting.callback.clone_ref(py)))
    }
}

#[pymethods]
impl AckTracker {
    // The callback is a method of the source as a rule, which has the tracker as an attribute.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(setting) = self.0.try_lock() {
            if let Some(setting) = &*setting {
                visit.call(&setting.callback)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let old = self.setting().take();
        drop(old);
    }
}

/// Tells of each message when it is delivered: ``ack_callback(bookmark)``.
#[pyclass(name = "InstantAckTracker", module = "_syslogng", extends = AckTracker, subclass, frozen)]
struct InstantAckTracker;

#[pymethods]
impl InstantAckTracker {
    /// Arguments are the business of `__init__`, a derived class's own perhaps.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(AckTracker::new()).add_subclass(InstantAckTracker)
    }

    fn __init__(slf: &Bound<'_, Self>, ack_callback: &Bound<'_, PyAny>) -> PyResult<()> {
        let base = slf.as_super().get();
        base.set(Kind::Instant, "ack_callback", ack_callback)
    }
}

/// Tells of the newest message such that it and all before it are delivered:
/// ``ack_callback(bookmark)``.
#[pyclass(name = "ConsecutiveAckTracker", module = "_syslogng", extends = AckTracker, subclass, frozen)]
struct ConsecutiveAckTracker;

#[pymethods]
impl ConsecutiveAckTracker {
    /// Arguments are the business of `__init__`, a derived class's own perhaps.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(AckTracker::new()).add_subclass(ConsecutiveAckTracker)
    }

    fn __init__(slf: &Bound<'_, Self>, ack_callback: &Bound<'_, PyAny>) -> PyResult<()> {
        let base = slf.as_super().get();
        base.set(Kind::Consecutive, "ack_callback", ack_callback)
    }
}

/// Tells of many messages at once, in any order: ``batched_ack_callback([bookmark, …])``, when
/// batch_size of them are delivered, or after timeout milliseconds.
#[pyclass(name = "BatchedAckTracker", module = "_syslogng", extends = AckTracker, subclass, frozen)]
struct BatchedAckTracker;

#[pymethods]
impl BatchedAckTracker {
    /// Arguments are the business of `__init__`, a derived class's own perhaps.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(AckTracker::new()).add_subclass(BatchedAckTracker)
    }

    fn __init__(
        slf: &Bound<'_, Self>,
        timeout: u32,
        batch_size: i64,
        batched_ack_callback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let size = u32::try_from(batch_size).ok().and_then(NonZeroU32::new);
        let size = size.ok_or_else(|| {
            PyValueError::new_err(format!(
                "batch_size is how many messages make a batch, at least 1, not {batch_size}"
            ))
        })?;
        let kind = Kind::Batched { timeout, size };
        let base = slf.as_super().get();
        base.set(kind, "batched_ack_callback", batched_ack_callback)
    }
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<AckTracker>()?;
    module.add_class::<InstantAckTracker>()?;
    module.add_class::<ConsecutiveAckTracker>()?;
    module.add_class::<BatchedAckTracker>()
}
