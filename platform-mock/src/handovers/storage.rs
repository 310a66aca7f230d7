//! Keeping reports, and what they change.

use async_trait::async_trait;
use kippu_api::handovers::{HandoverStatus, Report, ReportAccepted, ReportedOutcome};
use kippu_ticket::ids::{CardUid, HandoverId, TerminalId, TicketId};
use rusqlite::{Connection, OptionalExtension as _};

use super::rules::{self, OpenQuestion};
use crate::{
    issuing::{
        rules::{GrantRecord, not_owner, state_of},
        storage::find_grant,
    },
    journal::Entry,
    refusal::{Answer, Refusal},
    sales::{command::set_state, record},
    storage::{Sqlite, Unit, words::word},
};

/// Handovers.
#[async_trait]
pub trait HandoverStorage: Send + Sync {
    /// Takes a report; `proved` is what the card's proof says.
    async fn report(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        report: Report,
        proved: Option<bool>,
    ) -> Answer<ReportAccepted>;
    /// What is known of a handover, for one terminal.
    async fn handover(&self, terminal: TerminalId, handover: HandoverId) -> Answer<HandoverStatus>;
}

#[async_trait]
impl HandoverStorage for Sqlite {
    async fn report(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        report: Report,
        proved: Option<bool>,
    ) -> Answer<ReportAccepted> {
        self.write(move |unit| take(unit, terminal, handover, &report, proved))
            .await
    }

    async fn handover(&self, terminal: TerminalId, handover: HandoverId) -> Answer<HandoverStatus> {
        self.read(move |sql| status(sql, terminal, handover)).await
    }
}

fn take(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    handover: HandoverId,
    report: &Report,
    proved: Option<bool>,
) -> Answer<ReportAccepted> {
    let grant = find_grant(unit.sql, handover)?
        .filter(|grant| grant.terminal == terminal && grant.incarnation == report.incarnation)
        .ok_or_else(|| not_owner("This handover was not granted to this terminal's journal."))?;
    if grant.card != report.card
        || report
            .tickets
            .iter()
            .any(|ticket| grant.tickets.iter().all(|own| own.ticket != *ticket))
    {
        return Err(Refusal::bad_request(
            "The report is about another card or other tickets than the grant.",
        ));
    }
    let known: Option<(bool, Option<bool>)> = unit
        .sql
        .prepare_cached("SELECT newest, proved FROM reports WHERE terminal = ?1 AND incarnation = ?2 AND row = ?3")?
        .query_row((terminal.0, &report.incarnation, report.row), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((newest, proved)) = known {
        return Ok(ReportAccepted { newest, proved });
    }
    let newest = is_newest(unit.sql, &grant, report)?;
    unit.sql
        .prepare_cached(
            "INSERT INTO reports (terminal, incarnation, row, handover, card, report, newest, proved, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            terminal.0,
            &report.incarnation,
            report.row,
            handover.to_string(),
            report.card.to_string(),
            serde_json::to_string(report)?,
            newest,
            proved,
            unit.now,
        ))?;
    if newest {
        apply(unit, &grant, report)?;
    }
    Ok(ReportAccepted { newest, proved })
}

/// A report is the newest when its grant is still open and no later row of the same journal is known for the handover (R6).
fn is_newest(sql: &Connection, grant: &GrantRecord, report: &Report) -> Answer<bool> {
    if !grant.open || report.fence != grant.fence {
        return Ok(false);
    }
    let mut later = sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM reports WHERE handover = ?1 AND terminal = ?2 AND incarnation = ?3 AND row > ?4)",
    )?;
    let newer_known: bool = later.query_row(
        (
            grant.handover.to_string(),
            grant.terminal.0,
            &report.incarnation,
            report.row,
        ),
        |row| row.get(0),
    )?;
    Ok(!newer_known)
}

fn apply(unit: &mut Unit<'_>, grant: &GrantRecord, report: &Report) -> Answer<()> {
    let Some(holder) = rules::holder_after(report.step, report.outcome) else {
        return Ok(());
    };
    for granted in grant
        .tickets
        .iter()
        .filter(|granted| report.tickets.contains(&granted.ticket))
    {
        // The epoch guards against a report about tickets that were issued anew in the meantime.
        unit.sql
            .prepare_cached(
                "UPDATE tickets SET holder = ?2 WHERE ticket = ?1 AND epoch = ?3 AND hop = ?4",
            )?
            .execute((granted.ticket.0, word(&holder)?, granted.epoch, granted.hop))?;
    }
    let order = record::order(unit.sql, &grant.order)?;
    let of_grant = |ticket: &TicketId| {
        grant
            .tickets
            .iter()
            .any(|granted| granted.ticket == *ticket)
    };
    let settled = order
        .tickets
        .iter()
        .filter(|ticket| of_grant(&ticket.ticket))
        .all(|ticket| {
            matches!(
                ticket.holder,
                record::Holder::Card | record::Holder::Platform
            )
        });
    if settled {
        unit.sql
            .prepare_cached("UPDATE grants SET open = 0 WHERE handover = ?1")?
            .execute([grant.handover.to_string()])?;
    }
    set_state(
        unit,
        &order.id,
        state_of(order.tickets.iter().map(|ticket| ticket.holder)),
    )?;
    let kind = match report.outcome {
        ReportedOutcome::Done => "issued",
        ReportedOutcome::NotDone => "not_written",
        ReportedOutcome::Unknown => "writing_unknown",
        ReportedOutcome::LeftAtPlatform => "left_at_platform",
        ReportedOutcome::PaperVoid => "paper_void",
    };
    unit.journal(&Entry {
        kind,
        order: Some(&order.id),
        event: Some(order.event.0),
        tickets: &report.tickets,
        seller: Some(order.seller.0),
        terminal: Some(grant.terminal.0),
        card: Some(&report.card.to_string()),
        note: Some(&grant.handover.to_string()),
        ..Entry::default()
    })
}

fn status(sql: &Connection, terminal: TerminalId, handover: HandoverId) -> Answer<HandoverStatus> {
    let grant = find_grant(sql, handover)?
        .filter(|grant| grant.terminal == terminal)
        .ok_or_else(|| Refusal::not_found("handover"))?;
    let order = record::order(sql, &grant.order)?;
    let reissued = grant.tickets.iter().filter(|granted| {
        order
            .tickets
            .iter()
            .any(|ticket| ticket.ticket == granted.ticket && ticket.epoch > granted.epoch)
    });
    let (attempt, happened) = open_question(sql, handover, grant.card)?;
    Ok(HandoverStatus {
        handover,
        fence: order.fence,
        known: true,
        yours: grant.open && grant.fence == order.fence,
        happened,
        attempt,
        reissued: reissued.map(|granted| granted.ticket).collect(),
    })
}

/// The attempt of this handover's newest open question, and what everybody reported of the card since says about it.
fn open_question(
    sql: &Connection,
    handover: HandoverId,
    card: CardUid,
) -> Answer<(Option<u8>, Option<bool>)> {
    let own = reports(
        sql,
        "SELECT report FROM reports WHERE handover = ?1 ORDER BY row DESC",
        &handover.to_string(),
    )?;
    let Some(question) = own
        .iter()
        .find_map(|report| OpenQuestion::of(handover, report))
    else {
        return Ok((None, None));
    };
    let of_card = reports(
        sql,
        "SELECT report FROM reports WHERE card = ?1",
        &card.to_string(),
    )?;
    let seen: Vec<_> = of_card.iter().flat_map(rules::directories).collect();
    Ok((
        Some(question.operation.attempt),
        rules::happened(&question, &seen),
    ))
}

fn reports(sql: &Connection, text: &str, parameter: &str) -> Answer<Vec<Report>> {
    let mut statement = sql.prepare_cached(text)?;
    let mut rows = statement.query([parameter])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
    }
    Ok(found)
}
