//! The masters of every run: two events in one hall, one seller with a store of three kiosks and a register, two gates.

use std::{fs, path::Path};

use kippu_api::people::{NewAccount, PersonRole};
use kippu_gate::bundle::{Direction, Passage};
use kippu_seatplan::{Plan, import};
use kippu_ticket::ids::{EventId, SellerId, TerminalId};
use platform_center::{
    auth::hash_token,
    masters::{
        rules::{BlockWay, NewEvent, TerminalRole},
        storage::{GateDoor, NewGate, NewTerminal},
    },
    people::storage::Opening,
    refunds::rules::RefundRule,
    refusal::Answer,
    sales::limits::PurchaseLimits,
    storage::Storage,
};

use crate::chance::{SECOND, START};

/// The events.
pub const EVENTS: [EventId; 2] = [EventId(7), EventId(8)];
/// Seats of the hall.
pub const SEATS: u32 = 60;
/// Most tickets of one order.
pub const LIMIT: u8 = 4;
/// The register.
pub const REGISTER: TerminalId = TerminalId(31);
/// The clerk's session.
pub const CLERK_TOKEN: &str = "session of the clerk";
/// The operator's session.
pub const OPERATOR_TOKEN: &str = "session of the operator";
/// Device key of both gates.
pub const GATE_KEY: [u8; 32] = [21; 32];
/// The kiosks: name, number, whether it has local keys.
pub const KIOSKS: [(&str, TerminalId, bool); 3] = [
    ("kiosk-1", TerminalId(11), false),
    ("kiosk-2", TerminalId(12), true),
    ("kiosk-3", TerminalId(13), true),
];
/// The gates.
pub const GATES: [(&str, TerminalId); 2] = [("gate-1", TerminalId(21)), ("gate-2", TerminalId(22))];
/// Who sells.
pub const SELLER: SellerId = SellerId(1);
const STORE: &str = "0101";
const HOUR: i64 = 3600 * SECOND;

/// A terminal's token.
pub fn token(terminal: &str) -> String {
    format!("token of {terminal}")
}

/// Secrets that are the same for every process, so that a seed means the same everywhere.
///
/// # Errors
/// The folder cannot be written.
pub fn fixed_keys(folder: &Path) -> std::io::Result<()> {
    let keys = folder.join("keys");
    fs::create_dir_all(&keys)?;
    for (name, len, filler) in [
        ("cards.key", 64, 0x31),
        ("issuer.key", 32, 0x32),
        ("binding.key", 32, 0x33),
    ] {
        let bytes: Vec<u8> = (0..len).map(|index| filler ^ index).collect();
        fs::write(keys.join(name), hex::encode(bytes))?;
    }
    Ok(())
}

fn plan() -> Plan {
    let mut text = String::from("block,row,seat,class\n");
    for row in 0..6 {
        for seat in 1..=10 {
            text.push_str(&format!("stalls,{},{seat},S\n", row + 1));
        }
    }
    match import::csv::import(text.as_bytes(), "hall") {
        Ok((plan, _)) => plan,
        Err(error) => unreachable!("the plan is a constant: {error:?}"),
    }
}

fn event(event: EventId, layout: i64) -> NewEvent {
    NewEvent {
        event,
        organizer: "o".into(),
        layout,
        name: format!("Play {event}"),
        performers: "Players".into(),
        doors_open: START - HOUR,
        starts: START + 48 * HOUR,
        sales_end: START + 48 * HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: LIMIT,
        limits: PurchaseLimits::default(),
        refunds: Some(RefundRule {
            until: START + 48 * HOUR,
            fee: 220,
        }),
        prices: vec![8800],
        entrances: vec!["North".into()],
        ways: vec![BlockWay {
            entrance: 0,
            hall_door: "1".into(),
            direction: Direction::Ahead,
            step_free: None,
        }],
    }
}

/// Registers everything.
///
/// # Errors
/// The platform's refusal.
pub async fn furnish(storage: &dyn Storage) -> Answer<()> {
    storage.put_organizer("o", "Organizer").await?;
    storage
        .put_seller(SELLER, "one", "Seller One", None)
        .await?;
    storage.put_store(STORE, "Corner store", SELLER).await?;
    // No PIN fits this: the clerk's session is opened directly.
    for (role, of) in [(PersonRole::Clerk, STORE), (PersonRole::Operator, "")] {
        let account = NewAccount {
            role,
            number: "1".into(),
            name: "somebody".into(),
            of: of.into(),
            cards: Vec::new(),
        };
        storage.put_account(account, "no hash".into()).await?;
    }
    let layout = storage
        .put_layout("Hall", "Asia/Tokyo", "full", &plan())
        .await?;
    for id in EVENTS {
        storage.register_event(event(id, layout.layout)).await?;
        storage
            .allocate(id, Some(SELLER), (0..SEATS).collect())
            .await?;
    }
    for (name, id, _) in KIOSKS {
        let kiosk = terminal(name, id, TerminalRole::Kiosk, None);
        storage.register_terminal(kiosk).await?;
    }
    let register = terminal("register-1", REGISTER, TerminalRole::Register, None);
    storage.register_terminal(register).await?;
    for (name, id) in GATES {
        let doors = EVENTS.map(|event| GateDoor {
            event,
            entrance: 0,
            here: true,
            direction: Direction::Ahead,
        });
        let gate = NewGate {
            passage: Passage::In,
            doors: doors.to_vec(),
        };
        let gate = terminal(name, id, TerminalRole::Gate, Some(gate));
        storage.register_terminal(gate).await?;
    }
    log_in(storage).await
}

/// Opens the sessions of clerk and operator, which no restored platform has.
///
/// # Errors
/// The platform's refusal.
pub async fn log_in(storage: &dyn Storage) -> Answer<()> {
    for (token, account, terminal) in [(CLERK_TOKEN, 1, Some(REGISTER)), (OPERATOR_TOKEN, 2, None)]
    {
        let opening = Opening {
            token: hash_token(token),
            account,
            terminal,
            attempt: None,
            from: "a simulation".into(),
        };
        storage.open_session(opening).await?;
    }
    Ok(())
}

fn terminal(name: &str, id: TerminalId, role: TerminalRole, gate: Option<NewGate>) -> NewTerminal {
    NewTerminal {
        id,
        name: name.into(),
        store: gate.is_none().then(|| STORE.to_owned()),
        role,
        token: hash_token(&token(name)),
        device_key: GATE_KEY,
        gate,
    }
}
