//! Doing one action.

use kippu_api::handovers::PaperRequest;
use kippu_card::capability::{CardFault, ChangeFault, Committed, Happened, Progress};
use kippu_ticket::ids::{Step, TicketId};

use super::{Machine, visit::Visit};
use crate::{
    decide::{Action, PlatformView},
    outcome::{MachineFault, Outcome, Summary},
    paper::{PaperEnd, PaperFault, PaperJob},
    platform::{PlatformPort, Reply},
    row::{Event, Handover, Place},
    rules::Rules,
    store::Store,
    transition::{self, ticket_on_card},
};

impl<S: Store, P: PlatformPort, R: Rules> Machine<'_, S, P, R> {
    /// Does one action. `None`: decide again.
    pub(super) fn perform(
        &mut self,
        visit: &mut Visit<'_>,
        action: Action,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Outcome>, MachineFault> {
        let now = (self.ambient.now)();
        match action {
            Action::AskRight => self.ask_right(visit),
            Action::GoOffline => {
                transition::registered(&mut visit.row, None)?;
                self.keep(visit)
            }
            Action::AskPlatform => {
                visit.platform = self.ask_status(visit.row.id);
                Ok(None)
            }
            Action::Take { tickets, sequence } => {
                self.change(visit, Step::Take, &tickets, sequence, progress)
            }
            Action::EndConsent => {
                let report = transition::consent_ended(&mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Action::NameReceiver(card) => {
                transition::name_receiver(&mut visit.row, card);
                self.keep(visit)
            }
            Action::Bind { card, tickets } => self.bind(visit, card, &tickets),
            Action::Give { tickets, sequence } => {
                let here = visit.seen().card.uid();
                let step = if here.is_some() && here == visit.row.giver() {
                    Step::GiveBack
                } else {
                    Step::Give
                };
                self.change(visit, step, &tickets, sequence, progress)
            }
            Action::TurnBack => {
                transition::turn_back(&mut visit.row);
                self.keep(visit)
            }
            Action::Park(tickets) => {
                let operation = self.rules.next_operation(&visit.row, Step::Park);
                transition::intend(&mut visit.row, operation, Place::Platform, &tickets);
                self.put(&mut visit.row, None)?;
                self.park(visit, true)
            }
            Action::RepeatPark => self.park(visit, false),
            Action::Release => {
                transition::releasing(&mut visit.row);
                self.put(&mut visit.row, None)?;
                self.release(visit, true)
            }
            Action::RepeatRelease => self.release(visit, false),
            Action::Print(ticket) => self.print(visit, ticket),
            Action::TellUnknown => {
                let report = visit.unknown(now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Action::ConcludeDone => {
                let report = transition::done(&self.rules, &mut visit.row, None, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Action::ConcludeNotDone => {
                let report = transition::not_done(&self.rules, &mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Action::FoundOnCard(tickets) => {
                if let Some(card) = visit.seen().card.uid() {
                    let report = transition::found_on_card(&mut visit.row, card, &tickets, now);
                    self.put(&mut visit.row, Some(&report))?;
                }
                Ok(None)
            }
            Action::LeaveAtPlatform(tickets) => {
                let report = transition::left_at_platform(&mut visit.row, &tickets, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Action::CloseReissued(tickets) => {
                transition::reissued(&mut visit.row, &tickets);
                self.keep(visit)
            }
            Action::Disown => {
                transition::disowned(&mut visit.row);
                self.keep(visit)
            }
            Action::WaitForCard { card, why, found } => Ok(Some(Outcome::LayCard {
                card,
                why,
                found,
                fault: visit.fault,
            })),
            Action::TooFull { card, room, needed } => {
                Ok(Some(Outcome::TooFull { card, room, needed }))
            }
            Action::WaitForPrinter => {
                let fault = visit.printer_fault.unwrap_or(PaperFault::Away);
                Ok(Some(Outcome::PrinterNeeded(fault)))
            }
            Action::AskPeople => Ok(Some(question(&visit.row).unwrap_or(Outcome::NeedsOperator))),
            Action::WaitForPlatform => Ok(Some(Outcome::PlatformAway)),
            Action::WaitForOperator => Ok(Some(Outcome::NeedsOperator)),
            Action::End => Ok(Some(Outcome::Ended(Summary::of(&visit.row)))),
        }
    }

    /// The row to disk, with nothing to report.
    pub(super) fn keep(&mut self, visit: &mut Visit<'_>) -> Result<Option<Outcome>, MachineFault> {
        self.put(&mut visit.row, None)?;
        Ok(None)
    }

    /// Intent to disk, then the card's change, then the outcome to disk.
    fn change(
        &mut self,
        visit: &mut Visit<'_>,
        step: Step,
        tickets: &[TicketId],
        sequence: u32,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Outcome>, MachineFault> {
        let operation = self.rules.next_operation(&visit.row, step);
        let Some(card) = visit.seen().card.uid() else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        let place = Place::Card { card, sequence };
        transition::intend(&mut visit.row, operation, place, tickets);
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
                let report = transition::not_done(&self.rules, &mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                match fault {
                    CardFault::Full => visit.refused_as_full = true,
                    fault => visit.lost_while_writing(fault),
                }
            }
            Err(ChangeFault::Refused(refusal)) => {
                // The card cannot hold, or does not give, what was planned; trying again would end the same. Going elsewhere is possible.
                tracing::error!(handover = %visit.row.id, %refusal, "the card client refuses the change");
                let report = transition::not_done(&self.rules, &mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                return Ok((step != Step::Take).then_some(Outcome::NeedsOperator));
            }
            Err(ChangeFault::Sequence { .. }) => {
                let report = transition::not_done(&self.rules, &mut visit.row, now);
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
        row.pending.as_ref().is_some_and(|intent| {
            intent.on_card().is_some_and(|(_, sequence)| {
                self.rules
                    .happened(&intent.operation, sequence, &committed.after)
                    == Happened::Yes
            })
        })
    }

    /// The paper's record first, then intent with its serial to disk, then the printer, then the outcome to disk.
    fn print(
        &mut self,
        visit: &mut Visit<'_>,
        ticket: TicketId,
    ) -> Result<Option<Outcome>, MachineFault> {
        let Some((item, event)) = with_event(&visit.row, ticket) else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        let serial = (self.ambient.new_serial)();
        let hop = transition::next(&self.rules, item.generation).hop;
        let request = PaperRequest {
            incarnation: visit.row.incarnation.to_string(),
            fence: visit.row.fence(),
            serial,
            ticket: ticket_on_card(&item),
        };
        let away = visit.platform == PlatformView::Away;
        let paper = match (!away).then(|| self.platform.paper(visit.row.id, &request)) {
            Some(Reply::Done(paper)) => hex::decode(&paper.record).ok(),
            Some(Reply::Refused(problem)) if problem.code.is_final() => {
                return Ok(Some(Outcome::Refused(problem)));
            }
            _ => {
                visit.platform = PlatformView::Away;
                self.keys.bind_paper(&item.record, serial, hop)
            }
        };
        let Some(paper) = paper else {
            return Ok(Some(Outcome::PlatformAway));
        };
        let operation = self.rules.next_operation(&visit.row, Step::Print);
        let place = Place::Paper {
            serial,
            record: paper.clone(),
        };
        transition::intend(&mut visit.row, operation, place, &[ticket]);
        self.put(&mut visit.row, None)?;
        let job = PaperJob {
            ticket,
            serial,
            record: item.record,
            paper,
            event,
        };
        let end = match visit.printer.as_deref_mut() {
            Some(printer) => printer.print(&job),
            None => PaperEnd::Nothing(PaperFault::Away),
        };
        let now = (self.ambient.now)();
        match end {
            PaperEnd::Printed => {
                let report = transition::done(&self.rules, &mut visit.row, None, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            PaperEnd::Nothing(fault) => {
                let report = transition::not_done(&self.rules, &mut visit.row, now);
                self.put(&mut visit.row, report.as_ref())?;
                visit.printer_fault = Some(fault);
                Ok(None)
            }
            PaperEnd::Unconfirmed(_) => Ok(question(&visit.row)),
        }
    }
}

fn with_event(row: &Handover, ticket: TicketId) -> Option<(crate::row::Item, Event)> {
    let item = row.items.iter().find(|item| item.ticket == ticket)?;
    let event = row
        .events
        .iter()
        .find(|event| event.event == item.event.0)?;
    Some((item.clone(), event.clone()))
}

/// The paper somebody has to look for.
fn question(row: &Handover) -> Option<Outcome> {
    let intent = row.pending.as_ref()?;
    let Place::Paper { serial, .. } = intent.place else {
        return None;
    };
    Some(Outcome::AskPeople {
        ticket: *intent.items.first()?,
        serial,
    })
}
