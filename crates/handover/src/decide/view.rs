//! What a decision is made from, apart from the row.

use kippu_api::handovers::HandoverStatus;
use kippu_card::capability::CardContents;
use kippu_ticket::ids::CardUid;

use crate::row::Handover;

/// What lies on the reader, read in this session.
#[derive(Debug, Clone, Copy)]
pub enum CardView<'a> {
    /// No card.
    Away,
    /// A card, with what it says.
    Here {
        /// Everything read from it.
        contents: &'a CardContents,
        /// It said in this session that it cannot take another ticket, whatever its free slots suggest.
        refused_as_full: bool,
    },
}

impl<'a> CardView<'a> {
    pub(super) fn contents(self) -> Option<&'a CardContents> {
        match self {
            Self::Away => None,
            Self::Here { contents, .. } => Some(contents),
        }
    }

    pub(crate) fn uid(self) -> Option<CardUid> {
        self.contents().map(|contents| contents.uid)
    }

    /// The card, if it is this one.
    pub(super) fn if_card(self, card: CardUid) -> Option<&'a CardContents> {
        self.contents().filter(|contents| contents.uid == card)
    }

    pub(super) fn room(self) -> usize {
        match self {
            Self::Away
            | Self::Here {
                refused_as_full: true,
                ..
            } => 0,
            Self::Here { contents, .. } => contents.room(),
        }
    }
}

/// What the platform said in this visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformView {
    /// Not asked yet.
    NotAsked,
    /// Asked, and nobody knows what it would say: unreachable, late, overloaded.
    Away,
    /// It granted the tickets a moment ago; that is as good as a status.
    JustGranted,
    /// Its answer.
    Says(HandoverStatus),
    /// It refuses to talk about this handover at all.
    Refuses,
}

impl PlatformView {
    /// Whether it answers in this visit.
    pub fn answers(&self) -> bool {
        matches!(self, Self::JustGranted | Self::Says(_))
    }

    /// Whether it takes somebody else for the owner because it is behind: it was restored from a backup, and has not got back the row that made
    /// this terminal the owner (R15).
    pub(super) fn is_behind(&self, row: &Handover) -> bool {
        matches!(self, Self::Says(status) if !status.yours && status.fence < row.fence())
    }
}

/// The printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterView {
    /// None at hand in this visit, or it cannot print now.
    Away,
    /// Ready for a paper.
    Ready,
}

/// Everything seen in this visit.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// On the reader.
    pub card: CardView<'a>,
    /// Of the platform.
    pub platform: &'a PlatformView,
    /// Of the printer.
    pub printer: PrinterView,
    /// Whether local keys reach to both ends for every open item: giving and giving back without the platform (R17).
    pub local_keys: bool,
}
