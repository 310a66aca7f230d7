//! `kippu-sim`: runs many seeds, or one with its trace.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::Parser;
use kippu_sim::{
    audit::Finding,
    faults::Counts,
    flaws::Flaw,
    platform::Platform,
    roads::Roads,
    run::{Report, run},
    world::Stage,
};

/// A run asks for memory some ten thousand times: a tenth of its time, by the system's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Random runs of the whole system with faults; every sold ticket must end in exactly one place.
#[derive(Parser)]
struct Args {
    /// How many seeds.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed; alone, its trace is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs side by side.
    #[arg(long, default_value_t = 1)]
    jobs: u64,
    /// Where runs keep their files; best in memory.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Says every so many runs how far it is.
    #[arg(long, default_value_t = 10_000)]
    progress: u64,
    /// Stops after so many runs that failed.
    #[arg(long, default_value_t = 20)]
    failures: u64,
}

#[derive(Default)]
struct Sum {
    counts: Counts,
    roads: Roads,
    handovers: u64,
    sold: u64,
    lost: u64,
    doubled: u64,
    stuck: u64,
    failed: u64,
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.counts.add_all(&report.counts);
        self.roads.add_all(&report.roads);
        self.handovers += report.handovers;
        self.sold += report.sold as u64;
        self.failed += u64::from(!report.findings.is_empty());
        for finding in &report.findings {
            match finding {
                Finding::Lost { .. } => self.lost += 1,
                Finding::Doubled { .. } => self.doubled += 1,
                Finding::Stuck { .. } => self.stuck += 1,
            }
        }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let base = match &args.folder {
        Some(folder) => folder.clone(),
        None if PathBuf::from("/dev/shm").is_dir() => PathBuf::from("/dev/shm"),
        None => std::env::temp_dir(),
    };
    let folder = tempfile::Builder::new()
        .prefix("kippu-sim-")
        .tempdir_in(base)?;
    let first = args.seed.unwrap_or(0);
    let keep_trace = args.seed.is_some() && args.seeds == 1;
    let next = AtomicU64::new(first);
    let sum = Mutex::new(Sum::default());
    let begun = Instant::now();
    let job = |number: u64| -> anyhow::Result<()> {
        let stage = Stage::set(&folder.path().join(format!("stage-{number}")))?;
        let place = folder.path().join(format!("run-{number}"));
        let mut platform = Platform::in_folder(&stage.template, &place)?;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + args.seeds {
                return Ok(());
            }
            let report = run(&stage, &mut platform, seed, Flaw::None, keep_trace)
                .map_err(|error| error.context(format!("seed {seed}")))?;
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.add(&report);
            report.trace.iter().for_each(|line| println!("{line}"));
            for finding in &report.findings {
                println!("seed {seed}: {finding:?}");
            }
            let done = seed - first + 1;
            if args.progress > 0 && done.is_multiple_of(args.progress) {
                let speed = done as f64 / begun.elapsed().as_secs_f64();
                eprintln!("{done} runs, {speed:.0} a second, {} failed", sum.failed);
            }
            if sum.failed >= args.failures {
                next.store(first + args.seeds, Ordering::Relaxed);
            }
        }
    };
    let job = &job;
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..args.jobs.max(1))
            .map(|number| scope.spawn(move || job(number)))
            .collect();
        jobs.into_iter().try_for_each(|job| {
            job.join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("a run panicked")))
        })
    })?;
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    let runs = next.into_inner().min(first + args.seeds) - first;
    println!("roads: {}", sum.roads);
    println!("faults: {}", sum.counts);
    println!(
        "runs {runs}, handovers {}, tickets {}, faults {}, lost {}, doubled {}, stuck {}, seconds {:.1}",
        sum.handovers,
        sum.sold,
        sum.counts.sum(),
        sum.lost,
        sum.doubled,
        sum.stuck,
        begun.elapsed().as_secs_f64()
    );
    Ok(match sum.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
