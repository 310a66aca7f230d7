//! Somebody who touches anything, as fast as fingers can: no panic, no lost ticket, memory flat.
//!
//! `kippu-monkey [--seconds N] [--seed S]`. Half of the touches are anywhere, the others on something that can be seen; cards are laid and lifted at
//! wrong moments, keys of the pad struck, language and speech switched in the middle. At the end the kiosk must still answer, its memory must not
//! have grown, and every ticket must be where the platform's books say. Linux only: memory comes from `/proc`.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use kippu_stage::{
    books::{self, Live},
    hand::Hand,
    procfs::memory,
    theatre::Theatre,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

/// Touches a second.
const PACE: Duration = Duration::from_millis(50);
/// The kiosk's panel with the tray above it, in pixels.
const PANEL: (f32, f32) = (1080.0, 2080.0);
/// Keys of the pad.
const PAD: &str = "0123456789*#";
/// What memory may grow by after the first quarter of the time, in MiB: caches that fill, and pictures of another size. The first hall that is drawn
/// brings 26, whenever that is; after it there were 5 more in 100 s.
const GROWTH: f64 = 40.0;
/// Longest wait for an answer of a kiosk that is touched without end.
const SOON: u64 = 30;
/// Longest wait until the last report has come.
const REPORTS: Duration = Duration::from_secs(30);

#[derive(Debug, Parser)]
struct Arguments {
    /// How long.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Where the touches begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let theatre = Theatre::open(folder.path())?;
    let before = Live::read(&theatre.tray())?;
    let mut kiosk = theatre.terminal("kiosk", "kiosk-1")?;
    kiosk.wait("チケットを買う", SOON)?;
    let monkey = play(&mut kiosk, &arguments)?;
    kiosk.labels().context("the kiosk answers no more")?;
    println!(
        "monkey: seed {}, {} touches in {} s, {} screens, memory {:.0} MiB after a quarter of the time and {:.0} at the end",
        arguments.seed,
        monkey.touches,
        arguments.seconds,
        monkey.screens.len(),
        monkey.early,
        monkey.late
    );
    ensure!(
        monkey.late < monkey.early + GROWTH,
        "memory grew by more than {GROWTH} MiB"
    );
    kiosk.kill();
    // Started again it tells the platform what is left to tell.
    let mut kiosk = theatre.terminal("kiosk", "kiosk-1")?;
    kiosk.tap("English")?;
    let (live, agreed) = books::within(REPORTS, || {
        let live = Live::read(&theatre.tray())?;
        let books = books::open(&theatre.platform_data())?;
        let agreed = books::agree(&before, &live, &books)?;
        Ok((live, agreed))
    })?;
    println!(
        "monkey: {} tickets on cards, each on one and where the books say, {} elsewhere, {} between holders",
        live.tickets().count(),
        agreed.elsewhere,
        agreed.between.len()
    );
    Ok(())
}

/// What came of it.
struct Monkey {
    touches: u64,
    /// Titles that stood on the screen.
    screens: Vec<String>,
    early: f64,
    late: f64,
}

fn play(kiosk: &mut Hand, arguments: &Arguments) -> Result<Monkey> {
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let time = Duration::from_secs(arguments.seconds);
    let begun = Instant::now();
    let mut monkey = Monkey {
        touches: 0,
        screens: Vec::new(),
        early: 0.0,
        late: 0.0,
    };
    while begun.elapsed() < time {
        let next = begun + PACE * u32::try_from(monkey.touches).context("too many touches")?;
        thread::sleep(next.saturating_duration_since(Instant::now()));
        touch(kiosk, &mut random, &mut monkey.screens)?;
        monkey.touches += 1;
        if begun.elapsed() < time / 4 {
            monkey.early = memory(kiosk.process_id())?.0;
        }
    }
    monkey.late = memory(kiosk.process_id())?.0;
    Ok(monkey)
}

fn touch(kiosk: &mut Hand, random: &mut StdRng, screens: &mut Vec<String>) -> Result<()> {
    let command = match random.random_range(0..100) {
        0..48 => {
            let x = random.random_range(0.0..PANEL.0);
            let y = random.random_range(0.0..PANEL.1);
            format!("poke {x:.0} {y:.0}")
        }
        48..52 => {
            let mut at = || random.random_range(200.0..1000.0_f32);
            format!("drag {:.0} {:.0} {:.0} {:.0}", at(), at(), at(), at())
        }
        52..60 => {
            let keys: Vec<char> = PAD.chars().collect();
            format!("key {}", keys.choose(random).context("keys")?)
        }
        _ => {
            let labels = kiosk.labels()?;
            let labels: Vec<&str> = labels.split(" | ").collect();
            let label = labels.choose(random).context("an empty screen")?;
            if !screens.iter().any(|known| known == label) && screens.len() < 1_000 {
                screens.push((*label).to_owned());
            }
            format!("tap {label}")
        }
    };
    // What was seen may be gone when it is touched.
    let _ = kiosk.command(&command);
    Ok(())
}
