//! Giving seats to sellers and counting what they have left.

use async_trait::async_trait;
use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{EventId, SellerId};

use crate::{
    refusal::{Answer, Refusal},
    sales::expiry::UNPAID_AND_DUE,
    storage::{
        Database,
        stock::{Left, PackedAvailability},
    },
};

/// Most batches that one question waits for; what is due beyond that, the next ones end.
const BATCHES_TO_EXPIRE: usize = 64;

/// Allocation and availability.
#[async_trait]
pub trait AllocationStorage: Send + Sync {
    /// Gives seats to a seller, or takes them back with `None`. All or none: a seat that is held or sold refuses the whole.
    async fn allocate(
        &self,
        event: EventId,
        seller: Option<SellerId>,
        seats: Vec<u32>,
    ) -> Answer<()>;
    /// Ends the holds and slips whose time is over, if there are any.
    async fn expire_due(&self) -> Answer<()>;
    /// What a seller has left, by class.
    fn left(&self, event: EventId, seller: SellerId) -> Answer<Left>;
    /// Which seats a seller has left: one byte a seat, 0 = not to be had, n = free in price class n-1.
    fn free(&self, event: EventId, seller: SellerId) -> Answer<Vec<u8>>;
    /// The same, packed for a terminal.
    fn availability(&self, event: EventId, seller: SellerId) -> Answer<PackedAvailability>;
}

#[async_trait]
impl AllocationStorage for Database {
    async fn allocate(
        &self,
        event: EventId,
        seller: Option<SellerId>,
        seats: Vec<u32>,
    ) -> Answer<()> {
        self.write(move |unit| {
            let mut statement = unit.sql.prepare_cached(
                "UPDATE stock SET seller = ?3 WHERE event = ?1 AND seat = ?2 AND claim IS NULL",
            )?;
            for seat in seats {
                if statement.execute((event.0, seat, seller.map(|seller| seller.0)))? == 0 {
                    return Err(Refusal::new(
                        ProblemCode::SeatTaken,
                        format!("Seat {seat} does not exist, is held or is sold."),
                    ));
                }
            }
            unit.stock_replaced(event);
            Ok(())
        })
        .await
    }

    async fn expire_due(&self) -> Answer<()> {
        let now = self.clock().now();
        for _ in 0..BATCHES_TO_EXPIRE {
            let due = self
                .read(move |sql| {
                    let mut statement = sql.prepare_cached(&format!(
                        "SELECT EXISTS (SELECT 1 FROM holds WHERE expires <= ?1)
                             OR EXISTS (SELECT 1 FROM orders WHERE {UNPAID_AND_DUE})",
                    ))?;
                    Ok(statement.query_row([now], |row| row.get::<bool>(0))?)
                })
                .await?;
            if !due {
                break;
            }
            // Every batch begins with ending some of what is due; an empty command is enough.
            self.write(|_| Ok(())).await?;
        }
        Ok(())
    }

    fn left(&self, event: EventId, seller: SellerId) -> Answer<Left> {
        self.stock()
            .left(event, seller)
            .ok_or_else(|| Refusal::not_found("event"))
    }

    fn free(&self, event: EventId, seller: SellerId) -> Answer<Vec<u8>> {
        self.stock()
            .free(event, seller)
            .ok_or_else(|| Refusal::not_found("event"))
    }

    fn availability(&self, event: EventId, seller: SellerId) -> Answer<PackedAvailability> {
        self.stock().packed(event, seller)
    }
}
