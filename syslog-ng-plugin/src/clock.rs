// SPDX-License-Identifier: GPL-2.0-or-later

//! The time, for who looks at it for each message.

use std::time::Duration;

/// The time since some moment in the past, which is up to some milliseconds late and costs a few
/// nanoseconds. Never goes back. Any thread.
pub fn coarse() -> Duration {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: fills the struct, which is ours; the clock is there on every Linux, and the host's other
    // systems are not supported.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut now) };
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_never_back() {
        let start = std::time::Instant::now();
        let first = coarse();
        let mut last = first;
        while last < first + Duration::from_millis(20) {
            let now = coarse();
            assert!(now >= last);
            last = now;
            assert!(start.elapsed() < Duration::from_secs(10), "it stands still");
        }
    }
}
