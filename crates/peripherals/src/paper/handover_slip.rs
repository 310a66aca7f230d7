//! The slip of a handover that has not ended: where the tickets wait and how to go on. Its number is the resume code.

use jiff::Zoned;

use super::codes::{CodeError, Symbol};
use super::frame::{Issued, QR_WIDTH, notice_and_issued, numbered_head};
use super::sheet::{Panel, Paragraph, Part, Sheet, WIDTH};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language, Words};
use crate::raster::Raster;

/// What the slip of a waiting handover says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverSlip {
    /// The customer's language.
    pub language: Language,
    /// The resume code's digits, without anything between them.
    pub code: String,
    /// Where the tickets are.
    pub place: WaitingPlace,
    /// What waits.
    pub items: Vec<WaitingItem>,
    /// Last moment to come for them, where there is one.
    pub until: Option<Zoned>,
    /// When it was printed.
    pub issued: Zoned,
    /// The shop.
    pub store: String,
    /// The kiosk.
    pub terminal: String,
}

/// Where tickets wait, and so what their holder has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitingPlace {
    /// In this terminal: only here can they be fetched.
    Terminal,
    /// At the ticket center, or on the way to it: any kiosk goes on.
    Center,
    /// On a card or in a terminal, which only the card can tell.
    Card {
        /// Last characters of its number.
        ending: String,
        /// Any kiosk can ask it, not this one alone.
        anywhere: bool,
    },
}

/// One ticket or voucher that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingItem {
    /// Title of what it is for.
    pub title: String,
    /// When that starts.
    pub starts: Zoned,
    /// Its place as a line ("1階 C列 2番"), or what it is.
    pub what: String,
}

impl HandoverSlip {
    /// The slip as a picture, 576 dots wide.
    ///
    /// # Errors
    /// The code cannot be printed so that scanners read it.
    pub fn render(&self, typesetter: &mut Typesetter) -> Result<Raster, CodeError> {
        Ok(self.lay_out(typesetter)?.finish())
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Result<Sheet<'t>, CodeError> {
        let bars = Symbol::code128(&self.code, WIDTH)?;
        let qr = Symbol::qr(&self.code, QR_WIDTH)?;
        let language = self.language;
        let mut sheet = Sheet::new(typesetter);
        let words = [wording::HANDOVER_SLIP, wording::RESUME_CODE];
        let number = in_fours(&self.code);
        numbered_head(&mut sheet, language, words, &number, &bars);
        self.where_they_are(&mut sheet);
        self.what_waits(&mut sheet);
        sheet.fine_rule();
        sheet.code_with_text(&qr, &self.steps());
        let issued = Issued {
            at: &self.issued,
            store: &self.store,
            terminal: &self.terminal,
        };
        notice_and_issued(&mut sheet, language, wording::BEARER, &issued);
        Ok(sheet)
    }

    fn where_they_are(&self, sheet: &mut Sheet<'_>) {
        let count = wording::count(self.language, self.items.len());
        let place = match &self.place {
            WaitingPlace::Terminal => Part::new(&self.terminal, Style::bold(64.0)),
            WaitingPlace::Center => {
                Part::new(wording::CENTER.first(self.language), Style::bold(64.0))
            }
            WaitingPlace::Card { ending, .. } => {
                Part::new(format!("•••• {ending}"), Style::bold(64.0))
            }
        };
        let label = match self.place {
            WaitingPlace::Terminal | WaitingPlace::Center => wording::WAIT_AT,
            WaitingPlace::Card { .. } => wording::ASK_CARD,
        };
        let (label, how_many) = (
            label.both(self.language),
            wording::HOW_MANY.both(self.language),
        );
        let panels = [
            Panel {
                label: &label,
                figure: vec![place],
                share: 7,
            },
            Panel {
                label: &how_many,
                figure: vec![Part::new(count, Style::bold(64.0))],
                share: 5,
            },
        ];
        sheet.panels(&panels, Style::regular(28.0));
        sheet.space(8);
        if let Some(until) = &self.until {
            let day = wording::day_with_year(self.language, until);
            let until = format!("{day} {}", wording::clock(until));
            let label = wording::FETCH_BY.both(self.language);
            sheet.pair(&label, Style::regular(26.0), &until, Style::bold(30.0));
        }
        sheet.space(10);
    }

    fn what_waits(&self, sheet: &mut Sheet<'_>) {
        for item in &self.items {
            let when = format!(
                "{} {}",
                wording::day(self.language, &item.starts),
                wording::clock(&item.starts)
            );
            sheet.pair(&item.what, Style::bold(30.0), &when, Style::regular(26.0));
            sheet.text(&item.title, Style::regular(24.0));
            sheet.space(6);
        }
    }

    fn steps(&self) -> Vec<Paragraph> {
        let steps: &[Words] = match self.place {
            WaitingPlace::Terminal => &[
                wording::BACK_TO_KIOSK,
                wording::ENTER_NUMBER,
                wording::LAY_EITHER_CARD,
            ],
            WaitingPlace::Center => &[
                wording::TO_ANY_KIOSK,
                wording::ENTER_NUMBER,
                wording::LAY_A_CARD,
            ],
            WaitingPlace::Card { anywhere: true, .. } => &[
                wording::TO_ANY_KIOSK,
                wording::ENTER_NUMBER,
                wording::LAY_SAME_CARD,
            ],
            WaitingPlace::Card { .. } => &[
                wording::BACK_TO_KIOSK,
                wording::ENTER_NUMBER,
                wording::LAY_SAME_CARD,
            ],
        };
        wording::numbered(self.language, steps)
    }
}

/// Digits in groups of four, as people say them.
pub(super) fn in_fours(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        let time: Zoned = "2026-12-12T19:00[Asia/Tokyo]".parse().unwrap();
        let item = WaitingItem {
            title: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(2),
            starts: time.clone(),
            what: "Hochparterrerundumlaufgalerieverlängerung, row XXVII, seat 1234567".into(),
        };
        for language in [Language::Japanese, Language::English] {
            for place in [
                WaitingPlace::Terminal,
                WaitingPlace::Center,
                WaitingPlace::Card {
                    ending: "3F80".into(),
                    anywhere: true,
                },
            ] {
                let slip = HandoverSlip {
                    language,
                    code: "482109375562".into(),
                    place,
                    items: vec![item.clone(); 12],
                    until: Some(time.clone()),
                    issued: time.clone(),
                    store: "W".repeat(200),
                    terminal: "長い名前の端末".repeat(20),
                };
                assert_eq!(slip.lay_out(&mut typesetter).unwrap().lost(), 0);
            }
        }
    }

    #[test]
    fn codes_are_grouped() {
        assert_eq!(in_fours("482109375562"), "4821 0937 5562");
        assert_eq!(in_fours("48210"), "4821 0");
    }
}
