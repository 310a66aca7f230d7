//! Seats that go back: out of sale while an offer waits, moved all or none, decided once.

use kippu_api::{
    allocation::AllocationMove,
    client::IdempotencyKey,
    holds::HoldRequest,
    own::EventSales,
    people::PersonRole,
    problem::{Problem, ProblemCode},
    returns::{OwnStock, ReturnState, SeatReturn, StockRun, StockState},
};
use kippu_ticket::ids::SellerId;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{EVENT, OTHER_SELLER, SELLER, TestApp, code},
    logged_in::LoggedIn,
};

/// Somebody of the seller, somebody of the other seller, and the organizer.
struct Sides {
    seller: LoggedIn,
    other: LoggedIn,
    organizer: LoggedIn,
}

impl Sides {
    async fn of(app: &TestApp) -> Self {
        let own = "/api/v1/seller";
        let desk = "/api/v1/organizer";
        Self {
            seller: LoggedIn::of(app, PersonRole::Seller, "s-1", "one", own).await,
            other: LoggedIn::of(app, PersonRole::Seller, "s-2", "two", own).await,
            organizer: LoggedIn::of(app, PersonRole::Organizer, "o-1", "o", desk).await,
        }
    }

    /// The seller's stock, a letter a seat.
    async fn stock(&self) -> String {
        letters(&self.seller).await
    }

    async fn offer(&self, seats: Value) -> SeatReturn {
        self.seller.done("events/7/returns", &named(seats)).await
    }

    async fn decide(&self, number: i64, decision: Value) -> Result<SeatReturn, ProblemCode> {
        let path = format!("returns/{number}");
        let tried = self.organizer.tries(&path, &decision).await;
        tried.map_err(|(code, _)| code)
    }

    async fn moves(&self) -> Vec<AllocationMove> {
        self.organizer.get("events/7/allocation/moves").await
    }
}

async fn letters(seller: &LoggedIn) -> String {
    let stock: OwnStock = seller.get("events/7/stock").await;
    let letter = |run: &StockRun| match run.state {
        StockState::Other => "-",
        StockState::Free => "f",
        StockState::Held => "h",
        StockState::Offered => "o",
        StockState::Sold => "s",
    };
    let runs = stock.seats.iter();
    runs.map(|run| letter(run).repeat(run.seats as usize))
        .collect()
}

fn named(seats: Value) -> Value {
    json!({"which": {"named": {"seats": seats}}, "note": "Slow in the north"})
}

async fn hold(app: &TestApp, seat: u32) -> Result<(), ProblemCode> {
    let wish = HoldRequest::Seats(vec![seat]);
    let key = IdempotencyKey::random();
    let held = app.kiosk().hold(EVENT, &wish, &key).await;
    held.map(|_| ()).map_err(code)
}

#[tokio::test(flavor = "multi_thread")]
async fn offered_seats_are_not_sold_until_somebody_decides() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    assert_eq!(sides.stock().await, "ffffffffffffffffff--");
    let offered = sides.offer(json!([[0, 2], [9, 9]])).await;
    assert_eq!((offered.count, offered.state), (4, ReturnState::Waiting));
    assert_eq!(offered.note, "Slow in the north");
    assert_eq!(sides.stock().await, "oooffffffoffffffff--");
    assert_eq!(hold(&app, 1).await, Err(ProblemCode::SeatTaken));
    // Neither does the desk move them, nor can they be offered twice.
    let away = json!({"moves": [{"from": 1, "to": 2, "seats": [[0, 0]]}]});
    let refused = sides.organizer.refused("events/7/allocation", &away).await;
    assert_eq!(refused.0, ProblemCode::SeatTaken);
    let again = named(json!([[2, 3]]));
    let (code, words) = sides.seller.refused("events/7/returns", &again).await;
    assert_eq!(code, ProblemCode::SeatTaken);
    assert!(words.starts_with("1 of 2 seats"), "{words}");
    assert_eq!(sides.stock().await, "oooffffffoffffffff--");

    // Withdrawn, they are on sale again, and nothing else has changed.
    let path = format!("returns/{}/withdraw", offered.number);
    let back: SeatReturn = sides.seller.done(&path, &json!(null)).await;
    assert_eq!(back.state, ReturnState::Withdrawn);
    assert_eq!(sides.stock().await, "ffffffffffffffffff--");
    assert_eq!(hold(&app, 1).await, Ok(()));
    assert!(sides.moves().await.iter().all(|one| one.who.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_sold_meanwhile_never_goes_back() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let order = app.order(&[4]).await;
    // Somebody looked before it was ordered, and offers it now.
    for state in ["h", "s"] {
        let refused = sides
            .seller
            .refused("events/7/returns", &named(json!([[3, 5]])))
            .await;
        assert_eq!(refused.0, ProblemCode::SeatTaken);
        assert_eq!(sides.stock().await, format!("ffff{state}fffffffffffff--"));
        if state == "h" {
            app.pay(&order).await.unwrap();
        }
    }
    let returns: Vec<SeatReturn> = sides.seller.get("returns").await;
    assert_eq!(returns, []);
    // All that is unsold goes, and the sold seat stays with its seller.
    let unsold = json!({"which": {"unsold": {"class": null}}});
    let all: SeatReturn = sides.seller.done("events/7/returns", &unsold).await;
    assert_eq!((all.count, all.seats), (17, vec![[0, 3], [5, 17]]));
    sides
        .decide(all.number, json!({"accept": {"to": null}}))
        .await
        .unwrap();
    assert_eq!(sides.stock().await, "----s---------------");
    let sold: EventSales = sides.seller.get("events/7").await;
    assert_eq!((sold.event.counts.seats, sold.event.counts.sold), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_seats_are_nobodys_or_somebody_elses() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let first = sides.offer(json!([[0, 1]])).await;
    let second = sides.offer(json!([[2, 3]])).await;
    let waiting: Vec<SeatReturn> = sides.organizer.get("returns").await;
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[0].seller_name, "Seller One");
    assert!(
        waiting[0].asked_by.is_none(),
        "whose name is the seller's matter"
    );

    let done = sides
        .decide(first.number, json!({"accept": {"to": null}}))
        .await;
    assert_eq!(done.unwrap().state, ReturnState::Accepted);
    let done = sides
        .decide(second.number, json!({"accept": {"to": 2}}))
        .await;
    assert_eq!(done.unwrap().to.as_deref(), Some("Seller Two"));
    assert_eq!(sides.stock().await, "----ffffffffffffff--");
    assert_eq!(letters(&sides.other).await, "--ff--------------ff");
    // The one who had them does not hear who has them now.
    let told: Vec<SeatReturn> = sides.seller.get("returns").await;
    assert!(
        told.iter()
            .all(|one| one.to.is_none() && one.decided_by.is_none())
    );
    let moves = sides.moves().await;
    assert_eq!(moves[0].to.as_deref(), Some("Seller Two"));
    assert_eq!(
        (moves[1].to.as_deref(), &moves[1].seats),
        (None, &vec![[0, 1]])
    );
    assert!(moves[0].who.as_deref().unwrap().contains("o-1"));
    // Nobody's seats are nobody's to sell.
    assert_eq!(hold(&app, 0).await, Err(ProblemCode::SeatTaken));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_decide_one_does() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let offered = sides.offer(json!([[0, 5]])).await;
    let (accept, decline) = (json!({"accept": {"to": 2}}), json!("decline"));
    let (one, two) = tokio::join!(
        sides.decide(offered.number, accept.clone()),
        sides.decide(offered.number, decline.clone())
    );
    let won = one.is_ok();
    assert_ne!(won, two.is_ok());
    let lost = if won { two } else { one };
    assert_eq!(lost.unwrap_err(), ProblemCode::WrongState);
    let now = sides.stock().await;
    let expected = if won {
        "------ffffffffffff--"
    } else {
        "ffffffffffffffffff--"
    };
    assert_eq!(now, expected);
    // Nor does the seller withdraw what was decided.
    let path = format!("returns/{}/withdraw", offered.number);
    let refused = sides.seller.refused(&path, &json!(null)).await;
    assert_eq!(refused.0, ProblemCode::WrongState);
    assert_eq!(sides.stock().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_is_the_sellers_again() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let offered = sides.offer(json!([[0, 5]])).await;
    let done = sides
        .decide(offered.number, json!("decline"))
        .await
        .unwrap();
    assert_eq!(done.state, ReturnState::Declined);
    assert_eq!(hold(&app, 3).await, Ok(()));
    // An answer that cannot be carried out leaves the offer as it is.
    let second = sides.offer(json!([[0, 2]])).await;
    for (to, code) in [(1, ProblemCode::BadRequest), (77, ProblemCode::NotFound)] {
        let refused = sides
            .decide(second.number, json!({"accept": {"to": to}}))
            .await;
        assert_eq!(refused.unwrap_err(), code);
    }
    assert_eq!(sides.stock().await, "ooohffffffffffffff--");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_takes_what_is_unsold_and_nothing_else() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let order = app.order(&[1]).await;
    app.pay(&order).await.unwrap();
    assert_eq!(hold(&app, 2).await, Ok(()));
    sides.offer(json!([[3, 3]])).await;
    let wish = json!({"seller": 1, "class": 0, "note": "Sales are slow"});
    let done: SeatReturn = sides.organizer.done("events/7/call-ins", &wish).await;
    assert_eq!((done.state, done.count), (ReturnState::CalledIn, 7));
    assert_eq!(sides.stock().await, "-sho------ffffffff--");
    let told: Vec<SeatReturn> = sides.seller.get("returns").await;
    assert_eq!(
        (told[1].state, &*told[1].note),
        (ReturnState::CalledIn, "Sales are slow")
    );
    assert_eq!(sides.moves().await[0].from.as_deref(), Some("Seller One"));
    // There is nothing left of that class, and the other seller's seats are not asked for.
    let refused = sides.organizer.refused("events/7/call-ins", &wish).await;
    assert_eq!(refused.0, ProblemCode::BadRequest);
    assert_eq!(letters(&sides.other).await, "------------------ff");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_done_once() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let key = IdempotencyKey::random();
    let body = named(json!([[0, 0]]));
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let answer = sides.seller.post(&key, "events/7/returns", &body).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let offered: SeatReturn = answer.json().await.unwrap();
        numbers.push(offered.number);
    }
    assert_eq!(numbers[0], numbers[1]);
    let key = IdempotencyKey::random();
    let path = format!("returns/{}", numbers[0]);
    for _ in 0..2 {
        let body = json!({"accept": {"to": null}});
        let answer = sides.organizer.post(&key, &path, &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let by_people = sides.moves().await;
    assert_eq!(by_people.iter().filter(|one| one.who.is_some()).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    let sides = Sides::of(&app).await;
    let long = "x".repeat(301);
    for (body, code) in [
        (named(json!([])), ProblemCode::BadRequest),
        (named(json!([[2, 1]])), ProblemCode::BadRequest),
        (
            named(json!([[0, 4_000_000_000_u32]])),
            ProblemCode::SeatTaken,
        ),
        (named(json!([[0, 1], [1, 2]])), ProblemCode::SeatTaken),
        (named(json!([[18, 18]])), ProblemCode::SeatTaken),
        (
            json!({"which": {"unsold": {"class": 9}}}),
            ProblemCode::BadRequest,
        ),
        (
            json!({"which": {"unsold": {"class": 0}}, "note": long}),
            ProblemCode::BadRequest,
        ),
    ] {
        let refused = sides.seller.refused("events/7/returns", &body).await;
        assert_eq!(refused.0, code, "{body}");
        assert_eq!(sides.stock().await, "ffffffffffffffffff--", "{body}");
    }
    assert_eq!((SELLER, OTHER_SELLER), (SellerId(1), SellerId(2)));
    let refused = sides.decide(99, json!("decline")).await;
    assert_eq!(refused.unwrap_err(), ProblemCode::NotFound);
    let problem: Problem = sides.other.get("events/8/stock").await;
    assert_eq!(problem.code, ProblemCode::NotFound);
}
