//! What is kept of enrolment codes and certificates.

use async_trait::async_trait;
use kippu_ticket::ids::TerminalId;

use super::authority::Issued;
use crate::{
    keys::DeviceKey,
    masters::{
        rules::Terminal,
        storage::{TERMINAL, terminal},
    },
    operator::terminals::{note, stated},
    people::rules::Operator,
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        sql::{Optional as _, Sql},
    },
};

/// A certificate and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// The terminal.
    pub terminal: Terminal,
    /// From when and until when it is good, UTC microseconds.
    pub valid: (i64, i64),
    /// Whether it was revoked, itself or with its terminal.
    pub revoked: bool,
}

/// How a terminal stands, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStanding {
    /// The terminal.
    pub terminal: Terminal,
    /// Until when its newest certificate is good, UTC microseconds.
    pub certificate_until: Option<i64>,
    /// Since when it is shut out, UTC microseconds.
    pub revoked: Option<i64>,
}

/// Devices.
#[async_trait]
pub trait DeviceStorage: Send + Sync {
    /// Whether this authority is the platform's; the first one that asks becomes it.
    async fn adopt_authority(&self, fingerprint: [u8; 32]) -> Answer<bool>;
    /// Opens a terminal's enrolment: the hash of its code's secret, and until when. An earlier code is worth nothing from then on. The
    /// terminal's name.
    async fn open_enrolment(
        &self,
        operator: Option<Operator>,
        terminal: TerminalId,
        secret: [u8; 32],
        expires: i64,
    ) -> Answer<String>;
    /// The terminal an open code is for.
    async fn enrolling(&self, secret: [u8; 32]) -> Answer<Option<Terminal>>;
    /// Uses a code up: the terminal has this certificate and sealing key, and nothing it had before. 404 when the code is not open any more.
    async fn enrol(&self, secret: [u8; 32], sealing: [u8; 32], issued: Issued) -> Answer<()>;
    /// Gives a terminal its next certificate. Besides it only the one it asked with stays good.
    async fn renew(&self, terminal: TerminalId, with: [u8; 32], issued: Issued) -> Answer<()>;
    /// Whose a certificate is.
    async fn certified(&self, fingerprint: [u8; 32]) -> Answer<Option<Certified>>;
    /// Shuts a terminal out: its certificates, its token and an open code. Doing it again is harmless.
    async fn revoke(
        &self,
        operator: Option<Operator>,
        terminal: TerminalId,
        reason: String,
    ) -> Answer<()>;
    /// Everything that has a name here and how it stands.
    async fn device_standings(&self) -> Answer<Vec<DeviceStanding>>;
    /// What a terminal and the platform seal with.
    async fn device_key(&self, terminal: TerminalId) -> Answer<Option<DeviceKey>>;
    /// The number a new terminal gets.
    async fn next_terminal(&self) -> Answer<TerminalId>;
}

#[async_trait]
impl DeviceStorage for Database {
    async fn adopt_authority(&self, fingerprint: [u8; 32]) -> Answer<bool> {
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO platform_authority (one, fingerprint) VALUES (1, ?1) ON CONFLICT DO NOTHING",
                [fingerprint],
            )?;
            let adopted: [u8; 32] =
                unit.sql
                    .query_row("SELECT fingerprint FROM platform_authority", [], |row| row.get(0))?;
            Ok(adopted == fingerprint)
        })
        .await
    }

    async fn open_enrolment(
        &self,
        operator: Option<Operator>,
        terminal: TerminalId,
        secret: [u8; 32],
        expires: i64,
    ) -> Answer<String> {
        self.write(move |unit| {
            let name: Option<String> = unit
                .sql
                .query_row(
                    "SELECT t.name FROM terminals t LEFT JOIN stores st USING (store)
                     WHERE terminal = ?1 AND written_off IS NULL AND st.retired IS NULL",
                    [terminal.0],
                    |row| row.get(0),
                )
                .optional()?;
            let name = name.ok_or_else(|| {
                Refusal::not_found("terminal").hint("One that was written off is put back first, and a retired store is taken back into use.")
            })?;
            unit.sql.execute(
                "INSERT INTO enrolment_codes (terminal, secret, expires) VALUES (?1, ?2, ?3)
                 ON CONFLICT (terminal) DO UPDATE SET secret = excluded.secret, expires = excluded.expires",
                (terminal.0, secret, expires),
            )?;
            note(unit, terminal, operator.as_ref(), "enrolment_opened", None)?;
            Ok(name)
        })
        .await
    }

    async fn enrolling(&self, secret: [u8; 32]) -> Answer<Option<Terminal>> {
        let now = self.clock().now();
        self.read(move |sql| {
            let text = format!(
                "{TERMINAL} JOIN enrolment_codes e USING (terminal) WHERE e.secret = ?1 AND e.expires > ?2 AND t.written_off IS NULL"
            );
            let mut statement = sql.prepare_cached(&text)?;
            Ok(statement.query_row((secret, now), terminal).optional()?)
        })
        .await
    }

    async fn enrol(&self, secret: [u8; 32], sealing: [u8; 32], issued: Issued) -> Answer<()> {
        self.write(move |unit| {
            let terminal: Option<u32> = unit
                .sql
                .query_row(
                    "DELETE FROM enrolment_codes WHERE secret = ?1 AND expires > ?2 RETURNING terminal",
                    (secret, unit.now),
                    |row| row.get(0),
                )
                .optional()?;
            let terminal = TerminalId(terminal.ok_or_else(|| Refusal::not_found("enrolment"))?);
            forget_all(unit, terminal)?;
            unit.sql.execute(
                "UPDATE terminals SET sealing_key = ?2, revoked = NULL, revoked_reason = NULL WHERE terminal = ?1",
                (terminal.0, sealing),
            )?;
            insert(unit, terminal, &issued)?;
            note(unit, terminal, None, "enrolled", Some(&issued.serial))
        })
        .await
    }

    async fn renew(&self, terminal: TerminalId, with: [u8; 32], issued: Issued) -> Answer<()> {
        self.write(move |unit| {
            unit.sql.execute(
                "UPDATE device_certificates SET revoked = ?3 WHERE terminal = ?1 AND fingerprint <> ?2 AND revoked IS NULL",
                (terminal.0, with, unit.now),
            )?;
            insert(unit, terminal, &issued)?;
            unit.standings_changed();
            note(unit, terminal, None, "renewed", Some(&issued.serial))
        })
        .await
    }

    async fn certified(&self, fingerprint: [u8; 32]) -> Answer<Option<Certified>> {
        self.read(move |sql| {
            let found: Option<(u32, i64, i64, bool)> = sql
                .prepare_cached(
                    "SELECT c.terminal, c.not_before, c.not_after,
                        CASE WHEN c.revoked IS NOT NULL OR t.revoked IS NOT NULL THEN 1 ELSE 0 END
                     FROM device_certificates c JOIN terminals t USING (terminal) WHERE c.fingerprint = ?1",
                )?
                .query_row([fingerprint], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
                .optional()?;
            let Some((number, from, until, revoked)) = found else {
                return Ok(None);
            };
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} WHERE t.terminal = ?1"))?;
            Ok(Some(Certified {
                terminal: statement.query_row([number], terminal)?,
                valid: (from, until),
                revoked,
            }))
        })
        .await
    }

    async fn revoke(
        &self,
        operator: Option<Operator>,
        terminal: TerminalId,
        reason: String,
    ) -> Answer<()> {
        self.write(move |unit| shut_out(unit, terminal, operator.as_ref(), stated(&reason)?))
            .await
    }

    async fn device_standings(&self) -> Answer<Vec<DeviceStanding>> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} ORDER BY t.terminal"))?;
            let rows = statement.query_map([], terminal)?;
            let terminals = rows.collect::<Result<Vec<_>, _>>()?;
            let mut ends = sql.prepare_cached(
                "SELECT revoked, (SELECT max(not_after) FROM device_certificates c WHERE c.terminal = ?1 AND c.revoked IS NULL)
                 FROM terminals WHERE terminal = ?1",
            )?;
            terminals
                .into_iter()
                .map(|terminal| {
                    let (revoked, certificate_until) = ends
                        .query_row([terminal.id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
                    Ok(DeviceStanding {
                        terminal,
                        certificate_until,
                        revoked,
                    })
                })
                .collect()
        })
        .await
    }

    async fn device_key(&self, terminal: TerminalId) -> Answer<Option<DeviceKey>> {
        self.read(move |sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT device_key, sealing_key FROM terminals WHERE terminal = ?1",
                )?
                .query_row([terminal.0], |row| {
                    let agreed: Option<[u8; 32]> = row.get(1)?;
                    Ok(match agreed {
                        Some(public) => DeviceKey::Agreed(public),
                        None => DeviceKey::Shared(row.get(0)?),
                    })
                })
                .optional()?)
        })
        .await
    }

    async fn next_terminal(&self) -> Answer<TerminalId> {
        self.read(next_terminal).await
    }
}

/// The number a new terminal gets.
pub(crate) fn next_terminal(sql: &Sql) -> Answer<TerminalId> {
    let text = "SELECT coalesce(max(terminal), 0) + 1 FROM terminals";
    Ok(TerminalId(sql.query_row(text, [], |row| row.get(0))?))
}

/// Shuts a terminal out: its certificates, its token and an open code. Again is harmless.
pub(crate) fn shut_out(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    operator: Option<&Operator>,
    reason: &str,
) -> Answer<()> {
    let changed = unit.sql.execute(
        "UPDATE terminals SET revoked = ?2, revoked_reason = ?3 WHERE terminal = ?1 AND revoked IS NULL",
        (terminal.0, unit.now, reason),
    )?;
    if changed == 0 {
        return Ok(());
    }
    forget_all(unit, terminal)?;
    unit.sql.execute(
        "DELETE FROM enrolment_codes WHERE terminal = ?1",
        [terminal.0],
    )?;
    note(unit, terminal, operator, "revoked", Some(reason))
}

/// Nothing the terminal had opens the platform any more. A token that nobody knows takes the place of its own.
fn forget_all(unit: &mut Unit<'_>, terminal: TerminalId) -> Answer<()> {
    unit.sql.execute(
        "UPDATE device_certificates SET revoked = ?2 WHERE terminal = ?1 AND revoked IS NULL",
        (terminal.0, unit.now),
    )?;
    unit.sql.execute(
        "UPDATE terminals SET token = ?2 WHERE terminal = ?1",
        (terminal.0, rand::random::<[u8; 32]>()),
    )?;
    unit.standings_changed();
    Ok(())
}

fn insert(unit: &mut Unit<'_>, terminal: TerminalId, issued: &Issued) -> Answer<()> {
    unit.sql.execute(
        "INSERT INTO device_certificates (fingerprint, terminal, serial, not_before, not_after) VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            issued.fingerprint,
            terminal.0,
            &issued.serial,
            issued.valid.0,
            issued.valid.1,
        ),
    )?;
    Ok(())
}
