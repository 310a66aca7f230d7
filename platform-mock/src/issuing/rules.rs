//! Who may be given tickets that wait at the platform, and what they look like. Pure.

use kippu_api::{
    orders::{Claim, Grant, GrantRequest, GrantedTicket, OrderState},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, EventId, HandoverId, SellerId, TerminalId, TicketId};

use crate::{
    handovers::record::not_owner,
    keys::Keys,
    masters::rules::EventFacts,
    refusal::{Answer, Refusal},
    sales::record::OrderRecord,
    tickets::{
        making::{self, Content},
        standing::Holder,
    },
};

/// A right that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// What was asked for.
    pub claim: Claim,
    /// For this handover only.
    pub handover: HandoverId,
    /// To this terminal only.
    pub terminal: TerminalId,
    /// To this journal of it only (R14).
    pub incarnation: String,
    /// For this card only.
    pub card: CardUid,
    /// Higher than every one before.
    pub fence: u64,
    /// The tickets.
    pub tickets: Vec<GrantedItem>,
    /// Tickets there was no room for.
    pub left_at_platform: Vec<TicketId>,
}

impl GrantRecord {
    /// Whether a ticket is one of it.
    pub fn has(&self, ticket: TicketId) -> bool {
        self.tickets.iter().any(|granted| granted.ticket == ticket)
    }
}

/// A ticket of a grant, with what its record is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedItem {
    /// Its id.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// What was sold, or brought.
    pub content: Content,
    /// Inside the signature.
    pub epoch: u16,
    /// Outside it.
    pub hop: u16,
}

/// Whether a grant that exists answers this request: the same terminal, journal, claim and card, and its handover goes on.
pub fn check_repeat(
    known: &GrantRecord,
    open: bool,
    claim: &Claim,
    terminal: TerminalId,
    wish: &GrantRequest,
) -> Answer<()> {
    let same = (&known.claim, known.terminal, &known.incarnation, known.card)
        == (claim, terminal, &wish.incarnation, wish.card);
    match (same, open) {
        (true, true) => Ok(()),
        (true, false) => Err(not_owner("This handover has ended.")),
        (false, _) => Err(not_owner("This handover was granted for something else.")),
    }
}

/// Whether an order's tickets may be granted; then these wait at the platform, in the order of their places.
pub fn waiting_of_order(
    order: &OrderRecord,
    seller: SellerId,
    wish: &GrantRequest,
) -> Answer<Vec<TicketId>> {
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
    Ok(order
        .tickets
        .iter()
        .filter(|ticket| !ticket.void && ticket.is_waiting())
        .map(|ticket| ticket.ticket)
        .collect())
}

/// The state of a paid order by where its tickets are; a ticket that went on from the card it was brought to has been issued.
pub fn state_of(holders: impl IntoIterator<Item = Holder>) -> OrderState {
    let mut state = OrderState::Issued;
    for holder in holders {
        match holder {
            Holder::Terminal | Holder::Unknown => return OrderState::Granted,
            Holder::Platform => state = OrderState::Paid,
            Holder::Card | Holder::Paper => {}
        }
    }
    state
}

/// Signs and binds the tickets of a grant. `events` are those of them this platform has.
pub fn sign<'a>(
    grant: &GrantRecord,
    events: impl Fn(EventId) -> Option<&'a EventFacts>,
    keys: &Keys,
) -> Answer<Grant> {
    let mut tickets = Vec::with_capacity(grant.tickets.len());
    for granted in &grant.tickets {
        let signed = making::sign(
            granted.ticket,
            granted.event,
            granted.epoch,
            &granted.content,
            events(granted.event),
            keys,
        )?;
        let binding = making::binding(granted.event, grant.terminal, keys);
        tickets.push(GrantedTicket {
            ticket: granted.ticket,
            event: granted.event,
            record: hex::encode(binding.bind(signed, grant.card, granted.hop).to_bytes()),
            epoch: granted.epoch,
            hop: granted.hop,
        });
    }
    let mut of_tickets: Vec<EventId> = grant.tickets.iter().map(|granted| granted.event).collect();
    of_tickets.sort_unstable();
    of_tickets.dedup();
    Ok(Grant {
        claim: grant.claim.clone(),
        handover: grant.handover,
        card: grant.card,
        fence: grant.fence,
        tickets,
        events: of_tickets
            .into_iter()
            .map(|event| making::on_card(event, events(event)))
            .collect(),
        left_at_platform: grant.left_at_platform.clone(),
    })
}

fn wrong_state(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::WrongState, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_as_far_as_its_slowest_ticket() {
        use Holder::{Card, Paper, Platform, Terminal, Unknown};
        assert_eq!(state_of([Card, Paper]), OrderState::Issued);
        assert_eq!(state_of([Card, Platform]), OrderState::Paid);
        assert_eq!(state_of([Platform, Terminal]), OrderState::Granted);
        assert_eq!(state_of([Card, Unknown]), OrderState::Granted);
    }
}
