//! The slip of tickets that were given up: the register pays their money out to whoever brings it.

use jiff::Zoned;

use super::Seat;
use super::codes::{CodeError, Symbol};
use super::frame::{Issued, QR_WIDTH, notice_and_issued, numbered_head, title_line};
use super::handover_slip::in_fours;
use super::sheet::{Panel, Part, Sheet, WIDTH};
use super::slip::{FIGURE, seats};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language, Words};
use crate::money::Money;
use crate::raster::Raster;

/// What the slip of a refund says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundSlip {
    /// The customer's language.
    pub language: Language,
    /// The code's digits, without anything between them.
    pub code: String,
    /// What was given up.
    pub items: Vec<RefundedItem>,
    /// Kept of what was paid.
    pub fee: Money,
    /// What comes back.
    pub amount: Money,
    /// Of that, what went back to the member account it was paid by. All of it: the slip is a record, and nobody pays anything out.
    pub to_account: Money,
    /// Tax contained in it.
    pub tax: Money,
    /// When the tickets were given up.
    pub issued: Zoned,
    /// The shop.
    pub store: String,
    /// The kiosk.
    pub terminal: String,
}

/// A ticket that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundedItem {
    /// Title of its event.
    pub title: String,
    /// When that starts.
    pub starts: Zoned,
    /// Its seat, with what was paid for it.
    pub seat: Seat,
}

impl RefundSlip {
    /// The slip as a picture, 576 dots wide.
    ///
    /// # Errors
    /// The code cannot be printed so that scanners read it.
    pub fn render(&self, typesetter: &mut Typesetter) -> Result<Raster, CodeError> {
        Ok(self.lay_out(typesetter)?.finish())
    }

    fn is_booked(&self) -> bool {
        self.to_account == self.amount
    }

    /// The part that the register pays out.
    fn cash(&self) -> Money {
        Money::new(
            self.amount.minor - self.to_account.minor,
            &self.amount.currency,
        )
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Result<Sheet<'t>, CodeError> {
        let bars = Symbol::code128(&self.code, WIDTH)?;
        let qr = Symbol::qr(&self.code, QR_WIDTH)?;
        let language = self.language;
        let mut sheet = Sheet::new(typesetter);
        // A code that opens nothing would send people to the register.
        if self.is_booked() {
            title_line(&mut sheet, &wording::BOOKED_SLIP.both(language), language);
            sheet.space(14);
        } else {
            let words = [wording::REFUND_SLIP, wording::REFUND_NUMBER];
            let number = in_fours(&self.code);
            numbered_head(&mut sheet, language, words, &number, &bars);
        }
        self.sum(&mut sheet);
        for item in &self.items {
            let when = format!(
                "{} {}",
                wording::day(language, &item.starts),
                wording::clock(&item.starts)
            );
            sheet.text(&item.title, Style::bold(30.0));
            sheet.text(&when, Style::regular(24.0));
            seats(&mut sheet, language, std::slice::from_ref(&item.seat));
        }
        let fee = wording::FEE.both(language);
        let minus = format!("-{}", self.fee);
        sheet.pair(&fee, Style::regular(26.0), &minus, Style::regular(26.0));
        if !self.is_booked() && self.to_account.minor > 0 {
            let account = wording::BACK_TO_ACCOUNT.both(language);
            let sum = self.to_account.to_string();
            sheet.pair(&account, Style::regular(26.0), &sum, Style::regular(26.0));
        }
        sheet.space(8);
        sheet.fine_rule();
        if self.is_booked() {
            sheet.space(14);
            self.foot(&mut sheet, wording::BOOKED);
            return Ok(sheet);
        }
        let steps = [wording::SHOW, wording::GET_MONEY];
        sheet.code_with_text(&qr, &wording::numbered(language, &steps));
        self.foot(&mut sheet, wording::MONEY_BEARER);
        Ok(sheet)
    }

    fn foot(&self, sheet: &mut Sheet<'_>, notice: Words) {
        let issued = Issued {
            at: &self.issued,
            store: &self.store,
            terminal: &self.terminal,
        };
        notice_and_issued(sheet, self.language, notice, &issued);
    }

    fn sum(&self, sheet: &mut Sheet<'_>) {
        let (label, count) = (
            match self.is_booked() {
                true => wording::BACK_TO_ACCOUNT.both(self.language),
                false => wording::TO_PAY_OUT.both(self.language),
            },
            wording::HOW_MANY.both(self.language),
        );
        let how_many = wording::count(self.language, self.items.len());
        let panels = [
            Panel {
                label: &label,
                figure: vec![Part::new(
                    match self.is_booked() {
                        true => self.amount.to_string(),
                        false => self.cash().to_string(),
                    },
                    FIGURE,
                )],
                share: 8,
            },
            Panel {
                label: &count,
                figure: vec![Part::new(how_many, Style::bold(64.0))],
                share: 4,
            },
        ];
        sheet.panels(&panels, Style::regular(28.0));
        sheet.space(8);
        let tax = format!("{} {}", wording::TAX.both(self.language), self.tax);
        sheet.text(&tax, Style::regular(24.0));
        sheet.space(14);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        let starts: Zoned = "2026-12-12T19:00[Europe/Berlin]".parse().unwrap();
        let item = RefundedItem {
            title: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(2),
            starts: starts.clone(),
            seat: Seat {
                class: "Logenplatz mit eingeschränkter Sicht und Rollstuhlbegleitung".into(),
                block: "Hochparterrerundumlaufgalerieverlängerung".into(),
                row: "XXVII".into(),
                number: "1234567".into(),
                entrance: "Haupteingang Südwesttreppenhaus".into(),
                price: Money::new(12_345_678_900, "EUR"),
            },
        };
        let to_account = [0, 45_678, 98_765_432_100].map(|sum| Money::new(sum, "EUR"));
        for (language, to_account) in [Language::Japanese, Language::English]
            .into_iter()
            .flat_map(|language| to_account.clone().map(|sum| (language, sum)))
        {
            let slip = RefundSlip {
                language,
                code: "482109375562".into(),
                items: vec![item.clone(); 8],
                fee: Money::new(12_345_678, "EUR"),
                amount: Money::new(98_765_432_100, "EUR"),
                to_account,
                tax: Money::new(12_345_678, "EUR"),
                issued: starts.clone(),
                store: "W".repeat(200),
                terminal: "長い名前の端末".repeat(20),
            };
            assert_eq!(slip.lay_out(&mut typesetter).unwrap().lost(), 0);
        }
    }
}
