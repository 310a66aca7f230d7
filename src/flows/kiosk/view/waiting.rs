//! What waits for a card or the bearer of a code, and what became of a ticket.

use kippu_ticket::ids::HandoverId;

use super::{MyTicket, Safety};
use crate::flows::facts::{EventFacts, Moment};

/// What waits.
#[derive(Debug, Clone, PartialEq)]
pub struct PickUp {
    /// Last four digits of the card, where one was laid; `None` where a code was typed.
    pub ending: Option<String>,
    /// What can be finished here first, then oldest first.
    pub rows: Vec<WaitingRow>,
    /// The card's content can be shown.
    pub can_look: bool,
    /// One of them is being fetched.
    pub busy: bool,
    /// Why the last one could not be fetched.
    pub notice: Option<PickUpNotice>,
}

/// Why something that waits cannot be fetched now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickUpNotice {
    /// The platform did not answer.
    NotReached,
    /// Another kiosk was quicker, or it was fetched already.
    Gone,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingRow {
    /// What a touch names.
    pub handover: HandoverId,
    /// Title of the first event; times where this kiosk knows them.
    pub event: EventFacts,
    /// Tickets.
    pub tickets: u8,
    /// Where it waits.
    pub place: WaitingPlace,
    /// Since when.
    pub since: Moment,
    /// Last four digits of the giver's card.
    pub giver: Option<String>,
    /// Last four digits of the receiver's card.
    pub receiver: Option<String>,
}

/// Where something waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitingPlace {
    /// At the platform: fetch it here.
    Parked,
    /// Released by another kiosk: go on with it here.
    Released,
    /// In this kiosk, stopped half-way: go on with it.
    Here,
    /// This card left too early: lay it again, it alone can tell what happened.
    LeftEarly,
    /// Another kiosk has it and is needed for it.
    Elsewhere {
        /// Its name, with its store.
        terminal: String,
    },
    /// It was fetched already.
    Fetched,
    /// Given up for money: the code opens that at the register.
    GivenUp,
    /// Given up for money with this card, and not paid out: another slip can be had.
    MoneyWaits,
}

impl WaitingPlace {
    /// Whether touching it leads on.
    pub fn can_open(&self) -> bool {
        !matches!(self, Self::Elsewhere { .. } | Self::Fetched | Self::GivenUp)
    }
}

/// What became of one ticket, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The ticket.
    pub ticket: MyTicket,
    /// Its stations.
    pub rows: Vec<HistoryRow>,
    /// The platform could not be asked: the card alone knows little.
    pub offline: bool,
    /// It is being asked.
    pub busy: bool,
}

/// One station in a ticket's life.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// What.
    pub what: kippu_api::parcels::PassageKind,
    /// When.
    pub at: Moment,
    /// Last four digits of the other card.
    pub other_card: Option<String>,
    /// Where: name of kiosk or gate.
    pub terminal: Option<String>,
    /// Whether the card proved it.
    pub proved: Option<bool>,
}

/// Tickets of a handover that stopped half-way, as "my card" says it: "this card left too early on Tuesday".
#[derive(Debug, Clone, PartialEq)]
pub struct LeftEarly {
    /// What a touch names.
    pub handover: HandoverId,
    /// When.
    pub at: Moment,
    /// Tickets it is about.
    pub tickets: u8,
    /// Ticket and money.
    pub safety: Safety,
}
