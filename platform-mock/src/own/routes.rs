//! The same over HTTP.

use axum::{Json, extract::State, routing::get};
use kippu_api::{
    own::{EntranceState, EventFigures, EventSales, OwnTicket, SalesPart, SeatCounts, SeatStates},
    problem::Problem,
};
use kippu_ticket::ids::{CardUid, EventId, SellerId};

use super::{
    event::OwnEvent,
    storage::{CardTicket, PartRow, is_on},
};
use crate::{
    app::App,
    auth::{MEMBER, ORGANIZER, OwnCards, OwnOrganizer, OwnSeller, OwnVenue, SELLER, Scope, VENUE},
    masters::rules::EventFacts,
    operator::views::name_seats,
    refusal::{Answer, Refusal},
    request::Path,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let organizer = ORGANIZER.of(Scope::Organizer);
    let seller = SELLER.of(Scope::Seller);
    let venue = VENUE.of(Scope::Venue);
    let member = MEMBER.of(Scope::Cards);
    routes
        .on("/api/v1/organizer/events", "get", organizer, get(organized))
        .on(
            "/api/v1/organizer/events/{event}",
            "get",
            organizer,
            get(organized_sales),
        )
        .on(
            "/api/v1/organizer/events/{event}/seats",
            "get",
            organizer,
            get(organized_seats),
        )
        .on("/api/v1/seller/events", "get", seller, get(sold))
        .on(
            "/api/v1/seller/events/{event}",
            "get",
            seller,
            get(sold_parts),
        )
        .on("/api/v1/venue/events", "get", venue, get(entrances))
        .on(
            "/api/v1/venue/events/{event}/entrance",
            "get",
            venue,
            get(entrance),
        )
        .on("/api/v1/member/tickets", "get", member, get(tickets))
        .on(
            "/api/v1/member/cards/{uid}/tickets",
            "get",
            member,
            get(tickets_of_card),
        )
}

/// The organizer's events with their figures.
#[utoipa::path(get, path = "/api/v1/organizer/events", tag = "own", responses((status = 200, body = Vec<EventFigures>), (status = "default", body = Problem)))]
pub async fn organized(
    State(app): State<App>,
    OwnOrganizer(organizer): OwnOrganizer,
) -> Answer<Json<Vec<EventFigures>>> {
    let events = app.storage().events_of_organizer(organizer).await?;
    list(&app, events, None).await
}

/// Sales of one of the organizer's events, by class and seller.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}", tag = "own", params(("event" = u32, Path)),
    responses((status = 200, body = EventSales), (status = "default", body = Problem)))]
pub async fn organized_sales(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<EventSales>> {
    Ok(Json(sales(&app, event, None).await?))
}

/// What became of every seat of one of the organizer's events.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/seats", tag = "own", params(("event" = u32, Path)),
    responses((status = 200, body = SeatStates), (status = "default", body = Problem)))]
pub async fn organized_seats(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<SeatStates>> {
    Ok(Json(SeatStates {
        plan_tag: app.event(event).await?.plan_tag.clone(),
        seats: app.storage().seat_states(event).await?,
    }))
}

/// Events the seller has seats of, with the figures of those seats.
#[utoipa::path(get, path = "/api/v1/seller/events", tag = "own", responses((status = 200, body = Vec<EventFigures>), (status = "default", body = Problem)))]
pub async fn sold(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
) -> Answer<Json<Vec<EventFigures>>> {
    let events = app.storage().events_of_seller(seller).await?;
    list(&app, events, Some(seller)).await
}

/// The seller's own seats of an event, by class.
#[utoipa::path(get, path = "/api/v1/seller/events/{event}", tag = "own", params(("event" = u32, Path)),
    responses((status = 200, body = EventSales), (status = "default", body = Problem)))]
pub async fn sold_parts(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<EventSales>> {
    Ok(Json(sales(&app, event, Some(seller)).await?))
}

/// Entrances of the venue's events.
#[utoipa::path(get, path = "/api/v1/venue/events", tag = "own", responses((status = 200, body = Vec<EntranceState>), (status = "default", body = Problem)))]
pub async fn entrances(
    State(app): State<App>,
    OwnVenue(venue): OwnVenue,
) -> Answer<Json<Vec<EntranceState>>> {
    let mut list = Vec::new();
    for event in app.storage().events_of_venue(venue).await? {
        list.push(entrance_of(&app, event).await?);
    }
    Ok(Json(list))
}

/// The entrance of one of the venue's events.
#[utoipa::path(get, path = "/api/v1/venue/events/{event}/entrance", tag = "own", params(("event" = u32, Path)),
    responses((status = 200, body = EntranceState), (status = "default", body = Problem)))]
pub async fn entrance(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<EntranceState>> {
    Ok(Json(entrance_of(&app, event).await?))
}

/// Tickets on the member's cards, or waiting for them.
#[utoipa::path(get, path = "/api/v1/member/tickets", tag = "own", responses((status = 200, body = Vec<OwnTicket>), (status = "default", body = Problem)))]
pub async fn tickets(
    State(app): State<App>,
    OwnCards(cards): OwnCards,
) -> Answer<Json<Vec<OwnTicket>>> {
    Ok(Json(named(&app, cards).await?))
}

/// The same of one of the member's cards.
#[utoipa::path(get, path = "/api/v1/member/cards/{uid}/tickets", tag = "own", params(("uid" = String, Path)),
    responses((status = 200, body = Vec<OwnTicket>), (status = "default", body = Problem)))]
pub async fn tickets_of_card(
    State(app): State<App>,
    OwnCards(cards): OwnCards,
    Path(card): Path<CardUid>,
) -> Answer<Json<Vec<OwnTicket>>> {
    if !cards.contains(&card) {
        return Err(Refusal::not_found("card"));
    }
    Ok(Json(named(&app, vec![card]).await?))
}

async fn list(
    app: &App,
    events: Vec<EventId>,
    seller: Option<SellerId>,
) -> Answer<Json<Vec<EventFigures>>> {
    let mut list = Vec::with_capacity(events.len());
    for event in events {
        list.push(sales(app, event, seller).await?.event);
    }
    Ok(Json(list))
}

pub(crate) async fn sales(
    app: &App,
    event: EventId,
    seller: Option<SellerId>,
) -> Answer<EventSales> {
    app.storage().expire_due().await?;
    let facts = app.event(event).await?;
    let rows = app.storage().parts(event, seller).await?;
    let parts: Vec<SalesPart> = rows.into_iter().map(|row| part(&facts, row)).collect();
    let mut counts = SeatCounts::default();
    for part in &parts {
        counts.add(&part.counts);
    }
    Ok(EventSales {
        event: EventFigures {
            event,
            name: facts.name.clone(),
            venue: facts.venue.clone(),
            starts: facts.starts,
            sales_end: facts.sales_end,
            counts,
            revenue: parts.iter().map(|part| part.revenue).sum(),
            currency: facts.currency.clone(),
        },
        parts,
    })
}

fn part(facts: &EventFacts, row: PartRow) -> SalesPart {
    let unallocated = if row.seller.is_none() { row.seats } else { 0 };
    SalesPart {
        class: facts
            .prices
            .get(usize::from(row.class))
            .map(|price| price.name.clone())
            .unwrap_or_default(),
        counts: SeatCounts {
            seats: row.seats,
            unallocated,
            free: row.seats - row.claimed - unallocated,
            held: row.claimed.saturating_sub(row.sold),
            sold: row.sold,
        },
        seller: row.seller,
        revenue: row.revenue,
    }
}

async fn entrance_of(app: &App, event: EventId) -> Answer<EntranceState> {
    let facts = app.event(event).await?;
    let row = app.storage().entrance(event).await?;
    Ok(EntranceState {
        event,
        name: facts.name.clone(),
        doors_open: facts.doors_open,
        starts: facts.starts,
        sold: row.sold,
        entered: row.entered,
        gates: row.gates,
    })
}

async fn named(app: &App, cards: Vec<CardUid>) -> Answer<Vec<OwnTicket>> {
    let mut list = Vec::new();
    for (card, ticket, seat) in app.storage().tickets_of_cards(cards).await? {
        list.push(own(app, (card, ticket, seat)).await?);
    }
    Ok(list)
}

async fn own(app: &App, (card, ticket, seat): CardTicket) -> Answer<OwnTicket> {
    let on_card = is_on(&ticket, card);
    let ticket = name_seats(app, vec![(ticket, seat)])
        .await?
        .pop()
        .ok_or_else(|| Refusal::not_found("ticket"))?;
    Ok(OwnTicket {
        ticket: ticket.ticket,
        event: ticket.event,
        event_name: ticket.event_name,
        seat: ticket.seat,
        kind: ticket.kind,
        card,
        on_card,
    })
}
