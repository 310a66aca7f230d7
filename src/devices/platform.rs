//! The platform as terminals reach it: questions of the kiosk's flow without waiting, and the blocking ports that card and handover need.

use std::{future::Future, sync::Arc};

use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionRequest},
    client::{Client, ClientError, IdempotencyKey},
    handovers::{HandoverStatus, Report, ReportAccepted},
    orders::{ChangeCard, Grant, GrantRequest, Order},
    problem::ProblemCode,
};
use kippu_card::{
    capability::CardFault,
    desfire::crypto::Key,
    keys::{KeyStore, Role, SessionHandle, SessionKeys},
};
use kippu_handover::platform::{PlatformPort, Reply};
use kippu_peripherals::{
    money::Money,
    payment::{AttemptId, PaymentMethod, PaymentRequest},
};
use kippu_seatplan::Plan;
use kippu_ticket::ids::{CardUid, HandoverId};
use tokio::runtime::Handle;

use super::{
    mailbox::Mailbox,
    payment::{Basket, RegisterSlip},
};
use crate::flows::kiosk::{
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input},
};

/// Asks the platform for the kiosk's flow; every answer goes to the mailbox.
pub struct PlatformActor {
    runtime: Handle,
    client: Client,
    mailbox: Mailbox<Input>,
}

impl PlatformActor {
    /// An actor on a runtime.
    pub fn new(runtime: Handle, client: Client, mailbox: Mailbox<Input>) -> Self {
        Self {
            runtime,
            client,
            mailbox,
        }
    }

    /// Asks; returns at once.
    pub fn ask(&self, no: RequestNo, ask: Ask) {
        let (client, mailbox) = (self.client.clone(), self.mailbox.clone());
        let runtime = self.runtime.clone();
        self.runtime.spawn(async move {
            let answer = match ask {
                Ask::BeginPayment { .. } | Ask::PollPayment(_) | Ask::CancelPayment { .. } => {
                    let paid = tokio::task::spawn_blocking(move || {
                        pay(RegisterSlip::new(runtime, client), ask)
                    });
                    paid.await.unwrap_or(Err(AskFault::Unknown))
                }
                ask => answer(&client, ask).await,
            };
            mailbox.send(Input::Platform {
                no,
                answer: Box::new(answer),
            });
        });
    }
}

/// Questions about money go through the payment method, whichever it is.
fn pay(mut method: RegisterSlip, ask: Ask) -> Result<Answer, AskFault> {
    match ask {
        Ask::BeginPayment {
            hold,
            card,
            room,
            total,
            key,
        } => {
            let attempt = AttemptId(key);
            let request = PaymentRequest {
                attempt: attempt.clone(),
                order: hold.clone(),
                sum: Money::new(total.amount, &total.currency),
            };
            method.prepare(&attempt, Basket { hold, card, room });
            method.begin(&request);
            method.last().map(Answer::Ordered)
        }
        Ask::CancelPayment { order, key } => {
            let attempt = AttemptId(key);
            method.take_up(&attempt, order);
            method.cancel(&attempt);
            method.last().map(Answer::Cancelled)
        }
        Ask::PollPayment(order) => {
            let attempt = AttemptId(order.clone());
            method.take_up(&attempt, order);
            method.poll(&attempt);
            method.last().map(Answer::Order)
        }
        _ => Err(AskFault::Unknown),
    }
}

async fn answer(client: &Client, ask: Ask) -> Result<Answer, AskFault> {
    match ask {
        Ask::Events => client.events().await.map(Answer::Events).map_err(fault),
        Ask::Plan(event) => {
            let plan = client
                .plan(event, None)
                .await
                .map_err(fault)?
                .ok_or(AskFault::Unknown)?;
            // Decoding a stadium takes longer than an asynchronous task may.
            let plan = tokio::task::spawn_blocking(move || Plan::decode(&plan.bytes))
                .await
                .map_err(|_| AskFault::Unknown)?
                .map_err(|error| {
                    tracing::error!(%error, %event, "the seat plan cannot be read");
                    AskFault::Refused(ProblemCode::Internal)
                })?;
            Ok(Answer::Plan(Arc::new(plan)))
        }
        Ask::Availability(event) => {
            let stock = client.availability(event).await.map_err(fault)?;
            Ok(Answer::Availability {
                version: stock.version,
                seats: Arc::new(stock.seats),
            })
        }
        Ask::Hold { event, wish, key } => client
            .hold(event, &wish, &key.into())
            .await
            .map(Answer::Held)
            .map_err(fault),
        Ask::Extend { hold, key } => client
            .extend_hold(&hold, &key.into())
            .await
            .map(Answer::Extended)
            .map_err(fault),
        Ask::Release(hold) => client
            .release_hold(&hold)
            .await
            .map(|()| Answer::Released)
            .map_err(fault),
        Ask::BeginPayment { .. } | Ask::PollPayment(_) | Ask::CancelPayment { .. } => {
            Err(AskFault::Unknown)
        }
        Ask::Slip(number) => client
            .order_by_slip(&number)
            .await
            .map(Answer::Order)
            .map_err(fault),
        Ask::CardOrders(card) => client
            .card_orders(card)
            .await
            .map(Answer::CardOrders)
            .map_err(fault),
        Ask::ChangeCard {
            order,
            card,
            room,
            key,
        } => client
            .change_card(&order, &ChangeCard { card, room }, &key.into())
            .await
            .map(Answer::CardChanged)
            .map_err(fault),
    }
}

/// What a flow is told of a failed request.
pub(super) fn fault(error: ClientError) -> AskFault {
    tracing::info!(%error, "the platform did not do it");
    match error {
        ClientError::Refused(problem) => AskFault::Refused(problem.code),
        ClientError::Unreachable(_) => AskFault::Unreachable,
        ClientError::Unknown(_) => AskFault::Unknown,
    }
}

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
        Err(ClientError::Unknown(why)) => {
            tracing::info!(%why, "the platform did not answer");
            Reply::Unknown
        }
    }
}

impl PlatformPort for BlockingPlatform {
    fn grant(&self, order: &str, request: &GrantRequest) -> Reply<Grant> {
        reply(self.wait(self.client.grant(order, request)))
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
}

/// The remote key store: this terminal holds no card key.
impl KeyStore for BlockingPlatform {
    fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: [u8; 16],
    ) -> Result<(SessionHandle, [u8; 32]), CardFault> {
        let role = match role {
            Role::Write => CardRole::Write,
            Role::Gate => CardRole::Gate,
            Role::Master => return Err(CardFault::NoKeys),
        };
        let request = SessionRequest {
            role,
            challenge: hex::encode(challenge),
        };
        let answer = self
            .wait(self.client.begin_card_session(card, &request))
            .map_err(no_keys)?;
        let mut response = [0; 32];
        hex::decode_to_slice(&answer.response, &mut response).map_err(|_| CardFault::NoKeys)?;
        Ok((SessionHandle(answer.session), response))
    }

    fn finish(&self, handle: SessionHandle, answer: [u8; 32]) -> Result<SessionKeys, CardFault> {
        let answer = SessionAnswer {
            answer: hex::encode(answer),
        };
        let keys = match self.wait(self.client.finish_card_session(&handle.0, &answer)) {
            Ok(keys) => keys,
            // The platform looked at the card's answer and it does not know the key.
            Err(ClientError::Refused(problem)) if problem.code == ProblemCode::Forbidden => {
                return Err(CardFault::WrongKey);
            }
            Err(error) => return Err(no_keys(error)),
        };
        let mut session = SessionKeys {
            enc: Key([0; 16]),
            mac: Key([0; 16]),
            ti: [0; 4],
        };
        let read = hex::decode_to_slice(&keys.enc, &mut session.enc.0)
            .and_then(|()| hex::decode_to_slice(&keys.mac, &mut session.mac.0))
            .and_then(|()| hex::decode_to_slice(&keys.ti, &mut session.ti));
        read.map_err(|_| CardFault::NoKeys)?;
        Ok(session)
    }
}

fn no_keys(error: ClientError) -> CardFault {
    tracing::warn!(%error, "no session keys");
    CardFault::NoKeys
}
