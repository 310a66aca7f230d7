//! What a file says otherwise than the allocation does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kippu_api::allocation::{
    AllocatedRun, AllocatedSeller, AllocationDifference, SeatMove, SeatState,
};
use kippu_seatplan::Plan;
use kippu_ticket::ids::SellerId;

use crate::{
    allocation::runs,
    refusal::{Answer, Refusal},
    seat_files::{self, BlockBy, HallSeats, Heading, Line},
};

/// Sellers named that there are not, at most.
const SELLERS_NAMED: usize = 10;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Block,
    Floor,
    Row,
    Number,
    Seller,
}

/// What columns are called: the first name of each is that of the files from here.
pub(super) const HEADINGS: [Heading<'static, Column>; 13] = [
    (Column::Block, "block"),
    (Column::Floor, "floor"),
    (Column::Row, "row"),
    (Column::Number, "number"),
    (Column::Seller, "seller"),
    (Column::Block, "ブロック"),
    (Column::Floor, "階"),
    (Column::Row, "列"),
    (Column::Number, "seat"),
    (Column::Number, "番号"),
    (Column::Number, "席番"),
    (Column::Seller, "販売者"),
    (Column::Seller, "販売者コード"),
];

/// From whom to whom.
type Way = (Option<SellerId>, Option<SellerId>);

/// A hall with whose its seats are.
pub(super) struct Known<'a> {
    pub plan: &'a Plan,
    pub sellers: &'a [AllocatedSeller],
    pub owners: &'a [AllocatedRun],
}

/// Compares; changes nothing.
///
/// # Errors
/// 400 for what is no such file at all.
pub(super) fn compare(text: &str, known: &Known<'_>) -> Answer<AllocationDifference> {
    let needed = [Column::Row, Column::Number, Column::Seller];
    let lines = seat_files::read(text, separator(text), &HEADINGS, &needed)?;
    let halls = Halls::of(known.plan);
    let mut difference = AllocationDifference {
        lines: u32::try_from(lines.len()).map_err(|error| Refusal::internal(&error))?,
        ..AllocationDifference::default()
    };
    let mut said: HashMap<u32, Option<SellerId>> = HashMap::new();
    let mut contradictory = BTreeSet::new();
    for line in &lines {
        let seats = halls.find(line);
        if seats.is_empty() {
            difference.unknown_seats.add(line.number);
            continue;
        }
        let named = line.cell(Column::Seller);
        let Some(seller) = seller(known.sellers, named) else {
            difference.unknown_sellers.add(line.number);
            let sellers = &mut difference.sellers;
            if sellers.len() < SELLERS_NAMED && !sellers.iter().any(|known| known == named) {
                sellers.push(named.to_owned());
            }
            continue;
        };
        for seat in seats {
            if said
                .insert(seat, seller)
                .is_some_and(|before| before != seller)
            {
                contradictory.insert(seat);
            }
        }
    }
    said.retain(|seat, _| !contradictory.contains(seat));
    apart(&mut difference, known, &said, &contradictory);
    difference.contradictory = runs::of(contradictory);
    Ok(difference)
}

/// Sorts the seats of a hall by what is to be done with each.
fn apart(
    difference: &mut AllocationDifference,
    known: &Known<'_>,
    said: &HashMap<u32, Option<SellerId>>,
    contradictory: &BTreeSet<u32>,
) {
    let owners = known.owners.iter();
    let seats = owners.flat_map(|run| (0..run.seats).map(move |_| (run.seller, run.state)));
    let (mut moves, mut fixed): (BTreeMap<Way, Vec<u32>>, BTreeMap<Way, Vec<u32>>) =
        Default::default();
    let mut not_named = Vec::new();
    for (seat, (from, state)) in (0_u32..).zip(seats) {
        match said.get(&seat) {
            Some(to) if *to == from => difference.same += 1,
            Some(to) => {
                let place = match state {
                    SeatState::Free => &mut moves,
                    SeatState::Held | SeatState::Sold => &mut fixed,
                };
                place.entry((from, *to)).or_default().push(seat);
            }
            None if from.is_some() && !contradictory.contains(&seat) => not_named.push(seat),
            None => {}
        }
    }
    let as_moves = |ways: BTreeMap<Way, Vec<u32>>| {
        let ways = ways.into_iter().map(|((from, to), seats)| SeatMove {
            from,
            to,
            seats: runs::of(seats),
        });
        ways.collect()
    };
    difference.moves = as_moves(moves);
    difference.fixed = as_moves(fixed);
    difference.not_named = runs::of(not_named);
}

/// What stands between columns: of those that could, the one that is there most often in the first line.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let often = |separator: &u8| first.bytes().filter(|letter| letter == separator).count();
    [b';', b'\t', b',']
        .into_iter()
        .max_by_key(often)
        .unwrap_or(b',')
}

/// The seller of a cell, by code or name; nobody where nothing stands. `None`: no seller.
fn seller(sellers: &[AllocatedSeller], named: &str) -> Option<Option<SellerId>> {
    if named.is_empty() {
        return Some(None);
    }
    let same =
        |known: &&AllocatedSeller| known.code.eq_ignore_ascii_case(named) || known.name == named;
    sellers.iter().find(same).map(|known| Some(known.seller))
}

/// The seats of a hall by each way a file may call blocks.
struct Halls<'a> {
    plan: &'a Plan,
    by: [HallSeats; 3],
}

impl<'a> Halls<'a> {
    fn of(plan: &'a Plan) -> Self {
        Self {
            plan,
            by: [BlockBy::Code, BlockBy::Name, BlockBy::Nothing].map(|by| HallSeats::of(plan, by)),
        }
    }

    /// The seats of a line: one, or the run between two of a row. None where it could be several.
    fn find(&self, line: &Line<Column>) -> Vec<u32> {
        let number = line.cell(Column::Number);
        if let Some(seat) = self.seat(line, number) {
            return vec![seat];
        }
        let ends = number.split_once(['-', '–', '~', '〜']);
        let found = ends.and_then(|(first, last)| {
            let first = self.seat(line, first.trim())?;
            Some((first, self.seat(line, last.trim())?))
        });
        match found {
            Some((first, last)) if self.one_row(first, last) => {
                (first.min(last)..=first.max(last)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn one_row(&self, first: u32, last: u32) -> bool {
        self.plan.seats[first as usize].row == self.plan.seats[last as usize].row
    }

    fn seat(&self, line: &Line<Column>, number: &str) -> Option<u32> {
        let block = line.cell(Column::Block);
        let words = [block, line.cell(Column::Row), number];
        let floor = line.cell(Column::Floor);
        self.by.iter().find_map(|seats| seats.find(words, floor))
    }
}

#[cfg(test)]
mod tests {
    use kippu_seatplan::import::csv;

    use super::*;

    /// A1 to A4 are the first seller's, A2 sold and A3 held; B1 to B2 the second's, B3 nobody's.
    fn compared(text: &str) -> Answer<AllocationDifference> {
        let hall = "block,row,seat,class\nstalls,A,1-4,S\nstalls,B,1-3,S\n";
        let (plan, _) = csv::import(hall.as_bytes(), "hall").unwrap();
        let seller = |number: u16, code: &str, name: &str| AllocatedSeller {
            seller: SellerId(number),
            code: code.into(),
            name: name.into(),
            target: None,
            seats: 0,
            taken: 0,
        };
        let run = |seats, seller: Option<u16>, state| AllocatedRun {
            seats,
            seller: seller.map(SellerId),
            state,
        };
        compare(
            text,
            &Known {
                plan: &plan,
                sellers: &[
                    seller(1, "HSM", "ほしみチケット"),
                    seller(2, "FAN", "Fan club"),
                ],
                owners: &[
                    run(1, Some(1), SeatState::Free),
                    run(1, Some(1), SeatState::Sold),
                    run(1, Some(1), SeatState::Held),
                    run(1, Some(1), SeatState::Free),
                    run(2, Some(2), SeatState::Free),
                    run(1, None, SeatState::Free),
                ],
            },
        )
    }

    fn moved(from: Option<u16>, to: Option<u16>, seats: &[[u32; 2]]) -> SeatMove {
        SeatMove {
            from: from.map(SellerId),
            to: to.map(SellerId),
            seats: seats.to_vec(),
        }
    }

    #[test]
    fn what_is_otherwise_moves_and_what_is_held_or_sold_stays() {
        let file = "block,row,number,seller\nstalls,A,1-3,FAN\nstalls,A,4,hsm\nstalls,B,1,\nstalls,B,3,ほしみチケット\n";
        let report = compared(file).unwrap();
        assert_eq!((report.lines, report.same), (4, 1));
        let ways = [
            moved(None, Some(1), &[[6, 6]]),
            moved(Some(1), Some(2), &[[0, 0]]),
            moved(Some(2), None, &[[4, 4]]),
        ];
        assert_eq!(report.moves, ways);
        assert_eq!(report.fixed, [moved(Some(1), Some(2), &[[1, 2]])]);
        assert_eq!(report.not_named, [[5, 5]]);
    }

    #[test]
    fn columns_are_known_by_either_language_and_any_separator() {
        for file in [
            "列;席番;販売者\nA;1-4;HSM\nB;1〜2;FAN\n",
            "row\tseat\tseller\nA\t4-1\tHSM\nB\t1-2\tfan\n",
            r#"[{"row": "A", "number": "1-4", "seller": "HSM"}, {"row": "B", "number": 1, "seller": "FAN"}, {"row": "B", "number": 2, "seller": "FAN"}]"#,
        ] {
            let report = compared(file).unwrap();
            assert_eq!(
                (report.same, report.moves.len()),
                (6, 0),
                "{file}: {report:?}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_moves_nothing_and_is_named() {
        let file =
            "row,number,seller\nA,1,FAN\nA,1,HSM\nC,1,FAN\nA,2-9,FAN\nB,1,nobody there\nB,2,\n";
        let report = compared(file).unwrap();
        assert_eq!(report.contradictory, [[0, 0]]);
        assert_eq!(report.unknown_seats.first, [4, 5]);
        assert_eq!(
            (&*report.unknown_sellers.first, &*report.sellers),
            (&[6][..], &["nobody there".to_owned()][..])
        );
        assert_eq!(report.moves, [moved(Some(2), None, &[[5, 5]])]);
        for file in ["", "row,number\nA,1\n", "PK\u{3}\u{4}", "[1]"] {
            assert!(compared(file).is_err(), "{file:?}");
        }
    }
}
