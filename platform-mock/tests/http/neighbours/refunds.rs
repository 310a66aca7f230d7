//! Money back: what waits under a code, and what is due at a seller's registers.

use std::time::Duration;

use kippu_api::{
    client::IdempotencyKey,
    handovers::Purpose,
    refunds::{FindRefund, NewRefund, NewSlip},
};
use kippu_ticket::ids::HandoverId;
use serde_json::json;

use super::case::{Cases, json_of};
use crate::{
    app::{CARD, TestApp},
    moves::{Mover, slip_code},
};

pub async fn refunds(app: &TestApp, cases: &mut Cases) {
    let (kiosks, clerks) = (("kiosk-1", "kiosk-9"), ("clerk-1", "clerk-9"));
    let (_, tickets) = app.sold_to(HandoverId([0x51; 16]), &[13, 14]).await;
    let mut waits = Mover::at(app, "kiosk-2", HandoverId([0x52; 16]), &tickets);
    waits.take(Purpose::Parking).await;
    waits.park(1).await.unwrap();
    let wish = |ticket: usize| NewRefund {
        code: slip_code(),
        tickets: vec![tickets[ticket].ticket],
        amount: 6_600 - 220,
        currency: "JPY".into(),
    };
    let key = IdempotencyKey::random();
    let due = app.kiosk().refund(&wish(0), &key).await.unwrap().refund;
    // The other one's money is due later: another slip is for what is due longest.
    app.clock.advance(Duration::from_millis(1));

    let quote = Some(json!({"tickets": [tickets[1].ticket]}));
    cases
        .add(kiosks, ("post", "/api/v1/refunds/quote"), &[], quote)
        .differs = true;
    let path = ("post", "/api/v1/refunds");
    cases.add(kiosks, path, &[], json_of(&wish(1)));
    let slip = NewSlip {
        card: CARD,
        handover: HandoverId([0x52; 16]),
        code: slip_code(),
    };
    let path = ("post", "/api/v1/refunds/slips");
    let case = cases.add(kiosks, path, &[], json_of(&slip));
    case.marks = vec![due.clone()];
    let find = json_of(&FindRefund { code: slip_code() });
    let case = cases.add(clerks, ("post", "/api/v1/clerk/refunds"), &[], find);
    (case.marks, case.differs) = (vec![due.clone()], true);
    let sum = Some(json!({"amount": 6_600 - 220, "currency": "JPY"}));
    let path = ("post", "/api/v1/clerk/refunds/{refund}/pay-out");
    cases.add(clerks, path, &[&due], sum).marks = vec![due.clone()];

    cases
        .add(clerks, ("get", "/api/v1/clerk/till"), &[], None)
        .differs = true;
    // What the neighbour counts is not what this store took.
    let count = Some(json!({"currency": "JPY", "expected": 0, "counted": 0}));
    let case = cases.add(clerks, ("post", "/api/v1/clerk/till/close"), &[], count);
    case.status = Some(409);
}
