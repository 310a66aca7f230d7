//! What is to be carried: from an order, or from what the journal kept of an interrupted one.

use kippu_api::orders::{Order, OrderState};
use kippu_ticket::ids::CardUid;

use super::words;
use crate::flows::{
    facts::{EventFacts, Money},
    kiosk::{
        input::OpenHandover,
        view::{MoneyFact, Safety, TicketFact},
    },
};

pub(in crate::flows::kiosk) struct Parcel {
    pub order: String,
    pub card: CardUid,
    /// Tickets that wait at the platform.
    pub count: u8,
    pub slip: String,
    pub event: EventFacts,
    pub total: Option<Money>,
    /// The order itself, where the platform gave it.
    pub full: Option<Box<Order>>,
    /// Nothing is granted yet: another card may take the named one's place.
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
            order: order.order.clone(),
            card: order.card,
            count: words::count(waiting),
            slip: order.slip.clone(),
            event: words::event_of_order(&order),
            total: Some(words::sum(&order)),
            may_change_card: order.state == OrderState::Paid,
            unsettled: order.state == OrderState::Granted,
            staff: false,
            full: Some(Box::new(order)),
        }
    }

    pub fn of_interrupted(row: &OpenHandover) -> Self {
        Self {
            order: row.order.clone(),
            card: row.card,
            count: row.tickets,
            slip: String::new(),
            event: EventFacts {
                name: row.event_name.clone(),
                ..EventFacts::default()
            },
            total: None,
            full: None,
            may_change_card: false,
            unsettled: true,
            staff: true,
        }
    }

    fn money(&self) -> MoneyFact {
        self.total
            .clone()
            .map_or(MoneyFact::PaidBefore, MoneyFact::Paid)
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

    pub fn slip_if_known(&self) -> Option<String> {
        (!self.slip.is_empty()).then(|| self.slip.clone())
    }
}
