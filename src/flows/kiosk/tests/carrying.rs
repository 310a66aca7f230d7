//! Writing the card and every way it can end.

use super::*;

use kippu_handover::{
    decide::CardWanted,
    facts::Standing,
    outcome::Outcome,
    row::{Destination, ItemState},
};
use kippu_ticket::ids::Step;

use super::handovers::*;

/// Both tickets are on the card, which still lies there.
fn written() -> CardNews {
    let facts = purchase("order-1", Standing::Ended, [ItemState::Given; 2]);
    end_of(facts, Some(card(CARD, 8, 2)))
}

/// Nothing reached the card, and nobody needs to ask it.
fn not_written() -> CardNews {
    let facts = purchase("order-1", Standing::Kept, [ItemState::Kept; 2]);
    let outcome = Outcome::LayCard {
        card: Some(CARD),
        why: CardWanted::ToWrite,
        found: None,
        fault: Some(CardFault::Torn),
    };
    rest(facts, outcome)
}

/// Only the card can tell.
fn unknown(order: &str) -> Facts {
    purchase(
        order,
        Standing::Unknown(Step::Give),
        [ItemState::Pending; 2],
    )
}

fn torn() -> CardNews {
    rest(
        unknown("order-1"),
        lay(Some(CARD), CardWanted::ToAnswer, None),
    )
}

#[test]
fn tickets_are_written_a_receipt_printed_and_the_screen_forgets() {
    let mut stand = Stand::new();
    stand.at_writing();
    let (no, job) = stand.card_job();
    assert_eq!(job, begin(CARD, 2));
    let mut last = 0;
    for progress in [
        WriteProgress::Preparing,
        WriteProgress::Records { done: 1, of: 2 },
        WriteProgress::Records { done: 2, of: 2 },
        WriteProgress::ReadBack,
        WriteProgress::Committing,
        WriteProgress::Verified,
    ] {
        stand.feed(Input::Card {
            no,
            news: CardNews::Progress(progress),
        });
        let Screen::Writing(writing) = stand.screen() else {
            panic!()
        };
        assert!(writing.permille > last, "{progress:?}");
        last = writing.permille;
    }
    stand.feed(Input::Card {
        no,
        news: written(),
    });
    let Screen::Done(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.seats.len(), done.card_lies), (2, true));
    assert!(matches!(
        stand.paper_ends(PaperEnd::Printed),
        PaperJob::Receipt { .. }
    ));
    stand.lift();
    stand.wait(11);
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn a_card_torn_before_the_commit_is_written_when_it_is_laid_again() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(not_written());
    stand.lift();
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::CardTornNotWritten);
    assert!(matches!(
        trouble(&screen).safety.ticket,
        TicketFact::AtPlatform { count: 2, .. }
    ));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    // What was begun goes on.
    assert_eq!(
        stand.card_says(written()),
        CardJob::Advance { handover: ID }
    );
    assert!(matches!(stand.screen(), Screen::Done(_)));
}

#[test]
fn what_only_the_card_knows_is_asked_of_the_card_whatever_its_room_seems() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(torn());
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::CardTornUnknown);
    assert!(matches!(
        trouble(&screen).safety.ticket,
        TicketFact::BeingChecked { count: 2 }
    ));
    stand.way(Way::LayCard);
    let Screen::LayCard(lay) = stand.screen() else {
        panic!()
    };
    assert_eq!(
        (lay.purpose, lay.ending.as_deref()),
        (LayPurpose::ToFindOut, Some("4417"))
    );
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 7))));
    assert!(
        matches!(stand.screen(), Screen::Writing(_)),
        "{:?}",
        stand.screen()
    );
    stand.card_says(written());
    assert!(matches!(stand.screen(), Screen::Done(_)));
}

#[test]
fn another_card_may_take_the_place_when_the_customer_says_so() {
    let mut stand = Stand::new();
    stand.at_carry();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));
    let screen = stand.screen();
    assert_eq!(
        trouble(&screen).kind,
        TroubleKind::Card(CardRefusal::OtherCard)
    );
    assert!(trouble(&screen).ways.contains(&Way::UseThisCard));
    stand.way(Way::UseThisCard);
    let changed = Order {
        card: OTHER,
        ..order(stand.now, OrderState::Paid)
    };
    stand.answer(
        |ask| matches!(ask, Ask::ChangeCard { .. }),
        Ok(Answer::CardChanged(changed)),
    );
    let (_, job) = stand.card_job();
    assert_eq!(job, begin(OTHER, 2));
}

#[test]
fn after_the_grant_another_card_is_possible_as_long_as_nothing_is_in_doubt() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(not_written());
    stand.lift();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));
    stand.way(Way::UseThisCard);
    assert_eq!(
        stand.card_says(torn()),
        CardJob::OtherCard {
            handover: ID,
            card: OTHER,
            room: 8
        }
    );
    stand.lift();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));
    let screen = stand.screen();
    assert!(!trouble(&screen).ways.contains(&Way::UseThisCard));
}

#[test]
fn another_card_is_refused_once_the_tickets_are_bound() {
    let mut stand = Stand::new();
    stand.at_carry();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));
    stand.way(Way::UseThisCard);
    stand.answer(
        |ask| matches!(ask, Ask::ChangeCard { .. }),
        refused(ProblemCode::WrongState),
    );
    let screen = stand.screen();
    assert_eq!(
        trouble(&screen).kind,
        TroubleKind::Card(CardRefusal::OtherCard)
    );
    assert!(!trouble(&screen).ways.contains(&Way::UseThisCard));
}

#[test]
fn a_card_that_became_too_full_takes_some_and_the_rest_stays() {
    let mut stand = Stand::new();
    stand.at_carry();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 7))));
    let Screen::TooFull(full) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(full.ways.contains(&Way::WriteSome(1)));
    stand.way(Way::WriteSome(1));
    let facts = purchase(
        "order-1",
        Standing::Ended,
        [ItemState::Given, ItemState::LeftAtPlatform],
    );
    let job = stand.card_says(end_of(facts, Some(card(CARD, 8, 8))));
    assert_eq!(job, begin(CARD, 1));
    let Screen::Done(done) = stand.screen() else {
        panic!()
    };
    assert_eq!(done.left_at_platform, Some((1, "4-1827-3".into())));
    assert_eq!(done.seats.len(), 1);
    // The receipt lists what is on the card, and says what is not.
    let PaperJob::Receipt { given, left, .. } = stand.paper_ends(PaperEnd::Printed) else {
        panic!()
    };
    assert_eq!((given, left), (vec![TicketId(1)], 1));
}

#[test]
fn a_receipt_that_came_out_or_may_have_is_followed_by_copies_only() {
    let is_copy = |job: PaperJob| matches!(job, PaperJob::Receipt { copy: true, .. });
    let mut stand = Stand::new();
    stand.at_writing();
    let facts = purchase("order-1", Standing::Ended, [ItemState::Given; 2]);
    stand.card_says(end_of(facts, None));
    let nothing_came = PaperEnd::NotPrinted(PrinterCondition::PaperOut);
    assert!(!is_copy(stand.paper_ends(nothing_came)));
    stand.touch(Touch::PrintAgain);
    let perhaps = PaperEnd::Unconfirmed(PrinterCondition::Off);
    assert!(!is_copy(stand.paper_ends(perhaps)));
    stand.touch(Touch::PrintAgain);
    assert!(is_copy(stand.paper_ends(PaperEnd::Printed)));
}

#[test]
fn places_that_nobody_read_are_not_said() {
    let mut stand = Stand::new();
    stand.at_writing();
    let facts = purchase("order-1", Standing::Ended, [ItemState::Given; 2]);
    stand.card_says(end_of(facts, None));
    let Screen::Done(done) = stand.screen() else {
        panic!()
    };
    assert_eq!(done.places, None);
}

#[test]
fn tickets_may_stay_at_the_platform() {
    let mut stand = Stand::new();
    stand.at_carry();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 8))));
    let Screen::TooFull(full) = stand.screen() else {
        panic!()
    };
    assert!(!full.ways.iter().any(|way| matches!(way, Way::WriteSome(_))));
    stand.way(Way::LeaveAtPlatform);
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn what_was_granted_goes_back_to_the_platform_when_the_customer_leaves() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(not_written());
    stand.way(Way::LeaveAtPlatform);
    let facts = purchase("order-1", Standing::Ended, [ItemState::LeftAtPlatform; 2]);
    assert_eq!(
        stand.card_says(end_of(facts, None)),
        redirect(Destination::Platform)
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn a_granted_purchase_nobody_finishes_is_given_back_by_itself() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(not_written());
    stand.lift();
    stand.wait(81);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert_eq!(stand.card_job().1, redirect(Destination::Platform));
}

#[test]
fn the_platform_away_in_the_middle_loses_nothing() {
    let mut stand = Stand::new();
    stand.at_writing();
    let facts = purchase("order-1", Standing::Asking, [ItemState::Kept; 2]);
    stand.card_says(rest(facts, Outcome::PlatformAway));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::NotReached);
    assert_eq!(trouble(&screen).slip.as_deref(), Some("4-1827-3"));
    stand.way(Way::TryAgain);
    assert!(matches!(stand.card_job().1, CardJob::Check));
}

#[test]
fn a_writing_is_never_ended_by_idle_time_or_finish() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.touch(Touch::Finish);
    stand.wait(200);
    assert!(matches!(stand.screen(), Screen::Writing(_)));
}

#[test]
fn interrupted_handovers_greet_the_staff_first() {
    let other = Facts {
        handover: kippu_ticket::ids::HandoverId([2; 16]),
        ..purchase("b", Standing::Kept, [ItemState::Kept; 2])
    };
    let mut stand = Stand::with(vec![unknown("order-1"), other.clone()]);
    let Screen::OneHandover(one) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((one.place, one.start_up), ((0, 2), true));
    assert_eq!(one.row.waits, HandoverWaits::CardAnswer);
    assert_eq!(one.safety.ticket, TicketFact::BeingChecked { count: 2 });
    stand.touch(Touch::StaffAct(StaffAct::Finish));
    let paid = order(stand.now, OrderState::Granted);
    stand.answer(is_poll, Ok(Answer::Order(paid)));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 2))));
    let job = stand.card_says(written());
    assert_eq!(job, CardJob::Advance { handover: ID });
    // Seats and receipt, although a restart lies in between.
    let Screen::Done(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.seats.len(), done.receipt), (2, Paper::Printing));
    stand.touch(Touch::First);
    let Screen::OneHandover(one) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(one.place, (0, 1));
    stand.touch(Touch::StaffAct(StaffAct::Leave));
    let left = purchase("b", Standing::Ended, [ItemState::LeftAtPlatform; 2]);
    let left = Facts {
        handover: other.handover,
        ..left
    };
    assert_eq!(
        stand.card_says(end_of(left, None)),
        CardJob::Redirect {
            handover: other.handover,
            to: Destination::Platform
        }
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn seats_of_an_interrupted_purchase_are_known_without_the_platform() {
    let mut stand = Stand::with(vec![unknown("order-1")]);
    stand.touch(Touch::StaffAct(StaffAct::Finish));
    stand.answer(is_poll, Err(AskFault::Unreachable));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 2))));
    stand.card_says(written());
    let Screen::Done(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(done.event.name, "Night on the Galactic Railroad");
    assert_eq!(done.seats[1].number, "2");
    assert_eq!(done.receipt, Paper::NotWanted);
}
