//! The cells: where the kiosk is killed, where a card is torn, whether the platform stays.

use std::{fmt, str::FromStr};

use anyhow::{Context, Error, Result, bail};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

/// Which card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one the tickets leave.
    Giver,
    /// The one that gets them.
    Receiver,
}

/// A card torn away at one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tear {
    /// Which.
    pub card: Which,
    /// At which exchange of its first laying, from 1.
    pub exchange: u32,
    /// The card has heard the command and its answer is lost; otherwise it has not heard it.
    pub heard: bool,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The kiosk is killed at this point, from 1; 0: never.
    pub kill: u32,
    /// A card is torn away.
    pub tear: Option<Tear>,
    /// The platform goes away as soon as the tickets are in the kiosk, and comes back when everything is started again, or when people have
    /// laid a card in vain for a while.
    pub platform_gone: bool,
}

/// How many of each there are in the walk without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Points of journal and effects.
    pub points: u32,
    /// Exchanges with the giver's card.
    pub giver: u32,
    /// Exchanges with the receiver's.
    pub receiver: u32,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} points of journal and effects × {} + {} exchanges, each torn before and after the card hears it × platform there or gone: {} cells",
            self.points,
            self.giver,
            self.receiver,
            all(*self).len()
        )
    }
}

impl Extent {
    /// The three numbers, read back by [`Extent::from_str`].
    pub fn numbers(self) -> String {
        format!("{} {} {}", self.points, self.giver, self.receiver)
    }
}

impl FromStr for Extent {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Vec<u32> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [points, giver, receiver] = numbers[..] else {
            bail!("an extent is three numbers, not {text:?}");
        };
        Ok(Self {
            points,
            giver,
            receiver,
        })
    }
}

/// Every cell: each kill (and none) × each tear (and none) × platform.
pub fn all(extent: Extent) -> Vec<Cell> {
    let mut tears = vec![None];
    for (card, exchanges) in [
        (Which::Giver, extent.giver),
        (Which::Receiver, extent.receiver),
    ] {
        for exchange in 1..=exchanges {
            for heard in [false, true] {
                tears.push(Some(Tear {
                    card,
                    exchange,
                    heard,
                }));
            }
        }
    }
    let mut cells = Vec::new();
    for kill in 0..=extent.points {
        for tear in &tears {
            for platform_gone in [false, true] {
                cells.push(Cell {
                    kill,
                    tear: *tear,
                    platform_gone,
                });
            }
        }
    }
    cells
}

/// Every cell in an order drawn by the seed, so that a run that is cut short has tried all parts alike.
pub fn shuffled(extent: Extent, seed: u64) -> Vec<Cell> {
    let mut cells = all(extent);
    cells.shuffle(&mut StdRng::seed_from_u64(seed));
    cells
}

/// So many of them, the same for the same seed.
pub fn sample(extent: Extent, size: usize, seed: u64) -> Vec<Cell> {
    let mut cells = shuffled(extent, seed);
    cells.truncate(size);
    cells
}

impl fmt::Display for Cell {
    /// `kill=12,tear=giver:40:heard,platform=gone`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kill={},tear=", self.kill)?;
        match self.tear {
            None => write!(f, "none")?,
            Some(tear) => write!(
                f,
                "{}:{}:{}",
                match tear.card {
                    Which::Giver => "giver",
                    Which::Receiver => "receiver",
                },
                tear.exchange,
                if tear.heard { "heard" } else { "unheard" }
            )?,
        }
        write!(
            f,
            ",platform={}",
            if self.platform_gone { "gone" } else { "there" }
        )
    }
}

impl FromStr for Cell {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut cell = Self {
            kill: 0,
            tear: None,
            platform_gone: false,
        };
        for part in text.split(',') {
            match part.split_once('=').context("name=value")? {
                ("kill", point) => cell.kill = point.parse()?,
                ("tear", "none") => cell.tear = None,
                ("tear", tear) => cell.tear = Some(parse_tear(tear)?),
                ("platform", "gone") => cell.platform_gone = true,
                ("platform", "there") => cell.platform_gone = false,
                _ => bail!("{part:?} is no part of a cell"),
            }
        }
        Ok(cell)
    }
}

fn parse_tear(text: &str) -> Result<Tear> {
    let mut parts = text.split(':');
    let (Some(card), Some(exchange), Some(heard)) = (parts.next(), parts.next(), parts.next())
    else {
        bail!("a tear is card:exchange:heard");
    };
    Ok(Tear {
        card: match card {
            "giver" => Which::Giver,
            "receiver" => Which::Receiver,
            _ => bail!("{card:?} is no card"),
        },
        exchange: exchange.parse()?,
        heard: heard == "heard",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_back_and_are_drawn_the_same_by_the_same_seed() {
        let extent = Extent {
            points: 3,
            giver: 2,
            receiver: 1,
        };
        let cells = all(extent);
        assert_eq!(cells.len(), 4 * 7 * 2);
        assert_eq!(extent.numbers().parse::<Extent>().unwrap(), extent);
        for cell in &cells {
            assert_eq!(cell.to_string().parse::<Cell>().unwrap(), *cell);
        }
        assert_eq!(sample(extent, 9, 5), sample(extent, 9, 5));
        assert_ne!(sample(extent, 9, 5), sample(extent, 9, 6));
    }
}
