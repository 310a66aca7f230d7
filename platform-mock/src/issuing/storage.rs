//! Grants and re-issues as commands.

use async_trait::async_trait;
use kippu_api::orders::{GrantRequest, OrderState};
use kippu_ticket::ids::{HandoverId, TerminalId, TicketId};
use rusqlite::{Connection, OptionalExtension as _, types::Type};

use super::{
    refused,
    rules::{self, GrantRecord, GrantedSeat},
};
use crate::{
    clerks::rules::Clerk,
    journal::Entry,
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
    sales::{
        command::set_state,
        record::{self, Holder, OrderRecord},
    },
    storage::{
        Sqlite, Unit,
        idempotency::{RequestKey, once},
    },
};

/// Issuing.
#[async_trait]
pub trait IssuingStorage: Send + Sync {
    /// Gives the right to write an order's tickets. The same request again gets the same answer, a refusal included.
    async fn grant(
        &self,
        terminal: Terminal,
        order: String,
        wish: GrantRequest,
    ) -> Answer<(GrantRecord, OrderRecord)>;
    /// Raises the epoch of an order's tickets and takes them back to the platform (R13).
    async fn reissue(
        &self,
        key: RequestKey,
        clerk: Clerk,
        order: String,
        reason: String,
    ) -> Answer<OrderRecord>;
}

#[async_trait]
impl IssuingStorage for Sqlite {
    async fn grant(
        &self,
        terminal: Terminal,
        order: String,
        wish: GrantRequest,
    ) -> Answer<(GrantRecord, OrderRecord)> {
        // A refusal is an answer that must stay, so the command itself succeeds with it.
        self.write(move |unit| {
            if let Some(known) = find_grant(unit.sql, wish.handover)? {
                rules::check_repeat(&known, &order, terminal.id, &wish)?;
                return Ok(Ok((known, record::order(unit.sql, &order)?)));
            }
            if let Some(refusal) = refused::find(unit.sql, wish.handover, terminal.id)? {
                return Ok(Err(refusal));
            }
            match choose(unit, &terminal, &order, &wish) {
                Ok((grant, record)) => {
                    insert(unit, &grant, &record)?;
                    Ok(Ok((grant, record)))
                }
                Err(refusal) => {
                    refused::keep(unit, wish.handover, terminal.id, &order, &refusal)?;
                    Ok(Err(refusal))
                }
            }
        })
        .await?
    }

    async fn reissue(
        &self,
        key: RequestKey,
        clerk: Clerk,
        order: String,
        reason: String,
    ) -> Answer<OrderRecord> {
        if reason.trim().is_empty() {
            return Err(Refusal::bad_request("A re-issue needs a reason."));
        }
        self.write(move |unit| {
            once(unit, &key, |unit| reissue(unit, &clerk, &order, &reason))?;
            record::order(unit.sql, &order)
        })
        .await
    }
}

/// Decides on a new grant; changes nothing.
fn choose(
    unit: &Unit<'_>,
    terminal: &Terminal,
    order: &str,
    wish: &GrantRequest,
) -> Answer<(GrantRecord, OrderRecord)> {
    let record = record::order(unit.sql, order)?;
    let (tickets, left_at_platform) = rules::choose(&record, terminal.shop()?.seller, wish)?;
    let grant = GrantRecord {
        order: order.to_owned(),
        handover: wish.handover,
        terminal: terminal.id,
        incarnation: wish.incarnation.clone(),
        card: wish.card,
        fence: record.fence + 1,
        tickets,
        left_at_platform,
        open: true,
    };
    Ok((grant, record))
}

fn insert(unit: &mut Unit<'_>, grant: &GrantRecord, order: &OrderRecord) -> Answer<()> {
    let handover = grant.handover.to_string();
    unit.sql
        .prepare_cached(
            "INSERT INTO grants (handover, order_id, terminal, incarnation, card, fence, left_at_platform, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            &handover,
            &grant.order,
            grant.terminal.0,
            &grant.incarnation,
            grant.card.to_string(),
            grant.fence,
            serde_json::to_string(&grant.left_at_platform)?,
            unit.now,
        ))?;
    for granted in &grant.tickets {
        unit.sql
            .prepare_cached("INSERT INTO granted_tickets (handover, ticket, epoch, hop) VALUES (?1, ?2, ?3, ?4)")?
            .execute((&handover, granted.ticket.0, granted.epoch, granted.hop))?;
        unit.sql
            .prepare_cached("UPDATE tickets SET holder = 'terminal', hop = ?2 WHERE ticket = ?1")?
            .execute((granted.ticket.0, granted.hop))?;
    }
    unit.sql
        .prepare_cached("UPDATE orders SET state = 'granted', fence = ?2 WHERE id = ?1")?
        .execute((&grant.order, grant.fence))?;
    let tickets: Vec<TicketId> = grant.tickets.iter().map(|granted| granted.ticket).collect();
    unit.journal(&Entry {
        kind: "granted",
        order: Some(&grant.order),
        event: Some(order.event.0),
        tickets: &tickets,
        seller: Some(order.seller.0),
        terminal: Some(grant.terminal.0),
        card: Some(&grant.card.to_string()),
        note: Some(&handover),
        ..Entry::default()
    })
}

fn reissue(unit: &mut Unit<'_>, clerk: &Clerk, id: &str, reason: &str) -> Answer<()> {
    let order = record::order(unit.sql, id)?;
    if order.store != clerk.store {
        return Err(Refusal::not_found("order in this store"));
    }
    if !matches!(
        order.state,
        OrderState::Granted | OrderState::Issued | OrderState::Paid
    ) || order.fence == 0
    {
        return Err(Refusal::new(
            kippu_api::problem::ProblemCode::WrongState,
            "No ticket of this order was ever given out.",
        ));
    }
    // Only what left the platform is recalled: a ticket that always stayed here has no copy anywhere.
    let out: Vec<TicketId> = order
        .tickets
        .iter()
        .filter(|ticket| ticket.holder != Holder::Platform || ticket.hop > 0)
        .map(|ticket| ticket.ticket)
        .collect();
    for ticket in &out {
        let epoch: u16 = unit
            .sql
            .prepare_cached("UPDATE tickets SET epoch = epoch + 1, holder = 'platform' WHERE ticket = ?1 RETURNING epoch")?
            .query_row([ticket.0], |row| row.get(0))?;
        unit.sql
            .prepare_cached(
                "INSERT INTO recalls (ticket, event, epoch) VALUES (?1, ?2, ?3)
                 ON CONFLICT (ticket) DO UPDATE SET epoch = max(epoch, excluded.epoch)",
            )?
            .execute((ticket.0, order.event.0, epoch))?;
    }
    unit.sql
        .prepare_cached("UPDATE grants SET open = 0 WHERE order_id = ?1")?
        .execute([id])?;
    set_state(unit, id, OrderState::Paid)?;
    unit.journal(&Entry {
        kind: "reissued",
        order: Some(id),
        event: Some(order.event.0),
        tickets: &out,
        seller: Some(order.seller.0),
        clerk: Some(clerk.id),
        card: Some(&order.card.to_string()),
        note: Some(reason),
        ..Entry::default()
    })
}

/// The grant of a handover, if there is one.
pub(crate) fn find_grant(sql: &Connection, handover: HandoverId) -> Answer<Option<GrantRecord>> {
    let name = handover.to_string();
    let found = sql
        .prepare_cached(
            "SELECT order_id, terminal, incarnation, card, fence, left_at_platform, open FROM grants WHERE handover = ?1",
        )?
        .query_row([&name], |row| {
            let (card, left): (String, String) = (row.get(3)?, row.get(5)?);
            Ok(GrantRecord {
                order: row.get(0)?,
                handover,
                terminal: TerminalId(row.get(1)?),
                incarnation: row.get(2)?,
                card: card.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, Type::Text, Box::new(error)))?,
                fence: row.get(4)?,
                tickets: Vec::new(),
                left_at_platform: serde_json::from_str(&left)
                    .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, Type::Text, Box::new(error)))?,
                open: row.get(6)?,
            })
        })
        .optional()?;
    let Some(mut grant) = found else {
        return Ok(None);
    };
    let mut statement = sql.prepare_cached(
        "SELECT g.ticket, t.seat, t.class, g.epoch, g.hop FROM granted_tickets g JOIN tickets t USING (ticket)
         WHERE g.handover = ?1 ORDER BY t.place",
    )?;
    let rows = statement.query_map([&name], |row| {
        Ok(GrantedSeat {
            ticket: TicketId(row.get(0)?),
            seat: row.get(1)?,
            class: row.get(2)?,
            epoch: row.get(3)?,
            hop: row.get(4)?,
        })
    })?;
    grant.tickets = rows.collect::<Result<_, _>>()?;
    Ok(Some(grant))
}
