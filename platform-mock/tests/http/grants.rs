//! The right to issue: one terminal, one journal, one card, one handover; reports; issuing anew.

use kippu_api::{
    clerk::Reissue,
    client::IdempotencyKey,
    handovers::ReportedOutcome,
    orders::{ChangeCard, Claim, GrantRequest, OrderState},
    problem::ProblemCode,
};
use kippu_card::capability::Directory;
use kippu_ticket::ids::{HandoverId, OperationId, Step};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, claim, code, wish},
    purchase::{done, report},
};

const FIRST: HandoverId = HandoverId([1; 16]);
const SECOND: HandoverId = HandoverId([2; 16]);
const THIRD: HandoverId = HandoverId([3; 16]);
const FOURTH: HandoverId = HandoverId([4; 16]);

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_same_bytes_and_nobody_else_gets_them() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0, 1]).await;
    let grant = app.grant(&order).await;
    assert_eq!(app.grant(&order).await, grant);
    let other_kiosk = app.client("kiosk-2");
    for (client, request) in [
        (&other_kiosk, wish(FIRST)),
        (&other_kiosk, wish(SECOND)),
        (&app.kiosk(), wish(SECOND)),
        (
            &app.kiosk(),
            GrantRequest {
                incarnation: "second".into(),
                code: None,
                ..wish(FIRST)
            },
        ),
        (
            &app.kiosk(),
            GrantRequest {
                card: OTHER_CARD,
                ..wish(FIRST)
            },
        ),
    ] {
        let refused = client.grant(&claim(&order), &request).await.unwrap_err();
        assert_eq!(code(refused), ProblemCode::NotOwner, "{request:?}");
    }
    assert_eq!(
        code(other_kiosk.report(FIRST, &done(&grant)).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert_eq!(
        code(other_kiosk.handover(FIRST).await.unwrap_err()),
        ProblemCode::NotFound
    );
    assert_eq!(
        code(app.client("kiosk-9").order(&order.order).await.unwrap_err()),
        ProblemCode::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_paid_orders_are_granted_and_only_for_their_card() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let refused = app
        .kiosk()
        .grant(&claim(&order), &wish(FIRST))
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::WrongState);
    app.pay(&order).await.unwrap();
    let other = |handover| GrantRequest {
        card: OTHER_CARD,
        ..wish(handover)
    };
    assert_eq!(
        code(
            app.kiosk()
                .grant(&claim(&order), &other(SECOND))
                .await
                .unwrap_err()
        ),
        ProblemCode::WrongState
    );
    let change = ChangeCard {
        card: OTHER_CARD,
        room: 3,
    };
    let changed = app
        .kiosk()
        .change_card(&order.order, &change, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(changed.card, OTHER_CARD);
    app.kiosk()
        .grant(&claim(&order), &other(THIRD))
        .await
        .unwrap();
    let refused = app
        .kiosk()
        .change_card(&order.order, &change, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::WrongState);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_handover_stays_refused_when_its_request_arrives_late() {
    let mut app = TestApp::start().await;
    let order = app.order(&[0]).await;
    let ask = async |app: &TestApp, terminal: &str, handover| {
        app.client(terminal)
            .grant(&claim(&order), &wish(handover))
            .await
    };
    let refused = ask(&app, "kiosk-1", FIRST).await.unwrap_err();
    app.pay(&order).await.unwrap();
    app.restart().await;
    let late = ask(&app, "kiosk-1", FIRST).await.unwrap_err();
    assert_eq!(
        late.to_string(),
        refused.to_string(),
        "the same refusal, although the order is paid by now"
    );
    assert_eq!(code(late), ProblemCode::WrongState);
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Paid,
        "nothing was granted"
    );
    ask(&app, "kiosk-1", SECOND).await.unwrap();
    let taken = ask(&app, "kiosk-2", THIRD).await.unwrap_err();
    assert_eq!(code(taken), ProblemCode::NotOwner);
    let grant = ask(&app, "kiosk-1", SECOND).await.unwrap();
    app.kiosk()
        .report(SECOND, &report(&grant, ReportedOutcome::LeftAtPlatform, 1))
        .await
        .unwrap();
    let late = ask(&app, "kiosk-2", THIRD).await.unwrap_err();
    assert_eq!(code(late), ProblemCode::NotOwner);
    let nowhere = app
        .kiosk()
        .grant(&Claim::Order("nowhere".into()), &wish(FOURTH))
        .await
        .unwrap_err();
    assert_eq!(code(nowhere), ProblemCode::NotFound);
    assert_eq!(
        code(ask(&app, "kiosk-1", FOURTH).await.unwrap_err()),
        ProblemCode::NotFound
    );
    // Nobody can spoil another terminal's handover by asking for it first.
    ask(&app, "kiosk-2", FOURTH).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_stays_at_the_platform_for_a_later_visit() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0, 1, 2]).await;
    let little = GrantRequest {
        room: 2,
        ..wish(FIRST)
    };
    let grant = app.kiosk().grant(&claim(&order), &little).await.unwrap();
    assert_eq!(
        (grant.tickets.len(), &grant.left_at_platform[..]),
        (2, &order.tickets[2..])
    );
    app.kiosk().report(FIRST, &done(&grant)).await.unwrap();
    let now = app.kiosk().order(&order.order).await.unwrap();
    assert_eq!(
        (now.state, &now.at_platform[..]),
        (OrderState::Paid, &order.tickets[2..])
    );
    let rest = app
        .client("kiosk-2")
        .grant(&claim(&order), &wish(SECOND))
        .await
        .unwrap();
    assert_eq!((rest.fence, rest.tickets[0].ticket), (2, order.tickets[2]));
    let full = GrantRequest {
        room: 0,
        ..wish(THIRD)
    };
    assert_eq!(
        code(app.kiosk().grant(&claim(&order), &full).await.unwrap_err()),
        ProblemCode::NotOwner
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_left_at_the_platform_are_granted_again_with_a_higher_fence_and_hop() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    app.kiosk()
        .report(FIRST, &report(&grant, ReportedOutcome::LeftAtPlatform, 1))
        .await
        .unwrap();
    assert!(!app.kiosk().handover(FIRST).await.unwrap().yours);
    let again = app
        .client("kiosk-2")
        .grant(&claim(&order), &wish(SECOND))
        .await
        .unwrap();
    assert_eq!(
        (again.fence, again.tickets[0].hop, again.tickets[0].epoch),
        (2, 2, 1)
    );
    let late = app
        .kiosk()
        .report(FIRST, &report(&grant, ReportedOutcome::Done, 2))
        .await
        .unwrap();
    assert!(!late.newest, "an older fence changes nothing");
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Granted
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_report_never_replaces_a_newer_one() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    let unknown = report(&grant, ReportedOutcome::Unknown, 5);
    assert!(app.kiosk().report(FIRST, &unknown).await.unwrap().newest);
    assert!(
        !app.kiosk()
            .report(FIRST, &report(&grant, ReportedOutcome::LeftAtPlatform, 4))
            .await
            .unwrap()
            .newest
    );
    assert!(
        app.kiosk().report(FIRST, &unknown).await.unwrap().newest,
        "repeated"
    );
    let now = app.kiosk().order(&order.order).await.unwrap();
    assert_eq!((now.state, now.at_platform.len()), (OrderState::Granted, 0));
    assert!(
        app.kiosk()
            .report(FIRST, &report(&grant, ReportedOutcome::Done, 6))
            .await
            .unwrap()
            .newest
    );
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Issued
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_kiosk_saw_of_the_card_answers_an_open_question() {
    let app = TestApp::start().await;
    let (order, other) = (app.paid_order(&[0]).await, app.paid_order(&[1]).await);
    let grant = app.grant(&order).await;
    let seen = |sequence, ring: &[HandoverId]| {
        let operation = |handover: &HandoverId| OperationId {
            handover: *handover,
            step: Step::Give,
            attempt: 1,
        };
        let directory = Directory {
            sequence,
            ring: ring.iter().map(operation).collect(),
            slots: Vec::new(),
        };
        Some(serde_json::to_value(directory).unwrap())
    };
    let mut unknown = report(&grant, ReportedOutcome::Unknown, 1);
    unknown.before = seen(7, &[]);
    app.kiosk().report(FIRST, &unknown).await.unwrap();
    let status = app.kiosk().handover(FIRST).await.unwrap();
    assert_eq!(
        (status.happened, status.attempt, status.yours),
        (None, Some(1), true)
    );

    let second = app
        .client("kiosk-2")
        .grant(&claim(&other), &wish(SECOND))
        .await
        .unwrap();
    let mut later = done(&second);
    (later.before, later.after) = (seen(8, &[FIRST]), seen(9, &[SECOND, FIRST]));
    app.client("kiosk-2").report(SECOND, &later).await.unwrap();
    assert_eq!(
        app.kiosk().handover(FIRST).await.unwrap().happened,
        Some(true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_card_is_issued_anew_and_the_old_epoch_is_recalled() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0, 1]).await;
    let grant = app.grant(&order).await;
    app.kiosk().report(FIRST, &done(&grant)).await.unwrap();

    let clerk = app.clerk("1").await;
    let why = Reissue {
        reason: "card lost".into(),
    };
    let empty = Reissue { reason: " ".into() };
    assert_eq!(
        code(
            clerk
                .reissue(&order.order, &empty, &IdempotencyKey::random())
                .await
                .unwrap_err()
        ),
        ProblemCode::BadRequest
    );
    let key = IdempotencyKey::random();
    let again = clerk.reissue(&order.order, &why, &key).await.unwrap();
    assert_eq!(
        (again.state, again.at_platform),
        (OrderState::Paid, order.tickets.clone())
    );
    clerk.reissue(&order.order, &why, &key).await.unwrap();

    let status = app.kiosk().handover(FIRST).await.unwrap();
    assert_eq!(
        (status.yours, status.reissued),
        (false, order.tickets.clone())
    );
    let change = ChangeCard {
        card: OTHER_CARD,
        room: 8,
    };
    app.kiosk()
        .change_card(&order.order, &change, &IdempotencyKey::random())
        .await
        .unwrap();
    let fresh = app
        .kiosk()
        .grant(
            &claim(&order),
            &GrantRequest {
                card: OTHER_CARD,
                ..wish(SECOND)
            },
        )
        .await
        .unwrap();
    assert_eq!(
        fresh
            .tickets
            .iter()
            .map(|ticket| ticket.epoch)
            .collect::<Vec<_>>(),
        [2, 2],
        "raised once"
    );
    assert!(
        !app.kiosk()
            .report(FIRST, &report(&grant, ReportedOutcome::Done, 9))
            .await
            .unwrap()
            .newest
    );
    assert_eq!(app.kiosk().card_orders(CARD).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_never_left_is_issued_anew() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let why = Reissue {
        reason: "card lost".into(),
    };
    let refused = app
        .clerk("1")
        .await
        .reissue(&order.order, &why, &IdempotencyKey::random())
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::WrongState);
}
