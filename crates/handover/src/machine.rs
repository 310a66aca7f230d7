//! The machine: does what [`crate::decide`] says, one action at a time, until only a card, a printer, the platform or a person can help.
//!
//! ## Tickets the platform has (purchase, pick-up)
//! | step | written first | then | commit point |
//! |---|---|---|---|
//! | begin | row, right `Asked` | nothing | the row |
//! | ask | (the row is there) | `grant`, repeated with the same handover until answered | the platform's grant |
//! | keep | row `Held`, items `Kept`, their bytes | nothing | the row |
//! | give | intent: card, sequence, operation, items `Pending` | the card's change, in the session the sequence was read in | the card's commit |
//! | leave | items `LeftAtPlatform`, report queued | nothing | the row: these are never given by this handover again |
//!
//! ## Tickets on a card (giving to another card, paper, parking)
//! | step | written first | then | commit point |
//! |---|---|---|---|
//! | consent | row, right `Asked`, items `Wanted` with their bytes | nothing | the row |
//! | ask | (the row is there) | `register`: the platform knows the bytes before anything moves; without it only with local keys (R17) | none: nothing moves |
//! | take | intent on the giver's card | nullify, on the very sequence of the consent (R12) | the card's commit: from here on the tickets are in this journal alone |
//! | bind | (nothing) | records for the card that lies there, one hop on | none: a record is no ticket |
//! | give, give back | row with the records, intent | the card's change | the card's commit |
//! | park | intent | `park`, repeated until answered; only its final refusal undoes it (R7) | the platform's answer |
//! | print | intent with a fresh serial | the printer | the printer's confirmation, else what people say (R16) |
//! | release | the row says so | `release` with bytes and pending intent, repeated until answered | the platform's answer (R6) |
//!
//! After each: *conclude* (the row and its report, in one transaction) and *report* (the outbox, repeated until answered).
//!
//! ## What a crash leaves
//! - after *begin* or *consent*, or while asking: nothing has moved; asking again gives the same answer.
//! - after *keep*: the tickets are granted here, on no card. Lay the card, or leave them.
//! - after an intent on a card, before, during or after its change: *unknown* until the same card is laid; its directory answers (R3). If the
//!   ring has passed the place, the platform answers from other terminals' reports (R4); if nobody can, the operator re-issues (R13).
//! - after an intent at the platform, or a release: the same question is asked again; its answer is the same.
//! - after an intent to print: *unconfirmed*; nothing is printed again by itself.
//! - after *conclude* or *leave*: the outcome is known here; the report waits in the outbox and is known by its row.
//!
//! ## What is never done
//! Nothing else happens to tickets of a pending operation: no other card, no leaving (R5). A time-out is never read as a refusal (R7).

mod act;
mod ask;
mod outbox;
mod visit;

use std::time::{SystemTime, UNIX_EPOCH};

use kippu_api::{
    handovers::{Purpose, Report, TakenOver},
    orders::{ChangeCard, Claim},
};
use kippu_card::capability::{CardContents, Progress, TicketCard};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId, TicketId},
};

use crate::{
    outcome::{MachineFault, OtherCard, Outcome, Settled},
    paper::PaperPort,
    platform::{Binder, NoLocalKeys, PlatformPort, Reply},
    row::{Destination, Handover, ItemState, Place, Source},
    rules::{Protocol, Rules},
    store::{Store, StoreFault},
    transition::{self, Birth},
};
use visit::Visit;

/// Drives handovers over a journal, a platform, cards and a printer. Holds no state of its own: everything is in the journal.
pub struct Machine<'a, S: Store, P: PlatformPort, R: Rules = Protocol> {
    store: &'a mut S,
    platform: &'a P,
    keys: &'a dyn Binder,
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
    /// A code for slips.
    pub new_code: fn() -> ResumeCode,
    /// A serial number no paper had before.
    pub new_serial: fn() -> u64,
}

impl Default for Ambient {
    /// The system's clock and random numbers.
    fn default() -> Self {
        Self {
            now: system_now,
            new_id: HandoverId::random,
            new_code: ResumeCode::random,
            new_serial: rand::random,
        }
    }
}

fn system_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What is at hand for a while.
#[derive(Default)]
pub struct Hands<'c> {
    /// The card that lies on the reader, opened.
    pub card: Option<&'c mut dyn TicketCard>,
    /// The printer.
    pub printer: Option<&'c mut dyn PaperPort>,
}

impl<'c> Hands<'c> {
    /// Nothing but the platform.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A card.
    pub fn card(card: &'c mut dyn TicketCard) -> Self {
        Self {
            card: Some(card),
            printer: None,
        }
    }

    /// A printer.
    pub fn printer(printer: &'c mut dyn PaperPort) -> Self {
        Self {
            card: None,
            printer: Some(printer),
        }
    }
}

impl<'a, S: Store, P: PlatformPort> Machine<'a, S, P> {
    /// A machine by the rules, without local keys.
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
            keys: &NoLocalKeys,
            rules,
            ambient,
        }
    }

    /// The same with local keys.
    pub fn with_keys(mut self, keys: &'a dyn Binder) -> Self {
        self.keys = keys;
        self
    }

    /// Begins the handover of a claim's tickets to a card, or finds the one that is open for it. On disk when it returns.
    ///
    /// # Errors
    /// The card has no room, or the journal cannot be used: nothing was begun.
    pub fn begin(
        &mut self,
        claim: &Claim,
        code: Option<ResumeCode>,
        card: CardUid,
        room: u8,
    ) -> Result<HandoverId, MachineFault> {
        let open = self.store.open_rows()?.into_iter().find(
            |row| matches!(&row.source, Source::Claim { claim: known, .. } if known == claim),
        );
        if let Some(open) = open {
            return Ok(open.id);
        }
        if room == 0 {
            return Err(MachineFault::NoRoom);
        }
        let row = transition::claim(self.birth(), claim.clone(), code, card, room);
        self.store.put(&row, None)?;
        Ok(row.id)
    }

    /// The giver, whose card was just read, agrees that these tickets leave it. An earlier yes of the same card that nothing came of has ended.
    /// On disk when it returns; nothing has moved.
    ///
    /// # Errors
    /// A ticket that does not leave this card, or the journal: nothing was begun.
    pub fn consent(
        &mut self,
        contents: &CardContents,
        tickets: &[TicketId],
        to: Destination,
    ) -> Result<HandoverId, MachineFault> {
        let row = transition::consent(self.birth(), contents, tickets, to)?;
        let earlier = self.store.open_rows()?.into_iter().filter(|row| {
            row.giver() == Some(contents.uid)
                && row.pending.is_none()
                && row.items.iter().all(|item| item.state == ItemState::Wanted)
        });
        for mut earlier in earlier {
            let report = transition::consent_ended(&mut earlier, (self.ambient.now)());
            self.put(&mut earlier, report.as_ref())?;
        }
        self.store.put(&row, None)?;
        Ok(row.id)
    }

    /// Another terminal's released handover becomes this journal's. On disk when it returns.
    ///
    /// # Errors
    /// The row is of a newer program, or the journal cannot be used.
    pub fn take_over(&mut self, answer: &TakenOver) -> Result<HandoverId, MachineFault> {
        let row = transition::taken_over(answer, self.store.incarnation(), (self.ambient.now)())?;
        // A repeated answer finds the row as far as this terminal has brought it already, to its end perhaps: only a new ownership begins anew.
        let known = self.store.get(row.id)?;
        if known.is_none_or(|known| known.fence() < row.fence()) {
            self.store.put(&row, None)?;
        }
        Ok(row.id)
    }

    /// Goes on as far as possible with what is at hand. With no card, asks the platform only.
    ///
    /// # Errors
    /// See [`MachineFault`]; the row says where it stands.
    pub fn advance(
        &mut self,
        id: HandoverId,
        hands: Hands<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, MachineFault> {
        let row = self.load(id)?;
        let local_keys = row
            .items
            .iter()
            .filter(|item| !item.state.is_final())
            .all(|item| self.keys.covers(item.event));
        let mut visit = Visit::begin(row, hands, local_keys);
        loop {
            let action = self
                .rules
                .decide(self.store.incarnation(), &visit.row, &visit.seen());
            tracing::debug!(handover = %id, ?action, "handover");
            if let Some(outcome) = self.perform(&mut visit, action, progress)? {
                return Ok(outcome);
            }
        }
    }

    /// The people want something else now. A pending operation is answered first, or nothing changes; only a release does not need its answer.
    ///
    /// # Errors
    /// [`MachineFault::NotPossible`] where this handover does not go there, [`MachineFault::Stays`] where a ticket does not.
    pub fn redirect(&mut self, id: HandoverId, to: Destination) -> Result<Outcome, MachineFault> {
        let mut row = self.load(id)?;
        let blocked = |row: &Handover| {
            row.releasing.is_some()
                || row.pending.as_ref().is_some_and(|intent| {
                    to != Destination::Elsewhere || intent.on_card().is_none()
                })
        };
        if blocked(&row) {
            let outcome = self.advance(id, Hands::empty(), &mut |_| ())?;
            row = self.load(id)?;
            if blocked(&row) {
                return Ok(outcome);
            }
        }
        if row.is_open() && row.destination != to {
            check_way(&row, to)?;
            row.destination = to;
            self.put(&mut row, None)?;
        }
        self.advance(id, Hands::empty(), &mut |_| ())
    }

    /// The customer of a purchase or pick-up goes away or wants something else: what is known not to be given goes back to the platform, to be
    /// picked up later. A pending operation is answered first, or nothing happens.
    ///
    /// # Errors
    /// As [`Machine::redirect`].
    pub fn leave(&mut self, id: HandoverId) -> Result<Outcome, MachineFault> {
        self.redirect(id, Destination::Platform)
    }

    /// Another card than the purchase's lies there, and the customer wants the tickets on that one: possible once it is known that the
    /// first got nothing more and the platform has the rest back.
    ///
    /// # Errors
    /// As [`Machine::redirect`], and [`MachineFault::NoRoom`].
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
        let Source::Claim { claim, code, .. } = self.load(id)?.source else {
            return Err(MachineFault::NotPossible);
        };
        // The platform must know that nothing of the old grant will be used before it names another card.
        if self.send_reports()?.waiting > 0 {
            return Ok(OtherCard::First(Outcome::PlatformAway));
        }
        if let Some(order) = claim.order() {
            match self.platform.change_card(order, &ChangeCard { card, room }) {
                Reply::Done(_) => {}
                Reply::Refused(problem) => return Ok(OtherCard::Refused(problem)),
                Reply::Unreachable | Reply::Unknown => {
                    return Ok(OtherCard::First(Outcome::PlatformAway));
                }
            }
        }
        Ok(OtherCard::Goes(self.begin(&claim, code, card, room)?))
    }

    /// Somebody looked: the paper of this serial came out, or did not. The first answer counts.
    ///
    /// # Errors
    /// The journal cannot be used: nothing was settled.
    pub fn settle_print(
        &mut self,
        id: HandoverId,
        serial: u64,
        came_out: bool,
    ) -> Result<Settled, MachineFault> {
        let mut row = self.load(id)?;
        if let Some(known) = row.papers.iter().find(|paper| paper.serial == serial) {
            return Ok(if known.came_out == came_out {
                Settled::Same
            } else {
                Settled::Otherwise
            });
        }
        let asked = row.pending.as_ref().is_some_and(
            |intent| matches!(intent.place, Place::Paper { serial: asked, .. } if asked == serial),
        );
        if !asked || row.incarnation != self.store.incarnation() {
            return Ok(Settled::NoSuchPaper);
        }
        let now = (self.ambient.now)();
        let report = if came_out {
            transition::done(&self.rules, &mut row, None, now)
        } else {
            transition::not_done(&self.rules, &mut row, now)
        };
        self.put(&mut row, report.as_ref())?;
        Ok(Settled::Now)
    }

    /// Handovers that are not ended, oldest first: looked at before anything else when a terminal starts.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn open_handovers(&self) -> Result<Vec<Handover>, MachineFault> {
        Ok(self.store.open_rows()?)
    }

    /// One handover.
    ///
    /// # Errors
    /// There is none, or the journal cannot be read.
    pub fn load(&self, id: HandoverId) -> Result<Handover, MachineFault> {
        self.store.get(id)?.ok_or(MachineFault::NoSuchHandover(id))
    }

    fn birth(&self) -> Birth {
        Birth {
            id: (self.ambient.new_id)(),
            incarnation: self.store.incarnation(),
            code: (self.ambient.new_code)(),
            now: (self.ambient.now)(),
        }
    }

    fn put(&mut self, row: &mut Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        row.changed = (self.ambient.now)();
        self.store.put(row, report)
    }
}

/// Whether a handover may go there.
fn check_way(row: &Handover, to: Destination) -> Result<(), MachineFault> {
    match (&row.source, to) {
        // Where the tickets of a claim go is part of the grant; leaving them is never taken back.
        (Source::Claim { .. }, Destination::Platform | Destination::Elsewhere) => Ok(()),
        (Source::Claim { .. }, _) => Err(MachineFault::NotPossible),
        (Source::Card { .. }, Destination::Card { .. }) => {
            Ok(transition::all_allowed(row, Purpose::Assignment)?)
        }
        (Source::Card { .. }, Destination::Paper) => {
            Ok(transition::all_allowed(row, Purpose::Paper)?)
        }
        (
            Source::Card { .. },
            Destination::Giver | Destination::Platform | Destination::Elsewhere,
        ) => Ok(()),
    }
}
