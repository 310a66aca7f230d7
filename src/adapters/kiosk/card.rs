//! The card: laying, checking, writing, and what is on it.

use std::rc::Rc;

use kippu_ticket::record::TicketKind;
use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, pay, sends, trouble};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            CardRefusal, CheckMark, CheckStep, CheckingCard, Done, LayCard, LayPurpose, MyCard,
            MyTicket, Screen, Touch, Turn, Writing,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    window
        .global::<ui::Done>()
        .on_print_again(sends(link, Touch::PrintAgain));
    let card = window.global::<ui::MyCard>();
    card.on_up(sends(link, Touch::Page(Turn::Up)));
    card.on_down(sends(link, Touch::Page(Turn::Down)));
    card.on_give(sends(link, Touch::Give));
    card.on_make_paper(sends(link, Touch::MakePaper));
    card.on_money_back(sends(link, Touch::MoneyBack));
    let send = Rc::clone(link);
    card.on_history(move |index| {
        send.send_of(|screen| match screen {
            Screen::MyCard(card) => {
                let ticket = card.tickets.get(usize::try_from(index).ok()?)?;
                Some(Touch::History(ticket.id))
            }
            _ => None,
        });
    });
    let send = Rc::clone(link);
    card.on_go_on(move || {
        send.send_of(|screen| match screen {
            Screen::MyCard(card) => Some(Touch::Waiting(card.left_early.as_ref()?.handover)),
            _ => None,
        });
    });
}

/// "Lay your card".
pub fn show_lay(to: &ui::LayCard<'_>, lay: &LayCard, language: Language) -> ui::Screen {
    to.set_purpose(purpose(lay.purpose));
    to.set_tickets(lay.tickets.into());
    to.set_ending(lay.ending.as_deref().unwrap_or_default().into());
    to.set_refused(lay.refused.map_or(ui::CardRefusal::None, refusal));
    to.set_safety(trouble::safety(&lay.safety, language));
    to.set_held(lay.countdown.is_some());
    to.set_left(lay.countdown.map(pay::time_left).unwrap_or_default());
    ui::Screen::Lay
}

fn purpose(purpose: LayPurpose) -> ui::LayPurpose {
    match purpose {
        LayPurpose::BeforePaying => ui::LayPurpose::BeforePaying,
        LayPurpose::ToWrite => ui::LayPurpose::ToWrite,
        LayPurpose::ToFindOut => ui::LayPurpose::ToFindOut,
        LayPurpose::ToLook => ui::LayPurpose::ToLook,
        LayPurpose::ToGive => ui::LayPurpose::ToGive,
        LayPurpose::ToPrint => ui::LayPurpose::ToPrint,
        LayPurpose::ToGiveUp => ui::LayPurpose::ToGiveUp,
        LayPurpose::ToPickUp => ui::LayPurpose::ToPickUp,
        LayPurpose::GiverToTake => ui::LayPurpose::GiverToTake,
        LayPurpose::GiverToGiveBack => ui::LayPurpose::GiverToGiveBack,
    }
}

/// Why a card cannot be used.
pub fn refusal(refusal: CardRefusal) -> ui::CardRefusal {
    match refusal {
        CardRefusal::NotOurs => ui::CardRefusal::NotOurs,
        CardRefusal::Blank => ui::CardRefusal::Blank,
        CardRefusal::WrongKey => ui::CardRefusal::WrongKey,
        CardRefusal::Torn => ui::CardRefusal::Torn,
        CardRefusal::Mute => ui::CardRefusal::Mute,
        CardRefusal::WornOut => ui::CardRefusal::WornOut,
        CardRefusal::Unreadable => ui::CardRefusal::Unreadable,
        CardRefusal::OtherCard => ui::CardRefusal::OtherCard,
        CardRefusal::GiverAgain => ui::CardRefusal::GiverAgain,
        CardRefusal::ReceiverNotGiver => ui::CardRefusal::ReceiverNotGiver,
        CardRefusal::ThirdCard => ui::CardRefusal::ThirdCard,
        CardRefusal::OlderLayout => ui::CardRefusal::OlderLayout,
        CardRefusal::NewerLayout => ui::CardRefusal::NewerLayout,
        CardRefusal::NoNetwork => ui::CardRefusal::NoNetwork,
    }
}

/// The card rests while it is checked.
pub fn show_checking(to: &ui::CheckingCard<'_>, checking: &CheckingCard) -> ui::Screen {
    to.set_purpose(purpose(checking.purpose));
    let steps = [
        CheckStep::Reading,
        CheckStep::Registering,
        CheckStep::Printing,
    ];
    // Charging takes the place of the slip.
    let now = checking.step.min(CheckStep::Printing);
    let checks = steps.map(|step| match step.cmp(&now) {
        std::cmp::Ordering::Less => ui::CheckMark::Passed,
        std::cmp::Ordering::Equal => ui::CheckMark::Now,
        std::cmp::Ordering::Greater => ui::CheckMark::Ahead,
    });
    to.set_charging(checking.step == CheckStep::Charging);
    to.set_checks(models::update(to.get_checks(), checks));
    ui::Screen::Checking
}

/// The card is being written.
pub fn show_writing(to: &ui::Writing<'_>, writing: &Writing) -> ui::Screen {
    to.set_tickets(writing.tickets.into());
    to.set_progress(f32::from(writing.permille) / 1000.0);
    to.set_card_missing(writing.card_missing);
    let checks = writing.checks.map(|mark| match mark {
        CheckMark::Ahead => ui::CheckMark::Ahead,
        CheckMark::Now => ui::CheckMark::Now,
        CheckMark::Passed => ui::CheckMark::Passed,
    });
    to.set_checks(models::update(to.get_checks(), checks));
    ui::Screen::Writing
}

/// The tickets are on the card.
pub fn show_done(to: &ui::Done<'_>, done: &Done, language: Language) -> ui::Screen {
    let tickets = done
        .seats
        .iter()
        .map(|seat| words::ticket(&done.event, seat, language));
    to.set_tickets(models::update(to.get_tickets(), tickets));
    to.set_free_places(done.places.map_or(-1, |places| places.free().into()));
    let (count, slip) = done
        .left_at_platform
        .as_ref()
        .map_or((0, ""), |(count, slip)| (*count, slip.as_str()));
    to.set_left_count(count.into());
    to.set_left_slip(slip.into());
    to.set_receipt(pay::paper(done.receipt));
    to.set_card_lies(done.card_lies);
    ui::Screen::Done
}

/// What is on the card.
pub fn show_my_card(to: &ui::MyCard<'_>, card: &MyCard, language: Language) -> ui::Screen {
    to.set_ending(card.ending.as_str().into());
    let tickets = card
        .tickets
        .iter()
        .map(|ticket| my_ticket(ticket, language));
    to.set_tickets(models::update(to.get_tickets(), tickets));
    to.set_count(card.count as i32);
    to.set_page(card.page as i32);
    to.set_pages(card.pages as i32);
    to.set_free_places(card.places.free().into());
    to.set_offline(card.offline);
    to.set_can_give(card.can_give);
    to.set_can_make_paper(card.can_make_paper);
    to.set_can_get_money(card.can_get_money);
    let early = card.left_early.as_ref();
    to.set_left_early(early.map_or(0, |early| early.tickets.into()));
    to.set_left_early_since(
        early
            .map(|early| words::date_and_time(&early.at, language))
            .unwrap_or_default(),
    );
    ui::Screen::MyCard
}

/// A ticket on a card, or something else that stands on one.
pub fn my_ticket(ticket: &MyTicket, language: Language) -> ui::TicketItem {
    ui::TicketItem {
        kind: match ticket.kind {
            TicketKind::Seat | TicketKind::FreeSeating => ui::ItemKind::Ticket,
            TicketKind::Voucher => ui::ItemKind::Voucher,
            TicketKind::Membership => ui::ItemKind::Membership,
        },
        inside: ticket.inside,
        recalled: ticket.recalled,
        ..words::ticket(&ticket.event, &ticket.seat, language)
    }
}
