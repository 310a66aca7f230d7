//! Handovers over HTTP.

use axum::{
    Json,
    extract::State,
    routing::{get, post},
};
use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, Registered,
        ReleaseRequest, Released, Report, ReportAccepted, TakeOverRequest, TakenOver,
    },
    orders::GrantedTicket,
    problem::Problem,
};
use kippu_ticket::ids::HandoverId;

use super::{rules::read_all, storage::Evidence};
use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    people::tries::Attempt,
    refusal::{Answer, Refusal},
    request::{Body, Path},
    routes::Routes,
    tickets::{
        brought::{self, is_bound_to},
        making,
    },
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/handovers",
            "post",
            KIOSK.of(Scope::Terminal),
            post(register),
        )
        .on(
            "/api/v1/handovers/{handover}",
            "get",
            KIOSK.of(Scope::Terminal),
            get(handover),
        )
        .on(
            "/api/v1/handovers/{handover}/bindings",
            "post",
            KIOSK.of(Scope::Terminal),
            post(bind),
        )
        .on(
            "/api/v1/handovers/{handover}/paper",
            "post",
            KIOSK.of(Scope::Terminal),
            post(paper),
        )
        .on(
            "/api/v1/handovers/{handover}/release",
            "post",
            KIOSK.of(Scope::Terminal),
            post(release),
        )
        .on(
            "/api/v1/handovers/{handover}/take-over",
            "post",
            KIOSK.of(Scope::Bearer),
            post(take_over),
        )
        .on(
            "/api/v1/handovers/{handover}/reports",
            "post",
            KIOSK.of(Scope::Terminal),
            post(report),
        )
}

/// Says that tickets are about to leave a card; moves nothing. The same handover again gets the same answer, a refusal included.
#[utoipa::path(post, path = "/api/v1/handovers", tag = "handovers", request_body = NewHandover,
    responses((status = 200, body = Registered), (status = "default", body = Problem)))]
pub async fn register(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(new): Body<NewHandover>,
) -> Answer<Json<Registered>> {
    let brought = read_all(&new.tickets, app.keys())?;
    if let Some(stray) = brought
        .iter()
        .find(|ticket| !is_bound_to(ticket, new.giver, app.keys()))
    {
        return Err(Refusal::bad_request(format!(
            "Ticket {} is not bound to this card.",
            stray.signed.body.ticket
        )));
    }
    let handover = new.handover;
    let fence = app.storage().register(terminal.id, new, brought).await?;
    Ok(Json(Registered { handover, fence }))
}

/// Records of taken tickets, bound to a card one hop later. Harmless: a record is no ticket until a card commits it.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/bindings", tag = "handovers", params(("handover" = String, Path)),
    request_body = BindRequest, responses((status = 200, body = Bindings), (status = "default", body = Problem)))]
pub async fn bind(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(wish): Body<BindRequest>,
) -> Answer<Json<Bindings>> {
    let brought = read_all(&wish.tickets, app.keys())?;
    let card = wish.card;
    app.storage()
        .bind(terminal.id, handover, wish, brought.clone(), app.keys())
        .await?;
    let tickets = brought.into_iter().map(|ticket| {
        let body = &ticket.signed.body;
        let (id, event, epoch) = (body.ticket, body.event, body.epoch);
        let hop = ticket.hop.saturating_add(1);
        let bound = making::binding(event, terminal.id, app.keys()).bind(ticket.signed, card, hop);
        GrantedTicket {
            ticket: id,
            event,
            record: hex::encode(bound.to_bytes()),
            epoch,
            hop,
        }
    });
    Ok(Json(Bindings {
        tickets: tickets.collect(),
    }))
}

/// The record of one paper ticket. Harmless: it is no ticket until a printer confirms it, and void if its serial is.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/paper", tag = "handovers", params(("handover" = String, Path)),
    request_body = PaperRequest, responses((status = 200, body = PaperRecord), (status = "default", body = Problem)))]
pub async fn paper(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(wish): Body<PaperRequest>,
) -> Answer<Json<PaperRecord>> {
    let brought = brought::read(&wish.ticket, app.keys())?;
    let serial = wish.serial;
    app.storage()
        .paper(terminal.id, handover, wish, brought.clone())
        .await?;
    let hop = brought.hop.saturating_add(1);
    let key = making::binding(brought.signed.body.event, terminal.id, app.keys());
    let paper = key.bind_paper(brought.signed, serial, hop);
    Ok(Json(PaperRecord {
        record: hex::encode(paper.to_bytes()),
    }))
}

/// Lets go of a handover with everything its terminal knows, so that another may go on (R6). The same attempt again gets the same answer.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/release", tag = "handovers", params(("handover" = String, Path)),
    request_body = ReleaseRequest, responses((status = 200, body = Released), (status = "default", body = Problem)))]
pub async fn release(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(wish): Body<ReleaseRequest>,
) -> Answer<Json<Released>> {
    let brought = read_all(&wish.tickets, app.keys())?;
    let code = app.keys().code_hash(wish.code);
    app.storage()
        .release(terminal.id, handover, wish, brought, code)
        .await?;
    Ok(Json(Released { handover }))
}

/// Goes on with a released handover, by its code or one of its cards. The first wins; the same journal gets the same answer again.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/take-over", tag = "handovers", params(("handover" = String, Path)),
    request_body = TakeOverRequest, responses((status = 200, body = TakenOver), (status = "default", body = Problem)))]
pub async fn take_over(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(wish): Body<TakeOverRequest>,
) -> Answer<Json<TakenOver>> {
    if wish.code.is_some() {
        app.storage().admit(Attempt::code(terminal.id)).await?;
    }
    let code = wish.code.map(|code| app.keys().code_hash(code));
    Ok(Json(
        app.storage()
            .take_over(terminal.id, handover, wish, code)
            .await?,
    ))
}

/// How an operation ended, or that nobody knows yet. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/reports", tag = "handovers", params(("handover" = String, Path)),
    request_body = Report, responses((status = 200, body = ReportAccepted), (status = "default", body = Problem)))]
pub async fn report(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(report): Body<Report>,
) -> Answer<Json<ReportAccepted>> {
    let evidence = evidence(&app, &report)?;
    if evidence.proved == Some(false) {
        tracing::warn!(card = %report.card, terminal = %terminal.id, "a card's proof of a commit does not fit");
    }
    Ok(Json(
        app.storage()
            .report(terminal.id, handover, report, evidence)
            .await?,
    ))
}

/// What can be said of a report by the platform's keys alone.
///
/// # Errors
/// 400 when its proof is no hexadecimal text.
pub(crate) fn evidence(app: &App, report: &Report) -> Answer<Evidence> {
    Evidence::of(report, app.keys())
}

/// What the platform knows of a handover of this terminal.
#[utoipa::path(get, path = "/api/v1/handovers/{handover}", tag = "handovers", params(("handover" = String, Path)),
    responses((status = 200, body = HandoverStatus), (status = "default", body = Problem)))]
pub async fn handover(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
) -> Answer<Json<HandoverStatus>> {
    Ok(Json(app.storage().handover(terminal.id, handover).await?))
}
