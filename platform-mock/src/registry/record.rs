//! Masters as the database keeps them.

use kippu_api::registry::{Master, MasterFacts, MasterKind, MasterUse, UseOf};

use super::rules::Field;
use crate::{
    operator::views::ROWS_MAX,
    refusal::{Answer, Refusal},
    storage::sql::{Optional as _, Params, Row, Sql, SqlError, ToValue, params_from_iter},
};

/// Where a kind is kept.
pub(super) struct Table {
    /// The table.
    pub name: &'static str,
    /// Its key, which is also the column of those who belong to it.
    pub key: &'static str,
}

impl Table {
    pub fn of(kind: MasterKind) -> Self {
        let (name, key) = match kind {
            MasterKind::Organizers => ("organizers", "organizer"),
            MasterKind::Sellers => ("sellers", "seller"),
            MasterKind::Stores => ("stores", "store"),
            MasterKind::Venues => ("venues", "venue"),
        };
        Self { name, key }
    }
}

/// A field's column, as it is read; `m` is the master's table.
fn column(kind: MasterKind, field: Field) -> &'static str {
    match field {
        Field::Code => "coalesce(m.code, '')",
        Field::Name => "m.name",
        Field::Address => "m.address",
        Field::Contact => "m.contact",
        Field::Registration => "coalesce(m.registration, '')",
        Field::Seller if kind == MasterKind::Stores => {
            "(SELECT code FROM sellers s WHERE s.seller = m.seller)"
        }
        Field::Seller => "''",
        Field::Zone => "m.zone",
        Field::Link => "m.link",
    }
}

/// Masters of a kind, by `rest` of a query.
fn read(sql: &Sql, kind: MasterKind, rest: &str, parameters: impl Params) -> Answer<Vec<Master>> {
    let Table { name, key } = Table::of(kind);
    let fields = Field::of(kind);
    let columns: Vec<&str> = fields.iter().map(|field| column(kind, *field)).collect();
    let columns = columns.join(", ");
    let mut statement = sql.prepare_cached(&format!(
        "SELECT m.{key}, m.revision, m.retired, {columns} FROM {name} m {rest}"
    ))?;
    let rows = statement.query_map(parameters, |row| master(row, fields))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn master(row: &Row<'_>, fields: &[Field]) -> Result<Master, SqlError> {
    let mut facts = MasterFacts::default();
    for (place, field) in fields.iter().enumerate() {
        *field.place(&mut facts) = row.get(3 + place)?;
    }
    Ok(Master {
        number: row.get(0)?,
        revision: row.get(1)?,
        retired: row.get(2)?,
        facts,
        uses: Vec::new(),
    })
}

/// Those that a text is part of, one more than are shown; those in use first.
pub(super) fn found(sql: &Sql, kind: MasterKind, find: &str) -> Answer<Vec<Master>> {
    let sought: Vec<String> = Field::of(kind)
        .iter()
        .map(|field| format!("instr({}, ?1) > 0", column(kind, *field)))
        .collect();
    let (sought, key, most) = (sought.join(" OR "), Table::of(kind).key, ROWS_MAX + 1);
    let rest = format!(
        "WHERE ?1 = '' OR {sought}
         ORDER BY CASE WHEN m.retired IS NULL THEN 0 ELSE 1 END, m.name, m.{key} LIMIT {most}"
    );
    read(sql, kind, &rest, [find])
}

/// One with what there is of it.
///
/// # Errors
/// 404.
pub(super) fn one(sql: &Sql, kind: MasterKind, number: i64, now: i64) -> Answer<Master> {
    let rest = format!("WHERE m.{} = ?1", Table::of(kind).key);
    let mut master = read(sql, kind, &rest, [number])?
        .pop()
        .ok_or_else(|| Refusal::not_found("master"))?;
    master.uses = uses(sql, kind, number, now)?;
    Ok(master)
}

fn uses(sql: &Sql, kind: MasterKind, number: i64, now: i64) -> Answer<Vec<MasterUse>> {
    const TO_COME: &str =
        "SELECT count(*) FROM events e WHERE e.cancelled IS NULL AND e.starts > ?2";
    let events = match kind {
        MasterKind::Organizers => Some(format!("{TO_COME} AND e.organizer = ?1")),
        MasterKind::Sellers => Some(format!(
            "{TO_COME} AND EXISTS (SELECT 1 FROM stock s WHERE s.event = e.event AND s.seller = ?1)"
        )),
        MasterKind::Venues => Some(format!(
            "{TO_COME} AND e.layout IN (SELECT layout FROM layouts WHERE venue = ?1)"
        )),
        MasterKind::Stores => None,
    };
    let rest: &[(UseOf, &str)] = match kind {
        MasterKind::Organizers => &[],
        MasterKind::Sellers => &[(
            UseOf::Stores,
            "SELECT count(*) FROM stores WHERE seller = ?1 AND retired IS NULL",
        )],
        MasterKind::Stores => &[(
            UseOf::Terminals,
            "SELECT count(*) FROM terminals WHERE store = ?1 AND revoked IS NULL",
        )],
        MasterKind::Venues => &[(
            UseOf::Layouts,
            "SELECT count(*) FROM layouts WHERE venue = ?1",
        )],
    };
    let accounts = format!(
        "SELECT count(*) FROM accounts WHERE {} = ?1 AND disabled IS NULL",
        Table::of(kind).key
    );
    let mut uses = Vec::new();
    if let Some(question) = events {
        uses.push(counted(sql, UseOf::Events, &question, (number, now))?);
    }
    for (of, question) in rest {
        uses.push(counted(sql, *of, question, [number])?);
    }
    uses.push(counted(sql, UseOf::Accounts, &accounts, [number])?);
    Ok(uses)
}

fn counted(sql: &Sql, of: UseOf, question: &str, parameters: impl Params) -> Answer<MasterUse> {
    let mut statement = sql.prepare_cached(question)?;
    let count = statement.query_row(parameters, |row| row.get(0))?;
    Ok(MasterUse { of, count })
}

/// A field whose text another of the kind has already; codes are there once, and so are names of venues, by which layouts are imported.
pub(super) fn clash(
    sql: &Sql,
    kind: MasterKind,
    number: Option<i64>,
    facts: &MasterFacts,
) -> Answer<Option<Field>> {
    let Table { name, key } = Table::of(kind);
    let alone: &[Field] = match kind {
        MasterKind::Venues => &[Field::Code, Field::Name],
        MasterKind::Organizers | MasterKind::Sellers | MasterKind::Stores => &[Field::Code],
    };
    for field in alone {
        let other: Option<i64> = sql
            .prepare_cached(&format!(
                "SELECT {key} FROM {name} WHERE {} = ?1",
                field.word()
            ))?
            .query_row([field.text(facts)], |row| row.get(0))
            .optional()?;
        if other.is_some() && other != number {
            return Ok(Some(*field));
        }
    }
    Ok(None)
}

/// The number of a store's seller that is in use.
pub(super) fn seller(sql: &Sql, code: &str) -> Answer<Option<i64>> {
    Ok(sql
        .prepare_cached("SELECT seller FROM sellers WHERE code = ?1 AND retired IS NULL")?
        .query_row([code], |row| row.get(0))
        .optional()?)
}

/// Writes what is known of a master that is there.
pub(super) fn update(
    sql: &Sql,
    kind: MasterKind,
    number: i64,
    facts: &MasterFacts,
    seller: Option<i64>,
) -> Answer<()> {
    let Table { name, key } = Table::of(kind);
    let common = "code = ?2, name = ?3, address = ?4, contact = ?5, revision = revision + 1";
    let MasterFacts {
        code,
        name: called,
        address,
        contact,
        ..
    } = facts;
    let set = |more: &str, values: &[&dyn ToValue]| -> Answer<()> {
        let text = format!("UPDATE {name} SET {common}{more} WHERE {key} = ?1");
        let first: [&dyn ToValue; 5] = [&number, code, called, address, contact];
        let all = params_from_iter(first.into_iter().chain(values.iter().copied()));
        sql.prepare_cached(&text)?.execute(all)?;
        Ok(())
    };
    match kind {
        MasterKind::Organizers => set("", &[]),
        MasterKind::Sellers => set(", registration = nullif(?6, '')", &[&facts.registration]),
        MasterKind::Stores => set(", seller = ?6", &[&seller]),
        MasterKind::Venues => set(", zone = ?6, link = ?7", &[&facts.zone, &facts.link]),
    }
}
