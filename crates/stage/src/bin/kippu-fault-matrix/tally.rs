//! What became of the cells, printed as they end and at the end.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{grid::Cell, lane::Tried};

/// How often it is told how far things are.
const OFTEN: Duration = Duration::from_secs(60);
/// Ticks a second in which Linux counts a process's time, for every program.
const TICKS: f64 = 100.0;

/// Counts cells of all lanes.
pub struct Tally {
    wanted: usize,
    begun: Instant,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    ends: BTreeMap<&'static str, usize>,
    tried: usize,
    failed: usize,
    laid_again: u32,
    told: Duration,
}

impl Tally {
    /// Of so many cells.
    pub fn new(wanted: usize) -> Self {
        Self {
            wanted,
            begun: Instant::now(),
            counts: Mutex::default(),
        }
    }

    /// Counts one; false where its lane can try no other.
    pub fn count(&self, cell: Cell, tried: Result<Tried>) -> bool {
        let mut counts = self.counts();
        counts.tried += 1;
        let failure = match &tried {
            Ok(Tried { ended: Ok(end), .. }) => {
                *counts.ends.entry(end.word()).or_default() += 1;
                None
            }
            Ok(Tried {
                ended: Err(why), ..
            }) => Some(why.clone()),
            Err(error) => Some(format!("the lane: {error:#}")),
        };
        if let Some(why) = failure {
            counts.failed += 1;
            println!("FAILED {cell}: {why}");
        }
        if let Ok(tried) = &tried {
            counts.laid_again += tried.laid_again;
        }
        let elapsed = self.begun.elapsed();
        if elapsed >= counts.told + OFTEN {
            counts.told = elapsed;
            println!(
                "{:>5.1} min: {} of {} cells tried, {} failed, {:.0} cells a minute",
                minutes(elapsed),
                counts.tried,
                self.wanted,
                counts.failed,
                self.a_minute(&counts)
            );
        }
        tried.is_ok()
    }

    /// Prints the last lines, once the lanes have ended; true where nothing failed.
    pub fn print(&self) -> bool {
        let counts = self.counts();
        for (end, count) in &counts.ends {
            println!("{count:>7}  ended with the {end}");
        }
        println!(
            "{:>7}  cards laid again because nothing happened",
            counts.laid_again
        );
        let cpu = cpu_seconds().map_or_else(String::new, |seconds| {
            format!(
                ", {seconds:.0} s of CPU, {:.2} s a cell",
                seconds / counts.tried.max(1) as f64
            )
        });
        println!(
            "{:.1} min, {:.0} cells a minute{cpu}",
            minutes(self.begun.elapsed()),
            self.a_minute(&counts)
        );
        println!(
            "fault matrix: {} of {} cells tried, {} failed",
            counts.tried, self.wanted, counts.failed
        );
        counts.failed == 0 && counts.tried > 0
    }

    fn a_minute(&self, counts: &Counts) -> f64 {
        counts.tried as f64 / minutes(self.begun.elapsed())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

/// Processor time of this program and of everything it started that has ended: user and system, own and children's, as Linux tells it.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name may hold anything, a closing bracket included: what counts stands behind the last one.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Some(ticks as f64 / TICKS)
}
