// SPDX-License-Identifier: GPL-2.0-or-later

//! Whatever a method returns, it is what its documentation says, or an error; and the error can be told.

use proptest::prelude::*;
use pyo3::prelude::*;
use syslog_ng_plugin::{Fetch, Insert};

use super::{Kind, Shape, any_value, evaluate, with_python};
use crate::api;
use crate::message::{ValueMode, from_python};
use crate::object::{Error, shown};
use crate::outcome::{self, FetchResult, Results};

/// What send() and its like make of a value.
fn expected_result(kind: &Kind, may_be_queued: bool) -> Option<Insert> {
    let result = match kind {
        Kind::Bool(true) => Insert::Success,
        Kind::Bool(false) => Insert::Error,
        Kind::Int(number) => {
            let number = i64::try_from(*number).ok()?;
            // The numbers are the host's, MAX is none of a result.
            let known = api::result_constants();
            let mut known = known.filter(|(name, _)| *name != "MAX");
            known.find(|(_, other)| i64::from(*other) == number)?;
            Insert::from_number(number)?
        }
        _ => return None,
    };
    (may_be_queued || result != Insert::Queued).then_some(result)
}

/// Whether a value counts as true; `None` where asking raises.
fn truth(kind: &Kind) -> Option<bool> {
    Some(match kind {
        Kind::None => false,
        Kind::Bool(value) => *value,
        // Of what only counts as a number, as Index(0), the truth is its own: see the caller.
        Kind::Int(number) => *number != 0,
        Kind::Float(number) => *number != 0.0,
        Kind::Text(text) => text.as_ref().is_none_or(|text| !text.is_empty()),
        Kind::Bytes(bytes) => !bytes.is_empty(),
        Kind::List(all) | Kind::Tuple(all) => !all.is_empty(),
        Kind::Raising => return None,
        Kind::Other => true,
    })
}

/// An error can be told, whatever it is of.
fn is_told(py: Python<'_>, error: &Error) {
    match error {
        Error::Returned { returned, .. } => drop(shown(returned.bind(py))),
        Error::Raised(error) => drop(crate::object::Exception::of(py, error)),
        Error::Misfit { .. } => {}
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(
    py: Python<'_>,
    shape: &Shape,
    result: Result<T, Error>,
    expected: Option<T>,
) -> Result<(), TestCaseError> {
    if let Err(error) = &result {
        is_told(py, error);
    }
    // What has a NULL or an exception left behind would be noticed by the next call.
    prop_assert!(PyErr::take(py).is_none());
    prop_assert_eq!(result.ok(), expected, "{}", &shape.expression);
    Ok(())
}

proptest! {
    #[test]
    fn send_and_flush_give_what_is_documented(shape in any_value()) {
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            compare(py, &shape, outcome::send(&value), expected_result(&shape.kind, true))?;
            let flushed = match shape.kind {
                Kind::None => Some(Insert::Success),
                _ => expected_result(&shape.kind, false),
            };
            compare(py, &shape, outcome::flush(&value), flushed)
        })?;
    }

    #[test]
    fn send_batch_gives_a_result_for_each_up_to_the_first_that_comes_again(
        shape in any_value(), count in 0..5_usize
    ) {
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let given = outcome::send_batch(&value, count);
            let (Kind::List(all) | Kind::Tuple(all)) = &shape.kind else {
                let expected = expected_result(&shape.kind, false).map(Results::All);
                return compare(py, &shape, given.map(|(results, _)| results), expected);
            };
            if all.len() != count {
                return compare(py, &shape, given.map(|(results, _)| results), None);
            }
            let (results, error) = given.map_err(|_| TestCaseError::fail("an error for a sequence"))?;
            if let Some(error) = &error {
                is_told(py, error);
            }
            let mut expected = Vec::new();
            let mut misfit = false;
            for kind in all {
                let result = expected_result(kind, false);
                misfit = result.is_none();
                expected.push(result.unwrap_or(Insert::Error));
                if !matches!(result, Some(Insert::Success | Insert::Drop)) {
                    break;
                }
            }
            prop_assert_eq!(results, Results::Each(expected), "{}", &shape.expression);
            prop_assert_eq!(error.is_some(), misfit);
            Ok(())
        })?;
    }

    #[test]
    fn init_open_is_opened_and_parse_go_by_truth(shape in any_value()) {
        // What only counts as a number is an object like others here.
        prop_assume!(!shape.expression.starts_with("Index("));
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let strict = truth(&shape.kind).filter(|_| shape.kind != Kind::None);
            compare(py, &shape, outcome::init(&value), strict)?;
            compare(py, &shape, outcome::is_opened(&value), strict)?;
            let lenient = match shape.kind {
                Kind::None => Some(None),
                _ => truth(&shape.kind).map(Some),
            };
            compare(py, &shape, outcome::open(&value), lenient)?;
            compare(py, &shape, outcome::parse(&value), lenient)
        })?;
    }

    #[test]
    fn fetch_without_a_message_gives_a_code_or_an_error(shape in any_value()) {
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let (code, more) = match &shape.kind {
                Kind::Tuple(all) if (1..=2).contains(&all.len()) => (&all[0], all.get(1)),
                other => (other, None),
            };
            let number = match code {
                Kind::Int(number) => i64::try_from(*number).ok(),
                Kind::Bool(value) => Some((*value).into()),
                _ => None,
            };
            let result = outcome::fetch(&value);
            if let Err(error) = &result {
                is_told(py, error);
            }
            prop_assert!(PyErr::take(py).is_none());
            let is_success = number == Some(i64::from(Fetch::SUCCESS));
            let is_known = number.is_some_and(|number| Fetch::without_message(number).is_some());
            match result {
                Err(_) => prop_assert!(!is_known, "{}", &shape.expression),
                Ok(FetchResult::One(Fetch::Success(_))) => {
                    return Err(TestCaseError::fail("there is no message"));
                }
                Ok(FetchResult::One(_)) => prop_assert!(is_known, "{}", &shape.expression),
                Ok(FetchResult::Many(many)) => {
                    let Some(Kind::List(all)) = more else {
                        return Err(TestCaseError::fail("there is no list"));
                    };
                    prop_assert!(is_success && many.objects.is_empty());
                    prop_assert_eq!(many.misfit.is_some(), !all.is_empty());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn headers_are_texts_without_a_nul(shape in any_value()) {
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let result = outcome::headers(&value);
            prop_assert_eq!(result.is_ok(), matches!(shape.kind, Kind::List(_)));
            let Ok((headers, error)) = result else { return Ok(()) };
            let Kind::List(all) = &shape.kind else { return Ok(()) };
            prop_assert_eq!(error.is_some(), headers.len() < all.len());
            if let Some(error) = &error {
                is_told(py, error);
            }
            for (header, kind) in headers.iter().zip(all) {
                match kind {
                    Kind::Text(Some(text)) => prop_assert_eq!(header.as_bytes(), text.as_bytes()),
                    Kind::Bytes(bytes) => prop_assert_eq!(header.as_bytes(), bytes.as_slice()),
                    // Made of bytes that are no UTF-8.
                    Kind::Text(None) => {}
                    other => return Err(TestCaseError::fail(format!("{other:?} is no header"))),
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn generate_persist_name_gives_a_text(shape in any_value()) {
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let expected = match &shape.kind {
                Kind::Text(text) => text.clone(),
                Kind::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
                _ => None,
            };
            compare(py, &shape, outcome::persist_name(&value), expected)
        })?;
    }

    #[test]
    fn template_functions_give_what_a_message_can_hold(shape in any_value(), typed: bool) {
        let mode = if typed { ValueMode::Typed } else { ValueMode::Bytes };
        with_python(|py| {
            let value = evaluate(py, &shape.expression);
            let result = outcome::template_function(&value, "f", mode, |_, bytes| bytes.to_vec());
            if let Err(error) = &result {
                is_told(py, error);
            }
            prop_assert!(PyErr::take(py).is_none());
            // What can be set on a message can be returned, and reads the same.
            let key = pyo3::types::PyString::new(py, "key");
            let set = from_python(key.as_any(), &value, mode);
            let set = set.map(|(_, bytes)| bytes.into_owned());
            prop_assert_eq!(result.ok(), set.ok(), "{}", &shape.expression);
            let is_text = match &shape.kind {
                Kind::Text(text) => text.is_some(),
                Kind::Bytes(_) => true,
                _ => false,
            };
            let again = outcome::template_function(&value, "f", mode, |_, bytes| bytes.to_vec());
            prop_assert!(typed || again.is_ok() == is_text, "{}", &shape.expression);
            Ok(())
        })?;
    }
}
