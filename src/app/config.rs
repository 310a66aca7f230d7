//! A terminal's configuration, as the platform wrote it when the terminal was enrolled.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use jiff::tz::TimeZone;
use kippu_api::{
    client::Client,
    identity::{Identity, stay_valid},
};
use kippu_ticket::{ids::TerminalId, sign::PublicKey};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::{Common, clock, enrol::identity_of};

/// The file's content.
#[derive(Clone, Deserialize)]
pub struct TerminalFile {
    /// Name, as clerks call it.
    pub name: String,
    /// Number.
    pub terminal: TerminalId,
    /// `kiosk`, `gate` or `register`.
    pub role: String,
    /// Code of the store it stands in; empty for gates.
    #[serde(default)]
    pub store: String,
    /// The store's name for papers and screens; empty where the platform wrote none.
    #[serde(default)]
    pub store_name: String,
    /// IANA name of the zone it stands in; the system's where the platform wrote none.
    #[serde(default = "clock::zone")]
    pub zone: String,
    /// Bearer token, for a platform on this very machine; empty where the terminal has a certificate.
    #[serde(default)]
    pub token: String,
    /// The device's own key: 32 bytes in hexadecimal.
    #[serde(with = "hex::serde")]
    pub device_key: [u8; 32],
    /// The platform's public key.
    pub platform_key: PublicKey,
}

impl TerminalFile {
    /// Reads the configuration of a terminal of this role.
    ///
    /// # Errors
    /// The file cannot be read, makes no sense, or is for another kind of terminal.
    pub fn read(file: &Path, role: &str) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the terminal's configuration {}", file.display()))?;
        let read: Self = toml::from_str(&text)
            .with_context(|| format!("{} is no terminal configuration", file.display()))?;
        TimeZone::get(&read.zone)
            .with_context(|| format!("the time zone {:?} of {}", read.zone, file.display()))?;
        ensure!(
            read.role == role,
            "{} is for a {}, not for a {role}",
            file.display(),
            read.role
        );
        Ok(read)
    }

    /// Its connection to the platform: by its certificate, which is kept fresh on the runtime, or in the clear by its token.
    ///
    /// # Errors
    /// Its identity cannot be read.
    pub fn client(&self, common: &Common, runtime: &Handle) -> Result<Client> {
        let path = identity_of(&common.terminal);
        if !path.exists() {
            return Ok(Client::new(&common.platform, &self.token)?);
        }
        let identity = Arc::new(Identity::open(&path)?);
        let client = Client::enrolled(&common.platform, Arc::clone(&identity))?;
        runtime.spawn(stay_valid(client.clone(), identity));
        Ok(client)
    }

    /// What people call the store: its name, or its code where it has none.
    pub fn store_words(&self) -> &str {
        if self.store_name.is_empty() {
            &self.store
        } else {
            &self.store_name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(role: &str, text: &str) -> Result<TerminalFile> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kiosk-1.toml");
        std::fs::write(&file, text).unwrap();
        TerminalFile::read(&file, role)
    }

    fn text() -> String {
        format!(
            "name = \"kiosk-1\"\nterminal = 1\nrole = \"kiosk\"\nstore = \"sakuragi\"\ntoken = \"t\"\ndevice_key = \"{}\"\nplatform_key = \"{}\"\n",
            "11".repeat(32),
            // Base point of Ed25519 (RFC 8032).
            "5866666666666666666666666666666666666666666666666666666666666666",
        )
    }

    #[test]
    fn a_configuration_is_read_for_its_role_only() {
        let file = read("kiosk", &text()).unwrap();
        assert_eq!(
            (file.terminal, file.device_key),
            (TerminalId(1), [0x11; 32])
        );
        let wrong = read("gate", &text()).err().unwrap().to_string();
        assert!(wrong.contains("is for a kiosk, not for a gate"), "{wrong}");
        assert!(read("kiosk", "name = 1").is_err());
    }
}
