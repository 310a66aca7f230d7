//! One cell: the walk with its faults, then everything started again until nothing is open, then the audit.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    audit::{self, Live},
    customers::{self, Walk, Walked},
    grid::{Cell, Extent, Which},
    world::{self, World},
};

/// Starts of the kiosk before a cell counts as stuck.
const STARTS_MAX: u32 = 6;

/// How long after its last customer a kiosk may take to report. It tries every five seconds.
const BOOKS_PATIENCE: Duration = Duration::from_secs(30);

/// How a cell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The tickets are on the receiver's card.
    Given,
    /// They are on the giver's card.
    WithGiver,
}

impl Ended {
    /// Whose card it is.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "receiver",
            Self::WithGiver => "giver",
        }
    }

    /// The end with this word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Given, Self::WithGiver]
            .into_iter()
            .find(|end| end.word() == word)
    }
}

/// The walk without a fault: how many points and exchanges there are.
pub fn measure(template: &Path, port: u16) -> Result<Extent> {
    let folder = world::folder()?;
    let points = folder.path().join("points");
    let mut world = World::open(template, folder.path(), port, None)?;
    let mut kiosk = world.start_kiosk(0, Some(&points))?;
    let mut walk = Walk::fresh(false);
    let walked = customers::go(&mut kiosk, &mut world, &mut walk)?;
    ensure!(walked == Walked::Whole, "the kiosk ended");
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

/// Tries one cell; what is wrong in the end is the error. Beside it, how often a card was laid again because nothing happened.
pub fn try_out(
    template: &Path,
    port: u16,
    cell: Cell,
    keep: Option<&Path>,
) -> (Result<Ended>, u32) {
    let begun = Instant::now();
    let mut laid_again = 0;
    let mut run = || {
        let folder = world::folder()?;
        let mut world = World::open(template, folder.path(), port, cell.tear)?;
        let ended = try_in(&mut world, cell);
        laid_again = world.laid_again;
        if let (Err(_), Some(keep)) = (&ended, keep) {
            let name = cell.to_string().replace(['=', ',', ':'], "-");
            world::copy(folder.path(), &keep.join(name))?;
        }
        ended
    };
    let ended = run().with_context(|| format!("after {} s", begun.elapsed().as_secs()));
    (ended, laid_again)
}

fn try_in(world: &mut World, cell: Cell) -> Result<Ended> {
    let before = Live::read(world)?;
    let mut walk = Walk::fresh(cell.platform_gone);
    let mut kill = cell.kill;
    for _ in 0..STARTS_MAX {
        let mut kiosk = world.start_kiosk(kill, None)?;
        // A killed kiosk ends the walk in the middle; the people stand there, take their cards, and the clerk starts it again.
        let walked = customers::go(&mut kiosk, world, &mut walk)?;
        ensure!(
            walked == Walked::Whole || kill > 0,
            "the kiosk ended without being killed"
        );
        world.take()?;
        if walked == Walked::Whole && walk.settled {
            let after = Live::read(world)?;
            audit::cards(&before, &after)?;
            // The kiosk runs on: what it reports between customers may be under way still.
            audit::books_within(BOOKS_PATIENCE, world, &after)?;
            return Ok(if after.with_receiver() > before.with_receiver() {
                Ended::Given
            } else {
                Ended::WithGiver
            });
        }
        drop(kiosk);
        world.start_platform()?;
        // Killed once, it is started without that, and nothing may be open when it is started after the last.
        kill = 0;
        walk.start_again();
    }
    anyhow::bail!("STUCK: something is still open after {STARTS_MAX} starts")
}
