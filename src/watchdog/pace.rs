// SPDX-License-Identifier: GPL-2.0-or-later

//! When the watchdog looks.

use std::time::{Duration, Instant};

/// For how long the watchdog waits for the GIL to be free, and the end of the process for the watchdog.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// How often it looks for a signal, while code of a configuration runs on the main thread.
pub(super) const LOOKED_FOR_EVERY: Duration = Duration::from_millis(500);

/// How often it looks which threads do something, in the time before it looks at stacks first.
const SAMPLES: u32 = 10;

/// When it looks first, and how often from then on.
pub(super) struct Pace {
    first: Duration,
    then: Duration,
}

impl Pace {
    pub(super) fn new() -> Self {
        #[cfg(feature = "panic-injection")]
        if let Some(pace) = asked_for() {
            return pace;
        }
        Pace {
            first: Duration::from_secs(5),
            then: Duration::from_secs(30),
        }
    }

    /// When it looks at what has gone on since then.
    pub(super) fn rounds(&self, since: Instant) -> impl Iterator<Item = Instant> {
        let mut next = since + self.first;
        let then = self.then;
        std::iter::repeat_with(move || {
            let due = next;
            next += then;
            due
        })
    }

    /// When it looks at threads next.
    pub(super) fn next_sample(&self) -> Instant {
        Instant::now() + self.first / SAMPLES
    }

    /// For how long a thread counts as busy that has done something: longer than code that sleeps for a
    /// second at a time does nothing, and than a thread waits for a processor where many do.
    pub(super) fn memory(&self) -> Duration {
        (self.first * 3 / 10).max(Duration::from_secs(1))
    }
}

/// Shorter times for tests, in milliseconds. Not in a release build.
#[cfg(feature = "panic-injection")]
fn asked_for() -> Option<Pace> {
    let text = std::env::var("SYSLOG_NG_PYTHON_WATCHDOG").ok()?;
    let (first, then) = text.split_once(',')?;
    let time = |text: &str| Some(Duration::from_millis(text.parse().ok()?));
    Some(Pace {
        first: time(first)?,
        then: time(then)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_after_five_seconds_and_then_every_thirty() {
        let start = Instant::now();
        let after: Vec<_> = Pace::new()
            .rounds(start)
            .take(3)
            .map(|due| (due - start).as_secs())
            .collect();
        assert_eq!(after, [5, 35, 65]);
    }
}
