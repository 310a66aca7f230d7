//! The clerk at the register over HTTP.

use std::sync::LazyLock;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    clerk::{Confirm, Confirmed, Login, Reissue, Session},
    orders::Order,
    problem::{Problem, ProblemCode},
};

use super::rules::{self, pin_matches};
use crate::{
    app::App,
    auth::{AsClerk, AsTerminal, CLERK, STORE_TERMINAL, hash_token},
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path},
    routes::Routes,
    sales::{
        routes::{show, slip_name},
        storage::OrderName,
    },
};

/// How far back the list of slips goes: 12 hours.
const RECENT_MICROS: i64 = 12 * 3600 * 1_000_000;

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on("/api/v1/clerk/login", "post", STORE_TERMINAL, post(login))
        .on("/api/v1/clerk/logout", "post", CLERK, post(logout))
        .on("/api/v1/clerk/slips", "get", CLERK, get(slips))
        .on("/api/v1/clerk/slips/{slip}", "get", CLERK, get(slip))
        .on(
            "/api/v1/clerk/slips/{slip}/confirm",
            "post",
            CLERK,
            post(confirm),
        )
        .on(
            "/api/v1/clerk/orders/{order}/reissue",
            "post",
            CLERK,
            post(reissue),
        )
}

/// A hash to check a PIN against when there is no such clerk, so that both take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| rules::hash_pin("000000").unwrap_or_default());

/// Logs a clerk in at a terminal of the clerk's store.
#[utoipa::path(post, path = "/api/v1/clerk/login", tag = "clerk", request_body = Login,
    responses((status = 200, body = Session), (status = "default", body = Problem)))]
pub async fn login(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(login): Body<Login>,
) -> Answer<Json<Session>> {
    let shop = terminal.shop()?;
    let wrong = || {
        Refusal::new(ProblemCode::Unauthenticated, "Number or PIN is wrong.")
            .hint("Enter both again.")
    };
    app.throttle()
        .admit(&login.store, &login.clerk, app.now())?;
    let known = app.storage().clerk(&login.store, &login.clerk).await?;
    let (clerk, hash) = known.map_or((None, NOBODY.clone()), |(clerk, hash)| (Some(clerk), hash));
    let pin = login.pin;
    let right = tokio::task::spawn_blocking(move || pin_matches(&pin, &hash))
        .await
        .map_err(|error| Refusal::internal(&error))?;
    let clerk = clerk.filter(|_| right).ok_or_else(wrong)?;
    if clerk.store != shop.store {
        return Err(wrong());
    }
    app.throttle().forget(&login.store, &login.clerk);
    let token = hex::encode(rand::random::<[u8; 32]>());
    let expires = app
        .storage()
        .open_session(hash_token(&token), clerk.id, terminal.id)
        .await?;
    Ok(Json(Session {
        token,
        name: clerk.name,
        store_name: clerk.store_name,
        expires,
    }))
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/clerk/logout", tag = "clerk", responses((status = 204), (status = "default", body = Problem)))]
pub async fn logout(State(app): State<App>, AsClerk(_, session): AsClerk) -> Answer<StatusCode> {
    app.storage().close_session(session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open and recent slips of the clerk's store, newest first.
#[utoipa::path(get, path = "/api/v1/clerk/slips", tag = "clerk", responses((status = 200, body = Vec<Order>), (status = "default", body = Problem)))]
pub async fn slips(State(app): State<App>, AsClerk(clerk, _): AsClerk) -> Answer<Json<Vec<Order>>> {
    let mut list = Vec::new();
    for order in app
        .storage()
        .orders_of_store(clerk.store, app.now() - RECENT_MICROS)
        .await?
    {
        list.push(show(&app, &order).await?.0);
    }
    Ok(Json(list))
}

/// A slip of the clerk's store.
#[utoipa::path(get, path = "/api/v1/clerk/slips/{slip}", tag = "clerk", params(("slip" = String, Path)),
    responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn slip(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Path(slip): Path<String>,
) -> Answer<Json<Order>> {
    let order = app.storage().order(slip_name(&slip)?).await?;
    if order.store != clerk.store {
        return Err(Refusal::not_found("slip in this store"));
    }
    show(&app, &order).await
}

/// The slip's sum is in the till. Too late, the order is honoured if its seats are still free; else the money goes back at once.
#[utoipa::path(post, path = "/api/v1/clerk/slips/{slip}/confirm", tag = "clerk", params(("slip" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Confirm, responses((status = 200, body = Confirmed), (status = "default", body = Problem)))]
pub async fn confirm(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Path(slip): Path<String>,
    KeyedJson(key, sum): KeyedJson<Confirm>,
) -> Answer<Json<Confirmed>> {
    let OrderName::Slip(slip) = slip_name(&slip)? else {
        return Err(Refusal::not_found("slip"));
    };
    let (outcome, order) = app.storage().confirm(key, clerk, slip, sum).await?;
    Ok(Json(Confirmed {
        outcome,
        order: show(&app, &order).await?.0,
    }))
}

/// The card is lost for good: its tickets get a new epoch and wait at the platform; what was on the card is recalled.
#[utoipa::path(post, path = "/api/v1/clerk/orders/{order}/reissue", tag = "clerk", params(("order" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Reissue, responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn reissue(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Path(order): Path<String>,
    KeyedJson(key, why): KeyedJson<Reissue>,
) -> Answer<Json<Order>> {
    let order = app.storage().reissue(key, clerk, order, why.reason).await?;
    show(&app, &order).await
}
