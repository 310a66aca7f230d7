//! Sets text in dots: shaping, kerning, line breaks by the rules of Japanese and Western scripts.

use std::path::{Path, PathBuf};

use cosmic_text::fontdb::{Database, Source};
use cosmic_text::{
    Attrs, Buffer, Fallback, Family, FontSystem, Metrics, Shaping, SwashCache, SwashContent, Weight,
};
use unicode_script::Script;

use crate::raster::Raster;

/// Where Debian's fonts-morisawa-bizud-gothic puts the fonts.
const JAPANESE_FOLDER: &str = "/usr/share/fonts/truetype/bizud-gothic";
const JAPANESE_FILES: [&str; 2] = ["BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf"];
const JAPANESE: &str = "BIZ UDPGothic";

const LATIN_FILES: [&[u8]; 2] = [
    include_bytes!("../../../../ui/fonts/Overpass_400Regular.ttf"),
    include_bytes!("../../../../ui/fonts/Overpass_700Bold.ttf"),
];
const LATIN: &str = "Overpass";

/// Line height as a part of the font size.
const LINE_HEIGHT: f32 = 1.3;
/// Ink coverage from which a dot is burnt; a little under half keeps thin strokes of small kanji whole.
const INK_THRESHOLD: u8 = 112;

/// A font that papers need is not installed.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the font {}: {reason}; install Debian's package fonts-morisawa-bizud-gothic", path.display())]
pub struct FontMissing {
    path: PathBuf,
    reason: std::io::Error,
}

/// Size and weight of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Height of the letter body in dots.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
}

impl Style {
    /// Text of normal weight.
    pub const fn regular(size: f32) -> Self {
        Self { size, bold: false }
    }

    /// Bold text.
    pub const fn bold(size: f32) -> Self {
        Self { size, bold: true }
    }
}

/// Which end of its lines text keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The left end.
    Left,
    /// The middle.
    Middle,
    /// The right end.
    Right,
}

/// Text broken into lines.
#[derive(Debug)]
pub struct Lines {
    buffer: Buffer,
    /// Width of the widest line in dots.
    pub width: u32,
    /// Height of all lines in dots.
    pub height: u32,
    /// From the top to the first line's baseline, in dots.
    pub baseline: u32,
}

/// Fonts and their glyphs. Takes some milliseconds to load; keep it.
#[derive(Debug)]
pub struct Typesetter {
    fonts: FontSystem,
    glyphs: SwashCache,
}

/// Whatever Overpass lacks comes from the Japanese font.
struct JapaneseFallback;

impl Fallback for JapaneseFallback {
    fn common_fallback(&self) -> &[&'static str] {
        &[JAPANESE]
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _script: Script, _locale: &str) -> &[&'static str] {
        &[]
    }
}

impl Typesetter {
    /// Loads the fonts papers are set in.
    ///
    /// # Errors
    /// The Japanese font is not installed.
    pub fn load() -> Result<Self, FontMissing> {
        Self::load_from(Path::new(JAPANESE_FOLDER))
    }

    /// Loads the Japanese font from another folder.
    ///
    /// # Errors
    /// It is not there.
    pub fn load_from(folder: &Path) -> Result<Self, FontMissing> {
        let mut fonts = Database::new();
        for latin in LATIN_FILES {
            fonts.load_font_source(Source::Binary(std::sync::Arc::new(latin)));
        }
        for file in JAPANESE_FILES {
            let path = folder.join(file);
            fonts
                .load_font_file(&path)
                .map_err(|reason| FontMissing { path, reason })?;
        }
        Ok(Self {
            fonts: FontSystem::new_with_locale_and_db_and_fallback(
                "ja".into(),
                fonts,
                JapaneseFallback,
            ),
            glyphs: SwashCache::new(),
        })
    }

    /// Breaks text into lines no wider than `width` dots.
    pub fn set(&mut self, text: &str, style: Style, width: u32) -> Lines {
        let metrics = Metrics::relative(style.size, LINE_HEIGHT);
        let mut buffer = Buffer::new_empty(metrics);
        buffer.set_size(Some(width as f32), None);
        let weight = if style.bold {
            Weight::BOLD
        } else {
            Weight::NORMAL
        };
        let attributes = Attrs::new().family(Family::Name(LATIN)).weight(weight);
        buffer.set_text(text, &attributes, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.fonts, false);
        let runs = || buffer.layout_runs();
        let widest = runs().map(|run| run.line_w).fold(0.0, f32::max);
        let bottom = runs().map(|run| run.line_top + run.line_height);
        let height = bottom.fold(0.0, f32::max).ceil() as u32;
        let baseline = runs().next().map_or(0, |run| run.line_y.round() as u32);
        Lines {
            width: widest.ceil() as u32,
            height,
            baseline,
            buffer,
        }
    }

    /// Sets text on one line, smaller than asked when it is too wide.
    pub fn fit(&mut self, text: &str, style: Style, width: u32) -> Lines {
        let mut lines = self.set(text, style, u32::MAX / 2);
        let mut size = style.size;
        while lines.width > width && size > 1.0 {
            size = (size * width as f32 / lines.width as f32).min(size - 1.0);
            lines = self.set(text, Style { size, ..style }, u32::MAX / 2);
        }
        lines
    }

    /// Burns lines into the paper with their box's top left corner at `left`, `top`. Answers how many dots fell outside the paper.
    pub fn burn(
        &mut self,
        lines: &Lines,
        paper: &mut Raster,
        (left, top): (u32, u32),
        width: u32,
        align: Align,
    ) -> u64 {
        let mut lost = 0;
        for run in lines.buffer.layout_runs() {
            let slack = width as f32 - run.line_w;
            let shift = match align {
                Align::Left => 0.0,
                Align::Middle => slack / 2.0,
                Align::Right => slack,
            };
            // Whole dots: the same word looks the same wherever it stands.
            let origin = (left as f32 + shift.round(), top as f32 + run.line_y.round());
            for glyph in run.glyphs {
                let at = glyph.physical(origin, 1.0);
                let Some(image) = self.glyphs.get_image(&mut self.fonts, at.cache_key) else {
                    continue;
                };
                if image.content != SwashContent::Mask {
                    continue;
                }
                let place = image.placement;
                let (x, y) = (at.x + place.left, at.y - place.top);
                for (coverage, index) in image.data.iter().zip(0u32..) {
                    if *coverage < INK_THRESHOLD {
                        continue;
                    }
                    let column = x.checked_add_unsigned(index % place.width);
                    let row = y.checked_add_unsigned(index / place.width);
                    let inside = column
                        .zip(row)
                        .and_then(|(c, r)| Some((u32::try_from(c).ok()?, u32::try_from(r).ok()?)))
                        .is_some_and(|(column, row)| paper.set(column, row, true));
                    lost += u64::from(!inside);
                }
            }
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_font_names_its_package() {
        let folder = tempfile::tempdir().unwrap();
        let error = Typesetter::load_from(folder.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("fonts-morisawa-bizud-gothic"), "{error}");
        assert!(error.contains("BIZUDPGothic-Regular.ttf"), "{error}");
    }

    #[test]
    fn long_text_breaks_within_the_width() {
        let mut typesetter = Typesetter::load().unwrap();
        for text in [
            "劇団ひまわり創立七十周年記念公演「銀河鉄道の夜」追加公演、全国ツアー千秋楽。",
            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
            "Donaudampfschifffahrtsgesellschaftskapitän, ein Abend mit Liedern",
        ] {
            for width in [120, 300, 576] {
                let lines = typesetter.set(text, Style::bold(44.0), width);
                assert!(lines.width <= width, "{text}: {} > {width}", lines.width);
                let mut paper = Raster::new(width, lines.height);
                let lost = typesetter.burn(&lines, &mut paper, (0, 0), width, Align::Left);
                assert_eq!(lost, 0, "{text} at {width}");
            }
        }
    }

    #[test]
    fn a_line_never_begins_with_a_closing_mark() {
        let mut typesetter = Typesetter::load().unwrap();
        let text = "ああああああ、いいいいい。うううう」えええっおおーか".repeat(3);
        for width in 100..220 {
            let lines = typesetter.set(&text, Style::regular(24.0), width);
            for run in lines.buffer.layout_runs() {
                let start = run.glyphs.first().map_or(0, |glyph| glyph.start);
                let first = run.text[start..].chars().next();
                assert!(
                    !first.is_some_and(|c| "、。」".contains(c)),
                    "{first:?} begins a line at width {width}"
                );
            }
        }
    }

    #[test]
    fn figures_shrink_to_fit() {
        let mut typesetter = Typesetter::load().unwrap();
        let wide = typesetter.fit("¥123,456,789", Style::bold(120.0), 300);
        assert!(wide.width <= 300);
        let narrow = typesetter.fit("¥1", Style::bold(120.0), 300);
        assert_eq!(narrow.height, 156);
    }
}
