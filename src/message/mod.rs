// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages for Python. In: the host's message. Out: a `LogMessage` with its values as Python
//! objects.
//!
//! - [`log_message`]: the class.
//! - [`name`]: keys to the host's names, through a cache.
//! - [`value`]: the host's values to Python's.
//! - [`value_pairs`]: the dict that send() gets where the config chooses values.

mod log_message;
mod name;
mod value;
mod value_pairs;

pub(crate) use log_message::LogMessage;
pub(crate) use value::ValueMode;
pub(crate) use value_pairs::Pairs;
