// SPDX-License-Identifier: GPL-2.0-or-later

//! `python()` in a source.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, generate_persist_name(), init() | main | the config is taken up, in this order |
//! | run() | the source's | all drivers of the config are ready |
//! | suspend() | the source's | in post_message(), when the window has closed |
//! | wakeup() | any | the window is open again; with 4.x also after request_exit() |
//! | request_exit() | main | while run() runs, when the config is let go |
//! | deinit() | main | after the source's thread has ended |

use std::ffi::CStr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use syslog_ng_plugin::{Config, Location, Names, OptionRule, Poster, Source, ThreadedSource};

use super::classes::Wanted;
use super::instance::{Base, Instance, Setup};
use crate::interpreter::{
    attach, attach_for_config, belongs_to, keep_thread_state, let_go_of_thread_state,
};
use crate::object::{Method, Place, Reporter};
use crate::options::{Binding, SOURCE};
use crate::{api, outcome};

/// Seconds between an exception that ends run() and the next run(), where the config does not say.
const TIME_REOPEN: i32 = 1;

/// What a source's class has to have.
const WANTED: Wanted = Wanted {
    kind: "python-source",
    base: api::source::base,
    base_name: "LogSource",
    derives: true,
    methods: &[
        (&["run"], "run(self)"),
        (&["request_exit"], "request_exit(self)"),
    ],
};

/// `python()` in a source.
pub(crate) struct PythonSource {
    setup: Setup,
    /// There between prepare() and release().
    running: Mutex<Option<Arc<Running>>>,
    /// Whether the source has been told to end.
    ending: Mutex<bool>,
    end: Condvar,
}

/// A source's object with its methods, looked up once.
pub(crate) struct Running {
    instance: Instance,
    run: Method,
    request_exit: Method,
    /// suspend() and wakeup(), where the class does not want post_message() to wait.
    flow: Option<(Method, Method)>,
    poster: Poster,
}

impl ThreadedSource for PythonSource {
    const STATS_TYPE: &'static CStr = c"python";
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = SOURCE;

    fn configured(binding: Binding, config: Config<'_>, end: Location) -> Result<Self, String> {
        Ok(PythonSource {
            setup: Setup::new(binding, config, end, "python()", WANTED)?,
            running: Mutex::default(),
            ending: Mutex::default(),
            end: Condvar::new(),
        })
    }

    fn prepare(&self, source: &Source<'_>) -> Option<Names> {
        let place = Place {
            kind: "python-source",
            driver: source.id().into_owned(),
            class: self.setup.class.clone(),
            config: source.location(),
        };
        let reporter = Reporter::new(place, source.errors()).beside(self.setup.declared.clone());
        let reporter = Arc::new(reporter);
        *self.ending() = false;
        let poster = source.poster();
        poster.set_transport_name(None);
        attach_for_config(|py| {
            let instance = self.make(py, source, &reporter)?;
            let (running, names) = self.bind(py, source, instance)?;
            let running = Arc::new(running);
            // From here on release() lets go of it.
            *self.running() = Some(Arc::clone(&running));
            api::source::link(running.object(py), &running, poster, &names.persist);
            let instance = &running.instance;
            if !self.setup.init(py, instance) || !instance.take_up_ack_tracker(py, source) {
                return None;
            }
            let close = running.object(py).getattr("auto_close_batches");
            let close = close.and_then(|value| value.is_truthy());
            source.set_auto_close_batches(close.unwrap_or(true));
            Some(names)
        })
    }

    fn start(&self, source: &Source<'_>) -> bool {
        if let Some(running) = self.running().as_ref() {
            running.instance.start(source);
        }
        true
    }

    fn stop(&self) {
        if let Some(running) = self.running().clone() {
            running.instance.stop();
        }
    }

    fn release(&self) {
        let Some(running) = self.running().take() else {
            return;
        };
        // The objects die here, with the GIL held.
        attach_for_config(|py| {
            // Where the config was refused after init().
            running.instance.deinit(py);
            drop(running);
        });
    }

    fn thread_started(&self) {
        keep_thread_state();
        if let Some(running) = self.running().as_ref() {
            belongs_to(&running.reporter().place);
        }
    }

    fn thread_stopping(&self) {
        let_go_of_thread_state();
    }

    fn run(&self, _poster: &Poster) {
        let Some(running) = self.running().clone() else {
            return;
        };
        let time_reopen = self.setup.binding.time_reopen.unwrap_or(TIME_REOPEN);
        let time_reopen = Duration::from_secs(u64::try_from(time_reopen).unwrap_or(0));
        loop {
            let ended_well = attach(|py| running.run(py, || *self.ending()));
            if ended_well || self.wait_for_the_end(time_reopen) {
                break;
            }
        }
        attach(|_| drop(running));
    }

    fn request_exit(&self) {
        *self.ending() = true;
        self.end.notify_all();
        if let Some(running) = self.running().clone() {
            attach(|py| {
                running.instance.call(py, &running.request_exit);
                drop(running);
            });
        }
    }

    fn wakeup(&self) {
        let running = self.running().clone();
        let Some(running) = running.filter(|running| running.flow.is_some()) else {
            return;
        };
        attach(|py| {
            // It may have come late, with the window closed again and the source suspended: then another
            // one follows.
            if let Some((_, wakeup)) = running
                .flow
                .as_ref()
                .filter(|_| !running.poster.is_closed())
            {
                running.instance.call(py, wakeup);
            }
            drop(running);
        });
    }
}

impl PythonSource {
    /// Never held while Python code runs.
    fn running(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never held while Python code runs.
    fn ending(&self) -> MutexGuard<'_, bool> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and gives whether the source has been told to end.
    fn wait_for_the_end(&self, most: Duration) -> bool {
        let waited = self
            .end
            .wait_timeout_while(self.ending(), most, |ending| !*ending);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn make(
        &self,
        py: Python<'_>,
        source: &Source<'_>,
        reporter: &Arc<Reporter>,
    ) -> Option<Instance> {
        let class = api::source::base(py)
            .map_err(|error| reporter.report(py, "import syslogng", None, &error.into()))
            .ok()?;
        let base = Base {
            name: "LogSource",
            class,
            is_base_of: api::source::is_source,
        };
        self.setup.make(py, source, reporter, &base)
    }

    /// Looks the object's methods up.
    fn bind(
        &self,
        py: Python<'_>,
        source: &Source<'_>,
        instance: Instance,
    ) -> Option<(Running, Names)> {
        let run = instance.required(py, "run", "run(self)")?;
        let request_exit = instance.required(py, "request_exit", "request_exit(self)")?;
        let flow = match instance.method(py, "suspend") {
            None => None,
            Some(suspend) => {
                let shown = "wakeup(self), which belongs to suspend(self)";
                Some((suspend, instance.required(py, "wakeup", shown)?))
            }
        };
        let names = self
            .setup
            .names(py, &instance, source, "python-source", "python");
        let running = Running {
            instance,
            run,
            request_exit,
            flow,
            poster: source.poster(),
        };
        Some((running, names))
    }
}

impl Running {
    fn object<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.instance.object.bind(py)
    }

    pub(crate) fn reporter(&self) -> &Reporter {
        self.instance.object.reporter()
    }

    /// suspend(), where the class defines it.
    pub(crate) fn suspends(&self) -> bool {
        self.flow.is_some()
    }

    pub(crate) fn suspend(&self, py: Python<'_>) {
        if let Some((suspend, _)) = &self.flow {
            self.instance.call(py, suspend);
        }
    }

    /// Calls run(), and gives whether it is over for good.
    fn run(&self, py: Python<'_>, ending: impl Fn() -> bool) -> bool {
        let object = &self.instance.object;
        match object.try_call(py, &self.run, (), outcome::nothing) {
            Ok(()) => true,
            // Code that posts until it is told that there is nobody to post to.
            Err(error) if ending() && api::source::is_stopping(py, &error) => true,
            Err(error) => {
                object.report_call(py, &self.run, &error);
                ending()
            }
        }
    }
}
