//! Every claim of the threat model names a test that is really there.

use std::{collections::BTreeSet, fs, path::Path};

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// `file::test` in backticks.
fn named(text: &str) -> BTreeSet<(String, String)> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|word| word.split_once("::"))
        .map(|(file, test)| (file.to_owned(), test.to_owned()))
        .collect()
}

/// Whether a file has a test of this name.
fn has_test(source: &str, test: &str) -> bool {
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if is_test && !line.starts_with('#') {
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            if name.is_some_and(|name| {
                name.strip_prefix(test)
                    .is_some_and(|rest| rest.starts_with('('))
            }) {
                return true;
            }
            is_test = false;
        }
    }
    false
}

#[test]
fn every_test_the_threat_model_names_exists() {
    let text = fs::read_to_string(repository().join("docs/threat-model.md")).unwrap();
    let named = named(&text);
    assert!(named.len() > 30, "only {} tests are named", named.len());
    for (file, test) in named {
        let source = fs::read_to_string(repository().join(&file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(has_test(&source, &test), "{file} has no test {test}");
    }
}

#[test]
fn every_claim_names_a_test() {
    let text = fs::read_to_string(repository().join("docs/threat-model.md")).unwrap();
    let (claims, _) = text.split_once("## What nothing here stops").unwrap();
    let rows = claims.lines().filter(|line| {
        line.starts_with('|') && !line.starts_with("|---") && !line.starts_with("| can try")
    });
    for row in rows {
        assert!(!named(row).is_empty(), "{row}");
    }
}

#[test]
fn something_that_is_no_test_does_not_count() {
    let source = "#[test]\nfn one() {}\nfn other() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn later() {}";
    let found = ["one", "other", "later", "lat"].map(|test| has_test(source, test));
    assert_eq!(found, [true, false, true, false]);
}
