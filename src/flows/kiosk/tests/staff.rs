//! The staff's area.

use kippu_api::handovers::Purpose;
use kippu_handover::{
    facts::Standing,
    outcome::Outcome,
    row::{Destination, ItemState},
};
use kippu_ticket::ids::{HandoverId, Step};

use super::handovers::*;
use super::*;
use crate::flows::kiosk::{effect::Pin, input::StickFault};

impl Stand {
    /// Clerk 7 with PIN 1234.
    pub fn log_in(&mut self) {
        self.touch(Touch::Digit(7));
        self.touch(Touch::LogIn);
        for digit in 1..=4 {
            self.touch(Touch::Digit(digit));
        }
        self.touch(Touch::LogIn);
        let asked = self.answer(
            |ask| matches!(ask, Ask::ClerkLogin { .. }),
            Ok(Answer::Clerk {
                name: "Mori".into(),
            }),
        );
        assert_eq!(
            asked,
            Ask::ClerkLogin {
                clerk: "7".into(),
                pin: Pin("1234".into())
            }
        );
    }

    pub fn at_list(&mut self, open: Vec<Facts>) {
        self.touch(Touch::Staff);
        self.log_in();
        self.card_says(CardNews::Open { open, unsent: 3 });
    }
}

fn list(stand: &Stand) -> OpenHandovers {
    match stand.screen() {
        Screen::OpenHandovers(list) => list,
        other => panic!("no list but {other:?}"),
    }
}

fn one(stand: &Stand) -> OneHandover {
    match stand.screen() {
        Screen::OneHandover(one) => *one,
        other => panic!("no handover but {other:?}"),
    }
}

#[test]
fn nobody_sees_the_list_without_a_login() {
    let notice = |stand: &Stand| match stand.screen() {
        Screen::ClerkEntry(entry) => (entry.notice, entry.pin_digits),
        other => panic!("{other:?}"),
    };
    for (answer, words) in [
        (refused(ProblemCode::Unauthenticated), LoginNotice::Wrong),
        (refused(ProblemCode::TooMany), LoginNotice::TooMany),
        (Err(AskFault::Unreachable), LoginNotice::NotReached),
    ] {
        let mut stand = Stand::new();
        stand.touch(Touch::Staff);
        stand.touch(Touch::Digit(7));
        stand.touch(Touch::ClerkField(ClerkField::Pin));
        stand.touch(Touch::Digit(1));
        stand.touch(Touch::LogIn);
        stand.answer(|ask| matches!(ask, Ask::ClerkLogin { .. }), answer);
        assert_eq!(notice(&stand), (Some(words), 0));
    }
    let hidden = format!("{:?}", Pin("1234".into()));
    assert!(!hidden.contains("1234"));
}

#[test]
fn every_open_handover_says_what_it_waits_for_and_what_helps() {
    let paper = |standing, states| facts(Purpose::Paper, standing, states);
    let kept_two = [ItemState::Kept; 2];
    let pending = [ItemState::Pending; 2];
    let cases = [
        (kept(), HandoverWaits::Receiver, Remedy::LayCard),
        (
            Facts {
                receiver: Some(OTHER),
                destination: TO_CARD,
                ..kept()
            },
            HandoverWaits::NamedCard,
            Remedy::LayCard,
        ),
        (
            Facts {
                destination: Destination::Giver,
                ..kept()
            },
            HandoverWaits::Giver,
            Remedy::LayGiver,
        ),
        (
            facts(Purpose::Assignment, Standing::Unknown(Step::Give), pending),
            HandoverWaits::CardAnswer,
            Remedy::LayCard,
        ),
        (
            Facts {
                waits_for_card: Some(CARD),
                ..facts(Purpose::Assignment, Standing::Unknown(Step::Take), pending)
            },
            HandoverWaits::CardAnswer,
            Remedy::LayGiver,
        ),
        (
            paper(Standing::Kept, kept_two),
            HandoverWaits::Printer,
            Remedy::Print,
        ),
        (
            paper(
                Standing::PaperUnconfirmed {
                    ticket: TicketId(1),
                    serial: 7,
                },
                pending,
            ),
            HandoverWaits::Paper,
            Remedy::AnswerPaper,
        ),
        (
            facts(Purpose::Parking, Standing::Leaving, kept_two),
            HandoverWaits::Platform,
            Remedy::Send,
        ),
    ];
    for (facts, waits, remedy) in cases {
        let mut stand = Stand::new();
        stand.at_list(vec![facts.clone()]);
        let list = list(&stand);
        assert_eq!((list.clerk.as_str(), list.unsent), ("Mori", 3));
        assert_eq!(
            (list.rows[0].waits, list.rows[0].remedy),
            (waits, remedy),
            "{facts:?}"
        );
        stand.touch(Touch::OpenHandover(ID));
        assert_eq!(one(&stand).acts[0], StaffAct::Finish);
    }
}

#[test]
fn a_kept_handover_can_be_finished_given_back_kept_or_released() {
    let mut stand = Stand::new();
    stand.at_list(vec![kept()]);
    stand.touch(Touch::OpenHandover(ID));
    assert_eq!(
        one(&stand).acts,
        [
            StaffAct::Finish,
            StaffAct::GiveBack,
            StaffAct::KeepAndPrint,
            StaffAct::Release,
            StaffAct::Leave
        ]
    );
    assert_eq!(one(&stand).holder, Holder::Kiosk);
    stand.touch(Touch::StaffAct(StaffAct::Release));
    assert_eq!(
        stand.card_says(rest(kept(), Outcome::PlatformAway)),
        redirect(Destination::Elsewhere)
    );
    assert_eq!(one(&stand).notice, Some(StaffNotice::NotReached));
    stand.touch(Touch::StaffAct(StaffAct::Release));
    stand.card_says(end_of(ended([ItemState::Released; 2]), None));
    // What happened is said, and the code goes onto a slip.
    let Screen::KeptCode(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((shown.kept, shown.tickets), (Kept::LetGo(None), 2));
    stand.paper_ends(PaperEnd::Printed);
    stand.touch(Touch::First);
    assert_eq!(list(&stand).count, 0);
    // Printing the code goes back to the list afterwards.
    let mut stand = Stand::new();
    stand.at_list(vec![kept()]);
    stand.touch(Touch::OpenHandover(ID));
    stand.touch(Touch::StaffAct(StaffAct::KeepAndPrint));
    assert_eq!(
        stand.card_says(end_of(ended([ItemState::Parked; 2]), None)),
        redirect(Destination::Platform)
    );
    assert!(matches!(stand.screen(), Screen::KeptCode(_)));
    stand.paper_ends(PaperEnd::Printed);
    stand.touch(Touch::First);
    assert!(matches!(stand.screen(), Screen::OpenHandovers(_)));
}

#[test]
fn what_only_a_card_knows_is_not_kept_or_given_back() {
    let unknown = facts(
        Purpose::Assignment,
        Standing::Unknown(Step::Give),
        [ItemState::Pending; 2],
    );
    let mut stand = Stand::with(vec![unknown]);
    let acts = [StaffAct::Finish, StaffAct::LogIn, StaffAct::Leave];
    assert_eq!(one(&stand).acts, acts);
    assert_eq!(one(&stand).holder, Holder::Unknown);
    stand.touch(Touch::StaffAct(StaffAct::GiveBack));
    stand.touch(Touch::StaffAct(StaffAct::Leave));
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })),
        0
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn start_up_waits_for_the_staff_as_long_as_it_takes() {
    let mut stand = Stand::with(vec![kept()]);
    stand.wait(300);
    stand.touch(Touch::Finish);
    assert!(one(&stand).start_up);
    stand.touch(Touch::StaffAct(StaffAct::GiveBack));
    assert_eq!(
        stand.card_says(end_of(ended([ItemState::GivenBack; 2]), None)),
        redirect(Destination::Giver)
    );
    assert!(matches!(stand.screen(), Screen::HandedOver(_)));
    stand.touch(Touch::Finish);
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn reports_go_onto_a_stick_and_a_missing_one_is_asked_for() {
    let mut stand = Stand::new();
    stand.at_list(Vec::new());
    stand.touch(Touch::Care);
    stand.touch(Touch::SaveReports);
    let state = |stand: &Stand| match stand.screen() {
        Screen::Stick(stick) => (stick.state, stick.reports),
        other => panic!("{other:?}"),
    };
    assert_eq!(state(&stand), (StickState::Insert, 3));
    for (fault, shown) in [
        (StickFault::Missing, StickState::Missing),
        (StickFault::Full, StickState::Full),
        (StickFault::NotWritable, StickState::NotWritable),
    ] {
        stand.touch(Touch::SaveReports);
        assert_eq!(state(&stand).0, StickState::Saving);
        stand.card_says(CardNews::Saved(Err(fault)));
        assert_eq!(state(&stand).0, shown);
    }
    stand.touch(Touch::SaveReports);
    assert_eq!(
        stand.card_says(CardNews::Saved(Ok(2))),
        CardJob::SaveReports
    );
    assert_eq!(state(&stand), (StickState::Saved, 2));
}

#[test]
fn a_clerk_who_goes_away_is_logged_out() {
    let mut stand = Stand::new();
    stand.at_list(vec![kept()]);
    stand.wait(81);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    stand.asked(|ask| *ask == Ask::ClerkLogout);
    stand.touch(Touch::Staff);
    assert!(matches!(stand.screen(), Screen::ClerkEntry(_)));
}

#[test]
fn opened_with_nobody_there_each_that_can_go_is_put_away_with_a_slip_of_its_code() {
    let agreed = Facts {
        handover: HandoverId([8; 16]),
        ..facts(
            Purpose::Assignment,
            Standing::Agreed,
            [ItemState::Wanted; 2],
        )
    };
    let mut stand = Stand::with(vec![kept(), agreed.clone()]);
    stand.touch(Touch::StaffAct(StaffAct::Leave));
    assert!(one(&stand).busy);
    assert_eq!(
        stand.card_says(end_of(ended([ItemState::Parked; 2]), None)),
        redirect(Destination::Platform)
    );
    let PaperJob::Kept { kept, .. } = stand.paper_ends(PaperEnd::Printed) else {
        panic!("no slip")
    };
    assert_eq!(kept, Kept::AtPlatform);
    // Nothing had been taken: its yes ends, and there is nothing to fetch.
    let stayed = Facts {
        handover: agreed.handover,
        ..ended([ItemState::Stayed; 2])
    };
    assert_eq!(
        stand.card_says(end_of(stayed, None)),
        CardJob::Redirect {
            handover: agreed.handover,
            to: Destination::Giver
        }
    );
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Print { .. })),
        0
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn a_clerk_logs_in_at_start_up_and_may_let_go() {
    let mut stand = Stand::with(vec![kept()]);
    assert!(!one(&stand).acts.contains(&StaffAct::Release));
    stand.touch(Touch::StaffAct(StaffAct::LogIn));
    stand.log_in();
    stand.card_says(CardNews::Open {
        open: vec![kept()],
        unsent: 0,
    });
    stand.touch(Touch::OpenHandover(ID));
    assert!(one(&stand).acts.contains(&StaffAct::Release));
}

#[test]
fn the_list_counts_again_while_reports_wait() {
    let mut stand = Stand::new();
    stand.at_list(Vec::new());
    stand.wait(6);
    let sent = CardNews::Open {
        open: Vec::new(),
        unsent: 0,
    };
    assert_eq!(stand.card_says(sent), CardJob::Open);
    assert_eq!((list(&stand).unsent, list(&stand).busy), (0, false));
}
