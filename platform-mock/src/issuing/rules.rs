//! Who may be given an order's tickets, and what the tickets look like. Pure.

use kippu_api::{
    orders::{Claim, Grant, GrantRequest, GrantedTicket, OrderState},
    problem::ProblemCode,
};
use kippu_ticket::{
    ids::{CardUid, HandoverId, SellerId, TerminalId, TicketId},
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
};

use crate::{
    keys::{ISSUER, ISSUER_KEY, Keys},
    masters::rules::EventFacts,
    refusal::{Answer, Refusal},
    sales::record::{Holder, OrderRecord},
};

/// A right that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// The order.
    pub order: String,
    /// For this handover only.
    pub handover: HandoverId,
    /// To this terminal only.
    pub terminal: TerminalId,
    /// To this journal of it only (R14).
    pub incarnation: String,
    /// For this card only.
    pub card: CardUid,
    /// Rises with every grant of the order.
    pub fence: u64,
    /// The tickets.
    pub tickets: Vec<GrantedSeat>,
    /// Tickets there was no room for.
    pub left_at_platform: Vec<TicketId>,
    /// Not yet ended by a report or a re-issue.
    pub open: bool,
}

/// A ticket of a grant, with what its record is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantedSeat {
    /// Its id.
    pub ticket: TicketId,
    /// Seat index in the plan.
    pub seat: u32,
    /// Price class index.
    pub class: u8,
    /// Inside the signature.
    pub epoch: u16,
    /// Outside it.
    pub hop: u16,
}

/// Whether a grant that exists answers this request: the same terminal, journal, order and card.
pub fn check_repeat(
    known: &GrantRecord,
    order: &str,
    terminal: TerminalId,
    wish: &GrantRequest,
) -> Answer<()> {
    let same = (
        known.order.as_str(),
        known.terminal,
        &known.incarnation,
        known.card,
    ) == (order, terminal, &wish.incarnation, wish.card);
    match (same, known.open) {
        (true, true) => Ok(()),
        (true, false) => Err(not_owner("This handover has ended.")),
        (false, _) => Err(not_owner("This handover was granted for something else.")),
    }
}

/// Chooses the tickets for a new grant: what waits at the platform, as far as there is room. Also gives those left behind.
pub fn choose(
    order: &OrderRecord,
    seller: SellerId,
    wish: &GrantRequest,
) -> Answer<(Vec<GrantedSeat>, Vec<TicketId>)> {
    if order.seller != seller {
        return Err(Refusal::not_found("order"));
    }
    match order.state {
        OrderState::Paid => {}
        OrderState::Granted => {
            return Err(not_owner(
                "Another terminal, or another try, has these tickets and has not said how it ended.",
            ));
        }
        OrderState::Issued => return Err(wrong_state("These tickets are on their card already.")),
        OrderState::AwaitingPayment => return Err(wrong_state("This order is not paid yet.")),
        OrderState::Cancelled | OrderState::Expired | OrderState::Refunded => {
            return Err(wrong_state("This order has ended without tickets."));
        }
    }
    if order.card != wish.card {
        return Err(wrong_state("The tickets were bought for another card.")
            .hint("Lay that card, or change the order's card first."));
    }
    if wish.room == 0 {
        return Err(Refusal::new(
            ProblemCode::CardTooFull,
            "The card has no room. The tickets are paid and stay here.",
        )
        .hint("Use another card, or free some room and come back."));
    }
    let mut granted: Vec<GrantedSeat> = order
        .tickets
        .iter()
        .filter(|ticket| !ticket.void && ticket.holder == Holder::Platform)
        .map(|ticket| GrantedSeat {
            ticket: ticket.ticket,
            seat: ticket.seat,
            class: ticket.class,
            epoch: ticket.epoch,
            hop: ticket.hop.saturating_add(1),
        })
        .collect();
    let left = granted.split_off(granted.len().min(usize::from(wish.room)));
    Ok((granted, left.into_iter().map(|seat| seat.ticket).collect()))
}

/// The state of a paid order by where its tickets are.
pub fn state_of(holders: impl IntoIterator<Item = Holder>) -> OrderState {
    let mut state = OrderState::Issued;
    for holder in holders {
        match holder {
            Holder::Terminal | Holder::Unknown => return OrderState::Granted,
            Holder::Platform => state = OrderState::Paid,
            Holder::Card => {}
        }
    }
    state
}

/// Signs and binds the tickets of a grant.
pub fn sign(
    grant: &GrantRecord,
    event: &EventFacts,
    seller: SellerId,
    keys: &Keys,
) -> Answer<Grant> {
    let binding = keys.binding(event.event).for_terminal(grant.terminal);
    let mut tickets = Vec::with_capacity(grant.tickets.len());
    for granted in &grant.tickets {
        let body = TicketBody {
            issuer_key: ISSUER_KEY,
            ticket: granted.ticket,
            event: event.event,
            issuer: ISSUER,
            seller,
            epoch: granted.epoch,
            entrance: event.entrance_of(granted.seat).unwrap_or(0),
            kind: TicketKind::Seat,
            price_class: granted.class,
            flags: TicketFlags::default(),
            seat: address(event, granted.seat)?,
        };
        let bound = binding.bind(body.sign(&keys.issuer), grant.card, granted.hop);
        tickets.push(GrantedTicket {
            ticket: granted.ticket,
            event: event.event,
            record: hex::encode(bound.to_bytes()),
            epoch: granted.epoch,
            hop: granted.hop,
        });
    }
    Ok(Grant {
        claim: Claim::Order(grant.order.clone()),
        handover: grant.handover,
        card: grant.card,
        fence: grant.fence,
        tickets,
        events: vec![event.on_card()],
        left_at_platform: grant.left_at_platform.clone(),
    })
}

fn address(event: &EventFacts, seat: u32) -> Answer<SeatAddress> {
    if seat as usize >= event.plan.seats.len() {
        return Err(Refusal::internal(&format!(
            "seat {seat} is not in the plan"
        )));
    }
    let words = event.plan.address(seat as usize);
    SeatAddress::new(words.floor, words.block, words.row, words.number)
        .map_err(|error| Refusal::internal(&error))
}

/// 409: somebody else has it.
pub fn not_owner(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotOwner, detail)
        .hint("Wait for that terminal, or let a clerk issue the tickets anew.")
}

fn wrong_state(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::WrongState, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_as_far_as_its_slowest_ticket() {
        use Holder::{Card, Platform, Terminal, Unknown};
        assert_eq!(state_of([Card, Card]), OrderState::Issued);
        assert_eq!(state_of([Card, Platform]), OrderState::Paid);
        assert_eq!(state_of([Platform, Terminal]), OrderState::Granted);
        assert_eq!(state_of([Card, Unknown]), OrderState::Granted);
    }
}
