//! Real plans and lists of other makers, as they come: which are read, and what is said about those that are not.

use std::path::Path;

use kippu_seatplan::{
    Plan,
    import::{Fault, Problem, csv, pretix},
    plan::{Address, AreaKind},
};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new("tests/fixtures").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if name.ends_with(".zst") {
        zstd::decode_all(bytes.as_slice()).unwrap()
    } else {
        bytes
    }
}

fn theatre() -> String {
    String::from_utf8(fixture("ull_603.pretix.json.zst")).unwrap()
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(Problem::to_string).collect()
}

fn seat(plan: &Plan, floor: u8, block: &str, row: &str, number: &str) -> usize {
    plan.seat_at(&Address {
        floor,
        block,
        row,
        number,
    })
    .unwrap_or_else(|| panic!("no {floor} {block} {row} {number}"))
}

#[test]
fn the_theatre_is_read() {
    let (plan, odd) = pretix::import(theatre().as_bytes()).unwrap();
    assert_eq!(odd, []);
    assert_eq!(
        (plan.seats.len(), plan.blocks.len(), plan.rows.len()),
        (603, 4, 29)
    );
    let first = seat(&plan, 0, "stalls", "A", "14");
    assert_eq!(
        (plan.seats[first].at.x, plan.seats[first].guid.as_str()),
        (262.0, "stalls-A-14")
    );
    let grid = plan.seats[first].grid;
    assert_eq!(
        (grid.column, grid.row),
        (3, 0),
        "row A is in front and begins three columns in"
    );
    assert_eq!(plan.areas[0].kind, AreaKind::Stage);
    assert!(
        plan.seats
            .iter()
            .all(|seat| seat.at.x <= plan.width && seat.at.y <= plan.height)
    );
}

#[test]
fn the_stadium_is_read_and_keeps_its_pitch() {
    let (plan, odd) = pretix::import(&fixture("metalist_39417.pretix.json.zst")).unwrap();
    assert_eq!(odd, []);
    assert_eq!(
        (plan.seats.len(), plan.blocks.len(), plan.rows.len()),
        (39_417, 51, 1_450)
    );
    assert_eq!(
        (plan.areas[0].kind, plan.focus.x, plan.focus.y),
        (AreaKind::Pitch, 1_800.0, 1_600.0)
    );
    assert_eq!(Plan::decode(&plan.encode()).unwrap(), plan);
}

#[test]
fn repeated_identifiers_refuse_the_plan_and_all_are_listed() {
    let problems = pretix::import(&fixture("seatmap_canvas_738.pretix.json.zst")).unwrap_err();
    let mut seats = 0;
    for problem in &problems {
        let Fault::DuplicateGuid { count, lines, .. } = &problem.what else {
            panic!("{problem}")
        };
        assert_eq!(*count, lines.len());
        assert_eq!(problem.line, lines[0]);
        seats += count - 1;
    }
    assert_eq!(seats, 420);
    assert!(problems.windows(2).all(|two| two[0].line <= two[1].line));
}

#[test]
fn a_cut_off_plan_says_where_and_what_is_missing() {
    let text = theatre();
    let half = &text[..text.find("stalls-N-12").unwrap() + 6];
    let problems = pretix::import(half.as_bytes()).unwrap_err();
    let [
        Problem {
            line,
            what: Fault::CutOff { missing, .. },
        },
    ] = problems.as_slice()
    else {
        panic!("{problems:?}")
    };
    assert_eq!(*line as usize, half.lines().count());
    assert!(
        missing.starts_with(&format!(
            "missing the end of the text begun in line {line}, }} for line "
        )),
        "{missing}"
    );
    assert!(missing.ends_with("} for line 1"), "{missing}");
}

#[test]
fn every_seat_of_an_unknown_category_is_named_with_its_line() {
    let text = theatre();
    let mut wrong: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut expected = Vec::new();
    for (index, line) in wrong
        .iter_mut()
        .enumerate()
        .filter(|(_, line)| line.contains("\"category\": \"B\""))
        .take(2)
    {
        *line = line.replace("\"B\"", "\"Royal\"");
        // The category is the sixth line of a seat in this file.
        expected.push(index as u32 + 1);
    }
    let problems = pretix::import(wrong.join("\n").as_bytes()).unwrap_err();
    assert_eq!(problems.len(), 2);
    for (problem, line) in problems.iter().zip(expected) {
        let Fault::UnknownCategory { category, seat } = &problem.what else {
            panic!("{problem}")
        };
        assert_eq!(category, "Royal");
        let object = wrong[problem.line as usize - 1..line as usize].join("");
        assert!(
            object.trim_start().starts_with('{') && object.contains(seat.as_str()),
            "{problem}: {object}"
        );
    }
}

#[test]
fn broken_seats_are_all_reported_and_unknown_fields_are_not() {
    let plan = r##"{"name": "Tiny", "extra": 1, "categories": [{"name": "S", "color": "#fff"}], "zones": [{
"name": "2階", "zone_id": "b", "rows": [{"row_number": 1, "seats": [
{"seat_guid": "g1", "seat_number": 1, "position": {"x": "10", "y": 5}, "category": "S", "colour": "red"},
{"seat_guid": "g2", "seat_number": "2", "position": {"x": [], "y": 5}, "category": "S"},
{"seat_guid": "", "seat_number": "3", "position": {"x": 30, "y": 5}, "category": "S"},
{"seat_guid": "g4", "seat_number": "4", "position": {"x": 40, "y": 5}}
]}]}]}"##;
    let problems = pretix::import(plan.as_bytes()).unwrap_err();
    assert_eq!(
        lines(&problems),
        [
            "line 4: a seat cannot be read: expected a number",
            "line 5: seat \"3\" has no seat_guid",
            "line 6: seat \"g4\" has no category",
        ]
    );
    let good: String = plan
        .lines()
        .filter(|line| !line.contains("g2") && !line.contains("\"3\"") && !line.contains("g4"))
        .collect();
    let (plan, _) = pretix::import(good.replace("\"red\"},", "\"red\"}").as_bytes()).unwrap();
    assert_eq!(
        (
            plan.blocks[0].floor,
            plan.rows[0].label.as_str(),
            plan.seats[0].number.as_str()
        ),
        (2, "1", "1")
    );
}

#[test]
fn a_japanese_hall_with_numbered_fan() {
    let (plan, odd) = csv::import(&fixture("ichikawa_hall_ja_692.csv"), "市川").unwrap();
    assert_eq!(odd, []);
    assert_eq!(
        (plan.seats.len(), plan.rows.len(), plan.classes.len()),
        (692, 19, 1)
    );
    let (a6, b6) = (seat(&plan, 1, "", "A", "6"), seat(&plan, 1, "", "C", "6"));
    assert_eq!(
        plan.seats[a6].at.x, plan.seats[b6].at.x,
        "equal numbers stand behind each other"
    );
    assert!(
        plan.seats[a6].at.y < plan.seats[b6].at.y,
        "row A is in front"
    );
    assert!(plan.focus.y < plan.seats[a6].at.y);
}

#[test]
fn a_list_with_a_byte_order_mark_and_storeys() {
    let (plan, odd) = csv::import(&fixture("budokan_13991_derived.csv.zst"), "武道館").unwrap();
    assert_eq!(odd, []);
    assert_eq!(plan.seats.len(), 13_991);
    let of = |code: &str, floor| {
        plan.blocks
            .iter()
            .find(|b| b.code == code && b.floor == floor)
            .unwrap()
            .name
            .clone()
    };
    assert_eq!(
        (of("北", 1), of("北", 2), of("C4", 0)),
        ("北".into(), "北".into(), "アリーナ C4".into())
    );
    let guid = &plan.seats[seat(&plan, 2, "北", "A", "1")].guid;
    assert_eq!(guid, "2-北-A-1");
    assert_eq!(Plan::decode(&plan.encode()).unwrap(), plan);
}

#[test]
fn counts_as_text_make_rows() {
    for (file, seats, rows) in [
        ("metalist_kharkiv_39417.csv", 39_417, 1_450),
        ("solar_kharkiv_4673.csv", 4_673, 152),
    ] {
        let (plan, _) = csv::import(&fixture(file), file).unwrap();
        assert_eq!((plan.seats.len(), plan.rows.len()), (seats, rows), "{file}");
    }
}

#[test]
fn semicolons_quotes_ranges_with_holes_and_parity() {
    let list = "\u{feff}Sektor;Reihe;Sitze;Anzahl;Parity;Kategorie\r\n\
                \"Nord; oben\";1;\"1-10,12-16\";\"15\";;\"A\"\r\n\
                \"Nord; oben\";2;1-9;5;odd;A\r\n";
    let (plan, odd) = csv::import(list.as_bytes(), "Halle").unwrap();
    assert_eq!(odd, []);
    assert_eq!(plan.blocks[0].name, "Nord; oben");
    let numbers = |row: usize| {
        plan.seats[plan.rows[row].range()]
            .iter()
            .map(|s| s.number.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(numbers(0), "1 2 3 4 5 6 7 8 9 10 12 13 14 15 16");
    assert_eq!(numbers(1), "1 3 5 7 9");
}

#[test]
fn a_list_names_the_line_of_every_problem() {
    let list = "section\trow\tseat\tcount\nA\t1\t1-3\t4\nA\t1\tx-3\t\nA\t2\t7\t\n\nA\t2\t7\t\nA\t3\t\tmany\n";
    let problems = csv::import(list.as_bytes(), "x").unwrap_err();
    assert_eq!(
        lines(&problems),
        [
            "line 2: the row states 4 seats and lists 3",
            "line 3: column seat: \"x-3\" is not a range like 1-10,12-16",
            "line 4: the seat identifier \"A-2-7\" is used by 2 seats (lines 4, 6)",
            "line 7: column count: \"many\" is not a number",
        ]
    );
    let problems = csv::import(b"section,colour\nA,red\n", "x").unwrap_err();
    assert!(
        lines(&problems)[0].starts_with("line 1: no column says which seats there are"),
        "{problems:?}"
    );
}

#[test]
fn a_list_saved_in_shift_jis_is_read_and_said_so() {
    // 列,番 / A列,1番 as Japanese spreadsheets save it.
    let list = b"\x97\xf1,\x94\xd4\nA\x97\xf1,1\x94\xd4\n";
    let (plan, odd) = csv::import(list, "x").unwrap();
    assert_eq!(
        (plan.rows[0].label.as_str(), plan.seats[0].number.as_str()),
        ("A", "1")
    );
    assert_eq!(
        lines(&odd),
        ["line 1: the file is not UTF-8; it was read as Shift_JIS"]
    );
}

#[test]
fn addresses_that_fit_no_card_are_refused() {
    let list = "block,row,seat\nGrandstand,Promenade deck,12\n";
    let problems = csv::import(list.as_bytes(), "x").unwrap_err();
    assert!(
        matches!(problems[0].what, Fault::AddressTooLong { bytes: 26, .. }),
        "{problems:?}"
    );
}

#[test]
fn foreign_bytes_are_no_plan() {
    assert!(pretix::import(b"").is_err());
    assert!(csv::import(b"", "x").is_err());
    assert!(Plan::decode(b"KSP\x02").is_err());
    let (plan, _) = pretix::import(theatre().as_bytes()).unwrap();
    let bytes = plan.encode();
    for cut in [0, 3, 4, 20, bytes.len() / 2, bytes.len() - 1] {
        assert!(Plan::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

/// A plan written by the first release; every later one must read it.
#[test]
fn a_plan_of_the_first_release_is_still_read() {
    let plan = Plan::decode(&fixture("theatre-v1.ksp")).unwrap();
    assert_eq!(plan, pretix::import(theatre().as_bytes()).unwrap().0);
}
