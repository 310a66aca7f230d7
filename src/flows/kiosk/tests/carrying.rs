//! Writing the card and every way it can end.

use super::*;

fn written() -> CardNews {
    CardNews::Written(WriteEnd::Written {
        tickets: vec![TicketId(1), TicketId(2)],
        left: 0,
        places: Places { used: 2, total: 8 },
    })
}

#[test]
fn tickets_are_written_a_receipt_printed_and_the_screen_forgets() {
    let mut stand = Stand::new();
    stand.at_writing();
    let (no, job) = stand.card_job();
    assert_eq!(
        job,
        CardJob::Write {
            order: "order-1".into(),
            card: CARD,
            room: 2
        }
    );
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
    stand.card_says(CardNews::Written(WriteEnd::NotWritten(CardFault::Torn)));
    stand.lift();
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::CardTornNotWritten);
    assert!(matches!(
        trouble(&screen).safety.ticket,
        TicketFact::AtPlatform { count: 2, .. }
    ));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.card_says(written());
    assert!(matches!(stand.screen(), Screen::Done(_)));
}

#[test]
fn what_only_the_card_knows_is_asked_of_the_card_whatever_its_room_seems() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(CardNews::Written(WriteEnd::Unknown(CardFault::Torn)));
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
    assert_eq!(
        job,
        CardJob::Write {
            order: "order-1".into(),
            card: OTHER,
            room: 2
        }
    );
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
    let job = stand.card_says(CardNews::Written(WriteEnd::Written {
        tickets: vec![TicketId(1)],
        left: 1,
        places: Places { used: 8, total: 8 },
    }));
    assert_eq!(
        job,
        CardJob::Write {
            order: "order-1".into(),
            card: CARD,
            room: 1
        }
    );
    let Screen::Done(done) = stand.screen() else {
        panic!()
    };
    assert_eq!(done.left_at_platform, Some((1, "4-1827-3".into())));
    assert_eq!(done.seats.len(), 1);
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
    assert_eq!(
        stand.card_says(CardNews::Left(true)),
        CardJob::Leave {
            order: "order-1".into()
        }
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn the_platform_away_in_the_middle_loses_nothing() {
    let mut stand = Stand::new();
    stand.at_writing();
    stand.card_says(CardNews::Written(WriteEnd::PlatformAway));
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
    let row = |order: &str, unknown| OpenHandover {
        handover: kippu_ticket::ids::HandoverId([1; 16]),
        order: order.into(),
        card: CARD,
        tickets: 2,
        event_name: "Night on the Galactic Railroad".into(),
        since: 900 * SECOND,
        unknown,
    };
    let mut stand = Stand::with(vec![row("a", true), row("b", false)]);
    let Screen::Interrupted(list) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(list.rows.len(), 2);
    assert_eq!(list.rows[0].state, InterruptedState::Unknown);
    stand.touch(Touch::FinishInterrupted);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 2))));
    let job = stand.card_says(written());
    assert_eq!(
        job,
        CardJob::Write {
            order: "a".into(),
            card: CARD,
            room: 2
        }
    );
    stand.touch(Touch::First);
    let Screen::Interrupted(list) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(list.rows.len(), 1);
    stand.touch(Touch::LeaveInterrupted);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert_eq!(stand.card_job().1, CardJob::Leave { order: "b".into() });
}
