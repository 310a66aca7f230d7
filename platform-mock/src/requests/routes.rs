//! Requests over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    problem::Problem,
    requests::{NewOffer, NewRequest, OpenEvent, OpenForRequests, RequestAnswer, SeatRequest},
};
use kippu_ticket::ids::EventId;

use super::storage::{NumberedAnswer, Side};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, AsSeller, ORGANIZER, OwnOrganizer, OwnSeller, SELLER, Scope},
    people::rules::Person,
    refusal::Answer,
    request::{Body, KeyedJson, Path},
    returns::storage::Counter,
    routes::Routes,
    storage::idempotency::RequestKey,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let seller = SELLER.of(Scope::Seller);
    let organizer = ORGANIZER.of(Scope::Organizer);
    routes
        .on(
            "/api/v1/seller/requests/events",
            "get",
            SELLER.of(Scope::Common),
            get(open_events),
        )
        .on("/api/v1/seller/requests", "get", seller, get(own))
        .on("/api/v1/seller/requests", "post", seller, post(ask))
        .on(
            "/api/v1/seller/requests/{request}",
            "post",
            seller,
            post(answer),
        )
        .on("/api/v1/organizer/requests", "get", organizer, get(asked))
        .on(
            "/api/v1/organizer/requests/{request}",
            "post",
            organizer,
            post(decide),
        )
        .on(
            "/api/v1/organizer/events/{event}/offers",
            "post",
            organizer,
            post(offer),
        )
        .on(
            "/api/v1/organizer/events/{event}/requests/open",
            "post",
            organizer,
            post(open),
        )
}

/// Events sellers may ask seats of.
#[utoipa::path(get, path = "/api/v1/seller/requests/events", tag = "requests",
    responses((status = 200, body = Vec<OpenEvent>), (status = "default", body = Problem)))]
pub async fn open_events(State(app): State<App>) -> Answer<Json<Vec<OpenEvent>>> {
    Ok(Json(events_to_ask(&app).await?))
}

/// The same for their page.
pub(super) async fn events_to_ask(app: &App) -> Answer<Vec<OpenEvent>> {
    let mut found = Vec::new();
    for event in app.storage().open_events().await? {
        let facts = app.event(event).await?;
        let classes = facts.prices.iter().map(|price| price.name.clone());
        found.push(OpenEvent {
            event,
            name: facts.name.clone(),
            venue: facts.venue.clone(),
            starts: facts.starts,
            classes: classes.collect(),
            prices: facts.prices.iter().map(|price| price.price).collect(),
            currency: facts.currency.clone(),
        });
    }
    Ok(found)
}

/// The seller's requests, open ones first.
#[utoipa::path(get, path = "/api/v1/seller/requests", tag = "requests",
    responses((status = 200, body = Vec<SeatRequest>), (status = "default", body = Problem)))]
pub async fn own(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
) -> Answer<Json<Vec<SeatRequest>>> {
    Ok(Json(
        app.storage().seat_requests(Side::Seller(seller)).await?,
    ))
}

/// Asks for seats of an event whose organizer lets sellers ask.
#[utoipa::path(post, path = "/api/v1/seller/requests", tag = "requests", params(("Idempotency-Key" = String, Header)),
    request_body = NewRequest, responses((status = 201, body = SeatRequest), (status = "default", body = Problem)))]
pub async fn ask(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    KeyedJson(key, new): KeyedJson<NewRequest>,
) -> Answer<(StatusCode, Json<SeatRequest>)> {
    let facts = app.event(new.event).await?;
    let counter = Counter { person, seller };
    let asked = app
        .storage()
        .ask_for_seats(key, counter, facts, new)
        .await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// Accepts the organizer's last word, comes back with other counts, or withdraws.
#[utoipa::path(post, path = "/api/v1/seller/requests/{request}", tag = "requests",
    params(("request" = i64, Path), ("Idempotency-Key" = String, Header)),
    request_body = RequestAnswer, responses((status = 200, body = SeatRequest), (status = "default", body = Problem)))]
pub async fn answer(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<i64>,
    KeyedJson(key, answer): KeyedJson<RequestAnswer>,
) -> Answer<Json<SeatRequest>> {
    let answer = NumberedAnswer { number, answer };
    answered(&app, key, Side::Seller(seller), person, answer).await
}

/// Requests about the organizer's events, open ones first.
#[utoipa::path(get, path = "/api/v1/organizer/requests", tag = "requests",
    responses((status = 200, body = Vec<SeatRequest>), (status = "default", body = Problem)))]
pub async fn asked(
    State(app): State<App>,
    OwnOrganizer(organizer): OwnOrganizer,
) -> Answer<Json<Vec<SeatRequest>>> {
    Ok(Json(
        app.storage()
            .seat_requests(Side::Organizer(organizer))
            .await?,
    ))
}

/// Accepts a seller's last word, comes back with other counts, or declines. Accepting gives the seats in the same step.
#[utoipa::path(post, path = "/api/v1/organizer/requests/{request}", tag = "requests",
    params(("request" = i64, Path), ("Idempotency-Key" = String, Header)),
    request_body = RequestAnswer, responses((status = 200, body = SeatRequest), (status = "default", body = Problem)))]
pub async fn decide(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(number): Path<i64>,
    KeyedJson(key, answer): KeyedJson<RequestAnswer>,
) -> Answer<Json<SeatRequest>> {
    let answer = NumberedAnswer { number, answer };
    answered(&app, key, Side::Organizer(organizer), person, answer).await
}

/// The same for both sides and for their pages.
pub(crate) async fn answered(
    app: &App,
    key: RequestKey,
    side: Side,
    person: Person,
    answer: NumberedAnswer,
) -> Answer<Json<SeatRequest>> {
    let known = app.storage().seat_request(side, answer.number).await?;
    let facts = app.event(known.event).await?;
    let storage = app.storage();
    let done = storage
        .answer_request(key, side, person, facts, answer)
        .await?;
    Ok(Json(done))
}

/// Offers seats to a seller that has not asked.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/offers", tag = "requests",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = NewOffer, responses((status = 201, body = SeatRequest), (status = "default", body = Problem)))]
pub async fn offer(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, new): KeyedJson<NewOffer>,
) -> Answer<(StatusCode, Json<SeatRequest>)> {
    let facts = app.event(event).await?;
    let desk = Desk { person, organizer };
    let offered = app.storage().offer_seats(key, desk, facts, new).await?;
    Ok((StatusCode::CREATED, Json(offered)))
}

/// Lets sellers ask seats of an event, or no longer.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/requests/open", tag = "requests", params(("event" = u32, Path)),
    request_body = OpenForRequests, responses((status = 204), (status = "default", body = Problem)))]
pub async fn open(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    Body(OpenForRequests { open }): Body<OpenForRequests>,
) -> Answer<StatusCode> {
    let desk = Desk { person, organizer };
    app.storage().open_for_requests(desk, event, open).await?;
    Ok(StatusCode::NO_CONTENT)
}
