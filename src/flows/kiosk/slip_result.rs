//! What became of a slip that did not simply wait for payment: honoured late, refunded, expired, cancelled, issued already.

use kippu_api::orders::Order;

use super::{
    Desk, Phase, Step,
    carry::{Carry, Parcel},
    input::Input,
    view::{
        self, FirstKey, MoneyFact, Safety, Screen, SlipOutcome, Station, Stop, TicketFact, Touch,
        Way,
    },
    words,
};

pub(super) struct SlipResult {
    order: Order,
    outcome: SlipOutcome,
}

impl SlipResult {
    pub fn open(order: Order, outcome: SlipOutcome) -> Phase {
        Phase::SlipResult(Self { order, outcome })
    }

    fn safety(&self) -> Safety {
        let (count, sum) = (
            words::count(self.order.seats.len()),
            words::sum(&self.order),
        );
        let slip = self.order.slip.clone();
        let (ticket, money) = match self.outcome {
            SlipOutcome::Honoured => (TicketFact::AtPlatform { count, slip }, MoneyFact::Paid(sum)),
            SlipOutcome::Refunded => (TicketFact::SeatsReleased, MoneyFact::PaidBack(sum)),
            SlipOutcome::Expired | SlipOutcome::Cancelled => {
                (TicketFact::SeatsReleased, MoneyFact::NotCharged)
            }
            SlipOutcome::AlreadyIssued => (TicketFact::OnCard { count }, MoneyFact::Paid(sum)),
            SlipOutcome::ElsewhereAtWork => {
                (TicketFact::BeingChecked { count }, MoneyFact::Paid(sum))
            }
        };
        Safety { ticket, money }
    }
}

impl Step for SlipResult {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::Way(Way::GoOn)) if self.outcome == SlipOutcome::Honoured => {
                Carry::open(Parcel::of_order(self.order), desk)
            }
            Input::Touch(Touch::Way(Way::Finish) | Touch::First) => desk.go_home(),
            _ => Phase::SlipResult(self),
        }
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::SlipResult(view::SlipResult {
            number: self.order.slip.clone(),
            event: words::event_of_order(&self.order),
            tickets: words::count(self.order.seats.len()),
            outcome: self.outcome,
            safety: self.safety(),
            ways: match self.outcome {
                SlipOutcome::Honoured => vec![Way::GoOn, Way::Finish],
                SlipOutcome::ElsewhereAtWork => vec![Way::Finish, Way::CallStaff],
                _ => vec![Way::Finish],
            },
        })
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Pay))
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }
}
