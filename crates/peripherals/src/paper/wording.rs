//! The words on papers, in both languages: the customer's stands first, the other beside it for whoever else handles the paper.

use jiff::Zoned;
use jiff::civil::Weekday;

use super::Seat;

/// The customer's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// 日本語
    Japanese,
    /// English
    English,
}

/// Words in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    ja: &'static str,
    en: &'static str,
}

const fn words(ja: &'static str, en: &'static str) -> Words {
    Words { ja, en }
}

pub const BRAND: Words = words("きっぷ", "Kippu");
pub const SLIP: Words = words("お支払い票", "Payment slip");
pub const SLIP_NUMBER: Words = words("お支払い番号", "Slip number");
pub const TO_PAY: Words = words("お支払い", "To pay");
pub const PAY_BY: Words = words("期限", "Pay by");
pub const TAX: Words = words("うち消費税", "Tax included");
pub const DOORS: Words = words("開場", "Doors");
pub const STARTS: Words = words("開演", "Starts");
pub const DOOR: Words = words("扉", "Door");
pub const SHOW: Words = words("レジでこの紙を見せる", "Show this at the register");
pub const PAY: Words = words("レジで支払う", "Pay at the register");
pub const RETURN: Words = words(
    "カードを持って機械へ戻る",
    "Come back to this kiosk with your card",
);
pub const NOT_A_TICKET: Words = words(
    "この紙では入場できません。お支払いはレジへ。",
    "Not a ticket. Nothing is charged until you pay.",
);
pub const RECEIPT: Words = words("領収書", "Receipt");
pub const COPY: Words = words("控え(再発行)", "COPY");
pub const RECEIPT_NUMBER: Words = words("番号", "No.");
pub const PAID: Words = words("お支払い済み", "Paid");
pub const CARD: Words = words("カード", "Card");
pub const TICKETS: Words = words("枚", "tickets");
pub const REGISTRATION: Words = words("登録番号", "Registration no.");
pub const ON_THE_CARD: Words = words(
    "チケットはカードの中にあります。入場のときはカードをかざしてください。この紙では入場できません。",
    "The tickets are on the card. Hold the card to the gate. This paper is not a ticket.",
);

impl Words {
    /// In the customer's language.
    pub fn first(self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.ja,
            Language::English => self.en,
        }
    }

    /// In the other language.
    pub fn second(self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.en,
            Language::English => self.ja,
        }
    }

    /// Both, the customer's first.
    pub fn both(self, language: Language) -> String {
        format!("{} {}", self.first(language), self.second(language))
    }
}

/// `12月12日(土)`, `Sat 12 Dec`.
pub fn day(language: Language, time: &Zoned) -> String {
    let weekday = weekday(language, time.weekday());
    match language {
        Language::Japanese => format!("{}月{}日({weekday})", time.month(), time.day()),
        Language::English => format!("{weekday} {} {}", time.day(), time.strftime("%b")),
    }
}

/// `2026年12月12日(土)`, `Sat 12 Dec 2026`.
pub fn day_with_year(language: Language, time: &Zoned) -> String {
    let day = day(language, time);
    match language {
        Language::Japanese => format!("{}年{day}", time.year()),
        Language::English => format!("{day} {}", time.year()),
    }
}

/// `19:00`: twenty-four hours in both languages, for two people who read different ones may hold the same paper.
pub fn clock(time: &Zoned) -> String {
    time.strftime("%H:%M").to_string()
}

/// `1階 C列 2番`, `Stalls, row C, seat 2`.
pub fn place(language: Language, seat: &Seat) -> String {
    let part = |text: &str, before: &str, after: &str| {
        (!text.is_empty()).then(|| format!("{before}{text}{after}"))
    };
    let (parts, joint) = match language {
        Language::Japanese => (
            [
                part(&seat.block, "", ""),
                part(&seat.row, "", "列"),
                part(&seat.number, "", "番"),
            ],
            " ",
        ),
        Language::English => (
            [
                part(&seat.block, "", ""),
                part(&seat.row, "row ", ""),
                part(&seat.number, "seat ", ""),
            ],
            ", ",
        ),
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(joint)
}

fn weekday(language: Language, weekday: Weekday) -> &'static str {
    let (ja, en) = match weekday {
        Weekday::Monday => ("月", "Mon"),
        Weekday::Tuesday => ("火", "Tue"),
        Weekday::Wednesday => ("水", "Wed"),
        Weekday::Thursday => ("木", "Thu"),
        Weekday::Friday => ("金", "Fri"),
        Weekday::Saturday => ("土", "Sat"),
        Weekday::Sunday => ("日", "Sun"),
    };
    words(ja, en).first(language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn days_and_times() {
        let time: Zoned = "2026-12-12T09:05[Asia/Tokyo]".parse().unwrap();
        assert_eq!(day(Language::Japanese, &time), "12月12日(土)");
        assert_eq!(day_with_year(Language::English, &time), "Sat 12 Dec 2026");
        assert_eq!(clock(&time), "09:05");
    }

    #[test]
    fn a_place_leaves_out_what_it_has_not() {
        let mut seat = Seat {
            class: String::new(),
            block: "Stalls".into(),
            row: "C".into(),
            number: "2".into(),
            entrance: String::new(),
            price: Money::new(1, "JPY"),
        };
        assert_eq!(place(Language::English, &seat), "Stalls, row C, seat 2");
        assert_eq!(place(Language::Japanese, &seat), "Stalls C列 2番");
        seat.row.clear();
        seat.number.clear();
        assert_eq!(place(Language::English, &seat), "Stalls");
    }
}
