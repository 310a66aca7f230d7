//! `platform-center journal verify`.

use platform_center::{
    journal::{anchors::Witness, verify as proof},
    restore::life::Life,
    storage::sql::off_runtime,
};

use super::{data::Data, say};

/// Recomputes the journal, beside a platform that is serving or not.
pub fn verify(data: &Data) -> anyhow::Result<()> {
    let done = off_runtime(|| -> anyhow::Result<_> {
        let sql = data.place()?.connect_to_read()?;
        let life = Life::read(&sql)?;
        // What a restore has lost is not cut off: another life has other anchors.
        let witness =
            Witness::read(&data.folder)?.filter(|seen| seen.incarnation == life.incarnation);
        Ok(proof::verify(&sql, witness.as_ref())?)
    })?;
    say::line(format_args!(
        "the journal is as it was written: {} rows in {} chains, {} anchors; {} rows came after the last anchor",
        done.rows, done.chains, done.anchors, done.loose
    ));
    Ok(())
}
