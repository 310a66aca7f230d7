//! Tickets leave a card: choosing, the yes, swapping the cards, and what became of them.

use std::rc::Rc;

use kippu_ui as ui;
use slint::{ComponentHandle, SharedString};

use super::{Link, card, pay, sends};
use crate::{
    adapters::{models, words},
    flows::{
        facts::{Language, Places},
        kiosk::view::{
            Choice, Choose, ChooseNotice, Confirm, Errand, HandedOver, Kept, KeptCode, MoneyBack,
            PaperDone, PrintingTickets, RefundDue, Screen, Swap, Touch, Turn, Way, WhyStays,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let choose = window.global::<ui::Choose>();
    choose.on_up(sends(link, Touch::Page(Turn::Up)));
    choose.on_down(sends(link, Touch::Page(Turn::Down)));
    choose.on_go(sends(link, Touch::Yes));
    let send = Rc::clone(link);
    choose.on_toggle(move |index| {
        send.send_of(|screen| match screen {
            Screen::Choose(choose) => {
                let choice = choose.items.get(usize::try_from(index).ok()?)?;
                Some(Touch::Toggle(choice.id))
            }
            _ => None,
        });
    });

    let confirm = window.global::<ui::Confirm>();
    confirm.on_yes(sends(link, Touch::Yes));
    confirm.on_again(sends(link, Touch::ChooseAgain));

    window
        .global::<ui::Swap>()
        .on_give_back(sends(link, Touch::Way(Way::GiveBack)));

    let over = window.global::<ui::HandedOver>();
    over.on_give_more(sends(link, Touch::GiveMore));
    over.on_print_record(sends(link, Touch::PrintAgain));

    window
        .global::<ui::RefundDue>()
        .on_print_again(sends(link, Touch::PrintAgain));
    window
        .global::<ui::KeptCode>()
        .on_print_again(sends(link, Touch::PrintAgain));
}

/// Which tickets?
pub fn show_choose(to: &ui::Choose<'_>, choose: &Choose, language: Language) -> ui::Screen {
    to.set_errand(errand(choose.errand));
    let items = choose.items.iter().map(|item| choice(item, language));
    to.set_items(models::update(to.get_items(), items));
    to.set_chosen(choose.chosen.into());
    to.set_none_can(choose.can_go == 0);
    to.set_page(choose.page as i32);
    to.set_pages(choose.pages as i32);
    to.set_card_changed(choose.notice == Some(ChooseNotice::CardChanged));
    to.set_stays(match choose.notice {
        Some(ChooseNotice::Stays(reason)) => stays(reason),
        Some(ChooseNotice::CardChanged) | None => ui::Stays::None,
    });
    ui::Screen::Choose
}

fn choice(item: &Choice, language: Language) -> ui::ChoiceItem {
    ui::ChoiceItem {
        ticket: card::my_ticket(&item.ticket, language),
        chosen: item.chosen,
        stays: item.stays.map_or(ui::Stays::None, stays),
    }
}

/// Why a ticket stays on its card.
pub fn stays(reason: WhyStays) -> ui::Stays {
    match reason {
        WhyStays::Entered => ui::Stays::Entered,
        WhyStays::NotTransferable => ui::Stays::NotTransferable,
        WhyStays::NoPaper => ui::Stays::NoPaper,
        WhyStays::Over => ui::Stays::Over,
        WhyStays::Recalled => ui::Stays::Recalled,
        WhyStays::NoNetwork => ui::Stays::NoNetwork,
        WhyStays::Unreadable => ui::Stays::Unreadable,
        WhyStays::NotTakenBack => ui::Stays::NotTakenBack,
        WhyStays::TooLateForMoney => ui::Stays::TooLateForMoney,
        WhyStays::NothingDue => ui::Stays::NothingDue,
        WhyStays::BoughtElsewhere => ui::Stays::BoughtElsewhere,
    }
}

fn errand(errand: Errand) -> ui::Errand {
    match errand {
        Errand::Give => ui::Errand::Give,
        Errand::Paper => ui::Errand::Paper,
        Errand::MoneyBack => ui::Errand::MoneyBack,
    }
}

/// The holder's yes.
pub fn show_confirm(to: &ui::Confirm<'_>, confirm: &Confirm, language: Language) -> ui::Screen {
    to.set_errand(errand(confirm.errand));
    let tickets = confirm
        .tickets
        .iter()
        .map(|ticket| card::my_ticket(ticket, language));
    to.set_tickets(models::update(to.get_tickets(), tickets));
    to.set_count(confirm.tickets.len() as i32);
    to.set_giver(confirm.ending.as_str().into());
    to.set_offline(confirm.offline);
    let (sums, booked) = confirm.money.as_ref().map(shown_sums).unwrap_or_default();
    to.set_amount(sums.amount);
    to.set_fee(sums.fee);
    to.set_to_account(sums.to_account);
    to.set_booked(booked);
    ui::Screen::Confirm
}

/// Sums of what tickets bring, as texts.
#[derive(Default)]
struct Sums {
    amount: SharedString,
    fee: SharedString,
    to_account: SharedString,
}

/// What the register pays out and what went back to an account, and whether that is all: then it is the sum that is shown.
fn shown_sums(money: &MoneyBack) -> (Sums, bool) {
    let booked = money.is_booked();
    let main = match booked {
        true => money.amount.clone(),
        false => money.cash(),
    };
    let some = money.to_account.amount > 0;
    let sums = Sums {
        amount: words::money(&main),
        fee: words::money(&money.fee),
        to_account: if some {
            words::money(&money.to_account)
        } else {
            SharedString::default()
        },
    };
    (sums, booked)
}

/// Tickets were given up: the register pays the money out.
pub fn show_refund_due(to: &ui::RefundDue<'_>, due: &RefundDue) -> ui::Screen {
    to.set_code(due.code.as_str().into());
    to.set_tickets(due.tickets.into());
    let (sums, booked) = shown_sums(&due.money);
    to.set_amount(sums.amount);
    to.set_fee(sums.fee);
    to.set_to_account(sums.to_account);
    to.set_booked(booked);
    to.set_paper(pay::paper(due.paper));
    to.set_card_lies(due.card_lies);
    ui::Screen::RefundDue
}

/// Swap the cards.
pub fn show_swap(to: &ui::Swap<'_>, swap: &Swap) -> ui::Screen {
    to.set_giver(swap.giver.as_str().into());
    to.set_receiver(swap.receiver.as_deref().unwrap_or_default().into());
    to.set_tickets(swap.tickets.into());
    to.set_giver_lies(swap.giver_lies);
    to.set_refused(swap.refused.map_or(ui::CardRefusal::None, card::refusal));
    to.set_can_give_back(swap.can_give_back);
    ui::Screen::Swap
}

/// The giving has ended.
pub fn show_handed_over(
    to: &ui::HandedOver<'_>,
    over: &HandedOver,
    language: Language,
) -> ui::Screen {
    to.set_given(over.given.into());
    to.set_given_back(over.given_back.into());
    to.set_parked(over.parked.into());
    to.set_giver(over.giver.as_str().into());
    to.set_receiver(over.receiver.as_deref().unwrap_or_default().into());
    let free = |places: Option<Places>| places.map_or(-1, |places| places.free().into());
    to.set_giver_free(free(over.giver_places));
    to.set_receiver_free(free(over.receiver_places));
    let tickets = over
        .tickets
        .iter()
        .map(|ticket| card::my_ticket(ticket, language));
    to.set_tickets(models::update(to.get_tickets(), tickets));
    to.set_code(over.code.as_deref().unwrap_or_default().into());
    to.set_report_waits(over.report_waits);
    to.set_paper(pay::paper(over.paper));
    to.set_card_lies(over.card_lies);
    ui::Screen::HandedOver
}

/// Tickets wait under a code.
pub fn show_kept_code(to: &ui::KeptCode<'_>, kept: &KeptCode) -> ui::Screen {
    to.set_code(kept.code.as_str().into());
    to.set_tickets(kept.tickets.into());
    let (place, ending) = match &kept.kept {
        Kept::AtPlatform => (ui::Kept::AtPlatform, ""),
        Kept::OnTheWay => (ui::Kept::OnTheWay, ""),
        Kept::NoMoney => (ui::Kept::NoMoney, ""),
        Kept::PerhapsMoney => (ui::Kept::PerhapsMoney, ""),
        Kept::InKiosk => (ui::Kept::InKiosk, ""),
        Kept::OnlyCard(ending) => (ui::Kept::OnlyCard, ending.as_str()),
        Kept::LetGo(ending) => (ui::Kept::LetGo, ending.as_deref().unwrap_or_default()),
    };
    to.set_kept(place);
    to.set_ending(ending.into());
    to.set_nobody_came(kept.nobody_came);
    to.set_paper(pay::paper(kept.paper));
    ui::Screen::KeptCode
}

/// Paper tickets are being printed.
pub fn show_printing(to: &ui::PrintingTickets<'_>, printing: PrintingTickets) -> ui::Screen {
    to.set_at(printing.at.into());
    to.set_of(printing.of.into());
    ui::Screen::Printing
}

/// Paper tickets are out.
pub fn show_paper_done(to: &ui::PaperDone<'_>, done: &PaperDone) -> ui::Screen {
    to.set_printed(done.printed.into());
    to.set_given_back(done.given_back.into());
    to.set_parked(done.parked.into());
    to.set_code(done.code.as_deref().unwrap_or_default().into());
    to.set_card_lies(done.card_lies);
    ui::Screen::PaperDone
}
