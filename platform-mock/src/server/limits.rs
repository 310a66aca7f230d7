//! How much the platform takes on at a time, and how long it waits for whom.

use std::time::Duration;

/// Bytes of a body that an ordinary route takes: far more than an order has.
pub const BODY_BYTES: usize = 64 * 1024;
/// Bytes for routes that take lists: a batch of some thousand entrance records, a kiosk's history.
pub const LIST_BYTES: usize = 1024 * 1024;
/// Bytes of a seat plan's file: a stadium of 40,000 seats has 5 million.
pub const PLAN_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of a seller's file that is compared with its stock: a stadium's 40,000 seats with every column are 6 million.
pub const STOCK_FILE_BYTES: usize = 12 * 1024 * 1024;
/// Bytes of a form with such a file.
pub const PLAN_FORM_BYTES: usize = PLAN_BYTES + LIST_BYTES;
/// Bytes a second that even a poor line brings; a body gets the time its route's limit takes at this rate.
const SLOWEST_BYTES_PER_SECOND: usize = 64 * 1024;

/// The limits of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections served at the same time.
    pub connections: usize,
    /// Requests worked on at the same time; beyond that they are refused before any work.
    pub requests: usize,
    /// Requests a second one caller may make over time; 0: as many as it likes.
    pub caller_per_second: u32,
    /// Requests one caller may make at once after a pause.
    pub caller_burst: u32,
    /// A request's head must be there by then; also how long an idle connection is kept.
    pub head_within: Duration,
    /// A small request's body must be there by then; large ones get more.
    pub body_within: Duration,
    /// Bytes that must be free in the data folder.
    pub disk_free_min: u64,
    /// A terminal that has not called for so long counts as silent.
    pub silent_after: Duration,
    /// How long a node that is told to stop goes on while it says that it is not ready, for load balancers to notice.
    pub stop_notice: Duration,
    /// How long requests under way may take after that.
    pub stop_within: Duration,
}

impl Default for Limits {
    /// What fits one machine; callers are not slowed down.
    fn default() -> Self {
        Self {
            connections: 8192,
            requests: 1024,
            caller_per_second: 0,
            caller_burst: 0,
            head_within: Duration::from_secs(30),
            body_within: Duration::from_secs(10),
            disk_free_min: 256 * 1024 * 1024,
            silent_after: Duration::from_secs(15 * 60),
            stop_notice: Duration::ZERO,
            stop_within: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// By when a body must be there, for a route that takes so many bytes.
    pub fn body_deadline(&self, bytes: usize) -> Duration {
        let seconds = bytes / SLOWEST_BYTES_PER_SECOND;
        self.body_within + Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
    }
}

/// Takes a stick's file as it is.
const STICK_FILE: &str = "/api/v1/operator/reports";
/// Takes one out of a form.
const STICK_FORM: &str = "/operator/reports";

/// Takes a file of seats out of a form.
const STOCK_FORM: &str = "/seller/events/{event}/compare";

/// Takes such a file as an organizer's, and what of it is to be done.
const ALLOCATION_FORMS: [&str; 2] = [
    "/organizer/events/{event}/file",
    "/organizer/events/{event}/file/moves",
];

/// Whether a route takes bytes that only look like text: sealed files.
pub fn is_sealed(path: &str) -> bool {
    [STICK_FILE, STICK_FORM].contains(&path)
}

/// Bytes of a body that a route takes.
pub fn body_max(path: &str) -> usize {
    match path {
        "/api/v1/organizer/layouts" => PLAN_BYTES,
        "/organizer/halls" | "/organizer/halls/import" => PLAN_FORM_BYTES,
        STOCK_FORM | "/api/v1/organizer/events/{event}/allocation/compare" => STOCK_FILE_BYTES,
        form if ALLOCATION_FORMS.contains(&form) => STOCK_FILE_BYTES,
        STICK_FILE => kippu_api::stick::BODY_MAX,
        STICK_FORM => kippu_api::stick::BODY_MAX + LIST_BYTES,
        "/api/v1/entrance-records"
        | "/api/v1/handovers"
        | "/api/v1/handovers/{handover}/bindings"
        | "/api/v1/handovers/{handover}/reports"
        | "/api/v1/handovers/{handover}/release"
        | "/api/v1/handovers/{handover}/park"
        | "/api/v1/handovers/{handover}/take-over"
        | "/api/v1/organizer/events/{event}/allocation"
        | "/organizer/events/{event}/data/allocation"
        | "/api/v1/seller/events/{event}/returns"
        | "/seller/events/{event}/data/returns"
        | "/seller/events/{event}/returns" => LIST_BYTES,
        _ => BODY_BYTES,
    }
}
