//! Handovers as the database keeps them: who owns each, and with which tickets.

use kippu_api::{
    handovers::{Purpose, Report, ReportedOutcome},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, Step, TerminalId, TicketId};
use serde::{Deserialize, Serialize};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Row, Sql, SqlError},
        words::{from_word, optional_word, word},
    },
    tickets::record::{find as find_ticket, in_hands_of, raise_fence},
};

/// Where a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverState {
    /// Its owner may go on with it.
    Open,
    /// Its owner let go of it and nobody has taken it over.
    Released,
    /// None of its tickets is in a terminal's hands any more.
    Ended,
}

/// A handover with its owner (R6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRecord {
    /// Which.
    pub handover: HandoverId,
    /// The terminal that owns it.
    pub terminal: TerminalId,
    /// The journal of it that does (R14).
    pub incarnation: String,
    /// Fence of that ownership; 0 where the terminal never asked before it took.
    pub fence: u64,
    /// Where it stands.
    pub state: HandoverState,
    /// What for; `None` for purchases, pick-ups, and what was never registered.
    pub purpose: Option<Purpose>,
    /// Card the tickets leave.
    pub giver: Option<CardUid>,
    /// Card they are meant for, where one is named.
    pub receiver: Option<CardUid>,
    /// When the platform heard of it first, UTC microseconds.
    pub begun: i64,
}

/// Who asks, as a request states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker<'a> {
    /// The terminal, by its credentials.
    pub terminal: TerminalId,
    /// Its journal.
    pub incarnation: &'a str,
    /// Fence of the ownership it acts on.
    pub fence: u64,
}

impl HandoverRecord {
    /// Whether this is the owner and acts on its present ownership.
    pub fn is_owned_by(&self, asker: &Asker<'_>) -> bool {
        (self.terminal, self.incarnation.as_str(), self.fence)
            == (asker.terminal, asker.incarnation, asker.fence)
    }
}

/// A ticket of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoverTicket {
    /// Which.
    pub ticket: TicketId,
    /// The life the handover got it in; what it makes of it is one hop higher.
    pub before: Generation,
    /// Given to the platform: nothing its owner still says about it counts.
    pub given_up: bool,
}

const HANDOVER: &str = "SELECT handover, terminal, incarnation, fence, state, purpose, giver, receiver, begun FROM handovers";

/// A handover, if the platform has heard of it.
pub fn find(sql: &Sql, handover: HandoverId) -> Answer<Option<HandoverRecord>> {
    Ok(sql
        .prepare_cached(&format!("{HANDOVER} WHERE handover = ?1"))?
        .query_row([handover.to_string()], handover_row)
        .optional()?)
}

/// Handovers that have tickets of a card, or for it, between holders, newest first.
pub fn of_card(sql: &Sql, card: CardUid) -> Answer<Vec<HandoverRecord>> {
    let mut statement = sql.prepare_cached(&format!(
        "{HANDOVER} WHERE (giver = ?1 OR receiver = ?1) AND state <> 'ended' ORDER BY begun DESC"
    ))?;
    let rows = statement.query_map([card.to_string()], handover_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whoever asks, with the fence it would state had it heard the answer to its registration: one that arrives late, or whose answer was lost,
/// leaves a terminal with local keys acting on fence 0 as if it had never asked. That is the first ownership of the handover.
pub fn with_fence_heard<'a>(
    sql: &Sql,
    known: &HandoverRecord,
    asker: &Asker<'a>,
) -> Answer<Asker<'a>> {
    if asker.fence != 0 || known.purpose.is_none() {
        return Ok(*asker);
    }
    let first: Option<(u32, String, u64)> = sql
        .prepare_cached("SELECT terminal, incarnation, fence FROM releases WHERE handover = ?1 ORDER BY fence LIMIT 1")?
        .query_row([known.handover.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (terminal, incarnation, fence) =
        first.unwrap_or((known.terminal.0, known.incarnation.clone(), known.fence));
    let own = (terminal, incarnation.as_str()) == (asker.terminal.0, asker.incarnation);
    Ok(Asker {
        fence: if own { fence } else { 0 },
        ..*asker
    })
}

/// The handover, if whoever asks owns it; `None` when nobody ever registered it and it was taken without asking, or in a time that a restored
/// platform has forgotten.
///
/// # Errors
/// 409 `not_owner`.
pub fn owned(sql: &Sql, handover: HandoverId, asker: &Asker<'_>) -> Answer<Option<HandoverRecord>> {
    let Some(known) = find(sql, handover)? else {
        if asker.fence == 0 || earlier_life(sql, asker.terminal)?.is_some() {
            return Ok(None);
        }
        return Err(not_owner("This handover is another terminal's."));
    };
    let asker = with_fence_heard(sql, &known, asker)?;
    match (known.is_owned_by(&asker), known.state) {
        (true, HandoverState::Released) => Err(not_owner(
            "This terminal has let go of this handover. Whoever takes it over goes on with it.",
        )),
        (true, HandoverState::Open | HandoverState::Ended) => Ok(Some(known)),
        (false, _) => Err(not_owner("This handover is another terminal's.")),
    }
}

/// Begins one.
pub fn insert(unit: &Unit<'_>, new: &HandoverRecord) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO handovers (handover, terminal, incarnation, fence, state, purpose, giver, receiver, begun)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            new.handover.to_string(),
            new.terminal.0,
            &new.incarnation,
            new.fence,
            word(&new.state)?,
            new.purpose.as_ref().map(word).transpose()?,
            new.giver.map(|card| card.to_string()),
            new.receiver.map(|card| card.to_string()),
            new.begun,
        ))?;
    Ok(())
}

/// The asker's handover; begun now where it was taken without asking.
///
/// # Errors
/// 409 `not_owner`.
pub fn owned_or_begun(
    unit: &Unit<'_>,
    handover: HandoverId,
    asker: &Asker<'_>,
    giver: Option<CardUid>,
    receiver: Option<CardUid>,
) -> Answer<HandoverRecord> {
    if let Some(known) = owned(unit.sql, handover, asker)? {
        return Ok(known);
    }
    let new = HandoverRecord {
        handover,
        terminal: asker.terminal,
        incarnation: asker.incarnation.to_owned(),
        fence: asker.fence,
        state: HandoverState::Open,
        purpose: None,
        giver,
        receiver,
        begun: heard_at(unit, asker.terminal)?,
    };
    insert(unit, &new)?;
    raise_fence(unit, asker.fence)?;
    Ok(new)
}

/// Names the cards of a handover that were not known before.
pub fn name_cards(
    unit: &Unit<'_>,
    handover: HandoverId,
    giver: Option<CardUid>,
    receiver: Option<CardUid>,
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "UPDATE handovers SET giver = coalesce(giver, ?2), receiver = coalesce(?3, receiver) WHERE handover = ?1",
        )?
        .execute((
            handover.to_string(),
            giver.map(|card| card.to_string()),
            receiver.map(|card| card.to_string()),
        ))?;
    Ok(())
}

/// When the present life of the platform began, while a terminal has not sent its rows again: what it tells of is older than that (R15).
pub fn earlier_life(sql: &Sql, terminal: TerminalId) -> Answer<Option<i64>> {
    Ok(sql
        .prepare_cached(
            "SELECT began FROM platform_life WHERE EXISTS (SELECT 1 FROM terminals WHERE terminal = ?1 AND resend_due = 1)",
        )?
        .query_row([terminal.0], |row| row.get(0))
        .optional()?)
}

/// The time of something a terminal tells: now, or the end of the earlier life it happened in.
pub fn heard_at(unit: &Unit<'_>, terminal: TerminalId) -> Answer<i64> {
    Ok(earlier_life(unit.sql, terminal)?.map_or(unit.now, |began| began.min(unit.now)))
}

/// Moves a handover to another state.
pub fn set_state(unit: &Unit<'_>, handover: HandoverId, state: HandoverState) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE handovers SET state = ?2 WHERE handover = ?1")?
        .execute((handover.to_string(), word(&state)?))?;
    Ok(())
}

/// Ends a handover that has nothing in its hands any more, and opens one that has again. A released one stays as it is.
pub fn settle(unit: &Unit<'_>, handover: HandoverId) -> Answer<()> {
    let has_some = !in_hands_of(unit.sql, handover)?.is_empty();
    let state = if has_some || may_have_taken(unit.sql, handover)? {
        HandoverState::Open
    } else {
        HandoverState::Ended
    };
    unit.sql
        .prepare_cached(
            "UPDATE handovers SET state = ?2 WHERE handover = ?1 AND state <> 'released'",
        )?
        .execute((handover.to_string(), word(&state)?))?;
    Ok(())
}

/// Whether a handover may have tickets in its hands that the books give to somebody else: the taking it reported last is in doubt, and so is
/// another handover's that was planned on the same stay on the card. Only one of them happened, and it may be this one.
fn may_have_taken(sql: &Sql, handover: HandoverId) -> Answer<bool> {
    let last: Option<String> = sql
        .prepare_cached("SELECT report FROM reports WHERE handover = ?1 ORDER BY received DESC, row DESC LIMIT 1")?
        .query_row([handover.to_string()], |row| row.get(0))
        .optional()?;
    let Some(last) = last else {
        return Ok(false);
    };
    let last: Report = serde_json::from_str(&last)?;
    if (last.step, last.outcome) != (Step::Take, ReportedOutcome::Unknown) {
        return Ok(false);
    }
    for own in tickets(sql, handover)?.iter().filter(|own| !own.given_up) {
        let row = find_ticket(sql, own.ticket)?;
        if row.is_some_and(|row| row.standing.open_to(handover, own.before)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The tickets of a handover.
pub fn tickets(sql: &Sql, handover: HandoverId) -> Answer<Vec<HandoverTicket>> {
    let mut statement = sql.prepare_cached(
        "SELECT ticket, epoch, hop, given_up FROM handover_tickets WHERE handover = ?1 ORDER BY ticket",
    )?;
    let rows = statement.query_map([handover.to_string()], |row| {
        Ok(HandoverTicket {
            ticket: TicketId(row.get(0)?),
            before: Generation {
                epoch: row.get(1)?,
                hop: row.get(2)?,
            },
            given_up: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a ticket to a handover, if it is not one of it yet.
pub fn add_ticket(
    unit: &Unit<'_>,
    handover: HandoverId,
    ticket: TicketId,
    before: Generation,
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO handover_tickets (handover, ticket, epoch, hop) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute((handover.to_string(), ticket.0, before.epoch, before.hop))?;
    Ok(())
}

/// Adds a ticket to a handover, or corrects the life it got it in.
pub fn put_ticket(
    unit: &Unit<'_>,
    handover: HandoverId,
    ticket: TicketId,
    before: Generation,
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO handover_tickets (handover, ticket, epoch, hop) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (handover, ticket) DO UPDATE SET epoch = excluded.epoch, hop = excluded.hop",
        )?
        .execute((handover.to_string(), ticket.0, before.epoch, before.hop))?;
    Ok(())
}

/// Says that a ticket was given to the platform, or that a new owner has it again.
pub fn set_given_up(
    unit: &Unit<'_>,
    handover: HandoverId,
    ticket: TicketId,
    given_up: bool,
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "UPDATE handover_tickets SET given_up = ?3 WHERE handover = ?1 AND ticket = ?2",
        )?
        .execute((handover.to_string(), ticket.0, given_up))?;
    Ok(())
}

/// 409: somebody else has it.
pub fn not_owner(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotOwner, detail)
        .hint("Wait for that terminal, or let a clerk issue the tickets anew.")
}

fn handover_row(row: &Row<'_>) -> Result<HandoverRecord, SqlError> {
    Ok(HandoverRecord {
        handover: from_word(row, 0)?,
        terminal: TerminalId(row.get(1)?),
        incarnation: row.get(2)?,
        fence: row.get(3)?,
        state: from_word(row, 4)?,
        purpose: optional_word(row, 5)?,
        giver: optional_word(row, 6)?,
        receiver: optional_word(row, 7)?,
        begun: row.get(8)?,
    })
}
