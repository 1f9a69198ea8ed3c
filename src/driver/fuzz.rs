// SPDX-License-Identifier: GPL-2.0-or-later

//! Configs that went wrong on their way, read by the host's own parser in this process: nothing
//! crashes, hangs or leaks, whatever stands there.

use syslog_ng_plugin::testing;

use super::{PythonDestination, PythonSource};

/// Options as they should be, of destinations and sources alike: what one does not have is a mistake
/// there.
const GOOD: &[&str] = &[
    r#"class("m.C") options("a" "b" c => d "e" 1 "f" 1.5 "g" yes "h" [x "y"])"#,
    r#"class(C) loaders(a "b") imports(c) options(t => LogTemplate("$MSG"))"#,
    r#"class("m.C") value-pairs(scope(everything) pair("a" "$MSG") pair(b : int("1")) key("x*" rekey(shift(1) add-prefix("p"))))"#,
    r#"class("m.C") value-pairs(rekey("a*" shift-levels(2) replace-prefix("a" "b")) exclude("x") cast(yes))"#,
    r#"class("m.C") ts-format(iso) frac-digits(3) time-zone("UTC") on-error("drop-property")"#,
    r#"class("m.C") persist-name("p") retries(3) time-reopen(1) log-fifo-size(10) throttle(0)"#,
    r#"class("m.C") batch-lines(10) batch-timeout(100) batch-bytes(5) workers(2)"#,
    r#"class("m.C") log-iw-size(10) tags(a "b") keep-hostname(yes) host-override("h") flags(no-parse)"#,
    r#"class("m.C") default-severity(err) default-facility(syslog) use-dns(persist_only) format(syslog)"#,
];

/// What may get in between.
const PIECES: &[&[u8]] = &[
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=>",
    b":",
    b";",
    b",",
    b"'",
    b"\"",
    b"\\",
    b"#",
    b"`",
    b"@",
    b"0",
    b"-1",
    b"99999999999999999999",
    b"1.5e999",
    b"0x",
    b"yes",
    b"class",
    b"value-pairs(",
    b"pair(",
    b"rekey(",
    b"LogTemplate(",
    b"options(",
    b"disk-buffer(",
    b"\xff\xfe",
    b"\0",
    b"\n",
    b"\"$(\"",
    b"\"${\"",
    b"\"$(echo \"",
    b"include",
    b"..",
    b"<",
    b"$",
    b"*",
];

/// As many different mistakes as are tried: 1500, or what the environment variable FUZZ_TRIES says.
fn tries() -> u64 {
    let wanted = std::env::var("FUZZ_TRIES").ok();
    wanted
        .and_then(|number| number.parse().ok())
        .unwrap_or(1500)
}

/// The next of a row of numbers that looks like chance and is the same each time (xorshift).
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 16).unwrap_or(0)
}

/// Words, quoted texts, and single characters.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if c.is_alphanumeric() => rest
                .find(|c: char| !c.is_alphanumeric() && !"-_.".contains(c))
                .unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        found.push(rest.as_bytes()[..length].to_vec());
        rest = &rest[length..];
    }
    found
}

/// A config with a mistake or a few in it, another for each `number`.
fn mistaken(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = pieces(GOOD[next(&mut state) % GOOD.len()]);
    for _ in 0..=next(&mut state) % 3 {
        let at = next(&mut state) % text.len().max(1);
        let piece = PIECES[next(&mut state) % PIECES.len()].to_vec();
        match next(&mut state) % 5 {
            0 if !text.is_empty() => drop(text.remove(at)),
            1 if !text.is_empty() => text[at] = piece,
            2 if !text.is_empty() => {
                let copy = text[at].clone();
                text.insert(at, copy);
            }
            3 => text.truncate(at),
            _ => text.insert(at, piece),
        }
    }
    let name = if number % 7 == 0 {
        "python("
    } else {
        "python( "
    };
    let end = if number % 11 == 0 { "" } else { ");" };
    [name.as_bytes(), &text.concat(), end.as_bytes()].concat()
}

/// Reads them all, and gives how many the host takes.
fn read_all(turn: &std::sync::MutexGuard<'static, ()>) -> usize {
    (0..tries())
        .filter(|number| {
            let text = mistaken(*number);
            if number % 2 == 0 {
                testing::parse_destination::<PythonDestination>(turn, c"python", &text)
            } else {
                testing::parse_source::<PythonSource>(turn, c"python", &text)
            }
        })
        .count()
}

#[test]
fn configs_that_went_wrong_neither_crash_nor_leak() {
    let turn = testing::host();
    let (first, before, second, after) = testing::quietly(|| {
        let first = read_all(&turn);
        // Names that the host keeps for ever are known now.
        let before = testing::allocated();
        let second = read_all(&turn);
        (first, before, second, testing::allocated())
    });
    assert_eq!(first, second);
    let tries = usize::try_from(tries()).unwrap_or(usize::MAX);
    // Some mistakes are none, and most are.
    assert!(first > 0 && first < tries / 2, "{first} of {tries}");
    // The parsers and plugin tables of a test stay: the host may look at them.
    let per_config = after.saturating_sub(before) / tries;
    assert!(per_config < 512, "{per_config} bytes a config stay behind");
}
