//! One run: a seed, a world, random steps, and the end.

use crate::{
    audit::Finding,
    chance,
    faults::{Counts, Kind},
    flaws::Flaw,
    platform::Platform,
    roads::Roads,
    world::{Stage, World},
};

/// Every so many seeds the kiosks have the real journal in files.
pub const REAL_JOURNAL_EVERY: u64 = 16;
/// Fewest and most steps of a run.
const STEPS: (usize, usize) = (8, 28);

/// What came of a run.
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// What the auditor found.
    pub findings: Vec<Finding>,
    /// Faults that struck.
    pub counts: Counts,
    /// Handovers begun.
    pub handovers: u64,
    /// Tickets sold.
    pub sold: usize,
    /// Where tickets went.
    pub roads: Roads,
    /// What two runs of the seed share.
    pub hash: [u8; 32],
    /// What happened, where it was kept.
    pub trace: Vec<String>,
}

/// Runs a seed, whatever was run on this platform before.
///
/// # Errors
/// The platform's folder cannot be written, or the simulation itself cannot go on.
pub fn run(
    stage: &Stage,
    platform: &mut Platform,
    seed: u64,
    flaw: Flaw,
    keep_trace: bool,
) -> anyhow::Result<Report> {
    chance::begin(seed);
    let real_journal = seed % REAL_JOURNAL_EVERY == REAL_JOURNAL_EVERY - 1;
    let mut world = World::begin(stage, platform, flaw, real_journal, keep_trace)?;
    let steps = STEPS.0 + chance::below(STEPS.1 - STEPS.0);
    for _ in 0..steps {
        step(&mut world)?;
        if !world.findings.is_empty() {
            break;
        }
    }
    if world.findings.is_empty() {
        world.settle()?;
    }
    let trace = world.faults.counts();
    let (findings, handovers, sold) = (world.findings, world.handovers, world.sold.len());
    let roads = world.roads;
    let kept = world.faults.into_trace();
    Ok(Report {
        seed,
        findings,
        counts: trace,
        handovers,
        sold,
        roads,
        hash: kept.hash(),
        trace: kept.lines().to_vec(),
    })
}

/// Something happens.
fn step(world: &mut World<'_>) -> anyhow::Result<()> {
    let kiosk = chance::below(world.kiosks.len());
    let card = chance::below(world.cards.len());
    let gate = chance::below(world.gates.len());
    // Nothing can be given before something was bought.
    let buying = if world.sold.is_empty() { 200 } else { 14 };
    #[rustfmt::skip]
    let weights = [
        buying, 40, 30, 14, 8, 6, 4, 8, 4, 3, 2, 5, 3, 1, 1, 10, 3,
    ];
    match chance::weighted(&weights) {
        0 => {
            world.buy(kiosk, card);
        }
        1 => {
            let card = world.likely_card();
            world.give(kiosk, card);
        }
        2 => {
            let busy: Vec<usize> = (0..world.kiosks.len())
                .filter(|kiosk| !world.open_rows(*kiosk).is_empty())
                .collect();
            world.come_back(chance::pick(&busy).unwrap_or(kiosk));
        }
        3 => {
            world.fetch(kiosk, card);
        }
        4 => world.send_reports(kiosk),
        5 => {
            let card = world.likely_card();
            world.tap_at(gate, card)?;
        }
        6 => {
            let papers = world.papers.borrow().clone();
            let shown = papers.iter().filter(|paper| paper.came_out);
            let shown: Vec<&[u8]> = shown.map(|paper| &*paper.record).collect();
            if let Some(record) = chance::pick(&shown) {
                world.scan_at(gate, record)?;
            }
        }
        7 => world.deliver_late()?,
        8 => {
            let line = &world.kiosks[kiosk].line.online;
            line.set(!line.get());
            let online = line.get();
            if !online {
                world.faults.struck(Kind::Unreachable);
            }
            world
                .faults
                .say(|| format!("kiosk {kiosk} has a network: {online}"));
        }
        9 => {
            world.faults.struck(Kind::ClockJump);
            let days = chance::below(21) as i64 - 10;
            world.kiosks[kiosk].skew = days * 24 * 3600 * chance::SECOND;
            world
                .faults
                .say(|| format!("kiosk {kiosk}'s clock is {days} days ahead"));
        }
        10 => {
            let sold: Vec<u64> = world.sold.iter().copied().collect();
            if let Some(ticket) = chance::pick(&sold) {
                world.reissue(ticket)?;
            }
        }
        11 => world.copy_or_put_back(kiosk)?,
        12 => world.back_up_or_restore()?,
        13 => world.destroy(kiosk)?,
        14 => world.lose_card(card),
        15 => {
            world.go_on_elsewhere(kiosk);
        }
        _ => world.carry_reports(kiosk)?,
    }
    world.check_copies()
}
