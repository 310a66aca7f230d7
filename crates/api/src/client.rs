//! The typed client of a terminal: one method a route, time-outs everywhere, and errors that say whether anything can have happened.

mod clerk;
pub mod enrolling;
mod fault;
mod handovers;
mod members;
mod refunds;
mod terminals;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use kippu_ticket::ids::{CardUid, EventId};
use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    cards::{SessionAnswer, SessionChallenge, SessionKeys, SessionRequest},
    entrance::{EntranceAccepted, EntranceBatch},
    events::EventSummary,
    holds::{Hold, HoldRequest},
    identity::{BadIdentity, Identity},
    orders::{ChangeCard, NewOrder, Order},
    problem::Problem,
};
pub use fault::ClientError;
use fault::{broken_off, chain, without_reference};

/// Longest time to wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest time to wait for a whole answer.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// Connections nobody used for so long are closed: before the platform closes them, whose close might cross the next request.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// Header that carries an [`IdempotencyKey`].
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Header that names a request, in the request and in its answer: the reference in the platform's log.
pub const REQUEST_ID: &str = "x-request-id";
/// Header that carries the version of an availability answer.
pub const STOCK_VERSION: &str = "Kippu-Stock-Version";
/// Header with the number of the platform's life: in answers the one it is living, in requests the one the terminal knows (R15).
pub const PLATFORM_INCARNATION: &str = "kippu-platform";

/// Names one wish: repeating a request under the same key does the thing once and gives the first answer again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A fresh random key.
    pub fn random() -> Self {
        Self(hex::encode(rand::random::<[u8; 16]>()))
    }

    /// The key as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for IdempotencyKey {
    /// A key kept from an earlier try: up to 64 letters, digits, `-` and `_`.
    fn from(key: String) -> Self {
        Self(key)
    }
}

/// A seat plan with the tag to ask for it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedPlan {
    /// Its `ETag`.
    pub tag: String,
    /// Encoded plan (see `kippu-seatplan`).
    pub bytes: Vec<u8>,
}

/// Which seats can be had here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The stock's version, as in [`EventSummary::version`].
    pub version: u64,
    /// One byte a seat in plan order: 0 = not to be had here, n = free in price class n-1.
    pub seats: Vec<u8>,
}

/// A connection to the platform under one credential. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
    identity: Option<Arc<Identity>>,
    lives: Arc<Lives>,
    /// How long a platform that is too busy is asked again: half of the longest wait for an answer, so that the whole stays near that.
    patience: Duration,
}

/// Lives of the platform, 0 where none is known. Shared by the clones of a client.
#[derive(Default)]
struct Lives {
    known: AtomicU64,
    seen: AtomicU64,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client for the platform at `url` (`http://host:port`) with a terminal's or clerk's bearer token.
    pub fn new(url: &str, token: &str) -> Result<Self, ClientError> {
        Self::with_timeouts(url, token, CONNECT_TIMEOUT, ANSWER_TIMEOUT)
    }

    /// A client of an enrolled terminal for the platform at `url` (`https://host:port`): it speaks to that terminal's platform only, and
    /// proves itself by its certificate.
    pub fn enrolled(url: &str, identity: Arc<Identity>) -> Result<Self, ClientError> {
        Self::build(url, "", Some(identity), CONNECT_TIMEOUT, ANSWER_TIMEOUT)
    }

    /// The same with other time-outs.
    pub fn with_timeouts(
        url: &str,
        token: &str,
        connect: Duration,
        answer: Duration,
    ) -> Result<Self, ClientError> {
        Self::build(url, token, None, connect, answer)
    }

    fn build(
        url: &str,
        token: &str,
        identity: Option<Arc<Identity>>,
        connect: Duration,
        answer: Duration,
    ) -> Result<Self, ClientError> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(connect)
            .timeout(answer)
            .pool_idle_timeout(IDLE_MAX)
            .no_proxy();
        if let Some(identity) = &identity {
            let here = |error: BadIdentity| ClientError::Unreachable(error.to_string());
            http = http.tls_backend_preconfigured(identity.config().map_err(here)?);
        }
        let http = http
            .build()
            .map_err(|error| ClientError::Unreachable(error.to_string()))?;
        Ok(Self {
            http,
            base: url.trim_end_matches('/').into(),
            token: token.into(),
            identity,
            lives: Arc::default(),
            patience: answer / 2,
        })
    }

    /// The same platform with other time-outs. What is known of its lives is shared.
    pub fn with_patience(&self, connect: Duration, answer: Duration) -> Result<Self, ClientError> {
        let identity = self.identity.clone();
        let other = Self::build(&self.base, &self.token, identity, connect, answer)?;
        Ok(Self {
            lives: self.lives.clone(),
            ..other
        })
    }

    /// The same connection under another credential, such as a clerk's session.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.into(),
            ..self.clone()
        }
    }

    /// The life of the platform that the last answer came from; `None` before any answer stated one. Another one than the terminal knows
    /// means that the platform was restored from a backup and wants every row again (R15).
    pub fn platform_incarnation(&self) -> Option<u64> {
        Some(self.lives.seen.load(Ordering::Relaxed)).filter(|life| *life != 0)
    }

    /// States the life this terminal knows, for every request from here on: what its journal says at the start, and a new one after all rows
    /// were resent. Without it, the first life an answer states.
    pub fn know_platform(&self, incarnation: u64) {
        self.lives.known.store(incarnation, Ordering::Relaxed);
    }

    /// Whether the platform is there and well.
    pub async fn health(&self) -> Result<(), ClientError> {
        self.send(self.http.get(format!("{}/healthz", self.base)))
            .await
            .map(drop)
    }

    /// What is on sale for this terminal's seller.
    pub async fn events(&self) -> Result<Vec<EventSummary>, ClientError> {
        self.get("/events").await
    }

    /// The seat plan of an event; `None` when it is still the one tagged `known`.
    pub async fn plan(
        &self,
        event: EventId,
        known: Option<&str>,
    ) -> Result<Option<TaggedPlan>, ClientError> {
        let mut request = self.request(Method::GET, &format!("/events/{event}/plan"));
        if let Some(tag) = known {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = self.send(request).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let tag = header(&answer, ETAG.as_str()).unwrap_or_default();
        Ok(Some(TaggedPlan {
            tag,
            bytes: bytes(answer).await?,
        }))
    }

    /// Which seats of an event are free to this terminal's seller now.
    pub async fn availability(&self, event: EventId) -> Result<Availability, ClientError> {
        let answer = self
            .send(self.request(Method::GET, &format!("/events/{event}/availability")))
            .await?;
        let version = header(&answer, STOCK_VERSION)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| without_reference(format!("no {STOCK_VERSION} in the answer")))?;
        let packed = bytes(answer).await?;
        let seats = zstd::decode_all(packed.as_slice())
            .map_err(|error| without_reference(error.to_string()))?;
        Ok(Availability { version, seats })
    }

    /// Holds seats for a while.
    pub async fn hold(
        &self,
        event: EventId,
        wish: &HoldRequest,
        key: &IdempotencyKey,
    ) -> Result<Hold, ClientError> {
        self.post(&format!("/events/{event}/holds"), Some(wish), Some(key))
            .await
    }

    /// Gives the customer more time; a few times only.
    pub async fn extend_hold(&self, hold: &str, key: &IdempotencyKey) -> Result<Hold, ClientError> {
        self.post::<(), _>(&format!("/holds/{hold}/extend"), None, Some(key))
            .await
    }

    /// Gives held seats back. A hold that has ended already is given back already.
    pub async fn release_hold(&self, hold: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &format!("/holds/{hold}")))
            .await
            .map(drop)
    }

    /// Turns a hold into an order with a slip.
    pub async fn create_order(
        &self,
        order: &NewOrder,
        key: &IdempotencyKey,
    ) -> Result<Order, ClientError> {
        self.post("/orders", Some(order), Some(key)).await
    }

    /// An order by its id.
    pub async fn order(&self, order: &str) -> Result<Order, ClientError> {
        self.get(&format!("/orders/{order}")).await
    }

    /// An order by the number on its slip.
    pub async fn order_by_slip(&self, slip: &str) -> Result<Order, ClientError> {
        self.get(&format!("/slips/{slip}")).await
    }

    /// Orders for a card that are not paid, or paid with tickets still waiting at the platform.
    pub async fn card_orders(&self, card: CardUid) -> Result<Vec<Order>, ClientError> {
        self.get(&format!("/cards/{card}/orders")).await
    }

    /// Ends an unpaid order; its seats are free again.
    pub async fn cancel_order(
        &self,
        order: &str,
        key: &IdempotencyKey,
    ) -> Result<Order, ClientError> {
        self.post::<(), _>(&format!("/orders/{order}/cancel"), None, Some(key))
            .await
    }

    /// Names another card for an order of which nothing is granted.
    pub async fn change_card(
        &self,
        order: &str,
        card: &ChangeCard,
        key: &IdempotencyKey,
    ) -> Result<Order, ClientError> {
        self.post(&format!("/orders/{order}/card"), Some(card), Some(key))
            .await
    }

    /// Begins an authenticated session with a card by the platform's keys.
    pub async fn begin_card_session(
        &self,
        card: CardUid,
        challenge: &SessionRequest,
    ) -> Result<SessionChallenge, ClientError> {
        self.post(&format!("/cards/{card}/sessions"), Some(challenge), None)
            .await
    }

    /// Finishes it: the keys of that one session.
    pub async fn finish_card_session(
        &self,
        session: &str,
        answer: &SessionAnswer,
    ) -> Result<SessionKeys, ClientError> {
        self.post(
            &format!("/card-sessions/{session}/finish"),
            Some(answer),
            None,
        )
        .await
    }

    /// This gate's sealed bundle.
    pub async fn bundle(&self) -> Result<Vec<u8>, ClientError> {
        bytes(
            self.send(self.request(Method::GET, "/gates/bundle"))
                .await?,
        )
        .await
    }

    /// Sends what happened at this gate; repeating is harmless.
    pub async fn entrance_records(
        &self,
        batch: &EntranceBatch,
    ) -> Result<EntranceAccepted, ClientError> {
        self.post("/entrance-records", Some(batch), None).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self
            .http
            .request(method, format!("{}/api/v1{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        match self.lives.known.load(Ordering::Relaxed) {
            0 => request,
            life => request.header(PLATFORM_INCARNATION, life),
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        json(self.send(self.request(Method::GET, path)).await?).await
    }

    async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&B>,
        key: Option<&IdempotencyKey>,
    ) -> Result<T, ClientError> {
        let mut request = self.request(Method::POST, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key.as_str());
        }
        json(self.send(request).await?).await
    }

    /// Sends a request, and again while the platform says that it is too busy and when to come back: then nothing was done.
    async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let reference = hex::encode(rand::random::<[u8; 8]>());
        let mut request = request.header(REQUEST_ID, &reference);
        let begun = Instant::now();
        loop {
            let again = request.try_clone();
            let answer = self.send_once(request, &reference).await?;
            let status = answer.status();
            if status.is_success() || status == StatusCode::NOT_MODIFIED {
                return Ok(answer);
            }
            if let (Some(again), Some(wait)) = (again, pause(&answer))
                && begun.elapsed() + wait <= self.patience
            {
                tokio::time::sleep(wait).await;
                request = again;
                continue;
            }
            let body = bytes(answer).await?;
            return match serde_json::from_slice::<Problem>(&body) {
                Ok(problem) => Err(ClientError::Refused(Box::new(problem))),
                Err(_) => Err(ClientError::Unknown {
                    why: format!("an answer of another system, status {status}"),
                    reference: Some(reference),
                }),
            };
        }
    }

    async fn send_once(
        &self,
        request: RequestBuilder,
        reference: &str,
    ) -> Result<reqwest::Response, ClientError> {
        let answer = request.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                ClientError::Unreachable(
                    enrolling::clock_words(&error).unwrap_or_else(|| chain(error)),
                )
            } else {
                ClientError::Unknown {
                    why: chain(error),
                    reference: Some(reference.to_owned()),
                }
            }
        })?;
        if let Some(life) = header(&answer, PLATFORM_INCARNATION).and_then(|text| text.parse().ok())
        {
            self.lives.seen.store(life, Ordering::Relaxed);
            // Only the first one is taken for known: the next one must be answered by resending.
            let _ =
                self.lives
                    .known
                    .compare_exchange(0, life, Ordering::Relaxed, Ordering::Relaxed);
        }
        Ok(answer)
    }
}

/// How long to wait before asking a busy platform again: what it says, and up to half as much more, so that not all come back at once.
fn pause(answer: &reqwest::Response) -> Option<Duration> {
    let busy = [
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    let is_problem = header(answer, CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/problem+json"));
    if !busy.contains(&answer.status()) || !is_problem {
        return None;
    }
    let seconds: u32 = header(answer, RETRY_AFTER.as_str())?.parse().ok()?;
    Some(Duration::from_secs(seconds.into()).mul_f64(rand::random_range(1.0..1.5)))
}

fn header(answer: &reqwest::Response, name: &str) -> Option<String> {
    answer.headers().get(name)?.to_str().ok().map(str::to_owned)
}

async fn bytes(answer: reqwest::Response) -> Result<Vec<u8>, ClientError> {
    let reference = header(&answer, REQUEST_ID);
    let broken = |error| broken_off(error, reference);
    Ok(answer.bytes().await.map_err(broken)?.to_vec())
}

async fn json<T: DeserializeOwned>(answer: reqwest::Response) -> Result<T, ClientError> {
    let reference = header(&answer, REQUEST_ID);
    answer
        .json()
        .await
        .map_err(|error| broken_off(error, reference))
}
