//! The words on papers, in both languages: the customer's stands first, the other beside it for whoever else handles the paper.

use jiff::Zoned;
use jiff::civil::Weekday;

use super::Seat;
use super::sheet::{Paragraph, Part};
use super::typesetter::Style;

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
pub const TAXED_AT: Words = words("対象税率", "Taxed at");
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
pub const PAID_BY: Words = words("お支払い方法", "Paid by");
pub const AT_REGISTER: Words = words("レジ", "At the register");
pub const MEMBER_ACCOUNT: Words = words("会員口座", "Member account");
pub const BACK_TO_ACCOUNT: Words = words("会員口座へ返金", "Back to the member account");
pub const BOOKED_SLIP: Words = words("ご返金の控え", "Record of a refund");
pub const BOOKED: Words = words(
    "お支払いに使われた会員口座へ返金しました。レジでの受け取りはありません。",
    "It is booked back to the member account that paid. There is nothing to collect.",
);
pub const CARD: Words = words("カード", "Card");
pub const TICKETS: Words = words("枚", "tickets");
pub const REGISTRATION: Words = words("登録番号", "Registration no.");
pub const ON_THE_CARD: Words = words(
    "チケットはカードの中にあります。入場のときはカードをかざしてください。この紙では入場できません。",
    "The tickets are on the card. Hold the card to the gate. This paper is not a ticket.",
);

pub const TEST_PAGE: Words = words("試し刷り", "Test page");
pub const LOOK_AT_TEST: Words = words(
    "黒い帯に白い線がなく、文字と符号が欠けていなければ良好です。",
    "In order if the black band has no white lines and letters and codes are whole.",
);
pub const TEST_IS_NOTHING: Words = words(
    "試し刷りです。チケットでも領収書でもありません。",
    "A test. This paper is no ticket and no receipt.",
);

pub const PAPER_TICKET: Words = words("紙のきっぷ", "Paper ticket");
pub const STUB: Words = words("半券", "Stub");
pub const ONLY_TICKET: Words = words(
    "カードの中のチケットは無効になりました。この紙が、ただ一つのチケットです。",
    "The card's copy is void: this paper is now the only ticket. Keep it dry.",
);

pub const HANDOVER_SLIP: Words = words("おあずかり票", "Tickets kept for you");
pub const RESUME_CODE: Words = words("受け取り番号", "Pick-up number");
pub const WAIT_AT: Words = words("ある場所", "They wait at");
pub const ASK_CARD: Words = words("確認中", "Checking");
pub const CENTER: Words = words("センター", "Ticket center");
pub const HOW_MANY: Words = words("枚数", "Tickets");
pub const FETCH_BY: Words = words("期限", "Fetch by");
pub const BACK_TO_KIOSK: Words = words("この機械へ戻る", "Come back to this kiosk");
pub const TO_ANY_KIOSK: Words = words("どのきっぷの機械でもよい", "Go to any Kippu kiosk");
pub const ENTER_NUMBER: Words = words(
    "「予約を受け取る」で番号を入れる",
    "Touch “Go on with a slip”, enter the number",
);
pub const LAY_EITHER_CARD: Words = words(
    "受け取る人か渡した人のカードを置く",
    "Lay the receiver's or the giver's card",
);
pub const LAY_A_CARD: Words = words("カードを置く", "Lay your card");
pub const LAY_SAME_CARD: Words = words("同じカードをもう一度置く", "Lay the same card again");
pub const BEARER: Words = words(
    "番号を知る人が受け取れます。大切に持っていてください。この紙では入場できません。",
    "Whoever has the number can fetch them: keep it safe. This paper is not a ticket.",
);

pub const REFUND_SLIP: Words = words("払い戻し票", "Refund slip");
pub const REFUND_NUMBER: Words = words("払い戻し番号", "Refund number");
pub const TO_PAY_OUT: Words = words("お返しする額", "To pay out");
pub const FEE: Words = words("払い戻し手数料", "Refund fee");
pub const GET_MONEY: Words = words("レジで現金を受け取る", "The register pays you the money");
pub const MONEY_BEARER: Words = words(
    "番号を知る人にお返しします。大切に持っていてください。チケットは無効になりました。",
    "Whoever has the number is paid: keep it safe. The tickets are void.",
);

pub const GIVING_RECEIPT: Words = words("お渡しの控え", "Record of giving");
pub const FROM_CARD: Words = words("渡した", "From");
pub const TO_CARD: Words = words("受け取った", "To");
pub const GIVEN: Words = words("渡しました", "Given");
pub const WITH_GIVER: Words = words("渡した人のカード", "With the giver");
pub const AT_CENTER: Words = words("センターで保管", "Kept at the center");
pub const ON_PAPER: Words = words("紙のきっぷ", "On paper");
pub const IN_TERMINAL: Words = words("この機械で保管", "Kept in this kiosk");
pub const NOT_A_TICKET_EITHER: Words = words(
    "チケットは上に書いた所にあります。この紙では入場できません。",
    "Each ticket is where it says above. This paper is not a ticket.",
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

/// Year and opening of the doors: `2026年 18:30 開場`, `2026, doors 18:30`.
pub fn doors_with_year(language: Language, doors: &Zoned) -> String {
    let clock = clock(doors);
    match language {
        Language::Japanese => format!("{}年 {clock} {}", doors.year(), DOORS.both(language)),
        Language::English => format!("{}, {clock} {}", doors.year(), DOORS.both(language)),
    }
}

/// `2枚`, `2 tickets`: only the number is needed in the second language.
pub fn count(language: Language, tickets: usize) -> String {
    match language {
        Language::Japanese => format!("{tickets}枚"),
        Language::English => tickets.to_string(),
    }
}

/// Row and number large, what they are called small.
pub fn seat_parts(language: Language, seat: &Seat, large: Style, small: Style) -> Vec<Part> {
    // Words are longer than the two kanji.
    let word = Style {
        size: small.size * 0.75,
        ..small
    };
    let mut parts = Vec::new();
    for (value, (ja, en)) in [(&seat.row, ("列", "Row")), (&seat.number, ("番", "Seat"))] {
        if value.is_empty() {
            continue;
        }
        let value = Part::new(value, large);
        match language {
            Language::Japanese => parts.extend([value, Part::new(ja, small)]),
            Language::English => parts.extend([Part::new(en, word), value]),
        }
    }
    parts
}

/// Steps one under the other, numbered, the other language small below each.
pub fn numbered(language: Language, steps: &[Words]) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    for (number, step) in (1..).zip(steps) {
        paragraphs.push(Paragraph {
            text: format!("{number}  {}", step.first(language)),
            style: Style::bold(25.0),
            before: if number == 1 { 0 } else { 8 },
        });
        paragraphs.push(Paragraph {
            text: step.second(language).to_owned(),
            style: Style::regular(20.0),
            before: 0,
        });
    }
    paragraphs
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
