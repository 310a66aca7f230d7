//! From the machine's words to the flow's.

use kippu_card::capability::Progress;
use kippu_handover::{
    outcome::MachineFault,
    store::StoreFault,
    transition::{Stays, WhyItStays},
};

use crate::{
    devices::stick::NoStick,
    flows::kiosk::{
        input::{HandoverFault, StickFault, WriteProgress},
        view::WhyStays,
    },
};

/// How far a change has come.
pub(super) fn progress(progress: Progress) -> WriteProgress {
    let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    match progress {
        Progress::Writing { done, of } => WriteProgress::Records {
            done: small(done),
            of: small(of),
        },
        Progress::ReadBack => WriteProgress::ReadBack,
        Progress::Committing => WriteProgress::Committing,
        Progress::Verified => WriteProgress::Verified,
    }
}

/// Why the machine stopped.
pub(super) fn fault(fault: MachineFault) -> HandoverFault {
    tracing::error!(%fault, "the handover stopped");
    match fault {
        MachineFault::Store(StoreFault::Full) => HandoverFault::StorageFull,
        MachineFault::Store(_) => HandoverFault::Storage,
        MachineFault::BadGrant(_) | MachineFault::BadRow(_) => HandoverFault::BadAnswer,
        MachineFault::Stays(Stays { why, .. }) => HandoverFault::Stays(stays(why)),
        MachineFault::NoRoom => HandoverFault::NoRoom,
        MachineFault::NoSuchHandover(_) | MachineFault::NotPossible => HandoverFault::NotPossible,
    }
}

fn stays(why: WhyItStays) -> WhyStays {
    match why {
        WhyItStays::Entered => WhyStays::Entered,
        WhyItStays::NotTransferable => WhyStays::NotTransferable,
        WhyItStays::NoPaper => WhyStays::NoPaper,
        WhyItStays::NotThere | WhyItStays::Unreadable => WhyStays::Unreadable,
    }
}

/// Why nothing is on the stick.
pub(super) fn stick(why: NoStick) -> StickFault {
    match why {
        NoStick::Missing => StickFault::Missing,
        NoStick::Full => StickFault::Full,
        NoStick::ReadOnly | NoStick::Fault => StickFault::NotWritable,
    }
}
