//! HTTP requests to a whole platform in this process: whatever is sent, it has an answer, and never that of a fault.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use platform_center::{
    app::App, auth::hash_token, clock::ManualClock, keys::Keys, masters::rules::TerminalRole,
    masters::storage::NewTerminal, storage::Database,
};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const TOKENS: [&str; 2] = ["a gate", "nobody"];

struct Platform {
    runtime: Runtime,
    router: Router,
    routes: Vec<(&'static str, &'static str)>,
    _folder: tempfile::TempDir,
}

static PLATFORM: LazyLock<Platform> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let clock = Arc::new(ManualClock::at(1_800_000_000_000_000));
    let storage = Database::open_inline(folder.path(), clock.clone()).expect("a database opens");
    let keys = Keys::open(folder.path()).expect("keys can be made");
    let app = App::new(Arc::new(storage), keys, clock);
    let gate = NewTerminal {
        id: kippu_ticket::ids::TerminalId(21),
        name: "gate-1".into(),
        role: TerminalRole::Gate,
        store: None,
        token: hash_token(TOKENS[0]),
        device_key: [21; 32],
        gate: None,
    };
    runtime
        .block_on(app.storage().register_terminal(gate))
        .expect("a gate can be registered");
    let routes = app
        .table()
        .iter()
        .map(|entry| (entry.method, entry.path))
        .collect();
    Platform {
        runtime,
        router: app.router(),
        routes,
        _folder: folder,
    }
});

/// The first byte chooses the route, the second the caller, the third how many bytes stand in the path; the rest is the body.
pub fn requests(bytes: &[u8]) {
    let [route, caller, length, rest @ ..] = bytes else {
        return;
    };
    let platform = &*PLATFORM;
    let (method, path) = platform.routes[usize::from(*route) % platform.routes.len()];
    let (in_path, body) = rest.split_at(rest.len().min(usize::from(*length)));
    let path: Vec<String> = path
        .split('/')
        .map(|part| match part.starts_with('{') {
            true => in_path.iter().map(|byte| format!("%{byte:02X}")).collect(),
            false => part.to_owned(),
        })
        .collect();
    let request = Request::builder()
        .method(method.to_uppercase().as_str())
        .uri(path.join("/"))
        .header(
            "Authorization",
            format!("Bearer {}", TOKENS[usize::from(*caller) % 2]),
        )
        .header("Idempotency-Key", "hostile")
        .header("Content-Type", "application/json")
        .body(Body::from(body.to_vec()));
    let Ok(request) = request else { return };
    let answered = platform.router.clone().oneshot(request);
    let answer = match platform.runtime.block_on(answered) {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    assert!(
        answer.status() < StatusCode::INTERNAL_SERVER_ERROR,
        "{method} {}: {}",
        path.join("/"),
        answer.status()
    );
}
