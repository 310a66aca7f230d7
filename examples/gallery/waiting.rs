//! Sample views of what waits, of a ticket's history, and of conditions that stop a giving.

use kippu::flows::{
    facts::{EventFacts, Places},
    kiosk::view::*,
};
use kippu_api::parcels::PassageKind;
use kippu_ticket::{ids::HandoverId, record::TicketKind};

use crate::{
    giving::{Sample, giving, pair, paper, safe, ticket},
    kiosk::moment,
};

/// All of them.
pub fn screens(event: &EventFacts) -> Vec<Sample> {
    [waiting(event), troubles()].concat()
}

/// What waits, and what became of a ticket.
fn waiting(event: &EventFacts) -> Vec<Sample> {
    let row = |place| WaitingRow {
        handover: HandoverId([7; 16]),
        event: event.clone(),
        tickets: 2,
        place,
        since: moment(),
        giver: Some("2093".into()),
        receiver: None,
    };
    let elsewhere = WaitingPlace::Elsewhere {
        terminal: "Kiosk 1 Asahi".into(),
    };
    let pick_up = |rows: Vec<WaitingRow>, notice| {
        Screen::PickUp(PickUp {
            ending: Some("4417".into()),
            rows,
            can_look: true,
            busy: false,
            notice,
        })
    };
    let passage = |what, other: Option<&str>| HistoryRow {
        what,
        at: moment(),
        other_card: other.map(str::to_owned),
        terminal: Some("Kiosk 1".into()),
        proved: other.map(|_| true),
    };
    let history = |rows, offline| {
        Screen::History(History {
            ticket: ticket(event, "2", TicketKind::Seat),
            rows,
            offline,
            busy: false,
        })
    };
    let places = [
        WaitingPlace::Parked,
        WaitingPlace::LeftEarly,
        elsewhere,
        WaitingPlace::Here,
        WaitingPlace::Fetched,
    ];
    vec![
        ("pick-up", None, pick_up(places.map(row).to_vec(), None)),
        (
            "pick-up-money",
            None,
            pick_up(vec![row(WaitingPlace::MoneyWaits)], None),
        ),
        (
            "pick-up-empty",
            None,
            pick_up(Vec::new(), Some(PickUpNotice::Gone)),
        ),
        (
            "history",
            None,
            history(
                vec![
                    passage(PassageKind::Entered, None),
                    passage(PassageKind::Received, Some("2093")),
                    passage(PassageKind::Taken, Some("8812")),
                    passage(PassageKind::Parked, None),
                    passage(PassageKind::Bought, None),
                ],
                false,
            ),
        ),
        ("history-offline", None, history(Vec::new(), true)),
        (
            "my-card-left-early",
            None,
            Screen::MyCard(MyCard {
                ending: "4417".into(),
                tickets: pair(event)[..1].to_vec(),
                count: 1,
                page: 0,
                pages: 1,
                places: Places { used: 1, total: 8 },
                offline: false,
                left_early: Some(LeftEarly {
                    handover: HandoverId([7; 16]),
                    at: moment(),
                    tickets: 2,
                    safety: safe(TicketFact::InKiosk { count: 2 }),
                }),
                can_give: true,
                can_make_paper: true,
                can_get_money: true,
            }),
        ),
    ]
}

/// Conditions of givings and paper.
fn troubles() -> Vec<Sample> {
    let trouble = |kind, ticket, ways: &[Way]| {
        Screen::Trouble(Trouble {
            kind,
            safety: safe(ticket),
            ways: ways.to_vec(),
            slip: None,
        })
    };
    let print = paper(PaperStation::Print);
    vec![
        (
            "trouble-paper-unconfirmed",
            print,
            trouble(
                TroubleKind::PaperTicketUnconfirmed,
                TicketFact::PaperBeingChecked { count: 2 },
                &[Way::StaffHere, Way::CallStaff],
            ),
        ),
        (
            "trouble-paper-out",
            print,
            trouble(
                TroubleKind::Paper(PaperProblem::PaperOut),
                TicketFact::InKiosk { count: 2 },
                &[
                    Way::CallStaff,
                    Way::TryAgain,
                    Way::GiveBack,
                    Way::LeaveAtPlatform,
                ],
            ),
        ),
        (
            "trouble-taking-unknown",
            giving(GivingStation::Choose),
            trouble(
                TroubleKind::TakingUnknown,
                TicketFact::BeingChecked { count: 2 },
                &[Way::LayCard, Way::CallStaff],
            ),
        ),
        (
            "trouble-giving-unknown",
            giving(GivingStation::OtherCard),
            trouble(
                TroubleKind::GivingUnknown,
                TicketFact::BeingChecked { count: 2 },
                &[Way::LayCard, Way::CallStaff],
            ),
        ),
        (
            "trouble-not-without-network",
            giving(GivingStation::Choose),
            trouble(
                TroubleKind::NotWithoutNetwork,
                TicketFact::OnGiverCard { count: 2 },
                &[Way::TryAgain, Way::Finish],
            ),
        ),
        (
            "trouble-ticket-stays",
            giving(GivingStation::Choose),
            trouble(
                TroubleKind::TicketStays(WhyStays::NotTransferable),
                TicketFact::OnGiverCard { count: 1 },
                &[Way::Finish],
            ),
        ),
        (
            "trouble-elsewhere",
            None,
            trouble(
                TroubleKind::ElsewhereNow,
                TicketFact::CardUnchanged,
                &[Way::Finish],
            ),
        ),
        (
            "entry-code",
            None,
            Screen::SlipEntry(SlipEntry {
                number: "4821 0937 5546".into(),
                complete: true,
                notice: Some(SlipNotice::Mistyped),
                busy: false,
            }),
        ),
        (
            "entry-too-many",
            None,
            Screen::SlipEntry(SlipEntry {
                number: String::new(),
                complete: false,
                notice: Some(SlipNotice::TooMany),
                busy: false,
            }),
        ),
    ]
}
