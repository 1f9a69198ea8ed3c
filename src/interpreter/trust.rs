// SPDX-License-Identifier: GPL-2.0-or-later

//! Who can change what the daemon runs as code, and what of the environment counts.
//!
//! Looked at are the folders that this module has Python look for modules in, when it is started, and the
//! files of modules, when they have been imported for a class. Who can write to one, or to a folder on the way to
//! it, has the daemon's rights. Each is told of once.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use syslog_ng_plugin::log::{self, Level};

/// How many paths are told of.
const MOST: usize = 20;

/// Paths that have been looked at, as such or as one on the way, and whether others can write to them.
static SEEN: Mutex<Option<HashMap<(PathBuf, bool), bool>>> = Mutex::new(None);
/// How many have been told of.
static TOLD: AtomicUsize = AtomicUsize::new(0);
/// How many modules there were when they were looked at last.
static MODULES: AtomicUsize = AtomicUsize::new(0);

/// Whether the daemon has more rights than who started it. What that one says in the environment does not
/// count then.
pub(super) fn is_privileged_start() -> bool {
    // SAFETY: reads a number that the kernel gave to the process.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whom the daemon has to trust anyway.
struct Trusted {
    user: u32,
    group: u32,
}

impl Trusted {
    fn now() -> Self {
        // SAFETY: may be called at any time.
        let user = unsafe { libc::geteuid() };
        // SAFETY: as above.
        let group = unsafe { libc::getegid() };
        Trusted { user, group }
    }

    /// Who else can write to it. `is_on_the_way` says of a folder that only what is in it matters: others
    /// may add to it.
    fn fault(&self, found: &Metadata, is_on_the_way: bool) -> Option<Fault> {
        const GROUP: u32 = 0o020;
        const OTHERS: u32 = 0o002;
        const STICKY: u32 = 0o1000;
        let (user, group, mode) = (found.uid(), found.gid(), found.mode());
        if user != 0 && user != self.user {
            return Some(Fault::Owner(user));
        }
        // Others can neither rename nor remove what is not theirs.
        if is_on_the_way && mode & STICKY != 0 {
            return None;
        }
        if mode & OTHERS != 0 {
            return Some(Fault::Everybody);
        }
        let is_trusted = group == 0 || group == self.group;
        (mode & GROUP != 0 && !is_trusted).then_some(Fault::Group(group))
    }
}

/// Who can write to something.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Owner(u32),
    Group(u32),
    Everybody,
}

impl Fault {
    fn who(&self) -> String {
        match self {
            Fault::Owner(user) => format!("its owner, the user {user}"),
            Fault::Group(group) => format!("the group {group}"),
            Fault::Everybody => "everybody".to_owned(),
        }
    }

    fn remedy(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Fault::Owner(_) => format!("chown root '{path}'"),
            Fault::Group(_) => format!("chmod g-w '{path}'"),
            Fault::Everybody => format!("chmod go-w '{path}'"),
        }
    }
}

/// Looks at the folders that Python was told to look for modules in.
pub(super) fn look_at_folders(folders: impl IntoIterator<Item = PathBuf>) {
    for folder in folders {
        look_at(&folder);
    }
}

/// Looks at the files of the modules that have been imported since the last time.
pub(crate) fn look_at_modules(py: Python<'_>) {
    let Ok(files) = new_files(py) else { return };
    if !files.is_empty() {
        py.detach(|| files.iter().for_each(|file| look_at(file)));
    }
}

fn new_files(py: Python<'_>) -> PyResult<Vec<PathBuf>> {
    let modules = py.import("sys")?.getattr("modules")?;
    let modules = modules.cast::<PyDict>()?;
    if MODULES.swap(modules.len(), Ordering::Relaxed) == modules.len() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    // A copy: looking at a module may import others.
    for module in modules.values() {
        for attribute in ["__file__", "__cached__"] {
            let file = module.getattr(attribute).ok();
            if let Some(file) = file.and_then(|file| file.extract::<PathBuf>().ok()) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// Looks at a file or folder and at what leads to it, and tells of the first that others can write to.
fn look_at(path: &Path) {
    // The embedded package is no file.
    if !path.is_absolute() {
        return;
    }
    // What does not exist others can make where they can write to what would hold it.
    let Some(there) = path.ancestors().find(|path| path.exists()) else {
        return;
    };
    let Ok(real) = there.canonicalize() else {
        return;
    };
    // Of a file's folder it matters whether others can add a module.
    let folder = real.parent().filter(|_| real.is_file());
    let trusted = Trusted::now();
    // From the root on, so that one warning is enough for all that is beneath. Those of the path as it is
    // written too: links may be put elsewhere.
    let mut ways: Vec<_> = there.ancestors().chain(real.ancestors()).collect();
    ways.sort_unstable();
    ways.dedup();
    for way in ways {
        let is_on_the_way = way != there && way != real && Some(way) != folder;
        match verdict(&trusted, way, is_on_the_way) {
            Verdict::Good => {}
            Verdict::Known => return,
            Verdict::New(fault) => return tell(way, &fault),
        }
    }
}

enum Verdict {
    Good,
    /// It is faulty, and that has been told.
    Known,
    New(Fault),
}

fn verdict(trusted: &Trusted, path: &Path, is_on_the_way: bool) -> Verdict {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = seen.get_or_insert_with(HashMap::new);
    let key = (path.to_owned(), is_on_the_way);
    match seen.get(&key) {
        Some(true) => return Verdict::Known,
        Some(false) => return Verdict::Good,
        None => {}
    }
    let found = path.metadata().ok();
    let fault = found.and_then(|found| trusted.fault(&found, is_on_the_way));
    seen.insert(key, fault.is_some());
    let other = (path.to_owned(), !is_on_the_way);
    match fault {
        None => Verdict::Good,
        // It was told of for what else it is.
        Some(_) if seen.get(&other) == Some(&true) => Verdict::Known,
        Some(fault) => Verdict::New(fault),
    }
}

fn tell(path: &Path, fault: &Fault) {
    let told = TOLD.fetch_add(1, Ordering::Relaxed);
    if told > MOST {
        return;
    }
    if told == MOST {
        log::event(
            Level::Warning,
            "python: more files and folders than are told of can be changed by others, who so have the \
             daemon's rights",
            &[],
        );
        return;
    }
    log::event(
        Level::Warning,
        "python: what syslog-ng runs as code can be changed by others than root and its own user, who so \
         have its rights: take that away from them, or keep Python modules elsewhere",
        &[
            ("path", &path.to_string_lossy()),
            ("can_be_changed_by", &fault.who()),
            ("command", &fault.remedy(path)),
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn others_are_groups_and_owners_that_are_not_the_daemon_s() {
        let path = std::env::temp_dir().join(format!("trust-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let found = path.metadata().unwrap();
        let (user, group) = (found.uid(), found.gid());
        let own = Trusted { user, group };
        let fault = |trusted: &Trusted, mode, is_on_the_way| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            trusted.fault(&path.metadata().unwrap(), is_on_the_way)
        };
        assert_eq!(fault(&own, 0o755, false), None);
        assert_eq!(fault(&own, 0o775, false), None);
        assert_eq!(fault(&own, 0o777, false), Some(Fault::Everybody));
        assert_eq!(fault(&own, 0o777, true), Some(Fault::Everybody));
        // As /tmp is.
        assert_eq!(fault(&own, 0o1777, true), None);
        assert_eq!(fault(&own, 0o1777, false), Some(Fault::Everybody));
        if group != 0 {
            let other = Trusted { user, group: 0 };
            assert_eq!(fault(&other, 0o775, false), Some(Fault::Group(group)));
        }
        if user != 0 {
            let other = Trusted { user: 0, group };
            assert_eq!(fault(&other, 0o755, true), Some(Fault::Owner(user)));
        }
        fs::remove_dir_all(&path).unwrap();
    }
}
