// SPDX-License-Identifier: GPL-2.0-or-later

//! A host with one python() destination.

use super::Host;

/// A config that hands the lines of `in.txt` to a class of the module `m`.
fn config(driver: &str) -> String {
    format!(
        r#"
source s {{ file("@DIR@/in.txt" flags(no-parse) follow-freq(0.1)); }};
destination d {{ {driver} }};
log {{ source(s); destination(d); flags(flow-control); }};
"#
    )
}

/// A module whose `trace()` adds a line to the file `trace`.
fn module(code: &str) -> String {
    format!(
        "from syslogng import LogDestination, LogMessage, Logger\n\
         import os, threading\n\
         def trace(*words):\n\
         \x20   with open('trace', 'a') as f: print(*words, file=f)\n{code}"
    )
}

/// A host whose destination is `driver`, with `code` in the module `m` and an empty `in.txt`.
pub fn host(driver: &str, code: &str) -> Host {
    Host::new(&config(driver))
        .with_file("m.py", module(code))
        .with_file("in.txt", "")
}
