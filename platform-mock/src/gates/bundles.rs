//! Making a gate's bundle: everything it needs to decide with no network, signed by the platform and encrypted to that one gate.

use std::sync::Arc;

use kippu_gate::bundle::{
    Bundle, Direction, Entrance, Gate, GateEvent, IssuerKey, OtherEvent, Reentry, Route, Secret,
    seal,
};

use super::storage::BundleParts;
use crate::{
    app::App,
    keys::{ISSUER, Keys},
    masters::{
        rules::{EventFacts, Terminal},
        storage::GateDoor,
    },
    refusal::{Answer, Refusal},
};

/// A bundle may be used a little before the gate's clock says it was made: 5 minutes.
const CLOCK_TOLERANCE_MICROS: i64 = 5 * 60 * 1_000_000;
/// People are let in until this long after the start: 4 hours.
const ENTRY_AFTER_START_MICROS: i64 = 4 * 3600 * 1_000_000;
/// A bundle may be used until this long after the last start it knows: 1 day.
const VALID_AFTER_START_MICROS: i64 = 24 * 3600 * 1_000_000;

/// Stands before the name of an event that does not take place. Gates show names as they are, in whatever language.
const CANCELLED: &str = "中止 CANCELLED: ";

/// The next bundle for a gate, sealed to its device key.
///
/// # Errors
/// 404 when the terminal is no gate or serves no event.
pub async fn next(app: &App, gate: &Terminal) -> Answer<Vec<u8>> {
    let parts = app
        .storage()
        .next_bundle(gate.id)
        .await?
        .ok_or_else(|| Refusal::not_found("gate"))?;
    let mut events: Vec<Arc<EventFacts>> = Vec::new();
    for door in &parts.doors {
        if events.last().is_none_or(|last| last.event != door.event) {
            events.push(app.event(door.event).await?);
        }
    }
    let incarnation = app.storage().life().incarnation;
    let mut bundle = build(gate, &parts, &events, app.keys(), incarnation, app.now())?;
    for event in app.events().await? {
        if bundle.event(event.event).is_none() {
            bundle.elsewhere.push(other(&event));
        }
    }
    let device_key = app.device_key(gate.id).await?;
    Ok(seal(&bundle, &app.keys().issuer, &device_key))
}

fn build(
    gate: &Terminal,
    parts: &BundleParts,
    events: &[Arc<EventFacts>],
    keys: &Keys,
    incarnation: u32,
    now: i64,
) -> Answer<Bundle> {
    let last = events
        .iter()
        .max_by_key(|event| event.starts)
        .ok_or_else(|| Refusal::not_found("event for this gate"))?;
    Ok(Bundle {
        number: parts.number,
        incarnation,
        issued_at: now,
        valid: (
            now - CLOCK_TOLERANCE_MICROS,
            last.starts + VALID_AFTER_START_MICROS,
        ),
        gate: Gate {
            terminal: gate.id,
            name: gate.name.clone(),
            mark: parts.mark,
            passage: parts.passage,
        },
        venue: last.venue.clone(),
        zone: last.zone.clone(),
        events: events
            .iter()
            .filter(|event| event.cancelled.is_none())
            .map(|event| of_event(event, &parts.doors, keys))
            .collect(),
        elsewhere: Vec::new(),
        issuer_keys: keys
            .issuer_keys()
            .map(|(key, public)| IssuerKey {
                issuer: ISSUER,
                key,
                public,
            })
            .collect(),
        card_key: Secret::new(keys.cards.gate.0),
        recalled: parts.recalls.clone(),
        recalled_terminals: Vec::new(),
        void_serials: parts.void_serials.clone(),
    })
}

/// An event that this gate lets nobody into. A cancelled one is among them, with its name saying so.
fn other(event: &EventFacts) -> OtherEvent {
    OtherEvent {
        event: event.event,
        name: match event.cancelled {
            Some(_) => format!("{CANCELLED}{}", event.name),
            None => event.name.clone(),
        },
        venue: event.venue.clone(),
        starts: event.starts,
        zone: event.zone.clone(),
    }
}

fn of_event(event: &EventFacts, doors: &[GateDoor], keys: &Keys) -> GateEvent {
    let seen = |entrance: u8| {
        doors
            .iter()
            .find(|door| door.event == event.event && door.entrance == entrance)
    };
    let entrances = (0_u8..)
        .zip(&event.entrances)
        .map(|(entrance, name)| Entrance {
            name: name.clone(),
            here: seen(entrance).is_some_and(|door| door.here),
            direction: seen(entrance).map_or(Direction::Ahead, |door| door.direction),
        });
    let routes = event
        .plan
        .blocks
        .iter()
        .zip(&event.ways)
        .map(|(block, way)| {
            // The way inside the hall begins at the block's own entrance; from another one it begins with the way there.
            let elsewhere = seen(way.entrance).filter(|door| !door.here);
            Route {
                floor: block.floor,
                block: block.code.clone(),
                name: block.name.clone(),
                door: way.hall_door.clone(),
                direction: elsewhere.map_or(way.direction, |door| door.direction),
                step_free: if elsewhere.is_some() {
                    None
                } else {
                    way.step_free
                },
            }
        });
    GateEvent {
        event: event.event,
        name: event.name.clone(),
        doors_open: event.doors_open,
        starts: event.starts,
        entry_from: event.doors_open,
        entry_until: event.starts + ENTRY_AFTER_START_MICROS,
        reentry: Reentry::Allowed,
        binding_key: Secret::new(keys.binding(event.event).to_bytes()),
        entrances: entrances.collect(),
        routes: routes.collect(),
    }
}
