//! Nothing new can be kept: the journal's disk is full, or it fails. The kiosk says so, begins nothing, and goes on by itself.

use kippu_handover::row::ItemState;

use super::{
    Desk, Phase, Step,
    input::{Input, Storage},
    staff::One,
    view::{FirstKey, MoneyFact, Safety, Screen, TicketFact, Trouble, TroubleKind, Way},
};

pub(super) struct OutOfService;

impl OutOfService {
    /// The staff is told at once: nobody else can help.
    pub fn open(desk: &mut Desk) -> Phase {
        desk.call_staff();
        Phase::OutOfService(Self)
    }
}

impl Step for OutOfService {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            // As at the start: what was open comes first.
            Input::Storage(Storage::Ready) => {
                desk.staff_called = false;
                One::next_at_start(desk)
            }
            _ => Phase::OutOfService(self),
        }
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let kept = desk
            .open_handovers
            .iter()
            .flat_map(|facts| &facts.items)
            .filter(|item| item.state == ItemState::Kept)
            .count();
        Screen::Trouble(Trouble {
            kind: match desk.storage {
                Storage::Broken => TroubleKind::StorageFault,
                Storage::Ready | Storage::Full => TroubleKind::StorageFull,
            },
            safety: Safety {
                ticket: match u8::try_from(kept).unwrap_or(u8::MAX) {
                    0 => TicketFact::None,
                    count => TicketFact::InKiosk { count },
                },
                money: MoneyFact::NotInvolved,
            },
            ways: vec![Way::CallStaff],
            slip: None,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::None
    }
}
