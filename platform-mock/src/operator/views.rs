//! What operators look at: handovers with what they wait for, reports, tickets and where they are believed to be.

use async_trait::async_trait;
use kippu_api::{
    handovers::{Report, ReportedOutcome},
    operator::{
        Found, HandoverInView, HandoverStory, Listed, TerminalName, TicketInView, ToldInView,
        WaitsFor,
    },
};
use kippu_ticket::{
    ids::{CardUid, EventId, HandoverId, Step, TerminalId, TicketId},
    record::SignedTicket,
};

use crate::{
    app::App,
    refusal::{Answer, Refusal},
    storage::{
        Database,
        sql::{Optional as _, Params, Row, Sql, SqlError, params_from_iter},
        words::{from_word, optional_word},
    },
};

/// Most rows of a list; a search finds the others.
pub const ROWS_MAX: usize = 100;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Whatever is open.
    Open,
    /// A ticket.
    Ticket(TicketId),
    /// A card.
    Card(CardUid),
    /// 32 hexadecimal digits: a handover or an order.
    Named(String),
    /// An order by its slip.
    Slip(String),
}

impl Sought {
    /// Understands what was typed; `None` when it is nothing of the kind.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect();
        if text.is_empty() {
            return Some(Self::Open);
        }
        if let Ok(card) = text.parse() {
            return Some(Self::Card(card));
        }
        if text.parse::<HandoverId>().is_ok() {
            return Some(Self::Named(text));
        }
        if let Ok(ticket) = text.parse::<u64>() {
            return Some(Self::Ticket(TicketId(ticket)));
        }
        match crate::sales::routes::slip_name(&text) {
            Ok(crate::sales::storage::OrderName::Slip(slip)) => Some(Self::Slip(slip)),
            _ => None,
        }
    }
}

/// A ticket with what its seat's name is looked up by.
type UnnamedTicket = (TicketInView, Option<u32>);

/// Questions of the operator's pages.
#[async_trait]
pub trait ViewStorage: Send + Sync {
    /// Handovers, and tickets where something of theirs is sought; seats without names.
    async fn look_for(
        &self,
        sought: Sought,
    ) -> Answer<(Listed<HandoverInView>, Vec<UnnamedTicket>)>;
    /// Everything about one handover.
    async fn story(&self, handover: HandoverId) -> Answer<(HandoverStory, Vec<UnnamedTicket>)>;
    /// Reports of changes whose card did not prove them.
    async fn unproved(&self) -> Answer<Listed<ToldInView>>;
}

#[async_trait]
impl ViewStorage for Database {
    async fn look_for(
        &self,
        sought: Sought,
    ) -> Answer<(Listed<HandoverInView>, Vec<UnnamedTicket>)> {
        self.read(move |sql| look_for(sql, &sought)).await
    }

    async fn story(&self, handover: HandoverId) -> Answer<(HandoverStory, Vec<UnnamedTicket>)> {
        self.read(move |sql| {
            let name = handover.to_string();
            let view = handovers(sql, "WHERE h.handover = ?1", [&name])?
                .rows
                .pop()
                .ok_or_else(|| Refusal::not_found("handover"))?;
            let of_handover =
                "WHERE t.ticket IN (SELECT ticket FROM handover_tickets WHERE handover = ?1)";
            let tickets = tickets(sql, of_handover, [&name])?;
            let told = told(
                sql,
                "WHERE r.handover = ?1 ORDER BY r.received, r.row",
                [&name],
            )?;
            let story = HandoverStory {
                view,
                tickets: Vec::new(),
                told,
            };
            Ok((story, tickets))
        })
        .await
    }

    async fn unproved(&self) -> Answer<Listed<ToldInView>> {
        self.read(|sql| {
            let rest =
                "WHERE r.proved IS DISTINCT FROM 1 AND (r.proved = 0 OR (json_extract(r.report, '$.outcome') = 'done'
                    AND json_extract(r.report, '$.step') IN ('take', 'give', 'give_back')))
                ORDER BY r.received DESC LIMIT ?1";
            Ok(listed(told(sql, rest, [ROWS_MAX + 1])?))
        })
        .await
    }
}

/// Looks for handovers and tickets, seats named.
pub async fn find(app: &App, sought: Sought) -> Answer<Found> {
    let (handovers, tickets) = app.storage().look_for(sought).await?;
    Ok(Found {
        handovers,
        tickets: name_seats(app, tickets).await?,
    })
}

/// A handover's whole story, seats named.
pub async fn story(app: &App, handover: HandoverId) -> Answer<HandoverStory> {
    let (story, tickets) = app.storage().story(handover).await?;
    Ok(HandoverStory {
        tickets: name_seats(app, tickets).await?,
        ..story
    })
}

/// Gives seats the words of their plan.
pub async fn name_seats(app: &App, tickets: Vec<UnnamedTicket>) -> Answer<Vec<TicketInView>> {
    let mut named = Vec::with_capacity(tickets.len());
    for (mut ticket, seat) in tickets {
        if let Some(seat) = seat {
            let event = app.event(ticket.event).await?;
            if let Some(place) = event.held_seat(seat, 0, 0) {
                ticket.seat = seat_words(&place.block, &place.row, &place.number);
            }
        }
        named.push(ticket);
    }
    Ok(named)
}

fn seat_words(block: &str, row: &str, number: &str) -> String {
    [block, row, number]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn look_for(sql: &Sql, sought: &Sought) -> Answer<(Listed<HandoverInView>, Vec<UnnamedTicket>)> {
    let of_order = "WHERE h.handover IN (SELECT handover FROM grants WHERE order_id = ?1
        UNION SELECT w.handover FROM handover_tickets w JOIN tickets USING (ticket) WHERE order_id = ?1)";
    match sought {
        Sought::Open => Ok((handovers(sql, "WHERE h.state <> 'ended'", [])?, Vec::new())),
        Sought::Ticket(ticket) => {
            let number = i64::try_from(ticket.0).unwrap_or(-1);
            let rest =
                "WHERE h.handover IN (SELECT handover FROM handover_tickets WHERE ticket = ?1)";
            Ok((
                handovers(sql, rest, [number])?,
                tickets(sql, "WHERE t.ticket = ?1", [number])?,
            ))
        }
        Sought::Card(card) => {
            let card = card.to_string();
            let rest = "WHERE h.handover IN (SELECT handover FROM handovers WHERE giver = ?1 UNION SELECT handover FROM handovers WHERE receiver = ?1
                UNION SELECT handover FROM grants WHERE card = ?1 UNION SELECT handover FROM reports WHERE card = ?1)";
            Ok((
                handovers(sql, rest, [&card])?,
                tickets(sql, "WHERE t.holder_card = ?1", [&card])?,
            ))
        }
        Sought::Named(name) => {
            let order = name.to_lowercase();
            let known = tickets(sql, "WHERE t.order_id = ?1", [&order])?;
            let found = if known.is_empty() {
                handovers(sql, "WHERE h.handover = ?1", [name.to_uppercase()])?
            } else {
                handovers(sql, of_order, [&order])?
            };
            Ok((found, known))
        }
        Sought::Slip(slip) => {
            let order: Option<String> = sql
                .prepare_cached("SELECT id FROM orders WHERE slip = ?1")?
                .query_row([slip], |row| row.get(0))
                .optional()?;
            let Some(order) = order else {
                return Ok((listed(Vec::new()), Vec::new()));
            };
            Ok((
                handovers(sql, of_order, [&order])?,
                tickets(sql, "WHERE t.order_id = ?1", [&order])?,
            ))
        }
    }
}

/// Handovers, newest first; `rest` is the `WHERE`.
pub fn handovers(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Listed<HandoverInView>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT h.handover, h.terminal, n.name, st.name, n.written_off IS NOT NULL, h.begun, h.purpose, h.giver, coalesce(h.receiver, g.card),
            g.order_id, h.state
         FROM handovers h JOIN terminals n ON n.terminal = h.terminal LEFT JOIN stores st ON st.store = n.store
         LEFT JOIN grants g ON g.handover = h.handover {rest} ORDER BY h.begun DESC LIMIT {}",
        ROWS_MAX + 1
    ))?;
    let rows = statement.query_map(parameters, |row| {
        let view = HandoverInView {
            handover: from_word(row, 0)?,
            terminal: terminal_name(row, 1)?,
            begun: row.get(5)?,
            purpose: optional_word(row, 6)?,
            giver: optional_word(row, 7)?,
            receiver: optional_word(row, 8)?,
            order: row.get(9)?,
            tickets: Vec::new(),
            waits_for: WaitsFor::Nothing,
            heard: None,
        };
        Ok((view, row.get::<String>(10)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (mut view, state) = row?;
        let name = view.handover.to_string();
        view.tickets = sql
            .prepare_cached("SELECT ticket FROM handover_tickets WHERE handover = ?1")?
            .query_map([&name], |row| row.get(0).map(TicketId))?
            .collect::<Result<_, _>>()?;
        let last: Option<(String, i64)> = sql
            .prepare_cached("SELECT report, received FROM reports WHERE handover = ?1 ORDER BY received DESC, row DESC LIMIT 1")?
            .query_row([&name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let report: Option<Report> = match &last {
            Some((text, _)) => Some(serde_json::from_str(text)?),
            None => None,
        };
        view.heard = last.map(|(_, received)| received);
        view.waits_for = waits_for(&state, report.as_ref(), view.receiver);
        found.push(view);
    }
    Ok(listed(found))
}

/// What a handover waits for, by its state and the last that was heard of it.
fn waits_for(state: &str, last: Option<&Report>, receiver: Option<CardUid>) -> WaitsFor {
    match (state, last) {
        ("ended", _) => WaitsFor::Nothing,
        ("released", _) => WaitsFor::TakeOver,
        (_, None) => WaitsFor::FirstReport,
        (_, Some(report)) if report.outcome == ReportedOutcome::Unknown => match report.step {
            Step::Print => WaitsFor::Clerk,
            step => WaitsFor::Answer {
                card: report.card,
                step,
            },
        },
        (_, Some(_)) => WaitsFor::Receiver { card: receiver },
    }
}

/// Tickets and what their seats are named by; `rest` is the `WHERE`.
pub fn tickets(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Vec<UnnamedTicket>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT t.ticket, t.event, e.name, t.kind, t.seat, t.epoch, t.hop, t.holder, t.holder_card, t.serial, t.handover, t.order_id, t.parcel, t.signed
         FROM tickets t LEFT JOIN events e ON e.event = t.event {rest} ORDER BY t.ticket LIMIT {ROWS_MAX}"
    ))?;
    let rows = statement.query_map(parameters, |row| {
        let signed: Option<[u8; SignedTicket::LEN]> = row.get(13)?;
        let brought = signed.and_then(|bytes| SignedTicket::from_bytes(&bytes).ok());
        let seat = brought.map(|signed| {
            let seat = &signed.body.seat;
            seat_words(seat.block(), seat.row(), seat.number())
        });
        let view = TicketInView {
            ticket: TicketId(row.get(0)?),
            event: EventId(row.get(1)?),
            event_name: row.get::<Option<String>>(2)?.unwrap_or_default(),
            seat: seat.unwrap_or_default(),
            kind: row.get(3)?,
            epoch: row.get(5)?,
            hop: row.get(6)?,
            holder: from_word(row, 7)?,
            card: optional_word(row, 8)?,
            serial: row.get::<Option<i64>>(9)?.map(i64::cast_unsigned),
            handover: optional_word(row, 10)?,
            order: row.get(11)?,
            parcel: row.get(12)?,
        };
        Ok((view, row.get(4)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn told(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Vec<ToldInView>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT r.handover, r.terminal, n.name, st.name, n.written_off IS NOT NULL, r.received, r.report, r.newest, r.proved
         FROM reports r JOIN terminals n ON n.terminal = r.terminal LEFT JOIN stores st ON st.store = n.store {rest}"
    ))?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let report: Report = serde_json::from_str(&row.get::<String>(6)?)?;
        found.push(ToldInView {
            handover: from_word(&row, 0)?,
            terminal: terminal_name(&row, 1)?,
            received: row.get(5)?,
            at: report.at,
            step: report.step,
            attempt: report.attempt,
            outcome: report.outcome,
            card: report.card,
            giver: report.giver,
            receiver: report.receiver,
            serial: report.serial,
            tickets: report.tickets,
            proved: row.get(8)?,
            newest: row.get(7)?,
        });
    }
    Ok(found)
}

/// Terminal, name, store's name and whether it is written off, in this order from a column on.
pub fn terminal_name(row: &Row<'_>, column: usize) -> Result<TerminalName, SqlError> {
    Ok(TerminalName {
        terminal: TerminalId(row.get(column)?),
        name: row.get(column + 1)?,
        store: row.get(column + 2)?,
        written_off: row.get(column + 3)?,
    })
}

/// The first rows of some that were asked for with one more than are shown.
pub fn listed<T>(mut rows: Vec<T>) -> Listed<T> {
    let more = rows.len() > ROWS_MAX;
    rows.truncate(ROWS_MAX);
    Listed { rows, more }
}

/// Tickets by their ids.
pub fn tickets_by_id(sql: &Sql, ids: &[TicketId]) -> Answer<Vec<UnnamedTicket>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<String> = (1..=ids.len()).map(|place| format!("?{place}")).collect();
    let marks = marks.join(", ");
    let numbers = ids
        .iter()
        .map(|ticket| i64::try_from(ticket.0).unwrap_or(-1));
    tickets(
        sql,
        &format!("WHERE t.ticket IN ({marks})"),
        params_from_iter(numbers),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood() {
        let card = CardUid([0x04, 0xA1, 2, 3, 4, 5, 6]);
        assert_eq!(Sought::parse("  "), Some(Sought::Open));
        assert_eq!(Sought::parse("04a102 03040506"), Some(Sought::Card(card)));
        assert_eq!(Sought::parse("17"), Some(Sought::Ticket(TicketId(17))));
        let name = "00112233445566778899AABBCCDDEEFF";
        assert_eq!(Sought::parse(name), Some(Sought::Named(name.into())));
        assert_eq!(Sought::parse("何か"), None);
    }
}
