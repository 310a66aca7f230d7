//! What the flow is told of the reader: a card lies there, it was taken, the reader is gone.

use kippu_card::reader::{CardToken, ReaderState};

use crate::{
    devices::mailbox::Mailbox,
    flows::kiosk::input::{Input, ReaderNews},
};

/// What the flow was told last.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Seen {
    #[default]
    Nothing,
    Card(CardToken),
    Lost,
}

impl Seen {
    /// Tells what changed.
    pub(super) fn then(self, state: ReaderState, mailbox: &Mailbox<Input>) -> Self {
        let now = match state {
            ReaderState::Absent => Self::Nothing,
            ReaderState::Present(token) => Self::Card(token),
            ReaderState::Gone => Self::Lost,
        };
        if now != self {
            let tell = |news| mailbox.send(Input::Reader(news));
            match now {
                Self::Nothing => tell(ReaderNews::Empty),
                Self::Lost => tell(ReaderNews::Lost),
                Self::Card(_) => {
                    // Another card in place of the last: that one was taken.
                    if matches!(self, Self::Card(_)) {
                        tell(ReaderNews::Empty);
                    }
                    tell(ReaderNews::Present);
                }
            }
        }
        now
    }
}
