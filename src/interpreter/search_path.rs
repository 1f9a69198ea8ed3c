// SPDX-License-Identifier: GPL-2.0-or-later

//! Where Python looks for modules.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use syslog_ng_plugin::host;
use syslog_ng_plugin::log::{self, Level};

use super::trust;

/// The folder of the user's own modules.
fn user_modules() -> PathBuf {
    // It may begin with a variable of the host's.
    let folder = env!("SYSLOG_NG_SYSCONF_DIR");
    let found = host::installation_path(folder);
    Path::new(found.as_deref().unwrap_or(folder)).join("python")
}

/// The folder of the modules that the host brings.
pub(super) fn host_modules() -> PathBuf {
    let modules = host::installation_path("${moduledir}").map_or_else(
        |_| PathBuf::from(env!("SYSLOG_NG_MODULE_DIR")),
        PathBuf::from,
    );
    modules.join("python")
}

/// What Python takes for PYTHONPATH: the user's modules, the host's, and then what the environment
/// says.
pub(super) fn python_path() -> OsString {
    let mut path = user_modules().into_os_string();
    path.push(":");
    path.push(host_modules());
    if let Some(own) = variable("PYTHONPATH") {
        path.push(":");
        path.push(own);
    }
    path
}

/// What the environment says, where that counts.
fn variable(name: &str) -> Option<OsString> {
    let value = env::var_os(name)?;
    if !trust::is_privileged_start() {
        return Some(value);
    }
    log::event(
        Level::Warning,
        "python: syslog-ng has rights that who started it may not have, so this variable is ignored",
        &[("variable", name), ("value", &value.to_string_lossy())],
    );
    None
}

/// The folders that Python is told of, but for its own.
pub(super) fn folders(python_path: &OsStr, virtualenv: Option<&Path>) -> Vec<PathBuf> {
    let written = env::split_paths(python_path);
    let written = written.filter_map(|path| std::path::absolute(path).ok());
    let mut folders: Vec<_> = written.collect();
    if let Some(virtualenv) = virtualenv {
        let library = format!("lib/python{}/site-packages", env!("PYTHON_VERSION"));
        folders.extend(["pyvenv.cfg", &library].map(|name| virtualenv.join(name)));
    }
    folders
}

/// The virtualenv to run in: `$VIRTUAL_ENV`, else the host's own where somebody made it. Says why
/// when it is passed over.
pub(super) fn virtualenv() -> Option<PathBuf> {
    if let Some(path) = variable("VIRTUAL_ENV") {
        let path = PathBuf::from(path);
        if path.is_absolute() && is_virtualenv(&path) {
            tell_faults(&path);
            return Some(path);
        }
        log::event(
            Level::Error,
            "python: VIRTUAL_ENV does not name a virtualenv (its bin/python is missing or cannot be \
             executed), running without one",
            &[("path", &path.to_string_lossy())],
        );
        return None;
    }
    let path = PathBuf::from(host::installation_path("${localstatedir}/python-venv").ok()?);
    if !is_virtualenv(&path) {
        if path.exists() {
            log::event(
                Level::Warning,
                "python: syslog-ng's virtualenv is broken (its bin/python is missing or cannot be \
                 executed) and is passed over, make it anew with syslog-ng-update-virtualenv",
                &[("path", &path.to_string_lossy())],
            );
            return None;
        }
        log::event(
            Level::Debug,
            "python: syslog-ng has no virtualenv of its own, running with the system's packages",
            &[("path", &path.to_string_lossy())],
        );
        return None;
    }
    if !is_up_to_date(&path) {
        log::event(
            Level::Warning,
            "python: syslog-ng's virtualenv was made for other requirements and is passed over, bring \
             it up to date with syslog-ng-update-virtualenv",
            &[("path", &path.to_string_lossy())],
        );
        return None;
    }
    tell_faults(&path);
    Some(path)
}

/// Says why packages of a virtualenv will not be found although it has an interpreter.
fn tell_faults(virtualenv: &Path) {
    if let Some(fault) = fault(virtualenv, env!("PYTHON_VERSION")) {
        log::event(
            Level::Warning,
            &format!("python: the packages of the virtualenv will not be found: {fault}"),
            &[("path", &virtualenv.to_string_lossy())],
        );
    }
}

/// What keeps Python `version` from finding what is in the virtualenv.
fn fault(virtualenv: &Path, version: &str) -> Option<String> {
    if !virtualenv.join("pyvenv.cfg").exists() {
        return Some("it has no pyvenv.cfg, by which Python knows a virtualenv".to_owned());
    }
    let library = virtualenv.join("lib");
    if library.join(format!("python{version}")).is_dir() {
        return None;
    }
    let others = fs::read_dir(&library).into_iter().flatten().flatten();
    let others: Vec<_> = others
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("python"))
        .collect();
    Some(format!(
        "it was made for another Python ({}) than syslog-ng's, python{version}, and has to be made anew",
        others.join(" ")
    ))
}

/// The interpreter that belongs to the library that we are linked with, to start other Pythons by.
pub(super) fn interpreter() -> OsString {
    let name = concat!("python", env!("PYTHON_VERSION"));
    let usual = Path::new("/usr/bin").join(name);
    // Elsewhere Python looks for it in PATH.
    if usual.exists() {
        usual.into_os_string()
    } else {
        name.into()
    }
}

/// The interpreter of a virtualenv.
pub(super) fn executable(virtualenv: &Path) -> PathBuf {
    virtualenv.join("bin/python")
}

fn is_virtualenv(path: &Path) -> bool {
    fs::metadata(executable(path))
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Whether the virtualenv was made for the requirements of the host's own modules, if the host has
/// any.
fn is_up_to_date(virtualenv: &Path) -> bool {
    match fs::read(host_modules().join("requirements.txt")) {
        Ok(wanted) => {
            fs::read(virtualenv.join("requirements.txt")).is_ok_and(|installed| installed == wanted)
        }
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_folder_comes_first_and_the_hosts_second() {
        // The host is asked where its folders are, and may be started by another test.
        let _turn = syslog_ng_plugin::testing::host();
        let path = python_path().into_string().unwrap();
        let mut parts = path.split(':');
        let users = parts.next().unwrap();
        assert!(
            users.starts_with('/') && users.ends_with("/python"),
            "{users}"
        );
        assert!(parts.next().unwrap().ends_with("/python"));
    }

    #[test]
    fn a_folder_without_an_interpreter_is_no_virtualenv() {
        assert!(!is_virtualenv(Path::new("/nonexistent")));
    }

    #[test]
    fn a_virtualenv_of_another_python_is_told_of() {
        let folder = env::temp_dir().join(format!("virtualenv-{}", std::process::id()));
        fs::create_dir_all(folder.join("lib/python3.1/site-packages")).unwrap();
        assert!(fault(&folder, "3.1").unwrap().contains("pyvenv.cfg"));
        fs::write(folder.join("pyvenv.cfg"), "").unwrap();
        assert_eq!(fault(&folder, "3.1"), None);
        assert!(fault(&folder, "3.2").unwrap().contains("(python3.1)"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
