//! One visit: the row, the card's session and what the platform said, as long as a call of the machine lasts.

use kippu_api::handovers::Report;
use kippu_card::capability::{CardContents, CardFault, Committed, TicketCard};

use crate::{
    decide::{CardView, PlatformView},
    row::Handover,
    transition,
};

/// Card sessions that may end in "the sequence is another" before the card is asked for again.
const STALE_READS_MAX: u8 = 3;

/// What one advance has at hand: the row, the card's session and what the platform said.
pub(crate) struct Visit<'c> {
    pub(crate) row: Handover,
    pub(crate) card: Option<&'c mut dyn TicketCard>,
    contents: Option<CardContents>,
    pub(crate) platform: PlatformView,
    pub(crate) refused_as_full: bool,
    pub(crate) fault: Option<CardFault>,
    stale_reads: u8,
}

impl<'c> Visit<'c> {
    /// Opens a visit with a look at the card.
    pub(crate) fn begin(row: Handover, card: Option<&'c mut dyn TicketCard>) -> Self {
        let mut visit = Self {
            row,
            card,
            contents: None,
            platform: PlatformView::NotAsked,
            refused_as_full: false,
            fault: None,
            stale_reads: 0,
        };
        visit.look();
        visit
    }

    /// Nobody knows how the pending operation ended: the report, with the directory it was planned on where this visit read it.
    pub(crate) fn unknown(&mut self, now: i64) -> Option<Report> {
        let intent = self.row.pending.as_ref()?;
        let read = self
            .contents
            .as_ref()
            .filter(|contents| contents.uid == intent.card);
        let before = read
            .map(|contents| &contents.directory)
            .filter(|directory| directory.sequence == intent.sequence);
        transition::unknown(&mut self.row, before, now)
    }

    pub(crate) fn card_view(&self) -> CardView<'_> {
        match &self.contents {
            Some(contents) => CardView::Here {
                contents,
                refused_as_full: self.refused_as_full,
            },
            None => CardView::Away,
        }
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

    /// The session is over.
    pub(crate) fn lost(&mut self, fault: CardFault) {
        self.card = None;
        self.contents = None;
        self.fault = Some(fault);
    }

    /// The session is over and the customer stands there with the card: ask for it at once, not for the platform's opinion first.
    pub(crate) fn lost_while_writing(&mut self, fault: CardFault) {
        self.lost(fault);
        self.platform = PlatformView::Away;
    }

    /// Somebody changed the card since it was read: read again, a few times.
    pub(crate) fn stale(&mut self) {
        self.stale_reads += 1;
        if self.stale_reads < STALE_READS_MAX {
            self.look()
        } else {
            self.lost(CardFault::Unreadable)
        }
    }

    /// The card after a commit of this session.
    pub(crate) fn committed(&mut self, committed: Committed) {
        if let Some(contents) = &mut self.contents {
            contents.directory = committed.after;
        }
    }
}
