// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages for Python. In: the host's message. Out: a `LogMessage` with its values as Python
//! objects.
//!
//! - [`log_message`]: the class.
//! - [`spare`]: its objects, used again.
//! - [`content`]: the message behind it, which others have too, or which can be changed, for ever or for
//!   the length of a call.
//! - [`batch`]: messages for send_batch().
//! - [`name`]: keys to the host's names, through a cache.
//! - [`value`]: the host's values to Python's.
//! - [`value_pairs`]: the dict that send() gets where the config chooses values.
//! - [`mod@write`]: Python's values to the host's.
//! - [`time`]: points in time, both ways.
//! - [`parse_options`]: how a source makes messages of text.

mod batch;
mod content;
mod log_message;
mod name;
mod parse_options;
mod spare;
mod time;
mod value;
mod value_pairs;
mod write;

pub(crate) use batch::LogBatch;
pub(crate) use log_message::LogMessage;
pub(crate) use parse_options::ParseOptions;
pub(crate) use spare::Spare;
pub(crate) use value::ValueMode;
pub(crate) use value_pairs::Pairs;
pub(crate) use write::{bytes_of, from_python};
