//! Fills outlines with soft edges, a line at a time.

/// Lines a pixel row is cut into.
const SUB_LINES: usize = 4;

/// A buffer of opaque pixels, four bytes each.
pub(super) struct Canvas<'a> {
    pub pixels: &'a mut [u8],
    pub width: usize,
    pub height: usize,
}

impl Canvas<'_> {
    /// Lays a colour over a pixel with a cover of 0 to 1.
    fn blend(&mut self, x: usize, y: usize, colour: [u8; 3], cover: f32) {
        let at = (y * self.width + x) * 4;
        if cover > 0.999 {
            self.pixels[at..at + 3].copy_from_slice(&colour);
            return;
        }
        for (part, new) in self.pixels[at..at + 3].iter_mut().zip(colour) {
            *part = (f32::from(*part) + (f32::from(new) - f32::from(*part)) * cover).round() as u8;
        }
    }

    /// Fills a closed outline given in pixels (even-odd).
    pub(super) fn fill(&mut self, outline: &[(f32, f32)], colour: [u8; 3]) {
        if outline.len() < 3 || !outline.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
            return;
        }
        let least = outline
            .iter()
            .map(|point| point.1)
            .fold(f32::MAX, f32::min)
            .max(0.0);
        let most = outline
            .iter()
            .map(|point| point.1)
            .fold(f32::MIN, f32::max)
            .min(self.height as f32);
        if least >= most {
            return;
        }
        let mut cover = vec![0.0_f32; self.width];
        let mut crossings = Vec::new();
        for y in least as usize..(most.ceil() as usize).min(self.height) {
            cover.fill(0.0);
            for sub in 0..SUB_LINES {
                let line = y as f32 + (sub as f32 + 0.5) / SUB_LINES as f32;
                crossings.clear();
                let ends = outline.iter().zip(outline.iter().cycle().skip(1));
                crossings.extend(
                    ends.filter(|(a, b)| (a.1 <= line) != (b.1 <= line))
                        .map(|(a, b)| a.0 + (line - a.1) / (b.1 - a.1) * (b.0 - a.0)),
                );
                crossings.sort_by(f32::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    span(&mut cover, pair[0], pair[1]);
                }
            }
            for (x, cover) in cover.iter().enumerate().filter(|(_, cover)| **cover > 0.0) {
                self.blend(x, y, colour, cover.min(1.0));
            }
        }
    }

    /// Draws the edge of a closed outline, `width` pixels wide.
    pub(super) fn stroke(&mut self, outline: &[(f32, f32)], width: f32, colour: [u8; 3]) {
        for (a, b) in outline.iter().zip(outline.iter().cycle().skip(1)) {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy);
            if length > 0.0 {
                let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
                let side = [
                    (a.0 + nx, a.1 + ny),
                    (b.0 + nx, b.1 + ny),
                    (b.0 - nx, b.1 - ny),
                    (a.0 - nx, a.1 - ny),
                ];
                self.fill(&side, colour);
            }
        }
    }
}

/// Adds a sub-line's cover between two positions.
fn span(cover: &mut [f32], from: f32, to: f32) {
    let (from, to) = (
        from.clamp(0.0, cover.len() as f32),
        to.clamp(0.0, cover.len() as f32),
    );
    if from >= to {
        return;
    }
    let share = 1.0 / SUB_LINES as f32;
    let (first, last) = (from as usize, (to as usize).min(cover.len() - 1));
    if first == last {
        cover[first] += (to - from) * share;
        return;
    }
    cover[first] += (first as f32 + 1.0 - from) * share;
    cover[first + 1..last]
        .iter_mut()
        .for_each(|pixel| *pixel += share);
    cover[last] += (to - last as f32) * share;
}
