//! How many tickets of an event one buyer may have: with all sellers, at all terminals and on all nodes together.

use kippu_api::{
    clerk::ConfirmOutcome,
    client::{Client, ClientError, IdempotencyKey},
    holds::HoldRequest,
    orders::{Buyer, ChangeCard, NewOrder, Order},
    problem::{LimitFacts, LimitOf, ProblemCode},
};
use kippu_ticket::ids::CardUid;
use platform_center::sales::limits::PurchaseLimits;
use tokio::task::JoinSet;

use crate::app::{CARD, EVENT, OTHER_CARD, TestApp, code, new_order, token};

/// Buys seats, up to the slip.
async fn buy(
    kiosk: &Client,
    seats: &[u32],
    card: CardUid,
    buyer: Buyer,
) -> Result<Order, ClientError> {
    let wish = HoldRequest::Seats(seats.to_vec());
    let hold = kiosk
        .hold(EVENT, &wish, &IdempotencyKey::random())
        .await
        .unwrap();
    let new = NewOrder {
        card,
        buyer,
        ..new_order(&hold.hold)
    };
    let order = kiosk.create_order(&new, &IdempotencyKey::random()).await;
    if order.is_err() {
        kiosk.release_hold(&hold.hold).await.unwrap();
    }
    order
}

fn person(name: &str) -> Buyer {
    Buyer {
        person: Some(name.into()),
        payment: None,
    }
}

fn payment(name: &str) -> Buyer {
    Buyer {
        person: None,
        payment: Some(name.into()),
    }
}

fn limit(refused: Result<Order, ClientError>) -> LimitFacts {
    let refused = refused.unwrap_err();
    let problem = refused.problem().unwrap();
    assert_eq!(problem.code, ProblemCode::LimitReached);
    let limit = problem.limit.unwrap();
    let said = problem.detail.as_deref().unwrap();
    for number in [limit.most, limit.left] {
        assert!(said.contains(&number.to_string()), "{number} in {said}");
    }
    limit
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_gets_no_more_than_its_limit_from_all_sellers_together() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_card: Some(3),
        ..PurchaseLimits::default()
    })
    .await;
    let (kiosk, other) = (app.kiosk(), app.client("kiosk-9"));
    let anybody = Buyer::default;
    let first = buy(&kiosk, &[0, 1], CARD, anybody()).await.unwrap();
    let refused = limit(buy(&kiosk, &[2, 3], CARD, anybody()).await);
    assert_eq!(
        refused,
        LimitFacts {
            of: LimitOf::Card,
            most: 3,
            left: 1
        }
    );
    buy(&other, &[18], CARD, anybody()).await.unwrap();
    assert_eq!(limit(buy(&kiosk, &[2], CARD, anybody()).await).left, 0);
    buy(&kiosk, &[2], OTHER_CARD, anybody()).await.unwrap();

    kiosk
        .cancel_order(&first.order, &IdempotencyKey::random())
        .await
        .unwrap();
    buy(&kiosk, &[0, 1], CARD, anybody()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_means_of_payment_have_limits_of_their_own() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_card: None,
        per_person: Some(2),
        per_payment: Some(3),
    })
    .await;
    let (kiosk, other) = (app.kiosk(), app.client("kiosk-9"));
    buy(&kiosk, &[0, 1], CARD, person("ann")).await.unwrap();
    let refused = limit(buy(&other, &[18], OTHER_CARD, person(" ann ")).await);
    assert_eq!((refused.of, refused.left), (LimitOf::Person, 0));
    // Somebody nobody knows is known by the card.
    buy(&kiosk, &[2, 3], CARD, Buyer::default()).await.unwrap();
    assert_eq!(
        limit(buy(&kiosk, &[4], CARD, Buyer::default()).await).of,
        LimitOf::Person
    );
    buy(&kiosk, &[4, 5], CardUid([9; 7]), payment("visa 1"))
        .await
        .unwrap();
    let refused = limit(buy(&kiosk, &[6, 7], CardUid([8; 7]), payment("visa 1")).await);
    assert_eq!(
        (refused.of, refused.most, refused.left),
        (LimitOf::Payment, 3, 1)
    );
    let kept: i64 = app.behind(|sql| {
        let text = "SELECT count(*) FROM purchases WHERE who LIKE '%ann%' OR who LIKE '%visa%'";
        sql.query_row(text, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(kept, 0, "names are kept as hashes only");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_card_takes_an_order_only_within_its_own_limit() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_card: Some(2),
        ..PurchaseLimits::default()
    })
    .await;
    let kiosk = app.kiosk();
    buy(&kiosk, &[0, 1], OTHER_CARD, Buyer::default())
        .await
        .unwrap();
    let order = buy(&kiosk, &[2], CARD, Buyer::default()).await.unwrap();
    let change = |card| ChangeCard { card, room: 8 };
    let refused = kiosk
        .change_card(&order.order, &change(OTHER_CARD), &IdempotencyKey::random())
        .await;
    assert_eq!(limit(refused).left, 0);
    let third = CardUid([3; 7]);
    kiosk
        .change_card(&order.order, &change(third), &IdempotencyKey::random())
        .await
        .unwrap();
    // The card that gave the order away may buy again, the one that took it over may buy one more.
    buy(&kiosk, &[3, 4], CARD, Buyer::default()).await.unwrap();
    assert_eq!(
        limit(buy(&kiosk, &[5, 6], third, Buyer::default()).await).left,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_slip_beyond_the_limit_is_paid_back() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_card: Some(2),
        ..PurchaseLimits::default()
    })
    .await;
    let kiosk = app.kiosk();
    let late = buy(&kiosk, &[0], CARD, Buyer::default()).await.unwrap();
    app.minutes_pass(31);
    buy(&kiosk, &[1, 2], CARD, Buyer::default()).await.unwrap();
    let paid = app.pay(&late).await.unwrap();
    assert_eq!(paid.outcome, ConfirmOutcome::Refunded);
}

/// Everybody at once with one card, half of them at another node where there can be one.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_with_one_card_gets_exactly_the_limit() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_card: Some(3),
        ..PurchaseLimits::default()
    })
    .await;
    let second = if std::env::var("KIPPU_TEST_POSTGRES").is_ok() {
        app.node().await
    } else {
        app.url.clone()
    };
    let mut crowd = JoinSet::new();
    for seat in 0..16 {
        let url = if seat % 2 == 0 { &app.url } else { &second };
        let kiosk = Client::new(url, &token("kiosk-1")).unwrap();
        crowd.spawn(async move { buy(&kiosk, &[seat], CARD, Buyer::default()).await });
    }
    let (bought, refused): (Vec<_>, Vec<_>) =
        crowd.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(bought.len(), 3);
    for refused in refused.into_iter().filter_map(Result::err) {
        assert_eq!(code(refused), ProblemCode::LimitReached);
    }
}
