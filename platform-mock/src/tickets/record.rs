//! Tickets as the database keeps them.

use kippu_ticket::{
    ids::{CardUid, EventId, Generation, HandoverId, TicketId},
    record::{SignedTicket, TicketKind},
};

use super::standing::{Holder, Phase, Rank, Standing};
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Row, Sql, SqlError, ToValue},
        words::{from_word, optional_word, word},
    },
};

/// A ticket, whoever sold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// Its id.
    pub ticket: TicketId,
    /// The order it was sold by; `None` for what was not sold here.
    pub order: Option<String>,
    /// Its event.
    pub event: EventId,
    /// The signed ticket as somebody brought it; `None` where it is made from the order.
    pub signed: Option<SignedTicket>,
    /// Where it is.
    pub standing: Standing,
    /// Highest hop any record was made for.
    pub bound: u16,
    /// Where it can be fetched while it is at the platform; `None`: by its order.
    pub parcel: Option<String>,
    /// No longer its order's matter.
    pub moved: bool,
    /// Its order ended without payment.
    pub void: bool,
}

impl TicketRow {
    /// The hop of the next record for it: above every one that was ever made.
    pub fn next_hop(&self) -> u16 {
        self.bound.max(self.standing.rank.hop).saturating_add(1)
    }
}

const TICKET: &str = "SELECT ticket, order_id, event, signed, epoch, hop, phase, holder, holder_card, serial, handover, bound, parcel, moved, void FROM tickets";

/// A ticket by its id.
pub fn find(sql: &Sql, ticket: TicketId) -> Answer<Option<TicketRow>> {
    Ok(sql
        .prepare_cached(&format!("{TICKET} WHERE ticket = ?1"))?
        .query_row([number(ticket)?], ticket_row)
        .optional()?)
}

/// Tickets of a parcel that have not gone elsewhere since, in the order they were put in.
pub fn of_parcel(sql: &Sql, parcel: &str) -> Answer<Vec<TicketRow>> {
    all(
        sql,
        &format!("{TICKET} WHERE parcel = ?1 ORDER BY ticket"),
        &parcel,
    )
}

/// Tickets a handover has between holders.
pub fn in_hands_of(sql: &Sql, handover: HandoverId) -> Answer<Vec<TicketRow>> {
    all(
        sql,
        &format!(
            "{TICKET} WHERE handover = ?1 AND holder IN ('terminal', 'unknown') ORDER BY ticket"
        ),
        &handover.to_string(),
    )
}

fn all(sql: &Sql, text: &str, parameter: &dyn ToValue) -> Answer<Vec<TicketRow>> {
    let mut statement = sql.prepare_cached(text)?;
    let rows = statement.query_map([parameter], ticket_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a ticket that was not sold here, so that it can be bound and issued anew (M26).
pub fn keep(unit: &Unit<'_>, signed: &SignedTicket, standing: &Standing) -> Answer<()> {
    let body = &signed.body;
    unit.sql
        .prepare_cached(
            "INSERT INTO tickets (ticket, event, kind, class, signed, epoch, hop, phase, bound, holder, holder_card, moved)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?9, ?10, 1)",
        )?
        .execute((
            number(body.ticket)?,
            body.event.0,
            kind_word(body.kind),
            body.price_class,
            signed.to_bytes(),
            standing.rank.epoch,
            standing.rank.hop,
            standing.rank.phase as u8,
            word(&standing.holder)?,
            standing.card.map(|card| card.to_string()),
        ))?;
    Ok(())
}

/// Writes down where a ticket is now.
pub fn put(unit: &Unit<'_>, ticket: TicketId, standing: &Standing) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "UPDATE tickets SET epoch = ?2, hop = ?3, phase = ?4, bound = CASE WHEN bound > ?3 THEN bound ELSE ?3 END, holder = ?5, holder_card = ?6, serial = ?7, handover = ?8
             WHERE ticket = ?1",
        )?
        .execute((
            ticket.0,
            standing.rank.epoch,
            standing.rank.hop,
            standing.rank.phase as u8,
            word(&standing.holder)?,
            standing.card.map(|card| card.to_string()),
            standing.serial.map(u64::cast_signed),
            standing.handover.map(|handover| handover.to_string()),
        ))?;
    Ok(())
}

/// Remembers that a record was made for a hop.
pub fn note_bound(unit: &Unit<'_>, ticket: TicketId, hop: u16) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE tickets SET bound = ?2 WHERE ticket = ?1 AND bound < ?2")?
        .execute((ticket.0, hop))?;
    Ok(())
}

/// States where a ticket waits while it is at the platform: a parcel, or its order again.
pub fn put_claim(
    unit: &Unit<'_>,
    ticket: TicketId,
    parcel: Option<&str>,
    moved: bool,
) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE tickets SET parcel = ?2, moved = ?3 WHERE ticket = ?1")?
        .execute((ticket.0, parcel, moved))?;
    Ok(())
}

/// Numbers a platform passes over when it is restored from a backup: more than the lost time can have given out.
const LOST_NUMBERS: u64 = 1_000_000_000;

/// Begins numbers that no earlier life of the platform can have given, though nobody knows what the lost time gave (R15).
pub fn pass_over_lost_numbers(sql: &Sql) -> Result<(), SqlError> {
    sql.execute("UPDATE counters SET value = value + ?1", [LOST_NUMBERS])?;
    Ok(())
}

/// Tickets `t` that wait here as an earlier life of the platform left them, and that may have been given out in the time a restored platform has
/// forgotten: by a kiosk that was written off before it told of that time (R15).
pub const PERHAPS_OUT: &str = "(t.holder = 'platform' AND EXISTS (
    SELECT 1 FROM platform_life WHERE epoch_base > 0 AND t.epoch <= epoch_base AND began >= coalesce(
        (SELECT at FROM parcels p WHERE p.parcel = t.parcel), (SELECT created FROM orders o WHERE o.id = t.order_id), 0))
    AND EXISTS (SELECT 1 FROM terminals WHERE role = 'kiosk' AND written_off IS NOT NULL AND resent IS NULL))";

/// Whether a ticket is one of those.
pub fn is_perhaps_out(sql: &Sql, ticket: TicketId) -> Answer<bool> {
    let text =
        format!("SELECT EXISTS (SELECT 1 FROM tickets t WHERE t.ticket = ?1 AND {PERHAPS_OUT})");
    Ok(sql
        .prepare_cached(&text)?
        .query_row([number(ticket)?], |row| row.get(0))?)
}

/// The next ticket id. Ids that somebody brought are passed over.
pub fn next_id(unit: &Unit<'_>) -> Answer<TicketId> {
    loop {
        let id = TicketId(count(unit, "ticket")?);
        if find(unit.sql, id)?.is_none() {
            return Ok(id);
        }
    }
}

/// The next fence: higher than every one before.
pub fn next_fence(unit: &Unit<'_>) -> Answer<u64> {
    count(unit, "fence")
}

/// Makes every fence from here on higher than one somebody states: it was given before the platform was restored.
pub fn raise_fence(unit: &Unit<'_>, fence: u64) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE counters SET value = ?1 WHERE name = 'fence' AND value < ?1")?
        .execute([fence])?;
    Ok(())
}

fn count(unit: &Unit<'_>, name: &str) -> Answer<u64> {
    Ok(unit
        .sql
        .prepare_cached("UPDATE counters SET value = value + 1 WHERE name = ?1 RETURNING value")?
        .query_row([name], |row| row.get(0))?)
}

/// A ticket's id as the database's signed number.
///
/// # Errors
/// 400 beyond what the database can count.
fn number(ticket: TicketId) -> Answer<i64> {
    i64::try_from(ticket.0)
        .map_err(|_| Refusal::bad_request(format!("{ticket} is no ticket number.")))
}

fn kind_word(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Seat => "seat",
        TicketKind::FreeSeating => "free_seating",
        TicketKind::Voucher => "voucher",
        TicketKind::Membership => "membership",
    }
}

fn ticket_row(row: &Row<'_>) -> Result<TicketRow, SqlError> {
    let signed: Option<[u8; SignedTicket::LEN]> = row.get(3)?;
    let phase: u8 = row.get(6)?;
    Ok(TicketRow {
        ticket: TicketId(row.get(0)?),
        order: row.get(1)?,
        event: EventId(row.get(2)?),
        signed: signed
            .map(|bytes| SignedTicket::from_bytes(&bytes))
            .transpose()
            .map_err(|error| SqlError::conversion(3, error))?,
        standing: Standing {
            rank: Rank::of(
                Generation {
                    epoch: row.get(4)?,
                    hop: row.get(5)?,
                },
                Phase::from_number(phase)
                    .ok_or_else(|| SqlError::conversion(6, format!("there is no phase {phase}")))?,
            ),
            holder: from_word::<Holder>(row, 7)?,
            card: optional_word::<CardUid>(row, 8)?,
            serial: row.get::<Option<i64>>(9)?.map(i64::cast_unsigned),
            handover: optional_word::<HandoverId>(row, 10)?,
        },
        bound: row.get(11)?,
        parcel: row.get(12)?,
        moved: row.get(13)?,
        void: row.get(14)?,
    })
}
