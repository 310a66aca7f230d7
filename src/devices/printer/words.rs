//! What papers say of a ticket, from the record and the event as a card keeps them: any kind of item.

use jiff::{
    Timestamp, Zoned,
    tz::{Offset, TimeZone},
};
use kippu_handover::row::Event;
use kippu_peripherals::{
    money::Money,
    paper::{self, Performance, Seat},
};
use kippu_ticket::record::{TicketBody, TicketKind};

use crate::flows::facts::Language;

/// The language of a paper.
pub(super) fn language(language: Language) -> paper::Language {
    match language {
        Language::Japanese => paper::Language::Japanese,
        Language::English => paper::Language::English,
    }
}

/// The event, in the venue's own time.
pub(super) fn performance(event: &Event) -> Performance {
    let zone = Offset::from_seconds(i32::from(event.utc_offset_minutes) * 60)
        .map_or(TimeZone::UTC, TimeZone::fixed);
    let at = |seconds: i64| -> Zoned {
        Timestamp::from_second(seconds)
            .unwrap_or_default()
            .to_zoned(zone.clone())
    };
    Performance {
        title: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: at(event.doors_open),
        starts: at(event.starts),
    }
}

/// Door and seat; what it is instead, where it has no seat. A record does not say what was paid.
pub(super) fn seat(body: &TicketBody, language: Language) -> Seat {
    let floor = match (body.seat.floor(), language) {
        (0, _) => String::new(),
        (floor, Language::Japanese) => format!("{floor}階"),
        (floor, Language::English) => format!("floor {floor}"),
    };
    let block = [floor.as_str(), body.seat.block()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Seat {
        class: kind(body.kind, language).to_owned(),
        block,
        row: body.seat.row().to_owned(),
        number: body.seat.number().to_owned(),
        entrance: match body.entrance {
            0 => String::new(),
            entrance => entrance.to_string(),
        },
        price: Money::new(0, "JPY"),
    }
}

/// The seat in one line, or what it is.
pub(super) fn line(body: &TicketBody, language: Language) -> String {
    let seat = seat(body, language);
    let (row, number) = match language {
        Language::Japanese => (format!("{}列", seat.row), format!("{}番", seat.number)),
        Language::English => (format!("row {}", seat.row), format!("seat {}", seat.number)),
    };
    let parts = [
        (seat.block.is_empty(), &seat.block),
        (seat.row.is_empty(), &row),
        (seat.number.is_empty(), &number),
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .filter(|(empty, _)| !empty)
        .map(|(_, part)| part.as_str())
        .collect();
    match (parts.is_empty(), language) {
        (true, _) => seat.class,
        (false, Language::Japanese) => parts.join(" "),
        (false, Language::English) => parts.join(", "),
    }
}

fn kind(kind: TicketKind, language: Language) -> &'static str {
    let (japanese, english) = match kind {
        TicketKind::Seat => ("指定席", "Reserved seat"),
        TicketKind::FreeSeating => ("自由席", "Free seating"),
        TicketKind::Voucher => ("引換券", "Voucher"),
        TicketKind::Membership => ("会員証", "Membership"),
    };
    match language {
        Language::Japanese => japanese,
        Language::English => english,
    }
}
