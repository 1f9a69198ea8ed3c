// SPDX-License-Identifier: GPL-2.0-or-later

//! Parsers and functions in templates, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use syslog_ng_plugin::{
    Config, FunctionResult, Location, Message, MessageParser, MessageRef, Name, Names, OptionRule,
    ParserPlace, Template, TemplateError, TemplateFunction, TemplateOptions, TimeZone, ValueType,
    WritableMessage, testing,
};

fn text(message: &Message, name: &str) -> Option<String> {
    let name = Name::look_up(&CString::new(name).unwrap());
    message.value(name, |value| {
        value.map(|value| String::from_utf8_lossy(value.bytes).into_owned())
    })
}

fn hello() -> Message {
    WritableMessage::with_text(b"hello").unwrap().into_message()
}

fn set(message: &mut WritableMessage, name: &CStr, value: &str) {
    message
        .set_value(Name::look_up(name), ValueType::String, value.as_bytes())
        .unwrap();
}

/// What a parser does with its message.
#[derive(Clone)]
struct Change(Arc<dyn Fn(WritableMessage) -> Option<WritableMessage> + Send + Sync>);

impl Change {
    fn new(
        change: impl Fn(WritableMessage) -> Option<WritableMessage> + Send + Sync + 'static,
    ) -> Self {
        Change(Arc::new(change))
    }
}

impl MessageParser for Change {
    const STATS_TYPE: &'static CStr = c"change";
    type Options = ();
    const OPTIONS: &'static [OptionRule<()>] = &[];

    fn configured(_options: (), _config: Config<'_>, _end: Location) -> Result<Self, String> {
        Err("made by hand".to_owned())
    }

    fn start(&self, _place: &ParserPlace<'_>) -> Option<Names> {
        None
    }

    fn process(&self, message: WritableMessage) -> Option<WritableMessage> {
        (self.0)(message)
    }
}

#[test]
fn what_a_parser_sets_is_in_the_message_that_comes_out() {
    let turn = testing::host();
    let change = Change::new(|mut message| {
        set(&mut message, c"x", "set");
        Some(message)
    });
    let message = hello();
    let passed = testing::process(&turn, change, message).unwrap();
    assert_eq!(text(&passed, "x").as_deref(), Some("set"));
    assert_eq!(text(&passed, "MESSAGE").as_deref(), Some("hello"));
}

#[test]
fn others_do_not_see_what_a_parser_sets() {
    let turn = testing::host();
    let mut made = WritableMessage::new();
    set(&mut made, c"x", "before");
    let shared = made.share();
    let change = Change::new(|mut message| {
        set(&mut message, c"x", "set");
        Some(message)
    });
    let passed = testing::process(&turn, change, shared.clone()).unwrap();
    assert_eq!(text(&passed, "x").as_deref(), Some("set"));
    assert_eq!(text(&shared, "x").as_deref(), Some("before"));
}

#[test]
fn what_is_shared_in_a_parser_stays_and_the_message_goes_on() {
    let turn = testing::host();
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let change = Change::new(move |mut message| {
        set(&mut message, c"x", "kept");
        *keep.lock().unwrap() = Some(message.share());
        // Goes to a copy, which takes the message's place.
        set(&mut message, c"x", "gone on");
        Some(message)
    });
    let passed = testing::process(&turn, change, hello()).unwrap();
    assert_eq!(text(&passed, "x").as_deref(), Some("gone on"));
    let kept = kept.lock().unwrap().take().unwrap();
    assert_eq!(text(&kept, "x").as_deref(), Some("kept"));
}

#[test]
fn a_message_is_dropped_or_lost_in_a_panic_and_nothing_leaks() {
    let turn = testing::host();
    let round = |panics: bool| {
        let change = Change::new(move |mut message| {
            set(&mut message, c"x", &"long".repeat(1000));
            let _shared = message.share();
            set(&mut message, c"x", &"other".repeat(1000));
            assert!(!panics, "on purpose");
            None
        });
        assert!(testing::process(&turn, change, hello()).is_none());
    };
    testing::quietly(|| {
        round(true);
        round(false);
        let before = testing::allocated();
        for _ in 0..500 {
            round(true);
            round(false);
        }
        let more = testing::allocated().saturating_sub(before);
        assert!(more < 200_000, "{more}");
    });
}

#[test]
fn a_detached_message_is_the_same_and_stays_so() {
    let _turn = testing::host();
    let mut message = WritableMessage::new();
    set(&mut message, c"x", "a\0b");
    message
        .set_value(Name::look_up(c"number"), ValueType::Integer, b"5")
        .unwrap();
    message.set_priority(165);
    assert!(message.set_source_address(c"192.0.2.1", 7));
    let copy = message.read().detached().unwrap();
    set(&mut message, c"x", "new");
    message.set_priority(1);
    assert_eq!(text(&copy, "x").as_deref(), Some("a\0b"));
    assert_eq!(text(&copy, "SOURCEIP").as_deref(), Some("192.0.2.1"));
    assert_eq!(copy.priority(), 165);
    let kind = copy.value(Name::look_up(c"number"), |value| value.unwrap().kind);
    assert_eq!(kind, ValueType::Integer);
    assert_eq!(text(message.read(), "x").as_deref(), Some("new"));
    // One that nobody can change any more is not copied.
    let shared = message.share();
    let before = testing::allocated();
    let same: Vec<_> = (0..100).map(|_| shared.detached().unwrap()).collect();
    assert!(testing::allocated().saturating_sub(before) < 20_000);
    assert_eq!(text(&same[99], "x").as_deref(), Some("new"));
}

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Gives its arguments in brackets. `refuse` is none; with `panic` it panics, and with `nothing` it gives
/// no value.
struct Brackets(usize);

impl TemplateFunction for Brackets {
    fn prepare(_config: Config<'_>, arguments: &[&[u8]]) -> Result<Self, String> {
        if arguments.first() == Some(&&b"refuse"[..]) {
            return Err("refused on purpose".to_owned());
        }
        LIVE.fetch_add(1, Ordering::Relaxed);
        Ok(Brackets(arguments.len()))
    }

    fn call(&self, message: MessageRef<'_>, arguments: &[&[u8]], result: FunctionResult<'_>) {
        assert_eq!(self.0, arguments.len());
        match arguments.first() {
            Some(&b"panic") => panic!("on purpose"),
            Some(&b"nothing") => return,
            _ => {}
        }
        let mut bytes = format!("[{}", text(&message.retain(), "MESSAGE").unwrap()).into_bytes();
        for argument in arguments {
            bytes.push(b',');
            bytes.extend_from_slice(argument);
        }
        bytes.push(b']');
        result.set(ValueType::String, &bytes);
    }
}

impl Drop for Brackets {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

fn format(template: &str) -> Result<String, TemplateError> {
    let template = Template::new(CString::new(template).unwrap())?;
    let options = TemplateOptions::of_the_configuration().unwrap();
    let message = hello();
    template.format(&message, &options, TimeZone::Local, 0, |text| {
        String::from_utf8_lossy(text).into_owned()
    })
}

#[test]
fn a_function_gets_the_message_and_its_arguments() {
    let turn = testing::host();
    testing::with_function::<Brackets, _>(&turn, c"brackets", || {
        assert_eq!(format("<$(brackets)>").unwrap(), "<[hello]>");
        assert_eq!(
            format("$(brackets a 'b $MESSAGE' \"\" $(brackets c))").unwrap(),
            "[hello,a,b hello,,[hello,c]]"
        );
        let many = "x ".repeat(64);
        let expected = format!("[hello{}]", ",x".repeat(64));
        assert_eq!(format(&format!("$(brackets {many})")).unwrap(), expected);
        let other = std::thread::scope(|scope| {
            let format = || format("$(brackets thread)");
            scope.spawn(format).join().unwrap()
        });
        assert_eq!(other.unwrap(), "[hello,thread]");
    });
    assert_eq!(LIVE.load(Ordering::Relaxed), 0);
}

#[test]
fn a_function_that_fails_says_so_in_its_place() {
    let turn = testing::host();
    testing::with_function::<Brackets, _>(&turn, c"brackets", || {
        testing::quietly(|| {
            assert_eq!(format("a $(brackets panic) b").unwrap(), "a <error> b");
        });
        assert_eq!(format("a $(brackets nothing) b").unwrap(), "a <error> b");
        match format("$(brackets refuse)") {
            Err(TemplateError::Text(why)) => assert!(why.contains("refused on purpose"), "{why}"),
            other => panic!("{other:?}"),
        }
        // An argument that is no template.
        assert!(format("$(brackets ${open)").is_err());
    });
    assert_eq!(LIVE.load(Ordering::Relaxed), 0);
}
