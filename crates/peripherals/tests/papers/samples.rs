//! Papers with plausible and with extreme contents.

use jiff::Zoned;
use kippu_peripherals::money::Money;
use kippu_peripherals::paper::{
    GivenItem, GivingReceipt, HandoverSlip, ItemEnd, Language, PaidBy, Performance, Receipt, Seat,
    Slip, TicketPaper, WaitingItem, WaitingPlace,
};

fn time(text: &str) -> Zoned {
    format!("{text}[Asia/Tokyo]").parse().unwrap()
}

fn performance() -> Performance {
    Performance {
        title: "銀河鉄道の夜 Night on the Galactic Railroad".into(),
        venue: "星見ホール".into(),
        doors_open: time("2026-12-12T18:30"),
        starts: time("2026-12-12T19:00"),
    }
}

fn seat(number: &str) -> Seat {
    Seat {
        class: "S席 大人".into(),
        block: "1階 Stalls".into(),
        row: "C".into(),
        number: number.into(),
        entrance: "3".into(),
        price: Money::new(9_800, "JPY"),
    }
}

/// A slip as customers get it.
pub fn slip(language: Language, code: &str) -> Slip {
    Slip {
        language,
        number: code.into(),
        code: code.into(),
        performance: performance(),
        seats: vec![seat("2"), seat("3")],
        total: Money::new(19_600, "JPY"),
        tax: Money::new(1_781, "JPY"),
        pay_until: time("2026-12-10T14:35"),
        issued: time("2026-12-10T14:05"),
        store: "星見駅前店 Hoshimi Ekimae".into(),
        terminal: "kiosk-1".into(),
    }
}

/// A slip with very long German and Japanese words and a foreign currency.
pub fn long_slip(language: Language) -> Slip {
    let mut slip = slip(language, "12-182734-3");
    slip.performance.title =
        "Donaudampfschifffahrtsgesellschaftskapitänsjubiläumskonzert – 劇団創立七十周年記念・全国ツアー千秋楽特別公演".into();
    slip.performance.venue =
        "Konzert- und Veranstaltungshaus am Rindfleischetikettierungsplatz".into();
    for seat in &mut slip.seats {
        seat.block = "Hochparterre Mittelloge links".into();
        seat.row = "XXVII".into();
        seat.class = "Logenplatz mit eingeschränkter Sicht, ermäßigt (Studierende)".into();
        seat.entrance = "Haupteingang Süd".into();
        seat.price = Money::new(1_234_550, "EUR");
    }
    slip.total = Money::new(2_469_100, "EUR");
    slip.tax = Money::new(161_530, "EUR");
    slip
}

/// A receipt as customers get it.
pub fn receipt(language: Language, copy: bool) -> Receipt {
    Receipt {
        language,
        number: "4-1827-3".into(),
        copy,
        performance: performance(),
        seats: vec![seat("2"), seat("3")],
        total: Money::new(19_600, "JPY"),
        tax: Money::new(1_781, "JPY"),
        tax_basis_points: 1000,
        paid_by: PaidBy::Register,
        seller: "ほしみチケット Hoshimi Tickets".into(),
        card_ending: "3F80".into(),
        paid: time("2026-12-10T14:12"),
        store: "星見駅前店 Hoshimi Ekimae".into(),
        registration: Some("T1234567890123".into()),
    }
}

/// The example of docs/formats.md, section "Paper ticket": 221 capital letters and digits.
pub fn paper_code() -> String {
    let path = "../../docs/formats.md";
    let document = std::fs::read_to_string(path).unwrap();
    let (_, rest) = document.split_once("```text paper-code\n").unwrap();
    let (code, _) = rest.split_once("```").unwrap();
    code.replace('\n', "")
}

/// A paper ticket as customers get it.
pub fn ticket(language: Language) -> TicketPaper {
    TicketPaper {
        language,
        performance: performance(),
        seat: seat("2"),
        price: Some((Money::new(9_800, "JPY"), Some(Money::new(890, "JPY")))),
        code: paper_code(),
        serial: "028T5-CY4TQ-KFF81".into(),
    }
}

/// One made without the platform: only what the card says.
pub fn bare_ticket(language: Language) -> TicketPaper {
    let mut ticket = ticket(language);
    ticket.price = None;
    ticket.seat.class.clear();
    ticket
}

/// A drink on paper.
pub fn voucher(language: Language) -> TicketPaper {
    let mut ticket = bare_ticket(language);
    ticket.seat = Seat {
        class: "ドリンク券 Drink".into(),
        block: String::new(),
        row: String::new(),
        number: String::new(),
        entrance: String::new(),
        price: Money::new(0, "JPY"),
    };
    ticket
}

/// A slip of tickets that wait.
pub fn handover_slip(language: Language, place: WaitingPlace) -> HandoverSlip {
    let item = |what: &str| WaitingItem {
        title: performance().title,
        starts: performance().starts,
        what: what.into(),
    };
    let until = (place == WaitingPlace::Center).then(|| time("2026-12-12T21:00"));
    HandoverSlip {
        language,
        code: "482109375562".into(),
        place,
        items: vec![item("1階 C列 2番"), item("1階 C列 3番")],
        until,
        issued: time("2026-12-10T14:05"),
        store: "星見駅前店 Hoshimi Ekimae".into(),
        terminal: "kiosk-1".into(),
    }
}

/// What both people keep.
pub fn giving_receipt(language: Language) -> GivingReceipt {
    let item = |number: &str, end| GivenItem {
        title: performance().title,
        starts: performance().starts,
        seat: seat(number),
        end,
    };
    GivingReceipt {
        language,
        number: "8F31-0A77".into(),
        from_ending: "3F80".into(),
        to_ending: Some("A1B2".into()),
        items: vec![item("2", ItemEnd::Given), item("3", ItemEnd::WithGiver)],
        at: time("2026-12-10T14:12"),
        store: "星見駅前店 Hoshimi Ekimae".into(),
        terminal: "kiosk-1".into(),
    }
}
