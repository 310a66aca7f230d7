//! What both people keep after tickets were given from one card to another, or turned into something else: what became of each.

use jiff::Zoned;

use super::Seat;
use super::frame::{footer, title_line};
use super::sheet::{Panel, Part, Sheet};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language, Words};
use crate::raster::Raster;

/// What the record of a giving says; one is printed for each of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivingReceipt {
    /// Its reader's language.
    pub language: Language,
    /// The handover's number as people read it.
    pub number: String,
    /// Last characters of the giving card's number; never more of it.
    pub from_ending: String,
    /// Likewise of the receiving card, where there was one.
    pub to_ending: Option<String>,
    /// Every ticket of it, in the order people chose them.
    pub items: Vec<GivenItem>,
    /// When it ended.
    pub at: Zoned,
    /// The shop.
    pub store: String,
    /// The kiosk.
    pub terminal: String,
}

/// One ticket and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenItem {
    /// Title of what it is for.
    pub title: String,
    /// When that starts.
    pub starts: Zoned,
    /// Its place.
    pub seat: Seat,
    /// What became of it.
    pub end: ItemEnd,
}

/// What became of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemEnd {
    /// On the receiving card.
    Given,
    /// On the giving card, having left it in between or not.
    WithGiver,
    /// At the ticket center, for pick-up.
    AtCenter,
    /// On paper.
    OnPaper,
    /// In the terminal still.
    InTerminal,
}

impl ItemEnd {
    fn words(self) -> Words {
        match self {
            Self::Given => wording::GIVEN,
            Self::WithGiver => wording::WITH_GIVER,
            Self::AtCenter => wording::AT_CENTER,
            Self::OnPaper => wording::ON_PAPER,
            Self::InTerminal => wording::IN_TERMINAL,
        }
    }
}

impl GivingReceipt {
    /// The record as a picture, 576 dots wide.
    pub fn render(&self, typesetter: &mut Typesetter) -> Raster {
        self.lay_out(typesetter).finish()
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Sheet<'t> {
        let mut sheet = Sheet::new(typesetter);
        let title = wording::GIVING_RECEIPT.both(self.language);
        title_line(&mut sheet, &title, self.language);
        sheet.space(14);
        self.cards(&mut sheet);
        sheet.space(14);
        for item in &self.items {
            self.item(&mut sheet, item);
        }
        sheet.fine_rule();
        sheet.space(12);
        sheet.framed(
            wording::NOT_A_TICKET_EITHER.first(self.language),
            wording::NOT_A_TICKET_EITHER.second(self.language),
            [Style::regular(26.0), Style::bold(21.0)],
        );
        sheet.space(14);
        let at = format!(
            "{} {}",
            wording::day_with_year(self.language, &self.at),
            wording::clock(&self.at)
        );
        let number = format!(
            "{} {}",
            wording::RECEIPT_NUMBER.both(self.language),
            self.number
        );
        footer(
            &mut sheet,
            &[&self.store, &format!("{} / {at}", self.terminal), &number],
        );
        sheet
    }

    /// From which card to which.
    fn cards(&self, sheet: &mut Sheet<'_>) {
        let ending = |ending: &str| vec![Part::new(format!("•••• {ending}"), Style::bold(64.0))];
        let (from, to) = (
            wording::FROM_CARD.both(self.language),
            wording::TO_CARD.both(self.language),
        );
        let mut panels = vec![Panel {
            label: &from,
            figure: ending(&self.from_ending),
            share: 1,
        }];
        panels.extend(self.to_ending.as_ref().map(|receiver| Panel {
            label: &to,
            figure: ending(receiver),
            share: 1,
        }));
        sheet.panels(&panels, Style::regular(28.0));
    }

    fn item(&self, sheet: &mut Sheet<'_>, item: &GivenItem) {
        let place = wording::place(self.language, &item.seat);
        let what = if place.is_empty() {
            &item.seat.class
        } else {
            &place
        };
        let end = item.end.words();
        let (first, second) = (end.first(self.language), end.second(self.language));
        sheet.pair(what, Style::bold(30.0), first, Style::bold(30.0));
        let when = format!(
            "{} {}",
            wording::day(self.language, &item.starts),
            wording::clock(&item.starts)
        );
        sheet.pair(&when, Style::regular(24.0), second, Style::regular(22.0));
        sheet.text(&item.title, Style::regular(24.0));
        sheet.space(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        let time: Zoned = "2026-12-12T19:00[Asia/Tokyo]".parse().unwrap();
        let item = |end| GivenItem {
            title: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(2),
            starts: time.clone(),
            seat: Seat {
                class: "Loge".into(),
                block: "Hochparterrerundumlaufgalerieverlängerung".into(),
                row: "XXVII".into(),
                number: "1234567".into(),
                entrance: String::new(),
                price: Money::new(0, "EUR"),
            },
            end,
        };
        for language in [Language::Japanese, Language::English] {
            let receipt = GivingReceipt {
                language,
                number: "R".repeat(90),
                from_ending: "3F80".into(),
                to_ending: Some("A1B2".into()),
                items: vec![
                    item(ItemEnd::Given),
                    item(ItemEnd::WithGiver),
                    item(ItemEnd::AtCenter),
                    item(ItemEnd::OnPaper),
                    item(ItemEnd::InTerminal),
                ],
                at: time.clone(),
                store: "店".repeat(100),
                terminal: "長い名前の端末".repeat(20),
            };
            assert_eq!(receipt.lay_out(&mut typesetter).lost(), 0);
        }
    }
}
