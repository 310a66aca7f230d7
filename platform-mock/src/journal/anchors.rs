//! Anchors: now and then one row says what all chains have come to, so that a chain cannot lose its end, or be lost whole, unnoticed. The last
//! one is also kept outside the database, in the node's data folder, where cutting off journal and anchors together does not reach.

use std::{fs, io::ErrorKind, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    private::{make_private, restrict},
    refusal::Answer,
    restore::life::Life,
    storage::sql::{Optional as _, Sql},
};

/// The number and hash of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// From 1.
    pub number: u64,
    /// Over it and all before.
    pub hash: [u8; 32],
}

impl Anchor {
    /// Before the first.
    pub const NONE: Self = Self {
        number: 0,
        hash: [0; 32],
    };

    /// The next anchor.
    pub fn next(&self, row: u64, at: i64, heads: &str) -> Self {
        let number = self.number + 1;
        let mut hasher = Sha256::new();
        hasher.update(self.hash);
        hasher.update(number.to_le_bytes());
        hasher.update(row.to_le_bytes());
        hasher.update(at.to_le_bytes());
        hasher.update(heads);
        Self {
            number,
            hash: hasher.finalize().into(),
        }
    }
}

/// What a chain had come to: node, link, hash in hexadecimal.
pub type Head = (i64, u64, String);

/// Writes the next anchor, inside a batch: over all chains up to a row.
pub fn write(sql: &Sql, row: u64, at: i64) -> Answer<Anchor> {
    let last = sql
        .prepare_cached("SELECT anchor, hash, row FROM anchors ORDER BY anchor DESC LIMIT 1")?
        .query_row([], |row| {
            let last = Anchor {
                number: row.get(0)?,
                hash: row.get(1)?,
            };
            Ok((last, row.get::<u64>(2)?))
        })
        .optional()?;
    let (last, covered) = last.unwrap_or((Anchor::NONE, 0));
    let mut statement = sql.prepare_cached(
        "SELECT j.node, j.link, j.hash FROM journal j
         JOIN (SELECT node, max(link) AS link FROM journal WHERE row > ?1 GROUP BY node) grown ON grown.node = j.node AND grown.link = j.link
         ORDER BY j.node",
    )?;
    let heads: Vec<Head> = statement
        .query_map([covered], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                hex::encode(row.get::<[u8; 32]>(2)?),
            ))
        })?
        .collect::<Result<_, _>>()?;
    let heads = serde_json::to_string(&heads)?;
    let anchor = last.next(row, at, &heads);
    sql.prepare_cached(
        "INSERT INTO anchors (anchor, row, at, heads, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((anchor.number, row, at, heads, anchor.hash))?;
    Ok(anchor)
}

/// An anchor as a data folder remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Life of the platform it was written in: what a restore loses is not cut off.
    pub incarnation: u32,
    /// Its number.
    pub anchor: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

const FILE: &str = "journal-anchor.toml";

impl Witness {
    /// Of an anchor.
    pub fn of(life: Life, anchor: Anchor) -> Self {
        Self {
            incarnation: life.incarnation,
            anchor: anchor.number,
            hash: hex::encode(anchor.hash),
        }
    }

    /// Keeps it. An older one serves too, so a full disk is only logged and nothing waits for the disk.
    pub fn write(&self, data: &Path) {
        let path = data.join(FILE);
        let fresh = path.with_extension("toml.part");
        let written = toml::to_string(self)
            .map_err(anyhow::Error::from)
            .and_then(|text| {
                make_private(&fresh)?;
                fs::write(&fresh, text)?;
                restrict(&fresh, 0o600)?;
                Ok(fs::rename(&fresh, &path)?)
            });
        if let Err(error) = written {
            tracing::warn!("{} was not written: {error:#}", path.display());
        }
    }

    /// Reads it; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub fn read(data: &Path) -> anyhow::Result<Option<Self>> {
        match fs::read_to_string(data.join(FILE)) {
            Ok(text) => Ok(Some(toml::from_str(&text)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
