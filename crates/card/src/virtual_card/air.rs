//! Bytes on air and modelled times.
//!
//! Frames are those of ISO 14443-4 with FSC 64: blocks of at most 61 bytes with 3 bytes around them, every block but the last of a
//! command or answer acknowledged by a block of 3 bytes; a byte takes 9 bit times. The chip's own time is a model, not measured: see
//! the constants.

use std::time::Duration;

/// Most bytes of a command or answer in one block at FSC 64.
const BLOCK_PAYLOAD: usize = 61;
/// Protocol byte and checksum around a block.
const BLOCK_FRAME: usize = 3;
/// Waiting between frames in both directions, for one exchange (ISO 14443-3 frame delay of about 90 µs each).
const TURNAROUND: Duration = Duration::from_micros(180);
/// The chip's time for any command.
const COMMAND: Duration = Duration::from_micros(500);
/// The chip's time for both halves of an authentication together, spent on each half.
const AUTHENTICATION: Duration = Duration::from_millis(5);
/// The chip's time to write memory: in place, or for a commit.
const WRITE: Duration = Duration::from_millis(5);

/// Class of what a reader answers by itself (PC/SC part 3): it never goes over the air.
const READER_CLASS: u8 = 0xFF;

/// Whether answers take the time they would take on air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Timing {
    /// At once.
    #[default]
    Off,
    /// Modelled air time and chip time at this bit rate in kbit/s: 106, 212, 424 or 848.
    At(u32),
}

/// What went over the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Exchanges that were answered, the reader's own among them.
    pub exchanges: u32,
    /// Bytes in both directions with everything that frames them.
    pub bytes_on_air: u64,
    /// Modelled time of the chip.
    pub chip_time: Duration,
}

impl Counters {
    /// Modelled time on air at a bit rate in kbit/s, without the waiting between frames.
    pub fn air_time(&self, kbit_per_s: u32) -> Duration {
        air_time(self.bytes_on_air, kbit_per_s)
    }

    /// Counts one exchange; gives the time it shall take.
    pub(super) fn count(&mut self, timing: Timing, command: &[u8], answer: &[u8]) -> Duration {
        self.exchanges += 1;
        if command.first() == Some(&READER_CLASS) {
            return Duration::ZERO;
        }
        let bytes = bytes_on_air(command.len()) + bytes_on_air(answer.len());
        let chip = chip_time(command);
        self.bytes_on_air += bytes;
        self.chip_time += chip;
        match timing {
            Timing::Off => Duration::ZERO,
            Timing::At(kbit_per_s) => air_time(bytes, kbit_per_s) + TURNAROUND + chip,
        }
    }
}

/// Bytes on air for a command or answer of this many bytes.
pub fn bytes_on_air(length: usize) -> u64 {
    let blocks = length.div_ceil(BLOCK_PAYLOAD).max(1);
    (length + blocks * BLOCK_FRAME + (blocks - 1) * BLOCK_FRAME) as u64
}

fn air_time(bytes: u64, kbit_per_s: u32) -> Duration {
    Duration::from_micros(bytes * 9 * 1000 / u64::from(kbit_per_s.max(1)))
}

fn chip_time(command: &[u8]) -> Duration {
    let ins = match command {
        [0x90, ins, ..] | [0x00, ins, ..] => *ins,
        [ins, ..] => *ins,
        [] => 0,
    };
    match ins {
        0x1A | 0xAA | 0x71 | 0x77 => AUTHENTICATION,
        // The second half of an authentication in either framing; other continuations are shorter or longer.
        0xAF if matches!(command.len(), 33 | 38) => AUTHENTICATION,
        0x3D | 0x8D | 0x3B | 0x8B | 0xC7 | 0xC4 | 0x5F | 0xC0 | 0xC1 | 0xCA | 0xCB | 0xCD
        | 0xCE | 0xDA | 0xDF | 0xFC => WRITE,
        _ => COMMAND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_read_of_160_bytes_takes_224_bytes_on_air() {
        // Select, then ReadData with two more frames, wrapped: 59, 59 and 42 bytes of data.
        let lengths = [(9, 2), (13, 61), (5, 61), (5, 44)];
        let bytes: u64 = lengths
            .iter()
            .map(|(command, answer)| bytes_on_air(*command) + bytes_on_air(*answer))
            .sum();
        assert_eq!(bytes, 224);
        assert_eq!(air_time(bytes, 106).as_micros(), 19_018);
    }

    #[test]
    fn long_blocks_are_chained_and_acknowledged() {
        assert_eq!(bytes_on_air(61), 64);
        assert_eq!(bytes_on_air(62), 62 + 3 + 3 + 3);
        assert_eq!(bytes_on_air(0), 3);
    }
}
