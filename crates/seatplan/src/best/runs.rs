//! Runs of free seats side by side, and the best place for a party within one.

use std::ops::Range;

use super::{Apart, Choice};
use crate::plan::{Plan, Point};

/// A gap wider than this many pitches is an aisle.
const AISLE: f32 = 1.5;

/// What the search asks of a plan whoever has which seats: reckoned once, kept beside the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Whether an aisle is between a seat and the one before it in its row.
    aisle_before: Vec<bool>,
    /// Distance to the focus, summed up to each seat: a window's mean costs one subtraction.
    far: Vec<f64>,
}

impl Places {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut aisle_before = vec![false; plan.seats.len()];
        for (row, pitch) in plan.rows.iter().zip(plan.pitches()) {
            for seat in row.range().skip(1) {
                let gap = plan.seats[seat - 1].at.distance(plan.seats[seat].at);
                aisle_before[seat] = gap > pitch * AISLE;
            }
        }
        let mut far = Vec::with_capacity(plan.seats.len() + 1);
        far.push(0.0);
        let mut sum = 0.0;
        for seat in &plan.seats {
            sum += f64::from(seat.at.distance(plan.focus));
            far.push(sum);
        }
        Self { aisle_before, far }
    }
}

/// What the search looks at: the runs of free seats, and which are wanted.
pub(super) struct Hall<'a> {
    pub plan: &'a Plan,
    places: &'a Places,
    /// Free seats side by side, whatever their class: what another party could still use.
    pub free: Vec<Range<usize>>,
    /// Whether a seat may be taken for this wish.
    pub wanted: Vec<bool>,
}

impl<'a> Hall<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        places: &'a Places,
        availability: &[u8],
        class: Option<u8>,
    ) -> Self {
        let state = |seat: usize| availability.get(seat).copied().unwrap_or(0);
        let wanted = |seat: usize| match (state(seat).checked_sub(1), class) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(class)) => found == class,
        };
        let mut free = Vec::new();
        for row in &plan.rows {
            let mut start: Option<usize> = None;
            for seat in row.range() {
                if let (Some(first), true) = (start, places.aisle_before[seat] || state(seat) == 0)
                {
                    free.push(first..seat);
                    start = None;
                }
                if state(seat) != 0 && start.is_none() {
                    start = Some(seat);
                }
            }
            if let Some(first) = start {
                free.push(first..row.range().end);
            }
        }
        Self {
            plan,
            places,
            free,
            wanted: (0..plan.seats.len()).map(wanted).collect(),
        }
    }

    /// Mean distance of a window to the focus.
    pub(super) fn far(&self, seats: &Range<usize>) -> f64 {
        (self.places.far[seats.end] - self.places.far[seats.start]) / seats.len().max(1) as f64
    }

    /// Distance of a window's nearest seat to the focus.
    pub(super) fn near(&self, seats: &Range<usize>) -> f64 {
        let each = seats.clone().map(|seat| self.far(&(seat..seat + 1)));
        each.fold(f64::INFINITY, f64::min)
    }

    /// Middle of a window.
    pub(super) fn middle(&self, seats: &Range<usize>) -> Point {
        let (a, b) = (
            self.plan.seats[seats.start].at,
            self.plan.seats[seats.end - 1].at,
        );
        Point {
            x: (a.x + b.x) / 2.0,
            y: (a.y + b.y) / 2.0,
        }
    }

    /// The wanted parts of all free runs.
    pub(super) fn wanted_runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.free.iter().flat_map(move |run| {
            let mut start = run.start;
            std::iter::from_fn(move || {
                while start < run.end && !self.wanted[start] {
                    start += 1;
                }
                let first = start;
                while start < run.end && self.wanted[start] {
                    start += 1;
                }
                (first < start).then_some(first..start)
            })
        })
    }

    /// Side by side: without leaving a single seat if that can be had anywhere, else leaving one.
    pub(super) fn together(&self, count: usize) -> Option<Choice> {
        let mut best: Option<(Apart, f64, Range<usize>)> = None;
        for run in &self.free {
            let mut wanted = 0;
            for end in run.start + 1..=run.end {
                wanted = if self.wanted[end - 1] { wanted + 1 } else { 0 };
                if wanted < count {
                    continue;
                }
                let window = end - count..end;
                let leaves_one = window.start - run.start == 1 || run.end - window.end == 1;
                let apart = if leaves_one {
                    Apart::LeavingOne
                } else {
                    Apart::Together
                };
                let far = self.far(&window);
                if best
                    .as_ref()
                    .is_none_or(|(kind, least, _)| (apart, far) < (*kind, *least))
                {
                    best = Some((apart, far, window));
                }
            }
        }
        best.map(|(apart, _, window)| Choice {
            seats: window.map(|seat| seat as u32).collect(),
            apart,
        })
    }
}
