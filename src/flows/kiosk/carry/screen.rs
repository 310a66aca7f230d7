//! What carrying shows.

use super::{Carry, State};
use crate::flows::kiosk::{
    desk::Desk,
    input::WriteProgress,
    view::{
        CardRefusal, CheckMark, CheckStep, CheckingCard, LayCard, LayPurpose, Safety, Screen,
        TooFull, Trouble, TroubleKind, Way, Writing,
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
            ending: Some(words::ending(parcel.card)),
            refused: None,
            safety: safety(carry),
            countdown: None,
        }),
        State::Reading(_) | State::Changing(..) | State::Asking(_) | State::Leaving(_) => {
            let purpose = if carry.unsettled {
                LayPurpose::ToFindOut
            } else {
                LayPurpose::ToWrite
            };
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
            if parcel.may_change_card {
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
                safety: safety(carry),
                ways,
            })
        }
        State::Writing { progress, .. } => Screen::Writing(writing(parcel.count, *progress)),
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

/// Card checked, room checked, written, read back.
fn writing(tickets: u8, progress: Option<WriteProgress>) -> Writing {
    use CheckMark::{Ahead, Now, Passed};
    let (permille, written, read_back) = match progress {
        None | Some(WriteProgress::Preparing) => (150, Now, Ahead),
        Some(WriteProgress::Records { done, of }) => (
            200 + 400 * u16::from(done) / u16::from(of.max(1)),
            Now,
            Ahead,
        ),
        Some(WriteProgress::ReadBack) => (700, Passed, Now),
        Some(WriteProgress::Committing) => (850, Passed, Now),
        Some(WriteProgress::Verified) => (1000, Passed, Passed),
    };
    Writing {
        tickets,
        permille,
        checks: [Passed, Passed, written, read_back],
        card_missing: false,
    }
}
