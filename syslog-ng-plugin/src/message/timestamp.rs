// SPDX-License-Identifier: GPL-2.0-or-later

//! A message's time.

use crate::ffi;

/// A point in time, and the offset of the clock that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "UnixTime")]
pub struct Timestamp {
    /// Since 1970, rounded down.
    pub seconds: i64,
    /// What is left, below a million.
    pub microseconds: u32,
    /// East of Greenwich, in seconds; `None` where the host does not know it.
    pub offset: Option<i32>,
}

impl Timestamp {
    pub(super) fn from_host(time: &ffi::UnixTime) -> Self {
        Timestamp {
            seconds: time.ut_sec,
            microseconds: time.ut_usec,
            // The host's word for not known (lib/timeutils/unixtime.h).
            offset: Some(ffi::compat::gmt_offset(time)).filter(|offset| *offset != -1),
        }
    }

    pub(super) fn to_host(self) -> ffi::UnixTime {
        ffi::compat::unix_time(self.seconds, self.microseconds, self.offset.unwrap_or(-1))
    }
}
