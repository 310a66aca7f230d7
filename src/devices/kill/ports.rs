//! The ports of the handover machine with a kill point before and after everything that leaves a mark.

use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, TakeOverRequest,
        TakenOver,
    },
    orders::{ChangeCard, Claim, Grant, GrantRequest, Order},
};
use kippu_card::capability::{
    CardContents, CardFault, Change, ChangeFault, Committed, Directory, Progress, TicketCard,
};
use kippu_handover::{
    journal::Journal,
    paper::{PaperEnd, PaperFault, PaperJob, PaperPort},
    platform::{PlatformPort, Reply},
    row::{Handover, Incarnation},
    store::{KnownPlatform, Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::{CardUid, HandoverId};

use super::around;
use crate::{
    devices::{platform::blocking::BlockingPlatform, printer::TicketPrinter},
    flows::facts::Language,
};

/// A port whose effects lie between kill points. Reading leaves no mark and has no points.
pub(in crate::devices) struct Watched<T>(T);

/// The port with its kill points.
pub(in crate::devices) fn watched<T>(port: T) -> Watched<T> {
    Watched(port)
}

impl<S: Store> Store for Watched<S> {
    fn incarnation(&self) -> Incarnation {
        self.0.incarnation()
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        around("journal", || self.0.put(row, report))
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        self.0.get(id)
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.0.open_rows()
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.0.released_rows()
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        self.0.unsent()
    }

    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        around("journal mark sent", || {
            self.0.mark_sent(report_row, receipt)
        })
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        self.0.known_platform()
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        around("journal resend all", || self.0.resend_all(incarnation))
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        around("journal told", || self.0.told(incarnation))
    }
}

impl<P: PlatformPort> PlatformPort for Watched<P> {
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant> {
        around("platform grant", || self.0.grant(claim, request))
    }

    fn register(&self, handover: &NewHandover) -> Reply<Registered> {
        around("platform register", || self.0.register(handover))
    }

    fn bind(&self, handover: HandoverId, request: &BindRequest) -> Reply<Bindings> {
        around("platform bind", || self.0.bind(handover, request))
    }

    fn paper(&self, handover: HandoverId, request: &PaperRequest) -> Reply<PaperRecord> {
        around("platform paper", || self.0.paper(handover, request))
    }

    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked> {
        around("platform park", || self.0.park(handover, request))
    }

    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released> {
        around("platform release", || self.0.release(handover, request))
    }

    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        around("platform report", || self.0.report(handover, report))
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        around("platform status", || self.0.status(handover))
    }

    fn change_card(&self, order: &str, change: &ChangeCard) -> Reply<Order> {
        around("platform change card", || self.0.change_card(order, change))
    }

    fn incarnation(&self) -> Option<String> {
        self.0.incarnation()
    }

    fn resent(&self, incarnation: &str) -> Reply<()> {
        around("platform resent", || self.0.resent(incarnation))
    }
}

impl Watched<Journal> {
    /// [`Journal::may_begin`]
    pub(in crate::devices) fn may_begin(&mut self) -> Result<(), StoreFault> {
        self.0.may_begin()
    }
}

impl Watched<BlockingPlatform> {
    /// [`BlockingPlatform::take_over`]
    pub(in crate::devices) fn take_over(
        &self,
        handover: HandoverId,
        request: &TakeOverRequest,
    ) -> Reply<TakenOver> {
        around("platform take over", || self.0.take_over(handover, request))
    }
}

impl Watched<TicketPrinter> {
    /// [`TicketPrinter::speak`]
    pub(in crate::devices) fn speak(&mut self, language: Language) {
        self.0.speak(language);
    }
}

impl<C: TicketCard> TicketCard for Watched<C> {
    fn uid(&self) -> CardUid {
        self.0.uid()
    }

    fn read(&mut self) -> Result<CardContents, CardFault> {
        self.0.read()
    }

    fn directory(&mut self) -> Result<Directory, CardFault> {
        self.0.directory()
    }

    fn apply(
        &mut self,
        change: &Change,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, ChangeFault> {
        around("card", || self.0.apply(change, progress))
    }
}

impl<P: PaperPort> PaperPort for Watched<P> {
    fn ready(&mut self) -> Result<(), PaperFault> {
        self.0.ready()
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        around("print", || self.0.print(job))
    }
}
