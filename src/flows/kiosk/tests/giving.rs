//! From card to card: two people, two cards, and everything that can come between.

use kippu_api::handovers::Purpose;
use kippu_handover::{
    decide::CardWanted,
    facts::Standing,
    outcome::Outcome,
    row::{Destination, ItemState},
};
use kippu_ticket::record::TicketFlags;

use super::handovers::*;
use super::*;

fn swap(stand: &Stand) -> Swap {
    match stand.screen() {
        Screen::Swap(swap) => swap,
        other => panic!("no swap but {other:?}"),
    }
}

#[test]
fn two_tickets_go_from_card_to_card_and_both_see_it() {
    let mut stand = Stand::new();
    stand.touch(Touch::Give);
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    let Screen::Choose(choose) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (choose.items.len(), choose.chosen, choose.can_go),
        (2, 0, 2)
    );
    // Nothing chosen: no yes.
    stand.touch(Touch::Yes);
    assert!(matches!(stand.screen(), Screen::Choose(_)));
    stand.touch(Touch::Toggle(TicketId(2)));
    stand.touch(Touch::Toggle(TicketId(1)));
    stand.touch(Touch::Yes);
    let Screen::Confirm(confirm) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((confirm.tickets.len(), confirm.offline), (2, false));
    stand.touch(Touch::Yes);
    let job = stand.card_says(rest(kept(), lay(None, CardWanted::ToWrite, Some(CARD))));
    assert_eq!(
        job,
        CardJob::Consent {
            contents: giving_card(),
            tickets: vec![TicketId(1), TicketId(2)],
            to: ANY
        }
    );
    let shown = swap(&stand);
    assert_eq!(
        (shown.tickets, shown.giver_lies, shown.refused),
        (2, true, None)
    );
    assert_eq!(shown.safety.ticket, TicketFact::InKiosk { count: 2 });
    stand.lift();
    stand.lay();
    let job = stand.card_says(end_of(
        ended([ItemState::Given; 2]),
        Some(card(OTHER, 8, 2)),
    ));
    assert_eq!(job, CardJob::Advance { handover: ID });
    let Screen::HandedOver(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.given, done.given_back, done.parked), (2, 0, 0));
    assert_eq!(
        (done.giver.as_str(), done.receiver.as_deref()),
        ("4417", Some("2093"))
    );
    assert_eq!(done.receiver_places, Some(Places { used: 2, total: 8 }));
    stand.lift();
    stand.wait(21);
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn tickets_that_cannot_go_say_why() {
    let mut stand = Stand::new();
    stand.touch(Touch::Give);
    stand.lay();
    let plain = TicketFlags::default();
    let after_entry = TicketFlags::TRANSFERABLE_AFTER_ENTRY;
    let contents = card_with(
        CARD,
        &[
            (TicketFlags::NOT_TRANSFERABLE, 0),
            (plain, 2),
            (after_entry, 2),
            (after_entry, 1),
            (TicketFlags::NO_PAPER, 0),
        ],
    );
    stand.card_says(CardNews::Read(Ok(contents)));
    let Screen::Choose(first) = stand.screen() else {
        panic!()
    };
    assert_eq!((first.pages, first.can_go), (2, 2));
    stand.touch(Touch::Page(Turn::Down));
    let Screen::Choose(second) = stand.screen() else {
        panic!()
    };
    let why: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|item| item.stays)
        .collect();
    assert_eq!(
        why,
        [
            Some(WhyStays::NotTransferable),
            Some(WhyStays::Entered),
            None,
            Some(WhyStays::Entered),
            None,
        ]
    );
    stand.touch(Touch::Toggle(TicketId(1)));
    let Screen::Choose(choose) = stand.screen() else {
        panic!()
    };
    assert_eq!(choose.chosen, 0);
}

#[test]
fn tickets_of_events_that_are_over_stay() {
    let mut stand = Stand::new();
    stand.now = (5_600 + 25 * 3600) * SECOND;
    stand.touch(Touch::Give);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    let Screen::Choose(choose) = stand.screen() else {
        panic!()
    };
    assert_eq!(choose.items[0].stays, Some(WhyStays::Over));
}

#[test]
fn without_network_only_what_local_keys_can_bring_to_an_end_is_offered() {
    let mut stand = Stand::new();
    stand.answer(|ask| *ask == Ask::Events, Err(AskFault::Unreachable));
    let Screen::Home(home) = stand.screen() else {
        panic!()
    };
    assert!(!home.can_give && !home.can_make_paper);
    stand.feed(Input::LocalKeys(vec![EVENT]));
    let Screen::Home(home) = stand.screen() else {
        panic!()
    };
    assert!(home.can_give && home.can_make_paper && !home.can_buy);
    stand.touch(Touch::Give);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand.touch(Touch::Toggle(TicketId(1)));
    stand.touch(Touch::Yes);
    let Screen::Confirm(confirm) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(confirm.offline);
    stand.feed(Input::LocalKeys(Vec::new()));
    stand.touch(Touch::ChooseAgain);
    let Screen::Choose(choose) = stand.screen() else {
        panic!()
    };
    assert_eq!(choose.items[0].stays, Some(WhyStays::NoNetwork));
}

#[test]
fn a_platform_that_goes_before_the_taking_leaves_everything_on_the_card() {
    let mut stand = Stand::new();
    stand.at_consent_without_platform();
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::NotWithoutNetwork);
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::OnGiverCard { count: 2 }
    );
    stand.way(Way::Finish);
    assert_eq!(
        stand.card_says(end_of(ended([ItemState::Stayed; 2]), None)),
        redirect(Destination::Giver)
    );
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn a_platform_that_goes_in_the_middle_is_tried_again_by_itself() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    stand.card_says(rest(kept(), Outcome::PlatformAway));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::NotReached);
    assert_eq!(
        trouble(&screen).safety.ticket,
        TicketFact::InKiosk { count: 2 }
    );
    stand.wait(6);
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
}

#[test]
fn wrong_cards_are_named_one_by_one() {
    let third = CardUid([4, 9, 9, 9, 9, 0x77, 0x01]);
    let named = Facts {
        receiver: Some(OTHER),
        destination: TO_CARD,
        ..kept()
    };
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    // The giver's own card again.
    stand.lay();
    stand.card_says(rest(kept(), lay(None, CardWanted::ToWrite, Some(CARD))));
    assert_eq!(swap(&stand).refused, Some(CardRefusal::GiverAgain));
    // A third card, where the receiver's was named: both people stand here, so they may say yes to it.
    stand.lift();
    stand.lay();
    let waits = lay(Some(OTHER), CardWanted::ToWrite, Some(third));
    stand.card_says(rest(named.clone(), waits));
    let screen = stand.screen();
    assert_eq!(
        trouble(&screen).kind,
        TroubleKind::Card(CardRefusal::ThirdCard)
    );
    assert!(trouble(&screen).ways.contains(&Way::UseThisCard));
    stand.way(Way::UseThisCard);
    assert_eq!(stand.card_job().1, redirect(ANY));
    // The receiver's, where the tickets go back to the giver's.
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.way(Way::GiveBack);
    let back = Facts {
        destination: Destination::Giver,
        ..named
    };
    let waits = lay(Some(CARD), CardWanted::ToGiveBack, None);
    assert_eq!(
        stand.card_says(rest(back.clone(), waits)),
        redirect(Destination::Giver)
    );
    stand.lay();
    stand.card_says(rest(
        back,
        lay(Some(CARD), CardWanted::ToGiveBack, Some(OTHER)),
    ));
    let Screen::LayCard(lay) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (lay.purpose, lay.refused, lay.ending.as_deref()),
        (
            LayPurpose::GiverToGiveBack,
            Some(CardRefusal::ReceiverNotGiver),
            Some("4417")
        )
    );
}

#[test]
fn a_card_of_an_older_layout_has_its_own_words() {
    let mut stand = Stand::new();
    stand.at_swap();
    stand.lift();
    stand.lay();
    let (no, _) = stand.card_job();
    let CardNews::Handover(Ok(mut news)) = rest(kept(), lay(None, CardWanted::ToWrite, None))
    else {
        panic!()
    };
    news.unopened = Some(CardFault::OlderLayout);
    stand.feed(Input::Card {
        no,
        news: CardNews::Handover(Ok(news)),
    });
    assert_eq!(swap(&stand).refused, Some(CardRefusal::OlderLayout));
}

#[test]
fn a_card_that_is_too_full_has_four_ways() {
    let full = || {
        let facts = Facts {
            receiver: Some(OTHER),
            destination: TO_CARD,
            ..kept()
        };
        let outcome = Outcome::TooFull {
            card: OTHER,
            room: 1,
            needed: 2,
        };
        rest_on(facts, outcome, Some(card(OTHER, 8, 7)))
    };
    let at_full = || {
        let mut stand = Stand::new();
        stand.at_swap();
        stand.lift();
        stand.lay();
        stand.card_says(full());
        stand
    };
    let mut stand = at_full();
    let Screen::TooFull(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((shown.places.free(), shown.wanted), (1, 2));
    assert_eq!(shown.giver.as_deref(), Some("4417"));
    assert_eq!(
        shown.ways,
        [
            Way::LayOtherCard,
            Way::WriteSome(1),
            Way::GiveBack,
            Way::LeaveAtPlatform
        ]
    );
    // A different card: not the one that lies there still.
    stand.way(Way::LayOtherCard);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })),
        0
    );
    stand.lift();
    stand.lay();
    assert_eq!(stand.card_job().1, redirect(ANY));
    // Only what fits.
    let mut stand = at_full();
    stand.way(Way::WriteSome(1));
    let some = Destination::Card {
        card: Some(OTHER),
        only_what_fits: true,
    };
    let rest_back = Facts {
        receiver: Some(OTHER),
        destination: Destination::Giver,
        ..facts(
            Purpose::Assignment,
            Standing::Kept,
            [ItemState::Given, ItemState::Kept],
        )
    };
    let waits = lay(Some(CARD), CardWanted::ToGiveBack, Some(OTHER));
    assert_eq!(stand.card_says(rest(rest_back, waits)), redirect(some));
    let Screen::LayCard(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((shown.tickets, shown.refused), (1, None));
    stand.lift();
    stand.lay();
    stand.card_says(end_of(
        ended([ItemState::Given, ItemState::GivenBack]),
        Some(card(CARD, 8, 1)),
    ));
    let Screen::HandedOver(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((done.given, done.given_back), (1, 1));
    assert_eq!(done.giver_places.map(Places::free), Some(7));
    // Kept for pick-up.
    let mut stand = at_full();
    stand.way(Way::LeaveAtPlatform);
    stand.card_says(end_of(ended([ItemState::Parked; 2]), None));
    let Screen::KeptCode(kept) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((kept.kept, kept.nobody_came), (Kept::AtPlatform, false));
    assert_eq!(kept.code, code().to_string());
}
