//! Actions that are messages to the platform: the right, records, parking, releasing. All may be repeated; none is undone by a time-out (R7).

use kippu_api::{
    handovers::{BindRequest, NewHandover, ParkRequest, ReleaseRequest, TicketOnCard},
    orders::{GrantRequest, GrantedTicket},
    problem::Problem,
};
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use super::{Machine, visit::Visit};
use crate::{
    decide::PlatformView,
    outcome::{MachineFault, Outcome},
    platform::{PlatformPort, Reply},
    row::{Destination, Handover, ItemState, ROW_VERSION, Source},
    rules::Rules,
    store::Store,
    transition::{self, ticket_on_card},
};

impl<S: Store, P: PlatformPort, R: Rules> Machine<'_, S, P, R> {
    pub(super) fn ask_right(
        &mut self,
        visit: &mut Visit<'_>,
    ) -> Result<Option<Outcome>, MachineFault> {
        let row = &mut visit.row;
        let refused = match &row.source {
            Source::Claim {
                claim,
                code,
                card,
                room,
                ..
            } => {
                let request = GrantRequest {
                    handover: row.id,
                    card: *card,
                    room: *room,
                    incarnation: row.incarnation.to_string(),
                    code: *code,
                };
                match self.platform.grant(claim, &request) {
                    Reply::Done(grant) => {
                        transition::granted(row, &grant)?;
                        None
                    }
                    other => Some(unanswered(other)),
                }
            }
            Source::Card { card, purpose, .. } => {
                let request = NewHandover {
                    handover: row.id,
                    incarnation: row.incarnation.to_string(),
                    giver: *card,
                    purpose: *purpose,
                    tickets: row.items.iter().map(ticket_on_card).collect(),
                };
                match self.platform.register(&request) {
                    Reply::Done(answer) => {
                        transition::registered(row, Some(&answer))?;
                        None
                    }
                    other => Some(unanswered(other)),
                }
            }
        };
        match refused {
            None => {
                visit.platform = PlatformView::JustGranted;
                self.keep(visit)
            }
            Some(Some(problem)) => {
                transition::refused(row, problem.code);
                self.keep(visit)
            }
            Some(None) => {
                visit.platform = PlatformView::Away;
                Ok(None)
            }
        }
    }

    pub(super) fn ask_status(&self, id: HandoverId) -> PlatformView {
        match self.platform.status(id) {
            Reply::Done(status) => PlatformView::Says(status),
            Reply::Refused(problem) if problem.code.is_final() => PlatformView::Refuses,
            Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => PlatformView::Away,
        }
    }

    /// Records for the card that lies there: the platform's, or by local keys where it cannot be reached.
    pub(super) fn bind(
        &mut self,
        visit: &mut Visit<'_>,
        card: CardUid,
        tickets: &[TicketId],
    ) -> Result<Option<Outcome>, MachineFault> {
        let request = BindRequest {
            incarnation: visit.row.incarnation.to_string(),
            fence: visit.row.fence(),
            card,
            tickets: as_taken(&visit.row, tickets),
        };
        let away = visit.platform == PlatformView::Away;
        let records = match (!away).then(|| self.platform.bind(visit.row.id, &request)) {
            Some(Reply::Done(bindings)) => bindings.tickets,
            Some(Reply::Refused(problem)) if problem.code.is_final() => {
                return Ok(Some(Outcome::Refused(problem)));
            }
            _ => match self.bind_here(&visit.row, card, tickets) {
                Some(records) => records,
                None => {
                    visit.platform = PlatformView::Away;
                    return Ok(Some(Outcome::PlatformAway));
                }
            },
        };
        transition::bound(&mut visit.row, card, tickets, &records)?;
        self.keep(visit)
    }

    fn bind_here(
        &self,
        row: &Handover,
        card: CardUid,
        tickets: &[TicketId],
    ) -> Option<Vec<GrantedTicket>> {
        row.items
            .iter()
            .filter(|item| tickets.contains(&item.ticket))
            .map(|item| {
                let generation = transition::next(&self.rules, item.generation);
                let record = self.keys.bind(&item.record, card, generation.hop)?;
                Some(GrantedTicket {
                    ticket: item.ticket,
                    event: item.event,
                    record: hex::encode(record),
                    epoch: generation.epoch,
                    hop: generation.hop,
                })
            })
            .collect()
    }

    /// Sends the pending park. `first`: it was never sent before.
    pub(super) fn park(
        &mut self,
        visit: &mut Visit<'_>,
        first: bool,
    ) -> Result<Option<Outcome>, MachineFault> {
        let row = &mut visit.row;
        let (Some(intent), Some(giver)) = (&row.pending, row.giver()) else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        let request = ParkRequest {
            incarnation: row.incarnation.to_string(),
            fence: row.fence(),
            attempt: intent.operation.attempt,
            code: row.code,
            giver,
            receiver: row.receiver(),
            tickets: as_taken(row, &intent.items),
        };
        let now = (self.ambient.now)();
        match self.platform.park(row.id, &request) {
            Reply::Done(_) => {
                let report = transition::done(&self.rules, row, None, now);
                self.put(&mut visit.row, report.as_ref())?;
                Ok(None)
            }
            Reply::Refused(problem) if problem.code.is_final() => {
                let report = transition::not_done(&self.rules, row, now);
                // Asking again would be refused again: the giver's card is where they can go without the platform's leave.
                row.destination = Destination::Giver;
                self.put(&mut visit.row, report.as_ref())?;
                Ok(Some(Outcome::Refused(problem)))
            }
            // It never left this terminal, now or before: nothing has happened.
            Reply::Unreachable if first => {
                let report = transition::not_done(&self.rules, row, now);
                visit.platform = PlatformView::Away;
                self.put(&mut visit.row, report.as_ref())?;
                Ok(Some(Outcome::PlatformAway))
            }
            Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => {
                visit.platform = PlatformView::Away;
                Ok(Some(Outcome::PlatformAway))
            }
        }
    }

    /// Sends the release. `first`: it was never sent before.
    pub(super) fn release(
        &mut self,
        visit: &mut Visit<'_>,
        first: bool,
    ) -> Result<Option<Outcome>, MachineFault> {
        let row = &mut visit.row;
        let Some(request) = release_request(row) else {
            return Ok(Some(Outcome::NeedsOperator));
        };
        match self.platform.release(row.id, &request) {
            Reply::Done(_) => {
                transition::released(row);
                self.keep(visit)
            }
            Reply::Refused(problem) if problem.code.is_final() => {
                transition::not_released(row);
                // Asking again would be refused again, and a card that can answer would never be asked for.
                row.destination = transition::here(row);
                self.put(&mut visit.row, None)?;
                Ok(Some(Outcome::Refused(problem)))
            }
            // It never left this terminal, now or before: nobody else can have it.
            Reply::Unreachable if first => {
                transition::not_released(row);
                visit.platform = PlatformView::Away;
                self.put(&mut visit.row, None)?;
                Ok(Some(Outcome::PlatformAway))
            }
            Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => {
                visit.platform = PlatformView::Away;
                Ok(Some(Outcome::PlatformAway))
            }
        }
    }
}

/// The release of a row that says it is being, or was, released.
pub(super) fn release_request(row: &Handover) -> Option<ReleaseRequest> {
    let open: Vec<TicketId> = row
        .items
        .iter()
        .filter(|item| matches!(item.state, ItemState::Kept | ItemState::Pending))
        .map(|item| item.ticket)
        .collect();
    Some(ReleaseRequest {
        incarnation: row.incarnation.to_string(),
        fence: row.fence(),
        attempt: row.releasing?,
        code: row.code,
        cards: row.cards(),
        tickets: as_taken(row, &open),
        row_version: ROW_VERSION,
        row: serde_json::to_value(row).ok()?,
    })
}

/// A final refusal, or `None` where nobody knows.
fn unanswered<T>(reply: Reply<T>) -> Option<Problem> {
    match reply {
        Reply::Refused(problem) if problem.code.is_final() => Some(problem),
        Reply::Done(_) | Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => None,
    }
}

fn as_taken(row: &Handover, tickets: &[TicketId]) -> Vec<TicketOnCard> {
    row.items
        .iter()
        .filter(|item| tickets.contains(&item.ticket))
        .map(ticket_on_card)
        .collect()
}
