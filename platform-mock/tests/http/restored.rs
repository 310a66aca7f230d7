//! A platform restored from a backup: a new life that believes nothing of tickets until the terminals have sent their rows again (R15).

use std::{fs, path::PathBuf};

use kippu_api::{
    client::PLATFORM_INCARNATION,
    handovers::{
        Purpose,
        ReportedOutcome::{Done, LeftAtPlatform, NotDone, Unknown},
    },
    operator::{Listed, ReissueWhat, TerminalInView, TerminalWish},
    orders::{Claim, OrderState},
    problem::ProblemCode,
    terminals::Resent,
};
use kippu_gate::bundle::open;
use kippu_ticket::ids::{HandoverId, Step};
use platform_center::{
    app::App,
    restore::backup::{Serving, backup, restore},
    tickets::standing::Holder,
};

use crate::{
    app::{CARD, GATE_KEY, TestApp, claim, code, token, wish},
    moves::{MOVE, Mover, OTHER_MOVE, fetch_wish, on_card, take_over_wish},
    operator::Operator,
    purchase::{done, report},
    refunds::{self, LEFT, claim_on_parcel, refund, two_wait},
};

/// A backup of a serving platform beside its folder.
fn saved(app: &TestApp) -> PathBuf {
    let to = app.data().join("saved.db");
    backup(app.data(), &to).unwrap();
    to
}

async fn resend(app: &TestApp, terminal: &str, incarnation: u32) {
    let told = Resent { incarnation };
    app.client(terminal).resent(&told).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_old_is_given_out_until_every_kiosk_has_resent() {
    let mut app = TestApp::on_file().await;
    let order = app.paid_order(&[0]).await;
    let from = saved(&app);
    let claim = Claim::Order(order.order.clone());
    // In the time that is lost, the tickets go to the card.
    let lost = app.kiosk().grant(&claim, &wish(MOVE)).await.unwrap();
    app.kiosk().report(MOVE, &done(&lost)).await.unwrap();

    let restored = app.restore(&from).await;
    assert_eq!((restored.due, restored.marked), (3, true));
    let life = restored.life.incarnation;
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Paid
    );

    let second = app.client("kiosk-2");
    let mut again = wish(HandoverId([2; 16]));
    again.incarnation = "second".into();
    let refused = second.grant(&claim, &again).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::ResendFirst);
    resend(&app, "kiosk-2", life).await;
    let refused = second.grant(&claim, &again).await.unwrap_err();
    assert_eq!(
        code(refused),
        ProblemCode::Busy,
        "kiosk-1 may know more, and does"
    );

    app.minutes_pass(1);
    // Sales go on, and what was sold since is nobody's secret.
    let fresh = app.paid_order(&[5]).await;
    let mut new = wish(HandoverId([3; 16]));
    new.incarnation = "second".into();
    second
        .grant(&Claim::Order(fresh.order), &new)
        .await
        .unwrap();

    let told = app.kiosk().report(MOVE, &done(&lost)).await.unwrap();
    assert!(told.newest, "reports are taken at once");
    resend(&app, "kiosk-1", life).await;
    let operator = Operator::of(&app).await;
    let owing: Listed<TerminalInView> = operator.get("/terminals").await;
    let names: Vec<_> = owing
        .rows
        .iter()
        .filter(|row| row.resend_due)
        .map(|row| row.name.name.as_str())
        .collect();
    assert_eq!(names, ["kiosk-9"]);
    assert!(
        operator
            .page("/operator/restore", "en")
            .await
            .1
            .contains("Not yet")
    );
    let gone = TerminalWish::WriteOff {
        reason: "closed".into(),
    };
    operator.wish(19, &gone).await;
    let mut last = wish(HandoverId([4; 16]));
    last.incarnation = "second".into();
    let refused = second.grant(&claim, &last).await.unwrap_err();
    assert_eq!(
        code(refused),
        ProblemCode::WrongState,
        "they are on their card"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_at_the_platform_by_a_grant_it_has_forgotten_is_there() {
    let mut app = TestApp::on_file().await;
    let from = saved(&app);
    let order = app.paid_order(&[0]).await;
    let lost = app.kiosk().grant(&claim(&order), &wish(MOVE)).await;
    let lost = lost.unwrap();
    app.restore(&from).await;

    let records: Vec<_> = lost.tickets.iter().map(on_card).collect();
    let steps = [
        (Step::Give, Unknown),
        (Step::Give, NotDone),
        (Step::Park, LeftAtPlatform),
    ];
    for (row, (step, outcome)) in (1..).zip(steps) {
        let mut told = report(&lost, outcome, row);
        told.step = step;
        told.records.clone_from(&records);
        assert!(app.kiosk().report(MOVE, &told).await.unwrap().newest);
    }
    let ticket = lost.tickets[0].ticket;
    assert_eq!(app.booked(ticket).await.standing.holder, Holder::Platform);
    assert!(!app.kiosk().handover(MOVE).await.unwrap().yours);
    let operator = Operator::of(&app).await;
    let look = operator.look(&ReissueWhat::Ticket { ticket }).await;
    assert_eq!(look.tickets.len(), 1, "whoever paid can still be helped");
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_wait_for_the_terminals_own_rows() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0]).await;
    let from = saved(&app);
    let life = app.restore(&from).await.life.incarnation;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    let refused = kiosk.register(Purpose::Parking).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::ResendFirst);
    assert_eq!(
        code(kiosk.bind(CARD).await.unwrap_err()),
        ProblemCode::ResendFirst
    );
    assert_eq!(
        code(kiosk.park(1).await.unwrap_err()),
        ProblemCode::ResendFirst
    );
    let elsewhere = Resent {
        incarnation: life - 1,
    };
    let refused = app.kiosk().resent(&elsewhere).await.unwrap_err();
    assert_eq!(
        code(refused),
        ProblemCode::ResendFirst,
        "that was another life"
    );
    resend(&app, "kiosk-1", life).await;
    kiosk.register(Purpose::Parking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_the_life_and_requests_of_another_are_refused() {
    let app = TestApp::on_file().await;
    let order = app.paid_order(&[0]).await;
    let http = reqwest::Client::new();
    for path in ["/healthz", "/nowhere", "/api/v1/events", "/operator/login"] {
        let answer = http.get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(answer.headers()[PLATFORM_INCARNATION], "1", "{path}");
    }
    let ask = |life: &str, path: String| {
        http.post(format!("{}{path}", app.url))
            .bearer_auth(token("kiosk-1"))
            .header(PLATFORM_INCARNATION, life)
            .json(&wish(MOVE))
            .send()
    };
    let path = format!("/api/v1/orders/{}/grant", order.order);
    let refused = ask("7", path.clone()).await.unwrap();
    let problem: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "resend_first");
    assert_eq!(ask("1", path).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_and_bundles_rise_with_every_life() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0]).await;
    let from = saved(&app);
    let sealed = |bytes: Vec<u8>, app: &TestApp| {
        open(&bytes, &app.keys().issuer.public(), &GATE_KEY, app.now()).unwrap()
    };
    let before = sealed(app.client("gate-1").bundle().await.unwrap(), &app);
    let mut last = 1;
    for _ in 0..2 {
        // The same backup each time: what the life between issued is forgotten, and yet not given again.
        let life = app.restore(&from).await.life.incarnation;
        for kiosk in ["kiosk-1", "kiosk-2", "kiosk-9"] {
            resend(&app, kiosk, life).await;
        }
        let operator = Operator::of(&app).await;
        let what = serde_json::json!({"what": "card", "card": CARD});
        let look: serde_json::Value = operator.post("/reissue/look", &what, "-").await.unwrap();
        let order = serde_json::json!({"what": what, "reason": "lost_card", "words": "lost", "state": look["state"]});
        let _: serde_json::Value = operator.post("/reissue", &order, "k").await.unwrap();
        let epoch = app.booked(tickets[0].ticket).await.standing.rank.epoch;
        assert!(epoch > last, "{epoch} after {last}");
        last = epoch;
        let bundle = sealed(app.client("gate-1").bundle().await.unwrap(), &app);
        assert!(bundle.replaces(&before));
        assert!(bundle.is_recalled(tickets[0].ticket, epoch - 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_of_an_earlier_life_do_not_run_out_before_all_have_resent() {
    let mut app = TestApp::on_file().await;
    let order = app.order(&[0]).await;
    let from = saved(&app);
    let life = app.restore(&from).await.life.incarnation;
    app.minutes_pass(60);
    let state = async |app: &TestApp| app.kiosk().order(&order.order).await.unwrap().state;
    assert_eq!(state(&app).await, OrderState::AwaitingPayment);
    for kiosk in ["kiosk-1", "kiosk-2", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }
    assert_eq!(state(&app).await, OrderState::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_burnt_kiosk_may_have_given_out_is_recalled_before_it_goes_out_again() {
    let mut app = TestApp::on_file().await;
    let (granted, paid_late) = (app.paid_order(&[0]).await, app.order(&[1]).await);
    let from = saved(&app);
    // In the time that is lost one is given out, and the other paid and given out; the kiosk burns before it has told of anything.
    app.pay(&paid_late).await.unwrap();
    let mut lost = Vec::new();
    for (order, handover) in [(&granted, 1), (&paid_late, 2)] {
        let grant = wish(HandoverId([handover; 16]));
        let grant = app.kiosk().grant(&claim(order), &grant).await.unwrap();
        lost.push(grant.tickets[0].clone());
    }
    let life = app.restore(&from).await.life.incarnation;
    let operator = Operator::of(&app).await;
    let burnt = TerminalWish::WriteOff {
        reason: "burnt".into(),
    };
    operator.wish(11, &burnt).await;
    for kiosk in ["kiosk-2", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }

    let what = ReissueWhat::Ticket {
        ticket: lost[0].ticket,
    };
    assert_eq!(operator.look(&what).await.tickets.len(), 1);
    let second = app.client("kiosk-2");
    let mut again = wish(HandoverId([3; 16]));
    again.incarnation = "second".into();
    let again = second.grant(&claim(&granted), &again).await.unwrap();
    // Nobody paid here, so the seat is sold again.
    app.minutes_pass(60);
    let fresh = app.paid_order(&[5]).await;
    assert_eq!(
        second.order(&paid_late.order).await.unwrap().state,
        OrderState::Expired
    );
    for ticket in &lost {
        assert!(
            app.first_good_epoch(ticket.ticket) > on_card(ticket).epoch,
            "no gate lets in what the kiosk gave out"
        );
    }
    assert_eq!(
        app.first_good_epoch(lost[0].ticket),
        on_card(&again.tickets[0]).epoch
    );

    // What was sold since has never been anywhere.
    let mut new = wish(HandoverId([4; 16]));
    new.incarnation = "second".into();
    let new = second.grant(&claim(&fresh), &new).await.unwrap();
    assert_eq!(on_card(&new.tickets[0]).epoch, on_card(&lost[0]).epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_overtakes_its_kiosks_rows_is_heard() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0]).await;
    let from = saved(&app);
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.take(Purpose::Assignment).await;
    let released = first.release_wish();
    first.client.release(MOVE, &released).await.unwrap();

    let life = app.restore(&from).await.life.incarnation;
    let first = app.kiosk();
    first.release(MOVE, &released).await.unwrap();
    for kiosk in ["kiosk-1", "kiosk-2", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }
    let second = app.client("kiosk-2");
    let taken = second.take_over(MOVE, &take_over_wish("kiosk-2")).await;
    assert!(taken.unwrap().fence > released.fence);
}

/// Let go of, taken over by the same kiosk, and let go of again, all in the time that is lost: its rows are of the first ownership, its release of
/// the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_release_is_heard_after_rows_of_the_first_ownership() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0]).await;
    let from = saved(&app);
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.register(Purpose::Assignment).await.unwrap();
    let taken = first.report(Step::Take, Unknown);
    let released = first.release_wish();
    first.client.release(MOVE, &released).await.unwrap();
    let wish = take_over_wish("kiosk-1");
    first.fence = first.client.take_over(MOVE, &wish).await.unwrap().fence;
    let released = first.release_wish();
    first.client.release(MOVE, &released).await.unwrap();

    let life = app.restore(&from).await.life.incarnation;
    first.client = app.kiosk();
    first.send(&taken).await.unwrap();
    first.client.release(MOVE, &released).await.unwrap();
    for kiosk in ["kiosk-1", "kiosk-2", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }
    let second = app.client("kiosk-2");
    let taken = second.take_over(MOVE, &take_over_wish("kiosk-2")).await;
    assert!(taken.unwrap().fence > released.fence);
}

/// The answer to its release was lost, and so was everything the platform knew of it: from what it told of it, it hears who goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_hears_that_another_one_has_what_it_let_go_of_in_the_lost_time() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0]).await;
    let from = saved(&app);
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.register(Purpose::Assignment).await.unwrap();
    let taken = first.report(Step::Take, Done);
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    let mut second = Mover::take_over(&app, "kiosk-2", MOVE, &tickets).await;

    app.restore(&from).await;
    (first.client, second.client) = (app.client("kiosk-1"), app.client("kiosk-2"));
    second.tell(Step::Give, Unknown).await.unwrap();
    assert!(
        first.client.handover(MOVE).await.is_err(),
        "it has told of nothing yet"
    );
    first.send(&taken).await.unwrap();
    let status = first.client.handover(MOVE).await.unwrap();
    assert!(!status.yours && status.fence == second.fence);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_former_owner_ended_by_itself_is_told_after_the_next_ones_rows() {
    let mut app = TestApp::on_file().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let from = saved(&app);
    let mut first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first.register(Purpose::Paper).await.unwrap();
    let taken = first.report(Step::Take, Done);
    // One comes out, the other goes on at another kiosk, which gives it to a card.
    first.tickets.truncate(1);
    let mut printed = first.report(Step::Print, Done);
    printed.serial = Some(9);
    first.tickets = tickets[1..].to_vec();
    let released = first.release_wish();
    first.client.release(MOVE, &released).await.unwrap();
    let mut second = Mover::take_over(&app, "kiosk-2", MOVE, &tickets[1..]).await;

    app.restore(&from).await;
    (first.client, second.client) = (app.client("kiosk-1"), app.client("kiosk-2"));
    second.tell(Step::Give, Done).await.unwrap();
    first.send(&taken).await.unwrap();
    assert!(first.send(&printed).await.unwrap().newest);
    first.client.release(MOVE, &released).await.unwrap_err();
    let holders = [app.holder(&tickets[0]).await, app.holder(&tickets[1]).await];
    assert_eq!(holders, [Holder::Paper, Holder::Card]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_cannot_be_right_changes_nothing() {
    let mut app = TestApp::on_file().await;
    let order = app.paid_order(&[0]).await;
    let from = saved(&app);
    assert!(backup(app.data(), &from).is_err(), "it exists already");
    let now = app.now();

    let serving = Serving::begin(app.data()).unwrap();
    let refused = restore(app.data(), &from, 0, now).unwrap_err();
    assert!(refused.to_string().contains("is serving"), "{refused}");
    drop(serving);

    let bytes = fs::read(&from).unwrap();
    let bad = app.data().join("bad.db");
    for content in [&b"not a database"[..], &bytes[..bytes.len() / 2]] {
        fs::write(&bad, content).unwrap();
        assert!(restore(app.data(), &bad, 0, now).is_err());
    }
    let key = app.data().join("keys/issuer.key");
    fs::rename(&key, key.with_extension("away")).unwrap();
    assert!(restore(app.data(), &from, 0, now).is_err());
    fs::rename(key.with_extension("away"), &key).unwrap();

    app.restart().await;
    assert_eq!(
        app.kiosk().order(&order.order).await.unwrap().state,
        OrderState::Paid
    );

    app.restore(&from).await;
    let folder = tempfile::tempdir().unwrap();
    let mark = "high-water.toml";
    fs::copy(app.data().join(mark), folder.path().join(mark)).unwrap();
    fs::copy(&from, folder.path().join("platform.db")).unwrap();
    let old = App::open(folder.path(), app.clock.clone()).err().unwrap();
    assert!(format!("{old:#}").contains("earlier life"), "{old:#}");
}

/// Put down before the backup, fetched in the time that is lost: on a card, and the restored platform believes it waits.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_fetched_in_the_lost_time_brings_no_money() {
    let mut app = TestApp::on_file().await;
    let tickets = two_wait(&app).await;
    let from = saved(&app);
    let parcel = claim_on_parcel(&app).await;
    let fetched = fetch_wish("kiosk-2", OTHER_MOVE, CARD);
    let second = app.client("kiosk-2");
    let lost = second.grant(&parcel, &fetched).await.unwrap();

    let life = app.restore(&from).await.life.incarnation;
    let wanted = refunds::wish(&[&tickets[0]], LEFT);
    let kiosk = app.kiosk();
    let refused = async || code(refund(&kiosk, &wanted).await.unwrap_err());
    assert_eq!(refused().await, ProblemCode::ResendFirst);
    resend(&app, "kiosk-1", life).await;
    assert_eq!(refused().await, ProblemCode::Busy, "kiosk-2 knows more");
    let mut told = done(&lost);
    told.incarnation.clone_from(&fetched.incarnation);
    let second = app.client("kiosk-2");
    second.report(OTHER_MOVE, &told).await.unwrap();
    for kiosk in ["kiosk-2", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }
    assert_eq!(refused().await, ProblemCode::WrongState, "it is on a card");
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_burnt_kiosk_may_have_fetched_is_recalled_before_it_brings_money() {
    let mut app = TestApp::on_file().await;
    let tickets = two_wait(&app).await;
    let from = saved(&app);
    let parcel = claim_on_parcel(&app).await;
    let fetched = fetch_wish("kiosk-2", OTHER_MOVE, CARD);
    let burnt = app.client("kiosk-2");
    let lost = burnt.grant(&parcel, &fetched).await.unwrap();

    let life = app.restore(&from).await.life.incarnation;
    let gone = TerminalWish::WriteOff {
        reason: "burnt".into(),
    };
    Operator::of(&app).await.wish(12, &gone).await;
    for kiosk in ["kiosk-1", "kiosk-9"] {
        resend(&app, kiosk, life).await;
    }
    let wanted = refunds::wish(&[&tickets[0]], LEFT);
    refund(&app.kiosk(), &wanted).await.unwrap();
    assert!(
        app.first_good_epoch(tickets[0].ticket) > on_card(&lost.tickets[0]).epoch,
        "no gate lets in what the kiosk gave out"
    );
    app.verified_rows().await;
}
