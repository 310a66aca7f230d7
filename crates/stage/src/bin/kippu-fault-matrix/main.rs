//! The fault matrix: two people give tickets from card to card at the real kiosk, over the real PC/SC stack, with a real platform; the kiosk is
//! killed at a point of its journal and effects, a card is torn away at an exchange, the platform is there or gone. After each cell the kiosk is
//! started again, the cards are laid as it asks, and every ticket must be live exactly once. Run by `script/fault-matrix`.
#![forbid(unsafe_code)]

mod audit;
mod cell;
mod customers;
mod grid;
mod world;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Parser;

use cell::Ended;
use grid::{Cell, Extent};
use world::Template;

/// Kills, tears and outages on the real thing.
#[derive(Parser)]
struct Arguments {
    /// Try only so many cells, drawn by the seed; all of them otherwise.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Seed of the drawing.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Stop beginning cells after so many minutes; what was not tried is counted.
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,
    /// Try this one cell, as printed in its line.
    #[arg(long, value_name = "CELL")]
    only: Option<Cell>,
    /// Keep the folders of cells that failed here.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fault-matrix: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let ports: Vec<u16> = std::env::var("KIPPU_VPCD_PORTS")
        .context("run this inside script/pcsc-lab, as script/fault-matrix does")?
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("KIPPU_VPCD_PORTS")?;
    let template = Template::make()?;
    let extent = measure(&template, ports[0])?;
    println!("{extent}");
    let cells = match (arguments.only, arguments.sample) {
        (Some(cell), _) => vec![cell],
        (None, Some(size)) => grid::sample(extent, size, arguments.seed),
        (None, None) => grid::all(extent),
    };
    let tally = Tally::default();
    let until = arguments
        .minutes
        .map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for (lane, port) in ports.iter().enumerate() {
            let (template, cells, tally, next) = (&template, &cells, &tally, &next);
            scope.spawn(move || {
                loop {
                    if until.is_some_and(|until| Instant::now() > until) {
                        return;
                    }
                    let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        return;
                    };
                    tally.count(
                        *cell,
                        &cell::try_out(template, lane, *port, *cell, arguments.keep.as_deref()),
                    );
                }
            });
        }
    });
    Ok(tally.print(cells.len()))
}

/// The same walk without a fault, to see how many points and exchanges there are.
fn measure(template: &Template, port: u16) -> Result<Extent> {
    cell::measure(template, port).context("the walk without any fault")
}

/// What became of the cells.
#[derive(Default)]
struct Tally {
    ends: Mutex<BTreeMap<&'static str, usize>>,
    failed: Mutex<Vec<String>>,
}

impl Tally {
    fn count(&self, cell: Cell, ended: &Result<Ended>) {
        let word = match ended {
            Ok(ended) => ended.word(),
            Err(error) => {
                let line = format!("{cell}: {error:#}");
                println!("FAILED {line}");
                lock(&self.failed).push(line);
                "failed"
            }
        };
        *lock(&self.ends).entry(word).or_default() += 1;
    }

    /// Prints the last lines; true where nothing failed.
    fn print(&self, wanted: usize) -> bool {
        let ends = lock(&self.ends);
        let tried: usize = ends.values().sum();
        let failed = lock(&self.failed);
        for (word, count) in ends.iter() {
            println!("{count:>7}  {word}");
        }
        println!(
            "fault matrix: {tried} of {wanted} cells tried, {} failed",
            failed.len()
        );
        failed.is_empty() && tried > 0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
