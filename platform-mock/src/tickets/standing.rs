//! Where a ticket is, and whether what a terminal says of it is newer than what is known (R6, R9). Pure.
//!
//! A ticket's rank only rises: epoch, then hop, then how far it has come at that hop. Reports may arrive late, twice and in any order; whatever
//! ranks below the known state changes nothing. Only the handover that has a ticket in its hands may say less than it said before, because it
//! says it of its own open operation: it was not done, or its paper is void.

use kippu_api::handovers::ReportedOutcome;
use kippu_ticket::ids::{CardUid, Generation, HandoverId, Step};
use serde::{Deserialize, Serialize};

/// Who has a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// It waits here.
    Platform,
    /// A terminal has it on its way and has not said how it ended.
    Terminal,
    /// A card.
    Card,
    /// A printed paper.
    Paper,
    /// A terminal does not know whether the card has it.
    Unknown,
}

/// How far a ticket has come at its hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// On its way to the holder of this hop.
    OnItsWay = 0,
    /// Held by the holder of this hop.
    Held = 1,
    /// Perhaps taken from that holder.
    PerhapsTaken = 2,
    /// Taken from that holder.
    Taken = 3,
}

impl Phase {
    /// The phase behind its number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::OnItsWay, Self::Held, Self::PerhapsTaken, Self::Taken]
            .into_iter()
            .find(|phase| *phase as u8 == number)
    }
}

/// What decides which of two accounts is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Raised by a re-issue only.
    pub epoch: u16,
    /// Raised by every change of holder.
    pub hop: u16,
    /// How far at this hop.
    pub phase: Phase,
}

impl Rank {
    /// A phase of one life of a ticket.
    pub fn of(generation: Generation, phase: Phase) -> Self {
        Self {
            epoch: generation.epoch,
            hop: generation.hop,
            phase,
        }
    }

    /// The life it is a phase of.
    pub fn generation(self) -> Generation {
        Generation {
            epoch: self.epoch,
            hop: self.hop,
        }
    }

    /// On the way to the hop after this life's.
    fn beyond(generation: Generation, phase: Phase) -> Self {
        Self {
            epoch: generation.epoch,
            hop: generation.hop.saturating_add(1),
            phase,
        }
    }
}

/// Where a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How new this is.
    pub rank: Rank,
    /// Who has it.
    pub holder: Holder,
    /// Which card, while a card has it.
    pub card: Option<CardUid>,
    /// Which paper, while it is one.
    pub serial: Option<u64>,
    /// The handover that changed it last.
    pub handover: Option<HandoverId>,
}

impl Standing {
    /// On a card, as it was read there.
    pub fn on_card(generation: Generation, card: CardUid) -> Self {
        Self {
            rank: Rank::of(generation, Phase::Held),
            holder: Holder::Card,
            card: Some(card),
            serial: None,
            handover: None,
        }
    }

    /// Perhaps taken by a handover in this life, perhaps still with its holder.
    pub fn perhaps_taken(life: Generation, by: HandoverId) -> Self {
        Self {
            rank: Rank::of(life, Phase::PerhapsTaken),
            holder: Holder::Unknown,
            card: None,
            serial: None,
            handover: Some(by),
        }
    }

    /// Whether a handover has it between holders.
    pub fn in_hands_of(&self, handover: HandoverId) -> bool {
        self.handover == Some(handover) && matches!(self.holder, Holder::Terminal | Holder::Unknown)
    }

    /// Whether a handover may go on with a ticket it took in this life: it has it in its hands, or its report of the taking is still to come.
    pub fn open_to(&self, handover: HandoverId, taken: Generation) -> bool {
        self.in_hands_of(handover) || self.rank < Rank::of(taken, Phase::Taken)
    }

    /// The same ticket given to the platform by the handover that took it in this life. Never ranks below what is known.
    pub fn at_platform(&self, handover: HandoverId, taken: Generation) -> Self {
        Self {
            rank: self.rank.max(Rank::of(taken, Phase::Taken)),
            holder: Holder::Platform,
            card: None,
            serial: None,
            handover: Some(handover),
        }
    }
}

/// What a report says of one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Whose report.
    pub handover: HandoverId,
    /// Which operation.
    pub step: Step,
    /// How it ended.
    pub outcome: ReportedOutcome,
    /// The life the handover got the ticket in; what it makes of it is one hop higher.
    pub before: Generation,
    /// Card the operation was about.
    pub card: CardUid,
    /// Paper, for a print.
    pub serial: Option<u64>,
    /// Whether the handover got it from the platform and may leave it there.
    pub granted: bool,
}

impl Told {
    /// Where the ticket is, if this is the newest that is known; `None` where the report says nothing about that.
    pub fn standing(&self) -> Option<Standing> {
        use ReportedOutcome::{Done, LeftAtPlatform, NotDone, PaperVoid, Unknown};
        let (rank, holder) = match (self.step, self.outcome) {
            (Step::Take, Done) => (Rank::of(self.before, Phase::Taken), Holder::Terminal),
            (Step::Take, Unknown) => (Rank::of(self.before, Phase::PerhapsTaken), Holder::Unknown),
            (Step::Take, NotDone) => (Rank::of(self.before, Phase::Held), Holder::Card),
            (Step::Give | Step::GiveBack, Done) => {
                (Rank::beyond(self.before, Phase::Held), Holder::Card)
            }
            (Step::Print, Done) => (Rank::beyond(self.before, Phase::Held), Holder::Paper),
            (Step::Give | Step::GiveBack | Step::Print, Unknown) => {
                (Rank::beyond(self.before, Phase::OnItsWay), Holder::Unknown)
            }
            (Step::Give | Step::GiveBack | Step::Print, NotDone) | (Step::Print, PaperVoid) => {
                (Rank::beyond(self.before, Phase::OnItsWay), Holder::Terminal)
            }
            (_, LeftAtPlatform) if self.granted => {
                (Rank::beyond(self.before, Phase::OnItsWay), Holder::Platform)
            }
            // Parking is done where the platform answers it, never by a report.
            (Step::Park, _) | (_, LeftAtPlatform | PaperVoid) => return None,
        };
        Some(Standing {
            rank,
            holder,
            card: (holder == Holder::Card).then_some(self.card),
            serial: self.serial.filter(|_| holder == Holder::Paper),
            handover: Some(self.handover),
        })
        .filter(|standing| (standing.holder == Holder::Paper) == standing.serial.is_some())
    }
}

/// Where a ticket is after a report; `None` where the report changes nothing. The caller keeps the rows of one handover in order.
pub fn after(known: &Standing, told: &Told) -> Option<Standing> {
    let standing = told.standing()?;
    if standing.rank.epoch < known.rank.epoch {
        return None;
    }
    let own = known.handover == Some(told.handover);
    let of_own_operation = own
        && match known.holder {
            Holder::Unknown => true,
            Holder::Terminal => standing.rank >= known.rank,
            Holder::Paper => {
                told.outcome == ReportedOutcome::PaperVoid && told.serial == known.serial
            }
            Holder::Platform | Holder::Card => false,
        };
    (of_own_operation || standing.rank > known.rank).then_some(standing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportedOutcome::{Done, LeftAtPlatform, NotDone, PaperVoid, Unknown};

    const GIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 1]);
    const RECEIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 2]);
    const FIRST: HandoverId = HandoverId([1; 16]);
    const SECOND: HandoverId = HandoverId([2; 16]);
    const HELD: Generation = Generation { epoch: 1, hop: 3 };

    fn told(handover: HandoverId, step: Step, outcome: ReportedOutcome) -> Told {
        Told {
            handover,
            step,
            outcome,
            before: HELD,
            card: if step == Step::Give { RECEIVER } else { GIVER },
            serial: (step == Step::Print).then_some(9),
            granted: false,
        }
    }

    fn walk(steps: &[Told]) -> Standing {
        steps
            .iter()
            .fold(Standing::on_card(HELD, GIVER), |known, told| {
                after(&known, told).unwrap_or(known)
            })
    }

    #[test]
    fn a_ticket_goes_from_card_to_card_one_hop_higher() {
        let at = walk(&[told(FIRST, Step::Take, Done), told(FIRST, Step::Give, Done)]);
        assert_eq!((at.holder, at.card), (Holder::Card, Some(RECEIVER)));
        assert_eq!(
            at.rank,
            Rank {
                epoch: 1,
                hop: 4,
                phase: Phase::Held
            }
        );
    }

    #[test]
    fn reports_in_any_order_end_alike() {
        let steps = [
            told(FIRST, Step::Take, Done),
            told(FIRST, Step::Give, Done),
            Told {
                before: Generation { epoch: 1, hop: 4 },
                card: RECEIVER,
                ..told(SECOND, Step::Take, Done)
            },
        ];
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        for order in orders {
            let at = walk(&order.map(|place| steps[place]));
            assert_eq!((at.holder, at.handover), (Holder::Terminal, Some(SECOND)));
        }
    }

    #[test]
    fn an_older_epoch_and_another_handovers_doubts_change_nothing() {
        let taken = walk(&[told(FIRST, Step::Take, Done)]);
        assert_eq!(after(&taken, &told(SECOND, Step::Take, NotDone)), None);
        assert_eq!(after(&taken, &told(SECOND, Step::Take, Unknown)), None);
        let newer = Standing {
            rank: Rank {
                epoch: 2,
                ..taken.rank
            },
            ..taken
        };
        assert_eq!(after(&newer, &told(FIRST, Step::Give, Done)), None);
    }

    #[test]
    fn an_open_operation_may_be_answered_either_way() {
        let asked = walk(&[told(FIRST, Step::Take, Unknown)]);
        assert_eq!(asked.holder, Holder::Unknown);
        let stayed = after(&asked, &told(FIRST, Step::Take, NotDone)).unwrap();
        assert_eq!((stayed.holder, stayed.card), (Holder::Card, Some(GIVER)));
        let certain = after(&asked, &told(SECOND, Step::Take, Done)).unwrap();
        assert!(
            certain.in_hands_of(SECOND),
            "whoever surely has it has it, so the doubtful taking failed"
        );
        let kept = walk(&[
            told(FIRST, Step::Take, Done),
            told(FIRST, Step::Give, Unknown),
            told(FIRST, Step::Give, NotDone),
        ]);
        assert!(kept.in_hands_of(FIRST));
        let back = after(&kept, &told(FIRST, Step::GiveBack, Done)).unwrap();
        assert_eq!((back.card, back.rank.hop), (Some(GIVER), 4));
    }

    #[test]
    fn a_void_paper_brings_the_ticket_back_once() {
        let paper = walk(&[
            told(FIRST, Step::Take, Done),
            told(FIRST, Step::Print, Done),
        ]);
        assert_eq!((paper.holder, paper.serial), (Holder::Paper, Some(9)));
        let void = told(FIRST, Step::Print, PaperVoid);
        let other = Told {
            serial: Some(8),
            ..void
        };
        assert_eq!(after(&paper, &other), None, "another paper's");
        assert!(after(&paper, &void).unwrap().in_hands_of(FIRST));
        let nameless = Told {
            serial: None,
            ..told(FIRST, Step::Print, Done)
        };
        assert_eq!(
            after(&walk(&[told(FIRST, Step::Take, Done)]), &nameless),
            None
        );
    }

    #[test]
    fn only_what_came_from_the_platform_is_left_there() {
        let left = Told {
            granted: true,
            ..told(FIRST, Step::Give, LeftAtPlatform)
        };
        let taken = walk(&[told(FIRST, Step::Take, Done)]);
        assert_eq!(after(&taken, &left).unwrap().holder, Holder::Platform);
        assert_eq!(
            after(&taken, &told(FIRST, Step::Give, LeftAtPlatform)),
            None
        );
    }

    #[test]
    fn nothing_is_done_with_a_ticket_that_has_moved_on() {
        let on_card = Standing::on_card(HELD, GIVER);
        assert!(on_card.open_to(FIRST, HELD), "its report is to come");
        let taken = walk(&[told(FIRST, Step::Take, Done)]);
        assert!(taken.open_to(FIRST, HELD));
        assert!(!taken.open_to(SECOND, HELD));
        let parked = taken.at_platform(FIRST, HELD);
        assert!(!parked.open_to(FIRST, HELD), "it is the platform's now");
        let given = after(&taken, &told(FIRST, Step::Give, Done)).unwrap();
        assert!(!given.open_to(FIRST, HELD));
    }
}
