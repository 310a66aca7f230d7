//! One cell: the walk with its faults, then everything started again until nothing is open, then the audit.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    audit::{self, Live},
    customers::{self, Walk},
    grid::{Cell, Extent, Which},
    world::{self, Template, World},
};

/// Starts of the kiosk before a cell counts as stuck.
const STARTS_MAX: u32 = 6;

/// How a cell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The tickets are on the receiver's card.
    Given,
    /// They are on the giver's card.
    WithGiver,
}

impl Ended {
    /// For the last lines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "ended with the receiver",
            Self::WithGiver => "ended with the giver",
        }
    }
}

/// The walk without a fault: how many points and exchanges there are.
pub fn measure(template: &Template, port: u16) -> Result<Extent> {
    let folder = tempfile::tempdir()?;
    let points = folder.path().join("points");
    let mut world = World::open(template, folder.path(), 0, port, None)?;
    let mut kiosk = world.start_kiosk(0, Some(&points))?;
    let mut walk = Walk::fresh(false);
    customers::go(&mut kiosk, &mut world, &mut walk)?;
    world.take()?;
    let text = fs::read_to_string(&points)
        .context("the kiosk counted no points: is it a build for tests?")?;
    let last = text.lines().last().context("no point was passed")?;
    let count = last.split_whitespace().next().context("a number")?;
    Ok(Extent {
        points: count.parse()?,
        giver: world.exchanges[Which::Giver as usize],
        receiver: world.exchanges[Which::Receiver as usize],
    })
}

/// Tries one cell; what is wrong in the end is the error.
pub fn try_out(
    template: &Template,
    lane: usize,
    port: u16,
    cell: Cell,
    keep: Option<&Path>,
) -> Result<Ended> {
    let folder = tempfile::tempdir()?;
    let begun = Instant::now();
    let ended = try_in(template, folder.path(), lane, port, cell);
    if let (Err(_), Some(keep)) = (&ended, keep) {
        let name = cell.to_string().replace(['=', ',', ':'], "-");
        world::copy(folder.path(), &keep.join(name))?;
    }
    ended.with_context(|| format!("after {} s", begun.elapsed().as_secs()))
}

fn try_in(template: &Template, folder: &Path, lane: usize, port: u16, cell: Cell) -> Result<Ended> {
    let mut world = World::open(template, folder, lane, port, cell.tear)?;
    let before = Live::read(&world)?;
    let mut walk = Walk::fresh(cell.platform_gone);
    let mut kill = cell.kill;
    for _ in 0..STARTS_MAX {
        let mut kiosk = world.start_kiosk(kill, None)?;
        // A killed kiosk ends the walk in the middle; the people stand there, take their cards, and the clerk starts it again.
        let walked = customers::go(&mut kiosk, &mut world, &mut walk);
        world.take()?;
        drop(kiosk);
        world.start_platform()?;
        match walked {
            Ok(()) if walk.settled => {
                let after = Live::read(&world)?;
                audit::check(&world, &before, &after)?;
                return Ok(if after.with_receiver() > before.with_receiver() {
                    Ended::Given
                } else {
                    Ended::WithGiver
                });
            }
            Ok(()) => {}
            Err(error) => ensure!(
                kill > 0,
                "the kiosk ended without being killed, or stood still: {error:#}"
            ),
        }
        // Killed once, it is started without that, and nothing may be open when it is started after the last.
        kill = 0;
        walk.start_again();
    }
    anyhow::bail!("STUCK: something is still open after {STARTS_MAX} starts")
}
