//! Terminals by certificates: enrolment, renewal, revocation, wrong clocks, and what is sealed to one terminal.

use std::{path::PathBuf, sync::Arc, time::Duration};

use kippu_api::{
    client::{
        Client, ClientError,
        enrolling::{NewTerminal, enrol},
    },
    enrolment::{Enrolled, Enrolment, EnrolmentCode, OpenedEnrolment},
    identity::{self, Identity, Stored, certificate, new_key, provider, renew_when_due},
    operator::TerminalWish,
    problem::ProblemCode,
    stick::{Header, Kind, PlatformId, Reports, seal_json},
};
use kippu_ticket::ids::TerminalId;
use platform_center::{
    audit::Actor,
    devices::{
        authority::Authority,
        codes::{self, CODE_MICROS},
    },
    keys::{Keys, ring, wrapping::Wrapping},
    masters::storage::MasterStorage as _,
    people::tries::WRONG_MAX,
    stick::reports,
};
use rcgen::{CertificateParams, Issuer, KeyPair, date_time_ymd};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio::net::TcpListener;

use crate::{
    app::{CARD, EVENT, GATE_KEY, TestApp, code, token},
    operator::Operator,
};

const KIOSK: TerminalId = TerminalId(11);
const GATE: TerminalId = TerminalId(21);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// An operator's code for a terminal.
pub async fn code_for(app: &TestApp, terminal: TerminalId) -> EnrolmentCode {
    let authority = Authority::open(app.keys().authority().unwrap()).unwrap();
    let opened = codes::open(&app.storage(), &authority, None, terminal, app.now())
        .await
        .unwrap();
    assert_eq!(opened.expires, app.now() + CODE_MICROS);
    opened.code.parse().unwrap()
}

/// A terminal that came by a code.
pub async fn enrolled(app: &TestApp, url: &str, terminal: TerminalId) -> NewTerminal {
    enrol(url, &code_for(app, terminal).await).await.unwrap()
}

/// A terminal's identity in a file of its own, and its connection.
fn connect(app: &TestApp, url: &str, name: &str, stored: &Stored) -> (Client, Arc<Identity>) {
    let path: PathBuf = app.data().join(format!("{name}.identity.json"));
    identity::write(&path, stored).unwrap();
    let identity = Arc::new(Identity::open(&path).unwrap());
    (
        Client::enrolled(url, Arc::clone(&identity)).unwrap(),
        identity,
    )
}

/// What the platform said when it did not know who asked.
fn stranger(error: ClientError) -> (String, String) {
    let problem = error
        .problem()
        .unwrap_or_else(|| panic!("not refused: {error}"));
    assert_eq!(problem.code, ProblemCode::Unauthenticated);
    (
        problem.detail.clone().unwrap(),
        problem.hint.clone().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_makes_a_machine_the_terminal_and_nothing_it_had_before_counts() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    app.kiosk().events().await.unwrap();
    let code = code_for(&app, KIOSK).await;
    let new = enrol(&url, &code).await.unwrap();
    assert_eq!(
        (
            new.enrolled.terminal,
            new.enrolled.name.as_str(),
            new.enrolled.role.as_str()
        ),
        (KIOSK, "kiosk-1", "kiosk")
    );
    assert_eq!(new.enrolled.store.as_deref(), Some("0101"));
    let (client, _) = connect(&app, &url, "kiosk-1", &new.identity);
    assert_eq!(client.events().await.unwrap().len(), 1);
    let again = enrol(&url, &code).await.err().unwrap();
    assert!(stranger(again).0.contains("used"), "a code is good once");
    let by_token = loop {
        // The node in the clear believes what it knew for a moment.
        if let Err(error) = app.kiosk().events().await {
            break error;
        }
    };
    stranger(by_token);
    let replaced = enrolled(&app, &url, KIOSK).await;
    let old = loop {
        if let Err(error) = client.events().await {
            break error;
        }
    };
    assert!(stranger(old).0.contains("revoked"));
    let (client, _) = connect(&app, &url, "again", &replaced.identity);
    client.events().await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminals_key_is_its_own_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let new = enrolled(&app, &url, KIOSK).await;
    connect(&app, &url, "kiosk-1", &new.identity);
    let file = app.data().join("kiosk-1.identity.json");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ends_by_itself_and_guessing_is_slowed_down() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let late = code_for(&app, KIOSK).await;
    app.minutes_pass(31);
    stranger(enrol(&url, &late).await.err().unwrap());
    let replaced = code_for(&app, KIOSK).await;
    let code = code_for(&app, KIOSK).await;
    stranger(enrol(&url, &replaced).await.err().unwrap());
    let authority = certificate(&app.keys().authority().unwrap().certificate).unwrap();
    for _ in 2..WRONG_MAX {
        stranger(
            enrol(&url, &EnrolmentCode::random(&authority))
                .await
                .err()
                .unwrap(),
        );
    }
    let slowed = enrol(&url, &code).await.err().unwrap();
    assert_eq!(slowed.problem().unwrap().code, ProblemCode::TooMany);
    app.minutes_pass(6);
    enrol(&url, &code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_gives_its_code_to_nobody_but_its_own_platform() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let (url, foreign) = (app.tls_node().await, other.tls_node().await);
    let code = code_for(&app, KIOSK).await;
    let refused = enrol(&foreign, &code).await.err().unwrap();
    assert!(matches!(refused, ClientError::Unreachable(_)), "{refused}");
    let new = enrol(&url, &code).await.unwrap();
    let (elsewhere, _) = connect(&app, &foreign, "kiosk-1", &new.identity);
    let refused = elsewhere.events().await.unwrap_err();
    assert!(matches!(refused, ClientError::Unreachable(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn revoking_at_one_node_shuts_a_terminal_out_at_every_node() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (here, there) = (app.tls_node().await, app.tls_node().await);
    let new = enrolled(&app, &here, KIOSK).await;
    let (client, _) = connect(&app, &here, "here", &new.identity);
    let (beside, _) = connect(&app, &there, "there", &new.identity);
    client.events().await.unwrap();
    beside.events().await.unwrap();
    let wish = TerminalWish::Revoke {
        reason: "taken from the store at night".into(),
    };
    let view = operator.wish(11, &wish).await;
    assert!(view.revoked.is_some() && view.certificate_until.is_none());
    for client in [client, beside] {
        let refused = loop {
            if let Err(error) = client.events().await {
                break error;
            }
        };
        let (detail, hint) = stranger(refused);
        assert!(detail.contains("revoked"), "{detail}");
        assert!(hint.contains("enrol"), "{hint}");
    }
    let path = "/terminals/11/enrolment-code";
    let none = operator.post::<OpenedEnrolment>(path, &(), "-").await;
    assert_eq!(
        none,
        Err(ProblemCode::WrongState),
        "this node has no authority"
    );
    let back = enrolled(&app, &here, KIOSK).await;
    let (client, _) = connect(&app, &here, "back", &back.identity);
    client.events().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_renews_in_time_and_the_old_certificate_is_good_meanwhile() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let first = enrolled(&app, &url, KIOSK).await.identity;
    let (client, identity) = connect(&app, &url, "kiosk-1", &first);
    let (from, until) = identity.valid();
    assert!(!renew_when_due(&client, &identity, from).await.unwrap());
    app.clock.advance(70 * DAY);
    assert!(renew_when_due(&client, &identity, app.now()).await.unwrap());
    assert!(identity.valid().1 > until);
    let (old, _) = connect(&app, &url, "old", &first);
    old.events().await.unwrap();
    let (fresh, identity) = connect(&app, &url, "fresh", &identity.stored());
    fresh.events().await.unwrap();
    app.clock.advance(20 * DAY);
    let (late, _) = connect(&app, &url, "late", &first);
    let (detail, hint) = stranger(late.events().await.unwrap_err());
    assert!(detail.contains("expired"), "{detail}");
    assert!(hint.contains("new code"), "{hint}");
    app.clock.advance(50 * DAY);
    assert!(renew_when_due(&fresh, &identity, app.now()).await.unwrap());
    let renewed = app.behind(|sql| {
        sql.query_row(
            "SELECT count(*) FROM device_certificates WHERE revoked IS NULL",
            [],
            |row| row.get::<i64>(0),
        )
        .unwrap()
    });
    assert_eq!(renewed, 2, "the one that asked and the one it got");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_whose_clock_is_behind_says_so() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let new = enrolled(&app, &url, KIOSK).await;
    app.behind(|sql| {
        let later = "UPDATE device_certificates SET not_before = not_before + 86400000000";
        sql.execute(later, []).unwrap();
    });
    let (client, _) = connect(&app, &url, "kiosk-1", &new.identity);
    let (detail, hint) = stranger(client.events().await.unwrap_err());
    assert!(detail.contains("not valid yet"), "{detail}");
    assert!(hint.contains("clock"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_whose_clock_is_wrong_is_told_to_set_it() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let new = enrolled(&app, &url, KIOSK).await;
    let stored = app.keys().authority().unwrap().clone();
    let key = KeyPair::from_pem(&stored.key).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&stored.certificate, key).unwrap();
    for ((from, until), words) in [((2001, 2002), "ended at"), ((2050, 2051), "begins at")] {
        let own = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&own, &issuer).unwrap().der().clone();
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate],
                PrivatePkcs8KeyDer::from(own.serialize_der()).into(),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = acceptor.accept(stream).await;
        });
        let (client, _) = connect(&app, &url, "kiosk-1", &new.identity);
        let refused = client.events().await.unwrap_err();
        assert!(refused.not_done());
        let text = refused.to_string();
        assert!(
            text.contains(words) && text.contains("set this terminal's clock"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_tls_a_token_is_nobodys_and_a_session_is_its_persons() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let operator = crate::operator::operator_token(&app).await;
    let http = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let status = |path: &str, token: String| {
        let request = http.get(format!("{url}/api/v1{path}")).bearer_auth(token);
        async { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(status("/events", token("kiosk-1")).await, 401);
    assert_eq!(status("/operator/terminals", operator.clone()).await, 200);
    let opened = http
        .post(format!("{url}/api/v1/operator/terminals/11/enrolment-code"))
        .bearer_auth(operator)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.status(), 201);
    let opened: OpenedEnrolment = opened.json().await.unwrap();
    enrol(&url, &opened.code.parse().unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_only_looks_right_opens_nothing() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let real = enrolled(&app, &url, KIOSK).await.identity;
    let stored = app.keys().authority().unwrap().clone();
    // By somebody who has another authority, and by somebody who even has this one's key: no database knows either.
    let foreign = tempfile::tempdir().unwrap();
    Keys::open_with(foreign.path(), &Wrapping::Nothing).unwrap();
    ring::ensure_authority(foreign.path(), &Wrapping::Nothing).unwrap();
    let foreign = Keys::open_with(foreign.path(), &Wrapping::Nothing).unwrap();
    let terminal = app
        .storage()
        .terminal_by_name("kiosk-1")
        .await
        .unwrap()
        .unwrap();
    for authority in [foreign.authority().unwrap(), &stored] {
        let (key, request) = new_key().unwrap();
        let issued = Authority::open(authority)
            .unwrap()
            .certify(&request, &terminal, app.now())
            .unwrap();
        let forged = Stored {
            key,
            certificate: issued.pem,
            authority: real.authority.clone(),
            valid: issued.valid,
        };
        let (client, _) = connect(&app, &url, "forged", &forged);
        let refused = client.events().await.unwrap_err();
        assert!(
            refused
                .problem()
                .is_none_or(|problem| problem.code == ProblemCode::Unauthenticated),
            "{refused}"
        );
    }
}

/// A request with another key than the one that signed it.
fn tampered(request: &str) -> String {
    let mut bytes = request.as_bytes().to_vec();
    let place = request.len() / 2;
    let place = if bytes[place] == b'\n' {
        place + 1
    } else {
        place
    };
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_no_request_changes_nothing_and_the_code_stays_good() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let code = code_for(&app, KIOSK).await;
    let http = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let (_, request) = new_key().unwrap();
    let good = "11".repeat(32);
    for (request, sealing_key) in [
        ("nonsense".to_owned(), good.clone()),
        (tampered(&request), good.clone()),
        (request.clone(), "zz".into()),
        (request, "00".repeat(32)),
    ] {
        let wish = Enrolment {
            secret: code.secret(),
            request,
            sealing_key,
        };
        let answer = http
            .post(format!("{url}/api/v1/enrolments"))
            .json(&wish)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400);
        app.minutes_pass(6);
    }
    let new: Enrolled = enrol(&url, &code).await.unwrap().enrolled;
    assert_eq!(new.terminal, KIOSK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_to_a_terminal_opens_with_the_key_it_agreed_on_alone() {
    let app = TestApp::start().await;
    let url = app.tls_node().await;
    let new = enrolled(&app, &url, GATE).await;
    let (gate, _) = connect(&app, &url, "gate-1", &new.identity);
    let sealed = gate.bundle().await.unwrap();
    let issuer = app.keys().issuer.public();
    let bundle = kippu_gate::bundle::open(&sealed, &issuer, &new.device_key, app.now()).unwrap();
    assert!(bundle.event(EVENT).is_some());
    assert!(kippu_gate::bundle::open(&sealed, &issuer, &GATE_KEY, app.now()).is_err());
    // Nothing in the database opens it.
    let kept = app.behind(|sql| {
        let text = "SELECT device_key, sealing_key FROM terminals WHERE terminal = 21";
        sql.query_row(text, [], |row| {
            Ok([row.get::<[u8; 32]>(0)?, row.get::<[u8; 32]>(1)?])
        })
        .unwrap()
    });
    for key in kept {
        assert!(kippu_gate::bundle::open(&sealed, &issuer, &key, app.now()).is_err());
    }
    let kiosk = enrolled(&app, &url, KIOSK).await;
    let header = Header {
        kind: Kind::Reports,
        terminal: KIOSK,
        platform: PlatformId::of(&issuer),
        incarnation: "first".into(),
        rows: (0, 0),
    };
    let none = Reports { reports: vec![] };
    let file = |key| seal_json(&header, &none, key).unwrap();
    let node = app.open();
    let done = reports::import(&node, &file(&kiosk.device_key), Actor::CommandLine)
        .await
        .unwrap();
    assert_eq!(done.terminal, KIOSK);
    assert!(
        reports::import(&node, &file(&GATE_KEY), Actor::CommandLine)
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_was_written_off_opens_no_card() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let wish = TerminalWish::WriteOff {
        reason: "burnt".into(),
    };
    operator.wish(11, &wish).await;
    let challenge = kippu_api::cards::SessionRequest {
        role: kippu_api::cards::CardRole::Write,
        challenge: "5c".repeat(16),
    };
    let refused = app.kiosk().begin_card_session(CARD, &challenge).await;
    assert_eq!(code(refused.unwrap_err()), ProblemCode::Forbidden);
}
