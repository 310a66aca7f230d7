//! The real binary told to stop while it sells: whatever it acknowledged is in the database, under an anchor.

#![cfg(unix)]

use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use kippu_api::{
    client::{Client, ClientError, IdempotencyKey},
    holds::HoldRequest,
    orders::{Buyer, NewOrder, PaymentMethod},
};
use kippu_ticket::ids::{CardUid, EventId};
use rustix::process::{Pid, Signal, kill_process};

/// The demo's stadium.
const MATCH: EventId = EventId(2);
/// Orders acknowledged before it is told to stop.
const ORDERS_BEFORE: usize = 40;

fn platform_center(words: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_platform-center"));
    command.args(words).arg("--data").arg(data);
    command
}

/// The platform, serving; its process, its address and its admin address.
fn serve(data: &Path) -> (Child, String, String) {
    let mut serving = platform_center(&["serve", "--listen", "127.0.0.1:0"], data)
        .args(["--admin", "127.0.0.1:0"])
        .env("KIPPU_LIMITS_CALLER_PER_SECOND", "0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines();
    let mut heard = |before: &str| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(before)
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned()
    };
    let (url, admin) = (heard("listening on "), heard("admin on "));
    (serving, url, admin)
}

/// Buys seats one after another until the platform is gone; notes every order it was told of.
async fn buy(kiosk: Client, told: Arc<Mutex<HashSet<String>>>, count: Arc<AtomicUsize>) {
    let wish = HoldRequest::Best {
        class: 0,
        quantity: 1,
    };
    loop {
        let bought = async {
            let hold = kiosk.hold(MATCH, &wish, &IdempotencyKey::random()).await?;
            let new = NewOrder {
                hold: hold.hold,
                card: CardUid([4; 7]),
                room: 8,
                method: PaymentMethod::RegisterSlip,
                buyer: Buyer::default(),
            };
            kiosk.create_order(&new, &IdempotencyKey::random()).await
        };
        match bought.await {
            Ok(order) => {
                told.lock().unwrap().insert(order.order);
                count.fetch_add(1, Ordering::Relaxed);
            }
            // Busy for a moment, or gone.
            Err(ClientError::Refused(_)) => tokio::task::yield_now().await,
            Err(_) => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_under_load_it_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let seeded = platform_center(&["seed", "demo"], data).output().unwrap();
    assert!(seeded.status.success());
    let terminal = std::fs::read_to_string(data.join("terminals/kiosk-1.toml")).unwrap();
    let terminal: toml::Table = terminal.parse().unwrap();
    let (mut serving, url, admin) = serve(data);
    let kiosk = Client::new(&url, terminal["token"].as_str().unwrap()).unwrap();

    let told: Arc<Mutex<HashSet<String>>> = Arc::default();
    let count = Arc::new(AtomicUsize::new(0));
    let crowd: Vec<_> = (0..8)
        .map(|_| tokio::spawn(buy(kiosk.clone(), Arc::clone(&told), Arc::clone(&count))))
        .collect();
    while count.load(Ordering::Relaxed) < ORDERS_BEFORE {
        tokio::task::yield_now().await;
    }
    let ready = reqwest::get(format!("{admin}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200);
    kill_process(Pid::from_child(&serving), Signal::TERM).unwrap();
    let ended = tokio::task::spawn_blocking(move || serving.wait().unwrap());
    assert!(ended.await.unwrap().success());
    for customer in crowd {
        customer.await.unwrap();
    }

    let sql = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    let mut orders = sql.prepare("SELECT id FROM orders").unwrap();
    let kept: HashSet<String> = orders
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let told = told.lock().unwrap();
    assert!(told.len() >= ORDERS_BEFORE);
    let lost: Vec<_> = told.difference(&kept).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let proof = platform_center(&["journal", "verify"], data)
        .output()
        .unwrap();
    let proof = String::from_utf8(proof.stdout).unwrap();
    assert!(
        proof.contains("; 0 rows came after the last anchor"),
        "{proof}"
    );
}

#[test]
fn settings_are_checked_with_their_sources_and_secrets_stay_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    std::fs::write(
        data.join("platform.toml"),
        "database = \"postgres://kippu:geheim@db/kippu\"\n[limits]\nrequests = 99\n",
    )
    .unwrap();
    let check = || {
        platform_center(&["config", "check"], data)
            .env("KIPPU_STOP_DEADLINE_SECONDS", "7")
            .env("KIPPU_LIMITS_REQUEST", "1")
            .output()
            .unwrap()
    };
    let checked = check();
    let (said, warned) = (
        String::from_utf8(checked.stdout).unwrap(),
        String::from_utf8(checked.stderr).unwrap(),
    );
    assert!(checked.status.success(), "{warned}");
    for line in [
        "limits.requests = 99  # ",
        "stop.deadline_seconds = 7  # KIPPU_STOP_DEADLINE_SECONDS",
        "listen = \"127.0.0.1:8080\"  # default",
        "postgres://kippu:***@db/kippu",
    ] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
    assert!(!said.contains("geheim"));
    assert!(
        warned.contains("did you mean KIPPU_LIMITS_REQUESTS?"),
        "{warned}"
    );

    std::fs::write(data.join("platform.toml"), "[limits]\nreqests = 99\n").unwrap();
    let checked = check();
    let warned = String::from_utf8(checked.stderr).unwrap();
    assert!(!checked.status.success());
    assert!(
        warned.contains("limits.reqests is no setting; did you mean limits.requests?"),
        "{warned}"
    );
    let served = platform_center(&["serve", "--listen", "127.0.0.1:0"], data)
        .output()
        .unwrap();
    assert!(
        !served.status.success(),
        "nothing is served with settings nobody understands"
    );
}
