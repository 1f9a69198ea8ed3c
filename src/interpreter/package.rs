// SPDX-License-Identifier: GPL-2.0-or-later

//! The `syslogng` package, embedded: one file is a working installation, and the package always
//! fits the module.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;

/// Name of module or package, its source, and whether it is a package.
macro_rules! embedded {
    ($($kind:ident $name:literal $file:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../python/syslogng/", $file)), embedded!(@$kind))),+]
    };
    (@package) => { true };
    (@module) => { false };
}

const MODULES: &[(&str, &str, bool)] = embedded![
    package "syslogng" "__init__.py",
    module "syslogng._outside" "_outside.py",
    module "syslogng.confgen" "confgen.py",
    module "syslogng.dest" "dest.py",
    module "syslogng.logger" "logger.py",
    module "syslogng.message" "message.py",
    module "syslogng.parser" "parser.py",
    module "syslogng.persist" "persist.py",
    module "syslogng.template" "template.py",
    module "syslogng.reloc" "reloc.py",
    module "syslogng.source" "source.py",
    package "syslogng.scl" "scl/__init__.py",
    module "syslogng.scl.http_poll" "scl/http_poll.py",
    module "syslogng.scl.print_values" "scl/print_values.py",
    module "syslogng.scl.sqlite" "scl/sqlite.py",
];

/// Makes `import syslogng` find the embedded package. Its sub-modules that are not embedded come
/// from the host's folder.
pub(super) fn install(py: Python<'_>, host_modules: &Path) -> PyResult<()> {
    let importer = PyModule::from_code(
        py,
        c_str(concat!(include_str!("importer.py"), "\0")),
        c"<syslogng importer>",
        c"_syslogng_importer",
    )?;
    let native = py.import("_syslogng")?;
    let sources = PyDict::new(py);
    for (name, source, is_package) in MODULES {
        sources.set_item(name, (source, is_package))?;
    }
    let folder = host_modules.join("syslogng");
    // As a str: a path would become pathlib's, and bring that.
    importer
        .getattr("install")?
        .call1((native, sources, folder.as_os_str()))?;
    // Where classes need no base class, user code may never import the package; what it logs is to
    // be seen all the same.
    if !PYTHON_BASE_CLASSES {
        py.import("syslogng.logger")?;
    }
    Ok(())
}

/// `text` ends with its only NUL.
const fn c_str(text: &'static str) -> &'static std::ffi::CStr {
    match std::ffi::CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("an embedded source holds a NUL byte"),
    }
}
