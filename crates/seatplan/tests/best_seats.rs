//! The ladder of picking seats, on small halls drawn as text and on the stadium.

use kippu_seatplan::{
    Plan,
    best::{Apart, Wish, find},
    import::{csv, pretix},
};

/// A hall drawn as text: `.` free, `2` free in the second class, `x` taken, space an aisle, an empty line a new block.
fn hall(drawing: &[&str]) -> (Plan, Vec<u8>) {
    let mut list = String::from("block,row,seat,x,y\n");
    let mut states = Vec::new();
    let (mut block, mut row) = (1, 0);
    for (line, text) in drawing.iter().enumerate() {
        row += 1;
        if text.is_empty() {
            (block, row) = (block + 1, 0);
        }
        for (column, state) in text.chars().enumerate().filter(|(_, state)| *state != ' ') {
            list.push_str(&format!(
                "{block},{row},{},{},{}\n",
                column + 1,
                100 + column * 20,
                100 + line * 22
            ));
            states.push(match state {
                '.' => 1,
                '2' => 2,
                _ => 0,
            });
        }
    }
    let (plan, odd) = csv::import(list.as_bytes(), "drawn").unwrap();
    assert_eq!(odd, []);
    (plan, states)
}

fn chosen(drawing: &[&str], count: usize) -> Option<(Apart, String)> {
    let (plan, states) = hall(drawing);
    find(
        &plan,
        &states,
        &Wish {
            class: Some(0),
            count,
        },
    )
    .map(|choice| {
        let spoken = |seat: &u32| {
            let address = plan.address(*seat as usize);
            format!("{}/{}/{}", address.block, address.row, address.number)
        };
        (
            choice.apart,
            choice
                .seats
                .iter()
                .map(spoken)
                .collect::<Vec<_>>()
                .join(" "),
        )
    })
}

fn choice(apart: Apart, seats: &str) -> Option<(Apart, String)> {
    Some((apart, seats.to_owned()))
}

#[test]
fn side_by_side_in_the_middle_of_the_front_row() {
    assert_eq!(
        chosen(&["........", "........"], 2),
        choice(Apart::Together, "1/1/4 1/1/5")
    );
}

#[test]
fn no_single_seat_is_left_if_that_can_be_had() {
    // Three free in front: two of them would leave one, the second row does not.
    assert_eq!(
        chosen(&["xx...xx", "......."], 2),
        choice(Apart::Together, "1/2/3 1/2/4")
    );
    assert_eq!(
        chosen(&["xx...xx", "xxxxxxx"], 2).unwrap().0,
        Apart::LeavingOne
    );
}

#[test]
fn an_aisle_parts_and_another_class_does_not() {
    assert_eq!(
        chosen(&[".. ..", "xxxx "], 3),
        chosen(&[".. ..", "xxxx "], 3)
    );
    assert_ne!(
        chosen(&[".. ..", "x...x"], 3).unwrap().1,
        "1/1/1 1/1/2 1/1/4"
    );
    // The free seat of the other class beside them is no orphan of two: it could be sold with its neighbour.
    assert_eq!(
        chosen(&["x..22x"], 2),
        choice(Apart::Together, "1/1/2 1/1/3")
    );
}

#[test]
fn across_rows_nobody_is_alone() {
    assert_eq!(
        chosen(&["x..x.x", "x..x.x"], 4),
        choice(Apart::AcrossRows, "1/1/2 1/1/3 1/2/2 1/2/3")
    );
    let (apart, seats) = chosen(&["x...x.", "x..xx."], 5).unwrap();
    assert_eq!(
        (apart, seats.as_str()),
        (Apart::AcrossRows, "1/1/2 1/1/3 1/1/4 1/2/2 1/2/3")
    );
    // Four out of three and two: two and two, not three and one.
    assert_eq!(
        chosen(&["x...x.", "x..xx."], 4)
            .unwrap()
            .1
            .matches("1/1/")
            .count(),
        2
    );
}

#[test]
fn across_blocks_and_at_last_alone() {
    assert_eq!(
        chosen(&["..x", "", "x.."], 4),
        choice(Apart::AcrossBlocks, "1/1/1 1/1/2 2/1/2 2/1/3")
    );
    assert_eq!(chosen(&[".x.", ".x."], 3).unwrap().0, Apart::Alone);
    assert_eq!(chosen(&[".x.", "xxx"], 3), None);
    assert_eq!(chosen(&["..."], 0), None);
}

#[test]
fn a_large_hall_sells_out_party_by_party() {
    let bytes = std::fs::read("tests/fixtures/ull_603.pretix.json.zst").unwrap();
    let (plan, _) = pretix::import(&zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    let mut states = vec![1; plan.seats.len()];
    let mut sold = 0;
    for count in [2, 3, 4, 5, 1, 7, 2].into_iter().cycle() {
        let count = count.min(plan.seats.len() - sold);
        let Some(choice) = find(&plan, &states, &Wish { class: None, count }) else {
            break;
        };
        assert_eq!(choice.seats.len(), count);
        for seat in choice.seats {
            assert_eq!(
                std::mem::take(&mut states[seat as usize]),
                1,
                "seat {seat} chosen twice"
            );
            sold += 1;
        }
    }
    assert_eq!(sold, plan.seats.len(), "the last seats must be sold too");
}
