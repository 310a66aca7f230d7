//! A day or a month, as people write it.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use crate::refusal::{Answer, Refusal};

/// A day or a month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: Date,
    /// The first day that is no more in it.
    end: Date,
}

impl Period {
    /// Reads `2026-11` or `2026-11-24`.
    ///
    /// # Errors
    /// 400 for what is neither.
    pub fn parse(text: &str) -> Answer<Self> {
        let text = text.trim();
        let day = match text.len() {
            7 => format!("{text}-01").parse::<Date>(),
            10 => text.parse(),
            _ => return Err(neither(text)),
        };
        let first = day.map_err(|_| neither(text))?;
        let length = if text.len() == 7 { 1.month() } else { 1.day() };
        let end = first.checked_add(length).map_err(|_| neither(text))?;
        Ok(Self { first, end })
    }

    /// The month that it is at a place.
    pub fn month_of(at: i64, zone: &TimeZone) -> Self {
        let now = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let first = now.to_zoned(zone.clone()).date().first_of_month();
        Self {
            first,
            end: first.saturating_add(1.month()),
        }
    }

    /// Whether it is one day.
    pub fn is_day(&self) -> bool {
        self.end == self.first.saturating_add(1.day())
    }

    /// The month it lies in.
    pub fn month(&self) -> Self {
        let first = self.first.first_of_month();
        Self {
            first,
            end: first.saturating_add(1.month()),
        }
    }

    /// The day or month before it.
    pub fn before(&self) -> Self {
        let length = if self.is_day() { 1.day() } else { 1.month() };
        Self {
            first: self.first.saturating_sub(length),
            end: self.first,
        }
    }

    /// The day or month after it.
    pub fn after(&self) -> Self {
        let length = if self.is_day() { 1.day() } else { 1.month() };
        Self {
            first: self.end,
            end: self.end.saturating_add(length),
        }
    }

    /// When it begins and ends by the clocks of a zone, UTC microseconds. A day without a midnight begins with its first moment.
    ///
    /// # Errors
    /// 400 at the ends of the calendar.
    pub fn bounds(&self, zone: &TimeZone) -> Answer<[i64; 2]> {
        let moment = |day: Date| {
            let begins = day.to_zoned(zone.clone());
            begins
                .map(|begins| begins.timestamp().as_microsecond())
                .map_err(|_| neither(&day.to_string()))
        };
        Ok([moment(self.first)?, moment(self.end)?])
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = if self.is_day() { "%Y-%m-%d" } else { "%Y-%m" };
        write!(out, "{}", self.first.strftime(words))
    }
}

/// The day on which a moment lies by the clocks of a zone.
pub fn day(at: i64, zone: &TimeZone) -> String {
    Timestamp::from_microsecond(at)
        .map(|at| at.to_zoned(zone.clone()).date().to_string())
        .unwrap_or_default()
}

fn neither(text: &str) -> Refusal {
    Refusal::bad_request(format!(
        "{text:?} is no month like 2026-11 and no day like 2026-11-24."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn hours(period: &str, zone: &str) -> i64 {
        let zone = TimeZone::get(zone).unwrap();
        let [from, to] = Period::parse(period).unwrap().bounds(&zone).unwrap();
        (to - from) / HOUR
    }

    #[test]
    fn days_are_as_long_as_they_are_at_the_venue() {
        assert_eq!(hours("2026-11-24", "Asia/Tokyo"), 24);
        assert_eq!(hours("2026-03-29", "Europe/Berlin"), 23);
        assert_eq!(hours("2026-10-25", "Europe/Berlin"), 25);
        assert_eq!(hours("2026-10", "Europe/Berlin"), 31 * 24 + 1);
        assert_eq!(hours("2028-02", "Asia/Tokyo"), 29 * 24);
        // Beirut sets its clock forward at midnight.
        assert_eq!(hours("2026-03-29", "Asia/Beirut"), 23);
    }

    #[test]
    fn the_last_moment_of_a_month_is_in_it() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let november = Period::parse("2026-11").unwrap();
        let [from, to] = november.bounds(&tokyo).unwrap();
        assert_eq!(day(from, &tokyo), "2026-11-01");
        assert_eq!(day(from - 1, &tokyo), "2026-10-31");
        assert_eq!(day(to - 1, &tokyo), "2026-11-30");
        assert_eq!(Period::month_of(to - 1, &tokyo), november);
        assert_eq!(Period::month_of(to, &tokyo), november.after());
        assert_eq!(
            day(to, &TimeZone::UTC),
            "2026-11-30",
            "elsewhere it is still November"
        );
    }

    #[test]
    fn leafing_keeps_days_and_months_apart() {
        let written = |period: Period| period.to_string();
        let day = Period::parse("2026-03-01").unwrap();
        assert_eq!(written(day.before()), "2026-02-28");
        assert_eq!(written(day.after()), "2026-03-02");
        assert_eq!(written(day.month()), "2026-03");
        let month = Period::parse("2026-12").unwrap();
        assert_eq!(written(month.after()), "2027-01");
        assert_eq!(written(month.before()), "2026-11");
    }

    #[test]
    fn what_is_no_period() {
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-02-30",
            "today",
            "2026-11-24T",
            "9999-12",
            "éééé-1",
        ] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }
}
