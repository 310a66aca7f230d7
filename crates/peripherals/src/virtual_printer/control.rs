//! What somebody standing at the virtual printer can do, as lines of text.

use super::machine::{Fault, Machine};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Something goes wrong now: `paper-out`, `cover-open`, `mute`, `hang`, `jam`, `no-ids`.
    Break(Fault),
    /// It is mended: `paper-in`, `cover-close`, `speak`, `go`, `unjam`, `ids`.
    Mend(Fault),
    /// It goes wrong after more bytes of print data: `after 1000 paper-out`.
    BreakAfter(u64, Fault),
    /// A roll of millimetres: `paper-mm 120`.
    Load(u32),
    /// The near-end sensor: `paper-low`, `paper-enough`.
    Low(bool),
    /// Bytes before every answer: `noise 12ff`, `noise` to end it.
    Noise(Vec<u8>),
    /// Switched off or on: `off`, `on`.
    Power(bool),
    /// Ends the program: `quit`.
    Quit,
}

impl Control {
    /// Reads a line.
    ///
    /// # Errors
    /// Says what would be understood.
    pub fn parse(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let control = match *words {
            ["paper-in"] => Self::Mend(Fault::PaperOut),
            ["cover-close"] => Self::Mend(Fault::CoverOpen),
            ["speak"] => Self::Mend(Fault::Mute),
            ["go"] => Self::Mend(Fault::Hang),
            ["unjam"] => Self::Mend(Fault::Jam),
            ["ids"] => Self::Mend(Fault::NoProcessIds),
            ["paper-mm", length] => Self::Load(number(length)?),
            ["paper-low"] => Self::Low(true),
            ["paper-enough"] => Self::Low(false),
            ["noise"] => Self::Noise(Vec::new()),
            ["noise", bytes] => Self::Noise(from_hex(bytes)?),
            ["off"] => Self::Power(false),
            ["on"] => Self::Power(true),
            ["quit"] => Self::Quit,
            ["after", bytes, what] => Self::BreakAfter(number(bytes)?, fault(what)?),
            [what] => Self::Break(fault(what)?),
            _ => return Err("one command a line, such as: paper-out".into()),
        };
        Ok(control)
    }

    /// Does it to the machine. Power and quitting are not the machine's.
    pub(super) fn apply(&self, machine: &mut Machine) {
        match self {
            Self::Break(fault) => machine.break_now(*fault),
            Self::Mend(fault) => machine.mend(*fault),
            Self::BreakAfter(bytes, fault) => machine.break_after(*bytes, *fault),
            Self::Load(millimetres) => machine.load(*millimetres),
            Self::Low(low) => machine.set_low(*low),
            Self::Noise(bytes) => machine.set_noise(bytes.clone()),
            Self::Power(_) | Self::Quit => {}
        }
    }
}

fn fault(word: &str) -> Result<Fault, String> {
    match word {
        "paper-out" => Ok(Fault::PaperOut),
        "cover-open" => Ok(Fault::CoverOpen),
        "mute" => Ok(Fault::Mute),
        "hang" => Ok(Fault::Hang),
        "jam" => Ok(Fault::Jam),
        "no-ids" => Ok(Fault::NoProcessIds),
        _ => Err(format!(
            "unknown: {word}; known: paper-out paper-in paper-mm N paper-low paper-enough cover-open cover-close mute speak hang go jam unjam no-ids ids noise HEX off on quit, and after BYTES FAULT"
        )),
    }
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("not a number: {word}"))
}

fn from_hex(word: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("not hexadecimal bytes: {word}");
    if !word.is_ascii() || !word.len().is_multiple_of(2) {
        return Err(wrong());
    }
    (0..word.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&word[at..at + 2], 16).map_err(|_| wrong()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        assert_eq!(
            Control::parse("paper-out"),
            Ok(Control::Break(Fault::PaperOut))
        );
        assert_eq!(
            Control::parse(" cover-close "),
            Ok(Control::Mend(Fault::CoverOpen))
        );
        assert_eq!(
            Control::parse("after 12 mute"),
            Ok(Control::BreakAfter(12, Fault::Mute))
        );
        assert_eq!(
            Control::parse("noise 12fF"),
            Ok(Control::Noise(vec![0x12, 0xFF]))
        );
        for wrong in [
            "",
            "paper",
            "after x mute",
            "noise 1",
            "noise é",
            "paper-mm -3",
            "a b c d",
        ] {
            assert!(Control::parse(wrong).is_err(), "{wrong}");
        }
    }
}
