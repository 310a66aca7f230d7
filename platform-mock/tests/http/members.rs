//! A seller's members: their masters and accounts, the credit check, orders charged to an account, and money that goes back there.

use kippu_api::{
    clerk::Confirm,
    client::{Client, ClientError, IdempotencyKey},
    handovers::{Purpose, TicketOnCard},
    members::{
        CreditQuestion, CreditStanding, MemberChange, MemberState, NewMember, PostingKind,
        Settlement,
    },
    orders::{NewOrder, Order, OrderState, PaymentMethod},
    people::PersonRole,
    problem::{LimitOf, ProblemCode},
    refunds::{FindRefund, NewRefund, QuoteRequest, RefundState},
};
use kippu_ticket::ids::HandoverId;
use platform_center::{
    auth::hash_token,
    people::{
        accounts::AccountStorage as _,
        secrets::hash_password,
        storage::{Opening, PeopleStorage as _},
    },
    sales::limits::PurchaseLimits,
};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, account, claim, code, new_order, token, wish},
    cards::open_card,
    moves::{MOVE, Mover, slip_code},
    purchase::done,
};

/// What a ticket of the first class costs.
const PRICE: i64 = 8_800;
const FEE: i64 = 220;

/// Somebody of a seller, logged in.
pub async fn seller(app: &TestApp, name: &str, of: &str) -> Client {
    let storage = app.storage();
    let hash = hash_password("correct horse battery").unwrap();
    let account = storage
        .put_account(account(PersonRole::Seller, name, of), hash)
        .await
        .unwrap();
    let opening = Opening {
        token: hash_token(&token(name)),
        account,
        terminal: None,
        attempt: None,
        from: "a test".into(),
    };
    storage.open_session(opening).await.unwrap();
    app.client(name)
}

pub fn member(limit: i64) -> NewMember {
    NewMember {
        number: "A-17".into(),
        card: CARD,
        currency: "JPY".into(),
        credit_limit: limit,
    }
}

/// A platform where [`CARD`] is a member's whose card lies at the first kiosk; with the seller.
async fn with_member(limit: i64) -> (TestApp, Client) {
    let app = TestApp::start().await;
    let seller = seller(&app, "seller-1", "one").await;
    let key = IdempotencyKey::random();
    seller.register_member(&member(limit), &key).await.unwrap();
    open_card(&app).await;
    (app, seller)
}

async fn standing(kiosk: &Client, amount: i64) -> Result<CreditStanding, ClientError> {
    let question = CreditQuestion {
        card: CARD,
        amount,
        currency: "JPY".into(),
    };
    Ok(kiosk.credit(&question).await?.standing)
}

fn by_account(hold: &str) -> NewOrder {
    NewOrder {
        method: PaymentMethod::MemberAccount,
        ..new_order(hold)
    }
}

async fn charge(app: &TestApp, seats: &[u32]) -> Result<Order, ClientError> {
    let hold = app.hold(seats).await;
    let key = IdempotencyKey::random();
    app.kiosk()
        .create_order(&by_account(&hold.hold), &key)
        .await
}

async fn balance(seller: &Client) -> i64 {
    let statement = seller.member("A-17").await.unwrap();
    let booked: i64 = statement
        .postings
        .iter()
        .map(|posting| posting.amount)
        .sum();
    assert_eq!(statement.member.balance, booked, "the balance is the sum");
    booked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_registered_changed_and_settled_with() {
    let app = TestApp::start().await;
    let seller = seller(&app, "seller-1", "one").await;
    let (new, key) = (member(10_000), IdempotencyKey::random());
    let made = seller.register_member(&new, &key).await.unwrap();
    assert_eq!((made.state, made.balance), (MemberState::Active, 0));
    assert_eq!(seller.register_member(&new, &key).await.unwrap(), made);
    let again = seller
        .register_member(&new, &IdempotencyKey::random())
        .await;
    assert_eq!(code(again.unwrap_err()), ProblemCode::WrongState);
    let same_card = NewMember {
        number: "B-1".into(),
        ..new.clone()
    };
    let again = seller
        .register_member(&same_card, &IdempotencyKey::random())
        .await;
    assert_eq!(code(again.unwrap_err()), ProblemCode::WrongState);

    let change = MemberChange {
        card: Some(OTHER_CARD),
        credit_limit: Some(0),
        state: Some(MemberState::Suspended),
    };
    let changed = seller
        .change_member("A-17", &change, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(
        (changed.card, changed.credit_limit, changed.state),
        (OTHER_CARD, 0, MemberState::Suspended)
    );
    let paid = Settlement {
        amount: 3_000,
        currency: "JPY".into(),
    };
    let key = IdempotencyKey::random();
    for _ in 0..2 {
        let statement = seller.settle("A-17", &paid, &key).await.unwrap();
        assert_eq!(
            (statement.member.balance, statement.postings.len()),
            (-3_000, 1)
        );
        assert_eq!(statement.postings[0].kind, PostingKind::Settlement);
    }
    assert_eq!(seller.members("").await.unwrap().len(), 1);
    assert_eq!(seller.members("A-17").await.unwrap(), []);
    let acts: i64 = app.behind(|sql| {
        sql.query_row(
            "SELECT count(*) FROM audit WHERE what LIKE 'member_%'",
            [],
            |row| row.get(0),
        )
        .unwrap()
    });
    assert_eq!(acts, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_words_change_nothing() {
    let app = TestApp::start().await;
    let seller = seller(&app, "seller-1", "one").await;
    for wrong in [
        NewMember {
            number: "Jane Doe".into(),
            ..member(1)
        },
        NewMember {
            number: "9".repeat(33),
            ..member(1)
        },
        NewMember {
            currency: "yen".into(),
            ..member(1)
        },
        member(-1),
        member(i64::MAX),
    ] {
        let refused = seller
            .register_member(&wrong, &IdempotencyKey::random())
            .await;
        assert_eq!(
            code(refused.unwrap_err()),
            ProblemCode::BadRequest,
            "{wrong:?}"
        );
    }
    seller
        .register_member(&member(1), &IdempotencyKey::random())
        .await
        .unwrap();
    for (amount, currency) in [(0, "JPY"), (-5, "JPY"), (5, "EUR"), (i64::MAX, "JPY")] {
        let paid = Settlement {
            amount,
            currency: currency.into(),
        };
        let refused = seller
            .settle("A-17", &paid, &IdempotencyKey::random())
            .await;
        assert_eq!(code(refused.unwrap_err()), ProblemCode::BadRequest);
    }
    assert_eq!(balance(&seller).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credit_check_says_one_word_about_a_card_that_was_read_here() {
    let (app, seller) = with_member(PRICE).await;
    let kiosk = app.kiosk();
    assert_eq!(
        standing(&kiosk, PRICE).await.unwrap(),
        CreditStanding::Enough
    );
    assert_eq!(
        standing(&kiosk, PRICE + 1).await.unwrap(),
        CreditStanding::NotEnough
    );
    let state = |state| MemberChange {
        state: Some(state),
        ..MemberChange::default()
    };
    let change = state(MemberState::Suspended);
    seller
        .change_member("A-17", &change, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(
        standing(&kiosk, 1).await.unwrap(),
        CreditStanding::Suspended
    );
    // Another kiosk of the same seller has not read this card.
    let elsewhere = standing(&app.client("kiosk-2"), 1).await;
    assert_eq!(code(elsewhere.unwrap_err()), ProblemCode::Forbidden);
    // Forty minutes later the card has long gone.
    app.minutes_pass(41);
    assert_eq!(
        code(standing(&kiosk, 1).await.unwrap_err()),
        ProblemCode::Forbidden
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_a_limit_out_by_asking() {
    let (app, _seller) = with_member(PRICE).await;
    let kiosk = app.kiosk();
    for sum in 1..=5 {
        standing(&kiosk, sum).await.unwrap();
    }
    assert_eq!(
        code(standing(&kiosk, 6).await.unwrap_err()),
        ProblemCode::TooMany
    );
    // Buying is not asking.
    charge(&app, &[0]).await.unwrap();
    standing(&kiosk, 6).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_charged_once_and_its_tickets_can_be_fetched() {
    let (app, seller) = with_member(2 * PRICE).await;
    let kiosk = app.kiosk();
    let hold = app.hold(&[0, 1]).await;
    let (new, key) = (by_account(&hold.hold), IdempotencyKey::random());
    let not_yet = kiosk.order_of_attempt(&key).await;
    assert_eq!(code(not_yet.unwrap_err()), ProblemCode::NotFound);
    let paid = kiosk.create_order(&new, &key).await.unwrap();
    assert_eq!(
        (paid.state, paid.method, paid.paid, paid.at_platform.len()),
        (
            OrderState::Paid,
            PaymentMethod::MemberAccount,
            Some(app.now()),
            2
        )
    );
    // The answer was lost: the attempt is looked up, or repeated under its key.
    assert_eq!(
        kiosk.order_of_attempt(&key).await.unwrap().order,
        paid.order
    );
    assert_eq!(
        kiosk.create_order(&new, &key).await.unwrap().order,
        paid.order
    );
    assert_eq!(balance(&seller).await, 2 * PRICE);
    let elsewhere = app.client("kiosk-2").order_of_attempt(&key).await;
    assert_eq!(
        code(elsewhere.unwrap_err()),
        ProblemCode::NotFound,
        "another's attempt"
    );
    // The kiosk crashed: the same card finds the order.
    let waiting = kiosk.card_orders(CARD).await.unwrap();
    assert_eq!(waiting[0].order, paid.order);
    let grant = kiosk
        .grant(&claim(&paid), &wish(HandoverId([1; 16])))
        .await
        .unwrap();
    kiosk.report(grant.handover, &done(&grant)).await.unwrap();
    // Nothing to pay at the register, nothing to cancel, nothing in the till.
    assert_eq!(
        code(app.pay(&paid).await.unwrap_err()),
        ProblemCode::WrongState
    );
    let refused = kiosk
        .cancel_order(&paid.order, &IdempotencyKey::random())
        .await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::WrongState);
    let tills = app.clerk("1").await.tills().await.unwrap();
    assert!(
        tills
            .iter()
            .all(|till| till.expected == 0 && till.taken.count == 0),
        "{tills:?}"
    );
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_charge_leaves_the_seats_held_and_nothing_behind() {
    let (app, seller) = with_member(PRICE).await;
    let (kiosk, hold) = (app.kiosk(), app.hold(&[0, 1]).await);
    let key = IdempotencyKey::random();
    let refused = kiosk.create_order(&by_account(&hold.hold), &key).await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::NoCredit);
    let orders: i64 = app.behind(|sql| {
        sql.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))
            .unwrap()
    });
    assert_eq!((orders, balance(&seller).await), (0, 0));
    // The member pays, and the same attempt goes through; or it is paid at the register after all.
    let paid = Settlement {
        amount: PRICE,
        currency: "JPY".into(),
    };
    seller
        .settle("A-17", &paid, &IdempotencyKey::random())
        .await
        .unwrap();
    kiosk
        .create_order(&by_account(&hold.hold), &key)
        .await
        .unwrap();
    assert_eq!(balance(&seller).await, PRICE);
    let other = app.hold(&[2]).await;
    let refused = kiosk
        .create_order(&by_account(&other.hold), &IdempotencyKey::random())
        .await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::NoCredit);
    let slip = kiosk
        .create_order(&new_order(&other.hold), &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(slip.state, OrderState::AwaitingPayment);
    kiosk
        .cancel_order(&slip.order, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!(balance(&seller).await, PRICE, "cancelling charges nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hold_is_charged_or_paid_at_the_register_and_never_both() {
    let (app, seller) = with_member(10 * PRICE).await;
    let (kiosk, hold) = (app.kiosk(), app.hold(&[0]).await);
    let (account, register) = (by_account(&hold.hold), new_order(&hold.hold));
    let (first, second) = (IdempotencyKey::random(), IdempotencyKey::random());
    let (one, other) = tokio::join!(
        kiosk.create_order(&account, &first),
        kiosk.create_order(&register, &second),
    );
    let charged = i64::from(one.is_ok());
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(balance(&seller).await, charged * PRICE);
    // A late one under another key finds no hold.
    let late = kiosk
        .create_order(&account, &IdempotencyKey::random())
        .await;
    assert_eq!(code(late.unwrap_err()), ProblemCode::HoldExpired);
    assert_eq!(balance(&seller).await, charged * PRICE);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_kiosks_cannot_charge_more_than_the_limit_together() {
    let (app, seller) = with_member(PRICE).await;
    let kiosk = app.kiosk();
    let holds = [app.hold(&[0]).await, app.hold(&[1]).await];
    let orders = holds.map(|hold| by_account(&hold.hold));
    let keys = [IdempotencyKey::random(), IdempotencyKey::random()];
    let (one, other) = tokio::join!(
        kiosk.create_order(&orders[0], &keys[0]),
        kiosk.create_order(&orders[1], &keys[1]),
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(balance(&seller).await, PRICE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_a_stranger_and_an_absent_card_are_not_charged() {
    let (app, seller) = with_member(10 * PRICE).await;
    let hold = app.hold(&[0]).await;
    let absent = NewOrder {
        card: OTHER_CARD,
        ..by_account(&hold.hold)
    };
    let refused = app
        .kiosk()
        .create_order(&absent, &IdempotencyKey::random())
        .await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::Forbidden);
    let change = MemberChange {
        state: Some(MemberState::Suspended),
        ..MemberChange::default()
    };
    seller
        .change_member("A-17", &change, &IdempotencyKey::random())
        .await
        .unwrap();
    let order = by_account(&hold.hold);
    let refused = app
        .kiosk()
        .create_order(&order, &IdempotencyKey::random())
        .await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::NoCredit);
    let change = MemberChange {
        card: Some(OTHER_CARD),
        ..MemberChange::default()
    };
    seller
        .change_member("A-17", &change, &IdempotencyKey::random())
        .await
        .unwrap();
    let refused = app
        .kiosk()
        .create_order(&order, &IdempotencyKey::random())
        .await;
    assert_eq!(
        code(refused.unwrap_err()),
        ProblemCode::NoCredit,
        "no member's card any more"
    );
    assert_eq!(balance(&seller).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_one_means_of_payment() {
    let app = TestApp::with_purchase_limits(PurchaseLimits {
        per_payment: Some(2),
        ..PurchaseLimits::default()
    })
    .await;
    let seller = seller(&app, "seller-1", "one").await;
    seller
        .register_member(&member(10 * PRICE), &IdempotencyKey::random())
        .await
        .unwrap();
    open_card(&app).await;
    charge(&app, &[0, 1]).await.unwrap();
    let refused = charge(&app, &[2]).await.unwrap_err();
    assert_eq!(
        refused.problem().unwrap().limit.unwrap().of,
        LimitOf::Payment
    );
    assert_eq!(balance(&seller).await, 2 * PRICE);
    app.order(&[3]).await;
}

/// Two tickets on [`CARD`]: one bought on account, one at the register.
async fn one_of_each(app: &TestApp) -> Vec<TicketOnCard> {
    let on_account = charge(app, &[0]).await.unwrap();
    let mut tickets = app.fetched(&on_account, HandoverId([0x31; 16])).await.1;
    let at_register = app.paid_order(&[1]).await;
    tickets.extend(app.fetched(&at_register, HandoverId([0x32; 16])).await.1);
    tickets
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_where_it_came_from() {
    let (app, seller) = with_member(10 * PRICE).await;
    let tickets = one_of_each(&app).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    kiosk.park(1).await.unwrap();
    let asked = QuoteRequest {
        tickets: tickets.iter().map(|ticket| ticket.ticket).collect(),
    };
    let quotes = app.kiosk().quote_refund(&asked).await.unwrap();
    assert_eq!(
        quotes
            .iter()
            .map(|quote| quote.to_account)
            .collect::<Vec<_>>(),
        [true, false]
    );

    // Both in one: the account's part is booked, the other is cash. Suspending the member meanwhile keeps nobody's money.
    let change = MemberChange {
        state: Some(MemberState::Suspended),
        ..MemberChange::default()
    };
    seller
        .change_member("A-17", &change, &IdempotencyKey::random())
        .await
        .unwrap();
    let wish = NewRefund {
        code: slip_code(),
        tickets: asked.tickets,
        amount: 2 * (PRICE - FEE),
        currency: "JPY".into(),
    };
    let key = IdempotencyKey::random();
    let given = app.kiosk().refund(&wish, &key).await.unwrap();
    assert_eq!(app.kiosk().refund(&wish, &key).await.unwrap(), given);
    assert_eq!(
        (given.state, given.amount, given.to_account, given.cash()),
        (
            RefundState::Due,
            2 * (PRICE - FEE),
            PRICE - FEE,
            PRICE - FEE
        )
    );
    assert_eq!(balance(&seller).await, FEE);
    let clerk = app.clerk("1").await;
    let open = clerk.tills().await.unwrap().remove(0).open;
    assert_eq!(open.refunds_due.amount, PRICE - FEE);
    let sum = |amount| Confirm {
        amount,
        currency: "JPY".into(),
    };
    let all = clerk
        .pay_out(&given.refund, &sum(given.amount), &IdempotencyKey::random())
        .await;
    assert_eq!(code(all.unwrap_err()), ProblemCode::BadRequest);
    clerk
        .pay_out(&given.refund, &sum(given.cash()), &IdempotencyKey::random())
        .await
        .unwrap();
    let till = clerk.tills().await.unwrap().remove(0);
    assert_eq!(
        (till.taken.amount, till.paid_out.amount),
        (PRICE, PRICE - FEE)
    );
    assert_eq!(till.expected, FEE);
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_by_account_is_settled_at_once_and_never_paid_out() {
    let (app, seller) = with_member(PRICE).await;
    let order = charge(&app, &[0]).await.unwrap();
    let tickets = app.fetched(&order, HandoverId([0x31; 16])).await.1;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Parking).await;
    kiosk.park(1).await.unwrap();
    let wish = NewRefund {
        code: slip_code(),
        tickets: vec![tickets[0].ticket],
        amount: PRICE - FEE,
        currency: "JPY".into(),
    };
    let given = app
        .kiosk()
        .refund(&wish, &IdempotencyKey::random())
        .await
        .unwrap();
    assert_eq!((given.state, given.cash()), (RefundState::Booked, 0));
    let statement = seller.member("A-17").await.unwrap();
    let kinds: Vec<_> = statement
        .postings
        .iter()
        .map(|posting| posting.kind)
        .collect();
    assert_eq!(kinds, [PostingKind::Refund, PostingKind::Charge]);
    assert_eq!(
        statement.postings[0].slip.as_deref(),
        Some(order.slip.as_str())
    );
    assert_eq!(balance(&seller).await, FEE);
    let clerk = app.clerk("1").await;
    let found = clerk
        .find_refunds(&FindRefund { code: slip_code() })
        .await
        .unwrap();
    assert_eq!(found[0].state, RefundState::Booked);
    for amount in [0, PRICE - FEE] {
        let sum = Confirm {
            amount,
            currency: "JPY".into(),
        };
        let refused = clerk
            .pay_out(&given.refund, &sum, &IdempotencyKey::random())
            .await;
        assert_eq!(code(refused.unwrap_err()), ProblemCode::WrongState);
    }
    let till = clerk.tills().await.unwrap().remove(0);
    assert_eq!((till.expected, till.open.refunds_due.count), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_append_only() {
    let (app, _seller) = with_member(PRICE).await;
    charge(&app, &[0]).await.unwrap();
    for text in ["UPDATE postings SET amount = 1", "DELETE FROM postings"] {
        app.behind(|sql| assert!(sql.execute_batch(text).is_err(), "{text}"));
    }
    let twice = "INSERT INTO postings (member, kind, amount, order_id, at) SELECT member, kind, amount, order_id, at FROM postings";
    app.behind(|sql| {
        assert!(
            sql.execute_batch(twice).is_err(),
            "an order is charged once"
        )
    });
}
