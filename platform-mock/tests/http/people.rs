//! People: logging in and out, how long a session lasts, who is slowed down, and what operators do about accounts.

use kippu_api::{
    operator::Listed,
    people::{AccountInView, AccountWish, AuditRow, FreshAccount, Me, PersonRole, PersonSession},
    problem::{Problem, ProblemCode},
};
use platform_center::people::{
    accounts::AccountStorage as _,
    secrets::hash_password,
    tries::{SHUT_MICROS, WRONG_MAX},
};
use serde_json::json;

use crate::{
    app::{CARD, OTHER_CARD, TestApp, account, code, login, token},
    operator::Operator,
};

const PASSWORD: &str = "correct horse battery";

async fn log_in(url: &str, number: &str, password: &str, from: &str) -> reqwest::Response {
    reqwest::Client::new()
        .post(format!("{url}/api/v1/people/login"))
        .header("X-Forwarded-For", from)
        .json(&json!({"number": number, "password": password}))
        .send()
        .await
        .unwrap()
}

async fn get(app: &TestApp, path: &str, token: &str) -> reqwest::Response {
    reqwest::Client::new()
        .get(format!("{}/api/v1{path}", app.url))
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
}

async fn member(app: &TestApp) -> String {
    let mut new = account(PersonRole::Member, "m", "");
    new.cards = vec![CARD];
    let hash = hash_password(PASSWORD).unwrap();
    app.storage().put_account(new, hash).await.unwrap();
    let answer = log_in(&app.url, "m", PASSWORD, "192.0.2.1").await;
    answer.json::<PersonSession>().await.unwrap().token
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let app = TestApp::start().await;
    let token = member(&app).await;
    let me: Me = get(&app, "/people/me", &token).await.json().await.unwrap();
    assert_eq!((me.role, me.cards), (PersonRole::Member, vec![CARD]));
    for _ in 0..24 {
        app.minutes_pass(25);
        let status = get(&app, "/people/me", &token).await.status();
        if status == 401 {
            break;
        }
        assert_eq!(status, 200);
    }
    assert_eq!(
        get(&app, "/people/me", &token).await.status(),
        401,
        "10 hours are over"
    );

    let token = member(&app).await;
    app.minutes_pass(29);
    assert_eq!(get(&app, "/people/me", &token).await.status(), 200);
    app.minutes_pass(29);
    assert_eq!(get(&app, "/people/me", &token).await.status(), 200);
    app.minutes_pass(30);
    assert_eq!(get(&app, "/people/me", &token).await.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_count_at_all_nodes_and_lock_out_nobody_elsewhere() {
    let app = TestApp::start().await;
    member(&app).await;
    // A file has one node; a server's nodes count together.
    let nodes = match std::env::var_os("KIPPU_TEST_POSTGRES") {
        Some(_) => vec![app.url.clone(), app.node().await],
        None => vec![app.url.clone()],
    };
    for guess in 0..WRONG_MAX as usize {
        let node = &nodes[guess % nodes.len()];
        assert_eq!(
            log_in(node, "m", "wrong guess", "203.0.113.5")
                .await
                .status(),
            401
        );
    }
    for node in &nodes {
        let shut = log_in(node, "m", PASSWORD, "203.0.113.5").await;
        assert_eq!(shut.status(), 429);
        let wait = i64::from(
            shut.headers()["retry-after"]
                .to_str()
                .unwrap()
                .parse::<u32>()
                .unwrap(),
        );
        assert_eq!(wait, SHUT_MICROS / 1_000_000);
        let problem: Problem = shut.json().await.unwrap();
        assert_eq!(problem.code, ProblemCode::TooMany);
        assert!(problem.detail.unwrap().contains("Wait 5 minutes"));
        assert_eq!(log_in(node, "m", PASSWORD, "192.0.2.1").await.status(), 200);
    }
    app.minutes_pass(5);
    assert_eq!(
        log_in(&nodes[0], "m", PASSWORD, "203.0.113.5")
            .await
            .status(),
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_number_a_wrong_password_and_a_disabled_account_get_one_answer() {
    let app = TestApp::start().await;
    member(&app).await;
    let operator = Operator::of(&app).await;
    let mut gone = account(PersonRole::Member, "gone", "");
    gone.cards = vec![OTHER_CARD];
    let hash = hash_password(PASSWORD).unwrap();
    let id = app.storage().put_account(gone, hash).await.unwrap();
    let path = format!("/accounts/{id}");
    let _: FreshAccount = operator
        .post(&path, &AccountWish::Disable, "-")
        .await
        .unwrap();
    let mut answers = Vec::new();
    for (number, password) in [
        ("m", "wrong guess"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("1", "1111"),
    ] {
        let answer = log_in(&app.url, number, password, "192.0.2.9").await;
        assert_eq!(answer.status(), 401);
        let mut problem: Problem = answer.json().await.unwrap();
        // Every request has a reference of its own.
        assert!(problem.request.take().is_some());
        answers.push(problem);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_make_disable_and_reset_accounts_and_it_is_written_down() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let new = json!({"role": "organizer", "number": "hana", "name": "花", "of": "o"});
    let made: FreshAccount = operator.post("/accounts", &new, "key").await.unwrap();
    let again: FreshAccount = operator.post("/accounts", &new, "key").await.unwrap();
    assert_eq!(
        (again.account.account, again.secret),
        (made.account.account, None)
    );
    let twin: Result<FreshAccount, _> = operator.post("/accounts", &new, "other").await;
    assert_eq!(twin.err(), Some(ProblemCode::WrongState));
    let first = made.secret.unwrap();
    let opened = log_in(&app.url, "hana", &first, "192.0.2.1").await;
    let token = opened.json::<PersonSession>().await.unwrap().token;
    assert_eq!(get(&app, "/organizer/events", &token).await.status(), 200);

    let path = format!("/accounts/{}", made.account.account);
    let reset: FreshAccount = operator
        .post(&path, &AccountWish::Reset, "-")
        .await
        .unwrap();
    assert_eq!(get(&app, "/organizer/events", &token).await.status(), 401);
    assert_eq!(
        log_in(&app.url, "hana", &first, "192.0.2.1").await.status(),
        401
    );
    let second = reset.secret.unwrap();
    let opened = log_in(&app.url, "hana", &second, "192.0.2.1").await;
    let token = opened.json::<PersonSession>().await.unwrap().token;
    let disabled: FreshAccount = operator
        .post(&path, &AccountWish::Disable, "-")
        .await
        .unwrap();
    assert_eq!((disabled.account.sessions, disabled.secret), (0, None));
    assert_eq!(get(&app, "/organizer/events", &token).await.status(), 401);
    let _: FreshAccount = operator
        .post(&path, &AccountWish::Enable, "-")
        .await
        .unwrap();
    assert_eq!(
        log_in(&app.url, "hana", &second, "192.0.2.1")
            .await
            .status(),
        200
    );

    let found: Listed<AccountInView> = operator.get("/accounts?find=hana").await;
    assert_eq!(found.rows[0].of.as_deref(), Some("Organizer"));
    let mine: Listed<AccountInView> = operator.get("/accounts?find=op").await;
    let myself = mine
        .rows
        .iter()
        .find(|row| row.role == PersonRole::Operator)
        .unwrap();
    let path = format!("/accounts/{}", myself.account);
    let refused: Result<FreshAccount, _> = operator.post(&path, &AccountWish::Disable, "-").await;
    assert_eq!(refused.err(), Some(ProblemCode::BadRequest));

    let told: Listed<AuditRow> = operator.get("/audit?find=hana").await;
    let words: Vec<&str> = told
        .rows
        .iter()
        .rev()
        .map(|row| row.what.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "account_made",
            "login",
            "account_reset",
            "login_refused",
            "login",
            "account_disabled",
            "account_enabled",
            "login"
        ]
    );
    assert!(
        told.rows
            .iter()
            .all(|row| !format!("{row:?}").contains(&second))
    );
    let changed = app.behind(|sql| {
        sql.execute_batch("UPDATE audit SET what = 'nothing'")
            .is_ok()
            || sql.execute_batch("DELETE FROM audit").is_ok()
    });
    assert!(!changed, "nobody rewrites it");
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_and_refused_logins_are_written_down_with_who_and_where() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let order = app.paid_order(&[0]).await;
    let wrong = app.client("register-1").login(&login("1", "9999")).await;
    assert_eq!(code(wrong.unwrap_err()), ProblemCode::Unauthenticated);
    let _ = log_in(
        &app.url,
        "hunter2 typed in the wrong field",
        "x",
        "203.0.113.7",
    )
    .await;
    let told: Listed<AuditRow> = operator.get("/audit").await;
    let find = |what: &str| told.rows.iter().find(|row| row.what == what).unwrap();
    let payment = find("payment");
    assert_eq!(
        (payment.who.as_str(), payment.subject.as_str()),
        ("clerk 1 1 様", format!("slip {}", order.slip).as_str())
    );
    let refused: Vec<_> = told
        .rows
        .iter()
        .filter(|row| row.what == "login_refused")
        .collect();
    assert_eq!(refused[0].note.as_deref(), Some("203.0.113.7"));
    assert_eq!(refused[0].subject, "an unknown number");
    assert_eq!(
        (refused[1].terminal.as_deref(), refused[1].subject.as_str()),
        (Some("register-1"), "clerk 1 1 様")
    );
    let older: Listed<AuditRow> = operator
        .get(&format!("/audit?before={}", payment.entry))
        .await;
    assert!(older.rows.iter().all(|row| row.entry < payment.entry));
    let (status, page) = operator.page("/operator/audit?find=payment", "en").await;
    assert!(status == 200 && page.contains(&format!("slip {}", order.slip)));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_the_books() {
    let app = TestApp::start().await;
    let paid = app.paid_order(&[0, 1]).await;
    app.order(&[2]).await;
    let operator = Operator::of(&app).await;
    let mut tokens = Vec::new();
    for (role, of) in [("organizer", "o"), ("seller", "two"), ("venue", "Hall")] {
        let new = json!({"role": role, "number": role, "name": role, "of": of});
        let made: FreshAccount = operator.post("/accounts", &new, role).await.unwrap();
        let opened = log_in(&app.url, role, &made.secret.unwrap(), "192.0.2.1").await;
        tokens.push(opened.json::<PersonSession>().await.unwrap().token);
    }
    let show = async |path: &str, token: &String| {
        get(&app, path, token)
            .await
            .json::<serde_json::Value>()
            .await
            .unwrap()
    };
    let events = show("/organizer/events", &tokens[0]).await;
    assert_eq!(
        events[0]["counts"],
        json!({"seats": 20, "unallocated": 0, "free": 17, "held": 1, "sold": 2})
    );
    assert_eq!(events[0]["revenue"], paid.total);
    let seats = show("/organizer/events/7/seats", &tokens[0]).await;
    assert_eq!(seats["seats"], format!("ssh{}", "f".repeat(17)));
    let own = show("/seller/events/7", &tokens[1]).await;
    assert_eq!(own["event"]["counts"]["seats"], 2);
    assert_eq!(own["parts"].as_array().unwrap().len(), 1);

    let entered = json!({"records": [
        {"row": 1, "at": 5, "event": 7, "card": null, "ticket": paid.tickets[0], "outcome": "admit"},
        {"row": 2, "at": 6, "event": 7, "card": null, "ticket": paid.tickets[0], "outcome": "already_inside"},
    ]});
    let sent = reqwest::Client::new()
        .post(format!("{}/api/v1/entrance-records", app.url))
        .bearer_auth(token("gate-1"))
        .json(&entered);
    assert_eq!(sent.send().await.unwrap().status(), 200);
    let entrance = show("/venue/events/7/entrance", &tokens[2]).await;
    assert_eq!(
        (&entrance["sold"], &entrance["entered"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(entrance["gates"].as_array().unwrap().len(), 2);
}
