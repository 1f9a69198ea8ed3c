// SPDX-License-Identifier: GPL-2.0-or-later

//! Log messages. In: what the host lends to a driver. Out: values as bytes with their type.
//!
//! - [`borrowed`]: a message for the length of a call.
//! - [`owned`]: a message that is kept.
//! - [`name`]: names of values, looked up once.
//! - [`value`]: what a message has under a name.
//! - [`value_pairs`]: a choice of values.
//! - [`list`]: the items of a value that is a list.
//!
//! Macros (`DATE`, `FACILITY`, …) are values too; the host expands them when they are asked for,
//! into memory of the calling thread. So reading needs a thread that the host knows: see
//! [`thread`].

mod borrowed;
mod list;
mod name;
mod owned;
mod thread;
mod value;
mod value_pairs;

pub use borrowed::MessageRef;
pub use list::for_each_item;
pub use name::{Name, macro_names};
pub use owned::Message;
pub(crate) use thread::note_host_thread;
pub use value::{Value, ValueType};
pub use value_pairs::ValuePairs;
