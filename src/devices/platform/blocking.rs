//! The platform for threads that may block: what the handover machine asks of it, and the sessions it opens with cards.

use std::{future::Future, time::Duration};

use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionRequest},
    client::{Client, ClientError, IdempotencyKey},
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, TakeOverRequest,
        TakenOver,
    },
    orders::{ChangeCard, Claim, Grant, GrantRequest, Order},
    problem::ProblemCode,
    terminals::Resent,
};
use kippu_card::{
    capability::CardFault,
    desfire::crypto::Key,
    keys::{Role, SessionHandle, SessionKeys},
};
use kippu_handover::platform::{PlatformPort, Reply};
use kippu_ticket::ids::{CardUid, HandoverId};
use tokio::runtime::Handle;

/// The client for threads that may block. Never used on the event loop's thread or inside the runtime.
#[derive(Clone)]
pub struct BlockingPlatform {
    runtime: Handle,
    client: Client,
}

impl BlockingPlatform {
    /// A blocking client on a runtime.
    pub fn new(runtime: Handle, client: Client) -> Self {
        Self { runtime, client }
    }

    /// The same platform with other patience.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn with_patience(&self, patience: Duration) -> Result<Self, ClientError> {
        Ok(Self {
            runtime: self.runtime.clone(),
            client: self.client.with_patience(patience, patience)?,
        })
    }

    /// Says which life of the platform the journal knows (R15).
    pub fn know(&self, told: Option<&str>) {
        if let Some(number) = told.and_then(|told| told.parse().ok()) {
            self.client.know_platform(number);
        }
    }

    /// Asks for a handover another terminal released.
    pub fn take_over(&self, handover: HandoverId, request: &TakeOverRequest) -> Reply<TakenOver> {
        reply(self.wait(self.client.take_over(handover, request)))
    }

    fn wait<T>(
        &self,
        request: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        self.runtime.block_on(request)
    }
}

fn reply<T>(result: Result<T, ClientError>) -> Reply<T> {
    match result {
        Ok(answer) => Reply::Done(answer),
        Err(ClientError::Refused(problem)) => Reply::Refused(*problem),
        Err(ClientError::Unreachable(why)) => {
            tracing::info!(%why, "the platform is away");
            Reply::Unreachable
        }
        Err(ClientError::Unknown { why, reference }) => {
            tracing::info!(%why, ?reference, "the platform did not answer");
            Reply::Unknown
        }
    }
}

impl PlatformPort for BlockingPlatform {
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant> {
        reply(self.wait(self.client.grant(claim, request)))
    }

    fn register(&self, handover: &NewHandover) -> Reply<Registered> {
        reply(self.wait(self.client.register(handover)))
    }

    fn bind(&self, handover: HandoverId, request: &BindRequest) -> Reply<Bindings> {
        reply(self.wait(self.client.bind(handover, request)))
    }

    fn paper(&self, handover: HandoverId, request: &PaperRequest) -> Reply<PaperRecord> {
        reply(self.wait(self.client.paper(handover, request)))
    }

    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked> {
        reply(self.wait(self.client.park(handover, request)))
    }

    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released> {
        reply(self.wait(self.client.release(handover, request)))
    }

    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        reply(self.wait(self.client.report(handover, report)))
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        reply(self.wait(self.client.handover(handover)))
    }

    fn change_card(&self, order: &str, change: &ChangeCard) -> Reply<Order> {
        reply(
            self.wait(
                self.client
                    .change_card(order, change, &IdempotencyKey::random()),
            ),
        )
    }

    fn incarnation(&self) -> Option<String> {
        self.client
            .platform_incarnation()
            .map(|incarnation| incarnation.to_string())
    }

    fn resent(&self, incarnation: &str) -> Reply<()> {
        let Ok(number) = incarnation.parse() else {
            tracing::error!(incarnation, "this is no incarnation of a platform");
            return Reply::Unknown;
        };
        let resent = Resent {
            incarnation: number,
        };
        let answer = self.wait(self.client.resent(&resent));
        if answer.is_ok() {
            self.client.know_platform(number.into());
        }
        reply(answer)
    }
}

/// Why the platform opened no session with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSession {
    /// It was not reached, or did not answer.
    Away,
    /// It said no, or something that makes no sense.
    Refused,
    /// It looked at the card's answer, and the card does not know the key.
    WrongKey,
}

impl From<NoSession> for CardFault {
    fn from(why: NoSession) -> Self {
        match why {
            NoSession::Away | NoSession::Refused => Self::NoKeys,
            NoSession::WrongKey => Self::WrongKey,
        }
    }
}

/// Sessions with cards by the platform's keys, which never leave it.
impl BlockingPlatform {
    /// Answers a card's challenge.
    ///
    /// # Errors
    /// See [`NoSession`].
    pub fn begin_session(
        &self,
        card: CardUid,
        role: Role,
        challenge: [u8; 16],
    ) -> Result<(SessionHandle, [u8; 32]), NoSession> {
        let role = match role {
            Role::Write => CardRole::Write,
            Role::Gate => CardRole::Gate,
            Role::Master => return Err(NoSession::Refused),
        };
        let request = SessionRequest {
            role,
            challenge: hex::encode(challenge),
        };
        let answer = self
            .wait(self.client.begin_card_session(card, &request))
            .map_err(no_session)?;
        let mut response = [0; 32];
        hex::decode_to_slice(&answer.response, &mut response).map_err(|_| NoSession::Refused)?;
        Ok((SessionHandle(answer.session), response))
    }

    /// Gives the keys of a session that was begun.
    ///
    /// # Errors
    /// See [`NoSession`].
    pub fn finish_session(
        &self,
        handle: &SessionHandle,
        answer: [u8; 32],
    ) -> Result<SessionKeys, NoSession> {
        let answer = SessionAnswer {
            answer: hex::encode(answer),
        };
        let keys = self
            .wait(self.client.finish_card_session(&handle.0, &answer))
            .map_err(|error| match error.problem() {
                Some(problem) if problem.code == ProblemCode::Forbidden => NoSession::WrongKey,
                _ => no_session(error),
            })?;
        let mut session = SessionKeys {
            enc: Key([0; 16]),
            mac: Key([0; 16]),
            ti: [0; 4],
        };
        let read = hex::decode_to_slice(&keys.enc, &mut session.enc.0)
            .and_then(|()| hex::decode_to_slice(&keys.mac, &mut session.mac.0))
            .and_then(|()| hex::decode_to_slice(&keys.ti, &mut session.ti));
        read.map_err(|_| NoSession::Refused)?;
        Ok(session)
    }
}

fn no_session(error: ClientError) -> NoSession {
    tracing::warn!(%error, "the platform opened no session with the card");
    match error {
        ClientError::Refused(_) => NoSession::Refused,
        ClientError::Unreachable(_) | ClientError::Unknown { .. } => NoSession::Away,
    }
}
