//! Slips: paid in time, too late, twice, with the wrong sum, by the wrong clerk; PINs.

use kippu_api::{
    clerk::{Confirm, ConfirmOutcome},
    client::IdempotencyKey,
    orders::OrderState,
    problem::ProblemCode,
};

use crate::app::{TestApp, code, login};

#[tokio::test(flavor = "multi_thread")]
async fn a_late_slip_is_honoured_while_its_seats_are_free() {
    let app = TestApp::start().await;
    let order = app.order(&[0, 1]).await;
    assert_eq!(order.pay_until - order.now, 30 * 60 * 1_000_000);
    app.minutes_pass(30);
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Expired
    );
    assert_eq!(app.free().await, 18);
    let paid = app.pay(&order).await.unwrap();
    assert_eq!(
        (paid.outcome, paid.order.state, paid.order.late),
        (ConfirmOutcome::PaidLate, OrderState::Paid, true)
    );
    assert_eq!(app.free().await, 16);
    assert_eq!(app.grant(&order).await.tickets.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_slip_is_refunded_when_one_of_its_seats_is_gone() {
    let app = TestApp::start().await;
    let order = app.order(&[0, 1]).await;
    app.minutes_pass(30);
    app.hold(&[1]).await;
    let paid = app.pay(&order).await.unwrap();
    assert_eq!(
        (paid.outcome, paid.order.state),
        (ConfirmOutcome::Refunded, OrderState::Refunded)
    );
    assert_eq!(app.free().await, 17, "the other seat stays free");
    assert_eq!(
        code(app.pay(&order).await.unwrap_err()),
        ProblemCode::SlipNotPayable
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clerks_at_once_are_one_payment() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let sum = Confirm {
        amount: order.total,
        currency: "JPY".into(),
    };
    let (one, two) = (app.clerk("1").await, app.clerk("2").await);
    let (first, second) = (IdempotencyKey::random(), IdempotencyKey::random());
    let (a, b) = tokio::join!(
        one.confirm_slip(&order.slip, &sum, &first),
        two.confirm_slip(&order.slip, &sum, &second)
    );
    let (paid, refused) = match (a, b) {
        (Ok(paid), Err(refused)) | (Err(refused), Ok(paid)) => (paid, refused),
        other => panic!("{other:?}"),
    };
    assert_eq!(paid.outcome, ConfirmOutcome::Paid);
    assert_eq!(code(refused), ProblemCode::WrongState);
    let payments: i64 = app.behind(|sql| {
        sql.query_row("SELECT count(*) FROM payments", [], |row| row.get(0))
            .unwrap()
    });
    assert_eq!(payments, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_confirmation_is_the_same_payment() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let sum = Confirm {
        amount: order.total,
        currency: "JPY".into(),
    };
    let (clerk, key) = (app.clerk("1").await, IdempotencyKey::random());
    let first = clerk.confirm_slip(&order.slip, &sum, &key).await.unwrap();
    assert_eq!(
        clerk.confirm_slip(&order.slip, &sum, &key).await.unwrap(),
        first
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_sum_or_number_books_nothing() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let clerk = app.clerk("1").await;
    let less = Confirm {
        amount: order.total - 1,
        currency: "JPY".into(),
    };
    let refused = clerk
        .confirm_slip(&order.slip, &less, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::BadRequest);
    assert_eq!(
        code(clerk.clerk_slip("11-1-0").await.unwrap_err()),
        ProblemCode::NotFound
    );
    assert_eq!(
        clerk.clerk_slip(&order.slip).await.unwrap().state,
        OrderState::AwaitingPayment
    );
    assert_eq!(clerk.slips().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_slip_takes_no_money() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let cancelled = app
        .kiosk()
        .cancel_order(&order.order, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(cancelled.state, OrderState::Cancelled);
    assert_eq!(app.free().await, 18);
    assert_eq!(
        code(app.pay(&order).await.unwrap_err()),
        ProblemCode::SlipNotPayable
    );
    let paid = app.paid_order(&[1]).await;
    let refused = app
        .kiosk()
        .cancel_order(&paid.order, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::WrongState);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_slowed_down_and_sessions_end() {
    let app = TestApp::start().await;
    let register = app.client("register-1");
    assert_eq!(
        code(
            app.client("register-9")
                .login(&login("1", "1111"))
                .await
                .unwrap_err()
        ),
        ProblemCode::Unauthenticated
    );
    assert_eq!(
        code(register.login(&login("7", "1111")).await.unwrap_err()),
        ProblemCode::Unauthenticated
    );
    for _ in 0..5 {
        assert_eq!(
            code(register.login(&login("2", "0000")).await.unwrap_err()),
            ProblemCode::Unauthenticated
        );
    }
    assert_eq!(
        code(register.login(&login("2", "2222")).await.unwrap_err()),
        ProblemCode::TooMany
    );
    app.minutes_pass(5);
    let clerk = app.clerk("2").await;
    clerk.slips().await.unwrap();
    clerk.logout().await.unwrap();
    assert_eq!(
        code(clerk.slips().await.unwrap_err()),
        ProblemCode::Unauthenticated
    );
    let clerk = app.clerk("2").await;
    app.minutes_pass(600);
    assert_eq!(
        code(clerk.slips().await.unwrap_err()),
        ProblemCode::Unauthenticated
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_no_database_can_keep_is_refused() {
    let app = TestApp::start().await;
    let mut wrong = login("1", "1111");
    wrong.store.push('\0');
    let refused = app.client("register-1").login(&wrong).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::BadRequest);
}
