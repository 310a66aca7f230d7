//! Grants and re-issues as commands.

use async_trait::async_trait;
use kippu_api::orders::{Claim, GrantRequest};
use kippu_ticket::{
    ids::{EventId, Generation, HandoverId, SellerId, TerminalId, TicketId},
    record::SignedTicket,
};

use super::{
    reissue,
    rules::{self, GrantRecord, GrantedItem},
};
use crate::{
    handovers::{
        record::{self as handovers, HandoverRecord, HandoverState},
        refused::{Asked, Request, decided},
    },
    journal::Entry,
    masters::rules::Terminal,
    parcels,
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    sales::{
        command::refresh_state,
        record::{self, OrderRecord},
    },
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Row, Sql, SqlError},
        words::from_word,
    },
    tickets::{
        making::Content,
        record as tickets,
        standing::{Holder, Phase, Rank, Standing},
    },
};

/// Issuing.
#[async_trait]
pub trait IssuingStorage: Send + Sync {
    /// Gives the right to write tickets of an order or a parcel; `code` is the keyed hash of the one in the wish. The same request again gets
    /// the same answer, a refusal included.
    async fn grant(
        &self,
        terminal: Terminal,
        claim: Claim,
        wish: GrantRequest,
        code: Option<[u8; 32]>,
    ) -> Answer<GrantRecord>;
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
impl IssuingStorage for Database {
    async fn grant(
        &self,
        terminal: Terminal,
        claim: Claim,
        wish: GrantRequest,
        code: Option<[u8; 32]>,
    ) -> Answer<GrantRecord> {
        let request = Request {
            handover: wish.handover,
            terminal: terminal.id,
            what: Asked::Grant,
            attempt: 0,
        };
        self.write(move |unit| {
            if let Some(known) = find_grant(unit.sql, wish.handover)? {
                let owner = handovers::find(unit.sql, wish.handover)?;
                let open = owner.is_some_and(|owner| {
                    owner.terminal == terminal.id && owner.state == HandoverState::Open
                });
                rules::check_repeat(&known, open, &claim, terminal.id, &wish)?;
                return Ok(Ok(known));
            }
            decided(unit, &request, |unit| {
                grant(unit, &terminal, &claim, &wish, code)
            })
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
            once(unit, &key, |unit| {
                reissue::reissue_order(unit, &clerk, &order, &reason)
            })?;
            record::order(unit.sql, &order)
        })
        .await
    }
}

/// What a claim gives, and to whose sale it belongs.
struct Chosen {
    waiting: Vec<TicketId>,
    event: Option<EventId>,
    seller: Option<SellerId>,
}

fn grant(
    unit: &mut Unit<'_>,
    terminal: &Terminal,
    claim: &Claim,
    wish: &GrantRequest,
    code: Option<[u8; 32]>,
) -> Answer<GrantRecord> {
    if handovers::find(unit.sql, wish.handover)?.is_some() {
        return Err(handovers::not_owner(
            "This handover is about tickets of a card.",
        ));
    }
    let mut chosen = match claim {
        Claim::Order(order) => {
            let order = record::order(unit.sql, order)?;
            Chosen {
                waiting: rules::waiting_of_order(&order, terminal.shop()?.seller, wish)?,
                event: Some(order.event),
                seller: Some(order.seller),
            }
        }
        Claim::Parcel(parcel) => {
            let parcel = parcels::record::parcel(unit.sql, parcel)?;
            parcels::rules::may_fetch(&parcel, wish.card, code)?;
            let inside = tickets::of_parcel(unit.sql, &parcel.parcel)?;
            parcels::rules::check_waiting(&parcel, &inside, wish.card, wish.room)?;
            Chosen {
                waiting: parcels::rules::waiting(&inside)
                    .map(|ticket| ticket.ticket)
                    .collect(),
                event: None,
                seller: None,
            }
        }
    };
    let room = chosen.waiting.len().min(usize::from(wish.room));
    let left_at_platform = chosen.waiting.split_off(room);
    reissue::recall_forgotten(unit, &chosen.waiting)?;
    let fence = tickets::next_fence(unit)?;
    insert(unit, terminal.id, claim, wish, fence, &left_at_platform)?;
    for ticket in &chosen.waiting {
        hand_out(unit, wish.handover, *ticket)?;
    }
    unit.journal(&Entry {
        kind: "granted",
        order: claim.order(),
        event: chosen.event.map(|event| event.0),
        tickets: &chosen.waiting,
        seller: chosen.seller.map(|seller| seller.0),
        terminal: Some(terminal.id.0),
        card: Some(&wish.card.to_string()),
        note: Some(&wish.handover.to_string()),
        ..Entry::default()
    })?;
    if let Claim::Order(order) = claim {
        unit.sql
            .prepare_cached("UPDATE orders SET fence = ?2 WHERE id = ?1")?
            .execute((order, fence))?;
        refresh_state(unit, order)?;
    }
    find_grant(unit.sql, wish.handover)?
        .ok_or_else(|| Refusal::internal(&"a grant that was just written is not there"))
}

fn insert(
    unit: &Unit<'_>,
    terminal: TerminalId,
    claim: &Claim,
    wish: &GrantRequest,
    fence: u64,
    left_at_platform: &[TicketId],
) -> Answer<()> {
    handovers::insert(
        unit,
        &HandoverRecord {
            handover: wish.handover,
            terminal,
            incarnation: wish.incarnation.clone(),
            fence,
            state: HandoverState::Open,
            purpose: None,
            giver: None,
            receiver: Some(wish.card),
            begun: unit.now,
        },
    )?;
    let parcel = match claim {
        Claim::Order(_) => None,
        Claim::Parcel(parcel) => Some(parcel),
    };
    unit.sql
        .prepare_cached(
            "INSERT INTO grants (handover, order_id, parcel, terminal, incarnation, card, fence, left_at_platform, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            wish.handover.to_string(),
            claim.order(),
            parcel,
            terminal.0,
            &wish.incarnation,
            wish.card.to_string(),
            fence,
            serde_json::to_string(left_at_platform)?,
            unit.now,
        ))?;
    Ok(())
}

/// A ticket leaves the platform: one hop above every record that was ever made of it.
fn hand_out(unit: &Unit<'_>, handover: HandoverId, ticket: TicketId) -> Answer<()> {
    let row = tickets::find(unit.sql, ticket)?.ok_or_else(|| Refusal::not_found("ticket"))?;
    let hop = row.next_hop();
    let epoch = row.standing.rank.epoch;
    let before = Generation {
        epoch,
        hop: hop.saturating_sub(1),
    };
    handovers::put_ticket(unit, handover, ticket, before)?;
    tickets::put(
        unit,
        ticket,
        &Standing {
            rank: Rank {
                epoch,
                hop,
                phase: Phase::OnItsWay,
            },
            holder: Holder::Terminal,
            card: None,
            serial: None,
            handover: Some(handover),
        },
    )
}

/// The grant of a handover, if there is one.
pub(crate) fn find_grant(sql: &Sql, handover: HandoverId) -> Answer<Option<GrantRecord>> {
    let name = handover.to_string();
    let found = sql
        .prepare_cached(
            "SELECT order_id, parcel, terminal, incarnation, card, fence, left_at_platform FROM grants WHERE handover = ?1",
        )?
        .query_row([&name], |row| grant_row(row, handover))
        .optional()?;
    let Some(mut grant) = found else {
        return Ok(None);
    };
    let mut statement = sql.prepare_cached(
        "SELECT h.ticket, t.event, t.seat, t.class, o.seller, t.signed, h.epoch, h.hop FROM handover_tickets h
         JOIN tickets t USING (ticket) LEFT JOIN orders o ON o.id = t.order_id
         WHERE h.handover = ?1 ORDER BY t.order_id, t.place, t.ticket",
    )?;
    let rows = statement.query_map([&name], item_row)?;
    grant.tickets = rows.collect::<Result<_, _>>()?;
    Ok(Some(grant))
}

fn grant_row(row: &Row<'_>, handover: HandoverId) -> Result<GrantRecord, SqlError> {
    let (order, parcel): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    let left: String = row.get(6)?;
    Ok(GrantRecord {
        claim: match (order, parcel) {
            (Some(order), _) => Claim::Order(order),
            (None, parcel) => Claim::Parcel(parcel.unwrap_or_default()),
        },
        handover,
        terminal: TerminalId(row.get(2)?),
        incarnation: row.get(3)?,
        card: from_word(row, 4)?,
        fence: row.get(5)?,
        tickets: Vec::new(),
        left_at_platform: serde_json::from_str(&left)
            .map_err(|error| SqlError::conversion(6, error))?,
    })
}

fn item_row(row: &Row<'_>) -> Result<GrantedItem, SqlError> {
    let signed: Option<[u8; SignedTicket::LEN]> = row.get(5)?;
    let hop: u16 = row.get(7)?;
    Ok(GrantedItem {
        ticket: TicketId(row.get(0)?),
        event: EventId(row.get(1)?),
        content: match signed {
            Some(bytes) => Content::Brought(
                SignedTicket::from_bytes(&bytes).map_err(|error| SqlError::conversion(5, error))?,
            ),
            None => Content::Seat {
                seat: row.get(2)?,
                class: row.get(3)?,
                seller: SellerId(row.get(4)?),
            },
        },
        epoch: row.get(6)?,
        hop: hop.saturating_add(1),
    })
}
