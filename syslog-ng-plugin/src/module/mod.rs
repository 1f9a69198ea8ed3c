// SPDX-License-Identifier: GPL-2.0-or-later

//! What the host finds in a module's file. In: plugins as Rust types. Out: the two symbols that the
//! host looks for.
//!
//! To discover plugins the host opens every module, reads `module_info` and closes the module
//! again, with no initialisation in between. So the tables are data that the compiler lays out;
//! nothing runs before `<name>_module_init`.
//!
//! - [`table`]: the tables.
//! - [`export`]: the [`module!`](macro@crate::module) macro, which writes the two symbols.

mod export;
pub(crate) mod table;

pub(crate) use export::start;
pub use export::{ModuleArguments, StartError};
