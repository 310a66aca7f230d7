//! A giving that is not finished: yeses that do not hold, refusals, and nobody who comes back.

use kippu_api::handovers::Purpose;
use kippu_handover::{
    decide::CardWanted,
    facts::{Facts, Standing},
    outcome::{Outcome, Summary},
    row::{Destination, ItemState, ProblemCodeName},
};

use kippu_ticket::ids::Step;

use super::handovers::*;
use super::*;
use crate::flows::kiosk::input::HandoverFault;

#[test]
fn a_yes_to_a_card_that_changed_is_asked_for_again() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Give);
    stand.card_says(end_of(ended([ItemState::Stayed; 2]), None));
    stand.card_says(CardNews::Read(Ok(giving_card())));
    let Screen::Choose(choose) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(choose.notice, Some(ChooseNotice::CardChanged));
    assert_eq!(choose.chosen, 0, "a new yes needs a new choice");
    // The card left before anything was taken.
    let mut stand = Stand::new();
    stand.at_consent(Errand::Give);
    stand.lift();
    stand.card_says(end_of(ended([ItemState::Stayed; 2]), None));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::NothingTaken);
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::OnGiverCard { count: 2 }
    );
}

#[test]
fn what_the_platform_keeps_on_the_card_is_said() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Give);
    let summary = Summary {
        stayed: vec![TicketId(1), TicketId(2)],
        refused: Some(ProblemCodeName("recalled".into())),
        ..Summary::default()
    };
    let facts = ended([ItemState::Stayed; 2]);
    stand.card_says(rest(facts, Outcome::Ended(summary)));
    stand.card_says(CardNews::Read(Ok(giving_card())));
    let Screen::Choose(choose) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(choose.items[0].stays, Some(WhyStays::Recalled));
    let mut stand = Stand::new();
    stand.at_consent(Errand::Give);
    stand.card_says(CardNews::Handover(Err(HandoverFault::Stays(
        WhyStays::Entered,
    ))));
    stand.card_says(CardNews::Read(Ok(giving_card())));
    let Screen::Choose(choose) = stand.screen() else {
        panic!()
    };
    assert_eq!(choose.notice, Some(ChooseNotice::Stays(WhyStays::Entered)));
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    stand.card_says(rest(kept(), problem(ProblemCode::Forbidden)));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::Refused);
    assert_eq!(trouble(&screen).ways[0], Way::GiveBack);
}

#[test]
fn nobody_back_parks_prints_the_code_and_goes_home() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.wait(61);
    assert!(stand.kiosk.view().chrome.idle_seconds.is_some());
    stand.wait(20);
    let parked = end_of(ended([ItemState::Parked; 2]), None);
    assert_eq!(stand.card_says(parked), redirect(Destination::Platform));
    let Screen::KeptCode(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((shown.kept, shown.nobody_came), (Kept::AtPlatform, true));
    assert!(matches!(
        stand.paper_ends(PaperEnd::Printed),
        PaperJob::Kept {
            kept: Kept::AtPlatform,
            ..
        }
    ));
    stand.wait(81);
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn nobody_back_and_no_platform_keeps_them_here_with_a_slip() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    // "End now" on the warning is no way round either.
    stand.touch(Touch::Finish);
    let leaving = Facts {
        destination: Destination::Platform,
        standing: Standing::Leaving,
        ..kept()
    };
    stand.card_says(rest(leaving.clone(), Outcome::PlatformAway));
    let Screen::KeptCode(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((shown.kept, shown.tickets), (Kept::InKiosk, 2));
    let PaperJob::Kept { kept, .. } = stand.paper_ends(PaperEnd::Printed) else {
        panic!()
    };
    assert_eq!(kept, Kept::InKiosk);
    stand.touch(Touch::Finish);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    // The same kiosk goes on with the code, without any platform.
    stand.touch(Touch::EnterSlip);
    for digit in code().to_string().bytes().filter(u8::is_ascii_digit) {
        stand.touch(Touch::Digit(digit - b'0'));
    }
    stand.touch(Touch::SubmitSlip);
    stand.touch(Touch::Waiting(ID));
    assert_eq!(stand.card_job().1, redirect(ANY));
}

#[test]
fn a_yes_nobody_follows_up_ends() {
    let mut stand = Stand::new();
    stand.at_consent_without_platform();
    stand.wait(81);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert_eq!(stand.card_job().1, redirect(Destination::Giver));
}

#[test]
fn a_step_at_work_is_never_left() {
    let mut stand = Stand::new();
    stand.at_consent(Errand::Give);
    let before = stand.screen();
    stand.touch(Touch::First);
    stand.touch(Touch::Finish);
    stand.way(Way::Finish);
    stand.wait(200);
    assert_eq!(stand.screen(), before);
}

#[test]
fn what_only_a_card_can_tell_is_asked_of_it() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    let unknown = Facts {
        receiver: Some(OTHER),
        ..facts(
            Purpose::Assignment,
            Standing::Unknown(Step::Give),
            [ItemState::Pending; 2],
        )
    };
    let asks = |found| lay(Some(OTHER), CardWanted::ToAnswer, found);
    stand.card_says(rest(unknown.clone(), asks(None)));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::GivingUnknown);
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::BeingChecked { count: 2 }
    );
    assert!(!trouble(&screen).ways.contains(&Way::GiveBack));
    stand.lay();
    stand.card_says(rest(unknown, asks(Some(CARD))));
    let Screen::LayCard(lay) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (lay.purpose, lay.refused),
        (LayPurpose::ToFindOut, Some(CardRefusal::GiverAgain))
    );
}

/// Nobody came back, and only the card can tell where the tickets are; the code stands there, and says so.
fn at_code_that_waits_for_card() -> (Stand, Facts) {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    let unknown = Facts {
        receiver: Some(OTHER),
        ..facts(
            Purpose::Assignment,
            Standing::Unknown(Step::Give),
            [ItemState::Pending; 2],
        )
    };
    let asks = lay(Some(OTHER), CardWanted::ToAnswer, None);
    stand.card_says(rest(unknown.clone(), asks.clone()));
    stand.lift();
    stand.wait(81);
    let put_away = stand.card_says(rest(unknown.clone(), asks));
    assert_eq!(put_away, redirect(Destination::Platform));
    let Screen::KeptCode(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(matches!(shown.kept, Kept::OnlyCard(_)));
    stand.paper_ends(PaperEnd::Printed);
    (stand, unknown)
}

#[test]
fn the_card_that_is_asked_for_beside_the_code_is_heard() {
    let (mut stand, unknown) = at_code_that_waits_for_card();
    // Another card is said to be another one.
    stand.lay();
    let asks = lay(Some(OTHER), CardWanted::ToAnswer, Some(CARD));
    let job = stand.card_says(rest(unknown, asks));
    assert_eq!(job, CardJob::Advance { handover: ID });
    let Screen::LayCard(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (shown.purpose, shown.refused),
        (LayPurpose::ToFindOut, Some(CardRefusal::GiverAgain))
    );
    stand.lift();
    stand.lay();
    stand.card_says(end_of(ended([ItemState::Given; 2]), None));
    let Screen::HandedOver(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(shown.given, 2);
}

#[test]
fn a_card_laid_beside_the_code_after_the_answer_is_looked_at() {
    let (mut stand, _) = at_code_that_waits_for_card();
    stand.feed(Input::OpenHandovers(Vec::new()));
    stand.lay();
    assert_eq!(stand.card_job().1, CardJob::Check);
}

#[test]
fn a_card_laid_without_connection_is_tried_again_by_itself_for_a_while() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    let unopened = || {
        let asks = lay(None, CardWanted::ToWrite, None);
        let CardNews::Handover(Ok(mut news)) = rest(kept(), asks) else {
            panic!("news of a handover")
        };
        news.unopened = Some(CardFault::NoKeys);
        CardNews::Handover(Ok(news))
    };
    stand.card_says(unopened());
    let refused = |stand: &Stand| match stand.screen() {
        Screen::Swap(swap) => swap.refused,
        other => panic!("{other:?}"),
    };
    let mut tries = 0;
    loop {
        assert_eq!(refused(&stand), Some(CardRefusal::NoNetwork));
        stand.wait(6);
        if stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })) == 0 {
            break;
        }
        assert_eq!(
            stand.card_says(unopened()),
            CardJob::Advance { handover: ID }
        );
        tries += 1;
    }
    assert_eq!(tries, 12, "a minute, and then it is left to people");
    // Laid again it is tried again, and goes on when the connection is back.
    stand.lift();
    stand.lay();
    stand.card_says(unopened());
    stand.wait(6);
    stand.card_says(end_of(ended([ItemState::Given; 2]), None));
    assert!(matches!(stand.screen(), Screen::HandedOver(_)));
}

#[test]
fn a_card_that_was_taken_is_not_tried() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    let asks = lay(None, CardWanted::ToWrite, None);
    let CardNews::Handover(Ok(mut news)) = rest(kept(), asks) else {
        panic!("news of a handover")
    };
    news.unopened = Some(CardFault::NoKeys);
    stand.card_says(CardNews::Handover(Ok(news)));
    stand.lift();
    stand.wait(6);
    let jobs = stand.wishes_for(|wish| matches!(wish, Effect::Card { .. }));
    assert_eq!(jobs, 0);
}
