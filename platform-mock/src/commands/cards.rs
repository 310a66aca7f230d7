//! `platform-center format-card`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::Args;
use kippu_card::{
    capability::CardIdentity,
    format::format_blank,
    pcsc::PcscReader,
    reader::{Reader, ReaderState},
    tray::Tray,
};
use kippu_ticket::ids::TerminalId;
use platform_center::{
    cards::storage::{CardStorage as _, KeyUse},
    keys::Keys,
};

use super::{data::Data, say};

/// How long to wait for a card.
const PATIENCE: Duration = Duration::from_secs(20);
/// Reader of this process on which a virtual card lies meanwhile.
const READER: &str = "platform-center";
/// The platform itself, in the log of key uses.
const PLATFORM: TerminalId = TerminalId(0);

/// Where the card lies.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Place {
    /// Image of a virtual card.
    #[arg(long)]
    tray_image: Option<PathBuf>,
    /// Name of a PC/SC reader, or how it begins.
    #[arg(long)]
    reader: Option<String>,
}

/// Formats a blank card with the platform's keys.
pub async fn format(data: &Data, place: &Place) -> anyhow::Result<()> {
    let storage = data.storage()?;
    let keys = Keys::open(&data.folder)?;
    let identity = match place {
        Place {
            tray_image: Some(image),
            ..
        } => on_tray(image, &keys)?,
        Place {
            reader: Some(name), ..
        } => on_reader(&mut PcscReader::new(Some(name.clone())), &keys)?,
        Place { .. } => bail!("say where the card lies"),
    };
    let used = KeyUse {
        card: identity.uid,
        terminal: PLATFORM,
        role: "master",
        outcome: "formatted",
    };
    storage
        .card_formatted(identity.uid, keys.card_version())
        .await?;
    storage.log_key_use(used).await?;
    say::line(format_args!("card {} is ready for tickets", identity.uid));
    Ok(())
}

fn on_tray(image: &Path, keys: &Keys) -> anyhow::Result<CardIdentity> {
    let folder = image.parent().context("the image has no folder")?;
    let name = image
        .file_stem()
        .and_then(|stem| stem.to_str())
        .context("the image has no name")?;
    let tray = Tray::open(folder)?;
    tray.lay(name, READER)?;
    let done = on_reader(&mut tray.reader(READER), keys);
    tray.lift(READER);
    done
}

fn on_reader(reader: &mut dyn Reader, keys: &Keys) -> anyhow::Result<CardIdentity> {
    let mut state = reader.poll(Duration::ZERO);
    if state == ReaderState::Absent {
        state = reader.poll(PATIENCE);
    }
    match state {
        ReaderState::Present(_) => Ok(format_blank(&mut reader.connect()?, &keys.cards)?),
        ReaderState::Absent => bail!("no card was laid on {}", reader.describe().name),
        ReaderState::Gone => bail!("there is no reader {}", reader.describe().name),
    }
}
