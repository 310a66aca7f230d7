//! The client's part for moving tickets: grants, handovers, parcels, reports and what cards have been through.

use kippu_ticket::ids::{CardUid, HandoverId};

use super::{Client, ClientError};
use crate::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, TakeOverRequest,
        TakenOver,
    },
    orders::{Claim, Grant, GrantRequest},
    parcels::{FindWaiting, Passage, Waiting},
};

impl Client {
    /// The tickets of a paid order or of a parcel, signed and bound. The handover's number makes it idempotent.
    pub async fn grant(&self, claim: &Claim, wish: &GrantRequest) -> Result<Grant, ClientError> {
        let path = match claim {
            Claim::Order(order) => format!("/orders/{order}/grant"),
            Claim::Parcel(parcel) => format!("/parcels/{parcel}/grant"),
        };
        self.post(&path, Some(wish), None).await
    }

    /// Says that tickets are about to leave a card; moves nothing. The handover's number makes it idempotent.
    pub async fn register(&self, handover: &NewHandover) -> Result<Registered, ClientError> {
        self.post("/handovers", Some(handover), None).await
    }

    /// Records of taken tickets, bound to the card they are to be written to. Harmless to repeat.
    pub async fn bind(
        &self,
        handover: HandoverId,
        wish: &BindRequest,
    ) -> Result<Bindings, ClientError> {
        self.of_handover(handover, "bindings", wish).await
    }

    /// The record of one paper ticket. Harmless to repeat.
    pub async fn paper(
        &self,
        handover: HandoverId,
        wish: &PaperRequest,
    ) -> Result<PaperRecord, ClientError> {
        self.of_handover(handover, "paper", wish).await
    }

    /// Gives taken tickets to the platform. An answer that was lost is asked for again with the same attempt; a refusal of an attempt is
    /// for good (R7).
    pub async fn park(
        &self,
        handover: HandoverId,
        wish: &ParkRequest,
    ) -> Result<Parked, ClientError> {
        self.of_handover(handover, "park", wish).await
    }

    /// Lets go of a handover, so that another terminal may go on with it.
    pub async fn release(
        &self,
        handover: HandoverId,
        wish: &ReleaseRequest,
    ) -> Result<Released, ClientError> {
        self.of_handover(handover, "release", wish).await
    }

    /// Goes on with a handover another terminal released. The same journal gets the same answer again.
    pub async fn take_over(
        &self,
        handover: HandoverId,
        wish: &TakeOverRequest,
    ) -> Result<TakenOver, ClientError> {
        self.of_handover(handover, "take-over", wish).await
    }

    /// Reports how an operation ended; repeating is harmless.
    pub async fn report(
        &self,
        handover: HandoverId,
        report: &Report,
    ) -> Result<ReportAccepted, ClientError> {
        self.of_handover(handover, "reports", report).await
    }

    /// What the platform knows of a handover.
    pub async fn handover(&self, handover: HandoverId) -> Result<HandoverStatus, ClientError> {
        self.get(&format!("/handovers/{handover}")).await
    }

    /// What waits for the bearer of a code, or for a card this terminal has authenticated.
    pub async fn waiting(&self, what: &FindWaiting) -> Result<Vec<Waiting>, ClientError> {
        self.post("/waiting", Some(what), None).await
    }

    /// What became of the tickets that are or were on a card, newest first.
    pub async fn card_history(&self, card: CardUid) -> Result<Vec<Passage>, ClientError> {
        self.get(&format!("/cards/{card}/history")).await
    }

    async fn of_handover<B, T>(
        &self,
        handover: HandoverId,
        what: &str,
        body: &B,
    ) -> Result<T, ClientError>
    where
        B: serde::Serialize,
        T: serde::de::DeserializeOwned,
    {
        self.post(&format!("/handovers/{handover}/{what}"), Some(body), None)
            .await
    }
}
