//! The client's part for certificates: enrolling, renewing, and saying plainly when a clock is wrong.

use std::{error::Error, io, time::Duration};

use jiff::Timestamp;
use kippu_ticket::ids::TerminalId;
use reqwest::Method;
use rustls::{CertificateError, pki_types::UnixTime};

use super::{ANSWER_TIMEOUT, CONNECT_TIMEOUT, Client, ClientError, chain, json, without_reference};
use crate::{
    device_key,
    enrolment::{Enrolled, Enrolment, EnrolmentCode, Renewal, Renewed},
    identity::{BadIdentity, Stored, certificate, new_key, pinned_to},
};

/// A terminal as it is after enrolment: what the platform said of it, and its secrets.
pub struct NewTerminal {
    /// Its place at the platform.
    pub enrolled: Enrolled,
    /// Its key and certificate.
    pub identity: Stored,
    /// The key it shares with the platform for bundles and stick files.
    pub device_key: [u8; 32],
}

/// Makes this machine a terminal: makes its keys and has them certified by the one platform that the code names.
///
/// # Errors
/// As every request. After [`ClientError::Unknown`] the code may be used up: the operator makes another one.
pub async fn enrol(url: &str, code: &EnrolmentCode) -> Result<NewTerminal, ClientError> {
    let here = |error: BadIdentity| ClientError::Unreachable(error.to_string());
    let (key, request) = new_key().map_err(here)?;
    let sealing = device_key::random_secret();
    let http = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
        .no_proxy()
        .https_only(true)
        .tls_backend_preconfigured(pinned_to(code).map_err(here)?)
        .build()
        .map_err(|error| ClientError::Unreachable(chain(error)))?;
    let first = Client {
        http,
        base: url.trim_end_matches('/').into(),
        token: String::new(),
        identity: None,
        lives: std::sync::Arc::default(),
        patience: ANSWER_TIMEOUT / 2,
    };
    let enrolment = Enrolment {
        secret: code.secret(),
        request,
        sealing_key: hex::encode(device_key::public_of(&sealing)),
    };
    let enrolled: Enrolled = first.post("/enrolments", Some(&enrolment), None).await?;
    let foreign = || without_reference("the answer is another platform's".into());
    let authority = certificate(&enrolled.authority).map_err(|_| foreign())?;
    if !code.is_of(&authority) {
        return Err(foreign());
    }
    Ok(NewTerminal {
        device_key: shared_key(&sealing, &enrolled.sealing_key, enrolled.terminal)
            .ok_or_else(foreign)?,
        identity: Stored {
            key,
            certificate: enrolled.certificate.clone(),
            authority: enrolled.authority.clone(),
            valid: enrolled.valid,
        },
        enrolled,
    })
}

fn shared_key(own: &[u8; 32], platform: &str, terminal: TerminalId) -> Option<[u8; 32]> {
    let mut public = [0; 32];
    hex::decode_to_slice(platform, &mut public).ok()?;
    device_key::at_terminal(own, public, terminal).ok()
}

impl Client {
    /// The terminal's next certificate, for a request (PEM) with its next key.
    pub async fn renew_certificate(&self, request: String) -> Result<Renewed, ClientError> {
        let renewal = Renewal { request };
        json(
            self.send(
                self.request(Method::POST, "/terminal/certificate")
                    .json(&renewal),
            )
            .await?,
        )
        .await
    }
}

/// What to do where the platform's certificate is not good at the time this machine believes it is.
pub(super) fn clock_words(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(fault)) = innermost(error).downcast_ref() {
            return match fault {
                CertificateError::NotValidYetContext { time, not_before } => Some(format!(
                    "this terminal's clock says {}, and the platform's certificate begins at {}: set this terminal's clock",
                    words(*time),
                    words(*not_before)
                )),
                CertificateError::ExpiredContext { time, not_after } => Some(format!(
                    "this terminal's clock says {}, and the platform's certificate ended at {}: set this terminal's clock, or restart the platform if the clock is right",
                    words(*time),
                    words(*not_after)
                )),
                _ => None,
            };
        }
        cause = error.source();
    }
    None
}

/// TLS faults arrive inside of I/O errors, one in another, which do not name them as their source.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => innermost(inner),
        None => error,
    }
}

fn words(time: UnixTime) -> String {
    Timestamp::UNIX_EPOCH
        .checked_add(Duration::from_secs(time.as_secs()))
        .map_or_else(|_| "an impossible time".into(), |time| time.to_string())
}
