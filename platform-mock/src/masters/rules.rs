//! What the masters hold, and what of it must fit together.

use jiff::{Timestamp, tz::TimeZone};
use kippu_api::{
    events::{EventSummary, PriceClass},
    holds::HeldSeat,
    orders::EventOnCard,
};
use kippu_gate::bundle::Direction;
use kippu_seatplan::{Plan, best::Places};
use kippu_ticket::ids::{EventId, SellerId, TerminalId};

use crate::{
    refunds::rules::RefundRule,
    refusal::{Answer, Refusal},
    sales::limits::PurchaseLimits,
    storage::stock::Left,
};

/// What a terminal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalRole {
    /// Sells and writes tickets.
    Kiosk,
    /// Lets people in.
    Gate,
    /// Stands at the till.
    Register,
}

impl TerminalRole {
    /// The word in the database and in configuration files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Gate => "gate",
            Self::Register => "register",
        }
    }

    /// The role behind a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Kiosk, Self::Gate, Self::Register]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

/// A store of a seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Row of the store.
    pub store: i64,
    /// Its code, as clerks type it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whose tickets it sells.
    pub seller: SellerId,
    /// That seller's name.
    pub seller_name: String,
}

/// A terminal the platform knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Number; part of tickets and slips.
    pub id: TerminalId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub role: TerminalRole,
    /// Where it stands; gates stand in no store.
    pub shop: Option<Shop>,
}

impl Terminal {
    /// Its store.
    ///
    /// # Errors
    /// A gate has none.
    pub fn shop(&self) -> Answer<&Shop> {
        self.shop.as_ref().ok_or_else(|| {
            Refusal::new(
                kippu_api::problem::ProblemCode::Forbidden,
                format!("{} stands in no store.", self.name),
            )
        })
    }
}

/// A seat class with its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// As the plan names the class.
    pub name: String,
    /// Minor units, tax contained.
    pub price: i64,
}

/// The way to a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockWay {
    /// Index of its entrance.
    pub entrance: u8,
    /// Door into the hall, as printed.
    pub hall_door: String,
    /// First turn after the entrance.
    pub direction: Direction,
    /// The same without steps, where it differs.
    pub step_free: Option<Direction>,
}

/// A new event.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Short event id.
    pub event: EventId,
    /// Organizer's code.
    pub organizer: String,
    /// Layout it is played in.
    pub layout: i64,
    /// Title.
    pub name: String,
    /// Who performs.
    pub performers: String,
    /// UTC microseconds.
    pub doors_open: i64,
    /// UTC microseconds.
    pub starts: i64,
    /// Nothing is sold afterwards; UTC microseconds.
    pub sales_end: i64,
    /// ISO 4217.
    pub currency: String,
    /// Tax rate in hundredths of a percent: 1000 = 10 %.
    pub tax_basis_points: u16,
    /// Most tickets in one order.
    pub limit_per_order: u8,
    /// Most tickets for one buyer, with all sellers together.
    pub limits: PurchaseLimits,
    /// By which rule tickets are taken back for money; `None`: not at all.
    pub refunds: Option<RefundRule>,
    /// One for each class of the plan, in its order; minor units.
    pub prices: Vec<i64>,
    /// Names of the entrances; tickets number them in this order.
    pub entrances: Vec<String>,
    /// One for each block of the plan, in its order.
    pub ways: Vec<BlockWay>,
}

impl NewEvent {
    /// Checks it against the plan it is played in.
    pub fn check(&self, plan: &Plan) -> Answer<()> {
        let bad = |what: String| Err(Refusal::bad_request(what));
        if self.doors_open > self.starts {
            return bad("The doors open after the start.".into());
        }
        if self.prices.len() != plan.classes.len() {
            return bad(format!(
                "The plan has {} classes and the event {} prices.",
                plan.classes.len(),
                self.prices.len()
            ));
        }
        if self.prices.iter().any(|price| *price < 0) {
            return bad("A price is below zero.".into());
        }
        if self.limits.stated().any(|(_, most)| most == 0) {
            return bad("A limit on purchases allows no ticket at all.".into());
        }
        if let Some(rule) = self.refunds
            && (rule.fee < 0 || rule.until > self.starts)
        {
            return bad(
                "Tickets are taken back for a fee of 0 or more, and until the start at the latest."
                    .into(),
            );
        }
        if self.ways.len() != plan.blocks.len() {
            return bad(format!(
                "The plan has {} blocks, {} of them have a way.",
                plan.blocks.len(),
                self.ways.len()
            ));
        }
        if self.entrances.len() > usize::from(u8::MAX) {
            return bad("There are more entrances than tickets can number.".into());
        }
        if let Some(way) = self
            .ways
            .iter()
            .find(|way| usize::from(way.entrance) >= self.entrances.len())
        {
            return bad(format!(
                "Entrance {} is not among the event's entrances.",
                way.entrance
            ));
        }
        Ok(())
    }
}

/// Everything about an event but its seats' owners. Only a change of the event makes new facts, of a higher revision.
#[derive(Debug)]
pub struct EventFacts {
    /// Short event id.
    pub event: EventId,
    /// Goes up with every change.
    pub revision: u32,
    /// When it was cancelled, UTC microseconds.
    pub cancelled: Option<i64>,
    /// Title.
    pub name: String,
    /// Who performs.
    pub performers: String,
    /// Hall.
    pub venue: String,
    /// IANA zone of the hall.
    pub zone: String,
    /// UTC microseconds.
    pub doors_open: i64,
    /// UTC microseconds.
    pub starts: i64,
    /// UTC microseconds.
    pub sales_end: i64,
    /// ISO 4217.
    pub currency: String,
    /// Most tickets in one order.
    pub limit_per_order: u8,
    /// By class index.
    pub prices: Vec<Price>,
    /// Names of the entrances, by the number in tickets.
    pub entrances: Vec<String>,
    /// By block index.
    pub ways: Vec<BlockWay>,
    /// The seats.
    pub plan: Plan,
    /// What searches for good seats ask of it.
    pub places: Places,
    /// The plan as terminals get it.
    pub plan_bytes: Vec<u8>,
    /// Names these bytes.
    pub plan_tag: String,
}

impl EventFacts {
    /// Number of a seat's entrance; `None` when there is no such seat.
    pub fn entrance_of(&self, seat: u32) -> Option<u8> {
        let row = self.plan.seats.get(seat as usize)?.row;
        let block = self.plan.rows.get(row as usize)?.block;
        Some(self.ways.get(usize::from(block))?.entrance)
    }

    /// A seat in words; `None` when there is no such seat or class.
    pub fn held_seat(&self, seat: u32, class: u8, price: i64) -> Option<HeldSeat> {
        let place = self.plan.seats.get(seat as usize)?;
        Some(HeldSeat {
            seat,
            block: self.plan.block_of(seat as usize).name.clone(),
            row: self.plan.row_of(seat as usize).label.clone(),
            number: place.number.clone(),
            entrance: self
                .entrance_of(seat)
                .and_then(|entrance| self.entrances.get(usize::from(entrance)).cloned())
                .unwrap_or_default(),
            class,
            price,
        })
    }

    /// The event as a list shows it to one seller's terminals.
    pub fn summary(&self, shop: &Shop, left: &Left) -> EventSummary {
        let free = |class: usize| left.by_class.get(class).copied().unwrap_or(0);
        let classes = self.prices.iter().enumerate();
        EventSummary {
            event: self.event,
            name: self.name.clone(),
            performers: self.performers.clone(),
            venue: self.venue.clone(),
            doors_open: self.doors_open,
            starts: self.starts,
            zone: self.zone.clone(),
            currency: self.currency.clone(),
            classes: classes
                .map(|(class, price)| PriceClass {
                    name: price.name.clone(),
                    price: price.price,
                    free: free(class),
                })
                .collect(),
            limit_per_order: self.limit_per_order,
            seats: u32::try_from(self.plan.seats.len()).unwrap_or(u32::MAX),
            free: left.by_class.iter().sum(),
            version: left.version,
            seller: shop.seller,
            seller_name: shop.seller_name.clone(),
        }
    }

    /// The event as a card remembers it.
    pub fn on_card(&self) -> EventOnCard {
        EventOnCard {
            event: self.event,
            name: self.name.clone(),
            venue: self.venue.clone(),
            doors_open: self.doors_open.div_euclid(1_000_000),
            starts: self.starts.div_euclid(1_000_000),
            utc_offset_minutes: utc_offset_minutes(&self.zone, self.starts),
        }
    }
}

/// A zone's offset from UTC at a time, in minutes; 0 for a zone this program does not know.
pub fn utc_offset_minutes(zone: &str, at: i64) -> i16 {
    let offset = || -> Option<i16> {
        let zone = TimeZone::get(zone).ok()?;
        let at = Timestamp::from_microsecond(at).ok()?;
        i16::try_from(zone.to_offset(at).seconds() / 60).ok()
    };
    offset().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_zone_and_the_season() {
        let january = 1_736_942_400_000_000; // 2025-01-15T12:00:00Z
        let july = 1_752_580_800_000_000; // 2025-07-15T12:00:00Z
        assert_eq!(utc_offset_minutes("Asia/Tokyo", january), 540);
        assert_eq!(
            (
                utc_offset_minutes("Europe/Kyiv", january),
                utc_offset_minutes("Europe/Kyiv", july)
            ),
            (120, 180)
        );
        assert_eq!(utc_offset_minutes("Nowhere/Else", july), 0);
    }
}
