//! What waits for a card or the bearer of a code, and what became of a ticket.

use std::rc::Rc;

use kippu_api::parcels::PassageKind;
use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, card, sends};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            History, HistoryRow, PickUp, PickUpNotice, Screen, Touch, WaitingPlace, WaitingRow,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let pick_up = window.global::<ui::PickUp>();
    pick_up.on_look(sends(link, Touch::LookAtCard));
    let send = Rc::clone(link);
    pick_up.on_open(move |index| {
        send.send_of(|screen| match screen {
            Screen::PickUp(pick_up) => {
                let row = pick_up.rows.get(usize::try_from(index).ok()?)?;
                Some(Touch::Waiting(row.handover))
            }
            _ => None,
        });
    });
    window
        .global::<ui::History>()
        .on_back(sends(link, Touch::First));
}

/// What waits.
pub fn show_pick_up(to: &ui::PickUp<'_>, pick_up: &PickUp, language: Language) -> ui::Screen {
    to.set_ending(pick_up.ending.as_deref().unwrap_or_default().into());
    let rows = pick_up.rows.iter().map(|row| waiting(row, language));
    to.set_rows(models::update(to.get_rows(), rows));
    to.set_can_look(pick_up.can_look);
    to.set_busy(pick_up.busy);
    to.set_notice(match pick_up.notice {
        None => ui::PickUpNotice::None,
        Some(PickUpNotice::NotReached) => ui::PickUpNotice::NotReached,
        Some(PickUpNotice::Gone) => ui::PickUpNotice::Gone,
    });
    ui::Screen::PickUp
}

fn waiting(row: &WaitingRow, language: Language) -> ui::ParcelItem {
    let (state, place) = match &row.place {
        WaitingPlace::Parked => (ui::ParcelState::Parked, ""),
        WaitingPlace::Released => (ui::ParcelState::Released, ""),
        WaitingPlace::Here => (ui::ParcelState::Here, ""),
        WaitingPlace::LeftEarly => (ui::ParcelState::LeftEarly, ""),
        WaitingPlace::Elsewhere { terminal } => (ui::ParcelState::Elsewhere, terminal.as_str()),
        WaitingPlace::Fetched => (ui::ParcelState::Fetched, ""),
        WaitingPlace::GivenUp => (ui::ParcelState::GivenUp, ""),
        WaitingPlace::MoneyWaits => (ui::ParcelState::MoneyWaits, ""),
    };
    ui::ParcelItem {
        name: row.event.name.as_str().into(),
        name_cjk: words::beyond_latin(&row.event.name),
        tickets: row.tickets.into(),
        since: words::date(&row.since, language),
        state,
        giver: row.giver.as_deref().unwrap_or_default().into(),
        place: place.into(),
        place_cjk: words::beyond_latin(place),
    }
}

/// What became of one ticket.
pub fn show_history(to: &ui::History<'_>, history: &History, language: Language) -> ui::Screen {
    to.set_ticket(card::my_ticket(&history.ticket, language));
    let rows = history.rows.iter().map(|row| passage(row, language));
    to.set_rows(models::update(to.get_rows(), rows));
    to.set_offline(history.offline);
    to.set_busy(history.busy);
    ui::Screen::History
}

fn passage(row: &HistoryRow, language: Language) -> ui::PassageItem {
    let place = row.terminal.as_deref().unwrap_or_default();
    ui::PassageItem {
        what: match row.what {
            PassageKind::Bought => ui::Passage::Bought,
            PassageKind::Received => ui::Passage::Received,
            PassageKind::Taken => ui::Passage::Taken,
            PassageKind::GivenBack => ui::Passage::GivenBack,
            PassageKind::Parked => ui::Passage::Parked,
            PassageKind::Printed => ui::Passage::Printed,
            PassageKind::PaperVoid => ui::Passage::PaperVoid,
            PassageKind::Reissued => ui::Passage::Reissued,
            PassageKind::Entered => ui::Passage::Entered,
        },
        other: row.other_card.as_deref().unwrap_or_default().into(),
        when: words::date_and_time(&row.at, language),
        place: place.into(),
        place_cjk: words::beyond_latin(place),
        proved: row.proved == Some(true),
    }
}
