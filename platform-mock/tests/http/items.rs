//! Items other than seats, and tickets this platform has not sold: kept from the first word on, bound, parked and issued anew like any other.

use kippu_api::{
    handovers::{Purpose, ReportedOutcome::Done, TicketOnCard},
    orders::Claim,
    problem::ProblemCode,
};
use kippu_ticket::{
    ids::{CardUid, HandoverId, IssuerId, SellerId, Step, TerminalId, TicketId},
    record::{BoundTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};
use platform_center::{
    issuing::reissue::{WaitsAt, issue_anew},
    keys::{ISSUER, ISSUER_KEY},
    tickets::standing::Holder,
};

use crate::{
    app::{CARD, EVENT, OTHER_CARD, TestApp, code},
    moves::{MOVE, Mover, OTHER_MOVE, fetch_wish, slip_code},
};

const STRANGER: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);

fn body(ticket: u64, kind: TicketKind, flags: TicketFlags) -> TicketBody {
    TicketBody {
        issuer_key: ISSUER_KEY,
        ticket: TicketId(ticket),
        event: EVENT,
        issuer: ISSUER,
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind,
        price_class: 0,
        flags,
        seat: SeatAddress::new(0, "stalls", "A", "1").unwrap(),
    }
}

/// An item on [`CARD`] at hop 4, signed by the platform or by somebody else.
fn item(app: &TestApp, body: TicketBody, signer: Option<&SigningKey>) -> TicketOnCard {
    let keys = app.keys();
    let (ticket, event) = (body.ticket, body.event);
    let signed = body.sign(signer.unwrap_or(&keys.issuer));
    let bound = keys
        .binding(event)
        .for_terminal(TerminalId(11))
        .bind(signed, CARD, 4);
    TicketOnCard {
        ticket,
        event,
        epoch: 1,
        hop: 4,
        record: hex::encode(bound.to_bytes()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vouchers_and_memberships_travel_as_tickets_do() {
    let app = TestApp::start().await;
    let free = TicketFlags::default();
    let items = [
        item(&app, body(900_001, TicketKind::Voucher, free), None),
        item(&app, body(900_002, TicketKind::Membership, free), None),
    ];
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &items);
    kiosk.register(Purpose::Assignment).await.unwrap();
    let booked = app.booked(TicketId(900_001)).await;
    assert_eq!(
        (booked.order.as_deref(), booked.standing.card),
        (None, Some(CARD))
    );
    kiosk.tell(Step::Take, Done).await.unwrap();
    assert_eq!(kiosk.bind(OTHER_CARD).await.unwrap().tickets.len(), 2);
    let parcel = Claim::Parcel(kiosk.park(1).await.unwrap());
    let wish = fetch_wish("kiosk-2", OTHER_MOVE, OTHER_CARD);
    let fetched = app.client("kiosk-2").grant(&parcel, &wish).await.unwrap();
    let kinds: Vec<_> = fetched
        .tickets
        .iter()
        .map(|granted| {
            let bytes = hex::decode(&granted.record).unwrap();
            let bound = BoundTicket::from_bytes(&bytes).unwrap();
            app.keys()
                .binding(EVENT)
                .verify(&bound, OTHER_CARD)
                .unwrap();
            bound.signed.verify(&app.keys().issuer.public()).unwrap();
            bound.signed.body.kind
        })
        .collect();
    assert_eq!(kinds, [TicketKind::Voucher, TicketKind::Membership]);
    // What was brought does not stand in the way of what is sold.
    assert_eq!(app.paid_order(&[0]).await.tickets.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_holder_may_not_give_away_goes_nowhere_but_back() {
    let app = TestApp::start().await;
    let fixed = TicketFlags::NOT_TRANSFERABLE.with(TicketFlags::NO_PAPER);
    let ticket = item(&app, body(900_001, TicketKind::Seat, fixed), None);
    let refuse = async |purpose| {
        let mut kiosk = Mover::at(
            &app,
            "kiosk-1",
            HandoverId::random(),
            std::slice::from_ref(&ticket),
        );
        let first = kiosk.register(purpose).await.unwrap_err().to_string();
        let again = kiosk.register(Purpose::Parking).await.unwrap_err();
        assert_eq!(again.to_string(), first, "a refused handover stays refused");
        code(again)
    };
    assert_eq!(
        refuse(Purpose::Assignment).await,
        ProblemCode::NotTransferable
    );
    assert_eq!(refuse(Purpose::Paper).await, ProblemCode::NotTransferable);

    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, std::slice::from_ref(&ticket));
    kiosk.take(Purpose::Parking).await;
    assert_eq!(
        code(kiosk.bind(OTHER_CARD).await.unwrap_err()),
        ProblemCode::NotTransferable
    );
    let paper = kiosk
        .client
        .paper(MOVE, &kiosk.paper_wish(1))
        .await
        .unwrap_err();
    assert_eq!(code(paper), ProblemCode::NotTransferable);
    kiosk.bind(CARD).await.unwrap();
    let parcel = Claim::Parcel(kiosk.park(1).await.unwrap());
    let mut bearer = fetch_wish("kiosk-1", OTHER_MOVE, STRANGER);
    bearer.code = Some(slip_code());
    let refused = app.kiosk().grant(&parcel, &bearer).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::NotTransferable);
    let own = fetch_wish("kiosk-1", HandoverId([3; 16]), CARD);
    assert_eq!(
        app.kiosk()
            .grant(&parcel, &own)
            .await
            .unwrap()
            .tickets
            .len(),
        1
    );

    // Offline nobody named the giver: the ticket's own binding does.
    let other = item(&app, body(900_003, TicketKind::Seat, fixed), None);
    let kiosk = Mover::at(&app, "kiosk-1", HandoverId([5; 16]), &[other]);
    assert_eq!(
        code(kiosk.bind(OTHER_CARD).await.unwrap_err()),
        ProblemCode::NotTransferable
    );
    kiosk.bind(CARD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_another_platform_are_kept_and_its_tickets_are_not_touched() {
    let app = TestApp::start().await;
    let stranger = SigningKey::from_bytes(&[5; 32]);
    let of_stranger = |ticket, kind| TicketBody {
        issuer: IssuerId(77),
        ..body(ticket, kind, TicketFlags::default())
    };
    let voucher = item(
        &app,
        of_stranger(910_001, TicketKind::Voucher),
        Some(&stranger),
    );
    let seat = item(
        &app,
        of_stranger(910_002, TicketKind::Seat),
        Some(&stranger),
    );
    let lie = item(
        &app,
        body(910_003, TicketKind::Voucher, TicketFlags::default()),
        Some(&stranger),
    );
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, std::slice::from_ref(&voucher));
    kiosk.take(Purpose::Assignment).await;
    kiosk.tell(Step::Give, Done).await.unwrap();
    assert_eq!(
        app.booked(voucher.ticket).await.standing.card,
        Some(OTHER_CARD)
    );
    for (wrong, expected) in [
        (seat, ProblemCode::NotTransferable),
        (lie, ProblemCode::BadRequest),
    ] {
        let mut kiosk = Mover::at(&app, "kiosk-1", HandoverId::random(), &[wrong]);
        let refused = kiosk.register(Purpose::Assignment).await.unwrap_err();
        assert_eq!(code(refused), expected);
    }
    // A number of ours is not theirs.
    let (_, sold) = app.sold(&[0]).await;
    let clash = item(
        &app,
        of_stranger(sold[0].ticket.0, TicketKind::Voucher),
        Some(&stranger),
    );
    let mut kiosk = Mover::at(&app, "kiosk-1", HandoverId::random(), &[clash]);
    let refused = kiosk.register(Purpose::Assignment).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::BadRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_brought_can_be_issued_anew_into_a_parcel() {
    let app = TestApp::start().await;
    let ticket = item(
        &app,
        body(900_001, TicketKind::Voucher, TicketFlags::default()),
        None,
    );
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, std::slice::from_ref(&ticket));
    kiosk.take(Purpose::Assignment).await;
    let (id, hash) = (ticket.ticket, app.keys().code_hash(slip_code()));
    let parcel = app
        .storage()
        .write(move |unit| {
            let waits_at = WaitsAt::Parcel {
                code: hash,
                card: Some(OTHER_CARD),
            };
            issue_anew(unit, &[id], waits_at)
        })
        .await
        .unwrap()
        .unwrap();
    let status = kiosk.client.handover(MOVE).await.unwrap();
    assert_eq!((status.yours, status.reissued), (false, vec![id]));
    assert_eq!(
        code(kiosk.bind(OTHER_CARD).await.unwrap_err()),
        ProblemCode::Recalled
    );
    assert!(!kiosk.tell(Step::Give, Done).await.unwrap().newest);
    let wish = fetch_wish("kiosk-2", OTHER_MOVE, OTHER_CARD);
    let fetched = app
        .client("kiosk-2")
        .grant(&Claim::Parcel(parcel), &wish)
        .await
        .unwrap();
    let bound = BoundTicket::from_bytes(&hex::decode(&fetched.tickets[0].record).unwrap()).unwrap();
    bound.signed.verify(&app.keys().issuer.public()).unwrap();
    assert_eq!(
        (bound.signed.body.epoch, bound.signed.body.kind),
        (2, TicketKind::Voucher)
    );
    assert_eq!(app.holder(&ticket).await, Holder::Terminal);
}
