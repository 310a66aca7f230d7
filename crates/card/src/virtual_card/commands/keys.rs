//! Keys and their settings.

use super::super::chip::{KeyKind, PICC};
use super::super::ev1::checksum;
use super::super::machine::{Machine, Reply};
use super::super::session::{Comm, Session};
use super::super::status::Status;
use super::{FREE_LISTING, MASTER_CHANGEABLE, SETTINGS_CHANGEABLE};

impl Machine {
    pub(super) fn get_key_settings(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [] = self.open_maced(0x45, data)?[..] else {
            return Err(Status::Length);
        };
        self.master_unless(FREE_LISTING)?;
        let aid = self.volatile.selected;
        let (keys, kind, iso_files) = if aid == PICC {
            (1, self.chip.master.kind, false)
        } else {
            let app = self.chip.application(aid)?;
            (
                app.keys.len() as u8,
                app.keys.first().map_or(KeyKind::Aes, |key| key.kind),
                app.iso_files,
            )
        };
        let kind = if kind == KeyKind::Aes { 0x80 } else { 0 };
        let answer = [
            self.chip.key_settings(aid)?,
            kind | if iso_files { 0x20 } else { 0 } | keys,
        ];
        Ok(self.done(&answer))
    }

    pub(super) fn change_key_settings(&mut self, data: &[u8]) -> Result<Reply, Status> {
        if !self.is_master() {
            return Err(Status::Authentication);
        }
        let [settings] = self.open(Comm::Full, 0x54, &[], data)?[..] else {
            return Err(Status::Length);
        };
        let aid = self.volatile.selected;
        if self.chip.key_settings(aid)? & SETTINGS_CHANGEABLE == 0 {
            return Err(Status::PermissionDenied);
        }
        if aid == PICC {
            self.chip.key_settings = settings;
        } else {
            self.chip.application_mut(aid)?.key_settings = settings;
        }
        Ok(self.done(&[]))
    }

    pub(super) fn get_key_version(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [key] = self.open_maced(0x64, data)?[..] else {
            return Err(Status::Length);
        };
        let version = self.chip.key(self.volatile.selected, key)?.version;
        Ok(self.done(&[version]))
    }

    /// ChangeKey: another key comes masked by the old one and with a checksum of its own; changing the key one has authenticated
    /// with ends the session.
    pub(super) fn change_key(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [selector, body @ ..] = data else {
            return Err(Status::Length);
        };
        let aid = self.volatile.selected;
        let authenticated = self.volatile.session.key().ok_or(Status::Authentication)?;
        // At card level the two high bits choose the kind of the new key.
        let (number, kind) = match (aid, selector & 0xC0) {
            (PICC, 0x80) => (selector & 0x3F, KeyKind::Aes),
            (PICC, 0x00) => (*selector, KeyKind::Des),
            (PICC, _) => return Err(Status::Parameter),
            _ => (*selector, self.chip.key(aid, *selector)?.kind),
        };
        let settings = self.chip.key_settings(aid)?;
        match (number, if aid == PICC { 0 } else { settings >> 4 }) {
            (0, _) if settings & MASTER_CHANGEABLE == 0 => return Err(Status::PermissionDenied),
            (0, _) if authenticated != 0 => return Err(Status::Authentication),
            (0, _) => {}
            (_, 0xF) => return Err(Status::PermissionDenied),
            (_, 0xE) if authenticated != number => return Err(Status::Authentication),
            (_, 0xE) => {}
            (_, changer) if authenticated != changer => return Err(Status::Authentication),
            _ => {}
        }
        let old = self.chip.key(aid, number)?.value;
        let same = authenticated == number;
        let has_version = kind == KeyKind::Aes;
        let version_length = usize::from(has_version);
        let ev2 = matches!(self.volatile.session, Session::Ev2(_));
        let length = 16 + version_length + if same { 0 } else { 4 };
        // In EV1 messaging the command's checksum stands before the new key's own.
        let plain = if ev2 || same {
            self.volatile
                .session
                .open(Comm::Full, 0xC4, &[*selector], body, Some(length))?
        } else {
            self.open_change_of_other_key(*selector, body, 16 + version_length)?
        };
        let (value, rest) = plain.split_first_chunk::<16>().ok_or(Status::Length)?;
        let mut value = *value;
        let version = if has_version { rest[0] } else { 0 };
        if !same {
            value
                .iter_mut()
                .zip(old)
                .for_each(|(byte, old)| *byte ^= old);
            if rest[version_length..] != checksum(&value) {
                return Err(Status::Integrity);
            }
        }
        let key = self.chip.key_mut(aid, number)?;
        (key.kind, key.value, key.version) = (kind, value, version);
        if same {
            self.volatile.session = Session::None;
            return Ok(Reply::Whole(Vec::new()));
        }
        Ok(self.done(&[]))
    }

    /// EV1: masked key ‖ version ‖ checksum of the command ‖ checksum of the new key. Gives the data without the command's checksum.
    fn open_change_of_other_key(
        &mut self,
        selector: u8,
        body: &[u8],
        length: usize,
    ) -> Result<Vec<u8>, Status> {
        let Session::Ev1(session) = &mut self.volatile.session else {
            return Err(Status::Authentication);
        };
        let plain = session.decipher(body)?;
        let (data, rest) = plain.split_at_checked(length).ok_or(Status::Length)?;
        let (crc, rest) = rest.split_first_chunk::<4>().ok_or(Status::Length)?;
        let (own, padding) = rest.split_first_chunk::<4>().ok_or(Status::Length)?;
        if *crc != checksum(&[&[0xC4, selector], data].concat())
            || padding.iter().any(|byte| *byte != 0)
        {
            return Err(Status::Integrity);
        }
        Ok([data, own].concat())
    }
}
