//! The allocation in words: for each row of each block, whose which numbers are.

use kippu_api::allocation::{AllocatedRun, AllocatedSeller, SeatRun};
use kippu_seatplan::Plan;

/// Rows named in one line of the list of moves at most.
const ROWS_NAMED: usize = 6;

/// A block on the sheet.
pub struct SheetBlock {
    /// What people call it.
    pub name: String,
    /// Its rows.
    pub rows: Vec<SheetRow>,
}

/// A row on the sheet.
pub struct SheetRow {
    /// As printed.
    pub label: String,
    /// Runs of seats in the row.
    pub parts: Vec<SheetPart>,
}

/// Neighbours with the same seller.
pub struct SheetPart {
    /// The seller's name; `None`: nobody's.
    pub seller: Option<String>,
    /// First and last number.
    pub numbers: String,
    /// How many.
    pub seats: u32,
    /// How many of them are held or sold.
    pub taken: u32,
}

/// The whole hall.
pub fn blocks(
    plan: &Plan,
    owners: &[AllocatedRun],
    sellers: &[AllocatedSeller],
) -> Vec<SheetBlock> {
    let seats: Vec<&AllocatedRun> = owners
        .iter()
        .flat_map(|run| (0..run.seats).map(move |_| run))
        .collect();
    let name = |run: &AllocatedRun| {
        let seller = sellers
            .iter()
            .find(|known| Some(known.seller) == run.seller);
        seller.map(|known| known.name.clone())
    };
    let mut blocks: Vec<SheetBlock> = plan
        .blocks
        .iter()
        .map(|block| SheetBlock {
            name: block.name.clone(),
            rows: Vec::new(),
        })
        .collect();
    for row in &plan.rows {
        let (mut parts, mut begin) = (Vec::new(), row.range().start);
        for at in row.range() {
            let ends = at + 1 == row.range().end || seats[at + 1].seller != seats[at].seller;
            if ends {
                let taken = seats[begin..=at]
                    .iter()
                    .filter(|seat| seat.state != kippu_api::allocation::SeatState::Free)
                    .count();
                parts.push(SheetPart {
                    seller: name(seats[at]),
                    numbers: between(plan, begin, at),
                    seats: (at + 1 - begin) as u32,
                    taken: taken as u32,
                });
                begin = at + 1;
            }
        }
        blocks[usize::from(row.block)].rows.push(SheetRow {
            label: row.label.clone(),
            parts,
        });
    }
    blocks
}

/// Seats in words: rows with their first and last numbers, and how many rows more.
pub fn words(plan: &Plan, runs: &[SeatRun]) -> String {
    let mut parts: Vec<(u32, String)> = Vec::new();
    for [first, last] in runs {
        let mut begin = *first as usize;
        while begin <= *last as usize && begin < plan.seats.len() {
            let row = plan.seats[begin].row;
            let end = (plan.row_of(begin).range().end - 1).min(*last as usize);
            let numbers = between(plan, begin, end);
            match parts.last_mut() {
                Some((known, text)) if *known == row => *text += &format!(", {numbers}"),
                _ => {
                    let block = &plan.block_of(begin).name;
                    let label = &plan.row_of(begin).label;
                    parts.push((row, format!("{block} {label} {numbers}")));
                }
            }
            begin = end + 1;
        }
    }
    let more = parts.len().saturating_sub(ROWS_NAMED);
    let named = parts.into_iter().take(ROWS_NAMED).map(|(_, text)| text);
    let mut text = named.collect::<Vec<_>>().join("; ");
    if more > 0 {
        text += &format!("; +{more}");
    }
    text
}

/// Numbers of neighbours as people read them, each part ascending: `1–12`, every other one as `2, 4 … 24`; others one by one.
pub(crate) fn between(plan: &Plan, first: usize, last: usize) -> String {
    let numbers: Vec<&str> = plan.seats[first..=last]
        .iter()
        .map(|seat| seat.number.as_str())
        .collect();
    listed(&numbers)
}

fn listed(numbers: &[&str]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut begin = 0;
    while begin < numbers.len() {
        let step = step(numbers, begin);
        let mut end = begin;
        while let Some(step) = step
            && difference(numbers, end) == Some(step)
        {
            end += 1;
        }
        parts.push(part(&numbers[begin..=end], step));
        begin = end + 1;
    }
    parts.join(", ")
}

/// The step from this number to the next, where a run of it is worth shortening.
fn step(numbers: &[&str], at: usize) -> Option<i64> {
    let step = difference(numbers, at)?;
    (matches!(step, -2 | -1 | 1 | 2) && difference(numbers, at + 1) == Some(step)).then_some(step)
}

fn difference(numbers: &[&str], at: usize) -> Option<i64> {
    let number = |at: usize| numbers.get(at)?.parse::<i64>().ok();
    Some(number(at + 1)? - number(at)?)
}

/// One part: a run, or a number that begins none.
fn part(run: &[&str], step: Option<i64>) -> String {
    match (step, run) {
        (Some(1), [first, .., last]) | (Some(-1), [last, .., first]) => format!("{first}–{last}"),
        (Some(2), [first, second, .., last]) | (Some(-2), [last, .., second, first]) => {
            format!("{first}, {second} … {last}")
        }
        _ => run.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_they_stand_on_the_seats() {
        for (numbers, words) in [
            (&["1", "2", "3", "4"][..], "1–4"),
            (&["6", "4", "2", "1", "3", "5"], "2, 4 … 6, 1, 3 … 5"),
            (&["5"], "5"),
            (&["5", "6"], "5, 6"),
            (&["9", "8", "7", "12", "A"], "7–9, 12, A"),
            (&[], ""),
        ] {
            assert_eq!(listed(numbers), words, "{numbers:?}");
        }
    }
}
