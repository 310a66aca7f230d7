//! What the kiosk's screen shows and what a person can do there: kinds and facts, never sentences.

mod browse;
mod card;
mod care;
mod giving;
mod pay;
mod staff;
mod touch;
mod trouble;
mod waiting;

pub use browse::*;
pub use card::*;
pub use care::*;
pub use giving::*;
pub use pay::*;
pub use staff::*;
pub use touch::*;
pub use trouble::*;
pub use waiting::*;

use crate::flows::facts::{Appearance, Moment, ScannerCondition, Simulated, TrayView};

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
    /// Where the errand stands on its line; `None` off the lines (start, my card, staff).
    pub station: Option<Stop>,
    /// First place of the utility bar.
    pub first_key: FirstKey,
    /// Language, text size, contrast, speech.
    pub appearance: Appearance,
    /// The panel with text size and contrast is open.
    pub appearance_panel: bool,
    /// The session ends in so many seconds unless somebody touches; shown with an extend key.
    pub idle_seconds: Option<u32>,
    /// The kiosk's clock in the store's zone.
    pub now: Moment,
    /// Kiosk's name and store.
    pub terminal: String,
    /// A headset is plugged in: nobody else hears what is said.
    pub headset: bool,
    /// The platform answered last time it was asked.
    pub online: bool,
    /// The staff has been called.
    pub staff_called: bool,
    /// What the platform's log calls the request that failed last, until somebody goes on.
    pub reference: Option<String>,
    /// Condition of the printer.
    pub printer: PrinterCondition,
    /// The scanner.
    pub scanner: ScannerCondition,
    /// Chimes and speech cannot be heard.
    pub silent: bool,
    /// What is not real here.
    pub simulated: Vec<Simulated>,
    /// The tray, where cards are virtual.
    pub tray: Option<TrayView>,
}

/// A line with its present station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Buying, and picking up what was bought.
    Purchase(Station),
    /// From card to card.
    Giving(GivingStation),
    /// From card to paper.
    Paper(PaperStation),
    /// From card to money.
    MoneyBack(MoneyStation),
}

/// Stations of a giving, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GivingStation {
    /// Laying the giver's card.
    GivingCard,
    /// Choosing tickets, and the yes.
    Choose,
    /// Swapping the cards.
    Swap,
    /// Writing the receiver's card.
    OtherCard,
    /// Done.
    Done,
}

/// Stations of making paper, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperStation {
    /// Laying the card.
    Card,
    /// Choosing tickets, and the yes.
    Choose,
    /// Taking them off the card, and printing.
    Print,
    /// Done.
    Done,
}

/// Stations of giving tickets up for money, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyStation {
    /// Laying the card.
    Card,
    /// Choosing tickets, and the yes.
    Choose,
    /// Taking them off the card, and giving them up.
    GiveUp,
    /// The slip for the register.
    Slip,
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
    /// By the member account, or at the register?
    PayChoice(PayChoice),
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
    /// Which tickets leave the card?
    Choose(Choose),
    /// The holder's yes.
    Confirm(Confirm),
    /// Swap the cards.
    Swap(Swap),
    /// The giving has ended.
    HandedOver(HandedOver),
    /// Tickets wait under a code.
    KeptCode(KeptCode),
    /// Tickets were given up for money.
    RefundDue(RefundDue),
    /// Paper tickets are being printed.
    PrintingTickets(PrintingTickets),
    /// Paper tickets are out.
    PaperDone(PaperDone),
    /// What waits for this card or code.
    PickUp(PickUp),
    /// What became of a ticket.
    History(History),
    /// A clerk logs in (staff).
    ClerkEntry(ClerkEntry),
    /// Everything this kiosk holds open (staff).
    OpenHandovers(OpenHandovers),
    /// One of them: found at start-up, or opened from the list (staff).
    OneHandover(Box<OneHandover>),
    /// Did this paper come out? (staff)
    PaperQuestion(PaperQuestion),
    /// Reports onto a stick (staff).
    Stick(Stick),
    /// This kiosk itself (staff).
    Care(Care),
    /// A new roll is put in (staff).
    NewRoll(NewRoll),
    /// Why shall it serve nobody? (staff)
    OutReasons,
    /// The card a clerk logs in with (staff).
    OwnCard(OwnCard),
}

impl Screen {
    /// Whether it is for the staff: dark, with the strip.
    pub fn is_staff(&self) -> bool {
        matches!(
            self,
            Self::ClerkEntry(_)
                | Self::OpenHandovers(_)
                | Self::OneHandover(_)
                | Self::PaperQuestion(_)
                | Self::Stick(_)
                | Self::Care(_)
                | Self::NewRoll(_)
                | Self::OutReasons
                | Self::OwnCard(_)
        )
    }
}
