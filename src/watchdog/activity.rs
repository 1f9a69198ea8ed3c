// SPDX-License-Identifier: GPL-2.0-or-later

//! Which threads do something: they use a processor. Others are blocked in code that is not Python's, where
//! an exception does not get at them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::interpreter::HostThread;

/// What a thread may use while it does nothing, for a signal say.
const NOTHING: Duration = Duration::from_micros(10);

/// What has been seen of threads, by their ids.
#[derive(Default)]
pub(super) struct Activity(HashMap<u64, Seen>);

struct Seen {
    used: Duration,
    active: Option<Instant>,
}

impl Activity {
    /// Looks at them. Needs no GIL.
    pub(super) fn sample(&mut self, threads: &[Arc<HostThread>]) {
        for thread in threads {
            if let Some(used) = thread.processor_time() {
                self.note(thread.id(), used, Instant::now());
            }
        }
    }

    fn note(&mut self, id: u64, used: Duration, now: Instant) {
        let seen = self.0.entry(id).or_insert(Seen { used, active: None });
        if used > seen.used + NOTHING {
            seen.active = Some(now);
        }
        seen.used = used;
    }

    /// The ids of those that have done something not long ago.
    pub(super) fn busy(&self, memory: Duration) -> Vec<u64> {
        let is_recent = |seen: &Seen| seen.active.is_some_and(|when| when.elapsed() <= memory);
        let busy = self.0.iter().filter(|(_, seen)| is_recent(seen));
        busy.map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_uses_a_processor_is_busy_until_that_is_long_ago() {
        let mut activity = Activity::default();
        let now = Instant::now();
        let used = Duration::from_millis;
        for (id, before, after) in [(1, 5, 5), (2, 5, 6)] {
            activity.note(id, used(before), now);
            activity.note(id, used(after), now);
        }
        assert_eq!(activity.busy(Duration::from_secs(60)), [2]);
        assert!(activity.busy(Duration::ZERO).is_empty());
    }
}
