//! The demo's terminals, each with a configuration file in `DIR/terminals`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use kippu_gate::bundle::{Direction, Passage};
use kippu_ticket::ids::{EventId, TerminalId};
use platform_center::{
    auth::hash_token,
    keys::Keys,
    masters::{
        rules::TerminalRole,
        storage::{GateDoor, NewGate, NewTerminal},
    },
    private::write_private,
    storage::Storage,
};
use serde::Serialize;

use super::{MATCH, PLAY, STORE, STORE_NAME, ZONE};

/// The terminal that is enrolled last.
const LAST: &str = "gate-2";

/// What a terminal needs to know of itself and of the platform.
#[derive(Serialize)]
struct TerminalFile<'a> {
    name: &'a str,
    terminal: u32,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_name: Option<&'a str>,
    /// IANA time zone of the place where it stands.
    zone: &'a str,
    token: &'a str,
    device_key: &'a str,
    platform_key: &'a str,
}

/// Enrols kiosk, gates and register.
pub async fn enrol(storage: &dyn Storage, keys: &Keys, data: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(data.join("terminals"))?;
    enrol_one(
        storage,
        keys,
        data,
        ("kiosk-1", 11, TerminalRole::Kiosk),
        None,
    )
    .await?;
    enrol_one(
        storage,
        keys,
        data,
        ("kiosk-2", 12, TerminalRole::Kiosk),
        None,
    )
    .await?;
    // One kiosk that needs the platform for everything, and one that can give from card to card without network.
    storage.allow_local_keys("kiosk-2".into(), true).await?;
    enrol_one(
        storage,
        keys,
        data,
        ("register-1", 31, TerminalRole::Register),
        None,
    )
    .await?;
    enrol_one(
        storage,
        keys,
        data,
        ("gate-1", 21, TerminalRole::Gate),
        Some(gate(0)),
    )
    .await?;
    enrol_one(
        storage,
        keys,
        data,
        (LAST, 22, TerminalRole::Gate),
        Some(gate(1)),
    )
    .await
}

/// Whether the terminal that is enrolled last is, with its file: then all are.
pub async fn are_enrolled(storage: &dyn Storage, data: &Path) -> anyhow::Result<bool> {
    let known = storage.terminal_by_name(LAST).await?.is_some();
    Ok(known && file(data, LAST).exists())
}

fn file(data: &Path, name: &str) -> PathBuf {
    data.join("terminals").join(format!("{name}.toml"))
}

/// A gate at one entrance of each hall; the theatre's two face each other, the stadium's four stand around it.
fn gate(entrance: u8) -> NewGate {
    let door = |event: EventId, of: u8, direction| GateDoor {
        event,
        entrance: of,
        here: of == entrance,
        direction,
    };
    let to = |of: u8| match (of + 4 - entrance) % 4 {
        0 => Direction::Ahead,
        1 => Direction::Left,
        3 => Direction::Right,
        _ => Direction::Back,
    };
    let theatre = (0..2).map(|of| {
        door(
            PLAY,
            of,
            if of == entrance {
                Direction::Ahead
            } else {
                Direction::Back
            },
        )
    });
    let stadium = (0..4).map(|of| door(MATCH, of, to(of)));
    NewGate {
        passage: Passage::In,
        doors: theatre.chain(stadium).collect(),
    }
}

async fn enrol_one(
    storage: &dyn Storage,
    keys: &Keys,
    data: &Path,
    (name, number, role): (&str, u32, TerminalRole),
    gate: Option<NewGate>,
) -> anyhow::Result<()> {
    let token = hex::encode(rand::random::<[u8; 32]>());
    let device_key: [u8; 32] = rand::random();
    let store = (role != TerminalRole::Gate).then_some(STORE);
    let terminal = NewTerminal {
        id: TerminalId(number),
        name: name.into(),
        role,
        store: store.map(str::to_owned),
        token: hash_token(&token),
        device_key,
        gate,
    };
    storage.register_terminal(terminal).await?;
    let text = toml::to_string(&TerminalFile {
        name,
        terminal: number,
        role: role.word(),
        store,
        store_name: store.map(|_| STORE_NAME),
        zone: ZONE,
        token: &token,
        device_key: &hex::encode(device_key),
        platform_key: &hex::encode(keys.issuer.public().to_bytes()),
    })?;
    write_private(&file(data, name), &text).with_context(|| format!("cannot enrol {name}"))
}
