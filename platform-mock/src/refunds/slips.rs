//! Another slip for money that is due: for the card its tickets came off, where a kiosk lost power before the first one was out, or people lost it.

use kippu_api::{problem::ProblemCode, refunds::NewSlip};
use kippu_ticket::ids::{CardUid, HandoverId, TerminalId, TicketId};

use crate::{
    journal::Entry,
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Sql, words::from_word},
};

/// Money that is due for tickets a handover took off a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The refund's id.
    pub refund: String,
    /// The handover.
    pub handover: HandoverId,
    /// The tickets.
    pub tickets: Vec<TicketId>,
}

/// What is due for tickets that came off this card last, at the seller of this terminal; the oldest first.
pub fn due(sql: &Sql, terminal: TerminalId, card: CardUid) -> Answer<Vec<Due>> {
    let mut statement = sql.prepare_cached(
        "SELECT r.refund, p.handover, g.ticket FROM parcels p
         JOIN parcel_tickets k ON k.parcel = p.parcel
         JOIN refunded_tickets g ON g.ticket = k.ticket
         JOIN refunds r ON r.refund = g.refund
         JOIN stores s ON s.seller = r.seller
         JOIN terminals t ON t.store = s.store
         WHERE p.giver = ?1 AND t.terminal = ?2 AND r.paid_out IS NULL AND r.amount > r.to_account
           AND NOT EXISTS (SELECT 1 FROM parcels n JOIN parcel_tickets m ON m.parcel = n.parcel WHERE m.ticket = g.ticket AND n.at > p.at)
         ORDER BY r.at, r.refund, g.place",
    )?;
    let rows = statement.query_map((card.to_string(), terminal.0), |row| {
        Ok((
            row.get::<String>(0)?,
            from_word(row, 1)?,
            row.get(2).map(TicketId)?,
        ))
    })?;
    let mut found: Vec<Due> = Vec::new();
    for row in rows {
        let (refund, handover, ticket) = row?;
        match found.last_mut() {
            Some(last) if (&last.refund, last.handover) == (&refund, handover) => {
                last.tickets.push(ticket);
            }
            _ => found.push(Due {
                refund,
                handover,
                tickets: vec![ticket],
            }),
        }
    }
    Ok(found)
}

/// Gives the refund another code; its id.
pub(super) fn renew(
    unit: &mut Unit<'_>,
    terminal: &Terminal,
    wish: &NewSlip,
    code: [u8; 32],
) -> Answer<String> {
    let due = due(unit.sql, terminal.id, wish.card)?;
    let Some(due) = due.into_iter().find(|due| due.handover == wish.handover) else {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "No money is due for tickets of this card from that handover. Nothing was changed.",
        )
        .hint("It was paid out, or the tickets wait still: look what waits for the card."));
    };
    unit.sql
        .prepare_cached("UPDATE refunds SET code = ?2 WHERE refund = ?1 AND paid_out IS NULL")?
        .execute((&due.refund, code))?;
    unit.journal(&Entry {
        kind: "refund_slip",
        tickets: &due.tickets,
        seller: Some(terminal.shop()?.seller.0),
        terminal: Some(terminal.id.0),
        card: Some(&wish.card.to_string()),
        note: Some(&due.refund),
        ..Entry::default()
    })?;
    Ok(due.refund)
}
