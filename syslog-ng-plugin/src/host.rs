// SPDX-License-Identifier: GPL-2.0-or-later

//! What is known of the host that this was built for.

use std::borrow::Cow;
use std::ffi::CStr;
use std::ptr;
use std::sync::OnceLock;

use crate::ffi;
pub use crate::message::thread_ends;
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

/// Whether counters of this host have labels (since 4.0).
pub const STATS_LABELS: bool = cfg!(host = "stats_labels");

/// Where a path of the host's build is on this machine: the host may have been moved since. Main
/// thread.
///
/// `path` is a plain path or holds `${prefix}`, `${exec_prefix}`, `${libexecdir}`,
/// `${datarootdir}`, `${datadir}`, `${localstatedir}` or `${moduledir}`. Another variable ends the
/// process in the host, so `None` is given for it here.
#[doc(alias = "get_installation_path_for")]
pub fn installation_path(path: &str) -> Option<Cow<'static, str>> {
    const KNOWN: &[&str] = &[
        "prefix",
        "exec_prefix",
        "libexecdir",
        "datarootdir",
        "datadir",
        "localstatedir",
        "moduledir",
    ];
    let mut rest = path;
    while let Some(start) = rest.find("${") {
        let end = rest[start..].find('}')? + start;
        if !KNOWN.contains(&&rest[start + 2..end]) {
            return None;
        }
        rest = &rest[end + 1..];
    }
    let path = to_c(path);
    // SAFETY: NUL-terminated, with variables that the host knows (checked above; lib/reloc.c).
    let found = unsafe { ffi::get_installation_path_for(path.as_ptr()) };
    // SAFETY: NUL-terminated; the host keeps it in a cache, from which it is copied at once.
    (!found.is_null()).then(|| Cow::Owned(unsafe { from_c(found) }.into_owned()))
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
