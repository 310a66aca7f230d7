//! Paying: the check, open orders, the slip and its number.

use std::rc::Rc;

use kippu_peripherals::paper::Symbol;
use kippu_ui as ui;
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer};

use super::{Link, sends, trouble};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            AccountView, Check, Countdown, OpenOrders, OrderRow, Paper, PaperProblem, PayChoice,
            PaymentView, Screen, Slip, SlipEntry, SlipNotice, Touch, WaitsFor,
        },
    },
};

/// Width of the bar code on the screen in pixels.
const BARCODE_PX: u32 = 448;

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let check = window.global::<ui::Check>();
    check.on_pay(sends(link, Touch::Pay));
    check.on_extend(sends(link, Touch::Extend));

    let choice = window.global::<ui::PayChoice>();
    choice.on_by_account(sends(link, Touch::PayByAccount));
    choice.on_at_register(sends(link, Touch::PayAtRegister));

    let slip = window.global::<ui::Slip>();
    slip.on_print_again(sends(link, Touch::PrintAgain));
    slip.on_cancel(sends(link, Touch::CancelOrder));
    slip.on_have_paid(sends(link, Touch::HavePaid));

    let entry = window.global::<ui::SlipEntry>();
    entry.on_erase(sends(link, Touch::Erase));
    entry.on_submit(sends(link, Touch::SubmitSlip));
    let send = Rc::clone(link);
    entry.on_digit(move |digit| send.send(Touch::Digit(digit as u8)));

    let orders = window.global::<ui::OpenOrders>();
    orders.on_go_on_with_new(sends(link, Touch::GoOnWithNew));
    orders.on_look(sends(link, Touch::LookAtCard));
    let send = Rc::clone(link);
    orders.on_order(move |index| {
        send.send_of(|screen| match screen {
            Screen::OpenOrders(orders) => {
                let row = orders.orders.get(usize::try_from(index).ok()?)?;
                Some(Touch::Order(row.order.clone()))
            }
            _ => None,
        });
    });
}

/// Tickets, sum, countdown.
pub fn show_check(to: &ui::Check<'_>, check: &Check, language: Language) -> ui::Screen {
    let tickets = check
        .seats
        .iter()
        .map(|seat| words::ticket(&check.event, seat, language));
    to.set_tickets(models::update(to.get_tickets(), tickets));
    let lines = check.lines.iter().map(|line| ui::PriceItem {
        class: line.class.as_str().into(),
        class_cjk: words::beyond_latin(&line.class),
        count: line.count as i32,
        sum: words::money(&line.sum),
    });
    to.set_lines(models::update(to.get_lines(), lines));
    to.set_total(words::money(&check.total));
    to.set_left(time_left(check.countdown));
    to.set_apart(check.apart);
    to.set_no_more_extension(check.no_more_extension);
    ui::Screen::Check
}

/// By the member account, or at the register?
pub fn show_choice(to: &ui::PayChoice<'_>, choice: &PayChoice) -> ui::Screen {
    to.set_ending(choice.ending.as_str().into());
    to.set_tickets(choice.tickets.into());
    to.set_total(words::money(&choice.total));
    to.set_account(match choice.account {
        AccountView::Enough => ui::AccountState::Enough,
        AccountView::NotEnough => ui::AccountState::NotEnough,
        AccountView::Suspended => ui::AccountState::Suspended,
        AccountView::NotNow => ui::AccountState::NotNow,
    });
    to.set_declined(choice.declined);
    to.set_left(time_left(choice.countdown));
    ui::Screen::PayChoice
}

/// Time left of something.
pub fn time_left(countdown: Countdown) -> ui::TimeLeft {
    ui::TimeLeft {
        seconds: countdown.seconds as i32,
        of: countdown.of as i32,
        warn: countdown.warn,
    }
}

/// Orders that wait for the card.
pub fn show_open_orders(
    to: &ui::OpenOrders<'_>,
    orders: &OpenOrders,
    language: Language,
) -> ui::Screen {
    to.set_ending(orders.ending.as_str().into());
    let rows = orders.orders.iter().map(|row| order(row, language));
    to.set_orders(models::update(to.get_orders(), rows));
    to.set_can_go_on_with_new(orders.can_go_on_with_new);
    to.set_can_look(orders.can_look);
    ui::Screen::OpenOrders
}

fn order(row: &OrderRow, language: Language) -> ui::OrderItem {
    ui::OrderItem {
        name: row.event.name.as_str().into(),
        name_cjk: words::beyond_latin(&row.event.name),
        when: words::date_and_time(&row.event.starts, language),
        tickets: row.tickets.into(),
        total: words::money(&row.total),
        slip: row.slip.as_str().into(),
        paid: row.waits_for == WaitsFor::Card,
    }
}

/// The slip.
pub fn show_slip(to: &ui::Slip<'_>, slip: &Slip, language: Language) -> ui::Screen {
    if to.get_number() != slip.number.as_str() {
        to.set_number(slip.number.as_str().into());
        to.set_barcode(barcode(&slip.number));
    }
    to.set_total(words::money(&slip.total));
    to.set_safety(trouble::safety(&slip.safety, language));
    to.set_left(time_left(slip.countdown));
    to.set_paper(paper(slip.paper));
    to.set_payment(match slip.payment {
        PaymentView::Waiting => ui::Payment::Waiting,
        PaymentView::Unknown => ui::Payment::Unknown,
        PaymentView::Cancelling => ui::Payment::Cancelling,
    });
    ui::Screen::Slip
}

/// The number's Code128 as one row of pixels, stretched by the screen; nothing for a number that no bar code can carry.
fn barcode(number: &str) -> Image {
    let Ok(symbol) = Symbol::code128(number, BARCODE_PX) else {
        return Image::default();
    };
    let white = Rgb8Pixel::new(0xFF, 0xFF, 0xFF);
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(symbol.width(), 1);
    pixels.make_mut_slice().fill(white);
    for (x, _, side) in symbol.black_modules() {
        let bar = x as usize..(x + side) as usize;
        if let Some(bar) = pixels.make_mut_slice().get_mut(bar) {
            bar.fill(Rgb8Pixel::new(0, 0, 0));
        }
    }
    Image::from_rgb8(pixels)
}

/// What became of a paper.
pub fn paper(paper: Paper) -> ui::Paper {
    match paper {
        Paper::NotWanted => ui::Paper::NotWanted,
        Paper::Printing => ui::Paper::Printing,
        Paper::Printed => ui::Paper::Printed,
        Paper::Unconfirmed => ui::Paper::Unconfirmed,
        Paper::NotPrinted(PaperProblem::PaperOut) => ui::Paper::PaperOut,
        Paper::NotPrinted(PaperProblem::EndedMidway) => ui::Paper::EndedMidway,
        Paper::NotPrinted(PaperProblem::CoverOpen) => ui::Paper::CoverOpen,
        Paper::NotPrinted(PaperProblem::PrinterOff) => ui::Paper::PrinterOff,
    }
}

/// Typing in a slip's number.
pub fn show_entry(to: &ui::SlipEntry<'_>, entry: &SlipEntry) -> ui::Screen {
    to.set_number(entry.number.as_str().into());
    to.set_complete(entry.complete);
    to.set_busy(entry.busy);
    to.set_notice(match entry.notice {
        None => ui::SlipNotice::None,
        Some(SlipNotice::Mistyped) => ui::SlipNotice::Mistyped,
        Some(SlipNotice::NotASlip) => ui::SlipNotice::NotASlip,
        Some(SlipNotice::NotFound) => ui::SlipNotice::NotFound,
        Some(SlipNotice::NotReached) => ui::SlipNotice::NotReached,
        Some(SlipNotice::NothingWaits) => ui::SlipNotice::NothingWaits,
        Some(SlipNotice::TooMany) => ui::SlipNotice::TooMany,
    });
    ui::Screen::Entry
}
