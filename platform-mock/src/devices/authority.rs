//! The platform's own authority: certifies terminals, and the servers they speak to.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use kippu_api::{
    enrolment::fingerprint,
    identity::{certificate, provider},
};
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, Issuer,
    KeyPair, KeyUsagePurpose, SerialNumber,
};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime},
    server::{
        ClientHello, ResolvesServerCert, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
};
use time::OffsetDateTime;

use crate::{
    keys,
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
/// How long a terminal's certificate is good: 90 days. It renews it with 30 days left.
pub const TERMINAL_MICROS: i64 = 90 * DAY;
/// How long a server's is good; it makes itself a new one with a third left.
const SERVER_MICROS: i64 = 30 * DAY;
/// Certificates begin a little before they are made, for clocks that are slow: 10 minutes for the platform's own, a day for terminals that
/// look at the server's.
const TERMINAL_SLACK: i64 = 600 * SECOND;
const SERVER_SLACK: i64 = DAY;

/// The authority in use.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

/// A certificate that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// PEM.
    pub pem: String,
    /// SHA-256 of its DER.
    pub fingerprint: [u8; 32],
    /// Serial number, hexadecimal.
    pub serial: String,
    /// From when and until when it is good, UTC microseconds.
    pub valid: (i64, i64),
}

impl Authority {
    /// Reads it.
    ///
    /// # Errors
    /// When key or certificate is none.
    pub fn open(stored: &keys::Authority) -> anyhow::Result<Self> {
        let key = KeyPair::from_pem(&stored.key)?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&stored.certificate, key)?,
            pem: stored.certificate.clone(),
            der: certificate(&stored.certificate)?,
        })
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate, DER.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Certifies a terminal's key. Only the key is taken from the request; the names are the platform's.
    ///
    /// # Errors
    /// 400 when the request is none, or was not signed with its own key.
    pub fn certify(&self, request: &str, terminal: &Terminal, now: i64) -> Answer<Issued> {
        let mut asked = CertificateSigningRequestParams::from_pem(request).map_err(|error| {
            Refusal::bad_request(format!(
                "The certificate request is not understood: {error}."
            ))
        })?;
        let valid = (now - TERMINAL_SLACK, now + TERMINAL_MICROS);
        let serial = random_serial();
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, &terminal.name);
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, terminal.role.word());
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = (time_of(valid.0)?, time_of(valid.1)?);
        asked.params = params;
        let made = asked
            .signed_by(&self.issuer)
            .map_err(|error| Refusal::internal(&error))?;
        Ok(Issued {
            pem: made.pem(),
            fingerprint: fingerprint(made.der()),
            serial: hex::encode(serial),
            valid,
        })
    }

    fn certify_server(&self, names: &[String], now: i64) -> anyhow::Result<CertifiedKey> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Kippu platform");
        params.serial_number = Some(SerialNumber::from_slice(&random_serial()));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = time_of(now - SERVER_SLACK)?;
        params.not_after = time_of(now + SERVER_MICROS)?;
        let made = params.signed_by(&key, &self.issuer)?;
        // The authority's own certificate travels along: at enrolment a terminal knows it by its fingerprint alone.
        let chain = vec![made.der().clone(), self.der.clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        Ok(CertifiedKey::from_der(chain, key, &provider())?)
    }
}

fn random_serial() -> [u8; 16] {
    let mut serial: [u8; 16] = rand::random();
    // Positive, and no shorter than it looks.
    serial[0] = serial[0] & 0x7F | 0x40;
    serial
}

fn time_of(micros: i64) -> Answer<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(micros.div_euclid(SECOND))
        .map_err(|error| Refusal::internal(&error))
}

/// How a server under these names speaks TLS: with a certificate it keeps fresh by itself, and asking for a terminal's.
///
/// # Errors
/// When a name is none.
pub fn server(authority: Arc<Authority>, names: Vec<String>) -> anyhow::Result<ServerConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der.clone())?;
    let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .allow_unauthenticated()
        .build()?;
    let server = Server::begin(authority, names)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(AnyTime(inner)))
        .with_cert_resolver(Arc::new(server));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The names a server is reached by: those stated, or the address it listens on.
///
/// # Errors
/// When it listens everywhere and no name is stated.
pub fn names(stated: &[String], listening: IpAddr) -> anyhow::Result<Vec<String>> {
    if !stated.is_empty() {
        return Ok(stated.to_vec());
    }
    if listening.is_unspecified() {
        anyhow::bail!("say under which name terminals reach this machine: --name HOST");
    }
    Ok(vec![listening.to_string()])
}

struct Server {
    authority: Arc<Authority>,
    names: Vec<String>,
    current: RwLock<(Arc<CertifiedKey>, u64)>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl Server {
    fn begin(authority: Arc<Authority>, names: Vec<String>) -> anyhow::Result<Self> {
        let now = UnixTime::now().as_secs();
        let first = authority.certify_server(&names, micros(now))?;
        Ok(Self {
            authority,
            names,
            current: RwLock::new((Arc::new(first), now)),
        })
    }
}

fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(i64::MAX / SECOND)
        .saturating_mul(SECOND)
}

impl ResolvesServerCert for Server {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = UnixTime::now().as_secs();
        let (current, made) = self
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // A clock that was set back counts as time that has passed: the certificate may not be good yet by it.
        if micros(now.abs_diff(made)) < SERVER_MICROS * 2 / 3 {
            return Some(current);
        }
        match self.authority.certify_server(&self.names, micros(now)) {
            Ok(fresh) => {
                let fresh = Arc::new(fresh);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) =
                    (Arc::clone(&fresh), now);
                Some(fresh)
            }
            Err(error) => {
                tracing::error!("the server's certificate cannot be renewed: {error:#}");
                Some(current)
            }
        }
    }
}

/// Takes certificates of the authority whatever their time: a terminal whose certificate has ended, or whose platform's clock is wrong, is
/// told so in words by the routes, where a failed handshake could not say anything.
#[derive(Debug)]
struct AnyTime(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AnyTime {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let good_at = match self.0.verify_client_cert(end_entity, intermediates, now) {
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext {
                not_after, ..
            })) => not_after,
            Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                not_before,
                ..
            })) => not_before,
            other => return other,
        };
        self.0
            .verify_client_cert(end_entity, intermediates, good_at)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
