//! Measures the platform under pressure.
//!
//! `bench_pressure best` finds and holds the best seats of a hall of 60,000, half of them sold here and there: the search alone by CPU time, and
//! the whole call over HTTP by the clock, one customer and 64 at a time.
//!
//! `bench_pressure soak [--seconds N] [--times X]` finds out how many holds a second the node takes from 64 customers, and then offers it X
//! times as many for N seconds, at times that do not depend on its answers: what became of them, how long the served ones took, and how much
//! memory the node had at the beginning, at most and at the end.

use std::{
    collections::BTreeMap,
    hint::black_box,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use kippu_api::{
    client::{Client, IDEMPOTENCY_KEY, IdempotencyKey},
    holds::HoldRequest,
};
use kippu_gate::bundle::Direction;
use kippu_seatplan::{
    best::{Places, Wish, find_among},
    import,
};
use kippu_ticket::ids::{EventId, SellerId, TerminalId};
use platform_center::{
    app::App,
    auth::hash_token,
    clock::{Clock as _, SystemClock},
    masters::{
        rules::{BlockWay, NewEvent, TerminalRole},
        storage::{MasterStorage as _, NewTerminal},
    },
    sales::limits::PurchaseLimits,
    storage::{Database, Storage},
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

const EVENT: EventId = EventId(2);
const SELLER: SellerId = SellerId(1);
const BLOCKS: u32 = 40;
const ROWS: u32 = 30;
const SEATS: u32 = 50;
const CUSTOMERS: usize = 64;
/// Requests under way at the same time, at most: each takes a socket of the sender's.
const SOCKETS: usize = 4096;
const HOUR: i64 = 3600 * 1_000_000;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The best seats of 60,000.
    Best,
    /// More than the node takes.
    Soak {
        /// How long.
        #[arg(long, default_value_t = 120)]
        seconds: u64,
        /// How many times what it takes.
        #[arg(long, default_value_t = 2.0)]
        times: f64,
        /// The platform's binary; without it, the one built beside this example.
        #[arg(long)]
        binary: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().what {
        What::Best => best().await,
        What::Soak {
            seconds,
            times,
            binary,
        } => soak(seconds, times, binary).await,
    }
}

/// Whether a seat is sold: half of them, in runs of one to six.
fn is_sold(seat: u32) -> bool {
    let run = seat / 6 + (seat % 6) * 3 / 5;
    (run.wrapping_mul(2_654_435_761) >> 16).is_multiple_of(2)
}

async fn best() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let storage = Database::open(data.path(), Arc::new(SystemClock))?;
    furnish(&storage).await?;
    let facts = storage.event_facts(EVENT).await?.context("no event")?;
    let seats = u32::try_from(facts.plan.seats.len())?;
    let free: Vec<u8> = (0..seats).map(|seat| u8::from(!is_sold(seat))).collect();
    let begun = Instant::now();
    black_box(Places::of(&facts.plan));
    println!(
        "{seats} seats, {} of them free; reckoning the plan, once: {:.1} ms\n\n| best | CPU of the search, mean of 50 | slowest |\n|--:|--:|--:|",
        free.iter().filter(|state| **state != 0).count(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    for count in [1, 2, 4, 8, 20] {
        let wish = Wish {
            class: Some(0),
            count,
        };
        let (mut sum, mut slowest) = (0.0, 0.0_f64);
        for _ in 0..50 {
            let from = cpu_ns()?;
            black_box(find_among(&facts.plan, &facts.places, &free, &wish));
            let took = (cpu_ns()? - from) as f64 / 1e6;
            (sum, slowest) = (sum + took, slowest.max(took));
        }
        println!("| {count} | {:.2} ms | {slowest:.2} ms |", sum / 50.0);
    }
    drop(storage);
    let app = App::open(data.path(), Arc::new(SystemClock))?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(app.serve(listener, std::future::pending()));
    println!(
        "\n| customers at a time | holds | a second | p50 | p99 | slowest |\n|--:|--:|--:|--:|--:|--:|"
    );
    for customers in [1, CUSTOMERS] {
        hold_best(address, customers, 400).await?;
    }
    Ok(())
}

/// Customers hold the best four seats, all in all so often.
async fn hold_best(address: SocketAddr, customers: usize, holds: usize) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..customers {
        let kiosk = Client::new(&format!("http://{address}"), "bench")?;
        crowd.spawn(async move {
            let wish = HoldRequest::Best {
                class: 0,
                quantity: 4,
            };
            let mut times = Vec::new();
            for _ in 0..holds.div_ceil(customers) {
                let begun = Instant::now();
                kiosk.hold(EVENT, &wish, &IdempotencyKey::random()).await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    for done in crowd.join_all().await {
        times.extend(done?);
    }
    let took = begun.elapsed().as_secs_f64();
    let made = times.len();
    println!(
        "| {customers} | {made} | {:.0} | {} |",
        made as f64 / took,
        percentiles(times)
    );
    Ok(())
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: f64| {
        let place = (times.len().saturating_sub(1)) as f64 * part;
        times.get(place as usize).map_or("–".to_owned(), |time| {
            format!("{:.1} ms", time.as_secs_f64() * 1e3)
        })
    };
    format!("{} | {} | {}", at(0.5), at(0.99), at(1.0))
}

async fn furnish(storage: &dyn Storage) -> anyhow::Result<()> {
    let mut text = String::from("block,row,seat,class\n");
    for block in 1..=BLOCKS {
        for row in 1..=ROWS {
            (1..=SEATS).for_each(|seat| text.push_str(&format!("{block},{row},{seat},S\n")));
        }
    }
    let (plan, _) = import::csv::import(text.as_bytes(), "hall")
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    storage.put_organizer("o", "Organizer").await?;
    storage.put_seller(SELLER, "s", "Seller", None).await?;
    storage.put_store("0101", "Store", SELLER).await?;
    let layout = storage
        .put_layout("Hall", "Asia/Tokyo", "full", &plan)
        .await?;
    let now = SystemClock.now();
    let way = BlockWay {
        entrance: 0,
        hall_door: "1".into(),
        direction: Direction::Ahead,
        step_free: None,
    };
    let event = NewEvent {
        event: EVENT,
        organizer: "o".into(),
        layout: layout.layout,
        name: "Match".into(),
        performers: "Players".into(),
        doors_open: now + 30 * HOUR,
        starts: now + 31 * HOUR,
        sales_end: now + 31 * HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: 20,
        limits: PurchaseLimits::default(),
        refunds: None,
        prices: vec![8800],
        entrances: vec!["North".into()],
        ways: vec![way; plan.blocks.len()],
    };
    storage.register_event(event).await?;
    // What is sold is not this seller's any more: to the search it is the same.
    let seats = 0..u32::try_from(plan.seats.len())?;
    let free = seats.filter(|seat| !is_sold(*seat)).collect();
    storage.allocate(EVENT, Some(SELLER), free).await?;
    let kiosk = NewTerminal {
        id: TerminalId(11),
        name: "kiosk-1".into(),
        role: TerminalRole::Kiosk,
        store: Some("0101".into()),
        token: hash_token("bench"),
        device_key: [1; 32],
        gate: None,
    };
    storage.register_terminal(kiosk).await?;
    Ok(())
}

/// What became of the wishes.
#[derive(Default)]
struct Book {
    answers: BTreeMap<String, u64>,
    served: Vec<Duration>,
    refused: Vec<Duration>,
}

async fn soak(seconds: u64, times: f64, binary: Option<PathBuf>) -> anyhow::Result<()> {
    let binary = binary.map_or_else(beside, Ok)?;
    let data = tempfile::tempdir()?;
    let seeded = Command::new(&binary)
        .args(["seed", "demo", "--data"])
        .arg(data.path())
        .output()?;
    if !seeded.status.success() {
        bail!(
            "seeding failed: {}",
            String::from_utf8_lossy(&seeded.stderr)
        );
    }
    let mut served = Served::start(&binary, data.path())?;
    let asker = Asker {
        http: reqwest::Client::builder()
            .pool_max_idle_per_host(2048)
            .build()?,
        url: served.url.clone(),
        token: token(data.path(), "kiosk-1")?,
        book: Arc::default(),
    };
    let capacity = capacity(&asker).await?;
    let memory = served.memory()?;
    println!("takes {capacity:.0} wishes a second from {CUSTOMERS} customers, {memory} MiB");
    let asker = Asker {
        book: Arc::default(),
        ..asker
    };
    let (every, begun) = (
        Duration::from_secs_f64(1.0 / (capacity * times)),
        Instant::now(),
    );
    let (mut next, mut offered, mut unsent, mut most) = (begun, 0_u64, 0_u64, memory);
    let sockets = Arc::new(Semaphore::new(SOCKETS));
    let mut looked = begun;
    while begun.elapsed() < Duration::from_secs(seconds) {
        while next <= Instant::now() {
            // Counted from when it should have been sent: a sender that is late makes nothing look faster.
            let due = next;
            (next, offered) = (next + every, offered + 1);
            // Who finds no socket here was kept waiting by this machine's own limits, and says so.
            let Ok(socket) = Arc::clone(&sockets).try_acquire_owned() else {
                unsent += 1;
                continue;
            };
            let asker = asker.clone();
            tokio::spawn(async move {
                asker.ask(due).await;
                drop(socket);
            });
        }
        if looked.elapsed() > Duration::from_secs(1) {
            looked = Instant::now();
            most = most.max(served.memory()?);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    // What is under way is answered, and then the node is as it was.
    while Arc::strong_count(&asker.book) > 1 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let end = served.memory()?;
    served.stop()?;
    let book = asker
        .book
        .lock()
        .map_err(|_| anyhow::anyhow!("a customer panicked"))?;
    println!(
        "offered {:.0} a second for {took:.0} s, {offered} in all, {unsent} of them with no socket left at the sender: {:?}",
        offered as f64 / took,
        book.answers
    );
    println!("| | number | p50 | p99 | slowest |\n|---|--:|--:|--:|--:|");
    for (name, times) in [("served", &book.served), ("refused", &book.refused)] {
        println!(
            "| {name} | {} | {} |",
            times.len(),
            percentiles(times.clone())
        );
    }
    println!("memory: {memory} MiB before, {most} MiB at most, {end} MiB after");
    Ok(())
}

/// Somebody who wants a seat, and gives it back.
#[derive(Clone)]
struct Asker {
    http: reqwest::Client,
    url: String,
    token: String,
    book: Arc<Mutex<Book>>,
}

impl Asker {
    async fn ask(&self, due: Instant) {
        let wish = format!("{{\"seats\":[{}]}}", rand::random_range(0..39_000));
        let answer = self
            .http
            .post(format!("{}/api/v1/events/{EVENT}/holds", self.url))
            .bearer_auth(&self.token)
            .header(IDEMPOTENCY_KEY, IdempotencyKey::random().as_str())
            .body(wish)
            .send()
            .await;
        let took = due.elapsed();
        let (word, hold) = match answer {
            Err(error) if error.is_connect() => ("no connection".to_owned(), None),
            Err(_) => ("no answer".to_owned(), None),
            Ok(answer) => {
                let word = answer.status().as_u16().to_string();
                let body: serde_json::Value = answer.json().await.unwrap_or_default();
                (word, body["hold"].as_str().map(str::to_owned))
            }
        };
        if let Ok(mut book) = self.book.lock() {
            // A seat somebody else has is an answer like any other.
            match word.as_str() {
                "201" | "409" => book.served.push(took),
                _ => book.refused.push(took),
            }
            *book.answers.entry(word).or_default() += 1;
        }
        if let Some(hold) = hold {
            let url = format!("{}/api/v1/holds/{hold}", self.url);
            // Whether it was given back does not matter: it ends by itself.
            let _ = self.http.delete(url).bearer_auth(&self.token).send().await;
        }
    }
}

/// Wishes a second that customers get answered who each wait for the answer.
async fn capacity(asker: &Asker) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..CUSTOMERS {
        let asker = asker.clone();
        crowd.spawn(async move {
            let mut answered = 0;
            while begun.elapsed() < Duration::from_secs(10) {
                asker.ask(Instant::now()).await;
                answered += 1;
            }
            answered
        });
    }
    let answered: u32 = crowd.join_all().await.into_iter().sum();
    Ok(f64::from(answered) / begun.elapsed().as_secs_f64())
}

/// The platform in a process of its own.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn start(binary: &Path, data: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("RUST_LOG", "error")
            .env("KIPPU_LIMITS_CALLER_PER_SECOND", "0")
            .env("KIPPU_ADMIN_LISTEN", "off")
            .stdout(Stdio::piped())
            .spawn()?;
        let out = process.stdout.take().context("no output")?;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line)?;
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .context("the platform did not start")?
            .to_owned();
        Ok(Self { process, url })
    }

    /// Resident memory in MiB, from Linux' `/proc`.
    fn memory(&self) -> anyhow::Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024)
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

fn beside() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .and_then(Path::parent)
        .context("this example stands in no folder")?;
    Ok(folder.join("platform-center"))
}

fn token(data: &Path, terminal: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(data.join("terminals").join(format!("{terminal}.toml")))?;
    let table: toml::Table = text.parse()?;
    Ok(table["token"].as_str().context("no token")?.to_owned())
}

/// CPU time of this thread.
fn cpu_ns() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next().context("no schedstat")?;
    Ok(first.parse()?)
}
