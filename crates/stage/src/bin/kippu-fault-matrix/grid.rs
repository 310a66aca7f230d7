//! The cells: what people came for, where the kiosk is killed, where a card is torn, which message is lost, whether the platform stays.

use std::{fmt, str::FromStr};

use anyhow::{Context, Error, Result, bail};
use kippu_stage::line::{Loss, Lost};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

/// What people came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Giving two tickets to somebody else's card.
    Give,
    /// Buying two tickets, paid at the register.
    Buy,
    /// Giving two tickets up, their money paid out at the register.
    MoneyBack,
}

impl Errand {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Give, Self::Buy, Self::MoneyBack];

    /// Its name in cells.
    pub fn word(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Buy => "buy",
            Self::MoneyBack => "money-back",
        }
    }
}

impl FromStr for Errand {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|errand| errand.word() == word);
        known.with_context(|| format!("{word:?} is no errand"))
    }
}

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
    /// What people came for.
    pub errand: Errand,
    /// The kiosk is killed at this point, from 1; 0: never.
    pub kill: u32,
    /// A card is torn away.
    pub tear: Option<Tear>,
    /// A message between platform and kiosk or register is lost. Not in giving.
    pub lost: Option<Loss>,
    /// The platform goes away as soon as the tickets are in the kiosk, and comes back when everything is started again, or when people have
    /// laid a card in vain for a while. In giving only.
    pub platform_gone: bool,
}

impl Cell {
    /// A cell with no fault.
    pub fn whole(errand: Errand) -> Self {
        Self {
            errand,
            kill: 0,
            tear: None,
            lost: None,
            platform_gone: false,
        }
    }
}

/// How many of each there are in a walk without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// What people came for in it.
    pub errand: Errand,
    /// Points of journal and effects.
    pub points: u32,
    /// Exchanges with the giver's card.
    pub giver: u32,
    /// Exchanges with the receiver's.
    pub receiver: u32,
    /// Requests to the platform that can change something, of kiosk and register; 0 where none is lost.
    pub requests: u32,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} points of journal and effects",
            self.errand.word(),
            self.points
        )?;
        match self.errand {
            Errand::Give => write!(
                f,
                " × {} + {} exchanges, each torn before and after the card hears it × platform there or gone",
                self.giver, self.receiver
            )?,
            Errand::Buy | Errand::MoneyBack => write!(
                f,
                " × {} requests, each lost, its answer lost, the line lost with it",
                self.requests
            )?,
        }
        if self.errand == Errand::MoneyBack {
            write!(f, "; {} exchanges, each torn", self.giver)?;
        }
        write!(f, ": {} cells", self.cells().len())
    }
}

impl Extent {
    /// Word and numbers, read back by [`Extent::from_str`].
    pub fn numbers(self) -> String {
        format!(
            "{} {} {} {} {}",
            self.errand.word(),
            self.points,
            self.giver,
            self.receiver,
            self.requests
        )
    }

    /// Every cell: each kill (and none) × each tear (and none) × platform there or gone in giving; each kill (and none) × each message lost
    /// (and none) where money moves, and the giver's card torn there.
    pub fn cells(self) -> Vec<Cell> {
        match self.errand {
            Errand::Give => self.giving(),
            Errand::Buy => self.with_money().collect(),
            Errand::MoneyBack => self.with_money().chain(self.giver_torn()).collect(),
        }
    }

    fn giving(self) -> Vec<Cell> {
        let mut tears = vec![None];
        tears.extend(torn(Which::Giver, self.giver).map(Some));
        tears.extend(torn(Which::Receiver, self.receiver).map(Some));
        let mut cells = Vec::new();
        for kill in 0..=self.points {
            for tear in &tears {
                for platform_gone in [false, true] {
                    cells.push(Cell {
                        kill,
                        tear: *tear,
                        platform_gone,
                        ..Cell::whole(self.errand)
                    });
                }
            }
        }
        cells
    }

    fn with_money(self) -> impl Iterator<Item = Cell> {
        let losses = move || {
            let of = |request| {
                [Lost::Request, Lost::Answer, Lost::Line]
                    .map(move |what| Some(Loss { request, what }))
            };
            std::iter::once(None).chain((1..=self.requests).flat_map(of))
        };
        (0..=self.points).flat_map(move |kill| {
            losses().map(move |lost| Cell {
                kill,
                lost,
                ..Cell::whole(self.errand)
            })
        })
    }

    fn giver_torn(self) -> impl Iterator<Item = Cell> {
        torn(Which::Giver, self.giver).map(move |tear| Cell {
            tear: Some(tear),
            ..Cell::whole(self.errand)
        })
    }
}

/// Each exchange of a card, torn before and after the card hears it.
fn torn(card: Which, exchanges: u32) -> impl Iterator<Item = Tear> {
    (1..=exchanges).flat_map(move |exchange| {
        [false, true].map(|heard| Tear {
            card,
            exchange,
            heard,
        })
    })
}

impl FromStr for Extent {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (errand, numbers) = text.split_once(' ').context("an errand and numbers")?;
        let numbers: Vec<u32> = numbers
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [points, giver, receiver, requests] = numbers[..] else {
            bail!("an extent is an errand and four numbers, not {text:?}");
        };
        Ok(Self {
            errand: errand.parse()?,
            points,
            giver,
            receiver,
            requests,
        })
    }
}

/// Every cell in an order drawn by the seed, so that a run that is cut short has tried all parts alike.
pub fn shuffled(extents: &[Extent], seed: u64) -> Vec<Cell> {
    let mut cells: Vec<Cell> = extents.iter().flat_map(|extent| extent.cells()).collect();
    cells.shuffle(&mut StdRng::seed_from_u64(seed));
    cells
}

impl fmt::Display for Cell {
    /// `kill=12,tear=giver:40:heard,platform=gone`; `errand=buy,kill=12,tear=none,lost=7:answer`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errand != Errand::Give {
            write!(f, "errand={},", self.errand.word())?;
        }
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
        match (self.errand, self.lost) {
            (Errand::Give, _) => write!(
                f,
                ",platform={}",
                if self.platform_gone { "gone" } else { "there" }
            ),
            (_, None) => write!(f, ",lost=none"),
            (_, Some(loss)) => write!(
                f,
                ",lost={}:{}",
                loss.request,
                match loss.what {
                    Lost::Request => "request",
                    Lost::Answer => "answer",
                    Lost::Line => "line",
                }
            ),
        }
    }
}

impl FromStr for Cell {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut cell = Self::whole(Errand::Give);
        for part in text.split(',') {
            match part.split_once('=').context("name=value")? {
                ("errand", errand) => cell.errand = errand.parse()?,
                ("kill", point) => cell.kill = point.parse()?,
                ("tear", "none") => cell.tear = None,
                ("tear", tear) => cell.tear = Some(parse_tear(tear)?),
                ("lost", "none") => cell.lost = None,
                ("lost", loss) => cell.lost = Some(parse_loss(loss)?),
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

fn parse_loss(text: &str) -> Result<Loss> {
    let (request, what) = text.split_once(':').context("a loss is request:what")?;
    Ok(Loss {
        request: request.parse()?,
        what: match what {
            "request" => Lost::Request,
            "answer" => Lost::Answer,
            "line" => Lost::Line,
            _ => bail!("{what:?} is nothing that is lost"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extents() -> Vec<Extent> {
        let of = |errand| Extent {
            errand,
            points: 3,
            giver: 2,
            receiver: 1,
            requests: 4,
        };
        Errand::ALL.map(of).to_vec()
    }

    #[test]
    fn cells_and_extents_read_back() {
        for extent in extents() {
            assert_eq!(extent.numbers().parse::<Extent>().unwrap(), extent);
            for cell in extent.cells() {
                assert_eq!(cell.to_string().parse::<Cell>().unwrap(), cell);
            }
        }
    }

    #[test]
    fn each_errand_has_its_faults_crossed() {
        let counts: Vec<usize> = extents()
            .iter()
            .map(|extent| extent.cells().len())
            .collect();
        let (kills, losses, tears) = (3 + 1, 3 * 4 + 1, 2 * 2);
        assert_eq!(
            counts,
            [
                kills * (2 * 3 + 1) * 2,
                kills * losses,
                kills * losses + tears
            ]
        );
    }

    #[test]
    fn cells_are_drawn_the_same_by_the_same_seed() {
        let extents = extents();
        assert_eq!(shuffled(&extents, 5), shuffled(&extents, 5));
        assert_ne!(shuffled(&extents, 5), shuffled(&extents, 6));
    }

    #[test]
    fn a_cell_without_an_errand_is_one_of_giving() {
        let cell: Cell = "kill=12,tear=giver:40:heard,platform=gone".parse().unwrap();
        assert_eq!((cell.errand, cell.kill), (Errand::Give, 12));
    }
}
