//! A tap at a gate: the fewest exchanges that decide on a ticket and mark it entered.
//!
//! On air: select, two of authentication, directory, one a ticket, entries; then write and commit. The directory's header and first
//! rows come in one small read, and say whether more rows have to be read at all.

use kippu_ticket::{
    ids::{CardUid, EventId},
    record::BoundTicket,
};

use crate::{
    capability::{CardFault, CardTicket, DirectorySlot, SlotState},
    desfire::{Comm, Desfire, DesfireFault},
    keys::{KeyStore, Role},
    layout::{
        directory::{self, HEADER_LEN, Header, ROW_LEN},
        file,
        guest::{self, Guest},
    },
    open::select_tickets,
    session::{check_of, slot_offset},
    transport::Transport,
};

/// Rows read along with the header: answer, MAC and status fit into one frame of 64 bytes.
const FIRST_ROWS: u8 = 4;

/// What a gate saw on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateTickets {
    /// Whose.
    pub uid: CardUid,
    /// The directory's sequence.
    pub sequence: u32,
    /// Tickets of the gate's events: the live ones, or where there is none, those that have left the card.
    pub tickets: Vec<CardTicket>,
    /// Other events with live tickets on this card, each once; filled only where the card has no live ticket of the gate's events.
    pub others: Vec<EventId>,
}

/// Why an entered mark is not known to be on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MarkFault {
    /// The commit was never sent, or the card says that it did not happen.
    #[error("the ticket was not marked: {0}")]
    NotDone(CardFault),
    /// The commit was sent and the card left before it answered.
    #[error("it is not known whether the ticket was marked: {0}")]
    Unknown(CardFault),
}

/// A ticket card opened with the gate key.
pub struct GateCard<'a> {
    chip: Desfire<Box<dyn Transport + 'a>>,
    keys: &'a dyn KeyStore,
    uid: CardUid,
    header: Option<Header>,
}

impl<'a> GateCard<'a> {
    /// Opens a card and authenticates both sides.
    ///
    /// # Errors
    /// As [`crate::open::open`].
    pub fn open(
        transport: Box<dyn Transport + 'a>,
        keys: &'a dyn KeyStore,
    ) -> Result<Self, CardFault> {
        let mut chip = Desfire::new(transport);
        let uid = chip.uid()?;
        select_tickets(&mut chip)?;
        chip.authenticate(uid, Role::Gate, keys)?;
        Ok(Self {
            chip,
            keys,
            uid,
            header: None,
        })
    }

    /// Card number.
    pub fn uid(&self) -> CardUid {
        self.uid
    }

    /// Reads what concerns this gate, with a MAC throughout. Signatures and bindings are for the caller to check.
    ///
    /// # Errors
    /// See [`CardFault`].
    pub fn read(&mut self, concerns: impl Fn(EventId) -> bool) -> Result<GateTickets, CardFault> {
        self.ensure_session()?;
        let start = self.chip.read(
            file::DIRECTORY,
            0,
            HEADER_LEN + usize::from(FIRST_ROWS) * ROW_LEN,
            Comm::Mac,
        )?;
        let header = Header::from_bytes(&start)?;
        self.header = Some(header);
        let mut rows: Vec<(u8, DirectorySlot)> = (0..)
            .zip(directory::rows_from_bytes(&start[HEADER_LEN..])?)
            .collect();
        rows.extend(self.rows(FIRST_ROWS.max(header.live_start), header.live_end)?);
        let ours = |rows: &[(u8, DirectorySlot)], state: SlotState| -> Vec<_> {
            rows.iter()
                .filter(|(_, row)| row.state == state && concerns(row.event))
                .copied()
                .collect()
        };

        let live = ours(&rows, SlotState::Live);
        if !live.is_empty() {
            let tickets = self.tickets(&live)?;
            return Ok(GateTickets {
                uid: self.uid,
                sequence: header.sequence,
                tickets,
                others: Vec::new(),
            });
        }
        // Nothing to admit. Somebody wants to know why, and that may take longer.
        let all: Vec<_> = (0..)
            .zip(directory::rows_from_bytes(&start[HEADER_LEN..])?)
            .chain(self.rows(FIRST_ROWS, header.layout.slots)?)
            .collect();
        let tickets = self.tickets(&ours(&all, SlotState::Nullified))?;
        let mut others: Vec<_> = all
            .iter()
            .filter(|(_, row)| row.state == SlotState::Live)
            .map(|(_, row)| row.event)
            .collect();
        others.sort();
        others.dedup();
        Ok(GateTickets {
            uid: self.uid,
            sequence: header.sequence,
            tickets,
            others,
        })
    }

    /// Who the guest is and what help they need.
    ///
    /// # Errors
    /// See [`CardFault`].
    pub fn guest(&mut self) -> Result<Option<Guest>, CardFault> {
        self.ensure_session()?;
        let len = self.header()?.layout.guest_len;
        Ok(guest::from_bytes(&self.chip.read(
            file::GUEST,
            0,
            len,
            Comm::Full,
        )?))
    }

    /// Writes a slot's entered counter and commits.
    ///
    /// # Errors
    /// [`MarkFault::Unknown`] only if the commit was sent and the card could not be asked again.
    pub fn mark_entered(&mut self, slot: u8, counter: u8) -> Result<(), MarkFault> {
        let staged = self.ensure_session().and_then(|()| {
            self.chip
                .write(file::ENTRIES, slot.into(), &[counter], Comm::Mac)?;
            Ok(())
        });
        staged.map_err(MarkFault::NotDone)?;
        self.chip
            .commit()
            .or_else(|fault| self.ask_again(fault, slot, counter))
    }

    fn ask_again(&mut self, fault: DesfireFault, slot: u8, counter: u8) -> Result<(), MarkFault> {
        let fault = CardFault::from(fault);
        let entered = self
            .ensure_session()
            .and_then(|()| Ok(self.chip.read(file::ENTRIES, slot.into(), 1, Comm::Mac)?));
        match entered {
            Ok(entered) if entered == [counter] => Ok(()),
            Ok(_) => Err(MarkFault::NotDone(fault)),
            Err(_) => Err(MarkFault::Unknown(fault)),
        }
    }

    /// Opens the session again if the card ended it: otherwise a free read would pass for an authentic one.
    fn ensure_session(&mut self) -> Result<(), CardFault> {
        if self.chip.is_authenticated() {
            return Ok(());
        }
        select_tickets(&mut self.chip)?;
        Ok(self.chip.authenticate(self.uid, Role::Gate, self.keys)?)
    }

    fn header(&mut self) -> Result<Header, CardFault> {
        match self.header {
            Some(header) => Ok(header),
            None => {
                Header::from_bytes(&self.chip.read(file::DIRECTORY, 0, HEADER_LEN, Comm::Mac)?)
            }
        }
    }

    /// Directory rows of the slots `start..end`; nothing is read where there are none.
    fn rows(&mut self, start: u8, end: u8) -> Result<Vec<(u8, DirectorySlot)>, CardFault> {
        let len = usize::from(end.saturating_sub(start)) * ROW_LEN;
        let bytes = self.chip.read(
            file::DIRECTORY,
            HEADER_LEN + usize::from(start) * ROW_LEN,
            len,
            Comm::Mac,
        )?;
        Ok((start..).zip(directory::rows_from_bytes(&bytes)?).collect())
    }

    fn tickets(&mut self, rows: &[(u8, DirectorySlot)]) -> Result<Vec<CardTicket>, CardFault> {
        let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let entries = self.chip.read(
            file::ENTRIES,
            (*first).into(),
            usize::from(last - first) + 1,
            Comm::Mac,
        )?;
        let mut tickets = Vec::with_capacity(rows.len());
        for (slot, row) in rows {
            let record =
                self.chip
                    .read(file::SLOTS, slot_offset(*slot), BoundTicket::LEN, Comm::Mac)?;
            // The record of a nullified slot may be overwritten by a change that never came to its commit.
            if row.state == SlotState::Live || check_of(&record) == row.check {
                let entered = entries[usize::from(slot - first)];
                tickets.push(CardTicket {
                    slot: *slot,
                    state: row.state,
                    record,
                    entered,
                    generation: row.generation,
                });
            }
        }
        Ok(tickets)
    }
}
