//! Giving seats to sellers: all or none, never over somebody else's change, each move on record.

use kippu_api::{
    allocation::{
        AllocatedRun, Allocation, AllocationDone, AllocationFilled, AllocationMove, FoundBy,
        FoundSeats, SeatPicture, SeatState,
    },
    client::IdempotencyKey,
    holds::HoldRequest,
    people::PersonRole,
    problem::{Problem, ProblemCode},
};
use kippu_ticket::ids::SellerId;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{EVENT, OTHER_SELLER, SELLER, TestApp, code},
    logged_in::LoggedIn,
};

/// Somebody of the organizer at the desk of the event.
struct Desk(LoggedIn);

impl Desk {
    async fn of(app: &TestApp, name: &str) -> Self {
        let below = "/api/v1/organizer/events/7";
        Self(LoggedIn::of(app, PersonRole::Organizer, name, "o", below).await)
    }

    async fn allocation(&self) -> Allocation {
        self.0.get("allocation").await
    }

    /// Moves seats as somebody does who looked a moment ago.
    async fn moves(&self, moves: Value) -> Result<u32, (ProblemCode, String)> {
        let body = json!({ "moves": moves });
        let done: AllocationDone = self.0.tries("allocation", &body).await?;
        Ok(done.seats)
    }
}

fn owners(allocation: &Allocation) -> Vec<Option<SellerId>> {
    let runs = allocation.seats.iter();
    runs.flat_map(|run| vec![run.seller; run.seats as usize])
        .collect()
}

fn seats_of(allocation: &Allocation, seller: SellerId) -> u32 {
    let found = allocation
        .sellers
        .iter()
        .find(|known| known.seller == seller);
    found.unwrap().seats
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_move_all_or_none_and_every_move_is_kept() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    let before = desk.allocation().await;
    assert_eq!(seats_of(&before, SELLER), 18);

    let back = json!([{"from": 1, "to": null, "seats": [[0, 2], [9, 9]]}, {"from": 2, "to": 1, "seats": [[18, 19]]}]);
    assert_eq!(desk.moves(back).await, Ok(6));
    let now = desk.allocation().await;
    assert_eq!(
        (seats_of(&now, SELLER), seats_of(&now, OTHER_SELLER)),
        (16, 0)
    );
    assert_eq!(owners(&now)[0], None);
    assert_eq!(owners(&now)[18], Some(SELLER));
    // Nobody sells what is nobody's.
    let wish = HoldRequest::Seats(vec![0]);
    let key = IdempotencyKey::random();
    let refused = app.kiosk().hold(EVENT, &wish, &key).await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::SeatTaken);

    let moves: Vec<AllocationMove> = desk.0.get("allocation/moves").await;
    let last = &moves[1];
    assert!(last.who.as_deref().unwrap().contains("desk-1"));
    assert_eq!(
        (last.to.as_deref(), last.seats.clone()),
        (None, vec![[0, 2], [9, 9]])
    );
    assert!(
        moves.last().unwrap().who.is_none(),
        "set up without anybody"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_is_not_overwritten() {
    let app = TestApp::start().await;
    let (one, two) = (
        Desk::of(&app, "desk-1").await,
        Desk::of(&app, "desk-2").await,
    );
    let give = json!([{"from": 1, "to": 2, "seats": [[3, 5]]}]);
    assert_eq!(one.moves(give.clone()).await, Ok(3));
    let between = one.allocation().await;
    // The other one still believes that they are seller 1's.
    let refused = two
        .moves(json!([{"from": 1, "to": null, "seats": [[0, 5]]}]))
        .await;
    let (code, words) = refused.unwrap_err();
    assert_eq!(code, ProblemCode::SeatTaken);
    assert!(words.starts_with("3 of 6 seats"), "{words}");
    assert_eq!(one.allocation().await, between);
}

#[tokio::test(flavor = "multi_thread")]
async fn held_and_sold_seats_stay() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    app.hold(&[4]).await;
    let refused = desk
        .moves(json!([{"from": 1, "to": 2, "seats": [[3, 4]]}]))
        .await;
    assert_eq!(refused.unwrap_err().0, ProblemCode::SeatTaken);
    let now = desk.allocation().await;
    assert_eq!(seats_of(&now, SELLER), 18);
    let held = AllocatedRun {
        seats: 1,
        seller: Some(SELLER),
        state: SeatState::Held,
    };
    assert_eq!(now.seats[1], held);
    // When nobody holds it any more, it can go.
    app.minutes_pass(15);
    assert_eq!(
        desk.moves(json!([{"from": 1, "to": 2, "seats": [[3, 4]]}]))
            .await,
        Ok(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_moves_once() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    let key = IdempotencyKey::random();
    let body = json!({"moves": [{"from": 1, "to": 2, "seats": [[0, 0]]}]});
    for _ in 0..2 {
        let answer = desk.0.post(&key, "allocation", &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let moves: Vec<AllocationMove> = desk.0.get("allocation/moves").await;
    assert_eq!(moves.iter().filter(|one| one.who.is_some()).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_in_words() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    let before = desk.allocation().await;
    for (moves, code) in [
        (json!([]), ProblemCode::BadRequest),
        (
            json!([{"from": 1, "to": 2, "seats": []}]),
            ProblemCode::BadRequest,
        ),
        (
            json!([{"from": 1, "to": 1, "seats": [[0, 0]]}]),
            ProblemCode::BadRequest,
        ),
        (
            json!([{"from": 1, "to": 2, "seats": [[2, 1]]}]),
            ProblemCode::BadRequest,
        ),
        (
            json!([{"from": 1, "to": 2, "seats": [[0, 4_294_967_295_u32]]}]),
            ProblemCode::BadRequest,
        ),
        (
            json!([{"from": 1, "to": 2, "seats": [[0, 4_000_000_000_u32]]}]),
            ProblemCode::SeatTaken,
        ),
        (
            json!([{"from": 1, "to": 2, "seats": [[0, 1], [1, 2]]}]),
            ProblemCode::SeatTaken,
        ),
        (
            json!([{"from": 1, "to": 77, "seats": [[0, 0]]}]),
            ProblemCode::NotFound,
        ),
    ] {
        let refused = desk.moves(moves.clone()).await;
        assert_eq!(refused.unwrap_err().0, code, "{moves}");
        assert_eq!(desk.allocation().await, before, "{moves}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_found_by_typing_and_side_by_side() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    let picture: SeatPicture = desk.0.get("picture").await;
    assert_eq!((picture.x.len(), picture.number.len()), (20, 20));
    let found: FoundSeats = desk.0.get("allocation/typed?text=A1:B2").await;
    assert_eq!(found.read, FoundBy::Printed);
    assert_eq!(found.seats, [[0, 1], [10, 11]]);
    let problem: Problem = desk.0.get("allocation/typed?text=Q99").await;
    assert_eq!(problem.code, ProblemCode::BadRequest);

    let back = json!([{"from": 1, "to": null, "seats": [[2, 5]]}]);
    desk.moves(back).await.unwrap();
    let found: FoundSeats = desk.0.get("allocation/together?count=4").await;
    assert_eq!((found.read, found.seats), (FoundBy::Together, vec![[2, 5]]));
    let problem: Problem = desk.0.get("allocation/together?count=5").await;
    assert_eq!(problem.code, ProblemCode::NoSeatsTogether);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_said_and_taken_back() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    for (target, shown) in [
        (json!(12), Some(12)),
        (json!(0), Some(0)),
        (json!(null), None),
    ] {
        let body = json!({"seller": 2, "target": target});
        let answer = desk
            .0
            .post(&IdempotencyKey::random(), "targets", &body)
            .await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let now = desk.allocation().await;
        let other = now
            .sellers
            .iter()
            .find(|known| known.seller == OTHER_SELLER);
        assert_eq!(other.unwrap().target, shown);
    }
    let nobody = json!({"seller": 77, "target": 1});
    let answer = desk
        .0
        .post(&IdempotencyKey::random(), "targets", &nobody)
        .await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_is_shared_out_by_the_aims() {
    let app = TestApp::start().await;
    let desk = Desk::of(&app, "desk-1").await;
    // Two seats are still the other seller's; all else is nobody's, but for one that is being bought.
    let held = app.hold(&[4]).await;
    assert_eq!(held.seats.len(), 1);
    let back = json!([{"from": 1, "to": null, "seats": [[0, 3], [5, 17]]}]);
    assert_eq!(desk.moves(back).await, Ok(17));
    for (seller, target) in [(SELLER, 7), (OTHER_SELLER, 5)] {
        let body = json!({"seller": seller, "target": target});
        let key = IdempotencyKey::random();
        let answer = desk.0.post(&key, "targets", &body).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
    let key = IdempotencyKey::random();
    let mut filled = Vec::new();
    for _ in 0..2 {
        let answer = desk.0.post(&key, "allocation/fill", &json!({})).await;
        filled.push(answer.json::<AllocationFilled>().await.unwrap());
    }
    assert_eq!(filled[0], filled[1], "sent twice, done once");
    assert_eq!(filled[0].seats, 6 + 3);
    let now = desk.allocation().await;
    assert_eq!(
        (seats_of(&now, SELLER), seats_of(&now, OTHER_SELLER)),
        (7, 5)
    );
    // Nobody lacks any more.
    let refused = desk.0.refused("allocation/fill", &json!({})).await;
    assert_eq!(refused.0, ProblemCode::BadRequest);
    // What it says it did takes it back.
    let back: Vec<Value> = filled[0]
        .moves
        .iter()
        .map(|one| json!({"from": one.to, "to": one.from, "seats": one.seats}))
        .collect();
    assert_eq!(desk.moves(json!(back)).await, Ok(9));
}
