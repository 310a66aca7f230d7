//! One open handover for the staff. At start-up every one of them comes before anything else is offered: what a crash or a power cut left.

use kippu_handover::{
    facts::{Facts, Standing},
    outcome::Outcome,
    row::Destination,
};
use kippu_ticket::ids::HandoverId;

use super::{ClerkEntry, List, words};
use crate::flows::kiosk::{
    Desk, Phase, Step,
    carry::{Carry, Parcel},
    effect::{CardJob, RequestNo},
    input::{CardNews, HandoverFault, HandoverNews, Input},
    kept::{self, KeptCode},
    passing::{Bearer, Passing},
    view::{self, FirstKey, Remedy, Screen, StaffAct, StaffNotice, Touch},
};

pub(in crate::flows::kiosk) struct One {
    /// Opened from the list; at start-up all of them, one after the other.
    only: Option<HandoverId>,
    current: usize,
    working: Option<RequestNo>,
    /// Nobody is here: these were put away, and the rest follows.
    left: Vec<HandoverId>,
    notice: Option<StaffNotice>,
}

impl One {
    /// One of the list.
    pub fn open(id: HandoverId) -> Phase {
        Phase::StaffOne(Self {
            only: Some(id),
            current: 0,
            working: None,
            left: Vec::new(),
            notice: None,
        })
    }

    /// What start-up found, as long as any of it is left; then home.
    pub fn next_at_start(desk: &mut Desk) -> Phase {
        if desk.open_handovers.is_empty() {
            return desk.go_home();
        }
        desk.starting = true;
        Phase::StaffOne(Self {
            only: None,
            current: 0,
            working: None,
            left: Vec::new(),
            notice: None,
        })
    }

    fn facts<'d>(&self, desk: &'d Desk) -> Option<&'d Facts> {
        match self.only {
            Some(id) => desk.handover(id),
            None => desk
                .open_handovers
                .get(self.current)
                .or(desk.open_handovers.first()),
        }
    }

    fn act(mut self, act: StaffAct, desk: &mut Desk) -> Phase {
        let Some(facts) = self.facts(desk).cloned() else {
            return desk.go_back();
        };
        if !acts(&facts, self.only.is_none(), desk).contains(&act) {
            return Phase::StaffOne(self);
        }
        self.notice = None;
        let to_platform = Destination::Platform;
        match act {
            StaffAct::Next => self.current = (self.current + 1) % desk.open_handovers.len().max(1),
            StaffAct::Leave if self.only.is_none() => return self.leave_next(desk),
            StaffAct::Leave => return List::open(desk),
            StaffAct::Finish => return self.finish(&facts, desk),
            StaffAct::LogIn => return ClerkEntry::open(None, desk),
            StaffAct::GiveBack => {
                return Passing::redirected(&facts, Destination::Giver, Bearer::Anyone, desk)
                    .unwrap_or(Phase::StaffOne(self));
            }
            StaffAct::KeepAndPrint => {
                return Passing::redirected(&facts, to_platform, Bearer::Anyone, desk)
                    .unwrap_or(Phase::StaffOne(self));
            }
            StaffAct::PutAway => self.work(&facts, to_platform, desk),
            StaffAct::Release => self.work(&facts, Destination::Elsewhere, desk),
        }
        Phase::StaffOne(self)
    }

    fn work(&mut self, facts: &Facts, to: Destination, desk: &mut Desk) {
        let job = CardJob::Redirect {
            handover: facts.handover,
            to,
        };
        self.working = Some(desk.card(job));
    }

    fn finish(mut self, facts: &Facts, desk: &mut Desk) -> Phase {
        match words::waits(facts).1 {
            Remedy::AnswerPaper => return ClerkEntry::open(Some(facts.handover), desk),
            Remedy::Send => {
                let job = CardJob::Advance {
                    handover: facts.handover,
                };
                self.working = Some(desk.card(job));
                return Phase::StaffOne(self);
            }
            Remedy::None | Remedy::CallOperator => return Phase::StaffOne(self),
            Remedy::LayCard | Remedy::LayGiver | Remedy::Print => {}
        }
        match Parcel::of_open(facts, true) {
            Some(parcel) => Carry::open(parcel, desk),
            None => {
                Passing::resume(facts, Bearer::Anyone, None, desk).unwrap_or(Phase::StaffOne(self))
            }
        }
    }

    /// Nobody is here: one after the other is put away, each with a slip that carries its code; what only a card or people can answer stays.
    /// Then the kiosk opens.
    fn leave_next(mut self, desk: &mut Desk) -> Phase {
        let next = desk
            .open_handovers
            .iter()
            .find(|facts| !is_question(facts) && !self.left.contains(&facts.handover))
            .cloned();
        let Some(facts) = next else {
            return desk.go_home();
        };
        self.left.push(facts.handover);
        let to = match facts.standing {
            // Nothing was taken: the yes ends here.
            Standing::Asking | Standing::Agreed if facts.giver.is_some() => Destination::Giver,
            _ => Destination::Platform,
        };
        self.work(&facts, to, desk);
        Phase::StaffOne(self)
    }

    fn worked(mut self, news: &Result<Box<HandoverNews>, HandoverFault>, desk: &mut Desk) -> Phase {
        self.working = None;
        if !self.left.is_empty() {
            // One that failed is still in the journal, and goes on by itself.
            if let Ok(news) = news {
                kept::print_slip(&news.facts, desk);
            }
            return self.leave_next(desk);
        }
        self.notice = Some(match news {
            Ok(news) => match &news.outcome {
                Outcome::Ended(summary) if !summary.released.is_empty() => {
                    return KeptCode::open(&news.facts, false, desk);
                }
                Outcome::Ended(_) => return desk.go_back(),
                Outcome::PlatformAway => StaffNotice::NotReached,
                Outcome::LayCard { .. }
                | Outcome::AskPeople { .. }
                | Outcome::TooFull { .. }
                | Outcome::PrinterNeeded(_) => StaffNotice::AnswerFirst,
                Outcome::Refused(_) | Outcome::NeedsOperator => StaffNotice::Operator,
            },
            Err(HandoverFault::PlatformAway) => StaffNotice::NotReached,
            Err(HandoverFault::StorageFull | HandoverFault::Storage) => StaffNotice::StorageFault,
            Err(_) => StaffNotice::Operator,
        });
        Phase::StaffOne(self)
    }
}

/// Whether only a card or people can say what happened.
fn is_question(facts: &Facts) -> bool {
    matches!(
        facts.standing,
        Standing::Unknown(_) | Standing::PaperUnconfirmed { .. }
    )
}

/// What can be done with it, the one that helps first.
fn acts(facts: &Facts, start_up: bool, desk: &Desk) -> Vec<StaffAct> {
    let (_, remedy) = words::waits(facts);
    let mut acts = Vec::new();
    if !matches!(remedy, Remedy::None | Remedy::CallOperator) {
        acts.push(StaffAct::Finish);
    }
    let from_card = facts.purpose.is_some();
    if from_card && facts.standing == Standing::Kept {
        if facts.destination != Destination::Giver {
            acts.push(StaffAct::GiveBack);
        }
        acts.push(StaffAct::KeepAndPrint);
    }
    if !from_card && !is_question(facts) {
        acts.push(StaffAct::PutAway);
    }
    // Its tickets then belong to whoever comes with the card or the code, so a clerk has to say so.
    let unprinted = !matches!(facts.standing, Standing::PaperUnconfirmed { .. });
    if desk.clerk.is_some() && desk.online && from_card && unprinted {
        acts.push(StaffAct::Release);
    }
    if start_up && desk.open_handovers.len() > 1 {
        acts.push(StaffAct::Next);
    }
    if start_up {
        acts.push(StaffAct::LogIn);
    }
    acts.push(StaffAct::Leave);
    acts
}

impl Step for One {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Card {
                no,
                news: CardNews::Handover(news),
            } if self.working == Some(*no) => self.worked(news, desk),
            Input::Touch(_) if self.working.is_some() => Phase::StaffOne(self),
            Input::Touch(Touch::StaffAct(act)) => self.act(*act, desk),
            Input::Touch(Touch::First) if self.only.is_some() => List::open(desk),
            // It ended by itself, and nothing of it is left to be shown.
            _ if self.facts(desk).is_none() => desk.go_back(),
            _ => Phase::StaffOne(self),
        }
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let start_up = self.only.is_none();
        let Some(facts) = self.facts(desk) else {
            return Screen::OpenHandovers(view::OpenHandovers {
                clerk: desk.clerk.clone().unwrap_or_default(),
                rows: Vec::new(),
                count: 0,
                page: 0,
                pages: 1,
                unsent: 0,
                busy: true,
            });
        };
        Screen::OneHandover(Box::new(view::OneHandover {
            row: words::row(facts, desk),
            holder: words::holder(facts),
            safety: words::safety(facts),
            acts: acts(facts, start_up, desk),
            place: if start_up {
                (
                    self.current.min(desk.open_handovers.len() - 1),
                    desk.open_handovers.len(),
                )
            } else {
                (0, 1)
            },
            start_up,
            busy: self.working.is_some(),
            notice: self.notice,
        }))
    }

    fn first_key(&self) -> FirstKey {
        if self.only.is_some() && self.working.is_none() {
            FirstKey::Back
        } else {
            FirstKey::None
        }
    }

    /// At start-up it stands until somebody comes.
    fn may_idle(&self) -> bool {
        self.only.is_some() && self.working.is_none()
    }
}
