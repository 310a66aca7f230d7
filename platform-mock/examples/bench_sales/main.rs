//! Measures the sale of one seat: hold, order, payment, grant. At the storage in this process, or over HTTP against platforms in processes of
//! their own.
//!
//! `bench_sales [--clients N] [--seconds N] [--over storage|http|postgres] [--nodes N] [--rate N] [--syncs]` prints one row of a table
//! (`--head` its head). Over HTTP the client's own CPU time is not counted, at the storage everything is. `--few N` lets all clients want the
//! same N seats and fails unless each was sold exactly once.

mod http;
mod measure;
mod storage;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};
use kippu_ticket::ids::EventId;

use measure::Row;

/// The demo's stadium.
const MATCH: EventId = EventId(2);

#[derive(Parser)]
struct Arguments {
    /// Customers at the same time, at most.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How long to sell; it ends earlier when the stadium is sold out.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Where to measure; `postgres` is HTTP with the server of script/with-postgres beneath.
    #[arg(long, value_enum, default_value = "http")]
    over: Over,
    /// Nodes of the platform, on PostgreSQL.
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// Customers that come a second; without it, all come at once.
    #[arg(long)]
    rate: Option<f64>,
    /// Counts the syncs of the database file, with strace.
    #[arg(long)]
    syncs: bool,
    /// All clients want the same few seats.
    #[arg(long)]
    few: Option<usize>,
    /// Prints the table's head and does nothing else.
    #[arg(long)]
    head: bool,
    /// The platform's binary; without it, the one built beside this example.
    #[arg(long)]
    binary: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Over {
    Storage,
    Http,
    Postgres,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.head {
        println!("{}", Row::HEAD);
        return Ok(());
    }
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => beside()?,
    };
    let data = tempfile::tempdir()?;
    let database = match arguments.over {
        Over::Postgres => {
            let server = std::env::var("KIPPU_TEST_POSTGRES");
            Some(http::new_database(
                &server.context("--over postgres needs script/with-postgres")?,
            )?)
        }
        _ => None,
    };
    seed(&binary, data.path(), database.as_deref())?;
    if arguments.over == Over::Storage {
        storage::measure(&arguments, data.path()).await?.print();
        return Ok(());
    }
    let platform = http::Platform::start(&arguments, data.path(), &binary, database.as_deref())?;
    match arguments.few {
        Some(few) => http::crowd(&arguments, platform, few).await,
        None => {
            http::burst(&arguments, platform).await?.print();
            Ok(())
        }
    }
}

fn seed(binary: &Path, data: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let mut command = Command::new(binary);
    command.args(["seed", "demo", "--data"]).arg(data);
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    let seeded = command.output()?;
    if !seeded.status.success() {
        bail!(
            "seeding failed: {}",
            String::from_utf8_lossy(&seeded.stderr)
        );
    }
    Ok(())
}

fn beside() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .and_then(Path::parent)
        .context("this example stands in no folder")?;
    Ok(folder.join("platform-center"))
}

/// Indexes of the seats that can be bought.
fn free_seats(free: &[u8]) -> Vec<u32> {
    (0_u32..)
        .zip(free)
        .filter(|(_, class)| **class != 0)
        .map(|(seat, _)| seat)
        .collect()
}
