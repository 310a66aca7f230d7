//! Times as people write them: by the clock on a venue's wall.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

use crate::refusal::{Answer, Refusal};

/// Why a text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMoment {
    /// It is no time.
    Unread,
    /// The clock never shows it, because it is set forward over it.
    Skipped,
}

/// The moment a clock in a zone shows a time, UTC microseconds. Where the clock is set back and shows it twice, the first of the two.
///
/// # Errors
/// What is no time, or never comes.
pub fn read(text: &str, zone: &TimeZone) -> Result<i64, NoMoment> {
    let time: DateTime = text.trim().parse().map_err(|_| NoMoment::Unread)?;
    let moment = zone.to_ambiguous_zoned(time);
    if matches!(moment.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(NoMoment::Skipped);
    }
    let moment = moment.earlier().map_err(|_| NoMoment::Unread)?;
    Ok(moment.timestamp().as_microsecond())
}

/// The same, refused in words.
///
/// # Errors
/// 400 for what is no time, and for a time that never comes.
pub fn moment(text: &str, zone: &TimeZone) -> Answer<i64> {
    read(text, zone).map_err(|fault| match fault {
        NoMoment::Unread => {
            Refusal::bad_request(format!("{text:?} is no time like 2026-12-12T19:00."))
        }
        NoMoment::Skipped => Refusal::bad_request(format!(
            "There is no {text} at the venue: the clock is set forward over it."
        ))
        .hint("Choose a time before or after."),
    })
}

/// What a clock in a zone shows at a moment, as [`read`] reads it and as forms hold it: `2026-12-12T19:00`.
pub fn shown(at: i64, zone: &TimeZone) -> String {
    Timestamp::from_microsecond(at)
        .map(|at| {
            at.to_zoned(zone.clone())
                .strftime("%Y-%m-%dT%H:%M")
                .to_string()
        })
        .unwrap_or_default()
}

/// Zones to choose from: those named by a place, and the one that is chosen.
pub fn zones(chosen: &str) -> Vec<String> {
    let old = ["Etc/", "posix/", "right/", "SystemV/", "US/"];
    let mut zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.to_string())
        .filter(|zone| zone.contains('/') && !old.iter().any(|begin| zone.starts_with(begin)))
        .collect();
    if !chosen.is_empty() && !zones.iter().any(|zone| zone == chosen) {
        zones.push(chosen.to_owned());
    }
    zones.sort();
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_are_set_forward_and_back() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let minute = 60_000_000;
        let noon = moment("2026-03-29T01:59", &berlin).unwrap();
        assert!(moment("2026-03-29T02:30", &berlin).is_err());
        assert_eq!(moment("2026-03-29T03:00", &berlin).unwrap(), noon + minute);
        // 02:30 comes twice; two hours and a half after midnight is the first.
        let midnight = moment("2026-10-25T00:00", &berlin).unwrap();
        let twice = moment("2026-10-25T02:30", &berlin).unwrap();
        assert_eq!(twice - midnight, 150 * minute);
    }

    #[test]
    fn what_is_no_time() {
        for text in ["", "19:00", "2026-02-30T10:00", "2026-12-12T25:00", "soon"] {
            assert!(moment(text, &TimeZone::UTC).is_err(), "{text}");
        }
    }
}
