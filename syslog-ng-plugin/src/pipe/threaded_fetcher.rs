// SPDX-License-Identifier: GPL-2.0-or-later

//! Sources that are asked for one message after the other.
//!
//! The host has a class for this, `LogThreadedFetcherDriver`, whose loop posts what was fetched
//! without a look at the window, polls its events after each message and takes its time from the
//! global time-reopen(). So this is a loop of our own on a threaded source; what each result leads to
//! is the host's.

use std::ffi::CStr;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::{Names, PostError, Poster, Source, ThreadedSource};
use crate::ack::Bookmark;
use crate::config::{Config, Location};
use crate::ffi;
use crate::log::{self, Level};
use crate::message::WritableMessage;
use crate::options::OptionRule;

/// Seconds between attempts to connect, where neither the config nor the fetcher says.
const TIME_REOPEN: u64 = 1;

/// A source that is asked for one message after the other, on a thread of its own.
///
/// The host makes one for each place in a config that names the plugin. The options time-reopen() and
/// fetch-no-data-delay() come with it.
#[doc(alias = "LogThreadedFetcherDriver")]
pub trait ThreadedFetcher: Sized + Send + Sync + 'static {
    /// The plugin's name in counters.
    const STATS_TYPE: &'static CStr;
    /// What the plugin's own options are read into.
    type Options: Default + 'static;
    /// The plugin's own options; the host's come on top.
    const OPTIONS: &'static [OptionRule<Self::Options>];

    /// As [`ThreadedSource::configured`].
    ///
    /// # Errors
    /// A sentence refuses the config, with the place.
    fn configured(
        options: Self::Options,
        config: Config<'_>,
        end: Location,
    ) -> Result<Self, String>;

    /// As [`ThreadedSource::prepare`].
    fn prepare(&self, source: &Source<'_>) -> Option<Names>;

    /// The host's side is ready. Main thread.
    fn start(&self, _source: &Source<'_>) {}

    /// As [`ThreadedSource::stop`].
    fn stop(&self) {}

    /// As [`ThreadedSource::release`].
    fn release(&self) {}

    /// As [`ThreadedSource::thread_started`].
    fn thread_started(&self) {}

    /// As [`ThreadedSource::thread_stopping`].
    fn thread_stopping(&self) {}

    /// Connects to where messages come from. False makes it be called again after time-reopen(). The
    /// fetcher's thread.
    fn connect(&self) -> bool {
        true
    }

    /// Lets go of the connection: after an error, and at the end, also when there is none. The
    /// fetcher's thread.
    fn disconnect(&self) {}

    /// Gives the next message. Only called while the host takes messages; what it gives is in the host
    /// before it is called again. The fetcher's thread.
    fn fetch(&self, poster: &Poster) -> Fetch;

    /// A message that was fetched cannot be posted: it was before, or has a bookmark without a tracker.
    /// What follows is as after
    /// [`Fetch::Error`]. The fetcher's thread.
    fn refused(&self, error: PostError);

    /// Has [`fetch`](Self::fetch) and [`connect`](Self::connect) return soon. Called on the main
    /// thread while one of them may run; waits need nothing.
    fn request_exit(&self) {}
}

/// What came of asking for a message.
#[doc(alias = "LogThreadedFetchResult")]
pub enum Fetch {
    /// Something failed: disconnects, and connects again after time-reopen().
    #[doc(alias = "THREADED_FETCH_ERROR")]
    Error,
    /// The connection is gone: connects again after time-reopen().
    #[doc(alias = "THREADED_FETCH_NOT_CONNECTED")]
    NotConnected,
    /// Here is one.
    #[doc(alias = "THREADED_FETCH_SUCCESS")]
    Success(Fetched),
    /// Nothing yet: to be asked again at once.
    #[doc(alias = "THREADED_FETCH_TRY_AGAIN")]
    TryAgain,
    /// Nothing at the moment: to be asked again after fetch-no-data-delay().
    #[doc(alias = "THREADED_FETCH_NO_DATA")]
    NoData,
}

impl Fetch {
    /// The names and numbers that the host has for the results.
    pub const NUMBERS: [(&'static str, u32); 5] = [
        ("ERROR", ffi::THREADED_FETCH_ERROR),
        ("NOT_CONNECTED", ffi::THREADED_FETCH_NOT_CONNECTED),
        ("SUCCESS", ffi::THREADED_FETCH_SUCCESS),
        ("TRY_AGAIN", ffi::THREADED_FETCH_TRY_AGAIN),
        ("NO_DATA", ffi::THREADED_FETCH_NO_DATA),
    ];
    /// The number of [`Fetch::Success`].
    pub const SUCCESS: u32 = ffi::THREADED_FETCH_SUCCESS;

    /// What the host's number stands for; `None` for that of a success, which has a message, and for
    /// numbers that mean nothing.
    pub fn without_message(number: i64) -> Option<Fetch> {
        match u32::try_from(number).ok()? {
            ffi::THREADED_FETCH_ERROR => Some(Fetch::Error),
            ffi::THREADED_FETCH_NOT_CONNECTED => Some(Fetch::NotConnected),
            ffi::THREADED_FETCH_TRY_AGAIN => Some(Fetch::TryAgain),
            ffi::THREADED_FETCH_NO_DATA => Some(Fetch::NoData),
            _ => None,
        }
    }
}

/// As long as anybody waits, in seconds: more than a century.
const LONGEST: f64 = 4e9;

/// A message that was fetched.
pub struct Fetched {
    /// The message.
    pub message: WritableMessage,
    /// What comes back when it is delivered.
    pub bookmark: Option<Bookmark>,
    /// Whether the next one is there already, so that [`fetch`](ThreadedFetcher::fetch) gives it without
    /// waiting: messages may then go on together.
    pub more: bool,
}

/// Makes a threaded source of a fetcher.
pub(crate) struct Fetching<F> {
    fetcher: F,
    timing: OnceLock<Timing>,
    id: Mutex<String>,
    /// Whether it has been told to end.
    ending: Mutex<bool>,
    end: Condvar,
}

#[derive(Clone, Copy)]
struct Timing {
    reopen: Duration,
    no_data: Duration,
}

impl<F: ThreadedFetcher> ThreadedSource for Fetching<F> {
    const STATS_TYPE: &'static CStr = F::STATS_TYPE;
    type Options = F::Options;
    const OPTIONS: &'static [OptionRule<F::Options>] = F::OPTIONS;
    const FETCHES: bool = true;

    fn configured(options: F::Options, config: Config<'_>, end: Location) -> Result<Self, String> {
        Ok(Fetching {
            fetcher: F::configured(options, config, end)?,
            timing: OnceLock::new(),
            id: Mutex::default(),
            ending: Mutex::default(),
            end: Condvar::new(),
        })
    }

    fn prepare(&self, source: &Source<'_>) -> Option<Names> {
        *self.ending() = false;
        *self.id() = source.id().into_owned();
        let settings = source.fetcher_settings();
        let reopen = settings
            .time_reopen
            .and_then(|seconds| u64::try_from(seconds).ok());
        let reopen = Duration::from_secs(reopen.unwrap_or(TIME_REOPEN));
        let no_data = settings.no_data_delay.map_or(reopen, |seconds| {
            Duration::from_secs_f64(seconds.min(LONGEST))
        });
        // The same each time: they are the config's.
        let _ = self.timing.set(Timing { reopen, no_data });
        self.fetcher.prepare(source)
    }

    fn start(&self, source: &Source<'_>) -> bool {
        self.fetcher.start(source);
        true
    }

    fn stop(&self) {
        self.fetcher.stop();
    }

    fn release(&self) {
        self.fetcher.release();
    }

    fn thread_started(&self) {
        self.fetcher.thread_started();
    }

    fn thread_stopping(&self) {
        self.fetcher.thread_stopping();
    }

    fn run(&self, poster: &Poster) {
        let timing = *self.timing.get_or_init(|| Timing {
            reopen: Duration::from_secs(TIME_REOPEN),
            no_data: Duration::from_secs(TIME_REOPEN),
        });
        self.fetch_all(poster, timing);
        self.fetcher.disconnect();
    }

    fn request_exit(&self) {
        *self.ending() = true;
        self.end.notify_all();
        self.fetcher.request_exit();
    }
}

impl<F: ThreadedFetcher> Fetching<F> {
    fn ending(&self) -> MutexGuard<'_, bool> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn id(&self) -> MutexGuard<'_, String> {
        self.id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, level: Level, text: &str) {
        let id = self.id().clone();
        log::event(level, text, &[("driver", &id)]);
    }

    /// Waits, and gives whether there is more to do.
    fn wait(&self, time: Duration) -> bool {
        let waited = self
            .end
            .wait_timeout_while(self.ending(), time, |ending| !*ending);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Connects, as often as it takes. False when there is no more to do.
    fn connect(&self, timing: Timing) -> bool {
        while !self.fetcher.connect() {
            self.say(Level::Debug, "Error establishing connection");
            if !self.wait(timing.reopen) {
                return false;
            }
        }
        true
    }

    fn fetch_all(&self, poster: &Poster, timing: Timing) {
        if !self.connect(timing) {
            return;
        }
        // A post waits for the window; when it is closed all the same, the source is being stopped,
        // and what would be fetched now could not be posted any more.
        while !*self.ending() && poster.is_open() {
            let result = match self.fetcher.fetch(poster) {
                Fetch::Success(fetched) => {
                    let Fetched {
                        message,
                        bookmark,
                        more,
                    } = fetched;
                    match poster.post_one_of_many(message, bookmark, more) {
                        Ok(()) => continue,
                        Err(error) => {
                            self.fetcher.refused(error);
                            Fetch::Error
                        }
                    }
                }
                other => other,
            };
            let go_on = match result {
                Fetch::Success(_) | Fetch::TryAgain => true,
                Fetch::NoData => self.wait(timing.no_data),
                Fetch::Error => {
                    self.say(Level::Error, "Error during fetching messages");
                    self.fetcher.disconnect();
                    self.wait(timing.reopen) && self.connect(timing)
                }
                Fetch::NotConnected => {
                    let text = "Fetcher disconnected while receiving messages, reconnecting";
                    self.say(Level::Info, text);
                    self.wait(timing.reopen) && self.connect(timing)
                }
            };
            if !go_on {
                break;
            }
        }
    }
}
