//! The window as a person meets it: keys by their labels, and what touching them sends.

use std::{cell::RefCell, rc::Rc};

use i_slint_backend_testing::{AccessibleRole, ElementHandle};
use kippu_ticket::ids::EventId;
use kippu_ui::KioskWindow;
use slint::ComponentHandle;

use super::KioskAdapter;
use crate::flows::{
    facts::{Appearance, EventFacts, Language, Moment, Money},
    kiosk::view::{
        Availability, Chrome, EventCard, Events, FirstKey, Home, MoneyFact, PrinterCondition,
        Safety, Screen, TicketFact, Touch, Trouble, TroubleKind, View, Way,
    },
};

struct Bench {
    window: KioskWindow,
    adapter: KioskAdapter,
    touches: Rc<RefCell<Vec<Touch>>>,
}

impl Bench {
    fn new() -> Self {
        i_slint_backend_testing::init_no_event_loop();
        let window = KioskWindow::new().unwrap();
        window.show().unwrap();
        let touches = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&touches);
        let adapter = KioskAdapter::new(&window, move |touch| heard.borrow_mut().push(touch));
        Self {
            window,
            adapter,
            touches,
        }
    }

    fn show(&self, screen: Screen, language: Language) {
        self.adapter.show(&View {
            chrome: Chrome {
                station: None,
                first_key: FirstKey::Back,
                appearance: Appearance {
                    language,
                    ..Appearance::default()
                },
                appearance_panel: false,
                idle_seconds: None,
                now: Moment::default(),
                terminal: String::new(),
                online: true,
                staff_called: false,
                printer: PrinterCondition::Ready,
                simulated: Vec::new(),
                tray: None,
            },
            screen,
        });
    }

    fn key(&self, label: &str) -> ElementHandle {
        let mut found: Vec<_> = ElementHandle::find_by_accessible_label(&self.window, label)
            .filter(|element| element.accessible_role() == Some(AccessibleRole::Button))
            .collect();
        assert_eq!(found.len(), 1, "keys called {label:?}");
        found.remove(0)
    }

    fn touch(&self, label: &str) -> Option<Touch> {
        self.key(label).invoke_accessible_default_action();
        self.touches.borrow_mut().pop()
    }
}

fn home(can_buy: bool) -> Screen {
    Screen::Home(Home {
        sample: None,
        can_buy,
    })
}

#[test]
fn the_language_changes_on_the_screen_that_stands() {
    let bench = Bench::new();
    bench.show(home(true), Language::English);
    assert_eq!(bench.touch("Buy tickets"), Some(Touch::Buy));
    assert_eq!(bench.touch("日本語"), Some(Touch::SwitchLanguage));
    bench.show(home(true), Language::Japanese);
    assert_eq!(bench.touch("チケットを買う"), Some(Touch::Buy));
}

#[test]
fn a_key_that_rests_sends_nothing() {
    let bench = Bench::new();
    bench.show(home(false), Language::English);
    assert_eq!(bench.touch("Buy tickets"), None);
    assert_eq!(bench.touch("See my card"), Some(Touch::LookAtCard));
}

#[test]
fn a_card_of_the_list_sends_its_own_event() {
    let bench = Bench::new();
    let card = |event, name: &str| EventCard {
        event: EventId(event),
        facts: EventFacts {
            name: name.into(),
            starts: Moment::default(),
            ..EventFacts::default()
        },
        performers: String::new(),
        price_from: Money {
            amount: 3_800,
            currency: "JPY".into(),
        },
        availability: Availability::Available,
    };
    bench.show(
        Screen::Events(Events {
            cards: vec![card(7, "Play"), card(9, "Match")],
            pages: 1,
            ..Events::default()
        }),
        Language::English,
    );
    assert_eq!(
        bench.touch("Match, Jan 1 12:00 am"),
        Some(Touch::Event(EventId(9)))
    );
}

#[test]
fn every_way_of_a_trouble_sends_itself() {
    let bench = Bench::new();
    bench.show(
        Screen::Trouble(Trouble {
            kind: TroubleKind::PaymentUnknown,
            safety: Safety {
                ticket: TicketFact::None,
                money: MoneyFact::NotInvolved,
            },
            ways: vec![Way::TryAgain, Way::WriteSome(2)],
            slip: None,
        }),
        Language::English,
    );
    assert_eq!(bench.touch("Try again"), Some(Touch::Way(Way::TryAgain)));
    assert_eq!(
        bench.touch("Put 2 tickets on this card"),
        Some(Touch::Way(Way::WriteSome(2)))
    );
}
