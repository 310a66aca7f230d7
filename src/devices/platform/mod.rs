//! The platform as the kiosk's flow asks it: without waiting. The blocking ports that cards and handovers need are in [`blocking`].

pub mod blocking;

use std::sync::Arc;

use kippu_api::{
    client::{Client, ClientError},
    members::CreditQuestion,
    orders::{ChangeCard, PaymentMethod as PaymentMethodName},
    parcels::FindWaiting,
    problem::ProblemCode,
    refunds::{NewSlip, QuoteRequest},
};
use kippu_peripherals::{
    money::Money,
    payment::{AttemptId, PaymentMethod, PaymentRequest},
};
use kippu_seatplan::Plan;
use kippu_ticket::code::ResumeCode;
use tokio::runtime::Handle;

use super::{
    clerks::{ClerkDoor, NoLogin},
    kill,
    mailbox::Mailbox,
    payment::{Basket, OrderPayment},
};
use crate::flows::kiosk::{
    effect::{Ask, PayWay, RequestNo},
    input::{Answer, AskFault, Input},
};

/// Asks the platform for the kiosk's flow; every answer goes to the mailbox.
pub struct PlatformActor {
    runtime: Handle,
    client: Client,
    clerks: ClerkDoor,
    mailbox: Mailbox<Input>,
}

impl PlatformActor {
    /// An actor on a runtime.
    pub fn new(
        runtime: Handle,
        client: Client,
        clerks: ClerkDoor,
        mailbox: Mailbox<Input>,
    ) -> Self {
        Self {
            runtime,
            client,
            clerks,
            mailbox,
        }
    }

    /// Asks; returns at once.
    pub fn ask(&self, no: RequestNo, ask: Ask) {
        let (client, mailbox) = (self.client.clone(), self.mailbox.clone());
        let (runtime, clerks) = (self.runtime.clone(), self.clerks.clone());
        self.runtime.spawn(async move {
            let what = changes(&ask);
            let answer = kill::around_question(what, async move {
                match ask {
                    Ask::BeginPayment { .. }
                    | Ask::PollPayment(_)
                    | Ask::PollAttempt(_)
                    | Ask::CancelPayment { .. } => {
                        let paid = tokio::task::spawn_blocking(move || {
                            pay(OrderPayment::new(runtime, client, method(&ask)), ask)
                        });
                        paid.await.unwrap_or(Err(AskFault::Unknown(None)))
                    }
                    Ask::ClerkLogin { clerk, pin } => clerks
                        .enter(&client, clerk, pin.0)
                        .await
                        .map(|name| Answer::Clerk { name })
                        .map_err(no_login),
                    Ask::ClerkCardLogin(card) => clerks
                        .enter_by_card(&client, card)
                        .await
                        .map(|name| Answer::Clerk { name })
                        .map_err(no_login),
                    Ask::OwnCard(card) => clerks
                        .choose_card(&client, card)
                        .await
                        .map(|()| Answer::OwnCard {
                            chosen: card.is_some(),
                        })
                        .map_err(fault),
                    Ask::ClerkLogout => {
                        clerks.leave(&client).await;
                        Ok(Answer::ClerkLeft)
                    }
                    ask => answer(&client, ask).await,
                }
            })
            .await;
            mailbox.send(Input::Platform {
                no,
                answer: Box::new(answer),
            });
        });
    }
}

/// What a question can change at the platform, in a word of the crash tests; `None` where it only asks.
fn changes(ask: &Ask) -> Option<&'static str> {
    Some(match ask {
        Ask::Hold { .. } => "platform hold",
        Ask::Extend { .. } => "platform extend",
        Ask::Release(_) => "platform let seats go",
        Ask::BeginPayment { .. } => "platform order",
        Ask::CancelPayment { .. } => "platform cancel",
        Ask::ChangeCard { .. } => "platform change card",
        Ask::Refund { .. } => "platform refund",
        Ask::RefundSlip { .. } => "platform refund slip",
        _ => return None,
    })
}

/// By which method a question is about money; one about an order that is known is the same by all.
fn method(ask: &Ask) -> PaymentMethodName {
    match ask {
        Ask::BeginPayment {
            way: PayWay::Account,
            ..
        }
        | Ask::PollAttempt(_) => PaymentMethodName::MemberAccount,
        _ => PaymentMethodName::RegisterSlip,
    }
}

/// Questions about money go through the payment method, whichever it is.
fn pay(mut method: OrderPayment, ask: Ask) -> Result<Answer, AskFault> {
    match ask {
        Ask::BeginPayment {
            hold,
            card,
            room,
            total,
            key,
            way: _,
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
        Ask::PollAttempt(key) => {
            method.poll(&AttemptId(key));
            method.last().map(Answer::Order)
        }
        Ask::PollPayment(order) => {
            let attempt = AttemptId(order.clone());
            method.take_up(&attempt, order);
            method.poll(&attempt);
            method.last().map(Answer::Order)
        }
        _ => Err(AskFault::Unknown(None)),
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
                .ok_or(AskFault::Unknown(None))?;
            // Decoding a stadium takes longer than an asynchronous task may.
            let plan = tokio::task::spawn_blocking(move || Plan::decode(&plan.bytes))
                .await
                .map_err(|_| AskFault::Unknown(None))?
                .map_err(|error| {
                    tracing::error!(%error, %event, "the seat plan cannot be read");
                    AskFault::Refused(ProblemCode::Internal, None)
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
        Ask::Waiting { card, code } => client
            .waiting(&FindWaiting { code, card })
            .await
            .map(Answer::Waiting)
            .map_err(fault),
        Ask::History(card) => client
            .card_history(card)
            .await
            .map(Answer::History)
            .map_err(fault),
        Ask::QuoteRefund(tickets) => client
            .quote_refund(&QuoteRequest { tickets })
            .await
            .map(Answer::Quotes)
            .map_err(fault),
        Ask::Refund { wish, key } => client
            .refund(&wish, &key.into())
            .await
            .map(|refund| Answer::Refunded(Box::new(refund)))
            .map_err(fault),
        Ask::RefundSlip {
            handover,
            card,
            key,
        } => {
            let code = ResumeCode::random();
            let wish = NewSlip {
                handover,
                card,
                code,
            };
            let refund = client.new_refund_slip(&wish, &key.into()).await;
            refund
                .map(|refund| Answer::RefundSlip {
                    refund: Box::new(refund),
                    code,
                })
                .map_err(fault)
        }
        // Asked elsewhere.
        Ask::BeginPayment { .. }
        | Ask::PollPayment(_)
        | Ask::PollAttempt(_)
        | Ask::CancelPayment { .. }
        | Ask::ClerkLogin { .. }
        | Ask::ClerkCardLogin(_)
        | Ask::OwnCard(_)
        | Ask::ClerkLogout => Err(AskFault::Unknown(None)),
        Ask::Credit { card, total } => {
            let question = CreditQuestion {
                card,
                amount: total.amount,
                currency: total.currency,
            };
            client
                .credit(&question)
                .await
                .map(|credit| Answer::Credit(credit.standing))
                .map_err(fault)
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

fn no_login(why: NoLogin) -> AskFault {
    match why {
        NoLogin::Wrong => AskFault::Refused(ProblemCode::Unauthenticated, None),
        NoLogin::TooMany => AskFault::Refused(ProblemCode::TooMany, None),
        NoLogin::Unreachable => AskFault::Unreachable,
        NoLogin::Refused(code) => AskFault::Refused(code, None),
        NoLogin::Storage => AskFault::Refused(ProblemCode::Internal, None),
    }
}

/// What a flow is told of a failed request.
pub(super) fn fault(error: ClientError) -> AskFault {
    tracing::info!(%error, "the platform did not do it");
    let reference = error.reference().map(str::to_owned);
    match error {
        ClientError::Refused(problem) => AskFault::Refused(problem.code, reference),
        ClientError::Unreachable(_) => AskFault::Unreachable,
        ClientError::Unknown { .. } => AskFault::Unknown(reference),
    }
}
