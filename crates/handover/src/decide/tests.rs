//! The decision, case by case.

use kippu_api::{
    handovers::{HandoverStatus, Purpose},
    orders::Claim,
};
use kippu_card::capability::{CardContents, Directory, Happened, SlotState};
use kippu_ticket::{
    code::ResumeCode,
    ids::{EventId, Generation, HandoverId, OperationId, Step},
};

use super::*;
use crate::{
    row::{Event, Item, Place, Ready},
    rules::Protocol,
    transition::{self, Birth},
};

const HERE: Incarnation = Incarnation([1; 16]);
const CARD: CardUid = CardUid([4; 7]);
const OTHER: CardUid = CardUid([5; 7]);

fn operation(handover: u8, attempt: u8) -> OperationId {
    OperationId {
        handover: HandoverId([handover; 16]),
        step: Step::Give,
        attempt,
    }
}

fn directory(sequence: u32, ring: &[OperationId]) -> Directory {
    Directory {
        sequence,
        ring: ring.to_vec(),
        slots: Vec::new(),
    }
}

fn event() -> Event {
    Event {
        event: 1,
        name: String::new(),
        venue: String::new(),
        doors_open: 0,
        starts: 0,
        utc_offset_minutes: 0,
    }
}

/// Two granted tickets of an order, for `CARD`.
fn kept() -> Handover {
    let birth = Birth {
        id: HandoverId([1; 16]),
        incarnation: HERE,
        code: ResumeCode::of(1),
        now: 0,
    };
    let mut row = transition::claim(birth, Claim::Order("order".into()), None, CARD, 2);
    row.right = Right::Held { fence: 1 };
    row.events = vec![event()];
    row.items = (1..=2)
        .map(|ticket| Item {
            ticket: TicketId(ticket),
            event: EventId(1),
            generation: Generation { epoch: 1, hop: 1 },
            record: vec![ticket as u8],
            ready: None,
            state: ItemState::Kept,
        })
        .collect();
    row
}

/// The same two, on their way from `CARD` to another card, in this state.
fn from_card(state: ItemState) -> Handover {
    let mut row = kept();
    row.source = Source::Card {
        card: CARD,
        sequence: 3,
        purpose: Purpose::Assignment,
    };
    row.destination = Destination::Card {
        card: None,
        only_what_fits: false,
    };
    for item in &mut row.items {
        item.state = state;
    }
    row
}

fn pending() -> Handover {
    let mut row = kept();
    transition::intend(
        &mut row,
        operation(1, 1),
        Place::Card {
            card: CARD,
            sequence: 7,
        },
        &[TicketId(1), TicketId(2)],
    );
    row
}

fn contents(uid: CardUid, directory: Directory, slots: usize) -> CardContents {
    let free = kippu_card::capability::DirectorySlot {
        state: SlotState::Free,
        event: kippu_ticket::ids::EventId(0),
        generation: Generation { epoch: 0, hop: 0 },
        check: Default::default(),
    };
    let directory = Directory {
        slots: vec![free; slots],
        ..directory
    };
    CardContents {
        uid,
        directory,
        events: Vec::new(),
        tickets: Vec::new(),
    }
}

fn action(row: &Handover, card: Option<&CardContents>, platform: PlatformView) -> Action {
    let view = match card {
        Some(contents) => CardView::Here {
            contents,
            refused_as_full: false,
        },
        None => CardView::Away,
    };
    decide(&Protocol, HERE, row, &seen(view, &platform))
}

fn seen<'a>(card: CardView<'a>, platform: &'a PlatformView) -> Seen<'a> {
    Seen {
        card,
        platform,
        printer: PrinterView::Ready,
        local_keys: false,
    }
}

fn says(yours: bool, happened: Option<(bool, u8)>) -> PlatformView {
    PlatformView::Says(HandoverStatus {
        handover: HandoverId([1; 16]),
        fence: 1,
        known: true,
        yours,
        happened: happened.map(|(happened, _)| happened),
        attempt: happened.map(|(_, attempt)| attempt),
        reissued: Vec::new(),
    })
}

#[test]
fn the_ring_answers_by_place_and_never_by_absence() {
    let (mine, theirs) = (operation(1, 1), operation(9, 1));
    let cases = [
        (directory(7, &[]), Happened::No),
        (directory(7, &[theirs]), Happened::No),
        (directory(8, &[mine]), Happened::Yes),
        (directory(8, &[theirs, theirs]), Happened::No),
        (directory(8, &[operation(1, 2)]), Happened::No),
        (
            directory(11, &[theirs, theirs, theirs, mine]),
            Happened::Yes,
        ),
        (directory(11, &[theirs; 4]), Happened::No),
        // The ring has passed the place.
        (directory(12, &[theirs; 4]), Happened::Unknown),
        // The ring is shorter than it should be.
        (directory(9, &[theirs]), Happened::Unknown),
        // The card contradicts itself: the operation at another place, or before it was counted.
        (directory(9, &[mine, theirs]), Happened::Unknown),
        (directory(7, &[mine]), Happened::Unknown),
        // The card went back in time.
        (directory(6, &[theirs]), Happened::Unknown),
    ];
    for (directory, answer) in cases {
        assert_eq!(happened(&mine, 7, &directory), answer, "{directory:?}");
    }
}

#[test]
fn a_pending_operation_is_answered_before_anything_else() {
    let mut row = pending();
    let other = contents(OTHER, directory(0, &[]), 2);
    assert_eq!(
        action(&row, Some(&other), PlatformView::NotAsked),
        Action::TellUnknown
    );
    row.pending.as_mut().unwrap().reported_unknown = true;
    assert_eq!(
        action(&row, Some(&other), PlatformView::NotAsked),
        Action::AskPlatform
    );
    assert_eq!(
        action(&row, Some(&other), PlatformView::Away),
        Action::WaitForCard {
            card: Some(CARD),
            why: CardWanted::ToAnswer,
            found: Some(OTHER)
        }
    );
    // Not even for somebody who wants to leave, or whom the platform no longer knows as owner.
    row.destination = Destination::Platform;
    assert!(matches!(
        action(&row, None, says(false, None)),
        Action::WaitForCard { .. }
    ));
    assert_eq!(
        action(&row, None, says(true, Some((true, 1)))),
        Action::ConcludeDone
    );
    assert_eq!(
        action(&row, None, says(true, Some((false, 1)))),
        Action::ConcludeNotDone
    );
    assert!(
        matches!(
            action(&row, None, says(true, Some((false, 2)))),
            Action::WaitForCard { .. }
        ),
        "an answer about another attempt is none"
    );
    let passed = contents(CARD, directory(40, &[operation(9, 1); 4]), 2);
    assert_eq!(
        action(&row, Some(&passed), PlatformView::Away),
        Action::WaitForPlatform
    );
    assert_eq!(
        action(&row, Some(&passed), says(true, None)),
        Action::WaitForOperator
    );
    let shows = contents(CARD, directory(8, &[operation(1, 1)]), 2);
    assert_eq!(
        action(&row, Some(&shows), PlatformView::NotAsked),
        Action::ConcludeDone
    );
}

#[test]
fn kept_tickets_are_given_as_far_as_they_fit() {
    let row = kept();
    let give = |tickets: &[u64]| Action::Give {
        tickets: tickets.iter().copied().map(TicketId).collect(),
        sequence: 3,
    };
    let card = |slots| contents(CARD, directory(3, &[]), slots);
    assert_eq!(
        action(&row, Some(&card(5)), PlatformView::JustGranted),
        give(&[1, 2])
    );
    assert_eq!(
        action(&row, Some(&card(1)), PlatformView::JustGranted),
        give(&[1])
    );
    assert_eq!(
        action(&row, Some(&card(0)), PlatformView::JustGranted),
        Action::LeaveAtPlatform(vec![TicketId(1), TicketId(2)])
    );
    // A platform that is away does not take a grant back (R6); one that was not asked is asked first.
    assert_eq!(
        action(&row, Some(&card(5)), PlatformView::Away),
        give(&[1, 2])
    );
    assert_eq!(
        action(&row, Some(&card(5)), PlatformView::NotAsked),
        Action::AskPlatform
    );
    assert_eq!(
        action(&row, Some(&card(5)), says(false, None)),
        Action::Disown
    );
    let mut seen = card(5);
    seen.tickets.push(kippu_card::capability::CardTicket {
        slot: 0,
        state: SlotState::Live,
        record: vec![2],
        entered: 0,
        generation: Generation { epoch: 1, hop: 1 },
    });
    assert_eq!(
        action(&row, Some(&seen), PlatformView::JustGranted),
        Action::FoundOnCard(vec![TicketId(2)])
    );
}

#[test]
fn another_journal_owns_nothing_and_a_reissue_closes_the_row() {
    let row = kept();
    let card = contents(CARD, directory(3, &[]), 5);
    let view = CardView::Here {
        contents: &card,
        refused_as_full: false,
    };
    assert_eq!(
        decide(
            &Protocol,
            Incarnation([2; 16]),
            &row,
            &seen(view, &PlatformView::JustGranted)
        ),
        Action::Disown
    );
    let PlatformView::Says(mut status) = says(true, None) else {
        unreachable!()
    };
    status.reissued = vec![TicketId(2)];
    assert_eq!(
        action(&row, Some(&card), PlatformView::Says(status)),
        Action::CloseReissued(vec![TicketId(2)])
    );
}

#[test]
fn nothing_is_taken_after_the_card_changed_or_without_both_ends_in_reach() {
    let row = from_card(ItemState::Wanted);
    let card = |sequence| contents(CARD, directory(sequence, &[]), 2);
    let take = Action::Take {
        tickets: vec![TicketId(1), TicketId(2)],
        sequence: 3,
    };
    assert_eq!(
        action(&row, Some(&card(3)), PlatformView::JustGranted),
        take
    );
    assert_eq!(
        action(&row, Some(&card(4)), PlatformView::JustGranted),
        Action::EndConsent,
        "R12"
    );
    assert_eq!(
        action(&row, Some(&card(3)), PlatformView::Away),
        Action::WaitForPlatform,
        "R17"
    );
    let here = card(3);
    let mut offline = seen(
        CardView::Here {
            contents: &here,
            refused_as_full: false,
        },
        &PlatformView::Away,
    );
    offline.local_keys = true;
    assert_eq!(decide(&Protocol, HERE, &row, &offline), take);
    assert_eq!(
        action(
            &row,
            Some(&contents(OTHER, directory(3, &[]), 2)),
            PlatformView::JustGranted
        ),
        Action::WaitForCard {
            card: Some(CARD),
            why: CardWanted::ToTake,
            found: Some(OTHER)
        }
    );
    let mut cancelled = row;
    cancelled.destination = Destination::Giver;
    assert_eq!(
        action(&cancelled, None, PlatformView::NotAsked),
        Action::EndConsent
    );
}

#[test]
fn the_receiver_is_any_card_but_the_givers_and_gets_all_or_what_was_agreed() {
    let mut row = from_card(ItemState::Kept);
    let giver = contents(CARD, directory(4, &[]), 2);
    let receiver = |slots| contents(OTHER, directory(9, &[]), slots);
    let wait = |found| Action::WaitForCard {
        card: None,
        why: CardWanted::ToWrite,
        found,
    };
    assert_eq!(
        action(&row, Some(&giver), PlatformView::JustGranted),
        wait(Some(CARD))
    );
    assert_eq!(
        action(&row, Some(&receiver(2)), PlatformView::JustGranted),
        Action::NameReceiver(OTHER)
    );
    transition::name_receiver(&mut row, OTHER);
    assert_eq!(
        action(&row, Some(&receiver(1)), PlatformView::JustGranted),
        Action::TooFull {
            card: OTHER,
            room: 1,
            needed: 2
        }
    );
    row.destination = Destination::Card {
        card: Some(OTHER),
        only_what_fits: true,
    };
    assert_eq!(
        action(&row, Some(&receiver(1)), PlatformView::JustGranted),
        Action::Bind {
            card: OTHER,
            tickets: vec![TicketId(1)]
        }
    );
    assert_eq!(
        action(&row, Some(&receiver(0)), PlatformView::JustGranted),
        Action::TurnBack
    );
    row.items[0].ready = Some(Ready {
        card: OTHER,
        generation: Generation { epoch: 1, hop: 2 },
        record: vec![11],
    });
    let give = Action::Give {
        tickets: vec![TicketId(1)],
        sequence: 9,
    };
    assert_eq!(
        action(&row, Some(&receiver(1)), PlatformView::JustGranted),
        give
    );
    assert_eq!(
        action(&row, Some(&receiver(1)), PlatformView::Away),
        give,
        "bound records need the platform no more"
    );
    assert_eq!(
        action(&row, Some(&receiver(2)), PlatformView::Away),
        Action::WaitForPlatform
    );
}

#[test]
fn a_park_that_may_have_arrived_is_asked_again_and_a_restored_journal_asks_nothing() {
    let mut row = from_card(ItemState::Kept);
    row.destination = Destination::Platform;
    assert_eq!(
        action(&row, None, PlatformView::Away),
        Action::WaitForPlatform
    );
    assert_eq!(
        action(&row, None, says(true, None)),
        Action::Park(vec![TicketId(1), TicketId(2)])
    );
    let all = [TicketId(1), TicketId(2)];
    transition::intend(&mut row, operation(1, 1), Place::Platform, &all);
    row.destination = Destination::Giver;
    let giver = contents(CARD, directory(4, &[]), 2);
    assert_eq!(
        action(&row, Some(&giver), PlatformView::NotAsked),
        Action::RepeatPark
    );
    assert_eq!(
        action(&row, Some(&giver), PlatformView::Away),
        Action::WaitForPlatform
    );
    let away = seen(CardView::Away, &PlatformView::NotAsked);
    assert_eq!(
        decide(&Protocol, Incarnation([2; 16]), &row, &away),
        Action::Disown
    );
}

#[test]
fn a_platform_that_knows_an_older_fence_was_restored_and_takes_nothing_away() {
    for mut row in [kept(), from_card(ItemState::Kept)] {
        row.right = Right::Held { fence: 4 };
        for (fence, action_then) in [
            (3, Action::WaitForPlatform),
            (4, Action::Disown),
            (5, Action::Disown),
        ] {
            let PlatformView::Says(status) = says(false, None) else {
                unreachable!()
            };
            let platform = PlatformView::Says(HandoverStatus { fence, ..status });
            assert_eq!(action(&row, None, platform), action_then, "fence {fence}");
        }
    }
}

#[test]
fn an_unconfirmed_paper_is_not_printed_again() {
    let mut row = from_card(ItemState::Kept);
    row.destination = Destination::Paper;
    assert_eq!(
        action(&row, None, PlatformView::JustGranted),
        Action::Print(TicketId(1))
    );
    let place = Place::Paper {
        serial: 7,
        record: Vec::new(),
    };
    transition::intend(&mut row, operation(1, 1), place, &[TicketId(1)]);
    for platform in [PlatformView::NotAsked, PlatformView::Away, says(true, None)] {
        assert_eq!(action(&row, None, platform), Action::AskPeople);
    }
}

#[test]
fn only_a_card_that_is_not_here_lets_a_pending_operation_be_released() {
    let mut row = pending();
    row.destination = Destination::Elsewhere;
    row.pending.as_mut().unwrap().reported_unknown = true;
    assert_eq!(action(&row, None, says(true, None)), Action::Release);
    assert!(matches!(
        action(&row, None, PlatformView::Away),
        Action::WaitForCard { .. }
    ));
    let shows = contents(CARD, directory(8, &[operation(1, 1)]), 2);
    assert_eq!(
        action(&row, Some(&shows), says(true, None)),
        Action::ConcludeDone
    );
    transition::releasing(&mut row);
    assert_eq!(
        action(&row, Some(&shows), PlatformView::NotAsked),
        Action::RepeatRelease,
        "what may have been released is not ours to answer"
    );
}
