//! The machine: does what [`crate::decide`] says, one action at a time, until only a card, the platform or a person can help.
//!
//! ## Steps of a purchase (platform → card)
//! | step | written first | then | commit point |
//! |---|---|---|---|
//! | begin | row, grant `Asked` | nothing | the row |
//! | ask | (the row is there) | `grant`, repeated with the same handover until answered | the platform's grant |
//! | keep | row `Granted`, items `Kept`, their bytes | nothing | the row |
//! | give | intent: card, sequence, operation, items `Giving` | the card's change, in the session the sequence was read in | the card's commit |
//! | conclude | items `Given` or `Kept` again, report queued | nothing | the row |
//! | leave | items `LeftAtPlatform`, report queued | nothing | the row: these are never given by this handover again |
//! | report | (the outbox holds it) | `report`, repeated until answered | the platform's receipt |
//!
//! ## What a crash leaves
//! - after *begin* or while asking: a row `Asked`; asking again gives the same tickets or a refusal. Nothing is on any card.
//! - after *keep*: the tickets are here, on no card. Lay the card, or leave them.
//! - after the intent, before, during or after the card's change: *unknown* until the same card is laid; its directory answers (R3). If the ring has
//!   passed the place, the platform answers from other terminals' reports (R4); if nobody can, the operator re-issues (R13).
//! - after *conclude* or *leave*: the outcome is known here; the report waits in the outbox.
//! - between report and receipt: the report is sent again; the platform knows it by its row.
//!
//! ## What is never done
//! Nothing else happens to tickets of a pending operation: no other card, no leaving (R5). A time-out is never read as a refusal (R7).

use std::time::{SystemTime, UNIX_EPOCH};

use kippu_api::{
    handovers::Report,
    orders::{ChangeCard, GrantRequest},
};
use kippu_card::capability::{CardFault, ChangeFault, Committed, Happened, Progress, TicketCard};
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use crate::{
    decide::{Action, PlatformView},
    outcome::{MachineFault, OtherCard, Outcome, Sent, Summary},
    platform::{PlatformPort, Reply},
    row::Handover,
    rules::{Protocol, Rules},
    store::{Receipt, Store, StoreFault},
    transition,
    visit::Visit,
};

/// Drives handovers over a journal, a platform and cards. Holds no state of its own: everything is in the journal.
pub struct Machine<'a, S: Store, P: PlatformPort, R: Rules = Protocol> {
    store: &'a mut S,
    platform: &'a P,
    rules: R,
    ambient: Ambient,
}

/// What would make two runs differ: the clock and chance.
#[derive(Debug, Clone, Copy)]
pub struct Ambient {
    /// UTC microseconds. Only noted and reported, never decided upon.
    pub now: fn() -> i64,
    /// A number no handover had before.
    pub new_id: fn() -> HandoverId,
}

impl Default for Ambient {
    /// The system's clock and random numbers.
    fn default() -> Self {
        Self {
            now: system_now,
            new_id: HandoverId::random,
        }
    }
}

fn system_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

impl<'a, S: Store, P: PlatformPort> Machine<'a, S, P> {
    /// A machine by the rules.
    pub fn new(store: &'a mut S, platform: &'a P) -> Self {
        Self::with_rules(store, platform, Ambient::default(), Protocol)
    }
}

impl<'a, S: Store, P: PlatformPort, R: Rules> Machine<'a, S, P, R> {
    /// A machine by other rules; for tests that show what each rule is for.
    pub fn with_rules(store: &'a mut S, platform: &'a P, ambient: Ambient, rules: R) -> Self {
        Self {
            store,
            platform,
            rules,
            ambient,
        }
    }

    /// Begins the handover of a paid order's tickets to a card, or finds the one that is open for this order. On disk when it returns.
    pub fn begin(
        &mut self,
        order: &str,
        card: CardUid,
        room: u8,
    ) -> Result<HandoverId, MachineFault> {
        if let Some(open) = self
            .store
            .open_rows()?
            .into_iter()
            .find(|row| row.order.as_deref() == Some(order))
        {
            return Ok(open.id);
        }
        if room == 0 {
            return Err(MachineFault::NoRoom);
        }
        let now = (self.ambient.now)();
        let row = transition::begin(
            (self.ambient.new_id)(),
            self.store.incarnation(),
            order,
            card,
            room,
            now,
        );
        self.store.put(&row, None)?;
        Ok(row.id)
    }

    /// Goes on as far as possible with what is at hand. With no card, asks the platform only.
    pub fn advance(
        &mut self,
        id: HandoverId,
        card: Option<&mut dyn TicketCard>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, MachineFault> {
        let mut visit = Visit::begin(self.load(id)?, card);
        loop {
            let action = self.rules.decide(
                self.store.incarnation(),
                &visit.row,
                visit.card_view(),
                &visit.platform,
            );
            tracing::debug!(handover = %id, ?action, "handover");
            if let Some(outcome) = self.perform(&mut visit, action, progress)? {
                return Ok(outcome);
            }
        }
    }

    /// The customer goes away or wants something else: what is known not to be given goes back to the platform, to be picked up later.
    /// A pending operation is answered first, or nothing happens.
    pub fn leave(&mut self, id: HandoverId) -> Result<Outcome, MachineFault> {
        let mut row = self.load(id)?;
        if row.pending.is_some() {
            let outcome = self.advance(id, None, &mut |_| ())?;
            row = self.load(id)?;
            if row.pending.is_some() {
                return Ok(outcome);
            }
        }
        if row.is_open() && !row.leaving {
            row.leaving = true;
            self.put(&mut row, None)?;
        }
        self.advance(id, None, &mut |_| ())
    }

    /// Another card than the handover's lies there, and the customer wants the tickets on that one: possible once it is known that the
    /// first got nothing more and the platform has the rest back.
    pub fn other_card(
        &mut self,
        id: HandoverId,
        card: CardUid,
        room: u8,
    ) -> Result<OtherCard, MachineFault> {
        if room == 0 {
            return Err(MachineFault::NoRoom);
        }
        match self.leave(id)? {
            Outcome::Ended(_) => {}
            first => return Ok(OtherCard::First(first)),
        }
        let Some(order) = self.load(id)?.order else {
            return Ok(OtherCard::First(Outcome::NeedsOperator));
        };
        // The platform must know that nothing of the old grant will be used before it names another card.
        if self.send_reports()?.waiting > 0 {
            return Ok(OtherCard::First(Outcome::PlatformAway));
        }
        match self
            .platform
            .change_card(&order, &ChangeCard { card, room })
        {
            Reply::Done(_) => Ok(OtherCard::Goes(self.begin(&order, card, room)?)),
            Reply::Refused(problem) => Ok(OtherCard::Refused(problem)),
            Reply::Unreachable | Reply::Unknown => Ok(OtherCard::First(Outcome::PlatformAway)),
        }
    }

    /// Sends what waits in the outbox, oldest first; stops where the platform cannot be reached. Call it whenever there may be a network.
    pub fn send_reports(&mut self) -> Result<Sent, MachineFault> {
        let mut sent = Sent::default();
        let waiting = self.store.unsent()?;
        let total = waiting.len();
        for outgoing in waiting {
            let receipt = match self.platform.report(outgoing.handover, &outgoing.report) {
                Reply::Done(_) => Receipt::Accepted,
                Reply::Refused(problem) if problem.code.is_final() => {
                    Receipt::Refused(problem.title)
                }
                Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => break,
            };
            self.store.mark_sent(outgoing.report.row, &receipt)?;
            match receipt {
                Receipt::Accepted => sent.accepted += 1,
                Receipt::Refused(_) => sent.refused += 1,
            }
        }
        sent.waiting = total - sent.accepted - sent.refused;
        Ok(sent)
    }

    /// Handovers that are not ended, oldest first: looked at before anything else when a terminal starts.
    pub fn open_handovers(&self) -> Result<Vec<Handover>, MachineFault> {
        Ok(self.store.open_rows()?)
    }

    fn load(&self, id: HandoverId) -> Result<Handover, MachineFault> {
        self.store.get(id)?.ok_or(MachineFault::NoSuchHandover(id))
    }

    fn put(&mut self, row: &mut Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        row.changed = (self.ambient.now)();
        self.store.put(row, report)
    }

    /// Does one action. `None`: decide again.
    fn perform(
        &mut self,
        visit: &mut Visit<'_>,
        action: Action,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Outcome>, MachineFault> {
        let now = (self.ambient.now)();
        match action {
            Action::AskGrant => return self.ask_grant(visit),
            Action::AskPlatform => visit.platform = self.ask_status(visit.row.id),
            Action::Give { tickets, sequence } => {
                return self.give(visit, &tickets, sequence, progress);
            }
            Action::TellUnknown => {
                let report = visit.unknown(now);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Action::ConcludeDone => {
                let report = transition::done(&self.rules, &mut visit.row, None, now);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Action::ConcludeNotDone => {
                let report = transition::not_done(&mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Action::FoundOnCard(tickets) => {
                let report = transition::found_on_card(&mut visit.row, &tickets, now);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Action::LeaveAtPlatform(tickets) => {
                let report = transition::left_at_platform(&mut visit.row, &tickets, now);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Action::CloseReissued(tickets) => {
                transition::reissued(&mut visit.row, &tickets);
                self.put(&mut visit.row, None)?;
            }
            Action::Disown => {
                transition::disowned(&mut visit.row);
                self.put(&mut visit.row, None)?;
            }
            Action::WaitForCard { card, why, found } => {
                return Ok(Some(Outcome::LayCard {
                    card,
                    why,
                    found,
                    fault: visit.fault,
                }));
            }
            Action::WaitForPlatform => return Ok(Some(Outcome::PlatformAway)),
            Action::WaitForOperator => return Ok(Some(Outcome::NeedsOperator)),
            Action::End => return Ok(Some(Outcome::Ended(Summary::of(&visit.row)))),
        }
        Ok(None)
    }

    fn ask_grant(&mut self, visit: &mut Visit<'_>) -> Result<Option<Outcome>, MachineFault> {
        let row = &mut visit.row;
        let (Some(order), Some(card)) = (row.order.clone(), row.receiver()) else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        let request = GrantRequest {
            handover: row.id,
            card,
            room: row.room,
            incarnation: row.incarnation.to_string(),
            code: None,
        };
        match self.platform.grant(&order, &request) {
            Reply::Done(grant) => {
                transition::granted(row, &grant)?;
                visit.platform = PlatformView::JustGranted;
                self.put(&mut visit.row, None)?;
            }
            Reply::Refused(problem) if problem.code.is_final() => {
                transition::refused(row, problem.code);
                self.put(&mut visit.row, None)?;
            }
            Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => {
                visit.platform = PlatformView::Away
            }
        }
        Ok(None)
    }

    fn ask_status(&self, id: HandoverId) -> PlatformView {
        match self.platform.status(id) {
            Reply::Done(status) => PlatformView::Says(status),
            Reply::Refused(problem) if problem.code.is_final() => PlatformView::Refuses,
            Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => PlatformView::Away,
        }
    }

    /// Intent to disk, then the card's change, then the outcome to disk.
    fn give(
        &mut self,
        visit: &mut Visit<'_>,
        tickets: &[TicketId],
        sequence: u32,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Outcome>, MachineFault> {
        let operation = self.rules.next_operation(&visit.row);
        let Some(receiver) = visit.row.receiver() else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        transition::intend(&mut visit.row, operation, receiver, sequence, tickets);
        self.put(&mut visit.row, None)?;

        let (Some(card), Some(change)) =
            (visit.card.as_deref_mut(), transition::change(&visit.row))
        else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        let result = card.apply(&change, progress);
        let now = (self.ambient.now)();
        match result {
            Ok(committed) if self.shows(&visit.row, &committed) => {
                let report = transition::done(&self.rules, &mut visit.row, Some(&committed), now);
                self.put(&mut visit.row, report.as_ref())?;
                visit.committed(committed);
            }
            Ok(_) => {
                let report = visit.unknown(now);
                visit.lost_while_writing(CardFault::Unreadable);
                self.put(&mut visit.row, report.as_ref())?;
            }
            Err(ChangeFault::NotDone(fault)) => {
                let report = transition::not_done(&mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                match fault {
                    CardFault::Full => visit.refused_as_full = true,
                    fault => visit.lost_while_writing(fault),
                }
            }
            Err(ChangeFault::Refused(refusal)) => {
                // The platform granted what this card cannot hold; trying again would end the same. Leaving is possible.
                tracing::error!(handover = %visit.row.id, %refusal, "the card client refuses the change");
                let report = transition::not_done(&mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                return Ok(Some(Outcome::NeedsOperator));
            }
            Err(ChangeFault::Sequence { .. }) => {
                let report = transition::not_done(&mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                visit.stale();
            }
            Err(ChangeFault::Unknown(fault)) => {
                let report = visit.unknown(now);
                visit.lost_while_writing(fault);
                self.put(&mut visit.row, report.as_ref())?;
            }
        }
        Ok(None)
    }

    /// Whether the directory read back after the commit names the pending operation at its place.
    fn shows(&self, row: &Handover, committed: &Committed) -> bool {
        row.pending
            .as_ref()
            .is_some_and(|intent| self.rules.happened(intent, &committed.after) == Happened::Yes)
    }
}
