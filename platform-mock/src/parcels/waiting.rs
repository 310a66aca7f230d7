//! What waits for the bearer of a code or of a card: at the platform, released, or still in a terminal.

use kippu_api::parcels::WaitingPlace;
use kippu_ticket::ids::{CardUid, EventId, HandoverId, TerminalId, TicketId};

use super::{
    record::{self, ParcelRecord},
    rules,
};
use crate::storage::sql::{Optional as _, Sql};
use crate::{
    handovers::{
        record::{self as handovers, HandoverRecord, HandoverState},
        releases::{self, Release},
        status::open_question,
    },
    refunds::slips,
    refusal::Answer,
    tickets::{
        record::{TicketRow, find, in_hands_of, of_parcel},
        standing::Holder,
    },
};

/// Something that waits, in the database's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRecord {
    /// The handover it comes from.
    pub handover: HandoverId,
    /// Where.
    pub place: WaitingPlace,
    /// Tickets that wait.
    pub tickets: Vec<TicketId>,
    /// Event of the first ticket.
    pub event: Option<EventId>,
    /// Card they came from.
    pub giver: Option<CardUid>,
    /// Card they are meant for.
    pub receiver: Option<CardUid>,
    /// Since when, UTC microseconds.
    pub since: i64,
}

/// What a code belongs to. A parcel that was fetched already is said to be.
pub(super) fn by_code(
    sql: &Sql,
    terminal: TerminalId,
    code: &[u8; 32],
) -> Answer<Vec<WaitingRecord>> {
    let mut found = Vec::new();
    for parcel in record::by_code(sql, code)? {
        found.push(parcel_place(sql, terminal, &parcel)?);
    }
    for release in releases::open_by_code(sql, code, terminal)? {
        found.extend(released(sql, &release)?);
    }
    Ok(found)
}

/// What came from a card or is meant for it; also money that is due for what came from it.
pub(super) fn by_card(
    sql: &Sql,
    terminal: TerminalId,
    card: CardUid,
) -> Answer<Vec<WaitingRecord>> {
    let mut found = Vec::new();
    for parcel in record::by_card(sql, card)? {
        let place = parcel_place(sql, terminal, &parcel)?;
        if matches!(place.place, WaitingPlace::Parcel { .. }) {
            found.push(place);
        }
    }
    for release in releases::open_by_card(sql, card, terminal)? {
        found.extend(released(sql, &release)?);
    }
    for due in slips::due(sql, terminal, card)? {
        found.extend(money_waits(sql, &due)?);
    }
    for handover in handovers::of_card(sql, card)? {
        let tickets = in_hands_of(sql, handover.handover)?;
        let told = found
            .iter()
            .any(|waiting| waiting.handover == handover.handover);
        if handover.state == HandoverState::Open && !tickets.is_empty() && !told {
            let place = terminal_place(sql, terminal, handover.terminal)?;
            found.push(in_hands(&handover, &tickets, place));
        }
    }
    Ok(found)
}

fn parcel_place(sql: &Sql, terminal: TerminalId, parcel: &ParcelRecord) -> Answer<WaitingRecord> {
    let tickets = of_parcel(sql, &parcel.parcel)?;
    let waiting: Vec<&TicketRow> = rules::waiting(&tickets).collect();
    let under_way = tickets
        .iter()
        .filter(|ticket| matches!(ticket.standing.holder, Holder::Terminal | Holder::Unknown))
        .find_map(|ticket| ticket.standing.handover);
    let place = if !waiting.is_empty() {
        WaitingPlace::Parcel {
            parcel: parcel.parcel.clone(),
        }
    } else if let Some(handover) = under_way
        && let Some(by) = handovers::find(sql, handover)?
    {
        terminal_place(sql, terminal, by.terminal)?
    } else if !tickets.is_empty() && tickets.iter().all(|ticket| ticket.void) {
        WaitingPlace::GivenUp
    } else {
        WaitingPlace::Fetched
    };
    let shown: Vec<TicketId> = if waiting.is_empty() {
        parcel.tickets.clone()
    } else {
        waiting.iter().map(|ticket| ticket.ticket).collect()
    };
    Ok(WaitingRecord {
        handover: parcel.handover,
        place,
        event: event_of(sql, &shown)?,
        tickets: shown,
        giver: parcel.giver,
        receiver: parcel.receiver,
        since: parcel.at,
    })
}

fn money_waits(sql: &Sql, due: &slips::Due) -> Answer<Option<WaitingRecord>> {
    let Some(handover) = handovers::find(sql, due.handover)? else {
        return Ok(None);
    };
    Ok(Some(WaitingRecord {
        handover: due.handover,
        place: WaitingPlace::GivenUp,
        event: event_of(sql, &due.tickets)?,
        tickets: due.tickets.clone(),
        giver: handover.giver,
        receiver: None,
        since: handover.begun,
    }))
}

fn released(sql: &Sql, release: &Release) -> Answer<Option<WaitingRecord>> {
    let Some(handover) = handovers::find(sql, release.handover)? else {
        return Ok(None);
    };
    let question = open_question(sql, release.handover)?.filter(|question| question.still_open);
    Ok(Some(WaitingRecord {
        handover: release.handover,
        place: WaitingPlace::Released {
            unknown: question.is_some(),
            card: question.map(|question| question.card),
        },
        event: event_of(sql, &release.tickets)?,
        tickets: release.tickets.clone(),
        giver: handover.giver,
        receiver: handover.receiver,
        since: release.at,
    }))
}

fn in_hands(
    handover: &HandoverRecord,
    tickets: &[TicketRow],
    place: WaitingPlace,
) -> WaitingRecord {
    WaitingRecord {
        handover: handover.handover,
        place,
        tickets: tickets.iter().map(|ticket| ticket.ticket).collect(),
        event: tickets.first().map(|ticket| ticket.event),
        giver: handover.giver,
        receiver: handover.receiver,
        since: handover.begun,
    }
}

fn event_of(sql: &Sql, tickets: &[TicketId]) -> Answer<Option<EventId>> {
    let Some(first) = tickets.first() else {
        return Ok(None);
    };
    Ok(find(sql, *first)?.map(|ticket| ticket.event))
}

fn terminal_place(sql: &Sql, asks: TerminalId, has: TerminalId) -> Answer<WaitingPlace> {
    if asks == has {
        return Ok(WaitingPlace::Here);
    }
    let named = sql
        .prepare_cached(
            "SELECT t.name, s.name FROM terminals t LEFT JOIN stores s USING (store) WHERE terminal = ?1",
        )?
        .query_row([has.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (name, store) = named.unwrap_or_else(|| (has.to_string(), None));
    Ok(WaitingPlace::Terminal { name, store })
}
