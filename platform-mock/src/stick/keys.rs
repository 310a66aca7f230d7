//! Keys for giving from card to card without network (R17), sealed to one terminal.

use kippu_api::{
    stick::{Header, Kind, PlatformId, seal_json},
    terminals::{OfflineEvent, OfflineKeys},
};
use kippu_ticket::ids::TerminalId;

use crate::{
    app::App,
    people::rules::Operator,
    refusal::{Answer, Refusal},
};
use kippu_api::problem::ProblemCode;

/// How long keys are good: 7 days. A terminal that has not reached its platform for that long asks for new ones by stick.
pub const VALID_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;
/// Tickets of an event can be moved until this long after its start: 1 day.
const AFTER_START_MICROS: i64 = 24 * 3600 * 1_000_000;

/// The file of keys for a terminal; that it got them is written down first. `operator`: who fetches it for the terminal's stick.
///
/// # Errors
/// 403 where the operator does not allow it.
pub async fn file(app: &App, terminal: TerminalId, operator: Option<Operator>) -> Answer<Vec<u8>> {
    if !app.storage().give_local_keys(terminal, operator).await? {
        return Err(Refusal::new(
            ProblemCode::Forbidden,
            "This terminal may not have keys of its own.",
        )
        .hint("An operator can allow it."));
    }
    let device_key = app.device_key(terminal).await?;
    let keys = collect(app, terminal).await?;
    let header = Header {
        kind: Kind::Keys,
        terminal,
        platform: PlatformId::of(&app.keys().issuer.public()),
        incarnation: keys.incarnation.to_string(),
        rows: (0, 0),
    };
    seal_json(&header, &keys, &device_key).map_err(|error| Refusal::internal(&error))
}

async fn collect(app: &App, terminal: TerminalId) -> Answer<OfflineKeys> {
    let now = app.now();
    let mut events = Vec::new();
    for event in app.events().await? {
        if event.starts + AFTER_START_MICROS > now {
            let key = app.keys().binding(event.event).for_terminal(terminal);
            events.push(OfflineEvent {
                event: event.on_card(),
                binding_key: hex::encode(key.to_bytes()),
            });
        }
    }
    Ok(OfflineKeys {
        terminal,
        incarnation: app.storage().life().incarnation,
        issued_at: now,
        valid_until: now + VALID_MICROS,
        write_key: hex::encode(app.keys().cards.write.0),
        events,
    })
}
