//! What was acknowledged is there after a restart.

use kippu_api::{
    client::{ClientError, IdempotencyKey},
    holds::HoldRequest,
    orders::OrderState,
};
use kippu_ticket::ids::HandoverId;

use crate::app::{EVENT, TestApp, claim, login, new_order, wish};

#[tokio::test(flavor = "multi_thread")]
async fn every_station_of_a_purchase_survives() {
    let mut app = TestApp::start().await;
    let before = app.kiosk().availability(EVENT).await.unwrap().version;
    let key = IdempotencyKey::random();
    let seats = HoldRequest::Seats(vec![0]);
    let hold = app.kiosk().hold(EVENT, &seats, &key).await.unwrap();
    app.minutes_pass(1);
    app.restart().await;
    assert_eq!(
        app.kiosk().hold(EVENT, &seats, &key).await.unwrap().hold,
        hold.hold,
        "the key is remembered"
    );
    assert_eq!(app.free().await, 17);
    assert!(app.kiosk().availability(EVENT).await.unwrap().version > before);

    let order = app
        .kiosk()
        .create_order(&new_order(&hold.hold), &IdempotencyKey::random())
        .await
        .unwrap();
    app.restart().await;
    let session = app
        .client("register-1")
        .login(&login("1", "1111"))
        .await
        .unwrap();
    app.restart().await;
    let clerk = app.client("register-1").with_token(&session.token);
    assert_eq!(clerk.slips().await.unwrap().len(), 1, "still logged in");
    app.pay(&order).await.unwrap();
    app.restart().await;
    let grant = app.grant(&order).await;
    app.restart().await;
    let again = app
        .kiosk()
        .grant(&claim(&order), &wish(HandoverId([1; 16])))
        .await
        .unwrap();
    assert_eq!(again, grant, "the same bytes");
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Granted
    );
    assert_eq!(app.verified_rows().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_away_is_unreachable_and_not_unknown() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = kippu_api::client::Client::new(&url, "token").unwrap();
    assert!(matches!(
        client.events().await.unwrap_err(),
        ClientError::Unreachable(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_is_unknown() {
    use tokio::io::AsyncReadExt as _;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // Reads the request and hangs up without an answer.
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
    });
    let client = kippu_api::client::Client::new(&url, "token").unwrap();
    assert!(matches!(
        client.events().await.unwrap_err(),
        ClientError::Unknown { .. }
    ));
}
