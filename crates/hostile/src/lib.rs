//! Bytes that others made: each parser of them as a function that takes any bytes at all and panics where a promise is broken.
//!
//! `script/fuzz` gives them to libFuzzer; `tests/replay.rs` replays what that found, and mutations of it, in every run of the
//! tests. A parser's promise is at least: it comes back, and what it accepts it writes the same way again, where there is a way to write it.
#![forbid(unsafe_code)]

mod card;
mod files;
mod http;
mod printer;
mod ticket;

/// A parser: takes any bytes, panics where it breaks its promise.
pub type Parser = fn(&[u8]);

/// Every parser by the name of its fuzz target and of its folder in `fuzz/corpus`.
pub const PARSERS: &[(&str, Parser)] = &[
    ("ticket_records", ticket::records),
    ("typed_and_scanned", ticket::typed_and_scanned),
    ("card_files", card::files),
    ("card_answers", card::answers),
    ("bundles", files::bundles),
    ("stick_files", files::stick_files),
    ("seat_plans", files::seat_plans),
    ("printer_answers", printer::answers),
    ("http_requests", http::requests),
];
