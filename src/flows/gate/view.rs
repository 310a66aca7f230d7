//! What the gate's screen shows: a blue admit or a red refusal with the fact that helps. Nobody types anything here.

use crate::flows::facts::{
    Appearance, EventFacts, Moment, ScannerCondition, SeatWords, Simulated, TrayView,
};

/// The whole screen.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Language, text size, contrast.
    pub appearance: Appearance,
    /// Gate's name.
    pub gate: String,
    /// The event it serves, once it has a bundle.
    pub event: Option<EventFacts>,
    /// Clock.
    pub now: Moment,
    /// The platform answered last time; a gate works without.
    pub online: bool,
    /// People let in here since the bundle was taken up.
    pub admitted: u32,
    /// Records not yet sent to the platform.
    pub unsent: u32,
    /// The scanner for paper tickets.
    pub scanner: ScannerCondition,
    /// What is not real here.
    pub simulated: Vec<Simulated>,
    /// The tray, where cards are virtual.
    pub tray: Option<TrayView>,
    /// The content.
    pub screen: Screen,
}

/// The gate's screens.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// No bundle yet.
    NotReady(NotReady),
    /// Hold your card here.
    Ready,
    /// A card is being read.
    Reading,
    /// Go in.
    Admit(Admit),
    /// Please wait.
    Refuse(Refuse),
}

/// Why a gate cannot decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReady {
    /// The bundle is being fetched.
    Fetching,
    /// The platform cannot be reached and there is no bundle on disk.
    NoBundle,
    /// The bundle is not for this gate, or not signed by the platform.
    BadBundle,
    /// The bundle has run out.
    BundleExpired,
    /// The reader is gone.
    NoReader,
}

/// Go in.
#[derive(Debug, Clone, PartialEq)]
pub struct Admit {
    /// Was inside before.
    pub again: bool,
    /// The tickets; more than one shows ×n.
    pub seats: Vec<SeatWords>,
    /// Way to go, as the venue's screens point.
    pub direction: Direction,
}

/// Where the arrow points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Straight on.
    #[default]
    Ahead,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// Please wait, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Refuse {
    /// Closed set.
    pub reason: Reason,
    /// The fact that helps.
    pub fact: Fact,
}

/// Why somebody cannot go in here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No ticket for this event on the card.
    NotThisEvent,
    /// Another gate.
    NotThisGate,
    /// Doors are not open yet.
    TooEarly,
    /// It is over.
    TooLate,
    /// Has been let in already.
    AlreadyInside,
    /// The ticket has left this card.
    Nullified,
    /// Replaced by a newer issue.
    Recalled,
    /// Not signed by the platform.
    Forged,
    /// The ticket belongs to another card.
    WrongCard,
    /// The card is empty.
    NoTicket,
    /// Cannot be read.
    Unreadable,
    /// What was scanned is no ticket's code.
    NotATicketCode,
    /// Not a ticket card.
    NotOurs,
    /// Taken away too early: hold it still.
    Torn,
    /// Does not answer.
    Mute,
}

/// The fact that helps.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// None: the staff helps.
    None,
    /// The card's ticket is for this event.
    TicketFor(EventFacts),
    /// The right door.
    Door(String),
    /// Doors open then.
    OpensAt(Moment),
    /// Ended then.
    EndedAt(Moment),
    /// Let in then.
    EnteredAt(Moment),
}

/// What a person does at a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// The other language.
    SwitchLanguage,
    /// Large or normal letters.
    LargeText(bool),
    /// High or normal contrast.
    HighContrast(bool),
    /// Staff: back to ready.
    Dismiss,
    /// Staff: fetch the bundle again.
    Refresh,
    /// Tray: lay this card on the reader, or lift it if it lies there.
    TrayCard(String),
}
