// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages that are made and changed, and templates, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::ffi::CString;

use syslog_ng_plugin::{
    Message, Name, Template, TemplateError, TemplateOptions, TimeZone, Timestamp, ValueType,
    WritableMessage, testing,
};

fn value(message: &Message, name: &str) -> Option<(ValueType, Vec<u8>)> {
    let name = Name::look_up(&CString::new(name).unwrap());
    message.value(name, |value| {
        value.map(|value| (value.kind, value.bytes.to_vec()))
    })
}

fn text(message: &Message, name: &str) -> Option<String> {
    value(message, name).map(|(_, bytes)| String::from_utf8(bytes).unwrap())
}

fn set(message: &mut WritableMessage, name: &str, value: &[u8]) {
    let name = Name::look_up(&CString::new(name).unwrap());
    message.set_value(name, ValueType::String, value).unwrap();
}

fn template(text: &str) -> Result<Template, TemplateError> {
    Template::new(CString::new(text).unwrap())
}

fn format(template: &Template, message: &Message) -> Result<String, TemplateError> {
    let options = TemplateOptions::of_the_configuration().expect("there is a configuration");
    template.format(message, &options, TimeZone::Send, 7, |text| {
        String::from_utf8_lossy(text).into_owned()
    })
}

#[test]
fn values_read_back_as_they_were_written() {
    let _turn = testing::host();
    let mut message = WritableMessage::new();
    for (kind, bytes) in [
        (ValueType::String, &b"a\0b\xff"[..]),
        (ValueType::Integer, b"-5"),
        (ValueType::Double, b"0.1"),
        (ValueType::Boolean, b"true"),
        (ValueType::DateTime, b"1.000001+01:00"),
        (ValueType::List, b"a,b"),
        (ValueType::Json, b"{}"),
        (ValueType::Null, b""),
    ] {
        let name = Name::look_up(c"some");
        message.set_value(name, kind, bytes).unwrap();
        assert_eq!(value(message.read(), "some"), Some((kind, bytes.to_vec())));
    }
    message.unset_value(Name::look_up(c"some"));
    assert_eq!(value(message.read(), "some"), None);
    // The host refuses the name, and says so in an event.
    set(&mut message, &"n".repeat(256), b"x");
    assert_eq!(value(message.read(), &"n".repeat(256)), None);
}

#[test]
fn a_large_value_is_kept_or_refused() {
    let _turn = testing::host();
    let mut message = WritableMessage::new();
    let name = Name::look_up(c"large");
    let large = vec![b'x'; 100 << 20];
    message.set_value(name, ValueType::String, &large).unwrap();
    assert_eq!(value(message.read(), "large").unwrap().1.len(), large.len());
    let other = Name::look_up(c"large.too");
    for result in [
        message.set_value(other, ValueType::String, &vec![b'y'; 300 << 20]),
        message.set_value(other, ValueType::String, &vec![b'y'; 200 << 20]),
    ] {
        assert!(result.is_err());
    }
    assert_eq!(value(message.read(), "large").unwrap().1.len(), large.len());
}

#[test]
fn what_was_shared_stays_as_it_was() {
    let _turn = testing::host();
    let mut message = WritableMessage::new();
    set(&mut message, "MESSAGE", b"one");
    message.set_priority(13);
    let before = message.share();
    set(&mut message, "MESSAGE", b"two");
    set(&mut message, "new", b"x");
    message.set_priority(14);
    assert_eq!(text(&before, "MESSAGE").as_deref(), Some("one"));
    assert_eq!((text(&before, "new"), before.priority()), (None, 13));
    assert_eq!(text(message.read(), "MESSAGE").as_deref(), Some("two"));
    let mut copy = message.read().copy();
    set(&mut copy, "MESSAGE", b"three");
    set(&mut message, "MESSAGE", b"four");
    assert_eq!(text(copy.read(), "MESSAGE").as_deref(), Some("three"));
    assert_eq!(text(message.read(), "MESSAGE").as_deref(), Some("four"));
    assert_eq!(text(copy.read(), "new").as_deref(), Some("x"));
    drop((message, before));
    assert_eq!(text(copy.read(), "LEVEL").as_deref(), Some("info"));
}

#[test]
fn a_message_has_a_priority_a_time_and_a_source() {
    let _turn = testing::host();
    let mut message = WritableMessage::new();
    assert!(message.read().timestamp().seconds > 1_700_000_000);
    message.set_priority(165);
    let time = Timestamp {
        seconds: 1_000_000_000,
        microseconds: 5,
        offset: Some(-16_200),
    };
    message.set_timestamp(time);
    assert_eq!(message.read().timestamp(), time);
    assert_eq!(message.read().priority(), 165);
    assert_eq!(text(message.read(), "FACILITY").as_deref(), Some("local4"));
    assert_eq!(
        text(message.read(), "S_ISODATE").as_deref(),
        Some("2001-09-08T21:16:40-04:30")
    );
    for (address, good) in [
        (c"192.0.2.1", true),
        (c"2001:db8::1", true),
        (c"", false),
        (c"localhost", false),
    ] {
        assert_eq!(message.set_source_address(address, 99), good, "{address:?}");
    }
    assert_eq!(
        text(message.read(), "SOURCEIP").as_deref(),
        Some("2001:db8::1")
    );
    message.set_received_size(12);
}

#[test]
fn options_for_parsing_outlive_their_source() {
    let turn = testing::host();
    let options = testing::parse_options(&turn);
    // No module that parses is loaded here, so each line is one that cannot be.
    for line in [&b"<13>host prog: text"[..], b"", b"a\xff"] {
        let message = WritableMessage::parse(line, &options);
        let text = value(message.read(), "MESSAGE").unwrap().1;
        assert!(text.ends_with(line), "{}", text.escape_ascii());
        assert_eq!(message.read().priority(), 43);
    }
    let parse = || text(WritableMessage::parse(b"x", &options).read(), "PROGRAM");
    let other = std::thread::scope(|scope| scope.spawn(parse).join().unwrap());
    assert_eq!(other.as_deref(), Some("syslog-ng"));
}

#[test]
fn a_template_makes_text_of_a_message() {
    let turn = testing::host();
    testing::with_configuration(&turn, || {
        let mut message = WritableMessage::new();
        set(&mut message, "MESSAGE", b"hello");
        let greeting = template("<$MESSAGE> ${nothing:-none} $LEVEL $SEQNUM").unwrap();
        assert_eq!(
            greeting.text(),
            c"<$MESSAGE> ${nothing:-none} $LEVEL $SEQNUM"
        );
        assert_eq!(
            format(&greeting, message.read()).unwrap(),
            "<hello> none notice 7"
        );
        assert!(matches!(template("${open"), Err(TemplateError::Text(_))));
        assert!(matches!(
            template("$(no-such-function x)"),
            Err(TemplateError::Text(_))
        ));
    });
}

#[test]
fn a_template_outlives_its_configuration() {
    let turn = testing::host();
    let mut message = WritableMessage::new();
    set(&mut message, "MESSAGE", b"hello");
    let (plain, options) = testing::with_configuration(&turn, || {
        (
            template("$MESSAGE").unwrap(),
            TemplateOptions::of_the_configuration().unwrap(),
        )
    });
    let format = || plain.format(message.read(), &options, TimeZone::Local, 0, <[u8]>::to_vec);
    assert_eq!(format().unwrap(), b"hello");
    let other = std::thread::scope(|scope| scope.spawn(format).join().unwrap());
    assert_eq!(other.unwrap(), b"hello");
}
