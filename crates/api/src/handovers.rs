//! Handovers between cards, paper and the platform, and the reports of what terminals did. Every request may be repeated: the same handover
//! (and attempt) gets the same answer, a refusal included (R7); an older message never replaces newer state (R6).
//!
//! - `POST /api/v1/handovers` [`NewHandover`] → [`Registered`]: said before anything is taken from a card; moves nothing
//! - `POST /api/v1/handovers/{handover}/bindings` [`BindRequest`] → [`Bindings`]: records for a receiving card, or for the giver's own
//! - `POST /api/v1/handovers/{handover}/park` [`ParkRequest`] → [`Parked`]: the platform keeps taken tickets for pick-up
//! - `POST /api/v1/handovers/{handover}/paper` [`PaperRequest`] → [`PaperRecord`]: what a paper ticket's code says; harmless like a binding
//! - `POST /api/v1/handovers/{handover}/release` [`ReleaseRequest`] → [`Released`]: another terminal may go on with it
//! - `POST /api/v1/handovers/{handover}/take-over` [`TakeOverRequest`] → [`TakenOver`]: this terminal goes on with a released one
//! - `POST /api/v1/handovers/{handover}/reports` [`Report`] → [`ReportAccepted`]
//! - `GET /api/v1/handovers/{handover}` → [`HandoverStatus`]: what the platform knows, for a terminal whose card's ring has passed (R4)

use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, Step, TicketId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::orders::GrantedTicket;

/// One ticket as the terminal read it from the giver's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketOnCard {
    /// Its id.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Its event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Epoch inside the signature.
    pub epoch: u16,
    /// Hop it is bound to.
    pub hop: u16,
    /// Bound record v1 in hexadecimal, as on the giver's card.
    pub record: String,
}

/// A giver agreed to tickets leaving a card. Said before they are taken; the tickets stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewHandover {
    /// The terminal's handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Card they leave.
    #[schema(value_type = String)]
    pub giver: CardUid,
    /// What for; the event's rules differ.
    pub purpose: Purpose,
    /// The tickets. One the platform did not sell is kept by it from here on, so that it can be issued anew (M26).
    pub tickets: Vec<TicketOnCard>,
}

/// What a customer wants with tickets that lie on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Another person's card gets them.
    Assignment,
    /// They become paper.
    Paper,
    /// They wait at the platform.
    Parking,
}

/// The platform has nothing against it. It knows the tickets and this terminal's fence from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Fence of this terminal's ownership.
    pub fence: u64,
}

/// Asks for records bound to a card, one hop after the taken ones. Harmless: a record is no ticket until a card commits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BindRequest {
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Fence of this terminal's ownership; 0 where it was never registered.
    pub fence: u64,
    /// Card they are to be written to: the receiver's, or the giver's own.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// The tickets as taken.
    pub tickets: Vec<TicketOnCard>,
}

/// Records ready to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bindings {
    /// One a ticket asked for, in that order.
    pub tickets: Vec<GrantedTicket>,
}

/// Asks for the record of one paper ticket. Harmless: it is no ticket until a printer confirms it, and void if its serial is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperRequest {
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Fence of this terminal's ownership; 0 where it was never registered.
    pub fence: u64,
    /// Random serial number of the paper, drawn by the terminal; never used for a second print (R16).
    pub serial: u64,
    /// The ticket as taken.
    pub ticket: TicketOnCard,
}

/// What a paper ticket's code says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperRecord {
    /// Paper record v1 in hexadecimal.
    pub record: String,
}

/// Gives taken tickets to the platform to wait there. Undone only by a final refusal of this very attempt (R7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkRequest {
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Fence of this terminal's ownership; 0 where it was never registered.
    pub fence: u64,
    /// Which try.
    pub attempt: u8,
    /// Code on the slip; the platform keeps only its hash.
    #[schema(value_type = String)]
    pub code: ResumeCode,
    /// Card they came from; its holder may pick them up without the code.
    #[schema(value_type = String)]
    pub giver: CardUid,
    /// Card they were meant for, where one was named; its holder may as well.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<CardUid>,
    /// The tickets as taken.
    pub tickets: Vec<TicketOnCard>,
}

/// The platform has them, on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Parked {
    /// Parcel to be picked up.
    pub parcel: String,
}

/// Everything this terminal knows of a handover; from the answer on it does nothing more with it (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRequest {
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// Fence of this terminal's ownership; 0 where it was never registered.
    pub fence: u64,
    /// Which try.
    pub attempt: u8,
    /// Code on the slip; the platform keeps only its hash.
    #[schema(value_type = String)]
    pub code: ResumeCode,
    /// The cards it is about: the giver's, the receiver's, the one a pending operation waits for.
    #[schema(value_type = Vec<String>)]
    pub cards: Vec<CardUid>,
    /// Tickets that are in this terminal or in between.
    pub tickets: Vec<TicketOnCard>,
    /// Version of the journal row.
    pub row_version: u32,
    /// The journal row with any pending intent, as its own JSON.
    pub row: serde_json::Value,
}

/// The platform keeps the row for the next terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Released {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
}

/// Asks to go on with a released handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakeOverRequest {
    /// The journal of the terminal that asks (R14).
    pub incarnation: String,
    /// Code from the slip, or
    #[schema(value_type = Option<String>)]
    pub code: Option<ResumeCode>,
    /// a card of the handover, authenticated by this terminal a moment ago.
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
}

/// The handover is this terminal's now. Repeating the request from the same journal gives the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenOver {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Fence of this terminal's ownership, higher than all before.
    pub fence: u64,
    /// Version of the journal row.
    pub row_version: u32,
    /// The row as released.
    pub row: serde_json::Value,
}

/// One operation's end, or what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Terminal's journal row number: rises within an incarnation.
    pub row: u64,
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// The order, where the handover comes from a purchase.
    pub order: Option<String>,
    /// Fence of the grant or ownership this acts on; 0 where the platform was never asked.
    pub fence: u64,
    /// Card it was about: the one that was changed, or the giver's where no card was.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Card the tickets came from, where they came from one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub giver: Option<CardUid>,
    /// Card they were meant for, where one is named.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub receiver: Option<CardUid>,
    /// Which operation.
    #[schema(value_type = String)]
    pub step: Step,
    /// Which try.
    pub attempt: u8,
    /// The tickets of the operation.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// The same tickets with generation and bytes after the operation; of purchases and pick-ups, where they were written to a card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<TicketOnCard>,
    /// Serial number of the paper, for a print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<u64>,
    /// Code on the slip, for a park: so that a platform restored from a backup can make the parcel again (R15). It keeps only the code's hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<ResumeCode>,
    /// How it ended.
    pub outcome: ReportedOutcome,
    /// Directory before, as JSON of the card's own type, where it was seen.
    pub before: Option<serde_json::Value>,
    /// Directory after, likewise.
    pub after: Option<serde_json::Value>,
    /// Card's transaction MAC counter, value and input in hexadecimal.
    pub proof: Option<ReportedProof>,
    /// When it happened by the terminal's clock, UTC microseconds.
    pub at: i64,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportedOutcome {
    /// The card shows the commit.
    Done,
    /// The card shows that it did not happen; the tickets are back where they were.
    NotDone,
    /// Nobody can say yet.
    Unknown,
    /// Known not to be on the card, given back to the platform to wait for a later pick-up.
    LeftAtPlatform,
    /// A print whose paper did not come out, or not usably, as the printer or the clerk says: its serial is void, should it turn up (R16).
    PaperVoid,
}

/// Card's proof of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedProof {
    /// Transaction MAC counter.
    pub counter: u32,
    /// Transaction MAC value, 8 bytes in hexadecimal.
    pub mac: String,
    /// Transaction MAC input in hexadecimal.
    pub input: String,
}

/// The platform's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportAccepted {
    /// False when a newer one was known already.
    pub newest: bool,
    /// Whether the card's proof was right; `None` without one.
    pub proved: Option<bool>,
}

/// What the platform knows of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandoverStatus {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Highest fence granted for its tickets; a terminal with an older one does nothing more.
    pub fence: u64,
    /// Whether the platform has heard of it at all; one taken without network is the taker's.
    #[serde(default = "yes")]
    pub known: bool,
    /// Whether this terminal may go on with it.
    pub yours: bool,
    /// What other reports say of the card's history after the pending operation: `Some(true)` it happened, `Some(false)` it did not.
    pub happened: Option<bool>,
    /// Attempt that `happened` is about: the one of the newest `unknown` report. A terminal that has begun another one since must not
    /// take the answer for it.
    #[serde(default)]
    pub attempt: Option<u8>,
    /// Tickets whose epoch was raised by a re-issue: rows of older epochs close on contact (R13).
    #[schema(value_type = Vec<u64>)]
    pub reissued: Vec<TicketId>,
}

fn yes() -> bool {
    true
}
