// SPDX-License-Identifier: GPL-2.0-or-later

//! Plugins inside of a destination against the host's own signals, and block generators, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex};

use syslog_ng_plugin::{
    Around, BlockGenerator, Config, GeneratorError, HttpHeaders, HttpRequest, InnerDestination,
    Location, Names, OptionRule, register_block_generator, testing,
};

/// Notes what it is called with.
struct Recorder {
    seen: Arc<Mutex<Vec<String>>>,
    attaches: bool,
    answer: HttpHeaders,
    panics: bool,
}

impl Recorder {
    fn note(&self, text: impl Into<String>) {
        self.seen.lock().unwrap().push(text.into());
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.note("dropped");
    }
}

impl InnerDestination for Recorder {
    const NAME: &'static CStr = c"recorder";
    const STATS_TYPE: &'static CStr = c"recorder";
    type Options = ();
    const OPTIONS: &'static [OptionRule<()>] = &[];

    fn configured(_options: (), _config: Config<'_>, _end: Location) -> Result<Self, String> {
        Err("made by the test".to_owned())
    }

    fn attach(&self, around: &Around<'_>) -> Option<Names> {
        around.errors().increment();
        self.note("attach");
        self.attaches.then(|| Names {
            persist: String::new(),
            stats_instance: "recorder".to_owned(),
            stats_labels: Vec::new(),
        })
    }

    fn detach(&self) {
        self.note("detach");
    }

    fn http_request(&self, request: &mut HttpRequest<'_>) -> HttpHeaders {
        self.note(format!("{:?}", String::from_utf8_lossy(request.body())));
        assert!(!self.panics, "a panic of the plugin");
        for header in request.headers() {
            self.note(String::from_utf8(header).unwrap());
        }
        request.append(c"X-Added: 1");
        self.answer
    }

    fn http_response(&self, status: i64) {
        self.note(status.to_string());
    }
}

type Asked = Vec<(Vec<CString>, HttpHeaders)>;

fn ask(answer: HttpHeaders, attaches: bool, panics: bool) -> (Asked, Vec<String>) {
    let turn = testing::host();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let recorder = Recorder {
        seen: Arc::clone(&seen),
        attaches,
        answer,
        panics,
    };
    let headers = [c"X-First: 1", c"X-Second: 2"];
    let asked = testing::http_requests(&turn, recorder, &headers, b"a\0b", 204);
    let seen = seen.lock().unwrap().clone();
    (asked, seen)
}

#[test]
fn a_request_is_shown_and_headers_are_added_each_time_that_it_is_attached() {
    for answer in [
        HttpHeaders::Complete,
        HttpHeaders::Missing,
        HttpHeaders::Refused,
    ] {
        let (asked, seen) = ask(answer, true, false);
        let headers = [c"X-First: 1", c"X-Second: 2", c"X-Added: 1"];
        let headers: Vec<CString> = headers.map(CStr::to_owned).into();
        assert_eq!(asked, [(headers.clone(), answer), (headers, answer)]);
        let once = [
            "attach",
            "\"a\\0b\"",
            "X-First: 1",
            "X-Second: 2",
            "204",
            "detach",
        ];
        assert_eq!(seen, [&once[..], &once[..], &["dropped"]].concat());
    }
}

#[test]
fn a_plugin_that_refuses_is_asked_for_nothing() {
    let (asked, seen) = ask(HttpHeaders::Complete, false, false);
    assert!(asked.is_empty());
    assert_eq!(seen, ["attach", "dropped"]);
}

#[test]
fn a_panic_refuses_the_request() {
    let (asked, _) = testing::quietly(|| ask(HttpHeaders::Complete, true, true));
    assert!(
        asked
            .iter()
            .all(|(_, result)| *result == HttpHeaders::Refused)
    );
    assert_eq!(asked.len(), 2);
}

struct Nothing(Arc<Mutex<bool>>);

impl BlockGenerator for Nothing {
    fn generate(&self, _: Config<'_>, _: &[(Vec<u8>, Vec<u8>)], _: &str) -> Option<CString> {
        None
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = true;
    }
}

#[test]
fn a_generator_is_not_taken_when_no_config_is_read() {
    let _turn = testing::host();
    let dropped = Arc::<Mutex<bool>>::default();
    let generator = Box::new(Nothing(Arc::clone(&dropped)));
    let result = register_block_generator(c"destination", c"nothing", generator);
    assert_eq!(result, Err(GeneratorError::NothingIsRead));
    assert!(*dropped.lock().unwrap());
}
