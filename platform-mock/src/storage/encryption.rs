//! TLS to a PostgreSQL server, by two parameters of its address: `sslmode` and `sslrootcert`. Where there is encryption, the server proves its
//! name by a certificate of the stated root: encryption without that keeps nobody out who can answer in the server's place.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use kippu_api::identity::provider;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// An address without what is ours in it, and how to encrypt.
pub fn of(address: &str) -> anyhow::Result<(String, Option<MakeRustlsConnect>)> {
    let (rest, mode) = take(address, "sslmode");
    let (rest, root) = take(&rest, "sslrootcert");
    let Some(root) = root else {
        if let Some(mode) = mode.filter(|mode| !matches!(mode.as_str(), "disable" | "prefer")) {
            bail!(
                "sslmode={mode} needs the root certificate the server is known by: sslrootcert=FILE"
            );
        }
        return Ok((with(&rest, "sslmode", "disable"), None));
    };
    match mode.as_deref() {
        None | Some("require" | "verify-ca" | "verify-full") => {}
        Some(other) => bail!("sslmode={other} does not go with sslrootcert: say verify-full"),
    }
    let connect = verified_by(Path::new(&root))
        .with_context(|| format!("the root certificate of the database, {root}"))?;
    Ok((with(&rest, "sslmode", "require"), Some(connect)))
}

fn verified_by(root: &Path) -> anyhow::Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(root)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        bail!("there is no certificate in it");
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(Arc::new(roots))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn is_url(address: &str) -> bool {
    address.starts_with("postgres://") || address.starts_with("postgresql://")
}

/// Takes a parameter out of an address of either form.
fn take(address: &str, name: &str) -> (String, Option<String>) {
    let mut found = None;
    let mut keep = |piece: &&str| match piece.split_once('=') {
        Some((key, value)) if key == name => {
            found = Some(value.to_owned());
            false
        }
        _ => true,
    };
    let rest = if is_url(address) {
        match address.split_once('?') {
            Some((front, query)) => {
                let kept: Vec<_> = query.split('&').filter(&mut keep).collect();
                format!("{front}?{}", kept.join("&"))
            }
            None => address.to_owned(),
        }
    } else {
        let kept: Vec<_> = address.split(' ').filter(&mut keep).collect();
        kept.join(" ")
    };
    (rest.trim_end_matches('?').to_owned(), found)
}

fn with(address: &str, name: &str, value: &str) -> String {
    let joint = match (is_url(address), address.contains('?')) {
        (false, _) => ' ',
        (true, false) => '?',
        (true, true) => '&',
    };
    format!("{address}{joint}{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_taken_out_of_both_forms() {
        for (address, rest) in [
            (
                "host=db user=kippu sslrootcert=/r.pem dbname=k",
                "host=db user=kippu dbname=k",
            ),
            (
                "postgres://kippu@db/k?sslrootcert=/r.pem",
                "postgres://kippu@db/k",
            ),
            (
                "postgres://kippu@db/k?a=b&sslrootcert=/r.pem&c=d",
                "postgres://kippu@db/k?a=b&c=d",
            ),
        ] {
            assert_eq!(
                take(address, "sslrootcert"),
                (rest.to_owned(), Some("/r.pem".into()))
            );
            assert_eq!(take(rest, "sslrootcert"), (rest.to_owned(), None));
        }
    }

    #[test]
    fn encryption_without_a_root_is_refused_and_none_is_said_plainly() {
        for address in [
            "host=db sslmode=require",
            "postgres://db/k?sslmode=verify-full",
        ] {
            assert!(of(address).is_err(), "{address}");
        }
        let (plain, connect) = of("postgres://db/k").unwrap();
        assert_eq!(
            (plain.as_str(), connect.is_none()),
            ("postgres://db/k?sslmode=disable", true)
        );
        assert!(of("host=db sslmode=disable sslrootcert=/r.pem").is_err());
        assert!(of("host=db sslrootcert=/nowhere.pem").is_err());
    }
}
