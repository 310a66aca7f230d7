//! Figures, entrances and tickets by whose they are.

use async_trait::async_trait;
use kippu_api::{
    operator::{BelievedHolder, TicketInView},
    own::GateCount,
};
use kippu_ticket::ids::{CardUid, EventId, SellerId};

use crate::{
    operator::views,
    refusal::Answer,
    storage::{
        Database,
        sql::{Params, Sql},
    },
};

/// Tickets `t` of orders `o` that were paid for: what the word `sold` means here.
macro_rules! sold {
    () => {
        "t.void = 0 AND t.order_id IS NOT NULL AND o.state IN ('paid', 'granted', 'issued')"
    };
}

pub(crate) const SOLD: &str = sold!();

/// What became of a seat `s` of the stock, as a letter: `-` nobody may sell it, `f` free, `h` held, `s` sold.
pub(crate) const STATE: &str = concat!(
    "CASE WHEN s.seller IS NULL AND s.claim IS NULL THEN '-' WHEN s.claim IS NULL THEN 'f'
    WHEN EXISTS (SELECT 1 FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.event = s.event AND t.seat = s.seat AND ",
    sold!(),
    ") THEN 's' ELSE 'h' END"
);

/// Seats of one class at one seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// Class index.
    pub class: u8,
    /// The seller's name; `None` for seats nobody may sell.
    pub seller: Option<String>,
    /// All of them.
    pub seats: u32,
    /// Those that are not free.
    pub claimed: u32,
    /// Those that are paid.
    pub sold: u32,
    /// Minor units.
    pub revenue: i64,
}

/// An event's entrance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntranceRow {
    /// Tickets sold.
    pub sold: u32,
    /// Different tickets admitted.
    pub entered: u32,
    /// By gate and outcome.
    pub gates: Vec<GateCount>,
}

/// A ticket of a card, with its seat's index.
pub type CardTicket = (CardUid, TicketInView, Option<u32>);

/// Questions of organizers, sellers, venue staff and members.
#[async_trait]
pub trait OwnStorage: Send + Sync {
    /// An organizer's events, in order of their start.
    async fn events_of_organizer(&self, organizer: i64) -> Answer<Vec<EventId>>;
    /// Events of which a seller has seats.
    async fn events_of_seller(&self, seller: SellerId) -> Answer<Vec<EventId>>;
    /// Events at a venue.
    async fn events_of_venue(&self, venue: i64) -> Answer<Vec<EventId>>;
    /// Seats by class and seller, of one seller where one is named.
    async fn parts(&self, event: EventId, seller: Option<SellerId>) -> Answer<Vec<PartRow>>;
    /// A letter for each seat.
    async fn seat_states(&self, event: EventId) -> Answer<String>;
    /// What the gates that serve the event reported; another gate's word is kept, and does not count.
    async fn entrance(&self, event: EventId) -> Answer<EntranceRow>;
    /// Tickets on cards, or waiting for them by their order.
    async fn tickets_of_cards(&self, cards: Vec<CardUid>) -> Answer<Vec<CardTicket>>;
}

#[async_trait]
impl OwnStorage for Database {
    async fn events_of_organizer(&self, organizer: i64) -> Answer<Vec<EventId>> {
        self.read(move |sql| events(sql, "e.organizer = ?1", [organizer]))
            .await
    }

    async fn events_of_seller(&self, seller: SellerId) -> Answer<Vec<EventId>> {
        let has = "EXISTS (SELECT 1 FROM stock s WHERE s.event = e.event AND s.seller = ?1)";
        self.read(move |sql| events(sql, has, [seller.0])).await
    }

    async fn events_of_venue(&self, venue: i64) -> Answer<Vec<EventId>> {
        let there = "e.layout IN (SELECT layout FROM layouts WHERE venue = ?1)";
        self.read(move |sql| events(sql, there, [venue])).await
    }

    async fn parts(&self, event: EventId, seller: Option<SellerId>) -> Answer<Vec<PartRow>> {
        self.read(move |sql| parts(sql, event, seller)).await
    }

    async fn seat_states(&self, event: EventId) -> Answer<String> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT {STATE} FROM stock s WHERE s.event = ?1 ORDER BY s.seat"
            ))?;
            let letters = statement.query_map([event.0], |row| row.get::<String>(0))?;
            Ok(letters.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn entrance(&self, event: EventId) -> Answer<EntranceRow> {
        self.read(move |sql| {
            let number = |text: &str| sql.prepare_cached(text)?.query_row([event.0], |row| row.get(0));
            let sold = number(&format!(
                "SELECT count(*) FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.event = ?1 AND {SOLD}"
            ))?;
            let entered = number(
                "SELECT count(DISTINCT ticket) FROM entrance_records r WHERE event = ?1 AND outcome = 'admit'
                    AND EXISTS (SELECT 1 FROM gate_doors d WHERE d.terminal = r.terminal AND d.event = r.event)",
            )?;
            let mut statement = sql.prepare_cached(
                "SELECT n.name, r.outcome, count(*), max(r.at) FROM entrance_records r JOIN terminals n USING (terminal)
                 WHERE r.event = ?1 AND EXISTS (SELECT 1 FROM gate_doors d WHERE d.terminal = r.terminal AND d.event = r.event)
                 GROUP BY n.name, r.outcome ORDER BY n.name, r.outcome",
            )?;
            let gates = statement.query_map([event.0], |row| {
                Ok(GateCount {
                    gate: row.get(0)?,
                    outcome: row.get(1)?,
                    times: row.get(2)?,
                    last: row.get(3)?,
                })
            })?;
            Ok(EntranceRow {
                sold,
                entered,
                gates: gates.collect::<Result<_, _>>()?,
            })
        })
        .await
    }

    async fn tickets_of_cards(&self, cards: Vec<CardUid>) -> Answer<Vec<CardTicket>> {
        self.read(move |sql| {
            let mut found = Vec::new();
            for card in cards {
                let name = card.to_string();
                let on_card = "WHERE t.void = 0 AND t.holder_card = ?1";
                let waiting = "WHERE t.void = 0 AND t.moved = 0 AND t.holder IN ('platform', 'terminal', 'unknown')
                    AND t.order_id IN (SELECT id FROM orders WHERE card = ?1 AND state IN ('paid', 'granted', 'issued'))";
                for rest in [on_card, waiting] {
                    let tickets = views::tickets(sql, rest, [&name])?;
                    found.extend(tickets.into_iter().map(|(ticket, seat)| (card, ticket, seat)));
                }
            }
            Ok(found)
        })
        .await
    }
}

/// Whether a card has a ticket, as far as the platform knows.
pub fn is_on(ticket: &TicketInView, card: CardUid) -> bool {
    ticket.holder == BelievedHolder::Card && ticket.card == Some(card)
}

fn events(sql: &Sql, which: &str, params: impl Params) -> Answer<Vec<EventId>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT e.event FROM events e WHERE {which} ORDER BY e.starts, e.event"
    ))?;
    let rows = statement.query_map(params, |row| row.get(0).map(EventId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn parts(sql: &Sql, event: EventId, seller: Option<SellerId>) -> Answer<Vec<PartRow>> {
    let mut statement = sql.prepare_cached(
        "SELECT s.class, s.seller, se.name, count(*), count(s.claim) FROM stock s LEFT JOIN sellers se ON se.seller = s.seller
         WHERE s.event = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR s.seller = ?2) GROUP BY s.class, s.seller, se.name ORDER BY s.class, coalesce(s.seller, 0)",
    )?;
    let mut sold = sql.prepare_cached(&format!(
        "SELECT count(*), CAST(coalesce(sum(t.price), 0) AS BIGINT) FROM tickets t JOIN orders o ON o.id = t.order_id
         WHERE t.event = ?1 AND t.class = ?2 AND o.seller = ?3 AND {SOLD}"
    ))?;
    let mut rows = statement.query((event.0, seller.map(|seller| seller.0)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (class, seller): (u8, Option<u16>) = (row.get(0)?, row.get(1)?);
        let (paid, revenue) = match seller {
            Some(seller) => sold.query_row((event.0, class, seller), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?,
            None => (0, 0),
        };
        found.push(PartRow {
            class,
            seller: row.get(2)?,
            seats: row.get(3)?,
            claimed: row.get(4)?,
            sold: paid,
            revenue,
        });
    }
    Ok(found)
}
