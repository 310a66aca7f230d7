//! The giver's card: several tickets leave in one commit and come back, entered ones stay, cards of other releases say so.

use kippu_card::{
    capability::{
        CardFault, Change, ChangeFault, Directory, Happened, NewTicket, Refusal, SlotState,
        TicketCard,
    },
    desfire::{Comm, Desfire},
    gate::GateCard,
    keys::{LocalKeys, Role},
    layout::{AID, file},
    open::{open, open_free},
    transaction_mac,
    transport::{Transport, TransportFault},
    virtual_card::{CardSize, Direction, Fault, VirtualCard, chip::Body},
};
use kippu_ticket::{
    ids::{Step, TicketId},
    record::TicketFlags,
};

use crate::cards::*;

const TAKEN: [TicketId; 3] = [TicketId(2), TicketId(5), TicketId(8)];

/// A full card of eight tickets.
fn full() -> VirtualCard {
    let mut card = formatted(CardSize::K2);
    let tickets: Vec<NewTicket> = (1..=8).map(|number| ticket(number, 1)).collect();
    give(&mut card, 1, &tickets).unwrap();
    card
}

fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<TicketId> {
    numbers.into_iter().map(TicketId).collect()
}

/// The tickets taken, one hop later, back to the card they came from.
fn give_back(directory: &Directory) -> Change {
    let mut change = add(directory, 20, &TAKEN.map(|id| ticket(id.0, 2)));
    change.operation.step = Step::GiveBack;
    change
}

/// Tears a change in every exchange, before, within and after command and answer: the card is all old or all new, what `apply` said is
/// true, and where it did not happen another attempt succeeds.
fn torn_everywhere(
    prepared: &VirtualCard,
    change: impl Fn(&Directory) -> Change,
    new: &[TicketId],
) {
    let mut card = copy(prepared);
    let old = read(&mut card);
    card.reset_counters();
    apply(&mut card, &change(&old.directory)).unwrap();
    assert_eq!(live(&read(&mut card)), new);
    let (mut done, mut not_done, mut unknown) = (0, 0, 0);
    let exchanges = card.counters().exchanges;
    for exchange in 1..=exchanges {
        for (direction, byte) in [
            (Direction::Command, 0),
            (Direction::Command, 40),
            (Direction::Response, 0),
            (Direction::Response, 4),
        ] {
            let mut card = copy(prepared);
            card.set_fault(Some(Fault::Tear {
                exchange,
                byte,
                direction,
            }));
            let wanted = change(&old.directory);
            let result = apply(&mut card, &wanted);
            card.power_on();
            card.set_fault(None);
            let found = read(&mut card);
            let happened = found
                .directory
                .happened(&wanted.operation, old.directory.sequence);
            let at = format!("exchange {exchange}, {direction:?}, byte {byte}");
            match (&result, happened) {
                (Ok(committed), Happened::Yes) => {
                    done += 1;
                    assert_eq!(committed.after, found.directory, "{at}");
                    let proof = committed.proof.as_ref().unwrap();
                    assert_eq!(transaction_mac::verify(&keys(), UID, proof), Ok(()), "{at}");
                }
                (Err(ChangeFault::NotDone(CardFault::Torn)), Happened::No) => not_done += 1,
                (Err(ChangeFault::Unknown(CardFault::Torn)), Happened::Yes | Happened::No) => {
                    unknown += 1;
                }
                other => panic!("{at}: {other:?}"),
            }
            if happened == Happened::Yes {
                assert_eq!(live(&found), new, "{at}");
            } else {
                assert_eq!(live(&found), live(&old), "{at}");
                assert_eq!(found.directory, old.directory, "{at}");
                let mut again = wanted;
                again.operation.attempt += 1;
                apply(&mut card, &again).unwrap();
                assert_eq!(live(&read(&mut card)), new, "{at}");
            }
        }
    }
    assert!(done > 0 && not_done > 0, "{done} {not_done}");
    assert_eq!(unknown, 4, "torn in the commit's command or answer");
}

#[test]
fn several_tickets_leave_in_one_commit_torn_anywhere_all_or_none() {
    let left = ids([1, 3, 4, 6, 7]);
    torn_everywhere(&full(), |directory| nullify(directory, 10, &TAKEN), &left);
}

#[test]
fn what_a_full_card_gave_comes_back_to_it_torn_anywhere_all_or_none() {
    let mut card = full();
    take(&mut card, 10, &TAKEN).unwrap();
    assert_eq!(read(&mut card).room(), 3);
    torn_everywhere(&card, give_back, &ids(1..=8));
}

#[test]
fn a_ticket_that_came_back_can_be_given_again_and_never_as_what_it_was() {
    let mut card = full();
    for hop in 1..=5 {
        take(&mut card, u64::from(hop) * 2, &TAKEN).unwrap();
        let before = card.chip().clone();
        let same = add(&read(&mut card).directory, 90, &[ticket(2, hop)]);
        assert_eq!(
            apply(&mut card, &same),
            Err(ChangeFault::Refused(Refusal::Outlived(TicketId(2))))
        );
        assert!(*card.chip() == before);
        let back = TAKEN.map(|id| ticket(id.0, hop + 1));
        give(&mut card, u64::from(hop) * 2 + 1, &back).unwrap();
        assert_eq!(live(&read(&mut card)), ids(1..=8));
    }
}

#[test]
fn one_entered_ticket_among_several_keeps_them_all_where_they_are() {
    let mut card = full();
    mark(&mut card, 4, 1).unwrap();
    mark(&mut card, 4, 2).unwrap();
    let before = card.chip().clone();
    assert_eq!(
        take(&mut card, 10, &TAKEN),
        Err(ChangeFault::Refused(Refusal::Entered(TicketId(5))))
    );
    let twice = [TicketId(2), TicketId(2)];
    assert_eq!(
        take(&mut card, 11, &twice),
        Err(ChangeFault::Refused(Refusal::NotLive(TicketId(2))))
    );
    assert_eq!(
        take(&mut card, 12, &[TicketId(1), TicketId(99)]),
        Err(ChangeFault::Refused(Refusal::NotLive(TicketId(99))))
    );
    assert!(*card.chip() == before);
}

/// Gates do not move the sequence: the counter is looked at in the very session that takes (R11).
#[test]
fn a_ticket_entered_after_the_giver_said_yes_is_not_taken() {
    let mut card = full();
    let agreed = nullify(&read(&mut card).directory, 10, &TAKEN);
    mark(&mut card, 1, 1).unwrap();
    assert_eq!(
        apply(&mut card, &agreed),
        Err(ChangeFault::Refused(Refusal::Entered(TicketId(2))))
    );
}

/// The counter of the former ticket stays until the very commit that makes the new one live, and is gone with it.
#[test]
fn the_giving_commit_resets_the_counter_and_nothing_before_it_does() {
    let mut card = formatted(CardSize::K2);
    let lendable: Vec<NewTicket> = (1..=8)
        .map(|number| flagged(number, 1, TicketFlags::TRANSFERABLE_AFTER_ENTRY))
        .collect();
    give(&mut card, 1, &lendable).unwrap();
    mark(&mut card, 3, 1).unwrap();
    mark(&mut card, 3, 2).unwrap();
    take(&mut card, 2, &[TicketId(4)]).unwrap();
    let back = |directory: &Directory| {
        let ticket = flagged(4, 2, TicketFlags::TRANSFERABLE_AFTER_ENTRY);
        add(directory, 3, &[ticket])
    };
    torn_everywhere(&card, back, &ids(1..=8));
    let mut exchange = 0;
    loop {
        exchange += 1;
        let mut torn = copy(&card);
        let change = back(&read(&mut torn).directory);
        torn.power_on();
        torn.set_fault(Some(Fault::Tear {
            exchange,
            byte: 0,
            direction: Direction::Response,
        }));
        let end = apply(&mut torn, &change);
        let reached = torn.fault().is_none();
        torn.power_on();
        torn.set_fault(None);
        let slot = read(&mut torn)
            .tickets
            .into_iter()
            .find(|ticket| ticket.slot == 3);
        // A torn write may leave the nullified slot's record half overwritten, which is then no ticket at all.
        let seen = slot.map(|slot| (slot.state, slot.entered));
        match seen {
            None | Some((SlotState::Nullified, 2) | (SlotState::Live, 0)) => {}
            other => panic!("exchange {exchange}: {other:?}"),
        }
        if !reached {
            assert!(end.is_ok());
            break;
        }
    }
    assert!(exchange > 10);
}

/// Writes bytes into the directory as another release would have.
fn overwrite_directory(card: &mut VirtualCard, bytes: &[u8]) {
    card.power_on();
    let store = LocalKeys::new(&keys());
    let mut chip = Desfire::new(&mut *card);
    chip.select(AID).unwrap();
    chip.authenticate(UID, Role::Write, &store).unwrap();
    chip.write(file::DIRECTORY, 0, bytes, Comm::Mac).unwrap();
    chip.commit().unwrap();
}

#[test]
fn cards_of_other_releases_say_so_and_are_left_alone() {
    let store = LocalKeys::new(&keys());
    for (version, fault) in [
        (0, CardFault::OlderLayout),
        (2, CardFault::NewerLayout),
        (255, CardFault::NewerLayout),
    ] {
        let mut card = full();
        overwrite_directory(&mut card, &[version]);
        let before = card.chip().clone();
        let mut session = open(Box::new(&mut card), &store, Role::Write).unwrap();
        assert_eq!(session.read(), Err(fault));
        assert_eq!(session.directory(), Err(fault));
        let change = nullify(&read(&mut full()).directory, 10, &TAKEN);
        assert_eq!(
            session.apply(&change, &mut |_| ()),
            Err(ChangeFault::NotDone(fault))
        );
        drop(session);
        assert_eq!(
            open_free(Box::new(&mut card)).unwrap().read(),
            Err(fault),
            "without a key"
        );
        let gate = GateCard::open(Box::new(&mut card), &store)
            .unwrap()
            .read(|_| true);
        assert_eq!(gate, Err(fault));
        assert!(*card.chip() == before);
    }
}

/// The write key is on the card before the directory is: a card torn in between has a directory of zeros.
#[test]
fn a_card_whose_formatting_was_interrupted_is_blank_and_impossible_numbers_are_unreadable() {
    let mut card = full();
    overwrite_directory(&mut card, &[0; 8]);
    let store = LocalKeys::new(&keys());
    let read = |card: &mut VirtualCard| {
        card.power_on();
        open(Box::new(card), &store, Role::Write).unwrap().read()
    };
    assert_eq!(read(&mut card), Err(CardFault::Blank));
    for header in [[1, 9, 0, 0, 0, 0, 0, 0], [1, 8, 5, 4, 0, 0, 0, 0]] {
        overwrite_directory(&mut card, &header);
        assert_eq!(read(&mut card), Err(CardFault::Unreadable));
    }
}

/// A layout of another release may have a shorter directory than any of ours: its version is told all the same.
#[test]
fn a_shorter_directory_tells_its_version_too() {
    for (version, fault) in [
        (0, CardFault::OlderLayout),
        (2, CardFault::NewerLayout),
        (1, CardFault::Unreadable),
    ] {
        let mut card = full();
        let mut chip = card.chip().clone();
        let directory = chip.applications[0].files.get_mut(&file::DIRECTORY);
        let Body::Backup { data } = &mut directory.unwrap().body else {
            panic!("the directory is a backup file")
        };
        data.truncate(100);
        data[0] = version;
        card = VirtualCard::in_memory(chip);
        let store = LocalKeys::new(&keys());
        let mut session = open(Box::new(&mut card), &store, Role::Write).unwrap();
        assert_eq!(session.read(), Err(fault), "version {version}");
    }
}

/// Lets the card leave the field and come back before a certain command, unnoticed by reader and terminal.
struct LaidAnew<'a> {
    card: &'a mut VirtualCard,
    before: u8,
}

impl Transport for LaidAnew<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if apdu[..2] == [0x90, self.before] {
            self.card.power_on();
            self.before = 0;
        }
        Transport::transmit(self.card, apdu)
    }
}

/// What was read in a session is not read again before a change: that is safe because whatever else lies there by then does not know the
/// session.
#[test]
fn a_card_that_was_away_between_look_and_change_is_not_changed() {
    let store = LocalKeys::new(&keys());
    for (command, name) in [(0x8D, "write"), (0xC7, "commit")] {
        let mut card = full();
        let before = read(&mut card);
        let away = LaidAnew {
            card: &mut card,
            before: command,
        };
        let mut session = open(Box::new(away), &store, Role::Write).unwrap();
        let seen = session.read().unwrap();
        let change = nullify(&seen.directory, 10, &TAKEN);
        assert_eq!(
            session.apply(&change, &mut |_| ()),
            Err(ChangeFault::NotDone(CardFault::Torn)),
            "before {name}"
        );
        drop(session);
        assert_eq!(read(&mut card), before, "before {name}");
    }
}

#[test]
fn a_change_reads_nothing_again_that_its_session_has_read() {
    let store = LocalKeys::new(&keys());
    let mut card = full();
    card.reset_counters();
    let seen = read(&mut card);
    let reading = card.counters().exchanges;
    card.reset_counters();
    let mut session = open(Box::new(&mut card), &store, Role::Write).unwrap();
    session.read().unwrap();
    let change = nullify(&seen.directory, 10, &TAKEN);
    session.apply(&change, &mut |_| ()).unwrap();
    drop(session);
    // Directory in two ranges, commit, directory again, summary.
    assert_eq!(card.counters().exchanges, reading + 5);
}
