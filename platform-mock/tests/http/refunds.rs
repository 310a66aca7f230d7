//! Money back: tickets that wait are given up for what the event's rule leaves of their price, and a register pays it out once.

use kippu_api::{
    clerk::Confirm,
    client::{Client, ClientError, IdempotencyKey},
    handovers::{Purpose, TicketOnCard},
    orders::{Claim, OrderState},
    parcels::{FindWaiting, WaitingPlace},
    problem::ProblemCode,
    refunds::{FindRefund, NewRefund, NewSlip, NoRefund, Quote, QuoteRequest, Refund, RefundState},
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId, TicketId},
};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, code},
    moves::{MOVE, Mover, fetch_wish, slip_code},
};

/// What is left of a ticket of the first class after the fee.
pub const LEFT: i64 = 8_800 - 220;

/// Two tickets that wait under [`slip_code`], taken off their card.
pub async fn two_wait(app: &TestApp) -> Vec<TicketOnCard> {
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    kiosk.park(1).await.unwrap();
    tickets
}

pub fn wish(tickets: &[&TicketOnCard], amount: i64) -> NewRefund {
    NewRefund {
        code: slip_code(),
        tickets: tickets.iter().map(|ticket| ticket.ticket).collect(),
        amount,
        currency: "JPY".into(),
    }
}

pub async fn refund(kiosk: &Client, wish: &NewRefund) -> Result<Refund, ClientError> {
    kiosk.refund(wish, &IdempotencyKey::random()).await
}

async fn quote(kiosk: &Client, ticket: TicketId) -> Quote {
    let asked = QuoteRequest {
        tickets: vec![ticket],
    };
    kiosk.quote_refund(&asked).await.unwrap().remove(0)
}

async fn found(clerk: &Client, code: ResumeCode) -> Vec<Refund> {
    clerk.find_refunds(&FindRefund { code }).await.unwrap()
}

fn sum(amount: i64) -> Confirm {
    Confirm {
        amount,
        currency: "JPY".into(),
    }
}

async fn place(app: &TestApp) -> (WaitingPlace, usize) {
    let by_code = FindWaiting {
        code: Some(slip_code()),
        card: None,
    };
    let found = app.kiosk().waiting(&by_code).await.unwrap().remove(0);
    (found.place, found.tickets.len())
}

/// What fetches the tickets of [`two_wait`].
pub async fn claim_on_parcel(app: &TestApp) -> Claim {
    match place(app).await.0 {
        WaitingPlace::Parcel { parcel } => Claim::Parcel(parcel),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_tickets_is_given_up_and_paid_out_once() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    let (kiosk, free) = (app.kiosk(), app.free().await);
    let quoted = quote(&kiosk, tickets[0].ticket).await;
    assert_eq!(
        (quoted.refused, quoted.amount(), quoted.fee),
        (None, LEFT, 220)
    );

    let (wanted, key) = (wish(&[&tickets[0]], LEFT), IdempotencyKey::random());
    let given = kiosk.refund(&wanted, &key).await.unwrap();
    assert_eq!(
        (given.state, given.amount, given.tax, given.items.len()),
        (RefundState::Due, LEFT, LEFT * 1000 / 11_000, 1)
    );
    assert_eq!(given.items[0].seat.price, 8_800);
    assert_eq!(kiosk.refund(&wanted, &key).await.unwrap(), given);
    assert_eq!(
        code(refund(&kiosk, &wanted).await.unwrap_err()),
        ProblemCode::WrongState,
        "once"
    );
    assert_eq!(app.free().await, free + 1, "its seat is on sale again");
    assert_eq!(app.hold(&[0]).await.seats.len(), 1);
    assert!(matches!(
        place(&app).await,
        (WaitingPlace::Parcel { .. }, 1)
    ));
    assert_eq!(
        quote(&kiosk, tickets[0].ticket).await.refused,
        Some(NoRefund::NotSoldHere)
    );

    let clerk = app.clerk("1").await;
    assert_eq!(
        found(&clerk, slip_code()).await,
        std::slice::from_ref(&given)
    );
    assert_eq!(found(&clerk, ResumeCode::of(7)).await, []);
    let pay = |amount, key| {
        let (clerk, refund) = (clerk.clone(), given.refund.clone());
        async move { clerk.pay_out(&refund, &sum(amount), &key).await }
    };
    assert_eq!(
        code(pay(LEFT + 1, IdempotencyKey::random()).await.unwrap_err()),
        ProblemCode::BadRequest
    );
    let key = IdempotencyKey::random();
    let paid = pay(LEFT, key.clone()).await.unwrap();
    assert_eq!(
        (paid.state, paid.paid_out),
        (RefundState::PaidOut, Some(app.now()))
    );
    assert_eq!(pay(LEFT, key).await.unwrap(), paid, "the same answer");
    assert_eq!(
        code(pay(LEFT, IdempotencyKey::random()).await.unwrap_err()),
        ProblemCode::WrongState
    );
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_cannot_be_fetched_and_the_rest_can() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    let claim = claim_on_parcel(&app).await;
    let fetch = |handover| fetch_wish("kiosk-1", HandoverId([handover; 16]), CARD);
    refund(&app.kiosk(), &wish(&[&tickets[0]], LEFT))
        .await
        .unwrap();
    let grant = app.kiosk().grant(&claim, &fetch(0xB0)).await.unwrap();
    assert_eq!(grant.tickets.len(), 1);
    assert_eq!(grant.tickets[0].ticket, tickets[1].ticket);
    assert_eq!(
        code(
            refund(&app.kiosk(), &wish(&[&tickets[1]], LEFT))
                .await
                .unwrap_err()
        ),
        ProblemCode::WrongState,
        "a kiosk is writing it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_tickets_were_all_given_up_is_refunded() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    let both: Vec<_> = tickets.iter().collect();
    refund(&app.kiosk(), &wish(&both, 2 * LEFT)).await.unwrap();
    assert_eq!(place(&app).await, (WaitingPlace::GivenUp, 2));
    let states: Vec<String> = app.behind(|sql| {
        let mut statement = sql.prepare_cached("SELECT state FROM orders").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    });
    assert_eq!(states, ["refunded"]);
    assert_eq!(
        serde_json::to_value(OrderState::Refunded).unwrap(),
        "refunded"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_in_time_at_the_kiosk_is_not_too_late() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    app.minutes_pass(3 * 60);
    assert_eq!(
        quote(&app.kiosk(), tickets[0].ticket).await.refused,
        Some(NoRefund::TooLate)
    );
    refund(&app.kiosk(), &wish(&[&tickets[0]], LEFT))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_up_for_another_sum_code_or_seller() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    let kiosk = app.kiosk();
    let wanted = wish(&[&tickets[0]], LEFT);
    let other_sum = wish(&[&tickets[0]], LEFT + 220);
    let other_code = NewRefund {
        code: ResumeCode::of(7),
        ..wanted.clone()
    };
    let twice = wish(&[&tickets[0], &tickets[0]], 2 * LEFT);
    let euros = NewRefund {
        currency: "EUR".into(),
        ..wanted.clone()
    };
    for (wish, refused) in [
        (other_sum, ProblemCode::WrongState),
        (other_code, ProblemCode::WrongState),
        (twice, ProblemCode::BadRequest),
        (euros, ProblemCode::BadRequest),
        (wish(&[], 0), ProblemCode::BadRequest),
    ] {
        assert_eq!(code(refund(&kiosk, &wish).await.unwrap_err()), refused);
    }
    let elsewhere = app.client("kiosk-9");
    assert_eq!(
        quote(&elsewhere, tickets[0].ticket).await.refused,
        Some(NoRefund::NotSoldHere)
    );
    assert_eq!(
        code(refund(&elsewhere, &wanted).await.unwrap_err()),
        ProblemCode::WrongState
    );
    assert!(matches!(
        place(&app).await,
        (WaitingPlace::Parcel { .. }, 2)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_on_a_card_brings_no_money_before_it_is_taken_off() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    assert_eq!(
        code(
            refund(&app.kiosk(), &wish(&[&tickets[0]], LEFT))
                .await
                .unwrap_err()
        ),
        ProblemCode::WrongState
    );
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    kiosk.bind(OTHER_CARD).await.unwrap();
    assert_eq!(
        code(
            refund(&app.kiosk(), &wish(&[&tickets[0]], LEFT))
                .await
                .unwrap_err()
        ),
        ProblemCode::WrongState,
        "it is in the kiosk"
    );
}

async fn waits_for(app: &TestApp, card: CardUid) -> Vec<(WaitingPlace, usize)> {
    let by_card = FindWaiting {
        code: None,
        card: Some(card),
    };
    let found = app.kiosk().waiting(&by_card).await.unwrap();
    found
        .into_iter()
        .map(|waiting| (waiting.place, waiting.tickets.len()))
        .collect()
}

async fn another_slip(kiosk: &Client, card: CardUid, number: u64) -> Result<Refund, ClientError> {
    let wish = NewSlip {
        handover: MOVE,
        card,
        code: ResumeCode::of(number),
    };
    kiosk
        .new_refund_slip(&wish, &IdempotencyKey::random())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_slip_is_had_again_by_the_card_until_it_is_paid_out() {
    let app = TestApp::start().await;
    let tickets = two_wait(&app).await;
    let (kiosk, clerk) = (app.kiosk(), app.clerk("1").await);
    assert_eq!(
        code(another_slip(&kiosk, CARD, 1).await.unwrap_err()),
        ProblemCode::WrongState,
        "the tickets wait still"
    );
    let both: Vec<_> = tickets.iter().collect();
    let given = refund(&kiosk, &wish(&both, 2 * LEFT)).await.unwrap();
    assert_eq!(waits_for(&app, CARD).await, [(WaitingPlace::GivenUp, 2)]);
    assert_eq!(waits_for(&app, OTHER_CARD).await, []);
    assert_eq!(
        code(another_slip(&kiosk, OTHER_CARD, 1).await.unwrap_err()),
        ProblemCode::WrongState,
        "they came off another card"
    );
    assert_eq!(
        code(
            another_slip(&app.client("kiosk-9"), CARD, 1)
                .await
                .unwrap_err()
        ),
        ProblemCode::WrongState,
        "another seller pays nothing"
    );
    assert_eq!(
        found(&clerk, slip_code()).await,
        std::slice::from_ref(&given)
    );

    for number in [1, 2] {
        assert_eq!(another_slip(&kiosk, CARD, number).await.unwrap(), given);
    }
    assert_eq!(found(&clerk, slip_code()).await, []);
    assert_eq!(found(&clerk, ResumeCode::of(1)).await, []);
    assert_eq!(
        found(&clerk, ResumeCode::of(2)).await,
        std::slice::from_ref(&given)
    );
    clerk
        .pay_out(&given.refund, &sum(2 * LEFT), &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(waits_for(&app, CARD).await, []);
    assert_eq!(
        code(another_slip(&kiosk, CARD, 3).await.unwrap_err()),
        ProblemCode::WrongState
    );
    app.verified_rows().await;
}
