//! Words that people add to what they do, for the other side or for later.

use crate::refusal::{Answer, Refusal};

/// Longest note, in letters.
pub const MAX: usize = 300;

/// What was typed, if it is not too long.
///
/// # Errors
/// 400.
pub fn checked(note: &str) -> Answer<String> {
    let note = note.trim();
    if note.chars().count() > MAX {
        return Err(Refusal::bad_request(format!(
            "The note is longer than {MAX} letters."
        )));
    }
    Ok(note.to_owned())
}
