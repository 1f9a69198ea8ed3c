// SPDX-License-Identifier: GPL-2.0-or-later

//! The message that is behind a `LogMessage`: one that others have too, one of Python's own, or one that
//! the host lends for the length of a call.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyString};
use syslog_ng_plugin::{Message, Moment, Name, TooLarge, Value, ValueType, WritableMessage};

use super::value::{self, ValueMode};
use super::write;

/// The message that is behind a `LogMessage`.
pub(super) enum Content {
    /// The host's: others have it too.
    Shared(Message),
    /// Python code made it. The lock is held for single calls of the SDK, in which no Python code
    /// can run: several threads may have the object, and with the GIL off also at once.
    Own(Mutex<Own>),
    /// The host's, which it goes on with after a call. Locked as `Own` is.
    Lent(Mutex<Lent>),
}

/// A message that Python code made.
pub(super) struct Own {
    /// Not there once a source has handed it to the host, which changes it. Who looks at it after that,
    /// which hardly anybody does, has it made anew.
    message: Option<WritableMessage>,
    origin: Origin,
    /// When the message was made that is not there any more.
    moment: Option<Moment>,
}

/// What a message was made of.
enum Origin {
    /// A str or bytes as its text, or nothing; nothing else was set.
    Text(Option<Py<PyAny>>),
    /// More than that.
    Changes,
}

impl Own {
    /// A message of Python's, and whatever there is in it.
    pub(super) fn new(message: WritableMessage) -> Self {
        Self::with(message, Origin::Changes)
    }

    /// A message with nothing in it.
    pub(super) fn empty() -> Self {
        Self::with(WritableMessage::new(), Origin::Text(None))
    }

    /// A message with nothing but a text, whose bytes these are.
    ///
    /// # Errors
    /// It is too large.
    pub(super) fn with_text(text: &Bound<'_, PyAny>, bytes: &[u8]) -> Result<Self, TooLarge> {
        let message = WritableMessage::with_text(bytes)?;
        Ok(Self::with(message, Origin::of(text)))
    }

    fn with(message: WritableMessage, origin: Origin) -> Self {
        Own {
            message: Some(message),
            origin,
            moment: None,
        }
    }

    /// The message, to be read.
    fn message(&mut self, py: Python<'_>) -> &mut WritableMessage {
        let (origin, moment) = (&self.origin, &self.moment);
        self.message
            .get_or_insert_with(|| origin.make(py, moment.as_ref()))
    }

    /// The message, to be changed.
    fn changed(&mut self, py: Python<'_>) -> &mut WritableMessage {
        self.message(py);
        self.origin = Origin::Changes;
        self.message(py)
    }

    /// Sets MESSAGE, to the bytes of `text`.
    fn set_text(&mut self, text: &Bound<'_, PyAny>, bytes: &[u8]) -> Result<(), TooLarge> {
        let plain = matches!(self.origin, Origin::Text(_));
        let message = self.changed(text.py());
        message.set_value(Name::MESSAGE, ValueType::String, bytes)?;
        if plain {
            self.origin = Origin::of(text);
        }
        Ok(())
    }

    /// The message for a source; what there is here reads as it is now, whatever becomes of that one.
    fn for_posting(&mut self, py: Python<'_>) -> WritableMessage {
        if let Origin::Changes = self.origin {
            return self.message(py).share().copy();
        }
        match self.message.take() {
            Some(message) => {
                self.moment = Some(message.moment());
                message
            }
            None => self.origin.make(py, self.moment.as_ref()),
        }
    }
}

impl Origin {
    /// Text that stays as it is.
    fn of(text: &Bound<'_, PyAny>) -> Self {
        if text.is_exact_instance_of::<PyBytes>() || text.is_exact_instance_of::<PyString>() {
            Origin::Text(Some(text.clone().unbind()))
        } else {
            Origin::Changes
        }
    }

    /// Makes the message that there was.
    fn make(&self, py: Python<'_>, moment: Option<&Moment>) -> WritableMessage {
        let mut message = WritableMessage::new();
        if let Origin::Text(Some(text)) = self {
            if let Ok(Some(bytes)) = write::bytes_of(text.bind(py)) {
                // It has been in a message, so it fits into one.
                let _ = message.set_value(Name::MESSAGE, ValueType::String, bytes);
            }
        }
        if let Some(moment) = moment {
            message.set_moment(moment);
        }
        message
    }
}

/// A message that the host lends for the length of a call.
pub(super) enum Lent {
    /// It can be changed until the call is over: a parser's.
    Writable(WritableMessage),
    /// It can be read: a template function's. The host may change it once the call is over.
    ReadOnly(Message),
    /// The call is over. Nobody changes this one.
    Sealed(Message),
}

impl Lent {
    fn read(&self) -> &Message {
        match self {
            Lent::Writable(message) => message.read(),
            Lent::ReadOnly(message) | Lent::Sealed(message) => message,
        }
    }

    /// The message as it is now, for others to keep.
    fn share(&mut self) -> Message {
        match self {
            Lent::Writable(message) => message.share(),
            // Where it cannot be copied, what there is is the message itself.
            Lent::ReadOnly(message) => message.detached().unwrap_or_else(|| message.clone()),
            Lent::Sealed(message) => message.clone(),
        }
    }
}

/// A value on its way out of a message of Python's own.
enum Found<'py> {
    /// Bytes, which are made without any other code.
    Ready(Bound<'py, PyAny>),
    /// Making a list or a time may collect garbage, and so run anything.
    Copied(ValueType, Vec<u8>),
}

/// A message as it was at some moment.
pub(crate) enum Snapshot<'c> {
    /// One that nobody changes.
    Lent(&'c Message),
    /// One of Python's own, which has been copied if it was changed since.
    Kept(Message),
}

impl Deref for Snapshot<'_> {
    type Target = Message;

    fn deref(&self) -> &Message {
        match self {
            Snapshot::Lent(message) => message,
            Snapshot::Kept(message) => message,
        }
    }
}

impl Content {
    pub(super) fn own(message: Own) -> Self {
        Content::Own(Mutex::new(message))
    }

    pub(super) fn lent(message: Lent) -> Self {
        Content::Lent(Mutex::new(message))
    }

    /// The call that a message was lent for is over; gives the message that was changed back. Where
    /// somebody has `kept` the object, what it shows stays as it is now.
    pub(super) fn seal(&self, py: Python<'_>, kept: bool) -> Option<WritableMessage> {
        let Content::Lent(lent) = self else {
            return None;
        };
        let mut lent = lent
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner);
        let sealed = if kept {
            lent.share()
        } else {
            lent.read().clone()
        };
        match std::mem::replace(&mut *lent, Lent::Sealed(sealed)) {
            Lent::Writable(message) => Some(message),
            Lent::ReadOnly(_) | Lent::Sealed(_) => None,
        }
    }

    /// Hands the message to `read`, which runs no Python code: that could come back for the lock.
    pub(super) fn read<T>(&self, py: Python<'_>, read: impl FnOnce(&Message) -> T) -> T {
        match self {
            Content::Shared(message) => read(message),
            Content::Own(message) => {
                let message = message.lock_py_attached(py);
                let mut message = message.unwrap_or_else(PoisonError::into_inner);
                read(message.message(py).read())
            }
            Content::Lent(message) => {
                let message = message.lock_py_attached(py);
                read(message.unwrap_or_else(PoisonError::into_inner).read())
            }
        }
    }

    /// The value called `name` as a Python object, if there is one that Python sees.
    pub(super) fn value<'py>(
        &self,
        py: Python<'py>,
        name: Name,
        mode: ValueMode,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let visible = |value: &Value<'_>| value::is_visible(value.kind);
        if let Content::Shared(message) = self {
            return message.value(name, |value| {
                let value = value.filter(visible);
                value
                    .map(|value| value::to_python(py, value, mode))
                    .transpose()
            });
        }
        let found = self.read(py, |message| {
            message.value(name, |value| {
                value.filter(visible).map(|value| {
                    if value::is_plain(value.kind, mode) {
                        Found::Ready(PyBytes::new(py, value.bytes).into_any())
                    } else {
                        Found::Copied(value.kind, value.bytes.into())
                    }
                })
            })
        });
        match found {
            None => Ok(None),
            Some(Found::Ready(value)) => Ok(Some(value)),
            Some(Found::Copied(kind, bytes)) => {
                let bytes = &bytes;
                value::to_python(py, Value { bytes, kind }, mode).map(Some)
            }
        }
    }

    /// The message as it is now, to be read without a lock.
    pub(super) fn snapshot(&self, py: Python<'_>) -> Snapshot<'_> {
        match self {
            Content::Shared(message) => Snapshot::Lent(message),
            Content::Own(message) => {
                let message = message.lock_py_attached(py);
                let mut message = message.unwrap_or_else(PoisonError::into_inner);
                Snapshot::Kept(message.message(py).share())
            }
            Content::Lent(message) => {
                let message = message.lock_py_attached(py);
                Snapshot::Kept(message.unwrap_or_else(PoisonError::into_inner).share())
            }
        }
    }

    /// The message for a source to post. What the object shows stays as it is now.
    pub(super) fn for_posting(&self, py: Python<'_>) -> WritableMessage {
        if let Content::Own(message) = self {
            let message = message.lock_py_attached(py);
            return message
                .unwrap_or_else(PoisonError::into_inner)
                .for_posting(py);
        }
        self.snapshot(py).copy()
    }

    /// Sets MESSAGE to the bytes of `text`, under the terms of [`write`](Self::write).
    ///
    /// # Errors
    /// Those of [`check_writable`](Self::check_writable), and ValueError if it is too large.
    pub(super) fn set_text(&self, text: &Bound<'_, PyAny>, bytes: &[u8]) -> PyResult<()> {
        let py = text.py();
        let set = if let Content::Own(message) = self {
            let message = message.lock_py_attached(py);
            let mut message = message.unwrap_or_else(PoisonError::into_inner);
            message.set_text(text, bytes)
        } else {
            let what = || "the text of this message".to_owned();
            self.write(py, what, |message| {
                message.set_value(Name::MESSAGE, ValueType::String, bytes)
            })?
        };
        set.map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// # Errors
    /// TypeError if the message is not to be changed; `what` was to be.
    pub(super) fn check_writable(
        &self,
        py: Python<'_>,
        what: impl FnOnce() -> String,
    ) -> PyResult<()> {
        match self {
            Content::Own(_) => Ok(()),
            Content::Shared(_) | Content::Lent(_) => self.write(py, what, |_| ()),
        }
    }

    /// Hands the message to `write`, under the same terms as [`read`](Self::read).
    ///
    /// # Errors
    /// See [`check_writable`](Self::check_writable).
    pub(super) fn write<T>(
        &self,
        py: Python<'_>,
        what: impl FnOnce() -> String,
        write: impl FnOnce(&mut WritableMessage) -> T,
    ) -> PyResult<T> {
        match self {
            Content::Own(message) => {
                let message = message.lock_py_attached(py);
                let mut message = message.unwrap_or_else(PoisonError::into_inner);
                return Ok(write(message.changed(py)));
            }
            Content::Lent(message) => {
                let message = message.lock_py_attached(py);
                let mut message = message.unwrap_or_else(PoisonError::into_inner);
                if let Lent::Writable(message) = &mut *message {
                    return Ok(write(message));
                }
            }
            Content::Shared(_) => {}
        }
        Err(PyTypeError::new_err(format!(
            "{} cannot be changed: a message is read-only in destinations and template functions, and \
             when a parser's parse() has returned, because others see it too",
            what()
        )))
    }
}
