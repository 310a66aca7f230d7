//! Cards torn away, and answers lost, at every exchange.

use kippu_card::{
    capability::{CardFault, ChangeFault, Happened, TicketCard},
    format::{FormatFault, change_keys, format_blank},
    gate::MarkFault,
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    transaction_mac,
    virtual_card::{CardSize, Direction, Fault, KeyKind, VirtualCard},
};
use kippu_ticket::ids::TicketId;

use crate::cards::*;

/// The card is torn away in every exchange of a give-and-take, before, within and after command and answer. What `apply` said must be
/// true of the card, and another try must succeed.
#[test]
fn torn_anywhere_the_card_is_all_old_or_all_new_and_the_fault_is_true() {
    let prepared = prepared_for_change();
    let exchanges = exchanges_of(&prepared);
    let mut unknown = 0;
    for exchange in 1..=exchanges {
        for (direction, byte) in [
            (Direction::Command, 0),
            (Direction::Command, 40),
            (Direction::Response, 0),
            (Direction::Response, 4),
        ] {
            let mut card = copy(&prepared);
            let old = read(&mut card);
            let change = give_and_take(&old.directory, 1);
            card.power_on();
            card.set_fault(Some(Fault::Tear {
                exchange,
                byte,
                direction,
            }));
            let result = apply(&mut card, &change);
            card.power_on();
            card.set_fault(None);
            let new = read(&mut card);
            let happened = new
                .directory
                .happened(&change.operation, old.directory.sequence);
            match result {
                Ok(committed) => assert_eq!(
                    (happened, &committed.after),
                    (Happened::Yes, &new.directory)
                ),
                Err(ChangeFault::NotDone(fault)) => {
                    assert_eq!(
                        (happened, fault),
                        (Happened::No, CardFault::Torn),
                        "{exchange} {direction:?} {byte}"
                    );
                }
                Err(ChangeFault::Unknown(_)) => unknown += 1,
                Err(other) => panic!("{other}"),
            }
            match happened {
                Happened::Yes => assert_eq!(live(&new), [TicketId(2), TicketId(3), TicketId(4)]),
                Happened::No => {
                    assert_eq!(
                        (live(&new), new.directory.clone()),
                        (vec![TicketId(1), TicketId(2)], old.directory)
                    );
                    apply(&mut card, &give_and_take(&new.directory, 2)).unwrap();
                    assert_eq!(
                        live(&read(&mut card)),
                        [TicketId(2), TicketId(3), TicketId(4)]
                    );
                }
                Happened::Unknown => panic!("the ring has not passed"),
            }
        }
    }
    // Torn in the commit's command or in its answer: four of the cases above, and no others.
    assert_eq!(unknown, 4);
}

#[test]
fn a_lost_answer_to_the_commit_is_asked_for_again_while_the_card_lies_there() {
    let keys = keys();
    let store = LocalKeys::new(&keys);
    for arrives in [true, false] {
        let mut card = prepared_for_change();
        let old = read(&mut card);
        let change = give_and_take(&old.directory, 1);
        let noisy = LosesCommit {
            card: &mut card,
            arrives,
        };
        let result = open(Box::new(noisy), &store, Role::Write)
            .unwrap()
            .apply(&change, &mut |_| ());
        match (arrives, result) {
            (true, Ok(committed)) => {
                assert_eq!(
                    committed
                        .after
                        .happened(&change.operation, old.directory.sequence),
                    Happened::Yes
                );
                assert_eq!(
                    transaction_mac::verify(&keys, UID, &committed.proof.unwrap()),
                    Ok(())
                );
            }
            (false, Err(ChangeFault::NotDone(CardFault::Torn))) => assert_eq!(read(&mut card), old),
            (_, other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_torn_entered_mark_is_marked_unmarked_or_unknown_truly() {
    let mut prepared = formatted(CardSize::K2);
    give(&mut prepared, 1, &[ticket(1, 1)]).unwrap();
    for exchange in 1..=8 {
        for direction in [Direction::Command, Direction::Response] {
            let mut card = copy(&prepared);
            card.power_on();
            card.set_fault(Some(Fault::Tear {
                exchange,
                byte: 0,
                direction,
            }));
            let result = mark(&mut card, 0, 1);
            card.power_on();
            card.set_fault(None);
            match (result, read(&mut card).tickets[0].entered) {
                (Ok(()), 1)
                | (Err(MarkFault::NotDone(CardFault::Torn)), 0)
                | (Err(MarkFault::Unknown(CardFault::Torn)), 0 | 1) => {}
                other => panic!("exchange {exchange}, {direction:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn formatting_torn_anywhere_is_finished_by_doing_it_again() {
    let mut exchange = 0;
    loop {
        exchange += 1;
        let mut card = VirtualCard::blank(UID.0, CardSize::K2, KeyKind::Des);
        card.power_on();
        card.set_fault(Some(Fault::Tear {
            exchange,
            byte: 0,
            direction: Direction::Response,
        }));
        let first = format_blank(&mut card, &keys());
        card.power_on();
        card.set_fault(None);
        match first {
            Ok(_) => break,
            Err(fault) => assert_eq!(fault, FormatFault::Card(CardFault::Torn)),
        }
        let second = format_blank(&mut card, &keys());
        assert!(
            matches!(second, Ok(_) | Err(FormatFault::AlreadyOurs)),
            "exchange {exchange}: {second:?}"
        );
        assert_eq!(read(&mut card).room(), 8);
    }
    assert!(exchange > 20);
}

#[test]
fn new_keys_torn_anywhere_are_finished_by_doing_it_again() {
    let (prepared, new) = (formatted(CardSize::K2), MasterKeys::random());
    let mut exchange = 0;
    loop {
        exchange += 1;
        let mut card = copy(&prepared);
        card.power_on();
        card.set_fault(Some(Fault::Tear {
            exchange,
            byte: 0,
            direction: Direction::Response,
        }));
        let first = change_keys(&mut card, &keys(), &new);
        card.power_on();
        card.set_fault(None);
        change_keys(&mut card, &keys(), &new).unwrap();
        for role in [Role::Write, Role::Gate, Role::Master] {
            assert!(open(Box::new(&mut card), &LocalKeys::new(&new), role).is_ok());
            assert_eq!(
                open(Box::new(&mut card), &LocalKeys::new(&keys()), role).err(),
                Some(CardFault::WrongKey)
            );
        }
        if first.is_ok() {
            break;
        }
    }
    assert!(exchange > 10);
}
