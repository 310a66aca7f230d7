//! The clerk at the register over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    clerk::{CardLogin, Confirm, Confirmed, Login, OwnCard, Reissue, Session},
    orders::Order,
    people::AccountWish,
    problem::Problem,
    staff_acts::StaffAct,
};

use crate::{
    app::App,
    auth::{AsClerk, AsTerminal, CLERK, KIOSK, STORE_TERMINAL, Scope},
    people::{
        self,
        rules::{Bound, Person},
        sessions::{self, Opened, Wish},
        tries::Attempt,
    },
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
        .on(
            "/api/v1/clerk/login",
            "post",
            STORE_TERMINAL.of(Scope::Store),
            post(login),
        )
        .on(
            "/api/v1/clerk/login-by-card",
            "post",
            STORE_TERMINAL.of(Scope::Store),
            post(login_by_card),
        )
        .on(
            "/api/v1/clerk/card",
            "post",
            CLERK.of(Scope::Account),
            post(choose_card),
        )
        .on(
            "/api/v1/terminal/staff-acts",
            "post",
            KIOSK.of(Scope::Terminal),
            post(staff_act),
        )
        .on(
            "/api/v1/clerk/logout",
            "post",
            CLERK.of(Scope::Account),
            post(logout),
        )
        .on(
            "/api/v1/clerk/slips",
            "get",
            CLERK.of(Scope::Store),
            get(slips),
        )
        .on(
            "/api/v1/clerk/slips/{slip}",
            "get",
            CLERK.of(Scope::Store),
            get(slip),
        )
        .on(
            "/api/v1/clerk/slips/{slip}/confirm",
            "post",
            CLERK.of(Scope::Store),
            post(confirm),
        )
        .on(
            "/api/v1/clerk/orders/{order}/reissue",
            "post",
            CLERK.of(Scope::Store),
            post(reissue),
        )
}

/// Logs a clerk in at a terminal of the clerk's store.
#[utoipa::path(post, path = "/api/v1/clerk/login", tag = "clerk", request_body = Login,
    responses((status = 200, body = Session), (status = "default", body = Problem)))]
pub async fn login(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(login): Body<Login>,
) -> Answer<Json<Session>> {
    let here = terminal.shop()?.store;
    let wish = Wish {
        attempt: Attempt::pin(&login.store, &login.clerk, terminal.id),
        login: people::storage::Login::Clerk {
            store: login.store,
            number: login.clerk,
        },
        secret: login.pin,
    };
    let opened = sessions::open(&app, wish, Some(&terminal), works_in(here)).await?;
    Ok(Json(session(opened)))
}

/// Logs the clerk in whose card lies on the terminal's reader. The terminal is believed that it authenticated the card.
#[utoipa::path(post, path = "/api/v1/clerk/login-by-card", tag = "clerk", request_body = CardLogin,
    responses((status = 200, body = Session), (status = "default", body = Problem)))]
pub async fn login_by_card(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(login): Body<CardLogin>,
) -> Answer<Json<Session>> {
    let here = terminal.shop()?.store;
    let opened = sessions::open_by_card(&app, login.card, &terminal, works_in(here)).await?;
    Ok(Json(session(opened)))
}

fn works_in(here: i64) -> impl Fn(&Person) -> bool {
    move |person| matches!(person.bound, Bound::Store { store, .. } if store == here)
}

fn session(opened: Opened) -> Session {
    let store_name = match opened.person.bound {
        Bound::Store { name, .. } => name,
        _ => String::new(),
    };
    Session {
        token: opened.token,
        number: opened.person.number,
        name: opened.person.name,
        store_name,
        expires: opened.expires,
    }
}

/// Which card the clerk logs in with from now on, in place of the one before.
#[utoipa::path(post, path = "/api/v1/clerk/card", tag = "clerk", request_body = OwnCard,
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn choose_card(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Body(own): Body<OwnCard>,
) -> Answer<StatusCode> {
    let wish = AccountWish::Cards {
        cards: own.card.into_iter().collect(),
    };
    app.storage()
        .do_about_account((&clerk).into(), clerk.id, wish, None)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A clerk did something at the kiosk itself. It goes into the audit log, once.
#[utoipa::path(post, path = "/api/v1/terminal/staff-acts", tag = "clerk", params(("Idempotency-Key" = String, Header)),
    request_body = StaffAct, responses((status = 204), (status = "default", body = Problem)))]
pub async fn staff_act(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    KeyedJson(key, act): KeyedJson<StaffAct>,
) -> Answer<StatusCode> {
    app.storage().staff_did(key, terminal, act).await?;
    Ok(StatusCode::NO_CONTENT)
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
