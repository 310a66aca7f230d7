//! The guest file: who the guest is and what help they need. Needs, never diagnoses; written with consent, readable by gates only.

/// In the first byte of a file that holds a guest.
const VERSION: u8 = 1;
const HEAD_LEN: usize = 11;

/// What a guest needs; several may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs(pub u16);

impl Needs {
    /// A way without steps.
    pub const STEP_FREE: Self = Self(0x01);
    /// Guidance in speech.
    pub const SPOKEN_GUIDANCE: Self = Self(0x02);
    /// Large text.
    pub const LARGE_TEXT: Self = Self(0x04);
    /// Somebody of the staff.
    pub const STAFF_HELP: Self = Self(0x08);

    /// Whether all of these are among them.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The member this card belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Membership number.
    pub membership: u64,
    /// Name to be greeted by, cut at a character boundary to what the card keeps.
    pub name: String,
    /// What help to offer.
    pub needs: Needs,
}

/// The file's bytes; with nobody, zeroes.
pub fn to_bytes(guest: Option<&Guest>, len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len);
    if let Some(guest) = guest {
        bytes.push(VERSION);
        bytes.extend(guest.needs.0.to_le_bytes());
        bytes.extend(guest.membership.to_le_bytes());
        bytes.extend(super::event::cut(&guest.name, len - HEAD_LEN).bytes());
    }
    bytes.resize(len, 0);
    bytes
}

/// Reads the file; `None` where no guest is recorded, or the bytes make no sense.
pub fn from_bytes(bytes: &[u8]) -> Option<Guest> {
    let ([VERSION, n0, n1, membership @ ..], name) = bytes.split_first_chunk::<HEAD_LEN>()? else {
        return None;
    };
    let end = name
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(name.len());
    Some(Guest {
        membership: u64::from_le_bytes(*membership),
        name: String::from_utf8(name[..end].to_vec()).ok()?,
        needs: Needs(u16::from_le_bytes([*n0, *n1])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_comes_back_with_the_name_cut() {
        let guest = Guest {
            membership: 1_234,
            name: "山田　花子さくら".into(),
            needs: Needs::STEP_FREE.with(Needs::LARGE_TEXT),
        };
        assert_eq!(from_bytes(&to_bytes(Some(&guest), 64)), Some(guest.clone()));
        assert_eq!(
            from_bytes(&to_bytes(Some(&guest), 32)),
            Some(Guest {
                name: "山田　花子さく".into(),
                ..guest
            })
        );
    }

    #[test]
    fn nobody_is_zeroes() {
        assert_eq!(to_bytes(None, 32), [0; 32]);
        assert_eq!(from_bytes(&[0; 32]), None);
    }
}
