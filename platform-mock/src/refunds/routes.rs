//! Refunds over HTTP.

use axum::{Json, extract::State, http::StatusCode, routing::post};
use kippu_api::{
    clerk::Confirm,
    problem::Problem,
    refunds::{FindRefund, NewRefund, NewSlip, Quote, QuoteRequest, Refund, RefundItem},
};

use super::record::{RefundRecord, RefundedTicket};
use crate::{
    app::App,
    auth::{AsClerk, AsTerminal, CLERK, KIOSK, Scope},
    parcels::storage::LookFor,
    people::tries::Attempt,
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path},
    routes::Routes,
};

/// Most tickets in one question: more than any card carries.
const TICKETS_MAX: usize = 100;

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/refunds/quote",
            "post",
            KIOSK.of(Scope::Bearer),
            post(quote),
        )
        .on(
            "/api/v1/refunds",
            "post",
            KIOSK.of(Scope::Bearer),
            post(refund),
        )
        .on(
            "/api/v1/refunds/slips",
            "post",
            KIOSK.of(Scope::Bearer),
            post(slip),
        )
        .on(
            "/api/v1/clerk/refunds",
            "post",
            CLERK.of(Scope::Seller),
            post(find),
        )
        .on(
            "/api/v1/clerk/refunds/{refund}/pay-out",
            "post",
            CLERK.of(Scope::Seller),
            post(pay_out),
        )
}

/// What tickets would bring by their events' rules. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/refunds/quote", tag = "refunds", request_body = QuoteRequest,
    responses((status = 200, body = Vec<Quote>), (status = "default", body = Problem)))]
pub async fn quote(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(asked): Body<QuoteRequest>,
) -> Answer<Json<Vec<Quote>>> {
    check_count(asked.tickets.len())?;
    let seller = terminal.shop()?.seller;
    let quotes = app
        .storage()
        .quote_refund(seller, asked.tickets, app.now())
        .await?;
    Ok(Json(quotes))
}

/// Gives up tickets that wait under a code, for the sum people agreed to: they are void, their seats are on sale again, and a register of the
/// seller pays the money out to whoever brings the same code. What a member account paid is booked back there at
/// once. Codes that belong to nothing are counted.
#[utoipa::path(post, path = "/api/v1/refunds", tag = "refunds", params(("Idempotency-Key" = String, Header)),
    request_body = NewRefund, responses((status = 201, body = Refund), (status = "default", body = Problem)))]
pub async fn refund(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    KeyedJson(key, wish): KeyedJson<NewRefund>,
) -> Answer<(StatusCode, Json<Refund>)> {
    check_count(wish.tickets.len())?;
    let attempt = Attempt::code(terminal.id);
    app.storage().admit(attempt.clone()).await?;
    let code = app.keys().code_hash(wish.code);
    let known = app
        .storage()
        .waiting(terminal.id, LookFor::Code(code))
        .await?;
    if !known.is_empty() {
        app.storage().succeeded(attempt).await?;
    }
    let refund = app.storage().refund(key, terminal, wish, code).await?;
    Ok((StatusCode::CREATED, Json(show(&app, refund).await?)))
}

/// Another slip for money that nobody fetched yet, for the card the tickets came off: a power cut came before the first one, or it was lost. From
/// now on this code opens the money, and no earlier one.
#[utoipa::path(post, path = "/api/v1/refunds/slips", tag = "refunds", params(("Idempotency-Key" = String, Header)),
    request_body = NewSlip, responses((status = 200, body = Refund), (status = "default", body = Problem)))]
pub async fn slip(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    KeyedJson(key, wish): KeyedJson<NewSlip>,
) -> Answer<Json<Refund>> {
    let code = app.keys().code_hash(wish.code);
    let refund = app.storage().new_slip(key, terminal, wish, code).await?;
    Ok(Json(show(&app, refund).await?))
}

/// What a code is about, at a register of any store of the seller; due ones first. Codes that belong to nothing are counted.
#[utoipa::path(post, path = "/api/v1/clerk/refunds", tag = "refunds", request_body = FindRefund,
    responses((status = 200, body = Vec<Refund>), (status = "default", body = Problem)))]
pub async fn find(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Body(wanted): Body<FindRefund>,
) -> Answer<Json<Vec<Refund>>> {
    let attempt = Attempt::refund(clerk.id);
    app.storage().admit(attempt.clone()).await?;
    let code = app.keys().code_hash(wanted.code);
    let found = app.storage().refunds_by_code(clerk, code).await?;
    if !found.is_empty() {
        app.storage().succeeded(attempt).await?;
    }
    let mut list = Vec::with_capacity(found.len());
    for refund in found {
        list.push(show(&app, refund).await?);
    }
    Ok(Json(list))
}

/// The money is in the customer's hand. It is booked once, whatever is repeated.
#[utoipa::path(post, path = "/api/v1/clerk/refunds/{refund}/pay-out", tag = "refunds", params(("refund" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = Confirm, responses((status = 200, body = Refund), (status = "default", body = Problem)))]
pub async fn pay_out(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    Path(refund): Path<String>,
    KeyedJson(key, sum): KeyedJson<Confirm>,
) -> Answer<Json<Refund>> {
    let refund = app.storage().pay_out(key, clerk, refund, sum).await?;
    Ok(Json(show(&app, refund).await?))
}

fn check_count(tickets: usize) -> Answer<()> {
    if tickets > TICKETS_MAX {
        return Err(Refusal::bad_request(format!(
            "At most {TICKETS_MAX} tickets can be asked about at once."
        )));
    }
    Ok(())
}

async fn show(app: &App, record: RefundRecord) -> Answer<Refund> {
    let mut items = Vec::with_capacity(record.tickets.len());
    for ticket in &record.tickets {
        items.push(item(app, ticket).await?);
    }
    Ok(Refund {
        state: record.state(),
        refund: record.refund,
        items,
        amount: record.amount,
        to_account: record.to_account,
        tax: record.tax,
        currency: record.currency,
        at: record.at,
        paid_out: record.paid_out,
    })
}

async fn item(app: &App, ticket: &RefundedTicket) -> Answer<RefundItem> {
    let event = app.event(ticket.event).await?;
    let seat = event
        .held_seat(ticket.seat, ticket.class, ticket.price)
        .ok_or_else(|| Refusal::internal(&format!("seat {} is not in the plan", ticket.seat)))?;
    let class = event.prices.get(usize::from(ticket.class));
    Ok(RefundItem {
        ticket: ticket.ticket,
        event: ticket.event,
        event_name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: event.doors_open,
        starts: event.starts,
        zone: event.zone.clone(),
        seat,
        class_name: class.map(|class| class.name.clone()).unwrap_or_default(),
        fee: ticket.fee,
    })
}
