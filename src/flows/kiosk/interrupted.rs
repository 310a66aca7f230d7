//! Start-up found handovers that were interrupted: the staff sees them before anything else is offered.

use super::{
    Desk, Phase, Step,
    carry::{Carry, Parcel},
    effect::CardJob,
    input::{Input, OpenHandover},
    view::{
        self, FirstKey, InterruptedRow, InterruptedState, MoneyFact, Safety, Screen, TicketFact,
        Touch,
    },
    words,
};

pub(super) struct Interrupted {
    current: usize,
}

impl Interrupted {
    pub fn open() -> Self {
        Self { current: 0 }
    }

    /// Nobody is here: what is known not to be on a card goes back to the platform, so that any kiosk can write it; what only the
    /// card knows stays open until it is laid here again.
    fn leave_all(desk: &mut Desk) -> Phase {
        let known: Vec<String> = desk
            .interrupted
            .iter()
            .filter(|row| !row.unknown)
            .map(|row| row.order.clone())
            .collect();
        for order in known {
            desk.card(CardJob::Leave { order });
        }
        desk.interrupted.clear();
        desk.go_home()
    }
}

impl Step for Interrupted {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::NextInterrupted) => {
                self.current = (self.current + 1) % desk.interrupted.len().max(1);
            }
            Input::Touch(Touch::FinishInterrupted) => {
                if let Some(row) = desk.interrupted.get(self.current).cloned() {
                    return Carry::open(Parcel::of_interrupted(&row), desk);
                }
            }
            Input::Touch(Touch::LeaveInterrupted) => return Self::leave_all(desk),
            _ => {}
        }
        Phase::Interrupted(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let row = |row: &OpenHandover| {
            let (state, ticket) = if row.unknown {
                (
                    InterruptedState::Unknown,
                    TicketFact::BeingChecked { count: row.tickets },
                )
            } else {
                (
                    InterruptedState::NotWritten,
                    TicketFact::AtPlatform {
                        count: row.tickets,
                        slip: String::new(),
                    },
                )
            };
            InterruptedRow {
                tickets: row.tickets,
                ending: words::ending(row.card),
                event_name: row.event_name.clone(),
                slip: String::new(),
                since: desk.here(row.since),
                state,
                safety: Safety {
                    ticket,
                    money: MoneyFact::PaidBefore,
                },
            }
        };
        Screen::Interrupted(view::Interrupted {
            rows: desk.interrupted.iter().map(row).collect(),
            current: self.current,
            busy: false,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::None
    }

    fn may_idle(&self) -> bool {
        false
    }
}
