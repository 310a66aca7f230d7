//! Parcels as commands and questions.

use async_trait::async_trait;
use kippu_api::handovers::ParkRequest;
use kippu_ticket::{
    ids::{CardUid, HandoverId, TerminalId},
    record::BoundTicket,
};

use super::{
    parking,
    waiting::{self, WaitingRecord},
};
use crate::{
    handovers::refused::{Asked, Request, decided},
    refusal::Answer,
    storage::Database,
};

/// What somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookFor {
    /// Whatever the keyed hash of a code belongs to.
    Code([u8; 32]),
    /// Whatever came from a card or is meant for it.
    Card(CardUid),
}

/// Parcels.
#[async_trait]
pub trait ParcelStorage: Send + Sync {
    /// Keeps taken tickets; the parcel's id. The same try again gets the same answer, a refusal included.
    async fn park(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: ParkRequest,
        brought: Vec<BoundTicket>,
        code: [u8; 32],
    ) -> Answer<String>;
    /// What waits.
    async fn waiting(&self, terminal: TerminalId, what: LookFor) -> Answer<Vec<WaitingRecord>>;
}

#[async_trait]
impl ParcelStorage for Database {
    async fn park(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: ParkRequest,
        brought: Vec<BoundTicket>,
        code: [u8; 32],
    ) -> Answer<String> {
        let request = Request {
            handover,
            terminal,
            what: Asked::Park,
            attempt: wish.attempt,
        };
        self.write(move |unit| {
            decided(unit, &request, |unit| {
                parking::park(unit, handover, terminal, &wish, &brought, code)
            })
        })
        .await?
    }

    async fn waiting(&self, terminal: TerminalId, what: LookFor) -> Answer<Vec<WaitingRecord>> {
        self.read(move |sql| match what {
            LookFor::Code(code) => waiting::by_code(sql, terminal, &code),
            LookFor::Card(card) => waiting::by_card(sql, terminal, card),
        })
        .await
    }
}
