//! What arrives at the card: wrapped (`90 INS 00 00 …`) and native commands, ISO 7816 commands and the reader's own `FF CA`.

/// One parsed command of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A DESFire command, or with `ins` = AF the next frame of one.
    Desfire {
        /// Command code.
        ins: u8,
        /// Everything after the command code.
        data: Vec<u8>,
        /// How the answer must look.
        framing: Framing,
    },
    /// An ISO 7816-4 command (class 00).
    Iso(IsoCommand),
    /// `FF CA 00 00`: the card's number, as a reader answers it.
    ReaderGetUid,
    /// `FF CA 01 00`: the historical bytes.
    ReaderGetHistoricalBytes,
    /// Class, length or parameters are no command at all; answered with this ISO status word.
    Malformed(u16),
}

/// How a DESFire command was framed, and its answer will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// `90 INS 00 00 Lc data 00` → `data 91 status`.
    Wrapped,
    /// `INS data` → `status data`.
    Native,
}

/// An ISO 7816-4 command with short lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoCommand {
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data.
    pub data: Vec<u8>,
    /// Expected answer length; 256 for `00`, none where no Le was sent.
    pub le: Option<usize>,
}

/// Parses the bytes of one exchange.
pub fn parse(apdu: &[u8]) -> Incoming {
    match apdu {
        [0x90, ins, 0x00, 0x00, rest @ ..] => match body(rest) {
            Some((data, _)) => Incoming::Desfire {
                ins: *ins,
                data: data.to_vec(),
                framing: Framing::Wrapped,
            },
            None => Incoming::Malformed(0x6700),
        },
        [0x90, _, _, _, ..] => Incoming::Malformed(0x6A86),
        [0xFF, 0xCA, 0x00, 0x00, ..] => Incoming::ReaderGetUid,
        [0xFF, 0xCA, 0x01, 0x00, ..] => Incoming::ReaderGetHistoricalBytes,
        [0xFF, ..] => Incoming::Malformed(0x6D00),
        [0x00, ins, p1, p2, rest @ ..] => match body(rest) {
            Some((data, le)) => Incoming::Iso(IsoCommand {
                ins: *ins,
                p1: *p1,
                p2: *p2,
                data: data.to_vec(),
                le,
            }),
            None => Incoming::Malformed(0x6700),
        },
        [] | [0x00, ..] | [0x90, ..] => Incoming::Malformed(0x6700),
        [ins, data @ ..] => Incoming::Desfire {
            ins: *ins,
            data: data.to_vec(),
            framing: Framing::Native,
        },
    }
}

/// Splits what follows the four header bytes into data and Le; `None` where Lc does not fit.
fn body(rest: &[u8]) -> Option<(&[u8], Option<usize>)> {
    let expected = |le: u8| Some(if le == 0 { 256 } else { usize::from(le) });
    match rest {
        [] => Some((&[], None)),
        [le] => Some((&[], expected(*le))),
        [lc, tail @ ..] => {
            let lc = usize::from(*lc);
            if lc == 0 {
                return None;
            }
            let data = tail.get(..lc)?;
            match &tail[lc..] {
                [] => Some((data, None)),
                [le] => Some((data, expected(*le))),
                _ => None,
            }
        }
    }
}

/// Bytes before a command's data in this frame.
pub(super) fn overhead(apdu: &[u8]) -> usize {
    if apdu.first() == Some(&0x90) { 5 } else { 1 }
}

impl Framing {
    /// The answer's bytes.
    pub(super) fn answer(self, status: u8, data: &[u8]) -> Vec<u8> {
        match self {
            Framing::Wrapped => [data, &[0x91, status]].concat(),
            Framing::Native => [&[status], data].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_framings_are_understood() {
        let wrapped = parse(&[0x90, 0x5A, 0, 0, 3, 1, 2, 3, 0]);
        let native = parse(&[0x5A, 1, 2, 3]);
        assert_eq!(
            wrapped,
            Incoming::Desfire {
                ins: 0x5A,
                data: vec![1, 2, 3],
                framing: Framing::Wrapped
            }
        );
        assert_eq!(
            native,
            Incoming::Desfire {
                ins: 0x5A,
                data: vec![1, 2, 3],
                framing: Framing::Native
            }
        );
        assert_eq!(
            parse(&[0x90, 0x60, 0, 0, 0]),
            Incoming::Desfire {
                ins: 0x60,
                data: vec![],
                framing: Framing::Wrapped
            }
        );
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        assert_eq!(
            parse(&[0x90, 0x5A, 0, 0, 4, 1, 2, 3]),
            Incoming::Malformed(0x6700)
        );
        assert_eq!(
            parse(&[0x90, 0x5A, 0, 0, 3, 1, 2, 3, 0, 0]),
            Incoming::Malformed(0x6700)
        );
        assert_eq!(parse(&[0x90, 0x5A]), Incoming::Malformed(0x6700));
        assert_eq!(parse(&[]), Incoming::Malformed(0x6700));
        assert_eq!(parse(&[0x90, 0x5A, 1, 0, 0]), Incoming::Malformed(0x6A86));
    }

    #[test]
    fn iso_commands_keep_their_expected_length() {
        let Incoming::Iso(read) = parse(&[0x00, 0xB0, 0x00, 0x0F, 0x00]) else {
            panic!("no ISO command")
        };
        assert_eq!((read.ins, read.p2, read.le), (0xB0, 0x0F, Some(256)));
    }
}
