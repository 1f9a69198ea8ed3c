// SPDX-License-Identifier: GPL-2.0-or-later

//! Names, values and paths of the host, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use syslog_ng_plugin::{Name, host, macro_names, testing};

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
    assert_eq!(host::installation_path("/plain").as_deref(), Some("/plain"));
    let modules = host::installation_path("${moduledir}/python").unwrap();
    assert!(
        modules.ends_with("/python") && !modules.contains('$'),
        "{modules}"
    );
    // The host would end the process.
    assert_eq!(host::installation_path("${nonsense}/x"), None);
    assert_eq!(host::installation_path("${unfinished"), None);
}
