// SPDX-License-Identifier: GPL-2.0-or-later

//! Texts with values and macros in them.

use std::ffi::CString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};
use syslog_ng_plugin::host::{PYTHON_BASE_CLASSES, TEMPLATES_GIVE_BYTES};
use syslog_ng_plugin::{Template, TemplateError, TemplateOptions, TimeZone};

use crate::message::LogMessage;

/// What LTZ_LOCAL and LTZ_SEND are to Python.
const LOCAL: i32 = 0;
const SEND: i32 = 1;

create_exception!(
    _syslogng,
    LogTemplateException,
    PyException,
    "A template's text is none."
);

/// How templates print times, and what becomes of errors in them. Made without arguments it holds
/// what the config's own options say.
#[pyclass(name = "LogTemplateOptions", module = "_syslogng", frozen)]
struct LogTemplateOptions(Arc<TemplateOptions>);

/// A LogTemplate with this text, a str.
///
/// # Errors
/// As those of the class.
pub(crate) fn log_template<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    text.py().get_type::<LogTemplate>().call1((text,))
}

/// A destination's options, for its `self.template_options`.
pub(crate) fn template_options(py: Python<'_>, options: TemplateOptions) -> PyResult<Py<PyAny>> {
    let made = Py::new(py, LogTemplateOptions(Arc::new(options)))?;
    Ok(made.into_any())
}

#[pymethods]
impl LogTemplateOptions {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        let options = py.detach(TemplateOptions::of_the_configuration);
        let options = options.ok_or_else(|| {
            PyRuntimeError::new_err("there is no configuration to take the options from")
        })?;
        Ok(LogTemplateOptions(Arc::new(options)))
    }
}

/// A text such as ``$HOST: $(uppercase $MESSAGE)``, compiled.
///
/// LogTemplate(template, options=None); any thread, and beyond a reload.
#[pyclass(name = "LogTemplate", module = "_syslogng", subclass, frozen)]
struct LogTemplate(Mutex<Option<Arc<Inner>>>);

struct Inner {
    template: Template,
    options: Option<Arc<TemplateOptions>>,
}

impl LogTemplate {
    /// Never held while Python code runs.
    fn slot(&self) -> MutexGuard<'_, Option<Arc<Inner>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inner(&self) -> PyResult<Arc<Inner>> {
        self.slot().clone().ok_or_else(|| {
            PyRuntimeError::new_err(
                "the template has no text: the __init__ of a class that derives from LogTemplate has to \
                 call super().__init__(template)",
            )
        })
    }

    fn compile(
        &self,
        template: &Bound<'_, PyString>,
        options: Option<Arc<TemplateOptions>>,
    ) -> PyResult<()> {
        let text = CString::new(template.to_str()?)
            .map_err(|_| PyValueError::new_err("a template cannot hold a NUL byte"))?;
        // May load a module of the host's, and wait for a configuration.
        let template = template.py().detach(|| Template::new(text));
        let template = template.map_err(exception)?;
        let inner = Inner { template, options };
        let old = self.slot().replace(Arc::new(inner));
        drop(old);
        Ok(())
    }
}

fn exception(error: TemplateError) -> PyErr {
    LogTemplateException::new_err(match error {
        TemplateError::Text(why) => format!("Error compiling template: {why}"),
        TemplateError::NoConfiguration => error.to_string(),
    })
}

/// None counts as not given.
fn options_of(options: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Arc<TemplateOptions>>> {
    let Some(options) = options else {
        return Ok(None);
    };
    let Ok(options) = options.cast::<LogTemplateOptions>() else {
        let kind = options.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!(
            "options are LogTemplateOptions, not {kind}"
        )));
    };
    Ok(Some(Arc::clone(&options.get().0)))
}

#[pymethods]
impl LogTemplate {
    /// Takes any arguments: those of a derived class are the business of its own `__init__`.
    #[new]
    #[classmethod]
    #[pyo3(signature = (*args, **_kwargs))]
    fn empty(
        class: &Bound<'_, PyType>,
        args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let made = LogTemplate(Mutex::default());
        // Where the host's own class is made complete by `__new__`, derived ones may rely on it.
        if !PYTHON_BASE_CLASSES && !class.is(class.py().get_type::<LogTemplate>()) {
            if let Ok(text) = args.get_item(0) {
                let options = args.get_item(1).ok();
                if let (Ok(text), Ok(options)) =
                    (text.cast::<PyString>(), options_of(options.as_ref()))
                {
                    made.compile(text, options)?;
                }
            }
        }
        Ok(made)
    }

    #[pyo3(signature = (template, options=None))]
    fn __init__(
        &self,
        template: &Bound<'_, PyString>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.compile(template, options_of(options)?)
    }

    /// Give the text that the template makes of a message: a str, or bytes on AxoSyslog.
    ///
    /// ``options`` count instead of those that LogTemplate() was given. ``tz`` says which of their
    /// time zones counts, LTZ_LOCAL or LTZ_SEND; ``seqnum`` is what $SEQNUM gives.
    #[pyo3(signature = (msg, options=None, tz=SEND, seqnum=0))]
    fn format<'py>(
        &self,
        py: Python<'py>,
        msg: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyAny>>,
        tz: i32,
        seqnum: i32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Ok(msg) = msg.cast::<LogMessage>() else {
            let kind = msg.get_type().qualname()?;
            return Err(PyTypeError::new_err(format!(
                "msg is a LogMessage, not {kind}"
            )));
        };
        let msg = msg.get();
        let options = options_of(options)?;
        let zone = match tz {
            LOCAL => TimeZone::Local,
            SEND => TimeZone::Send,
            _ => return Err(PyValueError::new_err("tz is LTZ_LOCAL or LTZ_SEND")),
        };
        let inner = self.inner()?;
        let options = options.as_ref().or(inner.options.as_ref());
        let options = options.ok_or_else(|| {
            PyRuntimeError::new_err(
                "LogTemplateOptions are needed: as the second argument of LogTemplate() or of format()",
            )
        })?;
        let template = &inner.template;
        let bytes = if template.may_block() {
            // A function may be anybody's code: it gets the message as it is now, without a lock.
            let message = msg.snapshot(py);
            py.detach(|| template.format(&message, options, zone, seqnum, <[u8]>::to_vec))
        } else {
            let made = msg.read(py, |message| {
                template.format(message, options, zone, seqnum, |text| {
                    if TEMPLATES_GIVE_BYTES {
                        return Ok(PyBytes::new(py, text).into_any());
                    }
                    // An exception would be made where any code may run.
                    std::str::from_utf8(text)
                        .map(|text| PyString::new(py, text).into_any())
                        .map_err(|_| text.to_vec())
                })
            });
            match made {
                Ok(Ok(text)) => return Ok(text),
                Ok(Err(bytes)) => Ok(bytes),
                Err(error) => Err(error),
            }
        };
        let bytes = bytes.map_err(exception)?;
        if TEMPLATES_GIVE_BYTES {
            return Ok(PyBytes::new(py, &bytes).into_any());
        }
        Ok(PyString::from_bytes(py, &bytes)?.into_any())
    }

    fn __str__(&self) -> PyResult<String> {
        Ok(self.inner()?.template.text().to_string_lossy().into_owned())
    }
}

pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LogTemplate>()?;
    module.add_class::<LogTemplateOptions>()?;
    module.add(
        "LogTemplateException",
        module.py().get_type::<LogTemplateException>(),
    )?;
    module.add("LTZ_LOCAL", LOCAL)?;
    module.add("LTZ_SEND", SEND)
}
