//! Papers a terminal prints, as pictures of 576 dots: any script prints on any printer, and what was printed can be read back.
//!
//! Papers are given plain words and numbers; they know nothing of tickets, cards or the platform.

mod codes;
mod frame;
mod giving_receipt;
mod handover_slip;
mod receipt;
mod refund_slip;
mod sheet;
mod slip;
mod test_page;
mod ticket;
mod typesetter;
mod wording;

pub use codes::{CodeError, Symbol};
pub use giving_receipt::{GivenItem, GivingReceipt, ItemEnd};
pub use handover_slip::{HandoverSlip, WaitingItem, WaitingPlace};
pub use receipt::{PaidBy, Receipt};
pub use refund_slip::{RefundSlip, RefundedItem};
pub use slip::Slip;
pub use test_page::TestPage;
pub use ticket::TicketPaper;
pub use typesetter::{FontMissing, Typesetter};
pub use wording::Language;

use jiff::Zoned;

use crate::money::Money;

/// What is performed, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    /// Title.
    pub title: String,
    /// Hall.
    pub venue: String,
    /// Doors open, in the venue's time zone.
    pub doors_open: Zoned,
    /// Start, in the venue's time zone.
    pub starts: Zoned,
}

/// A seat that is sold; a field with nothing in it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Class and kind of ticket ("S席 大人").
    pub class: String,
    /// Block or floor as printed.
    pub block: String,
    /// Row as printed.
    pub row: String,
    /// Number as printed.
    pub number: String,
    /// Entrance door as printed.
    pub entrance: String,
    /// Price, tax included.
    pub price: Money,
}
