//! Sample views of the kiosk.

use std::{io::Read, sync::Arc};

use kippu::flows::{
    facts::{
        Appearance, EventFacts, Language, Loudness, Moment, Money, Places, ScannerCondition,
        SeatWords, Simulated, TrayCard, TrayPlace, TrayView, Zone,
    },
    kiosk::view::*,
};
use kippu_api::staff_acts::OutReason;
use kippu_seatplan::Plan;
use kippu_ticket::ids::EventId;

use crate::{giving, staff};

/// Every screen with its name.
pub fn views(appearance: Appearance) -> Vec<(&'static str, View)> {
    let language = appearance.language;
    let event = event(language);
    let two = vec![seat("C", "2"), seat("C", "4")];
    let held = Safety {
        ticket: TicketFact::SeatsHeld {
            count: 2,
            until: moment(),
        },
        money: MoneyFact::ToPay(yen(19_600)),
    };
    let kept = Safety {
        ticket: TicketFact::AtPlatform {
            count: 2,
            slip: "4-1827-3".into(),
        },
        money: MoneyFact::Paid(yen(19_600)),
    };
    let unknown = Safety {
        ticket: TicketFact::BeingChecked { count: 2 },
        money: MoneyFact::Paid(yen(19_600)),
    };
    let trouble = |kind, safety: &Safety, ways: &[Way], slip: Option<&str>| {
        Screen::Trouble(Trouble {
            kind,
            safety: safety.clone(),
            ways: ways.to_vec(),
            slip: slip.map(str::to_owned),
        })
    };
    let mut screens = vec![
        (
            "home",
            None,
            Screen::Home(Home {
                sample: Some((event.clone(), seat("C", "12"))),
                can_buy: true,
                can_give: true,
                can_make_paper: true,
            }),
        ),
        ("home-offline", None, Screen::Home(Home::default())),
        // What lies over any screen.
        ("panel", None, Screen::Home(Home::default())),
        ("panel-sound", None, Screen::Home(Home::default())),
        ("still-there", None, Screen::Home(Home::default())),
        (
            "events",
            Some(Stop::Purchase(Station::Event)),
            events(language),
        ),
        (
            "seats",
            Some(Stop::Purchase(Station::Seats)),
            seats(&event, None),
        ),
        (
            "seats-notice",
            Some(Stop::Purchase(Station::Seats)),
            seats(&event, Some(SeatsNotice::JustTaken(two.clone()))),
        ),
        ("best", Some(Stop::Purchase(Station::Seats)), best(&event)),
        (
            "check",
            Some(Stop::Purchase(Station::Check)),
            check(&event, two.clone(), false),
        ),
        (
            "check-warning",
            Some(Stop::Purchase(Station::Check)),
            check(&event, [two.clone(), two.clone()].concat(), true),
        ),
        (
            "lay-before-paying",
            Some(Stop::Purchase(Station::Pay)),
            lay(LayPurpose::BeforePaying, None, &held),
        ),
        (
            "lay-refused",
            Some(Stop::Purchase(Station::Pay)),
            lay(LayPurpose::BeforePaying, Some(CardRefusal::Blank), &held),
        ),
        (
            "lay-to-write",
            Some(Stop::Purchase(Station::Card)),
            lay(LayPurpose::ToWrite, None, &kept),
        ),
        (
            "pay-choice",
            Some(Stop::Purchase(Station::Pay)),
            pay_choice(AccountView::Enough, false),
        ),
        (
            "pay-choice-declined",
            Some(Stop::Purchase(Station::Pay)),
            pay_choice(AccountView::Enough, true),
        ),
        (
            "pay-choice-not-enough",
            Some(Stop::Purchase(Station::Pay)),
            pay_choice(AccountView::NotEnough, true),
        ),
        (
            "pay-choice-suspended",
            Some(Stop::Purchase(Station::Pay)),
            pay_choice(AccountView::Suspended, false),
        ),
        (
            "pay-choice-not-now",
            Some(Stop::Purchase(Station::Pay)),
            pay_choice(AccountView::NotNow, true),
        ),
        (
            "pay-charging",
            Some(Stop::Purchase(Station::Check)),
            Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::BeforePaying,
                step: CheckStep::Charging,
            }),
        ),
        (
            "pay-unknown",
            Some(Stop::Purchase(Station::Pay)),
            trouble(
                TroubleKind::PaymentUnknown,
                &Safety {
                    money: MoneyFact::BeingChecked(yen(19_600)),
                    ..held.clone()
                },
                &[Way::Finish, Way::CallStaff],
                None,
            ),
        ),
        (
            "checking",
            Some(Stop::Purchase(Station::Pay)),
            Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::BeforePaying,
                step: CheckStep::Registering,
            }),
        ),
        ("open-orders", None, open_orders(&event)),
        (
            "slip",
            Some(Stop::Purchase(Station::Pay)),
            slip(&event, &held, Paper::Printed),
        ),
        (
            "slip-without-paper",
            Some(Stop::Purchase(Station::Pay)),
            slip(&event, &held, Paper::NotPrinted(PaperProblem::PaperOut)),
        ),
        (
            "entry",
            None,
            Screen::SlipEntry(SlipEntry {
                number: "4-182".into(),
                complete: false,
                notice: Some(SlipNotice::Mistyped),
                busy: false,
            }),
        ),
        (
            "writing",
            Some(Stop::Purchase(Station::Card)),
            writing(false),
        ),
        (
            "writing-missing",
            Some(Stop::Purchase(Station::Card)),
            writing(true),
        ),
        (
            "done",
            Some(Stop::Purchase(Station::Done)),
            Screen::Done(Done {
                event: event.clone(),
                seats: two.clone(),
                left_at_platform: None,
                places: Some(Places { used: 2, total: 10 }),
                receipt: Paper::Printed,
                card_lies: true,
            }),
        ),
        ("my-card", None, giving::my_card(&event, language)),
        (
            "refunded",
            None,
            Screen::SlipResult(SlipResult {
                number: "4-1827-3".into(),
                event: event.clone(),
                tickets: 2,
                outcome: SlipOutcome::Refunded,
                safety: Safety {
                    ticket: TicketFact::SeatsReleased,
                    money: MoneyFact::PaidBack(yen(19_600)),
                },
                ways: vec![Way::OtherSeats, Way::Finish],
            }),
        ),
        (
            "too-full",
            Some(Stop::Purchase(Station::Card)),
            Screen::TooFull(TooFull {
                ending: "4417".into(),
                places: Places { used: 9, total: 10 },
                wanted: 2,
                giver: None,
                safety: kept.clone(),
                ways: vec![Way::LayOtherCard, Way::WriteSome(1), Way::LeaveAtPlatform],
            }),
        ),
        (
            "paper-out",
            Some(Stop::Purchase(Station::Pay)),
            trouble(
                TroubleKind::Paper(PaperProblem::PaperOut),
                &held,
                &[Way::CallStaff, Way::GoOnWithoutPaper],
                Some("4-1827-3"),
            ),
        ),
        (
            "storage-full",
            None,
            trouble(
                TroubleKind::StorageFull,
                &Safety {
                    ticket: TicketFact::InKiosk { count: 2 },
                    money: MoneyFact::NotInvolved,
                },
                &[Way::CallStaff],
                None,
            ),
        ),
        (
            "out-of-service",
            None,
            trouble(
                TroubleKind::OutOfService(OutReason::Cleaning),
                &Safety {
                    ticket: TicketFact::None,
                    money: MoneyFact::NotInvolved,
                },
                &[Way::CallStaff, Way::StaffHere],
                None,
            ),
        ),
        (
            "payment-unknown",
            Some(Stop::Purchase(Station::Pay)),
            trouble(
                TroubleKind::PaymentUnknown,
                &kept,
                &[Way::TryAgain, Way::CallStaff, Way::Finish],
                None,
            ),
        ),
        (
            "torn",
            Some(Stop::Purchase(Station::Card)),
            trouble(
                TroubleKind::CardTornUnknown,
                &unknown,
                &[Way::LayCard, Way::CallStaff],
                None,
            ),
        ),
    ];
    screens.extend(giving::screens(appearance));
    screens.extend(staff::screens(&event));
    screens
        .into_iter()
        .map(|(name, station, screen)| {
            let simulated = if name == "home-offline" {
                vec![Simulated::Cards, Simulated::Printer]
            } else {
                Vec::new()
            };
            let mut appearance = appearance;
            if name == "panel-sound" {
                appearance.speech = Some(Loudness::default());
            }
            let chrome = Chrome {
                station,
                first_key: if name.starts_with("home") {
                    FirstKey::None
                } else {
                    FirstKey::Back
                },
                appearance,
                appearance_panel: name.starts_with("panel"),
                idle_seconds: (name == "still-there").then_some(24),
                now: moment(),
                headset: false,
                terminal: "Kiosk 1 Sakuragi".into(),
                online: name != "home-offline",
                staff_called: false,
                reference: (name == "payment-unknown").then(|| "7c1e09af".to_owned()),
                printer: PrinterCondition::Ready,
                scanner: ScannerCondition::There,
                silent: false,
                tray: (!simulated.is_empty()).then(tray),
                simulated,
            };
            (name, View { chrome, screen })
        })
        .collect()
}

/// 12 December 2026, 19:00 in Tokyo.
pub fn moment() -> Moment {
    Moment {
        at: 1_797_069_600_000_000,
        zone: Zone::Named("Asia/Tokyo".into()),
    }
}

/// A sum in yen.
pub fn yen(amount: i64) -> Money {
    Money {
        amount,
        currency: "JPY".into(),
    }
}

/// A seat of the theatre.
pub fn seat(row: &str, number: &str) -> SeatWords {
    SeatWords {
        floor: 0,
        block: "Patio de Butacas".into(),
        row: row.into(),
        number: number.into(),
        entrance: "3".into(),
        class: "S".into(),
    }
}

/// A play, named in the screen's language.
pub fn event(language: Language) -> EventFacts {
    let (name, venue) = match language {
        Language::Japanese => ("銀河鉄道の夜", "星見ホール"),
        Language::English => ("Night on the Galactic Railroad", "Hoshimi Hall"),
    };
    EventFacts {
        event: Some(EventId(1)),
        name: name.into(),
        venue: venue.into(),
        doors_open: moment(),
        starts: moment(),
    }
}

fn tray() -> TrayView {
    let card = |name: &str, place| TrayCard {
        name: name.into(),
        ending: "4417".into(),
        places: Some(Places { used: 2, total: 8 }),
        place,
    };
    TrayView {
        cards: vec![
            card("hoshi", TrayPlace::Here),
            card("tsuki", TrayPlace::Tray),
            card("hana", TrayPlace::Elsewhere("gate-1".into())),
        ],
    }
}

fn events(language: Language) -> Screen {
    let card = |availability| EventCard {
        event: EventId(1),
        facts: event(language),
        performers: String::new(),
        price_from: yen(3_800),
        availability,
    };
    Screen::Events(Events {
        loading: false,
        filter: DateFilter::All,
        cards: vec![
            card(Availability::Available),
            card(Availability::FewLeft),
            card(Availability::SoldOut),
        ],
        page: 0,
        pages: 3,
    })
}

fn classes() -> Vec<ClassRow> {
    let row = |index, name: &str, price, free| ClassRow {
        index,
        name: name.into(),
        price: yen(price),
        free,
    };
    vec![
        row(0, "S", 9_800, 92),
        row(1, "A", 7_800, 148),
        row(2, "B", 5_800, 0),
    ]
}

/// The theatre whose plan comes with the demo.
fn plan() -> Arc<Plan> {
    let packed = include_bytes!("../../platform-mock/demo/ull_603.pretix.json.zst");
    let mut json = Vec::new();
    zstd::Decoder::new(&packed[..])
        .and_then(|mut decoder| decoder.read_to_end(&mut json))
        .expect("the demo's plan unpacks");
    let (plan, _) = kippu_seatplan::import::pretix::import(&json).expect("the demo's plan imports");
    Arc::new(plan)
}

fn seats(event: &EventFacts, notice: Option<SeatsNotice>) -> Screen {
    let plan = plan();
    let availability = plan
        .seats
        .iter()
        .enumerate()
        .map(|(index, seat)| if index % 5 == 0 { 0 } else { seat.class + 1 })
        .collect();
    let picked = |index: u32| PickedSeat {
        seat: index,
        words: seat("C", &index.to_string()),
        class: 0,
        price: yen(9_800),
    };
    Screen::Seats(Seats {
        event: event.clone(),
        availability: Arc::new(availability),
        plan,
        classes: classes(),
        filter: None,
        picked: if notice.is_some() {
            Vec::new()
        } else {
            vec![picked(61), picked(62)]
        },
        total: yen(19_600),
        limit: 6,
        picture: PictureView::default(),
        notice,
        busy: false,
    })
}

fn best(event: &EventFacts) -> Screen {
    Screen::Best(Best {
        event: event.clone(),
        classes: classes(),
        class: 1,
        quantity: 2,
        limit: 6,
        notice: None,
        busy: false,
    })
}

fn check(event: &EventFacts, seats: Vec<SeatWords>, warn: bool) -> Screen {
    Screen::Check(Check {
        event: event.clone(),
        lines: vec![PriceLine {
            class: "S".into(),
            count: seats.len(),
            sum: yen(9_800 * seats.len() as i64),
        }],
        total: yen(9_800 * seats.len() as i64),
        seats,
        countdown: countdown(warn),
        apart: warn,
        no_more_extension: false,
    })
}

fn countdown(warn: bool) -> Countdown {
    Countdown {
        seconds: if warn { 52 } else { 492 },
        of: 600,
        warn,
    }
}

fn lay(purpose: LayPurpose, refused: Option<CardRefusal>, safety: &Safety) -> Screen {
    let before = purpose == LayPurpose::BeforePaying;
    Screen::LayCard(LayCard {
        purpose,
        tickets: 2,
        ending: (!before).then(|| "4417".into()),
        refused,
        safety: safety.clone(),
        countdown: before.then(|| countdown(false)),
    })
}

fn pay_choice(account: AccountView, declined: bool) -> Screen {
    Screen::PayChoice(PayChoice {
        ending: "4417".into(),
        tickets: 2,
        total: yen(19_600),
        account,
        declined,
        countdown: Countdown {
            seconds: 402,
            of: 600,
            warn: false,
        },
    })
}

fn open_orders(event: &EventFacts) -> Screen {
    let row = |waits_for| OrderRow {
        order: "1".into(),
        event: event.clone(),
        tickets: 2,
        total: yen(19_600),
        slip: "4-1827-3".into(),
        waits_for,
    };
    Screen::OpenOrders(OpenOrders {
        ending: "4417".into(),
        orders: vec![row(WaitsFor::Card), row(WaitsFor::Payment)],
        can_go_on_with_new: true,
        can_look: true,
    })
}

fn slip(event: &EventFacts, safety: &Safety, paper: Paper) -> Screen {
    Screen::Slip(Slip {
        number: "4-1827-3".into(),
        event: event.clone(),
        total: yen(19_600),
        tickets: 2,
        safety: safety.clone(),
        countdown: Countdown {
            seconds: 1_720,
            of: 1_800,
            warn: false,
        },
        paper,
        payment: PaymentView::Waiting,
    })
}

fn writing(card_missing: bool) -> Screen {
    Screen::Writing(Writing {
        tickets: 2,
        permille: 620,
        checks: [
            CheckMark::Passed,
            CheckMark::Passed,
            CheckMark::Now,
            CheckMark::Ahead,
        ],
        card_missing,
    })
}
