//! Seats for a party that does not fit side by side: neighbouring rows, then blocks, then whatever is free.

use std::ops::Range;

use super::{Apart, Choice, runs::Hall};
use crate::plan::Point;

/// Parties are gathered around this many runs: the nearest to the focus, and the longest.
const ANCHORS: usize = 64;
/// Runs looked at around each of them.
const AROUND: usize = 96;
/// Runs a party may be gathered from, nearest to the focus first: bounds the time in a hall of single seats.
const GATHERED_FROM: usize = 1_500;

/// A run of wanted seats.
struct Run {
    seats: Range<usize>,
    block: u16,
    middle: Point,
    /// Mean distance of its seats to the focus.
    far: f64,
    /// Distance of the nearest of them.
    near: f64,
}

pub(super) fn find(hall: &Hall<'_>, count: usize) -> Option<Choice> {
    let mut runs: Vec<Run> = hall
        .wanted_runs()
        .map(|seats| Run {
            block: hall.plan.row_of(seats.start).block,
            middle: hall.middle(&seats),
            far: hall.far(&seats),
            near: hall.near(&seats),
            seats,
        })
        .collect();
    if runs.iter().map(|run| run.seats.len()).sum::<usize>() < count {
        return None;
    }
    runs.sort_by(|a, b| a.far.total_cmp(&b.far));
    let pairs: Vec<&Run> = runs.iter().filter(|run| run.seats.len() > 1).collect();
    let in_block = best_in_blocks(hall, &pairs, count);
    let found = |apart| move |seats| Choice { seats, apart };
    in_block
        .map(found(Apart::AcrossRows))
        .or_else(|| {
            gather(hall, &pairs, count, 2, None)
                .map(|(_, seats)| seats)
                .map(found(Apart::AcrossBlocks))
        })
        .or_else(|| everywhere(hall, &pairs, count).map(found(Apart::AcrossBlocks)))
        .or_else(|| {
            gather(hall, &runs.iter().collect::<Vec<_>>(), count, 1, None)
                .map(|(_, seats)| seats)
                .map(found(Apart::Alone))
        })
        .or_else(|| {
            take(hall, runs.iter(), count, 1, None)
                .map(|(_, seats)| seats)
                .map(found(Apart::Alone))
        })
}

/// The best gathering within a single block.
fn best_in_blocks(hall: &Hall<'_>, runs: &[&Run], count: usize) -> Option<Vec<u32>> {
    let mut by_block: Vec<Vec<&Run>> = vec![Vec::new(); hall.plan.blocks.len()];
    for run in runs {
        by_block[usize::from(run.block)].push(run);
    }
    let enough = |runs: &[&Run]| runs.iter().map(|run| run.seats.len()).sum::<usize>() >= count;
    let near = |runs: &[&Run]| {
        runs.iter()
            .map(|run| run.near)
            .fold(f64::INFINITY, f64::min)
    };
    let mut blocks: Vec<(f64, Vec<&Run>)> = by_block
        .into_iter()
        .filter(|runs| enough(runs))
        .map(|runs| (near(&runs), runs))
        .collect();
    blocks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut best: Option<(f64, Vec<u32>)> = None;
    for (near, runs) in blocks {
        let least = best.as_ref().map(|(cost, _)| *cost);
        // Nobody in this block or the ones behind it can sit as well.
        if least.is_some_and(|least| near * count as f64 >= least) {
            break;
        }
        best = gather(hall, &runs, count, 2, least).or(best);
    }
    best.map(|(_, seats)| seats)
}

/// A party around one of the anchors, with what it costs: nearness to each other first, to the focus second. Only what costs less than `below`.
fn gather(
    hall: &Hall<'_>,
    runs: &[&Run],
    count: usize,
    least: usize,
    below: Option<f64>,
) -> Option<(f64, Vec<u32>)> {
    let runs = &runs[..runs.len().min(GATHERED_FROM)];
    let mut longest: Vec<&Run> = runs.to_vec();
    longest.sort_by_key(|run| std::cmp::Reverse(run.seats.len()));
    let anchors = runs
        .iter()
        .copied()
        .take(ANCHORS)
        .chain(longest.into_iter().take(ANCHORS / 4));
    let mut cheapest = below.unwrap_or(f64::INFINITY);
    let mut best = None;
    for anchor in anchors {
        // A seat costs its distance to the focus and twice that to the anchor, so never less than from the anchor to the focus
        // (but for the bow of its row).
        let anchored = f64::from(anchor.middle.distance(hall.plan.focus));
        if anchored * count as f64 >= cheapest {
            continue;
        }
        let mut near: Vec<&Run> = runs.to_vec();
        let distance = |run: &&Run| run.middle.distance(anchor.middle);
        if near.len() > AROUND {
            near.select_nth_unstable_by(AROUND, |a, b| distance(a).total_cmp(&distance(b)));
            near.truncate(AROUND);
        }
        near.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        let taken = take(hall, near.into_iter(), count, least, Some(anchor.middle));
        if let Some((cost, seats)) = taken.filter(|(cost, _)| *cost < cheapest) {
            cheapest = cost;
            best = Some((cost, seats));
        }
    }
    best
}

/// All runs of two and more, from the focus outward, for parties larger than any neighbourhood holds.
fn everywhere(hall: &Hall<'_>, pairs: &[&Run], count: usize) -> Option<Vec<u32>> {
    take(hall, pairs.iter().copied(), count, 2, None).map(|(_, seats)| seats)
}

/// Takes seats run by run, never fewer than `least` of one and never leaving the rest of the party with fewer than that.
fn take<'a>(
    hall: &Hall<'_>,
    runs: impl Iterator<Item = &'a Run>,
    count: usize,
    least: usize,
    around: Option<Point>,
) -> Option<(f64, Vec<u32>)> {
    let mut seats: Vec<u32> = Vec::with_capacity(count);
    let mut cost = 0.0;
    for run in runs {
        let missing = count - seats.len();
        let mut part = run.seats.len().min(missing);
        if missing > part && missing - part < least {
            // Leave the others enough company.
            part = missing.saturating_sub(least).min(part);
        }
        if part < least {
            continue;
        }
        let centre = around.unwrap_or(hall.plan.focus);
        let window = (run.seats.start..=run.seats.end - part)
            .map(|start| start..start + part)
            .min_by(|a, b| {
                hall.middle(a)
                    .distance(centre)
                    .total_cmp(&hall.middle(b).distance(centre))
            })?;
        let apart = f64::from(hall.middle(&window).distance(centre));
        cost += (apart * 2.0 + hall.far(&window)) * part as f64;
        seats.extend(window.map(|seat| seat as u32));
        if seats.len() == count {
            return Some((cost, seats));
        }
    }
    None
}
