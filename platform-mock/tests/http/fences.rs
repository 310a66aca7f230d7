//! Who may still act on a handover that went on elsewhere, and what late news of former owners change.

use kippu_api::{
    clerk::Reissue,
    client::IdempotencyKey,
    handovers::{
        Purpose,
        ReportedOutcome::{Done, NotDone, Unknown},
    },
    orders::Claim,
    problem::ProblemCode,
    terminals::Resent,
};
use kippu_ticket::ids::{HandoverId, Step};
use platform_center::{restore::backup::backup, tickets::standing::Holder};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, claim, code, wish},
    moves::{MOVE, Mover, OTHER_MOVE, take_over_wish},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_grant_is_worth_nothing_to_another_journal_or_after_a_release() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    let mut reinstalled = wish(grant.handover);
    reinstalled.incarnation = "second".into();
    let refused = app
        .kiosk()
        .grant(&claim(&order), &reinstalled)
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::NotOwner);

    let granted: Vec<_> = grant.tickets.iter().map(crate::moves::on_card).collect();
    let mut first = Mover::at(&app, "kiosk-1", grant.handover, &granted);
    (first.incarnation, first.fence) = ("first".into(), grant.fence);
    (first.giver, first.receiver) = (CARD, None);
    first
        .client
        .release(grant.handover, &first.release_wish())
        .await
        .unwrap();
    let refused = app
        .kiosk()
        .grant(&claim(&order), &wish(grant.handover))
        .await
        .unwrap_err();
    assert_eq!(code(refused), ProblemCode::NotOwner);
    let two = app.client("kiosk-2");
    let taken = two
        .take_over(grant.handover, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    let mut done = crate::purchase::done(&grant);
    assert!(
        !app.kiosk()
            .report(grant.handover, &done)
            .await
            .unwrap()
            .newest
    );
    (done.incarnation, done.fence) = (take_over_wish("kiosk-2").incarnation, taken.fence);
    assert!(two.report(grant.handover, &done).await.unwrap().newest);
    let booked = app.booked(grant.tickets[0].ticket).await.standing;
    assert_eq!((booked.card, booked.rank.hop), (Some(CARD), 1));
}

/// Recall and a report of an older epoch: whatever the old copy's handover says, it is overtaken.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_epoch_is_refused_and_reports_of_it_change_nothing() {
    let app = TestApp::start().await;
    let (grant, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let why = Reissue {
        reason: "card lost".into(),
    };
    let order = grant.claim.order().unwrap();
    let anew = app
        .clerk("1")
        .await
        .reissue(order, &why, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(anew.at_platform.len(), 1);

    assert!(!kiosk.tell(Step::Take, Done).await.unwrap().newest);
    let status = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!(status.reissued, [tickets[0].ticket]);
    for refused in [
        code(kiosk.bind(OTHER_CARD).await.unwrap_err()),
        code(kiosk.park(1).await.unwrap_err()),
        code(
            kiosk
                .client
                .paper(MOVE, &kiosk.paper_wish(5))
                .await
                .unwrap_err(),
        ),
        code(
            kiosk
                .client
                .release(MOVE, &kiosk.release_wish())
                .await
                .unwrap_err(),
        ),
    ] {
        assert_eq!(refused, ProblemCode::Recalled);
    }
    let mut late = Mover::at(&app, "kiosk-1", HandoverId([8; 16]), &tickets);
    let refused = late.register(Purpose::Assignment).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::Recalled);
    let booked = app.booked(tickets[0].ticket).await.standing;
    assert_eq!((booked.holder, booked.rank.epoch), (Holder::Platform, 2));
}

/// Trace 6: an old copy wanders on without network until its hop is higher than that of the one issued anew.
#[tokio::test(flavor = "multi_thread")]
async fn hops_never_overtake_an_epoch() {
    let app = TestApp::start().await;
    let (grant, tickets) = app.sold(&[0]).await;
    let why = Reissue {
        reason: "card lost".into(),
    };
    let order = grant.claim.order().unwrap();
    let clerk = app.clerk("1").await;
    clerk
        .reissue(order, &why, &IdempotencyKey::random())
        .await
        .unwrap();
    let wandered = app.rebound(&tickets[0], OTHER_CARD, 9);
    let mut offline = Mover::at(&app, "kiosk-2", MOVE, std::slice::from_ref(&wandered));
    (offline.giver, offline.receiver) = (OTHER_CARD, Some(CARD));
    for step in [Step::Take, Step::Give] {
        assert!(!offline.tell(step, Done).await.unwrap().newest);
    }
    let booked = app.booked(tickets[0].ticket).await.standing;
    assert_eq!((booked.holder, booked.rank.epoch), (Holder::Platform, 2));
    let again = Mover::at(&app, "kiosk-1", HandoverId([8; 16]), &[wandered]);
    let again = again.bind(CARD).await.unwrap_err();
    assert_eq!(code(again), ProblemCode::Recalled);
    let mut fresh = wish(HandoverId([9; 16]));
    fresh.incarnation = "journal of kiosk-1".into();
    let fresh = app
        .kiosk()
        .grant(&Claim::Order(order.into()), &fresh)
        .await
        .unwrap();
    assert_eq!(fresh.tickets[0].epoch, 2);
}

/// R15: what was let go of and taken over in the lost time is told again by both terminals, in whatever order.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_platform_learns_who_went_on_with_a_released_handover() {
    for second_first in [false, true] {
        let mut app = TestApp::on_file().await;
        let (_, tickets) = app.sold(&[0]).await;
        let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
        let saved = app.data().join("saved.db");
        backup(app.data(), &saved).unwrap();
        // In the time that is lost.
        first.take(Purpose::Assignment).await;
        let release = first.release_wish();
        first.client.release(MOVE, &release).await.unwrap();
        let mut second = Mover::at(&app, "kiosk-2", MOVE, &tickets);
        let taken = second
            .client
            .take_over(MOVE, &take_over_wish("kiosk-2"))
            .await
            .unwrap();
        second.fence = taken.fence;

        let incarnation = app.restore(&saved).await.life.incarnation;
        let told = Resent { incarnation };
        (first.client, second.client) = (app.client("kiosk-1"), app.client("kiosk-2"));
        let third = app.client("kiosk-9");
        third.resent(&told).await.unwrap();
        for turn in [second_first, !second_first] {
            if turn {
                second.tell(Step::Give, NotDone).await.unwrap();
                second.client.resent(&told).await.unwrap();
            } else {
                first.tell(Step::Take, Done).await.unwrap();
                // After somebody else went on it is refused, which is an answer as well.
                let released = first.client.release(MOVE, &release).await;
                assert_eq!(released.is_ok(), !second_first);
                first.client.resent(&told).await.unwrap();
            }
            let wish = take_over_wish("kiosk-9");
            let refused = third.take_over(MOVE, &wish).await.unwrap_err();
            let expected = [ProblemCode::Busy, ProblemCode::NotOwner];
            assert!(expected.contains(&code(refused)), "it is kiosk-2's");
        }
        assert!(second.client.handover(MOVE).await.unwrap().yours);
        assert_eq!(
            code(first.bind(CARD).await.unwrap_err()),
            ProblemCode::NotOwner
        );
        assert_eq!(second.bind(CARD).await.unwrap().tickets[0].hop, 2);
        second.tell(Step::GiveBack, Done).await.unwrap();
        let booked = app.booked(tickets[0].ticket).await.standing;
        assert_eq!(booked.card, Some(CARD));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_that_is_let_go_of_does_not_replace_what_was_let_go_of_before() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let ticket = tickets[0].ticket;
    let mut failed = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    failed.register(Purpose::Assignment).await.unwrap();
    let mut taker = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    taker.register(Purpose::Assignment).await.unwrap();
    let (taken, doubt) = (
        taker.report(Step::Take, Done),
        failed.report(Step::Take, Unknown),
    );

    // Both let go before the platform has heard any report.
    let wish = taker.release_wish();
    taker.client.release(OTHER_MOVE, &wish).await.unwrap();
    let next = app.client("kiosk-1");
    let again = take_over_wish("kiosk-1");
    let taken_over = next.take_over(OTHER_MOVE, &again).await.unwrap();
    let wish = failed.release_wish();
    failed.client.release(MOVE, &wish).await.unwrap();
    assert_eq!(app.booked(ticket).await.standing.handover, Some(OTHER_MOVE));

    assert!(!failed.send(&doubt).await.unwrap().newest);
    assert!(taker.send(&taken).await.unwrap().newest, "it is sure");
    let booked = app.booked(ticket).await.standing;
    assert_eq!(
        (booked.holder, booked.handover),
        (Holder::Terminal, Some(OTHER_MOVE))
    );
    assert!(next.handover(OTHER_MOVE).await.unwrap().yours);
    assert_eq!(
        next.take_over(OTHER_MOVE, &again).await.unwrap(),
        taken_over,
        "the answer was lost: the ticket is not"
    );
    assert!(!failed.tell(Step::Take, NotDone).await.unwrap().newest);
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_former_owner_still_tells_does_not_end_what_another_goes_on_with() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    let late = first.report(Step::Give, NotDone);
    let wish = first.release_wish();
    first.client.release(MOVE, &wish).await.unwrap();
    let next = app.client("kiosk-2");
    let wish = take_over_wish("kiosk-2");
    next.take_over(MOVE, &wish).await.unwrap();
    assert!(!first.send(&late).await.unwrap().newest);
    assert!(next.handover(MOVE).await.unwrap().yours);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_doubt_ends_well_the_one_that_was_let_go_of_remains() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut failed = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    failed.register(Purpose::Assignment).await.unwrap();
    let mut taker = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    taker.register(Purpose::Assignment).await.unwrap();
    failed.tell(Step::Take, Unknown).await.unwrap();
    taker.tell(Step::Take, Unknown).await.unwrap();
    let wish = taker.release_wish();
    taker.client.release(OTHER_MOVE, &wish).await.unwrap();
    let ticket = tickets[0].ticket;
    assert_eq!(app.booked(ticket).await.standing.handover, Some(MOVE));

    assert!(failed.tell(Step::Take, NotDone).await.unwrap().newest);
    let booked = app.booked(ticket).await.standing;
    assert_eq!(
        (booked.holder, booked.handover),
        (Holder::Unknown, Some(OTHER_MOVE)),
        "it is not known to be on its card"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_took_meanwhile_does_not_keep_the_rest_from_being_let_go_of() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut failed = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    failed.register(Purpose::Assignment).await.unwrap();
    let mut taker = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets[..1]);
    taker.take(Purpose::Assignment).await;

    failed.tell(Step::Take, Unknown).await.unwrap();
    let wish = failed.release_wish();
    failed.client.release(MOVE, &wish).await.unwrap();
    let next = app.client("kiosk-2");
    let wish = take_over_wish("kiosk-2");
    next.take_over(MOVE, &wish).await.unwrap();
    let (taken, doubted) = (
        app.booked(tickets[0].ticket).await.standing,
        app.booked(tickets[1].ticket).await.standing,
    );
    assert_eq!(
        (taken.holder, taken.handover),
        (Holder::Terminal, Some(OTHER_MOVE))
    );
    assert_eq!(
        (doubted.holder, doubted.handover),
        (Holder::Unknown, Some(MOVE))
    );
}
