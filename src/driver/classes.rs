// SPDX-License-Identifier: GPL-2.0-or-later

//! The classes of all Python drivers of a config: when one of them is missing or lacks a method, the
//! others are looked at too, so that a config with several mistakes is mended in one go.
//!
//! The host stops at the first driver that fails. Classes are looked up and no instance is made; what
//! would be imported at the start anyway is imported now. `--syntax-only` comes nowhere near.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::prelude::*;
use pyo3::types::PyType;
use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{Config, ConfigState, Location};

use super::global_code::GlobalCode;
use crate::object::{self, Exception, Others};
use crate::options::Binding;

/// What a kind of driver wants of its class.
pub(super) struct Wanted {
    /// What events on it begin with: `python-dest`.
    pub(super) kind: &'static str,
    /// The package's base class, and its name.
    pub(super) base: fn(Python<'_>) -> PyResult<Bound<'_, PyAny>>,
    pub(super) base_name: &'static str,
    /// Whether the class has to derive from it.
    pub(super) derives: bool,
    /// Methods: one of each row has to be defined, as it is shown.
    pub(super) methods: &'static [(&'static [&'static str], &'static str)],
}

/// A driver that a config declares.
pub(super) struct Declared {
    wanted: Wanted,
    class: String,
    loaders: Vec<String>,
    /// Where it stands in the config.
    place: String,
    code: Arc<GlobalCode>,
    /// Those of the same config, itself included.
    all: Arc<Drivers>,
}

/// The Python drivers of a config.
#[derive(Default)]
pub(super) struct Drivers {
    declared: Mutex<Vec<Weak<Declared>>>,
    /// They have been looked at since the config was last taken up.
    told: AtomicBool,
}

impl Drivers {
    /// Never held while Python code runs.
    fn declared(&self) -> MutexGuard<'_, Vec<Weak<Declared>>> {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConfigState for Drivers {
    const KEY: &'static CStr = c"python-drivers";

    fn activate(&self) -> bool {
        self.told.store(false, Ordering::Relaxed);
        true
    }

    fn release(&self) {}
}

impl Declared {
    /// Notes a driver, which has been read up to `end`. It counts as long as the driver keeps this.
    pub(super) fn new(
        wanted: Wanted,
        binding: &Binding,
        config: Config<'_>,
        end: Location,
    ) -> Arc<Self> {
        let all: Arc<Drivers> = config.state();
        let declared = Arc::new(Declared {
            wanted,
            class: binding.class.clone().unwrap_or_default(),
            loaders: binding.loaders.clone(),
            place: end.driver(),
            code: config.state(),
            all: Arc::clone(&all),
        });
        all.declared().push(Arc::downgrade(&declared));
        declared
    }

    /// Looks at the class, and tells what is wrong with it.
    fn check(&self, py: Python<'_>) {
        match self.problem(py) {
            Ok(None) => (),
            Ok(Some(why)) => self.tell(py, &why, &[]),
            Err(error) => {
                let exception = Exception::of(py, &error);
                self.tell(py, "the class cannot be found", &exception.tags());
            }
        }
    }

    fn tell(&self, py: Python<'_>, why: &str, details: &[(&str, &str)]) {
        let text = format!(
            "{}: this driver would be refused too: {why}",
            self.wanted.kind
        );
        let mut tags = vec![("class", self.class.as_str())];
        tags.extend_from_slice(details);
        tags.push(("config", &self.place));
        // The host takes locks to pass an event on.
        py.detach(|| log::event(Level::Error, &text, &tags));
    }

    /// What is wrong with the class, as far as it shows without an instance.
    ///
    /// # Errors
    /// The class cannot be found.
    fn problem(&self, py: Python<'_>) -> PyResult<Option<String>> {
        for module in &self.loaders {
            // The driver itself goes on without it.
            let _ = py.import(module.as_str());
        }
        let class = object::resolve(py, &self.class, self.code.main(py).as_ref())?;
        // Whatever else gives an instance has to be called to know more.
        let Ok(class) = class.cast::<PyType>() else {
            return Ok(None);
        };
        let base = (self.wanted.base)(py)?;
        if self.wanted.derives && !class.is_subclass(&native(&base))? {
            let name = self.wanted.base_name;
            return Ok(Some(format!(
                "the class does not derive from syslogng.{name}"
            )));
        }
        if class.hasattr("__getattr__")? {
            return Ok(None);
        }
        for (names, shown) in self.wanted.methods {
            if !names.iter().any(|name| defines(class, &base, name)) {
                return Ok(Some(format!("the class does not define {shown}")));
            }
        }
        Ok(None)
    }
}

/// The native class that a class of the package is made from: deriving from that one will do.
fn native<'py>(base: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
    let native = base
        .getattr("__bases__")
        .and_then(|bases| bases.get_item(0));
    native.unwrap_or_else(|_| base.clone())
}

/// Whether the class has the method from elsewhere than the package's base class, or may get it in
/// its `__init__`.
fn defines(class: &Bound<'_, PyType>, base: &Bound<'_, PyAny>, name: &str) -> bool {
    if let Ok(found) = class.getattr(name) {
        if !base.getattr(name).is_ok_and(|default| default.is(&found)) {
            return true;
        }
    }
    let names_in_init = || {
        let code = class.getattr("__init__")?.getattr("__code__")?;
        code.getattr("co_names")?.contains(name)
    };
    names_in_init().unwrap_or(false)
}

impl Others for Declared {
    fn check(&self, py: Python<'_>) {
        if self.all.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let others: Vec<_> = self
            .all
            .declared()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        for other in others {
            if !std::ptr::eq(&*other, self) {
                Declared::check(&other, py);
            }
        }
    }
}
