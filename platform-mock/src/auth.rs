//! Who calls: terminals by their certificate, or by a bearer token in the clear; people by their session. Each route states who may call it and
//! whose data it is about.

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kippu_api::{people::PersonRole, problem::ProblemCode};
use kippu_ticket::ids::{CardUid, SellerId};
use sha2::{Digest as _, Sha256};

use crate::{
    app::App,
    devices::{
        access::{Credential, credential},
        door::Peer,
    },
    masters::rules::{Terminal, TerminalRole},
    pages::{Asked, site},
    people::rules::{Bound, Clerk, Operator, Person},
    refusal::{Answer, Refusal},
    restore::guard,
    routes::RouteEntry,
};

/// Somebody who can be allowed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A kiosk.
    Kiosk,
    /// A gate.
    Gate,
    /// A register's screen.
    Register,
    /// A clerk's session.
    Clerk,
    /// An operator's session, as bearer token or, for pages, as cookie.
    Operator,
    /// A session of somebody of an organizer.
    Organizer,
    /// A session of somebody of a seller.
    Seller,
    /// A session of somebody who works at a venue.
    Venue,
    /// A session of somebody with cards.
    Member,
}

impl Role {
    /// The word for it in the API's description.
    pub fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn is_person(self) -> bool {
        !matches!(self, Self::Kiosk | Self::Gate | Self::Register)
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allow {
    /// Anybody, without credentials.
    Anyone,
    /// Callers with one of these roles.
    Roles(&'static [Role]),
}

/// Whose data a route shows and changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nobody's: the same for every caller.
    Common,
    /// Everybody's.
    All,
    /// The calling person's own account and sessions.
    Account,
    /// What the calling terminal has in hand, was given or did.
    Terminal,
    /// What whoever is at the terminal shows it: a card, or a code. The terminal is believed that it is there.
    Bearer,
    /// Of the caller's store.
    Store,
    /// Of the caller's seller.
    Seller,
    /// Of the caller's organizer.
    Organizer,
    /// Of the caller's venue.
    Venue,
    /// Of the caller's cards.
    Cards,
}

impl Scope {
    /// The word for it in the API's description.
    pub fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Who may call a route, and whose data it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub allow: Allow,
    /// Whose.
    pub scope: Scope,
}

impl Allow {
    /// States whose data it is about.
    pub const fn of(self, scope: Scope) -> Access {
        Access { allow: self, scope }
    }
}

/// Kiosks.
pub const KIOSK: Allow = Allow::Roles(&[Role::Kiosk]);
/// Gates.
pub const GATE: Allow = Allow::Roles(&[Role::Gate]);
/// Terminals that work with cards.
pub const CARD_TERMINAL: Allow = Allow::Roles(&[Role::Kiosk, Role::Gate]);
/// Terminals clerks log in at.
pub const STORE_TERMINAL: Allow = Allow::Roles(&[Role::Kiosk, Role::Register]);
/// Terminals of every kind.
pub const TERMINAL: Allow = Allow::Roles(&[Role::Kiosk, Role::Gate, Role::Register]);
/// Clerks.
pub const CLERK: Allow = Allow::Roles(&[Role::Clerk]);
/// People who run the platform.
pub const OPERATOR: Allow = Allow::Roles(&[Role::Operator]);
/// People of organizers.
pub const ORGANIZER: Allow = Allow::Roles(&[Role::Organizer]);
/// People of sellers.
pub const SELLER: Allow = Allow::Roles(&[Role::Seller]);
/// People who work at venues.
pub const VENUE: Allow = Allow::Roles(&[Role::Venue]);
/// People with cards.
pub const MEMBER: Allow = Allow::Roles(&[Role::Member]);
/// Everybody with an account.
pub const PERSON: Allow = Allow::Roles(&[
    Role::Clerk,
    Role::Operator,
    Role::Organizer,
    Role::Seller,
    Role::Venue,
    Role::Member,
]);

/// An authenticated caller.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A terminal.
    Terminal(Terminal),
    /// Somebody, with the hash of the session's token.
    Person(Person, [u8; 32]),
}

impl Caller {
    /// A short name that no other caller has.
    pub fn label(&self) -> String {
        match self {
            Self::Terminal(terminal) => format!("t{}", terminal.id),
            Self::Person(person, _) => format!("a{}", person.account),
        }
    }

    fn role(&self) -> Role {
        match self {
            Self::Terminal(terminal) => match terminal.role {
                TerminalRole::Kiosk => Role::Kiosk,
                TerminalRole::Gate => Role::Gate,
                TerminalRole::Register => Role::Register,
            },
            Self::Person(person, _) => match person.role {
                PersonRole::Operator => Role::Operator,
                PersonRole::Organizer => Role::Organizer,
                PersonRole::Seller => Role::Seller,
                PersonRole::Clerk => Role::Clerk,
                PersonRole::Venue => Role::Venue,
                PersonRole::Member => Role::Member,
            },
        }
    }
}

/// What is stored of a token.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Lets a request through if its caller may make it.
pub async fn authorize(
    State((app, entry)): State<(App, RouteEntry)>,
    mut request: Request,
    next: Next,
) -> Response {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(hash_token);
    let token = token.or_else(|| site::cookie(entry.path, request.headers()));
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let shown = Shown {
        token,
        device: credential(peer.map(|ConnectInfo(peer)| peer), token),
    };
    let checked = match checked(&app, entry, request.headers(), shown).await {
        Ok(Some(caller)) => {
            let (path, headers) = (request.uri().path(), request.headers());
            let passed = guard::check(&app, entry, path, headers, &caller).await;
            passed.map(|()| Some(caller))
        }
        other => other,
    };
    let asked = site::is_shown(entry.path).then(|| Asked::of(&request, checked.as_ref().ok()));
    let answer = match checked {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            request.extensions_mut().insert(entry);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    match asked {
        Some(asked) => asked.shown(answer),
        None => answer,
    }
}

/// What came with a request.
#[derive(Clone, Copy)]
struct Shown {
    /// The hash of a bearer token or of a session's cookie.
    token: Option<[u8; 32]>,
    /// What a terminal proves itself by.
    device: Option<Credential>,
}

/// Who calls, if they may; forms of other sites are refused whoever calls.
async fn checked(
    app: &App,
    entry: RouteEntry,
    headers: &HeaderMap,
    shown: Shown,
) -> Answer<Option<Caller>> {
    if site::is_page(entry.path) && entry.method != "get" {
        site::check_origin(headers)?;
    }
    check(app, entry.access.allow, shown).await
}

async fn check(app: &App, allow: Allow, shown: Shown) -> Answer<Option<Caller>> {
    let Allow::Roles(roles) = allow else {
        return Ok(None);
    };
    let caller = find(app, roles, shown).await?;
    let caller = caller.ok_or_else(|| {
        Refusal::new(
            ProblemCode::Unauthenticated,
            "No valid credentials came with the request.",
        )
        .hint("A terminal shows its certificate, people log in again.")
    })?;
    if roles.contains(&caller.role()) {
        Ok(Some(caller))
    } else {
        Err(Refusal::new(
            ProblemCode::Forbidden,
            format!("This is not for the role {}.", caller.role().word()),
        ))
    }
}

/// Whoever calls. Looks first among those who may, and then among the others to tell a stranger from the wrong caller.
async fn find(app: &App, roles: &[Role], shown: Shown) -> Answer<Option<Caller>> {
    let people_first = roles.iter().all(|role| role.is_person());
    if people_first && let Some(person) = person(app, shown.token).await? {
        return Ok(Some(person));
    }
    if let Some(device) = shown.device
        && let Some(terminal) = app.terminals().find(app, device).await?
    {
        return Ok(Some(Caller::Terminal(terminal)));
    }
    if people_first {
        return Ok(None);
    }
    person(app, shown.token).await
}

async fn person(app: &App, token: Option<[u8; 32]>) -> Answer<Option<Caller>> {
    let Some(token) = token else { return Ok(None) };
    let Some((person, tell)) = app.storage().person_by_session(token, app.now()).await? else {
        return Ok(None);
    };
    if tell {
        app.storage().session_used(token).await?;
    }
    Ok(Some(Caller::Person(person, token)))
}

/// The calling terminal, on a route about anything but everything.
pub struct AsTerminal(pub Terminal);

/// The calling clerk, with the hash of the session's token, on a route about the clerk's store or its seller.
pub struct AsClerk(pub Clerk, pub [u8; 32]);

/// The calling operator, with the hash of the session's token, on a route about everything.
pub struct AsOperator(pub Operator, pub [u8; 32]);

/// Whoever has a session, with the hash of its token, on a route about themselves.
pub struct AsPerson(pub Person, pub [u8; 32]);

/// Row of the caller's organizer, on a route about that.
pub struct OwnOrganizer(pub i64);

/// Somebody of an organizer, and its row, on a route about that.
pub struct AsOrganizer(pub Person, pub i64);

/// The caller's seller, on a route about that.
pub struct OwnSeller(pub SellerId);

/// Somebody of a seller, and which, on a route about that.
pub struct AsSeller(pub Person, pub SellerId);

/// Row of the caller's venue, on a route about that.
pub struct OwnVenue(pub i64);

/// The caller's cards, on a route about them.
pub struct OwnCards(pub Vec<CardUid>);

/// Takes out of a request what its route was declared for. A handler asks for what it needs by these types alone, so one that needs more than
/// its route declares is refused whoever calls.
fn taken<T>(
    parts: &Parts,
    declared: impl Fn(Scope) -> bool,
    take: impl FnOnce(&Caller) -> Option<T>,
) -> Answer<T> {
    let entry = parts.extensions.get::<RouteEntry>();
    let fits = entry.is_some_and(|entry| declared(entry.access.scope));
    let caller = parts.extensions.get::<Caller>().filter(|_| fits);
    caller
        .and_then(take)
        .ok_or_else(|| Refusal::new(ProblemCode::Forbidden, "This is not for you to see or do."))
}

macro_rules! taken {
    ($($name:ident: $($scope:ident)|+, $caller:ident => $take:expr;)*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Refusal;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
                let declared = |scope| matches!(scope, $(Scope::$scope)|+);
                taken(parts, declared, |$caller| $take)
            }
        }
    )*};
}

taken! {
    AsTerminal: Common | Terminal | Bearer | Store | Seller, caller => match caller {
        Caller::Terminal(terminal) => Some(Self(terminal.clone())),
        Caller::Person(..) => None,
    };
    AsClerk: Store | Seller | Account, caller => match caller {
        Caller::Person(person, session) => person.as_clerk().map(|clerk| Self(clerk, *session)),
        Caller::Terminal(_) => None,
    };
    AsOperator: All | Account, caller => match caller {
        Caller::Person(person, session) => person.as_operator().map(|operator| Self(operator, *session)),
        Caller::Terminal(_) => None,
    };
    AsPerson: Account, caller => match caller {
        Caller::Person(person, session) => Some(Self(person.clone(), *session)),
        Caller::Terminal(_) => None,
    };
    OwnOrganizer: Organizer, caller => match bound(caller)? {
        Bound::Organizer(organizer) => Some(Self(*organizer)),
        _ => None,
    };
    AsOrganizer: Organizer, caller => match (caller, bound(caller)?) {
        (Caller::Person(person, _), Bound::Organizer(organizer)) => Some(Self(person.clone(), *organizer)),
        _ => None,
    };
    OwnSeller: Seller, caller => match bound(caller)? {
        Bound::Seller(seller) => Some(Self(*seller)),
        _ => None,
    };
    AsSeller: Seller, caller => match (caller, bound(caller)?) {
        (Caller::Person(person, _), Bound::Seller(seller)) => Some(Self(person.clone(), *seller)),
        _ => None,
    };
    OwnVenue: Venue, caller => match bound(caller)? {
        Bound::Venue(venue) => Some(Self(*venue)),
        _ => None,
    };
    OwnCards: Cards, caller => match bound(caller)? {
        Bound::Cards(cards) => Some(Self(cards.clone())),
        _ => None,
    };
}

fn bound(caller: &Caller) -> Option<&Bound> {
    match caller {
        Caller::Person(person, _) => Some(&person.bound),
        Caller::Terminal(_) => None,
    }
}
