//! Returns over HTTP: for programs, and for the script of the sellers' pages.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    allocation::{FoundSeats, SeatPicture},
    problem::Problem,
    returns::{CallIn, NewReturn, OwnStock, ReturnDecision, SeatReturn},
};
use kippu_ticket::ids::{EventId, SellerId};

use super::storage::Counter;
use crate::{
    allocation::{
        desk::{self, Typed},
        storage::Desk,
    },
    app::App,
    auth::{AsOrganizer, AsSeller, ORGANIZER, OwnOrganizer, OwnSeller, SELLER, Scope},
    own::event::OwnEvent,
    refusal::Answer,
    request::{Keyed, KeyedJson, Path, Query},
    routes::Routes,
};

/// Paths of one way in.
struct Paths {
    picture: &'static str,
    stock: &'static str,
    typed: &'static str,
    returns: &'static str,
}

const API: Paths = Paths {
    picture: "/api/v1/seller/events/{event}/picture",
    stock: "/api/v1/seller/events/{event}/stock",
    typed: "/api/v1/seller/events/{event}/stock/typed",
    returns: "/api/v1/seller/events/{event}/returns",
};

/// For the script of the pages, which comes with the cookie that the API does not take.
const PAGES: Paths = Paths {
    picture: "/seller/events/{event}/data/picture",
    stock: "/seller/events/{event}/data/stock",
    typed: "/seller/events/{event}/data/typed",
    returns: "/seller/events/{event}/data/returns",
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let seller = SELLER.of(Scope::Seller);
    let organizer = ORGANIZER.of(Scope::Organizer);
    let routes = [API, PAGES].into_iter().fold(routes, |routes, paths| {
        routes
            .on(paths.picture, "get", seller, get(picture))
            .on(paths.stock, "get", seller, get(stock))
            .on(paths.typed, "get", seller, get(typed))
            .on(paths.returns, "post", seller, post(offer))
    });
    routes
        .on("/api/v1/seller/returns", "get", seller, get(offered))
        .on(
            "/api/v1/seller/returns/{return}/withdraw",
            "post",
            seller,
            post(withdraw),
        )
        .on("/api/v1/organizer/returns", "get", organizer, get(waiting))
        .on(
            "/api/v1/organizer/returns/{return}",
            "post",
            organizer,
            post(decide),
        )
        .on(
            "/api/v1/organizer/events/{event}/call-ins",
            "post",
            organizer,
            post(call_in),
        )
}

/// The hall of an event the seller has seats of.
#[utoipa::path(get, path = "/api/v1/seller/events/{event}/picture", tag = "returns", params(("event" = u32, Path)),
    responses((status = 200, body = SeatPicture), (status = "default", body = Problem)))]
pub async fn picture(app: State<App>, event: OwnEvent) -> Answer<Json<SeatPicture>> {
    desk::seat_picture(app, event).await
}

/// What became of the seller's seats. Of other seats it is only said that they are not the seller's.
#[utoipa::path(get, path = "/api/v1/seller/events/{event}/stock", tag = "returns", params(("event" = u32, Path)),
    responses((status = 200, body = OwnStock), (status = "default", body = Problem)))]
pub async fn stock(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<OwnStock>> {
    Ok(Json(own_stock(&app, event, seller).await?))
}

/// The seller's seats as they are now: what is due has ended.
pub(crate) async fn own_stock(app: &App, event: EventId, seller: SellerId) -> Answer<OwnStock> {
    app.storage().expire_due().await?;
    Ok(OwnStock {
        event,
        plan_tag: app.event(event).await?.plan_tag.clone(),
        seats: app.storage().own_stock(event, seller).await?,
    })
}

/// The seats that typed ranges name.
#[utoipa::path(get, path = "/api/v1/seller/events/{event}/stock/typed", tag = "returns",
    params(("event" = u32, Path), ("block" = Option<u16>, Query), ("text" = String, Query)),
    responses((status = 200, body = FoundSeats), (status = "default", body = Problem)))]
pub async fn typed(
    app: State<App>,
    event: OwnEvent,
    typed: Query<Typed>,
) -> Answer<Json<FoundSeats>> {
    desk::typed(app, event, typed).await
}

/// Offers unsold seats back to the organizer, all or none. From then on nobody sells them, until the offer is declined or withdrawn.
#[utoipa::path(post, path = "/api/v1/seller/events/{event}/returns", tag = "returns",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = NewReturn, responses((status = 201, body = SeatReturn), (status = "default", body = Problem)))]
pub async fn offer(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    OwnEvent(event): OwnEvent,
    KeyedJson(key, new): KeyedJson<NewReturn>,
) -> Answer<(StatusCode, Json<SeatReturn>)> {
    app.storage().expire_due().await?;
    let counter = Counter { person, seller };
    let offered = app.storage().offer_back(key, counter, event, new).await?;
    Ok((StatusCode::CREATED, Json(offered)))
}

/// What the seller offered back and what was called in, what waits first.
#[utoipa::path(get, path = "/api/v1/seller/returns", tag = "returns",
    responses((status = 200, body = Vec<SeatReturn>), (status = "default", body = Problem)))]
pub async fn offered(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
) -> Answer<Json<Vec<SeatReturn>>> {
    Ok(Json(app.storage().returns_of_seller(seller).await?))
}

/// Takes an offer back that waits: the seats are on sale again.
#[utoipa::path(post, path = "/api/v1/seller/returns/{return}/withdraw", tag = "returns",
    params(("return" = i64, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SeatReturn), (status = "default", body = Problem)))]
pub async fn withdraw(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<i64>,
    Keyed(key): Keyed,
) -> Answer<Json<SeatReturn>> {
    let counter = Counter { person, seller };
    Ok(Json(app.storage().withdraw(key, counter, number).await?))
}

/// What sellers offered back of the organizer's events and what was called in, what waits first.
#[utoipa::path(get, path = "/api/v1/organizer/returns", tag = "returns",
    responses((status = 200, body = Vec<SeatReturn>), (status = "default", body = Problem)))]
pub async fn waiting(
    State(app): State<App>,
    OwnOrganizer(organizer): OwnOrganizer,
) -> Answer<Json<Vec<SeatReturn>>> {
    Ok(Json(app.storage().returns_of_organizer(organizer).await?))
}

/// Takes seats back, hands them straight on to another seller, or declines. Of two who decide, one does.
#[utoipa::path(post, path = "/api/v1/organizer/returns/{return}", tag = "returns",
    params(("return" = i64, Path), ("Idempotency-Key" = String, Header)),
    request_body = ReturnDecision, responses((status = 200, body = SeatReturn), (status = "default", body = Problem)))]
pub async fn decide(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(number): Path<i64>,
    KeyedJson(key, decision): KeyedJson<ReturnDecision>,
) -> Answer<Json<SeatReturn>> {
    let desk = Desk { person, organizer };
    let decided = app.storage().decide(key, desk, number, decision).await?;
    Ok(Json(decided))
}

/// Takes what a seller has not sold back in one step; what is held, sold or offered back stays.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/call-ins", tag = "returns",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = CallIn, responses((status = 201, body = SeatReturn), (status = "default", body = Problem)))]
pub async fn call_in(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, wish): KeyedJson<CallIn>,
) -> Answer<(StatusCode, Json<SeatReturn>)> {
    app.storage().expire_due().await?;
    let desk = Desk { person, organizer };
    let done = app.storage().call_in(key, desk, event, wish).await?;
    Ok((StatusCode::CREATED, Json(done)))
}
