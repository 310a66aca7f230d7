//! The card level: version, number, applications, free memory, format.

use super::super::chip::{Aid, Application, Key, KeyKind, PICC};
use super::super::machine::{Machine, Reply};
use super::super::memory;
use super::super::session::{Comm, Session};
use super::super::status::Status;
use super::{FREE_CREATION, FREE_LISTING, u24_bytes};

/// Most keys of an application.
const MAX_KEYS: u8 = 14;

impl Machine {
    /// GetVersion in three frames: hardware, software, production. States an EV2 of the image's size.
    pub(super) fn get_version(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [] = self.open_maced(0x60, data)?[..] else {
            return Err(Status::Length);
        };
        let size = self.chip.size.version_byte();
        let hardware = [0x04, 0x01, 0x01, 0x12, 0x00, size, 0x05];
        let software = [0x04, 0x01, 0x01, 0x02, 0x01, size, 0x05];
        // Batch zero, calendar week 1 of year 26.
        let production = [0, 0, 0, 0, 0, 0x01, 0x26];
        let all = [&hardware[..], &software, &self.chip.uid, &production].concat();
        let closed = self.volatile.session.close(Comm::Mac, &all);
        Ok(Reply::Frames(
            [
                closed[..7].to_vec(),
                closed[7..14].to_vec(),
                closed[14..].to_vec(),
            ]
            .into(),
        ))
    }

    pub(super) fn get_card_uid(&mut self, data: &[u8]) -> Result<Reply, Status> {
        if matches!(self.volatile.session, Session::None) {
            return Err(Status::Authentication);
        }
        let [] = self.open_maced(0x51, data)?[..] else {
            return Err(Status::Length);
        };
        Ok(Reply::Done(
            self.volatile.session.close(Comm::Full, &self.chip.uid),
        ))
    }

    pub(super) fn free_memory(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [] = self.open_maced(0x6E, data)?[..] else {
            return Err(Status::Length);
        };
        Ok(self.done(&u24_bytes(memory::free_bytes(&self.chip))))
    }

    pub(super) fn select_application(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let aid: Aid = data.try_into().map_err(|_| Status::Length)?;
        self.select(aid)?;
        Ok(Reply::Whole(Vec::new()))
    }

    pub(super) fn get_application_ids(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.at_card_level()?;
        let [] = self.open_maced(0x6A, data)?[..] else {
            return Err(Status::Length);
        };
        self.master_unless(FREE_LISTING)?;
        let aids: Vec<u8> = self
            .chip
            .applications
            .iter()
            .flat_map(|app| app.aid)
            .collect();
        Ok(self.done(&aids))
    }

    /// CreateApplication: aid3, key settings, kind and number of keys, and where asked for an ISO file id and DF name.
    pub(super) fn create_application(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.at_card_level()?;
        self.master_unless(FREE_CREATION)?;
        let plain = self.open_maced(0xCA, data)?;
        let [a, b, c, key_settings, keys, iso @ ..] = &plain[..] else {
            return Err(Status::Length);
        };
        let aid = [*a, *b, *c];
        let kind = match keys & 0xC0 {
            0x80 => KeyKind::Aes,
            0x00 => KeyKind::Des,
            _ => return Err(Status::Parameter),
        };
        // Bit 4 announces key sets, which this chip model does not have.
        let count = keys & 0x0F;
        if aid == PICC || keys & 0x10 != 0 || count == 0 || count > MAX_KEYS {
            return Err(Status::Parameter);
        }
        let (iso_id, df_name) = match iso {
            [] => (None, None),
            [low, high] => (Some(u16::from_le_bytes([*low, *high])), None),
            [low, high, name @ ..] if name.len() <= 16 => {
                (Some(u16::from_le_bytes([*low, *high])), Some(name.to_vec()))
            }
            _ => return Err(Status::Length),
        };
        let clashes = |app: &Application| {
            app.aid == aid
                || iso_id.is_some() && app.iso_id == iso_id
                || df_name.is_some() && app.df_name == df_name
        };
        if self.chip.applications.iter().any(clashes) {
            return Err(Status::Duplicate);
        }
        let app = Application {
            aid,
            iso_id,
            df_name,
            iso_files: keys & 0x20 != 0,
            key_settings: *key_settings,
            keys: vec![Key::zero(kind); usize::from(count)],
            files: Default::default(),
        };
        if memory::application_bytes(&app) > memory::free_bytes(&self.chip) {
            return Err(Status::OutOfMemory);
        }
        self.chip.applications.push(app);
        Ok(self.done(&[]))
    }

    /// DeleteApplication: by the card's master key, or by the application's own within it.
    pub(super) fn delete_application(&mut self, data: &[u8]) -> Result<Reply, Status> {
        if !self.is_master() {
            return Err(Status::Authentication);
        }
        let plain = self.open_maced(0xDA, data)?;
        let aid: Aid = plain[..].try_into().map_err(|_| Status::Length)?;
        let own = self.volatile.selected == aid;
        if !own && self.volatile.selected != PICC {
            return Err(Status::PermissionDenied);
        }
        if own && self.chip.key_settings & FREE_CREATION == 0 {
            return Err(Status::PermissionDenied);
        }
        self.chip.application(aid)?;
        self.chip.applications.retain(|app| app.aid != aid);
        let reply = self.done(&[]);
        if own {
            self.select(PICC)?;
        }
        Ok(reply)
    }

    /// FormatPICC: releases all memory; keys and settings of the card level stay.
    pub(super) fn format(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.at_card_level()?;
        if !self.is_master() {
            return Err(Status::Authentication);
        }
        let [] = self.open_maced(0xFC, data)?[..] else {
            return Err(Status::Length);
        };
        self.chip.applications.clear();
        Ok(self.done(&[]))
    }
}
