//! Real-time commands: obeyed when they arrive, whatever is waiting, and also when their bytes are part of a picture.

/// A command a printer obeys at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealTime {
    /// `DLE EOT n`: answer one status byte.
    AskStatus(u8),
    /// `DLE DC4 8`: forget what is waiting.
    ClearBuffers,
}

const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// Watches the incoming bytes for real-time commands.
#[derive(Debug, Default)]
pub struct Watch {
    last: Vec<u8>,
}

impl Watch {
    /// Takes one byte and says whether a command ends with it.
    pub fn byte(&mut self, byte: u8) -> Option<RealTime> {
        if self.last.len() == CLEAR.len() {
            self.last.remove(0);
        }
        self.last.push(byte);
        let command = match *self.last {
            [.., 0x10, 0x04, n @ 1..=4] => RealTime::AskStatus(n),
            _ if self.last == CLEAR => RealTime::ClearBuffers,
            _ => return None,
        };
        self.last.clear();
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_among_other_bytes() {
        let stream = [
            b"abc\x10\x04\x02\x10".as_slice(),
            &CLEAR,
            b"\x10\x04\x09\x10\x04\x01",
        ]
        .concat();
        let mut watch = Watch::default();
        let found: Vec<_> = stream.iter().filter_map(|byte| watch.byte(*byte)).collect();
        assert_eq!(
            found,
            [
                RealTime::AskStatus(2),
                RealTime::ClearBuffers,
                RealTime::AskStatus(1)
            ]
        );
    }
}
