//! What the machine asks of the platform. Blocking; the terminal's typed client implements it, off the UI thread.

use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted,
    },
    orders::{ChangeCard, Claim, Grant, GrantRequest, Order},
    problem::Problem,
};
use kippu_ticket::ids::{CardUid, EventId, HandoverId};

/// How a question to the platform ended. A time-out is not a refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply<T> {
    /// Answered.
    Done(T),
    /// Refused, durably, with a reason.
    Refused(Problem),
    /// The question did not leave this terminal.
    Unreachable,
    /// The question left and no answer came: it may have been acted on.
    Unknown,
}

/// The platform, as handovers need it. What it promises: a repeated request of a handover (and attempt) gets the same answer; a refusal is
/// durable, so that a first request which arrives late is refused as well (R7); a handover that gave something back is granted nothing more;
/// an older message never replaces newer state (R6), and reports of one handover are sent in order, the next after the last was answered.
pub trait PlatformPort {
    /// `POST orders/{order}/grant` or `POST parcels/{parcel}/grant`.
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant>;

    /// `POST handovers`. Moves nothing.
    fn register(&self, handover: &NewHandover) -> Reply<Registered>;

    /// `POST handovers/{handover}/bindings`. Moves nothing.
    fn bind(&self, handover: HandoverId, request: &BindRequest) -> Reply<Bindings>;

    /// `POST handovers/{handover}/paper`. Moves nothing.
    fn paper(&self, handover: HandoverId, request: &PaperRequest) -> Reply<PaperRecord>;

    /// `POST handovers/{handover}/park`. From its answer on the platform is the holder.
    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked>;

    /// `POST handovers/{handover}/release`. From its answer on another terminal may be the owner.
    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released>;

    /// `POST handovers/{handover}/reports`. Repeating it is harmless.
    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted>;

    /// `GET handovers/{handover}`.
    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus>;

    /// `POST orders/{order}/card`. Names another card for an order nothing is granted of.
    fn change_card(&self, order: &str, change: &ChangeCard) -> Reply<Order>;

    /// The platform's incarnation as its last answer named it; another one than before was restored from a backup (R15).
    fn incarnation(&self) -> Option<String>;

    /// `POST terminal/resent`. Says that everything the journal holds was sent to this incarnation of the platform.
    fn resent(&self, incarnation: &str) -> Reply<()>;
}

/// Local keys, where the operator allows them: records for cards and paper without the platform (R17).
pub trait Binder {
    /// Whether it can bind tickets of this event, to cards and to paper, and this terminal can open cards without the platform.
    fn covers(&self, event: EventId) -> bool;

    /// The ticket of a taken record, bound to a card at a hop. `None`: no key, or no ticket.
    fn bind(&self, record: &[u8], card: CardUid, hop: u16) -> Option<Vec<u8>>;

    /// The ticket of a taken record, bound to a paper's serial at a hop. `None`: no key, or no ticket.
    fn bind_paper(&self, record: &[u8], serial: u64, hop: u16) -> Option<Vec<u8>>;
}

/// No local keys: without the platform nothing is taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLocalKeys;

impl Binder for NoLocalKeys {
    fn covers(&self, _: EventId) -> bool {
        false
    }

    fn bind(&self, _: &[u8], _: CardUid, _: u16) -> Option<Vec<u8>> {
        None
    }

    fn bind_paper(&self, _: &[u8], _: u64, _: u16) -> Option<Vec<u8>> {
        None
    }
}
