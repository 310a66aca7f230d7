//! Who may do what to a file.

use super::chip::File;
use super::session::Comm;
use super::status::Status;

/// Anyone, with no authentication.
const FREE: u8 = 0xE;
/// Nobody.
const NEVER: u8 = 0xF;

/// What somebody wants with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Read data or records.
    Read,
    /// Write data or records.
    Write,
    /// Both at once is needed: clearing or updating records.
    ReadWrite,
    /// Change the file's settings.
    Change,
}

/// Decides by the file's access right sets. A right held by the authenticated key gives the file's communication mode; one that is
/// free gives plain communication, inside a session too (MF2DLHX0 §8.2.3).
pub fn check(file: &File, wanted: Wanted, authenticated: Option<u8>) -> Result<Comm, Status> {
    let mut holders = Vec::new();
    let sets = std::iter::once(&file.rights).chain(&file.additional_rights);
    for (index, right) in sets.enumerate() {
        let (read_write, change, read, write) =
            (right[0] >> 4, right[0] & 15, right[1] >> 4, right[1] & 15);
        match wanted {
            Wanted::Read => holders.extend([read, read_write]),
            Wanted::Write => holders.extend([write, read_write]),
            Wanted::ReadWrite => holders.push(read_write),
            // Additional sets say nothing about changing.
            Wanted::Change if index == 0 => holders.push(change),
            Wanted::Change => {}
        }
    }
    if authenticated.is_some_and(|key| holders.contains(&key)) {
        Ok(if wanted == Wanted::Change {
            Comm::Full
        } else {
            Comm::of_option(file.option)
        })
    } else if holders.contains(&FREE) {
        Ok(Comm::Plain)
    } else if holders.iter().all(|holder| *holder == NEVER) {
        Err(Status::PermissionDenied)
    } else {
        Err(Status::Authentication)
    }
}

/// Whether every key an access right set names exists in an application with this many keys.
pub fn keys_exist(right: [u8; 2], keys: usize) -> bool {
    right
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .all(|holder| holder >= FREE || usize::from(holder) < keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_card::chip::Body;

    fn file(rights: [u8; 2], additional: &[[u8; 2]]) -> File {
        File {
            option: 0x01,
            rights,
            additional_rights: additional.to_vec(),
            iso_id: None,
            body: Body::Standard { data: vec![0; 4] },
        }
    }

    #[test]
    fn key_gives_the_files_mode_and_free_gives_plain() {
        let file = file([0x10, 0xE2], &[]);
        assert_eq!(check(&file, Wanted::Read, Some(1)), Ok(Comm::Mac));
        assert_eq!(check(&file, Wanted::Read, Some(3)), Ok(Comm::Plain));
        assert_eq!(check(&file, Wanted::Read, None), Ok(Comm::Plain));
        assert_eq!(check(&file, Wanted::Write, Some(2)), Ok(Comm::Mac));
        assert_eq!(
            check(&file, Wanted::Write, Some(3)),
            Err(Status::Authentication)
        );
        assert_eq!(check(&file, Wanted::Change, Some(0)), Ok(Comm::Full));
    }

    #[test]
    fn additional_sets_widen_reading_but_not_changing() {
        let file = file([0xFF, 0x1F], &[[0xF2, 0x2F]]);
        assert_eq!(check(&file, Wanted::Read, Some(2)), Ok(Comm::Mac));
        assert_eq!(
            check(&file, Wanted::Write, Some(2)),
            Err(Status::PermissionDenied)
        );
        assert_eq!(
            check(&file, Wanted::Change, Some(2)),
            Err(Status::PermissionDenied)
        );
    }
}
