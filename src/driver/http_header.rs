// SPDX-License-Identifier: GPL-2.0-or-later

//! `python-http-header()` in `http()`.
//!
//! | method | thread | when |
//! |---|---|---|
//! | `__init__` with options() | main | the config is taken up |
//! | get_headers() | the http() worker's that has a request | before each request |
//! | on_http_response_received() | the same | after each response |
//!
//! With workers(n) the object is called by n threads.

use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyList;
use syslog_ng_plugin::host::TYPED_OPTIONS;
use syslog_ng_plugin::{
    Around, Config, HttpHeaders, HttpRequest, InnerDestination, Location, Names, OptionRule,
};

use super::classes::{Declared, Wanted};
use super::global_code::GlobalCode;
use crate::interpreter::{attach, attach_for_config, keep_thread_state, was_interrupted};
use crate::object::{self, Method, Object, Place, Reporter};
use crate::options::{Binding, HTTP_HEADER};
use crate::outcome;

/// What a class has to have. It needs no base.
const WANTED: Wanted = Wanted {
    kind: "python-http-header",
    base: |py| Ok(py.get_type::<PyAny>().into_any()),
    base_name: "",
    derives: false,
    methods: &[(&["get_headers"], "get_headers(self, body, headers)")],
};

/// `python-http-header()` in `http()`.
pub(crate) struct PythonHttpHeader {
    class: String,
    binding: Binding,
    code: Arc<GlobalCode>,
    declared: Arc<Declared>,
    /// There between attach() and detach().
    running: Mutex<Option<Arc<Running>>>,
}

/// The object with its methods, looked up once.
struct Running {
    object: Object,
    get_headers: Method,
    on_response: Option<Method>,
}

impl InnerDestination for PythonHttpHeader {
    const NAME: &'static CStr = c"python-http-header";
    const STATS_TYPE: &'static CStr = c"python";
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = HTTP_HEADER;

    fn configured(binding: Binding, config: Config<'_>, end: Location) -> Result<Self, String> {
        Ok(PythonHttpHeader {
            declared: Declared::new(WANTED, &binding, config, end),
            class: binding.required_class("python-http-header()")?,
            binding,
            code: config.state(),
            running: Mutex::default(),
        })
    }

    fn attach(&self, around: &Around<'_>) -> Option<Names> {
        self.release();
        let place = Place {
            kind: WANTED.kind,
            driver: around.id().into_owned(),
            class: self.class.clone(),
            config: around.location(),
        };
        let reporter = Reporter::new(place, around.errors()).beside(self.declared.clone());
        let reporter = Arc::new(reporter);
        let options_were_texts = TYPED_OPTIONS && around.config().version_is_older_than(4, 2);
        let running = attach_for_config(|py| {
            if options_were_texts {
                object::warn_of_types(py, &reporter, &self.binding.options);
            }
            object::import_all(py, &self.binding.loaders, &reporter.place);
            self.make(py, &reporter)
        })?;
        *self.running() = Some(Arc::new(running));
        Some(Names {
            persist: String::new(),
            stats_instance: format!("python-http-header,{}", self.class),
            stats_labels: vec![("class", self.class.clone())],
        })
    }

    fn detach(&self) {
        self.release();
    }

    fn http_request(&self, request: &mut HttpRequest<'_>) -> HttpHeaders {
        let failed = if self.binding.mark_errors_as_critical {
            HttpHeaders::Refused
        } else {
            HttpHeaders::Missing
        };
        let Some(running) = self.running().clone() else {
            return failed;
        };
        let so_far = request.headers();
        keep_thread_state();
        let (added, complete) = attach(|py| {
            let result = running.headers(py, request.body(), &so_far);
            drop(running);
            result
        });
        for header in added {
            request.append(&header);
        }
        if complete {
            HttpHeaders::Complete
        } else if was_interrupted() {
            // The request is made again, with its headers, when the daemon runs again.
            HttpHeaders::Refused
        } else {
            failed
        }
    }

    fn http_response(&self, status: i64) {
        let running = self.running().clone();
        let Some(running) = running.filter(|running| running.on_response.is_some()) else {
            return;
        };
        keep_thread_state();
        attach(|py| {
            if let Some(method) = &running.on_response {
                let object = &running.object;
                object.call(py, method, (status,), outcome::nothing);
            }
            drop(running);
        });
    }
}

impl PythonHttpHeader {
    /// Never held while Python code runs.
    fn running(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the object and looks its methods up. `None` when that fails, which has been said.
    fn make(&self, py: Python<'_>, reporter: &Arc<Reporter>) -> Option<Running> {
        let class = object::resolve(py, &self.class, self.code.main(py).as_ref());
        let class = class.map_err(|error| reporter.refuse_missing_class(py, &error));
        let class = class.ok()?;
        let instance = object::to_dict(py, &self.binding.options);
        let instance = instance.and_then(|options| class.call1((options,)));
        let instance = instance
            .map_err(|error| reporter.report(py, "__init__", None, &error.into()))
            .ok()?;
        let object = Object::new(instance, Arc::clone(reporter));
        // The class needs no base, and what all objects have counts as not defined.
        let base = py.get_type::<PyAny>();
        let Some(get_headers) = object.method(py, "get_headers", &base) else {
            let why = "the class does not define get_headers(self, body, headers)";
            reporter.refuse_class(py, why, &[]);
            return None;
        };
        let on_response = object.method(py, "on_http_response_received", &base);
        Some(Running {
            object,
            get_headers,
            on_response,
        })
    }

    /// Lets go of the object.
    fn release(&self) {
        let Some(running) = self.running().take() else {
            return;
        };
        running.object.reporter().finish();
        // The objects die here, with the GIL held.
        attach_for_config(|_| drop(running));
    }
}

impl Drop for PythonHttpHeader {
    fn drop(&mut self) {
        // Where the destination around it was refused after attach().
        self.release();
    }
}

impl Running {
    /// Calls get_headers(), and gives the headers that it wants the request to have, and whether they are
    /// all.
    fn headers(&self, py: Python<'_>, body: &[u8], headers: &[Vec<u8>]) -> (Vec<CString>, bool) {
        let arguments = || {
            let list = PyList::empty(py);
            for header in headers {
                list.append(object::to_str(py, header)?)?;
            }
            Ok((object::to_str(py, body)?, list))
        };
        let arguments = match arguments() {
            Ok(arguments) => arguments,
            Err(error) => {
                self.object
                    .report(py, "get_headers", &object::Error::Raised(error));
                return (Vec::new(), false);
            }
        };
        let added = self
            .object
            .call(py, &self.get_headers, arguments, outcome::headers);
        match added {
            Some((added, None)) => (added, true),
            Some((added, Some(error))) => {
                self.object.report_of(py, &self.get_headers, &error);
                (added, false)
            }
            None => (Vec::new(), false),
        }
    }
}
