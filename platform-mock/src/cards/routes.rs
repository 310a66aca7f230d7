//! The key server over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionChallenge, SessionKeys, SessionRequest},
    parcels::Passage,
    problem::{Problem, ProblemCode},
};
use kippu_ticket::{ids::CardUid, record::TicketKind};

use super::{
    history::{last_digits, stations},
    sessions::{self, Beginning, role_word},
    storage::{KeyUse, TicketLife},
};
use crate::{
    app::App,
    auth::{AsTerminal, CARD_TERMINAL, KIOSK, Scope},
    keys::CARD_KEYS,
    masters::rules::{EventFacts, TerminalRole},
    refusal::{Answer, Refusal},
    request::{Body, Path},
    restore::guard,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/cards/{uid}/sessions",
            "post",
            CARD_TERMINAL.of(Scope::Bearer),
            post(begin),
        )
        .on(
            "/api/v1/card-sessions/{session}/finish",
            "post",
            CARD_TERMINAL.of(Scope::Terminal),
            post(finish),
        )
        .on(
            "/api/v1/cards/{uid}/history",
            "get",
            KIOSK.of(Scope::Bearer),
            get(history),
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
    if app.standings().is_written_off(&app, terminal.id).await? {
        return Err(guard::written_off());
    }
    let challenge = bytes(&request.challenge)?;
    app.card_limits().admit(terminal.id, card, app.now())?;
    // Without a second version there is nothing to look up.
    let version = if app.keys().card_versions().count() > 1 {
        app.storage().card_version(card).await?
    } else {
        CARD_KEYS
    };
    let begun = Beginning {
        terminal: terminal.id,
        card,
        version,
        role: request.role,
        challenge,
    };
    let (session, response) = sessions::begin(app.keys(), &begun, app.now())?;
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
    let session = sessions::open(app.keys(), &name, terminal.id, app.now())?;
    let keys = sessions::finish(app.keys(), &session, answer);
    let outcome = if keys.is_ok() { "opened" } else { "wrong_key" };
    let used = KeyUse {
        card: session.card,
        terminal: terminal.id,
        role: role_word(session.role),
        outcome,
    };
    // The keys are handed out only after their use is written down, and once.
    let storage = app.storage();
    if !storage
        .log_answer(used, session.id, session.expires)
        .await?
    {
        return Err(sessions::over());
    }
    let keys = keys?;
    Ok(Json(SessionKeys {
        enc: hex::encode(keys.enc.0),
        mac: hex::encode(keys.mac.0),
        ti: hex::encode(keys.ti),
    }))
}

/// What became of the tickets that are or were on a card, newest first; of other people's cards the last four digits alone.
#[utoipa::path(get, path = "/api/v1/cards/{uid}/history", tag = "cards", params(("uid" = String, Path)),
    responses((status = 200, body = Vec<Passage>), (status = "default", body = Problem)))]
pub async fn history(
    State(app): State<App>,
    Path(card): Path<CardUid>,
) -> Answer<Json<Vec<Passage>>> {
    let names = app.storage().terminal_names().await?;
    let mut passages = Vec::new();
    for life in app.storage().tickets_of_card(card).await? {
        let facts = app.known_event(life.event).await?;
        let seat = seat_words(&life, facts.as_deref());
        for station in stations(card, &life.entries) {
            passages.push(Passage {
                ticket: life.ticket,
                event: life.event,
                event_name: facts
                    .as_ref()
                    .map(|facts| facts.name.clone())
                    .unwrap_or_default(),
                seat: seat.clone(),
                at: station.at,
                what: station.what,
                other_card: station.other.map(last_digits),
                terminal: station
                    .terminal
                    .and_then(|terminal| names.get(&terminal).cloned()),
                proved: station.proved,
            });
        }
    }
    // Stations of one moment stay in the order in which they happened, the last one first.
    passages.reverse();
    passages.sort_by_key(|passage| std::cmp::Reverse(passage.at));
    Ok(Json(passages))
}

/// A seat in words, as far as anybody here knows it; empty for items without one.
fn seat_words(life: &TicketLife, facts: Option<&EventFacts>) -> String {
    if let Some(words) = facts
        .zip(life.seat)
        .and_then(|(facts, seat)| facts.held_seat(seat, life.class, 0))
    {
        return format!("{} {} {}", words.block, words.row, words.number);
    }
    match &life.signed {
        Some(signed) if signed.body.kind == TicketKind::Seat => {
            let seat = &signed.body.seat;
            format!("{} {} {}", seat.block(), seat.row(), seat.number())
        }
        Some(_) | None => String::new(),
    }
}

fn bytes<const N: usize>(text: &str) -> Answer<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| Refusal::bad_request(format!("Expected {N} bytes in hexadecimal.")))?;
    Ok(bytes)
}
