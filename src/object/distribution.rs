// SPDX-License-Identifier: GPL-2.0-or-later

//! Which package brings a module that is missing, for the events on it.

use pyo3::exceptions::PyModuleNotFoundError;
use pyo3::prelude::*;

/// Modules that drivers are often made with, where Debian's package or PyPI's distribution is not
/// named after them as a rule: module, Debian package, name on PyPI.
const KNOWN: &[(&str, &str, &str)] = &[
    ("aiohttp", "python3-aiohttp", "aiohttp"),
    ("aiokafka", "", "aiokafka"),
    ("boto3", "python3-boto3", "boto3"),
    ("botocore", "python3-botocore", "botocore"),
    ("clickhouse_connect", "", "clickhouse-connect"),
    (
        "confluent_kafka",
        "python3-confluent-kafka",
        "confluent-kafka",
    ),
    ("dateutil", "python3-dateutil", "python-dateutil"),
    ("elasticsearch", "python3-elasticsearch", "elasticsearch"),
    ("google.auth", "python3-google-auth", "google-auth"),
    ("hy", "python3-hy", "hy"),
    ("jwt", "python3-jwt", "PyJWT"),
    ("kafka", "python3-kafka", "kafka-python"),
    ("kubernetes", "python3-kubernetes", "kubernetes"),
    ("numpy", "python3-numpy", "numpy"),
    ("oauthlib", "python3-oauthlib", "oauthlib"),
    ("opensearchpy", "", "opensearch-py"),
    ("orjson", "python3-orjson", "orjson"),
    ("paho", "python3-paho-mqtt", "paho-mqtt"),
    ("pandas", "python3-pandas", "pandas"),
    ("pika", "python3-pika", "pika"),
    ("ply", "python3-ply", "ply"),
    ("psycopg", "python3-psycopg", "psycopg"),
    ("psycopg2", "python3-psycopg2", "psycopg2"),
    ("pyarrow", "", "pyarrow"),
    ("pymongo", "python3-pymongo", "pymongo"),
    ("pymysql", "python3-pymysql", "PyMySQL"),
    ("redis", "python3-redis", "redis"),
    ("requests", "python3-requests", "requests"),
    (
        "requests_oauthlib",
        "python3-requests-oauthlib",
        "requests-oauthlib",
    ),
    ("tornado", "python3-tornado", "tornado"),
    ("urllib3", "python3-urllib3", "urllib3"),
    ("websocket", "python3-websocket", "websocket-client"),
    ("websockets", "python3-websockets", "websockets"),
    ("yaml", "python3-yaml", "PyYAML"),
    ("zmq", "python3-zmq", "pyzmq"),
];

/// How many exceptions that were raised because of one another are looked at.
const LONGEST: usize = 8;

/// A sentence on what to do about a module that was not found, as far as that is known: also where
/// another exception was raised because of it.
pub(super) fn hint(py: Python<'_>, error: &PyErr) -> Option<String> {
    let mut next = Some(error.clone_ref(py));
    for _ in 0..LONGEST {
        let error = next?;
        if error.is_instance_of::<PyModuleNotFoundError>(py) {
            let name: String = error.value(py).getattr("name").ok()?.extract().ok()?;
            return of_module(&name).or_else(|| of_own(py, &name));
        }
        next = error.cause(py);
    }
    None
}

fn of_module(module: &str) -> Option<String> {
    let known = KNOWN.iter().find(|(known, ..)| {
        let rest = module.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let (_, debian, pypi) = known?;
    let debian = if debian.is_empty() {
        String::new()
    } else {
        format!("the Debian package {debian}, or ")
    };
    Some(format!(
        "the module {module} is not installed: {debian}{pypi} from PyPI in syslog-ng's virtualenv \
         brings it"
    ))
}

/// Where a file of the user's own would have been found. A part of a package is another matter: the
/// package is there.
fn of_own(py: Python<'_>, module: &str) -> Option<String> {
    if module.contains('.') {
        return None;
    }
    let folders: Vec<String> = py
        .import("sys")
        .and_then(|sys| sys.getattr("path")?.extract())
        .ok()?;
    Some(where_it_belongs(module, &folders))
}

fn where_it_belongs(module: &str, folders: &[String]) -> String {
    format!(
        "the module {module} is in none of these folders: {}; a file {module}.py of your own belongs \
         into the first of them, or its folder into PYTHONPATH, and a package from PyPI into \
         syslog-ng's virtualenv",
        folders.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_a_known_package_is_named_with_it() {
        assert_eq!(
            of_module("yaml.parser").unwrap(),
            "the module yaml.parser is not installed: the Debian package python3-yaml, or PyYAML from \
             PyPI in syslog-ng's virtualenv brings it"
        );
        assert_eq!(
            of_module("pyarrow").unwrap(),
            "the module pyarrow is not installed: pyarrow from PyPI in syslog-ng's virtualenv brings it"
        );
        assert_eq!(of_module("yamllint"), None);
    }

    #[test]
    fn a_file_of_the_users_own_has_its_place() {
        let folders = ["/etc/syslog-ng/python", "/usr/lib/python3.13"].map(str::to_owned);
        assert_eq!(
            where_it_belongs("shout", &folders),
            "the module shout is in none of these folders: /etc/syslog-ng/python, \
             /usr/lib/python3.13; a file shout.py of your own belongs into the first of them, or its \
             folder into PYTHONPATH, and a package from PyPI into syslog-ng's virtualenv"
        );
    }
}
