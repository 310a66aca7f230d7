//! What the machine asks of the platform. Blocking; the terminal's typed client implements it, off the UI thread.

use kippu_api::{
    handovers::{HandoverStatus, Report, ReportAccepted},
    orders::{ChangeCard, Grant, GrantRequest, Order},
    problem::Problem,
};
use kippu_ticket::ids::HandoverId;

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

/// The platform, as handovers need it. What it promises: a repeated grant gives the same answer; a refusal is durable, so that a first
/// request which arrives late is refused as well (R7); a handover that gave something back is granted nothing more; an older report never
/// replaces a newer one (R6), and reports of one handover are sent in order, the next after the last was answered.
pub trait PlatformPort {
    /// `POST orders/{order}/grant`. Repeating it for the same handover gives the same answer.
    fn grant(&self, order: &str, request: &GrantRequest) -> Reply<Grant>;

    /// `POST handovers/{handover}/reports`. Repeating it is harmless.
    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted>;

    /// `GET handovers/{handover}`.
    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus>;

    /// `POST orders/{order}/card`. Names another card for an order nothing is granted of.
    fn change_card(&self, order: &str, change: &ChangeCard) -> Reply<Order>;
}
