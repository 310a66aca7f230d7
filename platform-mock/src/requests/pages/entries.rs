//! Counts by class in forms, and what pages say of refusals.

use kippu_api::problem::ProblemCode;

use super::super::words::Words;
use crate::{
    notes,
    pages::typed::{Troubles, Typed, nth},
    refusal::{Answer, Refusal},
};

/// How many seats of each class a form names: an empty field is none. What is wrong stands beside its field.
pub(super) fn counts(
    typed: &Typed,
    classes: usize,
    w: &Words,
    troubles: &mut Troubles,
) -> Vec<u32> {
    let mut seats = Vec::with_capacity(classes);
    for class in 0..classes {
        let count = match typed.nth("seats", &class) {
            "" => Some(0),
            text => text.parse().ok(),
        };
        let field = nth("seats", class);
        seats.extend(troubles.take(field, count.ok_or(()), |()| w.bad_count));
    }
    if troubles.is_empty() && seats.iter().all(|count| *count == 0) {
        troubles.add(nth("seats", 0), w.no_seats);
    }
    if typed.get("note").chars().count() > notes::MAX {
        troubles.add("note", w.long_note);
    }
    seats
}

/// What a page says of what was refused because something is different by now; others are pages of their own.
pub(super) fn said(w: &Words, refusal: Refusal) -> Answer<&'static str> {
    match refusal.code {
        ProblemCode::WrongState => Ok(w.not_done),
        ProblemCode::KeyReused => Ok(w.sent_before),
        ProblemCode::BadRequest => Ok(w.bad_counts),
        _ => Err(refusal),
    }
}
