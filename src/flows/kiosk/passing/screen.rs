//! What a passing shows: where the tickets are, and the one thing to do.

use kippu_handover::decide::CardWanted;

use super::*;
use crate::flows::kiosk::view::{
    CheckStep, CheckingCard, LayCard, LayPurpose, MoneyFact, PrintingTickets, Safety, Swap,
    TicketFact, TooFull, Trouble,
};

pub(super) fn of(passing: &Passing, desk: &Desk) -> Screen {
    match (&passing.state, &passing.at) {
        (
            State::Working {
                doing,
                progress,
                paper,
                ..
            },
            _,
        ) => working(passing, *doing, *progress, *paper),
        (State::Stopped(kind), _) => stopped(passing, *kind),
        (_, None) => stopped(passing, TroubleKind::NeedsStaff),
        (_, Some(_)) if desk.reader_lost && awaits_card(passing) => {
            stopped(passing, TroubleKind::ReaderGone)
        }
        (State::AwaitingOther, Some(rest)) => swap(passing, rest, desk, None),
        (State::Resting, Some(rest)) => resting(passing, rest, desk),
    }
}

fn awaits_card(passing: &Passing) -> bool {
    passing
        .at
        .as_ref()
        .is_some_and(|rest| matches!(rest.outcome, Outcome::LayCard { .. }))
}

/// Whether the two cards are to be swapped now.
pub(super) fn is_swap(passing: &Passing) -> bool {
    matches!(
        (&passing.state, &passing.at),
        (
            State::Resting,
            Some(Rest {
                outcome: Outcome::LayCard {
                    why: CardWanted::ToWrite,
                    ..
                },
                ..
            })
        )
    )
}

fn working(passing: &Passing, doing: Doing, progress: Option<WriteProgress>, paper: u8) -> Screen {
    let count = open_count(passing);
    let checking = |purpose| {
        Screen::CheckingCard(CheckingCard {
            purpose,
            step: CheckStep::Registering,
        })
    };
    match doing {
        Doing::Printing => Screen::PrintingTickets(PrintingTickets {
            at: paper.clamp(1, count.max(1)),
            of: count.max(1),
        }),
        // The same sentences for every change of a card.
        Doing::Giving | Doing::GivingBack if progress.is_some() => {
            Screen::Writing(words::writing(count, progress))
        }
        Doing::Taking if paper > 0 => Screen::PrintingTickets(PrintingTickets {
            at: paper,
            of: count.max(paper),
        }),
        Doing::Taking | Doing::Stopping => checking(LayPurpose::GiverToTake),
        Doing::GivingBack => checking(LayPurpose::GiverToGiveBack),
        Doing::Giving => checking(LayPurpose::ToWrite),
        Doing::Keeping { .. } => checking(LayPurpose::ToPickUp),
        Doing::FindingOut => checking(LayPurpose::ToFindOut),
    }
}

fn resting(passing: &Passing, rest: &Rest, desk: &Desk) -> Screen {
    match &rest.outcome {
        Outcome::LayCard { card, why, .. } => lay(passing, rest, *card, *why, desk),
        Outcome::TooFull { card, room, needed } => {
            let room = words::count(*room);
            let mut ways = vec![Way::LayOtherCard];
            if room > 0 && passing.giver != *card {
                ways.push(Way::WriteSome(room));
            }
            ways.extend([Way::GiveBack, Way::LeaveAtPlatform]);
            let seen = passing.receiver_places.unwrap_or(Places {
                used: 0,
                total: room,
            });
            Screen::TooFull(TooFull {
                ending: words::ending(*card),
                places: seen,
                wanted: words::count(*needed),
                giver: Some(words::ending(passing.giver)),
                safety: safety(passing),
                ways,
            })
        }
        Outcome::PrinterNeeded(fault) => trouble(
            passing,
            TroubleKind::Paper(words::paper_problem(*fault)),
            vec![
                Way::CallStaff,
                Way::PrintAgain,
                Way::GiveBack,
                Way::LeaveAtPlatform,
            ],
        ),
        Outcome::AskPeople { .. } => trouble(
            passing,
            TroubleKind::PaperTicketUnconfirmed,
            vec![Way::CallStaff, Way::StaffHere],
        ),
        Outcome::PlatformAway if in_kiosk(&rest.facts) => trouble(
            passing,
            TroubleKind::NotReached,
            vec![Way::TryAgain, Way::LeaveAtPlatform, Way::CallStaff],
        ),
        Outcome::PlatformAway => trouble(
            passing,
            TroubleKind::NotWithoutNetwork,
            vec![Way::TryAgain, Way::Finish],
        ),
        Outcome::Refused(_) => trouble(
            passing,
            TroubleKind::Refused,
            vec![Way::GiveBack, Way::LeaveAtPlatform, Way::CallStaff],
        ),
        Outcome::NeedsOperator | Outcome::Ended(_) => stopped(passing, TroubleKind::NeedsStaff),
    }
}

fn lay(
    passing: &Passing,
    rest: &Rest,
    card: Option<CardUid>,
    why: CardWanted,
    desk: &Desk,
) -> Screen {
    let lay = |purpose, card: CardUid| {
        Screen::LayCard(LayCard {
            purpose,
            tickets: open_count(passing),
            ending: Some(words::ending(card)),
            refused: rest.refused,
            safety: safety(passing),
            countdown: None,
        })
    };
    match why {
        CardWanted::ToWrite if passing.may_use_third() => trouble(
            passing,
            TroubleKind::Card(CardRefusal::ThirdCard),
            vec![Way::LayCard, Way::UseThisCard, Way::GiveBack],
        ),
        CardWanted::ToWrite => swap(passing, rest, desk, card),
        CardWanted::ToTake => lay(LayPurpose::GiverToTake, card.unwrap_or(passing.giver)),
        CardWanted::ToGiveBack => lay(LayPurpose::GiverToGiveBack, card.unwrap_or(passing.giver)),
        CardWanted::ToAnswer => match (rest.refused, card) {
            // The card that left has not been back: what happened is said first.
            (None | Some(CardRefusal::Torn), card) => trouble(
                passing,
                if card == Some(passing.giver) {
                    TroubleKind::TakingUnknown
                } else {
                    TroubleKind::GivingUnknown
                },
                vec![Way::LayCard, Way::CallStaff],
            ),
            (Some(_), card) => lay(LayPurpose::ToFindOut, card.unwrap_or(passing.giver)),
        },
    }
}

fn swap(passing: &Passing, rest: &Rest, desk: &Desk, card: Option<CardUid>) -> Screen {
    Screen::Swap(Swap {
        giver: words::ending(passing.giver),
        receiver: card.map(words::ending),
        tickets: open_count(passing),
        giver_lies: desk.card_lies && rest.refused.is_none(),
        refused: rest.refused,
        can_give_back: true,
        safety: safety(passing),
    })
}

fn stopped(passing: &Passing, kind: TroubleKind) -> Screen {
    let ways = match kind {
        TroubleKind::NothingTaken | TroubleKind::Refused | TroubleKind::NotReached
            if !passing.in_kiosk() =>
        {
            vec![Way::TryAgain, Way::Finish]
        }
        TroubleKind::TicketStays(_) if !passing.in_kiosk() => vec![Way::TryAgain, Way::Finish],
        TroubleKind::TicketStays(_) => vec![Way::GiveBack, Way::LeaveAtPlatform],
        TroubleKind::ElsewhereNow => vec![Way::Finish, Way::CallStaff],
        TroubleKind::ReaderGone if passing.in_kiosk() => {
            vec![Way::CallStaff, Way::LeaveAtPlatform]
        }
        _ => vec![Way::CallStaff, Way::TryAgain, Way::Finish],
    };
    trouble(passing, kind, ways)
}

fn trouble(passing: &Passing, kind: TroubleKind, ways: Vec<Way>) -> Screen {
    Screen::Trouble(Trouble {
        kind,
        safety: safety(passing),
        ways,
        slip: None,
    })
}

fn open_count(passing: &Passing) -> u8 {
    passing
        .at
        .as_ref()
        .map_or(passing.count, |rest| words::open_count(&rest.facts))
}

fn safety(passing: &Passing) -> Safety {
    let ticket = match &passing.at {
        Some(rest) => staff::words::tickets_are(&rest.facts),
        None => TicketFact::OnGiverCard {
            count: passing.count,
        },
    };
    Safety {
        ticket,
        money: MoneyFact::NotInvolved,
    }
}
