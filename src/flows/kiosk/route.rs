//! Where an order goes on, by the state the platform says it is in.

use kippu_api::orders::{Order, OrderState};

use super::{
    Desk, Phase,
    carry::{Carry, Parcel},
    slip::Slip,
    slip_result::SlipResult,
    view::SlipOutcome,
};

/// The phase in which an order that was found again goes on.
pub(super) fn to(order: Order, desk: &mut Desk) -> Phase {
    match order.state {
        OrderState::AwaitingPayment => Slip::found(order, desk),
        OrderState::Paid if order.late => SlipResult::open(order, SlipOutcome::Honoured),
        OrderState::Paid | OrderState::Granted => Carry::open(Parcel::of_order(order), desk),
        OrderState::Issued if !order.at_platform.is_empty() => {
            Carry::open(Parcel::of_order(order), desk)
        }
        OrderState::Issued => SlipResult::open(order, SlipOutcome::AlreadyIssued),
        OrderState::Cancelled => SlipResult::open(order, SlipOutcome::Cancelled),
        OrderState::Expired => SlipResult::open(order, SlipOutcome::Expired),
        OrderState::Refunded => SlipResult::open(order, SlipOutcome::Refunded),
    }
}
