//! The journal's row: what a terminal knows of one handover. State is kept per item (R8), and at most one operation is pending (R5).

use std::fmt;

use kippu_api::{orders::EventOnCard, problem::ProblemCode};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, OperationId, TicketId};
use serde::{Deserialize, Serialize};

/// One life of a terminal's journal. Grants bind to it: a journal that was replaced or restored is another one and owns nothing of the old (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(#[serde(with = "hex::serde")] pub [u8; 16]);

impl Incarnation {
    /// A fresh random incarnation.
    pub fn random() -> Self {
        Self(rand::random())
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Who has, or shall have, tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The platform: bought and not yet written anywhere.
    Platform,
    /// One card.
    Card(CardUid),
    /// This terminal's temporary storage.
    Terminal,
    /// One printed paper, by serial number.
    Paper(u64),
}

/// Where one ticket of a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// The grant is here and nothing is pending: it may be given, or left where it came from.
    Kept,
    /// Part of the pending operation: it may or may not be with the receiver.
    Giving,
    /// With the receiver; seen there.
    Given,
    /// Left at the platform for good, as far as this handover goes. Never given afterwards.
    LeftAtPlatform,
    /// Its epoch was raised by a re-issue; this copy is worth nothing (R13).
    Reissued,
    /// The platform says that somebody else goes on with it, or this journal is no longer the one it was granted to (R6, R14).
    Disowned,
}

impl ItemState {
    /// Whether nothing more will happen to the item in this handover.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Kept | Self::Giving)
    }
}

/// One ticket of a handover, with its full bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Item {
    /// Ticket.
    pub ticket: TicketId,
    /// Which life of it the record is.
    pub generation: Generation,
    /// The record as it is to be written, bound to the receiver.
    #[serde(with = "hex::serde")]
    pub record: Vec<u8>,
    /// Where it stands.
    pub state: ItemState,
}

/// What was on disk before something outside was changed (R2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intent {
    /// Handover, step and attempt: what the commit puts into the card's ring (R1).
    pub operation: OperationId,
    /// The card that is changed.
    pub card: CardUid,
    /// Directory's sequence the change is planned on; the commit makes it one more.
    pub sequence: u32,
    /// Tickets of the operation; epoch, hop and bytes stand with the items.
    pub items: Vec<TicketId>,
    /// Whether the platform is told that nobody knows how it ended.
    pub reported_unknown: bool,
}

/// How far the right to the tickets has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantStanding {
    /// Asked for, or about to be: the platform may or may not have granted it. Asking again is harmless.
    Asked,
    /// Here.
    Granted {
        /// Rises with every grant of the same tickets.
        fence: u64,
        /// What the card shall remember of the event.
        event: Event,
        /// Tickets of the order the platform kept for want of room; not items of this handover.
        stayed: Vec<TicketId>,
    },
    /// Refused for good: nothing was granted to this handover and nothing will be.
    Refused {
        /// Why.
        code: ProblemCodeName,
    },
    /// Given up before its answer was known, because the journal it was asked from is no longer this one.
    Withdrawn,
}

/// An event as the receiver shall remember it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Short event id.
    pub event: u32,
    /// Title.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// Doors open, UTC seconds.
    pub doors_open: i64,
    /// Start, UTC seconds.
    pub starts: i64,
    /// The venue's offset from UTC at the start, in minutes.
    pub utc_offset_minutes: i16,
}

impl From<&EventOnCard> for Event {
    fn from(event: &EventOnCard) -> Self {
        Self {
            event: event.event.0,
            name: event.name.clone(),
            venue: event.venue.clone(),
            doors_open: event.doors_open,
            starts: event.starts,
            utc_offset_minutes: event.utc_offset_minutes,
        }
    }
}

/// A problem code by its stable name, so that a row outlives a release that adds or renames one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProblemCodeName(pub String);

impl From<ProblemCode> for ProblemCodeName {
    fn from(code: ProblemCode) -> Self {
        match serde_json::to_value(code) {
            Ok(serde_json::Value::String(name)) => Self(name),
            _ => Self(format!("{code:?}")),
        }
    }
}

/// A customer's wish to move tickets from one holder to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handover {
    /// Random number; its operations carry it.
    pub id: HandoverId,
    /// The journal that began it.
    pub incarnation: Incarnation,
    /// Who has the tickets before.
    pub from: Holder,
    /// Who shall have them.
    pub to: Holder,
    /// The order, where it comes from a purchase.
    pub order: Option<String>,
    /// Free places seen on the receiver when the grant was asked for; part of the request, so it never changes.
    pub room: u8,
    /// How far the right to the tickets has come.
    pub grant: GrantStanding,
    /// The tickets.
    pub items: Vec<Item>,
    /// The operation that may or may not have happened.
    pub pending: Option<Intent>,
    /// Attempts made so far at giving.
    pub attempts: u8,
    /// The customer chose otherwise or went away: nothing is given any more, what is known not to be given goes back. Never taken back.
    pub leaving: bool,
    /// When it began, UTC microseconds.
    pub created: i64,
    /// When the row last changed, UTC microseconds.
    pub changed: i64,
}

impl Handover {
    /// The card the tickets go to, if they go to a card.
    pub fn receiver(&self) -> Option<CardUid> {
        match self.to {
            Holder::Card(uid) => Some(uid),
            Holder::Platform | Holder::Terminal | Holder::Paper(_) => None,
        }
    }

    /// Tickets in the given state, in order.
    pub fn in_state(&self, state: ItemState) -> Vec<TicketId> {
        self.items
            .iter()
            .filter(|item| item.state == state)
            .map(|item| item.ticket)
            .collect()
    }

    /// Whether anything can still happen to it.
    pub fn is_open(&self) -> bool {
        self.pending.is_some()
            || self.grant == GrantStanding::Asked
            || self.items.iter().any(|item| !item.state.is_final())
    }

    /// The fence to report under; 0 while nothing is granted.
    pub fn fence(&self) -> u64 {
        match self.grant {
            GrantStanding::Granted { fence, .. } => fence,
            GrantStanding::Asked | GrantStanding::Refused { .. } | GrantStanding::Withdrawn => 0,
        }
    }

    /// Where it stands, in the closed set of words screens and the clerk's list use.
    pub fn standing(&self) -> Standing {
        if self.pending.is_some() {
            Standing::Unknown
        } else if self.grant == GrantStanding::Asked {
            Standing::Asking
        } else if self.is_open() {
            if self.leaving {
                Standing::Leaving
            } else {
                Standing::Kept
            }
        } else {
            Standing::Ended
        }
    }
}

/// Where a handover stands, as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The platform has not answered whether the tickets may be written.
    Asking,
    /// The tickets are here, none of them is in between: lay the card, or leave them at the platform.
    Kept,
    /// Only the card, or the platform, can say whether the tickets are on the card.
    Unknown,
    /// Being given back to the platform.
    Leaving,
    /// Nothing more to do.
    Ended,
}
