//! The paper ticket: at a dark entrance people need door and seat, so these stand white on black and largest.

use super::codes::{CodeError, Symbol};
use super::frame::title_line;
use super::sheet::{Panel, Paragraph, Part, Sheet};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language};
use super::{Performance, Seat};
use crate::money::Money;
use crate::raster::Raster;

/// Largest width of the QR code, quiet zone included, in dots: modules of 0.75 mm for the 49 of a ticket's code.
const QR_WIDTH: u32 = 344;
/// Door, row and number: capitals 15 mm tall.
const FIGURE: f32 = 168.0;

/// What a paper ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPaper {
    /// The customer's language.
    pub language: Language,
    /// What it is for.
    pub performance: Performance,
    /// What its holder gets. Without row and number, its class stands in their place.
    pub seat: Seat,
    /// Price, tax included, and the tax in it; nothing where the terminal does not know.
    pub price: Option<(Money, Option<Money>)>,
    /// What the QR code says.
    pub code: String,
    /// Serial as people read it.
    pub serial: String,
}

impl TicketPaper {
    /// The ticket as a picture, 576 dots wide.
    ///
    /// # Errors
    /// The code cannot be printed so that scanners read it.
    pub fn render(&self, typesetter: &mut Typesetter) -> Result<Raster, CodeError> {
        Ok(self.lay_out(typesetter)?.finish())
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Result<Sheet<'t>, CodeError> {
        let qr = Symbol::qr(&self.code, QR_WIDTH)?;
        let mut sheet = Sheet::new(typesetter);
        let kind = wording::PAPER_TICKET.both(self.language);
        title_line(&mut sheet, &kind, self.language);
        sheet.space(12);
        self.performance(&mut sheet);
        sheet.space(18);
        self.panels(&mut sheet);
        sheet.space(2);
        sheet.code_with_text(&qr, &self.facts());
        sheet.framed(
            wording::ONLY_TICKET.first(self.language),
            wording::ONLY_TICKET.second(self.language),
            [Style::regular(26.0), Style::bold(21.0)],
        );
        sheet.space(26);
        sheet.tear_line();
        sheet.space(20);
        self.stub(&mut sheet);
        sheet.space(8);
        Ok(sheet)
    }

    fn performance(&self, sheet: &mut Sheet<'_>) {
        let Performance {
            title,
            venue,
            doors_open,
            starts,
        } = &self.performance;
        sheet.text(title, Style::bold(54.0));
        sheet.text(venue, Style::regular(30.0));
        sheet.pair(
            &wording::day(self.language, starts),
            Style::regular(48.0),
            &wording::clock(starts),
            Style::bold(84.0),
        );
        sheet.tighten(18);
        let doors = wording::doors_with_year(self.language, doors_open);
        let starts = wording::STARTS.both(self.language);
        sheet.pair(&doors, Style::regular(26.0), &starts, Style::regular(26.0));
    }

    fn panels(&self, sheet: &mut Sheet<'_>) {
        let large = Style::bold(FIGURE);
        let seat = if self.has_seat() {
            wording::seat_parts(self.language, &self.seat, large, Style::bold(44.0))
        } else {
            vec![Part::new(&self.seat.class, Style::bold(72.0))]
        };
        let door_label = wording::DOOR.both(self.language);
        let mut panels = vec![Panel {
            label: &self.seat.block,
            figure: seat,
            share: 12,
        }];
        if !self.seat.entrance.is_empty() {
            let door = Panel {
                label: &door_label,
                figure: vec![Part::new(&self.seat.entrance, large)],
                share: 5,
            };
            panels.insert(0, door);
        }
        sheet.panels(&panels, Style::regular(34.0));
    }

    fn facts(&self) -> Vec<Paragraph> {
        let mut facts = Vec::new();
        let mut fact = |text: String, style, before| {
            facts.push(Paragraph {
                text,
                style,
                before,
            });
        };
        if self.has_seat() {
            fact(self.seat.class.clone(), Style::bold(26.0), 0);
        }
        if let Some((price, tax)) = &self.price {
            fact(price.to_string(), Style::bold(40.0), 4);
            if let Some(tax) = tax {
                let words = wording::TAX.both(self.language);
                fact(format!("{words} {tax}"), Style::regular(22.0), 0);
            }
        }
        let number = wording::RECEIPT_NUMBER.both(self.language);
        fact(number, Style::regular(26.0), 18);
        fact(self.serial.clone(), Style::bold(30.0), 0);
        facts
    }

    fn stub(&self, sheet: &mut Sheet<'_>) {
        let starts = &self.performance.starts;
        let paragraph = |text: String, style| Paragraph {
            text,
            style,
            before: 0,
        };
        let lines = [
            paragraph(wording::STUB.both(self.language), Style::bold(24.0)),
            paragraph(
                format!(
                    "{} {} {}",
                    wording::day(self.language, starts),
                    wording::clock(starts),
                    self.performance.title
                ),
                Style::regular(22.0),
            ),
            paragraph(self.serial.clone(), Style::bold(22.0)),
        ];
        let seat = if self.has_seat() {
            let (large, small) = (Style::bold(58.0), Style::bold(28.0));
            wording::seat_parts(self.language, &self.seat, large, small)
        } else {
            vec![Part::new(&self.seat.class, Style::bold(28.0))]
        };
        sheet.text_beside(&lines, &seat);
    }

    fn has_seat(&self) -> bool {
        !(self.seat.row.is_empty() && self.seat.number.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;

    fn ticket(language: Language) -> TicketPaper {
        let time: Zoned = "2026-12-12T19:00[Asia/Tokyo]".parse().unwrap();
        TicketPaper {
            language,
            performance: Performance {
                title: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz 劇団創立七十周年記念公演".into(),
                venue: "Donaudampfschifffahrtsgesellschaftskapitänsmützenhalle".into(),
                doors_open: time.clone(),
                starts: time,
            },
            seat: Seat {
                class: "Logenplatz mit eingeschränkter Sicht und Rollstuhlbegleitung ermäßigt".into(),
                block: "Hochparterrerundumlaufgalerieverlängerung".into(),
                row: "XXVII".into(),
                number: "1234567".into(),
                entrance: "Südwesttreppenhaus".into(),
                price: Money::new(i64::MAX, "EUR"),
            },
            price: Some((Money::new(i64::MAX, "EUR"), Some(Money::new(i64::MAX, "EUR")))),
            code: "K".repeat(221),
            serial: "028T5-CY4TQ-KFF81".into(),
        }
    }

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        for language in [Language::Japanese, Language::English] {
            let mut ticket = ticket(language);
            assert_eq!(ticket.lay_out(&mut typesetter).unwrap().lost(), 0);
            ticket.seat.row.clear();
            ticket.seat.number.clear();
            assert_eq!(ticket.lay_out(&mut typesetter).unwrap().lost(), 0);
        }
    }

    #[test]
    fn what_is_not_known_leaves_no_trace() {
        let mut typesetter = Typesetter::load().unwrap();
        let mut bare = ticket(Language::English);
        let full = bare.render(&mut typesetter).unwrap();
        bare.price = None;
        bare.seat.entrance.clear();
        bare.seat.class.clear();
        let bare = bare.render(&mut typesetter).unwrap();
        assert!(bare.height() < full.height());
    }
}
