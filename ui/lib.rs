//! The generated user interface and nothing else, so that Rust edits elsewhere do not compile it again.
#![allow(missing_docs)]
slint::include_modules!();
