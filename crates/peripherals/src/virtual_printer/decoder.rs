//! Reads the ESC/POS print stream byte by byte. Real-time commands were obeyed on arrival and are skipped here.

/// Something the stream asks to be done in its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// `ESC @`: settings back to their defaults.
    Reset,
    /// One row of dots of a `GS v 0` picture, packed.
    Row(Vec<u8>),
    /// A character in text mode.
    Character(u8),
    /// `LF`: print the line and feed one.
    LineFeed,
    /// Feed by dots.
    Feed(u32),
    /// Cut the paper.
    Cut,
    /// `GS ( H` function 48: answer this id.
    Process([u8; 4]),
    /// `GS a`: which changes to report unasked.
    AutomaticStatus(u8),
    /// `GS I 67`: answer the model's name.
    AskName,
}

/// Dots of a text line at the default spacing.
pub const LINE_DOTS: u32 = 30;

#[derive(Debug)]
struct Picture {
    stride: usize,
    bytes_left: usize,
    row: Vec<u8>,
}

/// The stream's state between two bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    command: Vec<u8>,
    picture: Option<Picture>,
}

/// What a command read so far amounts to.
enum Reading {
    /// Goes on.
    More,
    /// Over, with nothing for this printer to do.
    Nothing,
    Done(Instruction),
    /// Feed, then cut.
    FeedAndCut(u32),
    Picture {
        stride: usize,
        rows: usize,
    },
}

impl Decoder {
    /// Whether the bytes just read belong to a real-time command, which is no print data.
    pub fn in_real_time_command(&self) -> bool {
        self.command.first() == Some(&0x10)
    }

    /// Takes one byte; usually nothing comes of it.
    pub fn byte(&mut self, byte: u8) -> Vec<Instruction> {
        if let Some(picture) = &mut self.picture {
            picture.row.push(byte);
            picture.bytes_left -= 1;
            let row = (picture.row.len() == picture.stride)
                .then(|| Instruction::Row(std::mem::take(&mut picture.row)));
            if picture.bytes_left == 0 {
                self.picture = None;
            }
            return row.into_iter().collect();
        }
        self.command.push(byte);
        let reading = read(&self.command);
        if !matches!(reading, Reading::More) {
            self.command.clear();
        }
        match reading {
            Reading::More | Reading::Nothing => Vec::new(),
            Reading::Done(instruction) => vec![instruction],
            Reading::FeedAndCut(dots) => vec![Instruction::Feed(dots), Instruction::Cut],
            Reading::Picture { stride, rows } => {
                let bytes_left = stride * rows;
                self.picture = (bytes_left > 0).then(|| Picture {
                    stride,
                    bytes_left,
                    row: Vec::with_capacity(stride),
                });
                Vec::new()
            }
        }
    }
}

fn read(command: &[u8]) -> Reading {
    use Instruction::*;
    match *command {
        [0x0A] => Reading::Done(LineFeed),
        [0x1B, ref rest @ ..] => escape(rest),
        [0x1D, ref rest @ ..] => group(rest),
        [0x1C, ref rest @ ..] => skip(rest, 2),
        [0x10, ref rest @ ..] => real_time(rest),
        [character @ 0x20..=0xFF] => Reading::Done(Character(character)),
        _ => Reading::Nothing,
    }
}

fn escape(rest: &[u8]) -> Reading {
    use Instruction::*;
    match *rest {
        [] => Reading::More,
        [b'@'] => Reading::Done(Reset),
        [b'2'] => Reading::Nothing,
        [b'J', dots] => Reading::Done(Feed(u32::from(dots))),
        [b'd', lines] => Reading::Done(Feed(u32::from(lines) * LINE_DOTS)),
        [b'p', ..] => skip(rest, 4),
        [b'$' | b'\\', ..] => skip(rest, 3),
        // Every other command of the text mode that drivers use has one parameter.
        _ => skip(rest, 2),
    }
}

fn group(rest: &[u8]) -> Reading {
    use Instruction::*;
    match *rest {
        [
            b'v',
            b'0',
            _mode,
            width_low,
            width_high,
            rows_low,
            rows_high,
        ] => Reading::Picture {
            stride: usize::from(u16::from_le_bytes([width_low, width_high])),
            rows: usize::from(u16::from_le_bytes([rows_low, rows_high])),
        },
        [b'v', ..] => Reading::More,
        [b'V', 0 | 1 | 48 | 49] => Reading::Done(Cut),
        [b'V', _, dots] => Reading::FeedAndCut(u32::from(dots)),
        [b'V', ..] => Reading::More,
        [b'a', mask] => Reading::Done(AutomaticStatus(mask)),
        [b'I', 67] => Reading::Done(AskName),
        [b'(', _, low, high, ref data @ ..] => {
            if data.len() < usize::from(u16::from_le_bytes([low, high])) {
                return Reading::More;
            }
            match *rest {
                [b'(', b'H', 6, 0, 48, 48, a, b, c, d] => Reading::Done(Process([a, b, c, d])),
                _ => Reading::Nothing,
            }
        }
        [b'(', ..] | [] => Reading::More,
        [b'L' | b'W' | b'P', ..] => skip(rest, 3),
        _ => skip(rest, 2),
    }
}

fn real_time(rest: &[u8]) -> Reading {
    match *rest {
        [] => Reading::More,
        [0x04, 7 | 8 | 18, ..] => skip(rest, 3),
        [0x04 | 0x05, ..] => skip(rest, 2),
        [0x14, 8, ..] => skip(rest, 9),
        [0x14, ..] => skip(rest, 4),
        _ => Reading::Nothing,
    }
}

fn skip(rest: &[u8], length: usize) -> Reading {
    if rest.len() < length {
        Reading::More
    } else {
        Reading::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Instruction::*;

    fn decode(bytes: &[u8]) -> Vec<Instruction> {
        let mut decoder = Decoder::default();
        bytes.iter().flat_map(|byte| decoder.byte(*byte)).collect()
    }

    #[test]
    fn a_job_as_a_driver_sends_it() {
        let job = [
            b"\x1B@\x1Da\x0E".as_slice(),
            b"\x1Dv0\x00\x02\x00\x02\x00\x80\x01\x1B@",
            b"\x1DVA\x00\x1D(H\x06\x0000abcd",
        ]
        .concat();
        assert_eq!(
            decode(&job),
            [
                Reset,
                AutomaticStatus(0x0E),
                Row(vec![0x80, 0x01]),
                Row(vec![0x1B, b'@']),
                Feed(0),
                Cut,
                Process(*b"abcd"),
            ]
        );
    }

    #[test]
    fn text_and_feeds() {
        assert_eq!(
            decode(b"\x1B!\x30A\n\x1Bd\x02\x1DV1"),
            [Character(b'A'), LineFeed, Feed(60), Cut]
        );
    }

    #[test]
    fn real_time_commands_leave_no_trace() {
        let stream = b"\x10\x04\x01\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x10\x05\x01A";
        assert_eq!(decode(stream), [Character(b'A')]);
    }

    #[test]
    fn an_empty_picture_swallows_nothing() {
        assert_eq!(decode(b"\x1Dv0\x00\x48\x00\x00\x00A"), [Character(b'A')]);
    }
}
