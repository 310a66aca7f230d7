//! Handovers as commands and questions.

use async_trait::async_trait;
use kippu_api::handovers::{
    BindRequest, HandoverStatus, NewHandover, PaperRequest, ReleaseRequest, Report, ReportAccepted,
    TakeOverRequest, TakenOver,
};
use kippu_card::transaction_mac;
use kippu_ticket::{
    ids::{EventId, HandoverId, TerminalId},
    record::BoundTicket,
};

use super::{
    papers,
    refused::{Asked, Request, decided},
    registering, releases,
    reports::{self, Incoming},
    rules, status,
};
use crate::{keys::Keys, refusal::Answer, storage::Database, tickets::brought};

/// What a report brings besides its words.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The tickets that can be read and were issued here.
    pub brought: Vec<BoundTicket>,
    /// Whether the card's proof is right; `None` without one.
    pub proved: Option<bool>,
    /// Keyed hash of the code.
    pub code: Option<[u8; 32]>,
}

impl Evidence {
    /// What can be said of a report by the platform's keys alone.
    ///
    /// # Errors
    /// 400 when its proof is no hexadecimal text.
    pub fn of(report: &Report, keys: &Keys) -> Answer<Self> {
        let proof = rules::proof(report)?;
        let readable = |ticket| brought::read(ticket, keys).ok();
        Ok(Self {
            brought: report.records.iter().filter_map(readable).collect(),
            proved: proof.map(|proof| {
                keys.card_versions()
                    .any(|(_, keys)| transaction_mac::verify(keys, report.card, &proof).is_ok())
            }),
            code: report.code.map(|code| keys.code_hash(code)),
        })
    }
}

/// Handovers. Tickets come with it as they were read; the caller has checked what can be checked without the database.
#[async_trait]
pub trait HandoverStorage: Send + Sync {
    /// Takes note of a handover; its fence. The same again gets the same answer, a refusal included.
    async fn register(
        &self,
        terminal: TerminalId,
        new: NewHandover,
        brought: Vec<BoundTicket>,
    ) -> Answer<u64>;
    /// Whether records of taken tickets may be bound to a card.
    async fn bind(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: BindRequest,
        brought: Vec<BoundTicket>,
        keys: &Keys,
    ) -> Answer<()>;
    /// Whether a taken ticket may be printed under a serial.
    async fn paper(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: PaperRequest,
        brought: BoundTicket,
    ) -> Answer<()>;
    /// Keeps what an owner lets go of; `code` is the keyed hash. The same try again gets the same answer, a refusal included.
    async fn release(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: ReleaseRequest,
        brought: Vec<BoundTicket>,
        code: [u8; 32],
    ) -> Answer<()>;
    /// Makes a terminal the owner of a released handover.
    async fn take_over(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: TakeOverRequest,
        code: Option<[u8; 32]>,
    ) -> Answer<TakenOver>;
    /// Takes a report.
    async fn report(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        report: Report,
        evidence: Evidence,
    ) -> Answer<ReportAccepted>;
    /// What is known of a handover, for one terminal.
    async fn handover(&self, terminal: TerminalId, handover: HandoverId) -> Answer<HandoverStatus>;
    /// Serials of an event's papers that gates turn away.
    async fn void_serials(&self, event: EventId) -> Answer<Vec<u64>>;
}

#[async_trait]
impl HandoverStorage for Database {
    async fn register(
        &self,
        terminal: TerminalId,
        new: NewHandover,
        brought: Vec<BoundTicket>,
    ) -> Answer<u64> {
        let request = Request {
            handover: new.handover,
            terminal,
            what: Asked::Register,
            attempt: 0,
        };
        self.write(move |unit| {
            decided(unit, &request, |unit| {
                registering::register(unit, terminal, &new, &brought)
            })
        })
        .await?
    }

    async fn bind(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: BindRequest,
        brought: Vec<BoundTicket>,
        keys: &Keys,
    ) -> Answer<()> {
        let own = brought
            .iter()
            .map(|ticket| registering::is_own_card(ticket, wish.card, keys))
            .collect::<Vec<_>>();
        self.write(move |unit| registering::bind(unit, handover, terminal, &wish, &brought, &own))
            .await
    }

    async fn paper(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: PaperRequest,
        brought: BoundTicket,
    ) -> Answer<()> {
        self.write(move |unit| registering::paper(unit, handover, terminal, &wish, &brought))
            .await
    }

    async fn release(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: ReleaseRequest,
        brought: Vec<BoundTicket>,
        code: [u8; 32],
    ) -> Answer<()> {
        let request = Request {
            handover,
            terminal,
            what: Asked::Release,
            attempt: wish.attempt,
        };
        self.write(move |unit| {
            decided(unit, &request, |unit| {
                releases::release(unit, handover, terminal, &wish, &brought, code)
            })
        })
        .await?
    }

    async fn take_over(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        wish: TakeOverRequest,
        code: Option<[u8; 32]>,
    ) -> Answer<TakenOver> {
        self.write(move |unit| releases::take_over(unit, handover, terminal, &wish, code))
            .await
    }

    async fn report(
        &self,
        terminal: TerminalId,
        handover: HandoverId,
        report: Report,
        evidence: Evidence,
    ) -> Answer<ReportAccepted> {
        let incoming = Incoming {
            terminal,
            handover,
            report,
            evidence,
        };
        self.write(move |unit| reports::take(unit, &incoming)).await
    }

    async fn handover(&self, terminal: TerminalId, handover: HandoverId) -> Answer<HandoverStatus> {
        self.read(move |sql| status::status(sql, terminal, handover))
            .await
    }

    async fn void_serials(&self, event: EventId) -> Answer<Vec<u64>> {
        self.read(move |sql| papers::void_serials(sql, event)).await
    }
}
