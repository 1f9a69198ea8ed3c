// SPDX-License-Identifier: GPL-2.0-or-later

//! Option tables against the host's own lexer, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::ffi::CStr;
use std::sync::Mutex;

use syslog_ng_plugin::testing;
use syslog_ng_plugin::{
    Argument, Config, Destination, DestinationWorker, Insert, Location, MessageRef, OptionRule,
    ParseError, Prepared, ThreadedDestination, TokenKind,
};

#[derive(Clone, Debug, Default, PartialEq)]
struct Options {
    text: Option<String>,
    texts: Vec<String>,
    positive: Option<i32>,
    not_negative: Option<i32>,
    tokens: Vec<String>,
}

/// What the newest config was read to.
static READ: Mutex<Option<Options>> = Mutex::new(None);

struct Recorder;
struct Worker;

impl DestinationWorker for Worker {
    fn insert(&self, _message: MessageRef<'_>, _number: i32) -> Insert {
        Insert::Success
    }
}

impl ThreadedDestination for Recorder {
    const STATS_TYPE: &'static CStr = c"recorder";
    type Options = Options;
    const OPTIONS: &'static [OptionRule<Options>] = &[
        OptionRule {
            name: "a-text",
            argument: Argument::Text(|options, value| options.text = Some(value)),
        },
        OptionRule {
            name: "texts",
            argument: Argument::Texts(|options, value| options.texts = value),
        },
        OptionRule {
            name: "positive",
            argument: Argument::Positive(|options, value| options.positive = Some(value)),
        },
        OptionRule {
            name: "not-negative",
            argument: Argument::NonNegative(|options, value| options.not_negative = Some(value)),
        },
        OptionRule {
            name: "tokens",
            argument: Argument::Custom(|options, lexer| {
                loop {
                    let token = lexer.next_token();
                    match token.kind {
                        TokenKind::Punctuation(b')') => return Ok(()),
                        TokenKind::End => {
                            return Err(ParseError::at(
                                token.location,
                                "the config ends in tokens()",
                            ));
                        }
                        kind => options.tokens.push(format!("{kind:?}")),
                    }
                }
            }),
        },
    ];
    type Worker = Worker;

    fn configured(options: Options, _config: Config<'_>, _end: Location) -> Result<Self, String> {
        if options.text.as_deref() == Some("refuse me") {
            return Err("refused by the driver".to_owned());
        }
        *READ.lock().unwrap() = Some(options);
        Ok(Recorder)
    }

    fn prepare(&self, _destination: &Destination<'_>) -> Option<Prepared<Worker>> {
        None
    }
}

/// What a driver's options are read to; `None` if they are refused.
fn read(options: &str) -> Option<Options> {
    let turn = testing::host();
    *READ.lock().unwrap() = None;
    let accepted = testing::parse_destination::<Recorder>(
        &turn,
        c"recorder",
        &format!("recorder({options});"),
    );
    let read = READ.lock().unwrap().take();
    assert!(!accepted || read.is_some(), "{options}");
    read.filter(|_| accepted)
}

#[test]
fn each_kind_of_value_is_read() {
    let options = read(r#"a-text("t") texts(a "b" 'c d') positive(1) not_negative(0)"#).unwrap();
    assert_eq!(
        options,
        Options {
            text: Some("t".into()),
            texts: vec!["a".into(), "b".into(), "c d".into()],
            positive: Some(1),
            not_negative: Some(0),
            tokens: vec![],
        }
    );
    assert_eq!(read("").unwrap(), Options::default());
}

#[test]
fn names_may_be_written_with_dashes_or_underscores() {
    assert_eq!(read("a_text(x)").unwrap().text.as_deref(), Some("x"));
    assert_eq!(read("a-text(x)").unwrap().text.as_deref(), Some("x"));
}

#[test]
fn the_last_of_equal_options_counts() {
    assert_eq!(read("positive(1) positive(2)").unwrap().positive, Some(2));
}

#[test]
fn the_host_s_keywords_are_words_here() {
    let options =
        read(r#"texts(options flags file yes python log destination) tokens(yes no on class)"#)
            .unwrap();
    assert_eq!(
        options.texts,
        [
            "options",
            "flags",
            "file",
            "yes",
            "python",
            "log",
            "destination"
        ]
    );
    assert_eq!(options.tokens.len(), 4);
}

#[test]
fn tokens_come_with_their_spelling() {
    let tokens = read(r#"tokens(word "quo\"ted" 'raw\' 12 0x1f 010 -3 1.50 10k => [ ] { } ; .. )"#)
        .unwrap()
        .tokens;
    let expected = [
        format!("Word({:?})", b"word"),
        format!("Quoted({:?})", b"quo\"ted"),
        format!("Quoted({:?})", br"raw\"),
        r#"Integer(12, "12")"#.into(),
        r#"Integer(31, "0x1f")"#.into(),
        r#"Integer(8, "010")"#.into(),
        r#"Integer(-3, "-3")"#.into(),
        r#"Float(1.5, "1.50")"#.into(),
        r#"Integer(10000, "10k")"#.into(),
        "Arrow".into(),
        format!("Punctuation({})", b'['),
        format!("Punctuation({})", b']'),
        format!("Punctuation({})", b'{'),
        format!("Punctuation({})", b'}'),
        format!("Punctuation({})", b';'),
    ];
    assert_eq!(tokens[..expected.len()], expected);
    assert!(tokens[expected.len()].starts_with("Other("), "{tokens:?}");
}

#[test]
fn what_does_not_fit_is_refused() {
    for options in [
        "a-text",
        "a-text()",
        "a-text(1)",
        "a-text(a b)",
        "a-text(\"\\xff\")",
        "texts(1)",
        "texts(a",
        "positive(0)",
        "positive(-1)",
        "positive(x)",
        "positive(1.0)",
        "positive(2147483648)",
        "positive(1 2)",
        "not-negative(-1)",
        "unknown(1)",
        "retries()",
        "persist-name(1)",
        "tokens(",
        "\"quoted\"(1)",
        ") garbage (",
        "a-text(\"refuse me\")",
        "a-text(\"unfinished)",
    ] {
        assert_eq!(read(options), None, "{options}");
    }
    assert_eq!(
        read("positive(2147483647)").unwrap().positive,
        Some(i32::MAX)
    );
}

#[test]
fn options_of_the_host_s_drivers_are_there() {
    let options = "persist-name(p) retries(1) time-reopen(2) log-fifo-size(3) throttle(0) batch-lines(0) batch-timeout(1)";
    assert!(read(options).is_some());
}
