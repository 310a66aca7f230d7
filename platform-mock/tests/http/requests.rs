//! Sellers ask for seats and organizers answer, until both agree: then the seats are the seller's.

use kippu_api::{
    own::EventFigures,
    people::PersonRole,
    problem::ProblemCode,
    requests::{OpenEvent, Party, RequestState, SeatRequest},
};
use serde_json::{Value, json};

use crate::{
    app::{EVENT, SELLER, TestApp},
    logged_in::LoggedIn,
};

/// Ten seats of the first class and eight of the second that are nobody's.
async fn open() -> (TestApp, LoggedIn, LoggedIn) {
    let app = TestApp::start().await;
    let organizer = LoggedIn::of(
        &app,
        PersonRole::Organizer,
        "organizer-1",
        "o",
        "/api/v1/organizer",
    )
    .await;
    let seller = LoggedIn::of(
        &app,
        PersonRole::Seller,
        "seller-1",
        "one",
        "/api/v1/seller",
    )
    .await;
    let back = json!({"moves": [{"from": SELLER.0, "to": null, "seats": [[0, 17]]}]});
    let _: Value = organizer
        .done(&format!("events/{EVENT}/allocation"), &back)
        .await;
    (app, organizer, seller)
}

fn asked(seats: [u32; 2]) -> Value {
    json!({"event": EVENT, "seats": seats, "note": "sold out last year"})
}

fn answer(turns: u32, kind: Value) -> Value {
    json!({"turns": turns, "answer": kind, "note": "so"})
}

async fn opened(organizer: &LoggedIn, open: bool) {
    let key = kippu_api::client::IdempotencyKey::random();
    let path = format!("events/{EVENT}/requests/open");
    let done = organizer.post(&key, &path, &json!({"open": open})).await;
    assert_eq!(done.status(), 204);
}

async fn of_seller(seller: &LoggedIn) -> u32 {
    let events: Vec<EventFigures> = seller.get("events").await;
    let found = events.iter().find(|event| event.event == EVENT);
    found.map_or(0, |event| event.counts.seats)
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_countered_and_accepted_the_seats_go_over() {
    let (_app, organizer, seller) = open().await;
    assert_eq!(seller.get::<Vec<OpenEvent>>("requests/events").await, []);
    seller.refused("requests", &asked([6, 6])).await;
    opened(&organizer, true).await;
    let events: Vec<OpenEvent> = seller.get("requests/events").await;
    assert_eq!(events[0].classes, ["S", "A"]);

    let first: SeatRequest = seller.done("requests", &asked([6, 6])).await;
    assert_eq!(first.state, RequestState::Asked);
    let again = seller.refused("requests", &asked([1, 1])).await;
    assert_eq!(again.0, ProblemCode::WrongState, "one at a time");
    let path = format!("requests/{}", first.number);
    let own = seller.refused(&path, &answer(1, json!("accept"))).await;
    assert!(own.1.contains("other side"), "{}", own.1);

    let counter = answer(1, json!({"counter": [4, 5]}));
    let offered: SeatRequest = organizer.done(&path, &counter).await;
    assert_eq!(offered.state, RequestState::Offered);
    let stale = seller.refused(&path, &answer(1, json!("accept"))).await;
    assert!(stale.1.contains("Something else was said"), "{}", stale.1);
    assert_eq!(of_seller(&seller).await, 0);
    let agreed: SeatRequest = seller.done(&path, &answer(2, json!("accept"))).await;
    assert_eq!((agreed.state, agreed.count), (RequestState::Agreed, 9));
    assert_eq!(of_seller(&seller).await, 9);
    let spoken: Vec<(Party, &[u32])> = agreed
        .turns
        .iter()
        .map(|turn| (turn.party, turn.seats.as_slice()))
        .collect();
    assert_eq!(
        spoken,
        [
            (Party::Seller, &[6, 6][..]),
            (Party::Organizer, &[4, 5]),
            (Party::Seller, &[4, 5])
        ]
    );
    assert!(agreed.turns[0].who.is_some() && agreed.turns[1].who.is_none());
    let over = organizer.refused(&path, &answer(3, json!("end"))).await;
    assert!(over.1.contains("over"), "{}", over.1);

    // The record of moves has it like any other.
    let moves: Vec<Value> = organizer
        .get(&format!("events/{EVENT}/allocation/moves"))
        .await;
    assert!(moves[0]["who"].as_str().unwrap().contains("seller-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_seats_agree_to_nothing() {
    let (_app, organizer, seller) = open().await;
    opened(&organizer, true).await;
    let request: SeatRequest = seller.done("requests", &asked([11, 1])).await;
    let path = format!("requests/{}", request.number);
    let (code, told) = organizer.refused(&path, &answer(1, json!("accept"))).await;
    assert_eq!(code, ProblemCode::WrongState);
    assert!(told.contains("Of class S, 10 seats"), "{told}");
    assert_eq!(of_seller(&seller).await, 0);
    let requests: Vec<SeatRequest> = organizer.get("requests").await;
    assert_eq!(
        requests,
        [SeatRequest {
            turns: requests[0].turns.clone(),
            ..request
        }]
    );
    assert_eq!(requests[0].turns.len(), 1, "nothing was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_begins_and_either_side_ends_it() {
    let (_app, organizer, seller) = open().await;
    let offer = json!({"seller": SELLER, "seats": [2, 0]});
    let path = format!("events/{EVENT}/offers");
    for (ends, state) in [
        (&seller, RequestState::Withdrawn),
        (&organizer, RequestState::Declined),
    ] {
        let offered: SeatRequest = organizer.done(&path, &offer).await;
        assert_eq!(offered.state, RequestState::Offered);
        let ended: SeatRequest = ends
            .done(
                &format!("requests/{}", offered.number),
                &answer(1, json!("end")),
            )
            .await;
        assert_eq!((ended.state, ended.count), (state, 0));
        assert_eq!(ended.turns[1].seats, [0_u32; 0]);
    }
    for seats in [json!([0, 0]), json!([1]), json!([21, 0])] {
        let (_, told) = organizer
            .refused(&path, &json!({"seller": SELLER, "seats": seats}))
            .await;
        assert!(told.contains("how many seats"), "{told}");
    }
}
