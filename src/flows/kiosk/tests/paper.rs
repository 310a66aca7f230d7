//! From card to paper.

use kippu_api::handovers::Purpose;
use kippu_handover::{
    facts::Standing,
    outcome::{Outcome, Settled},
    paper::PaperFault,
    row::{Destination, ItemState},
};

use super::handovers::*;
use super::*;

fn printing(standing: Standing, states: [ItemState; 2]) -> Facts {
    facts(Purpose::Paper, standing, states)
}

fn unconfirmed() -> CardNews {
    let (ticket, serial) = (TicketId(1), 77);
    let states = [ItemState::Pending, ItemState::Kept];
    rest(
        printing(Standing::PaperUnconfirmed { ticket, serial }, states),
        Outcome::AskPeople { ticket, serial },
    )
}

fn out_of_paper() -> CardNews {
    let states = [ItemState::Printed, ItemState::Kept];
    rest(
        printing(Standing::Kept, states),
        Outcome::PrinterNeeded(PaperFault::OutOfPaper),
    )
}

#[test]
fn papers_are_counted_and_shown_when_they_are_out() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Paper);
    let (no, job) = stand.card_job();
    assert!(matches!(
        job,
        CardJob::Consent {
            to: Destination::Paper,
            ..
        }
    ));
    for at in 1..=2 {
        stand.feed(Input::Card {
            no,
            news: CardNews::Paper(at),
        });
        assert_eq!(
            stand.screen(),
            Screen::PrintingTickets(PrintingTickets { at, of: 2 })
        );
    }
    let printed = printing(Standing::Ended, [ItemState::Printed; 2]);
    stand.feed(Input::Card {
        no,
        news: end_of(printed, None),
    });
    let Screen::PaperDone(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.printed, done.tickets.len(), done.code), (2, 2, None));
}

#[test]
fn out_of_paper_goes_on_by_itself_once_there_is_some() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Paper);
    stand.card_says(out_of_paper());
    let screen = stand.screen();
    assert_eq!(
        trouble(&screen).kind,
        TroubleKind::Paper(PaperProblem::PaperOut)
    );
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::InKiosk { count: 1 }
    );
    stand.feed(Input::Printer(PrinterCondition::PaperOut));
    stand.wait(6);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })),
        0
    );
    stand.feed(Input::Printer(PrinterCondition::Ready));
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
}

#[test]
fn what_is_not_printed_may_go_back_onto_the_card() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Paper);
    stand.card_says(out_of_paper());
    stand.way(Way::GiveBack);
    let states = [ItemState::Printed, ItemState::GivenBack];
    assert_eq!(
        stand.card_says(end_of(printing(Standing::Ended, states), None)),
        redirect(Destination::Giver)
    );
    let Screen::PaperDone(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.printed, done.given_back), (1, 1));
}

/// Logs the clerk in at the paper in question.
fn at_question(stand: &mut Stand) {
    stand.at_consent(Errand::Paper);
    stand.card_says(unconfirmed());
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::PaperTicketUnconfirmed);
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::PaperBeingChecked { count: 2 }
    );
    stand.way(Way::StaffHere);
    stand.log_in();
    let Screen::PaperQuestion(question) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(question.ticket.id, TicketId(1));
}

#[test]
fn a_clerk_answers_for_a_paper_and_the_rest_is_printed() {
    let mut stand = Stand::new();
    at_question(&mut stand);
    stand.touch(Touch::CameOut(false));
    // A second touch while the first is noted is none.
    stand.touch(Touch::CameOut(true));
    assert_eq!(
        stand.card_says(CardNews::Settled(Ok(Settled::Now))),
        CardJob::Settle {
            handover: ID,
            serial: 77,
            came_out: false
        }
    );
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
    assert!(matches!(stand.screen(), Screen::PrintingTickets(_)));
}

#[test]
fn a_contradicting_answer_counts_for_nothing() {
    let mut stand = Stand::new();
    at_question(&mut stand);
    stand.touch(Touch::CameOut(true));
    stand.card_says(CardNews::Settled(Ok(Settled::Otherwise)));
    let Screen::PaperQuestion(question) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(question.answered_otherwise);
    stand.touch(Touch::CameOut(true));
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })),
        0
    );
    stand.touch(Touch::First);
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
}

#[test]
fn a_paper_in_question_is_not_idled_away() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Paper);
    stand.card_says(unconfirmed());
    stand.wait(81);
    assert_eq!(
        stand.card_says(unconfirmed()),
        redirect(Destination::Platform)
    );
    assert!(matches!(stand.screen(), Screen::KeptCode(_)));
    assert!(matches!(
        stand.paper_ends(PaperEnd::Printed),
        PaperJob::Kept { .. }
    ));
    // A clerk who gives up the login is no way out either.
    let mut stand = Stand::new();
    stand.at_consent(Errand::Paper);
    stand.card_says(unconfirmed());
    stand.way(Way::StaffHere);
    stand.wait(81);
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
}
