//! The slip a customer carries to the register to pay.

use jiff::Zoned;

use super::codes::{CodeError, Symbol};
use super::frame::{Issued, QR_WIDTH, notice_and_issued, numbered_head};
use super::sheet::{Panel, Part, Sheet, WIDTH};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language};
use super::{Performance, Seat};
use crate::money::Money;
use crate::raster::Raster;

/// Sums and times in black panels.
pub(super) const FIGURE: Style = Style::bold(88.0);

/// What a payment slip says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The customer's language.
    pub language: Language,
    /// Its number as people read it ("4-1827-3").
    pub number: String,
    /// What its codes say: printable ASCII, about twenty characters at most.
    pub code: String,
    /// What it is for.
    pub performance: Performance,
    /// The seats.
    pub seats: Vec<Seat>,
    /// To pay.
    pub total: Money,
    /// Tax contained in it.
    pub tax: Money,
    /// Last moment to pay.
    pub pay_until: Zoned,
    /// When it was printed.
    pub issued: Zoned,
    /// The shop.
    pub store: String,
    /// The kiosk.
    pub terminal: String,
}

impl Slip {
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
        let mut sheet = Sheet::new(typesetter);
        let words = [wording::SLIP, wording::SLIP_NUMBER];
        numbered_head(&mut sheet, self.language, words, &self.number, &bars);
        self.sum(&mut sheet);
        performance(&mut sheet, self.language, &self.performance);
        sheet.space(10);
        sheet.fine_rule();
        sheet.space(8);
        seats(&mut sheet, self.language, &self.seats);
        sheet.space(8);
        sheet.fine_rule();
        self.instructions(&mut sheet, &qr);
        let issued = Issued {
            at: &self.issued,
            store: &self.store,
            terminal: &self.terminal,
        };
        notice_and_issued(&mut sheet, self.language, wording::NOT_A_TICKET, &issued);
        Ok(sheet)
    }

    fn sum(&self, sheet: &mut Sheet<'_>) {
        sheet.panels(
            &[
                Panel {
                    label: &wording::TO_PAY.both(self.language),
                    figure: vec![Part::new(self.total.to_string(), FIGURE)],
                    share: 7,
                },
                Panel {
                    label: &wording::PAY_BY.both(self.language),
                    figure: vec![Part::new(wording::clock(&self.pay_until), FIGURE)],
                    share: 5,
                },
            ],
            Style::regular(28.0),
        );
        sheet.space(8);
        let tax = format!("{} {}", wording::TAX.both(self.language), self.tax);
        let day = wording::day(self.language, &self.pay_until);
        sheet.pair(&tax, Style::regular(24.0), &day, Style::regular(24.0));
        sheet.space(18);
    }

    fn instructions(&self, sheet: &mut Sheet<'_>, qr: &Symbol) {
        let steps = [wording::SHOW, wording::PAY, wording::RETURN];
        sheet.code_with_text(qr, &wording::numbered(self.language, &steps));
    }
}

/// Title, hall, day and time.
pub(super) fn performance(sheet: &mut Sheet<'_>, language: Language, performance: &Performance) {
    sheet.text(&performance.title, Style::bold(44.0));
    sheet.text(&performance.venue, Style::regular(30.0));
    sheet.pair(
        &wording::day(language, &performance.starts),
        Style::regular(44.0),
        &wording::clock(&performance.starts),
        Style::bold(68.0),
    );
    sheet.tighten(14);
    let doors = format!(
        "{} {}",
        wording::clock(&performance.doors_open),
        wording::DOORS.both(language)
    );
    let starts = wording::STARTS.both(language);
    sheet.pair(&doors, Style::regular(24.0), &starts, Style::regular(24.0));
}

/// A line for each seat with its price, and its class and door below.
pub(super) fn seats(sheet: &mut Sheet<'_>, language: Language, seats: &[Seat]) {
    for seat in seats {
        sheet.pair(
            &wording::place(language, seat),
            Style::bold(30.0),
            &seat.price.to_string(),
            Style::bold(30.0),
        );
        let door = if seat.entrance.is_empty() {
            String::new()
        } else {
            format!("{} {}", wording::DOOR.first(language), seat.entrance)
        };
        let details = [seat.class.as_str(), &door];
        let details: Vec<&str> = details.into_iter().filter(|d| !d.is_empty()).collect();
        sheet.text(&details.join(" / "), Style::regular(24.0));
        sheet.space(6);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_slip(language: Language) -> Slip {
        let starts: Zoned = "2026-12-12T19:00[Europe/Berlin]".parse().unwrap();
        let seat = Seat {
            class: "Logenplatz mit eingeschränkter Sicht und Rollstuhlbegleitung ermäßigt".into(),
            block: "Hochparterrerundumlaufgalerieverlängerung".into(),
            row: "XXVII".into(),
            number: "1234567".into(),
            entrance: "Haupteingang Südwesttreppenhaus".into(),
            price: Money::new(12_345_678_900, "EUR"),
        };
        Slip {
            language,
            number: "4294967295-184467440737-9".into(),
            code: "4-1827-3".into(),
            performance: Performance {
                title: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz – 劇団創立七十周年記念公演「銀河鉄道の夜」".into(),
                venue: "Donaudampfschifffahrtsgesellschaftskapitänsmützenhalle".into(),
                doors_open: starts.clone(),
                starts: starts.clone(),
            },
            seats: vec![seat; 10],
            total: Money::new(i64::MAX, "EUR"),
            tax: Money::new(i64::MAX, "EUR"),
            pay_until: starts.clone(),
            issued: starts,
            store: "W".repeat(200),
            terminal: "長い名前の端末".repeat(20),
        }
    }

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        for language in [Language::Japanese, Language::English] {
            let slip = long_slip(language);
            let sheet = slip.lay_out(&mut typesetter).unwrap();
            assert_eq!(sheet.lost(), 0);
        }
    }

    #[test]
    fn empty_fields_leave_no_trace() {
        let mut typesetter = Typesetter::load().unwrap();
        let mut slip = long_slip(Language::English);
        let tall = slip.render(&mut typesetter).unwrap().height();
        for seat in &mut slip.seats {
            seat.class.clear();
            seat.entrance.clear();
        }
        assert!(slip.render(&mut typesetter).unwrap().height() < tall);
    }
}
