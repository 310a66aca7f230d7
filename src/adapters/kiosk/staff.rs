//! The staff's screens: logging in, open handovers, papers nobody confirmed, reports on a stick.

use std::rc::Rc;

use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, card, sends, trouble};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            ClerkEntry, ClerkField, HandoverWaits, Holder, LoginNotice, OneHandover, OpenHandovers,
            OpenRow, PaperQuestion, Remedy, Screen, StaffAct, StaffNotice, Stick, StickState,
            Touch, Turn,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let clerk = window.global::<ui::ClerkEntry>();
    clerk.on_erase(sends(link, Touch::Erase));
    clerk.on_log_in(sends(link, Touch::LogIn));
    let send = Rc::clone(link);
    clerk.on_digit(move |digit| send.send(Touch::Digit(digit as u8)));
    let send = Rc::clone(link);
    clerk.on_field(move |pin| {
        let field = if pin {
            ClerkField::Pin
        } else {
            ClerkField::Number
        };
        send.send(Touch::ClerkField(field));
    });

    let list = window.global::<ui::OpenHandovers>();
    list.on_up(sends(link, Touch::Page(Turn::Up)));
    list.on_down(sends(link, Touch::Page(Turn::Down)));
    list.on_care(sends(link, Touch::Care));
    list.on_log_out(sends(link, Touch::LogOut));
    let send = Rc::clone(link);
    list.on_open(move |index| {
        send.send_of(|screen| match screen {
            Screen::OpenHandovers(list) => {
                let row = list.rows.get(usize::try_from(index).ok()?)?;
                Some(Touch::OpenHandover(row.handover))
            }
            _ => None,
        });
    });

    let send = Rc::clone(link);
    window.global::<ui::OneHandover>().on_act(move |index| {
        send.send_of(|screen| match screen {
            Screen::OneHandover(one) => {
                let act = one.acts.get(usize::try_from(index).ok()?)?;
                Some(Touch::StaffAct(*act))
            }
            _ => None,
        });
    });

    let send = Rc::clone(link);
    window
        .global::<ui::PaperQuestion>()
        .on_came_out(move |yes| send.send(Touch::CameOut(yes)));

    let stick = window.global::<ui::Stick>();
    stick.on_save(sends(link, Touch::SaveReports));
    stick.on_close(sends(link, Touch::First));
}

/// A clerk logs in.
pub fn show_clerk(to: &ui::ClerkEntry<'_>, entry: &ClerkEntry) -> ui::Screen {
    to.set_clerk_number(entry.number.as_str().into());
    to.set_pin_digits(entry.pin_digits.into());
    to.set_pin_field(entry.field == ClerkField::Pin);
    to.set_busy(entry.busy);
    to.set_notice(match entry.notice {
        None => ui::LoginNotice::None,
        Some(LoginNotice::Wrong) => ui::LoginNotice::Wrong,
        Some(LoginNotice::TooMany) => ui::LoginNotice::TooMany,
        Some(LoginNotice::NotReached) => ui::LoginNotice::NotReached,
        Some(LoginNotice::IdledOut) => ui::LoginNotice::IdledOut,
        Some(LoginNotice::UnknownCard) => ui::LoginNotice::UnknownCard,
        Some(LoginNotice::CardUnread) => ui::LoginNotice::CardUnread,
    });
    ui::Screen::Clerk
}

/// All open handovers.
pub fn show_list(
    to: &ui::OpenHandovers<'_>,
    list: &OpenHandovers,
    language: Language,
) -> ui::Screen {
    to.set_clerk_cjk(words::beyond_latin(&list.clerk));
    to.set_clerk(list.clerk.as_str().into());
    let rows = list.rows.iter().map(|row| open_row(row, language));
    to.set_rows(models::update(to.get_rows(), rows));
    to.set_count(list.count as i32);
    to.set_page(list.page as i32);
    to.set_pages(list.pages as i32);
    to.set_unsent(list.unsent as i32);
    to.set_busy(list.busy);
    ui::Screen::OpenHandovers
}

fn open_row(row: &OpenRow, language: Language) -> ui::HandoverRow {
    ui::HandoverRow {
        tickets: row.tickets.into(),
        giver: row.giver.as_deref().unwrap_or_default().into(),
        receiver: row.receiver.as_deref().unwrap_or_default().into(),
        name: row.event.name.as_str().into(),
        name_cjk: words::beyond_latin(&row.event.name),
        since: words::time(&row.since, language),
        waits_for: waits_for(row.waits),
        remedy: remedy(row.remedy),
    }
}

fn waits_for(waits: HandoverWaits) -> ui::WaitsFor {
    match waits {
        HandoverWaits::Receiver => ui::WaitsFor::Receiver,
        HandoverWaits::NamedCard => ui::WaitsFor::NamedCard,
        HandoverWaits::Giver => ui::WaitsFor::Giver,
        HandoverWaits::CardAnswer => ui::WaitsFor::CardAnswer,
        HandoverWaits::Paper => ui::WaitsFor::Paper,
        HandoverWaits::Printer => ui::WaitsFor::Printer,
        HandoverWaits::Platform => ui::WaitsFor::Platform,
        HandoverWaits::Operator => ui::WaitsFor::Operator,
    }
}

fn remedy(remedy: Remedy) -> ui::Remedy {
    match remedy {
        Remedy::None => ui::Remedy::None,
        Remedy::LayCard => ui::Remedy::LayCard,
        Remedy::LayGiver => ui::Remedy::LayGiver,
        Remedy::AnswerPaper => ui::Remedy::AnswerPaper,
        Remedy::Print => ui::Remedy::Print,
        Remedy::Send => ui::Remedy::Send,
        Remedy::CallOperator => ui::Remedy::CallOperator,
    }
}

/// One handover with everything that can be done.
pub fn show_one(to: &ui::OneHandover<'_>, one: &OneHandover, language: Language) -> ui::Screen {
    let row = open_row(&one.row, language);
    to.set_tickets(row.tickets);
    to.set_holder(match (one.holder, one.row.giver.is_some()) {
        // The line of a purchase or a pick-up begins at the platform, that of a giving may end there.
        (Holder::Giver, _) | (Holder::Platform, false) => 0,
        (Holder::Kiosk | Holder::Unknown, _) => 1,
        (Holder::Receiver, _) | (Holder::Platform, true) => 2,
    });
    to.set_at_platform(one.holder == Holder::Platform);
    to.set_giver(row.giver);
    to.set_receiver(row.receiver);
    to.set_name_cjk(row.name_cjk);
    to.set_name(row.name);
    to.set_since(row.since);
    to.set_waits_for(row.waits_for);
    to.set_remedy(row.remedy);
    to.set_safety(trouble::safety(&one.safety, language));
    let acts = one.acts.iter().map(|act| match act {
        StaffAct::Finish => ui::StaffAct::Finish,
        StaffAct::GiveBack => ui::StaffAct::GiveBack,
        StaffAct::KeepAndPrint => ui::StaffAct::KeepAndPrint,
        StaffAct::PutAway => ui::StaffAct::PutAway,
        StaffAct::LogIn => ui::StaffAct::LogIn,
        StaffAct::Release => ui::StaffAct::Release,
        StaffAct::Next => ui::StaffAct::Next,
        StaffAct::Leave => ui::StaffAct::Leave,
    });
    to.set_acts(models::update(to.get_acts(), acts));
    to.set_place(one.place.0 as i32);
    to.set_of(one.place.1 as i32);
    to.set_start_up(one.start_up);
    to.set_busy(one.busy);
    to.set_notice(match one.notice {
        None => ui::StaffNotice::None,
        Some(StaffNotice::NotReached) => ui::StaffNotice::NotReached,
        Some(StaffNotice::AnswerFirst) => ui::StaffNotice::AnswerFirst,
        Some(StaffNotice::StorageFault) => ui::StaffNotice::StorageFault,
        Some(StaffNotice::Operator) => ui::StaffNotice::Operator,
    });
    ui::Screen::OneHandover
}

/// Did this paper come out?
pub fn show_paper(
    to: &ui::PaperQuestion<'_>,
    question: &PaperQuestion,
    language: Language,
) -> ui::Screen {
    to.set_ticket(card::my_ticket(&question.ticket, language));
    to.set_serial(question.serial.as_str().into());
    to.set_answered_otherwise(question.answered_otherwise);
    to.set_busy(question.busy);
    ui::Screen::PaperQuestion
}

/// Reports onto a stick.
pub fn show_stick(to: &ui::Stick<'_>, stick: &Stick) -> ui::Screen {
    to.set_state(match stick.state {
        StickState::Insert => ui::StickState::Insert,
        StickState::Missing => ui::StickState::Missing,
        StickState::Saving => ui::StickState::Saving,
        StickState::Saved => ui::StickState::Saved,
        StickState::Full => ui::StickState::NoRoom,
        StickState::NotWritable => ui::StickState::NotWritable,
    });
    to.set_reports(stick.reports as i32);
    ui::Screen::Stick
}
