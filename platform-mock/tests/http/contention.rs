//! No seat is sold twice, whoever asks at the same moment.

use kippu_api::{
    client::{ClientError, IdempotencyKey},
    holds::{Hold, HoldRequest},
    problem::ProblemCode,
};
use tokio::task::JoinSet;

use crate::app::{EVENT, TestApp, code};

async fn rush(app: &TestApp, wish: HoldRequest) -> Vec<Result<Hold, ClientError>> {
    let mut clients = JoinSet::new();
    for _ in 0..10 {
        let (kiosk, wish) = (app.kiosk(), wish.clone());
        clients.spawn(async move { kiosk.hold(EVENT, &wish, &IdempotencyKey::random()).await });
    }
    clients.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_clients_after_the_last_seat_and_one_gets_it() {
    let app = TestApp::with_seats(1).await;
    let results = rush(&app, HoldRequest::Seats(vec![0])).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter_map(Result::err) {
        assert_eq!(code(refused), ProblemCode::SeatTaken);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_clients_after_the_best_seat_of_one() {
    let app = TestApp::with_seats(1).await;
    let results = rush(
        &app,
        HoldRequest::Best {
            class: 0,
            quantity: 1,
        },
    )
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter_map(Result::err) {
        assert_eq!(code(refused), ProblemCode::NoSeatsTogether);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_clients_after_the_best_seats_of_ten_all_get_another_one() {
    let app = TestApp::with_seats(10).await;
    let results = rush(
        &app,
        HoldRequest::Best {
            class: 0,
            quantity: 1,
        },
    )
    .await;
    let mut seats: Vec<u32> = results
        .into_iter()
        .map(|result| result.unwrap().seats[0].seat)
        .collect();
    seats.sort_unstable();
    assert_eq!(seats, (0..10).collect::<Vec<_>>());
}
