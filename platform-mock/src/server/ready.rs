//! Whether the node can serve: looked at once a second at most, however often it is asked.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::sync::Mutex;

use crate::{app::App, refusal::Refusal, storage::health::Check};

/// How long a finding is believed.
const BELIEVED: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    /// Whether everything is well.
    pub ready: bool,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// The last finding.
#[derive(Default)]
pub struct Findings(Mutex<Option<(Instant, Arc<Readiness>)>>);

impl Findings {
    /// Looks, or says what was found a moment ago. Whoever asks meanwhile waits for the same look.
    pub async fn look(&self, app: &App) -> Arc<Readiness> {
        let mut last = self.0.lock().await;
        let stopping = app.front().is_stopping();
        if let Some((at, found)) = last.as_ref()
            && at.elapsed() < BELIEVED
            && !(stopping && found.ready)
        {
            return Arc::clone(found);
        }
        let mut checks = app
            .storage()
            .checks(app.front().limits().disk_free_min)
            .await;
        checks.push(Check::new(
            "serving",
            if stopping {
                Err("told to stop".into())
            } else {
                Ok("yes".into())
            },
        ));
        let found = Arc::new(Readiness {
            ready: checks.iter().all(|check| check.ok),
            checks,
        });
        app.front().metrics().ready(found.ready);
        if !found.ready {
            let wrong: Vec<_> = found.checks.iter().filter(|check| !check.ok).collect();
            tracing::warn!(?wrong, "not ready");
        }
        *last = Some((Instant::now(), Arc::clone(&found)));
        found
    }
}

/// The refusal of a node that is not ready. Why is not everybody's matter: it stands on the admin listener and in the log.
pub fn not_ready() -> Refusal {
    Refusal {
        detail: "This node of the platform cannot serve at the moment.".into(),
        ..Refusal::busy()
    }
}
