//! A paper's picture: black and white dots, as a thermal printer burns them.

use std::io::Cursor;

/// Dots across the printable width of 80 mm paper at 203 dpi (8 dots a millimetre).
pub const PAPER_DOTS: u32 = 576;

/// White margin on either side of the printable width, in dots: 80 mm of paper are 640 dots.
const PREVIEW_MARGIN: u32 = 32;

/// A bitmap of black and white dots; rows are packed eight dots a byte, the leftmost dot in the highest bit, 1 is black.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    rows: Vec<u8>,
}

impl Raster {
    /// White paper of `width` by `height` dots.
    pub fn new(width: u32, height: u32) -> Self {
        let stride = width.div_ceil(8) as usize;
        Self {
            width,
            rows: vec![0; stride * height as usize],
        }
    }

    /// Paper from packed rows; a last row that is not whole is dropped.
    pub fn from_rows(width: u32, mut rows: Vec<u8>) -> Self {
        let stride = width.div_ceil(8) as usize;
        rows.truncate(rows.len() / stride.max(1) * stride);
        Self { width, rows }
    }

    /// Width in dots.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in dots.
    pub fn height(&self) -> u32 {
        (self.rows.len() / self.stride().max(1)) as u32
    }

    /// Bytes in a row.
    pub fn stride(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// The packed rows, top to bottom.
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Whether a dot is black; outside the paper nothing is.
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        self.position(x, y)
            .is_some_and(|(byte, mask)| self.rows[byte] & mask != 0)
    }

    /// Colours a dot. Answers false, and changes nothing, outside the paper.
    pub fn set(&mut self, x: u32, y: u32, black: bool) -> bool {
        let Some((byte, mask)) = self.position(x, y) else {
            return false;
        };
        if black {
            self.rows[byte] |= mask;
        } else {
            self.rows[byte] &= !mask;
        }
        true
    }

    /// Adds white rows at the bottom until the paper is at least `height` dots long.
    pub fn grow(&mut self, height: u32) {
        let wanted = self.stride() * height as usize;
        if self.rows.len() < wanted {
            self.rows.resize(wanted, 0);
        }
    }

    /// Puts another paper of the same width below this one.
    ///
    /// Rows of a paper of another width are cut or padded with white.
    pub fn append(&mut self, below: &Raster) {
        let (stride, theirs) = (self.stride(), below.stride());
        for row in below.rows.chunks_exact(theirs.max(1)) {
            let start = self.rows.len();
            self.rows.resize(start + stride, 0);
            let common = stride.min(theirs);
            self.rows[start..start + common].copy_from_slice(&row[..common]);
        }
    }

    /// Counts black dots.
    pub fn black_dots(&self) -> u64 {
        self.rows
            .iter()
            .map(|byte| u64::from(byte.count_ones()))
            .sum()
    }

    /// One byte a dot, 0 black and 255 white, row by row: what barcode readers take.
    pub fn to_luma(&self) -> Vec<u8> {
        (0..self.height())
            .flat_map(|y| (0..self.width).map(move |x| (x, y)))
            .map(|(x, y)| if self.is_black(x, y) { 0 } else { 255 })
            .collect()
    }

    /// The paper with its white margins and a little white above and below, for showing on a screen.
    pub fn preview(&self) -> Raster {
        let mut sheet = Raster::new(
            self.width + 2 * PREVIEW_MARGIN,
            self.height() + 2 * PREVIEW_MARGIN,
        );
        for y in 0..self.height() {
            for x in (0..self.width).filter(|&x| self.is_black(x, y)) {
                sheet.set(x + PREVIEW_MARGIN, y + PREVIEW_MARGIN, true);
            }
        }
        sheet
    }

    /// The picture as a PNG file of one bit a dot.
    ///
    /// # Errors
    /// A paper with no dots is no picture.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(Cursor::new(&mut file), self.width, self.height());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        // PNG's grey scale has 1 for white.
        let inverted: Vec<u8> = self.rows.iter().map(|byte| !byte).collect();
        writer.write_image_data(&inverted)?;
        writer.finish()?;
        Ok(file)
    }

    fn position(&self, x: u32, y: u32) -> Option<(usize, u8)> {
        let inside = x < self.width && y < self.height();
        inside.then(|| {
            (
                y as usize * self.stride() + (x / 8) as usize,
                0x80 >> (x % 8),
            )
        })
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Raster({}x{}, {} black)",
            self.width,
            self.height(),
            self.black_dots()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_packed_leftmost_highest() {
        let mut paper = Raster::new(10, 2);
        assert!(paper.set(0, 0, true));
        assert!(paper.set(9, 1, true));
        assert_eq!(paper.rows(), [0x80, 0, 0, 0x40]);
        assert!(paper.is_black(9, 1));
        assert!(!paper.set(10, 0, true), "outside the paper");
        assert_eq!(paper.black_dots(), 2);
    }

    #[test]
    fn papers_join_at_the_bottom() {
        let mut paper = Raster::new(8, 1);
        let mut below = Raster::new(8, 2);
        below.set(3, 1, true);
        paper.append(&below);
        assert_eq!(paper.height(), 3);
        assert!(paper.is_black(3, 2));
    }

    #[test]
    fn a_png_holds_the_same_dots() {
        let mut paper = Raster::new(13, 3);
        paper.set(12, 2, true);
        let file = paper.to_png().unwrap();
        let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut dots).unwrap();
        assert_eq!(dots[0], 0xFF, "white");
        assert_eq!(dots[5] & 0b0000_1000, 0, "the black dot");
    }

    #[test]
    fn the_preview_has_margins() {
        let mut paper = Raster::new(PAPER_DOTS, 4);
        paper.set(0, 0, true);
        let sheet = paper.preview();
        assert_eq!((sheet.width(), sheet.height()), (640, 68));
        assert!(sheet.is_black(32, 32));
    }
}
