//! Where a passing came to rest, and which phase that leads to.

use kippu_api::problem::ProblemCode;
use kippu_handover::outcome::Summary;

use super::*;
use crate::flows::kiosk::{
    input::HandoverFault,
    view::{ChooseNotice, WhyStays},
};

impl Passing {
    pub(super) fn news(mut self, news: &CardNews, desk: &mut Desk) -> Phase {
        let State::Working {
            doing,
            progress,
            paper,
            ..
        } = &mut self.state
        else {
            return Phase::Passing(self);
        };
        let doing = *doing;
        match news {
            CardNews::Progress(seen) => *progress = Some(*seen),
            CardNews::Paper(number) => *paper = *number,
            CardNews::Handover(Ok(news)) => return self.rested(doing, news, desk),
            CardNews::Handover(Err(fault)) => return self.failed(fault, doing, desk),
            _ => {}
        }
        Phase::Passing(self)
    }

    pub(super) fn rested(mut self, doing: Doing, news: &HandoverNews, desk: &mut Desk) -> Phase {
        if let Some(card) = &news.card {
            let places = Some(words::places(card));
            if card.uid == self.giver {
                self.giver_places = places;
            } else {
                self.receiver_places = places;
            }
        }
        self.at = Some(Rest {
            facts: news.facts.clone(),
            outcome: news.outcome.clone(),
            refused: self.refused(news),
            since: desk.now,
        });
        self.state = State::Resting;
        match &news.outcome {
            Outcome::Ended(summary) => return self.ended(summary, doing, news, desk),
            // The giver wanted to stop before anything was taken, and the platform will hear of it.
            _ if doing == Doing::Stopping && !self.in_kiosk() => return desk.go_home(),
            Outcome::Refused(problem) if !self.in_kiosk() => {
                return self.stays(why_stays(problem.code), desk);
            }
            Outcome::NeedsOperator => self.state = State::Stopped(TroubleKind::NeedsStaff),
            _ => {}
        }
        match doing {
            // Put away, as far as possible now.
            Doing::Keeping { nobody_came } if self.in_kiosk() => {
                KeptCode::open(&news.facts, nobody_came, desk)
            }
            // This kiosk begins at once with what people came for: the giver's card has only just been taken off.
            _ => Phase::Passing(self),
        }
    }

    /// What to say of the card that was laid, if it is not the one awaited. The one that was written last may lie there still.
    fn refused(&self, news: &HandoverNews) -> Option<CardRefusal> {
        let Outcome::LayCard {
            card, found, fault, ..
        } = &news.outcome
        else {
            return None;
        };
        if let Some(fault) = fault {
            return Some(words::refusal(*fault));
        }
        if !self.by_laying {
            return None;
        }
        if let Some(fault) = news.unopened {
            return Some(words::refusal(fault));
        }
        let found = (*found)?;
        let receiver = news.facts.receiver;
        match card {
            Some(wanted) if *wanted == found => None,
            Some(wanted) if *wanted == self.giver && receiver == Some(found) => {
                Some(CardRefusal::ReceiverNotGiver)
            }
            _ if found == self.giver => Some(CardRefusal::GiverAgain),
            Some(_) if receiver.is_some() => Some(CardRefusal::ThirdCard),
            _ => Some(CardRefusal::OtherCard),
        }
    }

    fn ended(
        mut self,
        summary: &Summary,
        doing: Doing,
        news: &HandoverNews,
        desk: &mut Desk,
    ) -> Phase {
        let moved = [
            &summary.given,
            &summary.given_back,
            &summary.parked,
            &summary.printed,
        ];
        if moved.iter().any(|tickets| !tickets.is_empty()) {
            let nobody_came = doing == Doing::Keeping { nobody_came: true };
            let only_parked =
                summary.parked.len() == moved.iter().map(|tickets| tickets.len()).sum::<usize>();
            if let (true, false, Some(money)) = (only_parked, nobody_came, self.money.take()) {
                return Refunding::open(&news.facts, money, desk);
            }
            if only_parked || nobody_came && !summary.parked.is_empty() {
                return KeptCode::open(&news.facts, nobody_came, desk);
            }
            return Passed::open(
                self.errand,
                news,
                self.giver_places,
                self.receiver_places,
                desk,
            );
        }
        if !summary.stayed.is_empty() || summary.refused.is_some() {
            if doing == Doing::Stopping {
                return desk.go_back();
            }
            if let Some(code) = words::refused(summary) {
                return self.stays(why_stays(code), desk);
            }
            // The yes held for the card as it was (R12): another yes is needed, if the holder still wants to.
            if desk.card_lies {
                let notice = Some(ChooseNotice::CardChanged);
                return Choosing::again(self.errand, Vec::new(), notice, desk);
            }
            self.state = State::Stopped(TroubleKind::NothingTaken);
            return Phase::Passing(self);
        }
        self.state = State::Stopped(TroubleKind::ElsewhereNow);
        Phase::Passing(self)
    }

    fn stays(mut self, why: Option<WhyStays>, desk: &mut Desk) -> Phase {
        match why {
            Some(WhyStays::Recalled) if desk.card_lies => {
                let recalled = self.tickets();
                let notice = Some(ChooseNotice::Stays(WhyStays::Recalled));
                Choosing::again(self.errand, recalled, notice, desk)
            }
            Some(why) => {
                self.state = State::Stopped(TroubleKind::TicketStays(why));
                Phase::Passing(self)
            }
            None => {
                self.state = State::Stopped(TroubleKind::Refused);
                Phase::Passing(self)
            }
        }
    }

    fn tickets(&self) -> Vec<kippu_ticket::ids::TicketId> {
        self.at
            .iter()
            .flat_map(|rest| &rest.facts.items)
            .map(|item| item.ticket)
            .collect()
    }

    fn failed(mut self, fault: &HandoverFault, doing: Doing, desk: &mut Desk) -> Phase {
        let kind = match fault {
            HandoverFault::Stays(why) if !self.in_kiosk() => {
                let notice = Some(ChooseNotice::Stays(*why));
                if desk.card_lies {
                    return Choosing::again(self.errand, Vec::new(), notice, desk);
                }
                TroubleKind::TicketStays(*why)
            }
            // The organizer does not allow that way for tickets that are here already: another way is open.
            HandoverFault::Stays(why) => TroubleKind::TicketStays(*why),
            HandoverFault::PlatformAway => TroubleKind::NotReached,
            HandoverFault::Refused(ProblemCode::NotOwner | ProblemCode::NotFound, _) => {
                TroubleKind::ElsewhereNow
            }
            HandoverFault::Refused(_, _) => TroubleKind::Refused,
            HandoverFault::StorageFull => TroubleKind::StorageFull,
            HandoverFault::Storage => TroubleKind::StorageFault,
            HandoverFault::NoRoom | HandoverFault::NotPossible | HandoverFault::BadAnswer => {
                TroubleKind::NeedsStaff
            }
        };
        // Nobody is here to read a trouble: the code goes onto paper and screen all the same.
        if let (Doing::Keeping { nobody_came: true }, Some(rest)) = (doing, &self.at) {
            return KeptCode::open(&rest.facts, true, desk);
        }
        self.state = State::Stopped(kind);
        Phase::Passing(self)
    }
}

fn why_stays(code: ProblemCode) -> Option<WhyStays> {
    match code {
        ProblemCode::NotTransferable => Some(WhyStays::NotTransferable),
        ProblemCode::Recalled => Some(WhyStays::Recalled),
        _ => None,
    }
}
