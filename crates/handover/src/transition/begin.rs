//! How rows begin: a claim at the platform, a giver's consent, another terminal's released row; and what the platform's answers add.

use kippu_api::{
    handovers::{Purpose, Registered, TakenOver},
    orders::{Claim, Grant, GrantedTicket},
    problem::ProblemCode,
};
use kippu_card::capability::{CardContents, SlotState};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, Generation, HandoverId, TicketId},
    record::{BoundTicket, TicketFlags},
};

use crate::row::{
    BadRow, Destination, Event, Handover, Incarnation, Item, ItemState, Ready, Right, Source,
};

/// Why an answer of the platform cannot be acted on. Nothing is written to any card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGrant {
    /// It is about another handover or card than asked for.
    #[error("the platform granted another handover or card than this one")]
    NotThis,
    /// More tickets than room was stated for, none at all and none left, or one twice.
    #[error("the platform granted a set of tickets that was not asked for")]
    Tickets,
    /// A record that is not hexadecimal.
    #[error("the record of ticket {0} is not hexadecimal")]
    Record(TicketId),
}

/// A ticket that does not leave the card, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ticket {ticket} stays on the card: {why}")]
pub struct Stays {
    /// Which.
    pub ticket: TicketId,
    /// Why.
    pub why: WhyItStays,
}

/// Why a ticket does not leave its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyItStays {
    /// It is not live on this card.
    #[error("it is not there")]
    NotThere,
    /// It was used to enter, and its event does not allow giving it away afterwards (R11).
    #[error("it has been used to enter")]
    Entered,
    /// The organizer does not allow other holders.
    #[error("it may not go to another card")]
    NotTransferable,
    /// The organizer does not allow paper.
    #[error("it may not become paper")]
    NoPaper,
    /// Its bytes or its event's make no sense.
    #[error("it cannot be read")]
    Unreadable,
}

/// What names a new row apart from its content.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    /// Number no handover had before.
    pub id: HandoverId,
    /// The journal it is written to.
    pub incarnation: Incarnation,
    /// Code for slips.
    pub code: ResumeCode,
    /// UTC microseconds.
    pub now: i64,
}

fn row(birth: Birth, source: Source, destination: Destination) -> Handover {
    Handover {
        id: birth.id,
        incarnation: birth.incarnation,
        source,
        destination,
        named: None,
        right: Right::Asked,
        code: birth.code,
        events: Vec::new(),
        items: Vec::new(),
        pending: None,
        releasing: None,
        released: false,
        attempts: 0,
        papers: Vec::new(),
        created: birth.now,
        changed: birth.now,
    }
}

/// A fresh purchase or pick-up: the platform has the tickets of `claim`, `card` shall have them. To be on disk before the grant is asked for.
pub fn claim(
    birth: Birth,
    claim: Claim,
    code: Option<ResumeCode>,
    card: CardUid,
    room: u8,
) -> Handover {
    let source = Source::Claim {
        claim,
        code,
        card,
        room,
        stayed: Vec::new(),
    };
    let destination = Destination::Card {
        card: Some(card),
        only_what_fits: true,
    };
    row(birth, source, destination)
}

/// The giver agreed that these tickets leave the card just read. To be on disk before anything is asked or done.
///
/// # Errors
/// The first ticket that stays, and why.
pub fn consent(
    birth: Birth,
    contents: &CardContents,
    tickets: &[TicketId],
    destination: Destination,
) -> Result<Handover, Stays> {
    let purpose = match destination {
        Destination::Card { .. } | Destination::Giver => Purpose::Assignment,
        Destination::Paper => Purpose::Paper,
        Destination::Platform | Destination::Elsewhere => Purpose::Parking,
    };
    let source = Source::Card {
        card: contents.uid,
        sequence: contents.directory.sequence,
        purpose,
    };
    let mut row = row(birth, source, destination);
    for ticket in tickets {
        let item = wanted(contents, *ticket, purpose).map_err(|why| Stays {
            ticket: *ticket,
            why,
        })?;
        if row.events.iter().all(|event| event.event != item.event.0) {
            let event = event_on(contents, item.event).ok_or(Stays {
                ticket: *ticket,
                why: WhyItStays::Unreadable,
            })?;
            row.events.push(event);
        }
        if row.items.iter().all(|other| other.ticket != *ticket) {
            row.items.push(item);
        }
    }
    Ok(row)
}

fn wanted(contents: &CardContents, id: TicketId, purpose: Purpose) -> Result<Item, WhyItStays> {
    let (on_card, bound) = contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live)
        .filter_map(|ticket| Some((ticket, BoundTicket::from_bytes(&ticket.record).ok()?)))
        .find(|(_, bound)| bound.signed.body.ticket == id)
        .ok_or(WhyItStays::NotThere)?;
    let flags = bound.signed.body.flags;
    let inside = on_card.entered % 2 == 1;
    if inside || on_card.entered > 0 && !flags.contains(TicketFlags::TRANSFERABLE_AFTER_ENTRY) {
        return Err(WhyItStays::Entered);
    }
    allowed(flags, purpose)?;
    Ok(Item {
        ticket: id,
        event: bound.signed.body.event,
        generation: bound.generation(),
        record: on_card.record.clone(),
        ready: None,
        state: ItemState::Wanted,
    })
}

/// What the organizer allows, for every open ticket of a row.
///
/// # Errors
/// The first ticket that stays, and why.
pub fn all_allowed(row: &Handover, purpose: Purpose) -> Result<(), Stays> {
    row.items
        .iter()
        .filter(|item| !item.state.is_final())
        .try_for_each(|item| {
            let stays = |why| Stays {
                ticket: item.ticket,
                why,
            };
            let bound =
                BoundTicket::from_bytes(&item.record).map_err(|_| stays(WhyItStays::Unreadable))?;
            allowed(bound.signed.body.flags, purpose).map_err(stays)
        })
}

/// What the organizer allows.
fn allowed(flags: TicketFlags, purpose: Purpose) -> Result<(), WhyItStays> {
    match purpose {
        Purpose::Assignment if flags.contains(TicketFlags::NOT_TRANSFERABLE) => {
            Err(WhyItStays::NotTransferable)
        }
        Purpose::Paper if flags.contains(TicketFlags::NO_PAPER) => Err(WhyItStays::NoPaper),
        Purpose::Assignment | Purpose::Paper | Purpose::Parking => Ok(()),
    }
}

fn event_on(contents: &CardContents, event: EventId) -> Option<Event> {
    let known = contents.events.iter().find(|known| known.event == event)?;
    Some(Event {
        event: known.event.0,
        name: known.name.clone(),
        venue: known.venue.clone(),
        doors_open: known.doors_open,
        starts: known.starts,
        utc_offset_minutes: known.utc_offset_minutes,
    })
}

/// The grant of a claim arrived.
pub fn granted(row: &mut Handover, grant: &Grant) -> Result<(), BadGrant> {
    let Source::Claim {
        claim,
        card,
        room,
        stayed,
        ..
    } = &mut row.source
    else {
        return Err(BadGrant::NotThis);
    };
    if grant.handover != row.id || grant.card != *card || grant.claim != *claim {
        return Err(BadGrant::NotThis);
    }
    let mut items: Vec<Item> = Vec::with_capacity(grant.tickets.len());
    for granted in &grant.tickets {
        if items.iter().any(|item| item.ticket == granted.ticket)
            || grant.left_at_platform.contains(&granted.ticket)
            || grant
                .events
                .iter()
                .all(|event| event.event != granted.event)
        {
            return Err(BadGrant::Tickets);
        }
        items.push(Item {
            ticket: granted.ticket,
            event: granted.event,
            generation: generation(granted),
            record: bytes(granted)?,
            ready: None,
            state: ItemState::Kept,
        });
    }
    if items.len() > usize::from(*room) {
        return Err(BadGrant::Tickets);
    }
    stayed.clone_from(&grant.left_at_platform);
    row.items = items;
    row.events = grant.events.iter().map(Event::from).collect();
    row.right = Right::Held { fence: grant.fence };
    Ok(())
}

/// The platform has nothing against tickets leaving the giver's card; `None`: it was not asked (R17).
pub fn registered(row: &mut Handover, answer: Option<&Registered>) -> Result<(), BadGrant> {
    if answer.is_some_and(|answer| answer.handover != row.id) {
        return Err(BadGrant::NotThis);
    }
    row.right = Right::Held {
        fence: answer.map_or(0, |answer| answer.fence),
    };
    Ok(())
}

/// The platform refused for good.
pub fn refused(row: &mut Handover, code: ProblemCode) {
    row.right = Right::Refused { code: code.into() };
    for item in &mut row.items {
        item.state = ItemState::Stayed;
    }
}

/// The card that lies there receives.
pub fn name_receiver(row: &mut Handover, named: CardUid) {
    if let Destination::Card { card, .. } = &mut row.destination {
        *card = Some(named);
        row.named = Some(named);
    }
}

/// Records for a card arrived.
pub fn bound(
    row: &mut Handover,
    card: CardUid,
    tickets: &[TicketId],
    records: &[GrantedTicket],
) -> Result<(), BadGrant> {
    for ticket in tickets {
        let record = records
            .iter()
            .find(|record| record.ticket == *ticket)
            .ok_or(BadGrant::Tickets)?;
        let item = row
            .items
            .iter_mut()
            .find(|item| item.ticket == *ticket)
            .ok_or(BadGrant::Tickets)?;
        let generation = generation(record);
        if generation <= item.generation {
            return Err(BadGrant::NotThis);
        }
        item.ready = Some(Ready {
            card,
            generation,
            record: bytes(record)?,
        });
    }
    Ok(())
}

/// Another terminal's released row becomes this journal's.
///
/// # Errors
/// The row is of a newer version, or none at all.
pub fn taken_over(
    answer: &TakenOver,
    incarnation: Incarnation,
    now: i64,
) -> Result<Handover, BadRow> {
    let json = serde_json::to_vec(&answer.row)?;
    let mut row = Handover::read(answer.row_version, &json)?;
    row.id = answer.handover;
    row.incarnation = incarnation;
    row.right = Right::Held {
        fence: answer.fence,
    };
    row.releasing = None;
    row.released = false;
    if row.destination == Destination::Elsewhere {
        row.destination = here(&row);
    }
    row.changed = now;
    Ok(row)
}

/// Where a handover goes that goes on at this terminal: the people say what they want next; until then it may go to any card that may receive.
pub(crate) fn here(row: &Handover) -> Destination {
    match row.source {
        Source::Claim { card, .. } => Destination::Card {
            card: Some(card),
            only_what_fits: true,
        },
        Source::Card { .. } => Destination::Card {
            card: None,
            only_what_fits: false,
        },
    }
}

fn generation(record: &GrantedTicket) -> Generation {
    Generation {
        epoch: record.epoch,
        hop: record.hop,
    }
}

fn bytes(record: &GrantedTicket) -> Result<Vec<u8>, BadGrant> {
    hex::decode(&record.record).map_err(|_| BadGrant::Record(record.ticket))
}
