//! Taking reports in: each is kept once with its proof, and changes where tickets are if it is the newest that is known of them.

use std::collections::BTreeMap;

use kippu_api::handovers::{Report, ReportAccepted, ReportedOutcome, TicketOnCard};
use kippu_ticket::{
    ids::{CardUid, EventId, Generation, HandoverId, SellerId, Step, TerminalId, TicketId},
    record::BoundTicket,
};
use rusqlite::OptionalExtension as _;

use super::{
    acting::keep_taken,
    papers::{self, Paper},
    record::{self, Asker, HandoverRecord, HandoverState, HandoverTicket, not_owner},
    releases,
    rules::journal_word,
    storage::Evidence,
};
use crate::{
    issuing::storage::find_grant,
    journal::Entry,
    parcels::parking,
    refusal::{Answer, Refusal},
    sales::command::refresh_state,
    storage::Unit,
    tickets::{
        record::{self as tickets, TicketRow},
        standing::{self, Holder, Told},
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
            Effect::Now(change) => told.push(change),
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
    if !told.is_empty() {
        // After a taking that failed the owner may try again; whatever else leaves nothing in its hands ends the handover.
        if (report.step, report.outcome) != (Step::Take, ReportedOutcome::NotDone) {
            record::settle(unit, handover)?;
        }
        write_down(unit, incoming, &told)?;
    }
    Ok(ReportAccepted {
        newest,
        proved: incoming.evidence.proved,
    })
}

fn repeated(unit: &Unit<'_>, incoming: &Incoming) -> Answer<Option<ReportAccepted>> {
    Ok(unit
        .sql
        .prepare_cached(
            "SELECT newest, proved FROM reports WHERE terminal = ?1 AND incarnation = ?2 AND row = ?3 AND handover = ?4",
        )?
        .query_row(
            (
                incoming.terminal.0,
                &incoming.report.incarnation,
                incoming.report.row,
                incoming.handover.to_string(),
            ),
            |row| {
                Ok(ReportAccepted {
                    newest: row.get(0)?,
                    proved: row.get(1)?,
                })
            },
        )
        .optional()?)
}

/// Whoever speaks, and what of it counts.
struct Speaker {
    tickets: Vec<HandoverTicket>,
    /// Got from the platform.
    granted: bool,
    /// Heard of only now.
    new: bool,
    /// Acts on another ownership than the present one: nothing it says of the tickets it let go of counts.
    former: bool,
    let_go: Vec<TicketId>,
}

impl Speaker {
    fn of(unit: &Unit<'_>, incoming: &Incoming) -> Answer<Self> {
        let (report, handover) = (&incoming.report, incoming.handover);
        let asker = Asker {
            terminal: incoming.terminal,
            incarnation: &report.incarnation,
            fence: report.fence,
        };
        let Some(known) = record::find(unit.sql, handover)? else {
            return Self::begun(unit, incoming, &asker);
        };
        let releases = releases::of_journal(unit.sql, handover, &asker)?;
        let owner =
            (known.terminal, known.incarnation.as_str()) == (asker.terminal, asker.incarnation);
        if !owner && releases.is_empty() {
            return Err(not_owner(
                "This handover was not granted to this terminal's journal.",
            ));
        }
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
            tickets: record::tickets(unit.sql, handover)?,
            granted: grant.is_some(),
            new: false,
            let_go: releases,
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
            begun: unit.now,
        };
        record::insert(unit, &handover)?;
        tickets::raise_fence(unit, asker.fence)?;
        Ok(Self {
            granted: report.giver.is_none() && report.step == Step::Give,
            tickets: Vec::new(),
            new: true,
            former: false,
            let_go: Vec::new(),
        })
    }

    /// Whether something this journal says of a ticket is overtaken, whatever it is.
    fn is_done_with(&self, ticket: TicketId) -> bool {
        let given_up = self
            .tickets
            .iter()
            .any(|own| own.ticket == ticket && own.given_up);
        given_up || self.former && (self.let_go.is_empty() || self.let_go.contains(&ticket))
    }
}

enum Effect {
    /// The newest there is.
    Now(Change),
    /// Says nothing about where the ticket is, or what is known.
    Nothing,
    /// Something newer is known.
    Older,
}

struct Change {
    row: TicketRow,
    to: standing::Standing,
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
    if row.void || void || speaker.is_done_with(ticket) || later_known(unit, incoming, ticket)? {
        return Ok(Effect::Older);
    }
    Ok(match standing::after(&row.standing, &told) {
        Some(to) => Effect::Now(Change { row, to }),
        None if claimed == row.standing => Effect::Nothing,
        None => Effect::Older,
    })
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

/// Writes the change into the sales journal, an entry for each order and event, with both cards.
fn write_down(unit: &mut Unit<'_>, incoming: &Incoming, told: &[Change]) -> Answer<()> {
    let report = &incoming.report;
    let granted = find_grant(unit.sql, incoming.handover)?.is_some();
    let mut groups: BTreeMap<(Option<&str>, EventId), Vec<TicketId>> = BTreeMap::new();
    for change in told {
        groups
            .entry((change.row.order.as_deref(), change.row.event))
            .or_default()
            .push(change.row.ticket);
    }
    let name = |card: Option<CardUid>| card.map(|card| card.to_string());
    let record = record::find(unit.sql, incoming.handover)?;
    let giver = name(
        report
            .giver
            .or(record.as_ref().and_then(|known| known.giver)),
    );
    let receiver = name(report.receiver.or(record.and_then(|known| known.receiver)));
    for ((order, event), of_group) in groups {
        let seller = seller(unit, order, told, of_group.first())?;
        unit.journal(&Entry {
            kind: journal_word(report.step, report.outcome, granted),
            order,
            event: Some(event.0),
            tickets: &of_group,
            seller: seller.map(|seller| seller.0),
            terminal: Some(incoming.terminal.0),
            card: Some(&report.card.to_string()),
            giver: giver.as_deref(),
            receiver: receiver.as_deref(),
            serial: report.serial,
            proved: incoming.evidence.proved,
            note: Some(&incoming.handover.to_string()),
            ..Entry::default()
        })?;
    }
    Ok(())
}

fn seller(
    unit: &Unit<'_>,
    order: Option<&str>,
    told: &[Change],
    ticket: Option<&TicketId>,
) -> Answer<Option<SellerId>> {
    if let Some(order) = order {
        return Ok(unit
            .sql
            .prepare_cached("SELECT seller FROM orders WHERE id = ?1")?
            .query_row([order], |row| row.get(0).map(SellerId))
            .optional()?);
    }
    Ok(told
        .iter()
        .find(|change| Some(&change.row.ticket) == ticket)
        .and_then(|change| change.row.signed.as_ref())
        .map(|signed| signed.body.seller))
}
