//! The ISO 7816-4 commands a phone uses to read an NDEF message: SELECT and READ BINARY.

use super::super::access::{self, Wanted};
use super::super::chip::PICC;
use super::super::frame::IsoCommand;
use super::super::machine::Machine;
use super::super::session::Comm;
use super::data::content_of;

/// File id of the card level.
const MASTER_FILE: u16 = 0x3F00;

const OK: u16 = 0x9000;
const WRONG_LENGTH: u16 = 0x6700;
const SECURITY_NOT_SATISFIED: u16 = 0x6982;
const NO_FILE_SELECTED: u16 = 0x6985;
const NOT_FOUND: u16 = 0x6A82;
const WRONG_PARAMETERS: u16 = 0x6A86;
const WRONG_OFFSET: u16 = 0x6B00;
const UNKNOWN_INSTRUCTION: u16 = 0x6D00;

impl Machine {
    pub(in super::super) fn iso(&mut self, command: &IsoCommand) -> Vec<u8> {
        let result = match command.ins {
            0xA4 => self.iso_select(command).map(|()| Vec::new()),
            0xB0 => self.iso_read_binary(command),
            _ => Err(UNKNOWN_INSTRUCTION),
        };
        match result {
            Ok(data) => [data, OK.to_be_bytes().to_vec()].concat(),
            Err(word) => word.to_be_bytes().to_vec(),
        }
    }

    /// By DF name (P1 = 04), by file id (00, 02).
    fn iso_select(&mut self, command: &IsoCommand) -> Result<(), u16> {
        match (command.p1, &command.data[..]) {
            (0x04, name) => {
                let app = self
                    .chip
                    .applications
                    .iter()
                    .find(|app| app.df_name.as_deref() == Some(name));
                let aid = app.map(|app| app.aid).ok_or(NOT_FOUND)?;
                self.select(aid).map_err(|_| NOT_FOUND)
            }
            (0x00 | 0x02, [high, low]) => {
                let id = u16::from_be_bytes([*high, *low]);
                self.iso_select_id(id, command.p1 == 0x00)
            }
            (0x00, []) => self.select(PICC).map_err(|_| NOT_FOUND),
            (0x00 | 0x02, _) => Err(WRONG_LENGTH),
            _ => Err(WRONG_PARAMETERS),
        }
    }

    fn iso_select_id(&mut self, id: u16, applications_too: bool) -> Result<(), u16> {
        let files = self
            .chip
            .application(self.volatile.selected)
            .map(|app| &app.files);
        let file = files.ok().and_then(|files| {
            files
                .iter()
                .find(|(_, file)| file.iso_id == Some(id))
                .map(|(number, _)| *number)
        });
        if file.is_some() {
            self.volatile.selected_file = file;
            return Ok(());
        }
        let aid = match id {
            MASTER_FILE => Some(PICC),
            _ => self
                .chip
                .applications
                .iter()
                .find(|app| app.iso_id == Some(id))
                .map(|app| app.aid),
        };
        let aid = aid.filter(|_| applications_too).ok_or(NOT_FOUND)?;
        self.select(aid).map_err(|_| NOT_FOUND)
    }

    /// Plain reads of the selected file, or by a short file id of the file of that number.
    fn iso_read_binary(&mut self, command: &IsoCommand) -> Result<Vec<u8>, u16> {
        if !command.data.is_empty() {
            return Err(WRONG_LENGTH);
        }
        let offset = if command.p1 & 0x80 != 0 {
            self.volatile.selected_file = Some(command.p1 & 0x1F);
            usize::from(command.p2)
        } else {
            usize::from(command.p1) << 8 | usize::from(command.p2)
        };
        let number = self.volatile.selected_file.ok_or(NO_FILE_SELECTED)?;
        let file = self
            .chip
            .file(self.volatile.selected, number)
            .map_err(|_| NOT_FOUND)?;
        if access::check(file, Wanted::Read, self.volatile.session.key()) != Ok(Comm::Plain) {
            return Err(SECURITY_NOT_SATISFIED);
        }
        let content = content_of(file).map_err(|_| NOT_FOUND)?;
        let rest = content
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(WRONG_OFFSET)?;
        let length = match command.le {
            None | Some(256) => rest.len().min(256),
            Some(length) => length,
        };
        Ok(rest.get(..length).ok_or(WRONG_LENGTH)?.to_vec())
    }
}
