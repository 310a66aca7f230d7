//! Versions of a key: made known first, so that every node and every gate has it before anything is signed or written with it, then used.

use std::path::Path;

use anyhow::{Context as _, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::{Versions, chest::Chest, secret, stored, wrapping::Wrapping};

/// Where the gates' key lies among a version's cards' keys.
const GATE_KEY: std::ops::Range<usize> = 32..48;

/// Keys that have versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Ed25519 keys tickets are signed with.
    Signing,
    /// Master keys of cards.
    Cards,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Signing => "issuer",
            Self::Cards => "cards",
        }
    }
}

/// How a folder of keys stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Whether they are locked.
    pub locked: bool,
    /// Each family: how many versions there are, and which is used.
    pub families: Vec<(Family, u8, u8)>,
    /// SHA-256 of the authority's certificate.
    pub authority: Option<[u8; 32]>,
}

/// The versions of a family of keys.
pub(super) fn versions<const N: usize, T>(
    chest: &mut Chest,
    name: &str,
    read: impl Fn([u8; N]) -> T,
) -> anyhow::Result<Versions<T>> {
    let mut all = vec![read(secret(chest, &file(name, 1))?)];
    for version in 2..=u8::MAX {
        let Some(bytes) = stored(chest, &file(name, version))? else {
            break;
        };
        all.push(read(bytes));
    }
    let current = current(chest, name)?;
    if usize::from(current) > all.len() {
        bail!("version {current} of the keys {name} is missing");
    }
    Ok(Versions { current, all })
}

fn file(name: &str, version: u8) -> String {
    if version == 1 {
        format!("{name}.key")
    } else {
        format!("{name}-{version}.key")
    }
}

fn current(chest: &Chest, name: &str) -> anyhow::Result<u8> {
    match chest.get(&format!("{name}.current"))? {
        Some(text) => text
            .trim()
            .parse()
            .with_context(|| format!("{name}.current is no number")),
        None => Ok(1),
    }
}

fn count(chest: &Chest, name: &str) -> anyhow::Result<u8> {
    let mut found = 0;
    while found < u8::MAX && chest.get(&file(name, found + 1))?.is_some() {
        found += 1;
    }
    Ok(found)
}

/// Makes the next version; its number. It is not used yet.
///
/// # Errors
/// When one is waiting already.
pub fn announce(data: &Path, wrapping: &Wrapping, family: Family) -> anyhow::Result<u8> {
    let mut chest = Chest::open(data, wrapping)?;
    let name = family.name();
    let (found, current) = (count(&chest, name)?, current(&chest, name)?);
    if found == 0 {
        bail!("there are no keys here yet: the platform makes them when it starts");
    }
    if found > current {
        bail!("version {found} waits already: activate it first");
    }
    let next = found
        .checked_add(1)
        .context("there are 255 versions already")?;
    match family {
        Family::Signing => secret::<32>(&mut chest, &file(name, next)).map(drop)?,
        Family::Cards => {
            let mut bytes = [0; 64];
            rand::fill(&mut bytes[..]);
            // Gates open cards with no network and know one key: it stays, and can read and mark entries only.
            let first: [u8; 64] = secret(&mut chest, &file(name, 1))?;
            bytes[GATE_KEY].copy_from_slice(&first[GATE_KEY]);
            chest.put(&file(name, next), hex::encode(bytes))?;
        }
    }
    Ok(next)
}

/// Uses the version that was made known; its number.
///
/// # Errors
/// When none waits.
pub fn activate(data: &Path, wrapping: &Wrapping, family: Family) -> anyhow::Result<u8> {
    let mut chest = Chest::open(data, wrapping)?;
    let name = family.name();
    let (found, current) = (count(&chest, name)?, current(&chest, name)?);
    if found <= current {
        bail!("no next version waits: announce one first");
    }
    chest.put(&format!("{name}.current"), found.to_string())?;
    Ok(found)
}

/// How a folder of keys stands.
///
/// # Errors
/// When it cannot be read.
pub fn list(data: &Path, wrapping: &Wrapping) -> anyhow::Result<Listing> {
    let chest = Chest::open(data, wrapping)?;
    let family = |family: Family| {
        let name = family.name();
        anyhow::Ok((family, count(&chest, name)?, current(&chest, name)?))
    };
    let authority = match chest.get("authority.pem")? {
        Some(pem) => Some(kippu_api::enrolment::fingerprint(
            &kippu_api::identity::certificate(&pem)?,
        )),
        None => None,
    };
    Ok(Listing {
        locked: chest.is_locked(),
        families: vec![family(Family::Signing)?, family(Family::Cards)?],
        authority,
    })
}

/// Locks all keys by something else.
///
/// # Errors
/// When they are not locked by `from`, or cannot be written.
pub fn rewrap(data: &Path, from: &Wrapping, to: Wrapping) -> anyhow::Result<()> {
    Chest::open(data, from)?.rewrap(to)
}

/// Makes the authority that certifies terminals, where there is none.
///
/// # Errors
/// When it cannot be written.
pub fn ensure_authority(data: &Path, wrapping: &Wrapping) -> anyhow::Result<()> {
    let mut chest = Chest::open(data, wrapping)?;
    if chest.get("authority.pem")?.is_some() {
        return Ok(());
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(
        DnType::CommonName,
        format!("Kippu authority {}", hex::encode(rand::random::<[u8; 4]>())),
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2060, 1, 1);
    let certificate = params.self_signed(&key)?.pem();
    // The certificate last: with it there is an authority.
    chest.put("authority-key.pem", key.serialize_pem())?;
    chest.put("authority.pem", certificate)
}
