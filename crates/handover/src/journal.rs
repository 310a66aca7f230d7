//! The journal: handovers and the outbox in one SQLite file, every write synced, bodies encrypted. Its bytes are described in docs/formats.md.
//!
//! One process at a time has it open. A journal that was replaced or restored from an older copy becomes a new incarnation (R14): the file
//! counts its openings, the mark beside it repeats the count, and a count behind the mark's is an older copy.
//!
//! A full disk loses nothing: what cannot be written is refused whole, and [`Journal::may_begin`] says no while there is still room for
//! what has begun.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use kippu_api::handovers::Report;
use kippu_ticket::ids::HandoverId;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, params};

use crate::{
    row::{BadRow, Handover, Incarnation, ROW_VERSION},
    seal::{JournalKey, folder_of, sync_folder_of},
    store::{KnownPlatform, Outgoing, Receipt, Store, StoreFault},
};

#[cfg(test)]
mod tests;

/// Version of the tables, kept in `PRAGMA user_version`.
const TABLES_VERSION: u32 = 1;
/// Version of the report's JSON. Fields are only ever added to it, and read as absent where they are.
const REPORT_VERSION: u32 = 1;

/// Bytes that must be free for something new to be begun: the write-ahead log of 4 MiB, as much again for its way into the file, and
/// room for the handovers under way to come to their ends.
const ROOM_TO_BEGIN: u64 = 16 << 20;
/// Bytes of a trial write after one that failed; more than any row has.
static TRIAL: [u8; 64 << 10] = [0; 64 << 10];

const TABLES: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
CREATE TABLE handover (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    open INTEGER NOT NULL,
    created INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX handover_open ON handover (created) WHERE open = 1;
CREATE TABLE outbox (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    handover BLOB NOT NULL REFERENCES handover (id),
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    receipt INTEGER,
    note TEXT
) STRICT;
CREATE INDEX outbox_unsent ON outbox (row) WHERE receipt IS NULL;
";

/// The journal of one terminal.
pub struct Journal {
    db: Connection,
    key: JournalKey,
    incarnation: Incarnation,
    folder: PathBuf,
    /// The last write failed, and nothing was written since.
    failed: bool,
}

impl Journal {
    /// Opens the journal, or makes one where there is none. Fails where another process has it, where the key is another than the
    /// rows were sealed with, and where a newer program wrote it.
    pub fn open(path: &Path, key: &JournalKey) -> Result<Self, StoreFault> {
        let db = Connection::open(path)?;
        // A process that is just being replaced may still be ending; one that stays is an error.
        db.busy_timeout(Duration::from_millis(500))?;
        // EXCLUSIVE: a second process is refused instead of deciding over the same rows.
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        let mut journal = Self {
            db,
            key: key.clone(),
            incarnation: Incarnation([0; 16]),
            folder: folder_of(path).to_owned(),
            failed: false,
        };
        journal.prepare(path)?;
        Ok(journal)
    }

    fn prepare(&mut self, path: &Path) -> Result<(), StoreFault> {
        let mark_path = mark_path(path);
        let mark = read_mark(&mark_path)?;
        let fresh = Incarnation::random();
        let check = self.key.seal(KEY_CHECK_PLACE, KEY_CHECK)?;
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
            0 => {
                transaction.execute_batch(TABLES)?;
                transaction.pragma_update(None, "user_version", TABLES_VERSION)?;
                put_meta(&transaction, "incarnation", &fresh.0)?;
                put_meta(&transaction, "openings", &0u64.to_le_bytes())?;
                put_meta(&transaction, "key_check", &check)?;
            }
            TABLES_VERSION => {}
            newer => return Err(StoreFault::Newer(newer)),
        }
        if self.key.open(
            KEY_CHECK_PLACE,
            &meta::<Vec<u8>>(&transaction, "key_check")?,
        )? != KEY_CHECK
        {
            return Err(StoreFault::Sealed);
        }
        let kept = Incarnation(meta(&transaction, "incarnation")?);
        let openings = u64::from_le_bytes(meta(&transaction, "openings")?);
        // The mark is written after the file, so the file may be one ahead of it, never behind.
        let (marked, marked_openings) = mark.unwrap_or((kept, 0));
        let same = marked == kept
            && (marked_openings..=marked_openings.saturating_add(1)).contains(&openings);
        self.incarnation = if same { kept } else { fresh };
        // One that is ahead was counted by an opening that did not get as far as its mark. To count it again would part the two for good
        // where that repeats itself, as it does on a full disk.
        let openings = if openings > marked_openings {
            openings
        } else {
            marked_openings + 1
        };
        put_meta(&transaction, "incarnation", &self.incarnation.0)?;
        put_meta(&transaction, "openings", &openings.to_le_bytes())?;
        transaction.commit()?;
        if !same {
            tracing::warn!(incarnation = %self.incarnation, "the journal was replaced or restored: what it held belongs to nobody here");
        }
        write_mark(&mark_path, self.incarnation, openings)
    }

    /// Whether something new may be begun: there is room for it to come to its end, and the last write did not fail. After one that did, a
    /// trial write finds out whether the disk takes any again.
    ///
    /// # Errors
    /// Nothing new: what is wrong with the disk.
    pub fn may_begin(&mut self) -> Result<(), StoreFault> {
        let disk = rustix::fs::statvfs(&self.folder)
            .map_err(|error| StoreFault::Database(format!("the journal's folder: {error}")))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM_TO_BEGIN {
            return Err(StoreFault::Full);
        }
        if self.failed {
            self.write(|transaction| put_meta(transaction, "trial", &TRIAL))?;
            self.write(|transaction| {
                transaction.execute("DELETE FROM meta WHERE name = 'trial'", [])?;
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Removes a handover the platform says is settled. Refused while anything of it is open or unsent. That every report was accepted is not enough:
    /// a platform restored from an older backup needs the row again (R15), so only the platform can say that no such backup is left.
    pub fn forget(&mut self, id: HandoverId) -> Result<(), StoreFault> {
        self.write(|transaction| {
            let needed: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM handover WHERE id = ?1 AND open = 1)
                     OR EXISTS (SELECT 1 FROM outbox WHERE handover = ?1 AND receipt IS NOT 1)",
                params![id.0],
                |row| row.get(0),
            )?;
            if needed {
                return Err(StoreFault::NotSettled);
            }
            transaction.execute("DELETE FROM outbox WHERE handover = ?1", params![id.0])?;
            transaction.execute("DELETE FROM handover WHERE id = ?1", params![id.0])?;
            Ok(())
        })
    }

    /// Writes all of it or nothing, and on disk.
    fn write(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<(), StoreFault>,
    ) -> Result<(), StoreFault> {
        let written = self
            .db
            .transaction()
            .map_err(StoreFault::from)
            .and_then(|transaction| {
                work(&transaction)?;
                Ok(transaction.commit()?)
            });
        self.failed = matches!(written, Err(StoreFault::Full | StoreFault::Database(_)));
        written
    }

    /// Reports the platform refused for good, with its words; for the clerk's list.
    pub fn refused_reports(&self) -> Result<Vec<(Outgoing, String)>, StoreFault> {
        let mut statement = self.db.prepare(
            "SELECT row, handover, version, body, note FROM outbox WHERE receipt = 2 ORDER BY row",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((outbox_row(row)?, row.get::<_, Option<String>>(4)?))
        })?;
        rows.map(|row| {
            let (sealed, note) = row?;
            Ok((self.open_report(sealed)?, note.unwrap_or_default()))
        })
        .collect()
    }

    fn open_row(
        &self,
        id: HandoverId,
        version: u32,
        sealed: &[u8],
    ) -> Result<Handover, StoreFault> {
        let plain = self.key.open(&place(b"handover", id), sealed)?;
        Handover::read(version, &plain).map_err(|error| match error {
            BadRow::Newer(version) => StoreFault::Newer(version),
            BadRow::Json(error) => StoreFault::Garbled(error.to_string()),
        })
    }

    fn rows(&self, query: &str) -> Result<Vec<Handover>, StoreFault> {
        let mut statement = self.db.prepare(query)?;
        let rows = statement
            .query_map([], |row| {
                Ok((
                    HandoverId(row.get(0)?),
                    row.get(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        rows.into_iter()
            .map(|(id, version, body)| self.open_row(id, version, &body))
            .collect()
    }

    fn text(&self, name: &str) -> Result<Option<String>, StoreFault> {
        let bytes: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT value FROM meta WHERE name = ?1",
                params![name],
                |row| row.get(0),
            )
            .optional()?;
        bytes
            .map(|bytes| {
                String::from_utf8(bytes).map_err(|error| StoreFault::Garbled(error.to_string()))
            })
            .transpose()
    }

    fn open_report(&self, sealed: SealedReport) -> Result<Outgoing, StoreFault> {
        if sealed.version != REPORT_VERSION {
            return Err(StoreFault::Newer(sealed.version));
        }
        let plain = self
            .key
            .open(&place(b"report", sealed.handover), &sealed.body)?;
        let mut report: Report = serde_json::from_slice(&plain)
            .map_err(|error| StoreFault::Garbled(error.to_string()))?;
        report.row = sealed.row;
        Ok(Outgoing {
            handover: sealed.handover,
            report,
        })
    }
}

impl Store for Journal {
    fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        let body = self.key.seal(&place(b"handover", row.id), &json(row)?)?;
        let report = report
            .map(|report| self.key.seal(&place(b"report", row.id), &json(report)?))
            .transpose()?;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO handover (id, version, open, created, body) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET version = ?2, open = ?3, body = ?5",
                params![row.id.0, ROW_VERSION, row.is_open(), row.created, body],
            )?;
            if let Some(report) = report {
                transaction.execute(
                    "INSERT INTO outbox (handover, version, body) VALUES (?1, ?2, ?3)",
                    params![row.id.0, REPORT_VERSION, report],
                )?;
            }
            Ok(())
        })
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        let found = self
            .db
            .query_row(
                "SELECT version, body FROM handover WHERE id = ?1",
                params![id.0],
                |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)),
            )
            .optional()?;
        found
            .map(|(version, body)| self.open_row(id, version, &body))
            .transpose()
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.rows("SELECT id, version, body FROM handover WHERE open = 1 ORDER BY created, rowid")
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        // Whether a row was released stands in its sealed body. This is asked after a platform was restored, so never in a hurry.
        let mut rows = self.rows(
            "SELECT id, version, body FROM handover WHERE open = 0 ORDER BY created, rowid",
        )?;
        rows.retain(|row| row.released);
        Ok(rows)
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        let mut statement = self.db.prepare(
            "SELECT row, handover, version, body FROM outbox WHERE receipt IS NULL ORDER BY row",
        )?;
        let rows = statement
            .query_map([], outbox_row)?
            .collect::<Result<Vec<_>, _>>()?;
        rows.into_iter()
            .map(|sealed| self.open_report(sealed))
            .collect()
    }

    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        let (number, note) = match receipt {
            Receipt::Accepted => (1, None),
            Receipt::Refused(why) => (2, Some(why)),
        };
        self.write(|transaction| {
            transaction.execute(
                "UPDATE outbox SET receipt = ?2, note = ?3 WHERE row = ?1",
                params![report_row.cast_signed(), number, note],
            )?;
            Ok(())
        })
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        Ok(KnownPlatform {
            told: self.text("platform_told")?,
            telling: self.text("platform_telling")?,
        })
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.write(|transaction| {
            transaction.execute("UPDATE outbox SET receipt = NULL, note = NULL", [])?;
            put_meta(transaction, "platform_telling", incarnation.as_bytes())
        })
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.write(|transaction| put_meta(transaction, "platform_told", incarnation.as_bytes()))
    }
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error.to_string()),
        }
    }
}

const KEY_CHECK_PLACE: &[u8] = b"kippu journal key check";
const KEY_CHECK: &[u8] = b"kippu";

struct SealedReport {
    row: u64,
    handover: HandoverId,
    version: u32,
    body: Vec<u8>,
}

fn outbox_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<SealedReport> {
    Ok(SealedReport {
        row: row.get::<_, i64>(0)?.cast_unsigned(),
        handover: HandoverId(row.get(1)?),
        version: row.get(2)?,
        body: row.get(3)?,
    })
}

/// What sealed bytes are tied to: the kind of row and the handover.
fn place(kind: &[u8], id: HandoverId) -> Vec<u8> {
    [b"kippu journal ", kind, b" ", id.0.as_slice()].concat()
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, StoreFault> {
    serde_json::to_vec(value).map_err(|error| StoreFault::Garbled(error.to_string()))
}

fn put_meta(db: &Connection, name: &str, value: &[u8]) -> Result<(), StoreFault> {
    db.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
        params![name, value],
    )?;
    Ok(())
}

fn meta<T: rusqlite::types::FromSql>(db: &Connection, name: &str) -> Result<T, StoreFault> {
    Ok(db.query_row(
        "SELECT value FROM meta WHERE name = ?1",
        params![name],
        |row| row.get(0),
    )?)
}

fn mark_path(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".mark");
    PathBuf::from(name)
}

/// Incarnation and count of openings; `None` where there is no mark.
fn read_mark(path: &Path) -> Result<Option<(Incarnation, u64)>, StoreFault> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(mark_fault(error)),
    };
    let mut words = text.split_whitespace();
    let (Some(incarnation), Some(openings)) = (words.next(), words.next()) else {
        return Err(StoreFault::Garbled(format!(
            "{} holds {text:?}",
            path.display()
        )));
    };
    let mut bytes = [0; 16];
    let openings = openings
        .parse()
        .map_err(|_| StoreFault::Garbled(format!("{openings:?} is no count")))?;
    hex::decode_to_slice(incarnation, &mut bytes)
        .map_err(|_| StoreFault::Garbled(format!("{incarnation:?} is no incarnation")))?;
    Ok(Some((Incarnation(bytes), openings)))
}

fn write_mark(path: &Path, incarnation: Incarnation, openings: u64) -> Result<(), StoreFault> {
    let aside = path.with_extension("mark-new");
    let write = || {
        let mut file = File::create(&aside)?;
        writeln!(file, "{incarnation} {openings}")?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        sync_folder_of(path)
    };
    write().map_err(mark_fault)
}

fn mark_fault(error: std::io::Error) -> StoreFault {
    if matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    ) {
        return StoreFault::Full;
    }
    StoreFault::Database(format!("the journal's mark: {error}"))
}
