//! Everything a gate decides with, made by the platform for one gate. A gate with a valid bundle needs nobody.

mod seal;
mod secret;

use kippu_card::{
    desfire::crypto::Key,
    keys::{LocalKeys, Role},
};
use kippu_ticket::{
    ids::{EventId, IssuerId, TerminalId, TicketId},
    sign::PublicKey,
};
use serde::{Deserialize, Serialize};

pub use seal::{BadBundle, open, seal};
pub use secret::Secret;

/// Times are UTC microseconds.
pub type Micros = i64;

/// A bundle for one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Rises by one with every bundle the platform makes for this gate.
    pub number: u64,
    /// Which life of the platform made it; a platform restored from a backup begins a higher one (R15).
    pub incarnation: u32,
    /// When it was made.
    pub issued_at: Micros,
    /// First and last moment it may be used.
    pub valid: (Micros, Micros),
    /// The gate it is for.
    pub gate: Gate,
    /// Venue as people know it.
    pub venue: String,
    /// The venue's IANA time zone.
    pub zone: String,
    /// Events this gate serves; anything else is "not this event".
    pub events: Vec<GateEvent>,
    /// Other events of the platform, so that a gate can say which day and hall a ticket is for.
    pub elsewhere: Vec<OtherEvent>,
    /// Keys of all issuers whose tickets are admitted.
    pub issuer_keys: Vec<IssuerKey>,
    /// The gate's master key for cards; a card's own gate key is derived from it.
    pub card_key: Secret,
    /// Tickets that are no longer good.
    pub recalled: Vec<Recall>,
    /// Kiosks whose bindings are no longer good: stolen or broken into.
    pub recalled_terminals: Vec<TerminalId>,
    /// Papers that are no tickets (R16).
    pub void_serials: Vec<VoidSerial>,
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its terminal number.
    pub terminal: TerminalId,
    /// As signs call it.
    pub name: String,
    /// Its number among the venue's gates, 0 to [`Gate::MARK_MAX`]. It becomes part of the entered mark, so that a gate knows its own
    /// marks again; no two gates of a venue may share it.
    pub mark: u8,
    /// Whether people come in or go out here.
    pub passage: Passage,
}

impl Gate {
    /// Highest mark number.
    pub const MARK_MAX: u8 = 126;
}

/// Which way people pass a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// Into the venue.
    In,
    /// Out of it; those who leave here may be readmitted.
    Out,
}

/// An event as a gate knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateEvent {
    /// Short event id.
    pub event: EventId,
    /// Title.
    pub name: String,
    /// Doors open.
    pub doors_open: Micros,
    /// Start.
    pub starts: Micros,
    /// Nobody is admitted before.
    pub entry_from: Micros,
    /// Nobody is admitted after.
    pub entry_until: Micros,
    /// Who has left may come back.
    pub reentry: Reentry,
    /// Checks that a ticket is on the card it was written to.
    pub binding_key: Secret,
    /// All entrances of the event, in the order tickets number them.
    pub entrances: Vec<Entrance>,
    /// Ways to the blocks.
    pub routes: Vec<Route>,
}

/// An event this gate does not serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherEvent {
    /// Short event id.
    pub event: EventId,
    /// Title.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// Start.
    pub starts: Micros,
    /// The venue's IANA time zone.
    pub zone: String,
}

/// Whether somebody who left may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reentry {
    /// As often as they like.
    Allowed,
    /// Not at all.
    Never,
}

/// An entrance of the venue. A ticket names one by its index in the event's list; an index beyond the list is good at every gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrance {
    /// As signs call it.
    pub name: String,
    /// Whether this gate stands there.
    pub here: bool,
    /// Way from this gate.
    pub direction: Direction,
}

/// The way to a block from this gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Storey as in the seat address.
    pub floor: u8,
    /// Short code of the block as in the seat address.
    pub block: String,
    /// What people call the block.
    pub name: String,
    /// Door into the hall.
    pub door: String,
    /// First turn after this gate.
    pub direction: Direction,
    /// First turn of the way without steps, where it differs.
    pub step_free: Option<Direction>,
}

/// An arrow on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Straight on.
    Ahead,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up the stairs.
    Up,
    /// Down the stairs.
    Down,
    /// Back the way one came.
    Back,
}

/// A key tickets are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerKey {
    /// Whose.
    pub issuer: IssuerId,
    /// Number of the key in the ticket record.
    pub key: u8,
    /// The key.
    pub public: PublicKey,
}

/// A ticket that is no longer good, up to and including an epoch (R9): a re-issue with a higher one stays good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recall {
    /// The ticket.
    pub ticket: TicketId,
    /// The last epoch that is not good.
    pub epoch: u16,
}

/// A print whose paper is no ticket, should it turn up: said not to have come out, or replaced (R16). Another print of the ticket stays good,
/// and so does another ticket's paper, should two terminals ever draw the same serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VoidSerial {
    /// The ticket.
    pub ticket: TicketId,
    /// The paper's serial.
    pub serial: u64,
}

impl Bundle {
    /// The event with this id, if the gate serves it.
    pub fn event(&self, event: EventId) -> Option<&GateEvent> {
        self.events.iter().find(|known| known.event == event)
    }

    /// What is known of an event this gate does not serve.
    pub fn other(&self, event: EventId) -> Option<&OtherEvent> {
        self.elsewhere.iter().find(|known| known.event == event)
    }

    /// Answers cards with the gate's key, and knows no other.
    pub fn key_store(&self) -> LocalKeys {
        LocalKeys::with_roles([(Role::Gate, Key(self.card_key.bytes()))])
    }

    /// The key a ticket says it was signed with.
    pub fn issuer_key(&self, issuer: IssuerId, key: u8) -> Option<&PublicKey> {
        self.issuer_keys
            .iter()
            .find(|known| known.issuer == issuer && known.key == key)
            .map(|known| &known.public)
    }

    /// The event the gate is busy with: the one now admitting, else the next, else the last.
    pub fn serving(&self, now: Micros) -> Option<&GateEvent> {
        let rank = |event: &&GateEvent| match now {
            _ if now < event.entry_from => (1, event.entry_from - now),
            _ if now > event.entry_until => (2, now - event.entry_until),
            _ => (0, (event.starts - now).abs()),
        };
        self.events.iter().min_by_key(rank)
    }

    /// The id of that event, 0 in a bundle without events: what a row about nobody's ticket belongs to.
    pub fn serving_id(&self, now: Micros) -> EventId {
        self.serving(now).map_or(EventId(0), |event| event.event)
    }

    /// Whether a ticket of this epoch was recalled.
    pub fn is_recalled(&self, ticket: TicketId, epoch: u16) -> bool {
        self.recalled
            .iter()
            .any(|recall| recall.ticket == ticket && epoch <= recall.epoch)
    }

    /// Whether this print of a ticket was declared void.
    pub fn is_void(&self, ticket: TicketId, serial: u64) -> bool {
        self.void_serials.contains(&VoidSerial { ticket, serial })
    }

    /// Whether this bundle may take the place of the one in use: same gate, and made later.
    pub fn replaces(&self, in_use: &Self) -> bool {
        self.gate.terminal == in_use.gate.terminal
            && (self.incarnation, self.number) > (in_use.incarnation, in_use.number)
    }

    /// Takes over the recalls of the bundle it replaces: neither a recall nor a void paper is ever forgotten,
    /// even by a platform that was restored (R15).
    pub fn keep_recalls_of(&mut self, older: &Self) {
        for recall in &older.recalled {
            match self
                .recalled
                .iter_mut()
                .find(|known| known.ticket == recall.ticket)
            {
                Some(known) => known.epoch = known.epoch.max(recall.epoch),
                None => self.recalled.push(*recall),
            }
        }
        for terminal in &older.recalled_terminals {
            if !self.recalled_terminals.contains(terminal) {
                self.recalled_terminals.push(*terminal);
            }
        }
        for paper in &older.void_serials {
            if !self.void_serials.contains(paper) {
                self.void_serials.push(*paper);
            }
        }
    }
}
