//! The fault matrix: people at the real kiosk, over the real PC/SC stack, with a real platform. Two give tickets from card to card; one buys and
//! pays at the real register; one gives tickets up and is paid out there. The kiosk is killed at a point of its journal and effects, a card is torn
//! away at an exchange, the platform is there or gone, a message is lost. After each cell the kiosk is started again, the cards are laid as it asks,
//! and every ticket must be live exactly once, or its money in the customer's hand, once. Run by `script/fault-matrix`.
//!
//! The matrix deals cells to lanes. A lane is this program again, alone with a reader in a `script/pcsc-lab` of its own.
#![forbid(unsafe_code)]

mod audit;
mod cell;
mod customers;
mod grid;
mod lane;
mod tally;
mod world;

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Parser;

use grid::{Cell, Errand, Extent};
use lane::Lane;
use tally::Tally;
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
    /// Only cells of this errand: give, buy or money-back.
    #[arg(long, value_name = "ERRAND")]
    errand: Option<Errand>,
    /// Leave out so many of them, which an earlier run with the same seed has tried.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: usize,
    /// Stop beginning cells after so many minutes; what was not tried is counted.
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,
    /// Try these cells alone, as printed in their lines; may be given more than once.
    #[arg(long, value_name = "CELL")]
    only: Vec<Cell>,
    /// Keep the folders of cells that failed here.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Cells tried side by side; a cell mostly waits, so several for each core.
    #[arg(long, value_name = "N", default_value_t = 10)]
    lanes: usize,
    /// The program that runs a lane with a reader of its own.
    #[arg(long, value_name = "FILE", default_value = "script/pcsc-lab")]
    lab: PathBuf,
    /// Be a lane: try the cells that come on standard input, from a copy of this folder.
    #[arg(long, value_name = "FOLDER", hide = true)]
    lane: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.lane {
        Some(template) => lane::be(template, arguments.keep.as_deref()).map(|()| true),
        None => run(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fault-matrix: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The cells that are asked for, in the order of the seed.
fn drawn(arguments: &Arguments, lane: &mut Lane) -> Result<Vec<Cell>> {
    let extents = Errand::ALL
        .into_iter()
        .map(|errand| {
            lane.measure(errand)
                .with_context(|| format!("{} without any fault", errand.word()))
        })
        .collect::<Result<Vec<Extent>>>()?;
    for extent in &extents {
        println!("{extent}");
    }
    let mut cells = grid::shuffled(&extents, arguments.seed);
    println!("{} cells", cells.len());
    if let Some(errand) = arguments.errand {
        cells.retain(|cell| cell.errand == errand);
    }
    if let Some(size) = arguments.sample {
        cells.truncate(size);
    }
    cells.drain(..arguments.from.min(cells.len()));
    Ok(cells)
}

fn run(arguments: &Arguments) -> Result<bool> {
    let template = Template::make()?;
    let start = || Lane::start(&arguments.lab, template.folder(), arguments.keep.as_deref());
    let mut first = start()?;
    let cells = if arguments.only.is_empty() {
        drawn(arguments, &mut first)?
    } else {
        arguments.only.clone()
    };
    let mut lanes = vec![first];
    for _ in 1..arguments.lanes.min(cells.len()) {
        lanes.push(start()?);
    }
    let tally = Tally::new(cells.len());
    let until = arguments
        .minutes
        .map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for mut lane in lanes {
            let (cells, tally, next) = (&cells, &tally, &next);
            scope.spawn(move || {
                while until.is_none_or(|until| Instant::now() < until) {
                    let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        break;
                    };
                    if !tally.count(*cell, lane.try_out(*cell)) {
                        break;
                    }
                }
                lane.finish();
            });
        }
    });
    Ok(tally.print())
}
