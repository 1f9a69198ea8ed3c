// SPDX-License-Identifier: GPL-2.0-or-later

//! What Python code imports as `_syslogng`; the `syslogng` package is built on it.
//!
//! - [`ack_tracker`]: what a source sets as `self.ack_tracker`.
//! - [`confgen`]: parts of a config that Python code writes.
//! - [`debugger`]: the commands of `syslog-ng --interactive`.
//! - [`destination`]: the native base of destinations, and the results of their methods.
//! - [`fetcher`]: the native base of fetchers, and the results of fetch().
//! - [`link`]: from an object to the driver that made it.
//! - [`sequence`]: `self.seqnum` of destinations.
//! - [`logger`]: events from Python.
//! - [`parser`]: the native base of parsers.
//! - [`persist`]: state that outlives the process.
//! - [`persist_value`]: how a value stands in the persist file.
//! - [`reloc`]: where syslog-ng's files are.
//! - [`source`]: the native base of sources, which posts their messages.
//! - [`template`]: texts with values and macros in them.

mod ack_tracker;
mod confgen;
pub(crate) mod debugger;
mod destination;
pub(crate) mod fetcher;
mod link;
mod logger;
pub(crate) mod parser;
mod persist;
mod persist_value;
mod reloc;
mod sequence;
pub(crate) mod source;
mod template;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::interpreter::shorten;
use crate::message::{LogBatch, LogMessage, ParseOptions};

pub(crate) use ack_tracker::AckTracker;
pub(crate) use destination::{base, is_destination, result_constants, written_bytes};
pub(crate) use sequence::SequenceNumber;
pub(crate) use template::{log_template, template_options};

/// A class of the package, looked up once and kept: user code may have taken the package out of
/// sys.modules.
fn kept<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    cell.get_or_try_init(py, || Ok(py.import(module)?.getattr(name)?.unbind()))
        .map(|class| class.bind(py).clone())
}

/// Makes `import _syslogng` work.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "_syslogng")?;
    module.setattr("__doc__", "The native part of the syslogng package.")?;
    module.add_class::<LogMessage>()?;
    shorten::<LogMessage>(module.py());
    module.add_class::<ParseOptions>()?;
    module.add_class::<LogBatch>()?;
    module.add_class::<SequenceNumber>()?;
    logger::install(&module)?;
    destination::install(&module)?;
    template::install(&module)?;
    source::install(&module)?;
    parser::install(&module)?;
    persist::install(&module)?;
    ack_tracker::install(&module)?;
    fetcher::install(&module)?;
    confgen::install(&module)?;
    reloc::install(&module)?;
    debugger::install(py)?;
    // pyo3 makes one of all names; without it `import *` leaves out those that begin with `_`.
    module.delattr("__all__")?;
    py.import("sys")?
        .getattr("modules")?
        .set_item("_syslogng", module)
}
