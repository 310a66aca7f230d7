//! The command set, one file a subject.

pub(super) mod authentication;
mod data;
mod files;
mod iso;
mod keys;
mod picc;
mod records;
mod transaction;

pub(super) use data::HEADER as WRITE_HEADER;

use super::chip::PICC;
use super::machine::{Machine, Reply};
use super::session::{Comm, Session};
use super::status::Status;

/// Key settings: the master key may be changed.
const MASTER_CHANGEABLE: u8 = 0x01;
/// Key settings: lists can be read without the master key.
const FREE_LISTING: u8 = 0x02;
/// Key settings: applications or files can be created without the master key.
const FREE_CREATION: u8 = 0x04;
/// Key settings: the settings themselves can be changed.
const SETTINGS_CHANGEABLE: u8 = 0x08;

impl Machine {
    /// Carries out a command, complete or with all of its frames that have arrived.
    pub(super) fn run(&mut self, ins: u8, data: Vec<u8>) -> Result<Reply, Status> {
        match ins {
            0x1A | 0xAA => self.authenticate_ev1(ins, &data),
            0x71 => self.authenticate_ev2_first(&data),
            0x77 => self.authenticate_ev2_non_first(&data),

            0x45 => self.get_key_settings(&data),
            0x54 => self.change_key_settings(&data),
            0x64 => self.get_key_version(&data),
            0xC4 => self.change_key(&data),

            0x51 => self.get_card_uid(&data),
            0x5A => self.select_application(&data),
            0x60 => self.get_version(&data),
            0x6A => self.get_application_ids(&data),
            0x6E => self.free_memory(&data),
            0xCA => self.create_application(&data),
            0xDA => self.delete_application(&data),
            0xFC => self.format(&data),

            0x5F => self.change_file_settings(&data),
            0x61 => self.get_iso_file_ids(&data),
            0x6F => self.get_file_ids(&data),
            0xC0 | 0xC1 => self.create_record_file(ins, &data),
            0xCB | 0xCD => self.create_data_file(ins, &data),
            0xCE => self.create_transaction_mac_file(&data),
            0xDF => self.delete_file(&data),
            0xF5 => self.get_file_settings(&data),

            0xAD | 0xBD => self.read_data(ins, &data),
            0x3D | 0x8D => self.write_data(ins, data),
            0xAB | 0xBB => self.read_records(ins, &data),
            0x3B | 0x8B => self.write_record(ins, data),
            0xEB => self.clear_record_file(&data),

            0xA7 => self.abort_transaction(&data),
            0xC7 => self.commit_transaction(&data),
            _ => Err(Status::IllegalCommand),
        }
    }

    /// Opens a command that travels MACed in an EV2 session, and plain in an EV1 session.
    fn open_maced(&mut self, ins: u8, data: &[u8]) -> Result<Vec<u8>, Status> {
        self.open(Comm::Mac, ins, &[], data)
    }

    /// Opens a command other than one that moves file data: EV1 sends no MAC with those.
    fn open(&mut self, comm: Comm, ins: u8, header: &[u8], body: &[u8]) -> Result<Vec<u8>, Status> {
        let comm = match (&self.volatile.session, comm) {
            (Session::Ev1(_), Comm::Mac) => Comm::Plain,
            _ => comm,
        };
        self.volatile.session.open(comm, ins, header, body, None)
    }

    /// Closes an answer that travels MACed.
    fn done(&mut self, data: &[u8]) -> Reply {
        Reply::Done(self.volatile.session.close(Comm::Mac, data))
    }

    /// Whether the master key of the selected level has authenticated.
    fn is_master(&self) -> bool {
        self.volatile.session.key() == Some(0)
    }

    /// Asks for the master key unless the settings make this free for all.
    fn master_unless(&self, free: u8) -> Result<(), Status> {
        let free = self.chip.key_settings(self.volatile.selected)? & free != 0;
        if free || self.is_master() {
            Ok(())
        } else {
            Err(Status::Authentication)
        }
    }

    fn at_card_level(&self) -> Result<(), Status> {
        if self.volatile.selected == PICC {
            Ok(())
        } else {
            Err(Status::IllegalCommand)
        }
    }

    fn in_application(&self) -> Result<(), Status> {
        if self.volatile.selected == PICC {
            Err(Status::IllegalCommand)
        } else {
            Ok(())
        }
    }
}

/// A little-endian number of three bytes.
fn u24(bytes: [u8; 3]) -> usize {
    usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16
}

/// The three little-endian bytes of a number below 2^24.
fn u24_bytes(number: usize) -> [u8; 3] {
    [number as u8, (number >> 8) as u8, (number >> 16) as u8]
}
