//! Taking reports in: each is kept once with its proof, and changes where tickets are if it is the newest that is known of them.

use kippu_api::handovers::{Report, ReportAccepted, ReportedOutcome, TicketOnCard};
use kippu_ticket::{
    ids::{Generation, HandoverId, Step, TerminalId, TicketId},
    record::BoundTicket,
};

use super::{
    acting::keep_taken,
    papers::{self, Paper},
    record, releases,
    speaker::Speaker,
    storage::Evidence,
    writing,
};
use crate::{
    parcels::parking,
    refusal::{Answer, Refusal},
    sales::command::refresh_state,
    storage::{Unit, sql::Optional as _, words::from_word},
    tickets::{
        record::{self as tickets, TicketRow},
        standing::{self, Holder, Standing, Told},
    },
};

/// A report as it came in.
pub(super) struct Incoming {
    /// Who sent it.
    pub terminal: TerminalId,
    /// About which handover.
    pub handover: HandoverId,
    /// What it says.
    pub report: Report,
    /// What it brings besides.
    pub evidence: Evidence,
}

/// Takes a report in.
pub(super) fn take(unit: &mut Unit<'_>, incoming: &Incoming) -> Answer<ReportAccepted> {
    let (report, handover) = (&incoming.report, incoming.handover);
    if let Some(known) = repeated(unit, incoming)? {
        return Ok(known);
    }
    let speaker = Speaker::of(unit, incoming)?;
    let mut told = Vec::new();
    let mut newest = true;
    for ticket in &report.tickets {
        match effect(unit, incoming, &speaker, *ticket)? {
            Effect::Now(change) => told.push(*change),
            Effect::Nothing => {}
            Effect::Older => newest = false,
        }
    }
    newest |= !told.is_empty();
    keep(unit, incoming, newest)?;
    for change in &told {
        apply(unit, incoming, &speaker, change)?;
    }
    if report.outcome == ReportedOutcome::Done && report.step == Step::Park {
        parking::repeat_lost(
            unit,
            incoming.terminal,
            handover,
            report,
            incoming.evidence.code,
        )?;
    }
    // After a taking that failed the owner may try again, and what a former owner tells in vain says nothing about the present one; whatever
    // else leaves nothing in its hands ends the handover.
    let may_go_on = (report.step, report.outcome) == (Step::Take, ReportedOutcome::NotDone);
    let in_vain = speaker.is_former() && told.is_empty();
    if !may_go_on && !in_vain {
        record::settle(unit, handover)?;
    }
    writing::write_down(unit, incoming, &told)?;
    Ok(ReportAccepted {
        newest,
        proved: incoming.evidence.proved,
    })
}

/// The answer this row was given earlier, if it was.
///
/// # Errors
/// 400 when the row was about another handover: a journal numbers its rows once.
fn repeated(unit: &Unit<'_>, incoming: &Incoming) -> Answer<Option<ReportAccepted>> {
    let known: Option<(HandoverId, ReportAccepted)> = unit
        .sql
        .prepare_cached(
            "SELECT handover, newest, proved FROM reports WHERE terminal = ?1 AND incarnation = ?2 AND row = ?3",
        )?
        .query_row(
            (
                incoming.terminal.0,
                &incoming.report.incarnation,
                incoming.report.row,
            ),
            |row| {
                let accepted = ReportAccepted {
                    newest: row.get(1)?,
                    proved: row.get(2)?,
                };
                Ok((from_word(row, 0)?, accepted))
            },
        )
        .optional()?;
    match known {
        Some((handover, _)) if handover != incoming.handover => Err(Refusal::bad_request(
            "This row of the journal was about another handover.",
        )),
        known => Ok(known.map(|(_, accepted)| accepted)),
    }
}

enum Effect {
    /// The newest there is.
    Now(Box<Change>),
    /// Says nothing about where the ticket is, or what is known.
    Nothing,
    /// Something newer is known.
    Older,
}

/// A ticket that is somewhere else now.
pub(super) struct Change {
    /// As it was.
    pub row: TicketRow,
    /// Where it is.
    pub to: Standing,
}

fn effect(
    unit: &Unit<'_>,
    incoming: &Incoming,
    speaker: &Speaker,
    ticket: TicketId,
) -> Answer<Effect> {
    let report = &incoming.report;
    let stated = report.records.iter().find(|stated| stated.ticket == ticket);
    let brought = incoming
        .evidence
        .brought
        .iter()
        .find(|brought| brought.signed.body.ticket == ticket);
    let row = tickets::find(unit.sql, ticket)?;
    let own = speaker.tickets.iter().find(|own| own.ticket == ticket);
    let before = match (own, stated, &row) {
        // The card itself says which life was taken.
        (_, Some(stated), _) if report.step == Step::Take => Some(generation(stated)),
        (Some(own), _, _) => Some(own.before),
        (None, Some(stated), _) => Some(before(report.step, stated)),
        // Granted before a restore: one hop before what was written then.
        (None, None, Some(row)) if speaker.new => Some(row.standing.rank.generation()),
        (None, None, _) => None,
    };
    let before = before.ok_or_else(|| {
        Refusal::bad_request(format!("The report does not say what ticket {ticket} is."))
    })?;
    let row = match (row, brought) {
        (Some(row), brought) => {
            let vouched = brought.is_some_and(|brought| brought.signed.body.epoch == before.epoch);
            if before.epoch > row.standing.rank.epoch && !vouched {
                tracing::warn!(%ticket, "a report is about an epoch nobody can vouch for");
                return Ok(Effect::Nothing);
            }
            row
        }
        (None, Some(brought)) => keep_taken(
            unit,
            incoming.handover,
            &BoundTicket {
                hop: before.hop,
                ..brought.clone()
            },
        )?,
        (None, None) => {
            tracing::warn!(%ticket, "a report is about a ticket that nobody issued");
            return Ok(Effect::Nothing);
        }
    };
    if report.step == Step::Take {
        record::put_ticket(unit, incoming.handover, ticket, before)?;
    } else {
        record::add_ticket(unit, incoming.handover, ticket, before)?;
    }
    note_paper(unit, incoming, &row, before)?;
    let told = Told {
        handover: incoming.handover,
        step: report.step,
        outcome: report.outcome,
        before,
        card: report.card,
        serial: report.serial,
        granted: speaker.granted,
    };
    let Some(claimed) = told.standing() else {
        return Ok(Effect::Nothing);
    };
    let void = match (claimed.holder, claimed.serial) {
        (Holder::Paper, Some(serial)) => papers::is_void(unit.sql, serial)?,
        _ => false,
    };
    // That it was taken at all is worth knowing from whoever did it: another handover's doubt about the same stay on the card ends with it.
    let tells_of_taking = (report.step, report.outcome) == (Step::Take, ReportedOutcome::Done)
        && claimed.rank > row.standing.rank;
    let overtaken = speaker.has_given_up(ticket) || speaker.has_let_go(ticket) && !tells_of_taking;
    if row.void || void || overtaken || later_known(unit, incoming, ticket)? {
        return Ok(Effect::Older);
    }
    Ok(match standing::after(&row.standing, &told) {
        Some(to) => {
            let to = doubted(unit, &told, ticket)?.unwrap_or(to);
            Effect::Now(Box::new(Change { row, to }))
        }
        None if claimed == row.standing => Effect::Nothing,
        None => Effect::Older,
    })
}

/// Of two handovers that perhaps took a ticket the books keep one. When that one did not, the other one's doubt is what remains: where it was let
/// go of, nobody would tell of it again before somebody asks for it.
fn doubted(unit: &Unit<'_>, told: &Told, ticket: TicketId) -> Answer<Option<Standing>> {
    if (told.step, told.outcome) != (Step::Take, ReportedOutcome::NotDone) {
        return Ok(None);
    }
    let other = releases::in_doubt(unit.sql, ticket, told.before, told.handover)?;
    Ok(other.map(|other| Standing::perhaps_taken(told.before, other)))
}

/// The life in which a ticket came to a handover, by what a report states of it afterwards.
fn before(step: Step, stated: &TicketOnCard) -> Generation {
    let generation = generation(stated);
    match step {
        Step::Take | Step::Park | Step::Print => generation,
        Step::Give | Step::GiveBack => Generation {
            hop: generation.hop.saturating_sub(1),
            ..generation
        },
    }
}

fn generation(stated: &TicketOnCard) -> Generation {
    Generation {
        epoch: stated.epoch,
        hop: stated.hop,
    }
}

/// Keeps the paper's serial: void if the report says so, however late it comes.
fn note_paper(
    unit: &Unit<'_>,
    incoming: &Incoming,
    row: &TicketRow,
    before: Generation,
) -> Answer<()> {
    let report = &incoming.report;
    let (Step::Print, Some(serial)) = (report.step, report.serial) else {
        return Ok(());
    };
    let paper = Paper {
        serial,
        handover: incoming.handover,
        ticket: row.ticket,
        event: row.event,
        epoch: before.epoch,
        hop: before.hop.saturating_add(1),
    };
    let void = matches!(
        report.outcome,
        ReportedOutcome::PaperVoid | ReportedOutcome::NotDone
    );
    papers::tell(unit, &paper, void)
}

/// Whether a later row of the same journal about this handover and ticket came in earlier.
fn later_known(unit: &Unit<'_>, incoming: &Incoming, ticket: TicketId) -> Answer<bool> {
    Ok(unit
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM reported_tickets WHERE ticket = ?1 AND terminal = ?2 AND incarnation = ?3 AND row > ?4 AND handover = ?5)",
        )?
        .query_row(
            (
                ticket.0,
                incoming.terminal.0,
                &incoming.report.incarnation,
                incoming.report.row,
                incoming.handover.to_string(),
            ),
            |row| row.get(0),
        )?)
}

fn keep(unit: &Unit<'_>, incoming: &Incoming, newest: bool) -> Answer<()> {
    let report = &incoming.report;
    // The code opens a parcel: of it only the hash is kept.
    let kept = Report {
        code: None,
        ..report.clone()
    };
    unit.sql
        .prepare_cached(
            "INSERT INTO reports (terminal, incarnation, row, handover, card, report, newest, proved, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            incoming.terminal.0,
            &report.incarnation,
            report.row,
            incoming.handover.to_string(),
            report.card.to_string(),
            serde_json::to_string(&kept)?,
            newest,
            incoming.evidence.proved,
            unit.now,
        ))?;
    for ticket in &report.tickets {
        unit.sql
            .prepare_cached(
                "INSERT INTO reported_tickets (ticket, terminal, incarnation, row, handover) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute((
                ticket.0,
                incoming.terminal.0,
                &report.incarnation,
                report.row,
                incoming.handover.to_string(),
            ))?;
    }
    Ok(())
}

fn apply(
    unit: &mut Unit<'_>,
    incoming: &Incoming,
    speaker: &Speaker,
    change: &Change,
) -> Answer<()> {
    let row = &change.row;
    tickets::put(unit, row.ticket, &change.to)?;
    let left = change.to.holder == Holder::Platform;
    if left {
        record::set_given_up(unit, incoming.handover, row.ticket, true)?;
    }
    if !speaker.granted {
        tickets::put_claim(unit, row.ticket, None, true)?;
    }
    if let Some(before) = row
        .standing
        .handover
        .filter(|other| *other != incoming.handover)
    {
        record::settle(unit, before)?;
    }
    if let Some(order) = &row.order {
        refresh_state(unit, order)?;
    }
    Ok(())
}
