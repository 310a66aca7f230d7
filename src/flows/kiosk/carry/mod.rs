//! Paid: the tickets go onto the card. Every end of a writing has its way on; what is not known is found out by laying the same card.

mod done;
mod parcel;
mod screen;

use kippu_api::problem::ProblemCode;
use kippu_card::capability::{CardContents, CardFault};
use kippu_ticket::ids::CardUid;

use super::{
    Desk, Phase, Step,
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, AskFault, CardNews, Input, ReaderNews, WriteEnd, WriteProgress},
    route,
    slip_result::SlipResult,
    view::{
        CardRefusal, FirstKey, LayPurpose, Screen, SlipOutcome, Station, Touch, TroubleKind, Way,
    },
    words,
};
use crate::flows::facts::Places;
pub(super) use done::Done;
pub(super) use parcel::Parcel;

pub(super) struct Carry {
    parcel: Parcel,
    state: State,
    /// An earlier writing may have reached the card: its room says nothing until that is known.
    unsettled: bool,
}

/// The card on the reader, as it was checked.
#[derive(Debug, Clone, Copy)]
struct Laid {
    card: CardUid,
    places: Places,
}

enum State {
    Waiting(LayPurpose),
    Reading(RequestNo),
    Refused(CardRefusal),
    /// Another card than the one named; it may take the place while nothing was granted.
    OtherCard {
        laid: Option<Laid>,
    },
    Changing(RequestNo, Laid),
    TooFull(Laid),
    Writing {
        no: RequestNo,
        progress: Option<WriteProgress>,
    },
    Stopped(TroubleKind),
    Leaving(RequestNo),
    /// Asking the order again after a refusal.
    Asking(RequestNo),
}

impl Carry {
    pub fn open(parcel: Parcel, desk: &mut Desk) -> Phase {
        let unsettled = parcel.unsettled;
        let mut carry = Self {
            parcel,
            state: State::Waiting(LayPurpose::ToWrite),
            unsettled,
        };
        carry.lay(desk);
        Phase::Carry(carry)
    }

    /// Waits for the card, or reads the one that lies there.
    fn lay(&mut self, desk: &mut Desk) {
        if desk.card_lies {
            self.read(desk)
        } else {
            self.wait()
        }
    }

    fn wait(&mut self) {
        self.state = State::Waiting(if self.unsettled {
            LayPurpose::ToFindOut
        } else {
            LayPurpose::ToWrite
        });
    }

    fn read(&mut self, desk: &mut Desk) {
        self.state = State::Reading(desk.card(CardJob::Check));
    }

    fn card_read(&mut self, read: &Result<Box<CardContents>, CardFault>, desk: &mut Desk) {
        let contents = match read {
            Ok(contents) => contents,
            Err(fault) => {
                self.state = State::Refused(words::refusal(*fault));
                return;
            }
        };
        let laid = Laid {
            card: contents.uid,
            places: words::places(contents),
        };
        if laid.card != self.parcel.card {
            self.state = State::OtherCard {
                laid: self.parcel.may_change_card.then_some(laid),
            };
        } else if !self.unsettled && laid.places.free() < self.parcel.count {
            self.state = State::TooFull(laid);
        } else {
            self.write(self.parcel.count, desk);
        }
    }

    fn write(&mut self, room: u8, desk: &mut Desk) {
        let job = CardJob::Write {
            order: self.parcel.order.clone(),
            card: self.parcel.card,
            room,
        };
        self.state = State::Writing {
            no: desk.card(job),
            progress: None,
        };
    }

    fn change_card(&mut self, laid: Laid, desk: &mut Desk) {
        let (order, key) = (self.parcel.order.clone(), desk.key());
        let ask = Ask::ChangeCard {
            order,
            card: laid.card,
            room: laid.places.free(),
            key,
        };
        self.state = State::Changing(desk.ask(ask), laid);
    }

    fn card_changed(&mut self, answer: &Result<Answer, AskFault>, laid: Laid, desk: &mut Desk) {
        match answer {
            Ok(Answer::CardChanged(order)) => {
                self.parcel = Parcel::of_order(order.clone());
                if laid.places.free() < self.parcel.count {
                    self.state = State::TooFull(laid);
                } else if desk.card_lies {
                    self.write(self.parcel.count, desk);
                } else {
                    self.wait();
                }
            }
            Err(AskFault::Refused(ProblemCode::CardTooFull)) => self.state = State::TooFull(laid),
            // Granted already: only the first card will do.
            Err(AskFault::Refused(_)) => {
                self.parcel.may_change_card = false;
                self.state = State::OtherCard { laid: None };
            }
            Ok(_) | Err(_) => self.state = State::Stopped(TroubleKind::NotReached),
        }
    }

    fn written(mut self, end: &WriteEnd, desk: &mut Desk) -> Phase {
        let stopped = match end {
            WriteEnd::Written {
                tickets,
                left,
                places,
            } => {
                return Done::open(self.parcel, tickets, *left, *places, desk);
            }
            WriteEnd::NotWritten(CardFault::Torn) => {
                self.unsettled = false;
                TroubleKind::CardTornNotWritten
            }
            WriteEnd::NotWritten(fault) => TroubleKind::Card(words::refusal(*fault)),
            WriteEnd::Unknown(_) => {
                self.unsettled = true;
                TroubleKind::CardTornUnknown
            }
            WriteEnd::OtherCard { expected } => {
                self.parcel.card = *expected;
                self.parcel.may_change_card = false;
                self.state = State::OtherCard { laid: None };
                return Phase::Carry(self);
            }
            WriteEnd::NothingFits => {
                self.unsettled = false;
                self.read(desk);
                return Phase::Carry(self);
            }
            WriteEnd::PlatformAway => TroubleKind::NotReached,
            WriteEnd::Refused(ProblemCode::NotOwner) => {
                return match self.parcel.full {
                    Some(order) => SlipResult::open(*order, SlipOutcome::ElsewhereAtWork),
                    None => self.stop(TroubleKind::NeedsStaff),
                };
            }
            WriteEnd::Refused(ProblemCode::WrongState) if self.parcel.full.is_some() => {
                let ask = Ask::PollPayment(self.parcel.order.clone());
                self.state = State::Asking(desk.ask(ask));
                return Phase::Carry(self);
            }
            WriteEnd::Refused(ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany) => {
                TroubleKind::NotReached
            }
            WriteEnd::Refused(_) => TroubleKind::Refused,
            WriteEnd::NeedsOperator => TroubleKind::NeedsStaff,
            WriteEnd::StorageFault => TroubleKind::StorageFault,
        };
        self.stop(stopped)
    }

    fn stop(mut self, kind: TroubleKind) -> Phase {
        self.state = State::Stopped(kind);
        Phase::Carry(self)
    }

    fn asked_again(self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        match answer {
            // The platform holds it granted elsewhere or in between: going round again would not end.
            Ok(Answer::Order(order)) if order.state == kippu_api::orders::OrderState::Granted => {
                SlipResult::open(order.clone(), SlipOutcome::ElsewhereAtWork)
            }
            Ok(Answer::Order(order)) => route::to(order.clone(), desk),
            _ => self.stop(TroubleKind::NotReached),
        }
    }

    fn way(mut self, way: &Way, desk: &mut Desk) -> Phase {
        match (way, &self.state) {
            (Way::UseThisCard, State::OtherCard { laid: Some(laid) }) => {
                let laid = *laid;
                self.change_card(laid, desk);
            }
            (Way::WriteSome(count), State::TooFull(laid)) if *count <= laid.places.free() => {
                let count = *count;
                if desk.card_lies {
                    self.write(count, desk)
                } else {
                    self.wait()
                }
            }
            (Way::LeaveAtPlatform, _) => {
                let order = self.parcel.order.clone();
                self.state = State::Leaving(desk.card(CardJob::Leave { order }));
            }
            (Way::TryAgain, _) => self.lay(desk),
            (Way::LayCard | Way::LayOtherCard, _) => self.wait(),
            (Way::Finish, _) => return self.go(desk),
            _ => {}
        }
        Phase::Carry(self)
    }

    /// Leaves: the tickets stay where they are known to be, the slip's number or the card finds them again.
    fn go(self, desk: &mut Desk) -> Phase {
        if self.parcel.staff {
            desk.go_to_staff()
        } else {
            desk.go_home()
        }
    }

    fn is_working(&self) -> bool {
        match self.state {
            State::Reading(_)
            | State::Changing(..)
            | State::Writing { .. }
            | State::Leaving(_)
            | State::Asking(_) => true,
            State::Waiting(_)
            | State::Refused(_)
            | State::OtherCard { .. }
            | State::TooFull(_)
            | State::Stopped(_) => false,
        }
    }
}

impl Step for Carry {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        let working = self.is_working();
        match (input, &mut self.state) {
            (
                Input::Card {
                    no,
                    news: CardNews::Read(read),
                },
                State::Reading(open),
            ) if no == open => {
                self.card_read(read, desk);
            }
            (
                Input::Card {
                    no,
                    news: CardNews::Progress(seen),
                },
                State::Writing { no: open, progress },
            ) if no == open => {
                *progress = Some(*seen);
            }
            (
                Input::Card {
                    no,
                    news: CardNews::Written(end),
                },
                State::Writing { no: open, .. },
            ) if no == open => {
                return self.written(end, desk);
            }
            (
                Input::Card {
                    no,
                    news: CardNews::Left(settled),
                },
                State::Leaving(open),
            ) if no == open => {
                if *settled {
                    desk.interrupted
                        .retain(|row| row.order != self.parcel.order);
                    return self.go(desk);
                }
                // A pending question comes before anything else (R5).
                self.unsettled = true;
                return self.stop(TroubleKind::CardTornUnknown);
            }
            (Input::Platform { no, answer }, State::Changing(open, laid)) if no == open => {
                let laid = *laid;
                self.card_changed(answer, laid, desk);
            }
            (Input::Platform { no, answer }, State::Asking(open)) if no == open => {
                return self.asked_again(answer, desk);
            }
            (Input::Reader(ReaderNews::Present), _) if !working => self.read(desk),
            (Input::Touch(Touch::Way(way)), _) if !working => return self.way(way, desk),
            (Input::Touch(Touch::First), _) if !working => return self.go(desk),
            _ => {}
        }
        Phase::Carry(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        screen::of(self, desk)
    }

    fn station(&self) -> Option<Station> {
        (!self.parcel.staff).then_some(Station::Card)
    }

    fn first_key(&self) -> FirstKey {
        if self.is_working() {
            FirstKey::None
        } else {
            FirstKey::Start
        }
    }

    fn may_idle(&self) -> bool {
        !self.is_working()
    }
}
