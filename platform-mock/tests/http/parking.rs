//! Tickets wait at the platform: parked, found by code or card, fetched once; and refusals that stay.

use kippu_api::{
    handovers::{
        Purpose,
        ReportedOutcome::{Done, LeftAtPlatform, NotDone, Unknown},
    },
    orders::{Claim, GrantRequest, OrderState},
    parcels::{FindWaiting, Waiting, WaitingPlace},
    problem::ProblemCode,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId, Step},
};
use platform_center::tickets::standing::Holder;

use crate::{
    app::{CARD, OTHER_CARD, TestApp, code},
    moves::{MOVE, Mover, OTHER_MOVE, fetch_wish, slip_code},
    purchase::report,
};

const STRANGER: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);
const FETCH: HandoverId = HandoverId([0xB0; 16]);
const FETCH_AGAIN: HandoverId = HandoverId([0xB1; 16]);

fn by_code(code: ResumeCode) -> FindWaiting {
    FindWaiting {
        code: Some(code),
        card: None,
    }
}

fn by_card(card: CardUid) -> FindWaiting {
    FindWaiting {
        code: None,
        card: Some(card),
    }
}

async fn waiting(app: &TestApp, terminal: &str, what: &FindWaiting) -> Vec<Waiting> {
    app.client(terminal).waiting(what).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_tickets_are_found_by_code_and_by_both_cards_and_fetched_once() {
    let mut app = TestApp::start().await;
    let (grant, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    kiosk.bind(OTHER_CARD).await.unwrap();
    let parcel = kiosk.park(1).await.unwrap();
    assert_eq!(app.holder(&tickets[0]).await, Holder::Platform);
    app.restart().await;
    let mut again = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    again.fence = kiosk.fence;
    assert_eq!(again.park(1).await.unwrap(), parcel, "the same answer");
    assert_eq!(
        code(again.park(2).await.unwrap_err()),
        ProblemCode::NotOwner,
        "they are the platform's"
    );

    for what in [by_code(slip_code()), by_card(CARD), by_card(OTHER_CARD)] {
        let found = waiting(&app, "kiosk-9", &what).await;
        assert_eq!(found.len(), 1, "{what:?}");
        assert_eq!(
            found[0].place,
            WaitingPlace::Parcel {
                parcel: parcel.clone()
            }
        );
        assert_eq!(
            (found[0].tickets.len(), found[0].event_name.as_str()),
            (2, "Play")
        );
    }
    assert_eq!(waiting(&app, "kiosk-9", &by_card(STRANGER)).await, []);

    let claim = Claim::Parcel(parcel.clone());
    let kiosk_9 = app.client("kiosk-9");
    let wish = GrantRequest {
        room: 1,
        ..fetch_wish("kiosk-9", FETCH, OTHER_CARD)
    };
    let fetched = kiosk_9.grant(&claim, &wish).await.unwrap();
    assert_eq!(kiosk_9.grant(&claim, &wish).await.unwrap(), fetched);
    assert_eq!(
        (
            fetched.tickets.len(),
            fetched.left_at_platform.len(),
            fetched.tickets[0].epoch
        ),
        (1, 1, 1)
    );
    assert_eq!(
        fetched.tickets[0].hop, 3,
        "above the record that was bound before it was parked"
    );
    assert_eq!(
        (fetched.claim.clone(), fetched.events[0].name.as_str()),
        (claim.clone(), "Play")
    );
    let elsewhere = app
        .kiosk()
        .grant(&claim, &fetch_wish("kiosk-1", FETCH, OTHER_CARD))
        .await;
    assert_eq!(code(elsewhere.unwrap_err()), ProblemCode::NotOwner);
    let mut written = report(&fetched, Done, 1);
    written.incarnation = wish.incarnation.clone();
    assert!(kiosk_9.report(FETCH, &written).await.unwrap().newest);
    let booked = app.booked(fetched.tickets[0].ticket).await;
    assert_eq!(booked.standing.card, Some(OTHER_CARD));

    // The rest, with the code, by a card nobody named.
    let mut by_bearer = fetch_wish("kiosk-1", FETCH_AGAIN, STRANGER);
    by_bearer.code = Some(slip_code());
    let rest = app.kiosk().grant(&claim, &by_bearer).await.unwrap();
    assert_eq!(rest.tickets[0].ticket, fetched.left_at_platform[0]);
    let under_way = waiting(&app, "kiosk-9", &by_code(slip_code())).await;
    assert_eq!(
        under_way[0].place,
        WaitingPlace::Terminal {
            name: "kiosk-1".into(),
            store: Some("Corner store".into())
        }
    );
    let mut written = report(&rest, Done, 1);
    written.incarnation = by_bearer.incarnation.clone();
    let reused = app.kiosk().report(FETCH_AGAIN, &written).await.unwrap_err();
    assert_eq!(
        code(reused),
        ProblemCode::BadRequest,
        "row 1 was the taking"
    );
    let mut written = report(&rest, Done, 9);
    written.incarnation = by_bearer.incarnation.clone();
    app.kiosk().report(FETCH_AGAIN, &written).await.unwrap();

    let third = HandoverId([0xB2; 16]);
    for _ in 0..2 {
        let late = kiosk_9
            .grant(&claim, &fetch_wish("kiosk-9", third, CARD))
            .await
            .unwrap_err();
        assert!(late.to_string().contains("fetched already"), "{late}");
        assert_eq!(code(late), ProblemCode::WrongState);
    }
    let used = waiting(&app, "kiosk-9", &by_code(slip_code())).await;
    assert_eq!(used[0].place, WaitingPlace::Fetched);
    assert_eq!(waiting(&app, "kiosk-9", &by_card(CARD)).await, []);
    let order = grant.claim.order().unwrap();
    assert_eq!(
        app.kiosk().order(order).await.unwrap().state,
        OrderState::Issued
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_needs_the_right_code_and_no_card_takes_what_it_has_no_room_for() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    let claim = Claim::Parcel(kiosk.park(1).await.unwrap());
    let ask = async |handover: u8, change: &dyn Fn(&mut GrantRequest)| {
        let mut wish = fetch_wish("kiosk-2", HandoverId([handover; 16]), STRANGER);
        change(&mut wish);
        app.client("kiosk-2").grant(&claim, &wish).await
    };
    let wrong = ResumeCode::of(1);
    assert_eq!(
        code(ask(1, &|_| {}).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    let mistyped = ask(2, &|wish| wish.code = Some(wrong)).await.unwrap_err();
    assert_eq!(code(mistyped), ProblemCode::NotOwner);
    let refused = ask(2, &|wish| wish.code = Some(slip_code()))
        .await
        .unwrap_err();
    assert_eq!(
        code(refused),
        ProblemCode::NotOwner,
        "this handover is refused for good"
    );
    let full = ask(3, &|wish| (wish.card, wish.room) = (CARD, 0))
        .await
        .unwrap_err();
    assert_eq!(code(full), ProblemCode::CardTooFull);
    let nowhere = Claim::Parcel("x".into());
    let nowhere = app
        .kiosk()
        .grant(&nowhere, &fetch_wish("kiosk-1", FETCH, CARD))
        .await;
    assert_eq!(code(nowhere.unwrap_err()), ProblemCode::NotFound);

    let fetched = ask(4, &|wish| wish.code = Some(slip_code())).await.unwrap();
    let mut left = report(&fetched, LeftAtPlatform, 1);
    left.incarnation = "journal of kiosk-2".into();
    let handover = fetched.handover;
    assert!(
        app.client("kiosk-2")
            .report(handover, &left)
            .await
            .unwrap()
            .newest
    );
    assert!(
        !app.client("kiosk-2")
            .handover(handover)
            .await
            .unwrap()
            .yours
    );
    let again = ask(5, &|wish| wish.card = CARD).await.unwrap();
    assert!(again.fence > fetched.fence);
    assert_eq!(again.tickets[0].hop, fetched.tickets[0].hop + 1);
    let mut late = report(&fetched, Done, 2);
    late.incarnation = "journal of kiosk-2".into();
    assert!(
        !app.client("kiosk-2")
            .report(handover, &late)
            .await
            .unwrap()
            .newest
    );
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_down_at_each_terminal() {
    let app = TestApp::start().await;
    for guess in 0..5 {
        assert_eq!(
            waiting(&app, "kiosk-1", &by_code(ResumeCode::of(guess))).await,
            []
        );
    }
    let shut = app
        .kiosk()
        .waiting(&by_code(slip_code()))
        .await
        .unwrap_err();
    assert_eq!(code(shut), ProblemCode::TooMany);
    assert_eq!(waiting(&app, "kiosk-1", &by_card(CARD)).await, []);
    assert_eq!(waiting(&app, "kiosk-2", &by_code(slip_code())).await, []);
    app.minutes_pass(6);
    assert_eq!(waiting(&app, "kiosk-1", &by_code(slip_code())).await, []);
    let both = FindWaiting {
        code: Some(slip_code()),
        card: Some(CARD),
    };
    assert_eq!(
        code(app.kiosk().waiting(&both).await.unwrap_err()),
        ProblemCode::BadRequest
    );
}

/// Trace 7: the terminal gave the tickets back, and then the message that parks them arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_park_that_comes_too_late_is_refused_and_stays_refused() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    kiosk.tell(Step::GiveBack, Done).await.unwrap();
    let late = kiosk.park(1).await.unwrap_err();
    let words = late.to_string();
    assert_eq!(code(late), ProblemCode::NotOwner);
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );

    // The same ticket is taken again by another handover; the old message still finds its refusal.
    let back = kiosk.bind(CARD).await;
    assert!(back.is_err(), "nothing is in its hands");
    let refused = kiosk.park(1).await.unwrap_err();
    assert_eq!(refused.to_string(), words);
    assert_eq!(waiting(&app, "kiosk-2", &by_code(slip_code())).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_that_were_under_way_do_not_take_tickets_out_of_a_parcel() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let late = [
        kiosk.report(Step::Take, Done),
        kiosk.report(Step::Give, Unknown),
        kiosk.report(Step::Give, NotDone),
    ];
    kiosk.park(1).await.unwrap();
    for report in late {
        kiosk.send(&report).await.unwrap();
        assert_eq!(app.holder(&tickets[0]).await, Holder::Platform);
    }
    assert!(kiosk.tell(Step::Park, Done).await.unwrap().newest);
    assert_eq!(app.holder(&tickets[0]).await, Holder::Platform);
    assert_eq!(waiting(&app, "kiosk-2", &by_card(CARD)).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_nobody_registered_is_parked_as_well() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    let mut stranger = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    kiosk.park(1).await.unwrap();
    assert_eq!(
        code(stranger.park(1).await.unwrap_err()),
        ProblemCode::NotOwner,
        "the platform has the ticket of that life already"
    );
    assert_eq!(
        code(stranger.register(Purpose::Assignment).await.unwrap_err()),
        ProblemCode::WrongState
    );
    assert_eq!(app.holder(&tickets[0]).await, Holder::Platform);
}
