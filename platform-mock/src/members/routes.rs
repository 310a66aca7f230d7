//! Members over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    members::{
        Credit, CreditQuestion, CreditStanding, Member, MemberChange, MemberStatement, NewMember,
        Settlement,
    },
    problem::Problem,
};
use serde::Deserialize;

use super::rules::MONEY_MAX;
use crate::{
    app::App,
    auth::{AsSeller, AsTerminal, KIOSK, OwnSeller, SELLER, Scope},
    people::tries::Attempt,
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path, Query},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let seller = SELLER.of(Scope::Seller);
    routes
        .on("/api/v1/seller/members", "get", seller, get(list))
        .on("/api/v1/seller/members", "post", seller, post(register))
        .on("/api/v1/seller/members/{number}", "get", seller, get(about))
        .on(
            "/api/v1/seller/members/{number}",
            "post",
            seller,
            post(change),
        )
        .on(
            "/api/v1/seller/members/{number}/settlements",
            "post",
            seller,
            post(settle),
        )
        .on(
            "/api/v1/credit",
            "post",
            KIOSK.of(Scope::Bearer),
            post(credit),
        )
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    /// The last number of the list before.
    #[serde(default)]
    pub after: String,
}

/// The seller's members in the order of their numbers, at most 200 after one.
#[utoipa::path(get, path = "/api/v1/seller/members", tag = "members", params(("after" = Option<String>, Query)),
    responses((status = 200, body = Vec<Member>), (status = "default", body = Problem)))]
pub async fn list(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    Query(After { after }): Query<After>,
) -> Answer<Json<Vec<Member>>> {
    Ok(Json(app.storage().members(seller, after).await?))
}

/// Somebody becomes a member: the seller's number, and the card that is the membership card.
#[utoipa::path(post, path = "/api/v1/seller/members", tag = "members", params(("Idempotency-Key" = String, Header)),
    request_body = NewMember, responses((status = 201, body = Member), (status = "default", body = Problem)))]
pub async fn register(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    KeyedJson(key, new): KeyedJson<NewMember>,
) -> Answer<(StatusCode, Json<Member>)> {
    let actor = (&person).into();
    let member = app
        .storage()
        .register_member(key, actor, seller, new)
        .await?;
    Ok((StatusCode::CREATED, Json(member)))
}

/// A member's account, newest postings first.
#[utoipa::path(get, path = "/api/v1/seller/members/{number}", tag = "members", params(("number" = String, Path)),
    responses((status = 200, body = MemberStatement), (status = "default", body = Problem)))]
pub async fn about(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    Path(number): Path<String>,
) -> Answer<Json<MemberStatement>> {
    Ok(Json(app.storage().member(seller, number).await?))
}

/// Another card, credit limit or state. What is owed stays owed.
#[utoipa::path(post, path = "/api/v1/seller/members/{number}", tag = "members", params(("number" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = MemberChange, responses((status = 200, body = Member), (status = "default", body = Problem)))]
pub async fn change(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<String>,
    KeyedJson(key, change): KeyedJson<MemberChange>,
) -> Answer<Json<Member>> {
    let actor = (&person).into();
    let member = app
        .storage()
        .change_member(key, actor, (seller, number), change)
        .await?;
    Ok(Json(member))
}

/// The member paid the seller: booked once, whatever is repeated.
#[utoipa::path(post, path = "/api/v1/seller/members/{number}/settlements", tag = "members", params(("number" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Settlement, responses((status = 200, body = MemberStatement), (status = "default", body = Problem)))]
pub async fn settle(
    State(app): State<App>,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<String>,
    KeyedJson(key, paid): KeyedJson<Settlement>,
) -> Answer<Json<MemberStatement>> {
    let statement = app
        .storage()
        .settle(key, person, (seller, number), paid)
        .await?;
    Ok(Json(statement))
}

/// Whether whoever carries a card that was read at this kiosk may be charged a sum: one word. Answers about members are counted, so that
/// nobody finds a limit out by asking for one sum after the other.
#[utoipa::path(post, path = "/api/v1/credit", tag = "members", request_body = CreditQuestion,
    responses((status = 200, body = Credit), (status = "default", body = Problem)))]
pub async fn credit(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(question): Body<CreditQuestion>,
) -> Answer<Json<Credit>> {
    if !(0..=MONEY_MAX).contains(&question.amount) {
        return Err(Refusal::bad_request(
            "This is no sum that can be charged. Nothing was checked.",
        ));
    }
    let attempt = Attempt::credit(terminal.id, question.card);
    let standing = app.storage().credit(terminal, question, app.now()).await?;
    // That a card is no member's is no secret of anybody's; the others are counted before they are told.
    if standing != CreditStanding::NoMember {
        app.storage().admit(attempt).await?;
    }
    Ok(Json(Credit { standing }))
}
