// SPDX-License-Identifier: GPL-2.0-or-later

//! Sources that make their messages on a thread of their own: the host's `LogThreadedSourceDriver`.
//!
//! - [`source`]: the driver and its slots.
//! - [`poster`]: the way of a message into the host.
//! - [`turns`]: which thread may post, and when.
//! - [`gate`]: the phases of a source, and waiting for them to change.

mod gate;
mod poster;
mod source;
mod turns;

use std::ffi::CStr;

use super::Names;
use crate::config::{Config, Location};
use crate::options::OptionRule;

pub use poster::{PostError, Poster};
pub use source::Source;
pub(crate) use source::parse;

/// A source that makes its messages on a thread of its own.
///
/// The host makes one for each place in a config that names the plugin.
#[doc(alias = "LogThreadedSourceDriver")]
pub trait ThreadedSource: Sized + Send + Sync + 'static {
    /// The plugin's name in counters.
    const STATS_TYPE: &'static CStr;
    /// What the plugin's own options are read into.
    type Options: Default + 'static;
    /// The plugin's own options; the host's come on top.
    const OPTIONS: &'static [OptionRule<Self::Options>];

    /// Whether the options of fetchers come on top.
    #[doc(hidden)]
    const FETCHES: bool = false;

    /// Makes the driver when its options have been read. `end` is the place of the closing bracket.
    /// Main thread.
    ///
    /// # Errors
    /// A sentence refuses the config, with the place.
    fn configured(
        options: Self::Options,
        config: Config<'_>,
        end: Location,
    ) -> Result<Self, String>;

    /// Makes what the source needs to run, and says what the host knows it by. Main thread; the
    /// source's thread does not run.
    ///
    /// May be called again after [`release`](Self::release), when the host comes back to this
    /// config. `None` refuses the config; the reason has been said.
    fn prepare(&self, source: &Source<'_>) -> Option<Names>;

    /// The host's side is ready; the thread starts when all drivers of the config are. False refuses
    /// the config; the reason has been said. Main thread.
    fn start(&self, _source: &Source<'_>) -> bool {
        true
    }

    /// The thread has ended; the host's side is still there. Only called after a
    /// [`start`](Self::start) that gave true. Main thread.
    fn stop(&self) {}

    /// Lets go of all that [`prepare`](Self::prepare) made. Main thread; the source's has ended.
    fn release(&self) {}

    /// The source's thread has started.
    fn thread_started(&self) {}

    /// The source's thread is about to end.
    fn thread_stopping(&self) {}

    /// Makes messages and posts them until [`request_exit`](Self::request_exit) is called. The
    /// source's thread.
    ///
    /// A source that returns earlier stays silent until the config is read again.
    fn run(&self, poster: &Poster);

    /// Has [`run`](Self::run) return soon. Called on the main thread while `run` runs, or even
    /// before it begins; the host waits for the thread after that. A post that waits for the window
    /// returns by itself.
    fn request_exit(&self);

    /// The window has opened after it was closed: [`Poster::try_post`] may be called again. Any
    /// thread, under locks of the host (an ack tracker's), so nothing of the host is called here;
    /// perhaps after [`release`](Self::release), and at a stop without need.
    fn wakeup(&self) {}
}
