//! A store's till: what it has to hold, what is still under way, and closing it.

use kippu_api::{
    client::IdempotencyKey,
    handovers::Purpose,
    problem::ProblemCode,
    refunds::{FindRefund, NewRefund},
    till::{CloseTill, Till, Turnover},
};

use crate::{
    app::{TestApp, code},
    moves::{MOVE, Mover, slip_code},
};

fn turnover(count: u32, amount: i64) -> Turnover {
    Turnover { count, amount }
}

async fn till(app: &TestApp) -> Till {
    let mut tills = app.clerk("1").await.tills().await.unwrap();
    assert_eq!(tills.len(), 1);
    tills.remove(0)
}

fn count(expected: i64, counted: i64) -> CloseTill {
    CloseTill {
        currency: "JPY".into(),
        expected,
        counted,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_and_paid_out_is_in_the_till_until_it_is_closed() {
    let app = TestApp::start().await;
    let clerk = app.clerk("1").await;
    assert_eq!(clerk.tills().await.unwrap(), []);

    // Paid and fetched, paid and not fetched, not paid, and too late with the seat gone.
    let (_, tickets) = app.sold(&[0]).await;
    let waits = app.paid_order(&[1]).await;
    let late = app.order(&[2]).await;
    app.minutes_pass(31);
    app.hold(&[2]).await;
    app.pay(&late).await.unwrap();
    let unpaid = app.order(&[3]).await;
    let now = till(&app).await;
    assert_eq!((now.since, now.expected), (None, 17_600));
    assert_eq!(now.taken, turnover(2, 17_600));
    assert_eq!(now.handed_back, turnover(1, 8_800));
    assert_eq!(now.open.unpaid, [unpaid.slip.as_str()]);
    assert_eq!(now.open.not_fetched, [waits.slip.as_str()]);

    // Money goes out again.
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    assert_eq!(till(&app).await.open.handovers, 1);
    kiosk.park(1).await.unwrap();
    let wish = NewRefund {
        code: slip_code(),
        tickets: vec![tickets[0].ticket],
        amount: 8_580,
        currency: "JPY".into(),
    };
    let key = IdempotencyKey::random();
    let due = app.kiosk().refund(&wish, &key).await.unwrap();
    let now = till(&app).await;
    assert_eq!(now.open.refunds_due, turnover(1, 8_580));
    assert_eq!((now.expected, now.open.handovers), (17_600, 0));
    let found = FindRefund { code: slip_code() };
    assert_eq!(clerk.find_refunds(&found).await.unwrap().len(), 1);
    let sum = kippu_api::clerk::Confirm {
        amount: 8_580,
        currency: "JPY".into(),
    };
    let key = IdempotencyKey::random();
    clerk.pay_out(&due.refund, &sum, &key).await.unwrap();
    let now = till(&app).await;
    assert_eq!((now.expected, now.paid_out), (9_020, turnover(1, 8_580)));
    assert_eq!(now.open.refunds_due, turnover(0, 0));
    assert_eq!(now.clerks.len(), 1);

    // Counted wrong, and closed with the difference written down; the next shift begins with nothing.
    let key = IdempotencyKey::random();
    let refused = clerk.close_till(&count(17_600, 17_600), &key).await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::WrongState);
    let closed = clerk.close_till(&count(9_020, 8_720), &key).await.unwrap();
    assert_eq!(closed.difference(), -300);
    let again = clerk.close_till(&count(9_020, 8_720), &key).await.unwrap();
    assert_eq!(again, closed, "the same answer");
    let next = till(&app).await;
    assert_eq!(
        (next.since, next.expected, next.taken, next.paid_out),
        (Some(closed.at), 0, turnover(0, 0), turnover(0, 0))
    );
    app.pay(&unpaid).await.unwrap();
    assert_eq!(till(&app).await.expected, 8_800);
    let notes: Vec<String> = app.behind(|sql| {
        let mut statement = sql
            .prepare_cached("SELECT note FROM audit WHERE what = 'till_closed'")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    });
    assert_eq!(notes, ["9020 JPY, counted 8720, difference -300"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_currency_the_store_never_took_is_not_closed() {
    let app = TestApp::start().await;
    let clerk = app.clerk("1").await;
    app.paid_order(&[0]).await;
    for currency in ["EUR", "", "\0"] {
        let wish = CloseTill {
            currency: currency.into(),
            ..count(0, 0)
        };
        let refused = clerk.close_till(&wish, &IdempotencyKey::random()).await;
        assert_eq!(code(refused.unwrap_err()), ProblemCode::BadRequest);
    }
    assert_eq!(till(&app).await.expected, 8_800);
}
