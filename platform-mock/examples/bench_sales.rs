//! Measures the sale of one seat: hold, order, payment, grant. At the storage in this process, or over HTTP against a platform in a
//! process of its own.
//!
//! `bench_sales [--clients N] [--seconds N] [--over storage|http]` prints one row of a table: where, customers at the same time, sales,
//! sales per second, CPU seconds of the platform per 1,000 sales, sales per commit (one fsync of the log each). Over HTTP the client's
//! own CPU time is not counted, at the storage everything is.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};
use kippu_api::{
    clerk::{Confirm, Login},
    client::{Client, IdempotencyKey},
    holds::HoldRequest,
    orders::{Claim, GrantRequest, NewOrder, PaymentMethod},
};
use kippu_ticket::ids::{CardUid, EventId, HandoverId};
use platform_center::{
    clerks::{rules::Clerk, storage::ClerkStorage as _},
    clock::SystemClock,
    issuing::{rules, storage::IssuingStorage as _},
    keys::Keys,
    masters::{rules::EventFacts, rules::Terminal, storage::MasterStorage as _},
    sales::storage::{HoldCommand, SalesStorage as _},
    storage::{Database, idempotency::RequestKey},
};

const MATCH: EventId = EventId(2);

#[derive(Parser)]
struct Arguments {
    /// Customers at the same time.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How long to sell; it ends earlier when the stadium is sold out.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Where to measure.
    #[arg(long, value_enum, default_value = "http")]
    over: Over,
    /// The platform's binary; without it, the one built beside this example.
    #[arg(long)]
    binary: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Over {
    Storage,
    Http,
}

/// Hands out seats, and knows when to stop.
struct Till {
    next: AtomicU64,
    seats: Vec<u32>,
    over: AtomicBool,
    sold: AtomicU64,
}

impl Till {
    fn seat(&self) -> Option<u32> {
        if self.over.load(Ordering::Relaxed) {
            return None;
        }
        let next = usize::try_from(self.next.fetch_add(1, Ordering::Relaxed)).ok()?;
        self.seats.get(next).copied()
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => beside()?,
    };
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
    match arguments.over {
        Over::Storage => storage(&arguments, data.path()).await,
        Over::Http => http(&arguments, data.path(), &binary).await,
    }
}

fn beside() -> anyhow::Result<std::path::PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .and_then(Path::parent)
        .context("this example stands in no folder")?;
    Ok(folder.join("platform-center"))
}

async fn storage(arguments: &Arguments, data: &Path) -> anyhow::Result<()> {
    let storage = Arc::new(Database::open(data, Arc::new(SystemClock))?);
    let keys = Arc::new(Keys::open(data)?);
    let event = Arc::new(storage.event_facts(MATCH).await?.context("no match")?);
    let terminal = storage
        .terminal_by_name("kiosk-1")
        .await?
        .context("no kiosk")?;
    let (clerk, _) = storage.clerk("0101", "1").await?.context("no clerk")?;
    let free = storage
        .stock()
        .free(MATCH, terminal.shop()?.seller)
        .context("no stock")?;
    let till = Arc::new(till(&free));
    let (cpu, commits, began) = (
        cpu_of("self")?,
        storage.counts().commits.load(Ordering::Relaxed),
        Instant::now(),
    );
    let stop = stop_after(arguments.seconds, &till);
    let mut customers = tokio::task::JoinSet::new();
    for _ in 0..arguments.clients {
        let (storage, keys, event) = (Arc::clone(&storage), Arc::clone(&keys), Arc::clone(&event));
        let (terminal, clerk, till) = (terminal.clone(), clerk.clone(), Arc::clone(&till));
        customers.spawn(async move {
            while let Some(seat) = till.seat() {
                sell(&storage, &keys, &event, &terminal, &clerk, seat).await?;
                till.sold.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    for done in customers.join_all().await {
        done?;
    }
    stop.abort();
    let commits = storage.counts().commits.load(Ordering::Relaxed) - commits;
    print(
        "storage",
        arguments.clients,
        &till,
        began.elapsed(),
        cpu_of("self")? - cpu,
        Some(commits),
    );
    Ok(())
}

async fn sell(
    storage: &Database,
    keys: &Keys,
    event: &Arc<EventFacts>,
    terminal: &Terminal,
    clerk: &Clerk,
    seat: u32,
) -> anyhow::Result<()> {
    let key = || RequestKey {
        caller: "bench".into(),
        key: hex::encode(rand::random::<[u8; 16]>()),
        fingerprint: rand::random(),
    };
    let seller = terminal.shop()?.seller;
    let hold = HoldCommand {
        key: key(),
        event: Arc::clone(event),
        terminal: terminal.id,
        seller,
        seats: vec![seat],
        apart: false,
    };
    let hold = storage.hold(hold).await?;
    let card = CardUid(rand::random());
    let new = NewOrder {
        hold: hold.hold,
        card,
        room: 8,
        method: PaymentMethod::RegisterSlip,
    };
    let order = storage.create_order(key(), terminal.clone(), new).await?;
    let sum = Confirm {
        amount: order.total,
        currency: order.currency.clone(),
    };
    storage
        .confirm(key(), clerk.clone(), order.slip.clone(), sum)
        .await?;
    let wish = GrantRequest {
        handover: HandoverId::random(),
        card,
        room: 8,
        incarnation: "bench".into(),
        code: None,
    };
    let claim = Claim::Order(order.id);
    let grant = storage.grant(terminal.clone(), claim, wish, None).await?;
    rules::sign(&grant, |_| Some(&**event), keys)?;
    Ok(())
}

async fn http(arguments: &Arguments, data: &Path, binary: &Path) -> anyhow::Result<()> {
    let mut served = Served::start(binary, data)?;
    let kiosk = Client::new(&served.url, &token(data, "kiosk-1")?)?;
    let register = Client::new(&served.url, &token(data, "register-1")?)?;
    let login = Login {
        store: "0101".into(),
        clerk: "1".into(),
        pin: "1111".into(),
    };
    let clerk = register.with_token(&register.login(&login).await?.token);
    let till = Arc::new(till(&kiosk.availability(MATCH).await?.seats));
    let (cpu, began) = (cpu_of(&served.process.id().to_string())?, Instant::now());
    let stop = stop_after(arguments.seconds, &till);
    let mut customers = tokio::task::JoinSet::new();
    for _ in 0..arguments.clients {
        let (kiosk, clerk, till) = (kiosk.clone(), clerk.clone(), Arc::clone(&till));
        customers.spawn(async move {
            while let Some(seat) = till.seat() {
                buy(&kiosk, &clerk, seat).await?;
                till.sold.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    for done in customers.join_all().await {
        done?;
    }
    stop.abort();
    let (elapsed, cpu) = (
        began.elapsed(),
        cpu_of(&served.process.id().to_string())? - cpu,
    );
    served.stop()?;
    print("http", arguments.clients, &till, elapsed, cpu, None);
    Ok(())
}

async fn buy(kiosk: &Client, clerk: &Client, seat: u32) -> anyhow::Result<()> {
    let hold = kiosk
        .hold(
            MATCH,
            &HoldRequest::Seats(vec![seat]),
            &IdempotencyKey::random(),
        )
        .await?;
    let card = CardUid(rand::random());
    let new = NewOrder {
        hold: hold.hold,
        card,
        room: 8,
        method: PaymentMethod::RegisterSlip,
    };
    let order = kiosk.create_order(&new, &IdempotencyKey::random()).await?;
    let sum = Confirm {
        amount: order.total,
        currency: order.currency.clone(),
    };
    clerk
        .confirm_slip(&order.slip, &sum, &IdempotencyKey::random())
        .await?;
    let wish = GrantRequest {
        handover: HandoverId::random(),
        card,
        room: 8,
        incarnation: "bench".into(),
        code: None,
    };
    kiosk
        .grant(&Claim::Order(order.order.clone()), &wish)
        .await?;
    Ok(())
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
            .env("RUST_LOG", "warn")
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

    fn stop(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

fn till(free: &[u8]) -> Till {
    let seats = (0_u32..)
        .zip(free)
        .filter(|(_, class)| **class != 0)
        .map(|(seat, _)| seat)
        .collect();
    Till {
        next: AtomicU64::new(0),
        seats,
        over: AtomicBool::new(false),
        sold: AtomicU64::new(0),
    }
}

fn stop_after(seconds: u64, till: &Arc<Till>) -> tokio::task::JoinHandle<()> {
    let till = Arc::clone(till);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        till.over.store(true, Ordering::Relaxed);
    })
}

fn token(data: &Path, terminal: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(data.join("terminals").join(format!("{terminal}.toml")))?;
    let table: toml::Table = text.parse()?;
    Ok(table["token"].as_str().context("no token")?.to_owned())
}

/// User and system time of a process in seconds, from Linux' `/proc/PID/stat` (hundredths of a second).
fn cpu_of(process: &str) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let rest = text.rsplit(')').next().context("no stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: u32 = fields[11].parse::<u32>()? + fields[12].parse::<u32>()?;
    Ok(f64::from(ticks) / 100.0)
}

fn print(
    over: &str,
    clients: usize,
    till: &Till,
    elapsed: Duration,
    cpu: f64,
    commits: Option<u64>,
) {
    let sold = till.sold.load(Ordering::Relaxed) as f64;
    let per_commit = commits.map_or("–".to_owned(), |commits| {
        format!("{:.1}", sold / commits as f64)
    });
    println!(
        "| {over} | {clients} | {sold} | {:.0} | {:.3} | {per_commit} |",
        sold / elapsed.as_secs_f64(),
        cpu / sold * 1e3,
    );
}
