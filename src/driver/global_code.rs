// SPDX-License-Identifier: GPL-2.0-or-later

//! `python { … };` at the top level of a config.
//!
//! The blocks of a config are run in a module called `_syslogng_main`, which belongs to that
//! config: a reload makes a new one, and while both configs are there each driver sees its own.
//! `sys.modules` holds the one of the config that runs.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PySyntaxError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{BlockError, Config, ConfigState, RootBlock};

use super::template_function::Function;
use crate::interpreter::{attach, attach_for_config};
use crate::object::Exception;

const MAIN: &str = "_syslogng_main";

/// What the python blocks of a config made.
#[derive(Default)]
pub(crate) struct GlobalCode(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    main: Option<Py<PyModule>>,
    /// The lines of the blocks by file, for tracebacks: those on disk may change before the config
    /// is reloaded.
    sources: HashMap<String, Vec<String>>,
    /// The template functions of the config, by name.
    functions: HashMap<String, Arc<Function>>,
}

/// How many functions are remembered: a template may make names up as it goes.
const FUNCTIONS: usize = 1024;
impl GlobalCode {
    /// Never held while Python code runs.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The config's `_syslogng_main`, if it has a python block.
    pub(crate) fn main<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyModule>> {
        self.inner().main.as_ref().map(|main| main.bind(py).clone())
    }

    /// The template function of that name.
    pub(super) fn function(&self, name: &str) -> Arc<Function> {
        let mut inner = self.inner();
        if let Some(function) = inner.functions.get(name) {
            return Arc::clone(function);
        }
        let function = Arc::new(Function::new(name));
        if inner.functions.len() < FUNCTIONS {
            inner
                .functions
                .insert(name.to_owned(), Arc::clone(&function));
        }
        function
    }

    fn main_or_new<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyModule>> {
        if let Some(main) = self.main(py) {
            return Ok(main);
        }
        let main = PyModule::new(py, MAIN)?;
        main.setattr("__builtins__", py.import("builtins")?)?;
        self.inner().main = Some(main.clone().unbind());
        Ok(main)
    }

    /// Runs a block whose first line is line `line` of `source`.
    fn run(&self, py: Python<'_>, source: &str, line: usize, text: &[u8]) -> Result<(), Failure> {
        let run = || -> PyResult<Result<(), Failure>> {
            let main = self.main_or_new(py)?;
            main.setattr("__file__", source)?;
            self.remember(source, line, text);
            // The traceback is made while the lines of this config are those that Python shows.
            self.as_current(py, || {
                execute(&main, source, line, text).map_err(|error| Failure::new(py, &error, source))
            })
        };
        run().unwrap_or_else(|error| Err(Failure::new(py, &error, source)))
    }

    /// Runs code of this config while it is being read. Until it is taken up, what Python sees otherwise
    /// is the one before.
    pub(super) fn as_current<T>(&self, py: Python<'_>, body: impl FnOnce() -> T) -> PyResult<T> {
        let before = Current::take(py)?;
        self.make_current(py)?;
        let result = body();
        before.restore(py)?;
        Ok(result)
    }

    fn remember(&self, source: &str, line: usize, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        let mut inner = self.inner();
        let lines = inner.sources.entry(source.to_owned()).or_default();
        for (number, content) in text.split('\n').enumerate() {
            let index = line - 1 + number;
            if lines.len() <= index {
                lines.resize(index + 1, "\n".to_owned());
            }
            // The last line of a block ends at its brace, where the next block's first line may
            // begin.
            if lines[index] == "\n" || !content.trim().is_empty() {
                lines[index] = format!("{content}\n");
            }
        }
    }

    /// Puts this config's code where Python looks for it.
    fn make_current(&self, py: Python<'_>) -> PyResult<()> {
        let (main, sources) = {
            let inner = self.inner();
            (
                inner.main.as_ref().map(|main| main.clone_ref(py)),
                inner.sources.clone(),
            )
        };
        let modules = modules(py)?;
        match main {
            Some(main) => modules.set_item(MAIN, main)?,
            None => forget(&modules, MAIN)?,
        }
        // Lines are for people to read: a line cache that somebody has broken stops nothing.
        let Ok(cache) = line_cache(py) else {
            return Ok(());
        };
        for (file, lines) in sources {
            let size: usize = lines.iter().map(String::len).sum();
            // Without a time, linecache takes the lines for given and does not look at the file.
            let _ = cache.set_item(&file, (size, py.None(), lines, &file));
        }
        Ok(())
    }
}

/// Why a block failed.
struct Failure {
    exception: Exception,
    /// The line of the config that is to blame, if one is.
    line: Option<usize>,
}

impl Failure {
    fn new(py: Python<'_>, error: &PyErr, source: &str) -> Self {
        let line = line_in_block(py, error, source);
        Failure {
            exception: Exception::of(py, error),
            line,
        }
    }
}

/// What Python looks its code up in, to be put back.
struct Current<'py> {
    main: Option<Bound<'py, PyAny>>,
    lines: Option<Bound<'py, PyDict>>,
}

impl<'py> Current<'py> {
    fn take(py: Python<'py>) -> PyResult<Self> {
        let main = modules(py)?.get_item(MAIN).ok();
        let lines = || line_cache(py)?.cast::<PyDict>()?.copy();
        Ok(Current {
            main,
            lines: lines().ok(),
        })
    }

    fn restore(self, py: Python<'py>) -> PyResult<()> {
        let modules = modules(py)?;
        match self.main {
            Some(main) => modules.set_item(MAIN, main)?,
            None => forget(&modules, MAIN)?,
        }
        if let (Ok(cache), Some(lines)) = (line_cache(py), self.lines) {
            let _ = cache.call_method0("clear");
            let _ = cache.call_method1("update", (lines,));
        }
        Ok(())
    }
}

fn modules(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("sys")?.getattr("modules")
}

fn line_cache(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("linecache")?.getattr("cache")
}

fn forget(modules: &Bound<'_, PyAny>, name: &str) -> PyResult<()> {
    modules
        .call_method1("pop", (name, modules.py().None()))
        .map(drop)
}

/// Runs the text in the module. In front of it go empty lines, so that line numbers are those of
/// the config file.
fn execute(main: &Bound<'_, PyModule>, source: &str, line: usize, text: &[u8]) -> PyResult<()> {
    let py = main.py();
    // A block may say which encoding it is in, in its first lines; so it is decoded before they
    // move.
    let bytes = PyBytes::new(py, text);
    let lines = py
        .import("io")?
        .getattr("BytesIO")?
        .call1((&bytes,))?
        .getattr("readline")?;
    let encoding = py
        .import("tokenize")?
        .call_method1("detect_encoding", (lines,))?
        .get_item(0)?;
    let text: String = bytes.call_method1("decode", (encoding,))?.extract()?;
    let padded = "\n".repeat(line - 1) + &text;
    let builtins = py.import("builtins")?;
    let options = PyDict::new(py);
    options.set_item("dont_inherit", true)?;
    let code = builtins
        .getattr("compile")?
        .call((padded, source, "exec"), Some(&options))?;
    builtins.call_method1("exec", (code, main.dict()))?;
    Ok(())
}

impl ConfigState for GlobalCode {
    const KEY: &'static CStr = c"python";

    fn activate(&self) -> bool {
        attach(|py| match self.make_current(py) {
            Ok(()) => true,
            Err(error) => {
                let exception = Exception::of(py, &error);
                tell(
                    py,
                    "python: the code of the config's python blocks cannot be taken up",
                    &exception,
                );
                false
            }
        })
    }

    fn release(&self) {
        attach(|py| {
            if let Err(error) = self.forget(py) {
                let exception = Exception::of(py, &error);
                tell(
                    py,
                    "python: the code of a config that is gone cannot be forgotten",
                    &exception,
                );
            }
        });
    }
}

impl GlobalCode {
    /// Lets go of the config's code; what it made dies here, with the GIL held.
    fn forget(&self, py: Python<'_>) -> PyResult<()> {
        let (main, sources, functions) = {
            let mut inner = self.inner();
            let functions = std::mem::take(&mut inner.functions);
            (
                inner.main.take(),
                std::mem::take(&mut inner.sources),
                functions,
            )
        };
        for function in functions.into_values() {
            function.release(py);
        }
        if let Some(main) = main {
            // The last config with Python in it is still the one that Python sees.
            let modules = modules(py)?;
            if modules
                .get_item(MAIN)
                .is_ok_and(|current| current.is(&main))
            {
                forget(&modules, MAIN)?;
                if let Ok(cache) = line_cache(py) {
                    for file in sources.keys() {
                        let _ = forget(&cache, file);
                    }
                }
            }
        }
        // Classes refer to themselves, so counting references does not free them.
        py.import("gc")?.call_method0("collect").map(drop)
    }
}

fn tell(py: Python<'_>, text: &str, exception: &Exception) {
    let location = exception.location.clone().unwrap_or_default();
    let mut tags = vec![("location", location.as_str())];
    tags.extend(exception.tags());
    py.detach(|| log::event(Level::Error, text, &tags));
}

/// `python { … };`
pub(crate) struct PythonBlock;

impl RootBlock for PythonBlock {
    const WHAT: &'static CStr = c"python block";

    fn evaluate(
        config: Config<'_>,
        source: &str,
        line: usize,
        text: &[u8],
    ) -> Result<(), BlockError> {
        let code = config.state::<GlobalCode>();
        attach_for_config(|py| {
            code.run(py, source, line, text).map_err(|failure| {
                let exception = failure.exception;
                tell(
                    py,
                    "python: a python block of the config failed",
                    &exception,
                );
                let message = format!("the Python code failed: {}", exception.text);
                BlockError {
                    message,
                    line: failure.line,
                }
            })
        })
    }
}

/// The line of `source` that the error belongs to: the newest one that is in the block.
fn line_in_block(py: Python<'_>, error: &PyErr, source: &str) -> Option<usize> {
    if error.is_instance_of::<PySyntaxError>(py) {
        let value = error.value(py);
        let file: String = value.getattr("filename").ok()?.extract().ok()?;
        return (file == source)
            .then(|| value.getattr("lineno").ok()?.extract().ok())
            .flatten();
    }
    let mut found = None;
    let mut next = error.traceback(py).map(Bound::into_any);
    while let Some(traceback) = next.filter(|traceback| !traceback.is_none()) {
        let code = traceback.getattr("tb_frame").ok()?.getattr("f_code").ok()?;
        let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
        if file == source {
            found = traceback.getattr("tb_lineno").ok()?.extract().ok();
        }
        next = traceback.getattr("tb_next").ok();
    }
    found
}
