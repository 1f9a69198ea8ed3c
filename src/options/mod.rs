// SPDX-License-Identifier: GPL-2.0-or-later

//! Tokens to options: which class a driver uses and what it is given. Plain data, no Python.
//!
//! - [`grammar`]: the options that all Python drivers share, as data.
//! - [`value`]: what may stand in options().
//! - [`binding`]: what was read.

mod binding;
mod grammar;
mod value;

pub(crate) use binding::Binding;
pub(crate) use grammar::{DESTINATION, FETCHER, HTTP_HEADER, PARSER, SOURCE};
pub(crate) use value::Value;
