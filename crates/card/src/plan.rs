//! Decides what a change does to a card's bytes: pure, so that the rules can be read and tested apart from the exchanges.

use kippu_ticket::{
    ids::TicketId,
    record::{BoundTicket, TicketFlags},
};

use crate::{
    capability::{
        CardContents, CardEvent, CardFault, CardTicket, Change, ChangeFault, Directory,
        DirectorySlot, NewTicket, Refusal, SlotState,
    },
    layout::{
        Layout,
        directory::{EVENT_MAX, RING},
        event,
    },
};

/// A card as read in this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub layout: Layout,
    pub contents: CardContents,
    /// One a row of the events file; torn and unused rows are `None`.
    pub event_rows: Vec<Option<CardEvent>>,
    /// The entries file.
    pub entries: Vec<u8>,
}

/// Everything a change writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Rows of the events file with their bytes.
    pub events: Vec<(usize, Vec<u8>)>,
    /// Records by slot.
    pub records: Vec<(u8, Vec<u8>)>,
    /// The card once the commit has happened.
    pub after: Snapshot,
}

/// Events that some slot refers to, in the order of their rows; a row nobody refers to is left over, or of a change that never came to
/// its commit.
pub(crate) fn known_events(rows: &[Option<CardEvent>], directory: &Directory) -> Vec<CardEvent> {
    let known = |event: &&CardEvent| {
        directory
            .slots
            .iter()
            .any(|slot| slot.state != SlotState::Free && slot.event == event.event)
    };
    rows.iter().flatten().filter(known).cloned().collect()
}

/// Plans a change on a card whose sequence is the expected one.
///
/// # Errors
/// [`ChangeFault::Refused`] or [`CardFault::Full`]; nothing is written in either case.
pub(crate) fn plan(before: &Snapshot, change: &Change) -> Result<Plan, ChangeFault> {
    let mut after = before.clone();
    let mut records = Vec::new();
    for ticket in &change.nullify {
        nullify(&mut after, *ticket)?;
    }
    for new in &change.add {
        let bound = parse(new).ok_or(ChangeFault::Refused(Refusal::BadRecord))?;
        supersede(&mut after, &bound)?;
        let slot = choose_slot(&before.contents.directory, &after.contents.directory)
            .ok_or(ChangeFault::NotDone(CardFault::Full))?;
        put(&mut after, slot, new, &bound);
        records.push((slot, new.record.clone()));
    }
    let events = choose_event_rows(before, &mut after, &change.add)?;

    let directory = &mut after.contents.directory;
    directory.sequence = directory
        .sequence
        .checked_add(1)
        .ok_or(ChangeFault::NotDone(CardFault::WornOut))?;
    directory.ring.insert(0, change.operation);
    directory.ring.truncate(RING);
    Ok(Plan {
        events,
        records,
        after,
    })
}

fn parse(new: &NewTicket) -> Option<BoundTicket> {
    let bound = BoundTicket::from_bytes(&new.record).ok()?;
    let event = bound.signed.body.event;
    (event == new.event.event && (1..=EVENT_MAX).contains(&event.0)).then_some(bound)
}

fn is(ticket: &CardTicket, id: TicketId) -> bool {
    BoundTicket::from_bytes(&ticket.record).is_ok_and(|bound| bound.signed.body.ticket == id)
}

/// Takes a live ticket off the card, unless it has been used to enter (R11).
fn nullify(after: &mut Snapshot, id: TicketId) -> Result<(), ChangeFault> {
    let ticket = after
        .contents
        .tickets
        .iter_mut()
        .find(|ticket| ticket.state == SlotState::Live && is(ticket, id));
    let ticket = ticket.ok_or(ChangeFault::Refused(Refusal::NotLive(id)))?;
    let flags = BoundTicket::from_bytes(&ticket.record)
        .map(|bound| bound.signed.body.flags)
        .unwrap_or_default();
    let inside = ticket.entered % 2 == 1;
    if inside || ticket.entered > 0 && !flags.contains(TicketFlags::TRANSFERABLE_AFTER_ENTRY) {
        return Err(ChangeFault::Refused(Refusal::Entered(id)));
    }
    ticket.state = SlotState::Nullified;
    after.contents.directory.slots[usize::from(ticket.slot)].state = SlotState::Nullified;
    Ok(())
}

/// Only a later life of a ticket may come to a card that has had it (R9); an earlier one that is still live dies in the same commit.
fn supersede(after: &mut Snapshot, new: &BoundTicket) -> Result<(), ChangeFault> {
    let id = new.signed.body.ticket;
    for ticket in after
        .contents
        .tickets
        .iter_mut()
        .filter(|ticket| is(ticket, id))
    {
        match (
            ticket.state == SlotState::Live,
            ticket.generation >= new.generation(),
        ) {
            (true, true) => return Err(ChangeFault::Refused(Refusal::AlreadyLive(id))),
            (false, true) => return Err(ChangeFault::Refused(Refusal::Outlived(id))),
            (true, false) => {
                ticket.state = SlotState::Nullified;
                after.contents.directory.slots[usize::from(ticket.slot)].state =
                    SlotState::Nullified;
            }
            (false, false) => {}
        }
    }
    Ok(())
}

/// Free slots first, then nullified ones (R10); never one that is live until the commit.
fn choose_slot(before: &Directory, after: &Directory) -> Option<u8> {
    let of = |state: SlotState| {
        let mut pairs = before.slots.iter().zip(&after.slots);
        pairs.position(|(was, is)| was.state != SlotState::Live && is.state == state)
    };
    // Slots are counted in a byte by every layout.
    of(SlotState::Free)
        .or_else(|| of(SlotState::Nullified))
        .map(|slot| slot as u8)
}

/// Puts a record into a slot; whatever a former ticket there had entered is forgotten (R11).
fn put(after: &mut Snapshot, slot: u8, new: &NewTicket, bound: &BoundTicket) {
    let generation = bound.generation();
    after.contents.directory.slots[usize::from(slot)] = DirectorySlot {
        state: SlotState::Live,
        event: bound.signed.body.event,
        generation,
        check: [bound.mac[0], bound.mac[1]],
    };
    after.entries[usize::from(slot)] = 0;
    let tickets = &mut after.contents.tickets;
    tickets.retain(|ticket| ticket.slot != slot);
    tickets.push(CardTicket {
        slot,
        state: SlotState::Live,
        record: new.record.clone(),
        entered: 0,
        generation,
    });
    tickets.sort_by_key(|ticket| ticket.slot);
}

/// Rows for the events of new tickets: the row the event has, else an empty one, else one whose tickets are all gone, before the commit
/// and after it.
fn choose_event_rows(
    before: &Snapshot,
    after: &mut Snapshot,
    add: &[NewTicket],
) -> Result<Vec<(usize, Vec<u8>)>, ChangeFault> {
    let live = |event: &CardEvent| {
        let slots = [&before.contents.directory, &after.contents.directory]
            .map(|directory| directory.slots.iter());
        slots
            .into_iter()
            .flatten()
            .any(|slot| slot.state == SlotState::Live && slot.event == event.event)
    };
    let mut rows = after.event_rows.clone();
    let mut written = Vec::new();
    for new in add {
        let bytes = event::to_bytes(&new.event);
        let kept = event::from_bytes(&bytes);
        if rows.contains(&kept) {
            continue;
        }
        let known = rows.iter().position(|row| {
            row.as_ref()
                .is_some_and(|known| known.event == new.event.event)
        });
        let empty = || rows.iter().position(Option::is_none);
        let unused = || {
            rows.iter()
                .position(|row| row.as_ref().is_some_and(|event| !live(event)))
        };
        let row = known
            .or_else(empty)
            .or_else(unused)
            .ok_or(ChangeFault::NotDone(CardFault::Full))?;
        rows[row] = kept;
        written.retain(|(other, _)| *other != row);
        written.push((row, bytes));
    }
    after.contents.events = known_events(&rows, &after.contents.directory);
    after.event_rows = rows;
    Ok(written)
}
