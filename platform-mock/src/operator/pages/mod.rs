//! The operator's pages: HTML without scripts, under `/operator`.

pub(crate) mod accounts;
mod handovers;
mod reissue;
mod terminals;

use axum::routing::{get, post};
use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    operator::ToldInView,
};
use kippu_ticket::ids::{HandoverId, Step};

use crate::{
    auth::{OPERATOR, Scope},
    pages::words::Words,
    routes::Routes,
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/operator",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::home),
        )
        .on(
            "/operator/handovers",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::list),
        )
        .on(
            "/operator/handovers/{handover}",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::story),
        )
        .on(
            "/operator/unproved",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::unproved),
        )
        .on(
            "/operator/reissue",
            "get",
            OPERATOR.of(Scope::All),
            get(reissue::look),
        )
        .on(
            "/operator/reissue",
            "post",
            OPERATOR.of(Scope::All),
            post(reissue::order),
        )
        .on(
            "/operator/terminals",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::list),
        )
        .on(
            "/operator/terminals/{terminal}",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::wish),
        )
        .on(
            "/operator/terminals/{terminal}/enrolment-code",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::enrolment_code),
        )
        .on(
            "/operator/terminals/{terminal}/keys",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::keys),
        )
        .on(
            "/operator/reports",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::import).layer(terminals::upload_limit()),
        )
        .on(
            "/operator/accounts",
            "get",
            OPERATOR.of(Scope::All),
            get(accounts::list),
        )
        .on(
            "/operator/accounts",
            "post",
            OPERATOR.of(Scope::All),
            post(accounts::make),
        )
        .on(
            "/operator/accounts/{account}",
            "post",
            OPERATOR.of(Scope::All),
            post(accounts::wish),
        )
        .on(
            "/operator/audit",
            "get",
            OPERATOR.of(Scope::All),
            get(accounts::audit),
        )
        .on(
            "/operator/restore",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::restore),
        )
}

/// The first digits of a handover's number, enough to tell it from its neighbours.
fn short(handover: &HandoverId) -> String {
    handover.to_string().chars().take(8).collect()
}

fn purpose(w: &Words, purpose: &Option<Purpose>) -> &'static str {
    match purpose {
        None => w.purchase,
        Some(Purpose::Assignment) => w.assignment,
        Some(Purpose::Paper) => w.to_paper,
        Some(Purpose::Parking) => w.parking,
    }
}

fn step(w: &Words, step: &Step) -> &'static str {
    match step {
        Step::Take => w.take,
        Step::Give => w.give,
        Step::GiveBack => w.give_back,
        Step::Park => w.park,
        Step::Print => w.print,
    }
}

fn outcome(w: &Words, outcome: &ReportedOutcome) -> &'static str {
    match outcome {
        ReportedOutcome::Done => w.done,
        ReportedOutcome::NotDone => w.not_done,
        ReportedOutcome::Unknown => w.unknown,
        ReportedOutcome::LeftAtPlatform => w.left,
        ReportedOutcome::PaperVoid => w.paper_void,
    }
}

fn role<'a>(w: &Words, role: &'a str) -> &'a str {
    match role {
        "kiosk" => w.kiosk,
        "gate" => w.gate,
        "register" => w.register,
        other => other,
    }
}

fn kind<'a>(w: &Words, kind: &'a str) -> &'a str {
    match kind {
        "seat" => w.seat,
        "free_seating" => w.free_seating,
        "voucher" => w.voucher,
        "membership" => w.membership,
        other => other,
    }
}

/// Whether a report says that a card was changed, so that the card can prove it.
fn wants_proof(told: &ToldInView) -> bool {
    told.outcome == ReportedOutcome::Done
        && matches!(told.step, Step::Take | Step::Give | Step::GiveBack)
}
