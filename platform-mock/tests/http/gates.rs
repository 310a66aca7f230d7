//! Bundles for gates, and what gates report.

use kippu_api::{
    clerk::Reissue,
    client::IdempotencyKey,
    entrance::{EntranceBatch, EntranceRecord},
    problem::ProblemCode,
};
use kippu_gate::bundle::{Bundle, Direction, Gate, Passage, open};
use kippu_ticket::{
    ids::{EventId, TerminalId},
    record::BoundTicket,
};
use platform_center::{
    auth::hash_token,
    gates::storage::GateStorage as _,
    journal::storage::JournalStorage as _,
    masters::{
        rules::TerminalRole,
        storage::{GateDoor, MasterStorage as _, NewGate, NewTerminal},
    },
    refusal::Answer,
    storage::Database,
};

use crate::app::{CARD, EVENT, GATE_KEY, TestApp, code, plan, play};

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

/// Registers a gate that serves these events; its mark number.
async fn mark_of_new_gate(storage: &Database, number: u32, events: &[EventId]) -> Answer<u8> {
    let door = |event: &EventId| GateDoor {
        event: *event,
        entrance: 0,
        here: true,
        direction: Direction::Ahead,
    };
    let gate = NewTerminal {
        id: TerminalId(number),
        name: format!("gate-{number}"),
        role: TerminalRole::Gate,
        store: None,
        token: hash_token(&number.to_string()),
        device_key: GATE_KEY,
        gate: Some(NewGate {
            passage: Passage::In,
            doors: events.iter().map(door).collect(),
        }),
    };
    storage.register_terminal(gate).await?;
    Ok(storage.next_bundle(TerminalId(number)).await?.unwrap().mark)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_has_a_mark_number_of_its_own_at_its_venues_and_keeps_it() {
    const ELSEWHERE: EventId = EventId(8);
    let app = TestApp::start().await;
    let storage = app.storage();
    let layout = storage
        .put_layout("Other hall", "Asia/Tokyo", "full", &plan())
        .await
        .unwrap();
    let event = play(ELSEWHERE, layout.layout);
    storage.register_event(event).await.unwrap();

    let first = bundle(&app).await.gate.mark;
    let both = [EVENT, ELSEWHERE];
    assert_eq!(first, 0);
    for (number, events, expected) in [
        (101, &both[..1], 1),
        (102, &both[1..], 0),
        (103, &both[..], 2),
        (104, &both[1..], 1),
    ] {
        let mark = mark_of_new_gate(&storage, number, events).await.unwrap();
        assert_eq!(mark, expected, "gate {number}");
    }
    for expected in 3..=Gate::MARK_MAX {
        let number = 200 + u32::from(expected);
        let mark = mark_of_new_gate(&storage, number, &[EVENT]).await.unwrap();
        assert_eq!(mark, expected);
    }
    let refused = mark_of_new_gate(&storage, 999, &[EVENT]).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::BadRequest);
    assert_eq!(
        mark_of_new_gate(&storage, 999, &[ELSEWHERE]).await,
        Ok(3),
        "the other hall has room, and the refusal left nothing behind"
    );
    assert_eq!(bundle(&app).await.gate.mark, first);
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
