//! `platform-center keys`: how they lie, next versions, and what they are locked with.

use std::{env, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};
use platform_center::keys::{
    ring::{self, Family},
    wrapping::Wrapping,
};

use super::{data::Data, say};

/// Names the passphrase that shall lock the keys from now on.
const NEW_PASSPHRASE: &str = "KIPPU_NEW_KEYS_PASSPHRASE";

/// What to do about the keys. Every node has a copy of them: copy the folder to the others after each change, and restart them.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Lists the versions and whether they are locked.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Makes the next version known, without using it: gates and nodes have to have it first.
    Rotate {
        #[command(flatten)]
        data: Data,
        /// Which keys.
        family: Rotated,
    },
    /// Uses the version that was made known. Older ones stay good.
    Activate {
        #[command(flatten)]
        data: Data,
        /// Which keys.
        family: Rotated,
    },
    /// Locks the keys with something else. What opens them now is named as always.
    Rewrap {
        #[command(flatten)]
        data: Data,
        /// A file with 32 bytes in hexadecimal, outside the data folder. Without it: the passphrase in KIPPU_NEW_KEYS_PASSPHRASE.
        #[arg(long, conflicts_with = "open")]
        to_file: Option<PathBuf>,
        /// Leaves them open.
        #[arg(long)]
        open: bool,
    },
}

/// Keys that have versions.
#[derive(Clone, Copy, ValueEnum)]
pub enum Rotated {
    /// What tickets are signed with.
    Signing,
    /// What cards are formatted with.
    Cards,
}

impl From<Rotated> for Family {
    fn from(rotated: Rotated) -> Self {
        match rotated {
            Rotated::Signing => Self::Signing,
            Rotated::Cards => Self::Cards,
        }
    }
}

impl KeysCommand {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        let now = Wrapping::from_environment()?;
        match self {
            Self::List { data } => {
                let found = ring::list(&data.folder, &now)?;
                let lock = if found.locked { "locked" } else { "open" };
                say::line(format_args!("the keys lie {lock}"));
                for (family, versions, current) in found.families {
                    let name = match family {
                        Family::Signing => "signing",
                        Family::Cards => "cards",
                    };
                    say::line(format_args!(
                        "{name}: {versions} versions, {current} is used"
                    ));
                }
                if let Some(digest) = found.authority {
                    say::line(format_args!("authority: SHA-256 {}", hex::encode(digest)));
                }
                Ok(())
            }
            Self::Rotate { data, family } => {
                let version = ring::announce(&data.folder, &now, family.into())?;
                say::line(format_args!(
                    "version {version} is there and not used yet. Copy the folder of keys to every node, restart them, let every gate fetch a bundle, then activate it"
                ));
                Ok(())
            }
            Self::Activate { data, family } => {
                let version = ring::activate(&data.folder, &now, family.into())?;
                say::line(format_args!(
                    "version {version} is used from the next start on. Copy the folder of keys to every node and restart them"
                ));
                Ok(())
            }
            Self::Rewrap {
                data,
                to_file,
                open,
            } => {
                let next = match (to_file, open) {
                    (_, true) => Wrapping::Nothing,
                    (Some(file), false) => {
                        let folder = data.folder.canonicalize()?;
                        if file.canonicalize()?.starts_with(folder) {
                            bail!("the key that locks the keys does not belong into the data folder");
                        }
                        Wrapping::read(&file)?
                    }
                    (None, false) => Wrapping::passphrase(env::var(NEW_PASSPHRASE).context(
                        "say --to-file FILE, --open, or put a passphrase into KIPPU_NEW_KEYS_PASSPHRASE",
                    )?)?,
                };
                ring::rewrap(&data.folder, &now, next)?;
                say::line(format_args!("the keys are locked anew"));
                Ok(())
            }
        }
    }
}
