//! What the commands say. Whoever reads may leave at any time (`… | head`): what was to be done is done all the same, and the exit code stays.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// A line for the result.
pub fn line(text: impl Display) {
    write(&mut io::stdout().lock(), &text);
}

/// A line for a problem.
pub fn problem(text: impl Display) {
    write(&mut io::stderr().lock(), &text);
}

fn write(out: &mut impl Write, text: &dyn Display) {
    // There is nobody left to tell that nobody listens.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
