//! Whose data a route shows and changes: every route of the description, called by somebody else of the same role first, and then by whose it is.

mod allocation;
mod case;
mod furnish;
mod handovers;
mod members;
mod people;
mod refunds;
mod requests;
mod returns;
mod sales;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use self::case::Cases;
pub use self::furnish::furnish_neighbours;
use crate::app::{TestApp, token};

/// What belongs to somebody: every row of it.
fn books(app: &TestApp) -> BTreeMap<&'static str, Vec<String>> {
    const QUESTIONS: [&str; 31] = [
        "SELECT * FROM holds ORDER BY hold",
        "SELECT * FROM orders ORDER BY id",
        "SELECT * FROM tickets ORDER BY ticket",
        "SELECT * FROM payments ORDER BY order_id",
        "SELECT * FROM handovers ORDER BY handover",
        "SELECT * FROM handover_tickets ORDER BY handover, ticket",
        "SELECT * FROM grants ORDER BY handover",
        "SELECT * FROM parcels ORDER BY parcel",
        "SELECT * FROM parcel_tickets ORDER BY parcel, place",
        "SELECT * FROM releases ORDER BY handover, fence",
        "SELECT * FROM refunds ORDER BY refund",
        "SELECT * FROM refunded_tickets ORDER BY ticket",
        "SELECT * FROM members ORDER BY member",
        "SELECT * FROM postings ORDER BY posting",
        "SELECT * FROM papers ORDER BY serial",
        "SELECT * FROM recalls ORDER BY ticket",
        "SELECT * FROM reports WHERE newest = 1 ORDER BY terminal, incarnation, row",
        "SELECT * FROM stock ORDER BY event, seat",
        "SELECT * FROM allocation_moves ORDER BY move",
        "SELECT * FROM seller_targets ORDER BY event, seller",
        "SELECT * FROM seat_returns ORDER BY number",
        "SELECT event, revision, cancelled, requests_open FROM events ORDER BY event",
        "SELECT * FROM event_changes ORDER BY change",
        "SELECT * FROM seat_requests ORDER BY number",
        "SELECT * FROM seat_request_turns ORDER BY request, turn",
        "SELECT * FROM stock_formats ORDER BY seller",
        "SELECT terminal, written_off, local_keys FROM terminals ORDER BY terminal",
        "SELECT resent FROM terminals WHERE terminal = 11",
        "SELECT * FROM account_cards ORDER BY card",
        "SELECT account, number, disabled FROM accounts ORDER BY account",
        "SELECT count(DISTINCT ticket) FROM entrance_records r JOIN gate_doors d ON d.terminal = r.terminal AND d.event = r.event",
    ];
    app.behind(|sql| {
        let rows = QUESTIONS.map(|question| {
            let mut statement = sql.prepare_cached(question).unwrap();
            let rows = statement.query_map([], |row| {
                let values =
                    (0..row.columns()).map(|column| format!("{:?}", row.value(column).unwrap()));
                Ok(values.collect::<Vec<_>>().join(" "))
            });
            (question, rows.unwrap().map(Result::unwrap).collect())
        });
        rows.into_iter().collect()
    })
}

async fn send(
    app: &TestApp,
    http: &reqwest::Client,
    who: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Vec<u8>) {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let mut request = http
        .request(method, format!("{}{path}", app.url))
        .bearer_auth(token(who))
        .header(
            "Idempotency-Key",
            format!("{:032x}", rand::random::<u128>()),
        );
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (
        answer.status().as_u16(),
        answer.bytes().await.unwrap().to_vec(),
    )
}

async fn cases(app: &TestApp) -> Cases {
    let mut cases = Cases(Vec::new());
    sales::sales(app, &mut cases).await;
    handovers::handovers(app, &mut cases).await;
    refunds::refunds(app, &mut cases).await;
    members::members(app, &mut cases).await;
    allocation::allocation(&mut cases);
    returns::returns(app, &mut cases).await;
    requests::requests(&mut cases);
    people::people(&mut cases);
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_changes_what_is_a_neighbours() {
    let mut app = TestApp::start().await;
    furnish_neighbours(&mut app).await;
    let cases = cases(&app).await.0;
    let http = reqwest::Client::new();

    let document = app.document().await;
    let mut with_neighbours = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let scope = operation["x-scope"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {path} does not say whose data it is about"));
            let anyone = operation["x-allowed"] == json!(["anyone"]);
            // Everybody's and nobody's data has no neighbours, and neither has somebody who is yet to log in.
            if !matches!(scope, "all" | "common") && !anyone {
                with_neighbours.insert((method.clone(), path.clone()));
            }
        }
    }
    let tried: BTreeSet<_> = cases
        .iter()
        .map(|case| (case.route.0.to_owned(), case.route.1.to_owned()))
        .collect();
    assert_eq!(tried, with_neighbours);

    for case in &cases {
        let (method, route) = case.route;
        let before = books(&app);
        let same = (case.path.clone(), case.body.clone());
        let (path, body) = case.theirs.clone().unwrap_or(same);
        let (status, theirs) =
            send(&app, &http, case.neighbour, method, &path, body.as_ref()).await;
        let text = String::from_utf8_lossy(&theirs).into_owned();
        assert!(
            status < 500 && (status != 401 || route.contains("/login")),
            "{method} {route}: {status} {text}"
        );
        for mark in &case.marks {
            assert!(
                !text.contains(mark),
                "{method} {route} shows {mark} to {}: {text}",
                case.neighbour
            );
        }
        let after = books(&app);
        for (question, rows) in &before {
            assert_eq!(
                rows, &after[question],
                "{method} {route} by {}: {status} {text}",
                case.neighbour
            );
        }

        let body = case.body.as_ref();
        let (status, own) = send(&app, &http, case.owner, method, &case.path, body).await;
        let text = String::from_utf8_lossy(&own).into_owned();
        let expected = case
            .status
            .map_or((200..300).contains(&status), |wanted| wanted == status);
        assert!(
            expected,
            "{method} {route} by {}: {status} {text}",
            case.owner
        );
        for mark in &case.marks {
            assert!(
                text.contains(mark),
                "{method} {route} does not show {mark}: {text}"
            );
        }
        assert!(
            !case.differs || own != theirs,
            "{method} {route}: both got {text}"
        );
    }
}
