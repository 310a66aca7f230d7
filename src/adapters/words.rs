//! Facts as short words of a language: dates, times, sums, seats.

use jiff::{
    Timestamp, Zoned,
    tz::{Offset, TimeZone},
};
use kippu_ui as ui;
use slint::SharedString;

use crate::flows::facts::{EventFacts, Language, Moment, Money, SeatWords, Zone};

/// Whether a name needs the Japanese face: one character outside Latin is enough.
pub fn beyond_latin(name: &str) -> bool {
    // Latin with all its accents ends at U+024F; dashes, quotes and currency signs of U+2000 to U+20CF are in Overpass as well.
    name.chars()
        .any(|character| !matches!(character, '\0'..='\u{24F}' | '\u{2000}'..='\u{20CF}'))
}

/// `¥19,600`
pub fn money(sum: &Money) -> SharedString {
    kippu_peripherals::money::Money::new(sum.amount, &sum.currency)
        .to_string()
        .into()
}

/// The moment in its own place's time; UTC where the zone is not known here.
pub fn local(moment: &Moment) -> Zoned {
    let zone = match &moment.zone {
        Zone::Named(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
        Zone::Offset(minutes) => {
            Offset::from_seconds(i32::from(*minutes) * 60).map_or(TimeZone::UTC, TimeZone::fixed)
        }
    };
    Timestamp::from_microsecond(moment.at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone)
}

/// `14:05`, as a clock on a wall shows it in every language.
pub fn clock(moment: &Moment) -> SharedString {
    local(moment).strftime("%H:%M").to_string().into()
}

/// `19:00` or `7:00 pm`
pub fn time(moment: &Moment, language: Language) -> SharedString {
    let at = local(moment);
    match language {
        Language::Japanese => at.strftime("%H:%M").to_string().into(),
        Language::English => at.strftime("%-I:%M %P").to_string().into(),
    }
}

/// `12月` or `Dec`
pub fn month(moment: &Moment, language: Language) -> SharedString {
    let at = local(moment);
    match language {
        Language::Japanese => format!("{}月", at.month()).into(),
        Language::English => at.strftime("%b").to_string().into(),
    }
}

/// `12`
pub fn day_of_month(moment: &Moment) -> SharedString {
    local(moment).day().to_string().into()
}

/// `(土)` or `Sat`
pub fn weekday(moment: &Moment, language: Language) -> SharedString {
    let at = local(moment);
    match language {
        Language::Japanese => format!("({})", kanji_weekday(&at)).into(),
        Language::English => at.strftime("%a").to_string().into(),
    }
}

/// `12月12日(土)` or `Sat 12 Dec`
pub fn date(moment: &Moment, language: Language) -> SharedString {
    let at = local(moment);
    match language {
        Language::Japanese => {
            format!("{}月{}日({})", at.month(), at.day(), kanji_weekday(&at)).into()
        }
        Language::English => at.strftime("%a %-d %b").to_string().into(),
    }
}

/// `12月12日(土) 19:00` or `Sat 12 Dec, 7:00 pm`
pub fn date_and_time(moment: &Moment, language: Language) -> SharedString {
    let (date, time) = (date(moment, language), time(moment, language));
    match language {
        Language::Japanese => format!("{date} {time}").into(),
        Language::English => format!("{date}, {time}").into(),
    }
}

fn kanji_weekday(at: &Zoned) -> &'static str {
    const DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
    DAYS[at.weekday().to_sunday_zero_offset().unsigned_abs() as usize % 7]
}

/// Seats in words, those of one row together: `1階 C列 2番・4番` or `Stalls, row C, seats 2, 4`; rows apart by a semicolon.
pub fn seats(seats: &[SeatWords], language: Language) -> String {
    let mut rows: Vec<(&SeatWords, Vec<&str>)> = Vec::new();
    for seat in seats {
        let same = |other: &SeatWords| {
            (other.floor, &other.block, &other.row) == (seat.floor, &seat.block, &seat.row)
        };
        match rows.iter_mut().find(|(first, _)| same(first)) {
            Some((_, numbers)) => numbers.push(&seat.number),
            None => rows.push((seat, vec![&seat.number])),
        }
    }
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(first, numbers)| row(first, &numbers, language))
        .collect();
    rows.join(match language {
        Language::Japanese => "、",
        Language::English => "; ",
    })
}

fn row(first: &SeatWords, numbers: &[&str], language: Language) -> String {
    let mut parts = Vec::new();
    match language {
        Language::Japanese => {
            if first.floor > 0 {
                parts.push(format!("{}階", first.floor));
            }
            parts.extend((!first.block.is_empty()).then(|| first.block.clone()));
            parts.extend((!first.row.is_empty()).then(|| format!("{}列", first.row)));
            parts.push(
                numbers
                    .iter()
                    .map(|number| format!("{number}番"))
                    .collect::<Vec<_>>()
                    .join("・"),
            );
            parts.join(" ")
        }
        Language::English => {
            if first.floor > 0 {
                parts.push(format!("floor {}", first.floor));
            }
            parts.extend((!first.block.is_empty()).then(|| first.block.clone()));
            parts.extend((!first.row.is_empty()).then(|| format!("row {}", first.row)));
            let word = if numbers.len() == 1 { "seat" } else { "seats" };
            parts.push(format!("{word} {}", numbers.join(", ")));
            parts.join(", ")
        }
    }
}

/// A ticket as the ticket widget prints it.
pub fn ticket(event: &EventFacts, seat: &SeatWords, language: Language) -> ui::TicketItem {
    ui::TicketItem {
        kind: ui::ItemKind::Ticket,
        name: event.name.as_str().into(),
        name_cjk: beyond_latin(&event.name),
        hall: event.venue.as_str().into(),
        hall_cjk: beyond_latin(&event.venue),
        when: date_and_time(&event.starts, language),
        door: seat.entrance.as_str().into(),
        floor: seat.floor.into(),
        block: seat.block.as_str().into(),
        block_cjk: beyond_latin(&seat.block),
        row: seat.row.as_str().into(),
        number: seat.number.as_str().into(),
        inside: false,
        recalled: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        let instant: Timestamp = text.parse().unwrap();
        Moment {
            at: instant.as_microsecond(),
            zone: Zone::Named("Asia/Tokyo".into()),
        }
    }

    fn place(row: &str, number: &str) -> SeatWords {
        SeatWords {
            floor: 1,
            block: "Stalls".into(),
            row: row.into(),
            number: number.into(),
            ..SeatWords::default()
        }
    }

    #[test]
    fn a_moment_is_told_in_its_own_place_and_language() {
        let start = at("2026-12-12T10:00:00Z");
        assert_eq!(
            date_and_time(&start, Language::Japanese),
            "12月12日(土) 19:00"
        );
        assert_eq!(
            date_and_time(&start, Language::English),
            "Sat 12 Dec, 7:00 pm"
        );
        assert_eq!(clock(&start), "19:00");
    }

    #[test]
    fn a_card_knows_only_an_offset() {
        let start = Moment {
            zone: Zone::Offset(9 * 60),
            ..at("2026-12-12T10:00:00Z")
        };
        assert_eq!(time(&start, Language::Japanese), "19:00");
    }

    #[test]
    fn seats_of_one_row_are_told_together() {
        let chosen = [place("C", "2"), place("C", "4"), place("D", "1")];
        assert_eq!(
            seats(&chosen, Language::Japanese),
            "1階 Stalls C列 2番・4番、1階 Stalls D列 1番"
        );
        assert_eq!(
            seats(&chosen, Language::English),
            "floor 1, Stalls, row C, seats 2, 4; floor 1, Stalls, row D, seat 1"
        );
    }

    #[test]
    fn one_character_outside_latin_asks_for_the_japanese_face() {
        assert!(!beyond_latin("Anfiteatro – Général €5"));
        assert!(beyond_latin("Hall 銀河"));
        assert!(beyond_latin("Металіст"));
    }
}
