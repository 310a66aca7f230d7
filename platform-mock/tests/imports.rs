//! Foreign seat plans through the real binary: good ones, odd ones, and ones that must be refused with the line that is wrong.

use std::process::{Command, Output};

struct Import {
    folder: tempfile::TempDir,
}

impl Import {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn run(&self, file: &str) -> Output {
        let file = format!("tests/fixtures/{file}");
        Command::new(env!("CARGO_BIN_EXE_platform-center"))
            .args(["import", "--venue", "Hall", "--data"])
            .args([self.folder.path().to_str().unwrap(), &file])
            .output()
            .unwrap()
    }

    fn layouts(&self) -> i64 {
        let Ok(sql) = rusqlite::Connection::open(self.folder.path().join("platform.db")) else {
            return 0;
        };
        sql.query_row("SELECT count(*) FROM layouts", [], |row| row.get(0))
            .unwrap_or(0)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn accepted(file: &str, expected: &str) -> String {
    let import = Import::new();
    let output = import.run(file);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains(expected),
        "{}",
        text(&output.stdout)
    );
    assert_eq!(import.layouts(), 1);
    text(&output.stderr)
}

fn refused(file: &str, expected: &[&str]) {
    let import = Import::new();
    let output = import.run(file);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let said = text(&output.stderr);
    for words in expected {
        assert!(said.contains(words), "{words:?} is missing in:\n{said}");
    }
    assert_eq!(import.layouts(), 0, "nothing is kept");
}

#[test]
fn a_good_plan_says_how_many_seats_it_has() {
    accepted("good.json", "4 seats in 1 blocks and 2 rows");
}

#[test]
fn importing_the_same_plan_again_is_the_same_layout() {
    let import = Import::new();
    assert!(import.run("good.json").status.success());
    assert!(import.run("good.json").status.success());
    assert_eq!(import.layouts(), 1);
}

#[test]
fn a_truncated_file_is_refused_where_it_ends() {
    refused(
        "truncated.json",
        &["truncated.json: line ", "the file is cut off"],
    );
}

#[test]
fn duplicate_identifiers_are_refused_with_all_their_lines() {
    refused(
        "duplicate_guids.json",
        &[
            "\"A-1\" is used by 2 seats (lines ",
            "\"B-2\" is used by 2 seats",
            "4 problems",
        ],
    );
}

#[test]
fn a_category_nobody_defined_is_refused() {
    refused(
        "unknown_category.json",
        &["line ", "\"B-1\" has the category \"Royal\""],
    );
}

#[test]
fn bom_semicolons_counts_as_text_and_ranges_with_holes_are_read() {
    accepted("semicolons_with_bom.csv", "31 seats in 1 blocks and 2 rows");
}

#[test]
fn a_count_that_is_not_the_number_of_seats_is_said_with_its_line() {
    refused(
        "wrong_count.csv",
        &["line 2: the row states 16 seats and lists 15"],
    );
}

#[test]
fn a_file_that_is_not_there_is_said() {
    refused("nowhere.json", &["cannot read"]);
}
