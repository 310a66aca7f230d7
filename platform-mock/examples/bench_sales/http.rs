//! Over HTTP against platforms in processes of their own: an on-sale burst, and a crowd after a few seats.
//!
//! The burst is an open loop: customers come at their times however long the platform takes for those before them, and a sale's time counts
//! from the moment its customer came, also while all clients were busy. With no rate, all come at the first moment.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use kippu_api::{
    clerk::{Confirm, Login},
    client::{Client, ClientError, IdempotencyKey},
    holds::HoldRequest,
    orders::{Buyer, Claim, GrantRequest, NewOrder, PaymentMethod},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, HandoverId};
use platform_center::storage::{Place, sql::off_runtime};

use super::{
    Arguments, MATCH, free_seats,
    measure::{Row, cpu_of, cpu_of_family},
};

/// The nodes, and the database server if there is one.
pub struct Platform {
    nodes: Vec<Served>,
    data: PathBuf,
    /// Address and process of the server.
    server: Option<(Place, u32)>,
}

/// A node in a process of its own.
struct Served {
    process: Child,
    /// The node's own process, where another one counts its syncs.
    node: u32,
    /// Where its syncs are counted.
    counted: Option<PathBuf>,
    url: String,
}

impl Platform {
    /// Starts as many nodes as asked for, on a file or on the server of `script/with-postgres`.
    pub fn start(
        arguments: &Arguments,
        data: &Path,
        binary: &Path,
        database: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut nodes = Vec::new();
        for number in 0..arguments.nodes {
            let own = match number {
                0 => data.to_owned(),
                _ => further(data, number)?,
            };
            nodes.push(Served::start(binary, &own, database, arguments.syncs)?);
        }
        let server = match database {
            Some(address) => {
                let process = std::env::var("KIPPU_TEST_POSTGRES_PID")?.parse()?;
                Some((Place::server(address)?, process))
            }
            None => None,
        };
        Ok(Self {
            nodes,
            data: data.to_owned(),
            server,
        })
    }

    fn client(&self, number: usize, terminal: &str) -> anyhow::Result<Client> {
        let node = &self.nodes[number % self.nodes.len()];
        Ok(Client::new(&node.url, &token(&self.data, terminal)?)?)
    }

    /// A kiosk and a clerk at the register, at one of the nodes.
    async fn store(&self, number: usize, session: &str) -> anyhow::Result<(Client, Client)> {
        let register = self.client(number, "register-1")?;
        Ok((
            self.client(number, "kiosk-1")?,
            register.with_token(session),
        ))
    }

    async fn log_in(&self) -> anyhow::Result<String> {
        let login = Login {
            store: "0101".into(),
            clerk: "1".into(),
            pin: "1111".into(),
        };
        let register = self.client(0, "register-1")?;
        Ok(register.login(&login).await?.token)
    }

    fn cpu(&self) -> anyhow::Result<(f64, f64)> {
        let nodes: anyhow::Result<Vec<f64>> =
            self.nodes.iter().map(|node| cpu_of(node.node)).collect();
        let database = match &self.server {
            Some((_, process)) => cpu_of_family(*process)?,
            None => 0.0,
        };
        Ok((nodes?.iter().sum(), database))
    }

    /// Syncs of the server's log.
    fn server_syncs(&self) -> anyhow::Result<Option<u64>> {
        let Some((place, _)) = &self.server else {
            return Ok(None);
        };
        let asked = off_runtime(|| {
            let sql = place.connect()?;
            Ok::<_, anyhow::Error>(sql.query_row(
                "SELECT wal_sync FROM pg_stat_wal",
                [],
                |row| row.get::<u64>(0),
            )?)
        });
        asked.map(Some)
    }

    /// Ends it; the syncs of the files, where they were counted.
    fn stop(self) -> anyhow::Result<Option<u64>> {
        let mut syncs = None;
        for node in self.nodes {
            if let Some(counted) = node.stop()? {
                syncs = Some(syncs.unwrap_or(0) + counted);
            }
        }
        Ok(syncs)
    }
}

/// Customers come, each wants a seat of their own.
pub async fn burst(arguments: &Arguments, platform: Platform) -> anyhow::Result<Row> {
    let session = platform.log_in().await?;
    let (kiosk, _) = platform.store(0, &session).await?;
    let mut seats = free_seats(&kiosk.availability(MATCH).await?.seats);
    if let Some(rate) = arguments.rate {
        seats.truncate((rate * arguments.seconds as f64) as usize);
    }
    let seats: Arc<[u32]> = seats.into();
    let next = Arc::new(AtomicUsize::new(0));
    let syncs_before = platform.server_syncs()?;
    let (before, began) = (platform.cpu()?, Instant::now());
    let end = began + Duration::from_secs(arguments.seconds);
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..arguments.clients {
        let (kiosk, clerk) = platform.store(number, &session).await?;
        let (seats, next, rate) = (Arc::clone(&seats), Arc::clone(&next), arguments.rate);
        clients.spawn(async move {
            let mut took = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(seat) = seats.get(place) else {
                    return anyhow::Ok(took);
                };
                let comes = rate.map_or(began, |rate| {
                    began + Duration::from_secs_f64(place as f64 / rate)
                });
                if rate.is_none() && Instant::now() >= end {
                    return anyhow::Ok(took);
                }
                tokio::time::sleep_until(comes.into()).await;
                buy(&kiosk, &clerk, *seat).await?;
                took.push(comes.elapsed());
            }
        });
    }
    let mut took = Vec::new();
    for done in clients.join_all().await {
        took.extend(done?);
    }
    let elapsed = began.elapsed();
    let after = platform.cpu()?;
    let server_syncs = platform.server_syncs()?.zip(syncs_before);
    let at = match (&platform.server, arguments.nodes) {
        (None, _) => "HTTP, SQLite".to_owned(),
        (Some(_), 1) => "HTTP, PostgreSQL, 1 node".to_owned(),
        (Some(_), nodes) => format!("HTTP, PostgreSQL, {nodes} nodes"),
    };
    let file_syncs = platform.stop()?;
    Ok(Row {
        at,
        clients: arguments.clients,
        offered: arguments.rate,
        elapsed,
        cpu: after.0 - before.0,
        database_cpu: after.1 - before.1,
        syncs: server_syncs
            .map(|(after, before)| after - before)
            .or(file_syncs),
        took,
    })
}

/// All clients want the same few seats: each is sold once, and no more.
pub async fn crowd(arguments: &Arguments, platform: Platform, few: usize) -> anyhow::Result<()> {
    let session = platform.log_in().await?;
    let (kiosk, _) = platform.store(0, &session).await?;
    let mut seats = free_seats(&kiosk.availability(MATCH).await?.seats);
    seats.truncate(few);
    let seats: Arc<[u32]> = seats.into();
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..arguments.clients {
        let (kiosk, clerk) = platform.store(number, &session).await?;
        let seats = Arc::clone(&seats);
        clients.spawn(async move {
            let (mut sold, mut gone) = (0, 0);
            for step in 0..seats.len() {
                match buy(&kiosk, &clerk, seats[(number * 7 + step) % seats.len()]).await {
                    Ok(()) => sold += 1,
                    Err(ClientError::Refused(problem))
                        if problem.code == ProblemCode::SeatTaken =>
                    {
                        gone += 1;
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok((sold, gone))
        });
    }
    let (mut sold, mut gone) = (0, 0);
    for done in clients.join_all().await {
        let (more_sold, more_gone) = done?;
        sold += more_sold;
        gone += more_gone;
    }
    let elapsed = began.elapsed();
    let left = free_seats(&kiosk.availability(MATCH).await?.seats);
    let unsold = seats.iter().filter(|seat| left.contains(seat)).count();
    platform.stop()?;
    println!(
        "{} clients, {} seats: sold {sold}, left {unsold}, {gone} times gone, in {:.2} s",
        arguments.clients,
        seats.len(),
        elapsed.as_secs_f64()
    );
    ensure!(
        sold == seats.len() && unsold == 0,
        "not each seat was sold once"
    );
    Ok(())
}

async fn buy(kiosk: &Client, clerk: &Client, seat: u32) -> Result<(), ClientError> {
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
        buyer: Buyer::default(),
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

impl Served {
    fn start(
        binary: &Path,
        data: &Path,
        database: Option<&str>,
        count_syncs: bool,
    ) -> anyhow::Result<Self> {
        let mut command = match count_syncs {
            true => {
                let mut strace = Command::new("strace");
                strace
                    .args(["--follow-forks", "--seccomp-bpf", "--summary-only"])
                    .arg("--summary-columns=calls,name")
                    .arg("--trace=fsync,fdatasync")
                    .arg("--output")
                    .arg(data.join("syncs"))
                    .arg(binary);
                strace
            }
            false => Command::new(binary),
        };
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        let mut process = command
            .env("RUST_LOG", "warn")
            // All customers come by a few kiosks here.
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
        let node = match count_syncs {
            true => child_of(process.id())?,
            false => process.id(),
        };
        Ok(Self {
            process,
            node,
            counted: count_syncs.then(|| data.join("syncs")),
            url,
        })
    }

    /// Ends it as an operator would; its syncs, where they were counted.
    fn stop(mut self) -> anyhow::Result<Option<u64>> {
        let asked = Command::new("kill").arg(self.node.to_string()).status()?;
        ensure!(asked.success(), "a node had ended before");
        self.process.wait()?;
        let Some(counted) = self.counted else {
            return Ok(None);
        };
        // One line a call: how often, and its name.
        let text = std::fs::read_to_string(counted)?;
        let calls = text.lines().filter(|line| line.contains("sync"));
        let counts = calls.filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        Ok(Some(counts.sum()))
    }
}

/// The one child of a process.
fn child_of(process: u32) -> anyhow::Result<u32> {
    let text = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    let first = text.split_whitespace().next().context("no child")?;
    Ok(first.parse()?)
}

/// The folder of another node, with the same keys.
fn further(data: &Path, number: usize) -> anyhow::Result<PathBuf> {
    let other = data.join(format!("node-{number}"));
    std::fs::create_dir_all(other.join("keys"))?;
    for entry in std::fs::read_dir(data.join("keys"))? {
        let entry = entry?;
        std::fs::copy(entry.path(), other.join("keys").join(entry.file_name()))?;
    }
    Ok(other)
}

/// An empty database on the server of `script/with-postgres`; its address.
pub fn new_database(server: &str) -> anyhow::Result<String> {
    let name = format!("bench_{}", std::process::id());
    off_runtime(|| {
        let main = Place::server(&format!("{server} dbname=postgres"))?.connect()?;
        main.execute_batch(&format!("CREATE DATABASE {name}"))?;
        anyhow::Ok(())
    })?;
    Ok(format!("{server} dbname={name}"))
}

fn token(data: &Path, terminal: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(data.join("terminals").join(format!("{terminal}.toml")))?;
    let table: toml::Table = text.parse()?;
    Ok(table["token"].as_str().context("no token")?.to_owned())
}
