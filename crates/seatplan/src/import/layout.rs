//! Gives seats a place where a file has none: rows one behind another, blocks side by side, storeys one below another.

use super::draft::{DraftBlock, DraftRow};
use crate::natural;

const PITCH: f64 = 24.0;
const ROW_PITCH: f64 = 28.0;
const GAP: f64 = 60.0;
const MARGIN: f64 = 40.0;

/// Places all seats; `bands` says for each block which band of the drawing it belongs to, the first being at the front.
/// Returns width and height.
pub(super) fn place(blocks: &mut [DraftBlock], bands: &[usize]) -> (f64, f64) {
    let sizes: Vec<(f64, f64)> = blocks.iter_mut().map(place_rows).collect();
    let surface: f64 = sizes
        .iter()
        .map(|(width, height)| (width + GAP) * (height + GAP))
        .sum();
    let widest = sizes.iter().map(|size| size.0).fold(0.0, f64::max);
    let limit = widest.max(surface.sqrt() * 1.2);
    let (mut width, mut y) = (0.0_f64, MARGIN);
    let last = bands.iter().copied().max().unwrap_or(0);
    for band in 0..=last {
        let members: Vec<usize> = (0..blocks.len())
            .filter(|block| bands[*block] == band)
            .collect();
        for line in lines(&members, &sizes, limit) {
            let line_width = line.iter().map(|block| sizes[*block].0 + GAP).sum::<f64>() - GAP;
            let mut x = MARGIN + (limit - line_width) / 2.0;
            for block in &line {
                shift(&mut blocks[*block], x, y);
                x += sizes[*block].0 + GAP;
            }
            width = width.max(x - GAP + MARGIN);
            y += line.iter().map(|block| sizes[*block].1).fold(0.0, f64::max) + GAP;
        }
    }
    (width, y - GAP + MARGIN)
}

/// Breaks a band into lines no wider than `limit`.
fn lines(members: &[usize], sizes: &[(f64, f64)], limit: f64) -> Vec<Vec<usize>> {
    let mut lines: Vec<Vec<usize>> = Vec::new();
    let mut used = f64::MAX;
    for block in members {
        let width = sizes[*block].0;
        match lines.last_mut() {
            Some(line) if used + GAP + width <= limit => {
                line.push(*block);
                used += GAP + width;
            }
            _ => {
                lines.push(vec![*block]);
                used = width;
            }
        }
    }
    lines
}

/// Places a block's rows from its own corner and returns its width and height. Rows that number their seats from different
/// starts stand where their numbers say; rows that all start alike are centred.
fn place_rows(block: &mut DraftBlock) -> (f64, f64) {
    block
        .rows
        .sort_by(|a, b| natural::compare(&a.label, &b.label));
    let longest = block
        .rows
        .iter()
        .map(|row| row.seats.len())
        .max()
        .unwrap_or(0);
    let spans: Option<Vec<(u32, u32)>> = block.rows.iter().map(span).collect();
    let by_number = spans.and_then(|spans| {
        let least = spans.iter().map(|span| span.0).min()?;
        let most = spans.iter().map(|span| span.1).max()?;
        let differ = spans.iter().any(|span| span.0 != least);
        (differ && (most - least) as usize <= longest * 2).then_some((least, most))
    });
    for (nth, row) in block.rows.iter_mut().enumerate() {
        let offset = (longest - row.seats.len()) as f64 / 2.0;
        for (place, seat) in row.seats.iter_mut().enumerate() {
            let column = match (by_number, seat.number.parse::<u32>()) {
                (Some((least, _)), Ok(number)) => f64::from(number - least),
                _ => place as f64 + offset,
            };
            (seat.x, seat.y) = (column * PITCH, nth as f64 * ROW_PITCH);
        }
    }
    let columns = by_number.map_or(longest.max(1) - 1, |(least, most)| (most - least) as usize);
    (
        columns as f64 * PITCH,
        block.rows.len().saturating_sub(1) as f64 * ROW_PITCH,
    )
}

/// Least and greatest number of a row whose seats are all numbered.
fn span(row: &DraftRow) -> Option<(u32, u32)> {
    let numbers: Vec<u32> = row
        .seats
        .iter()
        .map(|seat| seat.number.parse().ok())
        .collect::<Option<_>>()?;
    Some((*numbers.iter().min()?, *numbers.iter().max()?))
}

fn shift(block: &mut DraftBlock, x: f64, y: f64) {
    for seat in block.rows.iter_mut().flat_map(|row| &mut row.seats) {
        seat.x += x;
        seat.y += y;
    }
}
