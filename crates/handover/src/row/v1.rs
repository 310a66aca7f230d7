//! Rows of version 1: purchases only. Read, never written.

use kippu_api::orders::Claim;
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, Generation, HandoverId, OperationId, TicketId},
};
use serde::Deserialize;

use super::{Destination, Event, Incarnation, ItemState, Place, ProblemCodeName, Right, Source};

#[derive(Deserialize)]
pub(super) struct Handover {
    id: HandoverId,
    incarnation: Incarnation,
    to: Receiver,
    #[serde(default)]
    order: Option<String>,
    room: u8,
    grant: Grant,
    items: Vec<Item>,
    pending: Option<Intent>,
    attempts: u8,
    leaving: bool,
    created: i64,
    changed: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Receiver {
    Card(CardUid),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grant {
    Asked,
    Granted {
        fence: u64,
        event: Event,
        stayed: Vec<TicketId>,
    },
    Refused {
        code: ProblemCodeName,
    },
    Withdrawn,
}

#[derive(Deserialize)]
struct Item {
    ticket: TicketId,
    generation: Generation,
    #[serde(with = "hex::serde")]
    record: Vec<u8>,
    state: State,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Kept,
    Giving,
    Given,
    LeftAtPlatform,
    Reissued,
    Disowned,
}

#[derive(Deserialize)]
struct Intent {
    operation: OperationId,
    card: CardUid,
    sequence: u32,
    items: Vec<TicketId>,
    reported_unknown: bool,
}

impl From<Handover> for super::Handover {
    fn from(old: Handover) -> Self {
        let Receiver::Card(card) = old.to;
        let (right, event, stayed) = match old.grant {
            Grant::Asked => (Right::Asked, None, Vec::new()),
            Grant::Granted {
                fence,
                event,
                stayed,
            } => (Right::Held { fence }, Some(event), stayed),
            Grant::Refused { code } => (Right::Refused { code }, None, Vec::new()),
            Grant::Withdrawn => (Right::Withdrawn, None, Vec::new()),
        };
        let event_id = EventId(event.as_ref().map_or(0, |event| event.event));
        let destination = if old.leaving {
            Destination::Platform
        } else {
            Destination::Card {
                card: Some(card),
                only_what_fits: true,
            }
        };
        Self {
            id: old.id,
            incarnation: old.incarnation,
            source: Source::Claim {
                // Version 1 knew purchases only; one without an order was never written.
                claim: Claim::Order(old.order.unwrap_or_default()),
                code: None,
                card,
                room: old.room,
                stayed,
            },
            destination,
            named: None,
            right,
            code: code_of(old.id),
            events: event.into_iter().collect(),
            items: old
                .items
                .into_iter()
                .map(|item| item.upgrade(event_id))
                .collect(),
            pending: old.pending.map(Intent::upgrade),
            releasing: None,
            released: false,
            attempts: old.attempts,
            papers: Vec::new(),
            created: old.created,
            changed: old.changed,
        }
    }
}

/// Rows of version 1 had no code: the same row always gets the same one.
fn code_of(id: HandoverId) -> ResumeCode {
    let [a, b, c, d, e, f, g, h, ..] = id.0;
    ResumeCode::of(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

impl Item {
    fn upgrade(self, event: EventId) -> super::Item {
        super::Item {
            ticket: self.ticket,
            event,
            generation: self.generation,
            record: self.record,
            ready: None,
            state: match self.state {
                State::Kept => ItemState::Kept,
                State::Giving => ItemState::Pending,
                State::Given => ItemState::Given,
                State::LeftAtPlatform => ItemState::LeftAtPlatform,
                State::Reissued => ItemState::Reissued,
                State::Disowned => ItemState::Disowned,
            },
        }
    }
}

impl Intent {
    fn upgrade(self) -> super::Intent {
        super::Intent {
            operation: self.operation,
            place: Place::Card {
                card: self.card,
                sequence: self.sequence,
            },
            items: self.items,
            reported_unknown: self.reported_unknown,
        }
    }
}
