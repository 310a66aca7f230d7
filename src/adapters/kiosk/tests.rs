//! The window as a person meets it: keys by their labels, and what touching them sends.

use std::{cell::RefCell, rc::Rc};

use i_slint_backend_testing::{AccessibleRole, ElementHandle};
use kippu_ticket::{
    ids::{EventId, HandoverId, TicketId},
    record::TicketKind,
};
use kippu_ui::KioskWindow;
use slint::ComponentHandle;

use super::KioskAdapter;
use crate::flows::{
    facts::{Appearance, EventFacts, Language, Moment, Money, SeatWords, TextSize},
    kiosk::view::{
        Availability, Choice, Choose, Chrome, Errand, EventCard, Events, FirstKey, HandoverWaits,
        Holder, Home, MoneyFact, MyTicket, OneHandover, OpenRow, PaperQuestion, PrinterCondition,
        Remedy, Safety, Screen, SlipEntry, StaffAct, Swap, TicketFact, Touch, Trouble, TroubleKind,
        View, Way, WhyStays,
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
        self.adapter.show(&view(screen, language));
    }

    /// Gives the window this size, as a panel of it would.
    fn resize(&self, width: u32, height: u32) {
        let window = self.window.window();
        window.set_size(slint::PhysicalSize::new(width, height));
        // What follows a size is done between two frames.
        slint::platform::update_timers_and_animations();
    }

    fn key(&self, label: &str) -> ElementHandle {
        let mut found: Vec<_> = ElementHandle::find_by_accessible_label(&self.window, label)
            .filter(|element| element.accessible_role() == Some(AccessibleRole::Button))
            .collect();
        assert_eq!(found.len(), 1, "keys called {label:?}");
        found.remove(0)
    }

    /// Whether a text can be read.
    fn reads(&self, text: &str) -> bool {
        ElementHandle::find_by_accessible_label(&self.window, text)
            .next()
            .is_some()
    }

    fn touch(&self, label: &str) -> Option<Touch> {
        self.key(label).invoke_accessible_default_action();
        self.touches.borrow_mut().pop()
    }
}

fn view(screen: Screen, language: Language) -> View {
    View {
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
            headset: false,
            online: true,
            staff_called: false,
            reference: None,
            printer: PrinterCondition::Ready,
            scanner: Default::default(),
            silent: false,
            simulated: Vec::new(),
            tray: None,
        },
        screen,
    }
}

fn home(can_buy: bool) -> Screen {
    Screen::Home(Home {
        sample: None,
        can_buy,
        can_give: can_buy,
        can_make_paper: false,
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
fn what_is_higher_than_its_screen_is_moved_by_two_keys() {
    let bench = Bench::new();
    bench.resize(1080, 1500);
    bench.show(home(true), Language::English);
    let buy = || bench.key("Buy tickets").absolute_position().y;
    let can_go = |label| bench.key(label).accessible_enabled();
    let before = buy();
    assert_eq!(
        (can_go("Further up"), can_go("Further down")),
        (Some(false), Some(true))
    );
    bench.touch("Further down");
    assert!(buy() < before, "{} is not above {before}", buy());
    assert_eq!(can_go("Further up"), Some(true));
    for _ in 0..9 {
        bench.touch("Further up");
    }
    assert_eq!((buy(), can_go("Further up")), (before, Some(false)));
}

#[test]
fn keys_stand_beside_the_content_on_a_lying_panel_and_below_it_on_an_upright_one() {
    let bench = Bench::new();
    bench.show(
        Screen::SlipEntry(SlipEntry {
            number: "4-1827-3".into(),
            complete: true,
            notice: None,
            busy: false,
        }),
        Language::English,
    );
    let key = || bench.key("Go on").absolute_position().x;
    for _ in 0..2 {
        bench.resize(1920, 1080);
        assert!(key() > 0.55 * 1920.0, "the key is at {}", key());
        bench.resize(1080, 1920);
        assert!(key() < 100.0, "the key is at {}", key());
    }
}

#[test]
fn the_panel_sends_what_its_keys_say_and_shows_what_is_chosen() {
    let bench = Bench::new();
    let mut shown = view(home(true), Language::English);
    shown.chrome.appearance_panel = true;
    bench.adapter.show(&shown);
    let chosen = || {
        ["Normal text", "Large text", "Largest text", "Calm pictures"]
            .map(|label| bench.key(label).accessible_checked() == Some(true))
    };
    assert_eq!(chosen(), [true, false, false, false]);
    assert_eq!(
        bench.touch("Largest text"),
        Some(Touch::Text(TextSize::Largest))
    );
    assert_eq!(bench.touch("Calm pictures"), Some(Touch::Calm(true)));
    shown.chrome.appearance.text = TextSize::Largest;
    shown.chrome.appearance.calm = true;
    bench.adapter.show(&shown);
    assert_eq!(chosen(), [false, false, true, true]);
    assert_eq!(
        bench.touch("Large text"),
        Some(Touch::Text(TextSize::Large))
    );
    assert_eq!(bench.touch("Moving pictures"), Some(Touch::Calm(false)));
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

#[test]
fn each_errand_of_the_start_screen_sends_its_own_touch() {
    let bench = Bench::new();
    bench.show(home(true), Language::English);
    assert_eq!(bench.touch("Go on with a slip"), Some(Touch::EnterSlip));
    assert_eq!(bench.touch("Give to someone"), Some(Touch::Give));
    assert_eq!(bench.touch("Make a paper ticket"), None, "it rests");
    assert_eq!(bench.touch("Staff"), Some(Touch::Staff));
}

fn play(id: u64, number: &str) -> MyTicket {
    MyTicket {
        id: TicketId(id),
        kind: TicketKind::Seat,
        event: EventFacts {
            name: "Play".into(),
            ..EventFacts::default()
        },
        seat: SeatWords {
            row: "C".into(),
            number: number.into(),
            ..SeatWords::default()
        },
        inside: false,
        recalled: false,
    }
}

#[test]
fn a_box_chooses_its_own_ticket_and_one_that_stays_says_why() {
    let bench = Bench::new();
    let choice = |id, number, stays: Option<WhyStays>| Choice {
        id: TicketId(id),
        ticket: play(id, number),
        chosen: stays.is_none(),
        stays,
    };
    bench.show(
        Screen::Choose(Choose {
            errand: Errand::Give,
            ending: "2093".into(),
            items: vec![
                choice(3, "2", Some(WhyStays::Entered)),
                choice(5, "4", None),
            ],
            chosen: 1,
            can_go: 1,
            page: 0,
            pages: 1,
            notice: None,
        }),
        Language::English,
    );
    let boxes: Vec<_> =
        ElementHandle::find_by_element_type_name(&bench.window, "ChoiceRow").collect();
    assert_eq!(boxes.len(), 2);
    for row in &boxes {
        row.invoke_accessible_default_action();
    }
    assert_eq!(*bench.touches.borrow(), [Touch::Toggle(TicketId(5))]);
    assert!(bench.reads("Was used at the gate"));
    assert_eq!(bench.touch("Give 1 ticket"), Some(Touch::Yes));
}

#[test]
fn the_tickets_in_the_kiosk_can_go_back_while_the_cards_are_swapped() {
    let bench = Bench::new();
    bench.show(
        Screen::Swap(Swap {
            giver: "2093".into(),
            receiver: None,
            tickets: 2,
            giver_lies: true,
            refused: None,
            can_give_back: true,
            safety: Safety {
                ticket: TicketFact::InKiosk { count: 2 },
                money: MoneyFact::NotInvolved,
            },
        }),
        Language::English,
    );
    assert!(bench.reads("Your 2 tickets are safe in this kiosk."));
    assert_eq!(
        bench.touch("Stop and give back to card A"),
        Some(Touch::Way(Way::GiveBack))
    );
}

#[test]
fn each_staff_act_sends_itself() {
    let bench = Bench::new();
    bench.show(
        Screen::OneHandover(Box::new(OneHandover {
            row: OpenRow {
                handover: HandoverId([7; 16]),
                tickets: 2,
                giver: Some("2093".into()),
                receiver: Some("4417".into()),
                event: EventFacts::default(),
                since: Moment::default(),
                waits: HandoverWaits::NamedCard,
                remedy: Remedy::LayCard,
            },
            holder: Holder::Kiosk,
            safety: Safety {
                ticket: TicketFact::InKiosk { count: 2 },
                money: MoneyFact::NotInvolved,
            },
            acts: vec![StaffAct::Finish, StaffAct::KeepAndPrint, StaffAct::Leave],
            place: (0, 1),
            start_up: true,
            busy: false,
            notice: None,
        })),
        Language::English,
    );
    assert_eq!(
        bench.touch("Finish: lay card\u{a0}B"),
        Some(Touch::StaffAct(StaffAct::Finish))
    );
    assert_eq!(
        bench.touch("Nobody here: print code"),
        Some(Touch::StaffAct(StaffAct::KeepAndPrint))
    );
    assert_eq!(
        bench.touch("Nobody here: open the kiosk"),
        Some(Touch::StaffAct(StaffAct::Leave))
    );
}

#[test]
fn both_answers_for_a_paper_can_be_given() {
    let bench = Bench::new();
    bench.show(
        Screen::PaperQuestion(PaperQuestion {
            ticket: play(3, "2"),
            serial: "8F3A".into(),
            answered_otherwise: false,
            busy: false,
        }),
        Language::English,
    );
    assert_eq!(bench.touch("Yes, it came out"), Some(Touch::CameOut(true)));
    assert_eq!(
        bench.touch("No, it did not come out"),
        Some(Touch::CameOut(false))
    );
}
