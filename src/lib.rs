// SPDX-License-Identifier: GPL-2.0-or-later

//! The Python engine of syslog-ng. Data flows down this table, a folder a row:
//!
//! | stage | where | takes | gives |
//! |---|---|---|---|
//! | config text | SDK `config/` | `python(class("m.C") options("k" "v"))` | tokens with their place |
//! | options | `options/` | tokens | a binding: plain data |
//! | driver | `driver/` on SDK `pipe/` | a binding | what the host calls |
//! | Python object | `object/` | a class's name and a binding | an instance, and calls of its methods |
//! | message | `message/` | the host's message | a `LogMessage` for Python |
//! | result | `outcome` | what Python returned or raised | what the host is told |
//!
//! `interpreter/` starts Python and keeps the threads' states; `watchdog/` tells what a stop or a reload waits
//! for; `api/` is what Python code imports.

#![deny(unsafe_code)]

mod api;
mod driver;
mod interpreter;
mod message;
mod object;
mod options;
mod outcome;
#[cfg(test)]
mod properties;
mod watchdog;

syslog_ng_plugin::module! {
    name: "python",
    version: env!("CARGO_PKG_VERSION"),
    description: concat!(
        "Lets you write destinations, sources, parsers and template functions in Python, in the \
         configuration or in files of your own.\nThis is the Rust engine, built for syslog-ng ",
        env!("SYSLOG_NG_VERSION"),
        " and Python ",
        env!("PYTHON_VERSION"),
        "."
    ),
    init: interpreter::start,
    plugins: [
        destination "python" => threaded_destination::<driver::PythonDestination>,
        parser "python" => message_parser::<driver::PythonParser>,
        inner "python_http_header" => inner_destination::<driver::PythonHttpHeader>,
        source "python" => threaded_source::<driver::PythonSource>,
        source "python_fetcher" => threaded_fetcher::<driver::PythonFetcher>,
        root "python" => root_block::<driver::PythonBlock>,
        function "python" => template_function::<driver::PythonFunction>,
    ],
}
