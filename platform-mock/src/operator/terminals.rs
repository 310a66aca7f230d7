//! What operators see of terminals and do about them.

use async_trait::async_trait;
use kippu_api::{
    operator::{Listed, NewStoreTerminal, StoreTerminalRole, TerminalInView, TerminalWish},
    problem::ProblemCode,
};
use kippu_ticket::ids::TerminalId;

use super::views::{listed, terminal_name};
use crate::{
    audit::{self, Act, Actor},
    devices::storage::{next_terminal, shut_out},
    journal::Entry,
    masters::{
        organized::text,
        rules::TerminalRole,
        storage::{NewTerminal, insert_terminal},
    },
    people::rules::Operator,
    refusal::{Answer, Refusal},
    restore::storage::owing,
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Sql, ToValue},
    },
};

/// Most rows of a list.
const ROWS_MAX: u32 = 101;
/// Longest reason.
const REASON_MAX: usize = 200;

/// Terminals as operators see them.
#[async_trait]
pub trait TerminalStorage: Send + Sync {
    /// Terminals whose name or store's name contains a text; those that owe their rows first.
    async fn terminals_in_view(&self, find: String) -> Answer<Listed<TerminalInView>>;
    /// How many kiosks owe their rows.
    async fn owing(&self) -> Answer<usize>;
    /// Registers a terminal of a store.
    async fn add_terminal(
        &self,
        key: RequestKey,
        operator: Operator,
        new: NewStoreTerminal,
    ) -> Answer<TerminalInView>;
    /// Does something about a terminal. Doing it again is harmless.
    async fn do_about_terminal(
        &self,
        operator: Operator,
        terminal: TerminalId,
        wish: TerminalWish,
    ) -> Answer<TerminalInView>;
    /// Allows or forbids a terminal, by its name, the keys for working without network; for the command line.
    async fn allow_local_keys(&self, terminal: String, allow: bool) -> Answer<()>;
    /// Whether a terminal may have the keys for working without network. Writes down that it got them.
    /// `operator`: who fetches them for its stick.
    async fn give_local_keys(
        &self,
        terminal: TerminalId,
        operator: Option<Operator>,
    ) -> Answer<bool>;
}

#[async_trait]
impl TerminalStorage for Database {
    async fn terminals_in_view(&self, find: String) -> Answer<Listed<TerminalInView>> {
        self.read(move |sql| {
            let rest =
                "WHERE ?1 = '' OR instr(n.name, ?1) > 0 OR instr(coalesce(st.name, ''), ?1) > 0
                ORDER BY n.resend_due DESC, n.terminal";
            Ok(listed(views(sql, rest, &find)?))
        })
        .await
    }

    async fn owing(&self) -> Answer<usize> {
        self.read(owing).await
    }

    async fn add_terminal(
        &self,
        key: RequestKey,
        operator: Operator,
        new: NewStoreTerminal,
    ) -> Answer<TerminalInView> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let id = insert(unit, &new)?;
                note(unit, id, Some(&operator), "terminal_added", Some(&new.name))?;
                view(unit.sql, id)
            })
        })
        .await
    }

    async fn do_about_terminal(
        &self,
        operator: Operator,
        terminal: TerminalId,
        wish: TerminalWish,
    ) -> Answer<TerminalInView> {
        self.write(move |unit| {
            wish_done(unit, &operator, terminal, &wish)?;
            view(unit.sql, terminal)
        })
        .await
    }

    async fn allow_local_keys(&self, terminal: String, allow: bool) -> Answer<()> {
        self.write(move |unit| {
            let id: Option<u32> = unit
                .sql
                .query_row(
                    "SELECT terminal FROM terminals WHERE name = ?1 AND role = 'kiosk'",
                    [terminal],
                    |row| row.get(0),
                )
                .optional()?;
            let id = TerminalId(id.ok_or_else(|| Refusal::not_found("kiosk"))?);
            set_local_keys(unit, id, None, allow)
        })
        .await
    }

    async fn give_local_keys(
        &self,
        terminal: TerminalId,
        operator: Option<Operator>,
    ) -> Answer<bool> {
        self.write(move |unit| {
            let allowed: Option<u32> = unit
                .sql
                .prepare_cached(
                    "SELECT terminal FROM terminals WHERE terminal = ?1 AND role = 'kiosk' AND local_keys = 1
                        AND written_off IS NULL AND revoked IS NULL AND resend_due = 0",
                )?
                .query_row([terminal.0], |row| row.get(0))
                .optional()?;
            if allowed.is_some() {
                note(unit, terminal, operator.as_ref(), "keys_given", None)?;
            }
            Ok(allowed.is_some())
        })
        .await
    }
}

fn insert(unit: &Unit<'_>, new: &NewStoreTerminal) -> Answer<TerminalId> {
    let name = text(&new.name)?;
    let known: Option<u32> = unit
        .sql
        .query_row(
            "SELECT terminal FROM terminals WHERE name = ?1",
            [&name],
            |row| row.get(0),
        )
        .optional()?;
    if known.is_some() {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!("There is a terminal named {name:?} already. Nothing was registered."),
        )
        .hint("Choose another name."));
    }
    let id = next_terminal(unit.sql)?;
    let terminal = NewTerminal {
        id,
        name,
        role: match new.role {
            StoreTerminalRole::Kiosk => TerminalRole::Kiosk,
            StoreTerminalRole::Register => TerminalRole::Register,
        },
        store: Some(new.store.clone()),
        // Nobody knows these: it proves itself by a certificate, and agrees on a key.
        token: rand::random(),
        device_key: rand::random(),
        gate: None,
    };
    insert_terminal(unit, &terminal)?;
    Ok(id)
}

fn wish_done(
    unit: &mut Unit<'_>,
    operator: &Operator,
    terminal: TerminalId,
    wish: &TerminalWish,
) -> Answer<()> {
    let before = view(unit.sql, terminal)?;
    match wish {
        TerminalWish::WriteOff { reason } => {
            let reason = stated(reason)?;
            if before.written_off.is_some() {
                return Ok(());
            }
            unit.sql.execute(
                "UPDATE terminals SET written_off = ?2, written_off_reason = ?3, resend_due = 0 WHERE terminal = ?1",
                (terminal.0, unit.now, reason),
            )?;
            unit.standings_changed();
            note(unit, terminal, Some(operator), "written_off", Some(reason))
        }
        TerminalWish::PutBack => {
            if before.written_off.is_none() {
                return Ok(());
            }
            // What it did not send to this life of the platform it owes again.
            unit.sql.execute(
                "UPDATE terminals SET written_off = NULL, written_off_reason = NULL,
                    resend_due = CASE WHEN role = 'kiosk' AND resent IS NULL AND (SELECT began FROM platform_life) > 0 THEN 1 ELSE 0 END
                 WHERE terminal = ?1",
                [terminal.0],
            )?;
            unit.standings_changed();
            note(unit, terminal, Some(operator), "put_back", None)
        }
        TerminalWish::Revoke { reason } => {
            let reason = stated(reason)?;
            if before.revoked.is_some() {
                return Ok(());
            }
            shut_out(unit, terminal, Some(operator), reason)
        }
        TerminalWish::LocalKeys { allow } => {
            if before.role != "kiosk" {
                return Err(Refusal::bad_request(
                    "Only a kiosk can work with keys of its own.",
                ));
            }
            set_local_keys(unit, terminal, Some(operator), *allow)
        }
    }
}

/// A reason somebody has to give.
///
/// # Errors
/// 400 where there is none.
pub(crate) fn stated(reason: &str) -> Answer<&str> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Refusal::bad_request(format!(
            "A reason of 1 to {REASON_MAX} characters is needed."
        )));
    }
    Ok(reason)
}

fn set_local_keys(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    operator: Option<&Operator>,
    allow: bool,
) -> Answer<()> {
    let changed = unit.sql.execute(
        "UPDATE terminals SET local_keys = ?2 WHERE terminal = ?1 AND local_keys <> ?2",
        (terminal.0, allow),
    )?;
    if changed == 0 {
        return Ok(());
    }
    let what = if allow {
        "keys_allowed"
    } else {
        "keys_forbidden"
    };
    note(unit, terminal, operator, what, None)
}

/// Writes down what was done with a terminal, in its own log and in the sales journal.
pub(crate) fn note(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    operator: Option<&Operator>,
    what: &'static str,
    words: Option<&str>,
) -> Answer<()> {
    // What a terminal did by itself was nobody's act.
    let by_itself = matches!(what, "keys_given" | "enrolled" | "renewed");
    if operator.is_some() || !by_itself {
        let actor = operator.map_or(Actor::CommandLine, Actor::from);
        let subject = format!("terminal {terminal}");
        let act = Act {
            what,
            subject: &subject,
            note: words,
            ..Act::default()
        };
        audit::note(unit.sql, unit.now, &actor, &act)?;
    }
    let operator = operator.map(|operator| operator.id);
    unit.sql.execute(
        "INSERT INTO terminal_log (terminal, operator, what, note, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (terminal.0, operator, what, words, unit.now),
    )?;
    // The command line writes beside a platform that is serving, whose head of the journal must stay its own.
    if operator.is_none() && !by_itself {
        return Ok(());
    }
    unit.journal(&Entry {
        kind: what,
        terminal: Some(terminal.0),
        operator,
        note: words,
        ..Entry::default()
    })
}

fn view(sql: &Sql, terminal: TerminalId) -> Answer<TerminalInView> {
    views(sql, "WHERE n.terminal = ?1", &terminal.0)?
        .pop()
        .ok_or_else(|| Refusal::not_found("terminal"))
}

fn views(sql: &Sql, rest: &str, parameter: &dyn ToValue) -> Answer<Vec<TerminalInView>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT n.terminal, n.name, st.name, n.written_off IS NOT NULL, n.role, n.local_keys, n.written_off, n.written_off_reason, n.resend_due,
            n.resent, (SELECT max(at) FROM terminal_log l WHERE l.terminal = n.terminal AND what = 'keys_given'),
            (SELECT count(*) FROM handovers h WHERE h.terminal = n.terminal AND h.state <> 'ended'),
            n.revoked, (SELECT max(not_after) FROM device_certificates c WHERE c.terminal = n.terminal AND c.revoked IS NULL)
         FROM terminals n LEFT JOIN stores st USING (store) {rest} LIMIT {ROWS_MAX}"
    ))?;
    let rows = statement.query_map([parameter], |row| {
        Ok(TerminalInView {
            name: terminal_name(row, 0)?,
            role: row.get(4)?,
            incarnation: None,
            last_report: None,
            open: row.get(11)?,
            local_keys: row.get(5)?,
            keys_given: row.get(10)?,
            written_off: row.get(6)?,
            written_off_reason: row.get(7)?,
            resend_due: row.get(8)?,
            resent: row.get(9)?,
            revoked: row.get(12)?,
            certificate_until: row.get(13)?,
        })
    })?;
    let mut found = rows.collect::<Result<Vec<_>, _>>()?;
    let mut last = sql.prepare_cached(
        "SELECT received, incarnation FROM reports WHERE terminal = ?1 ORDER BY received DESC LIMIT 1",
    )?;
    for terminal in &mut found {
        let report: Option<(i64, String)> = last
            .query_row([terminal.name.terminal.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((received, incarnation)) = report {
            (terminal.last_report, terminal.incarnation) = (Some(received), Some(incarnation));
        }
    }
    Ok(found)
}
