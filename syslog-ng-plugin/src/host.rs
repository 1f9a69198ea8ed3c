// SPDX-License-Identifier: GPL-2.0-or-later

//! What is known of the host that this was built for.

use std::ffi::CStr;
use std::ptr;
use std::sync::OnceLock;

use thiserror::Error;

use crate::ffi;
use crate::text::{from_c, to_c};

/// The host's version, such as `3.38.1`.
pub const VERSION: &str = match CStr::from_bytes_with_nul(ffi::SYSLOG_NG_VERSION) {
    Ok(text) => match text.to_str() {
        Ok(text) => text,
        Err(_) => panic!("the host's version is not UTF-8"),
    },
    Err(_) => panic!("the host's version is not NUL-terminated"),
};

/// Whether values in options() blocks have types on this host (since 4.2): before, numbers are
/// texts and yes/no are refused.
pub const TYPED_OPTIONS: bool = ffi::compat::TYPED_OPTIONS;

/// Whether this host knows base classes for drivers in Python (since 4.0), so that configs of its own
/// versions have to use them.
pub const PYTHON_BASE_CLASSES: bool = ffi::compat::PYTHON_BASE_CLASSES;

/// Whether value-pairs() gives a value that is not what its type says as bytes (since 4.0): before,
/// on-error() decides what becomes of it.
pub const MISFITS_ARE_BYTES: bool = cfg!(host = "python_base_classes");

/// Whether a LogTemplate gives bytes on this host (AxoSyslog): elsewhere it gives a str.
pub const TEMPLATES_GIVE_BYTES: bool = cfg!(host = "templates_give_bytes");

/// Whether counters of this host have labels (since 4.0).
pub const STATS_LABELS: bool = cfg!(host = "stats_labels");

/// What a variable in a path stands for, by its name.
static PATHS: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();

/// Why a path of the host's build cannot be told.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PathError {
    /// It holds a variable that the host does not know.
    #[error("{0} is no variable of syslog-ng's paths")]
    UnknownVariable(String),
    /// A variable in it has no end.
    #[error("a variable of syslog-ng's paths ends with a }}")]
    Unfinished,
}

/// The variables that may stand in a path of the host's build, such as `prefix`.
pub fn path_variables() -> impl Iterator<Item = &'static str> {
    ffi::compat::path_variables()
}

/// Where a path of the host's build is on this machine: the host may have been moved since. `path` is a
/// plain path or holds [variables](path_variables) such as `${prefix}`. The first call is one of the main
/// thread, later ones may be of any.
///
/// # Errors
/// [`PathError`]. Both would end the process in the host.
#[doc(alias = "get_installation_path_for")]
pub fn installation_path(path: &str) -> Result<String, PathError> {
    // Asked for once: the host looks paths up without a lock.
    let paths = PATHS.get_or_init(|| {
        path_variables()
            .map(|name| (name, value_of(name)))
            .collect()
    });
    let mut found = String::new();
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}').ok_or(PathError::Unfinished)?;
        let (_, value) = paths
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| PathError::UnknownVariable(format!("${{{name}}}")))?;
        found.push_str(before);
        found.push_str(value);
        rest = behind;
    }
    found.push_str(rest);
    Ok(found)
}

fn value_of(variable: &str) -> String {
    let path = to_c(&format!("${{{variable}}}"));
    // SAFETY: NUL-terminated, and a variable that the host knows (lib/reloc.c).
    let found = unsafe { ffi::get_installation_path_for(path.as_ptr()) };
    // SAFETY: NUL-terminated or NULL; the host keeps it in a cache, from which it is copied at once.
    unsafe { from_c(found) }.into_owned()
}

/// What [`at_shutdown`] was given.
static AT_SHUTDOWN: OnceLock<fn()> = OnceLock::new();

/// Has `body` called once, on the main thread, when the configuration is gone and the host begins to
/// free what is its own. No event is said from then on: there is nobody left to say it to. The first
/// call counts.
pub fn at_shutdown(body: fn()) {
    if AT_SHUTDOWN.set(body).is_err() {
        return;
    }
    let kind = ffi::AH_SHUTDOWN as ffi::gint;
    // SAFETY: the hook is static and takes no data.
    unsafe {
        ffi::register_application_hook(kind, Some(shut_down), ptr::null_mut(), ffi::AHM_RUN_ONCE);
    }
}

/// # Safety
/// The host calls this on the main thread.
unsafe extern "C" fn shut_down(_kind: ffi::gint, _data: glib_sys::gpointer) {
    crate::pipe::guard("host.shut_down", (), || {
        if let Some(body) = AT_SHUTDOWN.get() {
            body();
        }
    });
    crate::log::end();
}
