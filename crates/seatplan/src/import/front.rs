//! Finds what people look at, and draws a stage where the plan has none.

use super::draft::move_all;
use crate::{
    Plan, natural,
    plan::{Area, AreaKind, AreaText, Point, median},
    wire::rounded,
};

/// Sets the focus: the stage or pitch if one is drawn, else the side of the hall where the first row of the largest block is.
/// A plan with no drawing at all also gets a stage there.
pub(super) fn settle(plan: &mut Plan) {
    let seen = plan
        .areas
        .iter()
        .filter(|area| area.kind != AreaKind::Other && !area.outline.is_empty());
    if let Some(area) = seen.min_by_key(|area| area.kind != AreaKind::Stage) {
        plan.focus = centre(&area.outline);
        return;
    }
    let Some(main) = main_block(plan) else { return };
    let at_bottom = first_row_is_below(plan, main);
    let (left, right) = sides(plan, main);
    let middle = rounded(f64::from((left + right) / 2.0));
    let draw = plan.areas.is_empty();
    let unit = median(&mut plan.pitches());
    let (height, gap) = (unit * 2.5, unit * 1.5);
    let mut edge = edge(plan, at_bottom);
    if draw && at_bottom {
        plan.height = plan
            .height
            .max(rounded(f64::from(edge + 2.0 * gap + height)));
    } else if draw && edge < height + 2.0 * gap {
        let room = rounded(f64::from(height + 2.0 * gap - edge));
        move_all(plan, 0.0, room);
        plan.height += room;
        edge += room;
    }
    let away = if at_bottom { 1.0 } else { -1.0 };
    plan.focus = Point {
        x: middle,
        y: rounded(f64::from(edge + away * (gap + height / 2.0))),
    };
    if draw {
        let half = (right - left) / 2.0 * 0.8;
        plan.areas.push(stage(plan.focus, half, height, away));
    }
}

/// A stage that narrows away from the seats.
fn stage(at: Point, half: f32, height: f32, away: f32) -> Area {
    let corner = |x: f32, y: f32| Point {
        x: rounded(f64::from(at.x + x)),
        y: rounded(f64::from(at.y + away * y)),
    };
    let (back, front) = (height / 2.0, -height / 2.0);
    Area {
        kind: AreaKind::Stage,
        outline: vec![
            corner(-half, back),
            corner(half, back),
            corner(half * 0.85, front),
            corner(-half * 0.85, front),
        ],
        fill: Some([0x14, 0x1C, 0x2E]),
        border: None,
        text: Some(AreaText {
            at,
            text: String::new(),
            size: rounded(f64::from(height * 0.5)),
        }),
    }
}

/// The middle of an outline's extent.
pub(super) fn centre(outline: &[Point]) -> Point {
    let span = |get: fn(&Point) -> f32| {
        let (least, most) = outline
            .iter()
            .map(get)
            .fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
        rounded(f64::from((least + most) / 2.0))
    };
    Point {
        x: span(|p| p.x),
        y: span(|p| p.y),
    }
}

fn main_block(plan: &Plan) -> Option<usize> {
    let mut seats = vec![0_u32; plan.blocks.len()];
    for row in &plan.rows {
        seats[usize::from(row.block)] += row.seats.end - row.seats.start;
    }
    (0..seats.len()).rev().max_by_key(|block| seats[*block])
}

/// Whether most neighbouring rows of the block, in the order of their labels, run upward on the drawing.
fn first_row_is_below(plan: &Plan, block: usize) -> bool {
    let mut rows: Vec<(&str, f32)> = plan
        .rows
        .iter()
        .filter(|row| usize::from(row.block) == block)
        .map(|row| {
            let mut heights: Vec<f32> = plan.seats[row.range()]
                .iter()
                .map(|seat| seat.at.y)
                .collect();
            (row.label.as_str(), median(&mut heights))
        })
        .collect();
    rows.sort_by(|a, b| natural::compare(a.0, b.0));
    let up = rows.windows(2).filter(|two| two[1].1 < two[0].1).count();
    up * 2 > rows.len().saturating_sub(1)
}

fn sides(plan: &Plan, block: usize) -> (f32, f32) {
    plan.rows
        .iter()
        .filter(|row| usize::from(row.block) == block)
        .flat_map(|row| &plan.seats[row.range()])
        .fold((f32::MAX, f32::MIN), |(a, b), seat| {
            (a.min(seat.at.x), b.max(seat.at.x))
        })
}

fn edge(plan: &Plan, at_bottom: bool) -> f32 {
    let heights = plan.seats.iter().map(|seat| seat.at.y);
    if at_bottom {
        heights.fold(f32::MIN, f32::max)
    } else {
        heights.fold(f32::MAX, f32::min)
    }
}
