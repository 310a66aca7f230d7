//! The platform has the tickets, paid or parked: they go onto the card. Every end of a writing has its way on; what is not known is found
//! out by laying the same card.

mod done;
mod parcel;
mod rest;
mod screen;

use kippu_api::{orders::Claim, problem::ProblemCode};
use kippu_card::capability::{CardContents, CardFault};
use kippu_handover::row::Destination;
use kippu_ticket::ids::CardUid;

use super::{
    Desk, Phase, Step,
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, AskFault, CardNews, Input, ReaderNews, WriteProgress},
    route,
    slip_result::SlipResult,
    view::{
        CardRefusal, FirstKey, LayPurpose, Screen, SlipOutcome, Station, Stop, Touch, TroubleKind,
        Way,
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
    /// The order of an interrupted carrying is being asked for: it says what was paid, and its receipt can be printed.
    order: Option<RequestNo>,
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
        let order = match &parcel.claim {
            Claim::Order(order) if parcel.full.is_none() => {
                Some(desk.ask(Ask::PollPayment(order.clone())))
            }
            _ => None,
        };
        let mut carry = Self {
            parcel,
            state: State::Waiting(LayPurpose::ToWrite),
            unsettled,
            order,
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
        self.state = State::Waiting(self.purpose());
    }

    fn purpose(&self) -> LayPurpose {
        match (&self.parcel.claim, self.unsettled) {
            (_, true) => LayPurpose::ToFindOut,
            (Claim::Order(_), false) => LayPurpose::ToWrite,
            (Claim::Parcel(_), false) => LayPurpose::ToPickUp,
        }
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
        // With the code any card will do, the first that is laid.
        let wanted = *self.parcel.card.get_or_insert(laid.card);
        if laid.card != wanted {
            self.state = State::OtherCard {
                laid: self.may_change_card().then_some(laid),
            };
        } else if !self.unsettled && laid.places.free() < self.parcel.count {
            self.state = State::TooFull(laid);
        } else {
            self.write(self.parcel.count, desk);
        }
    }

    /// Before the grant the order may name another card; afterwards as long as it is known that nothing reached the first.
    fn may_change_card(&self) -> bool {
        !self.unsettled && (self.parcel.may_change_card || self.parcel.handover.is_some())
    }

    fn write(&mut self, room: u8, desk: &mut Desk) {
        let job = match (self.parcel.handover, self.parcel.card) {
            (Some(handover), _) => CardJob::Advance { handover },
            (None, Some(card)) => CardJob::Begin {
                claim: self.parcel.claim.clone(),
                code: self.parcel.code,
                card,
                room,
            },
            (None, None) => return self.read(desk),
        };
        self.work(job, desk);
    }

    fn work(&mut self, job: CardJob, desk: &mut Desk) {
        self.state = State::Writing {
            no: desk.card(job),
            progress: None,
        };
    }

    fn change_card(&mut self, laid: Laid, desk: &mut Desk) {
        let (card, room) = (laid.card, laid.places.free());
        match (&self.parcel.claim, self.parcel.handover) {
            (_, Some(handover)) => {
                self.parcel.card = Some(card);
                let job = CardJob::OtherCard {
                    handover,
                    card,
                    room,
                };
                self.work(job, desk);
            }
            (Claim::Order(order), None) => {
                let (order, key) = (order.clone(), desk.key());
                let ask = Ask::ChangeCard {
                    order,
                    card,
                    room,
                    key,
                };
                self.state = State::Changing(desk.ask(ask), laid);
            }
            (Claim::Parcel(_), None) => {}
        }
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
            Err(AskFault::Refused(ProblemCode::CardTooFull, _)) => {
                self.state = State::TooFull(laid)
            }
            // Granted already: only the first card will do.
            Err(AskFault::Refused(_, _)) => {
                self.parcel.may_change_card = false;
                self.state = State::OtherCard { laid: None };
            }
            Ok(_) | Err(_) => self.state = State::Stopped(TroubleKind::NotReached),
        }
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
            (Way::LeaveAtPlatform, _) => match self.parcel.handover {
                Some(handover) => {
                    self.state = State::Leaving(desk.card(CardJob::Redirect {
                        handover,
                        to: Destination::Platform,
                    }));
                }
                // Nothing was begun: they are there.
                None => return self.go(desk),
            },
            (Way::TryAgain, _) => self.lay(desk),
            (Way::LayCard | Way::LayOtherCard, _) => self.wait(),
            (Way::Finish, _) => return self.go(desk),
            _ => {}
        }
        Phase::Carry(self)
    }

    /// Leaves: the slip's number or the card finds them again. What this kiosk was granted and is known not to be on a card goes back to the
    /// platform, so that any kiosk can write it.
    fn go(self, desk: &mut Desk) -> Phase {
        if let (Some(handover), false, false) =
            (self.parcel.handover, self.unsettled, self.parcel.staff)
        {
            desk.card(CardJob::Redirect {
                handover,
                to: Destination::Platform,
            });
        }
        desk.go_back()
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
                    news: CardNews::Handover(news),
                },
                State::Writing { no: open, .. } | State::Leaving(open),
            ) if no == open => {
                return self.rested(news, desk);
            }
            (Input::Platform { no, answer }, _) if self.order == Some(*no) => {
                self.order = None;
                if let Ok(Answer::Order(order)) = &**answer {
                    self.parcel.know(order);
                }
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

    fn station(&self) -> Option<Stop> {
        self.parcel.stop(Station::Card)
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

    fn end(self, desk: &mut Desk) -> Phase {
        self.go(desk)
    }
}
