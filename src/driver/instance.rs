// SPDX-License-Identifier: GPL-2.0-or-later

//! The object of a source, a fetcher or a parser, from its making to its end: what they have in common.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin as sdk;
use syslog_ng_plugin::host::{STATS_LABELS, TYPED_OPTIONS};
use syslog_ng_plugin::{Config, Location, Names, Source};

use super::classes::{Declared, Wanted};
use super::global_code::GlobalCode;
use crate::interpreter::attach_for_config;
use crate::message::ParseOptions;
use crate::object::{self, Method, Object, Reporter};
use crate::options::Binding;
use crate::outcome;

/// What a config says of a driver, with the config's code.
pub(super) struct Setup {
    pub(super) class: String,
    pub(super) binding: Binding,
    pub(super) code: Arc<GlobalCode>,
    pub(super) declared: Arc<Declared>,
}

/// The package's base class of a kind of driver.
pub(super) struct Base<'py> {
    /// Its name in the package.
    pub(super) name: &'static str,
    pub(super) class: Bound<'py, PyAny>,
    /// Whether an object is made from it.
    pub(super) is_base_of: fn(&Bound<'_, PyAny>) -> bool,
}

/// An object of the user's class.
pub(super) struct Instance {
    pub(super) object: Object,
    /// What is inherited from the package's base class counts as not defined.
    base: Py<PyAny>,
    /// Filled when the host's side is ready.
    parse_options: Arc<OnceLock<sdk::ParseOptions>>,
    /// init() succeeded, and deinit() was not called since.
    initialised: AtomicBool,
}

impl Setup {
    pub(super) fn new(
        binding: Binding,
        config: Config<'_>,
        end: Location,
        plugin: &str,
        wanted: Wanted,
    ) -> Result<Self, String> {
        let class = binding.required_class(plugin)?;
        let declared = Declared::new(wanted, &binding, config, end);
        Ok(Setup {
            class,
            binding,
            code: config.state(),
            declared,
        })
    }

    /// Makes the object, and gives it the attributes of a source. `None` when that fails, which has
    /// been said.
    pub(super) fn make(
        &self,
        py: Python<'_>,
        source: &Source<'_>,
        reporter: &Arc<Reporter>,
        base: &Base<'_>,
    ) -> Option<Instance> {
        let instance = self.instantiate(py, source.config(), reporter)?;
        if !(base.is_base_of)(&instance) {
            let name = base.name;
            let why = format!("the class does not derive from syslogng.{name}");
            reporter.refuse_class(py, &why, &[]);
            return None;
        }
        let object = Object::new(instance, Arc::clone(reporter));
        // An object that takes no attributes goes without.
        let flags: BTreeMap<_, _> = source.flags().collect();
        let _ = object.set(py, "flags", flags);
        let parse_options = Arc::new(OnceLock::new());
        let options = Py::new(py, ParseOptions::new(Arc::clone(&parse_options)));
        let options = options
            .map_err(|error| object.report(py, "__init__", &error.into()))
            .ok()?;
        let _ = object.set(py, "parse_options", &options);
        Some(Instance {
            parse_options,
            ..Instance::new(object, &base.class)
        })
    }

    /// Imports what loaders() names, and makes an instance. `None` when that fails, which has been said.
    pub(super) fn instantiate<'py>(
        &self,
        py: Python<'py>,
        config: Config<'_>,
        reporter: &Reporter,
    ) -> Option<Bound<'py, PyAny>> {
        if TYPED_OPTIONS && config.version_is_older_than(4, 2) {
            object::warn_of_types(py, reporter, &self.binding.options);
        }
        object::import_all(py, &self.binding.loaders, &reporter.place);
        let class = object::resolve(py, &self.class, self.code.main(py).as_ref());
        let class = class.map_err(|error| reporter.refuse_missing_class(py, &error));
        let instance = class.ok()?.call0();
        instance
            .map_err(|error| reporter.report(py, "__init__", None, &error.into()))
            .ok()
    }

    /// options() for a method. `None` when they cannot be made, which has been said.
    fn options<'py>(
        &self,
        py: Python<'py>,
        instance: &Instance,
        method: &'static str,
    ) -> Option<Bound<'py, PyDict>> {
        object::to_dict(py, &self.binding.options)
            .map_err(|error| instance.object.report(py, method, &error.into()))
            .ok()
    }

    /// What the host knows the driver by: persist-name(), or what generate_persist_name() gives, or
    /// the class. In front stands `kind`, and in counters `stats_kind`.
    pub(super) fn names(
        &self,
        py: Python<'_>,
        instance: &Instance,
        source: &Source<'_>,
        kind: &str,
        stats_kind: &str,
    ) -> Names {
        let persist_name = source.persist_name();
        let generated = || {
            let method = instance.method(py, "generate_persist_name")?;
            let options = self.options(py, instance, "generate_persist_name")?;
            let object = &instance.object;
            object.call(py, &method, (options,), outcome::persist_name)
        };
        let class = &self.class;
        let mut stats_labels = vec![("driver", stats_kind.to_owned()), ("class", class.clone())];
        // As a label it is there also where persist-name() is the name.
        let generated = (persist_name.is_none() || STATS_LABELS)
            .then(generated)
            .flatten();
        if let Some(name) = &generated {
            stats_labels.push(("instance", name.clone()));
        }
        let name = persist_name.map(Cow::into_owned).or(generated);
        let (persist, stats_instance) = match name {
            Some(name) => (format!("{kind}.{name}"), format!("{stats_kind},{name}")),
            None => (format!("{kind}({class})"), format!("{stats_kind},{class}")),
        };
        Names {
            persist,
            stats_instance,
            stats_labels,
        }
    }

    /// Calls init(), where the class defines it. False refuses the config, which has been said.
    pub(super) fn init(&self, py: Python<'_>, instance: &Instance) -> bool {
        let ready = self.call_init(py, instance);
        instance.initialised.store(ready, Ordering::Relaxed);
        ready
    }

    fn call_init(&self, py: Python<'_>, instance: &Instance) -> bool {
        let Some(init) = instance.method(py, "init") else {
            return true;
        };
        let Some(options) = self.options(py, instance, "init") else {
            return false;
        };
        let Some(ready) = instance.object.call(py, &init, (options,), outcome::init) else {
            return false;
        };
        if !ready {
            let location = init.location(py).unwrap_or_default();
            instance.object.reporter().refuse(
                py,
                "init() returned False",
                &[("method", "init"), ("location", &location)],
            );
        }
        ready
    }
}

impl Instance {
    /// Without what only sources have. What is inherited from `base` counts as not defined.
    pub(super) fn new(object: Object, base: &Bound<'_, PyAny>) -> Self {
        Instance {
            object,
            base: base.clone().unbind(),
            parse_options: Arc::default(),
            initialised: AtomicBool::new(false),
        }
    }

    /// The method, if the class defines it.
    pub(super) fn method(&self, py: Python<'_>, name: &'static str) -> Option<Method> {
        self.object.method(py, name, self.base.bind(py))
    }

    /// A method that the class has to define, as `shown` it says. `None` refuses the config, which
    /// has been said.
    pub(super) fn required(
        &self,
        py: Python<'_>,
        name: &'static str,
        shown: &str,
    ) -> Option<Method> {
        let method = self.method(py, name);
        if method.is_none() {
            let why = format!("the class does not define {shown}");
            self.object.reporter().refuse_class(py, &why, &[]);
        }
        method
    }

    /// Calls a method whose value nobody wants.
    pub(super) fn call(&self, py: Python<'_>, method: &Method) {
        self.object.call(py, method, (), outcome::nothing);
    }

    /// The host's side is ready.
    pub(super) fn start(&self, source: &Source<'_>) {
        // Unset until now: each object is made for one start.
        let _ = self.parse_options.set(source.parse_options());
    }

    /// The driver is let go of: calls deinit(), and tells of errors that were left out.
    pub(super) fn stop(&self) {
        attach_for_config(|py| self.deinit(py));
        self.object.reporter().finish();
    }

    /// Calls deinit(), once for each init() that succeeded.
    pub(super) fn deinit(&self, py: Python<'_>) {
        if !self.initialised.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Some(deinit) = self.method(py, "deinit") {
            self.call(py, &deinit);
        }
    }
}
