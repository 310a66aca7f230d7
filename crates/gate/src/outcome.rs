//! What a gate can say: a closed set, each with a stable word that log, platform and screen share.

use kippu_card::capability::CardFault;
use kippu_ticket::{
    ids::{EventId, TicketId},
    seat::SeatAddress,
};

use crate::bundle::{Direction, Micros, OtherEvent};

/// The answer to one tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Come in: every ticket of the party.
    Admit(Vec<Admission>),
    /// Welcome back.
    Readmit(Vec<Admission>),
    /// Left through this gate.
    Leave(Vec<Admission>),
    /// The card is ours and holds no ticket.
    NoTicket,
    /// Tickets, but none for an event of this gate.
    NotThisEvent {
        /// The event of one of them.
        event: EventId,
        /// What is known of it: which day, which hall.
        known: Option<OtherEvent>,
    },
    /// The right event, another entrance.
    NotThisGate {
        /// As signs call it.
        entrance: String,
        /// Where it is from here.
        direction: Direction,
    },
    /// Nobody is admitted yet.
    TooEarly {
        /// From when on.
        from: Micros,
    },
    /// Nobody is admitted any longer.
    TooLate {
        /// Until when they were.
        until: Micros,
    },
    /// The ticket has been used to come in.
    AlreadyInside,
    /// An exit, and the ticket has not been used to come in.
    NotInside,
    /// The ticket was used and its holder has left; this event lets nobody back in.
    NoReentry,
    /// The ticket has left this card: given away, turned into paper or refunded.
    Nullified,
    /// The platform has recalled the ticket, or the kiosk that wrote it.
    Recalled,
    /// A print whose paper was said not to have come out, or was replaced by another.
    VoidPaper,
    /// Not signed by an issuer this gate knows, or a paper no kiosk of the platform printed.
    Forged,
    /// A good ticket copied from another card.
    WrongCard,
    /// The card, the record on it or the paper's code cannot be read.
    Unreadable,
    /// Another system's card.
    NotOurs,
    /// The card left too early; nothing is decided. Lay it again.
    LayAgain,
}

/// One ticket that may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The ticket.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Its slot on the card; none on paper.
    pub slot: Option<u8>,
    /// Where its holder sits.
    pub seat: SeatAddress,
    /// What people call the block; empty where the bundle has no way to it.
    pub block: String,
    /// Door into the hall; empty likewise.
    pub door: String,
    /// First turn from here.
    pub direction: Direction,
    /// First turn of the way without steps.
    pub step_free: Direction,
}

impl Outcome {
    /// The stable word of log, platform and screens.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Admit(_) => "admit",
            Self::Readmit(_) => "readmit",
            Self::Leave(_) => "leave",
            Self::NoTicket => "no_ticket",
            Self::NotThisEvent { .. } => "not_this_event",
            Self::NotThisGate { .. } => "not_this_gate",
            Self::TooEarly { .. } => "too_early",
            Self::TooLate { .. } => "too_late",
            Self::AlreadyInside => "already_inside",
            Self::NotInside => "not_inside",
            Self::NoReentry => "no_reentry",
            Self::Nullified => "nullified",
            Self::Recalled => "recalled",
            Self::VoidPaper => "void_paper",
            Self::Forged => "forged",
            Self::WrongCard => "wrong_card",
            Self::Unreadable => "unreadable",
            Self::NotOurs => "not_ours",
            Self::LayAgain => "lay_again",
        }
    }

    /// Whether somebody passes.
    pub fn passes(&self) -> bool {
        !self.admissions().is_empty()
    }

    /// The tickets that pass.
    pub fn admissions(&self) -> &[Admission] {
        match self {
            Self::Admit(tickets) | Self::Readmit(tickets) | Self::Leave(tickets) => tickets,
            _ => &[],
        }
    }
}

impl From<CardFault> for Outcome {
    fn from(fault: CardFault) -> Self {
        match fault {
            CardFault::Torn | CardFault::Mute | CardFault::OtherCard => Self::LayAgain,
            CardFault::Blank => Self::NoTicket,
            CardFault::NotOurs | CardFault::WrongKey => Self::NotOurs,
            CardFault::Full
            | CardFault::WornOut
            | CardFault::Unreadable
            | CardFault::OlderLayout
            | CardFault::NewerLayout
            | CardFault::NoKeys => Self::Unreadable,
        }
    }
}
