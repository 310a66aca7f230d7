//! Where tickets went: how often each road of the product was walked, so that a series shows that none is left out.

use kippu_handover::outcome::{Outcome, Summary};

/// How many tickets, or times, each road was walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roads([u64; ROADS.len()]);

/// A road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Road {
    /// Tickets written to a card, bought ones and picked up ones included.
    Given,
    /// Tickets written back to the card they came from.
    GivenBack,
    /// Tickets given to the platform.
    Parked,
    /// Tickets printed.
    Printed,
    /// Bought tickets left at the platform.
    Left,
    /// Tickets that never left the giver's card.
    Stayed,
    /// Tickets a kiosk let go of.
    Released,
    /// Tickets that were issued anew meanwhile.
    Reissued,
    /// Tickets somebody else went on with.
    Disowned,
    /// Handovers another kiosk took over.
    TakenOver,
    /// Parcels picked up.
    PickedUp,
    /// Cards with too little room.
    TooFull,
    /// Tickets taken or given at a kiosk without network.
    Offline,
    /// Reports that came on a stick.
    ByStick,
    /// Vouchers and memberships among what people handed over.
    Items,
    /// Tickets given up for money.
    GivenUp,
}

/// Every road with its words.
pub const ROADS: [(Road, &str); 16] = [
    (Road::Given, "given"),
    (Road::GivenBack, "given back"),
    (Road::Parked, "parked"),
    (Road::Printed, "printed"),
    (Road::Left, "left at the platform"),
    (Road::Stayed, "stayed"),
    (Road::Released, "released"),
    (Road::Reissued, "reissued"),
    (Road::Disowned, "disowned"),
    (Road::TakenOver, "handovers taken over"),
    (Road::PickedUp, "parcels picked up"),
    (Road::TooFull, "cards too full"),
    (Road::Offline, "moved offline"),
    (Road::ByStick, "reports by stick"),
    (Road::Items, "vouchers and memberships"),
    (Road::GivenUp, "given up for money"),
];

impl Roads {
    /// So many more on a road.
    pub fn walked(&mut self, road: Road, times: usize) {
        self.0[road as usize] += times as u64;
    }

    /// How many on a road.
    pub fn of(&self, road: Road) -> u64 {
        self.0[road as usize]
    }

    /// Those of another run as well.
    pub fn add_all(&mut self, other: &Self) {
        let both = self.0.iter_mut().zip(other.0);
        both.for_each(|(own, other)| *own += other);
    }

    /// What a step at a kiosk came to.
    pub fn came_to(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::TooFull { .. } => self.walked(Road::TooFull, 1),
            Outcome::Ended(ended) => self.ended(ended),
            _ => {}
        }
    }

    fn ended(&mut self, ended: &Summary) {
        for (road, tickets) in [
            (Road::Given, &ended.given),
            (Road::GivenBack, &ended.given_back),
            (Road::Parked, &ended.parked),
            (Road::Printed, &ended.printed),
            (Road::Left, &ended.left_at_platform),
            (Road::Stayed, &ended.stayed),
            (Road::Released, &ended.released),
            (Road::Reissued, &ended.reissued),
            (Road::Disowned, &ended.disowned),
        ] {
            self.walked(road, tickets.len());
        }
    }
}

impl std::fmt::Display for Roads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (road, word)) in ROADS.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{} {word}", self.of(*road))?;
        }
        Ok(())
    }
}
