//! Every fuzz target: the parser of kippu-hostile that has the binary's name.
#![no_main]

use std::sync::LazyLock;

use kippu_hostile::{PARSERS, Parser};

static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let found = PARSERS
        .iter()
        .find(|(name, _)| *name == env!("CARGO_BIN_NAME"));
    found.expect("no parser has this name").1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| PARSER(bytes));
