//! What people are told of a handover: everything screens and the clerk's list need, and no decision.

use kippu_api::handovers::Purpose;
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, Step, TicketId},
};

use crate::row::{Destination, Event, Handover, Intent, ItemState, Place, Right, Source};

/// Where a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The platform has not answered whether the tickets may be moved.
    Asking,
    /// The giver agreed; the tickets are still on the giver's card.
    Agreed,
    /// The tickets are here, none of them is in between.
    Kept,
    /// Only the card, or the platform, can say whether the last step happened.
    Unknown(Step),
    /// Only people can say whether the paper came out.
    PaperUnconfirmed {
        /// Of which ticket.
        ticket: TicketId,
        /// Its serial number.
        serial: u64,
    },
    /// Going to the platform, to wait there or for another terminal.
    Leaving,
    /// Nothing more to do.
    Ended,
}

/// One item, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFact {
    /// Ticket.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Its record, to be put into words.
    pub record: Vec<u8>,
    /// Where it stands.
    pub state: ItemState,
    /// Serial number of its paper, where one came out.
    pub serial: Option<u64>,
}

/// A handover, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Which.
    pub handover: HandoverId,
    /// What the giver agreed to; `None` for a purchase or a pick-up.
    pub purpose: Option<Purpose>,
    /// The order, where it is a purchase.
    pub order: Option<String>,
    /// Card the tickets came from.
    pub giver: Option<CardUid>,
    /// Card they are meant for.
    pub receiver: Option<CardUid>,
    /// What the people want now.
    pub destination: Destination,
    /// Where it stands.
    pub standing: Standing,
    /// What a slip carries.
    pub code: ResumeCode,
    /// The tickets.
    pub items: Vec<ItemFact>,
    /// Their events.
    pub events: Vec<Event>,
    /// The only card that can answer what happened.
    pub waits_for_card: Option<CardUid>,
    /// When it began, UTC microseconds.
    pub created: i64,
    /// When it last changed, UTC microseconds.
    pub changed: i64,
}

impl Handover {
    /// Where it stands, in the closed set of words screens and the clerk's list use.
    pub fn standing(&self) -> Standing {
        if !self.is_open() {
            return Standing::Ended;
        }
        if self.releasing.is_some() {
            return Standing::Leaving;
        }
        if let Some(intent) = &self.pending {
            return match (&intent.place, intent.items.first()) {
                (Place::Card { .. }, _) => Standing::Unknown(intent.operation.step),
                (Place::Paper { serial, .. }, Some(ticket)) => Standing::PaperUnconfirmed {
                    ticket: *ticket,
                    serial: *serial,
                },
                (Place::Platform | Place::Paper { .. }, _) => Standing::Leaving,
            };
        }
        if self.right == Right::Asked {
            return Standing::Asking;
        }
        let taken = !self.in_state(ItemState::Kept).is_empty();
        match self.destination {
            Destination::Elsewhere => Standing::Leaving,
            // What was put down from the beginning, as for money, is on its card until it is taken, and only that card helps.
            Destination::Platform if taken => Standing::Leaving,
            _ if taken => Standing::Kept,
            _ => Standing::Agreed,
        }
    }

    /// Everything people are told.
    pub fn facts(&self) -> Facts {
        let serial_of = |ticket: TicketId| {
            self.papers
                .iter()
                .find(|paper| paper.ticket == ticket && paper.came_out)
                .map(|paper| paper.serial)
        };
        Facts {
            handover: self.id,
            purpose: match self.source {
                Source::Card { purpose, .. } => Some(purpose),
                Source::Claim { .. } => None,
            },
            order: self.order().map(str::to_owned),
            giver: self.giver(),
            receiver: self.receiver(),
            destination: self.destination,
            standing: self.standing(),
            code: self.code,
            items: self
                .items
                .iter()
                .map(|item| ItemFact {
                    ticket: item.ticket,
                    event: item.event,
                    record: item.record.clone(),
                    state: if self.released && !item.state.is_final() {
                        ItemState::Released
                    } else {
                        item.state
                    },
                    serial: serial_of(item.ticket),
                })
                .collect(),
            events: self.events.clone(),
            waits_for_card: self
                .pending
                .as_ref()
                .and_then(Intent::on_card)
                .map(|(card, _)| card),
            created: self.created,
            changed: self.changed,
        }
    }
}
