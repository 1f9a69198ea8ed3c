// SPDX-License-Identifier: GPL-2.0-or-later

//! `self.seqnum` of destinations.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use pyo3::prelude::*;

/// The sequence number of the message that is being sent: `int(self.seqnum)`, or `str(self.seqnum)`.
/// 0 for messages that are not of this machine.
#[pyclass(name = "SequenceNumber", module = "_syslogng", frozen)]
pub(crate) struct SequenceNumber(Arc<AtomicI32>);

impl SequenceNumber {
    /// Shows what is in `number` at the time.
    pub(crate) fn new(number: Arc<AtomicI32>) -> Self {
        SequenceNumber(number)
    }
}

#[pymethods]
impl SequenceNumber {
    fn __int__(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }

    fn __index__(&self) -> i32 {
        self.__int__()
    }

    fn __str__(&self) -> String {
        self.__int__().to_string()
    }

    fn __repr__(&self) -> String {
        format!("<sequence number {}>", self.__int__())
    }
}
