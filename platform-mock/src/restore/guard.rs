//! Stands before every route that gives out, takes in or issues tickets anew: a restored platform does none of it for a terminal that has not
//! resent its rows, and nothing with what is older than this life until all have (R15). Reports, releases, questions and sales pass.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use axum::http::HeaderMap;
use kippu_api::{client::PLATFORM_INCARNATION, problem::ProblemCode};
use kippu_ticket::ids::TerminalId;

use super::storage::{Standing, Subject, other_life, wait_for_others};
use crate::{
    app::App,
    auth::Caller,
    refusal::{Answer, Refusal},
    routes::RouteEntry,
};

/// Routes that wait for the caller's own rows, all with POST. Releasing does not: released rows are among those rows.
pub const GUARDED: [&str; 11] = [
    "/api/v1/orders/{order}/grant",
    "/api/v1/orders/{order}/cancel",
    "/api/v1/parcels/{parcel}/grant",
    "/api/v1/handovers",
    "/api/v1/handovers/{handover}/bindings",
    "/api/v1/handovers/{handover}/paper",
    "/api/v1/handovers/{handover}/park",
    "/api/v1/handovers/{handover}/take-over",
    "/api/v1/refunds",
    "/api/v1/clerk/orders/{order}/reissue",
    "/api/v1/operator/reissue",
];

/// How the terminals stand, kept until one of them changes.
#[derive(Default)]
pub struct Standings(RwLock<Option<Known>>);

#[derive(Clone)]
struct Known {
    version: u64,
    standings: Arc<HashMap<TerminalId, Standing>>,
}

impl Standings {
    /// Whether an operator wrote a terminal off.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn is_written_off(&self, app: &App, terminal: TerminalId) -> Answer<bool> {
        let standings = self.read(app).await?;
        Ok(standings
            .get(&terminal)
            .is_some_and(|standing| standing.written_off))
    }

    async fn read(&self, app: &App) -> Answer<Arc<HashMap<TerminalId, Standing>>> {
        // Asked before the database is: what changes in between makes the next request read again.
        let version = app.storage().standings_version();
        let known = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = known.filter(|known| known.version == version) {
            return Ok(known.standings);
        }
        let standings = Arc::new(app.storage().standings().await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Known {
            version,
            standings: Arc::clone(&standings),
        });
        Ok(standings)
    }
}

/// Lets a request pass or says what is to be done first. `path` is the path as called.
pub async fn check(
    app: &App,
    entry: RouteEntry,
    path: &str,
    headers: &HeaderMap,
    caller: &Caller,
) -> Answer<()> {
    if entry.method != "post" || !GUARDED.contains(&entry.path) {
        return Ok(());
    }
    let stated = headers
        .get(PLATFORM_INCARNATION)
        .and_then(|value| value.to_str().ok());
    if stated.is_some_and(|stated| stated != app.storage().life().incarnation.to_string()) {
        return Err(other_life());
    }
    let standings = app.standings().read(app).await?;
    if standings.is_empty() {
        return Ok(());
    }
    if let Caller::Terminal(terminal) = caller
        && let Some(standing) = standings.get(&terminal.id)
    {
        if standing.written_off {
            return Err(written_off());
        }
        if standing.resend_due {
            return Err(other_life());
        }
    }
    let owing = standings
        .values()
        .filter(|standing| standing.resend_due)
        .count();
    if owing > 0
        && let Some(subject) = subject(entry.path, path)
        && app.storage().is_older(subject).await?
    {
        return Err(wait_for_others(owing));
    }
    Ok(())
}

/// 403: an operator said that the terminal is gone for good.
pub fn written_off() -> Refusal {
    Refusal::new(
        ProblemCode::Forbidden,
        "This terminal was written off. Nothing was done.",
    )
    .hint("The operator can put it back into service.")
}

/// What a request asks for, where another terminal may know more of it than this platform. What a terminal itself took from a card is
/// nobody else's.
fn subject(route: &str, path: &str) -> Option<Subject> {
    let name = route
        .split('/')
        .zip(path.split('/'))
        .find_map(|(piece, name)| piece.starts_with('{').then(|| name.to_owned()))?;
    match route {
        "/api/v1/orders/{order}/grant"
        | "/api/v1/orders/{order}/cancel"
        | "/api/v1/clerk/orders/{order}/reissue" => Some(Subject::Order(name)),
        "/api/v1/parcels/{parcel}/grant" => Some(Subject::Parcel(name)),
        "/api/v1/handovers/{handover}/take-over" => name.parse().ok().map(Subject::Handover),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_may_know_more_of_waits_for_them() {
        let order = subject("/api/v1/orders/{order}/grant", "/api/v1/orders/abc/grant");
        assert_eq!(order, Some(Subject::Order("abc".into())));
        let parcel = subject("/api/v1/parcels/{parcel}/grant", "/api/v1/parcels/7/grant");
        assert_eq!(parcel, Some(Subject::Parcel("7".into())));
        let own = "/api/v1/handovers/{handover}/park";
        assert_eq!(subject(own, "/api/v1/handovers/00/park"), None);
        assert_eq!(subject("/api/v1/handovers", "/api/v1/handovers"), None);
    }
}
