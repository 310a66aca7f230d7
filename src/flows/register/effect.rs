//! What the register's flow wants done, and what comes back.

use kippu_api::{
    clerk::{ConfirmOutcome, Session},
    orders::Order,
    refunds::Refund,
    till::{CloseTill, ClosedTill, Till},
};
use kippu_ticket::code::ResumeCode;

use super::view::Touch;
use crate::flows::{facts::ScannerCondition, kiosk::input::AskFault};

/// One wish to the platform; the number comes back with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Number of the answer.
    pub no: u64,
    /// What.
    pub ask: Ask,
}

/// Questions to the platform. The clerk's token is the session's.
#[derive(Clone, PartialEq)]
pub enum Ask {
    /// Who is it?
    LogIn {
        /// Clerk's number.
        clerk: String,
        /// PIN.
        pin: String,
    },
    /// The clerk goes.
    LogOut {
        /// Session's token.
        token: String,
    },
    /// Slips of the store.
    Slips {
        /// Session's token.
        token: String,
    },
    /// One slip.
    Slip {
        /// Session's token.
        token: String,
        /// Number as printed.
        number: String,
    },
    /// The sum is in the till.
    Confirm {
        /// Session's token.
        token: String,
        /// Number as printed.
        number: String,
        /// Minor units.
        amount: i64,
        /// ISO 4217.
        currency: String,
        /// Idempotency key.
        key: String,
    },
    /// What the code of a refund is about.
    Refunds {
        /// Session's token.
        token: String,
        /// The code.
        code: ResumeCode,
    },
    /// What the till has to hold.
    Tills {
        /// Session's token.
        token: String,
    },
    /// The till was counted.
    CloseTill {
        /// Session's token.
        token: String,
        /// What was expected and found.
        wish: CloseTill,
        /// Idempotency key.
        key: String,
    },
    /// The money goes to the customer.
    PayOut {
        /// Session's token.
        token: String,
        /// Which refund.
        refund: String,
        /// Minor units.
        amount: i64,
        /// ISO 4217.
        currency: String,
        /// Idempotency key.
        key: String,
    },
}

impl std::fmt::Debug for Ask {
    /// Names the question and never a PIN or token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::LogIn { .. } => "LogIn",
            Self::LogOut { .. } => "LogOut",
            Self::Slips { .. } => "Slips",
            Self::Slip { .. } => "Slip",
            Self::Confirm { .. } => "Confirm",
            Self::Refunds { .. } => "Refunds",
            Self::PayOut { .. } => "PayOut",
            Self::Tills { .. } => "Tills",
            Self::CloseTill { .. } => "CloseTill",
        })
    }
}

/// One thing that happened.
#[derive(Clone)]
pub enum Input {
    /// Time passed; comes at least every half second.
    Tick,
    /// The clerk touched something.
    Touch(Touch),
    /// The scanner was plugged in or pulled out.
    Scanner(ScannerCondition),
    /// The platform answered.
    Platform {
        /// Which question.
        no: u64,
        /// What.
        answer: Result<Answer, AskFault>,
    },
}

/// Answers of the platform.
#[derive(Clone)]
pub enum Answer {
    /// A clerk is at work.
    LoggedIn(Session),
    /// The clerk has gone.
    LoggedOut,
    /// Slips of the store.
    Slips(Vec<Order>),
    /// One slip.
    Slip(Box<Order>),
    /// What became of the money.
    Confirmed(ConfirmOutcome, Box<Order>),
    /// What a code is about, due ones first.
    Refunds(Vec<Refund>),
    /// The refund is booked as paid out.
    PaidOut(Box<Refund>),
    /// What the till has to hold, one a currency.
    Tills(Vec<Till>),
    /// It is closed.
    TillClosed(ClosedTill),
}
