//! More than the node takes: too many requests, connections or bytes, too slowly or too often. Nobody is left without a clear word, and whoever
//! behaves is served.

use std::time::Duration;

use kippu_api::{
    client::IdempotencyKey,
    holds::HoldRequest,
    problem::{Problem, ProblemCode},
};
use openmetrics_parser::openmetrics::parse_openmetrics;
use platform_center::server::{admin, limits::Limits};
use reqwest::{Response, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::app::{CARD, EVENT, TestApp, code, token};

/// A request's head and, of its body, what is stated.
async fn begin(app: &TestApp, head: &str) -> TcpStream {
    let address = app.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// The head of a wish whose body has two bytes, which are not sent.
fn wish_without_body() -> String {
    format!(
        "POST /api/v1/waiting HTTP/1.1\r\nHost: kippu\r\nAuthorization: Bearer {}\r\nContent-Length: 2\r\n\r\n",
        token("kiosk-1")
    )
}

/// Everything that comes until the other end closes, or cuts off a request it has not read.
async fn all_of(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes).await {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    String::from_utf8(bytes).unwrap()
}

async fn get(app: &TestApp, path: &str) -> Response {
    let http = reqwest::Client::new().get(format!("{}{path}", app.url));
    http.bearer_auth(token("kiosk-2")).send().await.unwrap()
}

async fn post(app: &TestApp, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Problem) {
    let http = reqwest::Client::new().post(format!("{}{path}", app.url));
    let http = http.bearer_auth(token("kiosk-1")).body(body);
    let answer = http.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Asks until the answer has a status.
async fn until(app: &TestApp, path: &str, status: u16) -> Response {
    loop {
        let answer = get(app, path).await;
        if answer.status() == status {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_limit_are_refused_at_once_and_told_when_to_come_back() {
    let app = TestApp::with_limits(Limits {
        requests: 1,
        ..Limits::default()
    })
    .await;
    let mut first = begin(&app, &wish_without_body()).await;
    let refused = until(&app, "/api/v1/events", 503).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::Busy);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&app, path).await.status(), 204, "{path}");
    }
    first.write_all(b"{}").await.unwrap();
    // The wish is no good, but it was the first one's turn, and it is read.
    let mut head = [0; 12];
    first.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 400");
    drop(first);
    until(&app, "/api/v1/events", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kiosks_client_comes_back_when_it_is_told_to() {
    let app = TestApp::with_limits(Limits {
        caller_per_second: 1,
        caller_burst: 3,
        ..Limits::default()
    })
    .await;
    let refused = until(&app, "/api/v1/events", 429).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::TooMany);
    // Another terminal is not concerned, and this one's own client gets through.
    app.kiosk().events().await.unwrap();
    app.client("kiosk-2").events().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_bounded_in_size_and_depth() {
    let app = TestApp::start().await;
    let holds = format!("/api/v1/events/{EVENT}/holds");
    let large = " ".repeat(64 * 1024 + 1);
    let (status, problem) = post(&app, &holds, large.clone()).await;
    assert_eq!(
        (status.as_u16(), problem.code),
        (413, ProblemCode::TooLarge)
    );
    assert!(problem.detail.unwrap().contains("65536"));
    // The same without a stated length.
    let head = format!(
        "POST {holds} HTTP/1.1\r\nHost: kippu\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        token("kiosk-1")
    );
    let mut stream = begin(&app, &format!("{head}{:x}\r\n{large}", large.len())).await;
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"HTTP/1.1 413");

    let deep = format!("{{\"seats\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    let (status, problem) = post(&app, &holds, deep).await;
    assert_eq!(
        (status.as_u16(), problem.code),
        (400, ProblemCode::BadRequest)
    );
    assert!(problem.detail.unwrap().contains("deeper than 32"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_credentials_sends_no_body() {
    let app = TestApp::start().await;
    let head = "POST /api/v1/orders HTTP/1.1\r\nHost: kippu\r\nContent-Length: 9000000\r\n\r\n";
    let mut stream = begin(&app, head).await;
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"HTTP/1.1 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_and_bodies_that_trickle_are_not_waited_for() {
    let app = TestApp::with_limits(Limits {
        head_within: Duration::from_millis(100),
        body_within: Duration::ZERO,
        ..Limits::default()
    })
    .await;
    let said = all_of(begin(&app, "GET /healthz HT").await).await;
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 408"),
        "{said}"
    );
    let said = all_of(begin(&app, &wish_without_body()).await).await;
    assert!(
        said.starts_with("HTTP/1.1 408") && said.contains("too_slow"),
        "{said}"
    );
    let many = format!(
        "GET /healthz HTTP/1.1\r\n{}\r\n",
        "x-more: 1\r\n".repeat(100)
    );
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000));
    let said = all_of(begin(&app, &many).await).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
    // Most of this one is never read, so its answer may be lost with it; a route's answer it is not.
    let said = all_of(begin(&app, &long).await).await;
    let status = said.get(9..12).unwrap_or("none");
    assert!(["414", "431", "none"].contains(&status), "{said}");
    assert_eq!(get(&app, "/healthz").await.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_are_told_so() {
    let app = TestApp::with_limits(Limits {
        connections: 1,
        ..Limits::default()
    })
    .await;
    let mut first = begin(&app, "GET /healthz HTTP/1.1\r\nHost: kippu\r\n\r\n").await;
    let mut line = [0; 12];
    first.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"HTTP/1.1 204");
    let second = begin(&app, "GET /healthz HTTP/1.1\r\nHost: kippu\r\n\r\n").await;
    let said = all_of(second).await;
    assert!(said.starts_with("HTTP/1.1 503"), "{said}");
    assert!(
        said.contains("retry-after: 1") && said.contains("\"busy\""),
        "{said}"
    );
    drop(first);
    until(&app, "/healthz", 204).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_request() {
    let app = TestApp::start().await;
    let http = reqwest::Client::new();
    let ask = |reference: &str| {
        let request = http.get(format!("{}/api/v1/orders/x", app.url));
        let request = request.header("x-request-id", reference);
        request.bearer_auth(token("kiosk-1")).send()
    };
    let answer = ask("kiosk-11-000042").await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "kiosk-11-000042");
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!(problem.request.as_deref(), Some("kiosk-11-000042"));
    assert_eq!(problem.reference(), Some("kiosk-11"));
    let answer = ask("a b=c").await.unwrap();
    let fresh = answer.headers()["x-request-id"].to_str().unwrap();
    assert_eq!(fresh.len(), 16, "{fresh}");
    assert_eq!(
        get(&app, "/healthz").await.headers()["x-request-id"].len(),
        16
    );
    let refused = app.kiosk().order("x").await.unwrap_err();
    assert_eq!(
        refused.problem().unwrap().request.as_ref().unwrap().len(),
        16
    );
}

/// The admin interface of the node that serves; its address.
async fn admin(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let node = app.node_app().clone();
    tokio::spawn(admin::serve(node, listener, std::future::pending()));
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_counted_in_prometheus_words() {
    let app = TestApp::start().await;
    let admin = admin(&app).await;
    let order = app.paid_order(&[0, 1]).await;
    app.hold(&[2]).await;
    let taken = app
        .kiosk()
        .hold(
            EVENT,
            &HoldRequest::Seats(vec![2]),
            &IdempotencyKey::random(),
        )
        .await
        .unwrap_err();
    assert_eq!(code(taken), ProblemCode::SeatTaken);
    app.kiosk()
        .grant(
            &kippu_api::orders::Claim::Order(order.order),
            &crate::app::wish(kippu_ticket::ids::HandoverId([7; 16])),
        )
        .await
        .unwrap();
    let answer = reqwest::get(format!("{admin}/metrics")).await.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.unwrap();
    parse_openmetrics(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for line in [
        "kippu_sales_total{outcome=\"paid\"} 1",
        "kippu_tickets_sold_total{outcome=\"paid\"} 2",
        "kippu_refusals_total{code=\"seat_taken\"} 1",
        "kippu_journal_rows_total{kind=\"ordered\"} 1",
        "kippu_handovers_open 1",
        "kippu_holds 1",
        "kippu_terminals 6",
        "kippu_writer_queue_requests 0",
        "kippu_requests_under_way 0",
        "kippu_database_pool_waiting 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    for part in [
        "kippu_request_duration_seconds_bucket{",
        "route=\"/api/v1/events/{event}/holds\",status=\"4xx\"",
        "kippu_writer_commit_seconds_count",
        "kippu_writer_batch_requests_sum",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains(&CARD.to_string()), "no card's number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_does_not_call_is_silent_across_restarts() {
    let mut app = TestApp::start().await;
    let silent = |text: String| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("kippu_terminals_silent "));
        line.unwrap().parse::<u32>().unwrap()
    };
    let metrics = async |app: &TestApp| {
        let url = format!("{}/metrics", admin(app).await);
        reqwest::get(url).await.unwrap().text().await.unwrap()
    };
    assert_eq!(silent(metrics(&app).await), 6);
    app.kiosk().events().await.unwrap();
    app.client("kiosk-9").events().await.unwrap();
    app.restart().await;
    assert_eq!(silent(metrics(&app).await), 4);
    app.minutes_pass(16);
    assert_eq!(silent(metrics(&app).await), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_ready_only_with_its_own_database_and_room() {
    let app = TestApp::start().await;
    let url = admin(&app).await;
    assert_eq!(get(&app, "/readyz").await.status(), 204);
    let found: serde_json::Value = reqwest::get(format!("{url}/readyz"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let names: Vec<&str> = found["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["database", "schema", "life", "writer", "disk", "serving"]
    );
    app.behind(|sql| {
        sql.execute("UPDATE platform_life SET incarnation = incarnation + 1", [])
            .unwrap()
    });
    let refused = until(&app, "/readyz", 503).await;
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::Busy);
    let said = reqwest::get(format!("{url}/readyz"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(said.contains("another life"), "{said}");
    assert_eq!(get(&app, "/healthz").await.status(), 204);

    let full = TestApp::with_limits(Limits {
        disk_free_min: u64::MAX,
        ..Limits::default()
    })
    .await;
    assert_eq!(get(&full, "/readyz").await.status(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_told_to_stop_finishes_what_is_under_way_and_seals_the_journal() {
    let mut app = TestApp::start().await;
    app.paid_order(&[0, 1]).await;
    let loose = async |app: &TestApp| {
        use platform_center::journal::storage::JournalStorage as _;
        let verified = app.storage().verify_journal(None).await.unwrap();
        verified.unwrap().loose
    };
    assert!(loose(&app).await > 0);
    app.node_app().front().begin_to_stop();
    until(&app, "/readyz", 503).await;
    let mut under_way = begin(&app, &wish_without_body()).await;
    while app.node_app().front().metrics().requests_under_way.get() == 0 {
        tokio::task::yield_now().await;
    }
    let stopped = app.begin_to_stop();
    under_way.write_all(b"{}").await.unwrap();
    let said = all_of(under_way).await;
    assert!(said.starts_with("HTTP/1.1 400"), "{said}");
    stopped.await.unwrap().unwrap();
    let address = app.url.trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(loose(&app).await, 0, "an anchor covers all that was sold");
}

/// Pairs for everybody there are pairs for, and nobody is told that others were faster.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_asks_for_the_best_seats_gets_all_of_them() {
    let app = TestApp::start().await;
    let mut crowd = JoinSet::new();
    for _ in 0..12 {
        let kiosk = app.kiosk();
        let wish = HoldRequest::Best {
            class: 0,
            quantity: 2,
        };
        crowd.spawn(async move { kiosk.hold(EVENT, &wish, &IdempotencyKey::random()).await });
    }
    let (held, refused): (Vec<_>, Vec<_>) =
        crowd.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(held.len(), 5, "ten seats in the class");
    assert!(held.into_iter().flatten().all(|hold| !hold.apart));
    for refused in refused.into_iter().filter_map(Result::err) {
        assert_eq!(code(refused), ProblemCode::NoSeatsTogether);
    }
}
