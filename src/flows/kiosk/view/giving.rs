//! Tickets leave a card: choosing, the yes, swapping the cards, and what became of them. Giving to another card and making paper.

use kippu_ticket::ids::TicketId;

use super::{CardRefusal, MyTicket, Paper, Safety};
use crate::flows::facts::{Money, Places};

/// What tickets leave a card for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errand {
    /// Another person's card gets them.
    Give,
    /// They become paper.
    Paper,
    /// They are given up for money.
    MoneyBack,
}

/// Which tickets?
#[derive(Debug, Clone, PartialEq)]
pub struct Choose {
    /// What for.
    pub errand: Errand,
    /// Last four digits of the card.
    pub ending: String,
    /// Tickets of this page: at most [`CHOICES_A_PAGE`].
    pub items: Vec<Choice>,
    /// Tickets chosen on all pages.
    pub chosen: u8,
    /// Tickets that can go, on all pages.
    pub can_go: u8,
    /// Page, from 0.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
    /// The choice was looked at again and is another: why it stopped last time.
    pub notice: Option<ChooseNotice>,
}

/// Tickets on a page to choose from.
pub const CHOICES_A_PAGE: usize = 3;

/// Why people choose again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChooseNotice {
    /// The card changed since the yes: nothing was taken, say yes again (R12).
    CardChanged,
    /// The platform or the organizer's rules keep a ticket on the card; nothing was taken.
    Stays(WhyStays),
}

/// A ticket to choose, or one that cannot be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What a touch names.
    pub id: TicketId,
    /// What it shows.
    pub ticket: MyTicket,
    /// It is among the chosen.
    pub chosen: bool,
    /// Why it cannot be chosen.
    pub stays: Option<WhyStays>,
}

/// Why a ticket stays on its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyStays {
    /// It was used to enter.
    Entered,
    /// The organizer does not allow other holders.
    NotTransferable,
    /// The organizer does not allow paper.
    NoPaper,
    /// Its event is over.
    Over,
    /// It was issued anew: this copy is worth nothing.
    Recalled,
    /// Without network this kiosk cannot bring it to an end (R17).
    NoNetwork,
    /// The card does not know its event, or its bytes make no sense.
    Unreadable,
    /// The organizer takes no tickets of this event back.
    NotTakenBack,
    /// The time for taking it back is over.
    TooLateForMoney,
    /// Nothing is left of what was paid for it.
    NothingDue,
    /// It was not bought from this seller.
    BoughtElsewhere,
}

/// The holder's yes, with what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What for.
    pub errand: Errand,
    /// All chosen tickets.
    pub tickets: Vec<MyTicket>,
    /// Last four digits of the card they leave.
    pub ending: String,
    /// The platform is away: the local keys serve, and the logs go later.
    pub offline: bool,
    /// What they bring, where they are given up for money.
    pub money: Option<MoneyBack>,
}

/// What tickets bring that are given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyBack {
    /// What comes back.
    pub amount: Money,
    /// Of that, what goes back to the member account it was paid by; the register pays out the rest.
    pub to_account: Money,
    /// Kept by the seller.
    pub fee: Money,
}

impl MoneyBack {
    /// Whether all of it goes back to the account, and nobody pays anything out.
    pub fn is_booked(&self) -> bool {
        self.amount == self.to_account
    }

    /// What the register pays out.
    pub fn cash(&self) -> Money {
        Money {
            amount: self.amount.amount - self.to_account.amount,
            currency: self.amount.currency.clone(),
        }
    }
}

/// Tickets were given up: the register pays the money out.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundDue {
    /// In groups of four.
    pub code: String,
    /// Tickets that were given up.
    pub tickets: u8,
    /// The money.
    pub money: MoneyBack,
    /// What became of the slip.
    pub paper: Paper,
    /// The card still lies there: take it.
    pub card_lies: bool,
}

/// A physical act: take the giver's card away, lay the receiver's. The tickets are in this kiosk.
#[derive(Debug, Clone, PartialEq)]
pub struct Swap {
    /// Last four digits of the giver's card (A).
    pub giver: String,
    /// Last four digits of the receiver's (B), where only that one may receive.
    pub receiver: Option<String>,
    /// Tickets in this kiosk.
    pub tickets: u8,
    /// The giver's card still lies there.
    pub giver_lies: bool,
    /// What the last card was refused for, while another is awaited.
    pub refused: Option<CardRefusal>,
    /// They may go back to the giver's card ([`super::Way::GiveBack`]).
    pub can_give_back: bool,
    /// Ticket and money.
    pub safety: Safety,
}

/// The giving has ended: what both people see.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedOver {
    /// Tickets on the receiver's card now.
    pub given: u8,
    /// Tickets on the giver's card again, or still.
    pub given_back: u8,
    /// Tickets that wait at the platform.
    pub parked: u8,
    /// Last four digits of the giver's card.
    pub giver: String,
    /// Last four digits of the receiver's card, where one was laid.
    pub receiver: Option<String>,
    /// Places of the giver's card, where it was read at the end.
    pub giver_places: Option<Places>,
    /// Places of the receiver's card, where it was read at the end.
    pub receiver_places: Option<Places>,
    /// All tickets of the giving.
    pub tickets: Vec<MyTicket>,
    /// Code for those that wait at the platform.
    pub code: Option<String>,
    /// The platform has not heard of it yet; the report follows by itself.
    pub report_waits: bool,
    /// What became of the record that [`super::Touch::PrintAgain`] prints.
    pub paper: Paper,
    /// A card still lies there: take it.
    pub card_lies: bool,
}

/// Tickets that wait under a code.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCode {
    /// In groups of four.
    pub code: String,
    /// Tickets that wait.
    pub tickets: u8,
    /// Where.
    pub kept: Kept,
    /// Nobody touched the kiosk for a while: it put them away by itself.
    pub nobody_came: bool,
    /// What became of the slip.
    pub paper: Paper,
}

/// Where tickets wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// At the platform: any kiosk gives them.
    AtPlatform,
    /// On their way to the platform, which has not confirmed it yet.
    OnTheWay,
    /// In this kiosk's own storage: only here, until the staff releases them.
    InKiosk,
    /// On this card (last four digits) or in this kiosk: the card alone can tell.
    OnlyCard(String),
    /// At the platform: they bring no money after all, any kiosk gives them.
    NoMoney,
    /// At the platform, or given up for money there: the register and any kiosk can tell which.
    PerhapsMoney,
    /// This kiosk has let go of them: any kiosk goes on, with the one card (last four digits) that can tell where they are, if there is one.
    LetGo(Option<String>),
}

/// Paper tickets are being printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintingTickets {
    /// The paper being printed, from 1.
    pub at: u8,
    /// Papers in all.
    pub of: u8,
}

/// Paper tickets are out.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperDone {
    /// Papers that came out.
    pub printed: u8,
    /// Tickets on the card again.
    pub given_back: u8,
    /// Tickets that wait at the platform.
    pub parked: u8,
    /// Code for those that wait.
    pub code: Option<String>,
    /// The tickets that are paper now.
    pub tickets: Vec<MyTicket>,
    /// The card still lies there: take it.
    pub card_lies: bool,
}
