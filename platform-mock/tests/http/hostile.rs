//! What hostile people send: SQL, HTML, paths, wrong kinds of values and fields nobody knows, into every field of every described route.

use kippu_api::operator::TerminalWish;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    app::{CARD, TestApp, token},
    neighbours::furnish_neighbours,
    operator::Operator,
};

/// Texts that have broken something somewhere.
fn texts() -> Vec<String> {
    [
        "",
        "'; DROP TABLE orders; --",
        "\" OR 1=1 --",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "../../../../etc/passwd",
        "..%2f..%2fkeys%2fissuer.key",
        "{{ page.form }}",
        "a\u{0}b",
        "\u{202e}\u{feff}𝕏🙂字",
        "%s%n$1?1",
        "-1",
        "18446744073709551616",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        "A".repeat(100_000),
        "é".repeat(16),
        "0".repeat(32),
        "f".repeat(14),
    ])
    .collect()
}

/// Values that are something else than was asked for.
fn wrong_kinds() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5e300),
        json!([]),
        json!({}),
        json!([[[[{"a": [null]}]]]]),
        json!("text"),
    ]
}

/// A value a schema describes, with as little in it as it allows.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return sample(document, document.pointer(pointer).unwrap());
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(first) = schema[choice].as_array().and_then(|choices| choices.last()) {
            return sample(document, first);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = sample(document, part) {
                whole.extend(fields);
            }
        }
        return Value::Object(whole);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str(),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") | None => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields
                .map(|(name, schema)| (name.clone(), sample(document, schema)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => json!([sample(document, &schema["items"])]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("04A1B2C3D4E5F6"),
    }
}

/// Pointers to everything inside a value, itself included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Every body that differs from the plain one in one place.
fn bodies(plain: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(plain, "", &mut found);
    let mut all = vec![plain.clone()];
    for place in found {
        let was = plain.pointer(&place).unwrap();
        let texts = texts().into_iter().map(Value::String);
        let instead: Vec<Value> = if was.is_string() {
            texts.chain(wrong_kinds()).collect()
        } else {
            wrong_kinds()
        };
        for value in instead {
            let mut changed = plain.clone();
            *changed.pointer_mut(&place).unwrap() = value;
            all.push(changed);
        }
    }
    if let Value::Object(fields) = plain {
        let mut more = fields.clone();
        more.insert("nobody_knows_this".into(), json!({"a": "<b>"}));
        all.push(more.into());
        all.push(json!([plain, plain]));
    }
    all
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A path with something in each of its places, and in its question.
fn paths(route: &str, asks: bool) -> Vec<String> {
    let plain = |route: &str| {
        // Names that could be: what is no name at all is refused before anybody reads the body.
        let mut path = route
            .replace("{event}", "7")
            .replace("{handover}", &"F".repeat(32))
            .replace("{uid}", "04A1B2C3D4E5F6");
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, "999999");
        }
        path
    };
    let mut all = vec![plain(route)];
    // What is longer than a line of HTTP never comes this far.
    let short = || texts().into_iter().filter(|text| text.len() < 10_000);
    if route.contains('{') {
        for text in short() {
            let (from, to) = (route.find('{').unwrap(), route.find('}').unwrap());
            let mut path = route.to_owned();
            path.replace_range(from..=to, &encoded(&text));
            all.push(plain(&path));
        }
    }
    if asks {
        all.extend(
            short()
                .map(|text| format!("{route}?find={}&before={}", encoded(&text), encoded(&text))),
        );
    }
    all
}

struct Sender {
    http: reqwest::Client,
    url: String,
    sent: u32,
}

impl Sender {
    async fn send(&mut self, method: &str, path: &str, who: Option<&str>, body: Option<String>) {
        self.sent += 1;
        let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = self
            .http
            .request(verb, format!("{}{path}", self.url))
            .header("Idempotency-Key", format!("{}", self.sent));
        if let Some(who) = who {
            request = request.bearer_auth(token(who));
        }
        if let Some(body) = &body {
            request = request.body(body.clone());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let shown: String = body.unwrap_or_default().chars().take(300).collect();
        if status < 500 {
            return;
        }
        let text = answer.text().await.unwrap();
        panic!("{method} {path} {shown}: {status} {text}");
    }
}

/// Somebody a route lets in.
fn somebody(allowed: &Value) -> Option<&'static str> {
    Some(match allowed[0].as_str().unwrap() {
        "anyone" => return None,
        "kiosk" => "kiosk-1",
        "gate" => "gate-1",
        "register" => "register-1",
        "clerk" => "clerk-1",
        "operator" => "operator-1",
        "organizer" => "organizer-1",
        "seller" => "seller-1",
        "venue" => "venue-1",
        "member" => "member-1",
        other => panic!("nobody is a {other} here"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_anybody_sends_is_the_platforms_fault() {
    let mut app = TestApp::start().await;
    furnish_neighbours(&mut app).await;
    let http = reqwest::Client::new();
    let document = app.document().await;
    let mut sender = Sender {
        http,
        url: app.url.clone(),
        sent: 0,
    };
    for (route, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            // Whoever is logged out or in sends nothing more; guessing has tests of its own, and takes its time.
            if route.ends_with("/logout") || route.ends_with("/login") {
                continue;
            }
            let who = somebody(&operation["x-allowed"]);
            let parameters = operation["parameters"].as_array();
            let asks = parameters.is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let plain = (!schema.is_null()).then(|| sample(&document, schema));
            let text = plain.as_ref().map(Value::to_string);
            for path in paths(route, asks) {
                sender.send(method, &path, who, text.clone()).await;
            }
            let path = &paths(route, false)[0];
            for body in plain.iter().flat_map(bodies) {
                sender.send(method, path, who, Some(body.to_string())).await;
            }
            if method == "post" {
                let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
                for body in ["", "{", "\u{feff}{}", "null", "\"", "{\"a\":1}{", &deep] {
                    sender.send(method, path, who, Some(body.into())).await;
                }
            }
        }
    }
    for body in [
        json!({}),
        json!({"number": 1}),
        json!({"number": "a\u{0}", "password": "x".repeat(5000)}),
    ] {
        sender
            .send("post", "/api/v1/people/login", None, Some(body.to_string()))
            .await;
    }
    // As many as there are routes and fields: a description that lost them would make this test look at nothing.
    assert!(sender.sent > 3000, "{}", sender.sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_what_was_typed_and_run_none_of_it() {
    const TYPED: &str = "<script>alert(1)</script>\"'&";
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let reason = TYPED.to_owned();
    operator.wish(12, &TerminalWish::WriteOff { reason }).await;
    let new = json!({"role": "member", "number": TYPED, "name": TYPED});
    let made: Value = operator.post("/accounts", &new, "k").await.unwrap();
    assert_eq!(made["account"]["name"], TYPED);
    let find: String = encoded(TYPED);
    for path in [
        "/operator/terminals".to_owned(),
        "/operator/accounts".to_owned(),
        format!("/operator/accounts?find={find}"),
        "/operator/audit".to_owned(),
        format!("/operator/audit?find={find}"),
        format!("/operator/terminals?find={find}"),
        format!("/operator/handovers?find={find}"),
        format!("/operator/login?to={find}"),
    ] {
        let (status, page) = operator.page(&path, "en").await;
        assert_eq!(status, 200, "{path}");
        assert!(!page.contains("<script"), "{path}");
        assert!(
            page.contains("script&#62;") || page.contains("script&gt;"),
            "{path}: {page}"
        );
    }
}

/// A form as a page shows it: where it goes, and its fields with what stands in them.
#[derive(Debug, Clone)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn body(&self) -> String {
        let pairs = self.fields.iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// The forms of a page that do something, but for the one that logs out. What is to be chosen has its first choice.
fn forms(page: &str) -> Vec<Form> {
    let shown = page.split("<form ").skip(1);
    let shown = shown.filter_map(|rest| rest.split_once("</form>").map(|(form, _)| form));
    shown
        .filter(|form| form.contains("method=\"post\"") && !form.contains("/logout\""))
        .map(|form| {
            let form = format!(" {form}");
            let tags = form.split('<').skip(1);
            let named = tags.clone().enumerate().filter_map(|(at, tag)| {
                let name = attribute(tag.split('>').next()?, "name")?;
                let mut following = tags.clone().skip(at);
                let value = if tag.starts_with("select") {
                    following
                        .find_map(|tag| attribute(tag, "value").filter(|word| !word.is_empty()))
                } else {
                    attribute(tag.split('>').next()?, "value")
                };
                Some((name, value.unwrap_or_default()))
            });
            Form {
                action: attribute(&form, "action").unwrap(),
                fields: named.collect(),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_anybody_types_into_a_form_is_the_platforms_fault() {
    let mut app = TestApp::start().await;
    furnish_neighbours(&mut app).await;
    app.sold(&[0]).await;
    let operator = Operator::of(&app).await;
    let reissue = format!("/operator/reissue?card={CARD}");
    let pages = [
        "/operator/login",
        "/operator/terminals",
        "/operator/accounts",
        &reissue,
    ];
    let mut seen = Vec::new();
    let mut sent = 0;
    for path in pages {
        let (status, page) = operator.page(path, "en").await;
        assert_eq!(status, 200, "{path}");
        for form in forms(&page) {
            // Forms that differ in the row they are about are one.
            let kind: Vec<_> = form.fields.iter().map(|(name, _)| name.clone()).collect();
            let wish = form.fields.iter().find(|(name, _)| name == "wish");
            let kind = (path, kind, wish.cloned());
            if seen.contains(&kind) {
                continue;
            }
            seen.push(kind);
            for (place, text) in (0..form.fields.len())
                .flat_map(|at| texts().into_iter().map(move |text| (at, text)))
            {
                let mut typed = form.clone();
                typed.fields[place].1 = text;
                let answer = operator.form(&form.action, typed.body()).await;
                let status = answer.status().as_u16();
                assert!(status < 500, "{status}: {typed:?}");
                sent += 1;
            }
            for body in [
                "",
                "form",
                "&&&=",
                "form=%ZZ",
                "form=1&form=2",
                "\u{0}=\u{0}",
            ] {
                let answer = operator.form(&form.action, body.into()).await;
                let status = answer.status().as_u16();
                assert!((400..500).contains(&status), "{status}: {body:?} {form:?}");
            }
        }
    }
    // Logging in, two things about terminals, three about accounts, a new account, and issuing anew, at least.
    assert!(seen.len() >= 8 && sent > 300, "{sent}: {seen:?}");
    for path in pages.into_iter().chain(["/operator/audit"]) {
        let (status, page) = operator.page(path, "en").await;
        assert_eq!(status, 200, "{path}");
        assert!(
            !page.contains("<script") && !page.contains("<img"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_browsers_to_keep_out() {
    let app = TestApp::start().await;
    let http = reqwest::Client::new();
    for (path, kept) in [
        ("/healthz", "no-store"),
        ("/nowhere", "no-store"),
        ("/api/v1/orders", "no-store"),
        (
            "/api/v1/events/7/plan",
            "private, max-age=31536000, immutable",
        ),
        ("/api/v1/events/7/availability", "no-store"),
        ("/operator/login", "no-store"),
        ("/assets/pages.css", "max-age=3600"),
        ("/operator", "no-store"),
    ] {
        for host in [None, Some("tickets.example.org")] {
            let mut request = http
                .get(format!("{}{path}", app.url))
                .bearer_auth(token("kiosk-1"));
            if let Some(host) = host {
                request = request.header("Host", host);
            }
            let answer = request.send().await.unwrap();
            let header = |name: &str| {
                let value = answer.headers().get(name);
                value
                    .unwrap_or_else(|| panic!("{path} lacks {name}"))
                    .to_str()
                    .unwrap()
                    .to_owned()
            };
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("cache-control"), kept, "{path}");
            assert_eq!(header("x-frame-options"), "DENY", "{path}");
            let policy = header("content-security-policy");
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert!(
                ["no-referrer", "same-origin"].contains(&header("referrer-policy").as_str()),
                "{path}"
            );
            let tls = answer.headers().contains_key("strict-transport-security");
            assert_eq!(tls, host.is_some(), "{path}");
        }
    }
}
