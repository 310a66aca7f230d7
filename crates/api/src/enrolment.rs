//! How a terminal comes by its certificate. It makes its keys itself; none of them ever leaves it.
//!
//! - `POST /api/v1/enrolments` [`Enrolment`] → [`Enrolled`], with no credentials but the one-time code's secret
//! - `POST /api/v1/terminal/certificate` [`Renewal`] → [`Renewed`], with the certificate the terminal has
//! - `POST /api/v1/operator/terminals/{terminal}/enrolment-code` → [`OpenedEnrolment`]

use std::{fmt, str::FromStr};

use kippu_ticket::ids::TerminalId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// Crockford's base 32: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET_LEN: usize = 10;
const PIN_LEN: usize = 16;
const CHECK_LEN: usize = 4;
const LEN: usize = SECRET_LEN + PIN_LEN + CHECK_LEN;
const GROUP: usize = 5;

/// What an operator hands to whoever sets a terminal up, in six groups of five: 50 bits that only the platform knows, 80 bits of the
/// fingerprint of its authority, by which the terminal knows the right platform before it says anything, and 20 bits against mistyping.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode([u8; LEN]);

/// Why a text is no enrolment code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Too short, too long, or with other signs in it.
    #[error("an enrolment code has six groups of five letters and digits")]
    Form,
    /// One of the signs is another one.
    #[error("the enrolment code is mistyped: compare it once more")]
    Mistyped,
}

impl EnrolmentCode {
    /// A fresh code of the platform whose authority has this certificate (DER).
    pub fn random(authority: &[u8]) -> Self {
        let mut symbols = [0; LEN];
        let (secret, rest) = symbols.split_at_mut(SECRET_LEN);
        let (pin, check) = rest.split_at_mut(PIN_LEN);
        write_symbols(&rand::random::<[u8; 32]>(), secret);
        write_symbols(&fingerprint(authority), pin);
        let expected = check_of(secret, pin);
        check.copy_from_slice(&expected);
        Self(symbols)
    }

    /// The part that the platform is told.
    pub fn secret(&self) -> String {
        text(&self.0[..SECRET_LEN])
    }

    /// Whether a certificate (DER) is the authority's this code was made by.
    pub fn is_of(&self, authority: &[u8]) -> bool {
        let mut pin = [0; PIN_LEN];
        write_symbols(&fingerprint(authority), &mut pin);
        self.0[SECRET_LEN..SECRET_LEN + PIN_LEN] == pin
    }
}

impl FromStr for EnrolmentCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut symbols = [0; LEN];
        let mut given = text
            .bytes()
            .filter(|byte| *byte != b'-' && !byte.is_ascii_whitespace());
        for symbol in &mut symbols {
            let byte = given.next().ok_or(BadCode::Form)?;
            *symbol = value(byte).ok_or(BadCode::Form)?;
        }
        if given.next().is_some() {
            return Err(BadCode::Form);
        }
        let (secret, rest) = symbols.split_at(SECRET_LEN);
        let (pin, check) = rest.split_at(PIN_LEN);
        if check != check_of(secret, pin) {
            return Err(BadCode::Mistyped);
        }
        Ok(Self(symbols))
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, group) in self.0.chunks(GROUP).enumerate() {
            if place > 0 {
                f.write_str("-")?;
            }
            f.write_str(&text(group))?;
        }
        Ok(())
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(..)")
    }
}

/// SHA-256 of a certificate in DER: the name the platform knows it by.
pub fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

/// Five bits of the source for each symbol.
fn write_symbols(source: &[u8; 32], symbols: &mut [u8]) {
    for (place, symbol) in symbols.iter_mut().enumerate() {
        let (byte, shift) = (place * 5 / 8, place * 5 % 8);
        let pair = u16::from_be_bytes([source[byte], source[byte + 1]]);
        *symbol = (pair >> (11 - shift)) as u8 & 31;
    }
}

fn check_of(secret: &[u8], pin: &[u8]) -> [u8; CHECK_LEN] {
    let digest = Sha256::new()
        .chain_update(b"kippu enrolment code v1\0")
        .chain_update(secret)
        .chain_update(pin)
        .finalize();
    let mut check = [0; CHECK_LEN];
    write_symbols(&digest.into(), &mut check);
    check
}

fn value(byte: u8) -> Option<u8> {
    let byte = match byte.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let place = ALPHABET.iter().position(|symbol| *symbol == byte)?;
    u8::try_from(place).ok()
}

fn text(symbols: &[u8]) -> String {
    symbols
        .iter()
        .map(|symbol| char::from(ALPHABET[usize::from(*symbol)]))
        .collect()
}

/// A terminal that wants to be enrolled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// The secret part of the operator's code.
    pub secret: String,
    /// Certificate request (PKCS #10, PEM). Names in it are not used.
    pub request: String,
    /// The terminal's public key for what is encrypted to it: X25519, 32 bytes in hexadecimal.
    pub sealing_key: String,
}

/// A terminal's place at the platform, and its first certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// Number.
    #[schema(value_type = u32)]
    pub terminal: TerminalId,
    /// Name, as clerks call it.
    pub name: String,
    /// `kiosk`, `gate` or `register`.
    pub role: String,
    /// Code of the store it stands in.
    pub store: Option<String>,
    /// The store's name.
    pub store_name: Option<String>,
    /// Its certificate, PEM.
    pub certificate: String,
    /// From when and until when it is good, UTC microseconds.
    pub valid: (i64, i64),
    /// The certificate of the platform's authority, PEM.
    pub authority: String,
    /// The platform's public key for what is encrypted between the two: X25519, 32 bytes in hexadecimal.
    pub sealing_key: String,
    /// The public key bundles are signed with, in hexadecimal.
    pub platform_key: String,
}

/// A terminal that wants its next certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Renewal {
    /// Certificate request (PKCS #10, PEM) for a new key.
    pub request: String,
}

/// A terminal's next certificate. The one before it stays good until it ends by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Renewed {
    /// The certificate, PEM.
    pub certificate: String,
    /// From when and until when it is good, UTC microseconds.
    pub valid: (i64, i64),
}

/// A code an operator has made. It is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedEnrolment {
    /// The code.
    pub code: String,
    /// Name of the terminal it is for.
    pub name: String,
    /// Until when it is good, UTC microseconds.
    pub expires: i64,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enrolment(..)")
    }
}

impl fmt::Debug for OpenedEnrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedEnrolment")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &[u8] = b"some certificate";

    #[test]
    fn a_code_is_read_as_it_was_written_and_as_people_copy_it() {
        let code = EnrolmentCode::random(AUTHORITY);
        let written = code.to_string();
        assert_eq!(written.len(), 35);
        assert_eq!(written.parse(), Ok(code.clone()));
        let copied = written.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(copied.parse(), Ok(code.clone()));
        assert!(code.is_of(AUTHORITY));
        assert!(!code.is_of(b"another certificate"));
        assert_eq!(code.secret(), written.replace('-', "")[..10]);
        assert_ne!(code.secret(), EnrolmentCode::random(AUTHORITY).secret());
    }

    #[test]
    fn any_other_sign_is_noticed_before_anything_is_sent() {
        let written = EnrolmentCode::random(AUTHORITY).to_string();
        for place in (0..written.len()).filter(|place| written.as_bytes()[*place] != b'-') {
            let mut changed = written.clone().into_bytes();
            changed[place] = if changed[place] == b'7' { b'8' } else { b'7' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(changed.parse::<EnrolmentCode>(), Err(BadCode::Mistyped));
        }
        for text in [
            "",
            "ABCDE",
            &written[1..],
            &format!("{written}0"),
            &written.replace('-', "/"),
        ] {
            assert_eq!(text.parse::<EnrolmentCode>(), Err(BadCode::Form), "{text}");
        }
    }
}
