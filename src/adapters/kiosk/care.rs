//! The staff's screens about the kiosk itself.

use std::rc::Rc;

use kippu_api::staff_acts::OutReason;
use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, card, sends};
use crate::flows::kiosk::{
    input::Storage,
    view::{Care, CareNotice, NewRoll, OwnCard, Touch},
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let care = window.global::<ui::Care>();
    care.on_test_page(sends(link, Touch::TestPage));
    care.on_new_roll(sends(link, Touch::NewRoll));
    care.on_take_out(sends(link, Touch::TakeOut));
    care.on_back_in_service(sends(link, Touch::BackInService));
    care.on_own_card(sends(link, Touch::OwnCard));
    care.on_save_to_stick(sends(link, Touch::SaveReports));
    let new_roll = window.global::<ui::NewRoll>();
    new_roll.on_test_page(sends(link, Touch::TestPage));
    new_roll.on_close(sends(link, Touch::First));
    let own_card = window.global::<ui::OwnCard>();
    own_card.on_forget(sends(link, Touch::ForgetCard));
    let send = Rc::clone(link);
    window
        .global::<ui::OutReasons>()
        .on_chosen(move |reason| send.send(Touch::OutFor(chosen(reason))));
}

fn chosen(reason: ui::OutReason) -> OutReason {
    match reason {
        ui::OutReason::Printer => OutReason::Printer,
        ui::OutReason::Reader => OutReason::Reader,
        ui::OutReason::Cleaning => OutReason::Cleaning,
        ui::OutReason::Other => OutReason::Other,
    }
}

/// Why it is out of service.
pub(super) fn out_reason(reason: OutReason) -> ui::OutReason {
    match reason {
        OutReason::Printer => ui::OutReason::Printer,
        OutReason::Reader => ui::OutReason::Reader,
        OutReason::Cleaning => ui::OutReason::Cleaning,
        OutReason::Other => ui::OutReason::Other,
    }
}

/// This kiosk.
pub fn show_care(to: &ui::Care<'_>, care: &Care) -> ui::Screen {
    to.set_reader_there(care.reader_there);
    to.set_storage(match care.storage {
        Storage::Ready => ui::StorageState::Ready,
        Storage::Full => ui::StorageState::Full,
        Storage::Broken => ui::StorageState::Broken,
    });
    to.set_out(care.out.is_some());
    to.set_reason(out_reason(care.out.unwrap_or(OutReason::Other)));
    to.set_printing(care.printing);
    to.set_notice(match care.notice {
        None => ui::CareNotice::None,
        Some(CareNotice::TestPrinted) => ui::CareNotice::TestPrinted,
        Some(CareNotice::TestUnconfirmed) => ui::CareNotice::TestUnconfirmed,
        Some(CareNotice::TestNotPrinted) => ui::CareNotice::TestNotPrinted,
        Some(CareNotice::CardChosen) => ui::CareNotice::CardChosen,
        Some(CareNotice::CardForgotten) => ui::CareNotice::CardForgotten,
    });
    ui::Screen::Care
}

/// A new roll.
pub fn show_new_roll(to: &ui::NewRoll<'_>, state: NewRoll) -> ui::Screen {
    to.set_state(match state {
        NewRoll::OpenCover => ui::NewRollState::OpenCover,
        NewRoll::PutIn => ui::NewRollState::PutIn,
        NewRoll::SwitchOn => ui::NewRollState::SwitchOn,
        NewRoll::Printing => ui::NewRollState::Printing,
        NewRoll::Done => ui::NewRollState::Done,
        NewRoll::Unconfirmed => ui::NewRollState::Unconfirmed,
    });
    ui::Screen::NewRoll
}

/// The card a clerk logs in with.
pub fn show_own_card(to: &ui::OwnCard<'_>, state: OwnCard) -> ui::Screen {
    to.set_state(match state {
        OwnCard::Lay => ui::OwnCardState::Lay,
        OwnCard::Busy => ui::OwnCardState::Busy,
        OwnCard::Refused(refusal) => {
            to.set_refused(card::refusal(refusal));
            ui::OwnCardState::Refused
        }
        OwnCard::Taken => ui::OwnCardState::Taken,
        OwnCard::LogInAgain => ui::OwnCardState::LogInAgain,
        OwnCard::NotReached => ui::OwnCardState::NotReached,
    });
    ui::Screen::OwnCard
}
