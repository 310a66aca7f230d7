//! `platform-center terminals`: which there are, new ones, their enrolment codes, and shutting one out.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use jiff::Timestamp;
use kippu_api::{enrolment::fingerprint, identity::certificate};
use kippu_gate::bundle::{Direction, Passage};
use kippu_ticket::ids::EventId;
use platform_center::{
    devices::{authority::Authority, codes, storage::DeviceStorage as _},
    keys::{Keys, ring, wrapping::Wrapping},
    masters::{
        rules::{Terminal, TerminalRole},
        storage::{GateDoor, MasterStorage as _, NewGate, NewTerminal},
    },
    storage::Database,
};

use super::{data::Data, say};

/// What to do about terminals.
#[derive(Subcommand)]
pub enum Terminals {
    /// Lists them with their certificates.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Registers a terminal. It can do nothing until it is enrolled.
    Add {
        #[command(flatten)]
        data: Data,
        /// Its name, as clerks call it.
        name: String,
        /// kiosk, gate or register.
        #[arg(long)]
        role: String,
        /// Code of the store it stands in; gates stand in none.
        #[arg(long)]
        store: Option<String>,
        /// For a gate: EVENT:ENTRANCE, numbers as in the masters. May be given several times.
        #[arg(long = "door", value_name = "EVENT:ENTRANCE", value_parser = door)]
        doors: Vec<(u32, u8)>,
    },
    /// Makes a one-time code by which a machine becomes this terminal. A code made before is worth nothing from then on.
    Code {
        #[command(flatten)]
        data: Data,
        /// The terminal's name.
        name: String,
    },
    /// Shuts a terminal out at once: its certificates, its token and an open code. Enrolling it anew ends that.
    Revoke {
        #[command(flatten)]
        data: Data,
        /// The terminal's name.
        name: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Shows the certificate of the platform's authority, for browsers of people who work with its pages.
    Authority {
        #[command(flatten)]
        data: Data,
    },
}

fn door(text: &str) -> Result<(u32, u8), String> {
    let parts = text.split_once(':');
    parts
        .and_then(|(event, entrance)| Some((event.parse().ok()?, entrance.parse().ok()?)))
        .ok_or_else(|| "expected EVENT:ENTRANCE, two numbers".into())
}

impl Terminals {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List { data } => list(&data.storage()?).await,
            Self::Add {
                data,
                name,
                role,
                store,
                doors,
            } => add(&data.storage()?, name, &role, store, &doors).await,
            Self::Code { data, name } => code(&data, &name).await,
            Self::Revoke { data, name, reason } => {
                let storage = data.storage()?;
                let terminal = named(&storage, &name).await?;
                storage.revoke(None, terminal.id, reason).await?;
                say::line(format_args!("{name} is shut out"));
                Ok(())
            }
            Self::Authority { data } => {
                let stored = authority(&data)?;
                let digest = fingerprint(&certificate(&stored.certificate)?);
                say::line(format_args!("SHA-256 {}", hex::encode(digest)));
                say::line(format_args!("{}", stored.certificate.trim()));
                Ok(())
            }
        }
    }
}

async fn list(storage: &Database) -> anyhow::Result<()> {
    for standing in storage.device_standings().await? {
        let Terminal { id, name, role, .. } = &standing.terminal;
        let words = match (standing.revoked, standing.certificate_until) {
            (Some(at), _) => format!("shut out since {}", time(at)),
            (None, Some(until)) => format!("certificate until {}", time(until)),
            (None, None) => "no certificate".into(),
        };
        say::line(format_args!("{id}\t{name}\t{}\t{words}", role.word()));
    }
    Ok(())
}

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| "?".into(), |at| at.to_string())
}

async fn named(storage: &Database, name: &str) -> anyhow::Result<Terminal> {
    let found = storage.terminal_by_name(name).await?;
    found.with_context(|| format!("there is no terminal named {name}"))
}

async fn add(
    storage: &Database,
    name: String,
    role: &str,
    store: Option<String>,
    doors: &[(u32, u8)],
) -> anyhow::Result<()> {
    let role = TerminalRole::from_word(role)
        .with_context(|| format!("{role} is no kind of terminal: kiosk, gate or register"))?;
    let is_gate = role == TerminalRole::Gate;
    if is_gate == store.is_some() || is_gate == doors.is_empty() {
        bail!("a gate has doors, every other terminal stands in a store");
    }
    if storage.terminal_by_name(&name).await?.is_some() {
        bail!("there is a terminal named {name} already");
    }
    let doors = doors.iter().map(|(event, entrance)| GateDoor {
        event: EventId(*event),
        entrance: *entrance,
        here: true,
        direction: Direction::Ahead,
    });
    let id = storage.next_terminal().await?;
    let terminal = NewTerminal {
        id,
        name: name.clone(),
        role,
        store,
        // Nobody knows these: it proves itself by a certificate, and agrees on a key.
        token: rand::random(),
        device_key: rand::random(),
        gate: is_gate.then(|| NewGate {
            passage: Passage::In,
            doors: doors.collect(),
        }),
    };
    storage.register_terminal(terminal).await?;
    say::line(format_args!("{name} is terminal {id}"));
    Ok(())
}

async fn code(data: &Data, name: &str) -> anyhow::Result<()> {
    let authority = Authority::open(&authority(data)?)?;
    let storage = data.storage()?;
    let terminal = named(&storage, name).await?;
    let now = Timestamp::now().as_microsecond();
    let opened = codes::open(&storage, &authority, None, terminal.id, now).await?;
    say::line(format_args!("{}", opened.code));
    say::line(format_args!(
        "good once, until {}. On the terminal: kippu enrol CODE --platform https://HOST:PORT --terminal FILE",
        time(opened.expires)
    ));
    Ok(())
}

fn authority(data: &Data) -> anyhow::Result<platform_center::keys::Authority> {
    let wrapping = Wrapping::from_environment()?;
    ring::ensure_authority(&data.folder, &wrapping)?;
    let keys = Keys::open_with(&data.folder, &wrapping)?;
    keys.authority().cloned().context("there is no authority")
}
