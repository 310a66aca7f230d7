//! The page the staff prints to see whether a printer is in order.

use jiff::Zoned;

use super::codes::{CodeError, Symbol};
use super::frame::{Issued, QR_WIDTH, notice_and_issued, title_line};
use super::sheet::{Paragraph, Sheet, WIDTH};
use super::typesetter::{Style, Typesetter};
use super::wording::{self, Language};
use crate::raster::Raster;

/// What its codes say: no slip's number and no ticket, so scanning it opens nothing.
const CODE: &str = "TEST";
/// Letters of both scripts in the sizes of tickets and slips.
const SAMPLES: [(&str, Style); 4] = [
    ("きっぷ 漢字 カナ Ag 0123456789", Style::regular(24.0)),
    ("きっぷ 漢字 カナ Ag 01234567", Style::regular(30.0)),
    ("きっぷ 漢字 Ag 0123", Style::bold(44.0)),
    ("きっぷ 012", Style::bold(88.0)),
];

/// What a test page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPage {
    /// The staff's language.
    pub language: Language,
    /// When it was printed.
    pub issued: Zoned,
    /// The shop.
    pub store: String,
    /// The kiosk.
    pub terminal: String,
}

impl TestPage {
    /// The page as a picture, 576 dots wide.
    ///
    /// # Errors
    /// The code cannot be printed so that scanners read it.
    pub fn render(&self, typesetter: &mut Typesetter) -> Result<Raster, CodeError> {
        Ok(self.lay_out(typesetter)?.finish())
    }

    fn lay_out<'t>(&self, typesetter: &'t mut Typesetter) -> Result<Sheet<'t>, CodeError> {
        let bars = Symbol::code128(CODE, WIDTH)?;
        let qr = Symbol::qr(CODE, QR_WIDTH)?;
        let language = self.language;
        let mut sheet = Sheet::new(typesetter);
        title_line(&mut sheet, &wording::TEST_PAGE.both(language), language);
        sheet.space(14);
        // Black from edge to edge: a dot of the head that is dead shows as a white line.
        sheet.band(wording::TEST_PAGE.first(language), Style::bold(64.0));
        sheet.space(14);
        for (sample, style) in SAMPLES {
            sheet.text(sample, style);
        }
        sheet.space(14);
        sheet.bars(&bars, 104);
        sheet.space(26);
        let words = Paragraph {
            text: wording::LOOK_AT_TEST.both(language),
            style: Style::regular(26.0),
            before: 0,
        };
        sheet.code_with_text(&qr, &[words]);
        let issued = Issued {
            at: &self.issued,
            store: &self.store,
            terminal: &self.terminal,
        };
        notice_and_issued(&mut sheet, language, wording::TEST_IS_NOTHING, &issued);
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_over_the_edge() {
        let mut typesetter = Typesetter::load().unwrap();
        for language in [Language::Japanese, Language::English] {
            let page = TestPage {
                language,
                issued: "2026-12-12T19:00[Asia/Tokyo]".parse().unwrap(),
                store: "W".repeat(200),
                terminal: "長い名前の端末".repeat(20),
            };
            assert_eq!(page.lay_out(&mut typesetter).unwrap().lost(), 0);
        }
    }
}
