//! Giving seats to sellers and counting what they have left.

use std::sync::Arc;

use async_trait::async_trait;
use kippu_api::{
    allocation::{
        AllocatedRun, AllocatedSeller, AllocationDone, AllocationFilled, AllocationMove, SeatMove,
        SeatState, SellerTarget,
    },
    people::PersonRole,
    problem::ProblemCode,
};
use kippu_ticket::ids::{EventId, SellerId};

use super::{
    filling::{FreeSeat, Short, share_out},
    moving::{check_seller, move_seats},
    runs,
};
use crate::{
    audit::{self, Act},
    masters::rules::EventFacts,
    own::storage::STATE,
    people::rules::{Person, role_word},
    refusal::{Answer, Refusal},
    sales::expiry::UNPAID_AND_DUE,
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Sql},
        stock::{Left, PackedAvailability},
        words::from_word,
    },
};

/// Most moves that are shown at once.
const MOVES_SHOWN: i64 = 500;

/// Somebody of an organizer, and which.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Who.
    pub person: Person,
    /// Row of the organizer.
    pub organizer: i64,
}

/// Most batches that one question waits for; what is due beyond that, the next ones end.
const BATCHES_TO_EXPIRE: usize = 64;

/// Allocation and availability.
#[async_trait]
pub trait AllocationStorage: Send + Sync {
    /// Gives seats to a seller, or takes them back with `None`. All or none: a seat that is held or sold refuses the whole.
    async fn allocate(
        &self,
        event: EventId,
        seller: Option<SellerId>,
        seats: Vec<u32>,
    ) -> Answer<()>;
    /// Moves seats of one of the organizer's events.
    async fn move_seats(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        moves: Vec<SeatMove>,
    ) -> Answer<AllocationDone>;
    /// Gives seats that are nobody's to the sellers that have fewer than they are to have.
    async fn fill_to_targets(
        &self,
        key: RequestKey,
        desk: Desk,
        facts: Arc<EventFacts>,
    ) -> Answer<AllocationFilled>;
    /// States how many seats a seller is to have.
    async fn set_target(&self, desk: Desk, event: EventId, target: SellerTarget) -> Answer<()>;
    /// All sellers with what they have of an event; those that have something, or are to have, first.
    async fn allocated(&self, event: EventId) -> Answer<Vec<AllocatedSeller>>;
    /// Whose every seat is, in plan order.
    async fn owners(&self, event: EventId) -> Answer<Vec<AllocatedRun>>;
    /// When seats of an event changed hands, the newest first.
    async fn moves(&self, event: EventId) -> Answer<Vec<AllocationMove>>;
    /// Ends the holds and slips whose time is over, if there are any.
    async fn expire_due(&self) -> Answer<()>;
    /// What a seller has left, by class.
    fn left(&self, event: EventId, seller: SellerId) -> Answer<Left>;
    /// Which seats a seller has left: one byte a seat, 0 = not to be had, n = free in price class n-1.
    fn free(&self, event: EventId, seller: SellerId) -> Answer<Vec<u8>>;
    /// The same, packed for a terminal.
    fn availability(&self, event: EventId, seller: SellerId) -> Answer<PackedAvailability>;
}

#[async_trait]
impl AllocationStorage for Database {
    async fn allocate(
        &self,
        event: EventId,
        seller: Option<SellerId>,
        seats: Vec<u32>,
    ) -> Answer<()> {
        self.write(move |unit| {
            let moves = towards(unit.sql, event, seller, seats)?;
            if moves.is_empty() {
                return Ok(());
            }
            move_seats(unit, event, None, &moves).map(|_| ())
        })
        .await
    }

    async fn move_seats(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        moves: Vec<SeatMove>,
    ) -> Answer<AllocationDone> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                check_own(unit, &desk, event)?;
                moved_at(unit, &desk, event, &moves)
            })
        })
        .await
    }

    async fn fill_to_targets(
        &self,
        key: RequestKey,
        desk: Desk,
        facts: Arc<EventFacts>,
    ) -> Answer<AllocationFilled> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let event = facts.event;
                check_own(unit, &desk, event)?;
                let shared = share_out(&facts.plan, &nobodys(unit.sql, event)?, &short(unit.sql, event)?);
                let moves: Vec<SeatMove> = shared
                    .into_iter()
                    .map(|(seller, seats)| SeatMove {
                        from: None,
                        to: Some(seller),
                        seats: runs::of(seats),
                    })
                    .collect();
                if moves.is_empty() {
                    return Err(Refusal::bad_request(
                        "No seat is nobody's, or no seller has fewer seats than its aim. No seat was moved.",
                    ));
                }
                let done = moved_at(unit, &desk, event, &moves)?;
                Ok(AllocationFilled {
                    seats: done.seats,
                    moves,
                })
            })
        })
        .await
    }

    async fn set_target(&self, desk: Desk, event: EventId, target: SellerTarget) -> Answer<()> {
        self.write(move |unit| {
            check_own(unit, &desk, event)?;
            let seller = target.seller.0;
            check_seller(unit.sql, target.seller)?;
            match target.target {
                Some(seats) => unit.sql.execute(
                    "INSERT INTO seller_targets (event, seller, target) VALUES (?1, ?2, ?3)
                     ON CONFLICT (event, seller) DO UPDATE SET target = excluded.target",
                    (event.0, seller, seats),
                )?,
                None => unit.sql.execute(
                    "DELETE FROM seller_targets WHERE event = ?1 AND seller = ?2",
                    (event.0, seller),
                )?,
            };
            Ok(())
        })
        .await
    }

    async fn allocated(&self, event: EventId) -> Answer<Vec<AllocatedSeller>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT se.seller, se.code, se.name, g.target, coalesce(s.seats, 0), coalesce(s.taken, 0) FROM sellers se
                 LEFT JOIN seller_targets g ON g.seller = se.seller AND g.event = ?1
                 LEFT JOIN (SELECT seller, count(*) AS seats, count(claim) AS taken FROM stock WHERE event = ?1 GROUP BY seller) s
                    ON s.seller = se.seller
                 WHERE se.retired IS NULL OR s.seats > 0
                 ORDER BY CASE WHEN g.target IS NULL AND s.seats IS NULL THEN 1 ELSE 0 END, se.seller",
            )?;
            let rows = statement.query_map([event.0], |row| {
                Ok(AllocatedSeller {
                    seller: SellerId(row.get(0)?),
                    code: row.get(1)?,
                    name: row.get(2)?,
                    target: row.get(3)?,
                    seats: row.get(4)?,
                    taken: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn owners(&self, event: EventId) -> Answer<Vec<AllocatedRun>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT s.seller, {STATE} FROM stock s WHERE s.event = ?1 ORDER BY s.seat"
            ))?;
            let mut rows = statement.query([event.0])?;
            let mut found: Vec<AllocatedRun> = Vec::new();
            while let Some(row) = rows.next()? {
                let seller = row.get::<Option<u16>>(0)?.map(SellerId);
                let state = match row.get::<String>(1)?.as_str() {
                    "s" => SeatState::Sold,
                    "h" => SeatState::Held,
                    _ => SeatState::Free,
                };
                match found.last_mut() {
                    Some(run) if (run.seller, run.state) == (seller, state) => run.seats += 1,
                    _ => found.push(AllocatedRun {
                        seats: 1,
                        seller,
                        state,
                    }),
                }
            }
            Ok(found)
        })
        .await
    }

    async fn moves(&self, event: EventId) -> Answer<Vec<AllocationMove>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT m.move, m.at, a.role, a.number, a.name, f.name, t.name, m.seats FROM allocation_moves m
                 LEFT JOIN accounts a ON a.account = m.account
                 LEFT JOIN sellers f ON f.seller = m.from_seller
                 LEFT JOIN sellers t ON t.seller = m.to_seller
                 WHERE m.event = ?1 ORDER BY m.move DESC LIMIT ?2",
            )?;
            let mut rows = statement.query((event.0, MOVES_SHOWN))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let who = match row.get::<Option<String>>(3)? {
                    Some(number) => {
                        let (role, name): (PersonRole, String) = (from_word(&row, 2)?, row.get(4)?);
                        Some(format!("{} {number} {name}", role_word(role)))
                    }
                    None => None,
                };
                let seats: String = row.get(7)?;
                found.push(AllocationMove {
                    number: row.get(0)?,
                    at: row.get(1)?,
                    who,
                    from: row.get(5)?,
                    to: row.get(6)?,
                    seats: runs::read(&seats).ok_or_else(|| Refusal::internal(&"runs of seats are damaged"))?,
                });
            }
            Ok(found)
        })
        .await
    }

    async fn expire_due(&self) -> Answer<()> {
        let now = self.clock().now();
        for _ in 0..BATCHES_TO_EXPIRE {
            let due = self
                .read(move |sql| {
                    let mut statement = sql.prepare_cached(&format!(
                        "SELECT EXISTS (SELECT 1 FROM holds WHERE expires <= ?1)
                             OR EXISTS (SELECT 1 FROM orders WHERE {UNPAID_AND_DUE})",
                    ))?;
                    Ok(statement.query_row([now], |row| row.get::<bool>(0))?)
                })
                .await?;
            if !due {
                break;
            }
            // Every batch begins with ending some of what is due; an empty command is enough.
            self.write(|_| Ok(())).await?;
        }
        Ok(())
    }

    fn left(&self, event: EventId, seller: SellerId) -> Answer<Left> {
        self.stock()
            .left(event, seller)
            .ok_or_else(|| Refusal::not_found("event"))
    }

    fn free(&self, event: EventId, seller: SellerId) -> Answer<Vec<u8>> {
        self.stock()
            .free(event, seller)
            .ok_or_else(|| Refusal::not_found("event"))
    }

    fn availability(&self, event: EventId, seller: SellerId) -> Answer<PackedAvailability> {
        self.stock().packed(event, seller)
    }
}

/// Moves seats as somebody at a desk wants it, on record.
fn moved_at(
    unit: &mut Unit<'_>,
    desk: &Desk,
    event: EventId,
    moves: &[SeatMove],
) -> Answer<AllocationDone> {
    let done = move_seats(unit, event, Some(desk.person.account), moves)?;
    let (subject, note) = (format!("event {event}"), format!("{} seats", done.seats));
    let act = Act {
        what: "seats_moved",
        subject: &subject,
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &(&desk.person).into(), &act)?;
    Ok(done)
}

/// Seats that are nobody's, in plan order.
pub(crate) fn nobodys(sql: &Sql, event: EventId) -> Answer<Vec<FreeSeat>> {
    let mut statement = sql.prepare_cached(
        "SELECT seat, class FROM stock WHERE event = ?1 AND seller IS NULL AND claim IS NULL ORDER BY seat",
    )?;
    let rows = statement.query_map([event.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sellers that have fewer seats than they are to have.
fn short(sql: &Sql, event: EventId) -> Answer<Vec<Short>> {
    let mut statement = sql.prepare_cached(
        "SELECT g.seller, g.target - coalesce(s.seats, 0) FROM seller_targets g
         LEFT JOIN (SELECT seller, count(*) AS seats FROM stock WHERE event = ?1 GROUP BY seller) s ON s.seller = g.seller
         WHERE g.event = ?1 AND g.target > coalesce(s.seats, 0) ORDER BY g.seller",
    )?;
    let rows = statement.query_map([event.0], |row| {
        Ok(Short {
            seller: SellerId(row.get(0)?),
            seats: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses another organizer's event as if it were not there.
pub(crate) fn check_own(unit: &Unit<'_>, desk: &Desk, event: EventId) -> Answer<()> {
    let own = unit
        .sql
        .prepare_cached("SELECT 1 FROM events WHERE event = ?1 AND organizer = ?2")?
        .query_row((event.0, desk.organizer), |row| row.get::<i64>(0))
        .optional()?;
    own.map(|_| ()).ok_or_else(|| Refusal::not_found("event"))
}

/// The moves that bring seats to a seller from whoever has them; those that are there already stay.
fn towards(
    sql: &Sql,
    event: EventId,
    seller: Option<SellerId>,
    seats: Vec<u32>,
) -> Answer<Vec<SeatMove>> {
    let mut statement =
        sql.prepare_cached("SELECT seller FROM stock WHERE event = ?1 AND seat = ?2")?;
    let mut by_owner: Vec<(Option<SellerId>, Vec<u32>)> = Vec::new();
    for seat in seats {
        let from: Option<Option<u16>> = statement
            .query_row((event.0, seat), |row| row.get(0))
            .optional()?;
        let from = from
            .ok_or_else(|| {
                Refusal::new(
                    ProblemCode::SeatTaken,
                    format!("Seat {seat} does not exist."),
                )
            })?
            .map(SellerId);
        match by_owner.iter_mut().find(|(owner, _)| *owner == from) {
            Some((_, seats)) => seats.push(seat),
            None => by_owner.push((from, vec![seat])),
        }
    }
    Ok(by_owner
        .into_iter()
        .filter(|(owner, _)| *owner != seller)
        .map(|(from, mut seats)| {
            seats.sort_unstable();
            SeatMove {
                from,
                to: seller,
                seats: runs::of(seats),
            }
        })
        .collect())
}

/// Gives each seller the seats and the target in a new event that it has in another one with the same plan.
pub(crate) fn copy_allocation(
    unit: &mut Unit<'_>,
    desk: &Desk,
    from: EventId,
    to: EventId,
) -> Answer<()> {
    let mut by_seller: Vec<(SellerId, Vec<u32>)> = Vec::new();
    {
        let mut statement = unit.sql.prepare_cached(
            "SELECT seat, seller FROM stock JOIN sellers se USING (seller) WHERE event = ?1 AND se.retired IS NULL ORDER BY seat",
        )?;
        let mut rows = statement.query([from.0])?;
        while let Some(row) = rows.next()? {
            let (seat, seller) = (row.get(0)?, SellerId(row.get(1)?));
            match by_seller.iter_mut().find(|(known, _)| *known == seller) {
                Some((_, seats)) => seats.push(seat),
                None => by_seller.push((seller, vec![seat])),
            }
        }
    }
    let moves: Vec<SeatMove> = by_seller
        .into_iter()
        .map(|(seller, seats)| SeatMove {
            from: None,
            to: Some(seller),
            seats: runs::of(seats),
        })
        .collect();
    if !moves.is_empty() {
        move_seats(unit, to, Some(desk.person.account), &moves)?;
    }
    unit.sql.execute(
        "INSERT INTO seller_targets (event, seller, target) SELECT ?2, seller, target FROM seller_targets WHERE event = ?1",
        (from.0, to.0),
    )?;
    Ok(())
}
