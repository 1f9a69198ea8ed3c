// SPDX-License-Identifier: GPL-2.0-or-later

//! What is said of Python code that others can change, and what of the environment counts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Host, binary, is_user_modules};

const WARNING: &str = "can be changed by others than root";

const CONFIG: &str = r#"
destination d { python(class("m.D")); };
log { destination(d); };
"#;
const MODULE: &str = r#"
from syslogng import LogDestination
import other
class D(LogDestination):
    def send(self, msg): return True
"#;

fn host() -> Host {
    Host::new(CONFIG)
        .with_file("m.py", MODULE)
        .with_file("other.py", "")
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Whether all that leads to the folders of these tests is root's or the tests' own, as it is where they are run
/// in earnest. Elsewhere the warnings are of that.
fn is_on_good_ground() -> bool {
    let own = fs::metadata("/proc/self").unwrap().uid();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .canonicalize()
        .unwrap();
    let good = folder.ancestors().all(|folder| {
        let found = fs::metadata(folder).unwrap();
        let is_closed = found.mode() & 0o022 == 0 || found.mode() & 0o1000 != 0;
        (found.uid() == 0 || found.uid() == own) && is_closed
    });
    if !good {
        eprintln!("others can change the folder of the tests: left out");
    }
    good
}

/// The paths that are warned of.
fn warned_of(host: &Host) -> Vec<String> {
    let events = host.events(WARNING);
    let paths = events.iter().map(|event| {
        let (_, rest) = event.split_once("path='").unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    });
    paths.collect()
}

fn text(path: PathBuf) -> String {
    path.to_str().unwrap().trim_end_matches('/').to_owned()
}

#[test]
fn a_folder_that_everybody_can_write_to_is_told_of_once() {
    if !is_on_good_ground() {
        return;
    }
    let host = host();
    set_mode(&host.path(""), 0o777);
    // Which says no more.
    set_mode(&host.path("m.py"), 0o666);
    let mut host = host.start();
    assert!(host.reload());
    host.stop();
    assert_eq!(warned_of(&host), [text(host.path(""))]);
    let event = &host.events(WARNING)[0];
    let command = format!("command='chmod go-w \\'{}", text(host.path("")));
    assert!(
        event.contains("can_be_changed_by='everybody'") && event.contains(&command),
        "{event}"
    );
}

#[test]
fn files_that_others_can_write_to_are_told_of_when_they_are_imported() {
    if !is_on_good_ground() {
        return;
    }
    let host = host().with_file("never.py", "");
    set_mode(&host.path("other.py"), 0o666);
    set_mode(&host.path("never.py"), 0o666);
    let mut host = host.start();
    assert!(host.reload());
    host.stop();
    assert_eq!(warned_of(&host), [text(host.path("other.py"))]);
}

#[test]
fn a_folder_on_the_way_counts_and_what_is_closed_is_not_told_of() {
    if !is_on_good_ground() {
        return;
    }
    let path = |host: &Host| {
        format!(
            "{}/open/inner:{}/missing",
            host.path("").display(),
            host.path("").display()
        )
    };
    for mode in [0o777, 0o1777, 0o755] {
        let host = host().with_file("m.py", MODULE);
        fs::create_dir_all(host.path("open/inner")).unwrap();
        for file in ["m.py", "other.py"] {
            fs::rename(host.path(file), host.path("open/inner").join(file)).unwrap();
        }
        set_mode(&host.path("open"), mode);
        let path = path(&host);
        let mut host = host.with_environment("PYTHONPATH", &path).start();
        host.stop();
        let expected = (mode == 0o777).then(|| text(host.path("open")));
        assert_eq!(warned_of(&host), Vec::from_iter(expected), "{mode:o}");
    }
}

#[test]
fn where_a_missing_folder_can_be_made_by_others_that_is_told_of() {
    if !is_on_good_ground() {
        return;
    }
    let host = host();
    fs::create_dir(host.path("open")).unwrap();
    set_mode(&host.path("open"), 0o1777);
    let path = format!("{0}:{0}/open/missing", text(host.path("")));
    let mut host = host.with_environment("PYTHONPATH", &path).start();
    host.stop();
    assert_eq!(warned_of(&host), [text(host.path("open"))]);
}

#[test]
fn the_folders_of_a_virtualenv_count() {
    if !is_on_good_ground() {
        return;
    }
    let host = host();
    let folder = host.path("venv");
    let made = Command::new("/usr/bin/python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&folder)
        .status()
        .unwrap();
    assert!(made.success());
    let library = fs::read_dir(folder.join("lib"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let packages = library.join("site-packages");
    set_mode(&packages, 0o777);
    let mut host = host
        .with_environment("VIRTUAL_ENV", folder.to_str().unwrap())
        .start();
    host.stop();
    assert_eq!(warned_of(&host), [text(packages)]);
}

/// A group of nobody's.
const NOBODY: u32 = 65534;

#[test]
fn what_the_environment_says_does_not_count_for_a_daemon_with_more_rights_than_who_starts_it() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        eprintln!("only root can give a program to another group: left out");
        return;
    }
    let config = r#"
python {
import sys
class D:
    def init(self, options):
        with open("@DIR@/path", "w") as f: print(*sys.path, sep="\n", file=f)
        return True
    def send(self, msg): return True
};
destination d { python(class("D")); };
log { destination(d); };
"#;
    let host = Host::new(config);
    let output = Command::new("sh")
        .args(["-c", "command -v \"$0\""])
        .arg(binary())
        .output()
        .unwrap();
    let original = String::from_utf8(output.stdout).unwrap();
    let program = host.path("syslog-ng");
    fs::copy(original.trim(), &program).unwrap();
    // It gains the rights of a group that who starts it is not in.
    chown(&program, None, Some(NOBODY)).unwrap();
    set_mode(&program, 0o2755);
    let folder = text(host.path(""));
    let mut host = host
        .with_binary(program)
        .with_environment("VIRTUAL_ENV", "/nonexistent")
        .start();
    let lines = host.wait_for_lines("path", 3);
    host.stop();
    assert!(is_user_modules(&lines[0]), "{lines:?}");
    assert_eq!(lines[1], concat!(env!("SYSLOG_NG_MODULE_DIR"), "/python"));
    assert!(!lines.contains(&folder), "{lines:?}");
    let ignored = host.events("so this variable is ignored");
    assert_eq!(ignored.len(), 2, "{}", host.log());
    assert!(
        ignored[0].contains("variable='VIRTUAL_ENV', value='/nonexistent'"),
        "{ignored:?}"
    );
    assert!(ignored[1].contains("variable='PYTHONPATH'"), "{ignored:?}");
    assert_eq!(
        host.events("does not name a virtualenv"),
        Vec::<String>::new()
    );
}
