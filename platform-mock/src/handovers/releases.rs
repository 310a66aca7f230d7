//! An owner lets go of a handover, and another terminal goes on with it (R6).

use kippu_api::{
    handovers::{ReleaseRequest, TakeOverRequest, TakenOver},
    problem::ProblemCode,
};
use kippu_ticket::{
    ids::{CardUid, Generation, HandoverId, TerminalId, TicketId},
    record::BoundTicket,
};
use serde::de::DeserializeOwned;

use super::{
    acting::taken_and_kept,
    record::{self, Asker, HandoverRecord, HandoverState, not_owner},
};
use crate::{
    journal::Entry,
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Row, Sql, SqlError},
        words::from_word,
    },
    tickets::{
        record as tickets,
        standing::{Phase, Rank, Standing},
    },
};

/// What an owner let go of.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The handover.
    pub handover: HandoverId,
    /// Fence of the ownership that ended with it.
    pub fence: u64,
    /// Which try.
    pub attempt: u8,
    /// Keyed hash of the code.
    pub code: [u8; 32],
    /// The cards it is about.
    pub cards: Vec<CardUid>,
    /// Tickets in the terminal or in between.
    pub tickets: Vec<TicketId>,
    /// Version of the row.
    pub row_version: u32,
    /// The row, unread.
    pub row: serde_json::Value,
    /// When, UTC microseconds.
    pub at: i64,
    /// Who took it over: terminal, journal, fence.
    pub taken: Option<(TerminalId, String, u64)>,
}

const RELEASE: &str = "SELECT handover, fence, attempt, code, cards, tickets, row_version, row, at, taken_by, taken_incarnation, taken_fence FROM releases";

/// The last release of a handover.
pub fn last(sql: &Sql, handover: HandoverId) -> Answer<Option<Release>> {
    Ok(sql
        .prepare_cached(&format!(
            "{RELEASE} WHERE handover = ?1 ORDER BY fence DESC LIMIT 1"
        ))?
        .query_row([handover.to_string()], release_row)
        .optional()?)
}

/// Not taken over yet, or by the terminal `?2` itself, which has said nothing of it since: the answer may not have reached it, and it gets the
/// same one again.
const OPEN_TO: &str = "(taken_by IS NULL OR taken_by = ?2
    AND EXISTS (SELECT 1 FROM handovers h WHERE h.handover = releases.handover AND h.fence = taken_fence AND h.state = 'open')
    AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.handover = releases.handover AND CAST(json_extract(r.report, '$.fence') AS BIGINT) = taken_fence))";

/// Releases that a code belongs to and a terminal may take over.
pub fn open_by_code(sql: &Sql, code: &[u8; 32], to: TerminalId) -> Answer<Vec<Release>> {
    let mut statement = sql.prepare_cached(&format!("{RELEASE} WHERE code = ?1 AND {OPEN_TO}"))?;
    let rows = statement.query_map((code, to.0), release_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Releases that name a card and a terminal may take over.
pub fn open_by_card(sql: &Sql, card: CardUid, to: TerminalId) -> Answer<Vec<Release>> {
    let mut statement = sql.prepare_cached(&format!(
        "{RELEASE} WHERE EXISTS (SELECT 1 FROM json_each(cards) WHERE value = ?1) AND {OPEN_TO}"
    ))?;
    let rows = statement.query_map((card.to_string(), to.0), release_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The tickets a journal let go of whenever it owned the handover; empty when it never did.
pub(super) fn of_journal(
    sql: &Sql,
    handover: HandoverId,
    asker: &Asker<'_>,
) -> Answer<Vec<TicketId>> {
    let mut statement = sql.prepare_cached(
        "SELECT tickets FROM releases WHERE handover = ?1 AND terminal = ?2 AND incarnation = ?3",
    )?;
    let rows = statement.query_map(
        (handover.to_string(), asker.terminal.0, asker.incarnation),
        |row| parsed::<Vec<TicketId>>(row, 0),
    )?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Keeps what an owner lets go of. The same again is the same, also after somebody has gone on with it.
pub(super) fn release(
    unit: &mut Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    wish: &ReleaseRequest,
    brought: &[BoundTicket],
    code: [u8; 32],
) -> Answer<()> {
    let asker = Asker {
        terminal,
        incarnation: &wish.incarnation,
        fence: wish.fence,
    };
    if let Some(known) = heard_of(unit, handover, &asker)?
        && is_repeated(
            unit.sql,
            handover,
            &record::with_fence_heard(unit.sql, &known, &asker)?,
        )?
    {
        return Ok(());
    }
    let known = record::owned_or_begun(unit, handover, &asker, wish.cards.first().copied(), None)?;
    let mut gone = None;
    let mut let_go = false;
    for ticket in brought {
        let row = match taken_and_kept(unit, handover, ticket) {
            Ok(row) => row,
            // A release is told again to a restored platform, and others may have told it before what they took meanwhile.
            Err(refusal)
                if matches!(refusal.code, ProblemCode::NotOwner | ProblemCode::Recalled) =>
            {
                if refusal.code == ProblemCode::Recalled {
                    // Whoever goes on with it learns by this that the ticket was issued anew.
                    let id = ticket.signed.body.ticket;
                    record::add_ticket(unit, handover, id, ticket.generation())?;
                }
                gone = Some(refusal);
                continue;
            }
            Err(refusal) => return Err(refusal),
        };
        let_go = true;
        record::add_ticket(unit, handover, row.ticket, ticket.generation())?;
        let rank = Rank::of(ticket.generation(), Phase::PerhapsTaken);
        // Of two handovers that perhaps took it during the same stay on the card the books keep the first, until one of them is sure.
        if !row.standing.in_hands_of(handover) && row.standing.rank < rank {
            // Its report is still to come; whether the card was written only the card can say.
            let between = Standing::perhaps_taken(ticket.generation(), handover);
            tickets::put(unit, row.ticket, &between)?;
            tickets::put_claim(unit, row.ticket, None, true)?;
        }
    }
    if let (Some(refusal), false) = (gone, let_go) {
        return Err(refusal);
    }
    let ids: Vec<TicketId> = wish.tickets.iter().map(|ticket| ticket.ticket).collect();
    unit.sql
        .prepare_cached(
            "INSERT INTO releases (handover, fence, terminal, incarnation, attempt, code, cards, tickets, row_version, row, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            handover.to_string(),
            known.fence,
            terminal.0,
            &wish.incarnation,
            wish.attempt,
            code,
            serde_json::to_string(&wish.cards)?,
            serde_json::to_string(&ids)?,
            wish.row_version,
            serde_json::to_string(&wish.row)?,
            unit.now,
        ))?;
    record::set_state(unit, handover, HandoverState::Released)?;
    unit.journal(&Entry {
        kind: "released",
        tickets: &ids,
        terminal: Some(terminal.0),
        note: Some(&handover.to_string()),
        ..Entry::default()
    })
}

/// Another handover that was let go of in doubt about a ticket of this life, and that nobody has gone on with.
pub(super) fn in_doubt(
    sql: &Sql,
    ticket: TicketId,
    life: Generation,
    other_than: HandoverId,
) -> Answer<Option<HandoverId>> {
    let mut statement = sql.prepare_cached(
        "SELECT handover FROM handovers JOIN handover_tickets USING (handover)
         WHERE ticket = ?1 AND epoch = ?2 AND hop = ?3 AND state = 'released' AND handover <> ?4 ORDER BY handover",
    )?;
    let released = statement
        .query_map(
            (ticket.0, life.epoch, life.hop, other_than.to_string()),
            |row| from_word(row, 0),
        )?
        .collect::<Result<Vec<HandoverId>, _>>()?;
    for handover in released {
        if last(sql, handover)?.is_some_and(|release| release.tickets.contains(&ticket)) {
            return Ok(Some(handover));
        }
    }
    Ok(None)
}

fn is_repeated(sql: &Sql, handover: HandoverId, asker: &Asker<'_>) -> Answer<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM releases WHERE handover = ?1 AND fence = ?2 AND terminal = ?3 AND incarnation = ?4)",
        )?
        .query_row(
            (
                handover.to_string(),
                asker.fence,
                asker.terminal.0,
                asker.incarnation,
            ),
            |row| row.get(0),
        )?)
}

/// Makes a terminal the owner of a released handover; the first one wins.
pub(super) fn take_over(
    unit: &mut Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    wish: &TakeOverRequest,
    code: Option<[u8; 32]>,
) -> Answer<TakenOver> {
    let gone = || not_owner("Another terminal has this handover.");
    let release = last(unit.sql, handover)?.ok_or_else(|| {
        Refusal::new(
            ProblemCode::NotOwner,
            "The terminal that has these tickets has not let go of them.",
        )
        .hint("Go to that terminal.")
    })?;
    let known =
        code == Some(release.code) || wish.card.is_some_and(|card| release.cards.contains(&card));
    if !known {
        return Err(Refusal::new(
            ProblemCode::Forbidden,
            "Neither the code nor the card belongs to this handover.",
        )
        .hint("Check the code on the slip and enter it again."));
    }
    let owner = record::find(unit.sql, handover)?.ok_or_else(gone)?;
    let fence = match &release.taken {
        Some((by, journal, fence)) => {
            let repeated = (*by, journal) == (terminal, &wish.incarnation)
                && owner.fence == *fence
                && owner.state != HandoverState::Released;
            if !repeated {
                return Err(gone());
            }
            *fence
        }
        None => own(unit, terminal, wish, &release)?,
    };
    Ok(TakenOver {
        handover,
        fence,
        row_version: release.row_version,
        row: release.row,
    })
}

fn own(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    wish: &TakeOverRequest,
    release: &Release,
) -> Answer<u64> {
    let fence = tickets::next_fence(unit)?;
    let handover = release.handover;
    unit.sql
        .prepare_cached(
            "UPDATE releases SET taken_by = ?3, taken_incarnation = ?4, taken_fence = ?5 WHERE handover = ?1 AND fence = ?2",
        )?
        .execute((
            handover.to_string(),
            release.fence,
            terminal.0,
            &wish.incarnation,
            fence,
        ))?;
    unit.sql
        .prepare_cached(
            "UPDATE handovers SET terminal = ?2, incarnation = ?3, fence = ?4, state = 'open' WHERE handover = ?1",
        )?
        .execute((handover.to_string(), terminal.0, &wish.incarnation, fence))?;
    unit.journal(&Entry {
        kind: "taken_over",
        tickets: &release.tickets,
        terminal: Some(terminal.0),
        note: Some(&handover.to_string()),
        ..Entry::default()
    })?;
    Ok(fence)
}

/// The handover, if the platform has heard of it. Whoever states a higher fence took it over in a time that the restored platform has forgotten, for
/// fences only rise (R15): it owns it from here on.
pub(super) fn heard_of(
    unit: &Unit<'_>,
    handover: HandoverId,
    by: &Asker<'_>,
) -> Answer<Option<HandoverRecord>> {
    let Some(known) = record::find(unit.sql, handover)? else {
        return Ok(None);
    };
    if by.fence <= known.fence || record::earlier_life(unit.sql, by.terminal)?.is_none() {
        return Ok(Some(known));
    }
    adopt(unit, &known, by)?;
    record::find(unit.sql, handover)
}

fn adopt(unit: &Unit<'_>, known: &HandoverRecord, by: &Asker<'_>) -> Answer<()> {
    let handover = known.handover.to_string();
    unit.sql
        .prepare_cached(
            "UPDATE releases SET taken_by = ?3, taken_incarnation = ?4, taken_fence = ?2 WHERE handover = ?1 AND fence < ?2 AND taken_by IS NULL",
        )?
        .execute((&handover, by.fence, by.terminal.0, by.incarnation))?;
    unit.sql
        .prepare_cached(
            "UPDATE handovers SET terminal = ?3, incarnation = ?4, fence = ?2, state = 'open' WHERE handover = ?1",
        )?
        .execute((&handover, by.fence, by.terminal.0, by.incarnation))?;
    tickets::raise_fence(unit, by.fence)
}

fn release_row(row: &Row<'_>) -> Result<Release, SqlError> {
    let taken_by: Option<u32> = row.get(9)?;
    Ok(Release {
        handover: from_word(row, 0)?,
        fence: row.get(1)?,
        attempt: row.get(2)?,
        code: row.get(3)?,
        cards: parsed(row, 4)?,
        tickets: parsed(row, 5)?,
        row_version: row.get(6)?,
        row: parsed(row, 7)?,
        at: row.get(8)?,
        taken: match taken_by {
            Some(terminal) => Some((TerminalId(terminal), row.get(10)?, row.get(11)?)),
            None => None,
        },
    })
}

fn parsed<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, SqlError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| SqlError::conversion(column, error))
}
