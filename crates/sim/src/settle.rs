//! After the faults: everything that was begun is brought to an end without any, and then every sold ticket must be in exactly one place.

use std::sync::Arc;

use kippu_api::{
    operator::ReissueWhat,
    parcels::{FindWaiting, Waiting, WaitingPlace},
};
use kippu_handover::{
    outcome::Outcome,
    row::{Destination, ItemState},
    store::Store as _,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId},
};

use crate::{
    audit::{Books, Copy, Finding, Holding, settled},
    cards::uid,
    chance,
    customers::done,
    faults::Kind,
    items::ITEMS,
    world::World,
};

/// Rounds over all kiosks until nothing may be open any more.
const ROUNDS: usize = 8;
/// How long people wait before they go on: longer than a kiosk takes no codes after too many wrong ones.
const PAUSE: i64 = 6 * 60 * chance::SECOND;
/// Steps of one handover in one round.
const STEPS: usize = 12;

impl World<'_> {
    /// Brings everything to an end and audits it.
    ///
    /// # Errors
    /// The platform or its books cannot be asked.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        self.faults.calm_down();
        self.faults.say(|| "from here on nothing goes wrong".into());
        while !self.late.borrow().is_empty() {
            self.deliver_late()?;
        }
        for kiosk in &mut self.kiosks {
            kiosk.line.online.set(true);
        }
        for round in 0..ROUNDS {
            for kiosk in 0..self.kiosks.len() {
                self.send_reports(kiosk);
            }
            self.take_over_what_waits()?;
            chance::pass(PAUSE);
            let known = self.platform.books()?;
            let mut open = 0;
            for kiosk in 0..self.kiosks.len() {
                for row in self.open_rows(kiosk) {
                    open += 1;
                    self.bring_to_an_end(kiosk, row.id, round)?;
                }
            }
            self.help_the_troubled()?;
            // Nothing was open, and nobody had to help.
            if open == 0 && Arc::ptr_eq(&known, &self.platform.books()?) {
                break;
            }
        }
        for kiosk in 0..self.kiosks.len() {
            self.send_reports(kiosk);
            self.look_for_left_overs(kiosk);
        }
        self.check_copies()?;
        let books = self.audit_at_the_end()?;
        self.note_the_end(&books);
        Ok(())
    }

    /// One open handover, as patient people would end it.
    fn bring_to_an_end(
        &mut self,
        kiosk: usize,
        id: HandoverId,
        round: usize,
    ) -> anyhow::Result<()> {
        self.faults.say(|| format!("ending {id} at kiosk {kiosk}"));
        let mut card = None;
        for _ in 0..STEPS {
            let Some(outcome) = self.advance(kiosk, id, card.take()) else {
                return Ok(());
            };
            self.roads.came_to(&outcome);
            self.faults.say(|| format!("  {outcome:?}"));
            let redirect_to = match outcome {
                Outcome::Ended(_) | Outcome::PlatformAway => return Ok(()),
                Outcome::LayCard {
                    card: Some(wanted), ..
                } => {
                    card = self.card_of(wanted);
                    if card.is_some_and(|card| self.lost_cards.contains(&card)) {
                        return self.give_up(kiosk, id);
                    }
                    None
                }
                Outcome::LayCard { card: None, .. } => Some(Destination::Giver),
                Outcome::TooFull { .. } | Outcome::Refused(_) => Some(match round % 2 {
                    0 => Destination::Platform,
                    _ => Destination::Giver,
                }),
                Outcome::PrinterNeeded(_) => Some(Destination::Giver),
                Outcome::AskPeople { ticket, serial } => {
                    self.settle_paper(kiosk, id, ticket, serial);
                    None
                }
                Outcome::NeedsOperator => return self.give_up(kiosk, id),
            };
            if let Some(to) = redirect_to {
                self.redirect(kiosk, id, to);
            }
        }
        Ok(())
    }

    /// Only the operator can help: the card is lost, or nobody will answer. What is not in between anywhere waits at the platform or goes back.
    fn give_up(&mut self, kiosk: usize, id: HandoverId) -> anyhow::Result<()> {
        let Some(row) = self.row(kiosk, id) else {
            return Ok(());
        };
        if !row.in_state(ItemState::Wanted).is_empty() {
            // Nothing was taken: they take back their yes.
            self.redirect(kiosk, id, Destination::Giver);
            return Ok(());
        }
        if row.pending.is_none()
            && row.giver().is_some()
            && row.destination != Destination::Platform
        {
            self.redirect(kiosk, id, Destination::Platform);
            return Ok(());
        }
        for item in row.items.iter().filter(|item| !item.state.is_final()) {
            self.reissue(item.ticket.0)?;
        }
        Ok(())
    }

    /// People ask every kiosk for what was released: it is taken over, again where the answer was lost.
    fn take_over_what_waits(&mut self) -> anyhow::Result<()> {
        let books = self.platform.books()?;
        let between = |(_, holding): (u64, &Holding)| {
            matches!(holding, Holding::Terminal(_) | Holding::Unknown(_))
        };
        if !self.let_go || !books.holdings().any(between) {
            return Ok(());
        }
        let cards = 0..self.cards.len();
        let cards: Vec<usize> = cards
            .filter(|card| !self.lost_cards.contains(card))
            .collect();
        for kiosk in 0..self.kiosks.len() {
            for card in &cards {
                let number = uid(&self.cards[*card]);
                for handover in self.released(kiosk, None, Some(number)) {
                    self.take_over(kiosk, handover, None, *card);
                }
            }
            for code in self.codes.clone() {
                for handover in self.released(kiosk, Some(code), None) {
                    self.take_over(kiosk, handover, Some(code), cards[0]);
                }
            }
        }
        Ok(())
    }

    /// Handovers some kiosk released that this one may take over, or has taken over without knowing it, found by code or card.
    fn released(
        &mut self,
        kiosk: usize,
        code: Option<ResumeCode>,
        card: Option<CardUid>,
    ) -> Vec<HandoverId> {
        let found = self.visit(kiosk, None, false, |_, _, net| {
            done::<Vec<Waiting>>(net.post("/waiting", &FindWaiting { code, card }))
        });
        let mut handovers = Vec::new();
        for waiting in found.unwrap_or_default() {
            let missing = match waiting.place {
                WaitingPlace::Released { .. } => true,
                WaitingPlace::Here => self.row(kiosk, waiting.handover).is_none(),
                _ => false,
            };
            if missing {
                handovers.push(waiting.handover);
            }
        }
        handovers
    }

    /// What only the operator can help with: the journal that knew is gone, the card is lost, a clerk was wrong.
    fn help_the_troubled(&mut self) -> anyhow::Result<()> {
        let books = self.platform.books()?;
        let papers = self.papers.borrow().clone();
        let copies = self.auditor.copies(self.cards.iter(), &papers, &books);
        let mut in_rows = Vec::new();
        for kiosk in 0..self.kiosks.len() {
            for row in self.open_rows(kiosk) {
                in_rows.extend(
                    row.items
                        .iter()
                        .filter(|item| !item.state.is_final())
                        .map(|item| item.ticket.0),
                );
            }
        }
        let gone: Vec<[u8; 7]> = self
            .lost_cards
            .iter()
            .map(|card| self.cards[*card].chip().uid)
            .collect();
        for card in self.lost_cards.clone() {
            let card = uid(&self.cards[card]);
            let lies_there = |copy: &Copy| matches!(copy, Copy::Card { uid, .. } if *uid == card.0);
            // Live on it, or nobody but it could say.
            let only_there = |ticket: u64| {
                let found = copies.get(&ticket).map(Vec::as_slice).unwrap_or_default();
                let unknown = matches!(books.holding(ticket), Some(Holding::Unknown(_)));
                !in_rows.contains(&ticket) && (unknown || found.iter().any(lies_there))
            };
            self.reissue_all(ReissueWhat::Card { card }, &only_there)?;
        }
        for released in books.released() {
            // Who had the card cannot show it, and nobody came with the code.
            if released.cards.iter().any(|card| gone.contains(card)) {
                let handover = released.handover;
                self.reissue_all(ReissueWhat::Handover { handover }, &|_| true)?;
            }
        }
        let journals: Vec<String> = (0..self.kiosks.len())
            .filter_map(|kiosk| self.on_disk(kiosk, |store| Ok(store.incarnation().to_string())))
            .collect();
        for (ticket, holding) in books.holdings() {
            // Granted late to a journal that was put back from a copy since (R14): nobody has it.
            let between = matches!(holding, Holding::Terminal(_) | Holding::Unknown(_));
            let teller = books.teller(ticket).map(|(_, journal)| journal.to_owned());
            if between && teller.is_some_and(|journal| !journals.contains(&journal)) {
                self.troubled.insert(ticket);
            }
        }
        let books = self.platform.books()?;
        let copies = self.auditor.copies(self.cards.iter(), &papers, &books);
        let items = ITEMS.iter().map(|(ticket, ..)| ticket.0);
        for ticket in self.sold.clone().into_iter().chain(items) {
            let found = copies.get(&ticket).map(Vec::as_slice).unwrap_or_default();
            let on_lost_card = found
                .iter()
                .any(|copy| matches!(copy, Copy::Card { uid, .. } if gone.contains(uid)));
            let unsettled =
                self.troubled.contains(&ticket) && !settled(&[ticket], &copies, &books).is_empty();
            if !in_rows.contains(&ticket) && (unsettled || on_lost_card) {
                self.reissue(ticket)?;
            }
        }
        Ok(())
    }

    /// Nothing may be open, and nothing unsent, when all is settled.
    fn look_for_left_overs(&mut self, kiosk: usize) {
        let name = self.kiosks[kiosk].name;
        for row in self.open_rows(kiosk) {
            self.findings.push(Finding::Stuck {
                why: format!(
                    "{name} still has {} open: {:?} to {:?}, pending {:?}",
                    row.id,
                    row.items
                        .iter()
                        .map(|item| (item.ticket.0, item.state))
                        .collect::<Vec<_>>(),
                    row.destination,
                    row.pending.map(|intent| intent.operation.step)
                ),
            });
        }
        let unsent = self.on_disk(kiosk, |store| store.unsent());
        if unsent.is_some_and(|unsent| !unsent.is_empty()) {
            self.findings.push(Finding::Stuck {
                why: format!("{name} has reports the platform does not answer"),
            });
        }
    }

    fn audit_at_the_end(&mut self) -> anyhow::Result<Arc<Books>> {
        let books = self.platform.books()?;
        let papers = self.papers.borrow().clone();
        let copies = self.auditor.copies(self.cards.iter(), &papers, &books);
        let restored = self.faults.counts().of(Kind::Restore) > 0;
        // What was sold after the backup and never left the platform is gone with it: that is the backup's age, not a handover's.
        let still_known = |ticket: &u64| {
            !restored || books.holding(*ticket).is_some() || copies.contains_key(ticket)
        };
        let items = ITEMS.iter().map(|(ticket, ..)| ticket.0);
        let sold: Vec<u64> = self
            .sold
            .iter()
            .copied()
            .chain(items)
            .filter(still_known)
            .collect();
        for finding in settled(&sold, &copies, &books) {
            let unknown_since_restore = restored
                && matches!(&finding, Finding::Stuck { why } if why.ends_with("the books say None"));
            if !unknown_since_restore {
                self.findings.push(finding);
            }
        }
        Ok(books)
    }

    /// What two runs of one seed must share at the end.
    fn note_the_end(&mut self, books: &Books) {
        for card in &self.cards {
            let image = serde_json::to_vec(card.chip()).unwrap_or_default();
            self.faults.note(&image);
        }
        for (ticket, holding) in books.holdings() {
            let place = match holding {
                Holding::Platform => "platform".to_owned(),
                Holding::GivenUp => "given up".to_owned(),
                other => format!("{other:?}"),
            };
            self.faults.note(format!("{ticket} {place}").as_bytes());
        }
    }
}
