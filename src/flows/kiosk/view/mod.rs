//! What the kiosk's screen shows and what a person can do there: kinds and facts, never sentences.

mod browse;
mod card;
mod pay;
mod touch;
mod trouble;

pub use browse::*;
pub use card::*;
pub use pay::*;
pub use touch::*;
pub use trouble::*;

use crate::flows::facts::{Appearance, Moment, Simulated, TrayView};

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
