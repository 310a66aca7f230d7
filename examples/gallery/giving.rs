//! Sample views of tickets that leave a card, wait, and come back.

use kippu::flows::{
    facts::{Appearance, EventFacts, Language, Places, SeatWords},
    kiosk::view::*,
};
use kippu_ticket::{ids::TicketId, record::TicketKind};

use crate::{
    kiosk::{event, seat, yen},
    waiting,
};

/// A screen with its name and place on its line.
pub type Sample = (&'static str, Option<Stop>, Screen);

/// The code of every sample.
pub const CODE: &str = "4821 0937 5564";

/// Every screen of giving, paper and pick-up.
pub fn screens(appearance: Appearance) -> Vec<Sample> {
    let event = event(appearance.language);
    [
        cards(&event),
        choices(&event),
        ends(&event),
        waiting::screens(&event),
    ]
    .concat()
}

/// A ticket of the play.
pub fn ticket(event: &EventFacts, number: &str, kind: TicketKind) -> MyTicket {
    MyTicket {
        id: TicketId(7),
        kind,
        event: event.clone(),
        seat: if kind == TicketKind::Seat {
            seat("C", number)
        } else {
            SeatWords::default()
        },
        inside: false,
        recalled: false,
    }
}

/// Two of them.
pub fn pair(event: &EventFacts) -> Vec<MyTicket> {
    vec![
        ticket(event, "2", TicketKind::Seat),
        ticket(event, "4", TicketKind::Seat),
    ]
}

/// Where the tickets are; no money is involved in a giving.
pub fn safe(ticket: TicketFact) -> Safety {
    Safety {
        ticket,
        money: MoneyFact::NotInvolved,
    }
}

/// A station of a giving.
pub fn giving(station: GivingStation) -> Option<Stop> {
    Some(Stop::Giving(station))
}

/// A station of making paper.
pub fn paper(station: PaperStation) -> Option<Stop> {
    Some(Stop::Paper(station))
}

/// A station of giving tickets up for money.
fn money(station: MoneyStation) -> Option<Stop> {
    Some(Stop::MoneyBack(station))
}

/// What two tickets bring.
fn money_back() -> MoneyBack {
    MoneyBack {
        amount: yen(19_160),
        to_account: yen(0),
        fee: yen(440),
    }
}

/// Laying and swapping cards, and what moves while one lies there.
fn cards(event: &EventFacts) -> Vec<Sample> {
    let lay = |purpose, refused, ending: Option<&str>, ticket| {
        Screen::LayCard(LayCard {
            purpose,
            tickets: 2,
            ending: ending.map(str::to_owned),
            refused,
            safety: safe(ticket),
            countdown: None,
        })
    };
    let swap = |refused: Option<CardRefusal>, giver_lies| {
        Screen::Swap(Swap {
            giver: "2093".into(),
            receiver: refused.map(|_| "4417".into()),
            tickets: 2,
            giver_lies,
            refused,
            can_give_back: true,
            safety: safe(TicketFact::InKiosk { count: 2 }),
        })
    };
    let moving = Screen::Writing(Writing {
        tickets: 2,
        permille: 620,
        checks: [
            CheckMark::Passed,
            CheckMark::Passed,
            CheckMark::Now,
            CheckMark::Ahead,
        ],
        card_missing: false,
    });
    let full = |used, total, wanted| {
        Screen::TooFull(TooFull {
            ending: "4417".into(),
            places: Places { used, total },
            wanted,
            giver: Some("2093".into()),
            safety: safe(TicketFact::InKiosk { count: wanted }),
            ways: vec![
                Way::LayOtherCard,
                Way::WriteSome(1),
                Way::GiveBack,
                Way::LeaveAtPlatform,
            ],
        })
    };
    let in_kiosk = TicketFact::InKiosk { count: 2 };
    let parked = TicketFact::Parked {
        count: 2,
        code: CODE.into(),
    };
    let confirm = |errand, tickets, offline| {
        Screen::Confirm(Confirm {
            errand,
            tickets,
            ending: "2093".into(),
            offline,
            money: (errand == Errand::MoneyBack).then(money_back),
        })
    };
    let three = [pair(event), pair(event)[..1].to_vec()].concat();
    vec![
        (
            "giving-lay",
            giving(GivingStation::GivingCard),
            lay(LayPurpose::ToGive, None, None, TicketFact::CardUnchanged),
        ),
        (
            "giving-lay-back",
            giving(GivingStation::Swap),
            lay(
                LayPurpose::GiverToGiveBack,
                Some(CardRefusal::ReceiverNotGiver),
                Some("2093"),
                in_kiosk,
            ),
        ),
        (
            "paper-lay",
            paper(PaperStation::Card),
            lay(LayPurpose::ToPrint, None, None, TicketFact::CardUnchanged),
        ),
        (
            "pick-up-lay",
            None,
            lay(
                LayPurpose::ToPickUp,
                Some(CardRefusal::OlderLayout),
                None,
                parked,
            ),
        ),
        (
            "giving-confirm",
            giving(GivingStation::Choose),
            confirm(Errand::Give, three, false),
        ),
        (
            "giving-confirm-offline",
            giving(GivingStation::Choose),
            confirm(Errand::Give, pair(event), true),
        ),
        (
            "paper-confirm",
            paper(PaperStation::Choose),
            confirm(Errand::Paper, pair(event)[..1].to_vec(), false),
        ),
        (
            "money-lay",
            money(MoneyStation::Card),
            lay(LayPurpose::ToGiveUp, None, None, TicketFact::CardUnchanged),
        ),
        (
            "money-confirm",
            money(MoneyStation::Choose),
            confirm(Errand::MoneyBack, pair(event), false),
        ),
        (
            "money-taking",
            money(MoneyStation::GiveUp),
            Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::ToGiveUp,
                step: CheckStep::Registering,
            }),
        ),
        (
            "giving-taking",
            giving(GivingStation::Choose),
            Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::GiverToTake,
                step: CheckStep::Registering,
            }),
        ),
        ("giving-writing", giving(GivingStation::OtherCard), moving),
        ("giving-swap", giving(GivingStation::Swap), swap(None, true)),
        (
            "giving-swap-refused",
            giving(GivingStation::Swap),
            swap(Some(CardRefusal::GiverAgain), false),
        ),
        (
            "giving-too-full",
            giving(GivingStation::OtherCard),
            full(9, 10, 2),
        ),
        (
            "giving-too-full-40",
            giving(GivingStation::OtherCard),
            full(40, 40, 12),
        ),
    ]
}

/// Which tickets?
fn choices(event: &EventFacts) -> Vec<Sample> {
    let choice = |ticket: MyTicket, chosen, stays| Choice {
        id: ticket.id,
        ticket,
        chosen,
        stays,
    };
    let seat = |number| ticket(event, number, TicketKind::Seat);
    let choose = |errand, items: Vec<Choice>, pages, notice| {
        let chosen = items.iter().filter(|item| item.chosen).count() as u8;
        let can_go = items.iter().filter(|item| item.stays.is_none()).count() as u8;
        Screen::Choose(Choose {
            errand,
            ending: "2093".into(),
            items,
            chosen,
            can_go,
            page: 0,
            pages,
            notice,
        })
    };
    let plain = vec![
        choice(seat("2"), true, None),
        choice(seat("4"), true, None),
        choice(seat("18"), false, None),
    ];
    let mixed = vec![
        choice(seat("2"), false, Some(WhyStays::Entered)),
        choice(ticket(event, "", TicketKind::Voucher), true, None),
        choice(
            ticket(event, "", TicketKind::Membership),
            false,
            Some(WhyStays::NotTransferable),
        ),
    ];
    let none = vec![
        choice(seat("2"), false, Some(WhyStays::NoPaper)),
        choice(seat("4"), false, Some(WhyStays::NoNetwork)),
        choice(seat("6"), false, Some(WhyStays::Unreadable)),
    ];
    let brings = vec![
        choice(seat("2"), true, None),
        choice(seat("4"), false, Some(WhyStays::BoughtElsewhere)),
        choice(seat("6"), false, Some(WhyStays::NothingDue)),
    ];
    let brings_none = vec![
        choice(seat("2"), false, Some(WhyStays::NotTakenBack)),
        choice(seat("4"), false, Some(WhyStays::TooLateForMoney)),
    ];
    let over = vec![
        choice(seat("2"), false, Some(WhyStays::Over)),
        choice(
            ticket(event, "", TicketKind::FreeSeating),
            false,
            Some(WhyStays::Recalled),
        ),
    ];
    let give = giving(GivingStation::Choose);
    let changed = Some(ChooseNotice::CardChanged);
    vec![
        ("choose", give, choose(Errand::Give, plain.clone(), 1, None)),
        (
            "choose-changed",
            give,
            choose(Errand::Give, plain, 2, changed),
        ),
        ("choose-mixed", give, choose(Errand::Give, mixed, 3, None)),
        ("choose-over", give, choose(Errand::Give, over, 1, None)),
        (
            "choose-paper-none",
            paper(PaperStation::Choose),
            choose(Errand::Paper, none, 1, None),
        ),
        (
            "choose-money",
            money(MoneyStation::Choose),
            choose(Errand::MoneyBack, brings, 1, None),
        ),
        (
            "choose-money-none",
            money(MoneyStation::Choose),
            choose(Errand::MoneyBack, brings_none, 1, None),
        ),
    ]
}

/// Ends of a giving and of making paper.
fn ends(event: &EventFacts) -> Vec<Sample> {
    let over = |given, given_back, parked: u8| {
        let code = (parked > 0).then(|| CODE.to_owned());
        Screen::HandedOver(HandedOver {
            given,
            given_back,
            parked,
            giver: "2093".into(),
            receiver: (given > 0).then(|| "4417".into()),
            giver_places: Some(Places { used: 5, total: 10 }),
            receiver_places: (given > 0).then_some(Places {
                used: 10,
                total: 10,
            }),
            tickets: pair(event),
            code,
            report_waits: given_back > 0,
            paper: if given_back > 0 {
                Paper::Printed
            } else {
                Paper::NotWanted
            },
            card_lies: true,
        })
    };
    let kept = |kept, nobody_came, paper| {
        Screen::KeptCode(KeptCode {
            code: CODE.into(),
            tickets: 2,
            kept,
            nobody_came,
            paper,
        })
    };
    let due = |paper, card_lies| {
        Screen::RefundDue(RefundDue {
            code: CODE.into(),
            tickets: 2,
            money: money_back(),
            paper,
            card_lies,
        })
    };
    let due_by_account = |to_account| {
        Screen::RefundDue(RefundDue {
            code: CODE.into(),
            tickets: 2,
            money: MoneyBack {
                to_account: yen(to_account),
                ..money_back()
            },
            paper: Paper::Printed,
            card_lies: true,
        })
    };
    let done = giving(GivingStation::Done);
    vec![
        (
            "refund-booked",
            money(MoneyStation::Slip),
            due_by_account(19_160),
        ),
        (
            "refund-partly-booked",
            money(MoneyStation::Slip),
            due_by_account(9_580),
        ),
        ("handed-over", done, over(2, 0, 0)),
        ("handed-over-some", done, over(1, 0, 1)),
        ("handed-back", done, over(0, 2, 0)),
        (
            "kept-at-platform",
            None,
            kept(Kept::AtPlatform, false, Paper::Printed),
        ),
        (
            "nobody-came",
            None,
            kept(
                Kept::InKiosk,
                true,
                Paper::NotPrinted(PaperProblem::PaperOut),
            ),
        ),
        (
            "kept-only-card",
            None,
            kept(Kept::OnlyCard("2093".into()), true, Paper::Printing),
        ),
        (
            "kept-no-money",
            None,
            kept(Kept::NoMoney, false, Paper::Printed),
        ),
        (
            "kept-perhaps-money",
            None,
            kept(Kept::PerhapsMoney, false, Paper::Printing),
        ),
        (
            "refund-due",
            money(MoneyStation::Slip),
            due(Paper::Printed, true),
        ),
        (
            "refund-due-no-paper",
            money(MoneyStation::Slip),
            due(Paper::NotPrinted(PaperProblem::PaperOut), false),
        ),
        (
            "paper-printing",
            paper(PaperStation::Print),
            Screen::PrintingTickets(PrintingTickets { at: 2, of: 3 }),
        ),
        (
            "paper-done",
            paper(PaperStation::Done),
            Screen::PaperDone(PaperDone {
                printed: 2,
                given_back: 1,
                parked: 0,
                code: None,
                tickets: pair(event),
                card_lies: false,
            }),
        ),
        (
            "paper-done-some",
            paper(PaperStation::Done),
            Screen::PaperDone(PaperDone {
                printed: 1,
                given_back: 0,
                parked: 1,
                code: Some(CODE.into()),
                tickets: pair(event)[..1].to_vec(),
                card_lies: true,
            }),
        ),
    ]
}

/// "My card" with what can be done, for the other samples.
pub fn my_card(event: &EventFacts, language: Language) -> Screen {
    let mut tickets = pair(event);
    if language == Language::Japanese {
        tickets[1] = ticket(event, "", TicketKind::Membership);
    }
    Screen::MyCard(MyCard {
        ending: "4417".into(),
        tickets,
        count: 3,
        page: 0,
        pages: 2,
        places: Places { used: 3, total: 8 },
        offline: false,
        left_early: None,
        can_give: true,
        can_make_paper: true,
        can_get_money: true,
    })
}
