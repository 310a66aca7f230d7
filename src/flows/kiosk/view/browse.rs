//! Choosing: start screen, list of events, seat picture, best seats.

use std::sync::Arc;

use kippu_seatplan::Plan;
use kippu_ticket::ids::EventId;

use crate::flows::facts::{EventFacts, Money, SeatWords};

/// Start screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Home {
    /// An event to show on the ticket on the line; `None` while nothing is known.
    pub sample: Option<(EventFacts, SeatWords)>,
    /// Buying is possible (the platform can be reached).
    pub can_buy: bool,
    /// Giving is possible (the platform can be reached, or there are local keys).
    pub can_give: bool,
    /// Making paper is possible (as giving, and there is a printer).
    pub can_make_paper: bool,
}

/// List of events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    /// The list is being fetched.
    pub loading: bool,
    /// Which dates.
    pub filter: DateFilter,
    /// Events of this page: at most [`EVENTS_A_PAGE`], fewer in large text.
    pub cards: Vec<EventCard>,
    /// Page, from 0.
    pub page: usize,
    /// Pages; 0 where nothing matches.
    pub pages: usize,
}

/// Events on a page at normal text size.
pub const EVENTS_A_PAGE: usize = 4;

/// Date chips.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateFilter {
    /// All.
    #[default]
    All,
    /// Starting today.
    Today,
    /// Starting within seven days.
    ThisWeek,
}

/// One event of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCard {
    /// What a touch names.
    pub event: EventId,
    /// Title, hall, times.
    pub facts: EventFacts,
    /// Who performs.
    pub performers: String,
    /// Lowest price.
    pub price_from: Money,
    /// ○ △ ×.
    pub availability: Availability,
}

/// How many seats are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// ○
    Available,
    /// △
    FewLeft,
    /// × (cannot be opened)
    SoldOut,
}

/// Seat picture with the choice so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Seats {
    /// Title, hall, times.
    pub event: EventFacts,
    /// The plan; the same `Arc` as long as the event is open.
    pub plan: Arc<Plan>,
    /// One byte a seat in plan order, 0 = not to be had here, n = free in price class n-1; a new `Arc` whenever it changed.
    pub availability: Arc<Vec<u8>>,
    /// Classes in the order of the legend.
    pub classes: Vec<ClassRow>,
    /// The classes a tap on the legend left visible; empty = all.
    pub filter: Option<u8>,
    /// Chosen seats in the order of choosing.
    pub picked: Vec<PickedSeat>,
    /// Sum of the chosen.
    pub total: Money,
    /// Most seats one order may have.
    pub limit: u8,
    /// Part of the plan that is shown.
    pub picture: PictureView,
    /// What has to be said about the last touch or answer.
    pub notice: Option<SeatsNotice>,
    /// The seats are being held; keys rest.
    pub busy: bool,
}

/// The part of the plan that the seat picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureView {
    /// 1 = the whole plan fits; at most [`PictureView::ZOOM_MAX`].
    pub zoom: f32,
    /// Point of the plan at the picture's centre, as a fraction of the plan's width.
    pub x: f32,
    /// The same of its height.
    pub y: f32,
}

impl PictureView {
    /// Largest magnification: one seat of the stadium fills a finger's breadth.
    pub const ZOOM_MAX: f32 = 64.0;
}

impl Default for PictureView {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            x: 0.5,
            y: 0.5,
        }
    }
}

/// A price class in the legend or the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassRow {
    /// Its index: the colour and shape.
    pub index: u8,
    /// Name.
    pub name: String,
    /// Price.
    pub price: Money,
    /// Seats left.
    pub free: u32,
}

/// A chosen seat.
#[derive(Debug, Clone, PartialEq)]
pub struct PickedSeat {
    /// Index in the plan.
    pub seat: u32,
    /// In words.
    pub words: SeatWords,
    /// Index of the price class.
    pub class: u8,
    /// Price.
    pub price: Money,
}

/// What the seat picture has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum SeatsNotice {
    /// These were sold or held by somebody else just now; the picture is fresh.
    JustTaken(Vec<SeatWords>),
    /// One order may have no more.
    Limit(u8),
    /// The seat is not to be had here.
    NotForSale,
    /// The hold ran out; the seats were given free.
    HoldExpired,
    /// The platform did not answer; nothing was held.
    NotReached,
}

/// Best seats together.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Title, hall, times.
    pub event: EventFacts,
    /// Classes with seats left or not.
    pub classes: Vec<ClassRow>,
    /// Chosen class.
    pub class: u8,
    /// How many.
    pub quantity: u8,
    /// Most one order may have.
    pub limit: u8,
    /// What has to be said.
    pub notice: Option<BestNotice>,
    /// The platform is searching.
    pub busy: bool,
}

/// What best seats has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BestNotice {
    /// So many of that class are not left.
    NotEnough,
    /// The hold ran out; the seats were given free.
    HoldExpired,
    /// The platform did not answer; nothing was held.
    NotReached,
}
