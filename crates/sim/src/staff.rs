//! What clerks and operators do, and what befalls the machines they look after.

use kippu_api::operator::{ReissueLook, ReissueOrder, ReissueReason, ReissueWhat, TerminalWish};
use kippu_handover::{outcome::Settled, store::Store as _};
use kippu_ticket::ids::{HandoverId, TicketId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    audit::{Finding, Holding},
    chance,
    faults::Kind,
    furnish::{self, KIOSKS},
    platform::Message,
    world::{World, ok},
};

impl World<'_> {
    /// A clerk looks whether a paper came out and says so; rarely the opposite of what is so.
    pub fn settle_paper(
        &mut self,
        kiosk: usize,
        id: HandoverId,
        ticket: TicketId,
        serial: u64,
    ) -> Option<()> {
        let truth = self
            .papers
            .borrow()
            .iter()
            .any(|paper| paper.serial == serial && paper.came_out);
        let wrong = !self.faults.is_calm() && chance::one_in(5);
        let says = truth != wrong;
        let settled = self.visit(kiosk, None, false, |machine, _, net| {
            ok(net.faults, machine.settle_print(id, serial, says))
        });
        self.faults.say(|| {
            format!("  the clerk says that the paper came out: {says}, truly {truth}: {settled:?}")
        });
        if wrong {
            // Even where the power went in between, it may have been noted.
            self.faults.struck(Kind::WrongClerk);
            self.wronged.insert(ticket.0);
            self.troubled.insert(ticket.0);
        }
        match settled? {
            Settled::Now | Settled::Same => Some(()),
            Settled::Otherwise | Settled::NoSuchPaper => None,
        }
    }

    /// A kiosk sends its reports.
    pub fn send_reports(&mut self, kiosk: usize) {
        self.faults
            .say(|| format!("kiosk {kiosk} sends its reports"));
        self.visit(kiosk, None, false, |machine, _, net| {
            net.look();
            ok(net.faults, machine.send_reports()).map(drop)
        });
    }

    /// The operator issues a ticket anew; the newest recalls reach all gates, and their logs each other.
    ///
    /// # Errors
    /// The platform cannot be asked.
    pub fn reissue(&mut self, ticket: u64) -> anyhow::Result<bool> {
        let ticket = TicketId(ticket);
        self.reissue_all(ReissueWhat::Ticket { ticket }, &|_| true)
    }

    /// The same for everything the operator is shown, unless something of it may not be touched.
    ///
    /// # Errors
    /// The platform cannot be asked.
    pub fn reissue_all(
        &mut self,
        what: ReissueWhat,
        may: &dyn Fn(u64) -> bool,
    ) -> anyhow::Result<bool> {
        let Some(look) = self.operate::<_, ReissueLook>("/operator/reissue/look", &what)? else {
            return Ok(false);
        };
        if look.tickets.is_empty() || !look.tickets.iter().all(|shown| may(shown.ticket.0)) {
            return Ok(false);
        }
        let order = ReissueOrder {
            what,
            reason: ReissueReason::LostCard,
            words: "lost".into(),
            state: look.state,
        };
        let done = self.operate::<_, serde_json::Value>("/operator/reissue", &order)?;
        let said = done.is_some();
        self.faults
            .say(|| format!("{:?} issued anew: {said}", order.what));
        self.gates.iter_mut().for_each(|gate| gate.stale = true);
        self.share_all_logs()?;
        Ok(said)
    }

    fn operate<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> anyhow::Result<Option<T>> {
        let answer = self.platform.call(&Message {
            method: "POST",
            path: path.into(),
            token: furnish::OPERATOR_TOKEN.into(),
            body: Some(serde_json::to_vec(body)?),
            key: Some(format!("{:016x}", chance::number())),
            life: None,
        })?;
        self.faults.note(&answer.status.to_le_bytes());
        if !(200..300).contains(&answer.status) {
            self.faults.say(|| {
                let why = String::from_utf8_lossy(&answer.body).into_owned();
                format!("  the operator is refused {path}: {why}")
            });
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&answer.body)?))
    }

    /// A kiosk burns down; the operator writes it off.
    ///
    /// # Errors
    /// The platform cannot be asked.
    pub fn destroy(&mut self, kiosk: usize) -> anyhow::Result<()> {
        if self.kiosks[kiosk].destroyed {
            return Ok(());
        }
        self.faults.struck(Kind::Destroyed);
        self.faults.say(|| format!("kiosk {kiosk} is destroyed"));
        self.in_trouble_with(kiosk)?;
        self.kiosks[kiosk].destroyed = true;
        self.write_off(kiosk)
    }

    /// The operator says that a kiosk will not come back.
    ///
    /// # Errors
    /// The platform cannot be asked.
    pub fn write_off(&mut self, kiosk: usize) -> anyhow::Result<()> {
        let (_, terminal, _) = KIOSKS[kiosk];
        let wish = TerminalWish::WriteOff {
            reason: "burnt".into(),
        };
        let path = format!("/operator/terminals/{terminal}");
        self.operate::<_, serde_json::Value>(&path, &wish)?;
        Ok(())
    }

    /// Tickets a kiosk's journal alone knows something of, as it says itself or the platform.
    fn in_trouble_with(&mut self, kiosk: usize) -> anyhow::Result<()> {
        let (_, terminal, _) = KIOSKS[kiosk];
        let books = self.platform.books()?;
        let known = books.holdings().filter(|(_, holding)| {
            matches!(holding, Holding::Terminal(owner) | Holding::Unknown(owner)
                if *owner == Some(terminal.0))
        });
        self.troubled.extend(known.map(|(ticket, _)| ticket));
        let open = self.open_rows(kiosk);
        let open = open.iter().flat_map(|row| &row.items);
        let mut tickets: Vec<u64> = open.map(|item| item.ticket.0).collect();
        let unsent = self.on_disk(kiosk, |store| store.unsent());
        for outgoing in unsent.unwrap_or_default() {
            tickets.extend(outgoing.report.tickets.iter().map(|ticket| ticket.0));
        }
        self.troubled.extend(tickets);
        // What a restored platform has not heard again nobody else can tell it.
        let unheard = self.forgotten.iter().filter(|(ticket, (teller, put))| {
            *teller == terminal.0 && books.holding(**ticket) == put.as_ref()
        });
        self.troubled.extend(unheard.map(|(ticket, _)| *ticket));
        Ok(())
    }

    /// Somebody copies a kiosk's journal, or puts the copy back (R14).
    ///
    /// # Errors
    /// The file cannot be copied.
    pub fn copy_or_put_back(&mut self, kiosk: usize) -> anyhow::Result<()> {
        if self.kiosks[kiosk].destroyed {
            return Ok(());
        }
        match self.kiosks[kiosk].copy.take() {
            None => {
                let copy = self.kiosks[kiosk].disk.copy()?;
                self.kiosks[kiosk].copy = Some(copy);
                self.faults
                    .say(|| format!("kiosk {kiosk}'s journal is copied"));
            }
            Some(copy) => {
                self.faults.struck(Kind::OldJournal);
                self.faults
                    .say(|| format!("kiosk {kiosk}'s journal is put back from the copy"));
                self.in_trouble_with(kiosk)?;
                self.kiosks[kiosk].disk.put_back(copy)?;
                self.in_trouble_with(kiosk)?;
                self.start_again(kiosk);
            }
        }
        Ok(())
    }

    /// The platform is backed up, or put back from the backup (R15).
    ///
    /// # Errors
    /// The file cannot be copied.
    pub fn back_up_or_restore(&mut self) -> anyhow::Result<()> {
        if !self.platform.has_backup() {
            self.faults.say(|| "the platform is backed up".into());
            return self.platform.back_up();
        }
        self.faults.struck(Kind::Restore);
        self.faults.say(|| "the platform is restored".into());
        let before = self.platform.books()?;
        self.platform.restore()?;
        let after = self.platform.books()?;
        self.forgotten.clear();
        for (ticket, holding) in before.holdings() {
            // Who was told of a re-issue asks again for it; no journal of a kiosk knows more than that its own copy is worth nothing.
            if before.first_good_epoch(ticket) > after.first_good_epoch(ticket) {
                self.troubled.insert(ticket);
            }
            if let Some((teller, _)) = before.teller(ticket)
                && after.holding(ticket) != Some(holding)
            {
                let put = after.holding(ticket).cloned();
                self.forgotten.insert(ticket, (teller, put));
            }
        }
        for kiosk in 0..self.kiosks.len() {
            if self.kiosks[kiosk].destroyed {
                self.in_trouble_with(kiosk)?;
            }
        }
        for kiosk in 0..self.kiosks.len() {
            if self.kiosks[kiosk].destroyed {
                self.write_off(kiosk)?;
            }
        }
        Ok(())
    }

    /// A card is lost for good.
    pub fn lose_card(&mut self, card: usize) {
        if self.lost_cards.len() + 2 < self.cards.len() && self.lost_cards.insert(card) {
            self.faults.struck(Kind::LostCard);
            self.faults.say(|| format!("card {card} is lost"));
        }
    }

    /// A message that was thought lost arrives.
    ///
    /// # Errors
    /// The platform cannot be asked.
    pub fn deliver_late(&mut self) -> anyhow::Result<()> {
        let message = {
            let mut late = self.late.borrow_mut();
            if late.is_empty() {
                return Ok(());
            }
            let which = chance::below(late.len());
            late.remove(which)
        };
        let answer = self.platform.call(&message)?;
        self.faults.note(&answer.status.to_le_bytes());
        self.faults.say(|| {
            format!(
                "late: {} {} → {}",
                message.method, message.path, answer.status
            )
        });
        if message.path.ends_with("/park") && chance::one_in(2) && !self.faults.is_calm() {
            // Who has the slip's code comes for it at once.
            let kiosk = chance::below(self.kiosks.len());
            let card = chance::below(self.cards.len());
            let code = self.codes.last().copied();
            self.fetch_with(kiosk, card, code);
        }
        if answer.status == 500 {
            self.findings.push(Finding::Stuck {
                why: format!("{} failed at the platform", message.path),
            });
        }
        Ok(())
    }
}
