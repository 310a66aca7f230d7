//! Sample views of the staff's screens at a kiosk.

use kippu::flows::{
    facts::EventFacts,
    kiosk::{input::Storage, view::*},
};
use kippu_api::staff_acts::OutReason;
use kippu_ticket::{ids::HandoverId, record::TicketKind};

use crate::{
    giving::{Sample, safe, ticket},
    kiosk::{moment, yen},
};

/// Every staff screen.
pub fn screens(event: &EventFacts) -> Vec<Sample> {
    let row = |waits, remedy, giver: Option<&str>, receiver: Option<&str>| OpenRow {
        handover: HandoverId([7; 16]),
        tickets: 2,
        giver: giver.map(str::to_owned),
        receiver: receiver.map(str::to_owned),
        event: event.clone(),
        since: moment(),
        waits,
        remedy,
    };
    let (a, b) = (Some("2093"), Some("4417"));
    let rows = vec![
        row(HandoverWaits::Receiver, Remedy::LayCard, a, b),
        row(HandoverWaits::CardAnswer, Remedy::LayGiver, a, None),
        row(HandoverWaits::Paper, Remedy::AnswerPaper, a, None),
        row(HandoverWaits::Platform, Remedy::Send, None, b),
    ];
    let list = |rows: Vec<OpenRow>, count, unsent| {
        Screen::OpenHandovers(OpenHandovers {
            clerk: "Clerk 1".into(),
            rows,
            count,
            page: 0,
            pages: count / HANDOVERS_A_PAGE + 1,
            unsent,
            busy: false,
        })
    };
    let care = |out: Option<OutReason>, notice| {
        Screen::Care(Care {
            reader_there: out.is_none(),
            storage: Storage::Ready,
            out,
            printing: false,
            notice,
        })
    };
    let stick = |state| Screen::Stick(Stick { state, reports: 3 });
    let samples = vec![
        (
            "staff-login",
            Screen::ClerkEntry(ClerkEntry {
                number: "17".into(),
                pin_digits: 3,
                field: ClerkField::Pin,
                notice: Some(LoginNotice::Wrong),
                busy: false,
            }),
        ),
        ("staff-list", list(rows.clone(), 5, 3)),
        (
            "staff-list-operator",
            list(
                vec![row(
                    HandoverWaits::Operator,
                    Remedy::CallOperator,
                    None,
                    None,
                )],
                1,
                0,
            ),
        ),
        ("staff-list-empty", list(Vec::new(), 0, 0)),
        (
            "staff-paper",
            Screen::PaperQuestion(PaperQuestion {
                ticket: ticket(event, "2", TicketKind::Seat),
                serial: "8F3A-21C0-77D4".into(),
                answered_otherwise: true,
                busy: false,
            }),
        ),
        ("staff-stick", stick(StickState::Insert)),
        ("staff-stick-saved", stick(StickState::Saved)),
        ("staff-stick-full", stick(StickState::Full)),
        ("staff-care", care(None, None)),
        (
            "staff-care-out",
            care(Some(OutReason::Reader), Some(CareNotice::TestUnconfirmed)),
        ),
        ("staff-out-reasons", Screen::OutReasons),
        ("staff-new-roll", Screen::NewRoll(NewRoll::OpenCover)),
        ("staff-new-roll-in", Screen::NewRoll(NewRoll::PutIn)),
        ("staff-new-roll-done", Screen::NewRoll(NewRoll::Done)),
        (
            "staff-new-roll-unconfirmed",
            Screen::NewRoll(NewRoll::Unconfirmed),
        ),
        ("staff-own-card", Screen::OwnCard(OwnCard::Lay)),
        ("staff-own-card-again", Screen::OwnCard(OwnCard::LogInAgain)),
    ];
    let mut samples: Vec<Sample> = samples
        .into_iter()
        .map(|(name, screen)| (name, None, screen))
        .collect();
    samples.extend(handovers(&rows, row));
    samples
}

/// One handover each: at start-up, and opened from the list.
fn handovers(
    rows: &[OpenRow],
    row: impl Fn(HandoverWaits, Remedy, Option<&str>, Option<&str>) -> OpenRow,
) -> Vec<Sample> {
    let one = |row: OpenRow, holder, safety, acts: &[StaffAct], start_up, notice| {
        Screen::OneHandover(Box::new(OneHandover {
            row,
            holder,
            safety,
            acts: acts.to_vec(),
            place: (0, 2),
            start_up,
            busy: false,
            notice,
        }))
    };
    let bought = Safety {
        ticket: TicketFact::BeingChecked { count: 2 },
        money: MoneyFact::Paid(yen(19_600)),
    };
    let every = [
        StaffAct::Finish,
        StaffAct::GiveBack,
        StaffAct::KeepAndPrint,
        StaffAct::Next,
        StaffAct::Leave,
    ];
    let purchase = row(
        HandoverWaits::CardAnswer,
        Remedy::LayCard,
        None,
        Some("4417"),
    );
    vec![
        (
            "interrupted-giving",
            None,
            one(
                rows[0].clone(),
                Holder::Kiosk,
                safe(TicketFact::InKiosk { count: 2 }),
                &every,
                true,
                None,
            ),
        ),
        (
            "interrupted-purchase",
            None,
            one(
                purchase,
                Holder::Unknown,
                bought,
                &[StaffAct::Finish, StaffAct::Next, StaffAct::Leave],
                true,
                None,
            ),
        ),
        (
            "interrupted-taking",
            None,
            one(
                rows[1].clone(),
                Holder::Giver,
                safe(TicketFact::BeingChecked { count: 2 }),
                &[StaffAct::Finish, StaffAct::Leave],
                true,
                None,
            ),
        ),
        (
            "staff-paper-handover",
            None,
            one(
                rows[2].clone(),
                Holder::Kiosk,
                safe(TicketFact::PaperBeingChecked { count: 2 }),
                &[StaffAct::Finish, StaffAct::Leave],
                false,
                Some(StaffNotice::AnswerFirst),
            ),
        ),
        (
            "staff-away",
            None,
            one(
                row(HandoverWaits::Platform, Remedy::Send, Some("2093"), None),
                Holder::Kiosk,
                safe(TicketFact::InKiosk { count: 2 }),
                &[
                    StaffAct::Finish,
                    StaffAct::GiveBack,
                    StaffAct::KeepAndPrint,
                    StaffAct::Release,
                    StaffAct::Leave,
                ],
                false,
                Some(StaffNotice::NotReached),
            ),
        ),
    ]
}
