//! Issuing anew by an operator (R13): what it would do, shown first, and doing exactly that.

use std::collections::BTreeSet;

use async_trait::async_trait;
use kippu_api::{
    operator::{
        BelievedHolder, FreshParcel, HandoverInView, ReissueLook, ReissueOrder, ReissueReason,
        ReissueWhat, Reissued, TicketInView,
    },
    problem::ProblemCode,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId, TicketId},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::views::{self, name_seats, tickets_by_id};
use crate::{
    app::App,
    audit::{self, Act},
    handovers::{record as handover_record, status::open_question},
    issuing::reissue::{WaitsAt, issue_anew},
    journal::Entry,
    people::rules::Operator,
    refusal::{Answer, Refusal},
    restore::storage::{owing, wait_for_others},
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::Sql,
    },
    tickets::record as ticket_record,
};

/// Longest explanation.
const WORDS_MAX: usize = 500;

/// What a re-issue would be about, seats without names.
#[derive(Debug, Clone)]
pub struct Plan {
    tickets: Vec<(TicketInView, Option<u32>)>,
    answerable: Vec<HandoverInView>,
    handovers: Vec<HandoverInView>,
    state: String,
}

/// Answer of a re-issue as it is remembered: codes are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Done {
    tickets: Vec<TicketId>,
    orders: Vec<String>,
    parcel: Option<(String, Vec<TicketId>)>,
}

/// A fresh code and its keyed hash.
pub type FreshCode = (ResumeCode, [u8; 32]);

/// Tickets without their seats' names, the parcel and the orders they wait in.
type Outcome = (
    Vec<(TicketInView, Option<u32>)>,
    Option<FreshParcel>,
    Vec<String>,
);

/// Issuing anew by operators.
#[async_trait]
pub trait ReissueStorage: Send + Sync {
    /// What a re-issue would be about.
    async fn plan_reissue(&self, what: ReissueWhat) -> Answer<Plan>;
    /// Issues anew what was looked at; what is no order's any more waits in a parcel under the code.
    async fn reissue_planned(
        &self,
        key: RequestKey,
        operator: Operator,
        order: ReissueOrder,
        code: FreshCode,
    ) -> Answer<Outcome>;
}

#[async_trait]
impl ReissueStorage for Database {
    async fn plan_reissue(&self, what: ReissueWhat) -> Answer<Plan> {
        self.read(move |sql| plan(sql, &what)).await
    }

    async fn reissue_planned(
        &self,
        key: RequestKey,
        operator: Operator,
        order: ReissueOrder,
        (code, hash): FreshCode,
    ) -> Answer<Outcome> {
        let words = order.words.trim().to_owned();
        if words.is_empty() || words.chars().count() > WORDS_MAX {
            return Err(Refusal::bad_request(format!(
                "A re-issue needs an explanation of 1 to {WORDS_MAX} characters."
            )));
        }
        self.write(move |unit| {
            let mut shown = false;
            let done = once(unit, &key, |unit| {
                let plan = plan(unit.sql, &order.what)?;
                check(unit.sql, &plan, &order)?;
                let tickets: Vec<TicketId> = plan
                    .tickets
                    .iter()
                    .map(|(ticket, _)| ticket.ticket)
                    .collect();
                shown = true;
                note(unit, &operator, &order, &words, &tickets)?;
                issue(unit, &tickets, &order, hash)
            })?;
            let parcel = done.parcel.map(|(parcel, tickets)| FreshParcel {
                parcel,
                code: shown.then_some(code),
                tickets,
            });
            Ok((tickets_by_id(unit.sql, &done.tickets)?, parcel, done.orders))
        })
        .await
    }
}

/// What a re-issue would do; changes nothing.
pub async fn look(app: &App, what: ReissueWhat) -> Answer<ReissueLook> {
    let plan = app.storage().plan_reissue(what).await?;
    Ok(ReissueLook {
        tickets: name_seats(app, plan.tickets).await?,
        answerable: plan.answerable,
        handovers: plan.handovers,
        state: plan.state,
    })
}

/// Does it.
pub async fn order(
    app: &App,
    key: RequestKey,
    operator: Operator,
    order: ReissueOrder,
) -> Answer<Reissued> {
    let code = ResumeCode::random();
    let fresh = (code, app.keys().code_hash(code));
    let (tickets, parcel, orders) = app
        .storage()
        .reissue_planned(key, operator, order, fresh)
        .await?;
    Ok(Reissued {
        tickets: name_seats(app, tickets).await?,
        parcels: parcel.into_iter().collect(),
        orders,
    })
}

fn plan(sql: &Sql, what: &ReissueWhat) -> Answer<Plan> {
    // A ticket that always stayed at the platform has no copy anywhere, as far as the platform can know.
    let tickets = match what {
        ReissueWhat::Ticket { ticket } => {
            let number = i64::try_from(ticket.0).unwrap_or(-1);
            let rest = format!(
                "WHERE t.ticket = ?1 AND t.void = 0 AND (t.holder <> 'platform' OR t.bound > 0 OR {})",
                ticket_record::PERHAPS_OUT
            );
            views::tickets(sql, &rest, [number])?
        }
        ReissueWhat::Card { card } => {
            let rest = "WHERE t.void = 0 AND (t.holder_card = ?1 OR (t.holder = 'unknown' AND t.handover IN (
                SELECT handover FROM handovers WHERE giver = ?1 OR receiver = ?1 UNION SELECT handover FROM grants WHERE card = ?1)))";
            views::tickets(sql, rest, [card.to_string()])?
        }
        ReissueWhat::Handover { handover } => {
            let rest =
                "WHERE t.void = 0 AND t.handover = ?1 AND t.holder IN ('terminal', 'unknown')";
            views::tickets(sql, rest, [handover.to_string()])?
        }
    };
    let mut names: Vec<HandoverId> = tickets
        .iter()
        .filter(|(ticket, _)| {
            matches!(
                ticket.holder,
                BelievedHolder::Terminal | BelievedHolder::Unknown
            )
        })
        .filter_map(|(ticket, _)| ticket.handover)
        .collect();
    names.sort_unstable();
    names.dedup();
    let (mut answerable, mut handovers) = (Vec::new(), Vec::new());
    for name in names {
        let rest = "WHERE h.handover = ?1";
        for view in views::handovers(sql, rest, [name.to_string()])?.rows {
            let question = open_question(sql, name)?;
            if question.is_some_and(|question| question.still_open && question.happened.is_some()) {
                answerable.push(view.clone());
            }
            handovers.push(view);
        }
    }
    let state = state_of(&tickets);
    Ok(Plan {
        tickets,
        answerable,
        handovers,
        state,
    })
}

/// Issues tickets anew: those that are still their order's matter wait there, the others together in a parcel.
fn issue(
    unit: &mut Unit<'_>,
    tickets: &[TicketId],
    order: &ReissueOrder,
    code: [u8; 32],
) -> Answer<Done> {
    let mut of_orders = BTreeSet::new();
    let (mut with_order, mut alone) = (Vec::new(), Vec::new());
    for ticket in tickets {
        let row =
            ticket_record::find(unit.sql, *ticket)?.ok_or_else(|| Refusal::not_found("ticket"))?;
        match row.order.filter(|_| !row.moved) {
            Some(order) => {
                of_orders.insert(order);
                with_order.push(*ticket);
            }
            None => alone.push(*ticket),
        }
    }
    issue_anew(unit, &with_order, WaitsAt::Order)?;
    let parcel = if alone.is_empty() {
        None
    } else {
        let card = trusted_card(unit.sql, order)?;
        issue_anew(unit, &alone, WaitsAt::Parcel { code, card })?.map(|parcel| (parcel, alone))
    };
    Ok(Done {
        tickets: tickets.to_vec(),
        orders: of_orders.into_iter().collect(),
        parcel,
    })
}

/// The card whose holder may fetch the new tickets without the code: the one they were taken from, where it is not the card that is lost.
fn trusted_card(sql: &Sql, order: &ReissueOrder) -> Answer<Option<CardUid>> {
    match (&order.what, order.reason) {
        (_, ReissueReason::LostCard) => Ok(None),
        (ReissueWhat::Handover { handover }, _) => {
            let known = handover_record::find(sql, *handover)?;
            Ok(known.and_then(|known| known.giver))
        }
        (ReissueWhat::Ticket { .. } | ReissueWhat::Card { .. }, _) => Ok(None),
    }
}

fn note(
    unit: &mut Unit<'_>,
    operator: &Operator,
    order: &ReissueOrder,
    words: &str,
    tickets: &[TicketId],
) -> Answer<()> {
    let card = match &order.what {
        ReissueWhat::Card { card } => Some(card.to_string()),
        ReissueWhat::Ticket { .. } | ReissueWhat::Handover { .. } => None,
    };
    let subject = match &order.what {
        ReissueWhat::Card { card } => format!("card {card}"),
        ReissueWhat::Ticket { ticket } => format!("ticket {ticket}"),
        ReissueWhat::Handover { handover } => format!("handover {handover}"),
    };
    let why = format!("{}: {words}", reason_word(order.reason));
    let act = Act {
        what: "reissued",
        subject: &subject,
        note: Some(&why),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &operator.into(), &act)?;
    unit.journal(&Entry {
        kind: "reissued",
        tickets,
        operator: Some(operator.id),
        card: card.as_deref(),
        note: Some(&why),
        ..Entry::default()
    })
}

fn check(sql: &Sql, plan: &Plan, order: &ReissueOrder) -> Answer<()> {
    if plan.state != order.state {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "Something has changed since it was looked at. Nothing was done.",
        )
        .hint("Look at it again."));
    }
    if plan.tickets.is_empty() {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "There is nothing to issue anew. Nothing was done.",
        ));
    }
    if order.reason == ReissueReason::NobodyAnswers && !plan.answerable.is_empty() {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "Other reports answer the open question. Nothing was done.",
        )
        .hint("Let its terminal ask the platform; it ends by itself then."));
    }
    // What was sold in an earlier life may be somewhere only a terminal knows that has not told this one.
    match owing(sql)? {
        0 => Ok(()),
        owing => Err(wait_for_others(owing)),
    }
}

/// Names where the tickets are, so that nothing else is issued anew than what was looked at.
fn state_of(tickets: &[(TicketInView, Option<u32>)]) -> String {
    let mut hasher = Sha256::new();
    for (ticket, _) in tickets {
        hasher.update(format!(
            "{} {} {} {:?} {:?} {:?}\n",
            ticket.ticket, ticket.epoch, ticket.hop, ticket.holder, ticket.card, ticket.handover
        ));
    }
    hex::encode(&hasher.finalize()[..8])
}

fn reason_word(reason: ReissueReason) -> &'static str {
    match reason {
        ReissueReason::LostCard => "lost card",
        ReissueReason::DestroyedTerminal => "destroyed terminal",
        ReissueReason::NobodyAnswers => "nobody answers",
    }
}
