// SPDX-License-Identifier: GPL-2.0-or-later

//! `python-fetcher()` in a source.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__`, generate_persist_name(), init() | main | the config is taken up, in this order |
//! | open(), fetch(), close() | the fetcher's | one at a time |
//! | request_exit() | main | while one of these may run, when the config is let go |
//! | deinit() | main | after the fetcher's thread has ended |

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use syslog_ng_plugin::{
    Config, Fetch, Fetched, Location, Names, OptionRule, PostError, Poster, Source, ThreadedFetcher,
};

use super::classes::Wanted;
use super::instance::{Base, Instance, Setup};
use crate::interpreter::{
    attach, attach_for_config, belongs_to, between_moments, keep_thread_state,
    let_go_of_thread_state, was_interrupted,
};
use crate::object::{Method, Place, Reporter};
use crate::options::{Binding, FETCHER};
use crate::outcome::{FetchResult, Many};
use crate::{api, outcome};

/// What a fetcher's class has to have.
const WANTED: Wanted = Wanted {
    kind: "python-fetcher",
    base: api::fetcher::base,
    base_name: "LogFetcher",
    derives: true,
    methods: &[(&["fetch"], "fetch(self)")],
};

/// `python-fetcher()` in a source.
pub(crate) struct PythonFetcher {
    setup: Setup,
    /// There between prepare() and release().
    running: Mutex<Option<Arc<Running>>>,
    /// What is to be posted before fetch() is called again.
    rest: Mutex<Option<Many>>,
}

/// A fetcher's object with its methods, looked up once.
pub(crate) struct Running {
    instance: Instance,
    fetch: Method,
    open: Option<Method>,
    close: Option<Method>,
    request_exit: Option<Method>,
    /// open() returned None, and that has been said.
    warned_of_none: AtomicBool,
}

impl ThreadedFetcher for PythonFetcher {
    const STATS_TYPE: &'static CStr = c"python";
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = FETCHER;

    fn configured(binding: Binding, config: Config<'_>, end: Location) -> Result<Self, String> {
        Ok(PythonFetcher {
            setup: Setup::new(binding, config, end, "python-fetcher()", WANTED)?,
            running: Mutex::default(),
            rest: Mutex::default(),
        })
    }

    fn prepare(&self, source: &Source<'_>) -> Option<Names> {
        let place = Place {
            kind: "python-fetcher",
            driver: source.id().into_owned(),
            class: self.setup.class.clone(),
            config: source.location(),
        };
        let reporter = Reporter::new(place, source.errors()).beside(self.setup.declared.clone());
        let reporter = Arc::new(reporter);
        let poster = source.poster();
        poster.set_transport_name(None);
        attach_for_config(|py| {
            let class = api::fetcher::base(py)
                .map_err(|error| reporter.report(py, "import syslogng", None, &error.into()))
                .ok()?;
            let base = Base {
                name: "LogFetcher",
                class,
                is_base_of: api::fetcher::is_fetcher,
            };
            let instance = self.setup.make(py, source, &reporter, &base)?;
            let running = Arc::new(Running::new(py, instance)?);
            let names = self.setup.names(
                py,
                &running.instance,
                source,
                "python-fetcher",
                "python-fetcher",
            );
            // From here on release() lets go of it.
            *self.running() = Some(Arc::clone(&running));
            let object = running.instance.object.bind(py);
            api::fetcher::link(object, &running, poster, &names.persist);
            let instance = &running.instance;
            let ready = self.setup.init(py, instance) && instance.take_up_ack_tracker(py, source);
            ready.then_some(names)
        })
    }

    fn start(&self, source: &Source<'_>) {
        if let Some(running) = self.running().as_ref() {
            running.instance.start(source);
        }
    }

    fn stop(&self) {
        if let Some(running) = self.running().clone() {
            running.instance.stop();
        }
    }

    fn release(&self) {
        if let Some(running) = self.running().take() {
            let rest = self.rest().take();
            // The objects die here, with the GIL held.
            attach_for_config(|py| {
                if let Some(rest) = rest {
                    rest.was_not_posted();
                }
                // Where the config was refused after init().
                running.instance.deinit(py);
                drop(running);
            });
        }
    }

    fn thread_started(&self) {
        keep_thread_state();
        if let Some(running) = self.running().as_ref() {
            belongs_to(&running.instance.object.reporter().place);
        }
    }

    fn thread_stopping(&self) {
        let_go_of_thread_state();
    }

    fn connect(&self) -> bool {
        self.with_running(|py, running| running.open(py))
            .unwrap_or(false)
    }

    fn disconnect(&self) {
        self.with_running(|py, running| {
            if let Some(close) = &running.close {
                running.instance.call(py, close);
            }
        });
    }

    fn fetch(&self, _poster: &Poster) -> Fetch {
        if let Some(next) = self.next_of_rest() {
            return Fetch::Success(next);
        }
        between_moments();
        let fetched = self.with_running(|py, running| {
            // The objects die here, with the GIL held.
            let posted = self.rest().take();
            if posted.is_some_and(|posted| posted.misfit.is_some()) {
                // Said when it was fetched; it counts behind the messages.
                return None;
            }
            let object = &running.instance.object;
            let fetched = object.call(py, &running.fetch, (), outcome::fetch)?;
            if let FetchResult::Many(many) = &fetched {
                if let Some(misfit) = &many.misfit {
                    object.report_of(py, &running.fetch, misfit);
                }
            }
            Some(fetched)
        });
        match fetched.flatten() {
            // The source is stopping, which is no error.
            None if was_interrupted() => Fetch::NoData,
            None => Fetch::Error,
            Some(FetchResult::One(fetch)) => fetch,
            Some(FetchResult::Many(many)) => {
                *self.rest() = Some(many);
                self.next_of_rest().map_or(Fetch::TryAgain, Fetch::Success)
            }
        }
    }

    fn refused(&self, error: PostError) {
        self.with_running(|py, running| {
            let what = match error {
                PostError::NotNew => {
                    "fetch() returned a message that has been posted already, dropping it: it has to \
                     make a new LogMessage for each"
                }
                PostError::NoTracker => {
                    "bookmarks can not be used without an ack tracker (self.ack_tracker), dropping the \
                     message"
                }
                _ => "a message that was fetched cannot be posted, dropping it",
            };
            let reporter = running.instance.object.reporter();
            reporter.complain(py, "fetch", what);
        });
    }

    fn request_exit(&self) {
        self.with_running(|py, running| {
            if let Some(request_exit) = &running.request_exit {
                running.instance.call(py, request_exit);
            }
        });
    }
}

impl PythonFetcher {
    /// Never held while Python code runs.
    fn rest(&self) -> MutexGuard<'_, Option<Many>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_of_rest(&self) -> Option<Fetched> {
        let mut rest = self.rest();
        let messages = &mut rest.as_mut()?.messages;
        let next = messages.next()?;
        Some(Fetched {
            more: !messages.as_slice().is_empty(),
            ..next
        })
    }

    /// Never held while Python code runs.
    fn running(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `body` with Python and the object; `None` where there is no object.
    fn with_running<T>(&self, body: impl FnOnce(Python<'_>, &Running) -> T) -> Option<T> {
        let running = self.running().clone()?;
        Some(attach(|py| {
            let result = body(py, &running);
            drop(running);
            result
        }))
    }
}

impl Running {
    /// Looks the methods up. `None` when one is missing, which has been said.
    fn new(py: Python<'_>, instance: Instance) -> Option<Self> {
        let fetch = instance.required(py, "fetch", "fetch(self)")?;
        let (open, close) = (instance.method(py, "open"), instance.method(py, "close"));
        let request_exit = instance.method(py, "request_exit");
        Some(Running {
            instance,
            fetch,
            open,
            close,
            request_exit,
            warned_of_none: AtomicBool::new(false),
        })
    }

    fn open(&self, py: Python<'_>) -> bool {
        let Some(open) = &self.open else { return true };
        let object = &self.instance.object;
        match object.call(py, open, (), outcome::open) {
            Some(Some(opened)) => opened,
            Some(None) => {
                if !self.warned_of_none.swap(true, Ordering::Relaxed) {
                    object.reporter().warn(
                        py,
                        "open() returned None, which counts as True: return True or False",
                    );
                }
                true
            }
            None => false,
        }
    }
}
