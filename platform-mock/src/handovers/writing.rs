//! What a report changed, in the words of the sales journal: the history of assignments and conversions, at the seller too.

use std::collections::BTreeMap;

use kippu_ticket::ids::{CardUid, EventId, SellerId, TicketId};

use super::{
    record,
    reports::{Change, Incoming},
    rules::journal_word,
};
use crate::{
    issuing::storage::find_grant,
    journal::Entry,
    refusal::Answer,
    storage::{Unit, sql::Optional as _},
};

/// Writes the change into the sales journal, an entry for each order and event, with both cards.
pub(super) fn write_down(unit: &mut Unit<'_>, incoming: &Incoming, told: &[Change]) -> Answer<()> {
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
