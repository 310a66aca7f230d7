//! One terminal put together: configuration, devices, flow, window, and the loop that connects them.

pub mod clock;
pub mod config;
mod enrol;
mod gate;
mod kiosk;
mod printer_address;
mod pump;
mod register;

use std::path::PathBuf;

pub use enrol::run as run_enrol;
pub use gate::run as run_gate;
pub use kiosk::{Devices, SpeechPlace, run as run_kiosk};
pub use printer_address::PrinterAddress;
pub use register::run as run_register;

/// What every terminal is told on its command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// Address of the platform: `https://host:port`, or `http://…` on this very machine.
    #[arg(long)]
    pub platform: String,
    /// This terminal's configuration, as the platform wrote it.
    #[arg(long, value_name = "FILE")]
    pub terminal: PathBuf,
    /// Folder for what this terminal keeps.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Without a display: draws in memory and obeys the hand on standard input.
    #[arg(long)]
    pub headless: bool,
    /// In a window instead of on the whole screen.
    #[arg(long)]
    pub windowed: bool,
}

/// Where cards are laid.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Cards {
    /// A folder of virtual cards, shown beside the screen.
    #[arg(long, value_name = "DIR")]
    pub tray: Option<PathBuf>,
    /// A card reader of the system: `pcsc`, or `pcsc:NAME` for one whose name contains NAME.
    #[arg(long, value_name = "pcsc[:NAME]", value_parser = parse_reader)]
    pub reader: Option<SystemReader>,
}

/// A PC/SC reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemReader {
    /// Part of its name; the first one where none is given.
    pub name: Option<String>,
}

fn parse_reader(text: &str) -> Result<SystemReader, String> {
    match text.split_once(':').unwrap_or((text, "")) {
        ("pcsc", "") => Ok(SystemReader { name: None }),
        ("pcsc", name) => Ok(SystemReader {
            name: Some(name.to_owned()),
        }),
        _ => Err("expected pcsc or pcsc:NAME".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_named_by_pcsc() {
        assert_eq!(parse_reader("pcsc"), Ok(SystemReader { name: None }));
        assert_eq!(
            parse_reader("pcsc:Kiosk 1"),
            Ok(SystemReader {
                name: Some("Kiosk 1".into())
            })
        );
        assert!(parse_reader("usb").is_err());
    }
}
