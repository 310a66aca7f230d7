//! Reading requests: paths, queries and JSON bodies with a clear refusal, and idempotency keys.

use axum::{
    body::Bytes,
    extract::{self, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};
use kippu_api::client::IDEMPOTENCY_KEY;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::{
    auth::Caller,
    refusal::{Answer, Refusal},
    storage::idempotency::RequestKey,
};

/// Longest idempotency key.
const KEY_MAX: usize = 64;

/// What stands in the path.
pub struct Path<T>(pub T);

/// What stands behind the question mark.
pub struct Query<T>(pub T);

/// A JSON body.
pub struct Body<T>(pub T);

/// The idempotency key of a request without a body.
pub struct Keyed(pub RequestKey);

/// An idempotency key and a JSON body.
pub struct KeyedJson<T>(pub RequestKey, pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let found = extract::Path::from_request_parts(parts, state).await;
        found
            .map(|extract::Path(found)| Self(found))
            .map_err(|rejection| Refusal::bad_request(rejection.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let found = extract::Query::from_request_parts(parts, state).await;
        found
            .map(|extract::Query(found)| Self(found))
            .map_err(|rejection| Refusal::bad_request(rejection.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        json(&body(request, state).await?).map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for Keyed {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        keyed(request, state).await.map(|(key, _)| Self(key))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for KeyedJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        let (key, bytes) = keyed(request, state).await?;
        Ok(Self(key, json(&bytes)?))
    }
}

async fn keyed<S: Send + Sync>(request: Request, state: &S) -> Answer<(RequestKey, Bytes)> {
    let caller = request
        .extensions()
        .get::<Caller>()
        .map(Caller::label)
        .unwrap_or_default();
    let key = key(request.headers())?;
    let place = format!("{} {}\n", request.method(), request.uri().path());
    let bytes = body(request, state).await?;
    let mut hasher = Sha256::new();
    hasher.update(place);
    hasher.update(&bytes);
    Ok((
        RequestKey {
            caller,
            key,
            fingerprint: hasher.finalize().into(),
        },
        bytes,
    ))
}

fn key(headers: &HeaderMap) -> Answer<String> {
    let key = headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(allowed) {
        return Err(Refusal::bad_request(format!(
            "{IDEMPOTENCY_KEY} is missing or is not 1 to {KEY_MAX} letters, digits, - and _."
        ))
        .hint("Send a random key with every wish, and the same one when repeating it."));
    }
    Ok(key.to_owned())
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Answer<Bytes> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Refusal::bad_request(rejection.body_text()))
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Refusal::bad_request(format!("The body is not what the API describes: {error}."))
    })
}
