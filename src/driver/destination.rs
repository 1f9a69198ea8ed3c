// SPDX-License-Identifier: GPL-2.0-or-later

//! `python()` in a destination.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, generate_persist_name(), init() | main | the config is taken up, in this order |
//! | open(), is_opened(), send(), flush(), send_batch(), close() | the worker's | as the host asks for them |
//! | deinit() | main | the config is let go, after the workers' threads have ended |
//!
//! Each worker has an instance of its own. All of them are made before the first init(); of the first
//! one comes the persist name, which is the driver's.

use std::ffi::CStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use syslog_ng_plugin::host::{PYTHON_BASE_CLASSES, TYPED_OPTIONS};
use syslog_ng_plugin::{
    Config, Destination, Location, Names, OptionRule, Prepared, ThreadedDestination,
};

use super::classes::{Declared, Wanted};
use super::global_code::GlobalCode;
use super::persist_names::{Owner, PersistNames};
use super::worker::{Running, Worker};
use crate::interpreter::{attach, attach_for_config};
use crate::message::ValueMode;
use crate::object::{self, Place, Reporter};
use crate::options::{Binding, DESTINATION};
use crate::{api, outcome};

/// What a destination's class has to have.
const WANTED: Wanted = Wanted {
    kind: "python-dest",
    base: api::base,
    base_name: "LogDestination, as a config of version 4.0 or newer needs it to",
    derives: true,
    methods: &[(
        &["send", "send_batch"],
        "send(self, msg), nor send_batch(self, batch)",
    )],
};

/// `python()` in a destination.
pub(crate) struct PythonDestination {
    class: String,
    binding: Binding,
    code: Arc<GlobalCode>,
    persist_names: Arc<PersistNames>,
    declared: Arc<Declared>,
    /// There between prepare() and release().
    prepared: Mutex<Option<Workers>>,
}

/// What prepare() makes.
struct Workers {
    /// In the order of their indexes.
    running: Vec<Arc<Running>>,
    persist_name: String,
    owner: Owner,
}

impl ThreadedDestination for PythonDestination {
    const STATS_TYPE: &'static CStr = c"python";
    const TIME_REOPEN: Option<i64> = Some(1);
    const FORMATS: bool = true;
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = DESTINATION;
    type Worker = Worker;

    fn configured(binding: Binding, config: Config<'_>, end: Location) -> Result<Self, String> {
        let class = binding.required_class("python()")?;
        let derives = PYTHON_BASE_CLASSES && !config.version_is_older_than(4, 0);
        let wanted = Wanted { derives, ..WANTED };
        Ok(PythonDestination {
            declared: Declared::new(wanted, &binding, config, end),
            class,
            binding,
            code: config.state(),
            persist_names: config.state(),
            prepared: Mutex::default(),
        })
    }

    fn prepare(&self, destination: &Destination<'_>) -> Option<Prepared<Worker>> {
        let place = Place {
            kind: "python-dest",
            driver: destination.id().into_owned(),
            class: self.class.clone(),
            config: destination.location(),
        };
        let mode = ValueMode::of(destination.config());
        let reporter = Reporter::new(place, destination.errors()).beside(self.declared.clone());
        let reporter = Arc::new(reporter);
        let options_were_texts = TYPED_OPTIONS && destination.config().version_is_older_than(4, 2);
        let persist_name = destination.persist_name();
        let (running, names) = attach_for_config(|py| {
            if options_were_texts {
                object::warn_of_types(py, &reporter, &self.binding.options);
            }
            object::import_all(py, &self.binding.loaders, &reporter.place);
            let running = self.make(py, &reporter, mode, destination)?;
            let names = self.names(py, running.first()?, persist_name.as_deref());
            self.take_name(py, &reporter, &names.persist)?;
            for worker in &running {
                // An object that takes no attributes goes without, as with the C module.
                let _ = worker.object().set(py, "persist_name", &names.persist);
            }
            Some((running, names))
        })?;
        let batches = running.iter().any(|worker| worker.wants_batches());
        let workers = running.iter().map(Worker::new).collect();
        *self.prepared() = Some(Workers {
            running,
            persist_name: names.persist.clone(),
            owner: Owner::of(&reporter.place),
        });
        Some(Prepared {
            names,
            workers,
            batches,
        })
    }

    fn start(&self, _destination: &Destination<'_>) -> bool {
        let running = self.running();
        attach_for_config(|py| {
            let refused = running
                .iter()
                .position(|worker| !worker.init(py, &self.binding));
            if let Some(index) = refused {
                running[..index].iter().for_each(|worker| worker.deinit(py));
            }
            refused.is_none()
        })
    }

    fn stop(&self) {
        let running = self.running();
        attach_for_config(|py| running.iter().for_each(|worker| worker.deinit(py)));
        if let Some(worker) = running.first() {
            worker.object().reporter().finish();
        }
    }

    fn release(&self) {
        let Some(workers) = self.prepared().take() else {
            return;
        };
        self.persist_names
            .give_back(&workers.persist_name, &workers.owner);
        // The objects die here, with the GIL held: the workers are gone.
        attach(|_| drop(workers));
    }
}

impl PythonDestination {
    /// Never held while Python code runs.
    fn prepared(&self) -> MutexGuard<'_, Option<Workers>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> Vec<Arc<Running>> {
        let prepared = self.prepared();
        let workers = prepared.as_ref().map(|workers| workers.running.clone());
        workers.unwrap_or_default()
    }

    /// Takes the persist name for this driver. `None` where another one has it, which has been said.
    fn take_name(&self, py: Python<'_>, reporter: &Reporter, name: &str) -> Option<()> {
        let owner = Owner::of(&reporter.place);
        let other = self.persist_names.take(name, owner).err();
        let Some(other) = other else { return Some(()) };
        let (this, that) = (&reporter.place.driver, &other.driver);
        let why = format!(
            "{that} and {this} have the same persist name, {name}, and one of them needs another by \
             persist-name() or generate_persist_name()"
        );
        reporter.refuse(py, &why, &[("other", &other.config)]);
        None
    }

    /// Makes an object for each worker. `None` when that fails, which has been said.
    fn make(
        &self,
        py: Python<'_>,
        reporter: &Arc<Reporter>,
        mode: ValueMode,
        destination: &Destination<'_>,
    ) -> Option<Vec<Arc<Running>>> {
        let class = self
            .resolve(py)
            .map_err(|error| reporter.refuse_missing_class(py, &error))
            .ok()?;
        let base = api::base(py)
            .map_err(|error| reporter.report(py, "import syslogng", None, &error.into()))
            .ok()?;
        Running::make_all(py, &class, &base, reporter, mode, destination)
    }

    fn resolve<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object::resolve(py, &self.class, self.code.main(py).as_ref())
    }

    /// What the host knows the destination by: persist-name(), or what generate_persist_name()
    /// gives, or the class.
    fn names(&self, py: Python<'_>, running: &Running, persist_name: Option<&str>) -> Names {
        let generated = || {
            let method = running.method(py, "generate_persist_name")?;
            let options = running.options(py, "generate_persist_name", &self.binding)?;
            running
                .object()
                .call(py, &method, (options,), outcome::persist_name)
        };
        let class = &self.class;
        let mut stats_labels = vec![("driver", "python".to_owned()), ("class", class.clone())];
        let name = persist_name.map(str::to_owned).or_else(|| {
            let name = generated()?;
            stats_labels.push(("instance", name.clone()));
            Some(name)
        });
        let (persist, stats_instance) = match name {
            Some(name) => (format!("python.{name}"), format!("python,{name}")),
            None => (format!("python({class})"), format!("python,{class}")),
        };
        Names {
            persist,
            stats_instance,
            stats_labels,
        }
    }
}
