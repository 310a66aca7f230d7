//! What goes on between the flow's jobs: reports that wait, tickets on their way to the platform, questions the platform may answer by now.

use std::time::{Duration, Instant};

use kippu_handover::{
    facts::{Facts, Standing},
    machine::{Hands, Machine},
    outcome::Outcome,
};
use kippu_ticket::ids::EventId;

use super::{CardDesk, handover::send, open_facts};
use crate::flows::kiosk::input::{Input, Storage};

/// How often what waits for the platform is tried again.
const OFTEN: Duration = Duration::from_secs(5);
/// How often the platform is asked about tickets it may have heard of from others.
const SELDOM: Duration = Duration::from_secs(60);

/// When what was done last, and what the flow was told last.
pub(super) struct Background {
    often: Instant,
    seldom: Instant,
    told_open: Option<Vec<Facts>>,
    told_events: Option<Vec<EventId>>,
    told_storage: Option<Storage>,
}

impl Default for Background {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            often: now,
            seldom: now,
            told_open: None,
            told_events: None,
            told_storage: None,
        }
    }
}

impl Background {
    /// A job was done: its news say what it changed, so that is no news of ours.
    pub(super) fn look_again(&mut self, desk: &mut CardDesk) {
        self.told_open = None;
        self.tell_storage(desk);
    }

    /// Tells whether anything new may be begun, where that changed.
    pub(super) fn tell_storage(&mut self, desk: &mut CardDesk) {
        let storage = desk.storage();
        if self.told_storage != Some(storage) {
            tracing::info!(?storage, "the journal's storage");
            desk.mailbox.send(Input::Storage(storage));
            self.told_storage = Some(storage);
        }
    }

    /// Does what is due, while nobody has a job.
    pub(super) fn go_on(&mut self, desk: &mut CardDesk) {
        self.tell_events(desk);
        if self.often.elapsed() < OFTEN {
            return;
        }
        self.tell_storage(desk);
        let before = match self.told_open.take() {
            Some(told) => told,
            None => facts(desk),
        };
        let there = send(&mut Machine::new(&mut desk.journal, &desk.hurried));
        // Where the reports do not get through, nothing else does.
        if there {
            let seldom = self.seldom.elapsed() >= SELDOM;
            advance_all(desk, &before, seldom);
            if seldom {
                self.seldom = Instant::now();
            }
        }
        let now = facts(desk);
        if now != before {
            desk.mailbox.send(Input::OpenHandovers(now.clone()));
        }
        self.told_open = Some(now);
        // Counted from the end: a platform that lets us wait must not keep the reader busy.
        self.often = Instant::now();
    }

    fn tell_events(&mut self, desk: &CardDesk) {
        let events = desk.local.events();
        if self.told_events.as_ref() != Some(&events) {
            desk.mailbox.send(Input::LocalKeys(events.clone()));
            self.told_events = Some(events);
        }
    }
}

/// Goes on with those the platform alone can help, until it turns out to be away.
fn advance_all(desk: &mut CardDesk, open: &[Facts], seldom: bool) {
    for handover in open.iter().filter(|facts| may_go_on(facts, seldom)) {
        let mut machine = Machine::new(&mut desk.journal, &desk.hurried).with_keys(&*desk.local);
        match machine.advance(handover.handover, Hands::empty(), &mut |_| ()) {
            Ok(Outcome::PlatformAway) => return,
            Ok(Outcome::Ended(_)) => {
                send(&mut machine);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, handover = %handover.handover, "a handover cannot go on")
            }
        }
    }
}

/// Nothing that needs a card or a yes begins here; what moves is what people sent on its way before.
fn may_go_on(facts: &Facts, seldom: bool) -> bool {
    match facts.standing {
        Standing::Leaving => true,
        // Issued anew, or told by another terminal's report.
        Standing::Kept | Standing::Unknown(_) => seldom,
        Standing::Asking
        | Standing::Agreed
        | Standing::PaperUnconfirmed { .. }
        | Standing::Ended => false,
    }
}

fn facts(desk: &CardDesk) -> Vec<Facts> {
    open_facts(&desk.journal).unwrap_or_else(|error| {
        tracing::error!(%error, "the journal cannot be read");
        Vec::new()
    })
}
