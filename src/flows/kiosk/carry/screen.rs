//! What carrying shows.

use super::{Carry, State};
use crate::flows::kiosk::{
    desk::Desk,
    view::{
        CardRefusal, CheckStep, CheckingCard, LayCard, Safety, Screen, TooFull, Trouble,
        TroubleKind, Way,
    },
    words,
};

pub(super) fn of(carry: &Carry, desk: &Desk) -> Screen {
    let parcel = &carry.parcel;
    match &carry.state {
        State::Waiting(_) if desk.reader_lost => trouble(carry, TroubleKind::ReaderGone),
        State::Waiting(purpose) => Screen::LayCard(LayCard {
            purpose: *purpose,
            tickets: parcel.count,
            ending: parcel.card.map(words::ending),
            refused: None,
            safety: safety(carry),
            countdown: None,
        }),
        State::Reading(_) | State::Changing(..) | State::Asking(_) | State::Leaving(_) => {
            let purpose = carry.purpose();
            let step = match carry.state {
                State::Reading(_) => CheckStep::Reading,
                _ => CheckStep::Registering,
            };
            Screen::CheckingCard(CheckingCard { purpose, step })
        }
        State::Refused(refusal) => trouble(carry, TroubleKind::Card(*refusal)),
        State::OtherCard { .. } => trouble(carry, TroubleKind::Card(CardRefusal::OtherCard)),
        State::TooFull(laid) => {
            let free = laid.places.free();
            let mut ways = Vec::new();
            if carry.may_change_card() {
                ways.push(Way::LayOtherCard);
            }
            if free > 0 {
                ways.push(Way::WriteSome(free));
            }
            ways.push(Way::LeaveAtPlatform);
            Screen::TooFull(TooFull {
                ending: words::ending(laid.card),
                places: laid.places,
                wanted: parcel.count,
                giver: None,
                safety: safety(carry),
                ways,
            })
        }
        State::Writing { progress, .. } => Screen::Writing(words::writing(parcel.count, *progress)),
        State::Stopped(kind) => trouble(carry, *kind),
    }
}

fn safety(carry: &Carry) -> Safety {
    if carry.unsettled {
        carry.parcel.being_checked()
    } else {
        carry.parcel.waiting()
    }
}

fn trouble(carry: &Carry, kind: TroubleKind) -> Screen {
    Screen::Trouble(Trouble {
        kind,
        safety: safety(carry),
        ways: ways(carry, kind),
        slip: carry.parcel.slip_if_known(),
    })
}

fn ways(carry: &Carry, kind: TroubleKind) -> Vec<Way> {
    match kind {
        TroubleKind::Card(CardRefusal::OtherCard) => match &carry.state {
            State::OtherCard { laid: Some(_) } => vec![Way::LayCard, Way::UseThisCard, Way::Finish],
            _ => vec![Way::LayCard, Way::Finish],
        },
        TroubleKind::Card(CardRefusal::Torn | CardRefusal::Mute) => vec![Way::LayCard, Way::Finish],
        TroubleKind::Card(CardRefusal::NoNetwork) | TroubleKind::NotReached => {
            vec![Way::TryAgain, Way::Finish]
        }
        TroubleKind::Card(_) => vec![Way::LayOtherCard, Way::CallStaff, Way::Finish],
        TroubleKind::CardTornNotWritten => vec![Way::LayCard, Way::LeaveAtPlatform],
        TroubleKind::CardTornUnknown => vec![Way::LayCard, Way::CallStaff],
        _ => vec![Way::CallStaff, Way::Finish],
    }
}
