//! The journal's row: what a terminal knows of one handover. State is kept per item (R8), and at most one operation is pending (R5).

use std::fmt;

use kippu_api::{
    handovers::Purpose,
    orders::{Claim, EventOnCard},
    problem::ProblemCode,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, Generation, HandoverId, OperationId, TicketId},
};
use serde::{Deserialize, Serialize};

mod v1;

/// Version of the row's JSON this program writes. It reads all before.
pub const ROW_VERSION: u32 = 2;

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

/// Where the tickets come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The platform has them: a purchase or a pick-up. Part of the grant's request, so it never changes.
    Claim {
        /// What is asked for.
        claim: Claim,
        /// Code from the slip, where a parcel is fetched with it.
        code: Option<ResumeCode>,
        /// Card the right is asked for; the tickets go to no other in this handover.
        card: CardUid,
        /// Free places seen on that card.
        room: u8,
        /// Tickets of the claim the platform kept for want of room; not items of this handover.
        stayed: Vec<TicketId>,
    },
    /// They are on a card whose holder agreed that they leave it.
    Card {
        /// The giver's card.
        card: CardUid,
        /// Its sequence when the giver agreed; the yes holds for no other (R12).
        sequence: u32,
        /// What the giver agreed to.
        purpose: Purpose,
    },
}

/// What the people want now. Changed only while nothing is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Another card gets them.
    Card {
        /// Which; `None` until it was laid.
        card: Option<CardUid>,
        /// Where not all fit: write those that fit, and let the others return where they came from.
        only_what_fits: bool,
    },
    /// Back to the card they came from.
    Giver,
    /// The platform keeps them for pick-up.
    Platform,
    /// They become paper.
    Paper,
    /// Another terminal shall go on with the handover (R6).
    Elsewhere,
}

/// Where one ticket of a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Live on the giver's card; the giver agreed, nothing was done.
    Wanted,
    /// In this terminal, or granted to it, and nothing is pending: it may be given, or go back.
    Kept,
    /// Part of the pending operation: it may or may not have happened.
    Pending,
    /// With the receiver; seen there.
    Given,
    /// On the giver's card again; seen there.
    GivenBack,
    /// At the platform, after it was on a card.
    Parked,
    /// Paper; the printer or the clerk confirmed it.
    Printed,
    /// Left at the platform for good, as far as this handover goes. Never given afterwards.
    LeftAtPlatform,
    /// Never taken from the giver's card.
    Stayed,
    /// As people are told of the open items of a released row: another terminal goes on with them (R6). Never written.
    Released,
    /// Its epoch was raised by a re-issue; this copy is worth nothing (R13).
    Reissued,
    /// The platform says that somebody else goes on with it, or this journal is no longer the one it was granted to (R6, R14).
    Disowned,
}

impl ItemState {
    /// Whether nothing more will happen to the item in this handover.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Wanted | Self::Kept | Self::Pending)
    }
}

/// A record made for one card, one hop after the taken one. Worth nothing before that card commits it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ready {
    /// The only card it is good for.
    pub card: CardUid,
    /// Its generation.
    pub generation: Generation,
    /// Its bytes.
    #[serde(with = "hex::serde")]
    pub record: Vec<u8>,
}

/// One ticket of a handover, with its full bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Item {
    /// Ticket.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Which life of it `record` is.
    pub generation: Generation,
    /// The record as granted, or as it was on the giver's card.
    #[serde(with = "hex::serde")]
    pub record: Vec<u8>,
    /// The record to be written next, where it is another.
    pub ready: Option<Ready>,
    /// Where it stands.
    pub state: ItemState,
}

/// Where a pending operation shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On a card: the commit makes this sequence one more.
    Card {
        /// The card that is changed.
        card: CardUid,
        /// Directory's sequence the change is planned on.
        sequence: u32,
    },
    /// At the platform, which answers the same question the same way (R7).
    Platform,
    /// On paper; only people can see it (R16).
    Paper {
        /// Serial number of this very paper.
        serial: u64,
        /// What its code says.
        #[serde(with = "hex::serde")]
        record: Vec<u8>,
    },
}

/// What was on disk before something outside was changed (R2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intent {
    /// Handover, step and attempt: what a commit puts into the card's ring (R1).
    pub operation: OperationId,
    /// Where it shows whether it happened.
    pub place: Place,
    /// Tickets of the operation; generation and bytes stand with the items.
    pub items: Vec<TicketId>,
    /// Whether the platform is told that nobody knows how it ended.
    pub reported_unknown: bool,
}

impl Intent {
    /// The card that can answer, and the sequence the operation was planned on.
    pub fn on_card(&self) -> Option<(CardUid, u32)> {
        match self.place {
            Place::Card { card, sequence } => Some((card, sequence)),
            Place::Platform | Place::Paper { .. } => None,
        }
    }
}

/// How far the right to move the tickets has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Asked for, or about to be: the platform may or may not have answered. Asking again is harmless.
    Asked,
    /// Here.
    Held {
        /// Rises with every owner of the same tickets; 0 where the platform was never asked (local keys).
        fence: u64,
    },
    /// Refused for good: nothing was granted to this handover and nothing will be.
    Refused {
        /// Why.
        code: ProblemCodeName,
    },
    /// Given up before its answer was known.
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

/// A paper whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Paper {
    /// Its serial number.
    pub serial: u64,
    /// Its ticket.
    pub ticket: TicketId,
    /// Whether it came out; if not, its serial is void (R16).
    pub came_out: bool,
}

/// A customer's wish to move tickets from one holder to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handover {
    /// Random number; its operations carry it.
    pub id: HandoverId,
    /// The journal that owns it.
    pub incarnation: Incarnation,
    /// Where the tickets come from.
    pub source: Source,
    /// Where they shall go.
    pub destination: Destination,
    /// The receiving card that was laid last; its holder may fetch parked tickets.
    pub named: Option<CardUid>,
    /// How far the right to move them has come.
    pub right: Right,
    /// What a slip carries: its bearer may go on with the handover.
    pub code: ResumeCode,
    /// Events of the tickets.
    pub events: Vec<Event>,
    /// The tickets.
    pub items: Vec<Item>,
    /// The operation that may or may not have happened.
    pub pending: Option<Intent>,
    /// Attempt number of a release that may have reached the platform: nothing else is done until it answers (R6, R7).
    pub releasing: Option<u8>,
    /// The platform has the released row: it stays as it was, and this terminal does nothing more with it (R6).
    pub released: bool,
    /// Attempts made so far, of all steps together.
    pub attempts: u8,
    /// Papers whose outcome is known.
    pub papers: Vec<Paper>,
    /// When it began, UTC microseconds.
    pub created: i64,
    /// When the row last changed, UTC microseconds.
    pub changed: i64,
}

impl Handover {
    /// Reads a row's JSON of any version so far.
    ///
    /// # Errors
    /// The version, if this program does not know it; or what is wrong with the JSON.
    pub fn read(version: u32, json: &[u8]) -> Result<Self, BadRow> {
        match version {
            1 => Ok(serde_json::from_slice::<v1::Handover>(json)?.into()),
            ROW_VERSION => Ok(serde_json::from_slice(json)?),
            newer => Err(BadRow::Newer(newer)),
        }
    }

    /// The order, where it is a purchase.
    pub fn order(&self) -> Option<&str> {
        match &self.source {
            Source::Claim { claim, .. } => claim.order(),
            Source::Card { .. } => None,
        }
    }

    /// The card the tickets came from, if they came from one.
    pub fn giver(&self) -> Option<CardUid> {
        match self.source {
            Source::Card { card, .. } => Some(card),
            Source::Claim { .. } => None,
        }
    }

    /// The card they are meant for, where one is named.
    pub fn receiver(&self) -> Option<CardUid> {
        match (&self.source, self.destination) {
            (Source::Claim { card, .. }, _) => Some(*card),
            (Source::Card { .. }, Destination::Card { card, .. }) => card.or(self.named),
            (Source::Card { .. }, _) => self.named,
        }
    }

    /// Every card it is about: giver, receiver, the one a pending operation waits for.
    pub fn cards(&self) -> Vec<CardUid> {
        let pending = self.pending.as_ref().and_then(Intent::on_card);
        let mut cards: Vec<CardUid> = [self.giver(), self.receiver(), pending.map(|card| card.0)]
            .into_iter()
            .flatten()
            .collect();
        cards.sort();
        cards.dedup();
        cards
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
        let unfinished = self.pending.is_some()
            || self.releasing.is_some()
            || self.right == Right::Asked
            || self.items.iter().any(|item| !item.state.is_final());
        unfinished && !self.released
    }

    /// The fence to act under; 0 while nothing is granted, or without the platform.
    pub fn fence(&self) -> u64 {
        match self.right {
            Right::Held { fence } => fence,
            Right::Asked | Right::Refused { .. } | Right::Withdrawn => 0,
        }
    }
}

/// Why a row's JSON cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadRow {
    /// Written by a newer program.
    #[error("version {0} is not known here")]
    Newer(u32),
    /// Not what its version says.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
