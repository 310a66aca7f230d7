//! One cell: the walk with its faults, then everything started again until nothing is open, then the audit.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    audit::Before,
    customers::{self, Walked},
    grid::{Cell, Errand, Extent, Which},
    world::{self, World},
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
    /// Bought, paid and on the buyer's card.
    Bought,
    /// Given up, and the money is in the customer's hand.
    PaidOut,
}

impl Ended {
    /// Who has what people came for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "receiver",
            Self::WithGiver => "giver",
            Self::Bought => "buyer",
            Self::PaidOut => "money",
        }
    }

    /// The end with this word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Given, Self::WithGiver, Self::Bought, Self::PaidOut]
            .into_iter()
            .find(|end| end.word() == word)
    }
}

/// An errand's walk without a fault: how many points, exchanges and requests there are.
pub fn measure(template: &Path, port: u16, errand: Errand) -> Result<Extent> {
    let folder = world::folder()?;
    let points = folder.path().join("points");
    let mut world = World::open(template, folder.path(), port, Cell::whole(errand))?;
    let mut people = customers::people(Cell::whole(errand), &world)?;
    let mut kiosk = world.start_kiosk(0, Some(&points))?;
    let walked = customers::go(&mut kiosk, &mut world, &mut *people)?;
    ensure!(walked == Walked::Whole, "the kiosk ended");
    world.take()?;
    let text = fs::read_to_string(&points)
        .context("the kiosk counted no points: is it a build for tests?")?;
    let last = text.lines().last().context("no point was passed")?;
    let count = last.split_whitespace().next().context("a number")?;
    Ok(Extent {
        errand,
        points: count.parse()?,
        giver: world.exchanges[Which::Giver as usize],
        receiver: world.exchanges[Which::Receiver as usize],
        requests: world.requests().len().try_into()?,
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
        let mut world = World::open(template, folder.path(), port, cell)?;
        let ended = try_in(&mut world, cell);
        laid_again = world.laid_again;
        if let (Err(_), Some(keep)) = (&ended, keep) {
            fs::write(folder.path().join("requests"), world.requests().join("\n"))?;
            let name = cell.to_string().replace(['=', ',', ':'], "-");
            world::copy(folder.path(), &keep.join(name))?;
        }
        ended
    };
    let ended = run().with_context(|| format!("after {} s", begun.elapsed().as_secs()));
    (ended, laid_again)
}

fn try_in(world: &mut World, cell: Cell) -> Result<Ended> {
    let before = Before::read(world)?;
    let mut people = customers::people(cell, world)?;
    let mut kill = cell.kill;
    for _ in 0..STARTS_MAX {
        let mut kiosk = world.start_kiosk(kill, None)?;
        // A killed kiosk ends the walk in the middle; the people stand there, take their cards, and the clerk starts it again.
        let walked = customers::go(&mut kiosk, world, &mut *people)?;
        ensure!(
            walked == Walked::Whole || kill > 0,
            "the kiosk ended without being killed"
        );
        world.take()?;
        before.never(world)?;
        if walked == Walked::Whole && people.settled() {
            // The kiosk runs on: what it reports between customers may be under way still.
            return people.audit(&before, world);
        }
        drop(kiosk);
        world.start_platform()?;
        people.meanwhile(world)?;
        // Killed once, it is started without that, and nothing may be open when it is started after the last.
        kill = 0;
        people.start_again();
    }
    anyhow::bail!("STUCK: something is still open after {STARTS_MAX} starts")
}
