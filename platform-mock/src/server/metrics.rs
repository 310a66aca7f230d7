//! What is counted and measured, as Prometheus reads it (OpenMetrics text).

use std::time::Duration;

use axum::http::{Method, StatusCode};
use kippu_api::problem::ProblemCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};

use crate::storage::{gauges::Gauges, health::Overview, words::word};

/// The media type of what [`Metrics::text`] gives.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A route's answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// HTTP's method.
    pub method: String,
    /// The route's pattern, `none` where there is no such route.
    pub route: String,
    /// `2xx`, `4xx` and so on.
    pub status: &'static str,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
    /// The problem's code.
    pub code: String,
}

type Durations = Family<Answered, Histogram, fn() -> Histogram>;

/// A node's measures.
pub struct Metrics {
    registry: Registry,
    durations: Durations,
    refusals: Family<Reason, Counter>,
    /// Requests worked on.
    pub requests_under_way: Gauge,
    /// Connections served.
    pub connections: Gauge,
    /// Connections that found the node full.
    pub turned_away: Counter,
    overview: Open,
}

/// What the database says is open, as of the last time it was asked.
#[derive(Default, Clone)]
struct Open {
    handovers_open: Gauge,
    handovers_released: Gauge,
    slips_unpaid: Gauge,
    holds: Gauge,
    terminals: Gauge,
    terminals_silent: Gauge,
    ready: Gauge,
}

impl Metrics {
    /// For a storage with these gauges.
    pub fn new(storage: &Gauges) -> Self {
        let mut registry = Registry::with_prefix("kippu");
        let durations = Durations::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.000_5, 2.0, 14))
        });
        let this = Self {
            durations,
            refusals: Family::default(),
            requests_under_way: Gauge::default(),
            connections: Gauge::default(),
            turned_away: Counter::default(),
            overview: Open::default(),
            registry: Registry::default(),
        };
        registry.register(
            "build",
            "The program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register(
            "request_duration_seconds",
            "From a request's head to its answer",
            this.durations.clone(),
        );
        registry.register("refusals", "Refusals by reason", this.refusals.clone());
        registry.register(
            "requests_under_way",
            "Requests worked on",
            this.requests_under_way.clone(),
        );
        registry.register("connections", "Connections", this.connections.clone());
        registry.register(
            "connections_turned_away",
            "Connections that found the node full",
            this.turned_away.clone(),
        );
        storage.register(&mut registry);
        this.overview.register(&mut registry);
        Self { registry, ..this }
    }

    /// A request was answered.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let answered = Answered {
            // Anybody can make up methods, and each would be a line here for ever.
            method: match *method {
                Method::GET | Method::POST | Method::DELETE | Method::PUT | Method::HEAD => {
                    method.to_string()
                }
                _ => "other".into(),
            },
            route: route.to_owned(),
            status: match status.as_u16() / 100 {
                1 => "1xx",
                2 => "2xx",
                3 => "3xx",
                4 => "4xx",
                _ => "5xx",
            },
        };
        self.durations
            .get_or_create(&answered)
            .observe(took.as_secs_f64());
    }

    /// A request was refused.
    pub fn refused(&self, code: ProblemCode) {
        let code = word(&code).unwrap_or_default();
        self.refusals.get_or_create(&Reason { code }).inc();
    }

    /// Takes over what the database says is open.
    pub fn overview(&self, found: Overview) {
        let open = &self.overview;
        for (gauge, value) in [
            (&open.handovers_open, found.handovers_open),
            (&open.handovers_released, found.handovers_released),
            (&open.slips_unpaid, found.slips_unpaid),
            (&open.holds, found.holds),
            (&open.terminals, found.terminals),
            (&open.terminals_silent, found.terminals_silent),
        ] {
            gauge.set(value);
        }
    }

    /// Whether the node is ready.
    pub fn ready(&self, ready: bool) {
        self.overview.ready.set(ready.into());
    }

    /// Everything, for Prometheus.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Open {
    fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            (
                "handovers_open",
                "Handovers that have not ended",
                &self.handovers_open,
            ),
            (
                "handovers_released",
                "Handovers that somebody let go of and nobody took up",
                &self.handovers_released,
            ),
            (
                "slips_unpaid",
                "Orders waiting for payment",
                &self.slips_unpaid,
            ),
            ("holds", "Holds that have not ended", &self.holds),
            ("terminals", "Enrolled terminals", &self.terminals),
            (
                "terminals_silent",
                "Enrolled terminals that have not called for long, or never",
                &self.terminals_silent,
            ),
            ("ready", "1 when the node is ready", &self.ready),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }
}
