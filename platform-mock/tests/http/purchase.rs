//! The road of a purchase from the list of events to the tickets on a card.

use kippu_api::{
    clerk::ConfirmOutcome,
    client::IdempotencyKey,
    handovers::{Report, ReportedOutcome},
    holds::HoldRequest,
    orders::{Grant, OrderState},
    problem::ProblemCode,
};
use kippu_seatplan::Plan;
use kippu_ticket::{ids::Step, record::BoundTicket};
use platform_center::{
    journal::{storage::JournalStorage as _, verify::JournalFault},
    storage::sql::Sql,
};

use crate::app::{CARD, EVENT, SELLER, TestApp, code, new_order};

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_seen_held_ordered_paid_signed_and_issued() {
    let app = TestApp::start().await;
    let kiosk = app.kiosk();

    let events = kiosk.events().await.unwrap();
    assert_eq!(
        (
            events.len(),
            events[0].event,
            events[0].free,
            events[0].seats
        ),
        (1, EVENT, 18, 20)
    );
    assert_eq!(
        events[0]
            .classes
            .iter()
            .map(|class| class.free)
            .collect::<Vec<_>>(),
        [10, 8]
    );
    let plan = kiosk.plan(EVENT, None).await.unwrap().unwrap();
    assert_eq!(Plan::decode(&plan.bytes).unwrap().seats.len(), 20);
    assert_eq!(kiosk.plan(EVENT, Some(&plan.tag)).await.unwrap(), None);
    let before = kiosk.availability(EVENT).await.unwrap();
    assert_eq!(before.seats, [vec![1; 10], vec![2; 8], vec![0; 2]].concat());

    let hold = kiosk
        .hold(
            EVENT,
            &HoldRequest::Seats(vec![3, 4]),
            &IdempotencyKey::random(),
        )
        .await
        .unwrap();
    assert_eq!(
        (hold.total, hold.currency.as_str(), hold.now),
        (17_600, "JPY", app.now())
    );
    assert_eq!(
        (
            hold.seats[0].row.as_str(),
            hold.seats[0].number.as_str(),
            hold.seats[0].entrance.as_str()
        ),
        ("A", "4", "North")
    );
    let held = kiosk.availability(EVENT).await.unwrap();
    assert_eq!((held.seats[3], held.seats[4]), (0, 0));
    assert!(held.version > before.version);

    let order = kiosk
        .create_order(&new_order(&hold.hold), &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(
        (order.state, order.tax, order.at_platform.len()),
        (OrderState::AwaitingPayment, 1600, 0)
    );
    assert_eq!(
        kiosk.order_by_slip(&order.slip).await.unwrap().order,
        order.order
    );
    assert_eq!(kiosk.card_orders(CARD).await.unwrap().len(), 1);

    let paid = app.pay(&order).await.unwrap();
    assert_eq!(
        (paid.outcome, paid.order.state),
        (ConfirmOutcome::Paid, OrderState::Paid)
    );
    assert_eq!(paid.order.at_platform, order.tickets);

    let grant = app.grant(&order).await;
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Granted
    );
    check_records(&app, &grant);

    let accepted = kiosk.report(grant.handover, &done(&grant)).await.unwrap();
    assert!(accepted.newest);
    assert_eq!(
        kiosk.order(&order.order).await.unwrap().state,
        OrderState::Issued
    );
    assert_eq!(kiosk.card_orders(CARD).await.unwrap(), []);

    let storage = app.storage();
    assert_eq!(app.verified_rows().await, 4);
    let life = storage.life_of(order.tickets[0]).await.unwrap();
    let kinds: Vec<String> = life
        .iter()
        .map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap()["kind"].to_string())
        .collect();
    assert_eq!(
        kinds,
        ["\"ordered\"", "\"payment\"", "\"granted\"", "\"issued\""]
    );
}

/// What a kiosk reports when the card shows the commit.
pub fn done(grant: &Grant) -> Report {
    report(grant, ReportedOutcome::Done, 1)
}

pub fn report(grant: &Grant, outcome: ReportedOutcome, row: u64) -> Report {
    Report {
        row,
        incarnation: "first".into(),
        order: grant.claim.order().map(str::to_owned),
        giver: None,
        receiver: None,
        records: Vec::new(),
        serial: None,
        code: None,
        fence: grant.fence,
        card: grant.card,
        step: Step::Give,
        attempt: 1,
        tickets: grant.tickets.iter().map(|ticket| ticket.ticket).collect(),
        outcome,
        before: None,
        after: None,
        proof: None,
        at: 0,
    }
}

fn check_records(app: &TestApp, grant: &Grant) {
    let keys = app.keys();
    for (granted, number) in grant.tickets.iter().zip(["4", "5"]) {
        let record = BoundTicket::from_bytes(&hex::decode(&granted.record).unwrap()).unwrap();
        record.signed.verify(&keys.issuer.public()).unwrap();
        keys.binding(EVENT).verify(&record, CARD).unwrap();
        let body = &record.signed.body;
        assert_eq!(
            (body.ticket, body.event, body.seller),
            (granted.ticket, EVENT, SELLER)
        );
        assert_eq!(
            (body.seat.block(), body.seat.row(), body.seat.number()),
            ("stalls", "A", number)
        );
        assert_eq!((body.epoch, record.hop, record.terminal.0), (1, 1, 11));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_shows_that_somebody_changed_it() {
    let app = TestApp::start().await;
    app.paid_order(&[0]).await;
    app.behind(|sql| {
        let change = "UPDATE journal SET entry = replace(entry, '8800', '8801') WHERE row = 2";
        assert!(sql.execute(change, []).is_err(), "the table refuses");
        let open = match sql {
            Sql::Sqlite(_) => "DROP TRIGGER journal_is_final",
            Sql::Postgres(_) => "DROP TRIGGER journal_is_final ON journal",
        };
        sql.execute_batch(open).unwrap();
        assert_eq!(sql.execute(change, []).unwrap(), 1);
    });
    let verified = app.storage().verify_journal(None).await.unwrap();
    assert!(
        matches!(verified, Err(JournalFault::Edited { row: 2, .. })),
        "{verified:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_seats_are_side_by_side() {
    let app = TestApp::start().await;
    let best = HoldRequest::Best {
        class: 0,
        quantity: 3,
    };
    let key = IdempotencyKey::random();
    let hold = app.kiosk().hold(EVENT, &best, &key).await.unwrap();
    let seats: Vec<u32> = hold.seats.iter().map(|seat| seat.seat).collect();
    assert_eq!(seats, [seats[0], seats[0] + 1, seats[0] + 2]);
    assert!(!hold.apart);
    assert_eq!(
        app.kiosk().hold(EVENT, &best, &key).await.unwrap().hold,
        hold.hold,
        "repeated, not held again"
    );
    let more = HoldRequest::Best {
        class: 0,
        quantity: 4,
    };
    app.kiosk()
        .hold(EVENT, &more, &IdempotencyKey::random())
        .await
        .unwrap();
    let refused = app
        .kiosk()
        .hold(EVENT, &more, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::NoSeatsTogether);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_without_room_is_refused_before_anything_is_paid() {
    let app = TestApp::start().await;
    let hold = app.hold(&[0, 1]).await;
    let mut new = new_order(&hold.hold);
    new.room = 1;
    let refused = app
        .kiosk()
        .create_order(&new, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::CardTooFull);
    new.room = 2;
    app.kiosk()
        .create_order(&new, &IdempotencyKey::random())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_of_another_seller_are_not_to_be_had() {
    let app = TestApp::start().await;
    let wish = HoldRequest::Seats(vec![18]);
    let refused = app
        .kiosk()
        .hold(EVENT, &wish, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::SeatTaken);
    app.client("kiosk-9")
        .hold(EVENT, &wish, &IdempotencyKey::random())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_end_when_the_organizer_says_so() {
    let app = TestApp::start().await;
    app.minutes_pass(180);
    let refused = app
        .kiosk()
        .hold(
            EVENT,
            &HoldRequest::Seats(vec![0]),
            &IdempotencyKey::random(),
        )
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::SalesClosed);
    assert_eq!(app.kiosk().events().await.unwrap(), []);
}
