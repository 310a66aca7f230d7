//! The key server over HTTP.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionChallenge, SessionKeys, SessionRequest},
    problem::{Problem, ProblemCode},
};
use kippu_ticket::ids::CardUid;

use super::{sessions::role_word, storage::KeyUse};
use crate::{
    app::App,
    auth::{AsTerminal, CARD_TERMINAL},
    masters::rules::TerminalRole,
    refusal::{Answer, Refusal},
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/cards/{uid}/sessions",
            "post",
            CARD_TERMINAL,
            post(begin),
        )
        .on(
            "/api/v1/card-sessions/{session}/finish",
            "post",
            CARD_TERMINAL,
            post(finish),
        )
}

/// Answers a card's challenge with the key this terminal may use.
#[utoipa::path(post, path = "/api/v1/cards/{uid}/sessions", tag = "cards", params(("uid" = String, Path)),
    request_body = SessionRequest, responses((status = 201, body = SessionChallenge), (status = "default", body = Problem)))]
pub async fn begin(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(card): Path<CardUid>,
    Body(request): Body<SessionRequest>,
) -> Answer<(StatusCode, Json<SessionChallenge>)> {
    match (terminal.role, request.role) {
        (TerminalRole::Kiosk, CardRole::Write) | (TerminalRole::Gate, CardRole::Gate) => {}
        _ => {
            return Err(Refusal::new(
                ProblemCode::Forbidden,
                "This terminal may not use that key.",
            ));
        }
    }
    let challenge = bytes(&request.challenge)?;
    let (session, response) =
        app.card_sessions()
            .begin(terminal.id, card, request.role, challenge, app.now())?;
    Ok((
        StatusCode::CREATED,
        Json(SessionChallenge {
            session,
            response: hex::encode(response),
        }),
    ))
}

/// Checks the card's second answer and gives the keys of this one session.
#[utoipa::path(post, path = "/api/v1/card-sessions/{session}/finish", tag = "cards", params(("session" = String, Path)),
    request_body = SessionAnswer, responses((status = 200, body = SessionKeys), (status = "default", body = Problem)))]
pub async fn finish(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(name): Path<String>,
    Body(answer): Body<SessionAnswer>,
) -> Answer<Json<SessionKeys>> {
    let answer = bytes(&answer.answer)?;
    let session = app.card_sessions().take(&name, terminal.id, app.now())?;
    let keys = app.card_sessions().finish(&session, answer);
    let outcome = if keys.is_ok() { "opened" } else { "wrong_key" };
    // The keys are handed out only after their use is written down.
    app.storage()
        .log_key_use(KeyUse {
            card: session.card,
            terminal: terminal.id,
            role: role_word(session.role),
            outcome,
        })
        .await?;
    let keys = keys?;
    Ok(Json(SessionKeys {
        enc: hex::encode(keys.enc.0),
        mac: hex::encode(keys.mac.0),
        ti: hex::encode(keys.ti),
    }))
}

fn bytes<const N: usize>(text: &str) -> Answer<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| Refusal::bad_request(format!("Expected {N} bytes in hexadecimal.")))?;
    Ok(bytes)
}
