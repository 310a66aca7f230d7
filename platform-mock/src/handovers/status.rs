//! What the platform knows of a handover, and what other terminals have seen of the card it waits for (R4).

use kippu_api::handovers::{HandoverStatus, Report};
use kippu_ticket::ids::{CardUid, HandoverId, TerminalId};

use super::{
    record::{self, HandoverState},
    rules::{self, OpenQuestion},
};
use crate::storage::sql::Sql;
use crate::{
    refusal::{Answer, Refusal},
    tickets::record::find as find_ticket,
};

/// For one terminal: the owner, or one that was it once.
pub(super) fn status(
    sql: &Sql,
    terminal: TerminalId,
    handover: HandoverId,
) -> Answer<HandoverStatus> {
    let Some(known) = record::find(sql, handover)? else {
        // Taken without network and not reported yet: it is the taker's.
        return Ok(HandoverStatus {
            handover,
            fence: 0,
            known: false,
            yours: true,
            happened: None,
            attempt: None,
            reissued: Vec::new(),
        });
    };
    if known.terminal != terminal && !had_it(sql, terminal, handover)? {
        return Err(Refusal::not_found("handover"));
    }
    let mut reissued = Vec::new();
    for own in record::tickets(sql, handover)? {
        let row = find_ticket(sql, own.ticket)?;
        if row.is_some_and(|row| row.standing.rank.epoch > own.before.epoch) {
            reissued.push(own.ticket);
        }
    }
    let question = open_question(sql, handover)?;
    Ok(HandoverStatus {
        handover,
        fence: known.fence,
        known: true,
        yours: known.terminal == terminal && known.state == HandoverState::Open,
        happened: question.as_ref().and_then(|question| question.happened),
        attempt: question.map(|question| question.attempt),
        reissued,
    })
}

/// Whether it let go of it, took it over, or has told of it: what it let go of in a time that a restored platform has forgotten is in no book.
fn had_it(sql: &Sql, terminal: TerminalId, handover: HandoverId) -> Answer<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM releases WHERE handover = ?1 AND (terminal = ?2 OR taken_by = ?2))
                 OR EXISTS (SELECT 1 FROM reports WHERE handover = ?1 AND terminal = ?2)",
        )?
        .query_row((handover.to_string(), terminal.0), |row| row.get(0))?)
}

/// The newest question a handover's reports left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The card it is about.
    pub card: CardUid,
    /// Which try.
    pub attempt: u8,
    /// What everybody reported of the card since says about it.
    pub happened: Option<bool>,
    /// Whether the handover's last report left it open.
    pub still_open: bool,
}

/// The newest open question of a handover, with what everybody's reports of that card say about it.
pub fn open_question(sql: &Sql, handover: HandoverId) -> Answer<Option<Question>> {
    let own = reports(
        sql,
        "SELECT report FROM reports WHERE handover = ?1 ORDER BY received DESC, row DESC",
        &handover.to_string(),
    )?;
    let found = own.iter().enumerate().find_map(|(place, report)| {
        OpenQuestion::of(handover, report).map(|question| (place, report.card, question))
    });
    let Some((place, card, question)) = found else {
        return Ok(None);
    };
    let of_card = reports(
        sql,
        "SELECT report FROM reports WHERE card = ?1",
        &card.to_string(),
    )?;
    let seen: Vec<_> = of_card.iter().flat_map(rules::directories).collect();
    Ok(Some(Question {
        card,
        attempt: question.operation.attempt,
        happened: rules::happened(&question, &seen),
        still_open: place == 0,
    }))
}

fn reports(sql: &Sql, text: &str, parameter: &str) -> Answer<Vec<Report>> {
    let mut statement = sql.prepare_cached(text)?;
    let mut rows = statement.query([parameter])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(&row.get::<String>(0)?)?);
    }
    Ok(found)
}
