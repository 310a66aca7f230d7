//! `platform-center export-bundle`.

use std::path::Path;

use anyhow::Context as _;
use platform_center::gates::bundles;

use super::{data::Data, say};

/// Writes a gate's next bundle to a file.
pub async fn export(data: &Data, gate: &str, out: &Path) -> anyhow::Result<()> {
    let app = data.app()?;
    let found = app.storage().terminal_by_name(gate).await?;
    let terminal = found.with_context(|| format!("there is no gate named {gate}"))?;
    let sealed = bundles::next(&app, &terminal).await?;
    std::fs::write(out, &sealed).with_context(|| format!("cannot write {}", out.display()))?;
    say::line(format_args!(
        "{}: {} bytes for {gate}",
        out.display(),
        sealed.len()
    ));
    Ok(())
}
