// SPDX-License-Identifier: GPL-2.0-or-later

//! Destinations whose messages are sent on threads of their own: the host's
//! `LogThreadedDestDriver`.
//!
//! Built on `worker.construct`, with one worker too. The slots in `LogThreadedDestDriver.worker`
//! that take the driver are a layer for old one-worker drivers; a worker of that layer can be
//! started only once, so a refused reload would end the daemon.

mod batch;
mod driver;
mod queues;
mod worker;

use std::ffi::CStr;

use crate::config::{Config, Location};
use crate::ffi;
use crate::message::MessageRef;
use crate::options::OptionRule;

pub use batch::Batch;
pub use driver::Destination;
pub(crate) use driver::{add_plugin, parse};

/// A destination whose messages are sent on threads of their own.
///
/// The host makes one for each place in a config that names the plugin. Methods run on the main
/// thread, none of them while a worker's thread is running.
#[doc(alias = "LogThreadedDestDriver")]
pub trait ThreadedDestination: Sized + Send + Sync + 'static {
    /// The plugin's name in counters.
    const STATS_TYPE: &'static CStr;
    /// Seconds between attempts to connect where the config does not say; `None` takes the config's
    /// global value.
    const TIME_REOPEN: Option<i64> = None;
    /// Whether the config may say how values are printed and chosen: the host's template options and
    /// value-pairs(). The driver has to use what [`Destination`] then gives.
    const FORMATS: bool = false;
    /// What the plugin's own options are read into.
    type Options: Default + 'static;
    /// The plugin's own options; the host's come on top.
    const OPTIONS: &'static [OptionRule<Self::Options>];
    /// What sends messages.
    type Worker: DestinationWorker;

    /// Makes the driver when its options have been read. `end` is the place of the closing bracket.
    ///
    /// # Errors
    /// A sentence refuses the config, with the place.
    fn configured(
        options: Self::Options,
        config: Config<'_>,
        end: Location,
    ) -> Result<Self, String>;

    /// Makes what the destination needs to run: its names, and one object for each worker.
    ///
    /// May be called again after [`release`](Self::release), when the host comes back to this
    /// config. `None` refuses the config; the reason has been said.
    fn prepare(&self, destination: &Destination<'_>) -> Option<Prepared<Self::Worker>>;

    /// The host's side is ready. False refuses the config; the reason has been said.
    fn start(&self, _destination: &Destination<'_>) -> bool {
        true
    }

    /// The worker threads have ended; the host's side is still there. Only called after a
    /// [`start`](Self::start) that gave true.
    fn stop(&self) {}

    /// Lets go of all that [`prepare`](Self::prepare) made. The workers have been dropped before,
    /// if they were made.
    fn release(&self) {}
}

/// What a destination needs to run.
pub struct Prepared<W> {
    /// What the host knows the destination by.
    pub names: Names,
    /// One for each worker thread: as many as [`Destination::workers`] says.
    pub workers: Vec<W>,
    /// Whether the workers are better off with batches: without batch-lines() in the config, a batch is
    /// then full at 100 messages. It is too where the config has batch-bytes().
    pub batches: bool,
}

/// What the host knows a destination by. Made once for each init(), because the host asks for them
/// under its locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Under this the host keeps queues and other state across restarts. No two drivers of a config
    /// may share it.
    pub persist: String,
    /// Under this the counters go where the host has no labels for them.
    pub stats_instance: String,
    /// These are on the counters where the host has labels.
    pub stats_labels: Vec<(&'static str, String)>,
}

/// What sends messages, on a thread of its own.
///
/// All methods run on that thread; the host calls one at a time.
#[doc(alias = "LogThreadedDestWorker")]
pub trait DestinationWorker: Send + Sync + 'static {
    /// The thread has started.
    fn thread_started(&self) {}
    /// The thread is about to end.
    fn thread_stopping(&self) {}
    /// Connects to the target. False makes the host try again after time-reopen().
    fn connect(&self) -> bool {
        true
    }
    /// Lets go of the connection: after an error, and at the end.
    fn disconnect(&self) {}
    /// Sends a message, or adds it to the batch. `sequence_number` is the driver's own count, which the
    /// host makes for messages of this machine; 0 for others.
    fn insert(&self, message: MessageRef<'_>, sequence_number: i32) -> Insert;
    /// How many bytes have been written to the target since this was last asked, for the host's counter
    /// of them. Asked after each [`insert`](Self::insert) and [`flush`](Self::flush).
    fn written_bytes(&self) -> usize {
        0
    }
    /// Whether the batch is to be flushed now, though the host does not think it full. Asked after an
    /// [`insert`](Self::insert) that gave `Queued`.
    fn is_full(&self) -> bool {
        false
    }
    /// Sends the batch: its messages are those for which [`insert`](Self::insert) gave `Queued` since
    /// the last call. Also called when there are none.
    ///
    /// Whatever of `batch` is not settled in here gets the result; where all of it is, the result does
    /// not matter.
    fn flush(&self, _mode: FlushMode, _batch: &mut Batch<'_>) -> Insert {
        Insert::Success
    }
}

/// What became of a message, or of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "LogThreadedResult")]
pub enum Insert {
    /// It cannot be sent: it is dropped and counted, and the connection closed.
    #[doc(alias = "LTR_DROP")]
    Drop,
    /// It was not sent: it comes again after time-reopen(), and is dropped after retries()
    /// attempts.
    #[doc(alias = "LTR_ERROR")]
    Error,
    /// It is delivered.
    #[doc(alias = "LTR_SUCCESS")]
    Success,
    /// It is part of the batch; what flush() gives decides.
    #[doc(alias = "LTR_QUEUED")]
    Queued,
    /// The connection is gone: it comes again after time-reopen(), as often as it takes.
    #[doc(alias = "LTR_NOT_CONNECTED")]
    NotConnected,
    /// It comes again at once; after three attempts as with `NotConnected`.
    #[doc(alias = "LTR_RETRY")]
    Retry,
}

impl Insert {
    /// All of them, with the host's names for them.
    pub const ALL: [(&'static str, Insert); 6] = [
        ("DROP", Insert::Drop),
        ("ERROR", Insert::Error),
        ("SUCCESS", Insert::Success),
        ("QUEUED", Insert::Queued),
        ("NOT_CONNECTED", Insert::NotConnected),
        ("RETRY", Insert::Retry),
    ];
    /// The number after the last of the host's results.
    #[doc(alias = "LTR_MAX")]
    pub const MAX: u32 = ffi::LTR_MAX;

    /// The host's number for it.
    pub const fn number(self) -> u32 {
        match self {
            Insert::Drop => ffi::LTR_DROP,
            Insert::Error => ffi::LTR_ERROR,
            Insert::Success => ffi::LTR_SUCCESS,
            Insert::Queued => ffi::LTR_QUEUED,
            Insert::NotConnected => ffi::LTR_NOT_CONNECTED,
            Insert::Retry => ffi::LTR_RETRY,
        }
    }

    /// What the host's number stands for. `None` also for the one by which a worker of the host
    /// says that it settles messages itself: coming from anywhere else it would leave them
    /// unsettled for ever.
    pub fn from_number(number: i64) -> Option<Insert> {
        Self::ALL
            .into_iter()
            .map(|(_, result)| result)
            .find(|result| i64::from(result.number()) == number)
    }
}

/// Why a batch is flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "LogThreadedFlushMode")]
pub enum FlushMode {
    /// The batch is full, or its time is over, or the daemon stops.
    #[doc(alias = "LTF_FLUSH_NORMAL")]
    Normal,
    /// The config is reloaded; unsent messages stay in the queue.
    #[doc(alias = "LTF_FLUSH_EXPEDITE")]
    Expedite,
}
