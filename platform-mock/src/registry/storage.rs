//! Keeping masters as commands.

use async_trait::async_trait;
use kippu_api::{
    operator::Listed,
    problem::ProblemCode,
    registry::{Master, MasterChange, MasterFacts, MasterKind, MasterService},
};

use super::{
    record::{self, Table},
    rules::{Field, checked},
};
use crate::{
    audit::{self, Act},
    operator::views::listed,
    people::rules::Operator,
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
    },
};

/// The highest number a seller can have: tickets have 16 bits for it.
const SELLERS_MAX: i64 = 65_535;

/// Masters operators keep.
#[async_trait]
pub trait RegistryStorage: Send + Sync {
    /// Masters that a text is part of; those in use first.
    async fn masters(&self, kind: MasterKind, find: String) -> Answer<Listed<Master>>;
    /// One of them.
    async fn master(&self, kind: MasterKind, number: i64) -> Answer<Master>;
    /// Which fact another of the kind has already, of those that each has alone.
    async fn master_clash(
        &self,
        kind: MasterKind,
        number: Option<i64>,
        facts: MasterFacts,
    ) -> Answer<Option<Field>>;
    /// Registers one.
    async fn make_master(
        &self,
        key: RequestKey,
        operator: Operator,
        kind: MasterKind,
        facts: MasterFacts,
    ) -> Answer<Master>;
    /// Changes what is known of one.
    async fn change_master(
        &self,
        operator: Operator,
        kind: MasterKind,
        number: i64,
        change: MasterChange,
    ) -> Answer<Master>;
    /// Retires one, or takes it back into use. Doing it again is harmless.
    async fn master_service(
        &self,
        operator: Operator,
        kind: MasterKind,
        number: i64,
        service: MasterService,
    ) -> Answer<Master>;
}

#[async_trait]
impl RegistryStorage for Database {
    async fn masters(&self, kind: MasterKind, find: String) -> Answer<Listed<Master>> {
        self.read(move |sql| Ok(listed(record::found(sql, kind, &find)?)))
            .await
    }

    async fn master(&self, kind: MasterKind, number: i64) -> Answer<Master> {
        let now = self.clock().now();
        self.read(move |sql| record::one(sql, kind, number, now))
            .await
    }

    async fn master_clash(
        &self,
        kind: MasterKind,
        number: Option<i64>,
        facts: MasterFacts,
    ) -> Answer<Option<Field>> {
        self.read(move |sql| record::clash(sql, kind, number, &facts))
            .await
    }

    async fn make_master(
        &self,
        key: RequestKey,
        operator: Operator,
        kind: MasterKind,
        facts: MasterFacts,
    ) -> Answer<Master> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let facts = checked(kind, &facts)?;
                check_alone(unit, kind, None, &facts)?;
                let seller = seller(unit, kind, &facts)?;
                let number = insert(unit, kind, &facts, seller)?;
                record::update(unit.sql, kind, number, &facts, seller)?;
                note(unit, &operator, kind, number, "master_made", &facts.name)?;
                record::one(unit.sql, kind, number, unit.now)
            })
        })
        .await
    }

    async fn change_master(
        &self,
        operator: Operator,
        kind: MasterKind,
        number: i64,
        change: MasterChange,
    ) -> Answer<Master> {
        self.write(move |unit| {
            let before = believed(unit, kind, number, change.revision)?;
            let facts = checked(kind, &change.facts)?;
            let words = differences(kind, &before.facts, &facts);
            if words.is_empty() {
                return Ok(before);
            }
            check_alone(unit, kind, Some(number), &facts)?;
            let seller = seller(unit, kind, &facts)?;
            if kind == MasterKind::Venues {
                venue_changes(unit, &before, &facts)?;
            }
            record::update(unit.sql, kind, number, &facts, seller)?;
            note(unit, &operator, kind, number, "master_changed", &words)?;
            record::one(unit.sql, kind, number, unit.now)
        })
        .await
    }

    async fn master_service(
        &self,
        operator: Operator,
        kind: MasterKind,
        number: i64,
        service: MasterService,
    ) -> Answer<Master> {
        self.write(move |unit| {
            let before = record::one(unit.sql, kind, number, unit.now)?;
            if before.retired.is_some() == service.retired {
                return Ok(before);
            }
            let before = believed(unit, kind, number, service.revision)?;
            let Table { name, key } = Table::of(kind);
            let word = if service.retired {
                check_unused(&before)?;
                // Who belongs to it is logged out at once.
                unit.sql.execute(
                    &format!("DELETE FROM sessions WHERE account IN (SELECT account FROM accounts WHERE {key} = ?1)"),
                    [number],
                )?;
                "master_retired"
            } else {
                // A store comes back to a seller that is there.
                seller(unit, kind, &before.facts)?;
                "master_restored"
            };
            unit.sql.execute(
                &format!("UPDATE {name} SET retired = ?2, revision = revision + 1 WHERE {key} = ?1"),
                (number, service.retired.then_some(unit.now)),
            )?;
            note(unit, &operator, kind, number, word, &before.facts.name)?;
            record::one(unit.sql, kind, number, unit.now)
        })
        .await
    }
}

/// The master as it was when somebody looked at it.
fn believed(unit: &Unit<'_>, kind: MasterKind, number: i64, revision: u32) -> Answer<Master> {
    let master = record::one(unit.sql, kind, number, unit.now)?;
    if master.revision != revision {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "Somebody else changed this since you looked. Nothing was changed.",
        )
        .hint("Look at it as it is now, and decide again."));
    }
    Ok(master)
}

fn check_alone(
    unit: &Unit<'_>,
    kind: MasterKind,
    number: Option<i64>,
    facts: &MasterFacts,
) -> Answer<()> {
    let Some(field) = record::clash(unit.sql, kind, number, facts)? else {
        return Ok(());
    };
    let (word, text) = (field.word(), field.text(facts));
    Err(Refusal::new(
        ProblemCode::WrongState,
        format!("Another one has the {word} {text:?} already. Nothing was changed."),
    )
    .hint("Choose another, or change the one there is."))
}

/// The seller of a store, which has to be there and in use; none of others.
fn seller(unit: &Unit<'_>, kind: MasterKind, facts: &MasterFacts) -> Answer<Option<i64>> {
    if kind != MasterKind::Stores {
        return Ok(None);
    }
    let found = record::seller(unit.sql, &facts.seller)?;
    found.map(Some).ok_or_else(|| {
        Refusal::bad_request(format!(
            "There is no seller {:?} in use. Nothing was changed.",
            facts.seller
        ))
    })
}

/// The row of a new master; what is known of it follows.
fn insert(
    unit: &Unit<'_>,
    kind: MasterKind,
    facts: &MasterFacts,
    seller: Option<i64>,
) -> Answer<i64> {
    let (code, name) = (&facts.code, &facts.name);
    let number = match kind {
        MasterKind::Organizers => unit.sql.query_row(
            "INSERT INTO organizers (code, name, revision) VALUES (?1, ?2, -1) RETURNING organizer",
            (code, name),
            |row| row.get(0),
        )?,
        MasterKind::Sellers => {
            let last: i64 =
                unit.sql
                    .query_row("SELECT coalesce(max(seller), 0) FROM sellers", [], |row| {
                        row.get(0)
                    })?;
            if last >= SELLERS_MAX {
                return Err(Refusal::bad_request(
                    "There is no number left for another seller.",
                ));
            }
            unit.sql.query_row(
                "INSERT INTO sellers (seller, code, name, revision) VALUES (?1, ?2, ?3, -1) RETURNING seller",
                (last + 1, code, name),
                |row| row.get(0),
            )?
        }
        MasterKind::Stores => unit.sql.query_row(
            "INSERT INTO stores (code, name, seller, revision) VALUES (?1, ?2, ?3, -1) RETURNING store",
            (code, name, seller),
            |row| row.get(0),
        )?,
        MasterKind::Venues => unit.sql.query_row(
            "INSERT INTO venues (code, name, zone, revision) VALUES (?1, ?2, ?3, -1) RETURNING venue",
            (code, name, &facts.zone),
            |row| row.get(0),
        )?,
    };
    Ok(number)
}

/// What of a venue its events go by: the zone stays as soon as there is one, and another name reaches all who remember them.
fn venue_changes(unit: &Unit<'_>, before: &Master, facts: &MasterFacts) -> Answer<()> {
    const OF: &str = "layout IN (SELECT layout FROM layouts WHERE venue = ?1)";
    if before.facts.zone != facts.zone {
        let events: i64 = unit.sql.query_row(
            &format!("SELECT count(*) FROM events WHERE {OF}"),
            [before.number],
            |row| row.get(0),
        )?;
        if events > 0 {
            return Err(Refusal::new(
                ProblemCode::WrongState,
                "There are events at this venue: in another time zone they would begin at other times. Nothing was changed.",
            ));
        }
    }
    if before.facts.name != facts.name {
        unit.sql.execute(
            &format!("UPDATE events SET revision = revision + 1 WHERE {OF}"),
            [before.number],
        )?;
    }
    Ok(())
}

fn check_unused(master: &Master) -> Answer<()> {
    let kept = master.uses.iter().find(|it| it.of.keeps() && it.count > 0);
    let Some(kept) = kept else {
        return Ok(());
    };
    let what = match kept.of {
        kippu_api::registry::UseOf::Events => "events to come",
        kippu_api::registry::UseOf::Stores => "stores in use",
        _ => "terminals that are not shut out",
    };
    Err(Refusal::new(
        ProblemCode::WrongState,
        format!(
            "It has {} {what}, and somebody's tickets depend on them. Nothing was changed.",
            kept.count
        ),
    )
    .hint("End these first, then retire it."))
}

/// What is otherwise, in words for the audit log.
fn differences(kind: MasterKind, was: &MasterFacts, becomes: &MasterFacts) -> String {
    let changed: Vec<String> = Field::of(kind)
        .iter()
        .filter(|field| field.text(was) != field.text(becomes))
        .map(|field| {
            let (was, becomes) = (field.text(was), field.text(becomes));
            format!("{}: {was:?} → {becomes:?}", field.word())
        })
        .collect();
    changed.join("; ")
}

fn note(
    unit: &Unit<'_>,
    operator: &Operator,
    kind: MasterKind,
    number: i64,
    what: &str,
    words: &str,
) -> Answer<()> {
    let subject = format!("{} {number}", Table::of(kind).key);
    let act = Act {
        what,
        subject: &subject,
        note: Some(words),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &operator.into(), &act)
}
