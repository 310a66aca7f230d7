//! Between two cards without the platform, where this terminal has local keys (R17); the reports go later.

use kippu_handover::{machine::Hands, store::Store};
use kippu_handover::{outcome::Outcome, row::Destination};
use kippu_ticket::paper::PaperTicket;

use crate::{
    assignment::{cards, site_of},
    platform::Holder,
    site::{A, ANY_CARD, B, Site, UIDS, Wish, binding_key},
};

fn cut_off() -> Site {
    let mut site = site_of(&cards());
    site.platform.away.set(true);
    site.local_keys = true;
    site
}

#[test]
fn a_whole_assignment_without_network_is_reported_when_there_is_one() {
    let mut site = cut_off();
    site.lay(A, Wish::Move(&[1, 2], ANY_CARD)).unwrap();
    assert!(site.live(A).is_empty());
    let outcome = site.until_ended(Wish::Nothing, B);
    assert!(matches!(outcome, Outcome::Ended(_)));
    assert_eq!((site.live(A), site.live(B)), (vec![], vec![1, 2]));
    assert_eq!(site.platform.holders(), [] as [(u64, Holder); 0]);
    let waiting = site.store().unsent().unwrap();
    let told: Vec<_> = waiting
        .iter()
        .map(|out| (out.report.fence, out.report.giver, out.report.receiver))
        .collect();
    assert_eq!(
        told,
        [(0, Some(UIDS[A]), None), (0, Some(UIDS[A]), Some(UIDS[B]))],
        "both card numbers; no fence was granted"
    );
    site.platform.away.set(false);
    site.with(|_, _| Ok(())).unwrap();
    site.assert_settled(&[], &[1, 2]);
    assert_eq!(site.platform.holders().len(), 2);
    assert_eq!(site.platform.proved.get(), 2);
}

#[test]
fn without_keys_nothing_is_taken_and_with_them_it_can_also_go_back() {
    let mut site = cut_off();
    site.local_keys = false;
    let both = Wish::Move(&[1, 2], ANY_CARD);
    assert_eq!(site.lay(A, both).unwrap(), Some(Outcome::PlatformAway));
    assert_eq!(site.live(A), [1, 2]);
    site.local_keys = true;
    site.lay(A, both).unwrap();
    let id = site.open_id();
    site.with(|machine, _| machine.redirect(id, Destination::Giver))
        .unwrap();
    site.until_ended(Wish::Nothing, A);
    assert_eq!(site.live(A), [1, 2]);
    site.platform.away.set(false);
    site.with(|_, _| Ok(())).unwrap();
    site.assert_settled(&[1, 2], &[]);
}

#[test]
fn a_network_lost_between_take_and_give_does_not_strand_the_tickets() {
    let mut site = cut_off();
    site.platform.away.set(false);
    site.lay(A, Wish::Move(&[1, 2], ANY_CARD)).unwrap();
    site.platform.away.set(true);
    site.until_ended(Wish::Nothing, B);
    assert_eq!(site.live(B), [1, 2]);
    site.platform.away.set(false);
    site.with(|_, _| Ok(())).unwrap();
    site.assert_settled(&[], &[1, 2]);
}

#[test]
fn paper_without_network_is_bound_by_this_terminal() {
    let mut site = cut_off();
    site.lay(A, Wish::Move(&[1], Destination::Paper)).unwrap();
    let id = site.open_id();
    let outcome = site
        .with(|machine, printer| machine.advance(id, Hands::printer(printer), &mut |_| ()))
        .unwrap();
    assert!(matches!(outcome, Outcome::Ended(_)), "{outcome:?}");
    let paper = PaperTicket::from_bytes(&site.printer.jobs[0].paper).unwrap();
    binding_key().verify_paper(&paper).unwrap();
    site.platform.away.set(false);
    site.with(|_, _| Ok(())).unwrap();
    assert_eq!(site.platform.holders(), [(1, Holder::Paper(paper.serial))]);
}
