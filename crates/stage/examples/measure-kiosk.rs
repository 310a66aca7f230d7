//! Measures the real kiosk, with no display and under the hand: cold start, memory, CPU time while a finger pans over the stadium.
//!
//! `measure-kiosk [STARTS] [DRAGS]`. Linux only: times and memory come from `/proc`.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use kippu_stage::{hand::Hand, procfs, theatre::Theatre};

/// What the start screen says once events can be bought, in the kiosk's first language.
const USABLE: &str = "カードを置くだけでも始められます。";
const STADIUM: &str = "Harbour City v. Northern Stars";
/// Steps of one drag of the hand, each a frame of its own.
const STEPS: u32 = 12;
/// Two points within the seat picture, far from its edges.
const DRAG: [&str; 2] = ["drag 300 1000 780 1300", "drag 780 1300 300 1000"];
/// How long an idle kiosk is watched.
const IDLE: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let number = |nth, default| match env::args().nth(nth) {
        Some(text) => text.parse::<u32>().context("expected a number"),
        None => Ok(default),
    };
    let (starts, drags) = (number(1, 10)?, number(2, 40)?);
    let folder = tempfile::tempdir()?;
    let theatre = Theatre::open(folder.path())?;

    println!("| kiosk | |\n|---|--:|");
    let mut seconds = Vec::new();
    let mut kiosk = None;
    for _ in 0..starts.max(1) {
        // The one before is ended first.
        drop(kiosk.take());
        let began = Instant::now();
        let mut started = theatre.terminal("kiosk", "kiosk-1")?;
        started.wait(USABLE, 60)?;
        seconds.push((began.elapsed().as_secs_f64(), cpu_seconds(&started)?));
        kiosk = Some(started);
    }
    let mut kiosk = kiosk.context("no kiosk was started")?;
    seconds.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (median, cpu) = seconds[seconds.len() / 2];
    let (slowest, _) = seconds[seconds.len() - 1];
    println!("| start to usable screen, median of {starts} | {median:.2} s |");
    println!("| slowest | {slowest:.2} s |");
    println!("| CPU of the median start | {cpu:.2} s |");
    row_of_memory("start screen", &kiosk)?;

    kiosk.tap("English")?;
    kiosk.tap("Buy tickets")?;
    kiosk.wait("Choose an event", 20)?;
    let began = Instant::now();
    kiosk.tap(STADIUM)?;
    kiosk.wait("Seat picture", 60)?;
    println!(
        "| touch on the event to its seat picture | {:.2} s |",
        began.elapsed().as_secs_f64()
    );
    row_of_memory("stadium open", &kiosk)?;
    let idle = cpu_seconds(&kiosk)?;
    thread::sleep(IDLE);
    let idle = (cpu_seconds(&kiosk)? - idle) / IDLE.as_secs_f64();
    println!(
        "| CPU while nobody touches | {:.1} % of one core |",
        idle * 100.0
    );
    pan(&mut kiosk, drags, "whole stadium")?;
    for zoom in 1..=3 {
        for _ in 0..2 {
            kiosk.tap("Zoom in")?;
        }
        pan(&mut kiosk, drags, &format!("zoomed in {} times", 2 * zoom))?;
    }
    row_of_memory("stadium open, after panning", &kiosk)?;
    kiosk.shot(&folder.path().join("stadium.png"))?;
    row_of_memory("stadium open, whole screen drawn and saved", &kiosk)?;
    println!();
    Ok(())
}

fn pan(kiosk: &mut Hand, drags: u32, what: &str) -> Result<()> {
    let before = cpu_seconds(kiosk)?;
    for drag in 0..drags {
        kiosk.command(DRAG[drag as usize % DRAG.len()])?;
    }
    let ms = (cpu_seconds(kiosk)? - before) * 1e3;
    println!(
        "| CPU of the whole process for one step of panning, {what} | {:.1} ms |",
        ms / f64::from(drags * STEPS)
    );
    Ok(())
}

fn row_of_memory(what: &str, kiosk: &Hand) -> Result<()> {
    let (now, most) = procfs::memory(kiosk.process_id())?;
    println!("| memory, {what}: now, most so far | {now:.0} MiB, {most:.0} MiB |");
    Ok(())
}

fn cpu_seconds(kiosk: &Hand) -> Result<f64> {
    procfs::cpu_seconds(kiosk.process_id())
}
