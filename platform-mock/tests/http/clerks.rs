//! Clerks at a kiosk: logging in with a card, and what they do there in the audit log.

use kippu_api::{
    clerk::{CardLogin, OwnCard, Session},
    client::{Client, ClientError, IdempotencyKey},
    operator::Listed,
    people::{AccountInView, AccountWish, AuditRow},
    problem::ProblemCode,
    staff_acts::{OutReason, StaffAct, StaffDeed},
};
use kippu_ticket::ids::CardUid;
use platform_center::people::accounts::AccountStorage as _;

use crate::{
    app::{CARD, OTHER_CARD, TestApp, code},
    operator::Operator,
};

async fn choose(clerk: &Client, card: Option<CardUid>) -> Result<(), ClientError> {
    clerk.choose_card(&OwnCard { card }).await
}

async fn log_in(kiosk: &Client, card: CardUid) -> Result<Session, ClientError> {
    kiosk.login_by_card(&CardLogin { card }).await
}

async fn refused(kiosk: &Client, card: CardUid) -> ProblemCode {
    code(log_in(kiosk, card).await.unwrap_err())
}

async fn told(app: &TestApp, word: &str) -> Vec<AuditRow> {
    let listed: Listed<AuditRow> = Operator::of(app)
        .await
        .get(&format!("/audit?find={word}"))
        .await;
    listed.rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_logs_in_with_the_card_chosen_last_and_in_the_own_store_alone() {
    let app = TestApp::start().await;
    let (kiosk, clerk) = (app.kiosk(), app.clerk("1").await);
    assert_eq!(refused(&kiosk, CARD).await, ProblemCode::Unauthenticated);
    choose(&clerk, Some(CARD)).await.unwrap();
    let session = log_in(&kiosk, CARD).await.unwrap();
    assert_eq!(session.number, "1");
    kiosk.with_token(&session.token).slips().await.unwrap();
    assert_eq!(
        refused(&app.client("kiosk-9"), CARD).await,
        ProblemCode::Unauthenticated,
        "another store"
    );
    choose(&clerk, Some(OTHER_CARD)).await.unwrap();
    assert_eq!(refused(&kiosk, CARD).await, ProblemCode::Unauthenticated);
    log_in(&kiosk, OTHER_CARD).await.unwrap();
    let second = app.clerk("2").await;
    assert_eq!(
        code(choose(&second, Some(OTHER_CARD)).await.unwrap_err()),
        ProblemCode::WrongState,
        "it is somebody's"
    );
    choose(&clerk, None).await.unwrap();
    assert_eq!(
        refused(&kiosk, OTHER_CARD).await,
        ProblemCode::Unauthenticated
    );
    let notes: Vec<_> = told(&app, "login")
        .await
        .into_iter()
        .map(|row| (row.what, row.note))
        .collect();
    assert!(
        notes.contains(&("login".into(), Some(format!("card {CARD}")))),
        "{notes:?}"
    );
    assert!(notes.contains(&("login_refused".into(), Some(format!("card {CARD}")))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_clerks_card_opens_nothing() {
    let app = TestApp::start().await;
    choose(&app.clerk("1").await, Some(CARD)).await.unwrap();
    let operator = Operator::of(&app).await;
    let found: Listed<AccountInView> = operator.get(&format!("/accounts?find={CARD}")).await;
    assert_eq!(found.rows.len(), 1);
    let account = found.rows[0].account;
    let actor = platform_center::audit::Actor::CommandLine;
    app.storage()
        .do_about_account(actor, account, AccountWish::Disable, None)
        .await
        .unwrap();
    assert_eq!(
        refused(&app.kiosk(), CARD).await,
        ProblemCode::Unauthenticated
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clerks_do_at_a_kiosk_is_in_the_audit_log_once() {
    let app = TestApp::start().await;
    let (kiosk, key) = (app.kiosk(), IdempotencyKey::random());
    let act = StaffAct {
        clerk: "1".into(),
        deed: StaffDeed::OutOfService {
            reason: OutReason::Cleaning,
        },
        at: app.now(),
    };
    for _ in 0..2 {
        kiosk.staff_act(&act, &key).await.unwrap();
    }
    let rows = told(&app, "out_of_service").await;
    assert_eq!(rows.len(), 1, "told twice, done once");
    assert_eq!(rows[0].note.as_deref(), Some("cleaning"));
    assert_eq!(rows[0].terminal.as_deref(), Some("kiosk-1"));
    assert!(rows[0].account.is_some(), "{:?}", rows[0]);

    // Without the platform, and the account gone meanwhile.
    let late = StaffAct {
        clerk: "99".into(),
        deed: StaffDeed::BackInService,
        at: app.now() - 3_600_000_000,
    };
    kiosk
        .staff_act(&late, &IdempotencyKey::random())
        .await
        .unwrap();
    let rows = told(&app, "back_in_service").await;
    assert_eq!((rows[0].who.as_str(), rows[0].account), ("clerk 99", None));
    let note = rows[0].note.as_deref().unwrap();
    assert!(note.starts_with("told late: it was "), "{note}");
    let nobody = StaffAct {
        clerk: String::new(),
        ..late
    };
    let refused = kiosk.staff_act(&nobody, &IdempotencyKey::random()).await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::BadRequest);
}
