//! Runs of seats: how many seats are named in few words, over the wire and in the database.

use kippu_api::allocation::SeatRun;

use crate::refusal::{Answer, Refusal};

/// Most runs one request may name; every seat of a stadium, each alone, is fewer.
const RUNS_MAX: usize = 500_000;

/// Runs of ascending indices.
pub fn of(seats: impl IntoIterator<Item = u32>) -> Vec<SeatRun> {
    let mut runs: Vec<SeatRun> = Vec::new();
    for seat in seats {
        match runs.last_mut() {
            Some([_, last]) if *last + 1 == seat => *last = seat,
            _ => runs.push([seat, seat]),
        }
    }
    runs
}

/// How many seats there are in runs.
///
/// # Errors
/// 400 for runs that end before they begin, or more than any hall has.
pub fn count(runs: &[SeatRun]) -> Answer<u32> {
    if runs.len() > RUNS_MAX {
        return Err(Refusal::bad_request("More runs of seats than a hall has."));
    }
    let mut seats: u32 = 0;
    for [first, last] in runs {
        let more = last
            .checked_sub(*first)
            .and_then(|rest| rest.checked_add(1))
            .and_then(|run| seats.checked_add(run));
        seats = more.ok_or_else(|| {
            Refusal::bad_request(format!("There is no run of seats from {first} to {last}."))
        })?;
    }
    Ok(seats)
}

/// As the database keeps them.
pub fn text(runs: &[SeatRun]) -> String {
    let runs = runs.iter().map(|[first, last]| format!("{first}-{last}"));
    runs.collect::<Vec<_>>().join(" ")
}

/// What [`text`] wrote.
pub fn read(text: &str) -> Option<Vec<SeatRun>> {
    let run = |run: &str| {
        let (first, last) = run.split_once('-')?;
        Some([first.parse().ok()?, last.parse().ok()?])
    };
    text.split(' ').map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_become_runs_and_words_and_runs_again() {
        let runs = of([1, 2, 3, 7, 9, 10]);
        assert_eq!(runs, [[1, 3], [7, 7], [9, 10]]);
        assert_eq!(count(&runs).unwrap(), 6);
        assert_eq!(text(&runs), "1-3 7-7 9-10");
        assert_eq!(read(&text(&runs)).unwrap(), runs);
    }

    #[test]
    fn runs_that_cannot_be_are_refused() {
        assert!(count(&[[3, 2]]).is_err());
        assert!(count(&[[0, u32::MAX]]).is_err());
        assert!(count(&[[0, u32::MAX - 1], [0, 5]]).is_err());
    }
}
