//! The kiosk serves nobody, and says so: nothing new can be kept, because the journal's disk is full or it fails, and then it goes on by itself; or
//! the staff wants it so, and then only the staff ends it.

use kippu_handover::row::ItemState;

use super::{
    Desk, Phase, Step,
    input::{Input, Storage},
    staff::{ClerkEntry, One},
    view::{FirstKey, MoneyFact, Safety, Screen, TicketFact, Touch, Trouble, TroubleKind, Way},
};

pub(super) struct OutOfService;

impl OutOfService {
    /// Where the staff does not know, it is told at once: nobody else can help.
    pub fn open(desk: &mut Desk) -> Phase {
        if desk.storage != Storage::Ready {
            desk.call_staff();
        }
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
            Input::Touch(Touch::Way(Way::StaffHere)) if desk.storage == Storage::Ready => {
                ClerkEntry::open(None, desk)
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
            kind: match (desk.storage, desk.out) {
                (Storage::Broken, _) => TroubleKind::StorageFault,
                (Storage::Ready, Some(reason)) => TroubleKind::OutOfService(reason),
                (Storage::Ready | Storage::Full, _) => TroubleKind::StorageFull,
            },
            safety: Safety {
                ticket: match u8::try_from(kept).unwrap_or(u8::MAX) {
                    0 => TicketFact::None,
                    count => TicketFact::InKiosk { count },
                },
                money: MoneyFact::NotInvolved,
            },
            ways: match desk.storage {
                Storage::Ready => vec![Way::CallStaff, Way::StaffHere],
                Storage::Full | Storage::Broken => vec![Way::CallStaff],
            },
            slip: None,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::None
    }
}
