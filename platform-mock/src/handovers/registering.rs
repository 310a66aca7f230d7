//! Before and while tickets move: a handover is registered, records are bound, papers get their record. None of it moves a ticket.

use kippu_api::{
    handovers::{BindRequest, NewHandover, PaperRequest, Purpose},
    problem::ProblemCode,
};
use kippu_ticket::{
    ids::{CardUid, HandoverId, TerminalId},
    record::{BoundTicket, TicketFlags},
};

use super::{
    acting::{check_known, not_allowed, taken_ticket},
    papers,
    record::{self, Asker, HandoverRecord, HandoverState, not_owner},
};
use crate::{
    keys::{ISSUER, Keys},
    refusal::{Answer, Refusal},
    sales::command::refresh_state,
    storage::Unit,
    tickets::{
        brought::is_bound_to,
        record as tickets,
        standing::{Phase, Rank, Standing},
    },
};

/// Takes note of a handover; its fence. The caller has checked the tickets' signatures and that they are bound to the giver's card.
pub(super) fn register(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    new: &NewHandover,
    brought: &[BoundTicket],
) -> Answer<u64> {
    if let Some(known) = record::find(unit.sql, new.handover)? {
        return check_repeat(unit, &known, terminal, new).map(|()| known.fence);
    }
    let fence = tickets::next_fence(unit)?;
    record::insert(
        unit,
        &HandoverRecord {
            handover: new.handover,
            terminal,
            incarnation: new.incarnation.clone(),
            fence,
            state: HandoverState::Open,
            purpose: Some(new.purpose),
            giver: Some(new.giver),
            receiver: None,
            begun: unit.now,
        },
    )?;
    for ticket in brought {
        check_flags(new.purpose, ticket)?;
        lay_on_card(unit, new, ticket)?;
        record::put_ticket(
            unit,
            new.handover,
            ticket.signed.body.ticket,
            ticket.generation(),
        )?;
    }
    Ok(fence)
}

fn check_repeat(
    unit: &Unit<'_>,
    known: &HandoverRecord,
    terminal: TerminalId,
    new: &NewHandover,
) -> Answer<()> {
    if (known.terminal, &known.incarnation) != (terminal, &new.incarnation)
        || known.state == HandoverState::Released
    {
        return Err(not_owner("This handover is another terminal's."));
    }
    let of_handover = record::tickets(unit.sql, new.handover)?;
    let same = new
        .tickets
        .iter()
        .all(|ticket| of_handover.iter().any(|own| own.ticket == ticket.ticket));
    if known.giver == Some(new.giver) && same {
        Ok(())
    } else {
        Err(Refusal::bad_request(
            "This handover was registered for another card or other tickets.",
        ))
    }
}

fn check_flags(purpose: Purpose, ticket: &BoundTicket) -> Answer<()> {
    let body = &ticket.signed.body;
    match purpose {
        Purpose::Assignment if body.flags.contains(TicketFlags::NOT_TRANSFERABLE) => {
            Err(not_allowed(body.ticket, "go to another card"))
        }
        Purpose::Paper if body.flags.contains(TicketFlags::NO_PAPER) => {
            Err(not_allowed(body.ticket, "become paper"))
        }
        Purpose::Assignment | Purpose::Paper | Purpose::Parking => Ok(()),
    }
}

/// The terminal has just read the ticket on the giver's card: unless newer is known, that is where it is.
fn lay_on_card(unit: &Unit<'_>, new: &NewHandover, brought: &BoundTicket) -> Answer<()> {
    let ticket = brought.signed.body.ticket;
    let read = Standing::on_card(brought.generation(), new.giver);
    let Some(known) = tickets::find(unit.sql, ticket)? else {
        return tickets::keep(unit, &brought.signed, &read);
    };
    check_known(&known, brought)?;
    // A taking that nobody saw the end of has failed, if the card still shows the ticket.
    if known.standing.rank > Rank::of(brought.generation(), Phase::PerhapsTaken) {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!(
                "The platform knows that ticket {ticket} went elsewhere after it was on this card."
            ),
        )
        .hint("Report every open handover first; then let the operator look at this ticket."));
    }
    if read.rank > known.standing.rank {
        tickets::put(unit, ticket, &read)?;
        if let Some(order) = &known.order {
            refresh_state(unit, order)?;
        }
    }
    Ok(())
}

/// Whether a card is the one a ticket was taken from, by the ticket's own binding.
pub(super) fn is_own_card(ticket: &BoundTicket, card: CardUid, keys: &Keys) -> bool {
    ticket.signed.body.issuer == ISSUER && is_bound_to(ticket, card, keys)
}

/// Whether records of these tickets may be bound to a card, for the owner; remembers their hop. `own`: for each ticket, whether it came from
/// that card. There it may return, whatever its flags say.
pub(super) fn bind(
    unit: &mut Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    wish: &BindRequest,
    brought: &[BoundTicket],
    own: &[bool],
) -> Answer<()> {
    let asker = Asker {
        terminal,
        incarnation: &wish.incarnation,
        fence: wish.fence,
    };
    let known = record::owned(unit.sql, handover, &asker)?;
    let is_givers = known.is_some_and(|known| known.giver == Some(wish.card));
    for (ticket, own) in brought.iter().zip(own) {
        let body = &ticket.signed.body;
        if body.flags.contains(TicketFlags::NOT_TRANSFERABLE) && !own && !is_givers {
            return Err(not_allowed(body.ticket, "go to another card"));
        }
        taken_ticket(unit, handover, ticket)?;
        tickets::note_bound(unit, body.ticket, ticket.hop.saturating_add(1))?;
    }
    Ok(())
}

/// Whether a ticket may be printed under a serial, for the owner; remembers both.
pub(super) fn paper(
    unit: &mut Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    wish: &PaperRequest,
    brought: &BoundTicket,
) -> Answer<()> {
    let asker = Asker {
        terminal,
        incarnation: &wish.incarnation,
        fence: wish.fence,
    };
    record::owned(unit.sql, handover, &asker)?;
    let body = &brought.signed.body;
    if body.flags.contains(TicketFlags::NO_PAPER) {
        return Err(not_allowed(body.ticket, "become paper"));
    }
    taken_ticket(unit, handover, brought)?;
    let hop = brought.hop.saturating_add(1);
    papers::ask(
        unit,
        &papers::Paper {
            serial: wish.serial,
            handover,
            ticket: body.ticket,
            event: body.event,
            epoch: body.epoch,
            hop,
        },
    )?;
    tickets::note_bound(unit, body.ticket, hop)
}
