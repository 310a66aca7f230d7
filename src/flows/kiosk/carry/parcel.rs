//! What is to be carried: a paid order's tickets, a parcel's, or what the journal kept of an interrupted carrying.

use kippu_api::{
    orders::{Claim, Order, OrderState},
    parcels::Waiting,
};
use kippu_handover::facts::{Facts, Standing};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId},
};

use super::words;
use crate::flows::{
    facts::{EventFacts, Money},
    kiosk::view::{MoneyFact, Safety, Station, Stop, TicketFact},
};

pub(in crate::flows::kiosk) struct Parcel {
    pub claim: Claim,
    /// Code from the slip of a parcel that is fetched with it.
    pub code: Option<ResumeCode>,
    /// The card they are for; `None`: any card, because the code was typed.
    pub card: Option<CardUid>,
    /// Tickets that wait at the platform.
    pub count: u8,
    pub slip: String,
    pub event: EventFacts,
    pub total: Option<Money>,
    /// The order itself, where the platform gave it.
    pub full: Option<Box<Order>>,
    /// What the journal has begun for it.
    pub handover: Option<HandoverId>,
    /// Another card may take the named one's place.
    pub may_change_card: bool,
    /// An earlier writing may have reached the card.
    pub unsettled: bool,
    /// Begun from the staff's list.
    pub staff: bool,
}

impl Parcel {
    pub fn of_order(order: Order) -> Self {
        let waiting = if order.at_platform.is_empty() {
            order.seats.len()
        } else {
            order.at_platform.len()
        };
        Self {
            claim: Claim::Order(order.order.clone()),
            code: None,
            card: Some(order.card),
            count: words::count(waiting),
            slip: order.slip.clone(),
            event: words::event_of_order(&order),
            total: Some(words::sum(&order)),
            handover: None,
            may_change_card: order.state == OrderState::Paid,
            unsettled: order.state == OrderState::Granted,
            staff: false,
            full: Some(Box::new(order)),
        }
    }

    /// Tickets that wait at the platform after they were on a card: for a card they belong to, or for any with the code.
    pub fn of_waiting(
        waiting: &Waiting,
        parcel: String,
        code: Option<ResumeCode>,
        card: Option<CardUid>,
    ) -> Self {
        Self {
            claim: Claim::Parcel(parcel),
            code,
            card,
            count: words::count(waiting.tickets.len()),
            slip: code.map(|code| code.to_string()).unwrap_or_default(),
            event: EventFacts {
                name: waiting.event_name.clone(),
                ..EventFacts::default()
            },
            total: None,
            full: None,
            handover: None,
            may_change_card: false,
            unsettled: false,
            staff: false,
        }
    }

    /// What the journal has open of a purchase or pick-up; `None` for a handover whose tickets came from a card.
    pub fn of_open(facts: &Facts, staff: bool) -> Option<Self> {
        if facts.purpose.is_some() {
            return None;
        }
        let claim = match &facts.order {
            Some(order) => Claim::Order(order.clone()),
            // Going on needs only the handover's number; the parcel's stands in its row.
            None => Claim::Parcel(String::new()),
        };
        let unsettled = matches!(facts.standing, Standing::Unknown(_));
        Some(Self {
            claim,
            code: None,
            card: facts.waits_for_card.or(facts.receiver),
            count: words::count(facts.items.len()),
            slip: String::new(),
            event: words::first_event(facts),
            total: None,
            full: None,
            handover: Some(facts.handover),
            may_change_card: false,
            unsettled,
            staff,
        })
    }

    /// What the order says of an interrupted carrying.
    pub fn know(&mut self, order: &Order) {
        self.slip = order.slip.clone();
        self.event = words::event_of_order(order);
        self.total = Some(words::sum(order));
        self.full = Some(Box::new(order.clone()));
    }

    fn money(&self) -> MoneyFact {
        match (&self.claim, &self.total) {
            (Claim::Order(_), Some(total)) => MoneyFact::Paid(total.clone()),
            (Claim::Order(_), None) => MoneyFact::PaidBefore,
            (Claim::Parcel(_), _) => MoneyFact::NotInvolved,
        }
    }

    /// Tickets that are known to wait.
    pub fn waiting(&self) -> Safety {
        let ticket = TicketFact::AtPlatform {
            count: self.count,
            slip: self.slip.clone(),
        };
        Safety {
            ticket,
            money: self.money(),
        }
    }

    /// Tickets that may be on the card.
    pub fn being_checked(&self) -> Safety {
        Safety {
            ticket: TicketFact::BeingChecked { count: self.count },
            money: self.money(),
        }
    }

    /// Where on the line of a purchase this is. What was parked has no such line, and the staff needs none.
    pub fn stop(&self, station: Station) -> Option<Stop> {
        let bought = matches!(self.claim, Claim::Order(_));
        (bought && !self.staff).then_some(Stop::Purchase(station))
    }

    pub fn slip_if_known(&self) -> Option<String> {
        (!self.slip.is_empty()).then(|| self.slip.clone())
    }
}
