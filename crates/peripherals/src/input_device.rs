//! The machine's input devices.

use std::io;

use evdev::raw_stream::{self, RawDevice};

/// Opens the first one that fits, in the order they were plugged in: event9 before event10.
///
/// # Errors
/// `NotFound` with the words `missing` where none fits.
pub(crate) fn first(
    fits: impl Fn(&RawDevice) -> bool,
    missing: &'static str,
) -> io::Result<RawDevice> {
    raw_stream::enumerate()
        .filter(|(_, device)| fits(device))
        .min_by_key(|(path, _)| (path.as_os_str().len(), path.clone()))
        .map(|(_, device)| device)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, missing))
}
