//! One demultiplexer for everything a printer sends back: status bytes, automatic status, process-id answers, its name.
//!
//! All of it arrives on one stream, in any order and in any pieces, and none of it is framed. The first byte tells the kind
//! (ESC/POS reference, "Transmission status identification"): bits 0, 1, 4 and 7 are fixed for each.

/// Identifies one print; each byte is within [`PROCESS_ID_BYTES`].
pub type ProcessId = [u8; 4];

/// Values a process id byte may have (`GS ( H`, function 48).
pub const PROCESS_ID_BYTES: std::ops::RangeInclusive<u8> = 0x20..=0x7E;

/// Longest name a printer may answer to `GS I`, in bytes.
const NAME_MAX: usize = 80;

/// Something the printer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Answer to the last `DLE EOT`.
    Status(u8),
    /// Status it sent by itself (`GS a`): four bytes.
    Automatic([u8; 4]),
    /// The print with this id is out (`37 22 id 00`).
    Process(ProcessId),
    /// Its buffers were cleared as asked (`37 25 00`).
    Cleared,
    /// A name asked for by `GS I`.
    Name(String),
}

/// Takes the stream apart; what fits nothing is counted and skipped.
#[derive(Debug, Default)]
pub struct Demultiplexer {
    pending: Vec<u8>,
    expects_name: bool,
    /// Bytes that fitted nothing.
    pub strays: u64,
}

/// What the head of the pending bytes is.
enum Head {
    Whole(Answer, usize),
    Incomplete,
    Stray,
}

impl Demultiplexer {
    /// From now on a name may come, once. Unasked, a stray underscore would swallow the answer behind it.
    pub fn expect_name(&mut self, expected: bool) {
        self.expects_name = expected;
    }

    /// Takes bytes as they came and gives the answers that are whole now.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Answer> {
        self.pending.extend_from_slice(bytes);
        let mut answers = Vec::new();
        let mut at = 0;
        while at < self.pending.len() {
            match head(&self.pending[at..], self.expects_name) {
                Head::Whole(answer, length) => {
                    self.expects_name &= !matches!(answer, Answer::Name(_));
                    answers.push(answer);
                    at += length;
                }
                Head::Stray => {
                    self.strays += 1;
                    at += 1;
                }
                Head::Incomplete => break,
            }
        }
        self.pending.drain(..at);
        answers
    }

    /// Gives up an answer that never became whole, so that it cannot swallow the next one.
    pub fn abandon_pending(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        while !self.pending.is_empty() {
            self.strays += 1;
            let rest = self.pending.split_off(1);
            self.pending.clear();
            answers.extend(self.feed(&rest));
        }
        answers
    }
}

fn head(bytes: &[u8], expects_name: bool) -> Head {
    match bytes {
        [0x37, rest @ ..] => block(rest),
        [0x5F, rest @ ..] if expects_name => name(rest),
        [first, ..] if first & 0b1001_0011 == 0b0001_0010 => Head::Whole(Answer::Status(*first), 1),
        [first, rest @ ..] if first & 0b1001_0011 == 0b0001_0000 => automatic(*first, rest),
        _ => Head::Stray,
    }
}

fn block(rest: &[u8]) -> Head {
    match rest {
        [] | [0x25] => Head::Incomplete,
        [0x25, 0x00, ..] => Head::Whole(Answer::Cleared, 3),
        [0x22, tail @ ..] => {
            let id = &tail[..tail.len().min(4)];
            if id.iter().any(|byte| !PROCESS_ID_BYTES.contains(byte)) {
                return Head::Stray;
            }
            match tail {
                [a, b, c, d, 0x00, ..] => Head::Whole(Answer::Process([*a, *b, *c, *d]), 7),
                [_, _, _, _, _, ..] => Head::Stray,
                _ => Head::Incomplete,
            }
        }
        _ => Head::Stray,
    }
}

fn name(rest: &[u8]) -> Head {
    let end = rest.iter().position(|byte| !(0x20..=0x7E).contains(byte));
    match end {
        Some(end) if rest[end] == 0 && end <= NAME_MAX => {
            let text = String::from_utf8_lossy(&rest[..end]).into_owned();
            Head::Whole(Answer::Name(text), end + 2)
        }
        None if rest.len() <= NAME_MAX => Head::Incomplete,
        _ => Head::Stray,
    }
}

fn automatic(first: u8, rest: &[u8]) -> Head {
    let tail = &rest[..rest.len().min(3)];
    if tail.iter().any(|byte| byte & 0b1001_0000 != 0) {
        return Head::Stray;
    }
    match tail {
        [b, c, d] => Head::Whole(Answer::Automatic([first, *b, *c, *d]), 4),
        _ => Head::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: [u8; 7] = [0x37, 0x22, b'a', b'b', b'c', b'd', 0];

    #[test]
    fn answers_of_all_kinds_on_one_stream() {
        let mut stream = vec![0x12, 0x14, 0, 0, 0x0F];
        stream.extend(PROCESS);
        stream.extend([0x37, 0x25, 0x00]);
        stream.extend(b"_TM-T88VI\0");
        stream.push(0x16);
        let expected = vec![
            Answer::Status(0x12),
            Answer::Automatic([0x14, 0, 0, 0x0F]),
            Answer::Process(*b"abcd"),
            Answer::Cleared,
            Answer::Name("TM-T88VI".into()),
            Answer::Status(0x16),
        ];
        let mut at_once = Demultiplexer::default();
        at_once.expect_name(true);
        assert_eq!(at_once.feed(&stream), expected);

        let mut in_pieces = Demultiplexer::default();
        in_pieces.expect_name(true);
        let answers: Vec<Answer> = stream
            .iter()
            .flat_map(|byte| in_pieces.feed(&[*byte]))
            .collect();
        assert_eq!(answers, expected);
        assert_eq!(in_pieces.strays, 0);
    }

    #[test]
    fn stray_bytes_before_an_answer_do_not_hide_it() {
        for stray in 0..=255u8 {
            let mut stream = vec![stray];
            stream.extend(PROCESS);
            let mut demultiplexer = Demultiplexer::default();
            let mut answers = demultiplexer.feed(&stream);
            answers.extend(demultiplexer.abandon_pending());
            assert!(
                answers.contains(&Answer::Process(*b"abcd")),
                "after {stray:#04x}: {answers:?}"
            );
        }
    }

    #[test]
    fn a_half_answer_does_not_hide_the_next() {
        for length in 1..PROCESS.len() {
            let mut stream = PROCESS[..length].to_vec();
            stream.extend(PROCESS);
            let answers = Demultiplexer::default().feed(&stream);
            assert_eq!(answers, [Answer::Process(*b"abcd")], "after {length} bytes");
        }
    }

    #[test]
    fn a_changed_id_is_another_id() {
        let mut wrong = PROCESS;
        wrong[5] = b'e';
        assert_eq!(
            Demultiplexer::default().feed(&wrong),
            [Answer::Process(*b"abce")]
        );
        wrong[6] = 1;
        assert!(Demultiplexer::default().feed(&wrong).is_empty());
    }

    #[test]
    fn noise_neither_confirms_nor_hides_what_follows() {
        // A fixed linear congruential generator: the same noise every time.
        let mut state = 1u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(100_000)
        .collect();
        let mut demultiplexer = Demultiplexer::default();
        assert!(
            !demultiplexer
                .feed(&noise)
                .contains(&Answer::Process(*b"abcd"))
        );
        let mut answers = demultiplexer.feed(&PROCESS);
        answers.extend(demultiplexer.abandon_pending());
        assert!(answers.contains(&Answer::Process(*b"abcd")));
    }
}
