//! Paying for an order, at the register or by the member account: a slip is given out and a clerk confirms it, or the account is charged while the
//! order is made. The platform's order says where it stands.

use std::collections::HashMap;

use kippu_api::{
    client::Client,
    orders::{Buyer, NewOrder, Order, OrderState, PaymentMethod as WireMethod},
    problem::ProblemCode,
};
use kippu_peripherals::payment::{
    AttemptId, NotCharged, PaymentMethod, PaymentRequest, PaymentState,
};
use kippu_ticket::ids::CardUid;
use tokio::runtime::Handle;

use super::platform::fault;
use crate::flows::kiosk::input::AskFault;

/// One way to pay over the platform's orders. Blocks: never used on the event loop's thread or inside the runtime.
pub struct OrderPayment {
    runtime: Handle,
    client: Client,
    method: WireMethod,
    baskets: HashMap<AttemptId, Basket>,
    orders: HashMap<AttemptId, String>,
    last: Result<Order, AskFault>,
}

/// What an attempt is about, beyond its sum.
#[derive(Debug, Clone)]
pub struct Basket {
    /// The hold that becomes the order.
    pub hold: String,
    /// Card the tickets shall go to.
    pub card: CardUid,
    /// Free places seen on it.
    pub room: u8,
}

impl OrderPayment {
    /// Orders of the terminal the client speaks for, paid in this way.
    pub fn new(runtime: Handle, client: Client, method: WireMethod) -> Self {
        Self {
            runtime,
            client,
            method,
            baskets: HashMap::new(),
            orders: HashMap::new(),
            last: Err(AskFault::Unreachable),
        }
    }

    /// Says what an attempt will pay for. To be called before [`PaymentMethod::begin`].
    pub fn prepare(&mut self, attempt: &AttemptId, basket: Basket) {
        self.baskets.insert(attempt.clone(), basket);
    }

    /// Takes up an attempt whose order is known from before.
    pub fn take_up(&mut self, attempt: &AttemptId, order: String) {
        self.orders.insert(attempt.clone(), order);
    }

    /// The order as the last call saw it, or why it did not.
    pub fn last(self) -> Result<Order, AskFault> {
        self.last
    }

    fn seen(&mut self, attempt: &AttemptId, result: Result<Order, AskFault>) -> PaymentState {
        let state = match &result {
            Ok(order) => {
                self.orders.insert(attempt.clone(), order.order.clone());
                state_of(order.state)
            }
            Err(_) => PaymentState::Unknown,
        };
        self.last = result;
        state
    }
}

fn state_of(order: OrderState) -> PaymentState {
    match order {
        OrderState::AwaitingPayment => PaymentState::Waiting,
        OrderState::Paid | OrderState::Granted | OrderState::Issued => PaymentState::Paid,
        OrderState::Cancelled => PaymentState::NotCharged(NotCharged::Cancelled),
        OrderState::Expired => PaymentState::NotCharged(NotCharged::Expired),
        OrderState::Refunded => PaymentState::Refunded,
    }
}

impl PaymentMethod for OrderPayment {
    /// The attempt is the order's idempotency key: begun again, it finds the same order.
    fn begin(&mut self, request: &PaymentRequest) -> PaymentState {
        let attempt = &request.attempt;
        let Some(basket) = self.baskets.get(attempt).cloned() else {
            return PaymentState::NotCharged(NotCharged::Unavailable);
        };
        let order = NewOrder {
            hold: basket.hold,
            card: basket.card,
            room: basket.room,
            method: self.method,
            buyer: Buyer::default(),
        };
        let key = attempt.0.clone().into();
        let result = self
            .runtime
            .block_on(self.client.create_order(&order, &key))
            .map_err(fault);
        match result {
            Err(AskFault::Refused(_, _)) => {
                self.last = result;
                PaymentState::NotCharged(NotCharged::Declined)
            }
            Err(AskFault::Unreachable) => {
                self.last = result;
                PaymentState::NotCharged(NotCharged::Unavailable)
            }
            result => self.seen(attempt, result),
        }
    }

    /// An attempt whose order is not known here is looked up by its name: the platform says which order it made, if it arrived.
    fn poll(&mut self, attempt: &AttemptId) -> PaymentState {
        let result = match self.orders.get(attempt) {
            Some(order) => self.runtime.block_on(self.client.order(order)),
            None => {
                let key = attempt.0.clone().into();
                self.runtime.block_on(self.client.order_of_attempt(&key))
            }
        };
        match result.map_err(fault) {
            Err(AskFault::Refused(ProblemCode::NotFound, reference)) => {
                self.last = Err(AskFault::Refused(ProblemCode::NotFound, reference));
                PaymentState::NotCharged(NotCharged::Unavailable)
            }
            result => self.seen(attempt, result),
        }
    }

    /// Money at the register and on an account is taken at once; nothing is ever reserved.
    fn confirm(&mut self, attempt: &AttemptId) -> PaymentState {
        self.poll(attempt)
    }

    fn cancel(&mut self, attempt: &AttemptId) -> PaymentState {
        let Some(order) = self.orders.get(attempt) else {
            return PaymentState::NotCharged(NotCharged::Unavailable);
        };
        // The order can be cancelled once, so its number names the wish well enough.
        let key = format!("cancel-{order}").into();
        let result = self
            .runtime
            .block_on(self.client.cancel_order(order, &key))
            .map_err(fault);
        self.seen(attempt, result)
    }
}
