//! Tickets wait under a code: the slip with it, and the screen until somebody reads it or a while has passed.

use kippu_handover::{
    facts::{Facts, Standing},
    row::ItemState,
};

use super::{
    Desk, Phase, Step,
    effect::{PaperJob, RequestNo},
    input::{Input, ReaderNews},
    look::Look,
    passing::Passing,
    view::{self, FirstKey, Kept, Paper, Screen, Touch, Way},
    words,
};

pub(super) struct KeptCode {
    facts: Facts,
    kept: Kept,
    nobody_came: bool,
    paper: Paper,
    printing: Option<RequestNo>,
}

impl KeptCode {
    /// Says where they wait, by what the journal knows.
    pub fn open(facts: &Facts, nobody_came: bool, desk: &mut Desk) -> Phase {
        Self::at(place(facts), facts, nobody_came, desk)
    }

    /// The same, where the flow knows more of the place than the journal.
    pub fn at(kept: Kept, facts: &Facts, nobody_came: bool, desk: &mut Desk) -> Phase {
        let mut this = Self {
            kept,
            facts: facts.clone(),
            nobody_came,
            paper: Paper::NotWanted,
            printing: None,
        };
        this.print(desk);
        Phase::Kept(this)
    }

    /// The card that alone can tell was laid, or another. What was answered meanwhile is seen by looking at the card.
    fn ask_card(self, desk: &mut Desk) -> Phase {
        let open = desk.handover(self.facts.handover).cloned();
        open.and_then(|facts| Passing::asked_of_laid(&facts, desk))
            .unwrap_or_else(|| Look::open(desk))
    }

    fn print(&mut self, desk: &mut Desk) {
        if self.printing.is_some() {
            return;
        }
        self.printing = desk.print(PaperJob::Kept {
            facts: Box::new(self.facts.clone()),
            kept: self.kept.clone(),
            language: desk.appearance.language,
        });
        self.paper = match self.printing {
            Some(_) => Paper::Printing,
            None => Paper::NotWanted,
        };
    }
}

/// The slip alone, where nobody stands before the screen.
pub(super) fn print_slip(facts: &Facts, desk: &mut Desk) {
    let waits = |state| {
        matches!(
            state,
            ItemState::Kept | ItemState::Pending | ItemState::Parked
        )
    };
    if words::count_of(facts, waits) > 0 {
        desk.print(PaperJob::Kept {
            facts: Box::new(facts.clone()),
            kept: place(facts),
            language: desk.appearance.language,
        });
    }
}

/// Where the tickets of a handover wait that was to be put away.
fn place(facts: &Facts) -> Kept {
    let any = |state| facts.items.iter().any(|item| item.state == state);
    let pending = any(ItemState::Pending);
    match (facts.standing, facts.waits_for_card) {
        (Standing::Ended, card) if any(ItemState::Released) => Kept::LetGo(card.map(words::ending)),
        (Standing::Ended, _) => Kept::AtPlatform,
        (_, Some(card)) => Kept::OnlyCard(words::ending(card)),
        // Nobody but the platform knows whether it has them already: any kiosk can ask it.
        (Standing::Leaving, None) if pending => Kept::OnTheWay,
        _ => Kept::InKiosk,
    }
}

impl Step for KeptCode {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printing = None;
                self.paper = words::paper(*end);
            }
            Input::Reader(ReaderNews::Present) if matches!(self.kept, Kept::OnlyCard(_)) => {
                return self.ask_card(desk);
            }
            // A paper whose end nobody knows is no second copy of the tickets: the code is the same.
            Input::Touch(Touch::PrintAgain | Touch::Way(Way::PrintAgain)) => self.print(desk),
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_back(),
            _ => {}
        }
        Phase::Kept(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::KeptCode(view::KeptCode {
            code: self.facts.code.to_string(),
            tickets: words::count_of(&self.facts, |state| {
                !state.is_final() || matches!(state, ItemState::Parked | ItemState::Released)
            }),
            kept: self.kept.clone(),
            nobody_came: self.nobody_came,
            paper: self.paper,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }

    fn may_idle(&self) -> bool {
        // The code stands there until the slip is out.
        self.printing.is_none()
    }

    fn end(self, desk: &mut Desk) -> Phase {
        desk.go_back()
    }
}
