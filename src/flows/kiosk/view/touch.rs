//! What a person does.

use kippu_api::staff_acts::OutReason;
use kippu_ticket::ids::{EventId, HandoverId, TicketId};

use super::{ClerkField, DateFilter, StaffAct, Way};
use crate::flows::facts::TextSize;

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Touch {
    /// First place of the utility bar, by its present meaning ([`FirstKey`]).
    First,
    /// The other language.
    SwitchLanguage,
    /// Opens or closes the panel with text size and contrast.
    AppearancePanel,
    /// Another size of text.
    Text(TextSize),
    /// High or normal contrast.
    HighContrast(bool),
    /// Everything to touch low, or where it usually is.
    LowReach(bool),
    /// Pictures that stand still, or move.
    Calm(bool),
    /// Speech on or off.
    Speech(bool),
    /// Speech louder.
    Louder,
    /// Speech quieter.
    Quieter,
    /// Call the staff.
    CallStaff,
    /// Any touch that means nothing else: keeps the session alive.
    Anything,
    /// "Yes, more time" on the idle warning.
    StillHere,
    /// End the session now (on the idle warning, and "Finish").
    Finish,
    /// My card: give tickets up for money.
    MoneyBack,
    /// A scanner read this: home and where a slip's number is typed.
    Scanned(String),
    /// Home: buy tickets.
    Buy,
    /// Home: what is on my card?
    LookAtCard,
    /// Home: go on with a slip number, or with a code.
    EnterSlip,
    /// Home, my card: give tickets to someone else's card.
    Give,
    /// Home, my card: make paper tickets.
    MakePaper,
    /// Home, and where people are asked: the staff's area.
    Staff,
    /// Events: another filter.
    Filter(DateFilter),
    /// Events, my card, choose, staff's list: page up or down.
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
    /// Check: the primary key: on to paying.
    Pay,
    /// Choice of ways to pay: by the member account.
    PayByAccount,
    /// Choice of ways to pay: at the register.
    PayAtRegister,
    /// Check, slip: hold the seats longer.
    Extend,
    /// Open orders: go on with this one.
    Order(String),
    /// Open orders: go on with the new purchase instead.
    GoOnWithNew,
    /// Slip, code: print again. Handed over: print the record.
    PrintAgain,
    /// Slip: cancel the order.
    CancelOrder,
    /// Slip: I have paid; go on (asks the platform at once).
    HavePaid,
    /// Slip entry, clerk: a digit.
    Digit(u8),
    /// Slip entry, clerk: erase the last digit.
    Erase,
    /// Slip entry: the primary key.
    SubmitSlip,
    /// A key of [`Trouble`], [`TooFull`], [`SlipResult`].
    Way(Way),
    /// Choose: this ticket, chosen or not.
    Toggle(TicketId),
    /// Choose: go on with the chosen. Confirm: yes.
    Yes,
    /// Confirm: choose again.
    ChooseAgain,
    /// Handed over: give more from the same card.
    GiveMore,
    /// Pick up: this one. My card: finish what stopped half-way.
    Waiting(HandoverId),
    /// My card: what became of this ticket?
    History(TicketId),
    /// Clerk: digits go there.
    ClerkField(ClerkField),
    /// Clerk: log in.
    LogIn,
    /// Staff: log out.
    LogOut,
    /// Staff's list: this one.
    OpenHandover(HandoverId),
    /// One handover: do this.
    StaffAct(StaffAct),
    /// Paper question: it came out, or not.
    CameOut(bool),
    /// This kiosk: reports onto a stick. Stick: save now.
    SaveReports,
    /// Staff's list: this kiosk itself.
    Care,
    /// This kiosk, and new roll: print a test page.
    TestPage,
    /// This kiosk: a new roll is put in.
    NewRoll,
    /// This kiosk: it shall serve nobody.
    TakeOut,
    /// For this reason.
    OutFor(OutReason),
    /// This kiosk: it serves again.
    BackInService,
    /// This kiosk: the card the clerk logs in with.
    OwnCard,
    /// Own card: log in with number and PIN alone.
    ForgetCard,
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
