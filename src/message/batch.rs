// SPDX-License-Identifier: GPL-2.0-or-later

//! The class `LogBatch`.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PySlice, PyTuple};
use syslog_ng_plugin::{Message, Name};

use super::value::{self, ValueMode};
use super::{LogMessage, name};

/// Messages for ``send_batch()``: a read-only sequence of LogMessage, in their order.
///
/// ``values("HOST", "MESSAGE")`` and ``column("MESSAGE")`` read values of all of them at once, without
/// an object for each message. May be kept, and read on any thread.
#[pyclass(name = "LogBatch", module = "syslogng", frozen, sequence)]
pub(crate) struct LogBatch {
    messages: Arc<[Message]>,
    /// Which of them are the batch's: from where on, in what steps, and how many.
    start: isize,
    step: isize,
    length: usize,
    mode: ValueMode,
}

impl LogBatch {
    /// A batch of some of the messages.
    pub(crate) fn new(messages: &Arc<[Message]>, range: Range<usize>, mode: ValueMode) -> Self {
        LogBatch {
            messages: Arc::clone(messages),
            // Nothing in memory has more parts than that.
            start: range.start as isize,
            step: 1,
            length: range.len(),
            mode,
        }
    }

    fn get(&self, at: usize) -> Option<&Message> {
        if at >= self.length {
            return None;
        }
        let at = self.start + at as isize * self.step;
        self.messages.get(usize::try_from(at).ok()?)
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        (0..self.length).filter_map(|at| self.get(at))
    }

    /// A value as ``msg[name]`` gives it; without one, b"" where values have no types and None where
    /// they have.
    fn value<'py>(
        &self,
        py: Python<'py>,
        message: &Message,
        name: Option<Name>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = match name {
            Some(name) => message.value(name, |value| {
                value
                    .filter(|value| value::is_visible(value.kind))
                    .map(|value| value::to_python(py, value, self.mode))
                    .transpose()
            })?,
            None => None,
        };
        Ok(found.unwrap_or_else(|| match self.mode {
            ValueMode::Bytes => PyBytes::new(py, b"").into_any(),
            ValueMode::Typed => py.None().into_bound(py),
        }))
    }
}

#[pymethods]
impl LogBatch {
    fn __len__(&self) -> usize {
        self.length
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        let length = self.length as isize;
        if let Ok(slice) = index.cast::<PySlice>() {
            let part = slice.indices(length)?;
            let batch = LogBatch {
                messages: Arc::clone(&self.messages),
                start: self.start + part.start * self.step,
                step: self.step * part.step,
                length: part.slicelength,
                mode: self.mode,
            };
            return Ok(Bound::new(py, batch)?.into_any());
        }
        let at: isize = index.extract()?;
        let at = if at < 0 { at + length } else { at };
        let message = usize::try_from(at).ok().and_then(|at| self.get(at));
        let message = message.ok_or_else(|| PyIndexError::new_err("the batch is not that long"))?;
        let message = LogMessage::new(message.clone(), self.mode);
        Ok(Bound::new(py, message)?.into_any())
    }

    fn __iter__(slf: &Bound<'_, Self>) -> LogBatchIterator {
        LogBatchIterator {
            batch: slf.clone().unbind(),
            next: AtomicUsize::new(0),
        }
    }

    /// Read values of all messages at once.
    ///
    /// Gives a list with a tuple for each message, which holds the values of these names: what
    /// ``msg[name]`` gives, and for a name without a value None (b"" below config version 4.0).
    #[pyo3(signature = (*names))]
    fn values<'py>(&self, names: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyList>> {
        let py = names.py();
        let names: Vec<_> = names
            .iter()
            .map(|key| name::look_up(&key))
            .collect::<PyResult<_>>()?;
        let list = PyList::empty(py);
        // One for all messages, so that none needs memory of its own.
        let mut values = Vec::with_capacity(names.len());
        for message in self.messages() {
            for name in &names {
                values.push(self.value(py, message, *name)?);
            }
            list.append(PyTuple::new(py, values.drain(..))?)?;
        }
        Ok(list)
    }

    /// Read one value of all messages at once, as a list; see ``values()``.
    fn column<'py>(&self, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let py = name.py();
        let name = name::look_up(name)?;
        let values: Vec<_> = self
            .messages()
            .map(|message| self.value(py, message, name))
            .collect::<PyResult<_>>()?;
        PyList::new(py, values)
    }

    fn __repr__(&self) -> String {
        format!("<LogBatch of {} messages>", self.length)
    }

    fn __setitem__(&self, _index: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyTypeError::new_err("a batch is read-only"))
    }

    fn __delitem__(&self, _index: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyTypeError::new_err("a batch is read-only"))
    }
}

/// Gives the messages of a batch one after the other.
#[pyclass(module = "_syslogng", frozen)]
struct LogBatchIterator {
    batch: Py<LogBatch>,
    next: AtomicUsize,
}

#[pymethods]
impl LogBatchIterator {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self) -> Option<LogMessage> {
        let batch = self.batch.get();
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let message = batch.get(at)?;
        Some(LogMessage::new(message.clone(), batch.mode))
    }
}
