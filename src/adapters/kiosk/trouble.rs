//! Conditions with ticket, money and ways on.

use std::rc::Rc;

use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, card, care, giving};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            MoneyFact, PaperProblem, Safety, Screen, SlipOutcome, SlipResult, TicketFact, TooFull,
            Touch, Trouble, TroubleKind, Way,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let way = |link: &Rc<Link>| {
        let send = Rc::clone(link);
        move |index: i32| {
            send.send_of(|screen| {
                let ways = match screen {
                    Screen::Trouble(trouble) => &trouble.ways,
                    Screen::SlipResult(result) => &result.ways,
                    Screen::TooFull(full) => &full.ways,
                    _ => return None,
                };
                let way = ways.get(usize::try_from(index).ok()?)?;
                Some(Touch::Way(way.clone()))
            });
        }
    };
    window.global::<ui::Trouble>().on_way(way(link));
    window.global::<ui::SlipResult>().on_way(way(link));
    window.global::<ui::TooFull>().on_way(way(link));
}

/// A condition.
pub fn show_trouble(to: &ui::Trouble<'_>, trouble: &Trouble, language: Language) -> ui::Screen {
    let kind = match trouble.kind {
        TroubleKind::NotReached => ui::TroubleKind::NotReached,
        TroubleKind::SeatsGone => ui::TroubleKind::SeatsGone,
        TroubleKind::HoldExpired => ui::TroubleKind::HoldExpired,
        TroubleKind::SalesClosed => ui::TroubleKind::SalesClosed,
        TroubleKind::Card(refusal) => {
            to.set_refusal(card::refusal(refusal));
            ui::TroubleKind::Card
        }
        TroubleKind::CardTornNotWritten => ui::TroubleKind::TornNotWritten,
        TroubleKind::CardTornUnknown => ui::TroubleKind::TornUnknown,
        TroubleKind::ReaderGone => ui::TroubleKind::ReaderGone,
        TroubleKind::Paper(PaperProblem::PaperOut) => ui::TroubleKind::PaperOut,
        TroubleKind::Paper(PaperProblem::EndedMidway) => ui::TroubleKind::PaperEndedMidway,
        TroubleKind::Paper(PaperProblem::CoverOpen) => ui::TroubleKind::CoverOpen,
        TroubleKind::Paper(PaperProblem::PrinterOff) => ui::TroubleKind::PrinterOff,
        TroubleKind::PaperUnconfirmed => ui::TroubleKind::PaperUnconfirmed,
        TroubleKind::PaymentUnknown => ui::TroubleKind::PaymentUnknown,
        TroubleKind::OrderUnknown => ui::TroubleKind::OrderUnknown,
        TroubleKind::NeedsStaff => ui::TroubleKind::NeedsStaff,
        TroubleKind::PaperTicketUnconfirmed => ui::TroubleKind::PaperTicketUnconfirmed,
        TroubleKind::TakingUnknown => ui::TroubleKind::TakingUnknown,
        TroubleKind::GivingUnknown => ui::TroubleKind::GivingUnknown,
        TroubleKind::NothingTaken => ui::TroubleKind::NothingTaken,
        TroubleKind::NotWithoutNetwork => ui::TroubleKind::NotWithoutNetwork,
        TroubleKind::TicketStays(reason) => {
            to.set_stays(giving::stays(reason));
            ui::TroubleKind::TicketStays
        }
        TroubleKind::ElsewhereNow => ui::TroubleKind::ElsewhereNow,
        TroubleKind::StorageFull => ui::TroubleKind::StorageFull,
        TroubleKind::OutOfService(reason) => {
            to.set_out(care::out_reason(reason));
            ui::TroubleKind::OutOfService
        }
        TroubleKind::StorageFault => ui::TroubleKind::StorageFault,
        TroubleKind::Refused => ui::TroubleKind::Refused,
    };
    to.set_kind(kind);
    to.set_safety(safety(&trouble.safety, language));
    to.set_slip(trouble.slip.as_deref().unwrap_or_default().into());
    to.set_ways(models::update(to.get_ways(), ways(&trouble.ways)));
    ui::Screen::Trouble
}

/// What became of a slip.
pub fn show_slip_result(
    to: &ui::SlipResult<'_>,
    result: &SlipResult,
    language: Language,
) -> ui::Screen {
    to.set_number(result.number.as_str().into());
    to.set_outcome(match result.outcome {
        SlipOutcome::Honoured => ui::SlipOutcome::Honoured,
        SlipOutcome::Refunded => ui::SlipOutcome::Refunded,
        SlipOutcome::Expired => ui::SlipOutcome::Expired,
        SlipOutcome::Cancelled => ui::SlipOutcome::Cancelled,
        SlipOutcome::AlreadyIssued => ui::SlipOutcome::AlreadyIssued,
        SlipOutcome::ElsewhereAtWork => ui::SlipOutcome::ElsewhereAtWork,
    });
    to.set_safety(safety(&result.safety, language));
    to.set_ways(models::update(to.get_ways(), ways(&result.ways)));
    ui::Screen::SlipResult
}

/// The card has too few places.
pub fn show_too_full(to: &ui::TooFull<'_>, full: &TooFull, language: Language) -> ui::Screen {
    to.set_ending(full.ending.as_str().into());
    to.set_used(full.places.used.into());
    to.set_total(full.places.total.into());
    to.set_wanted(full.wanted.into());
    to.set_giving(full.giver.is_some());
    to.set_safety(safety(&full.safety, language));
    to.set_ways(models::update(to.get_ways(), ways(&full.ways)));
    ui::Screen::TooFull
}

/// Where ticket and money are.
pub fn safety(safety: &Safety, language: Language) -> ui::Safety {
    let mut shown = ui::Safety::default();
    shown.ticket = match &safety.ticket {
        TicketFact::None => ui::TicketFact::None,
        TicketFact::SeatsHeld { count, until } => {
            shown.count = (*count).into();
            shown.until = words::time(until, language);
            ui::TicketFact::Held
        }
        TicketFact::SeatsReleased => ui::TicketFact::Released,
        TicketFact::AtPlatform { count, slip } => {
            shown.count = (*count).into();
            shown.slip = slip.as_str().into();
            ui::TicketFact::AtPlatform
        }
        TicketFact::OnCard { count } => {
            shown.count = (*count).into();
            ui::TicketFact::OnCard
        }
        TicketFact::BeingChecked { count } => {
            shown.count = (*count).into();
            ui::TicketFact::Checking
        }
        TicketFact::CardUnchanged => ui::TicketFact::CardUnchanged,
        TicketFact::InKiosk { count } => {
            shown.count = (*count).into();
            ui::TicketFact::InKiosk
        }
        TicketFact::OnGiverCard { count } => {
            shown.count = (*count).into();
            ui::TicketFact::OnGiver
        }
        TicketFact::PaperBeingChecked { count } => {
            shown.count = (*count).into();
            ui::TicketFact::PaperChecking
        }
        TicketFact::Parked { count, code } => {
            shown.count = (*count).into();
            shown.slip = code.as_str().into();
            ui::TicketFact::Parked
        }
    };
    let (money, amount) = match &safety.money {
        MoneyFact::NotInvolved => (ui::MoneyFact::NotInvolved, None),
        MoneyFact::NotCharged => (ui::MoneyFact::NotCharged, None),
        MoneyFact::ToPay(sum) => (ui::MoneyFact::ToPay, Some(sum)),
        MoneyFact::Paid(sum) => (ui::MoneyFact::Paid, Some(sum)),
        MoneyFact::PaidBefore => (ui::MoneyFact::PaidBefore, None),
        MoneyFact::PaidBack(sum) => (ui::MoneyFact::PaidBack, Some(sum)),
        MoneyFact::BeingChecked(sum) => (ui::MoneyFact::Checking, Some(sum)),
    };
    shown.money = money;
    shown.amount = amount.map(words::money).unwrap_or_default();
    shown
}

fn ways(ways: &[Way]) -> impl Iterator<Item = ui::WayItem> + '_ {
    ways.iter().map(|way| {
        let (way, count) = match way {
            Way::TryAgain => (ui::Way::TryAgain, 0),
            Way::LayCard => (ui::Way::LayCard, 0),
            Way::LayOtherCard => (ui::Way::LayOtherCard, 0),
            Way::UseThisCard => (ui::Way::UseThisCard, 0),
            Way::WriteSome(count) => (ui::Way::WriteSome, i32::from(*count)),
            Way::LeaveAtPlatform => (ui::Way::LeaveAtPlatform, 0),
            Way::OtherSeats => (ui::Way::OtherSeats, 0),
            Way::PrintAgain => (ui::Way::PrintAgain, 0),
            Way::GoOnWithoutPaper => (ui::Way::GoOnWithoutPaper, 0),
            Way::Cancel => (ui::Way::Cancel, 0),
            Way::GoOn => (ui::Way::GoOn, 0),
            Way::GiveBack => (ui::Way::GiveBack, 0),
            Way::StaffHere => (ui::Way::StaffHere, 0),
            Way::CallStaff => (ui::Way::CallStaff, 0),
            Way::Finish => (ui::Way::Finish, 0),
        };
        ui::WayItem { way, count }
    })
}
