//! The receipt for tickets that are on a card now.

use jiff::Zoned;

use super::frame::{footer, title_line};
use super::sheet::{Panel, Part, Sheet};
use super::slip::{FIGURE, performance, seats};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language};
use super::{Performance, Seat};
use crate::money::Money;
use crate::raster::Raster;

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The customer's language.
    pub language: Language,
    /// Its number.
    pub number: String,
    /// Printed again; marked as a copy, so that it cannot be claimed twice.
    pub copy: bool,
    /// What was bought.
    pub performance: Performance,
    /// The seats.
    pub seats: Vec<Seat>,
    /// Paid.
    pub total: Money,
    /// Tax contained in it.
    pub tax: Money,
    /// Its rate in hundredths of a percent: 1000 = 10 %.
    pub tax_basis_points: u16,
    /// How it was paid.
    pub paid_by: PaidBy,
    /// Last characters of the card's number; never more of it.
    pub card_ending: String,
    /// When it was paid.
    pub paid: Zoned,
    /// The shop that took the money.
    pub store: String,
    /// Who sold the tickets.
    pub seller: String,
    /// The seller's tax registration number, if it has one.
    pub registration: Option<String>,
}

/// Ways to pay, as papers name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaidBy {
    /// At the store's register.
    Register,
    /// By the member account with the seller.
    MemberAccount,
}

impl Receipt {
    /// The receipt as a picture, 576 dots wide.
    pub fn render(&self, typesetter: &mut Typesetter) -> Raster {
        self.lay_out(typesetter).finish()
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Sheet<'t> {
        let mut sheet = Sheet::new(typesetter);
        title_line(
            &mut sheet,
            &wording::RECEIPT.both(self.language),
            self.language,
        );
        sheet.space(14);
        if self.copy {
            sheet.band(&wording::COPY.both(self.language), Style::bold(40.0));
            sheet.space(14);
        }
        performance(&mut sheet, self.language, &self.performance);
        sheet.space(10);
        sheet.fine_rule();
        sheet.space(8);
        seats(&mut sheet, self.language, &self.seats);
        sheet.space(8);
        self.sum(&mut sheet);
        self.card(&mut sheet);
        let mut lines = vec![self.seller.clone(), self.store.clone(), self.paid_line()];
        lines.retain(|line| !line.is_empty());
        if let Some(registration) = &self.registration {
            lines.push(format!(
                "{} {registration}",
                wording::REGISTRATION.both(self.language)
            ));
        }
        lines.push(format!(
            "{} {}",
            wording::RECEIPT_NUMBER.both(self.language),
            self.number
        ));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        footer(&mut sheet, &lines);
        sheet
    }

    fn sum(&self, sheet: &mut Sheet<'_>) {
        sheet.panels(
            &[Panel {
                label: &wording::PAID.both(self.language),
                figure: vec![Part::new(self.total.to_string(), FIGURE)],
                share: 1,
            }],
            Style::regular(28.0),
        );
        sheet.space(8);
        // What a qualified invoice states: the sum at each rate, and its tax.
        let rate = wording::TAXED_AT.both(self.language);
        let rate = format!("{rate} {}", percent(self.tax_basis_points));
        let total = self.total.to_string();
        sheet.pair(&rate, Style::regular(24.0), &total, Style::regular(24.0));
        let tax = format!("{} {}", wording::TAX.both(self.language), self.tax);
        let count = match self.language {
            Language::Japanese => format!(
                "{}{}",
                self.seats.len(),
                wording::TICKETS.first(self.language)
            ),
            Language::English => format!(
                "{} {}",
                self.seats.len(),
                wording::TICKETS.first(self.language)
            ),
        };
        sheet.pair(&tax, Style::regular(24.0), &count, Style::regular(24.0));
        let way = match self.paid_by {
            PaidBy::Register => wording::AT_REGISTER,
            PaidBy::MemberAccount => wording::MEMBER_ACCOUNT,
        };
        sheet.pair(
            &wording::PAID_BY.both(self.language),
            Style::regular(24.0),
            &way.both(self.language),
            Style::regular(24.0),
        );
        sheet.space(18);
    }

    fn card(&self, sheet: &mut Sheet<'_>) {
        let card = wording::CARD.both(self.language);
        let ending = format!("•••• {}", self.card_ending);
        sheet.pair(&card, Style::regular(30.0), &ending, Style::bold(40.0));
        sheet.space(12);
        sheet.framed(
            wording::ON_THE_CARD.first(self.language),
            wording::ON_THE_CARD.second(self.language),
            [Style::regular(26.0), Style::bold(21.0)],
        );
        sheet.space(14);
    }

    fn paid_line(&self) -> String {
        format!(
            "{} {}",
            wording::day_with_year(self.language, &self.paid),
            wording::clock(&self.paid)
        )
    }
}

/// `10 %`, `7.7 %`.
fn percent(basis_points: u16) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    match part {
        0 => format!("{whole} %"),
        part if part % 10 == 0 => format!("{whole}.{} %", part / 10),
        part => format!("{whole}.{part:02} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_short_as_they_are() {
        for (basis_points, text) in [(1000, "10 %"), (770, "7.7 %"), (525, "5.25 %"), (0, "0 %")] {
            assert_eq!(percent(basis_points), text);
        }
    }

    #[test]
    fn a_copy_looks_different_and_fits() {
        let mut typesetter = Typesetter::load().unwrap();
        let time: Zoned = "2026-12-12T19:00[Asia/Tokyo]".parse().unwrap();
        let mut receipt = Receipt {
            language: Language::Japanese,
            number: "R".repeat(90),
            copy: false,
            performance: Performance {
                title: "長い題名の公演".repeat(12),
                venue: "ホール".repeat(30),
                doors_open: time.clone(),
                starts: time.clone(),
            },
            seats: Vec::new(),
            total: Money::new(i64::MIN, "JPY"),
            tax: Money::new(0, "JPY"),
            tax_basis_points: 770,
            paid_by: PaidBy::MemberAccount,
            seller: "売".repeat(60),
            card_ending: "A1B2".into(),
            paid: time,
            store: "店".repeat(100),
            registration: Some("T1234567890123".into()),
        };
        let original = receipt.lay_out(&mut typesetter);
        assert_eq!(original.lost(), 0);
        let original = original.finish();
        receipt.copy = true;
        let copy = receipt.lay_out(&mut typesetter);
        assert_eq!(copy.lost(), 0);
        assert!(copy.finish().height() > original.height());
    }
}
