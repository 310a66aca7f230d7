//! Orders and their slips. Blocks 301–304 and 801–805 of the specification: the kiosk asks the seller, the seller registers the
//! issuing information, the platform grants the right to issue.
//!
//! - `POST /api/v1/orders` [`NewOrder`] → 201 [`Order`] (the right to issue is registered; the seats are held for the slip's time, or paid by
//!   the member account in the same step)
//! - `GET /api/v1/orders/{order}`, `GET /api/v1/slips/{slip}`, `GET /api/v1/cards/{uid}/orders` (open ones: unpaid, or paid and not yet on the card)
//! - `POST /api/v1/orders/{order}/cancel` → [`Order`] (unpaid only)
//! - `POST /api/v1/orders/{order}/card` [`ChangeCard`] → [`Order`]: another card takes the order's place before anything is granted
//! - `POST /api/v1/orders/{order}/grant` [`GrantRequest`] → [`Grant`]: the signed and bound tickets, for this terminal, card and handover only

use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, TicketId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::holds::HeldSeat;

/// Asks to turn a hold into an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewOrder {
    /// The hold that becomes the order.
    pub hold: String,
    /// Card the tickets shall go to.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Free places the kiosk saw on it.
    pub room: u8,
    /// How it will be paid.
    pub method: PaymentMethod,
    /// Who buys and by what means, where the seller knows: limits on purchases count for them across sellers.
    #[serde(default, skip_serializing_if = "Buyer::is_unknown")]
    pub buyer: Buyer,
}

/// Who buys. The platform keeps keyed hashes of these, never themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Buyer {
    /// What the sellers know the person by, the same with all of them: a membership number, a telephone number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What names the means of payment, the same each time: an acquirer's fingerprint of a bank card. Never a card number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
}

impl Buyer {
    /// Whether nothing is known of them.
    pub fn is_unknown(&self) -> bool {
        self.person.is_none() && self.payment.is_none()
    }
}

/// How an order is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// A slip, paid at the store's register and confirmed by a clerk.
    #[default]
    RegisterSlip,
    /// The member account of the card's holder with the seller: charged while the order is made.
    MemberAccount,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The slip is out and not paid.
    AwaitingPayment,
    /// Paid; the tickets are at the platform.
    Paid,
    /// A terminal has the right to write them to a card and has not reported the end.
    Granted,
    /// On the card.
    Issued,
    /// Ended before payment by the customer.
    Cancelled,
    /// Not paid in time; the seats are free again.
    Expired,
    /// Paid too late and paid back at once, because the seats were gone.
    Refunded,
}

/// A seller, as receipts have to name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SellerOnReceipts {
    /// Name.
    pub name: String,
    /// Tax registration: in Japan the number of an issuer of qualified invoices (T and 13 digits), in the EU the VAT number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
}

/// An order with its slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Random id.
    pub order: String,
    /// Where it stands.
    pub state: OrderState,
    /// Of which event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Event's title.
    pub event_name: String,
    /// Hall.
    pub venue: String,
    /// Doors open, UTC microseconds.
    pub doors_open: i64,
    /// Start, UTC microseconds.
    pub starts: i64,
    /// The venue's IANA time zone.
    pub zone: String,
    /// The seats.
    pub seats: Vec<HeldSeat>,
    /// Class names, by class index.
    pub class_names: Vec<String>,
    /// Ticket ids in the order of `seats`.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// Those of them that wait at the platform: nobody has them, nobody is writing them.
    #[serde(default)]
    #[schema(value_type = Vec<u64>)]
    pub at_platform: Vec<TicketId>,
    /// Card the tickets are meant for.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Sum in minor units.
    pub total: i64,
    /// Tax contained in `total`, minor units.
    pub tax: i64,
    /// Its rate in hundredths of a percent: 1000 = 10 %.
    #[serde(default)]
    pub tax_basis_points: u16,
    /// Who sells, as receipts name them.
    #[serde(default)]
    pub seller: SellerOnReceipts,
    /// ISO 4217.
    pub currency: String,
    /// How it is paid.
    #[serde(default)]
    pub method: PaymentMethod,
    /// Slip number as printed, with a check digit: `4-1827-3`. An order paid by a member account has one too: its number.
    pub slip: String,
    /// The slip can be paid until then, UTC microseconds; later it is honoured or refunded.
    pub pay_until: i64,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<i64>,
    /// Paid after `pay_until` and honoured all the same.
    pub late: bool,
    /// The platform's clock.
    pub now: i64,
}

/// Names another card for an order that is not granted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeCard {
    /// The card laid instead.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Free places seen on it.
    pub room: u8,
}

/// Asks for the tickets of a paid order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantRequest {
    /// The terminal's handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Card they go to.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// How many of them there is room for; the rest stays at the platform.
    pub room: u8,
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Code from the slip, where a parcel is fetched with another card than those it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<ResumeCode>,
}

/// What tickets are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A paid order's.
    Order(String),
    /// A parcel's: tickets that wait at the platform after they were on a card.
    Parcel(String),
}

impl Claim {
    /// The order, if it is one.
    pub fn order(&self) -> Option<&str> {
        match self {
            Self::Order(order) => Some(order),
            Self::Parcel(_) => None,
        }
    }
}

/// The right to issue, with the tickets. Repeating the request gives the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// What was asked for.
    pub claim: Claim,
    /// The handover the right is bound to.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Card they are bound to.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Rises with every grant of the same tickets; an older one is worth nothing.
    pub fence: u64,
    /// The tickets to write.
    pub tickets: Vec<GrantedTicket>,
    /// What the card shall remember of their events.
    pub events: Vec<EventOnCard>,
    /// Tickets of the claim that stay at the platform for want of room.
    #[schema(value_type = Vec<u64>)]
    pub left_at_platform: Vec<TicketId>,
}

/// A ticket ready to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantedTicket {
    /// Its id.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Its event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Bound record v1 in hexadecimal.
    pub record: String,
    /// Epoch inside the signature.
    pub epoch: u16,
    /// Hop it is bound to.
    pub hop: u16,
}

/// An event as a card remembers it; times in UTC seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventOnCard {
    /// Short event id.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Title.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// Doors open, UTC seconds.
    pub doors_open: i64,
    /// Start, UTC seconds.
    pub starts: i64,
    /// The venue's offset from UTC at the start, in minutes.
    pub utc_offset_minutes: i16,
}
