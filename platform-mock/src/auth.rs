//! Who calls: terminals by their certificate, or by a bearer token in the clear; clerks and operators by their session. Each route states who may call it.

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kippu_api::problem::ProblemCode;
use sha2::{Digest as _, Sha256};

use crate::{
    app::App,
    clerks::rules::Clerk,
    devices::{
        access::{Credential, credential},
        door::Peer,
    },
    masters::rules::{Terminal, TerminalRole},
    operator::{pages, rules::Operator},
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
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allow {
    /// Anybody, without credentials.
    Anyone,
    /// Callers with one of these roles.
    Roles(&'static [Role]),
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

/// An authenticated caller.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A terminal.
    Terminal(Terminal),
    /// A clerk, with the hash of the session's token.
    Clerk(Clerk, [u8; 32]),
    /// An operator, with the hash of the session's token.
    Operator(Operator, [u8; 32]),
}

impl Caller {
    /// A short name that no other caller has.
    pub fn label(&self) -> String {
        match self {
            Self::Terminal(terminal) => format!("t{}", terminal.id),
            Self::Clerk(clerk, _) => format!("c{}", clerk.id),
            Self::Operator(operator, _) => format!("o{}", operator.id),
        }
    }

    fn role(&self) -> Role {
        match self {
            Self::Terminal(terminal) => match terminal.role {
                TerminalRole::Kiosk => Role::Kiosk,
                TerminalRole::Gate => Role::Gate,
                TerminalRole::Register => Role::Register,
            },
            Self::Clerk(..) => Role::Clerk,
            Self::Operator(..) => Role::Operator,
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
    let token = token.or_else(|| pages::cookie(entry.path, request.headers()));
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let device = credential(peer.map(|ConnectInfo(peer)| peer), token);
    let checked = match check(&app, entry.allow, token, device).await {
        Ok(Some(caller)) => {
            let (path, headers) = (request.uri().path(), request.headers());
            let passed = guard::check(&app, entry, path, headers, &caller).await;
            passed.map(|()| Some(caller))
        }
        other => other,
    };
    match checked {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(refusal) if pages::is_page(entry.path) => pages::refused(&request, refusal),
        Err(refusal) => refusal.into_response(),
    }
}

async fn check(
    app: &App,
    allow: Allow,
    token: Option<[u8; 32]>,
    device: Option<Credential>,
) -> Answer<Option<Caller>> {
    let Allow::Roles(roles) = allow else {
        return Ok(None);
    };
    let caller = find(app, roles, token, device).await?;
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
            format!(
                "This is not for a {}.",
                format!("{:?}", caller.role()).to_lowercase()
            ),
        ))
    }
}

/// Whoever calls. Looks first among those who may, and then among the others to tell a stranger from the wrong caller.
async fn find(
    app: &App,
    roles: &[Role],
    token: Option<[u8; 32]>,
    device: Option<Credential>,
) -> Answer<Option<Caller>> {
    if let Some(token) = token {
        if roles == [Role::Clerk]
            && let Some(clerk) = clerk(app, token).await?
        {
            return Ok(Some(clerk));
        }
        if roles == [Role::Operator]
            && let Some(operator) = operator(app, token).await?
        {
            return Ok(Some(operator));
        }
    }
    if let Some(device) = device
        && let Some(terminal) = app.terminals().find(app, device).await?
    {
        return Ok(Some(Caller::Terminal(terminal)));
    }
    let Some(token) = token else { return Ok(None) };
    match clerk(app, token).await? {
        Some(clerk) => Ok(Some(clerk)),
        None => operator(app, token).await,
    }
}

async fn operator(app: &App, token: [u8; 32]) -> Answer<Option<Caller>> {
    let found = app.storage().operator_by_session(token, app.now()).await?;
    Ok(found.map(|operator| Caller::Operator(operator, token)))
}

async fn clerk(app: &App, token: [u8; 32]) -> Answer<Option<Caller>> {
    let clerk = app.storage().clerk_by_session(token, app.now()).await?;
    Ok(clerk.map(|clerk| Caller::Clerk(clerk, token)))
}

/// The calling terminal.
pub struct AsTerminal(pub Terminal);

/// The calling clerk, with the hash of the session's token.
pub struct AsClerk(pub Clerk, pub [u8; 32]);

/// The calling operator, with the hash of the session's token.
pub struct AsOperator(pub Operator, pub [u8; 32]);

impl<S: Send + Sync> FromRequestParts<S> for AsTerminal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Terminal(terminal)) => Ok(Self(terminal.clone())),
            _ => Err(Refusal::new(
                ProblemCode::Forbidden,
                "Only a terminal may do this.",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AsClerk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Clerk(clerk, session)) => Ok(Self(clerk.clone(), *session)),
            _ => Err(Refusal::new(
                ProblemCode::Forbidden,
                "Only a clerk may do this.",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AsOperator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Operator(operator, session)) => Ok(Self(operator.clone(), *session)),
            _ => Err(Refusal::new(
                ProblemCode::Forbidden,
                "Only an operator may do this.",
            )),
        }
    }
}
