//! What terminals can do with a card, whatever chip it is. The rest of the product knows only these types.

use kippu_ticket::ids::{CardUid, EventId, Generation, OperationId, TicketId};
use serde::{Deserialize, Serialize};

/// What can be wrong with a card. Each has its own screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CardFault {
    /// The card left the field, or an answer arrived damaged.
    #[error("the card left the reader too early")]
    Torn,
    /// The card is in the field and does not answer.
    #[error("the card does not answer")]
    Mute,
    /// Another system's card.
    #[error("this is not a ticket card")]
    NotOurs,
    /// A card of the right kind that carries no ticket application yet.
    #[error("this card has not been prepared for tickets yet")]
    Blank,
    /// The application is ours, but the key was refused: a foreign or forged card, or retired keys.
    #[error("this card belongs to another ticket system")]
    WrongKey,
    /// There is no free slot, or the event table is full.
    #[error("the card has no room")]
    Full,
    /// The chip reports an integrity or memory fault.
    #[error("the card is worn out")]
    WornOut,
    /// The bytes on the card make no sense.
    #[error("the card's content cannot be read")]
    Unreadable,
    /// Prepared by an earlier release, in a layout this program no longer writes: a counter has to prepare it anew.
    #[error("the card was prepared for an older release")]
    OlderLayout,
    /// Prepared by a later release: this terminal has to be updated, the card is in order.
    #[error("the card was prepared for a newer release than this terminal's")]
    NewerLayout,
    /// Another card than the one this session or intent is about.
    #[error("this is another card")]
    OtherCard,
    /// The keys could not be reached (the platform is away and no local keys are allowed).
    #[error("the card cannot be checked without the network")]
    NoKeys,
}

/// Life of a slot in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotState {
    /// Never used, or cleared; whatever bytes the slot holds are garbage (R10).
    Free,
    /// The ticket lives here.
    Live,
    /// The ticket has left; the slot can be used again after the free ones.
    Nullified,
}

/// One slot's row in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectorySlot {
    /// Free, live or nullified.
    pub state: SlotState,
    /// Event of the ticket in the slot; 0 when free.
    pub event: EventId,
    /// Which life of the ticket.
    pub generation: Generation,
    /// First two bytes of the record's binding value, so that a slot which does not hold the record the commit meant is noticed.
    pub check: [u8; 2],
}

/// The card's directory: the only place where something becomes live or dies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Raised by one with every commit of a terminal, never by gates.
    pub sequence: u32,
    /// The last four operations, newest first.
    pub ring: Vec<OperationId>,
    /// One row a slot.
    pub slots: Vec<DirectorySlot>,
}

/// What a directory says about a commit that was planned on sequence *s* (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// Commit *s+1* is this operation's.
    Yes,
    /// The sequence is still *s*, or commit *s+1* is another operation's.
    No,
    /// The ring has passed commit *s+1*: the card cannot say.
    Unknown,
}

impl Directory {
    /// Answers "did it happen?" for an operation that was to commit on sequence `planned_on`. Never infers from absence.
    pub fn happened(&self, operation: &OperationId, planned_on: u32) -> Happened {
        match self.sequence.checked_sub(planned_on) {
            Some(0) => Happened::No,
            Some(commits) => match self.ring.get(commits as usize - 1) {
                Some(found) if found == operation => Happened::Yes,
                Some(_) => Happened::No,
                None => Happened::Unknown,
            },
            // A sequence never runs backwards: this directory is no answer.
            None => Happened::Unknown,
        }
    }
}

/// What the card remembers of an event, enough to show a ticket with no network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardEvent {
    /// Short event id.
    pub event: EventId,
    /// Title, cut at a character boundary to what the card keeps.
    pub name: String,
    /// Hall, cut likewise.
    pub venue: String,
    /// Doors open, UTC seconds since 1970 (kept in minutes on the card).
    pub doors_open: i64,
    /// Start, UTC seconds since 1970 (kept in minutes on the card).
    pub starts: i64,
    /// The venue's offset from UTC at the start, in minutes (kept in quarter hours on the card).
    pub utc_offset_minutes: i16,
}

/// A ticket as it lies in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardTicket {
    /// Slot number.
    pub slot: u8,
    /// Live or nullified; free slots are not listed.
    pub state: SlotState,
    /// The bound ticket record ([`kippu_ticket`] record v1), as read.
    pub record: Vec<u8>,
    /// Odd: inside. Even: outside. 0: never entered. Written by gates, reset by the giving commit (R11).
    pub entered: u8,
    /// Generation the directory states.
    pub generation: Generation,
}

/// Everything a terminal learns from one look at a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardContents {
    /// Whose.
    pub uid: CardUid,
    /// The directory as read.
    pub directory: Directory,
    /// Events known to the card.
    pub events: Vec<CardEvent>,
    /// Tickets, live and nullified, in slot order.
    pub tickets: Vec<CardTicket>,
}

impl CardContents {
    /// Slots that can take a new ticket: free ones and nullified ones.
    pub fn room(&self) -> usize {
        self.directory
            .slots
            .iter()
            .filter(|slot| slot.state != SlotState::Live)
            .count()
    }
}

/// One ticket to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTicket {
    /// The bound record for this card and hop.
    pub record: Vec<u8>,
    /// What the card shall remember of its event.
    pub event: CardEvent,
}

/// One atomic change of a card: all of it happens at the commit, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Goes into the ring with the commit.
    pub operation: OperationId,
    /// The directory's sequence this change was planned on; anything else and nothing is written (R2).
    pub expected_sequence: u32,
    /// Tickets to become live.
    pub add: Vec<NewTicket>,
    /// Live tickets to become nullified.
    pub nullify: Vec<TicketId>,
}

/// How far a change has come; for the progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// `done` of `of` records are written to their slots.
    Writing {
        /// Records written.
        done: usize,
        /// Records in all.
        of: usize,
    },
    /// Records were read back and compared.
    ReadBack,
    /// The commit is on its way: from here on a lost card means unknown.
    Committing,
    /// The directory was read again and shows the change.
    Verified,
}

/// The card's own proof of a commit (transaction MAC); only the platform can check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitProof {
    /// Transaction MAC counter after the commit.
    pub counter: u32,
    /// Transaction MAC value.
    pub mac: [u8; 8],
    /// The transaction MAC input: every plain command of the transaction in order, as the platform must recompute it.
    pub input: Vec<u8>,
}

/// A change that is known to have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// Directory before the change.
    pub before: Directory,
    /// Directory after, as read back.
    pub after: Directory,
    /// Proof by the card, where it has a transaction MAC file.
    pub proof: Option<CommitProof>,
}

/// Why a change is not known to have happened. The two cases must never be mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeFault {
    /// The commit was never sent: the card is as before.
    #[error("nothing was changed: {0}")]
    NotDone(CardFault),
    /// The directory's sequence is not the expected one: nothing was sent.
    #[error("the card changed since it was last read (sequence {found})")]
    Sequence {
        /// What the card says now.
        found: u32,
    },
    /// What was asked for is not allowed: nothing was changed.
    #[error("nothing was changed: {0}")]
    Refused(Refusal),
    /// The commit was sent and its answer was lost: only the card knows.
    #[error("it is not known whether the change happened: {0}")]
    Unknown(CardFault),
}

/// Why a card operation refuses a change whose card is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A ticket to nullify is not live on this card.
    #[error("ticket {0} is not on this card")]
    NotLive(TicketId),
    /// A ticket to nullify has been used to enter and may not be given away (R11).
    #[error("ticket {0} has been used to enter")]
    Entered(TicketId),
    /// A ticket to add is live on this card already, in the same or a later life (R9).
    #[error("ticket {0} is on this card already")]
    AlreadyLive(TicketId),
    /// A ticket to add has left this card in the same or a later life: the record is out of date (R9).
    #[error("ticket {0} is out of date")]
    Outlived(TicketId),
    /// A record to add is no ticket record, or its numbers exceed what the directory can hold.
    #[error("a record to write is not a ticket")]
    BadRecord,
}

/// One ticket card in one session on a reader, opened with a terminal's key.
pub trait TicketCard {
    /// Whose card this is; fixed for the session.
    fn uid(&self) -> CardUid;

    /// Reads directory, events, slots and entry counters.
    fn read(&mut self) -> Result<CardContents, CardFault>;

    /// Reads the directory alone: answers "did it happen?" (R3).
    fn directory(&mut self) -> Result<Directory, CardFault>;

    /// Writes, reads back, commits and re-reads, all in this session (R10).
    fn apply(
        &mut self,
        change: &Change,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, ChangeFault>;
}

/// What lies on a reader before anybody has authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardIdentity {
    /// Card number.
    pub uid: CardUid,
    /// User memory in bytes as the chip's version states it: 2048, 4096, 8192.
    pub memory_bytes: u32,
}
