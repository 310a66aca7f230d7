//! Renewing a terminal's certificate in time.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{Identity, Stored, new_key};
use crate::client::{Client, ClientError};

/// How often a terminal looks at its certificate.
const LOOK: Duration = Duration::from_secs(3600);

/// Whether a certificate is so far through its time that the next one is due: with a third of it left, so that a terminal that is out of
/// reach for weeks still comes in time.
fn due((from, until): (i64, i64), now: i64) -> bool {
    let left = until.saturating_sub(now);
    left < until.saturating_sub(from) / 3
}

/// Gets the next certificate where it is due at `now`, UTC microseconds; whether it did. The key is made here.
///
/// # Errors
/// As every request; the old certificate stays in use.
pub async fn renew_when_due(
    client: &Client,
    identity: &Identity,
    now: i64,
) -> Result<bool, ClientError> {
    if !due(identity.valid(), now) {
        return Ok(false);
    }
    let here = |error: super::BadIdentity| ClientError::Unreachable(error.to_string());
    let (key, request) = new_key().map_err(here)?;
    let renewed = client.renew_certificate(request).await?;
    let stored = Stored {
        key,
        certificate: renewed.certificate,
        authority: identity.stored().authority,
        valid: renewed.valid,
    };
    identity.replace(stored).map_err(here)?;
    Ok(true)
}

/// Keeps a certificate fresh for as long as the terminal runs.
pub async fn stay_valid(client: Client, identity: Arc<Identity>) {
    loop {
        let now = Timestamp::now().as_microsecond();
        match renew_when_due(&client, &identity, now).await {
            Ok(true) => tracing::info!("the terminal has its next certificate"),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the certificate could not be renewed; it is tried again")
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_due_with_a_third_left() {
        assert!(!due((0, 90), 59));
        assert!(due((0, 90), 61));
        assert!(due((0, 90), 1000));
    }
}
