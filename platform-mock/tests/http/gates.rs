//! Bundles for gates, and what gates report.

use kippu_api::{
    clerk::Reissue,
    client::IdempotencyKey,
    entrance::{EntranceBatch, EntranceRecord},
    problem::ProblemCode,
};
use kippu_gate::bundle::{Bundle, open};
use kippu_ticket::record::BoundTicket;
use platform_center::journal::storage::JournalStorage as _;

use crate::app::{CARD, EVENT, GATE_KEY, TestApp, code};

async fn bundle(app: &TestApp) -> Bundle {
    let sealed = app.client("gate-1").bundle().await.unwrap();
    open(&sealed, &app.keys().issuer.public(), &GATE_KEY, app.now()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_checks_what_the_platform_issues() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    let record = BoundTicket::from_bytes(&hex::decode(&grant.tickets[0].record).unwrap()).unwrap();
    let bundle = bundle(&app).await;
    let event = bundle.event(EVENT).unwrap();
    let body = &record.signed.body;
    record
        .signed
        .verify(bundle.issuer_key(body.issuer, body.issuer_key).unwrap())
        .unwrap();
    assert_eq!(
        event.binding_key.bytes(),
        app.keys().binding(EVENT).to_bytes()
    );
    assert!(event.entrances[usize::from(body.entrance)].here);
    assert_eq!(
        (
            event.routes[0].block.as_str(),
            event.routes[0].door.as_str()
        ),
        (body.seat.block(), "1")
    );
    assert_eq!(bundle.card_key.bytes(), app.keys().cards.gate.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_bundle_replaces_the_last_and_recalls_what_was_issued_anew() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    let first = bundle(&app).await;
    let why = Reissue {
        reason: "card lost".into(),
    };
    app.clerk("1")
        .await
        .reissue(&order.order, &why, &IdempotencyKey::random())
        .await
        .unwrap();
    let second = bundle(&app).await;
    assert!(second.replaces(&first));
    assert!(!first.is_recalled(order.tickets[0], grant.tickets[0].epoch));
    assert!(second.is_recalled(order.tickets[0], grant.tickets[0].epoch));
    assert!(!second.is_recalled(order.tickets[0], grant.tickets[0].epoch + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_gets_no_bundle() {
    let app = TestApp::start().await;
    assert_eq!(
        code(app.kiosk().bundle().await.unwrap_err()),
        ProblemCode::Forbidden
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn entrance_records_are_kept_once() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let record = |row| EntranceRecord {
        row,
        at: app.now(),
        event: EVENT,
        card: Some(CARD),
        ticket: Some(order.tickets[0]),
        outcome: "admit".into(),
    };
    let gate = app.client("gate-1");
    assert_eq!(
        gate.entrance_records(&EntranceBatch {
            records: vec![record(1)]
        })
        .await
        .unwrap()
        .new,
        1
    );
    assert_eq!(
        gate.entrance_records(&EntranceBatch {
            records: vec![record(1), record(2)]
        })
        .await
        .unwrap()
        .new,
        1
    );
    let life = app.storage().life_of(order.tickets[0]).await.unwrap();
    assert_eq!(life.iter().filter(|row| row.contains("tapped")).count(), 2);
}
