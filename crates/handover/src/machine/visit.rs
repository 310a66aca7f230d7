//! One visit: the row, the card's session, the printer and what the platform said, as long as a call of the machine lasts.

use kippu_api::handovers::Report;
use kippu_card::capability::{CardContents, CardFault, Committed, TicketCard};

use super::Hands;
use crate::{
    decide::{CardView, PlatformView, PrinterView, Seen},
    paper::{PaperFault, PaperPort},
    row::Handover,
    transition,
};

/// Card sessions that may end in "the sequence is another" before the card is asked for again.
const STALE_READS_MAX: u8 = 3;

/// What one advance has at hand.
pub(super) struct Visit<'c> {
    pub(super) row: Handover,
    pub(super) card: Option<&'c mut dyn TicketCard>,
    pub(super) printer: Option<&'c mut dyn PaperPort>,
    pub(super) printer_fault: Option<PaperFault>,
    contents: Option<CardContents>,
    pub(super) platform: PlatformView,
    local_keys: bool,
    pub(super) refused_as_full: bool,
    pub(super) fault: Option<CardFault>,
    stale_reads: u8,
}

impl<'c> Visit<'c> {
    /// Opens a visit with a look at the card.
    pub(super) fn begin(row: Handover, hands: Hands<'c>, local_keys: bool) -> Self {
        let mut visit = Self {
            row,
            card: hands.card,
            printer: hands.printer,
            printer_fault: None,
            contents: None,
            platform: PlatformView::NotAsked,
            local_keys,
            refused_as_full: false,
            fault: None,
            stale_reads: 0,
        };
        visit.look();
        visit.ask_printer();
        visit
    }

    /// Everything a decision is made from.
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen {
            card: match &self.contents {
                Some(contents) => CardView::Here {
                    contents,
                    refused_as_full: self.refused_as_full,
                },
                None => CardView::Away,
            },
            platform: &self.platform,
            printer: match (&self.printer, self.printer_fault) {
                (Some(_), None) => PrinterView::Ready,
                _ => PrinterView::Away,
            },
            local_keys: self.local_keys,
        }
    }

    /// Nobody knows how the pending operation ended: the report, with the directory it was planned on where this visit read it.
    pub(super) fn unknown(&mut self, now: i64) -> Option<Report> {
        let (card, sequence) = self.row.pending.as_ref()?.on_card()?;
        let before = self
            .contents
            .as_ref()
            .filter(|contents| contents.uid == card)
            .map(|contents| &contents.directory)
            .filter(|directory| directory.sequence == sequence);
        transition::unknown(&mut self.row, before, now)
    }

    /// Reads the card; a card that cannot be read is as good as away, and the fault is told.
    fn look(&mut self) {
        if let Some(card) = self.card.as_deref_mut() {
            match card.read() {
                Ok(contents) => self.contents = Some(contents),
                Err(fault) => self.lost(fault),
            }
        }
    }

    fn ask_printer(&mut self) {
        if let Some(printer) = self.printer.as_deref_mut() {
            self.printer_fault = printer.ready().err();
        }
    }

    /// The session is over.
    pub(super) fn lost(&mut self, fault: CardFault) {
        self.card = None;
        self.contents = None;
        self.fault = Some(fault);
    }

    /// The session is over and the customer stands there with the card: ask for it at once, not for the platform's opinion first.
    pub(super) fn lost_while_writing(&mut self, fault: CardFault) {
        self.lost(fault);
        self.platform = PlatformView::Away;
    }

    /// Somebody changed the card since it was read: read again, a few times.
    pub(super) fn stale(&mut self) {
        self.stale_reads += 1;
        if self.stale_reads < STALE_READS_MAX {
            self.look()
        } else {
            self.lost(CardFault::Unreadable)
        }
    }

    /// The card after a commit of this session: what lay in slots that died is not live any more.
    pub(super) fn committed(&mut self, committed: Committed) {
        if let Some(contents) = &mut self.contents {
            for ticket in &mut contents.tickets {
                if let Some(slot) = committed.after.slots.get(usize::from(ticket.slot)) {
                    ticket.state = slot.state;
                }
            }
            contents.directory = committed.after;
        }
    }
}
