//! What kind of file somebody brings, told by what is in it: names and endings of files are often wrong.

use super::{Fault, Imported, Problem, csv, pretix};

/// Reads a plan of any kind there is a reader for; `name` becomes the name of a plan that states none.
///
/// # Errors
/// Every problem that stops the plan; for files of other kinds, what they are.
pub fn any(bytes: &[u8], name: &str) -> Imported {
    let whole = |what| Err(vec![Problem { line: 0, what }]);
    if let Some(kind) = foreign(bytes) {
        return whole(Fault::Foreign(kind));
    }
    match first(bytes) {
        None => whole(Fault::Empty),
        Some(b'{' | b'[') => pretix::import(bytes),
        Some(_) => csv::import(bytes, name),
    }
}

/// Kinds of files that people take for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// A page or a drawing as text.
    #[error("a web page or a drawing (HTML, XML, SVG)")]
    Markup,
    /// Zip, and all that is packed in it.
    #[error("a packed file (zip, Excel)")]
    Packed,
    /// PDF or an image.
    #[error("a picture or a printed page (PDF, PNG, JPEG)")]
    Picture,
}

/// Whether a file is of a kind that certainly has no list of seats.
fn foreign(bytes: &[u8]) -> Option<Foreign> {
    const BEGINNINGS: [(&[u8], Foreign); 8] = [
        (b"PK\x03\x04", Foreign::Packed),
        (b"PK\x05\x06", Foreign::Packed),
        (b"\x1F\x8B", Foreign::Packed),
        (b"\xD0\xCF\x11\xE0", Foreign::Packed),
        (b"%PDF", Foreign::Picture),
        (b"\x89PNG", Foreign::Picture),
        (b"\xFF\xD8\xFF", Foreign::Picture),
        (b"GIF8", Foreign::Picture),
    ];
    BEGINNINGS
        .into_iter()
        .find(|(beginning, _)| bytes.starts_with(beginning))
        .map(|(_, kind)| kind)
        .or_else(|| (first(bytes) == Some(b'<')).then_some(Foreign::Markup))
}

/// The first byte that says something: behind marks of encodings and blanks.
fn first(bytes: &[u8]) -> Option<u8> {
    let marks = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0];
    let says = |byte: &u8| !byte.is_ascii_whitespace() && !marks.contains(byte);
    bytes.iter().copied().find(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Vec<String> {
        let problems = any(bytes, "Hall").unwrap_err();
        problems.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn files_are_read_for_what_they_are() {
        let list = "row,seat\nA,1-4\n";
        assert_eq!(any(list.as_bytes(), "Hall").unwrap().0.seats.len(), 4);
        let marked: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(list.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(any(&marked, "Hall").unwrap().0.seats.len(), 4);
        assert!(told(b"{\"zones\": [")[0].contains("cut off"));
    }

    #[test]
    fn what_is_no_plan_is_named() {
        for (bytes, words) in [
            (&b"<!doctype html><p>Not found"[..], "a web page"),
            (b"\n\xEF\xBB\xBF<svg/>", "a web page"),
            (b"PK\x03\x04\x14\0", "a packed file"),
            (b"%PDF-1.7", "a picture"),
            (b"\x89PNG\r\n\x1A\n", "a picture"),
            (b"", "empty"),
            (b" \r\n", "empty"),
        ] {
            assert!(told(bytes)[0].contains(words), "{:?}", told(bytes));
        }
    }
}
