//! Logging in: the same for everybody, whoever they are and wherever they do it.

use std::net::{IpAddr, Ipv6Addr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{CardUid, TerminalId};

use super::{
    rules::Person,
    storage::{Login, Opening},
    tries::Attempt,
};
use crate::{
    app::App,
    auth::hash_token,
    devices::door::Peer,
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
};

/// The header by which a proxy on this machine says who called it.
const FORWARDED: &str = "x-forwarded-for";

/// Where a request comes from: an address, of IPv6 the network, that wrong tries are counted by.
pub struct Source(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.address.ip());
        Ok(Self(source(peer, &parts.headers)))
    }
}

fn source(peer: Option<IpAddr>, headers: &HeaderMap) -> String {
    let Some(peer) = peer else {
        return "an unknown address".into();
    };
    // Only a proxy on this machine is believed: anybody else could write any address there.
    let forwarded = headers
        .get_all(FORWARDED)
        .iter()
        .next_back()
        .filter(|_| peer.to_canonical().is_loopback())
        .and_then(|value| {
            value
                .to_str()
                .ok()?
                .split(',')
                .next_back()?
                .trim()
                .parse()
                .ok()
        });
    match forwarded.unwrap_or(peer).to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        // Whoever has one address of a network of IPv6 has all of them.
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Somebody who has just logged in.
pub struct Opened {
    /// The session's bearer token.
    pub token: String,
    /// Who.
    pub person: Person,
    /// When it ends at the latest, UTC microseconds.
    pub expires: i64,
}

/// What somebody says to be allowed in.
pub struct Wish {
    /// Who they say they are.
    pub login: Login,
    /// What only they know.
    pub secret: String,
    /// How the try is counted.
    pub attempt: Attempt,
}

/// Checks a secret and opens a session for somebody who is `wanted` here. Whoever is not gets the same answer as for a wrong secret.
///
/// # Errors
/// 401 for a wrong pair, 429 after too many, 503 when too many others are logging in.
pub async fn open(
    app: &App,
    wish: Wish,
    terminal: Option<&Terminal>,
    wanted: impl Fn(&Person) -> bool,
) -> Answer<Opened> {
    let Wish {
        login,
        secret,
        attempt,
    } = wish;
    app.storage().admit(attempt.clone()).await?;
    let known = app.storage().person(login).await?;
    let (person, hash) = known.unzip();
    let right = app.checking().matches(secret, hash).await?;
    let terminal = terminal.map(|terminal| terminal.id);
    let from = attempt.source().to_owned();
    let Some(person) = person.clone().filter(|person| right && wanted(person)) else {
        app.storage().login_refused(person, terminal, from).await?;
        return Err(
            Refusal::new(ProblemCode::Unauthenticated, "Number or secret is wrong.")
                .hint("Enter both again."),
        );
    };
    let_in(app, person, terminal, Some(attempt), from).await
}

/// Opens a session for somebody `wanted` here whose card lies on a terminal's reader.
///
/// # Errors
/// 401 for a card nobody logs in with.
pub async fn open_by_card(
    app: &App,
    card: CardUid,
    terminal: &Terminal,
    wanted: impl Fn(&Person) -> bool,
) -> Answer<Opened> {
    let known = app.storage().person_by_card(card).await?;
    let from = format!("card {card}");
    let Some(person) = known.clone().filter(|person| wanted(person)) else {
        app.storage()
            .login_refused(known, Some(terminal.id), from)
            .await?;
        return Err(Refusal::new(
            ProblemCode::Unauthenticated,
            "Nobody logs in with this card here.",
        )
        .hint("Enter number and PIN."));
    };
    let_in(app, person, Some(terminal.id), None, from).await
}

async fn let_in(
    app: &App,
    person: Person,
    terminal: Option<TerminalId>,
    attempt: Option<Attempt>,
    from: String,
) -> Answer<Opened> {
    let token = hex::encode(rand::random::<[u8; 32]>());
    let opening = Opening {
        token: hash_token(&token),
        account: person.account,
        terminal,
        attempt,
        from,
    };
    let expires = app.storage().open_session(opening).await?;
    Ok(Opened {
        token,
        person,
        expires,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_says_who_called() {
        let mut headers = HeaderMap::new();
        let from = |peer: &str, headers: &HeaderMap| source(Some(peer.parse().unwrap()), headers);
        assert_eq!(from("192.0.2.7", &headers), "192.0.2.7");
        assert_eq!(from("::ffff:192.0.2.7", &headers), "192.0.2.7");
        assert_eq!(from("2001:db8:1:2:3::4", &headers), "2001:db8:1:2::/64");
        headers.append(FORWARDED, "203.0.113.9, 198.51.100.4".parse().unwrap());
        assert_eq!(from("192.0.2.7", &headers), "192.0.2.7");
        assert_eq!(from("127.0.0.1", &headers), "198.51.100.4");
        headers.append(FORWARDED, "nobody".parse().unwrap());
        assert_eq!(from("127.0.0.1", &headers), "127.0.0.1");
    }
}
