//! The decision, case by case.

use kippu_ticket::ids::{Generation, HandoverId, OperationId, Step};

use super::*;
use crate::{
    row::{Event, Item},
    rules::Protocol,
    transition,
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

fn kept() -> Handover {
    let mut row = transition::begin(HandoverId([1; 16]), HERE, "order", CARD, 2, 0);
    row.grant = GrantStanding::Granted {
        fence: 1,
        event: Event {
            event: 1,
            name: String::new(),
            venue: String::new(),
            doors_open: 0,
            starts: 0,
            utc_offset_minutes: 0,
        },
        stayed: Vec::new(),
    };
    row.items = (1..=2)
        .map(|ticket| Item {
            ticket: TicketId(ticket),
            generation: Generation { epoch: 1, hop: 1 },
            record: vec![ticket as u8],
            state: ItemState::Kept,
        })
        .collect();
    row
}

fn pending() -> Handover {
    let mut row = kept();
    transition::intend(
        &mut row,
        operation(1, 1),
        CARD,
        7,
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
    decide(&Protocol, HERE, row, view, &platform)
}

fn says(yours: bool, happened: Option<(bool, u8)>) -> PlatformView {
    PlatformView::Says(HandoverStatus {
        handover: HandoverId([1; 16]),
        fence: 1,
        yours,
        happened: happened.map(|(happened, _)| happened),
        attempt: happened.map(|(_, attempt)| attempt),
        reissued: Vec::new(),
    })
}

#[test]
fn the_ring_answers_by_place_and_never_by_absence() {
    let row = pending();
    let intent = row.pending.as_ref().unwrap();
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
        assert_eq!(happened(intent, &directory), answer, "{directory:?}");
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
            card: CARD,
            why: CardWanted::ToAnswer,
            found: Some(OTHER)
        }
    );
    // Not even for somebody who wants to leave, or whom the platform no longer knows as owner.
    row.leaving = true;
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
            view,
            &PlatformView::JustGranted
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
