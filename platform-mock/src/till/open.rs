//! What is still under way between a store's till, its kiosks and the platform.

use kippu_api::till::OpenMatters;

use super::count::turnover;
use crate::{refusal::Answer, storage::sql::Sql};

/// All of it, in one currency.
pub(super) fn open_matters(sql: &Sql, store: i64, currency: &str) -> Answer<OpenMatters> {
    let slips = |state: &str| -> Answer<Vec<String>> {
        let mut statement = sql.prepare_cached(
            "SELECT slip FROM orders WHERE store = ?1 AND currency = ?2 AND state = ?3 ORDER BY created, slip",
        )?;
        let rows = statement.query_map((store, currency, state), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let refunds_due = turnover(
        sql,
        "FROM (SELECT terminal, currency, paid_out, amount - to_account AS amount FROM refunds) p JOIN terminals t USING (terminal)
         WHERE t.store = ?1 AND p.currency = ?2 AND p.paid_out IS NULL AND p.amount > 0",
        (store, currency),
    )?;
    let handovers = sql
        .prepare_cached(
            "SELECT count(*) FROM handovers h JOIN terminals t USING (terminal) WHERE t.store = ?1 AND h.state <> 'ended'",
        )?
        .query_row([store], |row| row.get(0))?;
    Ok(OpenMatters {
        unpaid: slips("awaiting_payment")?,
        not_fetched: slips("paid")?,
        being_written: slips("granted")?,
        refunds_due,
        handovers,
    })
}
