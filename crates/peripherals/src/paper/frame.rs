//! What papers share: the line at their head, a number to be typed or scanned, and the words at their end.

use jiff::Zoned;

use super::codes::Symbol;
use super::sheet::Sheet;
use super::typesetter::Style;
use super::wording::{self, Language, Words};

/// Largest width of a slip's QR code, quiet zone included, in dots.
pub(super) const QR_WIDTH: u32 = 264;

/// When and where a paper was printed.
pub(super) struct Issued<'a> {
    pub at: &'a Zoned,
    pub store: &'a str,
    pub terminal: &'a str,
}

/// The line at the head of every paper: the maker's name and the kind of paper.
pub(super) fn title_line(sheet: &mut Sheet<'_>, kind: &str, language: Language) {
    let style = Style::regular(28.0);
    sheet.pair(&wording::BRAND.both(language), style, kind, style);
    sheet.space(4);
    sheet.rule();
}

/// The head of a slip: its kind, and its number large and as bars.
pub(super) fn numbered_head(
    sheet: &mut Sheet<'_>,
    language: Language,
    [kind, label]: [Words; 2],
    number: &str,
    bars: &Symbol,
) {
    title_line(sheet, &kind.both(language), language);
    sheet.space(14);
    sheet.text(&label.both(language), Style::regular(26.0));
    sheet.space(12);
    sheet.headline(number, Style::bold(136.0));
    sheet.space(26);
    sheet.bars(bars, 104);
    sheet.space(26);
}

/// The end of a slip: what has to be known of it in a frame, and where it comes from.
pub(super) fn notice_and_issued(
    sheet: &mut Sheet<'_>,
    language: Language,
    notice: Words,
    issued: &Issued<'_>,
) {
    sheet.framed(
        notice.first(language),
        notice.second(language),
        [Style::regular(26.0), Style::bold(21.0)],
    );
    sheet.space(14);
    let at = format!(
        "{} {}",
        wording::day_with_year(language, issued.at),
        wording::clock(issued.at)
    );
    footer(
        sheet,
        &[issued.store, &format!("{} / {at}", issued.terminal)],
    );
}

/// Small lines at the end.
pub(super) fn footer(sheet: &mut Sheet<'_>, lines: &[&str]) {
    for line in lines {
        sheet.text(line, Style::regular(22.0));
    }
    sheet.space(8);
}
