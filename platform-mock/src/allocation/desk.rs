//! Allocation over HTTP, for organizers: the same by JSON for programs and for the pages' own script.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    allocation::{
        Allocation, AllocationChange, AllocationDone, AllocationFilled, AllocationMove, FoundBy,
        FoundSeats, SeatPicture, SellerTarget,
    },
    problem::{Problem, ProblemCode},
};
use kippu_seatplan::{
    best::{self, Apart, Wish},
    select::{self, Reading},
};
use kippu_ticket::ids::{EventId, SellerId};
use serde::Deserialize;

use super::{picture, runs, storage::Desk};
use crate::{
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    own::event::OwnEvent,
    refusal::{Answer, Refusal},
    request::{Body, Keyed, KeyedJson, Path, Query},
    routes::Routes,
};

/// What the stock calls nobody.
const NOBODY: SellerId = SellerId(0);

/// Paths of one way in.
struct Paths {
    picture: &'static str,
    allocation: &'static str,
    fill: &'static str,
    typed: &'static str,
    together: &'static str,
    moves: &'static str,
    targets: &'static str,
}

const API: Paths = Paths {
    picture: "/api/v1/organizer/events/{event}/picture",
    allocation: "/api/v1/organizer/events/{event}/allocation",
    fill: "/api/v1/organizer/events/{event}/allocation/fill",
    typed: "/api/v1/organizer/events/{event}/allocation/typed",
    together: "/api/v1/organizer/events/{event}/allocation/together",
    moves: "/api/v1/organizer/events/{event}/allocation/moves",
    targets: "/api/v1/organizer/events/{event}/targets",
};

/// For the script of the pages, which comes with the cookie that the API does not take.
const PAGES: Paths = Paths {
    picture: "/organizer/events/{event}/data/picture",
    allocation: "/organizer/events/{event}/data/allocation",
    fill: "/organizer/events/{event}/data/fill",
    typed: "/organizer/events/{event}/data/typed",
    together: "/organizer/events/{event}/data/together",
    moves: "/organizer/events/{event}/data/moves",
    targets: "/organizer/events/{event}/data/targets",
};

/// This noun's routes for organizers.
pub fn routes(routes: Routes) -> Routes {
    [API, PAGES].into_iter().fold(routes, |routes, paths| {
        let own = ORGANIZER.of(Scope::Organizer);
        routes
            .on(paths.picture, "get", own, get(seat_picture))
            .on(paths.allocation, "get", own, get(allocation))
            .on(paths.allocation, "post", own, post(change))
            .on(paths.fill, "post", own, post(fill))
            .on(paths.typed, "get", own, get(typed))
            .on(paths.together, "get", own, get(together))
            .on(paths.moves, "get", own, get(moves))
            .on(paths.targets, "post", own, post(target))
    })
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    /// Index of the block.
    #[serde(default)]
    block: u16,
    /// Ranges.
    text: String,
}

/// How many seats side by side.
#[derive(Debug, Deserialize)]
pub struct Wished {
    count: u32,
    /// Index of the class; any where it is missing.
    class: Option<u8>,
}

/// The hall of one of the organizer's events.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/picture", tag = "allocation", params(("event" = u32, Path)),
    responses((status = 200, body = SeatPicture), (status = "default", body = Problem)))]
pub async fn seat_picture(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<SeatPicture>> {
    Ok(Json(picture::of(&*app.event(event).await?)))
}

/// Whose every seat is.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/allocation", tag = "allocation", params(("event" = u32, Path)),
    responses((status = 200, body = Allocation), (status = "default", body = Problem)))]
pub async fn allocation(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<Allocation>> {
    app.storage().expire_due().await?;
    Ok(Json(Allocation {
        event,
        plan_tag: app.event(event).await?.plan_tag.clone(),
        sellers: app.storage().allocated(event).await?,
        seats: app.storage().owners(event).await?,
    }))
}

/// Gives seats to sellers, takes them back, or hands them on; all or none.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/allocation", tag = "allocation",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = AllocationChange, responses((status = 200, body = AllocationDone), (status = "default", body = Problem)))]
pub async fn change(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, change): KeyedJson<AllocationChange>,
) -> Answer<Json<AllocationDone>> {
    app.storage().expire_due().await?;
    let desk = Desk { person, organizer };
    let done = app
        .storage()
        .move_seats(key, desk, event, change.moves)
        .await?;
    Ok(Json(done))
}

/// Gives seats that are nobody's to the sellers that have fewer than their aim, of every class in proportion.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/allocation/fill", tag = "allocation",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = AllocationFilled), (status = "default", body = Problem)))]
pub async fn fill(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    Keyed(key): Keyed,
) -> Answer<Json<AllocationFilled>> {
    let desk = Desk { person, organizer };
    let facts = app.event(event).await?;
    Ok(Json(app.storage().fill_to_targets(key, desk, facts).await?))
}

/// The seats that typed ranges name.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/allocation/typed", tag = "allocation",
    params(("event" = u32, Path), ("block" = Option<u16>, Query), ("text" = String, Query)),
    responses((status = 200, body = FoundSeats), (status = "default", body = Problem)))]
pub async fn typed(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
    Query(Typed { block, text }): Query<Typed>,
) -> Answer<Json<FoundSeats>> {
    let facts = app.event(event).await?;
    if usize::from(block) >= facts.plan.blocks.len() {
        return Err(Refusal::not_found("block"));
    }
    let found = select::typed(&facts.plan, block, &text)
        .map_err(|fault| Refusal::bad_request(format!("{fault}.")))?;
    Ok(Json(FoundSeats {
        seats: runs::of(found.seats),
        read: match found.reading {
            Reading::Printed => FoundBy::Printed,
            Reading::Grid => FoundBy::Grid,
        },
    }))
}

/// Seats side by side that are nobody's yet.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/allocation/together", tag = "allocation",
    params(("event" = u32, Path), ("count" = u32, Query), ("class" = Option<u8>, Query)),
    responses((status = 200, body = FoundSeats), (status = "default", body = Problem)))]
pub async fn together(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
    Query(Wished { count, class }): Query<Wished>,
) -> Answer<Json<FoundSeats>> {
    let facts = app.event(event).await?;
    let free = app.storage().free(event, NOBODY)?;
    let searched = tokio::task::spawn_blocking(move || {
        let wish = Wish {
            class,
            count: count as usize,
        };
        best::find_among(&facts.plan, &facts.places, &free, &wish)
    });
    let found = searched
        .await
        .map_err(|error| Refusal::internal(&error))?
        .ok_or_else(|| {
            Refusal::new(
                ProblemCode::NoSeatsTogether,
                format!("There are not {count} such seats left that are nobody's."),
            )
        })?;
    Ok(Json(FoundSeats {
        seats: runs::of(found.seats),
        read: match found.apart {
            Apart::Together | Apart::LeavingOne => FoundBy::Together,
            _ => FoundBy::Apart,
        },
    }))
}

/// When seats changed hands, the newest first.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/allocation/moves", tag = "allocation", params(("event" = u32, Path)),
    responses((status = 200, body = Vec<AllocationMove>), (status = "default", body = Problem)))]
pub async fn moves(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<Vec<AllocationMove>>> {
    Ok(Json(app.storage().moves(event).await?))
}

/// States how many seats a seller is to have. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/targets", tag = "allocation", params(("event" = u32, Path)),
    request_body = SellerTarget, responses((status = 204), (status = "default", body = Problem)))]
pub async fn target(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    Body(target): Body<SellerTarget>,
) -> Answer<StatusCode> {
    let desk = Desk { person, organizer };
    app.storage().set_target(desk, event, target).await?;
    Ok(StatusCode::NO_CONTENT)
}
