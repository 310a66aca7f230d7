//! `platform-center import`.

use std::path::Path;

use anyhow::{Context as _, bail};
use kippu_seatplan::import;
use platform_center::masters::storage::MasterStorage as _;

use super::{data::Data, say};

/// How the layout shall be called.
pub struct Names {
    /// The hall.
    pub venue: Option<String>,
    /// The layout.
    pub layout: Option<String>,
    /// The hall's IANA zone.
    pub zone: String,
}

/// Imports a plan. Says every problem with its line; a plan that could sell a wrong seat is refused whole.
pub async fn import(data: &Data, file: &Path, names: Names) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let (plan, odd) = match import::any(&bytes, &stem) {
        Ok(imported) => imported,
        Err(problems) => {
            for problem in &problems {
                say::problem(format_args!("{}: {problem}", file.display()));
            }
            bail!(
                "{} was not imported: {} problems",
                file.display(),
                problems.len()
            );
        }
    };
    for problem in &odd {
        say::problem(format_args!(
            "{}: {problem} (imported all the same)",
            file.display()
        ));
    }
    let storage = data.storage()?;
    let venue = names.venue.unwrap_or_else(|| plan.name.clone());
    let layout = names.layout.unwrap_or(stem);
    let stored = storage
        .put_layout(&venue, &names.zone, &layout, &plan)
        .await?;
    say::line(format_args!(
        "{venue}, {layout}: {} seats in {} blocks and {} rows",
        stored.seats,
        plan.blocks.len(),
        plan.rows.len()
    ));
    Ok(())
}
