//! Several nodes on one PostgreSQL database. Run by `script/with-postgres`.

use std::{sync::Arc, time::Duration};

use kippu_api::{
    changes::EventStanding,
    clerk::Confirm,
    client::{Client, ClientError, IdempotencyKey},
    events::EventSummary,
    holds::HoldRequest,
    orders::OrderState,
    problem::ProblemCode,
};
use kippu_seatplan::{Plan, import};
use kippu_ticket::ids::{EventId, HandoverId};
use platform_center::{
    allocation::storage::AllocationStorage as _,
    clock::SystemClock,
    keys::{ring, wrapping::Wrapping},
    masters::storage::MasterStorage as _,
    storage::Database,
};
use tokio::task::JoinSet;

use crate::{
    app::{
        EVENT, SELLER, TestApp, claim, code, encrypted_database, login, new_order, play, token,
        wish,
    },
    changes::{organizer, postponed},
};

/// A performance of 100 seats.
const CONTESTED: EventId = EventId(8);

fn hundred_seats() -> Plan {
    let mut text = String::from("block,row,seat,class\n");
    for row in 'A'..='J' {
        (1..=10).for_each(|seat| text.push_str(&format!("stalls,{row},{seat},S\n")));
    }
    import::csv::import(text.as_bytes(), "arena").unwrap().0
}

async fn with_hundred_seats() -> TestApp {
    let app = TestApp::start().await;
    let storage = app.storage();
    let layout = storage
        .put_layout("Arena", "Asia/Tokyo", "full", &hundred_seats())
        .await
        .unwrap();
    let mut event = play(CONTESTED, layout.layout);
    event.prices.truncate(1);
    storage.register_event(event).await.unwrap();
    storage
        .allocate(CONTESTED, Some(SELLER), (0..100).collect())
        .await
        .unwrap();
    app
}

/// Buys seats at one node, one after another from a place of its own, until none is left; how many it got.
async fn buy_all(kiosk: Client, clerk: Client, first: u32) -> u32 {
    let mut bought = 0;
    for step in 0..100 {
        let seats = HoldRequest::Seats(vec![(first + step) % 100]);
        let hold = kiosk
            .hold(CONTESTED, &seats, &IdempotencyKey::random())
            .await;
        let hold = match hold {
            Ok(hold) => hold,
            Err(refused) => {
                assert_eq!(code(refused), ProblemCode::SeatTaken);
                continue;
            }
        };
        let order = kiosk
            .create_order(&new_order(&hold.hold), &IdempotencyKey::random())
            .await
            .unwrap();
        let sum = Confirm {
            amount: order.total,
            currency: order.currency.clone(),
        };
        clerk
            .confirm_slip(&order.slip, &sum, &IdempotencyKey::random())
            .await
            .unwrap();
        bought += 1;
    }
    bought
}

/// Asks until the answer is as expected; the test runner ends a test that waits for ever.
async fn until(mut asked: impl AsyncFnMut() -> bool) {
    while !asked().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What a node remembers of an event is old once another node has changed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_one_node_is_known_at_the_other() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let other = Client::new(&app.node().await, &token("kiosk-1")).unwrap();
    let standing: EventStanding = organizer.get("changes").await;
    let name = |events: Vec<EventSummary>| {
        let found = events.into_iter().find(|event| event.event == EVENT);
        found.unwrap().name
    };
    assert_eq!(name(other.events().await.unwrap()), "Play");
    let _: EventStanding = organizer.done("changes", &postponed(&standing)).await;
    assert_eq!(name(other.events().await.unwrap()), "Play, postponed");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn sixty_four_clients_at_three_nodes_buy_a_hundred_seats_once() {
    let app = with_hundred_seats().await;
    let nodes = [app.url.clone(), app.node().await, app.node().await];
    let mut clients = JoinSet::new();
    for number in 0..64_u32 {
        let node = &nodes[number as usize % nodes.len()];
        let kiosk = Client::new(node, &token("kiosk-1")).unwrap();
        let register = Client::new(node, &token("register-1")).unwrap();
        let session = register.login(&login("1", "1111")).await.unwrap();
        clients.spawn(buy_all(
            kiosk,
            register.with_token(&session.token),
            number * 7 % 100,
        ));
    }
    let bought: u32 = clients.join_all().await.into_iter().sum();
    assert_eq!(bought, 100);

    let books = app.behind(|sql| {
        let count = |text: &str| -> i64 { sql.query_row(text, [], |row| row.get(0)).unwrap() };
        [
            count("SELECT count(DISTINCT seat) FROM tickets WHERE event = 8 AND void = 0"),
            count("SELECT count(*) FROM tickets WHERE event = 8"),
            count("SELECT count(*) FROM payments"),
            count("SELECT CAST(sum(amount) AS BIGINT) FROM payments"),
            count("SELECT count(*) FROM stock WHERE event = 8 AND claim IS NULL"),
            count("SELECT count(DISTINCT node) FROM journal"),
        ]
    });
    assert_eq!(books, [100, 100, 100, 880_000, 0, 3]);
    assert_eq!(
        app.verified_rows().await,
        200,
        "an order and a payment each"
    );

    for node in &nodes {
        let kiosk = Client::new(node, &token("kiosk-1")).unwrap();
        until(async || {
            let seats = kiosk.availability(CONTESTED).await.unwrap().seats;
            seats.iter().all(|seat| *seat == 0)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn what_one_node_does_the_others_know() {
    let app = TestApp::start().await;
    let other = Client::new(&app.node().await, &token("kiosk-2")).unwrap();
    let free = async |client: &Client| {
        let seats = client.availability(EVENT).await.unwrap().seats;
        seats.into_iter().filter(|seat| *seat != 0).count()
    };
    assert_eq!(free(&other).await, 18);
    let key = IdempotencyKey::random();
    let seats = HoldRequest::Seats(vec![0]);
    let hold = app.kiosk().hold(EVENT, &seats, &key).await.unwrap();
    until(async || free(&other).await == 17).await;
    let taken = other.hold(EVENT, &seats, &IdempotencyKey::random()).await;
    assert_eq!(code(taken.unwrap_err()), ProblemCode::SeatTaken);

    // The same request with the same key has the same answer at every node.
    let elsewhere = Client::new(&app.node().await, &token("kiosk-1")).unwrap();
    let again = elsewhere.hold(EVENT, &seats, &key).await.unwrap();
    assert_eq!(again.hold, hold.hold);
    elsewhere.release_hold(&hold.hold).await.unwrap();
    until(async || free(&other).await == 18 && free(&app.kiosk()).await == 18).await;
}

/// Nodes lose their connections, as when the server fails over: what was answered is there, and they go on by themselves.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn nodes_go_on_after_the_server_has_hung_up() {
    let app = TestApp::start().await;
    let other = Client::new(&app.node().await, &token("kiosk-2")).unwrap();
    let first = app.hold(&[0]).await;
    app.behind(|sql| {
        sql.execute_batch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
    });
    let key = IdempotencyKey::random();
    for (client, seat) in [(app.kiosk(), 1), (other.clone(), 2)] {
        let seats = HoldRequest::Seats(vec![seat]);
        until(async || match client.hold(EVENT, &seats, &key).await {
            Ok(_) => true,
            Err(ClientError::Refused(problem)) if problem.code == ProblemCode::Busy => false,
            Err(ClientError::Unknown { .. }) => false,
            Err(other) => panic!("{other}"),
        })
        .await;
    }
    let taken = other
        .hold(
            EVENT,
            &HoldRequest::Seats(vec![0]),
            &IdempotencyKey::random(),
        )
        .await;
    assert_eq!(
        code(taken.unwrap_err()),
        ProblemCode::SeatTaken,
        "{first:?}"
    );
    app.verified_rows().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn a_platform_moves_up_with_everything_and_begins_a_new_life_there() {
    let mut app = TestApp::on_file().await;
    let order = app.paid_order(&[0]).await;
    let rows = app.verified_rows().await;
    let copied = app.move_up().await;
    let count = |name: &str| copied.iter().find(|table| table.name == name).unwrap().rows;
    assert_eq!(
        (count("stock"), count("tickets"), count("journal")),
        (20, 1, rows)
    );
    let state = app.kiosk().order(&order.order).await.unwrap().state;
    assert_eq!(state, OrderState::Paid);
    app.paid_order(&[1]).await;
    assert_eq!(app.verified_rows().await, rows + 2);
    assert_eq!(app.free().await, 16);

    let begun = app.begin_anew().await;
    assert_eq!(begun.due, 3);
    let wish = wish(HandoverId([1; 16]));
    let early = app.kiosk().grant(&claim(&order), &wish).await;
    assert_eq!(code(early.unwrap_err()), ProblemCode::ResendFirst);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn both_databases_have_the_same_tables_and_columns() {
    let (file, server) = (TestApp::on_file().await, TestApp::start().await);
    let columns = |app: &TestApp, text: &str| -> Vec<String> {
        app.behind(|sql| {
            let mut statement = sql.prepare_cached(text).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        })
    };
    let of_file = "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1";
    let of_server = "SELECT (table_name || '.' || column_name) COLLATE \"C\" FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'schema_version' ORDER BY 1";
    assert_eq!(columns(&file, of_file), columns(&server, of_server));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/with-postgres"]
async fn a_server_that_proves_its_name_is_spoken_to_by_tls_and_no_other() {
    let database = encrypted_database();
    let data = tempfile::tempdir().unwrap();
    let storage = Database::connect(&database, data.path(), Arc::new(SystemClock)).unwrap();
    let encrypted = storage
        .read(|sql| {
            let text = "SELECT CASE WHEN ssl THEN 1 ELSE 0 END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            Ok(sql.query_row(text, [], |row| row.get::<bool>(0))?)
        })
        .await
        .unwrap();
    assert!(encrypted);
    let other_name = database.replace("host=localhost", "host=elsewhere.example");
    let other_root = data.path().join("root.pem");
    ring::ensure_authority(data.path(), &Wrapping::Nothing).unwrap();
    std::fs::copy(data.path().join("keys/authority.pem"), &other_root).unwrap();
    let (front, rest) = database.split_once("sslrootcert=").unwrap();
    let (_, rest) = rest.split_once(' ').unwrap();
    let other_root = format!("{front}sslrootcert={} {rest}", other_root.display());
    for database in [other_name, other_root] {
        let refused = Database::connect(&database, data.path(), Arc::new(SystemClock));
        assert!(refused.is_err(), "{database}");
    }
}
