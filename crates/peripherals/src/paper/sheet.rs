//! A paper being laid out from top to bottom.

use super::codes::Symbol;
use super::typesetter::{Align, Lines, Style, Typesetter};
use crate::raster::{PAPER_DOTS, Raster};

/// The whole width.
pub const WIDTH: u32 = PAPER_DOTS;
/// Inner margin of frames and black panels, in dots.
const PADDING: u32 = 18;
/// Line of frames and strong rules, in dots.
const STROKE: u32 = 4;

/// White between the parts of a line, in dots.
const PART_GAP: u32 = 10;

/// A paper that grows downwards.
#[derive(Debug)]
pub struct Sheet<'t> {
    typesetter: &'t mut Typesetter,
    raster: Raster,
    y: u32,
    lost: u64,
}

/// A paragraph with the white above it, in dots.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// Its text.
    pub text: String,
    /// Its size and weight.
    pub style: Style,
    /// White above it.
    pub before: u32,
}

/// A piece of a line that is set in sizes of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its text.
    pub text: String,
    /// Its size and weight, where the line has room for it.
    pub style: Style,
}

/// A black panel: a small label over something large.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// The label.
    pub label: &'a str,
    /// What people look for.
    pub figure: Vec<Part>,
    /// Share of the row's width.
    pub share: u32,
}

impl Part {
    /// A piece of a line.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        let text = text.into();
        Self { text, style }
    }
}

impl<'t> Sheet<'t> {
    /// An empty paper.
    pub fn new(typesetter: &'t mut Typesetter) -> Self {
        Self {
            typesetter,
            raster: Raster::new(WIDTH, 0),
            y: 0,
            lost: 0,
        }
    }

    /// The finished paper.
    pub fn finish(mut self) -> Raster {
        self.raster.grow(self.y);
        if self.lost > 0 {
            // A layout mistake; what is on the paper is still worth having.
            tracing::error!(dots = self.lost, "a paper's layout ran over its edge");
        }
        self.raster
    }

    /// Dots that fell outside the paper so far.
    #[cfg(test)]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Leaves white.
    pub fn space(&mut self, dots: u32) {
        self.y += dots;
    }

    /// Takes back white that a line of large figures left below itself.
    pub fn tighten(&mut self, dots: u32) {
        self.y = self.y.saturating_sub(dots);
    }

    /// A strong line across.
    pub fn rule(&mut self) {
        self.fill(0, self.y, WIDTH, STROKE);
        self.y += STROKE;
    }

    /// A fine line across.
    pub fn fine_rule(&mut self) {
        self.fill(0, self.y, WIDTH, 2);
        self.y += 2;
    }

    /// A paragraph across the whole width.
    pub fn text(&mut self, text: &str, style: Style) {
        self.text_in(0, WIDTH, text, style);
    }

    /// A paragraph in a column.
    pub fn text_in(&mut self, left: u32, width: u32, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        let lines = self.typesetter.set(text, style, width);
        self.burn(&lines, left, self.y, width, Align::Left);
        self.y += lines.height;
    }

    /// One line across as large as fits, from `style`'s size downwards. The white above and below figures is cut away.
    pub fn headline(&mut self, text: &str, style: Style) {
        let lines = self.typesetter.fit(text, style, WIDTH);
        let cap = cap_height(lines.height);
        let top = (self.y + cap).saturating_sub(lines.baseline);
        self.burn(&lines, 0, top, WIDTH, Align::Left);
        self.y = self.y.max(top + lines.baseline);
    }

    /// Two texts on a common baseline, at the left and right end. The left one takes further lines when it needs them.
    pub fn pair(&mut self, left: &str, left_style: Style, right: &str, right_style: Style) {
        const GAP: u32 = 24;
        // Whatever happens, the left text keeps a third of the width.
        let right_lines = self.typesetter.fit(right, right_style, WIDTH * 2 / 3 - GAP);
        let left_width = WIDTH - right_lines.width - GAP;
        let left_lines = self.typesetter.set(left, left_style, left_width);
        let baseline = left_lines.baseline.max(right_lines.baseline);
        let (left_top, right_top) = (
            self.y + baseline - left_lines.baseline,
            self.y + baseline - right_lines.baseline,
        );
        self.burn(&left_lines, 0, left_top, left_width, Align::Left);
        let right_left = WIDTH - right_lines.width;
        self.burn(
            &right_lines,
            right_left,
            right_top,
            right_lines.width,
            Align::Right,
        );
        self.y = (left_top + left_lines.height).max(right_top + right_lines.height);
    }

    /// Text at the left, and at its foot a line of parts at the right end.
    pub fn text_beside(&mut self, paragraphs: &[Paragraph], parts: &[Part]) {
        const GAP: u32 = 24;
        let (lines, width) = self.fit_parts(parts, WIDTH / 2);
        let top = self.y;
        for paragraph in paragraphs {
            self.space(paragraph.before);
            self.text_in(0, WIDTH - width - GAP, &paragraph.text, paragraph.style);
        }
        let baseline = lines.iter().map(|line| line.baseline).max().unwrap_or(0);
        let below =
            (lines.iter().map(|line| line.height).max().unwrap_or(0)).saturating_sub(baseline);
        let foot = self.y.max(top + baseline + below) - below;
        self.burn_parts(&lines, WIDTH - width, foot);
        self.y = foot + below;
    }

    /// Where the paper is to be torn.
    pub fn tear_line(&mut self) {
        const DASH: u32 = 9;
        const PERIOD: u32 = 14;
        for left in (0..WIDTH).step_by(PERIOD as usize) {
            self.fill(left, self.y, DASH.min(WIDTH - left), STROKE);
        }
        self.y += STROKE;
    }

    /// A paragraph in both languages within a frame.
    pub fn framed(&mut self, first: &str, second: &str, styles: [Style; 2]) {
        let top = self.y;
        self.y += STROKE + PADDING - 4;
        let inner = WIDTH - 2 * (STROKE + PADDING);
        self.text_in(STROKE + PADDING, inner, first, styles[0]);
        self.space(6);
        self.text_in(STROKE + PADDING, inner, second, styles[1]);
        self.y += STROKE + PADDING - 4;
        let height = self.y - top;
        self.fill(0, top, WIDTH, STROKE);
        self.fill(0, self.y - STROKE, WIDTH, STROKE);
        self.fill(0, top, STROKE, height);
        self.fill(WIDTH - STROKE, top, STROKE, height);
    }

    /// Black panels side by side, white on black.
    pub fn panels(&mut self, panels: &[Panel<'_>], label: Style) {
        const GAP: u32 = 6;
        let shares: u32 = panels.iter().map(|panel| panel.share).sum();
        let gaps = GAP * (panels.len() as u32).saturating_sub(1);
        let mut left = 0;
        let mut bottom = self.y;
        let mut edges = Vec::new();
        // Figures of different sizes stand on one line, as high as the largest could be.
        let figures = panels.iter().flat_map(|panel| &panel.figure);
        let largest = figures.map(|part| part.style.size).fold(0.0, f32::max);
        let room = cap_height((largest * 1.3) as u32);
        for (place, panel) in (1..).zip(panels) {
            // What division leaves over is the last panel's.
            let width = if place == panels.len() {
                WIDTH - left
            } else {
                (WIDTH - gaps) * panel.share / shares.max(1)
            };
            let inner = width - 2 * PADDING;
            let label_lines = self.typesetter.fit(panel.label, label, inner);
            self.burn(
                &label_lines,
                left + PADDING,
                self.y + 10,
                inner,
                Align::Left,
            );
            let (figure, _) = self.fit_parts(&panel.figure, inner);
            let baseline = self.y + 10 + label_lines.height + 14 + room;
            self.burn_parts(&figure, left + PADDING, baseline);
            bottom = bottom.max(baseline + 26);
            edges.push((left, width));
            left += width + GAP;
        }
        let height = bottom - self.y;
        for (left, width) in edges {
            self.invert(left, self.y, width, height);
        }
        self.y = bottom;
    }

    /// A black band with one line in its middle.
    pub fn band(&mut self, text: &str, style: Style) {
        let lines = self.typesetter.fit(text, style, WIDTH - 2 * PADDING);
        self.burn(
            &lines,
            PADDING,
            self.y + 6,
            WIDTH - 2 * PADDING,
            Align::Middle,
        );
        let height = lines.height + 12;
        self.invert(0, self.y, WIDTH, height);
        self.y += height;
    }

    /// Bars across the middle of the paper.
    pub fn bars(&mut self, code: &Symbol, height: u32) {
        let left = (WIDTH - code.width()) / 2;
        for (x, _, module) in code.black_modules() {
            self.fill(left + x, self.y, module, height);
        }
        self.y += height;
    }

    /// A square code at the left with paragraphs beside it. The quiet zone reaches over the paper's edge, which is white as well.
    pub fn code_with_text(&mut self, code: &Symbol, paragraphs: &[Paragraph]) {
        const GAP: u32 = 4;
        let quiet = code.quiet();
        let top = self.y + quiet;
        let bottom = self.y + code.width();
        for (x, y, module) in code.black_modules() {
            self.fill(x - quiet, top + y, module, module);
        }
        let left = code.width() - quiet + GAP;
        self.y = top.saturating_sub(6);
        for paragraph in paragraphs {
            self.space(paragraph.before);
            self.text_in(left, WIDTH - left, &paragraph.text, paragraph.style);
        }
        self.y = (self.y + quiet / 2).max(bottom);
    }

    /// Parts as large as they fit into one line, and how wide that is.
    fn fit_parts(&mut self, parts: &[Part], width: u32) -> (Vec<Lines>, u32) {
        let mut scale = 1.0;
        loop {
            let set = |part: &Part| {
                let size = part.style.size * scale;
                let style = Style { size, ..part.style };
                self.typesetter.set(&part.text, style, u32::MAX / 2)
            };
            let lines: Vec<Lines> = parts.iter().map(set).collect();
            let gaps = PART_GAP * (parts.len() as u32).saturating_sub(1);
            let total = lines.iter().map(|line| line.width).sum::<u32>() + gaps;
            if total <= width || scale < 0.05 {
                return (lines, total.min(width));
            }
            scale *= (width as f32 / total as f32).min(0.98);
        }
    }

    fn burn_parts(&mut self, parts: &[Lines], left: u32, baseline: u32) {
        let mut left = left;
        for part in parts {
            let top = baseline.saturating_sub(part.baseline);
            self.burn(part, left, top, part.width, Align::Left);
            left += part.width + PART_GAP;
        }
    }

    fn burn(&mut self, lines: &Lines, left: u32, top: u32, width: u32, align: Align) {
        // Descenders of very large figures may reach a little below the line box.
        self.raster.grow(top + lines.height + lines.height / 4);
        self.lost += self
            .typesetter
            .burn(lines, &mut self.raster, (left, top), width, align);
    }

    fn fill(&mut self, left: u32, top: u32, width: u32, height: u32) {
        self.raster.grow(top + height);
        for y in top..top + height {
            for x in left..left + width {
                self.lost += u64::from(!self.raster.set(x, y, true));
            }
        }
    }

    fn invert(&mut self, left: u32, top: u32, width: u32, height: u32) {
        self.raster.grow(top + height);
        for y in top..top + height {
            for x in left..left + width {
                let black = self.raster.is_black(x, y);
                self.lost += u64::from(!self.raster.set(x, y, !black));
            }
        }
    }
}

/// Height of capitals and figures in a line box: seven tenths of the letter body.
fn cap_height(line_height: u32) -> u32 {
    (line_height as f32 / 1.3 * 0.72).round() as u32
}
