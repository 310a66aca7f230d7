//! Tickets go to the platform to wait there: asked for again until answered, undone by its final refusal alone.

use kippu_api::problem::ProblemCode;
use kippu_handover::{
    decide::CardWanted, facts::Standing, machine::Hands, outcome::Outcome, row::Destination,
};
use kippu_ticket::ids::TicketId;

use crate::{
    assignment::{cards, site_of},
    platform::{Call, Holder, Net},
    site::{A, ANY_CARD, Site, UIDS, Wish},
};

fn taken() -> Site {
    let mut site = site_of(&cards());
    site.lay(A, Wish::Move(&[1, 2], ANY_CARD)).unwrap();
    site
}

fn redirect(site: &mut Site, to: Destination) -> Outcome {
    let id = site.open_id();
    site.with(|machine, _| machine.redirect(id, to)).unwrap()
}

fn tend(site: &mut Site) -> Outcome {
    let id = site.open_id();
    site.with(|machine, _| machine.advance(id, Hands::empty(), &mut |_| ()))
        .unwrap()
}

#[track_caller]
fn assert_parked(site: &mut Site, outcome: &Outcome) {
    let Outcome::Ended(summary) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(summary.parked, [TicketId(1), TicketId(2)]);
    assert_eq!(
        site.platform.holders(),
        [(1, Holder::Platform), (2, Holder::Platform)]
    );
    site.assert_settled(&[], &[]);
}

#[test]
fn tickets_whose_receiver_never_came_are_parked() {
    let mut site = taken();
    let outcome = redirect(&mut site, Destination::Platform);
    assert_parked(&mut site, &outcome);
}

#[test]
fn a_lost_reply_is_asked_for_again_and_nothing_else_is_done_meanwhile() {
    for net in [Net::ReplyLost, Net::RequestLost] {
        let mut site = taken();
        site.platform.fails(Call::Park, net);
        assert_eq!(
            redirect(&mut site, Destination::Platform),
            Outcome::PlatformAway
        );
        site.platform.away.set(true);
        // The giver comes back: a time-out is not a refusal (R7).
        assert_eq!(
            redirect(&mut site, Destination::Giver),
            Outcome::PlatformAway
        );
        assert_eq!(
            site.lay(A, Wish::Nothing).unwrap(),
            Some(Outcome::PlatformAway)
        );
        assert!(site.live(A).is_empty());
        site.platform.away.set(false);
        let outcome = tend(&mut site);
        assert_parked(&mut site, &outcome);
    }
}

#[test]
fn a_message_that_never_left_is_known_not_to_have_parked() {
    let mut site = taken();
    site.platform.fails(Call::Park, Net::NotSent);
    assert_eq!(
        redirect(&mut site, Destination::Platform),
        Outcome::PlatformAway
    );
    assert_eq!(site.open_rows()[0].pending, None);
    site.platform.away.set(true);
    let outcome = redirect(&mut site, Destination::Giver);
    assert!(
        matches!(outcome, Outcome::LayCard { card: Some(card), why: CardWanted::ToGiveBack, .. } if card == UIDS[A]),
        "{outcome:?}"
    );
}

#[test]
fn a_repeated_question_that_does_not_leave_says_nothing_of_the_first() {
    let mut site = taken();
    site.platform.fails(Call::Park, Net::ReplyLost);
    site.platform.fails(Call::Park, Net::NotSent);
    assert_eq!(
        redirect(&mut site, Destination::Platform),
        Outcome::PlatformAway
    );
    assert_eq!(tend(&mut site), Outcome::PlatformAway);
    assert!(site.open_rows()[0].pending.is_some());
    let outcome = tend(&mut site);
    assert_parked(&mut site, &outcome);
}

#[test]
fn a_final_refusal_sends_them_back_to_the_giver_and_overload_is_none() {
    let mut site = taken();
    site.platform
        .fails(Call::Park, Net::Refused(ProblemCode::Busy));
    assert_eq!(
        redirect(&mut site, Destination::Platform),
        Outcome::PlatformAway
    );
    assert!(site.open_rows()[0].pending.is_some(), "busy says nothing");
    site.platform
        .fails(Call::Park, Net::Refused(ProblemCode::WrongState));
    let outcome = tend(&mut site);
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    site.until_ended(Wish::Nothing, A);
    site.assert_settled(&[1, 2], &[]);
}

/// As for money: the giver said yes, and the terminal stopped before anything was taken.
#[test]
fn what_is_to_be_put_down_is_on_its_card_until_it_is_taken() {
    let mut site = site_of(&cards());
    site.platform.away.set(true);
    let wish = Wish::Move(&[1, 2], Destination::Platform);
    assert_eq!(site.lay(A, wish).unwrap(), Some(Outcome::PlatformAway));
    site.platform.away.set(false);
    let outcome = tend(&mut site);
    assert!(
        matches!(
            outcome,
            Outcome::LayCard {
                why: CardWanted::ToTake,
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(site.live(A), [1, 2]);
    assert_eq!(site.open_rows()[0].standing(), Standing::Agreed);
    let outcome = site.until_ended(Wish::Nothing, A);
    assert_parked(&mut site, &outcome);
}
