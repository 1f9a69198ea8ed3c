// SPDX-License-Identifier: GPL-2.0-or-later

//! Drivers that are read but not built yet: a config that uses one is refused when it is taken up, so
//! that nobody's messages go by what they were meant to go through.

use std::ffi::CStr;

use syslog_ng_plugin::log::{self, Level};
use syslog_ng_plugin::{Config, InnerDestination, Location, OptionRule};

use crate::options::{Binding, HTTP_HEADER};

/// Says that `driver` is not there yet, and gives false.
fn refuse(driver: &str, class: &str, place: &[(&str, &str)]) -> bool {
    let mut tags = vec![("class", class)];
    tags.extend_from_slice(place);
    log::event(
        Level::Error,
        &format!("{driver} is not there yet in this module, so the config is refused"),
        &tags,
    );
    false
}

/// `python-http-header()` in `http()`.
pub(crate) struct PythonHttpHeader {
    class: String,
}

impl InnerDestination for PythonHttpHeader {
    const NAME: &'static CStr = c"python-http-header";
    type Options = Binding;
    const OPTIONS: &'static [OptionRule<Binding>] = HTTP_HEADER;

    fn configured(binding: Binding, _config: Config<'_>, _end: Location) -> Result<Self, String> {
        let class = binding.required_class("python-http-header()")?;
        Ok(PythonHttpHeader { class })
    }

    fn attach(&self) -> bool {
        refuse("python-http-header()", &self.class, &[])
    }
}
