//! Orders that wait for the card that was laid: go on where this one stopped.

use kippu_api::orders::{Order, OrderState};
use kippu_card::capability::CardContents;
use kippu_ticket::ids::CardUid;

use super::{
    Desk, Phase, Step,
    input::Input,
    my_card::MyCard,
    order_before::OrderBefore,
    route,
    view::{self, FirstKey, OrderRow, Screen, Touch, WaitsFor},
    words,
};
use crate::flows::facts::Places;

/// Orders shown; a card rarely has more than one open.
const SHOWN: usize = 3;

pub(super) struct OpenOrders {
    orders: Vec<Order>,
    card: CardUid,
    contents: Option<Box<CardContents>>,
    resume: Option<(Box<OrderBefore>, CardUid, Places)>,
}

impl OpenOrders {
    pub fn open(
        orders: Vec<Order>,
        card: CardUid,
        contents: Option<Box<CardContents>>,
        resume: Option<(Box<OrderBefore>, CardUid, Places)>,
    ) -> Phase {
        Phase::OpenOrders(Self {
            orders,
            card,
            contents,
            resume,
        })
    }
}

impl Step for OpenOrders {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::Order(chosen)) => {
                if let Some(order) = self
                    .orders
                    .iter()
                    .find(|order| order.order == *chosen)
                    .cloned()
                {
                    self.leave(desk);
                    return route::to(order, desk);
                }
            }
            Input::Touch(Touch::GoOnWithNew) => {
                if let Some((before, card, places)) = self.resume.take() {
                    return before.resume(card, places, desk);
                }
            }
            Input::Touch(Touch::LookAtCard) => {
                if let Some(contents) = self.contents.take() {
                    return MyCard::open(contents, false);
                }
            }
            Input::Touch(Touch::First) => {
                self.leave(desk);
                return desk.go_home();
            }
            _ => {}
        }
        Phase::OpenOrders(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        let row = |order: &Order| OrderRow {
            order: order.order.clone(),
            event: words::event_of_order(order),
            tickets: words::count(order.seats.len()),
            total: words::sum(order),
            slip: order.slip.clone(),
            waits_for: match order.state {
                OrderState::AwaitingPayment => WaitsFor::Payment,
                _ => WaitsFor::Card,
            },
        };
        Screen::OpenOrders(view::OpenOrders {
            ending: words::ending(self.card),
            orders: self.orders.iter().take(SHOWN).map(row).collect(),
            can_go_on_with_new: self.resume.is_some(),
            can_look: self.contents.is_some(),
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }

    fn leave(self, desk: &mut Desk) {
        if let Some((before, ..)) = self.resume {
            before.leave(desk);
        }
    }
}
