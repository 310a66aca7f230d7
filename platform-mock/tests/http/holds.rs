//! Holds end by themselves, can be given more time a few times, and can be given back.

use kippu_api::{client::IdempotencyKey, holds::HoldRequest, problem::ProblemCode};
use platform_center::sales::rules::{HOLD_MICROS, JITTER_MICROS};

use crate::app::{EVENT, TestApp, code, new_order};

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_at_its_stated_time() {
    let app = TestApp::start().await;
    let hold = app.hold(&[0, 1]).await;
    let lasts = hold.expires - hold.now;
    assert!(
        (HOLD_MICROS..HOLD_MICROS + JITTER_MICROS).contains(&lasts),
        "{lasts}"
    );
    app.minutes_pass(9);
    assert_eq!(app.free().await, 16);
    app.minutes_pass(2);
    assert_eq!(app.free().await, 18);
    let refused = app
        .kiosk()
        .create_order(&new_order(&hold.hold), &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::HoldExpired);
    app.hold(&[0, 1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_hold_does_not_stop_the_next_customer_even_if_nobody_looked() {
    let app = TestApp::start().await;
    app.hold(&[5]).await;
    app.minutes_pass(11);
    app.hold(&[5]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_extended_twice_and_not_more() {
    let app = TestApp::start().await;
    let hold = app.hold(&[0]).await;
    for _ in 0..2 {
        app.minutes_pass(9);
        let extended = app
            .kiosk()
            .extend_hold(&hold.hold, &IdempotencyKey::random())
            .await
            .unwrap();
        let lasts = extended.expires - app.now();
        assert!(
            (HOLD_MICROS..HOLD_MICROS + JITTER_MICROS).contains(&lasts),
            "{lasts}"
        );
    }
    let refused = app
        .kiosk()
        .extend_hold(&hold.hold, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::LimitReached);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_extension_counts_once() {
    let app = TestApp::start().await;
    let hold = app.hold(&[0]).await;
    let key = IdempotencyKey::random();
    let first = app.kiosk().extend_hold(&hold.hold, &key).await.unwrap();
    app.minutes_pass(1);
    assert_eq!(
        app.kiosk()
            .extend_hold(&hold.hold, &key)
            .await
            .unwrap()
            .expires,
        first.expires
    );
    app.kiosk()
        .extend_hold(&hold.hold, &IdempotencyKey::random())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_given_back_is_free_at_once_and_giving_back_again_is_harmless() {
    let app = TestApp::start().await;
    let hold = app.hold(&[0, 1]).await;
    app.client("kiosk-2")
        .release_hold(&hold.hold)
        .await
        .unwrap();
    assert_eq!(app.free().await, 16, "another terminal cannot give it back");
    app.kiosk().release_hold(&hold.hold).await.unwrap();
    app.kiosk().release_hold(&hold.hold).await.unwrap();
    assert_eq!(app.free().await, 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_seats_are_held_or_none() {
    let app = TestApp::start().await;
    app.hold(&[1]).await;
    let refused = app
        .kiosk()
        .hold(
            EVENT,
            &HoldRequest::Seats(vec![0, 1]),
            &IdempotencyKey::random(),
        )
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::SeatTaken);
    assert_eq!(app.free().await, 17);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_wishes_are_refused() {
    let app = TestApp::start().await;
    for (seats, expected) in [
        (vec![], ProblemCode::BadRequest),
        (vec![0, 0], ProblemCode::BadRequest),
        (vec![20], ProblemCode::BadRequest),
        (vec![0, 1, 2, 3, 4], ProblemCode::LimitReached),
    ] {
        let refused = app
            .kiosk()
            .hold(EVENT, &HoldRequest::Seats(seats), &IdempotencyKey::random())
            .await
            .unwrap_err();
        assert_eq!(code(refused), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_request() {
    let app = TestApp::start().await;
    let key = IdempotencyKey::random();
    let wish = HoldRequest::Seats(vec![0]);
    let first = app.kiosk().hold(EVENT, &wish, &key).await.unwrap();
    assert_eq!(
        app.kiosk().hold(EVENT, &wish, &key).await.unwrap().hold,
        first.hold
    );
    let refused = app
        .kiosk()
        .hold(EVENT, &HoldRequest::Seats(vec![1]), &key)
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::KeyReused);
    app.client("kiosk-2")
        .hold(EVENT, &HoldRequest::Seats(vec![1]), &key)
        .await
        .unwrap();
}
