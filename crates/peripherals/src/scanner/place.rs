//! Which of the machine's input devices is the scanner.

use std::{io, path::PathBuf, str::FromStr};

use evdev::raw_stream::RawDevice;
use evdev::{AttributeSetRef, KeyCode};

use crate::input_device;

/// Words in the names scanners give themselves, in small letters.
const SCANNER_WORDS: [&str; 3] = ["scan", "barcode", "bar code"];

/// Where a scanner is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerPlace {
    /// The first device with keys that calls itself a scanner.
    Auto,
    /// The first device with keys whose name contains this, in whatever case.
    Named(String),
    /// This file; `/dev/input/by-id/…` stays the same when it is plugged in elsewhere.
    At(PathBuf),
}

/// Text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected auto, name:PART-OF-NAME or a path such as /dev/input/by-id/…")]
pub struct BadPlace;

impl FromStr for ScannerPlace {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        match text.split_once(':') {
            _ if text == "auto" => Ok(Self::Auto),
            _ if text.starts_with('/') => Ok(Self::At(text.into())),
            Some(("name", part)) if !part.trim().is_empty() => Ok(Self::Named(part.to_lowercase())),
            _ => Err(BadPlace),
        }
    }
}

impl ScannerPlace {
    /// Finds and opens it.
    pub(super) fn open(&self) -> io::Result<RawDevice> {
        if let Self::At(path) = self {
            return RawDevice::open(path);
        }
        input_device::first(
            |device| self.fits(device.name().unwrap_or_default(), device.supported_keys()),
            "no scanner among the input devices this user may read",
        )
    }

    /// Whether this is a device to look at: a scanner may also show one without the keys of a text.
    fn fits(&self, name: &str, keys: Option<&AttributeSetRef<KeyCode>>) -> bool {
        let types = keys
            .is_some_and(|keys| keys.contains(KeyCode::KEY_1) && keys.contains(KeyCode::KEY_ENTER));
        let name = name.to_lowercase();
        types
            && match self {
                Self::Auto => SCANNER_WORDS.iter().any(|word| name.contains(word)),
                Self::Named(part) => name.contains(part),
                Self::At(_) => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evdev::AttributeSet;

    fn keyboard() -> AttributeSet<KeyCode> {
        [KeyCode::KEY_1, KeyCode::KEY_A, KeyCode::KEY_ENTER]
            .into_iter()
            .collect()
    }

    #[test]
    fn places_are_read() {
        assert_eq!("auto".parse(), Ok(ScannerPlace::Auto));
        assert_eq!(
            "name:Honeywell".parse(),
            Ok(ScannerPlace::Named("honeywell".into()))
        );
        let path = "/dev/input/by-id/usb-Scanner_1:2-event-kbd";
        assert_eq!(path.parse(), Ok(ScannerPlace::At(path.into())));
        for wrong in ["", "Auto", "name:", "name: ", "event3", "tcp:host:1"] {
            assert_eq!(wrong.parse::<ScannerPlace>(), Err(BadPlace), "{wrong}");
        }
    }

    #[test]
    fn a_scanner_is_known_by_its_name_and_its_keys() {
        let keys = keyboard();
        let auto = ScannerPlace::Auto;
        assert!(auto.fits("Symbol Bar Code Scanner", Some(&keys)));
        assert!(auto.fits("USB BARCODE READER", Some(&keys)));
        assert!(!auto.fits("AT Translated Set 2 keyboard", Some(&keys)));
        assert!(!auto.fits("Symbol Bar Code Scanner", None));
        let volume: AttributeSet<KeyCode> = [KeyCode::KEY_VOLUMEUP].into_iter().collect();
        assert!(!auto.fits("Symbol Bar Code Scanner", Some(&volume)));

        let named = ScannerPlace::Named("honeywell".into());
        assert!(named.fits("Honeywell Imaging & Mobility 1900", Some(&keys)));
        assert!(!named.fits("Symbol Bar Code Scanner", Some(&keys)));
    }
}
