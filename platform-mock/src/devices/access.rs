//! Which terminal a credential belongs to. What was found is kept, until any terminal changes, and for a moment only: whoever is revoked is
//! out at once where this node or another one did it, and after that moment where the command line did.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use kippu_api::problem::ProblemCode;

use super::{door::Peer, storage::Certified};
use crate::{
    app::App,
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
};

/// How long what was found is believed without a word from the database.
const BELIEVED: Duration = Duration::from_secs(2);
/// Terminals kept; beyond that all are forgotten.
const KEPT_MAX: usize = 50_000;

/// Something a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// The hash of a bearer token. Only in the clear, on loopback.
    Token([u8; 32]),
    /// A certificate's fingerprint.
    Certificate([u8; 32]),
}

/// Terminals seen lately.
#[derive(Default)]
pub struct TerminalCache(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    version: u64,
    found: HashMap<Credential, (Instant, Certified)>,
}

impl TerminalCache {
    /// The terminal a credential belongs to, if it opens the platform now.
    ///
    /// # Errors
    /// 401 with the reason, where it did or will.
    pub async fn find(&self, app: &App, credential: Credential) -> Answer<Option<Terminal>> {
        // Asked before the database is: what changes in between makes the next request read again.
        let version = app.storage().standings_version();
        let certified = match self.kept(version, credential) {
            Some(known) => known,
            None => {
                let Some(found) = read(app, credential).await? else {
                    return Ok(None);
                };
                self.keep(version, credential, found.clone());
                found
            }
        };
        good(&certified, app.now())?;
        Ok(Some(certified.terminal))
    }

    fn kept(&self, version: u64, credential: Credential) -> Option<Certified> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (since, known) = kept.found.get(&credential)?;
        (kept.version == version && since.elapsed() < BELIEVED).then(|| known.clone())
    }

    fn keep(&self, version: u64, credential: Credential, found: Certified) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.version != version || kept.found.len() >= KEPT_MAX {
            kept.found.clear();
            kept.version = version;
        }
        kept.found.insert(credential, (Instant::now(), found));
    }
}

async fn read(app: &App, credential: Credential) -> Answer<Option<Certified>> {
    match credential {
        Credential::Certificate(fingerprint) => app.storage().certified(fingerprint).await,
        Credential::Token(token) => {
            let found = app.storage().terminal_by_token(token).await?;
            Ok(found.map(|terminal| Certified {
                terminal,
                valid: (i64::MIN, i64::MAX),
                revoked: false,
            }))
        }
    }
}

fn good(certified: &Certified, now: i64) -> Answer<()> {
    let refused = |detail: &str| Refusal::new(ProblemCode::Unauthenticated, detail);
    let (from, until) = certified.valid;
    if certified.revoked {
        return Err(
            refused("This terminal's certificate was revoked. Nothing was done.")
                .hint("The operator can enrol the terminal anew with a new code."),
        );
    }
    if now < from {
        return Err(refused(
            "This terminal's certificate is not valid yet by the platform's clock. Nothing was done.",
        )
        .hint("The platform's clock is behind: the operator sets it right."));
    }
    if now >= until {
        return Err(
            refused("This terminal's certificate has expired. Nothing was done.").hint(
                "It was out of reach for too long to renew it: the operator enrols it anew with a new code.",
            ),
        );
    }
    Ok(())
}

/// What a request shows that is a terminal's: its certificate, or in the clear its token. A token over TLS is somebody's session.
pub fn credential(peer: Option<&Peer>, token: Option<[u8; 32]>) -> Option<Credential> {
    let (tls, certificate) = peer.map_or((false, None), |peer| (peer.tls, peer.certificate));
    match token {
        Some(token) if !tls => Some(Credential::Token(token)),
        Some(_) => None,
        None => certificate.map(Credential::Certificate),
    }
}
