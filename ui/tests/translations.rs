//! Every sentence of the screens has its Japanese, with the same blanks to fill.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A sentence as the sources write it: its context, if any, and the English.
type Key = (Option<String>, String);

/// Reads one quoted string at the start of `text`; gives it with what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let end = inner
        .char_indices()
        .scan(false, |escaped, (at, character)| {
            let ends = character == '"' && !*escaped;
            *escaped = character == '\\' && !*escaped;
            Some((at, ends))
        })
        .find_map(|(at, ends)| ends.then_some(at))?;
    Some((inner[..end].replace("\\\"", "\""), &inner[end + 1..]))
}

fn sentences(source: &str) -> Vec<Key> {
    source
        .split("@tr(")
        .skip(1)
        .map(|call| {
            let (first, rest) = quoted(call).expect("@tr begins with a string");
            match rest.trim_start().strip_prefix("=>") {
                Some(rest) => {
                    let (text, _) = quoted(rest).expect("a string follows the context");
                    (Some(first), text)
                }
                None => (None, first),
            }
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "slint") {
            found.push(path);
        }
    }
}

/// The catalogue: one line a string, as this project writes it.
fn catalogue(text: &str) -> BTreeMap<Key, String> {
    let mut entries = BTreeMap::new();
    for block in text.split("\n\n") {
        let line = |name: &str| {
            block
                .lines()
                .find_map(|line| line.strip_prefix(name).and_then(quoted))
                .map(|(text, _)| text)
        };
        if let Some(english) = line("msgid ").filter(|english| !english.is_empty()) {
            let japanese = line("msgstr ").or_else(|| line("msgstr[0] "));
            entries.insert((line("msgctxt "), english), japanese.unwrap_or_default());
        }
    }
    entries
}

/// The blanks of a sentence, sorted; `{n}` counts apart, because a language may leave it out.
fn blanks(text: &str) -> usize {
    text.matches("{}").count()
}

#[test]
fn every_sentence_has_its_japanese() {
    let root = Path::new(".");
    let mut files = Vec::new();
    sources(root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let po = fs::read_to_string(root.join("lang/ja/LC_MESSAGES/kippu-ui.po")).unwrap();
    let catalogue = catalogue(&po);

    let mut problems = Vec::new();
    let mut used = 0;
    for file in files {
        for key in sentences(&fs::read_to_string(&file).unwrap()) {
            used += 1;
            match catalogue.get(&key) {
                None => problems.push(format!("{}: {:?} is not translated", file.display(), key.1)),
                Some(text) if text.is_empty() => {
                    problems.push(format!("{:?} has an empty translation", key.1));
                }
                Some(text) if blanks(text) != blanks(&key.1) => {
                    problems.push(format!("{:?} and {text:?} have different blanks", key.1));
                }
                Some(_) => {}
            }
        }
    }
    assert!(used > 200, "only {used} sentences were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_translation_is_left_over() {
    let root = Path::new(".");
    let mut files = Vec::new();
    sources(root, &mut files);
    let used: Vec<Key> = files
        .iter()
        .flat_map(|file| sentences(&fs::read_to_string(file).unwrap()))
        .collect();
    let po = fs::read_to_string(root.join("lang/ja/LC_MESSAGES/kippu-ui.po")).unwrap();
    let unused: Vec<_> = catalogue(&po)
        .into_keys()
        .filter(|key| !used.contains(key))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
