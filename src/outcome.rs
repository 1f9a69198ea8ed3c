// SPDX-License-Identifier: GPL-2.0-or-later

//! What Python returned, as what the host is told. The one place that knows what each value means.

use std::ffi::CString;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyList, PySequence, PyString, PyTuple};
use syslog_ng_plugin::{Fetch, Fetched, Insert, ValueType};

use crate::driver::for_posting;
use crate::message::{LogMessage, ValueMode, bytes_of, from_python};
use crate::object::Error;

const SEND: &str = "True or self.SUCCESS when the message is delivered, self.QUEUED when it is \
                    part of a batch, and False, self.ERROR, self.DROP, self.NOT_CONNECTED or \
                    self.RETRY otherwise";
const FLUSH: &str = "True or self.SUCCESS when the batch is delivered, and False, self.ERROR, \
                     self.DROP, self.NOT_CONNECTED or self.RETRY otherwise";
const SEND_BATCH: &str = "for all messages True or self.SUCCESS when they are delivered, and False, \
                          self.ERROR, self.DROP, self.NOT_CONNECTED or self.RETRY otherwise; or a list \
                          with one of these for each message of the batch";
const INIT: &str = "True when the object is ready, and False to refuse the config";
const IS_OPENED: &str = "True when the target can be sent to, and False when it cannot";
const FETCH: &str = "(self.SUCCESS, message) with a LogMessage or a list of them, or (code,) where code is \
                     self.NO_DATA, self.TRY_AGAIN, self.NOT_CONNECTED or self.ERROR";
const FETCHED: &str = "LogMessages in the list";
const FUNCTION_TEXT: &str =
    "a str or bytes: other types can be returned in configs of version 4.0 and newer";
const FUNCTION: &str = "a str, bytes, an int of 64 bits, a float, a bool, None, a datetime or a list of str or \
                        bytes";
const PERSIST_NAME: &str = "a str";

const HEADERS: &str = "a list with a str for each header, such as [\"X-Name: value\"]";
const HEADER: &str = "a list of which each item is a str without a NUL, such as \"X-Name: value\"";

const NEW: &str = "a new LogMessage each time: this one has been posted already";

fn unusable(returned: &Bound<'_, PyAny>, expected: &'static str) -> Error {
    Error::Returned {
        returned: returned.clone().unbind(),
        expected,
    }
}

/// What send() returned. None has no meaning there.
pub(crate) fn send(returned: &Bound<'_, PyAny>) -> Result<Insert, Error> {
    insert(returned, SEND)
}

/// What flush() returned. None is success: the skeleton in syslog-ng's manual returns nothing. A batch
/// that is queued again would be flushed again at once, for ever.
pub(crate) fn flush(returned: &Bound<'_, PyAny>) -> Result<Insert, Error> {
    if returned.is_none() {
        return Ok(Insert::Success);
    }
    match insert(returned, FLUSH)? {
        Insert::Queued => Err(unusable(returned, FLUSH)),
        result => Ok(result),
    }
}

/// What became of the messages of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Results {
    /// The same of all of them.
    All(Insert),
    /// One result for each, up to the first message that has to come again: what is behind it comes
    /// again too.
    Each(Vec<Insert>),
}

impl Results {
    /// What became of the first message.
    pub(crate) fn first(&self) -> Insert {
        match self {
            Results::All(result) => *result,
            Results::Each(results) => results.first().copied().unwrap_or(Insert::Error),
        }
    }
}

/// What send_batch() returned for `count` messages: a result for all of them, or a sequence with one
/// for each. An item that is none stands for ERROR, and comes with the error.
pub(crate) fn send_batch(
    returned: &Bound<'_, PyAny>,
    count: usize,
) -> Result<(Results, Option<Error>), Error> {
    let is_text = returned.is_instance_of::<PyString>() || returned.is_instance_of::<PyBytes>();
    let results = match returned.cast::<PySequence>() {
        Ok(results) if !is_text => results,
        _ => return Ok((Results::All(in_batch(returned)?), None)),
    };
    if results.len()? != count {
        return Err(unusable(returned, SEND_BATCH));
    }
    let mut each = Vec::with_capacity(count);
    for at in 0..count {
        let result = results
            .get_item(at)
            .map_err(Error::from)
            .and_then(|item| in_batch(&item));
        match result {
            Ok(result) => {
                each.push(result);
                if !matches!(result, Insert::Success | Insert::Drop) {
                    break;
                }
            }
            Err(error) => {
                each.push(Insert::Error);
                return Ok((Results::Each(each), Some(error)));
            }
        }
    }
    Ok((Results::Each(each), None))
}

/// A result for a message of a batch, which cannot be queued again.
fn in_batch(returned: &Bound<'_, PyAny>) -> Result<Insert, Error> {
    match insert(returned, SEND_BATCH)? {
        Insert::Queued => Err(unusable(returned, SEND_BATCH)),
        result => Ok(result),
    }
}

fn insert(returned: &Bound<'_, PyAny>, expected: &'static str) -> Result<Insert, Error> {
    if let Ok(success) = returned.cast::<PyBool>() {
        return Ok(if success.is_true() {
            Insert::Success
        } else {
            Insert::Error
        });
    }
    // Whatever counts as a whole number in Python, an IntEnum's member for one.
    let py = returned.py();
    match returned.extract::<i64>() {
        Ok(number) => Insert::from_number(number).ok_or_else(|| unusable(returned, expected)),
        Err(error)
            if error.is_instance_of::<PyTypeError>(py)
                || error.is_instance_of::<PyOverflowError>(py) =>
        {
            Err(unusable(returned, expected))
        }
        Err(error) => Err(error.into()),
    }
}

/// What open() returned; `None` for None, which is success for the sake of old code.
pub(crate) fn open(returned: &Bound<'_, PyAny>) -> Result<Option<bool>, Error> {
    if returned.is_none() {
        Ok(None)
    } else {
        Ok(Some(returned.is_truthy()?))
    }
}

/// What is_opened() returned.
pub(crate) fn is_opened(returned: &Bound<'_, PyAny>) -> Result<bool, Error> {
    truth(returned, IS_OPENED)
}

/// What init() returned.
pub(crate) fn init(returned: &Bound<'_, PyAny>) -> Result<bool, Error> {
    truth(returned, INIT)
}

fn truth(returned: &Bound<'_, PyAny>, expected: &'static str) -> Result<bool, Error> {
    if returned.is_none() {
        Err(unusable(returned, expected))
    } else {
        Ok(returned.is_truthy()?)
    }
}

/// What parse() returned: whether the message passes; `None` for None, which drops it as False does.
pub(crate) fn parse(returned: &Bound<'_, PyAny>) -> Result<Option<bool>, Error> {
    open(returned)
}

/// What a template function called `name` returned, as the host writes values of its type.
pub(crate) fn template_function<T>(
    returned: &Bound<'_, PyAny>,
    name: &str,
    mode: ValueMode,
    take: impl FnOnce(ValueType, &[u8]) -> T,
) -> Result<T, Error> {
    // Most results are texts, of which no other code is asked.
    if let Ok(Some(bytes)) = bytes_of(returned) {
        return Ok(take(ValueType::String, bytes));
    }
    let py = returned.py();
    let expected = match mode {
        ValueMode::Bytes => FUNCTION_TEXT,
        ValueMode::Typed => FUNCTION,
    };
    let name = PyString::new(py, name);
    match from_python(name.as_any(), returned, mode) {
        Ok((kind, bytes)) => Ok(take(kind, &bytes)),
        Err(error)
            if error.is_instance_of::<PyValueError>(py)
                || error.is_instance_of::<PyOverflowError>(py) =>
        {
            Err(unusable(returned, expected))
        }
        Err(error) => Err(error.into()),
    }
}

/// What generate_persist_name() returned; bytes will do too.
pub(crate) fn persist_name(returned: &Bound<'_, PyAny>) -> Result<String, Error> {
    let name = match returned.cast::<PyBytes>() {
        Ok(bytes) => String::from_utf8(bytes.as_bytes().to_vec()).ok(),
        Err(_) => returned.extract::<String>().ok(),
    };
    name.ok_or_else(|| unusable(returned, PERSIST_NAME))
}

/// What came of a fetch().
pub(crate) enum FetchResult {
    /// A message, or none.
    One(Fetch),
    /// A list of messages.
    Many(Many),
}

/// A list of messages that was fetched.
pub(crate) struct Many {
    /// Those that have not been posted yet, in order.
    pub(crate) messages: std::vec::IntoIter<Fetched>,
    /// What all of them were made of.
    pub(crate) objects: Vec<Py<LogMessage>>,
    /// What was wrong with the first item that cannot be posted.
    pub(crate) misfit: Option<Error>,
}

impl Many {
    /// The host will not have what is left: it may be fetched again.
    pub(crate) fn was_not_posted(&self) {
        let posted = self.objects.len() - self.messages.len();
        for object in &self.objects[posted..] {
            object.get().was_not_posted();
        }
    }
}

/// What fetch() returned: a code, and a message with it where the code says that there is one. A code
/// that says there is none may stand alone; what stands behind such a code means nothing.
pub(crate) fn fetch(returned: &Bound<'_, PyAny>) -> Result<FetchResult, Error> {
    let wrong = || unusable(returned, FETCH);
    let tuple = returned.cast::<PyTuple>().ok();
    let (code, message) = match tuple {
        Some(tuple) if (1..=2).contains(&tuple.len()) => {
            (tuple.get_item(0)?, tuple.get_item(1).ok())
        }
        Some(_) => return Err(wrong()),
        None => (returned.clone(), None),
    };
    let code = code.extract::<i64>().map_err(|_| wrong())?;
    if code != i64::from(Fetch::SUCCESS) {
        return Fetch::without_message(code)
            .map(FetchResult::One)
            .ok_or_else(wrong);
    }
    let message = message.ok_or_else(wrong)?;
    if let Ok(list) = message.cast::<PyList>() {
        return Ok(fetched_list(list));
    }
    let message = message.cast_into::<LogMessage>().map_err(|_| wrong())?;
    fetched(&message)
        .map(|fetched| FetchResult::One(Fetch::Success(fetched)))
        .ok_or_else(|| unusable(returned, NEW))
}

/// A message that fetch() returned, for its post; `None` where it has been posted.
fn fetched(message: &Bound<'_, LogMessage>) -> Option<Fetched> {
    let (message, bookmark) = for_posting(message.py(), message.get())?;
    Some(Fetched {
        message,
        bookmark,
        more: false,
    })
}

/// The messages of a list. An item that is none keeps none of the others from being posted.
fn fetched_list(list: &Bound<'_, PyList>) -> FetchResult {
    let mut objects = Vec::with_capacity(list.len());
    let mut messages = Vec::with_capacity(list.len());
    let mut misfit = None;
    for item in list {
        let Ok(object) = item.cast::<LogMessage>() else {
            misfit.get_or_insert_with(|| unusable(&item, FETCHED));
            continue;
        };
        let Some(message) = fetched(object) else {
            misfit.get_or_insert_with(|| unusable(&item, NEW));
            continue;
        };
        objects.push(object.clone().unbind());
        messages.push(message);
    }
    FetchResult::Many(Many {
        messages: messages.into_iter(),
        objects,
        misfit,
    })
}

/// What get_headers() returned: headers, up to the first item that is none, which comes as an error.
pub(crate) fn headers(returned: &Bound<'_, PyAny>) -> Result<(Vec<CString>, Option<Error>), Error> {
    let list = returned
        .cast::<PyList>()
        .map_err(|_| unusable(returned, HEADERS))?;
    let mut headers = Vec::with_capacity(list.len());
    for item in list {
        match text(&item).transpose() {
            Some(Ok(header)) => headers.push(header),
            Some(Err(error)) => return Ok((headers, Some(error.into()))),
            None => return Ok((headers, Some(unusable(&item, HEADER)))),
        }
    }
    Ok((headers, None))
}

/// A str or bytes as a text for the host: in UTF-8, and a str made of other bytes as those bytes. `None`
/// for anything else, and for a text with a NUL in it.
///
/// # Errors
/// UnicodeEncodeError for a str that was not made of bytes.
pub(crate) fn text(value: &Bound<'_, PyAny>) -> PyResult<Option<CString>> {
    let bytes = if value.is_instance_of::<PyString>() {
        value.call_method1("encode", ("utf-8", "surrogateescape"))?
    } else {
        value.clone()
    };
    let bytes = bytes.cast::<PyBytes>().ok();
    Ok(bytes.and_then(|bytes| CString::new(bytes.as_bytes()).ok()))
}

/// What a method returned whose value nobody wants.
pub(crate) fn nothing(_returned: &Bound<'_, PyAny>) -> Result<(), Error> {
    Ok(())
}
