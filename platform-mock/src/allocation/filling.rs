//! Sharing out the seats that are nobody's by what each seller is to have: fairly by class, and in whole rows where it can be.

use kippu_seatplan::Plan;
use kippu_ticket::ids::SellerId;

/// How many seats a seller lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Short {
    /// Who.
    pub seller: SellerId,
    /// How many.
    pub seats: u32,
}

/// A seat that is nobody's, with its class.
pub(crate) type FreeSeat = (u32, u8);

/// What each seller gets, ascending. `free` is in plan order. Where there are fewer seats than are lacking, everybody gets its part of them. Of every
/// class each seller gets the part it gets of all, give or take a seat, so that nobody has the front rows alone; within a class the rows go round,
/// and neighbours stay together.
pub(super) fn share_out(
    plan: &Plan,
    free: &[FreeSeat],
    short: &[Short],
) -> Vec<(SellerId, Vec<u32>)> {
    let count = |seats: usize| u32::try_from(seats).unwrap_or(u32::MAX);
    let all = count(free.len());
    let mut lacking: Vec<u32> = short.iter().map(|one| one.seats).collect();
    let wished: u64 = lacking.iter().map(|seats| u64::from(*seats)).sum();
    if wished > u64::from(all) {
        lacking = parts_of(all, &lacking);
    }
    // What stays nobody's takes its turn like a seller, so that it is not the worst of everything.
    lacking.push(all - lacking.iter().sum::<u32>());
    let mut given = vec![Vec::new(); lacking.len()];
    for class in 0..plan.classes.len() {
        let seats: Vec<u32> = free
            .iter()
            .filter(|(_, of)| usize::from(*of) == class)
            .map(|(seat, _)| *seat)
            .collect();
        let parts = parts_of(count(seats.len()), &lacking);
        for (left, part) in lacking.iter_mut().zip(&parts) {
            *left -= part;
        }
        deal(&neighbours(plan, &seats), &parts, &mut given);
    }
    let sellers = short.iter().map(|one| one.seller);
    sellers
        .zip(given)
        .filter(|(_, seats)| !seats.is_empty())
        .collect()
}

/// So many seats of each class for one seller, ascending, in whole rows where it can be, and neither the best nor the worst of a class alone; or the
/// class that has too few, with how many it has.
pub(crate) fn of_each_class(
    plan: &Plan,
    free: &[FreeSeat],
    wished: &[u32],
) -> Result<Vec<u32>, (usize, u32)> {
    let mut taken = Vec::new();
    for (class, wish) in wished.iter().enumerate() {
        let seats: Vec<u32> = free
            .iter()
            .filter(|(_, of)| usize::from(*of) == class)
            .map(|(seat, _)| *seat)
            .collect();
        let there = u32::try_from(seats.len()).unwrap_or(u32::MAX);
        let rest = there.checked_sub(*wish).ok_or((class, there))?;
        let mut given = [Vec::new(), Vec::new()];
        deal(&neighbours(plan, &seats), &[*wish, rest], &mut given);
        taken.append(&mut given[0]);
    }
    taken.sort_unstable();
    Ok(taken)
}

/// Parts of a whole in proportion to weights: the largest remainders are rounded up. No part is larger than its weight while the whole is not larger
/// than all weights.
fn parts_of(whole: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: u32| u64::from(whole) * u64::from(weight);
    let floor = |weight: u32| u32::try_from(exact(weight) / sum).unwrap_or(u32::MAX);
    let mut parts: Vec<u32> = weights.iter().map(|weight| floor(*weight)).collect();
    let left = whole - parts.iter().sum::<u32>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(exact(weights[*at]) % sum));
    for at in by_remainder.into_iter().take(left as usize) {
        parts[at] += 1;
    }
    parts
}

/// Seats side by side in a row, as far as they are there.
fn neighbours(plan: &Plan, seats: &[u32]) -> Vec<Vec<u32>> {
    let row = |seat: u32| plan.seats.get(seat as usize).map(|seat| seat.row);
    let mut runs: Vec<Vec<u32>> = Vec::new();
    for seat in seats {
        match runs.last_mut() {
            Some(run)
                if run
                    .last()
                    .is_some_and(|last| last + 1 == *seat && row(*last) == row(*seat)) =>
            {
                run.push(*seat);
            }
            _ => runs.push(vec![*seat]),
        }
    }
    runs
}

/// Gives each run to whoever is furthest behind; one that is too long for what is left of its part is cut.
fn deal(runs: &[Vec<u32>], parts: &[u32], given: &mut [Vec<u32>]) {
    let mut left = parts.to_vec();
    for run in runs {
        let mut rest = run.as_slice();
        while let Some(next) = furthest_behind(&left, parts) {
            let take = rest.len().min(left[next] as usize);
            if take == 0 {
                break;
            }
            let (now, later) = rest.split_at(take);
            given[next].extend_from_slice(now);
            left[next] -= u32::try_from(take).unwrap_or(u32::MAX);
            rest = later;
        }
    }
}

/// Who has the most of its part still to get; of equals the one with the larger part.
fn furthest_behind(left: &[u32], parts: &[u32]) -> Option<usize> {
    let ahead = |a: &usize, b: &usize| {
        let of = |at: usize, other: usize| u64::from(left[at]) * u64::from(parts[other]);
        of(*a, *b).cmp(&of(*b, *a)).then(parts[*a].cmp(&parts[*b]))
    };
    (0..left.len()).filter(|at| left[*at] > 0).max_by(ahead)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kippu_seatplan::import::csv;
    use proptest::prelude::*;

    use super::*;

    const HALL: &str = "block,row,seat,class\nstalls,A,1-12,S\nstalls,B,1-12,S\nstalls,C,1-12,S\nstalls,D,1-12,A\nstalls,E,1-12,A\n";

    fn hall() -> (Plan, Vec<FreeSeat>) {
        let (plan, _) = csv::import(HALL.as_bytes(), "hall").unwrap();
        let free = (0..)
            .zip(plan.seats.iter().map(|seat| seat.class))
            .collect();
        (plan, free)
    }

    fn short(seats: &[u32]) -> Vec<Short> {
        (1..)
            .zip(seats)
            .map(|(seller, seats)| Short {
                seller: SellerId(seller),
                seats: *seats,
            })
            .collect()
    }

    #[test]
    fn rows_stay_whole_where_they_can() {
        let (plan, free) = hall();
        let given = share_out(&plan, &free, &short(&[20, 40]));
        // A third and two thirds of either class: a row of S to the first, two to the second; of A eight and sixteen.
        let count = |at: usize, class: u8| {
            let seats = given[at].1.iter();
            seats
                .filter(|seat| free[**seat as usize].1 == class)
                .count()
        };
        let s = free[0].1;
        let a = free[59].1;
        assert_eq!([count(0, s), count(1, s)], [12, 24]);
        assert_eq!([count(0, a), count(1, a)], [8, 16]);
        let firsts: Vec<u32> = given[0].1.iter().copied().take(12).collect();
        assert_eq!(firsts.last().unwrap() - firsts[0], 11, "one whole row");
    }

    #[test]
    fn too_few_seats_are_shared_in_proportion() {
        let (plan, free) = hall();
        let given = share_out(&plan, &free, &short(&[100, 50, 0]));
        let counts: Vec<usize> = given.iter().map(|(_, seats)| seats.len()).collect();
        assert_eq!(counts, [40, 20], "and who lacks nothing gets nothing");
    }

    #[test]
    fn so_many_of_each_class_or_the_class_that_has_too_few() {
        let (plan, free) = hall();
        let taken = of_each_class(&plan, &free, &[12, 13]).unwrap();
        let of = |class| {
            let classes = taken.iter().map(|seat| free[*seat as usize].1);
            classes.filter(|of| *of == class).count()
        };
        assert_eq!((of(0), of(1), taken.len()), (12, 13, 25));
        assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(of_each_class(&plan, &free, &[0, 0]), Ok(vec![]));
        assert_eq!(of_each_class(&plan, &free, &[37, 0]), Err((0, 36)));
    }

    proptest! {
        #[test]
        fn every_seat_goes_once_and_everybody_gets_what_it_lacks(
            lacks in prop::collection::vec(0_u32..90, 0..6),
            gone in prop::collection::btree_set(0_u32..60, 0..60),
        ) {
            let (plan, free) = hall();
            let free: Vec<FreeSeat> = free.into_iter().filter(|(seat, _)| !gone.contains(seat)).collect();
            let given = share_out(&plan, &free, &short(&lacks));
            let all: Vec<u32> = given.iter().flat_map(|(_, seats)| seats.clone()).collect();
            let once: BTreeSet<u32> = all.iter().copied().collect();
            prop_assert_eq!(once.len(), all.len());
            prop_assert!(once.iter().all(|seat| !gone.contains(seat) && *seat < 60));
            let wished: u32 = lacks.iter().sum();
            prop_assert_eq!(all.len(), (wished as usize).min(free.len()));
            for (seller, seats) in &given {
                prop_assert!(seats.len() <= lacks[usize::from(seller.0) - 1] as usize);
                prop_assert!(seats.windows(2).all(|pair| pair[0] < pair[1]));
            }
            // Of each class as much as of all, give or take a seat of rounding in each class.
            for class in 0..2_u8 {
                let there = free.iter().filter(|(_, of)| *of == class).count();
                for (_, seats) in &given {
                    let got = seats.iter().filter(|seat| plan.seats[**seat as usize].class == class).count();
                    let exact = seats.len() * there;
                    prop_assert!(got * free.len() <= exact + 2 * free.len() && exact <= got * free.len() + 2 * free.len());
                }
            }
        }
    }
}
