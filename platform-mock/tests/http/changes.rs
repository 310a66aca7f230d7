//! Events are changed and cancelled: terminals and gates know it at once, and nobody who paid loses the money.

use jiff::tz::TimeZone;
use kippu_api::{
    changes::EventStanding,
    clerk::ConfirmOutcome,
    client::IdempotencyKey,
    events::EventSummary,
    holds::HoldRequest,
    orders::OrderState,
    people::PersonRole,
    problem::ProblemCode,
    refunds::{NoRefund, QuoteRequest},
};
use kippu_gate::bundle::{Bundle, open};
use kippu_ticket::ids::TicketId;
use platform_center::masters::wall_clock::shown;
use serde_json::{Value, json};

use crate::{
    app::{EVENT, GATE_KEY, TestApp, code, new_order},
    logged_in::LoggedIn,
    refunds::{refund, two_wait, wish},
};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

pub async fn organizer(app: &TestApp) -> LoggedIn {
    let below = "/api/v1/organizer/events/7";
    LoggedIn::of(app, PersonRole::Organizer, "organizer-1", "o", below).await
}

fn at_the_venue(at: i64) -> String {
    shown(at, &TimeZone::get("Asia/Tokyo").unwrap())
}

/// The play a day later under another name, from its revision on.
pub fn postponed(standing: &EventStanding) -> Value {
    let now = &standing.now;
    json!({
        "revision": standing.revision, "name": "Play, postponed", "performers": now.performers,
        "doors_open": at_the_venue(now.doors_open + DAY), "starts": at_the_venue(now.starts + DAY),
        "sales_end": at_the_venue(now.sales_end + DAY), "limit_per_order": 2, "note": "snow",
    })
}

fn cancelled(app: &TestApp, revision: u32) -> Value {
    json!({"revision": revision, "refunds_until": at_the_venue(app.now() + 30 * DAY), "note": "snow"})
}

async fn standing(organizer: &LoggedIn) -> EventStanding {
    organizer.get("changes").await
}

async fn on_sale(app: &TestApp) -> Vec<EventSummary> {
    let mut events = app.kiosk().events().await.unwrap();
    events.retain(|event| event.event == EVENT);
    events
}

async fn bundle(app: &TestApp) -> Bundle {
    let sealed = app.client("gate-1").bundle().await.unwrap();
    open(&sealed, &app.keys().issuer.public(), &GATE_KEY, app.now()).unwrap()
}

/// What a ticket would bring, or why nothing; with the fee and until when.
async fn brings(app: &TestApp, ticket: TicketId) -> (Option<NoRefund>, i64, i64) {
    let asked = QuoteRequest {
        tickets: vec![ticket],
    };
    let quote = app.kiosk().quote_refund(&asked).await.unwrap().remove(0);
    (quote.refused, quote.fee, quote.until)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_is_known_at_once_and_kept() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    // Everybody has seen it as it was.
    let (listed, gate) = (on_sale(&app).await.remove(0), bundle(&app).await);
    let order = app.paid_order(&[0]).await;
    let before = standing(&organizer).await;
    assert_eq!((before.revision, before.cancelled), (0, None));
    assert_eq!(
        (before.concerned.sold, before.concerned.paid),
        (1, order.total)
    );

    let key = IdempotencyKey::random();
    for _ in 0..2 {
        let answer = organizer.post(&key, "changes", &postponed(&before)).await;
        assert_eq!(answer.status(), 200, "once, however often it is sent");
    }
    let after = standing(&organizer).await;
    assert_eq!((after.revision, after.changes.len()), (1, 1));
    let change = &after.changes[0];
    assert_eq!((change.note.as_str(), change.cancelled), ("snow", false));
    assert_eq!((&change.was, &change.became), (&before.now, &after.now));

    let now = on_sale(&app).await.remove(0);
    assert_eq!(
        (now.name.as_str(), now.limit_per_order),
        ("Play, postponed", 2)
    );
    assert_eq!(now.starts, listed.starts + DAY);
    let at_gate = |bundle: &Bundle| bundle.event(EVENT).unwrap().entry_from;
    assert_eq!(at_gate(&bundle(&app).await), at_gate(&gate) + DAY);
    let (refused, fee, until) = brings(&app, order.tickets[0]).await;
    assert_eq!(
        (refused, fee, until),
        (None, 220, after.now.doors_open),
        "the fee stays, the time goes with the doors"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_tickets_can_be_taken_back_without_a_fee() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let order = app.paid_order(&[0]).await;
    let mut change = postponed(&standing(&organizer).await);
    change["take_back"] = json!(true);
    let after: EventStanding = organizer.done("changes", &change).await;
    assert_eq!(
        brings(&app, order.tickets[0]).await,
        (None, 0, after.now.doors_open)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed_is_refused_and_nothing_is() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let before = standing(&organizer).await;
    let good = postponed(&before);
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let past = at_the_venue(app.now() - DAY);
    for (name, value, words) in [
        ("name", json!(""), "A name has"),
        ("starts", json!(past), "into the past"),
        ("doors_open", json!("2031-01-01T10:00"), "doors open after"),
        ("limit_per_order", json!(0), "at least one"),
        ("note", json!("x".repeat(301)), "longer than"),
        ("revision", json!(7), "Somebody else changed"),
    ] {
        let (_, told) = organizer.refused("changes", &with(name, value)).await;
        assert!(told.contains(words), "{name}: {told}");
    }
    let now = &before.now;
    let same = json!({
        "revision": 0, "name": now.name, "performers": now.performers, "doors_open": at_the_venue(now.doors_open),
        "starts": at_the_venue(now.starts), "sales_end": at_the_venue(now.sales_end), "limit_per_order": now.limit_per_order,
    });
    let (_, told) = organizer.refused("changes", &same).await;
    assert!(told.contains("Nothing is different"), "{told}");
    for (name, value, words) in [
        ("refunds_until", json!(past), "a later moment"),
        ("note", json!(" "), "Say why"),
        ("revision", json!(7), "Somebody else changed"),
    ] {
        let mut body = cancelled(&app, 0);
        body[name] = value;
        let (_, told) = organizer.refused("cancellation", &body).await;
        assert!(told.contains(words), "{name}: {told}");
    }
    assert_eq!(standing(&organizer).await, before);

    app.minutes_pass(3 * 60);
    let below = "/api/v1/organizer/events/7";
    let later = LoggedIn::of(&app, PersonRole::Organizer, "organizer-2", "o", below).await;
    let (_, told) = later.refused("changes", &good).await;
    assert!(told.contains("has begun"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_is_sold_and_entered_no_more() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    bundle(&app).await;
    let free = app.free().await;
    let chosen = app.hold(&[0]).await;
    let unpaid = app.order(&[1, 2]).await;
    let met = standing(&organizer).await.concerned;
    assert_eq!((met.held, met.unpaid, met.sold), (1, 2, 0));

    let done: EventStanding = organizer.done("cancellation", &cancelled(&app, 0)).await;
    assert_eq!(done.cancelled, Some(app.now()));
    assert!(done.changes[0].cancelled);
    assert_eq!(on_sale(&app).await, []);
    let seats = HoldRequest::Seats(vec![5]);
    let hold = app
        .kiosk()
        .hold(EVENT, &seats, &IdempotencyKey::random())
        .await;
    assert_eq!(code(hold.unwrap_err()), ProblemCode::SalesClosed);
    let order = app
        .kiosk()
        .create_order(&new_order(&chosen.hold), &IdempotencyKey::random())
        .await;
    order.unwrap_err();
    // The clerk who takes the money all the same gives it back at once.
    let paid = app.pay(&unpaid).await.unwrap();
    assert_eq!(
        (paid.outcome, paid.order.state),
        (ConfirmOutcome::Refunded, OrderState::Refunded)
    );
    assert_eq!(app.free().await, free, "no seat is lost");
    let after = standing(&organizer).await;
    let met = &after.concerned;
    assert_eq!((met.held, met.unpaid, met.sold), (0, 0, 0));

    let gate = bundle(&app).await;
    assert!(gate.event(EVENT).is_none());
    let named = gate.elsewhere.iter().find(|other| other.event == EVENT);
    assert_eq!(named.unwrap().name, "中止 CANCELLED: Play");

    // For good.
    for (path, body) in [
        ("cancellation", cancelled(&app, 1)),
        ("changes", postponed(&after)),
    ] {
        let (_, told) = organizer.refused(path, &body).await;
        assert!(told.contains("is cancelled"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_of_a_cancelled_event_bring_back_what_was_paid() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let tickets = two_wait(&app).await;
    let ticket = tickets[0].ticket;
    assert_eq!(brings(&app, ticket).await.1, 220);
    let free = app.free().await;
    let done: EventStanding = organizer.done("cancellation", &cancelled(&app, 0)).await;
    let until = done.refunds_until.unwrap();
    assert_eq!(
        app.free().await,
        free,
        "a ticket keeps its seat until it is given up"
    );
    // Also when the event would be over long ago.
    app.minutes_pass(29 * 24 * 60);
    assert_eq!(brings(&app, ticket).await, (None, 0, until));
    let given = refund(&app.kiosk(), &wish(&[&tickets[0]], 8_800)).await;
    assert_eq!(given.unwrap().amount, 8_800);
    assert_eq!(app.free().await, free + 1);
    let again = refund(&app.kiosk(), &wish(&[&tickets[0]], 8_800)).await;
    assert_eq!(code(again.unwrap_err()), ProblemCode::WrongState, "once");
    assert_eq!(app.free().await, free + 1);
    app.minutes_pass(2 * 24 * 60);
    let late = brings(&app, tickets[1].ticket).await;
    assert_eq!(late.0, Some(NoRefund::TooLate));
}
