//! Operators: logging in, what they see of handovers and terminals, and issuing anew.

use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    operator::{
        BelievedHolder, Found, HandoverStory, Listed, OperatorSession, ReissueLook, ReissueOrder,
        ReissueReason, ReissueWhat, Reissued, TerminalInView, TerminalWish, ToldInView, WaitsFor,
    },
    orders::Claim,
    people::PersonRole,
    problem::{Problem, ProblemCode},
};
use kippu_ticket::ids::Step;
use platform_center::people::{
    accounts::AccountStorage as _, secrets::hash_password, tries::WRONG_MAX,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, account, code, wish},
    moves::{MOVE, Mover},
    purchase::report,
};

const PASSWORD: &str = "correct horse battery";

/// An operator's JSON.
pub struct Operator {
    http: reqwest::Client,
    url: String,
    token: String,
}

/// Registers an operator and logs in.
pub async fn operator_token(app: &TestApp) -> String {
    let hash = hash_password(PASSWORD).unwrap();
    app.storage()
        .put_account(account(PersonRole::Operator, "op", ""), hash)
        .await
        .unwrap();
    let answer = log_in(app, PASSWORD).await;
    answer.json::<OperatorSession>().await.unwrap().token
}

async fn log_in(app: &TestApp, password: &str) -> reqwest::Response {
    reqwest::Client::new()
        .post(format!("{}/api/v1/operator/login", app.url))
        .json(&serde_json::json!({"operator": "op", "password": password}))
        .send()
        .await
        .unwrap()
}

impl Operator {
    pub async fn of(app: &TestApp) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: app.url.clone(),
            token: operator_token(app).await,
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let request = self
            .http
            .get(format!("{}/api/v1/operator{path}", self.url))
            .bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        key: &str,
    ) -> Result<T, ProblemCode> {
        self.send(path, serde_json::to_vec(body).unwrap(), key)
            .await
    }

    pub async fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Vec<u8>,
        key: &str,
    ) -> Result<T, ProblemCode> {
        let answer = self
            .http
            .post(format!("{}/api/v1/operator{path}", self.url))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", key)
            .body(body)
            .send()
            .await
            .unwrap();
        if answer.status().is_success() {
            return Ok(answer.json().await.unwrap());
        }
        Err(answer.json::<Problem>().await.unwrap().code)
    }

    pub async fn wish(&self, terminal: u32, wish: &TerminalWish) -> TerminalInView {
        self.post(&format!("/terminals/{terminal}"), wish, "-")
            .await
            .unwrap()
    }

    /// What a re-issue would do.
    pub async fn look(&self, what: &ReissueWhat) -> ReissueLook {
        self.post("/reissue/look", what, "-").await.unwrap()
    }

    /// Looks at a re-issue and orders it.
    pub async fn reissue(
        &self,
        what: ReissueWhat,
        reason: ReissueReason,
        key: &str,
    ) -> Result<Reissued, ProblemCode> {
        let order = ReissueOrder {
            state: self.look(&what).await.state,
            what,
            reason,
            words: "the customer came to the counter".into(),
        };
        self.post("/reissue", &order, key).await
    }

    /// A page as a browser gets it.
    pub async fn page(&self, path: &str, language: &str) -> (u16, String) {
        let request = self
            .http
            .get(format!("{}{path}", self.url))
            .header("Cookie", format!("kippu_operator={}", self.token))
            .header("Accept-Language", language);
        let answer = request.send().await.unwrap();
        let policy = &answer.headers()["content-security-policy"];
        assert!(policy.to_str().unwrap().starts_with("default-src 'none'"));
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    }

    /// Sends a form of a page; where it leads.
    pub async fn form(&self, path: &str, body: String) -> reqwest::Response {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(format!("{}{path}", self.url))
            .header("Cookie", format!("kippu_operator={}", self.token))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Sends a form with a file, its parts cut by `cut`.
    pub async fn upload(&self, path: &str, body: Vec<u8>) -> (u16, String) {
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("Cookie", format!("kippu_operator={}", self.token))
            .header("Content-Type", "multipart/form-data; boundary=cut")
            .body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The token in the forms of this session's pages.
    pub async fn form_token(&self) -> String {
        let (_, page) = self.page("/operator/terminals", "en").await;
        let (_, rest) = page.split_once("name=\"form\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_slow_and_a_session_ends_when_it_is_told() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    for _ in 0..WRONG_MAX {
        assert_eq!(log_in(&app, "wrong").await.status(), 401);
    }
    assert_eq!(log_in(&app, PASSWORD).await.status(), 429);
    app.minutes_pass(5);
    assert_eq!(log_in(&app, PASSWORD).await.status(), 200);

    assert_eq!(operator.page("/operator/handovers", "en").await.0, 200);
    let form = operator.form_token().await;
    let out = operator
        .form("/operator/logout", format!("form={form}"))
        .await;
    assert_eq!(out.status(), 303);
    let (status, page) = operator.page("/operator/handovers", "ja").await;
    assert_eq!(status, 401);
    assert!(page.contains("ログイン") && page.contains("/operator/handovers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_logs_in_by_form_and_gets_a_cookie_no_script_can_read() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let body = format!(
        "number=op&password={}&to=/operator/terminals",
        PASSWORD.replace(' ', "+")
    );
    let answer = operator.form("/operator/login", body).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/operator/terminals");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/operator"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let wrong = operator
        .form("/operator/login", "number=op&password=x".into())
        .await;
    assert_eq!(wrong.status(), 401);
    assert!(wrong.text().await.unwrap().contains("is wrong"));
    let api = reqwest::Client::new()
        .get(format!("{}/api/v1/operator/terminals", app.url))
        .header("Cookie", cookie.split(';').next().unwrap());
    assert_eq!(
        api.send().await.unwrap().status(),
        401,
        "only pages take it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_do_nothing() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    for form in ["", "form=0123"] {
        let body = format!("{form}&wish=write_off&reason=x");
        let answer = operator.form("/operator/terminals/11", body).await;
        assert_eq!(answer.status(), 400);
    }
    let terminals: Listed<TerminalInView> = operator.get("/terminals").await;
    assert!(terminals.rows.iter().all(|row| row.written_off.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn open_handovers_say_what_they_wait_for() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let nothing: Found = operator.get("/handovers").await;
    assert!(nothing.handovers.rows.is_empty());

    let order = app.paid_order(&[0, 1]).await;
    let grant = app.grant(&order).await;
    let waits = async || {
        let found: Found = operator.get("/handovers").await;
        found.handovers.rows[0].waits_for
    };
    assert_eq!(waits().await, WaitsFor::FirstReport);
    let unknown = report(&grant, ReportedOutcome::Unknown, 1);
    app.kiosk().report(grant.handover, &unknown).await.unwrap();
    assert_eq!(
        waits().await,
        WaitsFor::Answer {
            card: CARD,
            step: Step::Give
        }
    );
    let not_done = report(&grant, ReportedOutcome::NotDone, 2);
    app.kiosk().report(grant.handover, &not_done).await.unwrap();
    assert_eq!(waits().await, WaitsFor::Receiver { card: Some(CARD) });
    let done = report(&grant, ReportedOutcome::Done, 3);
    app.kiosk().report(grant.handover, &done).await.unwrap();
    let found: Found = operator.get("/handovers").await;
    assert!(found.handovers.rows.is_empty());

    let ticket = order.tickets[0];
    for sought in [
        ticket.to_string(),
        CARD.to_string(),
        order.order.clone(),
        order.slip.clone(),
        grant.handover.to_string(),
    ] {
        let found: Found = operator.get(&format!("/handovers?find={sought}")).await;
        assert_eq!(found.handovers.rows[0].handover, grant.handover, "{sought}");
    }
    let found: Found = operator.get(&format!("/handovers?find={ticket}")).await;
    assert_eq!(found.tickets[0].seat, "stalls A 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_tells_both_cards_and_whether_they_proved_it() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    let mut forged = kiosk.report(Step::Give, ReportedOutcome::Done);
    forged.proof = Some(kippu_api::handovers::ReportedProof {
        counter: 9,
        mac: "00".repeat(8),
        input: "8d".repeat(32),
    });
    kiosk.send(&forged).await.unwrap();

    let story: HandoverStory = operator.get(&format!("/handovers/{MOVE}")).await;
    assert_eq!(
        (story.view.giver, story.view.receiver, story.view.waits_for),
        (Some(CARD), Some(OTHER_CARD), WaitsFor::Nothing)
    );
    let told: Vec<_> = story
        .told
        .iter()
        .map(|told| (told.step, told.card, told.proved))
        .collect();
    assert_eq!(
        told,
        [
            (Step::Take, CARD, None),
            (Step::Give, OTHER_CARD, Some(false))
        ]
    );
    assert_eq!(
        (story.tickets[0].holder, story.tickets[0].card),
        (BelievedHolder::Card, Some(OTHER_CARD))
    );

    let unproved: Listed<ToldInView> = operator.get("/unproved").await;
    let of_move: Vec<_> = unproved
        .rows
        .iter()
        .filter(|told| told.handover == MOVE)
        .map(|told| told.proved)
        .collect();
    assert_eq!(of_move, [Some(false), None], "newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_written_off_terminal_gets_nothing_until_it_is_put_back() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let order = app.paid_order(&[0]).await;
    let off = TerminalWish::WriteOff {
        reason: "fell into the harbour".into(),
    };
    let view = operator.wish(11, &off).await;
    assert_eq!(
        (view.written_off, view.name.written_off),
        (Some(app.now()), true)
    );
    let claim = Claim::Order(order.order);
    let refused = app.kiosk().grant(&claim, &wish(MOVE)).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::Forbidden);
    operator.wish(11, &TerminalWish::PutBack).await;
    app.kiosk().grant(&claim, &wish(MOVE)).await.unwrap();
    let empty: Result<TerminalInView, _> = operator
        .post(
            "/terminals/11",
            &TerminalWish::WriteOff { reason: " ".into() },
            "-",
        )
        .await;
    assert_eq!(empty.err(), Some(ProblemCode::BadRequest));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_speaks_both_languages_without_scripts() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (grant, tickets) = app.sold(&[0, 1]).await;
    let mut kiosk = Mover::at(&app, "kiosk-1", MOVE, &tickets);
    kiosk.take(Purpose::Assignment).await;
    let reason = "<script>alert(1)</script>長い長い長い長い長い理由".to_owned();
    operator.wish(12, &TerminalWish::WriteOff { reason }).await;
    let handover = grant.handover;
    for (path, english, japanese) in [
        (
            "/operator/handovers".to_owned(),
            "Open handovers",
            "終わっていない受け渡し",
        ),
        (
            format!("/operator/handovers?find={CARD}"),
            "Handovers found",
            "見つかった受け渡し",
        ),
        (
            "/operator/handovers?find=何か".to_owned(),
            "Nothing was found",
            "見つかりませんでした",
        ),
        (
            format!("/operator/handovers/{handover}"),
            "What was reported",
            "報告されたこと",
        ),
        (
            "/operator/unproved".to_owned(),
            "Unproved reports",
            "証明のない報告",
        ),
        ("/operator/reissue".to_owned(), "One ticket", "きっぷ1枚"),
        (
            format!("/operator/reissue?handover={MOVE}"),
            "What will happen",
            "再発行すると",
        ),
        (
            "/operator/reissue?ticket=999".to_owned(),
            "nothing to issue anew",
            "再発行できるきっぷはありません",
        ),
        (
            "/operator/terminals".to_owned(),
            "Import reports",
            "報告を読み込む",
        ),
        (
            "/operator/restore".to_owned(),
            "never restored",
            "復元されていません",
        ),
    ] {
        for (language, text) in [("en", english), ("ja-JP,en;q=0.5", japanese)] {
            let (status, page) = operator.page(&path, language).await;
            assert_eq!(status, 200, "{path}");
            assert!(page.contains(text), "{path} lacks {text}");
            assert!(!page.contains("<script"), "{path}");
            assert!(page.len() < 60_000, "{path}: {} bytes", page.len());
        }
    }
    let (status, page) = operator.page("/operator/handovers/xyz", "ja").await;
    assert_eq!(status, 404);
    assert!(page.contains("できませんでした"));
}
