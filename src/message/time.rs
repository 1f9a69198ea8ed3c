// SPDX-License-Identifier: GPL-2.0-or-later

//! Points in time: the host's to datetime, and back.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{
    PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyTimeAccess, PyTzInfo,
};
use syslog_ng_plugin::Timestamp;

/// Midnights are this far apart.
const DAY: i64 = 86_400;

/// A point in time as a value holds it: `1700000000.123456+01:00`, fraction and offset optional.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) seconds: i64,
    pub(super) microseconds: u32,
    /// East of Greenwich, in seconds.
    pub(super) offset: Option<i32>,
}

impl Time {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = super::value::text(bytes)?;
        let sign = usize::from(text.starts_with(['+', '-']));
        let end = |text: &str| {
            text.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len())
        };
        let (seconds, mut rest) = text.split_at(sign + end(&text[sign..]));
        let mut microseconds = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let (digits, behind) = fraction.split_at(end(fraction));
            if digits.is_empty() || digits.len() > 9 {
                return None;
            }
            let nanoseconds: u32 = format!("{digits:0<9}").parse().ok()?;
            microseconds = nanoseconds / 1000;
            rest = behind;
        }
        Some(Time {
            seconds: seconds.parse().ok()?,
            microseconds,
            offset: match rest {
                "" => None,
                zone => Some(offset(zone)?),
            },
        })
    }

    /// As a value: with milliseconds, as the host writes times, or with microseconds where there
    /// are any. The host knows offsets of whole minutes.
    pub(super) fn to_text(&self) -> String {
        let mut text = if self.microseconds % 1000 == 0 {
            format!("{}.{:03}", self.seconds, self.microseconds / 1000)
        } else {
            format!("{}.{:06}", self.seconds, self.microseconds)
        };
        if let Some(offset) = self.offset {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.abs() / 60;
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
        text
    }

    /// Aware where an offset is known, else naive and local.
    pub(super) fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let zone = match self.offset {
            Some(offset) => {
                let offset = PyDelta::new(py, 0, offset, 0, true)?;
                Some(PyTzInfo::fixed_offset(py, offset)?)
            }
            None => None,
        };
        // Whole seconds, because a float would lose microseconds.
        let time = py
            .get_type::<PyDateTime>()
            .call_method1("fromtimestamp", (self.seconds, zone))?;
        let microseconds = PyDict::new(py);
        microseconds.set_item("microsecond", self.microseconds)?;
        time.call_method("replace", (), Some(&microseconds))
    }

    /// A naive datetime is local time.
    ///
    /// # Errors
    /// Those of the datetime's time zone, and of years that have no such time.
    pub(super) fn from_python(time: &Bound<'_, PyDateTime>) -> PyResult<Self> {
        let wall = wall_clock(time);
        let offset = time.call_method0("utcoffset")?;
        if offset.is_none() {
            return Ok(Time {
                seconds: local(time)?,
                microseconds: time.get_microsecond(),
                offset: None,
            });
        }
        let offset = offset.cast::<PyDelta>()?;
        // An offset may have a fraction too.
        let fraction = i64::from(time.get_microsecond()) - i64::from(offset.get_microseconds());
        let offset = i64::from(offset.get_days()) * DAY + i64::from(offset.get_seconds());
        Ok(Time {
            seconds: wall - offset + fraction.div_euclid(1_000_000),
            microseconds: fraction.rem_euclid(1_000_000) as u32,
            offset: Some(offset as i32),
        })
    }

    /// As a message's time, whose offset is always known.
    pub(super) fn into_timestamp(self, py: Python<'_>) -> PyResult<Timestamp> {
        let offset = match self.offset {
            Some(offset) => offset,
            None => local_offset(py, self.seconds)?,
        };
        Ok(Timestamp {
            seconds: self.seconds,
            microseconds: self.microseconds,
            offset: Some(offset),
        })
    }
}

/// A message's time as its own clock shows it: a naive datetime.
pub(super) fn from_timestamp(py: Python<'_>, time: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    let offset = match time.offset {
        Some(offset) => offset,
        None => local_offset(py, time.seconds)?,
    };
    let wall = time.seconds + i64::from(offset);
    let days = i32::try_from(wall.div_euclid(DAY))
        .map_err(|_| PyOverflowError::new_err("the time is beyond what datetime can hold"))?;
    let rest = wall.rem_euclid(DAY) as i32;
    let since = PyDelta::new(py, days, rest, time.microseconds as i32, false)?;
    PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, None)?.add(since)
}

/// What a clock shows, as seconds since it showed the beginning of 1970.
fn wall_clock(time: &Bound<'_, PyDateTime>) -> i64 {
    let day = days(
        time.get_year(),
        time.get_month().into(),
        time.get_day().into(),
    );
    let hours = i64::from(time.get_hour());
    let minutes = hours * 60 + i64::from(time.get_minute());
    day * DAY + minutes * 60 + i64::from(time.get_second())
}

/// Days since the first of 1970, in the calendar that datetime uses for all times.
fn days(year: i32, month: i64, day: i64) -> i64 {
    // Years that begin in March: the leap day is their last.
    let year = i64::from(year) - i64::from(month <= 2);
    let months = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * months + 2) / 5 + day - 719_469
}

/// The moment at which the local clock shows a naive datetime.
fn local(time: &Bound<'_, PyDateTime>) -> PyResult<i64> {
    let py = time.py();
    // Without microseconds, so that the float is exact; and no subclass's own idea of it.
    let plain = PyDateTime::new_with_fold(
        py,
        time.get_year(),
        time.get_month(),
        time.get_day(),
        time.get_hour(),
        time.get_minute(),
        time.get_second(),
        0,
        None,
        time.get_fold(),
    )?;
    let seconds: f64 = plain.call_method0("timestamp")?.extract()?;
    Ok(seconds as i64)
}

/// The local clock's offset at a moment.
fn local_offset(py: Python<'_>, seconds: i64) -> PyResult<i32> {
    let shown = py
        .get_type::<PyDateTime>()
        .call_method1("fromtimestamp", (seconds,))?;
    let offset = wall_clock(shown.cast::<PyDateTime>()?) - seconds;
    i32::try_from(offset)
        .map_err(|_| PyOverflowError::new_err("the time is beyond what datetime can hold"))
}

/// `+hh:mm` or `-hh:mm`.
fn offset(zone: &str) -> Option<i32> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let number = |digits: &str| {
        (digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit()))
            .then(|| digits.parse::<i32>().ok())
            .flatten()
    };
    Some(sign * (number(hours)? * 60 + number(minutes)?) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: i64, microseconds: u32, offset: Option<i32>) -> Option<Time> {
        Some(Time {
            seconds,
            microseconds,
            offset,
        })
    }

    #[test]
    fn a_time_has_a_fraction_and_an_offset_where_they_are_written() {
        assert_eq!(Time::parse(b"1700000000"), time(1_700_000_000, 0, None));
        assert_eq!(Time::parse(b"12.5"), time(12, 500_000, None));
        assert_eq!(
            Time::parse(b"12.123456789-02:30"),
            time(12, 123_456, Some(-9000))
        );
        for wrong in [
            "",
            "x",
            "12.",
            "12.1234567890",
            "12+1:00",
            "12+01:000",
            "12Z",
        ] {
            assert_eq!(Time::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_that_is_written_reads_back() {
        for (text, known) in [
            ("12.500", time(12, 500_000, None)),
            ("-6.000001", time(-6, 1, None)),
            ("12.123456-02:30", time(12, 123_456, Some(-9000))),
            ("0.000+14:00", time(0, 0, Some(50_400))),
        ] {
            assert_eq!(known.as_ref().map(Time::to_text).as_deref(), Some(text));
            assert_eq!(Time::parse(text.as_bytes()), known);
        }
    }

    #[test]
    fn days_are_counted_in_the_calendar_of_today() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(1969, 12, 31), -1);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2000, 3, 1), 11_017);
        assert_eq!(days(2100, 3, 1), 47_541);
        assert_eq!(days(1, 1, 1), -719_162);
        assert_eq!(days(9999, 12, 31), 2_932_896);
    }
}
