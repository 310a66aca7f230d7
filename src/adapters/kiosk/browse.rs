//! Choosing: start screen, list of events, best seats.

use std::rc::Rc;

use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, sends};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Language,
        kiosk::view::{
            Availability, Best, BestNotice, ClassRow, DateFilter, EventCard, Events, Home, Screen,
            Touch, Turn,
        },
    },
};

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>) {
    let home = window.global::<ui::Home>();
    home.on_buy(sends(link, Touch::Buy));
    home.on_look_at_card(sends(link, Touch::LookAtCard));
    home.on_enter_slip(sends(link, Touch::EnterSlip));
    home.on_give(sends(link, Touch::Give));
    home.on_make_paper(sends(link, Touch::MakePaper));
    home.on_staff(sends(link, Touch::Staff));

    let events = window.global::<ui::Events>();
    events.on_up(sends(link, Touch::Page(Turn::Up)));
    events.on_down(sends(link, Touch::Page(Turn::Down)));
    let send = Rc::clone(link);
    events.on_set_filter(move |filter| {
        send.send(Touch::Filter(match filter {
            ui::DateFilter::All => DateFilter::All,
            ui::DateFilter::Today => DateFilter::Today,
            ui::DateFilter::ThisWeek => DateFilter::ThisWeek,
        }));
    });
    let send = Rc::clone(link);
    events.on_choose(move |index| {
        send.send_of(|screen| match screen {
            Screen::Events(events) => {
                let card = events.cards.get(usize::try_from(index).ok()?)?;
                Some(Touch::Event(card.event))
            }
            _ => None,
        });
    });

    let best = window.global::<ui::Best>();
    best.on_find(sends(link, Touch::FindBest));
    best.on_to_picture(sends(link, Touch::ToPicture));
    let send = Rc::clone(link);
    best.on_class(move |class| send.send(Touch::Class(class as u8)));
    let send = Rc::clone(link);
    best.on_set_quantity(move |quantity| send.send(Touch::Quantity(quantity.clamp(1, 99) as u8)));
}

/// Start screen.
pub fn show_home(to: &ui::Home<'_>, home: &Home, language: Language) -> ui::Screen {
    to.set_can_buy(home.can_buy);
    to.set_can_give(home.can_give);
    to.set_can_make_paper(home.can_make_paper);
    to.set_has_sample(home.sample.is_some());
    if let Some((event, seat)) = &home.sample {
        to.set_sample(words::ticket(event, seat, language));
        to.set_sample_day(words::date(&event.starts, language));
        to.set_sample_time(words::time(&event.starts, language));
    }
    ui::Screen::Home
}

/// List of events.
pub fn show_events(to: &ui::Events<'_>, events: &Events, language: Language) -> ui::Screen {
    to.set_loading(events.loading);
    to.set_filter(match events.filter {
        DateFilter::All => ui::DateFilter::All,
        DateFilter::Today => ui::DateFilter::Today,
        DateFilter::ThisWeek => ui::DateFilter::ThisWeek,
    });
    let cards = events.cards.iter().map(|card| event(card, language));
    to.set_cards(models::update(to.get_cards(), cards));
    to.set_page(events.page as i32);
    to.set_pages(events.pages as i32);
    ui::Screen::Events
}

fn event(card: &EventCard, language: Language) -> ui::EventItem {
    let facts = &card.facts;
    ui::EventItem {
        month: words::month(&facts.starts, language),
        day: words::day_of_month(&facts.starts),
        weekday: words::weekday(&facts.starts, language),
        time: words::time(&facts.starts, language),
        name: facts.name.as_str().into(),
        name_cjk: words::beyond_latin(&facts.name),
        hall: facts.venue.as_str().into(),
        hall_cjk: words::beyond_latin(&facts.venue),
        price: words::money(&card.price_from),
        availability: match card.availability {
            Availability::Available => ui::Availability::Available,
            Availability::FewLeft => ui::Availability::FewLeft,
            Availability::SoldOut => ui::Availability::SoldOut,
        },
    }
}

/// Best seats.
pub fn show_best(to: &ui::Best<'_>, best: &Best) -> ui::Screen {
    let classes = best
        .classes
        .iter()
        .map(|row| class(row, row.index == best.class));
    to.set_classes(models::update(to.get_classes(), classes));
    to.set_quantity(best.quantity.into());
    to.set_limit(best.limit.into());
    to.set_busy(best.busy);
    to.set_notice(match best.notice {
        None => ui::BestNotice::None,
        Some(BestNotice::NotEnough) => ui::BestNotice::NotEnough,
        Some(BestNotice::HoldExpired) => ui::BestNotice::HoldExpired,
        Some(BestNotice::NotReached) => ui::BestNotice::NotReached,
    });
    ui::Screen::Best
}

/// A price class of the legend or the list.
pub fn class(row: &ClassRow, chosen: bool) -> ui::ClassItem {
    ui::ClassItem {
        mark: row.index.into(),
        name: row.name.as_str().into(),
        name_cjk: words::beyond_latin(&row.name),
        price: words::money(&row.price),
        free: i32::try_from(row.free).unwrap_or(i32::MAX),
        chosen,
    }
}
