//! The table of all settings.

/// Turns a listener off.
pub const OFF: &str = "off";

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Text,
    /// The address of a database, with a password perhaps.
    Database,
    /// `host:port`.
    Address,
    /// `host:port`, or [`OFF`].
    AddressOrOff,
    /// A whole number, at least and at most.
    Whole(u64, u64),
    /// One of these.
    Word(&'static [&'static str]),
}

/// A setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name; the dot stands for a table in the file. In the environment it is `KIPPU_`, the name in capitals, and `_` for the dot.
    pub key: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is when nobody says.
    pub default: Option<&'static str>,
    /// What is meant when it has no default and nobody says.
    pub unset: &'static str,
    /// What it is for.
    pub help: &'static str,
}

const fn setting(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        default: Some(default),
        unset: "",
        help,
    }
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "database",
        kind: Kind::Database,
        default: None,
        unset: "platform.db in the data folder",
        help: "A PostgreSQL database: postgres://user@host/name.",
    },
    setting(
        "listen",
        Kind::Address,
        "127.0.0.1:8080",
        "Where terminals and people reach the platform; port 0 takes a free one.",
    ),
    Setting {
        key: "names",
        kind: Kind::Text,
        default: None,
        unset: "the address listened on",
        help: "Names or addresses under which terminals reach this machine, for its certificate; several with commas.",
    },
    setting(
        "admin.listen",
        Kind::AddressOrOff,
        "127.0.0.1:9464",
        "Where /healthz, /readyz with its reasons and /metrics are, for nobody but those who run the platform; or off.",
    ),
    setting(
        "log.filter",
        Kind::Text,
        "info",
        "What is logged, as tracing filters say it (also RUST_LOG): debug logs every request.",
    ),
    setting(
        "log.format",
        Kind::Word(&["text", "json"]),
        "text",
        "How log lines look: text or json.",
    ),
    setting(
        "limits.connections",
        Kind::Whole(1, 1_000_000),
        "8192",
        "Connections served at the same time; the next ones are told that the platform is busy.",
    ),
    setting(
        "limits.requests",
        Kind::Whole(1, 4096),
        "1024",
        "Requests worked on at the same time; the next ones are refused with 503 and Retry-After before any work.",
    ),
    setting(
        "limits.caller_per_second",
        Kind::Whole(0, 1_000_000),
        "100",
        "Requests a second of one terminal or person over time, then 429 with Retry-After; 0: no limit.",
    ),
    setting(
        "limits.caller_burst",
        Kind::Whole(1, 1_000_000),
        "300",
        "Requests one terminal or person may make at once after a pause.",
    ),
    setting(
        "limits.head_seconds",
        Kind::Whole(1, 3600),
        "30",
        "A request's head must be there by then; an idle connection is closed after it.",
    ),
    setting(
        "limits.body_seconds",
        Kind::Whole(1, 3600),
        "10",
        "A request's body must be there by then; routes that take more than 64 KiB add a second for each 64 KiB.",
    ),
    setting(
        "limits.disk_free_mib",
        Kind::Whole(0, 1 << 30),
        "256",
        "MiB that must be free in the data folder for the node to be ready.",
    ),
    setting(
        "devices.silent_minutes",
        Kind::Whole(1, 1_000_000),
        "15",
        "A terminal that has not called for so long counts as silent.",
    ),
    setting(
        "stop.notice_seconds",
        Kind::Whole(0, 3600),
        "0",
        "How long a node that is told to stop still serves while /readyz says no, for load balancers to notice.",
    ),
    setting(
        "stop.deadline_seconds",
        Kind::Whole(1, 3600),
        "20",
        "How long requests under way may take after that before they are cut off.",
    ),
];

impl Setting {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("KIPPU_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Whether the file has it as a number.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Whole(..))
    }

    /// What is wrong with a value.
    pub fn fault(&self, text: &str) -> Option<String> {
        let fine = match self.kind {
            Kind::Text | Kind::Database => !text.trim().is_empty(),
            Kind::Address => is_address(text),
            Kind::AddressOrOff => text == OFF || is_address(text),
            Kind::Whole(least, most) => text
                .parse()
                .is_ok_and(|number: u64| (least..=most).contains(&number)),
            Kind::Word(words) => words.contains(&text),
        };
        if fine {
            return None;
        }
        let wanted = match self.kind {
            Kind::Text | Kind::Database => "not empty".to_owned(),
            Kind::Address => "host:port".to_owned(),
            Kind::AddressOrOff => format!("host:port or {OFF}"),
            Kind::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
        };
        Some(format!("has to be {wanted}, not {}", self.shown(text)))
    }

    /// A value as people may see it and as a file has it.
    pub fn shown(&self, text: &str) -> String {
        match self.kind {
            Kind::Database => format!("{:?}", masked(text)),
            Kind::Whole(..) => text.to_owned(),
            _ => format!("{text:?}"),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.trim().is_empty() && port.parse::<u16>().is_ok())
}

const MASK: &str = "***";

/// The address of a database without its password.
fn masked(address: &str) -> String {
    let mut masked = address.to_owned();
    if let Some((scheme, rest)) = masked.split_once("://") {
        let (who, place) = match rest.rsplit_once('@') {
            Some((who, place)) => (Some(who), place),
            None => (None, rest),
        };
        let who = who.map(|who| match who.split_once(':') {
            Some((user, _)) => format!("{user}:{MASK}@"),
            None => format!("{who}@"),
        });
        masked = format!("{scheme}://{}{place}", who.unwrap_or_default());
    }
    // `password=…` as a word of its own or in a query; a quoted one may have blanks.
    let Some(at) = masked.to_lowercase().find("password") else {
        return masked;
    };
    let (before, secret) = masked.split_at(at);
    let Some((name, value)) = secret.split_once('=') else {
        return masked;
    };
    let value = value.trim_start();
    let after = match value.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').map_or("", |(_, after)| after),
        None => value
            .find([' ', '&'])
            .map_or("", |end| value.split_at(end).1),
    };
    format!("{before}{name}={MASK}{after}")
}
