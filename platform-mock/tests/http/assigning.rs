//! Tickets go from card to card: registering, binding, reports in any order, returning, and what the history says.

use kippu_api::{
    handovers::{
        Purpose,
        ReportedOutcome::{Done, NotDone, Unknown},
        ReportedProof,
    },
    orders::OrderState,
    parcels::PassageKind,
    problem::ProblemCode,
};
use kippu_card::{capability::Directory, transaction_mac};
use kippu_ticket::{
    ids::{CardUid, HandoverId, OperationId, Step},
    record::BoundTicket,
};
use platform_center::{journal::storage::JournalStorage as _, tickets::standing::Holder};

use crate::{
    app::{CARD, EVENT, OTHER_CARD, TestApp, code},
    moves::{MOVE, Mover, OTHER_MOVE, take_over_wish},
};

const THIRD_CARD: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_goes_to_another_card_and_both_cards_stand_in_the_journal() {
    let app = TestApp::start().await;
    let (grant, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets[..1]);
    let first = kiosk.register(Purpose::Assignment).await.unwrap();
    assert_eq!(kiosk.register(Purpose::Assignment).await.unwrap(), first);
    assert_eq!(
        app.holder(&tickets[0]).await,
        Holder::Card,
        "registering moves nothing"
    );

    kiosk.tell(Step::Take, Done).await.unwrap();
    let bound = kiosk.bind(OTHER_CARD).await.unwrap();
    assert_eq!(
        bound,
        kiosk.bind(OTHER_CARD).await.unwrap(),
        "the same bytes"
    );
    let record = BoundTicket::from_bytes(&hex::decode(&bound.tickets[0].record).unwrap()).unwrap();
    app.keys()
        .binding(EVENT)
        .verify(&record, OTHER_CARD)
        .unwrap();
    assert_eq!((record.hop, record.terminal.0), (2, 12));
    kiosk.tell(Step::Give, Unknown).await.unwrap();
    assert_eq!(app.holder(&tickets[0]).await, Holder::Unknown);
    assert!(kiosk.tell(Step::Give, Done).await.unwrap().newest);

    let booked = app.booked(tickets[0].ticket).await;
    assert_eq!(
        (booked.standing.holder, booked.standing.card),
        (Holder::Card, Some(OTHER_CARD))
    );
    assert_eq!(booked.standing.rank.hop, 2);
    assert!(
        !kiosk.client.handover(MOVE).await.unwrap().yours,
        "it has ended"
    );
    let life = app.storage().life_of(tickets[0].ticket).await.unwrap();
    let last: serde_json::Value = serde_json::from_str(life.last().unwrap()).unwrap();
    assert_eq!(
        (
            last["kind"].as_str(),
            last["giver"].as_str(),
            last["receiver"].as_str()
        ),
        (
            Some("assigned"),
            Some("04010203040506"),
            Some("04010203040507")
        )
    );
    let order = grant.claim.order().unwrap();
    let order = app.kiosk().order(order).await.unwrap();
    assert_eq!(
        (order.state, order.at_platform.len()),
        (OrderState::Issued, 0),
        "the order was brought where it was meant to go"
    );
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_come_late_twice_and_in_any_order() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let taken = kiosk.report(Step::Take, Done);
    let doubt = kiosk.report(Step::Give, Unknown);
    let given = kiosk.report(Step::Give, Done);
    assert!(kiosk.send(&given).await.unwrap().newest);
    for late in [&doubt, &taken, &doubt, &taken] {
        assert!(!kiosk.send(late).await.unwrap().newest);
    }
    assert!(kiosk.send(&given).await.unwrap().newest, "repeated");
    let booked = app.booked(tickets[0].ticket).await;
    assert_eq!(booked.standing.card, Some(OTHER_CARD));

    let next = app.rebound(&tickets[0], OTHER_CARD, 2);
    let mut back = Mover::at(&app, "kiosk-1", OTHER_MOVE, &[next]);
    (back.giver, back.receiver) = (OTHER_CARD, Some(CARD));
    back.take(Purpose::Assignment).await;
    assert!(
        !kiosk.tell(Step::Give, Done).await.unwrap().newest,
        "it has been taken since"
    );
    assert_eq!(app.holder(&tickets[0]).await, Holder::Terminal);
    back.tell(Step::Give, Done).await.unwrap();
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_taken_offline_is_known_from_its_first_report() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    let unheard = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!(
        (unheard.known, unheard.yours, unheard.fence),
        (false, true, 0)
    );
    let bound = kiosk.bind(OTHER_CARD).await.unwrap();
    assert_eq!(
        bound.tickets[0].hop, 2,
        "the network came back in the middle"
    );

    assert!(kiosk.tell(Step::Take, Done).await.unwrap().newest);
    let heard = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!((heard.known, heard.yours), (true, true));
    let mut thief = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    for refused in [
        code(thief.bind(CARD).await.unwrap_err()),
        code(thief.park(1).await.unwrap_err()),
        code(thief.register(Purpose::Assignment).await.unwrap_err()),
        code(thief.tell(Step::Give, Done).await.unwrap_err()),
        code(
            thief
                .client
                .release(MOVE, &thief.release_wish())
                .await
                .unwrap_err(),
        ),
        code(
            thief
                .client
                .paper(MOVE, &thief.paper_wish(1))
                .await
                .unwrap_err(),
        ),
    ] {
        assert_eq!(refused, ProblemCode::NotOwner);
    }
    assert_eq!(
        code(thief.client.handover(MOVE).await.unwrap_err()),
        ProblemCode::NotFound
    );
    let mut reinstalled = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    reinstalled.incarnation = "another journal".into();
    assert_eq!(
        code(reinstalled.bind(CARD).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert_eq!(
        code(reinstalled.tell(Step::Give, Done).await.unwrap_err()),
        ProblemCode::NotOwner
    );
    assert!(kiosk.tell(Step::Give, Done).await.unwrap().newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_is_given_and_the_other_goes_back() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    let mut given = kiosk.report(Step::Give, Done);
    given.tickets.truncate(1);
    given.records.truncate(1);
    kiosk.send(&given).await.unwrap();
    assert!(
        kiosk.client.handover(MOVE).await.unwrap().yours,
        "one is still here"
    );
    kiosk
        .bind(CARD)
        .await
        .expect_err("one of them is not in its hands any more");
    kiosk.tickets.remove(0);
    let bound = kiosk.bind(CARD).await.unwrap();
    assert_eq!(bound.tickets[0].hop, 2);
    kiosk.tell(Step::GiveBack, Done).await.unwrap();
    let cards = [
        app.booked(tickets[0].ticket).await.standing.card,
        app.booked(tickets[1].ticket).await.standing.card,
    ];
    assert_eq!(cards, [Some(OTHER_CARD), Some(CARD)]);
    assert!(!kiosk.client.handover(MOVE).await.unwrap().yours);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taking_that_failed_leaves_the_ticket_where_it_was() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.register(Purpose::Assignment).await.unwrap();
    kiosk.tell(Step::Take, Unknown).await.unwrap();
    assert_eq!(app.holder(&tickets[0]).await, Holder::Unknown);

    // The card still shows it at another kiosk: the taking nobody saw the end of has failed.
    let mut other = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    other.take(Purpose::Assignment).await;
    assert!(!kiosk.tell(Step::Take, NotDone).await.unwrap().newest);
    let late = Mover::at(&app, "kiosk-1", HandoverId([9; 16]), &tickets)
        .register(Purpose::Assignment)
        .await;
    assert_eq!(
        code(late.unwrap_err()),
        ProblemCode::WrongState,
        "it is in a terminal's hands"
    );
    other.tell(Step::GiveBack, Done).await.unwrap();
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_doubtful_takings_of_one_ticket_the_second_may_be_the_one_that_happened() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut failed = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    failed.register(Purpose::Assignment).await.unwrap();
    let mut taker = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    taker.register(Purpose::Assignment).await.unwrap();
    failed.tell(Step::Take, Unknown).await.unwrap();
    taker.tell(Step::Take, Unknown).await.unwrap();
    assert!(
        taker.client.handover(OTHER_MOVE).await.unwrap().yours,
        "a kiosk that is told otherwise forgets the ticket when the card says that it has it"
    );

    failed.tell(Step::Take, NotDone).await.unwrap();
    taker.tell(Step::Take, Done).await.unwrap();
    taker.tell(Step::Give, Done).await.unwrap();
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(OTHER_CARD)
    );
    assert!(!taker.client.handover(OTHER_MOVE).await.unwrap().yours);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_taking_has_nothing_once_the_ticket_is_known_to_be_elsewhere() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut taker = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    let mut failed = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets);
    taker.register(Purpose::Assignment).await.unwrap();
    failed.register(Purpose::Assignment).await.unwrap();
    taker.tell(Step::Take, Done).await.unwrap();
    failed.tell(Step::Take, Unknown).await.unwrap();
    assert!(taker.client.handover(MOVE).await.unwrap().yours);
    assert!(!failed.client.handover(OTHER_MOVE).await.unwrap().yours);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_foreign_tickets_are_not_registered() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let refuse = async |change: &dyn Fn(&mut Mover)| {
        let mut kiosk = Mover::at(&app, "kiosk-1", HandoverId::random(), &tickets);
        change(&mut kiosk);
        code(kiosk.register(Purpose::Assignment).await.unwrap_err())
    };
    let wrong = ProblemCode::BadRequest;
    assert_eq!(refuse(&|kiosk| kiosk.giver = OTHER_CARD).await, wrong);
    assert_eq!(refuse(&|kiosk| kiosk.tickets[0].hop = 2).await, wrong);
    assert_eq!(
        refuse(&|kiosk| kiosk.tickets[0].record = "00".repeat(126)).await,
        wrong
    );
    assert_eq!(refuse(&|kiosk| kiosk.tickets.clear()).await, wrong);
    let twice = |kiosk: &mut Mover| kiosk.tickets.push(kiosk.tickets[0].clone());
    assert_eq!(refuse(&twice).await, wrong);
    let forge = |kiosk: &mut Mover| {
        let mut bytes = hex::decode(&kiosk.tickets[0].record).unwrap();
        bytes[60] ^= 1;
        kiosk.tickets[0].record = hex::encode(bytes);
    };
    assert_eq!(refuse(&forge).await, wrong);
    assert_eq!(
        app.booked(tickets[0].ticket).await.standing.card,
        Some(CARD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_kiosk_saw_of_the_giving_card_answers_a_taking() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let seen = |sequence, ring: &[(HandoverId, Step)]| {
        let operation = |(handover, step): &(HandoverId, Step)| OperationId {
            handover: *handover,
            step: *step,
            attempt: 1,
        };
        let directory = Directory {
            sequence,
            ring: ring.iter().map(operation).collect(),
            slots: Vec::new(),
        };
        Some(serde_json::to_value(directory).unwrap())
    };
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets[..1]);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let mut doubt = kiosk.report(Step::Take, Unknown);
    doubt.before = seen(3, &[]);
    kiosk.send(&doubt).await.unwrap();
    let asked = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!((asked.happened, asked.attempt), (None, Some(1)));

    let mut other = Mover::at(&app, "kiosk-2", OTHER_MOVE, &tickets[1..]);
    other.register(Purpose::Assignment).await.unwrap();
    let mut taken = other.report(Step::Take, Done);
    taken.before = seen(4, &[(MOVE, Step::Take)]);
    taken.after = seen(5, &[(OTHER_MOVE, Step::Take), (MOVE, Step::Take)]);
    other.send(&taken).await.unwrap();
    assert_eq!(
        kiosk.client.handover(MOVE).await.unwrap().happened,
        Some(true)
    );

    // Of the receiving card they say nothing.
    kiosk.tell(Step::Take, Done).await.unwrap();
    let mut doubt = kiosk.report(Step::Give, Unknown);
    (doubt.before, doubt.attempt) = (seen(3, &[]), 2);
    kiosk.send(&doubt).await.unwrap();
    let asked = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!((asked.happened, asked.attempt), (None, Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_each_card_tells_its_own_part() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[3]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets);
    app.minutes_pass(1);
    kiosk.take(Purpose::Assignment).await;
    app.minutes_pass(1);
    let mut given = kiosk.report(Step::Give, Done);
    let input = vec![0x8D; 32];
    let key = app.keys().cards.transaction_mac_for_card(OTHER_CARD);
    let mac = transaction_mac::compute(&key, OTHER_CARD, 3, &input);
    given.proof = Some(ReportedProof {
        counter: 3,
        mac: hex::encode(mac),
        input: hex::encode(&input),
    });
    assert_eq!(kiosk.send(&given).await.unwrap().proved, Some(true));

    let giver = app.kiosk().card_history(CARD).await.unwrap();
    let kinds: Vec<_> = giver.iter().map(|passage| passage.what).collect();
    assert_eq!(
        kinds,
        [
            PassageKind::Taken,
            PassageKind::Received,
            PassageKind::Bought
        ]
    );
    assert_eq!(
        giver[0].other_card.as_deref(),
        Some("0507"),
        "the last four digits alone"
    );
    assert_eq!(giver[0].terminal.as_deref(), Some("kiosk-2"));
    assert_eq!(
        (giver[0].seat.as_str(), giver[0].event_name.as_str()),
        ("stalls A 4", "Play")
    );
    let receiver = app.kiosk().card_history(OTHER_CARD).await.unwrap();
    assert_eq!(receiver.len(), 1);
    assert_eq!(
        (
            receiver[0].what,
            receiver[0].other_card.as_deref(),
            receiver[0].proved
        ),
        (PassageKind::Received, Some("0506"), Some(true))
    );
    assert_eq!(app.kiosk().card_history(THIRD_CARD).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_proof_is_kept_and_told() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let mut forged = kiosk.report(Step::Take, Done);
    forged.proof = Some(ReportedProof {
        counter: 1,
        mac: "00".repeat(8),
        input: "8D".into(),
    });
    let accepted = kiosk.send(&forged).await.unwrap();
    assert_eq!((accepted.newest, accepted.proved), (true, Some(false)));
    let history = app.kiosk().card_history(CARD).await.unwrap();
    assert_eq!(
        (history[0].what, history[0].proved),
        (PassageKind::Taken, Some(false))
    );
}

/// The terminal gave up waiting and went on with its own keys; its registration arrives all the same, before its reports or after them.
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_arrives_late_takes_nothing_away() {
    let app = TestApp::start().await;
    let (_, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-2", MOVE, &tickets[..1]);
    let late = kiosk.new_handover(Purpose::Assignment);
    assert!(kiosk.client.register(&late).await.unwrap().fence > 0);
    assert!(kiosk.tell(Step::Take, Done).await.unwrap().newest);
    assert!(kiosk.client.handover(MOVE).await.unwrap().yours);
    kiosk.bind(OTHER_CARD).await.unwrap();
    assert!(kiosk.tell(Step::Give, Done).await.unwrap().newest);
    let booked = app.booked(tickets[0].ticket).await.standing;
    assert_eq!(booked.card, Some(OTHER_CARD));

    let mut other = Mover::at(&app, "kiosk-1", OTHER_MOVE, &tickets[1..]);
    other.tell(Step::Take, Done).await.unwrap();
    let late = other.new_handover(Purpose::Assignment);
    assert_eq!(other.client.register(&late).await.unwrap().fence, 0);
    let wish = other.release_wish();
    other.client.release(OTHER_MOVE, &wish).await.unwrap();
    let wish = take_over_wish("kiosk-2");
    kiosk.client.take_over(OTHER_MOVE, &wish).await.unwrap();
    assert!(!other.tell(Step::Give, Done).await.unwrap().newest);
    assert_eq!(app.holder(&tickets[1]).await, Holder::Terminal);

    // Registered late, let go of with the fence it knows, and let go of again.
    let (_, more) = app.sold_to(HandoverId([7; 16]), &[2]).await;
    let mut third = Mover::at(&app, "kiosk-1", HandoverId([6; 16]), &more);
    third.incarnation = "another journal".into();
    let late = third.new_handover(Purpose::Assignment);
    third.client.register(&late).await.unwrap();
    for _ in 0..2 {
        let wish = third.release_wish();
        third.client.release(third.handover, &wish).await.unwrap();
    }
    kiosk.client.take_over(third.handover, &wish).await.unwrap();
    assert!(
        third.tell(Step::Take, Done).await.unwrap().newest,
        "that it was taken nobody else can tell"
    );
    assert_eq!(app.holder(&more[0]).await, Holder::Terminal);
    assert!(kiosk.client.handover(third.handover).await.unwrap().yours);
    assert!(!third.tell(Step::Give, Done).await.unwrap().newest);
}
