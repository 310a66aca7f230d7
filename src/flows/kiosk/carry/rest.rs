//! Where a carrying came to rest, in the customer's words.

use kippu_handover::{
    decide::CardWanted,
    outcome::{Outcome, Summary},
};

use super::*;
use crate::flows::kiosk::input::{HandoverFault, HandoverNews};

impl Carry {
    pub(super) fn rested(
        mut self,
        news: &Result<Box<HandoverNews>, HandoverFault>,
        desk: &mut Desk,
    ) -> Phase {
        let leaving = matches!(self.state, State::Leaving(_));
        let news = match news {
            Ok(news) => news,
            Err(fault) => return self.failed(fault, desk),
        };
        self.parcel.handover = Some(news.facts.handover);
        let torn = news.unopened.unwrap_or(CardFault::Torn);
        match &news.outcome {
            Outcome::Ended(summary) => self.ended(summary, leaving, news, desk),
            // A pending question comes before anything else (R5).
            Outcome::LayCard {
                card,
                why: CardWanted::ToAnswer,
                found,
                ..
            } => {
                self.unsettled = true;
                // Not the one that was to take its place.
                self.parcel.card = card.or(self.parcel.card);
                match (card, found) {
                    (Some(card), Some(found)) if card != found && !leaving => {
                        self.other_card(*card)
                    }
                    _ => self.stop(TroubleKind::CardTornUnknown),
                }
            }
            Outcome::LayCard {
                card: Some(card),
                found: Some(found),
                ..
            } if card != found => self.other_card(*card),
            Outcome::LayCard { fault, .. } => {
                self.unsettled = false;
                match fault.unwrap_or(torn) {
                    CardFault::Torn => self.stop(TroubleKind::CardTornNotWritten),
                    fault => self.stop(TroubleKind::Card(words::refusal(fault))),
                }
            }
            Outcome::TooFull { .. } => {
                self.unsettled = false;
                self.read(desk);
                Phase::Carry(self)
            }
            // Noted; the platform is told as soon as it answers.
            Outcome::PlatformAway if leaving => self.go_left(desk),
            Outcome::PlatformAway => self.stop(TroubleKind::NotReached),
            Outcome::Refused(problem) => self.refused(problem.code, desk),
            Outcome::PrinterNeeded(_) | Outcome::AskPeople { .. } | Outcome::NeedsOperator => {
                self.stop(TroubleKind::NeedsStaff)
            }
        }
    }

    fn ended(
        mut self,
        summary: &Summary,
        leaving: bool,
        news: &HandoverNews,
        desk: &mut Desk,
    ) -> Phase {
        self.parcel.handover = None;
        if let Some(code) = words::refused(summary) {
            return self.refused(code, desk);
        }
        if !summary.given.is_empty() {
            return Done::open(self.parcel, self.order, news, summary, desk);
        }
        if leaving {
            return self.go_left(desk);
        }
        if !summary.left_at_platform.is_empty() {
            self.unsettled = false;
            self.read(desk);
            return Phase::Carry(self);
        }
        // Issued anew or gone on elsewhere: the order says which.
        let code = if summary.disowned.is_empty() {
            ProblemCode::WrongState
        } else {
            ProblemCode::NotOwner
        };
        self.refused(code, desk)
    }

    fn failed(mut self, fault: &HandoverFault, desk: &mut Desk) -> Phase {
        match fault {
            HandoverFault::NoRoom => {
                self.unsettled = false;
                self.read(desk);
                Phase::Carry(self)
            }
            HandoverFault::StorageFull => self.stop(TroubleKind::StorageFull),
            HandoverFault::Storage => self.stop(TroubleKind::StorageFault),
            HandoverFault::PlatformAway => self.stop(TroubleKind::NotReached),
            HandoverFault::Refused(code, _) => self.refused(*code, desk),
            HandoverFault::Stays(_) | HandoverFault::NotPossible | HandoverFault::BadAnswer => {
                self.stop(TroubleKind::NeedsStaff)
            }
        }
    }

    fn refused(mut self, code: ProblemCode, desk: &mut Desk) -> Phase {
        match (code, self.parcel.full.take()) {
            (ProblemCode::NotOwner, Some(order)) => {
                SlipResult::open(*order, SlipOutcome::ElsewhereAtWork)
            }
            (ProblemCode::WrongState, Some(order)) => {
                let ask = Ask::PollPayment(order.order.clone());
                self.parcel.full = Some(order);
                self.state = State::Asking(desk.ask(ask));
                Phase::Carry(self)
            }
            (code, full) => {
                self.parcel.full = full;
                self.stop(match code {
                    ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany => {
                        TroubleKind::NotReached
                    }
                    ProblemCode::NotOwner | ProblemCode::WrongState | ProblemCode::NotFound => {
                        TroubleKind::ElsewhereNow
                    }
                    _ => TroubleKind::Refused,
                })
            }
        }
    }

    fn other_card(mut self, expected: CardUid) -> Phase {
        self.parcel.card = Some(expected);
        self.parcel.may_change_card = false;
        self.state = State::OtherCard { laid: None };
        Phase::Carry(self)
    }

    /// They are at the platform, or on their way there by themselves.
    fn go_left(mut self, desk: &mut Desk) -> Phase {
        self.parcel.handover = None;
        self.go(desk)
    }
}
