// SPDX-License-Identifier: GPL-2.0-or-later

//! The class `LogMessage`.

use std::ffi::CString;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyDict, PyList, PyString, PyTuple, PyType};
use syslog_ng_plugin::host::PYTHON_BASE_CLASSES;
use syslog_ng_plugin::{Message, Name, ValueType, WritableMessage, macro_names};

use super::content::{Content, Lent, Own, Snapshot};
use super::parse_options::ParseOptions;
use super::value::{self, ValueMode};
use super::{name, time, write};
use crate::interpreter::{Construct, Slots, is_shared};

/// A log message: its values by name, as in ``msg["HOST"]``.
///
/// Names are str or bytes; macros such as DATE or FACILITY are names too, and can be read. Values
/// are bytes where the config's version is below 4.0, and there a name without a value reads
/// ``b""``; from 4.0 on values have types (bytes for texts), and a name without a value raises
/// KeyError. May be kept, and used on any thread.
///
/// LogMessage(message=None, bookmark=None) makes one, with a str or bytes as its MESSAGE. It can be
/// changed, and so can one that a parser gets, until parse() returns; one that syslog-ng hands to a
/// destination or a template function cannot.
#[pyclass(name = "LogMessage", module = "syslogng", frozen, subclass, mapping)]
pub(crate) struct LogMessage {
    /// Not there in an object that nobody has, and that waits to be used again.
    content: Option<Content>,
    mode: ValueMode,
    marks: Mutex<Marks>,
}

/// What a source wants to know of a message.
#[derive(Default)]
struct Marks {
    bookmark: Option<Py<PyAny>>,
    /// Whether it has been posted.
    posted: bool,
}

impl LogMessage {
    /// A message of the host's.
    pub(crate) fn new(message: Message, mode: ValueMode) -> Self {
        Self::with(Content::Shared(message), mode)
    }

    /// What an object holds that nobody has, until it is used again.
    pub(super) fn nothing() -> Self {
        LogMessage {
            content: None,
            mode: ValueMode::OF_MADE_MESSAGES,
            marks: Mutex::default(),
        }
    }

    #[inline]
    fn content(&self) -> &Content {
        match &self.content {
            Some(content) => content,
            None => Self::empty_content(),
        }
    }

    /// What an object shows that nobody has.
    #[cold]
    fn empty_content() -> &'static Content {
        static NOTHING: OnceLock<Content> = OnceLock::new();
        NOTHING.get_or_init(|| Content::own(Own::empty()))
    }

    /// A message that a parser changes, until [`take_back`](Self::take_back).
    pub(crate) fn for_parser(message: WritableMessage, mode: ValueMode) -> Self {
        Self::with(Content::lent(Lent::Writable(message)), mode)
    }

    /// A message that a template function reads, until [`seal`](Self::seal).
    pub(crate) fn for_function(message: Message, mode: ValueMode) -> Self {
        Self::with(Content::lent(Lent::ReadOnly(message)), mode)
    }

    /// A message that Python code makes.
    fn made(message: Own) -> Self {
        Self::with(Content::own(message), ValueMode::OF_MADE_MESSAGES)
    }

    fn with(content: Content, mode: ValueMode) -> Self {
        LogMessage {
            content: Some(content),
            mode,
            marks: Mutex::default(),
        }
    }

    /// Takes the message of [`for_parser`](Self::for_parser) back, after the call that it was made for;
    /// once. What user code may have kept of it can be read as it is now.
    pub(crate) fn take_back(object: &Bound<'_, Self>) -> Option<WritableMessage> {
        object.get().content().seal(object.py(), is_shared(object))
    }

    /// The call that a message of [`for_function`](Self::for_function) was made for is over. What user
    /// code may have kept of it can be read as it is now.
    pub(crate) fn seal(object: &Bound<'_, Self>) {
        // Else the object is about to go.
        if is_shared(object) {
            object.get().content().seal(object.py(), true);
        }
    }

    /// Hands the message to `read`, which runs no Python code.
    pub(crate) fn read<T>(&self, py: Python<'_>, read: impl FnOnce(&Message) -> T) -> T {
        self.content().read(py, read)
    }

    /// The message as it is now, to be read without further ado.
    pub(crate) fn snapshot(&self, py: Python<'_>) -> Snapshot<'_> {
        self.content().snapshot(py)
    }

    /// Sets MESSAGE and the bookmark, where they are given.
    fn fill(
        &self,
        message: Option<&Bound<'_, PyAny>>,
        bookmark: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        if let Some(text) = message {
            let Some(bytes) = write::bytes_of(text)? else {
                let kind = text.get_type().qualname()?;
                return Err(PyTypeError::new_err(format!(
                    "the text of a message is a str or bytes, not {kind}"
                )));
            };
            self.content().set_text(text, bytes)?;
        }
        if let Some(bookmark) = bookmark {
            self.set_bookmark(bookmark.clone().unbind());
        }
        Ok(())
    }

    /// Never held while Python code runs.
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message for a source to post, which happens once, with what set_bookmark() was given; `None`
    /// if it has been. Python's own stays as it is, whatever becomes of the posted one.
    pub(crate) fn for_posting(
        &self,
        py: Python<'_>,
    ) -> Option<(WritableMessage, Option<Py<PyAny>>)> {
        let mut marks = self.marks();
        if std::mem::replace(&mut marks.posted, true) {
            return None;
        }
        let bookmark = marks.bookmark.as_ref();
        // None is none.
        let bookmark = bookmark.filter(|bookmark| !bookmark.is_none(py));
        let bookmark = bookmark.map(|bookmark| bookmark.clone_ref(py));
        drop(marks);
        Some((self.content().for_posting(py), bookmark))
    }

    /// The host did not take it: it may be posted again.
    pub(crate) fn was_not_posted(&self) {
        self.marks().posted = false;
    }
}

impl Construct for LogMessage {
    /// A str or bytes, and perhaps a bookmark.
    fn construct(arguments: &[Bound<'_, PyAny>]) -> PyResult<Option<Self>> {
        let Some((text, bookmark)) = arguments.split_first() else {
            return Ok(None);
        };
        let Some(bytes) = write::bytes_of(text)? else {
            return Ok(None);
        };
        let own = Own::with_text(text, bytes)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let message = LogMessage::made(own);
        if let Some(bookmark) = bookmark.first() {
            message.set_bookmark(bookmark.clone().unbind());
        }
        Ok(Some(message))
    }

    fn slots() -> &'static OnceLock<Slots> {
        static SLOTS: OnceLock<Slots> = OnceLock::new();
        &SLOTS
    }
}

/// What cannot be changed of a message that is read-only.
fn value_called(key: &Bound<'_, PyAny>) -> impl FnOnce() -> String {
    move || format!("the value {key}")
}

#[pymethods]
impl LogMessage {
    /// Takes any arguments: those of a derived class are the business of its own `__init__`, which
    /// may do without this class's.
    #[new]
    #[classmethod]
    #[pyo3(signature = (*args, **kwargs))]
    fn empty(
        class: &Bound<'_, PyType>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let message = LogMessage::made(Own::empty());
        // Where the host's own class is made complete by `__new__`, derived ones may rely on it.
        if !PYTHON_BASE_CLASSES && !class.is(class.py().get_type::<LogMessage>()) {
            let argument = |index: usize, name: &str| {
                let by_name = || kwargs.and_then(|all| all.get_item(name).ok().flatten());
                args.get_item(index).ok().or_else(by_name)
            };
            let text = argument(0, "message").filter(|text| {
                text.is_instance_of::<PyString>() || text.is_instance_of::<PyBytes>()
            });
            message.fill(text.as_ref(), argument(1, "bookmark").as_ref())?;
        }
        Ok(message)
    }

    #[pyo3(signature = (message=None, bookmark=None))]
    fn __init__(
        &self,
        message: Option<&Bound<'_, PyAny>>,
        bookmark: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.fill(message, bookmark)
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let found = match name::look_up(key)? {
            Some(name) => self.content().value(py, name, self.mode)?,
            None => None,
        };
        match (found, self.mode) {
            (Some(value), _) => Ok(value),
            (None, ValueMode::Bytes) => Ok(PyBytes::new(py, b"").into_any()),
            (None, ValueMode::Typed) => Err(missing(key)),
        }
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let name = name::look_up(key)?;
        let set = |name, kind, bytes: &[u8]| {
            self.content()
                .write(key.py(), value_called(key), |message| {
                    message.set_value(name, kind, bytes)
                })?
                .map_err(|error| PyValueError::new_err(format!("the value {key}: {error}")))
        };
        // Most values are texts, of which no other code is asked.
        if let (Some(name), Ok(Some(bytes))) = (name, write::bytes_of(value)) {
            return set(name, ValueType::String, bytes);
        }
        self.content().check_writable(key.py(), value_called(key))?;
        let Some(name) = name else {
            return Err(PyValueError::new_err(
                "the name of a value cannot hold a NUL byte",
            ));
        };
        let (kind, bytes) = write::from_python(key, value, self.mode)?;
        set(name, kind, &bytes)
    }

    /// Take a value away. Macros have none of their own.
    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = key.py();
        let name = name::look_up(key)?;
        self.content().check_writable(key.py(), value_called(key))?;
        let carried = |name: Name| {
            let there = self.read(py, |message| message.value(name, |value| value.is_some()));
            there.then_some(name)
        };
        match name {
            Some(name) if name.is_macro() => Err(PyTypeError::new_err(format!(
                "the macro {key} cannot be deleted: it follows from the rest of the message"
            ))),
            _ => match (name.and_then(carried), self.mode) {
                (Some(name), _) => self.content().write(py, value_called(key), |message| {
                    message.unset_value(name);
                }),
                // It reads as an empty value.
                (None, ValueMode::Bytes) => Ok(()),
                (None, ValueMode::Typed) => Err(missing(key)),
            },
        }
    }

    /// Whether the message has a value, or a macro, of this name.
    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(name::look_up(key)?.is_some_and(|name| {
            self.read(key.py(), |message| {
                message.value(name, |value| {
                    value.is_some_and(|value| value::is_visible(value.kind))
                })
            })
        }))
    }

    /// Give the names of the message's values, and of all macros, as a list of bytes.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let keys = PyList::empty(py);
        let mut result = Ok(());
        self.read(py, |message| {
            message.for_each_name(|name, kind| {
                if result.is_ok() && value::is_visible(kind) {
                    result = keys.append(PyBytes::new(py, name));
                }
            });
        });
        result?;
        for name in macro_names() {
            keys.append(PyBytes::new(py, name))?;
        }
        Ok(keys)
    }

    /// Give a value, or ``default`` if the message has none of this name.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match name::look_up(key)? {
            Some(name) => Ok(self.content().value(key.py(), name, self.mode)?.or(default)),
            None => Ok(default),
        }
    }

    /// Give the text of a value of any type as a str, or ``default``, a str or None, if the message
    /// has none of this name.
    ///
    /// ``encoding`` and ``errors`` are those of bytes.decode(). ``repr`` is there for the sake of
    /// old code: texts are always as syslog-ng writes them.
    #[pyo3(signature = (key, default=None, encoding="utf-8", errors="strict", repr="internal"))]
    fn get_as_str<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
        encoding: &str,
        errors: &str,
        repr: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let _ = repr;
        let py = key.py();
        let bytes = name::look_up(key)?.and_then(|name| {
            self.read(py, |message| {
                message.value(name, |value| {
                    let value = value.filter(|value| value::is_visible(value.kind));
                    value.map(|value| PyBytes::new(py, value.bytes))
                })
            })
        });
        if let Some(bytes) = bytes {
            let text = if encoding == "utf-8" && errors == "strict" {
                PyString::from_bytes(py, bytes.as_bytes())?.into_any()
            } else {
                bytes.call_method1("decode", (encoding, errors))?
            };
            return Ok(Some(text));
        }
        match default {
            Some(default) if !default.is_instance_of::<PyString>() => Err(PyTypeError::new_err(
                "the default of get_as_str() is a str or None",
            )),
            default => Ok(default),
        }
    }

    /// Set facility and level, as the number that stands in angle brackets before a message.
    fn set_pri(&self, py: Python<'_>, pri: u16) -> PyResult<()> {
        let what = || "the priority".to_owned();
        self.content()
            .write(py, what, |message| message.set_priority(pri))
    }

    /// Give facility and level, as one number.
    fn get_pri(&self, py: Python<'_>) -> u16 {
        self.read(py, Message::priority)
    }

    /// Set the time that the message says of itself. A naive datetime is local time.
    fn set_timestamp(&self, timestamp: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = timestamp.py();
        let what = || "the timestamp".to_owned();
        self.content().check_writable(py, what)?;
        let Ok(timestamp) = timestamp.cast::<PyDateTime>() else {
            let kind = timestamp.get_type().qualname()?;
            let text = format!("a timestamp is a datetime, not {kind}");
            // As the hosts' own modules have it.
            return Err(if PYTHON_BASE_CLASSES {
                PyValueError::new_err(text)
            } else {
                PyTypeError::new_err(text)
            });
        };
        let time = time::Time::from_python(timestamp)?.into_timestamp(py)?;
        self.content()
            .write(py, what, |message| message.set_timestamp(time))
    }

    /// Give the time that the message says of itself, as its own clock showed it: a naive datetime.
    fn get_timestamp<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::from_timestamp(py, self.read(py, Message::timestamp))
    }

    /// Set where the message came from, which SOURCEIP and the like give.
    ///
    /// Returns False if ``ip`` is None or no address in digits, and then does nothing.
    #[pyo3(signature = (ip, port=0))]
    fn set_source_ipaddress(&self, ip: &Bound<'_, PyAny>, port: u16) -> PyResult<bool> {
        let py = ip.py();
        let what = || "the source's address".to_owned();
        self.content().check_writable(py, what)?;
        if ip.is_none() {
            return Ok(false);
        }
        let Some(text) = write::bytes_of(ip)? else {
            let kind = ip.get_type().qualname()?;
            return Err(PyTypeError::new_err(format!(
                "an address is a str, bytes or None, not {kind}"
            )));
        };
        let Ok(text) = CString::new(text) else {
            return Ok(false);
        };
        self.content()
            .write(py, what, |message| message.set_source_address(&text, port))
    }

    /// Set how many bytes came in for this message, which RAWMSG_SIZE gives.
    fn set_recvd_rawmsg_size(&self, py: Python<'_>, rawmsg_size: u32) -> PyResult<()> {
        let what = || "the size of the raw message".to_owned();
        self.content()
            .write(py, what, |message| message.set_received_size(rawmsg_size))
    }

    /// Set what a source's acknowledgement of this message will be told by.
    fn set_bookmark(&self, bookmark: Py<PyAny>) {
        let old = self.marks().bookmark.replace(bookmark);
        // Outside of the lock: it may be anything.
        drop(old);
    }

    /// Make a message of a text, as a source with these options does: its ``parse_options``.
    #[staticmethod]
    fn parse(raw_msg: &Bound<'_, PyAny>, parse_options: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Some(line) = write::bytes_of(raw_msg)? else {
            let kind = raw_msg.get_type().qualname()?;
            return Err(PyTypeError::new_err(format!(
                "a raw message is a str or bytes, not {kind}"
            )));
        };
        let Ok(options) = parse_options.cast::<ParseOptions>() else {
            let kind = parse_options.get_type().qualname()?;
            return Err(PyTypeError::new_err(format!(
                "parse_options are those of a source, self.parse_options there, not {kind}"
            )));
        };
        let options = options.get().options()?;
        // The host may have events to tell.
        let message = raw_msg
            .py()
            .detach(|| WritableMessage::parse(line, options));
        Ok(LogMessage::made(Own::new(message)))
    }
}

fn missing(key: &Bound<'_, PyAny>) -> PyErr {
    PyKeyError::new_err(format!("the message has no value called {key}"))
}
