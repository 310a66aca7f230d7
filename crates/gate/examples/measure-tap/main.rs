//! Measures a gate's tap.
//!
//! `measure-tap FOLDER` counts exchanges and bytes on air, and times decision and tap with a card in this process; the log is kept in
//! FOLDER. `measure-tap FOLDER pcsc KBIT TAPS` times whole taps on the first virtual reader of `script/pcsc-lab`, with the card in a
//! process of its own that takes the modelled time of air and chip at KBIT kbit/s.

mod clock;
mod exchanges;
mod pcsc;
mod world;

use std::{
    env,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use kippu_card::{gate::GateCard, virtual_card::VirtualCard};
use kippu_gate::{
    bundle::{Bundle, Passage},
    decision::decide,
    inside::Inside,
    log::EntranceLog,
    tap::tap,
};

use clock::{cpu_ms, mean_ms};
use exchanges::{FLOOR, Noted};
use world::{EVENT, NOW, bundle, written_card};

type Fault = Box<dyn std::error::Error>;

const ROUNDS: u32 = 1_000;
const USAGE: &str = "usage: measure-tap FOLDER [pcsc KBIT TAPS]";

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, rest @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    match rest {
        [] => in_process(&folder),
        [road, kbit, taps] if road == "pcsc" => pcsc::measure(&folder, kbit, taps.parse()?),
        _ => Err(USAGE.into()),
    }
}

/// The gates of the way in and the way out, each with its log.
struct Gates {
    entry: (Bundle, EntranceLog),
    exit: (Bundle, EntranceLog),
}

impl Gates {
    /// New logs in this folder, synced to the disk as at a real gate.
    fn open(folder: &Path, name: &str) -> Result<Self, Fault> {
        let gate = |mark, passage, way: &str| -> Result<_, Fault> {
            let bundle = bundle(mark, passage);
            let file = folder.join(format!("{name}-{way}-{}.sqlite", std::process::id()));
            let log = EntranceLog::open(&file, bundle.gate.terminal)?;
            Ok((bundle, log))
        };
        Ok(Self {
            entry: gate(0, Passage::In, "entry")?,
            exit: gate(1, Passage::Out, "exit")?,
        })
    }
}

fn in_process(folder: &Path) -> Result<(), Fault> {
    exchanges::print("floor, one ticket", &FLOOR);
    for tickets in [1, 4] {
        let mut card = written_card(tickets)?;
        let mut gates = Gates::open(folder, &format!("inside-{tickets}"))?;
        if tickets == 1 {
            let (noted, seen) = Noted::new(&mut card);
            let (bundle, log) = &mut gates.entry;
            tap(Box::new(noted), &bundle.key_store(), bundle, log, NOW)?;
            let seen = seen.lock().map_err(|_| "a tap panicked")?;
            exchanges::print("this gate, one ticket", &seen);
            let (bundle, log) = &mut gates.exit;
            card.power_on();
            tap(Box::new(&mut card), &bundle.key_store(), bundle, log, NOW)?;
        }
        times(tickets, &mut card, &mut gates)?;
    }
    Ok(())
}

fn times(tickets: u64, card: &mut VirtualCard, gates: &mut Gates) -> Result<(), Fault> {
    card.power_on();
    let bundle = &gates.entry.0;
    let view =
        GateCard::open(Box::new(&mut *card), &bundle.key_store())?.read(|event| event == EVENT)?;
    let (began, cpu) = (Instant::now(), cpu_ms());
    for _ in 0..ROUNDS {
        black_box(decide(bundle, &view, &Inside::default(), NOW));
    }
    let decision = cpu_ms()
        .zip(cpu)
        .map_or(mean_ms(began, ROUNDS), |(now, then)| {
            (now - then) / f64::from(ROUNDS)
        });

    card.reset_counters();
    let (began, cpu) = (Instant::now(), cpu_ms());
    for _ in 0..ROUNDS / 2 {
        for (bundle, log) in [&mut gates.entry, &mut gates.exit] {
            card.power_on();
            let tapped = tap(Box::new(&mut *card), &bundle.key_store(), bundle, log, NOW)?;
            if !tapped.outcome.passes() {
                return Err(format!("a good ticket was refused: {}", tapped.outcome.word()).into());
            }
        }
    }
    let whole = mean_ms(began, ROUNDS);
    let of_cpu = cpu_ms()
        .zip(cpu)
        .map(|(now, then)| (now - then) / f64::from(ROUNDS));
    println!("| {tickets} ticket(s), card in process | |\n|---|--:|");
    println!("| CPU of one decision | {decision:.3} ms |");
    println!("| whole tap without air and chip, log synced twice | {whole:.2} ms |");
    if let Some(cpu) = of_cpu {
        println!("| CPU of it, the virtual card's own included | {cpu:.2} ms |");
    }
    println!();
    Ok(())
}
