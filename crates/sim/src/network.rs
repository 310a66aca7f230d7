//! The network between a kiosk and the platform, with everything that can become of a message; and the platform port of the machine over it.

use std::cell::{Cell, RefCell};

use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, TakeOverRequest,
        TakenOver,
    },
    orders::{ChangeCard, Claim, Grant, GrantRequest, Order},
    terminals::Resent,
};
use kippu_handover::platform::{PlatformPort, Reply};
use kippu_ticket::ids::HandoverId;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    chance,
    faults::{Faults, Kind},
    platform::{Message, Platform},
};

/// A kiosk's end of the line; what it knows of the platform's life is forgotten with its power.
pub struct Line {
    /// The kiosk's token.
    pub token: String,
    /// Whether there is a network.
    pub online: Cell<bool>,
    known: RefCell<Option<String>>,
    seen: RefCell<Option<String>>,
}

impl Line {
    /// A line with a token.
    pub fn new(token: String) -> Self {
        Self {
            token,
            online: Cell::new(true),
            known: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// The kiosk starts again: it knows of the platform's life what its journal says.
    pub fn restart(&self, told: Option<String>) {
        self.known.replace(told);
        self.seen.replace(None);
    }
}

/// A line with its faults.
pub struct Net<'a> {
    /// The other end.
    pub platform: &'a Platform,
    /// What goes wrong.
    pub faults: &'a Faults,
    /// This end.
    pub line: &'a Line,
    /// Messages that arrive later.
    pub late: &'a RefCell<Vec<Message>>,
}

/// What becomes of a message.
#[derive(Clone, Copy)]
enum Fate {
    Unreachable,
    LostRequest,
    LostAnswer,
    Repeated,
    Late,
}

impl Net<'_> {
    /// A request with a body.
    pub fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Reply<T> {
        self.ask("POST", path, serde_json::to_vec(body).ok(), None)
    }

    /// A request with a body under a key.
    pub fn post_once<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Reply<T> {
        let key = format!("{:016x}", chance::number());
        self.ask("POST", path, serde_json::to_vec(body).ok(), Some(key))
    }

    /// What every kiosk asks now and then, whatever it does: the answer names the platform's life.
    pub fn look(&self) {
        let _: Reply<serde_json::Value> = self.ask("GET", "/events", None, None);
    }

    /// Asks for a handover another kiosk released.
    pub fn take_over(&self, id: HandoverId, request: &TakeOverRequest) -> Reply<TakenOver> {
        self.post(&format!("/handovers/{id}/take-over"), request)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        body: Option<Vec<u8>>,
        key: Option<String>,
    ) -> Reply<T> {
        if self.faults.power_gone("before a message") {
            return Reply::Unknown;
        }
        if !self.line.online.get() {
            return Reply::Unreachable;
        }
        let message = Message {
            method,
            path: path.to_owned(),
            token: self.line.token.clone(),
            body,
            key,
            life: self.line.known.borrow().clone(),
        };
        let fate = self.fate();
        match fate {
            Some(Fate::Unreachable) => return Reply::Unreachable,
            Some(Fate::LostRequest) => return Reply::Unknown,
            Some(Fate::Late) => {
                self.late.borrow_mut().push(message);
                return Reply::Unknown;
            }
            Some(Fate::Repeated) => self.late.borrow_mut().push(message.clone()),
            Some(Fate::LostAnswer) | None => {}
        }
        let answer = match self.platform.call(&message) {
            Ok(answer) => answer,
            Err(error) => {
                self.faults
                    .say(|| format!("  the platform failed: {error:#}"));
                return Reply::Unknown;
            }
        };
        // The platform draws the names of orders, holds and parcels by itself; handovers are written in capitals.
        let drawn = |piece: &&str| piece.len() == 32 && !piece.chars().any(char::is_uppercase);
        for piece in path.split('/').filter(|piece| !drawn(piece)) {
            self.faults.note(piece.as_bytes());
        }
        self.faults.note(&answer.status.to_le_bytes());
        self.faults.say(|| {
            let why = match answer.status {
                200..=299 => String::new(),
                _ => format!(" {}", String::from_utf8_lossy(&answer.body)),
            };
            format!("  {method} {path} → {}{why}", answer.status)
        });
        if self.faults.power_gone("after a message") || matches!(fate, Some(Fate::LostAnswer)) {
            return Reply::Unknown;
        }
        if let Some(life) = answer.life {
            self.line.known.borrow_mut().get_or_insert(life.clone());
            self.line.seen.replace(Some(life));
        }
        match answer.status {
            200..=299 => {
                // 204 has no body; what is asked for then is nothing.
                let body: &[u8] = match answer.body.is_empty() {
                    true => b"null",
                    false => &answer.body,
                };
                serde_json::from_slice(body).map_or(Reply::Unknown, Reply::Done)
            }
            _ => serde_json::from_slice(&answer.body).map_or(Reply::Unknown, Reply::Refused),
        }
    }

    fn fate(&self) -> Option<Fate> {
        if !self.faults.strikes(|rates| rates.message) {
            return None;
        }
        let (fate, kind) = chance::pick(&[
            (Fate::Unreachable, Kind::Unreachable),
            (Fate::LostRequest, Kind::LostRequest),
            (Fate::LostAnswer, Kind::LostAnswer),
            (Fate::LostAnswer, Kind::LostAnswer),
            (Fate::Repeated, Kind::Repeated),
            (Fate::Late, Kind::Late),
        ])?;
        self.faults.struck(kind);
        self.faults.say(|| format!("  next message: {kind:?}"));
        Some(fate)
    }
}

impl PlatformPort for Net<'_> {
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant> {
        let path = match claim {
            Claim::Order(order) => format!("/orders/{order}/grant"),
            Claim::Parcel(parcel) => format!("/parcels/{parcel}/grant"),
        };
        self.post(&path, request)
    }

    fn register(&self, handover: &NewHandover) -> Reply<Registered> {
        self.post("/handovers", handover)
    }

    fn bind(&self, handover: HandoverId, request: &BindRequest) -> Reply<Bindings> {
        self.post(&format!("/handovers/{handover}/bindings"), request)
    }

    fn paper(&self, handover: HandoverId, request: &PaperRequest) -> Reply<PaperRecord> {
        self.post(&format!("/handovers/{handover}/paper"), request)
    }

    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked> {
        self.post(&format!("/handovers/{handover}/park"), request)
    }

    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released> {
        self.post(&format!("/handovers/{handover}/release"), request)
    }

    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        self.post(&format!("/handovers/{handover}/reports"), report)
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        self.ask("GET", &format!("/handovers/{handover}"), None, None)
    }

    fn change_card(&self, order: &str, change: &ChangeCard) -> Reply<Order> {
        self.post_once(&format!("/orders/{order}/card"), change)
    }

    fn incarnation(&self) -> Option<String> {
        self.line.seen.borrow().clone()
    }

    fn resent(&self, incarnation: &str) -> Reply<()> {
        let Ok(number) = incarnation.parse() else {
            return Reply::Unknown;
        };
        let reply = self.post(
            "/terminal/resent",
            &Resent {
                incarnation: number,
            },
        );
        if matches!(reply, Reply::Done(())) {
            self.line.known.replace(Some(incarnation.to_owned()));
        }
        reply
    }
}
