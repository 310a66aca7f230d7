//! A platform to test, with one event, two sellers, a store, its terminals and two clerks; and what tests say often.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use kippu_api::{
    clerk::{Confirm, Confirmed, Login},
    client::{Client, ClientError, IdempotencyKey},
    holds::{Hold, HoldRequest},
    orders::{Buyer, Claim, Grant, GrantRequest, NewOrder, Order, PaymentMethod},
    people::{NewAccount, PersonRole as Role},
    problem::ProblemCode,
};
use kippu_gate::bundle::{Direction, Passage};
use kippu_seatplan::{Plan, import};
use kippu_ticket::ids::{CardUid, EventId, HandoverId, SellerId, TerminalId, TicketId};
use platform_center::{
    app::App,
    auth::hash_token,
    clock::{Clock as _, ManualClock},
    devices::{authority, door::Door},
    journal::storage::JournalStorage as _,
    keys::{Keys, ring, wrapping::Wrapping},
    masters::{
        rules::{BlockWay, NewEvent, TerminalRole},
        storage::{GateDoor, NewGate, NewTerminal},
    },
    people::secrets::hash_pin,
    refunds::rules::RefundRule,
    restore::{
        backup::{Restored, restore},
        server,
    },
    sales::limits::PurchaseLimits,
    server::limits::Limits,
    storage::{
        Database, Place, Storage,
        copy::{Copied, copy},
        migrate,
        sql::{Sql, off_runtime},
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// The event of the tests: 20 seats in two rows, S in front of A.
pub const EVENT: EventId = EventId(7);
/// The store's seller.
pub const SELLER: SellerId = SellerId(1);
/// Another one, with the last two seats of row B.
pub const OTHER_SELLER: SellerId = SellerId(2);
/// A card.
pub const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);
/// Another one.
pub const OTHER_CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 7]);
/// Device key of the gate.
pub const GATE_KEY: [u8; 32] = [21; 32];
/// 2026-12-01T09:00:00Z
pub const NOW: i64 = 1_796_115_600_000_000;
const HOUR: i64 = 3600 * 1_000_000;

/// A running platform.
pub struct TestApp {
    pub clock: Arc<ManualClock>,
    pub url: String,
    folder: TempDir,
    /// On a server; otherwise it is a file in the folder.
    database: Option<String>,
    limits: Limits,
    running: Option<Running>,
}

/// What a test's platform begins with.
#[derive(Default)]
struct Setup {
    /// How many seats the seller has.
    seats: u32,
    /// The event's limits on purchases.
    purchases: PurchaseLimits,
    /// The node's limits.
    node: Limits,
}

struct Running {
    app: App,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    /// Starts a platform with all seats of the seller free.
    pub async fn start() -> Self {
        Self::with_seats(18).await
    }

    /// Starts one whose seller has only the first `seats` seats.
    pub async fn with_seats(seats: u32) -> Self {
        let setup = Setup {
            seats,
            ..Setup::default()
        };
        Self::on(new_database(), setup).await
    }

    /// Starts one whose event has limits on purchases.
    pub async fn with_purchase_limits(purchases: PurchaseLimits) -> Self {
        let setup = Setup {
            seats: 18,
            purchases,
            ..Setup::default()
        };
        Self::on(new_database(), setup).await
    }

    /// Starts a node with limits of its own.
    pub async fn with_limits(node: Limits) -> Self {
        let setup = Setup {
            seats: 18,
            node,
            ..Setup::default()
        };
        Self::on(new_database(), setup).await
    }

    /// Starts one with a database file, whatever the other tests use.
    pub async fn on_file() -> Self {
        let setup = Setup {
            seats: 18,
            ..Setup::default()
        };
        Self::on(None, setup).await
    }

    /// One that has nothing yet, and does not run.
    pub fn new(at: i64) -> Self {
        Self::stopped(new_database(), at)
    }

    fn stopped(database: Option<String>, at: i64) -> Self {
        Self {
            clock: Arc::new(ManualClock::at(at)),
            url: String::new(),
            folder: tempfile::tempdir().unwrap(),
            database,
            limits: Limits::default(),
            running: None,
        }
    }

    /// Makes the events, shops and terminals of the tests, and starts.
    pub async fn furnish(&mut self) {
        furnish(self.open().storage(), 18, PurchaseLimits::default()).await;
        self.run().await;
    }

    async fn on(database: Option<String>, setup: Setup) -> Self {
        let mut this = Self {
            limits: setup.node,
            ..Self::stopped(database, NOW)
        };
        let app = this.open();
        furnish(app.storage(), setup.seats, setup.purchases).await;
        drop(app);
        this.run().await;
        this
    }

    /// Another platform, or another node of the same one, that nobody can call.
    pub fn open(&self) -> App {
        let clock = self.clock.clone();
        match &self.database {
            Some(database) => App::connect(database, self.data(), clock).unwrap(),
            None => App::open(self.data(), clock).unwrap(),
        }
    }

    /// Stops the platform and starts it again on the same folder.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Stops the platform, puts a backup in place of its database and starts it again.
    pub async fn restore(&mut self, from: &Path) -> Restored {
        self.stop().await;
        let done = restore(self.data(), from, 0, self.now()).unwrap();
        self.run().await;
        done
    }

    /// Stops the platform, copies its database file to a server and starts it again there.
    pub async fn move_up(&mut self) -> Vec<Copied> {
        self.stop().await;
        let database = new_database().unwrap();
        let to = Place::server(&database).unwrap();
        let from = Place::file_in(self.data()).unwrap();
        let copied = off_runtime(|| {
            let to = to.connect().unwrap();
            migrate(&to).unwrap();
            copy(&from.connect().unwrap(), &to).unwrap()
        });
        self.database = Some(database);
        self.run().await;
        copied
    }

    /// Stops the platform, begins a new life on its server's database as if that had been put back from a backup, and starts it again.
    pub async fn begin_anew(&mut self) -> Restored {
        self.stop().await;
        let database = self.database.clone().unwrap();
        let begin = || off_runtime(|| server::restored(&database, self.data(), 0, self.now()));
        // The server takes a moment to see that the node's connections are closed, and nothing is done before.
        let done = loop {
            match begin() {
                Ok(done) => break done,
                Err(refused) => assert!(refused.to_string().contains("stop them"), "{refused:#}"),
            }
        };
        self.run().await;
        done
    }

    pub async fn stop(&mut self) {
        let Running { app, stop, task } = self.running.take().unwrap();
        drop(app);
        stop.send(()).unwrap();
        task.await.unwrap().unwrap();
    }

    /// The node that serves.
    pub fn node_app(&self) -> &App {
        &self.running.as_ref().unwrap().app
    }

    /// Tells the node to stop, and gives what is done when it has.
    pub fn begin_to_stop(&mut self) -> JoinHandle<std::io::Result<()>> {
        let Running { stop, task, .. } = self.running.take().unwrap();
        stop.send(()).unwrap();
        task
    }

    pub async fn run(&mut self) {
        let app = self.open();
        app.front().limit(self.limits.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(app.clone().serve(listener, async { drop(stopped.await) }));
        self.running = Some(Running { app, stop, task });
    }

    /// Starts another node on the same database, which runs until the test ends; its address.
    pub async fn node(&self) -> String {
        let app = self.open();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(app.serve(listener, std::future::pending()));
        url
    }

    /// Where the server has the database; `None` for a file.
    pub fn address(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Starts another node that speaks TLS under the name 127.0.0.1; its address.
    pub async fn tls_node(&self) -> String {
        ring::ensure_authority(self.data(), &Wrapping::Nothing).unwrap();
        let app = self.open();
        let authority = Arc::clone(app.authority().unwrap());
        let config = authority::server(authority, vec!["127.0.0.1".into()]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let door = Door::tls(listener, Arc::new(config)).unwrap();
        tokio::spawn(app.serve_at(door, std::future::pending()));
        url
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub fn keys(&self) -> Keys {
        Keys::open(self.data()).unwrap()
    }

    /// A second look at the same database.
    pub fn storage(&self) -> Database {
        let clock = self.clock.clone();
        match &self.database {
            Some(database) => Database::connect(database, self.data(), clock).unwrap(),
            None => Database::open(self.data(), clock).unwrap(),
        }
    }

    /// Does something to the database behind the platform's back.
    pub fn behind<T: Send>(&self, work: impl FnOnce(&Sql) -> T + Send) -> T {
        let place = match &self.database {
            Some(database) => Place::server(database).unwrap(),
            None => Place::file_in(self.data()).unwrap(),
        };
        off_runtime(|| work(&place.connect().unwrap()))
    }

    /// The lowest epoch of a recalled ticket that gates let in.
    pub fn first_good_epoch(&self, ticket: TicketId) -> u16 {
        let text = "SELECT epoch FROM recalls WHERE ticket = ?1";
        self.behind(|sql| {
            sql.query_row(text, [ticket.0], |row| row.get(0))
                .expect("it was recalled")
        })
    }

    /// How many rows the journal has, none of them changed.
    pub async fn verified_rows(&self) -> u64 {
        let verified = self.storage().verify_journal(None).await.unwrap();
        verified.unwrap().rows
    }

    /// The API's own description.
    pub async fn document(&self) -> serde_json::Value {
        let answer = reqwest::get(format!("{}/api/openapi.json", self.url)).await;
        answer.unwrap().json().await.unwrap()
    }

    pub fn client(&self, terminal: &str) -> Client {
        Client::new(&self.url, &token(terminal)).unwrap()
    }

    pub fn kiosk(&self) -> Client {
        self.client("kiosk-1")
    }

    /// Logs a clerk in at the register.
    pub async fn clerk(&self, number: &str) -> Client {
        let register = self.client("register-1");
        let session = register.login(&login(number, &pin(number))).await.unwrap();
        register.with_token(&session.token)
    }

    pub async fn hold(&self, seats: &[u32]) -> Hold {
        self.kiosk()
            .hold(
                EVENT,
                &HoldRequest::Seats(seats.to_vec()),
                &IdempotencyKey::random(),
            )
            .await
            .unwrap()
    }

    pub async fn order(&self, seats: &[u32]) -> Order {
        let hold = self.hold(seats).await;
        self.kiosk()
            .create_order(&new_order(&hold.hold), &IdempotencyKey::random())
            .await
            .unwrap()
    }

    pub async fn paid_order(&self, seats: &[u32]) -> Order {
        let order = self.order(seats).await;
        self.pay(&order).await.unwrap().order
    }

    pub async fn pay(&self, order: &Order) -> Result<Confirmed, ClientError> {
        let sum = Confirm {
            amount: order.total,
            currency: order.currency.clone(),
        };
        self.clerk("1")
            .await
            .confirm_slip(&order.slip, &sum, &IdempotencyKey::random())
            .await
    }

    pub async fn grant(&self, order: &Order) -> Grant {
        self.kiosk()
            .grant(&claim(order), &wish(HandoverId([1; 16])))
            .await
            .unwrap()
    }

    pub async fn free(&self) -> usize {
        let seats = self.kiosk().availability(EVENT).await.unwrap().seats;
        seats.into_iter().filter(|seat| *seat != 0).count()
    }

    pub fn minutes_pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// A database of its own on the server that the tests shall use, if they shall use one.
fn new_database() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("KIPPU_TEST_POSTGRES").ok()?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let main = Place::server(&format!("{server} dbname=postgres")).unwrap();
    off_runtime(|| {
        let create = format!("CREATE DATABASE {name}");
        main.connect().unwrap().execute_batch(&create).unwrap();
    });
    Some(format!("{server} dbname={name}"))
}

/// The same server by TLS, with a database of its own there.
pub fn encrypted_database() -> String {
    let database = new_database().unwrap();
    let (_, name) = database.rsplit_once("dbname=").unwrap();
    format!(
        "{} dbname={name}",
        std::env::var("KIPPU_TEST_POSTGRES_TLS").unwrap()
    )
}

pub fn token(terminal: &str) -> String {
    format!("token of {terminal}")
}

fn pin(number: &str) -> String {
    number.repeat(4)
}

pub fn login(number: &str, pin: &str) -> Login {
    Login {
        store: "0101".into(),
        clerk: number.into(),
        pin: pin.into(),
    }
}

pub fn new_order(hold: &str) -> NewOrder {
    NewOrder {
        hold: hold.into(),
        card: CARD,
        room: 8,
        method: PaymentMethod::RegisterSlip,
        buyer: Buyer::default(),
    }
}

/// A wish for the tickets of an order by the first journal of a kiosk.
pub fn wish(handover: HandoverId) -> GrantRequest {
    GrantRequest {
        handover,
        card: CARD,
        room: 8,
        incarnation: "first".into(),
        code: None,
    }
}

/// The claim to an order's tickets.
pub fn claim(order: &Order) -> Claim {
    Claim::Order(order.order.clone())
}

pub fn code(error: ClientError) -> ProblemCode {
    error
        .problem()
        .unwrap_or_else(|| panic!("not refused: {error}"))
        .code
}

pub fn plan() -> Plan {
    let mut text = String::from("block,row,seat,class\n");
    for (row, class) in [("A", "S"), ("B", "A")] {
        (1..=10).for_each(|seat| text.push_str(&format!("stalls,{row},{seat},{class}\n")));
    }
    import::csv::import(text.as_bytes(), "hall").unwrap().0
}

/// A performance on a layout of [`plan`].
pub fn play(event: EventId, layout: i64) -> NewEvent {
    NewEvent {
        event,
        organizer: "o".into(),
        layout,
        name: "Play".into(),
        performers: "Players".into(),
        doors_open: NOW + 2 * HOUR,
        starts: NOW + 3 * HOUR,
        sales_end: NOW + 3 * HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: 4,
        limits: PurchaseLimits::default(),
        refunds: Some(RefundRule {
            until: NOW + 2 * HOUR,
            fee: 220,
        }),
        prices: vec![8800, 6600],
        entrances: vec!["North".into()],
        ways: vec![BlockWay {
            entrance: 0,
            hall_door: "1".into(),
            direction: Direction::Ahead,
            step_free: None,
        }],
    }
}

/// An account to be made, of the store, organizer, seller or venue with a code.
pub fn account(role: Role, number: &str, of: &str) -> NewAccount {
    NewAccount {
        role,
        number: number.into(),
        name: format!("{number} 様"),
        of: of.into(),
        cards: Vec::new(),
    }
}

async fn furnish(storage: &dyn Storage, seats: u32, purchases: PurchaseLimits) {
    storage.put_organizer("o", "Organizer").await.unwrap();
    storage
        .put_seller(SELLER, "one", "Seller One", Some("T1234567890123"))
        .await
        .unwrap();
    storage
        .put_seller(OTHER_SELLER, "two", "Seller Two", None)
        .await
        .unwrap();
    storage
        .put_store("0101", "Corner store", SELLER)
        .await
        .unwrap();
    storage
        .put_store("0202", "Other store", OTHER_SELLER)
        .await
        .unwrap();
    for number in ["1", "2"] {
        storage
            .put_account(
                account(Role::Clerk, number, "0101"),
                hash_pin(&pin(number)).unwrap(),
            )
            .await
            .unwrap();
    }
    let layout = storage
        .put_layout("Hall", "Asia/Tokyo", "full", &plan())
        .await
        .unwrap();
    let event = NewEvent {
        limits: purchases,
        ..play(EVENT, layout.layout)
    };
    storage.register_event(event).await.unwrap();
    storage
        .allocate(EVENT, Some(SELLER), (0..seats).collect())
        .await
        .unwrap();
    storage
        .allocate(EVENT, Some(OTHER_SELLER), vec![18, 19])
        .await
        .unwrap();
    let gate = NewGate {
        passage: Passage::In,
        doors: vec![GateDoor {
            event: EVENT,
            entrance: 0,
            here: true,
            direction: Direction::Ahead,
        }],
    };
    for (name, number, role, store, gate) in [
        ("kiosk-1", 11, TerminalRole::Kiosk, Some("0101"), None),
        ("kiosk-2", 12, TerminalRole::Kiosk, Some("0101"), None),
        ("kiosk-9", 19, TerminalRole::Kiosk, Some("0202"), None),
        ("gate-1", 21, TerminalRole::Gate, None, Some(gate)),
        ("register-1", 31, TerminalRole::Register, Some("0101"), None),
        ("register-9", 39, TerminalRole::Register, Some("0202"), None),
    ] {
        let terminal = NewTerminal {
            id: TerminalId(number),
            name: name.into(),
            role,
            store: store.map(str::to_owned),
            token: hash_token(&token(name)),
            device_key: GATE_KEY,
            gate,
        };
        storage.register_terminal(terminal).await.unwrap();
    }
}
