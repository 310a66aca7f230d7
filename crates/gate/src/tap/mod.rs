//! One whole tap: look → decide → log the intent → mark the card → log the passage → say so.
//!
//! What a card torn away at each point leaves, and what the next tap makes of it:
//! - while looking: nothing. Lay it again.
//! - before the commit of the mark was sent: the intent is closed as void. Lay it again.
//! - after the commit was sent, before its answer: the intent stays open. Nobody has passed, for a passage is said only after it is
//!   logged. Laid again, the card shows either this gate's own mark, which no other gate writes: the guest passes without another mark
//!   and the intent is closed; or what stood there before: everything starts anew. So a guest whose tap was torn is never refused
//!   at this gate, and one mark lets a ticket pass once.
//! - the gate's own power gone between mark and log: the same as above.
//! - its power gone between log and screen: the ticket counts as inside; staff can see the moment in the log.
//!
//! A guest torn at one gate who goes to another is told that the ticket is inside: only the gate that made a mark knows that nobody
//! passed on it.

mod port;

use kippu_card::{
    capability::CardFault,
    gate::{GateCard, GateTickets, MarkFault},
    keys::KeyStore,
    transport::Transport,
};
use kippu_ticket::{
    ids::{CardUid, EventId, Generation, TicketId},
    record::BoundTicket,
};

pub use port::GatePort;

use crate::{
    bundle::{Bundle, Micros},
    decision::{Decision, decide},
    log::{EntranceLog, Intent, LogFault},
    outcome::Outcome,
};

/// What came of a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tapped {
    /// What to say.
    pub outcome: Outcome,
    /// Whose card, where it could be told.
    pub card: Option<CardUid>,
}

/// Handles whatever was laid on the reader, from the first exchange to the answer. `keys` is the bundle's [`Bundle::key_store`].
///
/// # Errors
/// The log cannot be used: nobody may pass.
pub fn tap(
    transport: Box<dyn Transport + '_>,
    keys: &dyn KeyStore,
    bundle: &Bundle,
    log: &mut EntranceLog,
    now: Micros,
) -> Result<Tapped, LogFault> {
    match GateCard::open(transport, keys) {
        Ok(mut card) => tap_opened(&mut card, bundle, log, now),
        Err(fault) => refused(log, bundle.serving_id(now), None, fault.into(), now),
    }
}

/// Handles an opened card.
///
/// # Errors
/// The log cannot be used: nobody may pass.
pub fn tap_opened(
    card: &mut dyn GatePort,
    bundle: &Bundle,
    log: &mut EntranceLog,
    now: Micros,
) -> Result<Tapped, LogFault> {
    let event = bundle.serving_id(now);
    let view = match card.look(&|event| bundle.event(event).is_some()) {
        Ok(view) => view,
        Err(fault) => return refused(log, event, None, fault.into(), now),
    };
    let uid = Some(view.uid);
    let about = log.about(view.uid, &tickets(&view))?;
    let Decision {
        outcome,
        marks,
        found,
    } = decide(bundle, &view, &about, now);
    if !outcome.passes() {
        return refused(log, event, uid, outcome, now);
    }
    let mut intents = found;
    if !marks.is_empty() {
        let planned: Vec<Intent> = marks
            .iter()
            .filter_map(|mark| {
                Some(Intent {
                    mark: *mark,
                    generation: generation_in(&view, mark.slot)?,
                })
            })
            .collect();
        let numbers = log.intend(view.uid, &planned, now)?;
        match card.mark(&marks) {
            Ok(()) => intents.extend(numbers),
            Err(MarkFault::NotDone(fault)) => {
                log.void(&numbers)?;
                return refused(log, event, uid, again(fault), now);
            }
            Err(MarkFault::Unknown(_)) => return refused(log, event, uid, Outcome::LayAgain, now),
        }
    }
    let generations: Vec<Generation> = outcome
        .admissions()
        .iter()
        .filter_map(|admission| generation_in(&view, admission.slot?))
        .collect();
    log.record(event, uid, &outcome, &generations, &intents, now)?;
    Ok(Tapped { outcome, card: uid })
}

fn refused(
    log: &mut EntranceLog,
    event: EventId,
    card: Option<CardUid>,
    outcome: Outcome,
    now: Micros,
) -> Result<Tapped, LogFault> {
    log.record(event, card, &outcome, &[], &[], now)?;
    Ok(Tapped { outcome, card })
}

/// A card that was good a moment ago and fails now has most likely moved.
fn again(fault: CardFault) -> Outcome {
    match fault {
        CardFault::WornOut => Outcome::Unreadable,
        _ => Outcome::LayAgain,
    }
}

fn generation_in(view: &GateTickets, slot: u8) -> Option<Generation> {
    view.tickets
        .iter()
        .find(|ticket| ticket.slot == slot)
        .map(|ticket| ticket.generation)
}

/// Tickets whose records make sense.
fn tickets(view: &GateTickets) -> Vec<TicketId> {
    view.tickets
        .iter()
        .filter_map(|ticket| BoundTicket::from_bytes(&ticket.record).ok())
        .map(|ticket| ticket.signed.body.ticket)
        .collect()
}
