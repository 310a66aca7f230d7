//! Every route is described and says who may call it, and nobody else can.

use std::collections::BTreeSet;

use kippu_api::problem::ProblemCode;
use platform_center::{
    auth::{Allow, Role},
    pages::site::is_page,
    restore::guard::GUARDED,
};

use crate::{
    app::{TestApp, code, token},
    neighbours::furnish_neighbours,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_table_of_routes_are_the_same_set() {
    let app = TestApp::start().await;
    let document = app.document().await;
    let mut described = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let allowed = operation["x-allowed"]
                .as_array()
                .unwrap_or_else(|| panic!("{method} {path} says nobody"));
            assert_eq!(
                operation.get("security").is_none(),
                allowed == &["anyone"],
                "{method} {path}"
            );
            described.insert((path.clone(), method.clone()));
        }
    }
    let table = app.open().table();
    let served: BTreeSet<_> = table
        .iter()
        // Pages are for people, with files they use; what they do has routes of its own.
        .filter(|entry| !is_page(entry.path) && !entry.path.starts_with("/assets/"))
        .map(|entry| (entry.path.to_owned(), entry.method.to_owned()))
        .collect();
    assert_eq!(described, served);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_lets_in_whom_it_names_and_nobody_else() {
    let mut app = TestApp::start().await;
    furnish_neighbours(&mut app).await;
    let callers = [
        (Role::Kiosk, "kiosk-1"),
        (Role::Gate, "gate-1"),
        (Role::Register, "register-1"),
        (Role::Clerk, "clerk-1"),
        (Role::Operator, "operator-1"),
        (Role::Organizer, "organizer-1"),
        (Role::Seller, "seller-1"),
        (Role::Venue, "venue-1"),
        (Role::Member, "member-1"),
    ];
    let http = reqwest::Client::new();
    let table = app.open().table();
    // Logging out would end the session the other checks need; logging in is tried with words elsewhere.
    for entry in table.iter().filter(|entry| {
        !entry.path.ends_with("/logout")
            && (entry.access.allow != Allow::Anyone || entry.method == "get")
    }) {
        let url = format!(
            "{}{}",
            app.url,
            entry.path.replace("{event}", "7").replace(['{', '}'], "")
        );
        let method = reqwest::Method::from_bytes(entry.method.to_uppercase().as_bytes()).unwrap();
        let status = |token: Option<String>| {
            let mut request = http.request(method.clone(), &url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            async { request.send().await.unwrap().status().as_u16() }
        };
        let Allow::Roles(roles) = entry.access.allow else {
            assert!(status(None).await < 300, "{entry:?}");
            continue;
        };
        assert_eq!(status(None).await, 401, "{entry:?}");
        assert_eq!(status(Some("nonsense".into())).await, 401, "{entry:?}");
        for (role, caller) in &callers {
            let got = status(Some(token(caller))).await;
            assert_eq!(
                got == 403,
                !roles.contains(role),
                "{entry:?} as {role:?}: {got}"
            );
            assert_ne!(got, 401, "{entry:?} as {role:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_problem_details() {
    let app = TestApp::start().await;
    let http = reqwest::Client::new();
    for (path, body, status, expected) in [
        ("/nowhere", "", 404, "not_found"),
        ("/api/v1/orders", "{}", 400, "bad_request"),
        (
            "/api/v1/orders/x/grant",
            "{\"handover\":1}",
            400,
            "bad_request",
        ),
        ("/api/v1/events/none/holds", "{}", 400, "bad_request"),
    ] {
        let request = http
            .post(format!("{}{path}", app.url))
            .bearer_auth(token("kiosk-1"))
            .body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(
            (
                problem["code"].as_str().unwrap(),
                problem["status"].as_u64().unwrap()
            ),
            (expected, u64::from(status)),
            "{problem}"
        );
        assert_eq!(problem["type"], format!("/problems/{expected}"));
    }
    app.kiosk().health().await.unwrap();
    assert_eq!(
        code(app.kiosk().order("x").await.unwrap_err()),
        ProblemCode::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_platform_refuses_are_routes() {
    let app = TestApp::start().await;
    let table = app.open().table();
    for path in GUARDED {
        assert!(
            table
                .iter()
                .any(|entry| (entry.path, entry.method) == (path, "post")),
            "{path}"
        );
    }
}
