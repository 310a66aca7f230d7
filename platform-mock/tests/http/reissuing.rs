//! Issuing anew by operators: looked at first, done once, and where the new tickets wait.

use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    operator::{ReissueOrder, ReissueReason, ReissueWhat, Reissued},
    orders::Claim,
    problem::ProblemCode,
};
use kippu_card::capability::Directory;
use kippu_ticket::ids::{CardUid, HandoverId, OperationId, Step};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, wish},
    moves::{MOVE, Mover, OTHER_MOVE, fetch_wish},
    operator::Operator,
    purchase::report,
};

const THIRD_CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 8]);

/// Taken without network after it was issued anew, let go of before anything was reported, and taken over: only the release tells of it.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_a_handover_over_hears_which_tickets_were_issued_anew_before() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let what = ReissueWhat::Ticket {
        ticket: tickets[0].ticket,
    };
    operator
        .reissue(what, ReissueReason::LostCard, "a")
        .await
        .unwrap();
    let first = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    first
        .client
        .release(MOVE, &first.release_wish())
        .await
        .unwrap();
    let mut second = Mover::take_over(&app, "kiosk-2", MOVE, &tickets).await;
    let status = second.client.handover(MOVE).await.unwrap();
    assert_eq!(
        (status.yours, status.reissued),
        (true, vec![tickets[0].ticket])
    );
    second.tickets.remove(0);
    second.bind(OTHER_CARD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_cards_tickets_wait_with_their_order_or_under_a_fresh_code() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (grant, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets[..1]);
    kiosk.take(Purpose::Assignment).await;
    kiosk.tell(Step::Give, ReportedOutcome::Done).await.unwrap();

    let own = ReissueWhat::Card { card: CARD };
    let look = operator.look(&own).await;
    assert_eq!(look.tickets.len(), 1, "only what is believed to be there");
    assert_eq!(
        app.booked(tickets[1].ticket).await.standing.rank.epoch,
        1,
        "looking changes nothing"
    );
    let done = operator
        .reissue(own.clone(), ReissueReason::LostCard, "a")
        .await
        .unwrap();
    let order = grant.claim.order().unwrap().to_owned();
    assert_eq!((done.orders, done.parcels.len()), (vec![order], 0));
    assert_eq!(done.tickets[0].epoch, 2);

    let given = ReissueWhat::Card { card: OTHER_CARD };
    let done = operator
        .reissue(given.clone(), ReissueReason::LostCard, "b")
        .await
        .unwrap();
    let parcel = &done.parcels[0];
    let mut fetch = fetch_wish("kiosk-2", OTHER_MOVE, THIRD_CARD);
    let kiosk = app.client("kiosk-2");
    let claim = Claim::Parcel(parcel.parcel.clone());
    let refused = kiosk.grant(&claim, &fetch).await.unwrap_err();
    assert!(
        refused.problem().is_some(),
        "nobody fetches it without the code"
    );
    fetch.handover = HandoverId([0xA2; 16]);
    fetch.code = parcel.code;
    let fetched = kiosk.grant(&claim, &fetch).await.unwrap();
    assert_eq!(
        (fetched.tickets[0].ticket, fetched.tickets[0].epoch),
        (tickets[0].ticket, 2)
    );

    let empty = operator.reissue(given, ReissueReason::LostCard, "c").await;
    assert_eq!(empty.err(), Some(ProblemCode::WrongState));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_re_issue_is_one_and_shows_no_code_again() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    let what = ReissueWhat::Handover { handover: MOVE };
    let order = ReissueOrder {
        state: operator.look(&what).await.state,
        what,
        reason: ReissueReason::DestroyedTerminal,
        words: "burnt".into(),
    };
    let first: Reissued = operator.post("/reissue", &order, "k").await.unwrap();
    let again: Reissued = operator.post("/reissue", &order, "k").await.unwrap();
    assert!(first.parcels[0].code.is_some() && again.parcels[0].code.is_none());
    assert_eq!(first.parcels[0].parcel, again.parcels[0].parcel);
    assert_eq!(app.booked(tickets[0].ticket).await.standing.rank.epoch, 2);

    let stale: Result<Reissued, _> = operator.post("/reissue", &order, "l").await;
    assert_eq!(
        stale.err(),
        Some(ProblemCode::WrongState),
        "something has changed"
    );
    let status = app.kiosk().handover(MOVE).await.unwrap();
    assert_eq!(
        (status.yours, status.reissued),
        (false, vec![tickets[0].ticket])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_the_platform_can_answer_is_not_cut_short() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let order = app.paid_order(&[0, 1]).await;
    let grant = app.grant(&order).await;
    let own = OperationId {
        handover: grant.handover,
        step: Step::Give,
        attempt: 1,
    };
    let directory = |sequence, ring: Vec<OperationId>| {
        let seen = Directory {
            sequence,
            ring,
            slots: Vec::new(),
        };
        Some(serde_json::to_value(seen).unwrap())
    };
    let mut unknown = report(&grant, ReportedOutcome::Unknown, 1);
    unknown.before = directory(4, vec![]);
    app.kiosk().report(grant.handover, &unknown).await.unwrap();
    let what = ReissueWhat::Handover {
        handover: grant.handover,
    };
    assert!(operator.look(&what).await.answerable.is_empty());

    // Another kiosk sees the card later and reports what its directory says.
    let later = app.paid_order(&[2]).await;
    let mut wish = wish(OTHER_MOVE);
    wish.incarnation = "journal of kiosk-2".into();
    let other = app.client("kiosk-2");
    let later = other
        .grant(&Claim::Order(later.order), &wish)
        .await
        .unwrap();
    let mut seen = report(&later, ReportedOutcome::Done, 1);
    seen.incarnation = wish.incarnation;
    seen.before = directory(5, vec![own]);
    other.report(OTHER_MOVE, &seen).await.unwrap();

    let look = operator.look(&what).await;
    assert_eq!(look.answerable[0].handover, grant.handover);
    let refused = operator
        .reissue(what, ReissueReason::NobodyAnswers, "k")
        .await;
    assert_eq!(refused.err(), Some(ProblemCode::WrongState));
}

#[tokio::test(flavor = "multi_thread")]
async fn issuing_anew_by_form_shows_the_code_once() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    let (_, page) = operator
        .page(&format!("/operator/reissue?handover={MOVE}"), "en")
        .await;
    let hidden = |name: &str| {
        let (_, rest) = page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let body = format!(
        "form={}&key={}&state={}&what={}&which={}&reason=destroyed_terminal&words=burnt",
        operator.form_token().await,
        hidden("key"),
        hidden("state"),
        hidden("what"),
        hidden("which")
    );
    let without_reason = body.replace("destroyed_terminal", "");
    let refused = operator.form("/operator/reissue", without_reason).await;
    assert_eq!(refused.status(), 400);
    let first = operator.form("/operator/reissue", body.clone()).await;
    assert_eq!(first.status(), 200);
    assert!(first.text().await.unwrap().contains("class=\"code\""));
    let again = operator
        .form("/operator/reissue", body)
        .await
        .text()
        .await
        .unwrap();
    assert!(again.contains("is not kept") && !again.contains("class=\"code\""));
}
