//! A terminal lets go of a handover and another one goes on with it (R6).

use kippu_api::{
    handovers::{
        Purpose,
        ReportedOutcome::{Done, Unknown},
        TakeOverRequest,
    },
    parcels::{FindWaiting, WaitingPlace},
    problem::ProblemCode,
};
use kippu_card::capability::Directory;
use kippu_ticket::{
    code::ResumeCode,
    ids::{HandoverId, Step},
};
use platform_center::tickets::standing::Holder;

use crate::{
    app::{CARD, OTHER_CARD, TestApp, code},
    moves::{MOVE, Mover, slip_code, take_over_wish},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_released_handover_goes_on_elsewhere_with_a_higher_fence() {
    let mut app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    let mut second = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    let early = second
        .client
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await;
    assert_eq!(
        code(early.unwrap_err()),
        ProblemCode::NotOwner,
        "not let go of yet"
    );
    let still = second
        .client
        .waiting(&FindWaiting {
            code: None,
            card: Some(CARD),
        })
        .await
        .unwrap();
    assert!(
        matches!(&still[0].place, WaitingPlace::Terminal { name, .. } if name == "kiosk-1"),
        "{still:?}"
    );
    let here = first
        .client
        .waiting(&FindWaiting {
            code: None,
            card: Some(CARD),
        })
        .await
        .unwrap();
    assert_eq!(here[0].place, WaitingPlace::Here);

    let released = first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    assert_eq!(
        first
            .client
            .release(MOVE, &first.release_wish())
            .await
            .unwrap(),
        released
    );
    app.restart().await;
    (first.client, second.client) = (app.client("kiosk-1"), app.client("kiosk-2"));
    for what in [
        FindWaiting {
            code: Some(slip_code()),
            card: None,
        },
        FindWaiting {
            code: None,
            card: Some(OTHER_CARD),
        },
    ] {
        let found = second.client.waiting(&what).await.unwrap();
        let place = WaitingPlace::Released {
            unknown: false,
            card: None,
        };
        assert_eq!((found.len(), &found[0].place), (1, &place));
    }
    assert_eq!(
        code(first.bind(OTHER_CARD).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert!(!first.client.handover(MOVE).await.unwrap().yours);

    let taken = second
        .client
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    assert!(taken.fence > first.fence);
    assert_eq!(
        (taken.row_version, &taken.row),
        (2, &first.release_wish().row)
    );
    let again = second
        .client
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    assert_eq!(again, taken);
    // Had the answer not reached it, it would find the handover as before, and nobody else would.
    let by_card = FindWaiting {
        code: None,
        card: Some(CARD),
    };
    let found = second.client.waiting(&by_card).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(matches!(found[0].place, WaitingPlace::Released { .. }));
    let found = first.client.waiting(&by_card).await.unwrap();
    assert!(matches!(found[0].place, WaitingPlace::Terminal { .. }));
    let other_journal = TakeOverRequest {
        incarnation: "reinstalled".into(),
        ..take_over_wish("kiosk-2")
    };
    let refused = second
        .client
        .take_over(MOVE, &other_journal)
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::NotOwner);

    second.fence = taken.fence;
    assert_eq!(second.bind(OTHER_CARD).await.unwrap().tickets[0].hop, 2);
    // Everything the first one still says is refused or changes nothing (traces 3 and 9).
    assert_eq!(
        code(first.bind(CARD).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert_eq!(
        code(first.park(1).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert_eq!(
        first
            .client
            .release(MOVE, &first.release_wish())
            .await
            .unwrap(),
        released
    );
    assert!(!first.tell(Step::Give, Done).await.unwrap().newest);
    let status = first.client.handover(MOVE).await.unwrap();
    assert_eq!((status.yours, status.fence), (false, taken.fence));
    assert!(second.client.handover(MOVE).await.unwrap().yours);
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);

    assert!(second.tell(Step::Give, Done).await.unwrap().newest);
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(OTHER_CARD)
    );
    assert_eq!(
        first
            .client
            .release(MOVE, &first.release_wish())
            .await
            .unwrap(),
        released
    );
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(OTHER_CARD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_kiosks_at_once_one_goes_on() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    let (two, nine) = (app.client("kiosk-2"), app.client("kiosk-9"));
    let (wish_2, wish_9) = (take_over_wish("kiosk-2"), take_over_wish("kiosk-9"));
    let both = tokio::join!(two.take_over(MOVE, &wish_2), nine.take_over(MOVE, &wish_9));
    let loser = match both {
        (Ok(_), Err(loser)) | (Err(loser), Ok(_)) => loser,
        other => panic!("one of them wins: {other:?}"),
    };
    assert_eq!(code(loser), ProblemCode::NotOwner);
    let found = app
        .kiosk()
        .waiting(&FindWaiting {
            code: None,
            card: Some(CARD),
        })
        .await
        .unwrap();
    assert!(
        matches!(found[0].place, WaitingPlace::Terminal { .. }),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_wanders_on_and_comes_back_to_its_first_terminal() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    // One was given before the rest was let go of, and its report comes late.
    let mut given = first.report(Step::Give, Done);
    given.tickets.truncate(1);
    given.records.truncate(1);
    let mut rest = first.release_wish();
    rest.tickets.remove(0);
    first.client.release(MOVE, &rest).await.unwrap();

    let mut second = Mover::at(&app, "kiosk-2", MOVE, &tickets[1..]);
    let taken = second
        .client
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    second.fence = taken.fence;
    assert!(
        first.send(&given).await.unwrap().newest,
        "that one was not let go of"
    );
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(OTHER_CARD)
    );
    second
        .client
        .release(MOVE, &second.release_wish())
        .await
        .unwrap();
    let by_card = TakeOverRequest {
        code: None,
        card: Some(CARD),
        ..take_over_wish("kiosk-1")
    };
    let back = first.client.take_over(MOVE, &by_card).await.unwrap();
    assert!(back.fence > taken.fence);
    assert!(!second.tell(Step::GiveBack, Done).await.unwrap().newest);
    first.fence = back.fence;
    first.tickets.remove(0);
    assert!(first.tell(Step::GiveBack, Done).await.unwrap().newest);
    assert_eq!(
        app.booked(tickets[1].ticket).await.standing.card,
        Some(CARD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_only_its_card_can_answer_is_told_with_the_card() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    let mut doubt = first.report(Step::Give, Unknown);
    let directory = Directory {
        sequence: 3,
        ring: Vec::new(),
        slots: Vec::new(),
    };
    doubt.before = Some(serde_json::to_value(directory).unwrap());
    first.send(&doubt).await.unwrap();
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    let by_code = FindWaiting {
        code: Some(slip_code()),
        card: None,
    };
    let found = app.client("kiosk-2").waiting(&by_code).await.unwrap();
    let place = WaitingPlace::Released {
        unknown: true,
        card: Some(OTHER_CARD),
    };
    assert_eq!(found[0].place, place);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_and_other_cards_take_nothing_over() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    let two = app.client("kiosk-2");
    let wrong = TakeOverRequest {
        code: Some(ResumeCode::of(1)),
        ..take_over_wish("kiosk-2")
    };
    let neither = TakeOverRequest {
        code: None,
        ..wrong.clone()
    };
    for refused in [&wrong, &neither] {
        let refused = two.take_over(MOVE, refused).await.unwrap_err();
        assert_eq!(code(refused), ProblemCode::Forbidden);
    }
    for _ in 0..4 {
        two.take_over(MOVE, &wrong).await.unwrap_err();
    }
    let shut = two
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await
        .unwrap_err();
    assert_eq!(code(shut), ProblemCode::TooMany);
    let nine = app.client("kiosk-9");
    nine.take_over(MOVE, &take_over_wish("kiosk-9"))
        .await
        .unwrap();
    let nowhere = nine
        .take_over(HandoverId([7; 16]), &take_over_wish("kiosk-9"))
        .await;
    assert_eq!(code(nowhere.unwrap_err()), ProblemCode::NotOwner);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_that_was_taken_offline_can_be_let_go_of() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    let late = first.report(Step::Take, Done);
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    assert_eq!(
        app.holder(&tickets[0]).await,
        Holder::Unknown,
        "only the card can say"
    );
    assert!(first.send(&late).await.unwrap().newest, "it has said it");
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);
    let mut second = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    let taken = second
        .client
        .take_over(MOVE, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    second.fence = taken.fence;
    second.tell(Step::GiveBack, Done).await.unwrap();
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );
}
