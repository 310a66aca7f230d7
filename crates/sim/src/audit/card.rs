//! Raw chip memory, read by docs/formats.md, "Ticket card, layout version 1".

use kippu_card::virtual_card::{Chip, chip::Body};

const AID: [u8; 3] = [0x4B, 0x50, 0x01];
const HEADER: usize = 8;
const ROW: usize = 10;
const SLOT: usize = 128;
const RECORD: usize = 126;

/// A slot the directory calls live.
pub struct Live {
    /// Its number.
    pub slot: usize,
    /// Epoch by the directory.
    pub epoch: u16,
    /// Hop by the directory.
    pub hop: u16,
    /// The record in it.
    pub record: Vec<u8>,
}

/// Live slots of a chip.
pub fn live_slots(chip: &Chip) -> Vec<Live> {
    let (Some(directory), Some(slots)) = (file(chip, 0), file(chip, 2)) else {
        return Vec::new();
    };
    if directory[0] != 1 {
        return Vec::new();
    }
    let rows = directory[HEADER..].chunks_exact(ROW);
    rows.take(directory[1].into())
        .enumerate()
        .filter(|(_, row)| row[3] >> 6 == 1)
        .filter_map(|(slot, row)| {
            let record = slots.get(slot * SLOT..slot * SLOT + RECORD)?;
            // The row repeats two bytes of the binding value: another record there is the rest of a torn write.
            (record[118..120] == row[8..10]).then(|| Live {
                slot,
                epoch: u16::from_le_bytes([row[4], row[5]]),
                hop: u16::from_le_bytes([row[6], row[7]]),
                record: record.to_vec(),
            })
        })
        .collect()
}

/// How many slots the directory calls live.
pub fn live_count(chip: &Chip) -> usize {
    live_slots(chip).len()
}

fn file(chip: &Chip, number: u8) -> Option<&[u8]> {
    let application = chip.applications.iter().find(|app| app.aid == AID)?;
    match &application.files.get(&number)?.body {
        Body::Standard { data } | Body::Backup { data } => Some(data),
        Body::Records { .. } | Body::TransactionMac { .. } => None,
    }
}
