//! People who run the platform; the pages under `/operator` show the same.
//!
//! - `POST /api/v1/operator/login` [`OperatorLogin`] → [`OperatorSession`] (afterwards `Authorization: Bearer <session token>`)
//! - `POST /api/v1/operator/logout` → 204
//! - `GET /api/v1/operator/handovers?find=` → [`Found`]: open ones everywhere; with `find`, those of a ticket, card, order, slip or number
//! - `GET /api/v1/operator/handovers/{handover}` → [`HandoverStory`]
//! - `GET /api/v1/operator/unproved` → [`Listed`] of [`ToldInView`]: reports whose card did not prove them
//! - `GET /api/v1/operator/terminals` → [`TerminalInView`] list
//! - `POST /api/v1/operator/terminals` [`NewStoreTerminal`] → [`TerminalInView`]
//! - `POST /api/v1/operator/terminals/{terminal}` [`TerminalWish`] → [`TerminalInView`]
//! - `GET /api/v1/operator/terminals/{terminal}/keys` → stick file of kind keys
//! - `POST /api/v1/operator/reissue/look` [`ReissueWhat`] → [`ReissueLook`]: what it would do; changes nothing
//! - `POST /api/v1/operator/reissue` [`ReissueOrder`] → [`Reissued`]
//! - `POST /api/v1/operator/reports` stick file of kind reports → [`Imported`]

use std::fmt;

use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, Step, TerminalId, TicketId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::handovers::{Purpose, ReportedOutcome};

/// An operator's number and password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct OperatorLogin {
    /// Number or name.
    pub operator: String,
    /// Password.
    pub password: String,
}

/// An operator at work.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperatorSession {
    /// Bearer token.
    pub token: String,
    /// Name to show.
    pub name: String,
    /// UTC microseconds.
    pub expires: i64,
}

/// The first of some rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listed<T> {
    /// The rows, newest first.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

/// A terminal by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TerminalName {
    /// Its number.
    #[schema(value_type = u32)]
    pub terminal: TerminalId,
    /// Its name.
    pub name: String,
    /// Its store's name, where it stands in one.
    pub store: Option<String>,
    /// An operator said that it is gone for good.
    pub written_off: bool,
}

/// Who has a ticket, as far as the platform knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BelievedHolder {
    /// It waits at the platform.
    Platform,
    /// A terminal has it on its way.
    Terminal,
    /// A card.
    Card,
    /// A printed paper.
    Paper,
    /// A terminal does not know whether the card has it.
    Unknown,
}

/// A ticket and where it is believed to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketInView {
    /// Its id.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Its event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// The event's title; empty where this platform does not have it.
    pub event_name: String,
    /// Seat in words; empty for what is no seat.
    pub seat: String,
    /// Word of the kind: `seat`, `free_seating`, `voucher`, `membership`.
    pub kind: String,
    /// Raised by re-issues.
    pub epoch: u16,
    /// Raised by changes of holder.
    pub hop: u16,
    /// Who has it.
    pub holder: BelievedHolder,
    /// Which card, while a card has it.
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
    /// Which paper, while it is one.
    pub serial: Option<u64>,
    /// Handover that changed it last.
    #[schema(value_type = Option<String>)]
    pub handover: Option<HandoverId>,
    /// Order it was sold by.
    pub order: Option<String>,
    /// Parcel it can be fetched by while it is at the platform.
    pub parcel: Option<String>,
}

/// What an unfinished handover waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum WaitsFor {
    /// Nothing: it has ended.
    Nothing,
    /// Its terminal has not reported anything yet.
    FirstReport,
    /// Only this card can say whether a step happened.
    Answer {
        /// The card.
        #[schema(value_type = String)]
        card: CardUid,
        /// The step.
        #[schema(value_type = String)]
        step: Step,
    },
    /// A clerk has to say whether a paper came out.
    Clerk,
    /// The tickets are in the terminal: a receiving card, or the giver's own.
    Receiver {
        /// Card they are meant for, where one is named.
        #[schema(value_type = Option<String>)]
        card: Option<CardUid>,
    },
    /// Its terminal let go of it: any kiosk, with a card or the code.
    TakeOver,
}

/// A handover at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandoverInView {
    /// Its number.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Who has it.
    pub terminal: TerminalName,
    /// Since when, UTC microseconds.
    pub begun: i64,
    /// What for; `None` for a purchase or a pick-up.
    pub purpose: Option<Purpose>,
    /// Card the tickets left.
    #[schema(value_type = Option<String>)]
    pub giver: Option<CardUid>,
    /// Card they are meant for.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<CardUid>,
    /// The order, of a purchase.
    pub order: Option<String>,
    /// Its tickets.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// Last time something was heard of it, UTC microseconds.
    pub heard: Option<i64>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// Handovers.
    pub handovers: Listed<HandoverInView>,
    /// Tickets, where something of theirs was looked for.
    pub tickets: Vec<TicketInView>,
}

/// One report as the platform got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldInView {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Who said it.
    pub terminal: TerminalName,
    /// When it arrived, UTC microseconds.
    pub received: i64,
    /// When it happened by the terminal's clock, UTC microseconds.
    pub at: i64,
    /// Which operation.
    #[schema(value_type = String)]
    pub step: Step,
    /// Which try.
    pub attempt: u8,
    /// How it ended.
    pub outcome: ReportedOutcome,
    /// Card it was about.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Card the tickets came from.
    #[schema(value_type = Option<String>)]
    pub giver: Option<CardUid>,
    /// Card they were meant for.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<CardUid>,
    /// Paper, for a print.
    pub serial: Option<u64>,
    /// The tickets.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// What the card's proof says: right, wrong, or `None` where none came.
    pub proved: Option<bool>,
    /// Whether it changed anything.
    pub newest: bool,
}

/// A handover's whole story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandoverStory {
    /// At a glance.
    pub view: HandoverInView,
    /// Its tickets and where they are believed to be.
    pub tickets: Vec<TicketInView>,
    /// What was reported, oldest first.
    pub told: Vec<ToldInView>,
}

/// A terminal at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TerminalInView {
    /// By its name.
    pub name: TerminalName,
    /// `kiosk`, `gate`, `register`.
    pub role: String,
    /// Journal its last report came from.
    pub incarnation: Option<String>,
    /// Last report, UTC microseconds.
    pub last_report: Option<i64>,
    /// Handovers it has.
    pub open: u32,
    /// Whether it may have the keys for working without network.
    pub local_keys: bool,
    /// When it was given them last, UTC microseconds.
    pub keys_given: Option<i64>,
    /// Since when it counts as gone for good, UTC microseconds.
    pub written_off: Option<i64>,
    /// Why.
    pub written_off_reason: Option<String>,
    /// It has to send its rows again to the restored platform.
    pub resend_due: bool,
    /// When it did, UTC microseconds.
    pub resent: Option<i64>,
    /// Since when nothing it has opens the platform any more, UTC microseconds.
    pub revoked: Option<i64>,
    /// Until when its certificate is good, UTC microseconds; `None` where it has none.
    pub certificate_until: Option<i64>,
}

/// A terminal for a store. It can do nothing until a machine is enrolled as it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewStoreTerminal {
    /// As clerks call it; there once.
    pub name: String,
    /// What it is for.
    pub role: StoreTerminalRole,
    /// Code of the store it stands in.
    pub store: String,
}

/// What stands in stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreTerminalRole {
    /// Sells and writes tickets.
    Kiosk,
    /// Stands at the till.
    Register,
}

/// What is to be done about a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "wish")]
pub enum TerminalWish {
    /// It is gone for good: destroyed, stolen, or never to be reached again.
    WriteOff {
        /// In the operator's words.
        reason: String,
    },
    /// It came back after all.
    PutBack,
    /// Its key may be in other hands: nothing it has opens the platform any more. Enrolling it anew ends that.
    Revoke {
        /// In the operator's words.
        reason: String,
    },
    /// Whether it may have the keys for working without network.
    LocalKeys {
        /// Yes or no.
        allow: bool,
    },
}

/// Which tickets are to be issued anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum ReissueWhat {
    /// One ticket.
    Ticket {
        /// Its id.
        #[schema(value_type = u64)]
        ticket: TicketId,
    },
    /// All tickets believed to be on a card.
    Card {
        /// The card.
        #[schema(value_type = String)]
        card: CardUid,
    },
    /// All tickets a handover has between holders.
    Handover {
        /// The handover.
        #[schema(value_type = String)]
        handover: HandoverId,
    },
}

/// Why tickets are issued anew (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReissueReason {
    /// The card is lost for good.
    LostCard,
    /// The terminal that has them is destroyed or written off.
    DestroyedTerminal,
    /// Nobody will ever answer whether a step happened.
    NobodyAnswers,
}

/// What a re-issue would do. Nothing has been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReissueLook {
    /// The tickets, where they are believed to be.
    pub tickets: Vec<TicketInView>,
    /// Questions about them the platform could answer itself: their terminal has only to ask (R13). They come first.
    pub answerable: Vec<HandoverInView>,
    /// Handovers that end by it.
    pub handovers: Vec<HandoverInView>,
    /// Names this very state; to be stated when ordering it.
    pub state: String,
}

/// Orders a re-issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReissueOrder {
    /// Which tickets.
    pub what: ReissueWhat,
    /// Why.
    pub reason: ReissueReason,
    /// The same in the operator's words; goes into the journal.
    pub words: String,
    /// [`ReissueLook::state`] that was looked at; when something has changed since, nothing is done.
    pub state: String,
}

/// Where the new tickets wait.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reissued {
    /// The tickets, at the platform.
    pub tickets: Vec<TicketInView>,
    /// Parcels with their fresh codes; shown this once only.
    pub parcels: Vec<FreshParcel>,
    /// Orders the others wait in; fetched with the order's card.
    pub orders: Vec<String>,
}

/// A parcel nobody has the code of yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreshParcel {
    /// Its id.
    pub parcel: String,
    /// Code to fetch it with; `None` where this was answered before.
    #[schema(value_type = Option<String>)]
    pub code: Option<ResumeCode>,
    /// Its tickets.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
}

/// What became of a file of reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// Who wrote it.
    #[schema(value_type = u32)]
    pub terminal: TerminalId,
    /// Reports in it.
    pub reports: u32,
    /// Of these, how many were known already.
    pub known: u32,
    /// Reports that were refused, with the reason.
    pub refused: Vec<String>,
}

impl fmt::Debug for OperatorLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorLogin")
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OperatorSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorSession")
            .field("name", &self.name)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reissued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reissued")
            .field("orders", &self.orders)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FreshParcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshParcel")
            .field("parcel", &self.parcel)
            .finish_non_exhaustive()
    }
}
