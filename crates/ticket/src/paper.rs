//! Paper record v1: a signed ticket on one printed paper, what its code says, and the serial people can read and type.
//!
//! Anybody can copy a paper, so nothing here says that a paper is the only one: the binding says which terminal printed which serial, void
//! serials travel to the gates, and the gates' shared log lets one copy in.
//!
//! The code's text is Base32 (RFC 4648), not Base45: scanners that act as keyboards lose blanks and mix up `$ % * + - . / :` wherever scanner and
//! computer disagree on the keyboard's layout, and with 216 letters and digits the QR code has as many modules as with Base45's 203 signs.

use std::{fmt, str::FromStr};

use data_encoding::BASE32_NOPAD_NOCASE;

use crate::{
    ids::{Generation, TerminalId},
    record::{BadRecord, BoundTicket, SignedTicket, array},
};

/// First byte of a paper record: `P` for paper, plus the version. No card record begins with it.
pub const VERSION: u8 = 0x51;

/// In front of a code's text, so that a scanner knows it from slips and foreign codes.
const PREFIX: &str = "KIPPU";

/// A ticket on one paper: *printed by that terminal, under this serial, this many hands later*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperTicket {
    /// What was sold, with its signature.
    pub signed: SignedTicket,
    /// Drawn by chance for every print; voided alone when that print did not come out (R16).
    pub serial: u64,
    /// One more than the hop the ticket was taken with.
    pub hop: u16,
    /// Whose key bound it.
    pub terminal: TerminalId,
    /// Truncated AES-CMAC over ticket, serial, hop and terminal (see [`crate::binding`]), not checked by parsing.
    pub mac: [u8; Self::MAC_LEN],
}

/// Text or bytes that are no paper ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPaper {
    /// Another code, or one the scanner garbled.
    #[error("this code is not that of a paper ticket")]
    Code,
    /// The bytes inside make no sense.
    #[error(transparent)]
    Record(#[from] BadRecord),
}

impl PaperTicket {
    /// Length in bytes.
    pub const LEN: usize = 1 + SignedTicket::LEN + 14 + Self::MAC_LEN;
    /// Length of the binding value in bytes.
    pub const MAC_LEN: usize = BoundTicket::MAC_LEN;

    /// Version, signed ticket, serial, hop, terminal, binding value.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = VERSION;
        let (signed, binding) = bytes[1..].split_at_mut(SignedTicket::LEN);
        signed.copy_from_slice(&self.signed.to_bytes());
        binding[..8].copy_from_slice(&self.serial.to_le_bytes());
        binding[8..10].copy_from_slice(&self.hop.to_le_bytes());
        binding[10..14].copy_from_slice(&self.terminal.0.to_le_bytes());
        binding[14..].copy_from_slice(&self.mac);
        bytes
    }

    /// Reads a record; says nothing yet about signature and binding.
    ///
    /// # Errors
    /// Another length, another version, or a ticket inside that makes no sense.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadRecord> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().map_err(|_| BadRecord::Length {
            expected: Self::LEN,
            found: bytes.len(),
        })?;
        if bytes[0] != VERSION {
            return Err(BadRecord::Version(bytes[0]));
        }
        const BINDING: usize = 1 + SignedTicket::LEN;
        Ok(Self {
            signed: SignedTicket::from_bytes(&array(bytes, 1))?,
            serial: u64::from_le_bytes(array(bytes, BINDING)),
            hop: u16::from_le_bytes(array(bytes, BINDING + 8)),
            terminal: TerminalId(u32::from_le_bytes(array(bytes, BINDING + 10))),
            mac: array(bytes, BINDING + 14),
        })
    }

    /// What the printed code says: capital letters and digits alone.
    pub fn to_code(&self) -> String {
        format!("{PREFIX}{}", BASE32_NOPAD_NOCASE.encode(&self.to_bytes()))
    }

    /// Reads what a scanner typed; white at the ends and the case of letters do not matter.
    ///
    /// # Errors
    /// [`BadPaper`]
    pub fn from_code(text: &str) -> Result<Self, BadPaper> {
        let text = text.trim();
        let (prefix, letters) = text.split_at_checked(PREFIX.len()).ok_or(BadPaper::Code)?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return Err(BadPaper::Code);
        }
        let bytes = BASE32_NOPAD_NOCASE
            .decode(letters.as_bytes())
            .map_err(|_| BadPaper::Code)?;
        Ok(Self::from_bytes(&bytes)?)
    }

    /// Which life of the ticket this is (R9).
    pub fn generation(&self) -> Generation {
        Generation {
            epoch: self.signed.body.epoch,
            hop: self.hop,
        }
    }
}

/// A paper's serial as people read, say and type it: `028T5-CY4TQ-KFF81`, thirteen signs of Crockford's Base32 (no I, L, O, U) and two check
/// digits by ISO/IEC 7064, MOD 97-10, over the number, which find every wrong sign and every two exchanged neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialText(pub u64);

/// Text that is no serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSerial {
    /// Another number of signs.
    #[error("a serial number has 15 signs, not {0}")]
    Length(usize),
    /// A sign no serial has.
    #[error("{0:?} does not stand in serial numbers")]
    Sign(char),
    /// The check does not fit: mistyped.
    #[error("a sign of the serial number is wrong")]
    Check,
}

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of the number itself; the check follows.
const NUMBER_SIGNS: usize = 13;

impl SerialText {
    /// Signs of a serial, check included.
    pub const SIGNS: usize = NUMBER_SIGNS + 2;

    fn check(number: u64) -> u8 {
        // 98 less a remainder of 97 lies between 2 and 98.
        (98 - u128::from(number) * 100 % 97) as u8
    }
}

impl fmt::Display for SerialText {
    /// In groups of five.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = Self::check(self.0);
        let number = (0..NUMBER_SIGNS as u32)
            .rev()
            .map(|place| SIGNS[(self.0 >> (5 * place) & 31) as usize]);
        let signs = number.chain([b'0' + check / 10, b'0' + check % 10]);
        for (place, sign) in signs.enumerate() {
            if place > 0 && place % 5 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(sign))?;
        }
        Ok(())
    }
}

impl FromStr for SerialText {
    type Err = BadSerial;

    /// Blanks, hyphens and case do not matter; O is read as 0, I and L as 1.
    fn from_str(text: &str) -> Result<Self, BadSerial> {
        let mut values = Vec::with_capacity(Self::SIGNS);
        for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let sign = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = SIGNS.iter().position(|known| char::from(*known) == sign);
            values.push(value.ok_or(BadSerial::Sign(letter))?);
        }
        if values.len() != Self::SIGNS {
            return Err(BadSerial::Length(values.len()));
        }
        let (number, check) = values.split_at(NUMBER_SIGNS);
        let number = number
            .iter()
            .fold(0, |number: u128, value| number << 5 | *value as u128);
        // Thirteen signs hold one bit more than a serial.
        let number = u64::try_from(number).map_err(|_| BadSerial::Check)?;
        let expected = Self::check(number);
        match check == [usize::from(expected / 10), usize::from(expected % 10)] {
            true => Ok(Self(number)),
            false => Err(BadSerial::Check),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIALS: [u64; 6] = [0, 1, 96, 0x0123_4567_89AB_CDEF, 1 << 63, u64::MAX];

    #[test]
    fn a_serial_reads_back_however_it_is_typed() {
        for serial in SERIALS {
            let text = SerialText(serial).to_string();
            assert_eq!(text.len(), 17, "{text}");
            for typed in [
                text.clone(),
                text.to_lowercase(),
                text.replace('-', ""),
                text.replace('-', " "),
                text.replace('0', "O").replace('1', "l"),
            ] {
                assert_eq!(typed.parse(), Ok(SerialText(serial)), "{typed}");
            }
        }
    }

    #[test]
    fn one_wrong_sign_or_two_exchanged_neighbours_are_noticed() {
        for serial in SERIALS {
            let text = SerialText(serial).to_string().replace('-', "").into_bytes();
            let parse = |typed: &[u8]| std::str::from_utf8(typed).unwrap().parse::<SerialText>();
            for place in 0..text.len() {
                for sign in SIGNS {
                    let mut typed = text.clone();
                    if typed[place] != *sign {
                        typed[place] = *sign;
                        assert_eq!(parse(&typed), Err(BadSerial::Check));
                    }
                }
                let mut typed = text.clone();
                if place > 0 && typed[place] != typed[place - 1] {
                    typed.swap(place, place - 1);
                    assert_eq!(parse(&typed), Err(BadSerial::Check), "{serial} {place}");
                }
            }
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        assert_eq!("4K209".parse::<SerialText>(), Err(BadSerial::Length(5)));
        assert_eq!(
            "028T5-CY4TQ-KFF-U".parse::<SerialText>(),
            Err(BadSerial::Sign('U'))
        );
        assert_eq!(
            "ZZZZZ-ZZZZZ-ZZZ00".parse::<SerialText>(),
            Err(BadSerial::Check),
            "larger than any serial"
        );
    }
}
