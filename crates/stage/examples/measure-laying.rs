//! Measures how long a customer holds the card still after paying: from laying it to "take your card", through the real kiosk, pcscd, its vpcd driver
//! and a card in a process of its own that takes the modelled time of air and chip.
//!
//! The hand looks at the screen every 40 ms, so no time is finer than that, and its looking is in the kiosk's CPU time.
//!
//! `measure-laying [ROUNDS]`, in `script/pcsc-lab 1`. Each round has a world of its own with an empty 4K card. Linux only.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_stage::{
    hand::Hand,
    process::{Process, binary},
    procfs,
    theatre::Theatre,
};

/// The reader of `script/pcsc-lab`, and the card.
const READER: &str = "Kippu Reader 1";
const CARD: &str = "aoi-4k";
/// Longest wait for a screen, in seconds, and for a process.
const SOON: u64 = 30;
const PATIENCE: Duration = Duration::from_secs(SOON);
/// Between two looks at whether strace is ready.
const LOOK: Duration = Duration::from_millis(5);
/// Bit rates in kbit/s; 0: neither air nor chip takes time.
const RATES: [u32; 3] = [0, 106, 424];

fn main() -> Result<()> {
    let rounds: u32 = match env::args().nth(1) {
        Some(text) => text.parse().context("expected a number of rounds")?,
        None => 3,
    };
    println!(
        "| tickets | kbit/s (0: no modelled time) | laid to \"take your card\", median of {rounds} | slowest | exchanges | bytes on air | CPU of kiosk | of platform | syncs of kiosk | of platform |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for tickets in [1, 2] {
        for kbit in RATES {
            let mut laid = Vec::new();
            for _ in 0..rounds {
                laid.push(round(tickets, kbit, false)?);
            }
            laid.sort_by_key(|one| one.time);
            // Whoever counts slows down what is counted, so it is done in a round of its own.
            let counted = round(tickets, kbit, true)?;
            let median = &laid[laid.len() / 2];
            println!(
                "| {tickets} | {kbit} | {} ms | {} ms | {} | {:.0} ms | {:.0} ms | {} | {} |",
                median.time.as_millis(),
                laid[laid.len() - 1].time.as_millis(),
                median.on_air,
                median.cpu[0] * 1e3,
                median.cpu[1] * 1e3,
                counted.syncs[0],
                counted.syncs[1]
            );
        }
    }
    println!();
    Ok(())
}

/// One card laid for writing.
struct Laid {
    time: Duration,
    /// Exchanges and bytes on air, as cells of a table.
    on_air: String,
    /// Seconds of CPU of kiosk and platform.
    cpu: [f64; 2],
    /// `fsync` and `fdatasync` of kiosk and platform.
    syncs: [usize; 2],
}

fn round(tickets: u32, kbit: u32, counts: bool) -> Result<Laid> {
    let folder = tempfile::tempdir()?;
    let theatre = Theatre::open(folder.path())?;
    let mut kiosk = theatre.kiosk_on_reader("kiosk-1", READER)?;
    let slip = order(&theatre, &mut kiosk, tickets)?;
    pay(&theatre, &slip)?;
    kiosk.wait("Lay your card again", SOON)?;

    let processes = [
        kiosk.process_id(),
        theatre.platform_process().context("no platform")?,
    ];
    let watched = if counts {
        let trace = |process: u32| Syncs::watch(folder.path(), process);
        Some([trace(processes[0])?, trace(processes[1])?])
    } else {
        None
    };
    let before = [
        procfs::cpu_seconds(processes[0])?,
        procfs::cpu_seconds(processes[1])?,
    ];
    let card = lay(&theatre, kbit)?;
    let begun = Instant::now();
    kiosk.wait("Take your card", SOON)?;
    let time = begun.elapsed();
    let after = [
        procfs::cpu_seconds(processes[0])?,
        procfs::cpu_seconds(processes[1])?,
    ];
    let syncs = match watched {
        Some([kiosk, platform]) => [kiosk.count()?, platform.count()?],
        None => [0, 0],
    };
    let on_air = lift(card)?;
    Ok(Laid {
        time,
        on_air,
        cpu: [after[0] - before[0], after[1] - before[1]],
        syncs,
    })
}

/// From the first screen to the slip; its number.
fn order(theatre: &Theatre, kiosk: &mut Hand, tickets: u32) -> Result<String> {
    kiosk.tap("English")?;
    kiosk.tap("Buy tickets")?;
    kiosk.tap("銀河鉄道の夜,")?;
    kiosk.tap("Best seats")?;
    kiosk.wait("How many?", SOON)?;
    if tickets == 1 {
        kiosk.tap("Fewer")?;
    }
    kiosk.tap(&format!("Find {tickets} seat"))?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    let card = lay(theatre, 0)?;
    kiosk.wait("Waiting for the register", SOON)?;
    lift(card)?;
    let labels = kiosk.labels()?;
    let mut rest = labels
        .split(" | ")
        .skip_while(|label| *label != "Slip number");
    Ok(rest.nth(1).with_context(|| labels.clone())?.to_owned())
}

fn pay(theatre: &Theatre, slip: &str) -> Result<()> {
    let mut register = theatre.terminal("register", "register-1")?;
    register.tap("English")?;
    register.tap("Clerk's number")?;
    register.command("type 1")?;
    register.tap("PIN")?;
    register.command("type 1111")?;
    register.tap("Log in")?;
    register.wait("Open the slip", SOON)?;
    let digits: String = slip.chars().filter(char::is_ascii_digit).collect();
    register.command(&format!("type {digits}"))?;
    register.tap("Open the slip")?;
    register.wait("To take", SOON)?;
    let labels = register.labels()?;
    let key = labels
        .split(" | ")
        .find(|label| label.ends_with("is in the till"));
    register.tap(key.with_context(|| labels.clone())?)?;
    register.wait("The slip is paid", SOON)
}

/// Lays the card on the reader; it takes the time of this bit rate.
fn lay(theatre: &Theatre, kbit: u32) -> Result<Process> {
    let port = env::var("KIPPU_VPCD_PORTS").context("run this in script/pcsc-lab")?;
    let mut command = Command::new(binary("virtual-card")?);
    command
        .args(["--reader", &format!("127.0.0.1:{}", port.trim()), "--image"])
        .arg(theatre.tray().join(format!("{CARD}.card")));
    if kbit > 0 {
        command.args(["--timing", &kbit.to_string()]);
    }
    let log = theatre.data_of("card.log");
    let mut card = Process::start("virtual-card", &mut command, &log)?;
    card.line_after("lying on ", PATIENCE)?;
    Ok(card)
}

/// Takes the card away: its exchanges and bytes on air, as cells of a table.
fn lift(mut card: Process) -> Result<String> {
    card.send("lift")?;
    loop {
        let line = card.line(PATIENCE)?;
        if let Some((exchanges, rest)) = line.split_once(" exchanges, ") {
            let bytes = rest.split(' ').next().unwrap_or_default();
            return Ok(format!("{exchanges} | {bytes}"));
        }
    }
}

/// Somebody who counts how often a process waits for its disk.
struct Syncs {
    strace: Process,
    file: PathBuf,
}

impl Syncs {
    fn watch(folder: &Path, process: u32) -> Result<Self> {
        let file = folder.join(format!("syncs-{process}"));
        let log = folder.join(format!("strace-{process}.log"));
        let mut command = Command::new("strace");
        command
            .args(["-f", "-e", "trace=fsync,fdatasync", "-o"])
            .arg(&file)
            .args(["-p", &process.to_string()]);
        let strace = Process::start("strace", &mut command, &log)
            .context("strace counts syncs; on Debian: apt-get install strace")?;
        let begun = Instant::now();
        while !fs::read_to_string(&log)?.contains("attached") {
            ensure!(begun.elapsed() < PATIENCE, "strace does not attach");
            thread::sleep(LOOK);
        }
        Ok(Self { strace, file })
    }

    fn count(self) -> Result<usize> {
        let text = fs::read_to_string(&self.file)?;
        self.strace.kill();
        let begun = |line: &&str| line.contains("sync(") && !line.contains("resumed");
        Ok(text.lines().filter(begun).count())
    }
}
