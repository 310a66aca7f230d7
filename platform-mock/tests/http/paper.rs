//! Tickets become paper: serials, prints that did not come out, and what the gates are told.

use kippu_api::{
    handovers::{
        Purpose,
        ReportedOutcome::{Done, NotDone, PaperVoid, Unknown},
    },
    orders::OrderState,
    parcels::PassageKind,
    problem::ProblemCode,
};
use kippu_ticket::{ids::Step, paper::PaperTicket};
use platform_center::{
    handovers::storage::HandoverStorage as _, journal::storage::JournalStorage as _,
    tickets::standing::Holder,
};

use crate::{
    app::{CARD, EVENT, TestApp, code},
    moves::{MOVE, Mover, OTHER_MOVE},
};

/// Serials use all 64 bits.
const FIRST: u64 = u64::MAX - 1;
const SECOND: u64 = 7;

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_bound_to_its_serial_and_the_ticket_is_that_paper() {
    let app = TestApp::start().await;
    let (grant, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    kiosk.receiver = None;
    kiosk.take(Purpose::Paper).await;
    let answer = kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(FIRST))
        .await
        .unwrap();
    let again = kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(FIRST))
        .await
        .unwrap();
    assert_eq!(again, answer);
    let paper = PaperTicket::from_bytes(&hex::decode(&answer.record).unwrap()).unwrap();
    app.keys().binding(EVENT).verify_paper(&paper).unwrap();
    paper.signed.verify(&app.keys().issuer.public()).unwrap();
    assert_eq!((paper.serial, paper.hop, paper.terminal.0), (FIRST, 2, 12));

    kiosk.tell_paper(Unknown, FIRST).await.unwrap();
    assert_eq!(app.holder(&tickets[0]).await, Holder::Unknown);
    kiosk.tell_paper(Done, FIRST).await.unwrap();
    let booked = app.booked(tickets[0].ticket).await.standing;
    assert_eq!((booked.holder, booked.serial), (Holder::Paper, Some(FIRST)));
    assert_eq!(app.storage().void_serials(EVENT).await, Ok(vec![]));
    let order = app
        .kiosk()
        .order(grant.claim.order().unwrap())
        .await
        .unwrap();
    assert_eq!(order.state, OrderState::Issued);
    let life = app.storage().life_of(tickets[0].ticket).await.unwrap();
    let last: serde_json::Value = serde_json::from_str(life.last().unwrap()).unwrap();
    assert_eq!(
        (
            last["kind"].as_str(),
            last["serial"].as_u64(),
            last["seller"].as_u64()
        ),
        (Some("printed"), Some(FIRST), Some(1)),
        "the seller's history of conversions"
    );
    let history = app.kiosk().card_history(CARD).await.unwrap();
    assert_eq!(history[0].what, PassageKind::Printed);
}

/// R16: what did not come out is void for good, and the next print has another number.
#[tokio::test(flavor = "multi_thread")]
async fn a_print_that_did_not_come_out_is_void_however_late_anybody_says_the_opposite() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Paper).await;
    kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(FIRST))
        .await
        .unwrap();
    let mut printed = kiosk.report(Step::Print, Done);
    printed.serial = Some(FIRST);
    kiosk.tell_paper(PaperVoid, FIRST).await.unwrap();
    assert_eq!(app.storage().void_serials(EVENT).await, Ok(vec![FIRST]));
    assert!(
        !kiosk.send(&printed).await.unwrap().newest,
        "an earlier row"
    );
    assert!(
        !kiosk.tell_paper(Done, FIRST).await.unwrap().newest,
        "the paper is void"
    );
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);
    assert_eq!(app.storage().void_serials(EVENT).await, Ok(vec![FIRST]));

    let used = kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(FIRST))
        .await
        .unwrap_err();
    assert_eq!(code(used), ProblemCode::WrongState);
    kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(SECOND))
        .await
        .unwrap();
    assert!(kiosk.tell_paper(Done, SECOND).await.unwrap().newest);
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.serial,
        Some(SECOND)
    );

    // A clerk says later that it was not usable after all: the ticket is back in the terminal, the paper void.
    kiosk.tell_paper(PaperVoid, SECOND).await.unwrap();
    assert!(kiosk.client.handover(MOVE).await.unwrap().yours);
    kiosk.tell(Step::GiveBack, Done).await.unwrap();
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );
    let mut void = app.storage().void_serials(EVENT).await.unwrap();
    void.sort_unstable();
    assert_eq!(void, [SECOND, FIRST]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_belongs_to_one_print() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut one = Mover::at(&app, "kiosk-1", MOVE, &tickets[..1]);
    let mut two = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets[1..]);
    one.take(Purpose::Paper).await;
    two.take(Purpose::Paper).await;
    one.client
        .paper(MOVE, &one.paper_wish(FIRST))
        .await
        .unwrap();
    let taken = two
        .client
        .paper(OTHER_MOVE, &two.paper_wish(FIRST))
        .await
        .unwrap_err();
    assert_eq!(code(taken), ProblemCode::BadRequest);
    // Certain that nothing came out: that number is used up too.
    one.tell_paper(NotDone, FIRST).await.unwrap();
    assert_eq!(app.storage().void_serials(EVENT).await, Ok(vec![FIRST]));
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_printed_offline_are_known_from_their_reports() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    let taken = kiosk.report(Step::Take, Done);
    let mut void = kiosk.report(Step::Print, PaperVoid);
    void.serial = Some(FIRST);
    let mut printed = kiosk.report(Step::Print, Done);
    printed.serial = Some(SECOND);
    for report in [&printed, &void, &taken] {
        kiosk.send(report).await.unwrap();
    }
    let booked = app.booked(tickets[0].ticket).await.standing;
    assert_eq!(
        (booked.holder, booked.serial),
        (Holder::Paper, Some(SECOND))
    );
    assert_eq!(app.storage().void_serials(EVENT).await, Ok(vec![FIRST]));
}
