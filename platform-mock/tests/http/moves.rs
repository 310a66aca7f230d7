//! A kiosk that moves tickets, played: what it registers, asks for and reports, step by step.

use kippu_api::{
    client::{Client, ClientError},
    handovers::{
        BindRequest, Bindings, NewHandover, PaperRequest, ParkRequest, Purpose, Registered,
        ReleaseRequest, Report, ReportAccepted, ReportedOutcome, TakeOverRequest, TicketOnCard,
    },
    orders::Order,
    orders::{Grant, GrantRequest, GrantedTicket},
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId, Step, TerminalId, TicketId},
    record::BoundTicket,
};
use platform_center::tickets::{
    record::{TicketRow, find},
    standing::Holder,
};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, claim, wish},
    purchase::done,
};

/// The handover most tests are about.
pub const MOVE: HandoverId = HandoverId([0xA0; 16]);
/// Another one.
pub const OTHER_MOVE: HandoverId = HandoverId([0xA1; 16]);
/// The code on its slip.
pub fn slip_code() -> ResumeCode {
    ResumeCode::of(4_821_093_755)
}

/// A kiosk with one handover in its journal.
pub struct Mover {
    pub client: Client,
    pub incarnation: String,
    pub handover: HandoverId,
    pub fence: u64,
    pub giver: CardUid,
    pub receiver: Option<CardUid>,
    pub tickets: Vec<TicketOnCard>,
    row: u64,
    attempt: u8,
}

impl Mover {
    /// The first journal of a terminal, about tickets that lie on [`CARD`].
    pub fn at(
        app: &TestApp,
        terminal: &str,
        handover: HandoverId,
        on_card: &[TicketOnCard],
    ) -> Self {
        Self {
            client: app.client(terminal),
            incarnation: format!("journal of {terminal}"),
            handover,
            fence: 0,
            giver: CARD,
            receiver: Some(OTHER_CARD),
            tickets: on_card.to_vec(),
            row: 0,
            attempt: 1,
        }
    }

    /// One that goes on with what another terminal let go of, by the code of its slip.
    pub async fn take_over(
        app: &TestApp,
        terminal: &str,
        handover: HandoverId,
        tickets: &[TicketOnCard],
    ) -> Self {
        let mut mover = Self::at(app, terminal, handover, tickets);
        let wish = take_over_wish(terminal);
        let taken = mover.client.take_over(handover, &wish).await;
        mover.fence = taken.unwrap().fence;
        mover
    }

    pub fn new_handover(&self, purpose: Purpose) -> NewHandover {
        NewHandover {
            handover: self.handover,
            incarnation: self.incarnation.clone(),
            giver: self.giver,
            purpose,
            tickets: self.tickets.clone(),
        }
    }

    pub async fn register(&mut self, purpose: Purpose) -> Result<Registered, ClientError> {
        let answer = self.client.register(&self.new_handover(purpose)).await?;
        self.fence = answer.fence;
        Ok(answer)
    }

    /// Registers and reports the taking.
    pub async fn take(&mut self, purpose: Purpose) {
        self.register(purpose).await.unwrap();
        self.tell(Step::Take, ReportedOutcome::Done).await.unwrap();
    }

    pub async fn bind(&self, card: CardUid) -> Result<Bindings, ClientError> {
        let wish = BindRequest {
            incarnation: self.incarnation.clone(),
            fence: self.fence,
            card,
            tickets: self.tickets.clone(),
        };
        self.client.bind(self.handover, &wish).await
    }

    pub fn paper_wish(&self, serial: u64) -> PaperRequest {
        PaperRequest {
            incarnation: self.incarnation.clone(),
            fence: self.fence,
            serial,
            ticket: self.tickets[0].clone(),
        }
    }

    pub fn park_wish(&self, attempt: u8) -> ParkRequest {
        ParkRequest {
            incarnation: self.incarnation.clone(),
            fence: self.fence,
            attempt,
            code: slip_code(),
            giver: self.giver,
            receiver: self.receiver,
            tickets: self.tickets.clone(),
        }
    }

    pub async fn park(&self, attempt: u8) -> Result<String, ClientError> {
        let wish = self.park_wish(attempt);
        Ok(self.client.park(self.handover, &wish).await?.parcel)
    }

    pub fn release_wish(&self) -> ReleaseRequest {
        ReleaseRequest {
            incarnation: self.incarnation.clone(),
            fence: self.fence,
            attempt: 1,
            code: slip_code(),
            cards: self.receiver.into_iter().chain([self.giver]).collect(),
            tickets: self.tickets.clone(),
            row_version: 2,
            row: serde_json::json!({"pending": null, "of": self.incarnation}),
        }
    }

    /// A report of the next journal row, one hop after the taking for what was written.
    pub fn report(&mut self, step: Step, outcome: ReportedOutcome) -> Report {
        self.row += 1;
        let written = matches!(step, Step::Give | Step::GiveBack);
        let records = self.tickets.iter().cloned().map(|mut ticket| {
            ticket.hop += u16::from(written);
            ticket
        });
        Report {
            row: self.row,
            incarnation: self.incarnation.clone(),
            order: None,
            fence: self.fence,
            card: match (step, self.receiver) {
                (Step::Give, Some(receiver)) => receiver,
                _ => self.giver,
            },
            giver: Some(self.giver),
            receiver: self.receiver,
            step,
            attempt: self.attempt,
            tickets: self.tickets.iter().map(|ticket| ticket.ticket).collect(),
            records: records.collect(),
            serial: None,
            code: None,
            outcome,
            before: None,
            after: None,
            proof: None,
            at: 0,
        }
    }

    pub async fn tell(
        &mut self,
        step: Step,
        outcome: ReportedOutcome,
    ) -> Result<ReportAccepted, ClientError> {
        let report = self.report(step, outcome);
        self.send(&report).await
    }

    pub async fn tell_paper(
        &mut self,
        outcome: ReportedOutcome,
        serial: u64,
    ) -> Result<ReportAccepted, ClientError> {
        let mut report = self.report(Step::Print, outcome);
        report.serial = Some(serial);
        self.send(&report).await
    }

    pub async fn send(&self, report: &Report) -> Result<ReportAccepted, ClientError> {
        self.client.report(self.handover, report).await
    }
}

/// What a kiosk asks when it goes on with a released handover by the slip's code.
pub fn take_over_wish(terminal: &str) -> TakeOverRequest {
    TakeOverRequest {
        incarnation: format!("journal of {terminal}"),
        code: Some(slip_code()),
        card: None,
    }
}

/// What a kiosk asks for a parcel.
pub fn fetch_wish(terminal: &str, handover: HandoverId, card: CardUid) -> GrantRequest {
    GrantRequest {
        handover,
        card,
        room: 8,
        incarnation: format!("journal of {terminal}"),
        code: None,
    }
}

/// A granted ticket as it lies on its card afterwards.
pub fn on_card(granted: &GrantedTicket) -> TicketOnCard {
    TicketOnCard {
        ticket: granted.ticket,
        event: granted.event,
        epoch: granted.epoch,
        hop: granted.hop,
        record: granted.record.clone(),
    }
}

impl TestApp {
    /// Sells tickets and writes them to [`CARD`].
    pub async fn sold(&self, seats: &[u32]) -> (Grant, Vec<TicketOnCard>) {
        self.sold_to(HandoverId([1; 16]), seats).await
    }

    /// The same by a handover of its own.
    pub async fn sold_to(&self, handover: HandoverId, seats: &[u32]) -> (Grant, Vec<TicketOnCard>) {
        let order = self.paid_order(seats).await;
        self.fetched(&order, handover).await
    }

    /// A paid order's tickets, written to their card.
    pub async fn fetched(&self, order: &Order, handover: HandoverId) -> (Grant, Vec<TicketOnCard>) {
        let mut wish = wish(handover);
        wish.incarnation = format!("journal of sale {handover}");
        let grant = self.kiosk().grant(&claim(order), &wish).await.unwrap();
        let mut written = done(&grant);
        written.incarnation = wish.incarnation;
        let accepted = self.kiosk().report(grant.handover, &written).await;
        assert!(accepted.unwrap().newest);
        let tickets = grant.tickets.iter().map(on_card).collect();
        (grant, tickets)
    }

    /// A ticket as the platform's books have it.
    pub async fn booked(&self, ticket: TicketId) -> TicketRow {
        let found = self.storage().read(move |sql| find(sql, ticket)).await;
        found.unwrap().expect("the platform does not know it")
    }

    pub async fn holder(&self, ticket: &TicketOnCard) -> Holder {
        self.booked(ticket.ticket).await.standing.holder
    }

    /// A ticket as kiosk-2 writes it to a card.
    pub fn rebound(&self, ticket: &TicketOnCard, card: CardUid, hop: u16) -> TicketOnCard {
        let taken = BoundTicket::from_bytes(&hex::decode(&ticket.record).unwrap()).unwrap();
        let key = self
            .keys()
            .binding(ticket.event)
            .for_terminal(TerminalId(12));
        TicketOnCard {
            record: hex::encode(key.bind(taken.signed, card, hop).to_bytes()),
            hop,
            ..ticket.clone()
        }
    }
}
