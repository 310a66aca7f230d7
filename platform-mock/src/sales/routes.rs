//! Holds and orders over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{delete, get, post},
};
use kippu_api::{
    holds::{Hold, HoldRequest},
    orders::{Buyer, ChangeCard, NewOrder, Order, PaymentMethod},
    problem::{Problem, ProblemCode},
};
use kippu_seatplan::best::Wish;
use kippu_ticket::ids::{CardUid, EventId};

use super::{
    picking::hold_best,
    present,
    record::OrderRecord,
    rules::{check_quantity, check_seats},
    slip::Slip,
    storage::{HoldCommand, OrderName},
};
use crate::{
    app::App,
    auth::{AsTerminal, Caller, KIOSK, Scope},
    masters::rules::Terminal,
    people::tries::Attempt,
    refusal::{Answer, Refusal},
    request::{Keyed, KeyedJson, Path},
    routes::Routes,
};

/// Longest name of a person or a means of payment.
const NAME_MAX: usize = 200;

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/events/{event}/holds",
            "post",
            KIOSK.of(Scope::Seller),
            post(hold),
        )
        .on(
            "/api/v1/holds/{hold}/extend",
            "post",
            KIOSK.of(Scope::Terminal),
            post(extend_hold),
        )
        .on(
            "/api/v1/holds/{hold}",
            "delete",
            KIOSK.of(Scope::Terminal),
            delete(release_hold),
        )
        .on(
            "/api/v1/orders",
            "post",
            KIOSK.of(Scope::Terminal),
            post(create_order),
        )
        .on(
            "/api/v1/orders/{order}",
            "get",
            KIOSK.of(Scope::Seller),
            get(order),
        )
        .on(
            "/api/v1/attempts/{key}",
            "get",
            KIOSK.of(Scope::Terminal),
            get(order_of_attempt),
        )
        .on(
            "/api/v1/orders/{order}/cancel",
            "post",
            KIOSK.of(Scope::Seller),
            post(cancel_order),
        )
        .on(
            "/api/v1/orders/{order}/card",
            "post",
            KIOSK.of(Scope::Seller),
            post(change_card),
        )
        .on(
            "/api/v1/slips/{slip}",
            "get",
            KIOSK.of(Scope::Seller),
            get(order_by_slip),
        )
        .on(
            "/api/v1/cards/{uid}/orders",
            "get",
            KIOSK.of(Scope::Seller),
            get(orders_of_card),
        )
}

/// Holds seats for a while: all or none.
#[utoipa::path(post, path = "/api/v1/events/{event}/holds", tag = "sales", params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = HoldRequest, responses((status = 201, body = Hold), (status = "default", body = Problem)))]
pub async fn hold(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(event): Path<EventId>,
    KeyedJson(key, wish): KeyedJson<HoldRequest>,
) -> Answer<(StatusCode, Json<Hold>)> {
    let seller = terminal.shop()?.seller;
    let event = app.event(event).await?;
    let command = |seats, apart| HoldCommand {
        key: key.clone(),
        event: event.clone(),
        terminal: terminal.id,
        seller,
        seats,
        apart,
    };
    let held = match wish {
        HoldRequest::Seats(seats) => {
            check_seats(&seats, event.plan.seats.len(), event.limit_per_order)?;
            app.storage().hold(command(seats, false)).await?
        }
        HoldRequest::Best { class, quantity } => {
            check_quantity(usize::from(quantity), event.limit_per_order)?;
            let wish = Wish {
                class: Some(class),
                count: usize::from(quantity),
            };
            hold_best(&app, seller, &event, &wish, command).await?
        }
    };
    Ok((
        StatusCode::CREATED,
        Json(present::hold(&held, &event, app.now())?),
    ))
}

/// Gives a hold more time; a few times only.
#[utoipa::path(post, path = "/api/v1/holds/{hold}/extend", tag = "sales", params(("hold" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Hold), (status = "default", body = Problem)))]
pub async fn extend_hold(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(hold): Path<String>,
    Keyed(key): Keyed,
) -> Answer<Json<Hold>> {
    let held = app.storage().extend_hold(key, terminal.id, hold).await?;
    let event = app.event(held.event).await?;
    Ok(Json(present::hold(&held, &event, app.now())?))
}

/// Gives held seats back.
#[utoipa::path(delete, path = "/api/v1/holds/{hold}", tag = "sales", params(("hold" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn release_hold(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(hold): Path<String>,
) -> Answer<StatusCode> {
    app.storage().release_hold(terminal.id, hold).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turns a hold into an order: the right to issue is registered with the seller, and a slip number given out. With `member_account` the
/// account of the card's holder is charged in the same step, or nothing is done at all and the seats stay held.
#[utoipa::path(post, path = "/api/v1/orders", tag = "sales", params(("Idempotency-Key" = String, Header)),
    request_body = NewOrder, responses((status = 201, body = Order), (status = "default", body = Problem)))]
pub async fn create_order(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    KeyedJson(key, mut new): KeyedJson<NewOrder>,
) -> Answer<(StatusCode, Json<Order>)> {
    new.buyer = hashed(&app, &new.buyer)?;
    let asked = (new.method == PaymentMethod::MemberAccount)
        .then(|| Attempt::credit(terminal.id, new.card));
    let order = app.storage().create_order(key, terminal, new).await?;
    // Whoever buys is not finding out what an account covers.
    if let Some(asked) = asked {
        app.storage().succeeded(asked).await?;
    }
    Ok((StatusCode::CREATED, show(&app, &order).await?))
}

/// Who buys, as far as it is kept.
fn hashed(app: &App, buyer: &Buyer) -> Answer<Buyer> {
    let hashed = |name: &Option<String>| {
        name.as_deref()
            .map(|name| match name.trim() {
                "" => Err(Refusal::bad_request("The buyer's name is empty.")),
                name if name.len() > NAME_MAX => Err(Refusal::bad_request(format!(
                    "The buyer's name is longer than {NAME_MAX} bytes."
                ))),
                name => Ok(hex::encode(app.keys().buyer_hash(name))),
            })
            .transpose()
    };
    Ok(Buyer {
        person: hashed(&buyer.person)?,
        payment: hashed(&buyer.payment)?,
    })
}

/// An order of this terminal's seller.
#[utoipa::path(get, path = "/api/v1/orders/{order}", tag = "sales", params(("order" = String, Path)),
    responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn order(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(order): Path<String>,
) -> Answer<Json<Order>> {
    show_own(
        &app,
        &terminal,
        app.storage().order(OrderName::Id(order)).await?,
    )
    .await
}

/// The order that an attempt of this terminal made, by the idempotency key of the attempt; 404 where none arrived. Whoever lost the answer
/// about a charge asks here and does not charge again.
#[utoipa::path(get, path = "/api/v1/attempts/{key}", tag = "sales", params(("key" = String, Path)),
    responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn order_of_attempt(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(key): Path<String>,
) -> Answer<Json<Order>> {
    let caller = Caller::Terminal(terminal).label();
    let order = app.storage().order_of_attempt(caller, key).await?;
    show(&app, &order).await
}

/// An order of this terminal's seller, by the number on its slip.
#[utoipa::path(get, path = "/api/v1/slips/{slip}", tag = "sales", params(("slip" = String, Path)),
    responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn order_by_slip(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(slip): Path<String>,
) -> Answer<Json<Order>> {
    show_own(
        &app,
        &terminal,
        app.storage().order(slip_name(&slip)?).await?,
    )
    .await
}

/// Orders for a card that are unpaid, or paid and not all on the card.
#[utoipa::path(get, path = "/api/v1/cards/{uid}/orders", tag = "sales", params(("uid" = String, Path)),
    responses((status = 200, body = Vec<Order>), (status = "default", body = Problem)))]
pub async fn orders_of_card(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(card): Path<CardUid>,
) -> Answer<Json<Vec<Order>>> {
    let mut orders = Vec::new();
    for order in app
        .storage()
        .orders_of_card(terminal.shop()?.seller, card)
        .await?
    {
        orders.push(show(&app, &order).await?.0);
    }
    Ok(Json(orders))
}

/// Ends an unpaid order; its seats are free again.
#[utoipa::path(post, path = "/api/v1/orders/{order}/cancel", tag = "sales", params(("order" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn cancel_order(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(order): Path<String>,
    Keyed(key): Keyed,
) -> Answer<Json<Order>> {
    let order = app
        .storage()
        .cancel_order(key, terminal.shop()?.seller, order)
        .await?;
    show(&app, &order).await
}

/// Names another card for an order of which nothing is granted.
#[utoipa::path(post, path = "/api/v1/orders/{order}/card", tag = "sales", params(("order" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = ChangeCard, responses((status = 200, body = Order), (status = "default", body = Problem)))]
pub async fn change_card(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(order): Path<String>,
    KeyedJson(key, card): KeyedJson<ChangeCard>,
) -> Answer<Json<Order>> {
    let order = app
        .storage()
        .change_card(key, terminal.shop()?.seller, order, card)
        .await?;
    show(&app, &order).await
}

/// What was typed or scanned, as an order's name.
pub(crate) fn slip_name(text: &str) -> Answer<OrderName> {
    let slip = Slip::parse(text).ok_or_else(|| {
        Refusal::new(
            ProblemCode::NotFound,
            "This is not the number of a slip: its last digit does not fit.",
        )
        .hint("Check the number and enter it again.")
    })?;
    Ok(OrderName::Slip(slip.to_string()))
}

async fn show_own(app: &App, terminal: &Terminal, order: OrderRecord) -> Answer<Json<Order>> {
    if order.seller != terminal.shop()?.seller {
        return Err(Refusal::not_found("order"));
    }
    show(app, &order).await
}

/// An order in the words of the API.
pub(crate) async fn show(app: &App, order: &OrderRecord) -> Answer<Json<Order>> {
    let event = app.event(order.event).await?;
    Ok(Json(present::order(order, &event, app.now())?))
}
