//! Enrolment and renewal over HTTP.

use axum::{
    Extension, Json,
    extract::{ConnectInfo, State},
    http::StatusCode,
    routing::post,
};
use kippu_api::{
    enrolment::{Enrolled, Enrolment, OpenedEnrolment, Renewal, Renewed},
    problem::{Problem, ProblemCode},
};
use kippu_ticket::ids::TerminalId;

use super::{
    authority::Authority,
    codes::{self, hash_secret},
    door::Peer,
};
use crate::{
    app::App,
    auth::{Allow, AsOperator, AsTerminal, OPERATOR, Scope, TERMINAL},
    people::{sessions::Source, tries::Attempt},
    refusal::{Answer, Refusal},
    request::{Body, Path},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/enrolments",
            "post",
            Allow::Anyone.of(Scope::Common),
            post(enrol),
        )
        .on(
            "/api/v1/terminal/certificate",
            "post",
            TERMINAL.of(Scope::Terminal),
            post(renew),
        )
        .on(
            "/api/v1/operator/terminals/{terminal}/enrolment-code",
            "post",
            OPERATOR.of(Scope::All),
            post(open_code),
        )
}

/// The authority, where this platform has one.
///
/// # Errors
/// 409 where it only serves terminals on loopback.
pub fn authority(app: &App) -> Answer<&Authority> {
    app.authority().map(AsRef::as_ref).ok_or_else(|| {
        Refusal::new(
            ProblemCode::WrongState,
            "This platform serves no terminals by certificates.",
        )
        .hint("It does once it is served by TLS.")
    })
}

/// Makes the machine with a one-time code a terminal.
#[utoipa::path(post, path = "/api/v1/enrolments", tag = "terminals", request_body = Enrolment,
    responses((status = 201, body = Enrolled), (status = "default", body = Problem)))]
pub async fn enrol(
    State(app): State<App>,
    Source(source): Source,
    Body(wish): Body<Enrolment>,
) -> Answer<(StatusCode, Json<Enrolled>)> {
    let authority = authority(&app)?;
    let attempt = Attempt::enrolment(source);
    app.storage().admit(attempt.clone()).await?;
    let mut sealing = [0; 32];
    hex::decode_to_slice(&wish.sealing_key, &mut sealing)
        .map_err(|_| Refusal::bad_request("The sealing key is no key of 32 bytes."))?;
    let secret = hash_secret(&wish.secret);
    let unknown = || {
        Refusal::new(
            ProblemCode::Unauthenticated,
            "This enrolment code is unknown, used or too old. Nothing was done.",
        )
        .hint("The operator makes a new code.")
    };
    let terminal = app.storage().enrolling(secret).await?.ok_or_else(unknown)?;
    // A key that is none would be found out with the first bundle only.
    app.keys()
        .device_key(terminal.id, crate::keys::DeviceKey::Agreed(sealing))
        .map_err(|_| Refusal::bad_request("The sealing key is no public key."))?;
    let issued = authority.certify(&wish.request, &terminal, app.now())?;
    let enrolled = app.storage().enrol(secret, sealing, issued.clone()).await;
    enrolled.map_err(|refusal| match refusal.code {
        // Somebody else was quicker with the same code.
        ProblemCode::NotFound => unknown(),
        _ => refusal,
    })?;
    app.storage().succeeded(attempt).await?;
    let shop = terminal.shop;
    let answer = Enrolled {
        terminal: terminal.id,
        name: terminal.name,
        role: terminal.role.word().into(),
        store: shop.as_ref().map(|shop| shop.code.clone()),
        store_name: shop.map(|shop| shop.name),
        certificate: issued.pem,
        valid: issued.valid,
        authority: authority.pem().into(),
        sealing_key: hex::encode(app.keys().agreement()),
        platform_key: hex::encode(app.keys().issuer.public().to_bytes()),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Gives a terminal its next certificate. The one it asks with stays good until it ends.
#[utoipa::path(post, path = "/api/v1/terminal/certificate", tag = "terminals", request_body = Renewal,
    responses((status = 201, body = Renewed), (status = "default", body = Problem)))]
pub async fn renew(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    Body(wish): Body<Renewal>,
) -> Answer<(StatusCode, Json<Renewed>)> {
    let authority = authority(&app)?;
    let with = peer
        .and_then(|Extension(ConnectInfo(peer))| peer.certificate)
        .ok_or_else(|| {
            Refusal::new(
                ProblemCode::WrongState,
                "Only a terminal that has a certificate can renew it.",
            )
            .hint("The operator enrols it with a code.")
        })?;
    let issued = authority.certify(&wish.request, &terminal, app.now())?;
    let answer = Renewed {
        certificate: issued.pem.clone(),
        valid: issued.valid,
    };
    app.storage().renew(terminal.id, with, issued).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Makes a one-time code by which a machine becomes this terminal. It is shown once; one made before is worth nothing from then on.
#[utoipa::path(post, path = "/api/v1/operator/terminals/{terminal}/enrolment-code", tag = "operator", params(("terminal" = u32, Path)),
    responses((status = 201, body = OpenedEnrolment), (status = "default", body = Problem)))]
pub async fn open_code(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<TerminalId>,
) -> Answer<(StatusCode, Json<OpenedEnrolment>)> {
    let authority = authority(&app)?;
    let opened = codes::open(
        app.storage(),
        authority,
        Some(operator),
        terminal,
        app.now(),
    )
    .await?;
    Ok((StatusCode::CREATED, Json(opened)))
}
