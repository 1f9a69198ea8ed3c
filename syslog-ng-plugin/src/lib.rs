// SPDX-License-Identifier: GPL-2.0-or-later

#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod ack;
pub mod clock;
mod config;
pub mod debugger;
mod ffi;
pub mod host;
pub mod locks;
pub mod log;
mod message;
mod module;
mod options;
pub mod persist;
mod pipe;
#[doc(hidden)]
pub mod private;
mod stats;
pub mod testing;
mod text;
pub mod transition;

pub use ack::{AckTracker, Acknowledge, Bookmark};
pub use config::{Config, ConfigState, Lexer, Location, ParseError, Token, TokenKind, same_name};
pub use message::{
    Message, MessageRef, Moment, Name, OnError, ParseOptions, Template, TemplateError,
    TemplateOptions, TimeZone, Timestamp, TooLarge, Value, ValuePairs, ValueType, WritableMessage,
    for_each_item, macro_names, value_names, write_list,
};
pub use module::{ModuleArguments, StartError};
pub use options::{Argument, OptionRule};
pub use pipe::{
    Around, Batch, BlockError, BlockGenerator, Destination, DestinationWorker, Fetch, Fetched,
    FlushMode, FunctionResult, GeneratorError, HttpHeaders, HttpRequest, InnerDestination, Insert,
    MessageParser, Names, ParserPlace, PostError, Poster, Prepared, RootBlock, Source,
    TemplateFunction, ThreadedDestination, ThreadedFetcher, ThreadedSource,
    register_block_generator,
};
pub use stats::Counter;
