//! Typed ranges, on a lettered hall and on a numbered one.

use kippu_seatplan::{
    Plan, import,
    select::{NotSeats, Reading, typed},
};

/// Rows A to D with the numbers 1 to 8; row A has no 1 and no 8.
fn lettered() -> Plan {
    let list = "block,row,seat\nstalls,A,2-7\nstalls,B,1-8\nstalls,C,1-8\nstalls,D,1-8\n";
    import::csv::import(list.as_bytes(), "Hall").unwrap().0
}

/// Eight rows with numbers; the first and the last have no A and no G.
fn numbered() -> Plan {
    let mut list = String::from("block,row,seat,x,y\n");
    for row in 1..=8 {
        for (column, x) in (1..=7).zip((0..).step_by(20)) {
            if !matches!((row, column), (1 | 8, 1 | 7)) {
                list += &format!("arena,{row},{column},{x},{}\n", row * 20);
            }
        }
    }
    import::csv::import(list.as_bytes(), "Arena").unwrap().0
}

fn names(plan: &Plan, text: &str) -> Vec<String> {
    let found = typed(plan, 0, text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let name = |seat: &u32| {
        let seat = plan.address(*seat as usize);
        format!("{}{}", seat.row, seat.number)
    };
    found.seats.iter().map(name).collect()
}

#[test]
fn printed_labels_are_read_first() {
    let plan = lettered();
    assert_eq!(names(&plan, "b1:C2"), ["B1", "B2", "C1", "C2"]);
    assert_eq!(names(&plan, "C2:B1"), names(&plan, "B1:C2"));
    assert_eq!(names(&plan, "D7"), ["D7"]);
    assert_eq!(names(&plan, "A"), ["A2", "A3", "A4", "A5", "A6", "A7"]);
    assert_eq!(names(&plan, "A:B 奇数").len(), 3 + 4);
    assert_eq!(names(&plan, "Ｃ１：Ｃ４ even"), ["C2", "C4"]);
    assert_eq!(typed(&plan, 0, "B1").unwrap().reading, Reading::Printed);
}

#[test]
fn the_specifications_ranges_are_columns_and_rows_where_rows_have_numbers() {
    let plan = numbered();
    let found = typed(&plan, 0, "B1:F1, A2:G7, B8:F8").unwrap();
    assert_eq!(found.reading, Reading::Grid);
    assert_eq!(found.seats.len(), plan.seats.len());
    assert_eq!(names(&plan, "2-3:3-4"), ["23", "24", "33", "34"]);
    assert_eq!(names(&plan, "8"), ["82", "83", "84", "85", "86"]);
}

#[test]
fn a_seat_typed_twice_is_one() {
    assert_eq!(names(&lettered(), "B1, B1:B2、B2"), ["B1", "B2"]);
}

#[test]
fn what_names_no_seat_is_said() {
    let plan = lettered();
    let fault = |text: &str| typed(&plan, 0, text).unwrap_err();
    assert_eq!(fault(" , "), NotSeats::Nothing);
    assert_eq!(fault("A1"), NotSeats::Empty("A1".into()));
    assert_eq!(fault("B1:C"), NotSeats::Unreadable("B1:C".into()));
    assert_eq!(fault(":"), NotSeats::Unreadable(":".into()));
    assert_eq!(fault("い1"), NotSeats::NoRow("い".into()));
    assert_eq!(fault("ZZ9:ZZ10"), NotSeats::Empty("ZZ9:ZZ10".into()));
}
