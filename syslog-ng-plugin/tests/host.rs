// SPDX-License-Identifier: GPL-2.0-or-later

//! Names, values and paths of the host, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use syslog_ng_plugin::host::{self, PathError};
use syslog_ng_plugin::{Name, macro_names, testing, value_names};

#[test]
fn a_name_keeps_its_number() {
    let _turn = testing::host();
    assert_eq!(Name::look_up(c"some-name"), Name::look_up(c"some-name"));
    assert_ne!(Name::look_up(c"some-name"), Name::look_up(c"other-name"));
}

#[test]
fn macros_are_known_by_name_and_sorted() {
    let _turn = testing::host();
    let names = macro_names();
    for name in [&b"DATE"[..], b"S_STAMP", b"FACILITY"] {
        assert!(
            names.binary_search_by(|known| (**known).cmp(name)).is_ok(),
            "{}",
            String::from_utf8_lossy(name)
        );
    }
    assert!(
        !names.iter().any(|name| **name == *b"HOST"),
        "HOST is a value"
    );
}

#[test]
fn paths_are_resolved_and_unknown_variables_refused() {
    let _turn = testing::host();
    assert_eq!(host::installation_path("/plain").as_deref(), Ok("/plain"));
    let modules = host::installation_path("${moduledir}/python").unwrap();
    assert!(
        modules.ends_with("/python") && !modules.contains('$'),
        "{modules}"
    );
    // The host would end the process.
    assert_eq!(
        host::installation_path("${nonsense}/x"),
        Err(PathError::UnknownVariable("${nonsense}".to_owned()))
    );
    assert_eq!(
        host::installation_path("${unfinished"),
        Err(PathError::Unfinished)
    );
    for name in host::path_variables() {
        let path = host::installation_path(&format!("a${{{name}}}b")).unwrap();
        assert!(
            path.starts_with("a/") && path.ends_with('b'),
            "{name}: {path}"
        );
    }
}

#[test]
fn the_names_of_values_and_macros_are_told() {
    let _turn = testing::host();
    Name::look_up(c".a.name.of.this.test");
    let names = value_names();
    for name in ["HOST", "MESSAGE", "DATE", ".a.name.of.this.test"] {
        assert!(
            names.iter().any(|known| **known == *name.as_bytes()),
            "{name}"
        );
    }
}
