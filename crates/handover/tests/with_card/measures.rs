//! What one assignment costs: exchanges with both cards, commits, synced writes of the journal, messages.

use kippu_card::virtual_card::CardSize;
use kippu_handover::outcome::Outcome;

use crate::{
    platform::TestPlatform,
    site::{A, ANY_CARD, B, Site, Wish, chip},
    store::Writes,
};

#[test]
fn an_assignment_costs_two_commits_and_a_bounded_number_of_synced_writes() {
    for tickets in [1u64, 2, 4] {
        let all: Vec<u64> = (1..=tickets).collect();
        let giver = chip(A, CardSize::K4, &all);
        let receiver = chip(B, CardSize::K4, &[]);
        let mut site = Site::new(TestPlatform::default(), &giver, &receiver);
        let before = [site.sequence(A), site.sequence(B)];
        for card in &mut site.cards {
            card.reset_counters();
        }
        site.lay(A, Wish::Move(&all, ANY_CARD)).unwrap();
        let outcome = site.lay(B, Wish::Nothing).unwrap();
        assert!(matches!(outcome, Some(Outcome::Ended(_))), "{outcome:?}");
        let counters = [A, B].map(|card| site.cards[card].counters());
        let writes = site.writes.get();
        let after = [site.sequence(A), site.sequence(B)];
        let commits = [A, B].map(|card| after[card] - before[card]);
        println!(
            "{tickets} tickets: giver {} exchanges, {} bytes, {:?} at 106 kbit/s and {:?} in the chip; receiver {} exchanges, {} bytes, {:?} and {:?}; commits {commits:?}; journal {writes:?}; {} messages",
            counters[A].exchanges,
            counters[A].bytes_on_air,
            counters[A].air_time(106),
            counters[A].chip_time,
            counters[B].exchanges,
            counters[B].bytes_on_air,
            counters[B].air_time(106),
            counters[B].chip_time,
            site.platform.calls.get(),
        );
        assert_eq!(commits, [1, 1]);
        // Whatever the number of tickets: consent, right, intent to take, its end; receiver, records, intent to give, its end.
        assert_eq!(
            writes,
            Writes {
                rows: 8,
                receipts: 2
            }
        );
        site.assert_settled(&[], &all);
    }
}
