// SPDX-License-Identifier: GPL-2.0-or-later

//! The native base of fetchers, and the results of fetch().

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use syslog_ng_plugin::{Fetch, Poster};

use super::kept;
use super::link::Link;
use crate::driver::RunningFetcher;

/// The native base of syslogng.LogFetcher.
#[pyclass(name = "LogFetcher", module = "_syslogng", subclass, frozen)]
struct LogFetcher(Link<RunningFetcher>);

#[pymethods]
impl LogFetcher {
    /// Arguments are the business of the class's own `__init__`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        LogFetcher(Link::default())
    }

    /// The name under which syslog-ng knows this fetcher across restarts.
    #[getter]
    fn persist_name(&self) -> Option<String> {
        self.0.persist_name()
    }

    /// Set the value TRANSPORT of the messages that are fetched from now on.
    fn set_transport_name(&self, name: &str) -> PyResult<()> {
        let linked = self.0.get("set_transport_name")?;
        linked.running("set_transport_name")?;
        linked.poster.set_transport_name(Some(name));
        Ok(())
    }
}

/// Connects an object to the driver that made it.
pub(crate) fn link(
    object: &Bound<'_, PyAny>,
    running: &Arc<RunningFetcher>,
    poster: Poster,
    persist_name: &str,
) {
    if let Ok(fetcher) = object.cast::<LogFetcher>() {
        fetcher.get().0.set(running, poster, persist_name, false);
    }
}

/// Whether the object is made from the base class of fetchers.
pub(crate) fn is_fetcher(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<LogFetcher>()
}

/// The package's base class of fetchers.
pub(crate) fn base(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static BASE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    kept(py, &BASE, "syslogng.source", "LogFetcher")
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<LogFetcher>()?;
    let keywords = PyDict::new(py);
    keywords.set_item("module", "_syslogng")?;
    let results = py.import("enum")?.getattr("IntEnum")?.call(
        ("LogFetcherResult", Fetch::NUMBERS.to_vec()),
        Some(&keywords),
    )?;
    // For code that derives from the native class itself, as could be done before there was another.
    let fetcher = py.get_type::<LogFetcher>();
    for (name, number) in Fetch::NUMBERS {
        fetcher.setattr(format!("FETCH_{name}"), results.call1((number,))?)?;
    }
    module.add("LogFetcherResult", results)
}
