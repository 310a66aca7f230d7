//! Issuing anew (R13): a higher epoch, everything older recalled, the tickets back at the platform.

use kippu_api::orders::OrderState;
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use crate::{
    audit::{self, Act},
    handovers::record::settle,
    journal::Entry,
    parcels::record::{self as parcels, ParcelRecord},
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    restore::life::EPOCHS,
    sales::{
        command::{random_id, refresh_state},
        record::{self, OrderRecord, TicketRecord},
    },
    storage::Unit,
    tickets::{
        record::{self as tickets, TicketRow},
        standing::{Holder, Phase, Rank, Standing},
    },
};

/// Where tickets that were issued anew wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsAt {
    /// With their order, for its card.
    Order,
    /// In a parcel of their own.
    Parcel {
        /// Keyed hash of the code that fetches it.
        code: [u8; 32],
        /// Card whose holder may fetch it without the code.
        card: Option<CardUid>,
    },
}

/// Raises the epoch of tickets and takes them back to the platform, wherever they are; what is out there of them is recalled. The handovers that
/// had them in their hands end. The caller writes the journal. The parcel's id, where one was made.
///
/// # Errors
/// 404 for a ticket nobody issued.
pub fn issue_anew(
    unit: &mut Unit<'_>,
    of: &[TicketId],
    waits_at: WaitsAt,
) -> Answer<Option<String>> {
    let parcel = match waits_at {
        WaitsAt::Order => None,
        WaitsAt::Parcel { code, card } => {
            let parcel = ParcelRecord {
                parcel: random_id(),
                handover: HandoverId::random(),
                attempt: 0,
                terminal: None,
                code,
                giver: None,
                receiver: card,
                at: unit.now,
                tickets: of.to_vec(),
            };
            parcels::insert(unit, &parcel)?;
            Some(parcel.parcel)
        }
    };
    for ticket in of {
        let row = raise(unit, *ticket)?;
        tickets::put_claim(unit, *ticket, parcel.as_deref(), parcel.is_some())?;
        if let Some(handover) = row.standing.handover {
            settle(unit, handover)?;
        }
        if let Some(order) = &row.order {
            refresh_state(unit, order)?;
        }
    }
    Ok(parcel)
}

/// Recalls what a terminal may have given out of tickets that wait here, in a time the restored platform has forgotten and that nobody will
/// ever tell it of: the terminal was written off (R15).
pub fn recall_forgotten(unit: &mut Unit<'_>, of: &[TicketId]) -> Answer<()> {
    let mut recalled = Vec::new();
    for ticket in of {
        if tickets::is_perhaps_out(unit.sql, *ticket)? {
            raise(unit, *ticket)?;
            recalled.push(*ticket);
        }
    }
    if recalled.is_empty() {
        return Ok(());
    }
    unit.journal(&Entry {
        kind: "reissued",
        tickets: &recalled,
        note: Some("a terminal that was written off may have given them out before the restore"),
        ..Entry::default()
    })
}

/// A higher epoch, everything older recalled, and the ticket back here. What it was before.
fn raise(unit: &Unit<'_>, ticket: TicketId) -> Answer<TicketRow> {
    let row = tickets::find(unit.sql, ticket)?.ok_or_else(|| Refusal::not_found("ticket"))?;
    // Above every epoch an earlier life of the platform may have given.
    let base: u16 = unit
        .sql
        .prepare_cached("SELECT epoch_base FROM platform_life")?
        .query_row([], |row| row.get(0))?;
    let epoch = row
        .standing
        .rank
        .epoch
        .max(base)
        .checked_add(1)
        .filter(|epoch| *epoch <= base.saturating_add(EPOCHS))
        .ok_or_else(|| {
            Refusal::internal(&"a ticket has no epochs left in this life of the platform")
        })?;
    let waiting = Standing {
        rank: Rank {
            epoch,
            hop: row.standing.rank.hop,
            phase: Phase::OnItsWay,
        },
        holder: Holder::Platform,
        card: None,
        serial: None,
        handover: None,
    };
    tickets::put(unit, ticket, &waiting)?;
    unit.sql
        .prepare_cached(
            "INSERT INTO recalls (ticket, event, epoch) VALUES (?1, ?2, ?3)
             ON CONFLICT (ticket) DO UPDATE SET epoch = excluded.epoch WHERE recalls.epoch < excluded.epoch",
        )?
        .execute((ticket.0, row.event.0, epoch))?;
    Ok(row)
}

/// Issues an order's tickets anew, because their card is lost: those that are out for it, or on its card again. What went on to another card,
/// to paper or to somebody's parcel is no longer the order's to take back.
pub(super) fn reissue_order(
    unit: &mut Unit<'_>,
    clerk: &Clerk,
    id: &str,
    reason: &str,
) -> Answer<()> {
    let order = record::order(unit.sql, id)?;
    if order.store != clerk.store {
        return Err(Refusal::not_found("order in this store"));
    }
    let paid = matches!(
        order.state,
        OrderState::Granted | OrderState::Issued | OrderState::Paid
    );
    let out: Vec<TicketId> = order
        .tickets
        .iter()
        .filter(|ticket| paid && is_out(&order, ticket))
        .map(|ticket| ticket.ticket)
        .collect();
    if out.is_empty() {
        return Err(Refusal::new(
            kippu_api::problem::ProblemCode::WrongState,
            "No ticket of this order is out for its card.",
        ));
    }
    issue_anew(unit, &out, WaitsAt::Order)?;
    let subject = format!("order {id}");
    let act = Act {
        what: "reissued",
        subject: &subject,
        note: Some(reason),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &clerk.into(), &act)?;
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

/// Whether a copy of a ticket is out for its order's card. A ticket that always stayed here has no copy anywhere.
fn is_out(order: &OrderRecord, ticket: &TicketRecord) -> bool {
    if ticket.moved {
        ticket.holder == Holder::Card && ticket.on_card == Some(order.card)
    } else {
        ticket.holder != Holder::Platform || ticket.hop > 0
    }
}
