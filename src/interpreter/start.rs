// SPDX-License-Identifier: GPL-2.0-or-later

//! The interpreter's configuration and start.

use std::env;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use once_cell::sync::OnceCell;
use pyo3::prelude::*;
use pyo3::{Python, ffi};
use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{ModuleArguments, StartError, debugger, host, locks, transition};

use super::thread::is_attached;
use super::{exit, host_threads, package, search_path, signals, trust};
use crate::object::watch_forks;
use crate::{api, watchdog};

/// Starts Python, once for the process. Called on the main thread for each configuration that uses
/// the module.
///
/// `use-virtualenv(no)` on the `@module` line keeps Python out of virtualenvs; it counts where it
/// stands first, because the interpreter is started once.
pub(crate) fn start(arguments: &ModuleArguments<'_>) -> Result<(), StartError> {
    static STARTED: OnceCell<()> = OnceCell::new();
    let use_virtualenv = arguments.switch(c"use-virtualenv").unwrap_or(true);
    STARTED
        .get_or_try_init(|| start_once(use_virtualenv))
        .copied()
}

fn start_once(use_virtualenv: bool) -> Result<(), StartError> {
    // SAFETY: may be called at any time.
    let was_running = unsafe { ffi::Py_IsInitialized() } != 0;
    if was_running {
        Python::attach(refuse_a_second_engine)?;
    } else {
        let virtualenv = if use_virtualenv {
            search_path::virtualenv()
        } else {
            None
        };
        if let Some(path) = &virtualenv {
            let path = path.to_string_lossy();
            log::event(
                Level::Debug,
                "python: using a virtualenv",
                &[("path", &path)],
            );
        }
        let python_path = search_path::python_path();
        trust::look_at_folders(search_path::folders(&python_path, virtualenv.as_deref()));
        initialize(&python_path, virtualenv.as_deref())?;
        if trust::is_privileged_start() {
            // Python takes them for a part of the environment, and has passed them over.
            Python::attach(|py| put_first(py, &python_path)).map_err(|error| {
                StartError(format!(
                    "Python's module search path cannot be set: {error}"
                ))
            })?;
        }
    }
    locks::check_with(is_attached);
    host_threads::add(true);
    transition::watch_by(&watchdog::WATCHDOG);
    host::at_shutdown(end);
    debugger::fetch_commands_by(api::debugger::fetch_command);
    let result = Python::attach(|py| {
        signals::leave_interrupts_alone(py)?;
        watch_forks(py)?;
        api::install(py)?;
        package::install(py, &search_path::host_modules())
    });
    if !was_running {
        // SAFETY: this thread has been attached since `initialize`, and nothing above counts on
        // staying so. The state stays this thread's: the next attach finds it.
        unsafe { ffi::PyEval_SaveThread() };
    }
    result.map_err(|error| {
        StartError(format!(
            "Python started, but its syslogng package did not: {error}"
        ))
    })
}

/// Has Python look into these folders first.
fn put_first(py: Python<'_>, python_path: &OsStr) -> PyResult<()> {
    let path = py.import("sys")?.getattr("path")?;
    for (at, folder) in env::split_paths(python_path).enumerate() {
        path.call_method1("insert", (at, folder.as_os_str()))?;
    }
    Ok(())
}

/// The host is about to free what is its own.
fn end() {
    watchdog::WATCHDOG.end();
    exit::freeze();
}

/// Says why this module cannot be used where another one started Python: the C module, or a build of
/// this one under another name. A daemon that reloads after this module was installed is such a process,
/// and goes on with its old configuration. With both engines in it, classes that were imported before have
/// bases of the other one. The new configuration would be refused for that when its drivers start, and syslog-ng
/// 3.38 aborts when it goes back to the C module's sources then.
fn refuse_a_second_engine(py: Python<'_>) -> Result<(), StartError> {
    let is_there = || -> PyResult<bool> {
        let sys = py.import("sys")?;
        // The C module has it compiled into Python, and imports it with the first python block.
        Ok(sys.getattr("builtin_module_names")?.contains("_syslogng")?
            || sys.getattr("modules")?.contains("_syslogng")?)
    };
    match is_there() {
        Ok(false) => Ok(()),
        Ok(true) => Err(StartError(
            "restart syslog-ng: this process started with another Python module, which was there before \
             this one was installed, and cannot have both"
                .to_owned(),
        )),
        Err(error) => Err(StartError(format!(
            "Python is running, and what runs in it cannot be told: {error}"
        ))),
    }
}

/// Initializes Python; this thread is attached afterwards.
fn initialize(python_path: &OsStr, virtualenv: Option<&Path>) -> Result<(), StartError> {
    let mut config = Config::new();
    let raw = config.raw();
    raw.configure_c_stdio = 0;
    // Signals are the daemon's.
    raw.install_signal_handlers = 0;
    raw.parse_argv = 0;
    raw.pathconfig_warnings = 0;
    raw.user_site_directory = 0;
    // Which is more than PYTHONPATH: PYTHONHOME, say.
    raw.use_environment = (!trust::is_privileged_start()).into();
    config.set_python_path(python_path)?;
    match virtualenv {
        // Python finds a virtualenv by the name that it is started under, as if the daemon were
        // `<virtualenv>/bin/python`.
        Some(path) => config.set_argv(search_path::executable(path).as_os_str())?,
        None => {
            config.set_argv(OsStr::new("syslog-ng"))?;
            // Otherwise sys.executable would be the daemon, and code that starts it to get another
            // Python would start another daemon.
            config.set_program_name(&search_path::interpreter())?;
        }
    }
    config.initialize()
}

/// CPython's configuration of an interpreter.
struct Config(Box<ffi::PyConfig>);

impl Config {
    fn new() -> Self {
        let mut config = Box::new(MaybeUninit::<ffi::PyConfig>::uninit());
        // SAFETY: fills the whole struct (CPython: PyConfig_InitPythonConfig).
        unsafe { ffi::PyConfig_InitPythonConfig(config.as_mut_ptr()) };
        // SAFETY: filled above.
        Config(unsafe { config.assume_init() })
    }

    fn raw(&mut self) -> &mut ffi::PyConfig {
        &mut self.0
    }

    fn set_python_path(&mut self, path: &OsStr) -> Result<(), StartError> {
        let path = c_text(path)?;
        let config = &raw mut *self.0;
        // SAFETY: the config is filled; the field is one of its own; the text is NUL-terminated and
        // copied.
        let status = unsafe {
            ffi::PyConfig_SetBytesString(config, &raw mut (*config).pythonpath_env, path.as_ptr())
        };
        check(status, "PYTHONPATH")
    }

    fn set_argv(&mut self, program: &OsStr) -> Result<(), StartError> {
        let program = c_text(program)?;
        let mut argv: [*const c_char; 1] = [program.as_ptr()];
        // SAFETY: the config is filled; the texts are NUL-terminated and copied.
        let status = unsafe { ffi::PyConfig_SetBytesArgv(&mut *self.0, 1, argv.as_mut_ptr()) };
        check(status, "argv")
    }

    fn set_program_name(&mut self, name: &OsStr) -> Result<(), StartError> {
        let name = c_text(name)?;
        let config = &raw mut *self.0;
        // SAFETY: the config is filled; the field is one of its own; the text is NUL-terminated and
        // copied.
        let status = unsafe {
            ffi::PyConfig_SetBytesString(config, &raw mut (*config).program_name, name.as_ptr())
        };
        check(status, "program name")
    }

    fn initialize(self) -> Result<(), StartError> {
        // SAFETY: the config is filled, and Python is not running (checked by the caller).
        let status = unsafe { ffi::Py_InitializeFromConfig(&*self.0) };
        check(status, "Py_InitializeFromConfig")
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: the config is filled; this frees what it holds.
        unsafe { ffi::PyConfig_Clear(&mut *self.0) };
    }
}

fn c_text(text: &OsStr) -> Result<CString, StartError> {
    CString::new(text.as_bytes()).map_err(|_| StartError(format!("{text:?} holds a NUL byte")))
}

fn check(status: ffi::PyStatus, what: &str) -> Result<(), StartError> {
    // SAFETY: reads the status only.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        return Ok(());
    }
    let reason = if status.err_msg.is_null() {
        "no reason given".into()
    } else {
        // SAFETY: a static text of CPython's, NUL-terminated.
        unsafe { CStr::from_ptr(status.err_msg) }
            .to_string_lossy()
            .into_owned()
    };
    Err(StartError(format!(
        "Python cannot be started: {what}: {reason}"
    )))
}
