//! What the kiosk's screen shows and what a person can do there: kinds and facts, never sentences.

use std::sync::Arc;

use super::plan::SeatPlan;
use kippu_ticket::ids::EventId;

use crate::flows::facts::{
    Appearance, EventFacts, Moment, Money, Places, SeatWords, Simulated, TrayView,
};

/// The whole screen.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Everything around the screen's own content.
    pub chrome: Chrome,
    /// The content.
    pub screen: Screen,
}

/// What surrounds every screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chrome {
    /// Where the purchase stands on the line; `None` off the line (start, my card, staff).
    pub station: Option<Station>,
    /// First place of the utility bar.
    pub first_key: FirstKey,
    /// Language, text size, contrast.
    pub appearance: Appearance,
    /// The panel with text size and contrast is open.
    pub appearance_panel: bool,
    /// The session ends in so many seconds unless somebody touches; shown with an extend key.
    pub idle_seconds: Option<u32>,
    /// The kiosk's clock in the store's zone.
    pub now: Moment,
    /// Kiosk's name and store.
    pub terminal: String,
    /// The platform answered last time it was asked.
    pub online: bool,
    /// The staff has been called.
    pub staff_called: bool,
    /// Condition of the printer.
    pub printer: PrinterCondition,
    /// What is not real here.
    pub simulated: Vec<Simulated>,
    /// The tray, where cards are virtual.
    pub tray: Option<TrayView>,
}

/// Stations of a purchase, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Station {
    /// Choosing an event.
    Event,
    /// Choosing seats.
    Seats,
    /// Checking tickets and sum.
    Check,
    /// Paying.
    Pay,
    /// Writing the card.
    Card,
    /// Done.
    Done,
}

/// The key in the first place of the utility bar; what it does is [`Touch::First`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstKey {
    /// No key: the screen must not be left.
    None,
    /// Back to the screen before.
    Back,
    /// To the start screen; what is open stays open.
    Start,
    /// More time.
    MoreTime,
}

/// What the printer says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrinterCondition {
    /// Ready.
    #[default]
    Ready,
    /// Prints, but the roll ends soon.
    PaperLow,
    /// No paper.
    PaperOut,
    /// Cover open.
    CoverOpen,
    /// Off, or not to be reached.
    Off,
    /// This kiosk has none.
    Absent,
}

/// The screens, one at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Errands. Laying a card here begins as well.
    Home(Home),
    /// The list of events.
    Events(Events),
    /// The seat picture.
    Seats(Seats),
    /// Best seats together.
    Best(Best),
    /// Tickets, sum, countdown.
    Check(Check),
    /// "Lay your card": before paying, to write, or to see what is on it.
    LayCard(LayCard),
    /// The card lies and is being checked; it must rest.
    CheckingCard(CheckingCard),
    /// Orders that wait for this very card.
    OpenOrders(OpenOrders),
    /// The slip, on paper or only here.
    Slip(Slip),
    /// The slip's number is typed in.
    SlipEntry(SlipEntry),
    /// The card is being written.
    Writing(Writing),
    /// Tickets are on the card.
    Done(Done),
    /// What is on the card.
    MyCard(MyCard),
    /// What became of a slip that did not simply wait for payment.
    SlipResult(SlipResult),
    /// The card has fewer places than needed.
    TooFull(TooFull),
    /// A condition with its ticket, money and next step.
    Trouble(Trouble),
    /// Start-up found handovers that were interrupted (staff).
    Interrupted(Interrupted),
}

/// Start screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Home {
    /// An event to show on the ticket on the line; `None` while nothing is known.
    pub sample: Option<(EventFacts, SeatWords)>,
    /// Buying is possible (the platform can be reached).
    pub can_buy: bool,
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
    pub plan: Arc<SeatPlan>,
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

/// Tickets, sum and countdown before paying.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Title, hall, times.
    pub event: EventFacts,
    /// Held seats.
    pub seats: Vec<SeatWords>,
    /// Sums by class.
    pub lines: Vec<PriceLine>,
    /// To pay.
    pub total: Money,
    /// How long the seats are held.
    pub countdown: Countdown,
    /// The seats are not side by side although that was asked for.
    pub apart: bool,
    /// An extension was refused.
    pub no_more_extension: bool,
}

/// Several tickets of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceLine {
    /// Class.
    pub class: String,
    /// How many.
    pub count: usize,
    /// Together.
    pub sum: Money,
}

/// Time left of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// Left.
    pub seconds: u32,
    /// Of so many; the bar's full length.
    pub of: u32,
    /// "Need more time?" is due.
    pub warn: bool,
}

/// A physical act: lay the card.
#[derive(Debug, Clone, PartialEq)]
pub struct LayCard {
    /// What for.
    pub purpose: LayPurpose,
    /// Tickets concerned.
    pub tickets: u8,
    /// Last four digits of the card that is expected, if it must be that one.
    pub ending: Option<String>,
    /// What the last card was refused for, while another is awaited.
    pub refused: Option<CardRefusal>,
    /// Ticket and money.
    pub safety: Safety,
    /// How long the seats are held, before paying.
    pub countdown: Option<Countdown>,
}

/// Why a card is to be laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayPurpose {
    /// Before paying: is it ours, has it room?
    BeforePaying,
    /// Paid: the tickets go onto it.
    ToWrite,
    /// To see whether the last writing arrived.
    ToFindOut,
    /// To see what is on it.
    ToLook,
}

/// Why a card cannot be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardRefusal {
    /// Not a ticket card.
    NotOurs,
    /// Not prepared for tickets yet.
    Blank,
    /// Of another ticket system.
    WrongKey,
    /// Taken away too early.
    Torn,
    /// Lies there and does not answer.
    Mute,
    /// Worn out.
    WornOut,
    /// Its content cannot be read.
    Unreadable,
    /// Another card than the one awaited.
    OtherCard,
    /// No network to check it with.
    NoNetwork,
}

/// Where ticket and money are: two rows on every critical screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Safety {
    /// Ticket.
    pub ticket: TicketFact,
    /// Money.
    pub money: MoneyFact,
}

/// Where the tickets are.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketFact {
    /// Nothing was chosen or held.
    None,
    /// Seats are held until then.
    SeatsHeld {
        /// How many.
        count: u8,
        /// Until.
        until: Moment,
    },
    /// Seats are free again.
    SeatsReleased,
    /// Tickets wait at the platform, with this slip number.
    AtPlatform {
        /// How many.
        count: u8,
        /// Slip number.
        slip: String,
    },
    /// Tickets are on the card.
    OnCard {
        /// How many.
        count: u8,
    },
    /// It is not known whether they reached the card; laying it again will tell.
    BeingChecked {
        /// How many.
        count: u8,
    },
    /// The tickets that were on the card before are untouched.
    CardUnchanged,
}

/// Where the money is.
#[derive(Debug, Clone, PartialEq)]
pub enum MoneyFact {
    /// Nothing to pay here.
    NotInvolved,
    /// Nothing is charged yet.
    NotCharged,
    /// To pay at the register.
    ToPay(Money),
    /// Paid.
    Paid(Money),
    /// The register hands it back.
    PaidBack(Money),
    /// Being checked: do not pay again.
    BeingChecked(Money),
}

/// The card rests while it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckingCard {
    /// What for.
    pub purpose: LayPurpose,
    /// What is happening now.
    pub step: CheckStep,
}

/// Steps of checking a card before paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStep {
    /// Authenticating and reading it.
    Reading,
    /// Asking the seller and registering the issue.
    Registering,
    /// The slip is on its way to the printer.
    Printing,
}

/// Orders that wait for the card that was laid.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOrders {
    /// Last four digits of the card.
    pub ending: String,
    /// Newest first, at most three.
    pub orders: Vec<OrderRow>,
    /// A new purchase stood here before the card was laid: it can go on.
    pub can_go_on_with_new: bool,
    /// The card's content can be shown.
    pub can_look: bool,
}

/// An order in short.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// What a touch names.
    pub order: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// Tickets.
    pub tickets: u8,
    /// Sum.
    pub total: Money,
    /// Slip number.
    pub slip: String,
    /// What it waits for.
    pub waits_for: WaitsFor,
}

/// What an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// Payment at the register.
    Payment,
    /// The card.
    Card,
}

/// The slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Number as printed: `4-1827-3`.
    pub number: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// To pay.
    pub total: Money,
    /// Tickets.
    pub tickets: u8,
    /// Ticket and money.
    pub safety: Safety,
    /// The slip's time.
    pub countdown: Countdown,
    /// What became of the paper.
    pub paper: Paper,
    /// What is known of the payment.
    pub payment: PaymentView,
}

/// What became of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Nothing was printed here.
    NotWanted,
    /// Being printed.
    Printing,
    /// The printer said so.
    Printed,
    /// Not printed, for this reason; the number on the screen is enough.
    NotPrinted(PaperProblem),
    /// It may have come out or not: the printer did not answer.
    Unconfirmed,
}

/// Why there is no paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperProblem {
    /// Out of paper before it began.
    PaperOut,
    /// Ran out in the middle.
    EndedMidway,
    /// Cover open.
    CoverOpen,
    /// Off, or not to be reached.
    PrinterOff,
}

/// What is known of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentView {
    /// Waiting for the register.
    Waiting,
    /// The platform cannot be asked just now: unknown.
    Unknown,
    /// The slip is being cancelled.
    Cancelling,
}

/// Typing in a slip number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipEntry {
    /// Digits so far, with the dashes in their places.
    pub number: String,
    /// As many digits as a number has: the go key is live.
    pub complete: bool,
    /// What has to be said.
    pub notice: Option<SlipNotice>,
    /// The platform is asked.
    pub busy: bool,
}

/// What is wrong with a typed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipNotice {
    /// The check digit does not fit: one digit is mistyped.
    Mistyped,
    /// No such slip here.
    NotFound,
    /// The platform did not answer.
    NotReached,
}

/// The card is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Tickets to be written.
    pub tickets: u8,
    /// Progress in thousandths.
    pub permille: u16,
    /// Card checked, room checked, written, read back: the four checks in order.
    pub checks: [CheckMark; 4],
    /// The card left and its return is awaited: the same card, again.
    pub card_missing: bool,
}

/// State of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMark {
    /// Still to come.
    Ahead,
    /// Happening.
    Now,
    /// Done.
    Passed,
}

/// Tickets are on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Title, hall, times.
    pub event: EventFacts,
    /// The tickets written.
    pub seats: Vec<SeatWords>,
    /// Tickets that stay at the platform for want of room, with this slip number.
    pub left_at_platform: Option<(u8, String)>,
    /// Card's places after it.
    pub places: Places,
    /// What became of the receipt.
    pub receipt: Paper,
    /// The card still lies there: take it.
    pub card_lies: bool,
}

/// What is on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct MyCard {
    /// Last four digits.
    pub ending: String,
    /// Tickets of this page: at most [`TICKETS_A_PAGE`].
    pub tickets: Vec<MyTicket>,
    /// All tickets.
    pub count: usize,
    /// Page, from 0.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
    /// Places.
    pub places: Places,
    /// Read without network: the card's own word.
    pub offline: bool,
}

/// Tickets on a page of "my card".
pub const TICKETS_A_PAGE: usize = 2;

/// A ticket on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct MyTicket {
    /// Title, hall, times, as the card keeps them.
    pub event: EventFacts,
    /// Seat.
    pub seat: SeatWords,
    /// The gate has let it in and not out.
    pub inside: bool,
}

/// What became of a slip.
#[derive(Debug, Clone, PartialEq)]
pub struct SlipResult {
    /// Number as printed.
    pub number: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// Tickets.
    pub tickets: u8,
    /// Which.
    pub outcome: SlipOutcome,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
}

/// Ends of a slip other than a plain payment in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipOutcome {
    /// Paid after its time, seats still free: honoured.
    Honoured,
    /// Paid after its time, seats gone: paid back.
    Refunded,
    /// Not paid in time; seats free again.
    Expired,
    /// Cancelled.
    Cancelled,
    /// The tickets are on their card already.
    AlreadyIssued,
    /// Another terminal is writing them.
    ElsewhereAtWork,
}

/// The card has too few places.
#[derive(Debug, Clone, PartialEq)]
pub struct TooFull {
    /// Last four digits.
    pub ending: String,
    /// Places.
    pub places: Places,
    /// Tickets that want to go there.
    pub wanted: u8,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
}

/// A condition that stops the way, with where ticket and money are and what can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// What happened.
    pub kind: TroubleKind,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
    /// Slip number to remember, where there is one.
    pub slip: Option<String>,
}

/// The closed set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// The platform cannot be reached.
    NotReached,
    /// The seats went to somebody else.
    SeatsGone,
    /// The hold ran out.
    HoldExpired,
    /// Sales for the event are over.
    SalesClosed,
    /// The card cannot be used.
    Card(CardRefusal),
    /// The card was taken away while it was written; nothing reached it.
    CardTornNotWritten,
    /// The card was taken away at the last moment: not known whether it arrived.
    CardTornUnknown,
    /// The reader is gone.
    ReaderGone,
    /// Paper; the slip's number stands on this screen.
    Paper(PaperProblem),
    /// The printer did not confirm the slip.
    PaperUnconfirmed,
    /// It is not known whether the payment arrived: do not pay again.
    PaymentUnknown,
    /// It is not known whether the order was accepted: being checked, nothing was paid.
    OrderUnknown,
    /// The platform refused in a way this kiosk has no words for.
    Refused,
}

/// A way on; each is a key with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Try the same again.
    TryAgain,
    /// Lay the (same) card again.
    LayCard,
    /// Lay a different card.
    LayOtherCard,
    /// Write so many, the rest stays at the platform.
    WriteSome(u8),
    /// All stays at the platform, to be picked up with the slip number.
    LeaveAtPlatform,
    /// Choose other seats.
    OtherSeats,
    /// Print again.
    PrintAgain,
    /// Go on with the number on the screen, without paper.
    GoOnWithoutPaper,
    /// Give the seats back.
    Cancel,
    /// Put the card's tickets on it now.
    GoOn,
    /// Call the staff.
    CallStaff,
    /// To the start screen.
    Finish,
}

/// Handovers that were interrupted (staff screen).
#[derive(Debug, Clone, PartialEq)]
pub struct Interrupted {
    /// Oldest first.
    pub rows: Vec<InterruptedRow>,
    /// The one spoken of.
    pub current: usize,
    /// The platform is being asked about it.
    pub busy: bool,
}

/// One interrupted handover.
#[derive(Debug, Clone, PartialEq)]
pub struct InterruptedRow {
    /// Tickets.
    pub tickets: u8,
    /// Last four digits of the card.
    pub ending: String,
    /// Event's title where it is known.
    pub event_name: String,
    /// Slip number where it is known.
    pub slip: String,
    /// When it began.
    pub since: Moment,
    /// What is known.
    pub state: InterruptedState,
    /// Ticket and money.
    pub safety: Safety,
}

/// What is known of an interrupted handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptedState {
    /// Nothing reached the card: finish by laying it, or leave the tickets at the platform.
    NotWritten,
    /// Only the card can tell: lay it.
    Unknown,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Touch {
    /// First place of the utility bar, by its present meaning ([`FirstKey`]).
    First,
    /// The other language.
    SwitchLanguage,
    /// Opens or closes the panel with text size and contrast.
    AppearancePanel,
    /// Large or normal text.
    LargeText(bool),
    /// High or normal contrast.
    HighContrast(bool),
    /// Call the staff.
    CallStaff,
    /// Any touch that means nothing else: keeps the session alive.
    Anything,
    /// "Yes, more time" on the idle warning.
    StillHere,
    /// End the session now (on the idle warning, and "Finish").
    Finish,
    /// Home: buy tickets.
    Buy,
    /// Home: what is on my card?
    LookAtCard,
    /// Home: go on with a slip number.
    EnterSlip,
    /// Events: another filter.
    Filter(DateFilter),
    /// Events and my card: page up or down.
    Page(Turn),
    /// Events: open one.
    Event(EventId),
    /// Seats: this seat, picked or unpicked.
    Seat(u32),
    /// Seats: unpick all.
    ClearSeats,
    /// Seats: tap on the legend.
    Legend(u8),
    /// Seats: zoom by this factor around a point of the plan (fractions of its width and height).
    Zoom {
        /// More than 1 magnifies.
        factor: f32,
        /// Fraction of the plan's width that stays where it is.
        x: f32,
        /// Fraction of the plan's height that stays where it is.
        y: f32,
    },
    /// Seats: the + key.
    ZoomIn,
    /// Seats: the − key.
    ZoomOut,
    /// Seats: drag by fractions of the plan's width and height (what is under the finger follows it).
    Pan {
        /// To the right.
        dx: f32,
        /// Downward.
        dy: f32,
    },
    /// Seats: the primary key: hold these.
    TakeSeats,
    /// Seats to best seats.
    ToBest,
    /// Best seats to seats.
    ToPicture,
    /// Best: this class.
    Class(u8),
    /// Best: so many.
    Quantity(u8),
    /// Best: the primary key.
    FindBest,
    /// Check: the primary key: pay at the register.
    PayAtRegister,
    /// Check, slip: hold the seats longer.
    Extend,
    /// Open orders: go on with this one.
    Order(String),
    /// Open orders: go on with the new purchase instead.
    GoOnWithNew,
    /// Slip: print again.
    PrintAgain,
    /// Slip: cancel the order.
    CancelOrder,
    /// Slip: I have paid; go on (asks the platform at once).
    HavePaid,
    /// Slip entry: a digit.
    Digit(u8),
    /// Slip entry: erase the last digit.
    Erase,
    /// Slip entry: the primary key.
    SubmitSlip,
    /// A key of [`Trouble`], [`TooFull`], [`SlipResult`].
    Way(Way),
    /// Interrupted: the next row.
    NextInterrupted,
    /// Interrupted: finish this one by laying its card.
    FinishInterrupted,
    /// Interrupted: nobody is here; leave it and open the kiosk.
    LeaveInterrupted,
    /// Tray: lay this card on the reader, or lift it if it lies there.
    TrayCard(String),
}

/// Direction of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Towards the first page.
    Up,
    /// Towards the last page.
    Down,
}
