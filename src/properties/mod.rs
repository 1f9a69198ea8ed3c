// SPDX-License-Identifier: GPL-2.0-or-later

//! What holds for all values, tried with generated ones: what methods return, and what Persist keeps.
//! `PROPTEST_CASES` says how many, 256 by default.
//!
//! - [`value`]: Python values, as expressions.
//! - [`results`]: what each method returned.
//!
//! Those for which a daemon is needed are in `tests/properties.rs`.

mod results;
mod value;

pub(crate) use value::{Kind, Shape, any_value, evaluate, with_python};
