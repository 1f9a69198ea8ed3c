// SPDX-License-Identifier: GPL-2.0-or-later

//! Log messages. In: what the host lends to a driver. Out: values as bytes with their type.
//!
//! - [`borrowed`]: a message for the length of a call.
//! - [`owned`]: a message that is kept.
//! - [`writable`]: one that nobody else has, and that can be changed.
//! - [`parse`]: text to such a message, with the options of a source.
//! - [`name`]: names of values, looked up once.
//! - [`value`]: what a message has under a name.
//! - [`value_pairs`]: a choice of values.
//! - [`list`]: the items of a value that is a list.
//! - [`timestamp`]: a message's time.
//! - [`template`]: texts with values and macros in them.
//!
//! Macros (`DATE`, `FACILITY`, …) are values too; the host expands them when they are asked for,
//! into memory of the calling thread. So reading needs a thread that the host knows: see
//! [`thread`].

mod borrowed;
mod list;
mod name;
mod owned;
mod parse;
mod template;
mod thread;
mod timestamp;
mod value;
mod value_pairs;
mod writable;

pub use borrowed::MessageRef;
pub use list::{for_each_item, write_list};
pub use name::{Name, macro_names, value_names};
pub use owned::Message;
pub use parse::ParseOptions;
pub use template::{OnError, Template, TemplateError, TemplateOptions, TimeZone};
pub(crate) use thread::{ensure_host_state, is_host_thread, note_host_thread};
pub use timestamp::Timestamp;
pub use value::{Value, ValueType};
pub use value_pairs::ValuePairs;
pub use writable::{Moment, TooLarge, WritableMessage};
