//! Proves that nobody changed the journal: recomputes every chain and compares it with the anchors, and these with what a data folder remembers.

use std::collections::HashMap;

use super::{
    anchors::{Anchor, Head, Witness},
    chain, origin,
};
use crate::storage::sql::{Sql, SqlError};

/// Rows read at a time: a journal need not fit into memory.
const ROWS_AT_A_TIME: u64 = 10_000;

/// A journal that nobody changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Rows of all chains.
    pub rows: u64,
    /// Nodes that wrote.
    pub chains: u64,
    /// Anchors.
    pub anchors: u64,
    /// Rows after the last anchor: cutting these off could not be noticed.
    pub loose: u64,
}

/// Where a journal is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum JournalFault {
    /// Removed, or moved elsewhere.
    #[error("link {link} of node {node} is missing: a row was removed or moved")]
    Missing {
        /// Whose chain.
        node: i64,
        /// Which link.
        link: u64,
    },
    /// Edited.
    #[error("row {row}, link {link} of node {node}, is not what was written")]
    Edited {
        /// Over all chains.
        row: u64,
        /// Whose chain.
        node: i64,
        /// Which link.
        link: u64,
    },
    /// The rows of a chain lie in another order than they were written in.
    #[error("row {row} of node {node} was moved: link {link} stands before an earlier one")]
    Moved {
        /// Over all chains.
        row: u64,
        /// Whose chain.
        node: i64,
        /// Which link.
        link: u64,
    },
    /// A chain ends before what an anchor says.
    #[error(
        "the chain of node {node} ends at link {found}; anchor {anchor} has seen link {seen}: its end was cut off"
    )]
    CutOff {
        /// Whose chain.
        node: i64,
        /// Its last link.
        found: u64,
        /// The link the anchor names.
        seen: u64,
        /// Which anchor.
        anchor: u64,
    },
    /// A chain is another one than what an anchor says.
    #[error(
        "link {link} of node {node} is another one than anchor {anchor} has seen: the chain was written anew"
    )]
    Rewritten {
        /// Whose chain.
        node: i64,
        /// The link the anchor names.
        link: u64,
        /// Which anchor.
        anchor: u64,
    },
    /// An anchor was changed or removed.
    #[error("anchor {number} is missing or not what was written")]
    Anchor {
        /// Which.
        number: u64,
    },
    /// The folder remembers an anchor that the database does not have.
    #[error(
        "this node has seen anchor {number}, which the database does not have: journal and anchors were cut off, or another database was put in place"
    )]
    Witness {
        /// Which.
        number: u64,
    },
    /// The database cannot be read.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

struct Chain {
    row: u64,
    link: u64,
    hash: [u8; 32],
}

/// Recomputes everything. `witness`: what the data folder remembers of this life.
///
/// # Errors
/// [`JournalFault`] says what was changed and where.
pub fn verify(sql: &Sql, witness: Option<&Witness>) -> Result<Verified, JournalFault> {
    let anchors = anchors(sql, witness)?;
    let mut seen: HashMap<(i64, u64), Vec<(u64, String)>> = HashMap::new();
    for (number, heads) in &anchors.heads {
        for (node, link, hash) in heads {
            seen.entry((*node, *link))
                .or_default()
                .push((*number, hash.clone()));
        }
    }
    let chains = chains(sql, &mut seen)?;
    // Whatever an anchor names and no chain has come to.
    if let Some(((node, link), named)) = seen.iter().min_by_key(|(named, _)| **named) {
        return Err(JournalFault::CutOff {
            node: *node,
            found: chains.get(node).map_or(0, |chain| chain.link),
            seen: *link,
            anchor: named.first().map_or(0, |(anchor, _)| *anchor),
        });
    }
    let rows: u64 = chains.values().map(|chain| chain.link).sum();
    let loose = sql.query_row(
        "SELECT count(*) FROM journal WHERE row > ?1",
        [anchors.row],
        |row| row.get(0),
    )?;
    Ok(Verified {
        rows,
        chains: chains.len() as u64,
        anchors: anchors.heads.len() as u64,
        loose,
    })
}

/// Recomputes the chains, and takes out of `seen` what they have come to.
fn chains(
    sql: &Sql,
    seen: &mut HashMap<(i64, u64), Vec<(u64, String)>>,
) -> Result<HashMap<i64, Chain>, JournalFault> {
    let mut chains: HashMap<i64, Chain> = HashMap::new();
    let mut nodes = sql.prepare_cached("SELECT DISTINCT node FROM journal ORDER BY node")?;
    let nodes: Vec<i64> = nodes
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut statement = sql.prepare_cached(
        "SELECT row, link, entry, hash FROM journal WHERE node = ?1 AND link > ?2 ORDER BY link LIMIT ?3",
    )?;
    for node in nodes {
        let mut at = Chain {
            row: 0,
            link: 0,
            hash: origin(node),
        };
        loop {
            let before = at.link;
            let mut rows = statement.query((node, before, ROWS_AT_A_TIME))?;
            while let Some(row) = rows.next()? {
                let (number, link, hash): (u64, u64, [u8; 32]) =
                    (row.get(0)?, row.get(1)?, row.get(3)?);
                let entry: String = row.get(2)?;
                if link != at.link + 1 {
                    let link = at.link + 1;
                    return Err(JournalFault::Missing { node, link });
                }
                if chain(&at.hash, link, entry.as_bytes()) != hash {
                    let row = number;
                    return Err(JournalFault::Edited { row, node, link });
                }
                if number <= at.row {
                    let row = number;
                    return Err(JournalFault::Moved { row, node, link });
                }
                at = Chain {
                    row: number,
                    link,
                    hash,
                };
                for (anchor, named) in seen.remove(&(node, link)).unwrap_or_default() {
                    if named != hex::encode(hash) {
                        return Err(JournalFault::Rewritten { node, link, anchor });
                    }
                }
            }
            drop(rows);
            if at.link == before {
                break;
            }
        }
        chains.insert(node, at);
    }
    Ok(chains)
}

struct Anchors {
    heads: Vec<(u64, Vec<Head>)>,
    /// The last row they cover.
    row: u64,
}

fn anchors(sql: &Sql, witness: Option<&Witness>) -> Result<Anchors, JournalFault> {
    let mut statement =
        sql.prepare_cached("SELECT anchor, row, at, heads, hash FROM anchors ORDER BY anchor")?;
    let mut rows = statement.query([])?;
    let (mut last, mut covered, mut heads) = (Anchor::NONE, 0, Vec::new());
    let mut witness = witness;
    while let Some(row) = rows.next()? {
        let text: String = row.get(3)?;
        let next = last.next(row.get(1)?, row.get(2)?, &text);
        let (number, hash): (u64, [u8; 32]) = (row.get(0)?, row.get(4)?);
        let parsed = serde_json::from_str(&text);
        let (true, Ok(parsed)) = (number == next.number && hash == next.hash, parsed) else {
            let number = next.number;
            return Err(JournalFault::Anchor { number });
        };
        if witness.is_some_and(|seen| seen.anchor == number && seen.hash == hex::encode(hash)) {
            witness = None;
        }
        heads.push((number, parsed));
        (last, covered) = (next, row.get(1)?);
    }
    match witness {
        Some(seen) => Err(JournalFault::Witness {
            number: seen.anchor,
        }),
        None => Ok(Anchors {
            heads,
            row: covered,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::{Entry, JournalHead, MICROS_AN_ANCHOR},
        storage::migrate,
    };

    /// Two nodes that wrote in turn: rows 1 to 6 are anchored, row 7 of node 1 is not.
    fn written() -> (Sql, Anchor) {
        let sql = Sql::Sqlite(rusqlite::Connection::open_in_memory().unwrap());
        migrate(&sql).unwrap();
        sql.execute("INSERT INTO nodes (node, begun) VALUES (2, 0)", [])
            .unwrap();
        let mut heads = [1, 2].map(|node| JournalHead::read(&sql, node).unwrap());
        let mut write = |node: usize, at: i64| {
            let head: &mut JournalHead = &mut heads[node];
            head.read_last_row(&sql).unwrap();
            let entry = Entry {
                kind: "paid",
                amount: Some(at),
                ..Entry::default()
            };
            head.append(&sql, at, &entry).unwrap();
            head.anchor_when_due(&sql, at, false).unwrap();
            head.take_anchor()
        };
        for at in 1..=5 {
            assert_eq!(write(usize::from(at % 2 == 0), at), None);
        }
        let anchor = write(1, 2 + MICROS_AN_ANCHOR).unwrap();
        assert_eq!(write(0, MICROS_AN_ANCHOR), None);
        sql.execute_batch(
            "DROP TRIGGER journal_is_final; DROP TRIGGER journal_is_kept; DROP TRIGGER anchors_are_kept; DROP TRIGGER anchors_are_final",
        )
        .unwrap();
        (sql, anchor)
    }

    /// What is found after something was done to the journal.
    fn after(change: &str) -> String {
        let (sql, anchor) = written();
        sql.execute_batch(change).unwrap();
        let witness = Witness {
            incarnation: 1,
            anchor: anchor.number,
            hash: hex::encode(anchor.hash),
        };
        verify(&sql, Some(&witness)).map_or_else(
            |fault| format!("{fault:?}"),
            |done| format!("{} rows, {} loose", done.rows, done.loose),
        )
    }

    #[test]
    fn whatever_was_done_to_the_journal_is_found_and_where() {
        assert_eq!(after(""), "7 rows, 1 loose");
        for (change, found) in [
            (
                "UPDATE journal SET entry = replace(entry, '3', '9') WHERE row = 3",
                "Edited { row: 3, node: 1, link: 2 }",
            ),
            (
                "DELETE FROM journal WHERE row = 4",
                "Missing { node: 2, link: 2 }",
            ),
            (
                "UPDATE journal SET row = 100 WHERE row = 1; UPDATE journal SET row = 1 WHERE row = 3; UPDATE journal SET row = 3 WHERE row = 100",
                "Moved { row: 1, node: 1, link: 2 }",
            ),
            (
                "DELETE FROM journal WHERE row >= 6",
                "CutOff { node: 2, found: 2, seen: 3, anchor: 1 }",
            ),
            (
                "DELETE FROM journal WHERE node = 2",
                "CutOff { node: 2, found: 0, seen: 3, anchor: 1 }",
            ),
            ("UPDATE anchors SET at = at + 1", "Anchor { number: 1 }"),
            (
                "DELETE FROM anchors; DELETE FROM journal WHERE row >= 6",
                "Witness { number: 1 }",
            ),
            (
                "UPDATE journal SET node = node + 10; UPDATE journal SET node = 13 - node",
                "Edited { row: 2, node: 1, link: 1 }",
            ),
        ] {
            assert_eq!(after(change), found, "{change}");
        }
    }
}
