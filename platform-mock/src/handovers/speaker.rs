//! Whoever sends a report: the owner of the handover, one that was it, or one that nobody has heard of before.

use kippu_api::handovers::{Report, ReportedOutcome::LeftAtPlatform};
use kippu_ticket::ids::{HandoverId, Step, TicketId};

use super::{
    record::{self, Asker, HandoverRecord, HandoverState, HandoverTicket, not_owner},
    releases,
    reports::Incoming,
};
use crate::{
    issuing::storage::find_grant,
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Sql},
    tickets::record as tickets,
};

/// Whether a handover writes, or leaves here, what no card gave it: it had a grant, be it one that a restored platform has forgotten.
fn came_from_here(known: &HandoverRecord, report: &Report) -> bool {
    let granted_only = report.step == Step::Give || report.outcome == LeftAtPlatform;
    known.giver.or(report.giver).is_none() && granted_only
}

/// Tickets of a handover that somebody has told of who owned it later than under a fence.
fn told_by_later_owners(sql: &Sql, handover: HandoverId, fence: u64) -> Answer<Vec<TicketId>> {
    let mut statement = sql.prepare_cached(
        "SELECT DISTINCT ticket FROM reported_tickets t JOIN reports r USING (terminal, incarnation, row)
         WHERE t.handover = ?1 AND CAST(json_extract(r.report, '$.fence') AS BIGINT) > ?2",
    )?;
    let rows = statement.query_map((handover.to_string(), fence), |row| {
        Ok(TicketId(row.get(0)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whoever speaks, and what of it counts.
pub(super) struct Speaker {
    /// The tickets it has spoken of, or registered.
    pub tickets: Vec<HandoverTicket>,
    /// Got its tickets from the platform.
    pub granted: bool,
    /// Heard of only now.
    pub new: bool,
    /// Acts on another ownership than the present one: of the tickets it let go of it can only tell that it had taken them.
    former: bool,
    /// `None`: all of them.
    let_go: Option<Vec<TicketId>>,
}

impl Speaker {
    /// Finds out who speaks; begins the handover where nobody has heard of it.
    ///
    /// # Errors
    /// 409 `not_owner` for a journal that never had it; 400 when a grant was for something else.
    pub fn of(unit: &Unit<'_>, incoming: &Incoming) -> Answer<Self> {
        let (report, handover) = (&incoming.report, incoming.handover);
        let asker = Asker {
            terminal: incoming.terminal,
            incarnation: &report.incarnation,
            fence: report.fence,
        };
        let Some(known) = releases::heard_of(unit, handover, &asker)? else {
            return Self::begun(unit, incoming, &asker);
        };
        let earlier_life = record::earlier_life(unit.sql, asker.terminal)?.is_some();
        let asker = record::with_fence_heard(unit.sql, &known, &asker)?;
        let released = releases::of_journal(unit.sql, handover, &asker)?;
        let tickets = record::tickets(unit.sql, handover)?;
        let owner =
            (known.terminal, known.incarnation.as_str()) == (asker.terminal, asker.incarnation);
        let let_go = if !owner && earlier_life {
            // Somebody took it over from there; what it kept for itself is still worth knowing.
            let mut let_go = told_by_later_owners(unit.sql, handover, asker.fence)?;
            let_go.extend(released);
            Some(let_go)
        } else if released.is_empty() {
            if !owner {
                return Err(not_owner(
                    "This handover was not granted to this terminal's journal.",
                ));
            }
            None
        } else {
            Some(released)
        };
        let grant = find_grant(unit.sql, handover)?;
        if let Some(grant) = &grant
            && (grant.card != report.card
                || report.tickets.iter().any(|ticket| !grant.has(*ticket)))
        {
            return Err(Refusal::bad_request(
                "The report is about another card or other tickets than the grant.",
            ));
        }
        let former = !known.is_owned_by(&asker) || known.state == HandoverState::Released;
        if !former {
            record::name_cards(unit, handover, report.giver, report.receiver)?;
        }
        Ok(Self {
            former,
            tickets,
            granted: grant.is_some() || came_from_here(&known, report),
            new: false,
            let_go,
        })
    }

    /// Taken without network, or known before a restore: whoever reports it first owns it.
    fn begun(unit: &Unit<'_>, incoming: &Incoming, asker: &Asker<'_>) -> Answer<Self> {
        let report = &incoming.report;
        let handover = HandoverRecord {
            handover: incoming.handover,
            terminal: asker.terminal,
            incarnation: asker.incarnation.to_owned(),
            fence: asker.fence,
            state: HandoverState::Open,
            purpose: None,
            giver: report
                .giver
                .or((report.step == Step::Take).then_some(report.card)),
            receiver: report.receiver,
            begun: record::heard_at(unit, asker.terminal)?,
        };
        record::insert(unit, &handover)?;
        tickets::raise_fence(unit, asker.fence)?;
        Ok(Self {
            granted: came_from_here(&handover, report),
            tickets: Vec::new(),
            new: true,
            former: false,
            let_go: None,
        })
    }

    /// Whether a ticket was given to the platform: nothing said of it counts any more.
    pub fn has_given_up(&self, ticket: TicketId) -> bool {
        let own = self.tickets.iter().find(|own| own.ticket == ticket);
        own.is_some_and(|own| own.given_up)
    }

    /// Whether another terminal goes on with a ticket, so that this one can only tell of the time before.
    pub fn has_let_go(&self, ticket: TicketId) -> bool {
        let gone = self.let_go.as_ref();
        self.former && gone.is_none_or(|gone| gone.contains(&ticket))
    }

    /// Whether it speaks of another ownership than the present one.
    pub fn is_former(&self) -> bool {
        self.former
    }
}
