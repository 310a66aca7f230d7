//! A life that leaves a row in every table, played through the interface; and what has to go on from there after an upgrade.

use kippu_api::{
    clerk::{ConfirmOutcome, Reissue},
    client::IdempotencyKey,
    entrance::{EntranceBatch, EntranceRecord},
    handovers::{Purpose, ReportedOutcome, TicketOnCard},
    operator::TerminalWish,
    orders::{Claim, GrantRequest, Order, OrderState},
    parcels::{FindWaiting, WaitingPlace},
    people::PersonRole,
    problem::ProblemCode,
};
use kippu_gate::bundle::open;
use kippu_ticket::{
    ids::{CardUid, HandoverId, Step, TerminalId, TicketId},
    record::BoundTicket,
};
use platform_center::{
    cards::storage::CardStorage as _,
    devices::storage::DeviceStorage as _,
    people::{accounts::AccountStorage as _, secrets::hash_password},
    storage::sql::Sql,
    tickets::standing::Holder,
};

use crate::{
    app::{CARD, EVENT, GATE_KEY, OTHER_CARD, TestApp, account, claim, code, new_order, wish},
    cards::open_card,
    devices::{code_for, enrolled},
    moves::{self, Mover, fetch_wish, slip_code, take_over_wish},
    operator::Operator,
    purchase::{done, report},
};

/// Seats [0] to [4] are on [`CARD`]; each of the others belongs to one customer with a card of their own.
const PARKED: u32 = 3;
const RELEASED: u32 = 4;
const HELD: u32 = 12;
const LATE: u32 = 17;
/// A seat that nobody wants before the upgrade.
const FREE: u32 = 9;
const TOO_LATE: CardUid = card(16);
const PAID: CardUid = card(14);
const UNPAID: CardUid = card(13);
const GRANTED: CardUid = card(11);
const LOST: CardUid = card(10);
const OPEN: HandoverId = HandoverId([0xB1; 16]);
const PAPER: HandoverId = HandoverId([0xB2; 16]);
const PARK: HandoverId = HandoverId([0xB3; 16]);
const RELEASE: HandoverId = HandoverId([0xB4; 16]);
const SERIAL: u64 = u64::MAX - 1;
const NEWER_KEYS: CardUid = card(20);
const ENROLLED: TerminalId = TerminalId(19);
const INVITED: TerminalId = TerminalId(12);

const fn card(number: u8) -> CardUid {
    CardUid([4, 9, 9, 9, 9, 9, number])
}

/// Sells, refunds, issues anew, admits. What lies on [`CARD`] afterwards, seats 0 to 4.
pub async fn sales(app: &TestApp) -> Vec<TicketOnCard> {
    // Too late: one finds its seat free later, one finds it gone.
    order(app, card(17), LATE).await;
    let too_late = order(app, TOO_LATE, 16).await;
    app.minutes_pass(30);
    let instead = order(app, card(15), 16).await;
    let refunded = app.pay(&too_late).await.unwrap();
    assert_eq!(refunded.outcome, ConfirmOutcome::Refunded);
    let key = IdempotencyKey::random();
    app.kiosk()
        .cancel_order(&instead.order, &key)
        .await
        .unwrap();

    let paid = order(app, PAID, 14).await;
    let refused = app
        .kiosk()
        .grant(&claim(&paid), &of(PAID, HandoverId([0xC0; 16])))
        .await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::WrongState);
    app.pay(&paid).await.unwrap();
    let granted = order(app, GRANTED, 11).await;
    let lost = order(app, LOST, 10).await;
    for order in [&granted, &lost] {
        app.pay(order).await.unwrap();
    }
    app.kiosk()
        .grant(&claim(&granted), &of(GRANTED, HandoverId([0xC1; 16])))
        .await
        .unwrap();
    let wish = of(LOST, HandoverId([0xC2; 16]));
    let grant = app.kiosk().grant(&claim(&lost), &wish).await.unwrap();
    let mut written = done(&grant);
    written.incarnation = wish.incarnation;
    app.kiosk().report(grant.handover, &written).await.unwrap();
    let why = Reissue {
        reason: "card lost".into(),
    };
    app.clerk("1")
        .await
        .reissue(&lost.order, &why, &IdempotencyKey::random())
        .await
        .unwrap();

    let mut on_card = app.sold_to(HandoverId([0xC3; 16]), &[0, 1]).await.1;
    on_card.extend(app.sold_to(HandoverId([0xC4; 16]), &[2, 3, 4]).await.1);
    open_card(app).await;
    admit(app, on_card[0].ticket, 1).await;
    order(app, UNPAID, 13).await;
    app.hold(&[HELD]).await;
    on_card
}

/// Seat 1 is being given, seat 2 is paper, seat 3 is parked, seat 4 let go of; an operator was there.
pub async fn moves(app: &TestApp, on_card: &[TicketOnCard]) {
    let ticket = |seat: usize| &on_card[seat..=seat];
    let mut open = Mover::at(app, "kiosk-1", OPEN, ticket(1));
    open.take(Purpose::Assignment).await;
    let mut paper = Mover::at(app, "kiosk-2", PAPER, ticket(2));
    paper.receiver = None;
    paper.take(Purpose::Paper).await;
    let wish = paper.paper_wish(SERIAL);
    paper.client.paper(PAPER, &wish).await.unwrap();
    paper
        .tell_paper(ReportedOutcome::Done, SERIAL)
        .await
        .unwrap();
    let mut park = Mover::at(app, "kiosk-1", PARK, ticket(PARKED as usize));
    park.incarnation = "journal of parking".into();
    park.take(Purpose::Parking).await;
    park.park(1).await.unwrap();
    let mut release = Mover::at(app, "kiosk-1", RELEASE, ticket(RELEASED as usize));
    release.incarnation = "journal of releasing".into();
    release.take(Purpose::Assignment).await;
    let wish = release.release_wish();
    release.client.release(RELEASE, &wish).await.unwrap();
    let allow = TerminalWish::LocalKeys { allow: true };
    Operator::of(app).await.wish(11, &allow).await;
}

/// People with cards, terminals with certificates, cards with newer keys. Nobody else may be serving.
pub async fn people_and_devices(app: &TestApp) {
    let storage = app.storage();
    let mut member = account(PersonRole::Member, "m", "");
    member.cards = vec![OTHER_CARD];
    let hash = hash_password("frozen, and never used").unwrap();
    storage.put_account(member, hash).await.unwrap();
    storage.card_formatted(NEWER_KEYS, 2).await.unwrap();
    let url = app.tls_node().await;
    storage.adopt_authority([7; 32]).await.unwrap();
    enrolled(app, &url, ENROLLED).await;
    code_for(app, INVITED).await;
    app.behind(rows_of_their_own);
}

/// Tables that the life above leaves empty.
fn rows_of_their_own(sql: &Sql) {
    for text in [
        "INSERT INTO purchase_limits VALUES (7, 'card', 20)",
        "INSERT INTO purchases SELECT 7, 'card', card, id FROM orders WHERE state = 'paid'",
        "INSERT INTO terminals_heard VALUES (12, 5) ON CONFLICT (terminal) DO UPDATE SET at = 5",
        "INSERT INTO seller_targets VALUES (7, 1, 18)",
        "INSERT INTO seat_returns (event, seller, seats, note, state, asked, asked_by, decided, decided_by)
             SELECT 7, 1, '15-15', 'frozen', 'declined', 5, account, 6, account FROM accounts WHERE role = 'member'",
        "INSERT INTO event_changes (event, kind, at, account, note, was, became)
             SELECT 7, 'changed', 5, account, 'frozen', '{}', '{}' FROM accounts WHERE role = 'member'",
        "INSERT INTO seat_requests (event, seller, state) VALUES (7, 1, 'declined')",
        "INSERT INTO seat_request_turns SELECT r.number, 1, 'seller', '[1,0]', 'frozen', 5, a.account FROM seat_requests r, accounts a WHERE a.role = 'member'",
        "INSERT INTO stock_formats VALUES (1, '{\"separator\":\"comma\",\"columns\":[]}')",
        "INSERT INTO till_closings SELECT 'frozen ' || number, store, 'JPY', 5, account, 8800, 8800 FROM accounts WHERE role = 'clerk'",
    ] {
        assert!(sql.execute(text, []).unwrap() > 0, "{text}");
    }
    let refund = "INSERT INTO refunds (refund, code, seller, terminal, amount, tax, currency, at) VALUES ('frozen', ?1, 1, 11, 8580, 780, 'JPY', 5)";
    sql.execute(refund, [[7_u8; 32]]).unwrap();
    let member = "INSERT INTO members (seller, number, card, currency, credit_limit, state, registered) VALUES (1, 'frozen', '04090909090909', 'JPY', 9000, 'active', 5)";
    sql.execute(member, []).unwrap();
    let charge = "INSERT INTO postings (member, kind, amount, order_id, at) SELECT member, 'charge', 8800, (SELECT min(id) FROM orders), 5 FROM members";
    sql.execute(charge, []).unwrap();
    let ticket = "INSERT INTO refunded_tickets SELECT min(ticket), 'frozen', 0, 220 FROM tickets WHERE void = 1";
    sql.execute(ticket, []).unwrap();
}

/// What was sold, held and ordered before the upgrade goes on after it.
pub async fn sales_go_on(app: &TestApp, on_card: &[TicketOnCard]) {
    // The paid order goes to its card, the unpaid one is paid first.
    issue(app, &order_of(app, PAID).await, PAID, 0xD0).await;
    let unpaid = order_of(app, UNPAID).await;
    assert_eq!(unpaid.state, OrderState::AwaitingPayment);
    app.pay(&unpaid).await.unwrap();
    issue(app, &unpaid, UNPAID, 0xD1).await;

    // A grant that is repeated gives the same tickets again; the lost card's are worth nothing, and written anew.
    let granted = order_of(app, GRANTED).await;
    let repeated = of(GRANTED, HandoverId([0xC1; 16]));
    let grant = app
        .kiosk()
        .grant(&claim(&granted), &repeated)
        .await
        .unwrap();
    let mut written = done(&grant);
    written.incarnation = repeated.incarnation;
    let told = app.kiosk().report(grant.handover, &written).await.unwrap();
    assert!(told.newest);
    let lost = issue(app, &order_of(app, LOST).await, LOST, 0xD2).await;
    assert_eq!(lost.epoch, 2);

    // Late, with the seat still free; and too late, and refunded for good.
    let slips: Vec<String> = slips_of(app, &[card(17), TOO_LATE]);
    let kiosk = app.kiosk();
    let late = kiosk.order_by_slip(&slips[0]).await.unwrap();
    assert_eq!(late.state, OrderState::Expired);
    let fresh = app.order(&[LATE]).await;
    let paid = app.pay(&late).await.unwrap();
    assert_eq!(paid.outcome, ConfirmOutcome::Refunded);
    let refunded = kiosk.order_by_slip(&slips[1]).await.unwrap();
    assert_eq!(refunded.state, OrderState::Refunded);
    assert_eq!(
        code(app.pay(&refunded).await.unwrap_err()),
        ProblemCode::SlipNotPayable
    );

    // The hold becomes an order; a new purchase goes all the way.
    let hold = app.behind(|sql| {
        let only = "SELECT hold FROM holds";
        sql.query_row(only, [], |row| row.get::<String>(0)).unwrap()
    });
    let key = IdempotencyKey::random();
    kiosk.create_order(&new_order(&hold), &key).await.unwrap();
    app.pay(&fresh).await.unwrap();
    issue(app, &fresh, CARD, 0xD3).await;
    let (_, new) = app.sold_to(HandoverId([0xD4; 16]), &[FREE]).await;
    admit(app, new[0].ticket, 2).await;
    admit(app, on_card[1].ticket, 3).await;
    give(app, &on_card[..1]).await;
    assert!(app.verified_rows().await > 0, "the chain goes on");
}

/// What was under way between cards, paper and the platform goes on.
pub async fn moves_go_on(app: &TestApp, on_card: &[TicketOnCard]) {
    let mut open = Mover::at(app, "kiosk-1", OPEN, &on_card[1..2]);
    open.register(Purpose::Assignment).await.unwrap();
    open.bind(OTHER_CARD).await.unwrap();
    let mut given = open.report(Step::Give, ReportedOutcome::Done);
    given.row = 2;
    assert!(open.send(&given).await.unwrap().newest);
    assert_eq!(app.holder(&on_card[1]).await, Holder::Card);
    let paper = app.booked(on_card[2].ticket).await.standing;
    assert_eq!((paper.holder, paper.serial), (Holder::Paper, Some(SERIAL)));

    let by_code = FindWaiting {
        code: Some(slip_code()),
        card: None,
    };
    let second = app.client("kiosk-2");
    let waiting = second.waiting(&by_code).await.unwrap();
    let parcel = waiting.iter().find_map(|found| match &found.place {
        WaitingPlace::Parcel { parcel } => Some(parcel.clone()),
        _ => None,
    });
    let mut fetch = fetch_wish("kiosk-2", HandoverId([0xD5; 16]), CARD);
    fetch.incarnation = "journal of fetching".into();
    fetch.code = Some(slip_code());
    let parcel = Claim::Parcel(parcel.expect("the parcel is not found"));
    let fetched = second.grant(&parcel, &fetch).await.unwrap();
    assert_eq!(fetched.tickets[0].ticket, on_card[PARKED as usize].ticket);
    let mut written = report(&fetched, ReportedOutcome::Done, 1);
    written.incarnation = fetch.incarnation;
    assert!(
        second
            .report(fetched.handover, &written)
            .await
            .unwrap()
            .newest
    );
    let taken = second
        .take_over(RELEASE, &take_over_wish("kiosk-2"))
        .await
        .unwrap();
    assert_eq!(taken.row_version, 2);
    let view = Operator::of(app)
        .await
        .wish(11, &TerminalWish::LocalKeys { allow: false })
        .await;
    assert!(!view.local_keys);
}

/// A grant to a card by a journal of the handover's own.
fn of(card: CardUid, handover: HandoverId) -> GrantRequest {
    GrantRequest {
        card,
        incarnation: format!("journal of {handover}"),
        ..wish(handover)
    }
}

async fn order(app: &TestApp, card: CardUid, seat: u32) -> Order {
    let hold = app.hold(&[seat]).await;
    let mut new = new_order(&hold.hold);
    new.card = card;
    let key = IdempotencyKey::random();
    app.kiosk().create_order(&new, &key).await.unwrap()
}

async fn order_of(app: &TestApp, card: CardUid) -> Order {
    let mut orders = app.kiosk().card_orders(card).await.unwrap();
    assert_eq!(orders.len(), 1, "{card}");
    orders.remove(0)
}

fn slips_of(app: &TestApp, cards: &[CardUid]) -> Vec<String> {
    app.behind(|sql| {
        let slip = "SELECT slip FROM orders WHERE card = ?1";
        let of = |card: &CardUid| sql.query_row(slip, [card.to_string()], |row| row.get(0));
        cards.iter().map(|card| of(card).unwrap()).collect()
    })
}

/// Writes an order to its card: the record is good there, and the books say so.
async fn issue(app: &TestApp, order: &Order, card: CardUid, number: u8) -> TicketOnCard {
    let wish = of(card, HandoverId([number; 16]));
    let grant = app.kiosk().grant(&claim(order), &wish).await.unwrap();
    let granted = moves::on_card(&grant.tickets[0]);
    check(app, &granted, card);
    let mut written = done(&grant);
    written.incarnation = wish.incarnation;
    let told = app.kiosk().report(grant.handover, &written).await.unwrap();
    assert!(told.newest);
    assert_eq!(app.holder(&granted).await, Holder::Card);
    granted
}

fn check(app: &TestApp, ticket: &TicketOnCard, card: CardUid) {
    let record = BoundTicket::from_bytes(&hex::decode(&ticket.record).unwrap()).unwrap();
    record.signed.verify(&app.keys().issuer.public()).unwrap();
    app.keys().binding(EVENT).verify(&record, card).unwrap();
}

/// Gives a ticket that lay on [`CARD`] before the upgrade to another card.
async fn give(app: &TestApp, ticket: &[TicketOnCard]) {
    check(app, &ticket[0], CARD);
    let mut mover = Mover::at(app, "kiosk-2", HandoverId([0xD6; 16]), ticket);
    mover.incarnation = "journal of giving".into();
    mover.take(Purpose::Assignment).await;
    let bound = mover.bind(OTHER_CARD).await.unwrap();
    check(app, &moves::on_card(&bound.tickets[0]), OTHER_CARD);
    let given = mover.tell(Step::Give, ReportedOutcome::Done).await;
    assert!(given.unwrap().newest);
    let booked = app.booked(ticket[0].ticket).await.standing;
    assert_eq!(
        (booked.holder, booked.card),
        (Holder::Card, Some(OTHER_CARD))
    );
}

/// The gate gets its bundle and tells of an entrance.
async fn admit(app: &TestApp, ticket: TicketId, row: u64) {
    let gate = app.client("gate-1");
    let sealed = gate.bundle().await.unwrap();
    let bundle = open(&sealed, &app.keys().issuer.public(), &GATE_KEY, app.now()).unwrap();
    assert!(bundle.event(EVENT).is_some());
    let record = EntranceRecord {
        row,
        at: app.now(),
        event: EVENT,
        card: Some(CARD),
        ticket: Some(ticket),
        outcome: "admit".into(),
    };
    let batch = EntranceBatch {
        records: vec![record],
    };
    assert_eq!(gate.entrance_records(&batch).await.unwrap().new, 1);
}
